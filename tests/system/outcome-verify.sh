#!/bin/sh
# outcome-verify.sh - whatever is wrong with a certificate has a name and a status of its own, and
# not a byte of the greeting is printed. REPEAT=50 makes each of them happen 50 times.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired early client lone nosan weak selfsigned \
	>"$TMP/out" 2>&1 || error "no bad certificates: $(cat "$TMP/out")"
"$HELLO_CERTS" init "$TMP/other" >"$TMP/out" 2>&1 || error 'no second CA'
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no certificate for other.test'

# serve FOLDER STATUS NAME: a server with that certificate, and how its client must end.
serve() {
	start_server --workers 1 --cert "$PKI/$1/chain.pem" --key "$PKI/$1/key.pem"
	shift
	outcome "$@" --cacert "$CA" 127.0.0.1 "$PORT"
	! is_gone "$SERVER_PID" || fail 'the server has died'
	kill -INT "$SERVER_PID"
	server_left 0
}

start_server --workers 1
greeted || fail 'a good client is not greeted'
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" 127.0.0.1 "$PORT"
expect "$TMP/err" 'hello-certs root .* is not in --cacert\|issued by "hello-certs root'
outcome 50 CERT_UNKNOWN_CA 127.0.0.1 "$PORT" # the system does not know it
expect "$TMP/err" "the system's store"
outcome 54 CERT_WRONG_NAME --cacert "$CA" --servername other.test 127.0.0.1 "$PORT"
expect "$TMP/err" '"localhost".*you asked for "other.test"'
outcome 54 CERT_WRONG_NAME --cacert "$CA" --verify-name 127.0.0.2 127.0.0.1 "$PORT"
# The server hears why it was left.
await 'outcome=HANDSHAKE_ALERT.*unknown CA' "$REPEAT"
stop_server

serve lone 51 CERT_MISSING_INTERMEDIATE
serve expired 52 CERT_EXPIRED
expect "$TMP/err" '2021-01-01 00:00:00Z'
serve early 53 CERT_NOT_YET_VALID
expect "$TMP/err" '2090-01-01 00:00:00Z'
serve other.test 54 CERT_WRONG_NAME
serve nosan 54 CERT_WRONG_NAME
serve client 55 CERT_WRONG_PURPOSE
serve selfsigned 62 CERT_SELF_SIGNED

# Our server would not serve this one.
start_peer --cert "$PKI/weak/chain.pem" --key "$PKI/weak/key.pem" truncate
outcome 59 CERT_INVALID --cacert "$CA" 127.0.0.1 "$PORT"
