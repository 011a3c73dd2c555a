#!/bin/sh
# quic-server-limits.sh - what anybody may send to a QUIC listener: first Initial packets from thousands of
# addresses cost no memory and are answered with fewer bytes than they have; noise is ignored; a thousand
# connections leave nothing behind; whoever returned a token and then says nothing is cut off at the
# deadline, or at a limit, and good clients are greeted.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=quic
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need curl
make_pki
start_server --listen quic:127.0.0.1:0 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")

# The first of each kind make what stays: the library's buffers.
many=300
! all_rows || many=1000
greet_crowd 200 12 'of 200 clients'
before=$(resident)
greet_crowd $many 12 "of $many clients"
flat "$before" "$many connections"

hellos_cost_nothing retry
send_bogus versions 100
[ "$(field answers)" -eq 100 ] || fail "no Version Negotiation: $(cat "$TMP/bogus")"
garbage_costs_nothing
stop_server
! logged 'level=\(error\|warning\)' || fail "$(grep 'level=\(error\|warning\)' "$SERVER_LOG")"

# Many tokens for one first Initial packet: one client may begin with it. OpenSSL would keep 15 kB for each of
# the others for ever, and they are in no log.
start_server --listen quic:127.0.0.1:0 --handshake-timeout 1s --greeting-timeout 1s
one_more 'before the twins'
# twins N: sends them, and waits until the one of them that begins is gone.
twins() {
	"$DATAGRAM_CLIENTS" twins "$1" "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no twins: $(cat "$TMP/err")"
	# On a busy machine the network loses some.
	[ "$(field retries)" -ge $(($1 / 2)) ] || fail "too few have a Retry: $(cat "$TMP/bogus" "$TMP/err")"
	late=$((late + 1))
	await 'outcome=[A-Z]*_TIMEOUT' $late
}
late=0
twins 20
before=$(resident)
twins 200
flat "$before" '100 tokens and more for one first Initial packet'
one_more 'after the twins'
stop_server

# A client of the library may get so far that it finishes its handshake before it falls silent.
start_server --listen quic:127.0.0.1:0 --handshake-timeout 1s --greeting-timeout 1s
stalled 10
await 'outcome=\(HANDSHAKE\|GREETING\)_TIMEOUT .*detail=.* within 1000 ms' 10
let_go
one_more 'after the stalled ones'
stop_server

# What a client may do after the handshake: it ends, and the log says what happened.
# abuses KIND REGEX
abuses() {
	python3 "$srcdir/tests/support/quic_aio_abuse.py" "$PORT" "$1" >"$TMP/abuse" 2>"$TMP/err" &
	abuser=$!
	track $abuser
	abused=$((abused + 1))
	await 'peer=.* outcome=' $abused
	wait_for "$PATIENCE" is_gone $abuser || fail "$1: the client stays: $(cat "$TMP/err")"
	untrack $abuser
	grep 'peer=' "$SERVER_LOG" | tail -n 1 | grep -q " outcome=$2" || fail "$1: $(tail -n 1 "$SERVER_LOG")"
	grep -q closed "$TMP/abuse" || fail "$1: the client is not told that it is over"
}
if python3 -c 'import aioquic.quic.packet_builder' 2>/dev/null; then
	start_server --listen quic:127.0.0.1:0 --greeting-timeout 1s --linger-timeout 1s
	abused=0
	abuses refuse 'GREETING_RESET .*the client refused the stream of the greeting .*code 0x7'
	abuses flood 'GREETING_TIMEOUT .*within 1000 ms; the client sent more than it needs, .* not read'
	abuses crypto 'RECORD_BAD .*alert=10 alert_from=us .*got the alert \\"unexpected message'
	abuses streams 'GREETING_TIMEOUT .*within 1000 ms'
	# Each stream that is rejected is permission for another one, and an answer. Without a limit: 30,000.
	abuses credit OK
	opened=$(sed -n 's/^opened //p' "$TMP/abuse")
	if [ "$opened" -lt 200 ] || [ "$opened" -gt 800 ]; then
		fail "the client could open $opened streams"
	fi
	one_more 'after the abuse'
	stop_server
else
	echo 'not tried: aioquic is not here'
fi

limits_hold
