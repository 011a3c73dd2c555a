#!/bin/sh
# quic-server-limits.sh - what anybody may send to a QUIC listener: first Initial packets from thousands of
# addresses cost no memory and are answered with fewer bytes than they have; noise is ignored; a thousand
# connections leave nothing behind; whoever returned a token and then says nothing is cut off at the
# deadline, or at a limit, and good clients are greeted.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need curl
QUIC_CLIENTS=$builddir/tests/support/quic_clients
"$HELLO_SERVER" --check --listen quic:127.0.0.1:0 2>&1 | grep -q 'built without QUIC' && skip 'this build has no QUIC'
make_pki

# one_more WORDS
one_more() {
	"$QUIC_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/one" 2>"$TMP/err"
	grep -q '^ok=1 ' "$TMP/one" || fail "$1: a good client is not greeted: $(cat "$TMP/one" "$TMP/err")"
}
# Of the worker and, where there is one, the metrics process: another user cannot tell which is which.
resident() {
	for each in $(workers); do
		cat "/proc/$each/status"
	done | awk '$1 == "VmRSS:" { all += $2 } END { print all }'
}
metric() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" | sed -n "s/^$1 //p"
}
datagrams() {
	metric "hello_new_datagrams_total{result=\"$1\"}"
}
# field NAME FILE
field() {
	tr ' ' '\n' <"$2" | sed -n "s/^$1=//p"
}
# flat BEFORE WORDS: nothing stays of each. A single kilobyte for each of 10,000 would be ten times this.
flat() {
	after=$(resident)
	echo "$2: $1 kB before, $after kB after"
	! grep -aq __asan_init "$HELLO_SERVER" || return 0 # which keeps what was freed
	[ $((after - $1)) -lt 1000 ] || fail "$2: memory grew from $1 kB to $after kB"
}

start_server --listen quic:127.0.0.1:0 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")

# The first of each kind make what stays: the library's buffers.
many=300
! all_rows || many=1000
"$QUIC_CLIENTS" greet 200 12 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q '^ok=200 ' "$TMP/crowd" || fail "of 200 clients: $(cat "$TMP/crowd" "$TMP/err")"
before=$(resident)
"$QUIC_CLIENTS" greet $many 12 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
grep -q "^ok=$many " "$TMP/crowd" || fail "of $many clients: $(cat "$TMP/crowd" "$TMP/err")"
flat "$before" "$many connections"

"$QUIC_CLIENTS" hello 1000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no hellos: $(cat "$TMP/err")"
before=$(resident) retries=$(datagrams retry)
"$QUIC_CLIENTS" hello 10000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no hellos: $(cat "$TMP/err")"
cat "$TMP/bogus"
[ "$(field answers "$TMP/bogus")" -eq 10000 ] || fail "not all were answered: $(cat "$TMP/bogus")"
# RFC 9000 section 8.1 allows three times as many.
[ "$(field received "$TMP/bogus")" -le "$(field sent "$TMP/bogus")" ] || fail "amplified: $(cat "$TMP/bogus")"
[ "$(datagrams retry)" -eq $((retries + 10000)) ] || fail 'the Retry packets are not counted'
[ "$(metric hello_connections_open)" -le 1 ] || fail 'hellos without a token are connections'
flat "$before" '10,000 first Initial packets'
one_more 'after the hellos'

"$QUIC_CLIENTS" versions 100 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no versions: $(cat "$TMP/err")"
[ "$(field answers "$TMP/bogus")" -eq 100 ] || fail "no Version Negotiation: $(cat "$TMP/bogus")"
[ "$(field received "$TMP/bogus")" -le "$(field sent "$TMP/bogus")" ] || fail "amplified: $(cat "$TMP/bogus")"
before=$(resident)
"$QUIC_CLIENTS" garbage 10000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no garbage: $(cat "$TMP/err")"
[ "$(field received "$TMP/bogus")" -le "$(field sent "$TMP/bogus")" ] || fail "amplified: $(cat "$TMP/bogus")"
one_more 'after the garbage'
flat "$before" '10,000 datagrams of garbage'
# More than the socket's buffer holds is lost on the way.
[ "$(datagrams ignored)" -ge 100 ] || fail "only $(datagrams ignored) were ignored"
stop_server
! logged 'level=\(error\|warning\)' || fail "$(grep 'level=\(error\|warning\)' "$SERVER_LOG")"

# stalled N: a fifo keeps them until it is closed.
mkfifo "$TMP/open" || error mkfifo
stalled() {
	: >"$TMP/stalled" # an old "ready" is none
	"$QUIC_CLIENTS" stall "$1" "$PORT" <"$TMP/open" >"$TMP/stalled" 2>"$TMP/stalled.err" &
	stalled_pid=$!
	track $stalled_pid
	exec 7>"$TMP/open"
	wait_for "$PATIENCE" grep -q ready "$TMP/stalled" || fail "they do not stall: $(cat "$TMP/stalled.err")"
}
let_go() {
	exec 7>&-
	wait_for "$PATIENCE" is_gone $stalled_pid || fail 'the stalled clients stay'
	untrack $stalled_pid
}

# Many tokens for one first Initial packet: one client may begin with it. OpenSSL would keep 15 kB for each of
# the others for ever, and they are in no log.
start_server --listen quic:127.0.0.1:0 --handshake-timeout 1s --greeting-timeout 1s
one_more 'before the twins'
# twins N: sends them, and waits until the one of them that begins is gone.
twins() {
	"$builddir/tests/support/quic_twins" "$1" "$PORT" >"$TMP/twins" 2>"$TMP/err" || fail "no twins: $(cat "$TMP/err")"
	# On a busy machine the network loses some.
	[ "$(field retries "$TMP/twins")" -ge $(($1 / 2)) ] || fail "too few have a Retry: $(cat "$TMP/twins" "$TMP/err")"
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
	# This one is not told.
	[ "$1" != streams ] || kill $abuser 2>/dev/null
	wait_for "$PATIENCE" is_gone $abuser || fail "$1: the client stays: $(cat "$TMP/err")"
	untrack $abuser
	grep 'peer=' "$SERVER_LOG" | tail -n 1 | grep -q " outcome=$2" || fail "$1: $(tail -n 1 "$SERVER_LOG")"
	[ "$1" = streams ] || grep -q closed "$TMP/abuse" || fail "$1: the client is not told that it is over"
}
if python3 -c 'import aioquic.quic.packet_builder' 2>/dev/null; then
	start_server --listen quic:127.0.0.1:0 --greeting-timeout 1s --linger-timeout 1s
	abused=0
	abuses refuse 'GREETING_RESET .*the client refused the stream of the greeting .*code 0x7'
	abuses flood 'GREETING_TIMEOUT .*within 1000 ms; the client sent more than it needs, .* not read'
	abuses crypto 'RECORD_BAD .*alert=10 alert_from=us .*got the alert \\"unexpected message'
	# Later versions of the library may bear it.
	abuses streams 'GREETING_\(RESET .*OpenSSL gave the connection up\|TIMEOUT \)'
	one_more 'after the abuse'
	stop_server
else
	echo 'not tried: aioquic is not here'
fi

start_server --listen quic:127.0.0.1:0 --drain-timeout 1s --max-handshakes 10
stalled 30
await 'outcome=LIMIT_REACHED .*--max-handshakes' 20
one_more 'at --max-handshakes'
let_go
stop_server

start_server --listen quic:127.0.0.1:0 --drain-timeout 1s --max-per-client 5
stalled 12
await 'outcome=LIMIT_REACHED .*--max-per-client' 7
one_more 'at --max-per-client'
let_go
stop_server

# The datagram worker and the two others share the connections: 5 each.
start_server --listen quic:127.0.0.1:0 --listen 127.0.0.1:0 --workers 2 --drain-timeout 1s --max-connections 15
PORT=$(sed -n 's/.*addr=quic:.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
stalled 12
await 'outcome=LIMIT_REACHED .*--max-connections' 7
one_more 'at --max-connections'
let_go
stop_server
