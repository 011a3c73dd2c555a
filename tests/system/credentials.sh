#!/bin/sh
# credentials.sh - without --cert and --key the files are those of $CREDENTIALS_DIRECTORY, with the modes
# that systemd gives them; a reload says that it brought nothing new, and why.
# shellcheck disable=SC2086  # $WORK_AS: words, or none
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
CREDENTIALS_DIRECTORY=$TMP/credentials
export CREDENTIALS_DIRECTORY
mkdir "$CREDENTIALS_DIRECTORY"
cp "$CERT" "$CREDENTIALS_DIRECTORY/chain.pem"
cp "$KEY" "$CREDENTIALS_DIRECTORY/key.pem"

# With these it is never asked for; start_server would give them.
start_bare() {
	started=$((started + 1))
	SERVER_LOG=$TMP/server-$started.log
	log_on_failure "$SERVER_LOG"
	: >"$SERVER_LOG"
	"$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --workers 1 2>"$SERVER_LOG" &
	SERVER_PID=$!
	track "$SERVER_PID"
	wait_for "$PATIENCE" server_is_up || fail 'the server is not ready'
	logged 'msg=ready' || fail 'the server left at once'
	PORT=$(sed -n 's/.* msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
}

for mode in 0400 0440; do
	chmod "$mode" "$CREDENTIALS_DIRECTORY"/*.pem
	start_bare
	server_alive
	kill -HUP "$SERVER_PID"
	await 'reloaded: generation 2 begins, though the files are unchanged: systemd passes renewed credentials only at a restart'
	server_alive
	stop_server
done

# One of two is a mistake that is named, and not a reason to look elsewhere.
rm -f "$CREDENTIALS_DIRECTORY/key.pem"
run_status 3 timeout 20 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0
expect "$TMP/err" "^hello-server: FILE: .*$CREDENTIALS_DIRECTORY/key.pem: No such file"

# What is given counts, also without a word in it for the credentials.
start_server --workers 1
kill -HUP "$SERVER_PID"
await 'msg="reloaded: generation 2 begins, though the files are unchanged"'
server_alive
stop_server

# Credentials of another kind: the usual place is next.
rm -f "$CREDENTIALS_DIRECTORY"/*
if [ -d /etc/hello-tls ] || [ -d /usr/local/etc/hello-tls ]; then
	echo 'a real certificate may be installed here: "no credentials" was not tried'
else
	run_status 3 timeout 20 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0
	expect "$TMP/err" '^hello-server: FILE: .*hello-tls/chain.pem: No such file'
fi
