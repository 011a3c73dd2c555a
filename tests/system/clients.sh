# shellcheck shell=sh
# tests/system/clients.sh - clients of all kinds for a server that asks for certificates; brings
# server.sh and revoke.sh along.
#
#	make_clients             $CLIENTS/KIND.pem and KIND.key for each of $KINDS but none; $CRLS, where
#	                         "revoked" is revoked; alice is good, and alone on the list of $ALLOW
#	of KIND                  prints the options that show its certificate, or nothing for none

# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

CLIENTS=$TMP/clients
# shellcheck disable=SC2034 # for the tests
KINDS='none good other-ca self-signed expired revoked wrong-eku not-listed'
# shellcheck disable=SC2034
ALLOW='--allow-dns nobody.test --allow-uri spiffe://a.test/good'

# copy KIND FOLDER
copy() {
	if ! cp "$2/chain.pem" "$CLIENTS/$1.pem" || ! cp "$2/key.pem" "$CLIENTS/$1.key"; then
		error "no $1"
	fi
}

make_self_signed() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=self-signed \
		-addext extendedKeyUsage=clientAuth -addext subjectAltName=URI:spiffe://a.test/good \
		-days 30 -keyout "$CLIENTS/self-signed.key" -out "$CLIENTS/self-signed.pem" \
		2>"$TMP/said" || error "no self-signed client: $(cat "$TMP/said")"
}

# All but one have the name that is on the list: what keeps them out is what they are called after.
make_clients() {
	mkdir "$CLIENTS" || error mkdir
	{
		"$HELLO_CERTS" init "$TMP/other" &&
			"$HELLO_CERTS" issue "$PKI" --client good spiffe://a.test/good &&
			"$HELLO_CERTS" issue "$PKI" --client revoked spiffe://a.test/good &&
			"$HELLO_CERTS" issue "$PKI" --client not-listed spiffe://a.test/other &&
			"$HELLO_CERTS" issue "$PKI" wrong-eku.test spiffe://a.test/good &&
			"$HELLO_CERTS" issue "$TMP/other" --client other-ca spiffe://a.test/good &&
			"$srcdir/tests/support/badcerts.sh" "$PKI" expired-client
	} >"$TMP/said" 2>&1 || error "no clients: $(cat "$TMP/said")"
	copy good "$PKI/good"
	copy revoked "$PKI/revoked"
	copy not-listed "$PKI/not-listed"
	copy wrong-eku "$PKI/wrong-eku.test"
	copy expired "$PKI/expired-client"
	copy other-ca "$TMP/other/other-ca"
	make_self_signed
	revoke intermediate "$PKI/revoked/chain.pem" keyCompromise
	make_crl ca "$TMP/root.crl"
	make_crl intermediate "$TMP/sub.crl"
	CRLS=$TMP/crls.pem
	cat "$TMP/root.crl" "$TMP/sub.crl" >"$CRLS"
}

of() {
	[ "$1" = none ] || printf -- '--cert %s.pem --key %s.key' "$CLIENTS/$1" "$CLIENTS/$1"
}
