#!/bin/sh
# sandbox.sh - somebody who has taken over a worker, a real one, can open, bind, connect, fork, signal and
# become nothing; exec and ptrace end it; and the service greets from within.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/confined.sh
. "${srcdir:-.}/tests/system/confined.sh"
SERVED='--workers 1'

need openssl
cd "$TMP" || error cd
make_pki

# shellcheck disable=SC2086 # words
start_server $SERVED
in_force=$(sed -n 's/.*msg="workers are confined".* sandbox=//p' "$SERVER_LOG")
stop_server
case $in_force in
landlock*,seccomp) echo "in force: $in_force" ;;
none) skip 'this build, or this kernel, has no sandbox' ;;
*) echo "in force: only $in_force" ;;
esac
case $in_force in
*seccomp*) ;;
*) skip "seccomp is not there, and this test is about it ($in_force)" ;;
esac

escapes_nowhere server_alive
dies_trying greeted
escapes_without server_alive
logged '^probe shutdown-read=ALLOWED' || fail 'the probe cannot end a listener even without a sandbox'

# A listener that was shut down listens again, at the same port; one that cannot ends the server, which
# says so, and whose manager can start it anew.
await "level=error .*msg=\"127.0.0.1:$PORT was shut down by a process of this server; it listens again\""
server_alive
stop_server
path=$TMP/hello.sock
preloaded shutdown --sandbox off --listen "unix:$path" --listen 127.0.0.1:0
openssl s_client -unix "$path" </dev/null >"$TMP/out" 2>&1
server_left 4
logged 'msg="a listener cannot be reopened: draining" outcome=LISTEN' || fail 'the log does not say why'
logged "^hello-server: LISTEN: unix:$path was shut down by a process of this server" || fail 'the reason is not told'
[ ! -e "$path" ] || fail 'the path stays'

# The first workers end before they are ready: the server ends with them, and is no crash loop.
for each in 'refuse 5 PRIVILEGES' 'die 1 INTERNAL'; do
	# shellcheck disable=SC2086  # three words
	set -- $each
	# shellcheck disable=SC2086  # words, or none
	run_status "$2" timeout 20 env PROBE="$1" LD_PRELOAD="$probe" "$HELLO_SERVER" $WORK_AS \
		--listen 127.0.0.1:0 --workers 2 --cert "$CERT" --key "$KEY"
	expect "$TMP/err" "^hello-server: $3: the first workers "
	! grep 'workers are confined' "$TMP/err" || fail 'that was not proven'
	[ "$1" = die ] || expect "$TMP/err" 'this worker is not confined and does not serve'
done
