#!/bin/sh
# dtls-client.sh - the outcomes of hello-client over DTLS: all certificates of the zoo have those of TCP
# (certs/zoo.tsv); hello-server, s_server and gnutls-serv; client certificates; a UDP service that is none,
# and one that never ends: --max-time holds against all of them.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"
need openssl timeout

cd "$TMP" || error 'no folder'
make_zoo zoo

# ---- certificates -----------------------------------------------------------------------------------

# A client that is refused leaves at once, and the server would wait for what it may send.
serve_zoo --listen dtls:127.0.0.1:0 --linger-timeout 300ms
PORT=$(datagram_port 1)
# OpenSSL's server has no cipher of DTLS 1.2 for their keys.
excuse() {
	case $1 in good-ed25519 | good-mldsa* | no-digital-signature) echo HANDSHAKE_ALERT ;; esac
}
is_greeted() {
	grep -q '^This is a zoo of certificates' out
}
judge_zoo "$PORT"
stop_server

# ---- a good server ----------------------------------------------------------------------------------

make_pki
{
	"$HELLO_CERTS" issue "$PKI" --client friend && "$HELLO_CERTS" init other &&
		"$HELLO_CERTS" issue other --client stranger
} >made 2>&1 || error "no certificates: $(cat made)"

# greets [OPTION...]
greets() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$@" "dtls://127.0.0.1:$PORT"
}

# ends STATUS NAME OPTION...: with the server at $PORT.
ends() {
	ends_status=$1 ends_name=$2
	shift 2
	outcome "$ends_status" "$ends_name" --cacert "$CA" "$@" "dtls://127.0.0.1:$PORT"
}

start_server --listen dtls:127.0.0.1:0 --listen 127.0.0.1:0 --report --node here
PORT=$(datagram_port 1)
greets -v
[ "$(head -n 1 out)" = "$GREETING" ] || fail "the greeting is \"$(cat out)\""
expect err 'connect  *127\.0\.0\.1:[0-9]* over UDP '
expect err 'handshake  *DTLSv1\.2 ECDHE-ECDSA-AES128-GCM-SHA256 '
expect err 'greet  *[0-9]* bytes, closed cleanly '
greets --compare --expect "$GREETING" -v
expect err 'compare  *the same connection, confirmed by node here '
ends 71 GREETING_MISMATCH --compare --expect 'Hello moon'
greets --json
expect out '"service":"dtls","transport":"udp"'
expect out '"protocol":"DTLSv1.2"'
greets --resume
expect err 'the second connection resumed the first session'
greets -c 20 -i 10ms
expect out ' 20 ok, 0 failed'
greets --nagios
expect out 'HELLO OK - .* verified and greeted in '
greets --ciphers ECDHE-ECDSA-CHACHA20-POLY1305 -v
expect err 'ECDHE-ECDSA-CHACHA20-POLY1305'
# TCP and DTLS in one list: the other one has nothing at this port.
printf '%s\n' "dtls://127.0.0.1:$PORT" "tls://127.0.0.1:$PORT" >list
run_status 20 "$HELLO_CLIENT" --cacert "$CA" --targets list
expect out "^dtls://127.0.0.1 $PORT  *OK "
expect out "^tls://127.0.0.1 $PORT  *CONNECT_REFUSED "
expect err '1 of 2 targets failed'
expect err 'try: .*; ss -ltun there lists its ports'
# What is for TCP, and what DTLS does not have.
ends 2 USAGE --proxy socks5://127.0.0.1:1
ends 2 USAGE --haproxy-protocol v2
ends 2 USAGE --path-test
ends 2 USAGE --trace
ends 2 USAGE --hello records
expect err '[-]-hello records works only over TCP, and the service dtls uses UDP'
ends 2 USAGE --hello grease
expect err '[-]-hello does not work with the service dtls'
ends 2 USAGE --tls-min 1.3
expect err 'the client speaks only DTLS 1.2'
expect err 'try: omit --tls-min'
ends 2 USAGE --expect-pq
stop_server

# ---- client certificates ----------------------------------------------------------------------------

start_server --listen dtls:127.0.0.1:0 --client-ca "$CA" --linger-timeout 300ms
ends 60 CLIENT_CERT_REQUIRED
greets --cert "$PKI/friend/chain.pem" --key "$PKI/friend/key.pem"
ends 61 CLIENT_CERT_REFUSED --cert other/stranger/chain.pem --key other/stranger/key.pem
expect err '"unknown CA" (48)'
stop_server

# ---- servers of others ------------------------------------------------------------------------------

is_bound() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$PORT") " /proc/net/udp /proc/net/udp6
}

# launch COMMAND...: $PORT is theirs.
launch() {
	started=$((started + 1))
	mkfifo "in-$started"
	"$@" >"other-$started" 2>&1 <"in-$started" &
	PEER_PID=$!
	track $PEER_PID
	log_on_failure "$TMP/other-$started"
	# An end at standard input would be their own.
	exec 9>"in-$started"
	wait_for "$PATIENCE" is_bound || fail "it does not bind: $*"
}

stop_peer() {
	kill "$PEER_PID"
	wait "$PEER_PID" 2>/dev/null
	untrack "$PEER_PID"
}

awk '/^-----BEGIN/ { n++ } n > 1' "$CERT" >issuers.pem

# s_server ARG...
s_server() {
	free_port
	launch openssl s_server -dtls1_2 -accept "127.0.0.1:$PORT" -key "$KEY" -cert "$CERT" \
		-cert_chain issuers.pem -CAfile "$CA" "$@"
}

# handshakes [OPTION...]: with a server that says nothing.
handshakes() {
	greets -v "$@"
	expect err '^greet  *service dtls  '
	[ ! -s out ] || fail "on standard output: $(cat out)"
}

# with_s_server ARG... -- COMMAND...: one client each, because what a client left behind, such as an ICMP
# error, fails the next one.
with_s_server() {
	with=''
	while [ "$1" != -- ]; do
		with="$with $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	s_server $with
	"$@"
	stop_peer
}

with_s_server -- handshakes
with_s_server -listen -- handshakes
with_s_server -- greets --nagios
expect out 'HELLO OK - .* verified and silent in '
with_s_server -- ends 50 CERT_UNKNOWN_CA --cacert other/ca.pem
with_s_server -- ends 54 CERT_WRONG_NAME --verify-name other.test
with_s_server -- ends 70 GREETING_TIMEOUT --expect "$GREETING" --read-timeout 500ms
expect err 'no byte of the greeting arrived'
with_s_server -Verify 3 -verify_return_error -- ends 60 CLIENT_CERT_REQUIRED
with_s_server -Verify 3 -verify_return_error -- ends 61 CLIENT_CERT_REFUSED \
	--cert other/stranger/chain.pem --key other/stranger/key.pem
with_s_server -Verify 3 -verify_return_error -- handshakes \
	--cert "$PKI/friend/chain.pem" --key "$PKI/friend/key.pem"
expect err 'note: the server may not have accepted the client certificate: its silence proves nothing'
if command -v gnutls-serv >/dev/null; then
	free_port
	launch gnutls-serv --udp --echo -p "$PORT" --x509certfile "$CERT" --x509keyfile "$KEY" \
		--disable-client-cert
	handshakes
	ends 50 CERT_UNKNOWN_CA --cacert other/ca.pem
	stop_peer
	# It sends no alert.
	free_port
	launch gnutls-serv --udp --echo -p "$PORT" --x509certfile "$CERT" --x509keyfile "$KEY" \
		--require-client-cert --x509cafile "$CA"
	handshakes --cert "$PKI/friend/chain.pem" --key "$PKI/friend/key.pem"
	ends 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms
	expect err 'the server asked for a client certificate and none was sent'
	stop_peer
else
	echo 'left out: gnutls-serv is not installed'
fi

# ---- UDP services that are no DTLS servers ------------------------------------------------------------

# other KIND STATUS NAME OPTION...: in time, whatever it sends.
other() {
	started=$((started + 1))
	"$builddir/tests/support/udp_peer" "$1" >"peer-$started" &
	PEER_PID=$!
	track $PEER_PID
	wait_for "$PATIENCE" [ -s "peer-$started" ] || fail "no peer: $1"
	other_status=$2 other_name=$3
	shift 3
	run_status "$other_status" timeout 20 "$HELLO_CLIENT" --cacert "$CA" "$@" \
		"dtls://127.0.0.1:$(cat "peer-$started")"
	expect err "^hello-client: $other_name: "
	for_udp "$(sed -n 's/^  try: //p' err)" "dtls://"
	stop_peer
}

other silent 21 CONNECT_TIMEOUT --connect-timeout 500ms
expect err 'did not answer over UDP; TCP port [0-9]* of 127.0.0.1 is closed'
expect err 'try: .*drops UDP looks like this; tcpdump -n udp port'
other echo 40 NOT_TLS
expect err 'sends our own packets back'
other words 40 NOT_TLS --handshake-timeout 500ms
expect err 'not in DTLS: its first bytes are "220 time.test ready'
other empty 40 NOT_TLS --handshake-timeout 500ms
other cookies 46 HANDSHAKE_FAILED
expect err 'asked for a cookie 17 times (HelloVerifyRequest), and accepted none'
other long 46 HANDSHAKE_FAILED
expect err 'the TLS library rejected a message without a reason, as it does if one is too long'
other leave 43 HANDSHAKE_RESET
expect err 'the connection broke during the handshake: Connection refused'
other warnings 46 HANDSHAKE_FAILED
expect err 'try: .* can disturb a handshake of DTLS'
# A busy machine may not get to the limit in this time.
is_sated() {
	other "$1" 41 HANDSHAKE_TIMEOUT --handshake-timeout 1 &&
		grep -q 'the peer sent more than a handshake needs' err
}
for kind in records fragments; do
	wait_for "$PATIENCE" is_sated $kind || fail "$kind: no limit of bytes: $(cat err)"
done
for kind in silent words empty noise records; do
	case $kind in
	words | empty | noise) all_rows || continue ;;
	esac
	case $kind in
	silent) other $kind 21 CONNECT_TIMEOUT --max-time 500ms ;;
	records) other $kind 41 HANDSHAKE_TIMEOUT --max-time 500ms ;;
	*) other $kind 40 NOT_TLS --max-time 500ms ;;
	esac
done

# ---- a closed port ------------------------------------------------------------------------------------

refused_ports
