#!/bin/sh
# misbehave.sh - hello-zoo --misbehave KIND is bad in one way: hello-client names it, each time, and
# who looks for it by accident does not find it. REPEAT=100 makes each of them happen 100 times.
REPEAT=${REPEAT-20}
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# behave KIND [OPTION...]: from now on $PORT is such a server.
behave() {
	kind=$1
	shift
	[ -z "${SERVER_PID-}" ] || stop_server
	start_zoo --misbehave "$kind" "$@"
	expect "$SERVER_LOG" "misbehaving on purpose: --misbehave $kind"
}

# judge STATUS NAME [OPTION...]: how its clients end.
judge() {
	outcome "$@" --cacert "$CA" localhost --connect-to 127.0.0.1 "$PORT"
}

# Where each takes its time, or there is no race.
rarely() {
	often=$REPEAT REPEAT=3
	judge "$@"
	REPEAT=$often
}

behave no-close-notify
judge 72 GREETING_TRUNCATED
rarely 72 GREETING_TRUNCATED --tls-max 1.2
await 'outcome=OK '

behave stall-handshake
rarely 41 HANDSHAKE_TIMEOUT --handshake-timeout 200ms
await 'detail="on purpose: --misbehave stall-handshake"' 3

behave reset-after-hello
judge 43 HANDSHAKE_RESET

behave plain
judge 40 NOT_TLS
expect "$TMP/err" 'Hello world\\x0a'

behave close-at-once
judge 44 HANDSHAKE_CLOSED
await 'outcome=HANDSHAKE_FAILED .*detail="on purpose: --misbehave close-at-once"' "$REPEAT"

behave huge-greeting
judge 74 GREETING_TOO_LONG
rarely 74 GREETING_TOO_LONG --tls-max 1.2

# Slow, but good: who waits is greeted. It is also what HTTP's clients get, and it survives a reload.
behave slow-greeting
rarely 70 GREETING_TIMEOUT --read-timeout 300ms
expect "$TMP/err" 'no byte of the greeting'
# They leave with close_notify, after which a client may still read: it is greeted at once.
await 'outcome=OK ' 3
behave slow-greeting --request-timeout 700ms
rarely 70 GREETING_TIMEOUT --read-timeout 200ms
HOST=localhost
greeted || fail 'a slow greeting is none'
kill -HUP "$SERVER_PID"
await "$ready" 2
rarely 70 GREETING_TIMEOUT --read-timeout 200ms
if command -v curl >/dev/null; then
	run_status 0 curl -sS --cacert "$CA" "https://localhost:$PORT/"
	expect "$TMP/out" "^$GREETING\$"
	run_status 28 curl -sS --max-time 0.2 --cacert "$CA" "https://localhost:$PORT/"
fi

# Each byte costs 22 more: a header of 5, a type, a tag of 16 (RFC 8446, section 5.2).
GREETING=$(printf '%0200d' 0)
behave one-byte-records --greeting "$GREETING"
i=0
while [ $i -lt "$REPEAT" ]; do
	greeted || fail "not greeted, at $i: $(cat "$TMP/greeted.err")"
	i=$((i + 1))
done
sent=$(sed -n 's/.*outcome=OK .* sent=\([0-9]*\) .*/\1/p' "$SERVER_LOG" | head -n 1)
[ "$sent" -ge $((201 * 23)) ] || fail "one byte a record? They take $sent bytes"
stop_server

run_status 2 "$HELLO_ZOO" --cert "$CERT" --key "$KEY" --listen 0.0.0.0:0 --misbehave plain
expect "$TMP/err" 'USAGE: this server is bad on purpose, and one --listen is not on loopback'
run_status 2 "$HELLO_ZOO" --cert "$CERT" --listen 127.0.0.1:0 --misbehave plain
expect "$TMP/err" 'USAGE: --cert and --key belong together'
run_status 2 "$HELLO_ZOO" --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 --misbehave rude
expect "$TMP/err" 'invalid --misbehave "rude": expected no-close-notify, .* or one-byte-records'
