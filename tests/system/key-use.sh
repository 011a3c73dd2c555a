#!/bin/sh
# key-use.sh - a certificate may be good, and no handshake possible with its key: hello-server and --check
# name the certificate and the key, --client-cert rejects such a client, and hello-client --chain does not
# accept such a chain.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
printf '%s\n' 'basicConstraints = CA:false' 'extendedKeyUsage = serverAuth, clientAuth' \
	'subjectAltName = DNS:localhost' 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' >"$TMP/ext"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/csr.key" -subj /CN=odd \
	-config /dev/null -out "$TMP/csr" 2>"$TMP/said" || error 'no request'

# certify NAME: $TMP/NAME.pem for the key in $TMP/NAME.key.
certify() {
	openssl pkey -in "$TMP/$1.key" -pubout -out "$TMP/odd.pub" 2>"$TMP/said" &&
		openssl x509 -req -in "$TMP/csr" -force_pubkey "$TMP/odd.pub" -CA "$PKI/intermediate.pem" \
			-CAkey "$PKI/private/intermediate.key" -days 60 -extfile "$TMP/ext" \
			-out "$TMP/odd.crt" 2>"$TMP/said" &&
		cat "$TMP/odd.crt" "$PKI/intermediate.pem" >"$TMP/$1.pem" && chmod 600 "$TMP/$1.key"
}
# judged STATUS NAME: by --check, whose findings are in $TMP/out.
judged() {
	# shellcheck disable=SC2086  # words
	run_status "$1" "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$TMP/$2.pem" --key "$TMP/$2.key"
}
# useless NAME REGEX: what all sides say of the key.
useless() {
	judged 3 "$1"
	expect "$TMP/out" "^error: .*: the certificate \"odd\" $2, with which this server cannot sign\$"
	# shellcheck disable=SC2086  # words
	run_status 3 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --cert "$TMP/$1.pem" --key "$TMP/$1.key"
	expect "$TMP/err" "FILE: the certificate \"odd\" $2, with which this server cannot sign\$"
	expect "$TMP/err" '^  try: issue a certificate with a P-256 key'
	# shellcheck disable=SC2086  # words
	run_status 61 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
		--client-ca "$CA" --allow-cn odd --client-cert "$TMP/$1.pem"
	expect "$TMP/out" "\"odd\" $2, with which no client can sign for this server\$"
	expect "$TMP/out" '^  try: issue a certificate with a P-256 key'
	run_status 59 "$HELLO_CLIENT" --cacert "$CA" --chain "$TMP/$1.pem" localhost
	expect "$TMP/err" "CERT_INVALID: .*\"odd\" $2, with which no server can sign for this client"
	tried=$((tried + 1))
}

tried=0
for curve in secp256k1 secp224r1; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out "$TMP/$curve.key" 2>"$TMP/said" &&
		certify $curve && useless $curve "has a key on the curve $curve"
done
openssl dsaparam -genkey -out "$TMP/dsa.key" 2048 2>"$TMP/said" && certify dsa && useless dsa 'has a key of type DSA'
openssl genpkey -algorithm X25519 -out "$TMP/x25519.key" 2>"$TMP/said" && certify x25519 &&
	run_status 59 "$HELLO_CLIENT" --cacert "$CA" --chain "$TMP/x25519.pem" localhost &&
	expect "$TMP/err" 'has a key of type X25519, with which no server can sign for this client'
[ "$tried" -gt 0 ] || skip 'this openssl makes none of the odd keys'

# In TLS 1.2 the curve of a client must be in --groups: with these P-256 is no advice.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$TMP/p256.key" 2>"$TMP/said" ||
	error "no key: $(cat "$TMP/said")"
certify p256 || error "no certificate: $(cat "$TMP/said")"
# shellcheck disable=SC2086  # words
run_status 61 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
	--client-ca "$CA" --client-cert "$TMP/p256.pem" --tls-max 1.2 --groups X25519
expect "$TMP/out" 'has a key on the curve prime256v1, with which no client can sign for this server$'
expect "$TMP/out" '^  try: issue a certificate with an RSA key of at least 2048 bits$'

# A key may be good for TLS 1.3 alone.
if openssl genpkey -algorithm ML-DSA-65 -out "$TMP/mldsa.key" 2>"$TMP/said" && certify mldsa; then
	judged 0 mldsa
	for older in '--listen 127.0.0.1:0 --tls-max 1.2' '--listen dtls:127.0.0.1:0'; do
		# shellcheck disable=SC2086  # words
		run_status 3 "$HELLO_SERVER" --check $WORK_AS $older --cert "$TMP/mldsa.pem" --key "$TMP/mldsa.key"
		expect "$TMP/out" '"odd" has a key of type ML-DSA-65, with which this server cannot sign$'
	done
fi

# The usual keys are not among them; P-521 is only a curve of TLS 1.3.
for kind in 'EC -pkeyopt ec_paramgen_curve:P-256' 'EC -pkeyopt ec_paramgen_curve:P-521' ED25519 ED448 RSA-PSS; do
	# shellcheck disable=SC2086  # words
	openssl genpkey -algorithm $kind -out "$TMP/usual.key" 2>"$TMP/said" || error "no key: $(cat "$TMP/said")"
	certify usual || error "no certificate: $(cat "$TMP/said")"
	judged 0 usual
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --chain "$TMP/usual.pem" localhost
done
