#!/bin/sh
# greet.sh - the main job: a verified client prints the greeting and nothing else, by name and by
# address, over IPv4 and IPv6; so does openssl s_client, with TLS 1.3 and 1.2.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki

# No --listen: all addresses, IPv6 and IPv4, on one port.
start_server 0

# says_hello CMD...: status 0, and exactly the greeting, byte for byte.
says_hello() {
	run_status 0 "$@" </dev/null
	printf '%s\n' "$GREETING" | cmp - "$TMP/out" || fail "not exactly the greeting from: $*"
}

says_hello "$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT"
[ ! -s "$TMP/err" ] || fail 'there is something on standard error, and all is well'
says_hello "$HELLO_CLIENT" --cacert "$CA" "127.0.0.1:$PORT"
says_hello "$HELLO_CLIENT" --cacert "$CA" --servername localhost 127.0.0.1 "$PORT"
says_hello "$HELLO_CLIENT" --cacert "$CA" --no-sni 127.0.0.1 "$PORT"
says_hello "$HELLO_CLIENT" --cacert "$CA" --expect "$GREETING" 127.0.0.1 "$PORT"
says_hello "$HELLO_CLIENT" --cacert "$CA" -v 127.0.0.1 "$PORT"
expect "$TMP/err" '^handshake .*TLSv1\.3'

s_client() {
	says_hello openssl s_client -quiet -verify_return_error -verify_hostname localhost \
		-CAfile "$CA" -connect "127.0.0.1:$PORT" "$@"
}

times=0
while [ $times -lt "$REPEAT" ]; do
	s_client -tls1_3
	s_client -tls1_2
	times=$((times + 1))
done
echo "s_client: $times of $REPEAT with each of TLS 1.3 and 1.2"

# A client may begin with any group; with P-384 or P-521 the server has to ask again.
s_client -tls1_3 -groups P-384:X25519
s_client -tls1_3 -groups P-521:P-256

if getent hosts localhost >/dev/null; then
	says_hello "$HELLO_CLIENT" --cacert "$CA" localhost "$PORT"
fi
if logged 'addr=\[::\]:'; then
	says_hello "$HELLO_CLIENT" --cacert "$CA" ::1 "$PORT"
	says_hello "$HELLO_CLIENT" --cacert "$CA" "[::1]:$PORT"
else
	echo 'no IPv6 on this machine: ::1 was not tried'
fi
stop_server

# What is said is what was asked for.
GREETING='Guten Tag'
start_server --greeting "$GREETING" --workers 1
server_alive
stop_server
