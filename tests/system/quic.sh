#!/bin/sh
# quic.sh - the outcomes of hello-client over QUIC: all certificates of the zoo have those of TCP
# (certs/zoo.tsv); what a bad server, or a UDP service that is none, does after and instead of the
# handshake; --max-time holds against all of them. A build without QUIC says so in one line.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl timeout

# A build without it has to say so, and that is all it can show.
"$HELLO_CLIENT" -q quic://127.0.0.1:1 2>"$TMP/err"
if grep -q 'built without QUIC' "$TMP/err"; then
	outcome 2 USAGE quic://localhost:1
	expect "$TMP/err" 'built without QUIC (it uses OpenSSL 3\.'
	outcome 2 USAGE --service quic localhost
fi
SCHEME=quic
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

cd "$TMP" || error 'no folder'
make_zoo zoo
CA=zoo/ca.pem
to=good-ecdsa.zoo.test

# serve KIND-OF-PROGRAM ARG...: sets $PORT and $PEER_PID.
serve() {
	started=$((started + 1))
	peer=$builddir/tests/support/$1
	shift
	"$peer" "$@" >"peer-$started" 2>"peer-$started.err" &
	PEER_PID=$!
	track $PEER_PID
	log_on_failure "$TMP/peer-$started.err"
	wait_for "$PATIENCE" [ -s "peer-$started" ] || fail "no peer: $*"
	PORT=$(cat "peer-$started")
}

stop_peer() {
	kill "$PEER_PID"
	wait "$PEER_PID" 2>/dev/null
	untrack "$PEER_PID"
}

# ends STATUS NAME OPTION...: with the server at $PORT.
ends() {
	ends_status=$1 ends_name=$2
	shift 2
	outcome "$ends_status" "$ends_name" --cacert $CA --connect-to 127.0.0.1 "$@" "quic://$to:$PORT"
}

# greets [OPTION...]
greets() {
	run_status 0 "$HELLO_CLIENT" --cacert $CA --connect-to 127.0.0.1 "$@" "quic://$to:$PORT"
}

# ---- certificates -----------------------------------------------------------------------------------

serve quic_peer --zoo zoo
judge_zoo "$PORT"

# ---- a good server ------------------------------------------------------------------------------------

greets -v
expect err 'connect  *127\.0\.0\.1:[0-9]* over UDP '
expect err 'handshake  *QUICv1 TLS_'
expect err 'greet  *12 bytes, a complete stream '
greets --expect "$GREETING"
ends 71 GREETING_MISMATCH --expect 'Hello moon'
greets --json
expect out '"service":"quic","transport":"quic"'
expect out '"protocol":"QUICv1"'
greets --resume
expect err 'the second connection resumed the first session'
run_status 0 "$HELLO_CLIENT" --cacert $CA --connect-to 127.0.0.1 -c 20 -i 10ms "quic://$to:$PORT"
expect out ' 20 ok, 0 failed'
# TCP and QUIC in one list: the other one has nothing at this port.
printf '%s\n' "quic://$to:$PORT --connect-to 127.0.0.1" \
	"tls://$to:$PORT --connect-to 127.0.0.1" >list
run_status 20 "$HELLO_CLIENT" --cacert $CA --targets list
# A long host loses its middle.
expect out "^quic://[^ ]* $PORT  *OK .*  to 127.0.0.1 $PORT\$"
expect err '1 of 2 targets failed'
# What is for TCP, and what QUIC does not have.
ends 2 USAGE --proxy socks5://127.0.0.1:1
ends 2 USAGE --haproxy-protocol v2
ends 2 USAGE --tls-max 1.2
ends 2 USAGE --trace
for variant in records two-segments small-segments; do ends 2 USAGE --hello $variant; done
# What it is in TLS, it is over QUIC, too.
for variant in classical no-pq-signatures grease ech-grease; do
	greets --hello $variant --json
	expect out "\"hello\":\"$variant\""
done
greets --path-test
expect out '^CLIENTHELLO  *OUTCOME  *MS$'
expect out '^datagrams of 1452  *OK  *[0-9.]*$'
expect out '^unknown version  *OK '
tr '\n' ' ' <out >said
expect said 'Asked for an unknown version, the server offers version 1 of QUIC\.'
expect said 'Every variant is answered'
! grep -q 'segments\|TLS 1' out || fail 'something of TCP was tried'
# No common protocol: the alert 120 is the error 0x178.
ends 45 HANDSHAKE_PARAMETERS --alpn h3
expect err 'no application protocol" (120)'
stop_peer

# Of HTTP/3 only the handshake is checked.
serve quic_peer --zoo zoo --alpn h3
greets -v
expect err ' h3\( \|$\)'
[ ! -s out ] || fail "it printed what it cannot know: $(cat out)"
ends 45 HANDSHAKE_PARAMETERS --expect "$GREETING"
ends 45 HANDSHAKE_PARAMETERS --compare
stop_peer

# ---- client certificates --------------------------------------------------------------------------------

offer() {
	printf '%s' "--cert zoo/client-$1/chain.pem --key zoo/client-$1/key.pem"
}

for alpn in hello/1 h3; do
	serve quic_peer --zoo zoo --ca $CA --alpn $alpn
	ends 60 CLIENT_CERT_REQUIRED
	# shellcheck disable=SC2046 # words
	{
		greets $(offer good)
		ends 61 CLIENT_CERT_REFUSED $(offer expired)
		expect err '"certificate expired" (45)'
		ends 61 CLIENT_CERT_REFUSED $(offer unknown-root)
		expect err '"unknown CA" (48)'
	}
	stop_peer
done

# ---- servers that go wrong after the handshake ----------------------------------------------------------

# wrong KIND STATUS NAME [OPTION...]
wrong() {
	serve quic_peer --zoo zoo --kind "$1"
	shift
	ends "$@"
	stop_peer
}

wrong mute 70 GREETING_TIMEOUT --read-timeout 500ms
wrong half 70 GREETING_TIMEOUT --read-timeout 500ms
expect err '6 bytes of the greeting arrived'
wrong streams 70 GREETING_TIMEOUT --read-timeout 500ms
wrong cut 72 GREETING_TRUNCATED
expect err 'code 7: "as \\x22agreed\\x22"'
wrong nothing 73 GREETING_EMPTY
wrong leave 73 GREETING_EMPTY
wrong endless 74 GREETING_TOO_LONG
wrong reset 75 GREETING_RESET
expect err 'reset its stream, with the code 9'
wrong stall 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms
wrong mute 70 GREETING_TIMEOUT --max-time 1
# Longer than OpenSSL's own timeout.
if [ "${ROWS-}" = all ]; then
	wrong stall 41 HANDSHAKE_TIMEOUT --handshake-timeout 32 --max-time 60
	expect err 'sent nothing for so long that the idle timeout of QUIC ended the connection (127'
fi

# ---- UDP services that are no QUIC servers ----------------------------------------------------------------

other_limit=20
# other KIND STATUS NAME OPTION...: in time, whatever it sends.
other() {
	serve udp_peer "$1"
	other_status=$2 other_name=$3
	shift 3
	run_status "$other_status" timeout "$other_limit" "$HELLO_CLIENT" --cacert $CA --connect-to 127.0.0.1 "$@" \
		"quic://$to:$PORT"
	expect err "^hello-client: $other_name: "
	for_udp "$(sed -n 's/^  try: //p' err)" "quic://"
	stop_peer
}

other silent 21 CONNECT_TIMEOUT --connect-timeout 500ms
expect err 'did not answer over UDP; TCP port [0-9]* of 127\.0\.0\.1 is closed$'
expect err 'try: .*tcpdump -n udp port'
other echo 40 NOT_TLS
expect err 'sends our own packets back'
other words 40 NOT_TLS --handshake-timeout 500ms
expect err 'its first bytes are "220 time.test ready'
other empty 40 NOT_TLS --handshake-timeout 500ms
other versions 45 HANDSHAKE_PARAMETERS
expect err 'does not speak version 1 of QUIC; it offers versions 2, 0xff00001d (127'
other many 45 HANDSHAKE_PARAMETERS
expect err 'it offers versions 0xff000000, .*, 0xff000007 and 92 more (127'
# Version Negotiation with our own version changes nothing (RFC 9000 section 6.2), and each of these
# answers would have made the client begin again.
other ours 45 HANDSHAKE_PARAMETERS --handshake-timeout 500ms
expect err 'rejects version 1 of QUIC, and then offers it: versions 0xff000000, .* and 93 more'
other stranger 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms
other leave 43 HANDSHAKE_RESET
expect err 'the connection broke during the handshake: Connection refused'
other versions 45 HANDSHAKE_PARAMETERS --path-test
tr '\n' ' ' <out >said
expect said 'does not speak version 1 of QUIC, whatever the ClientHello is like\. It offers versions 2, 0xff00001d\.'
other silent 21 CONNECT_TIMEOUT --path-test --connect-timeout 500ms
tr '\n' ' ' <out >said
expect said 'gets no answer in time, and no variant does better'
# A busy machine may not get to the limit in this time.
is_sated() {
	other noise 41 HANDSHAKE_TIMEOUT --handshake-timeout 1 &&
		grep -q 'the peer sent more than a handshake needs' err
}
wait_for "$PATIENCE" is_sated || fail "no limit of bytes: $(cat err)"
if [ "${ROWS-}" = all ]; then
	other_limit=60
	other silent 21 CONNECT_TIMEOUT --connect-timeout 32 --max-time 60
	other_limit=20
fi
for kind in silent words empty noise; do
	case $kind in
	silent) other $kind 21 CONNECT_TIMEOUT --max-time 500ms ;;
	noise) other $kind 41 HANDSHAKE_TIMEOUT --max-time 500ms ;;
	*) other $kind 40 NOT_TLS --max-time 500ms ;;
	esac
done

# ---- a closed port ------------------------------------------------------------------------------------------

make_pki
CA=zoo/ca.pem
refused_ports
