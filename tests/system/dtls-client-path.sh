#!/bin/sh
# dtls-client-path.sh - what a router on the path does to DTLS, and what hello-client says about it: rejected
# by ICMP (which, and by whom), dropped, one of two addresses silent, all but short datagrams dropped, a
# narrow link. Two machines and a router, and IPv6 as well.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl
make_path
make_pki
program=$(program_at s "$HELLO_SERVER")
start_server --listen dtls:10.9.2.2:0 --listen 'dtls:[2001:db8:2::2]:0'
program=''
at_path "$PORT" "$(datagram_port 2)"
through
reject_and_drop

# A second address helps at once; the first stays silent.
box 'ip daddr 10.9.2.9 drop'
run_status 0 "$HELLO_CLIENT" --verify-name localhost --cacert "$CA" --resolve "two.test:$PORT:10.9.2.9,10.9.2.2" \
	-v "dtls://two.test:$PORT"
expect "$TMP/err" "connect  *10.9.2.2:$PORT over UDP"
at r nft flush ruleset
through

# The server's cookie arrives, and nothing that is longer.
box 'meta l4proto udp udp length > 100 ip saddr 10.9.2.2 drop'
# shellcheck disable=SC2086 # words
outcome 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms $target4
expect "$TMP/err" 'it asked for a cookie, and did not answer the ClientHello with that cookie'
at r nft flush ruleset

# A link of 600 bytes: what is longer is cut into fragments (IPv4), or costs the server's two timers.
{ at r ip link set to-c mtu 600 && at c ip link set to-r mtu 600; } || error 'no narrow link'
# shellcheck disable=SC2086 # words
run_status 0 "$HELLO_CLIENT" --handshake-timeout 20s --max-time 25s $target4
expect "$TMP/out" "^$GREETING\$"
stop_server
