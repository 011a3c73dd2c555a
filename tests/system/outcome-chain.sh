#!/bin/sh
# outcome-chain.sh - several things wrong at once are listed behind the first; a chain of another CA
# raises the question who ends TLS; the certificate on the wire is held against the one on disk.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired client selfsigned >"$TMP/out" 2>&1 ||
	error "no bad certificates: $(cat "$TMP/out")"
"$HELLO_CERTS" init "$TMP/other" >"$TMP/out" 2>&1 || error 'no second CA'

# serve CHAIN KEY; leave
serve() {
	start_server --workers 1 --cert "$1" --key "$2"
}
leave() {
	kill -INT "$SERVER_PID"
	server_left 0
}

# says REGEX: the first line does, or the last line for the advice.
says() {
	head -n 1 "$TMP/err" | grep -qe "$1" || fail "it does not say \"$1\""
}
advises() {
	tail -n 1 "$TMP/err" | grep -qe "$1" || fail "it does not advise \"$1\""
}

echo 'several at once'
serve "$PKI/expired/chain.pem" "$PKI/expired/key.pem"
outcome 54 CERT_WRONG_NAME --cacert "$CA" --verify-name other.test 127.0.0.1 "$PORT"
says '"other\.test"; also: certificate has expired ('
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" --verify-name other.test 127.0.0.1 "$PORT"
says '; also: .*expired'
says '; also: .*the name does not match'
echo 'the wire against the disk'
outcome 63 CERT_NOT_EXPECTED --cacert "$CA" --expect-cert "$CERT" 127.0.0.1 "$PORT"
says 'renewed, but the server still sends the old one, valid from 2020-01-01 .*; also: certificate has expired'
advises 'reload'
outcome 52 CERT_EXPIRED --cacert "$CA" --expect-cert "$PKI/expired/chain.pem" 127.0.0.1 "$PORT"
leave

serve "$PKI/selfsigned/chain.pem" "$PKI/selfsigned/key.pem"
outcome 62 CERT_SELF_SIGNED --cacert "$CA" --verify-name other.test 127.0.0.1 "$PORT"
says '; also: .*the name does not match'
leave

"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no certificate for other.test'
serve "$CERT" "$KEY"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --expect-cert "$CERT" localhost "$PORT"
outcome 63 CERT_NOT_EXPECTED --cacert "$CA" --expect-cert "$PKI/expired/chain.pem" 127.0.0.1 "$PORT"
says 'sends a newer certificate'
outcome 63 CERT_NOT_EXPECTED --cacert "$CA" --expect-cert "$PKI/other.test/chain.pem" 127.0.0.1 "$PORT"
says 'does not send the certificate in .*other\.test.*, but one for "localhost"'
outcome 3 FILE --expect-cert "$KEY" 127.0.0.1 "$PORT"
outcome 3 FILE --expect-cert "$TMP/nothing.pem" 127.0.0.1 "$PORT"

echo 'of another CA than the one expected'
export SSL_CERT_FILE="$CA" SSL_CERT_DIR="$TMP"
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" 127.0.0.1 "$PORT"
unset SSL_CERT_FILE SSL_CERT_DIR
says 'not in --cacert .*, but in the system.s store'
advises 'on the path terminates TLS'
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" 127.0.0.1 "$PORT"
! grep -q 'system.s store' "$TMP/err" || fail 'the system knows it'
leave

echo 'an empty variable counts as not set'
for each in SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF SSLKEYLOGFILE https_proxy; do
	run_status 50 env "$each=" "$HELLO_CLIENT" --chain "$CERT" localhost
	expect "$TMP/err" 'which is not in the system.s store ('
	! grep -q "$each" "$TMP/err" || fail "it counts: $each"
done

echo 'out of order'
# Root and intermediate the wrong way round; the leaf has to be first, or no server would take it.
{
	openssl x509 -in "$CERT"
	cat "$CA" "$PKI/intermediate.pem"
} >"$TMP/disordered.pem" 2>/dev/null
serve "$TMP/disordered.pem" "$KEY"
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" localhost "$PORT"
expect "$TMP/err" 'trust: .*; sent out of order'
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" 127.0.0.1 "$PORT"
says 'the server sends its certificates out of order'
leave
