# shellcheck shell=sh
# tests/system/revoke.sh - CRLs and OCSP responses of the CAs in $PKI, made offline; for tests that
# have server.sh and called make_pki. A CA is "ca" (the root) or "intermediate".
#
#	revoke CA CERT [REASON]      CERT, a file, is revoked from now on
#	make_crl CA FILE [ARG...]    a CRL of that CA, fresh unless ARG (openssl ca -gencrl) says otherwise
#
# All times are UTC of `openssl ca`: YYYYMMDDHHMMSSZ.

index_of() {
	printf '%s' "$TMP/index-$1"
}

serial_of() {
	openssl x509 -in "$1" -noout -serial | sed 's/.*=//'
}

# A line of the index, as openssl-ca(1) keeps it: status, end, revocation, serial, file, subject.
revoke() {
	printf 'R\t391231235959Z\t261101120000Z%s\t%s\tunknown\t/CN=revoked\n' "${3+,$3}" \
		"$(serial_of "$2")" >>"$(index_of "$1")"
}

make_crl() {
	crl_ca=$1 crl_file=$2
	shift 2
	: >>"$(index_of "$crl_ca")"
	cat >"$TMP/crl.cnf" <<-CONFIG
		[ ca ]
		default_ca = x
		[ x ]
		database = $(index_of "$crl_ca")
		default_md = sha256
		default_crl_days = 7
		crl_extensions = crl
		[ crl ]
		authorityKeyIdentifier = keyid:always
	CONFIG
	OPENSSL_CONF=/dev/null openssl ca -gencrl -config "$TMP/crl.cnf" -cert "$PKI/$crl_ca.pem" \
		-keyfile "$PKI/private/$crl_ca.key" -out "$crl_file" "$@" 2>"$TMP/crl.err" ||
		error "no CRL: $(cat "$TMP/crl.err")"
}
