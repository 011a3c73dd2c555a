#!/bin/sh
# dtls-client-loss.sh - hello-client over DTLS on a bad path (tests/support/udp_relay.c): what is lost of the
# handshake costs one timer, whichever datagram it is; a lost close_notify is not a fault, but is said; a
# greeting with a hole is one. A path that loses long datagrams ends in time, with a reason.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl timeout
make_pki
cd "$TMP" || error 'no folder'

# across OPTION...: a path to the server at $SERVED, at $PORT; its datagrams are in $path.
across() {
	started=$((started + 1))
	path=path-$started
	"$builddir/tests/support/udp_relay" "$@" "$SERVED" >"$path.port" 2>"$path" &
	RELAY_PID=$!
	track $RELAY_PID
	wait_for "$PATIENCE" [ -s "$path.port" ] || fail "no path: $*"
	PORT=$(cat "$path.port")
}

close_path() {
	kill $RELAY_PID
	wait $RELAY_PID 2>/dev/null
	untrack $RELAY_PID
}

# sent SIDE: how many datagrams.
sent() {
	grep -c "^$1 " "$path"
}

# greets WHAT [OPTION...]: across a path that does this.
greets() {
	# shellcheck disable=SC2086  # a list of words
	across $1
	shift
	run_status 0 timeout 30 "$HELLO_CLIENT" --cacert "$CA" --handshake-timeout 20s --max-time 25s "$@" \
		"dtls://127.0.0.1:$PORT"
	close_path
}

# ends WHAT STATUS NAME OPTION...
ends() {
	# shellcheck disable=SC2086  # a list of words
	across $1
	ends_status=$2 ends_name=$3
	shift 3
	outcome "$ends_status" "$ends_name" --cacert "$CA" "$@" "dtls://127.0.0.1:$PORT"
	close_path
}

start_server --listen dtls:127.0.0.1:0
SERVED=$PORT

# repeats WHAT MOST: greeted, and the client sent one to MOST datagrams more than without a loss. A busy
# machine may need another timer.
repeats() {
	greets "$1" && [ "$(cat out)" = "$GREETING" ] && ! grep -q note: err && grep -q ' lost$' "$path" &&
		[ "$(sent client)" -gt "$usual" ] && [ "$(sent client)" -le $((usual + $2)) ]
}

greets '' --expect "$GREETING"
[ ! -s err ] || fail "without a loss: $(cat err)"
usual=$(sent client)
last=$(($(sent server) - 1))
echo "usual: $usual datagrams of the client, $((last + 1)) of the server"
# Its ClientHello, that with the cookie, its last flight; the cookie, the first flight of the server, and its
# last with the greeting.
for each in client\ 0 client\ 1 client\ 2 server\ 0 server\ $((last - 1)); do
	case $each in client\ 1 | server\ 0) all_rows || continue ;; esac
	# The cookie then comes in a record with number 1. Since OpenSSL 3.2 a server numbers its ServerHello 1
	# whatever came before (openssl/openssl issue 32063), so a client must drop it, and needs another timer.
	case $each in *\ 0) most=2 ;; *) most=1 ;; esac
	wait_for "$PATIENCE" repeats "--lose $each" $most || fail "$each lost: $(cat "$path" err)"
done
# Of its first flight the server repeats each part itself.
n=1
while [ $n -lt $((last - 1)) ]; do
	greets "--lose server $n" --expect "$GREETING"
	all_rows || break
	n=$((n + 1))
done
# Both repeat what is only late.
greets "--delay server $((last - 1))" --expect "$GREETING"

# Nothing repeats a close_notify.
greets "--lose server $last"
[ "$(cat out)" = "$GREETING" ] || fail "without close_notify: $(cat out)"
expect err 'note: no close_notify arrived: DTLS repeats no data'
greets "--lose server $last" -v
expect err '^greet  *12 bytes, not closed '
ends "--lose server $last" 71 GREETING_MISMATCH --expect 'Hello moon'
expect err 'expected "Hello moon"; no close_notify arrived'
stop_server

# A greeting of several datagrams, with a hole or in another order.
i=0
while [ $i -lt 200 ]; do
	echo "line $i of the greeting"
	i=$((i + 1))
done >text
start_server --listen dtls:127.0.0.1:0 --greeting-file text
SERVED=$PORT
greets ''
cmp -s out text || fail "not the greeting: $(cat err)"
last=$(($(sent server) - 1))
for each in --lose --swap; do
	ends "$each server $((last - 2))" 72 GREETING_TRUNCATED
	expect err 'was lost on the path, or comes late'
	[ ! -s out ] || fail "a greeting with a hole: $(cat out)"
done
# The last part and the end.
greets "--lose server $((last - 1)) --lose server $last"
expect err 'note: no close_notify arrived'

# Long datagrams are lost, and the server sends shorter ones only after two timers.
ends '--limit server 900' 41 HANDSHAKE_TIMEOUT --handshake-timeout 1500ms
expect err 'the peer sent part of its reply: [0-9]* datagrams, the longest of [0-9][0-9][0-9] bytes '
ends '--limit server 100' 41 HANDSHAKE_TIMEOUT --handshake-timeout 1500ms
expect err 'the peer sent part of its reply: it asked for a cookie, and did not answer the ClientHello with that cookie, which was sent 2 times'
expect err 'try: does the path lose long datagrams? ping -M do -s 1172 127.0.0.1 tests it'
if all_rows; then
	greets '--limit server 900 --limit client 900'
	cmp -s out text || fail "a narrow path: $(cat err)"
fi
stop_server
