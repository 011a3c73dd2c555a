#!/bin/sh
# tickets.sh - whose tickets a server takes: those of all its workers, those of the generation before,
# and with --ticket-keys those of all servers that share the file, also after a restart; no others.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
KEYS=$TMP/keys
NAME=localhost

# make_key FILE; write_keys FILE...: what --ticket-keys reads.
make_key() {
	openssl rand -out "$1" 80 || error 'openssl rand'
}
write_keys() {
	cat "$@" >"$KEYS"
	chmod 600 "$KEYS"
}

# ask VERSION ARG...: a connection of s_client with the greeting; how it was made is in $made.
ask() {
	version=$1
	shift
	run_status 0 openssl s_client -ign_eof -verify_return_error -CAfile "$CA" -servername "$NAME" \
		-"tls$version" -connect "127.0.0.1:$PORT" "$@" </dev/null
	expect "$TMP/out" "^$GREETING\$"
	made=$(sed -n 's/^\(New\|Reused\), .*/\1/p' "$TMP/out" | head -n 1)
}

# The sessions of both versions; they are kept, so that each can be offered again.
get_sessions() {
	for version in 1_2 1_3; do
		ask $version -sess_out "$TMP/session-$version"
		[ "$made" = New ] || fail "$version: the first handshake is $made"
		[ -s "$TMP/session-$version" ] || fail "$version: no session"
	done
}

# offer WHAT EXPECTED: are they Reused, or is a New one made?
offer() {
	for version in 1_2 1_3; do
		ask $version -sess_in "$TMP/session-$version"
		[ "$made" = "$2" ] || fail "$1: TLS $version: $made, not $2"
	done
	echo "$1: $made"
}

generation=1
reload() {
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
	wait_for "$PATIENCE" has_workers 2 || fail 'the old workers do not leave'
}
has_workers() {
	[ "$(workers | wc -l)" -eq "$1" ]
}

# ---- keys of the master --------------------------------------------------------------------------

start_server --tickets 1 --workers 2
get_sessions
both_have_resumed() {
	offer 'by whichever worker' Reused
	logged 'role=worker-1.0 .*resumed=yes' && logged 'role=worker-1.1 .*resumed=yes'
}
wait_for "$PATIENCE" both_have_resumed || fail 'one worker was never met'
kill -KILL "$(workers | head -n 1)"
wait_for "$PATIENCE" logged 'was killed by signal 9' || fail 'no worker was killed'
wait_for "$PATIENCE" has_workers 2 || fail 'nobody took its place'
offer 'after a crash' Reused
reload
offer 'after one HUP' Reused

# A bad file keeps all as it was, the keys included.
mv "$KEY" "$TMP/kept"
kill -HUP "$SERVER_PID"
await 'reload failed'
mv "$TMP/kept" "$KEY"
offer 'after a HUP that failed' Reused
reload
offer 'after two HUPs' New
stop_server
start_server --tickets 1
offer 'of a server that has been restarted' New
stop_server

# ---- keys of a file ------------------------------------------------------------------------------

for each in a b c; do
	make_key "$TMP/$each"
done
write_keys "$TMP/a"
start_server --tickets 1 --ticket-keys "$KEYS" --workers 2
first_pid=$SERVER_PID first_port=$PORT
get_sessions
start_server --tickets 1 --ticket-keys "$KEYS"
offer 'of another server with the same file' Reused
stop_server
SERVER_PID=$first_pid PORT=$first_port
stop_server
start_server --tickets 1 --ticket-keys "$KEYS" --workers 2
offer 'after both have been restarted' Reused
generation=1
reload
reload
reload
offer 'after three HUPs and the same file' Reused

# Rotation: a new one in front, then the old one goes.
write_keys "$TMP/b" "$TMP/a"
reload
offer 'of a key that only decrypts' Reused
write_keys "$TMP/b"
reload
offer 'of a key that is out' New
get_sessions
write_keys "$TMP/c" "$TMP/a" "$TMP/b"
reload
offer 'of the last of three' Reused

# A file that is bad keeps those that are in use.
: >"$KEYS"
kill -HUP "$SERVER_PID"
await "reload failed.*$KEYS: not a multiple of 80 bytes"
offer 'after a bad file' Reused
write_keys "$TMP/a" "$TMP/a"
kill -HUP "$SERVER_PID"
await "reload failed.*$KEYS: ticket key 2 has the same name"
chmod o+r "$KEYS"
kill -HUP "$SERVER_PID"
await "reload failed.*the ticket key file $KEYS is world-readable (mode 0604)"
stop_server

# ---- several certificates -------------------------------------------------------------------------

"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'
start_server --tickets 1 --cert "$CERT" --key "$KEY" \
	--cert "$PKI/other.test/chain.pem" --key "$PKI/other.test/key.pem"
for NAME in localhost other.test; do
	get_sessions
	offer "of the certificate for $NAME" Reused
done
stop_server

# ---- the start and --check -----------------------------------------------------------------------

# shellcheck disable=SC2086 # words, or none
run_status 3 "$HELLO_SERVER" $WORK_AS --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 --ticket-keys "$KEYS"
expect "$TMP/err" "^hello-server: FILE: the ticket key file $KEYS is world-readable"
expect "$TMP/err" "^  try: chmod o-r $KEYS"
# shellcheck disable=SC2086
run_status 3 "$HELLO_SERVER" $WORK_AS --check --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 \
	--ticket-keys "$TMP/missing"
expect "$TMP/out" "^error: .*the ticket key file $TMP/missing: No such file"
