#!/bin/sh
# outcome-peer.sh - whatever goes wrong between resolving and the last byte of the greeting has a name
# and a status of its own, and nothing is printed. REPEAT=50 makes each of them happen 50 times.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# meet KIND STATUS NAME [OPTION...]: a peer of that kind, and how its client must end.
meet() {
	start_peer "$1"
	shift
	outcome "$@" --cacert "$CA" 127.0.0.1 "$PORT"
}

meet closed 20 CONNECT_REFUSED
expect "$TMP/err" "127\.0\.0\.1:$PORT refused"
meet full 21 CONNECT_TIMEOUT --connect-timeout 200ms
# No host has the broadcast address, and Linux sends no TCP there.
outcome 22 CONNECT_UNREACHABLE --cacert "$CA" 255.255.255.255 "$PORT"

# A link-local address without its interface is none.
outcome 23 CONNECT_FAILED --cacert "$CA" fe80::1 "$PORT"
expect "$TMP/err" 'fe80::1%eth0\|Address family not supported'
# ip(8) does not know the zone as a part of the address.
if [ -s /proc/net/if_inet6 ]; then
	run_status 22 "$HELLO_CLIENT" --cacert "$CA" fe80::1%lo "$PORT"
	expect "$TMP/err" 'ip route get fe80::1 dev lo shows'
fi

meet plain 40 NOT_TLS
expect "$TMP/err" 'Hello world\\x0a'
meet ssh 40 NOT_TLS
expect "$TMP/err" 'SSH-2\.0-OpenSSH'
meet http 40 NOT_TLS
expect "$TMP/err" 'an HTTP answer'
expect "$TMP/err" '^  try: curl '
meet smtp 40 NOT_TLS
expect "$TMP/err" '^  try: .*hello-client smtp://HOST:PORT'
meet hostile 40 NOT_TLS
LC_ALL=C tr -d '\n -~' <"$TMP/err" >"$TMP/unprintable"
[ ! -s "$TMP/unprintable" ] || fail 'bytes of the peer reach the terminal as they are'
meet silent 41 HANDSHAKE_TIMEOUT --handshake-timeout 200ms
expect "$TMP/err" 'the peer sent nothing'
meet half 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms
expect "$TMP/err" 'sent part of its reply'
# A byte now and then does not prolong the deadline: else --max-time would be the one to end it.
meet drip 41 HANDSHAKE_TIMEOUT --handshake-timeout 200ms
expect "$TMP/err" '--handshake-timeout allows more'
meet alert 42 HANDSHAKE_ALERT
expect "$TMP/err" 'handshake failure'
meet reset 43 HANDSHAKE_RESET
meet close 44 HANDSHAKE_CLOSED
meet old 45 HANDSHAKE_PARAMETERS
meet ancient 45 HANDSHAKE_PARAMETERS
meet garbled 46 HANDSHAKE_FAILED
expect "$TMP/err" '^  try: .*hello-client --path-test HOST PORT'
meet unreadable 59 CERT_INVALID
expect "$TMP/err" 'a certificate from the peer cannot be read: .*utf8'

meet mute 70 GREETING_TIMEOUT --read-timeout 200ms
meet stall 70 GREETING_TIMEOUT --read-timeout 500ms
expect "$TMP/err" '6 bytes of the greeting'
meet drip-greeting 70 GREETING_TIMEOUT --read-timeout 200ms
expect "$TMP/err" '--read-timeout allows more'
meet truncate 72 GREETING_TRUNCATED
meet cut 72 GREETING_TRUNCATED
meet empty 73 GREETING_EMPTY
meet long 74 GREETING_TOO_LONG
meet reset-after 75 GREETING_RESET

start_server
outcome 71 GREETING_MISMATCH --expect 'Good night' --cacert "$CA" 127.0.0.1 "$PORT"
expect "$TMP/err" '"Hello world".*"Good night"'
server_alive
stop_server
