#!/bin/sh
# spiffe.sh - --verify-name spiffe://DOMAIN/PATH: the certificate must have exactly that URI, no
# other URI, and must not be a CA; everything else is verified as for a host name.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
ID=spiffe://example.org/ns/prod/web

# make NAME EXTENSION...: a certificate of our intermediate, $TMP/NAME.pem and $TMP/NAME.key.
make() {
	made=$TMP/$1
	shift
	{
		printf '%s\n' "$@" 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid:always' \
			'extendedKeyUsage = serverAuth, clientAuth' >"$made.ext" &&
			openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / \
				-config /dev/null -keyout "$made.key" -out "$made.csr" &&
			openssl x509 -req -in "$made.csr" -CA "$PKI/intermediate.pem" \
				-CAkey "$PKI/private/intermediate.key" -extfile "$made.ext" -days "${days-2}" \
				-out "$made.pem" &&
			cat "$PKI/intermediate.pem" >>"$made.pem"
	} >"$TMP/said" 2>&1 || error "no certificate: $(cat "$TMP/said")"
}
leaf='basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature'
names='subjectAltName = critical,'
make good "$leaf" "$names URI:$ID, DNS:localhost"
make two "$leaf" "$names URI:$ID, URI:https://example.org/"
make other "$leaf" "$names URI:spiffe://example.org/ns/test/web"
make case "$leaf" "$names URI:spiffe://example.org/ns/prod/Web"
make shell "$leaf" "$names URI:spiffe://example.org/x;id"
make none "$leaf" "$names DNS:localhost"
make ca 'basicConstraints = critical, CA:true' 'keyUsage = critical, digitalSignature, keyCertSign' \
	"$names URI:$ID"
make signs 'basicConstraints = critical, CA:false' \
	'keyUsage = critical, digitalSignature, cRLSign' "$names URI:$ID"
"$HELLO_CERTS" init "$TMP/others" >"$TMP/out" 2>&1 || error 'no second CA'

# judged STATUS NAME FILE [ARG...]: what --chain says of it, with the ID to verify.
judged() {
	status_wanted=$1 name_wanted=$2 file=$TMP/$3.pem
	shift 3
	outcome "$status_wanted" "$name_wanted" --cacert "$CA" --verify-name "$ID" "$@" \
		--chain "$file" a.test
}
says() {
	head -n 1 "$TMP/err" | grep -qFe "$1" || fail "it does not say \"$1\": $(cat "$TMP/err")"
}
advises() {
	tail -n 1 "$TMP/err" | grep -qFe "$1" || fail "it does not advise \"$1\": $(cat "$TMP/err")"
}

run_status 0 "$HELLO_CLIENT" --cacert "$CA" --verify-name "$ID" --chain "$TMP/good.pem" a.test
judged 54 CERT_WRONG_NAME two
says "has 2 URIs, \"$ID\", \"https://example.org/\", but a SPIFFE ID must be the only one"
judged 54 CERT_WRONG_NAME other
says "is for \"spiffe://example.org/ns/test/web\"; you asked for \"$ID\""
advises '--verify-name spiffe://example.org/ns/test/web, or issue'
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --verify-name spiffe://example.org/ns/test/web \
	--chain "$TMP/other.pem" a.test
expect "$TMP/err" '^ *leaf: .* SHA-256 [0-9a-f]\{16\}, for URI:.*/web$'
judged 54 CERT_WRONG_NAME case
says 'and only the case differs'
judged 54 CERT_WRONG_NAME shell
advises "issue a leaf certificate whose only URI is $ID"
judged 54 CERT_WRONG_NAME none
says 'has no URI in its subjectAltName'
# The strict checks accept a leaf that is a CA; a certificate that signs is no SVID either.
judged 54 CERT_WRONG_NAME ca
says "has the URI \"$ID\", but it is a CA (CA:TRUE)"
judged 54 CERT_WRONG_NAME signs --no-x509-strict
says 'but its key usage allows it to sign certificates or revocation lists'
# A host name finds no certificate without one, and the chain matters as before.
outcome 54 CERT_WRONG_NAME --cacert "$CA" --chain "$TMP/other.pem" a.test
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/others/ca.pem" --verify-name "$ID" \
	--chain "$TMP/other.pem" a.test
says '; also: the name does not match'
outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/others/ca.pem" --verify-name "$ID" \
	--chain "$TMP/good.pem" a.test
! grep -q 'does not match' "$TMP/err" || fail 'the name does match'
judged 52 CERT_EXPIRED good --verify-time +9d
outcome 2 USAGE --verify-name spiffe://Example.org/web localhost
says 'the trust domain must be in lower case'

# The same in a handshake; SNI and the Host field of HTTP stay those of a host name.
start_server --workers 1 --cert "$TMP/good.pem" --key "$TMP/good.key" --tickets 1
for version in 1.2 1.3; do
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --verify-name "$ID" --tls-max $version \
		localhost "$PORT"
	expect "$TMP/out" "^$GREETING\$"
	outcome 54 CERT_WRONG_NAME --cacert "$CA" --verify-name "${ID}s" --tls-max $version \
		localhost "$PORT"
	says "is for \"$ID\"; you asked for \"${ID}s\""
done
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --verify-name "$ID" --json localhost "$PORT"
expect "$TMP/out" "\"server_name\":\"localhost\",\"verify_name\":\"$ID\""
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --verify-name "$ID" --resume localhost "$PORT"
expect "$TMP/out" "^$GREETING\$"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --verify-name "$ID" --alpn http/1.1 --no-sni \
	127.0.0.1 "$PORT"
stop_server
