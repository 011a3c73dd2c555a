# shellcheck shell=sh
# tests/system/revoke.sh - CRLs and OCSP responses of the CAs in $PKI, made offline; for tests that
# have server.sh and called make_pki. A CA is "ca" (the root) or "intermediate".
#
#	revoke CA CERT [REASON]      CERT, a file, is revoked from now on
#	make_crl CA FILE [ARG...]    a CRL of that CA, fresh unless ARG (openssl ca -gencrl) says otherwise
#
#	make_staple CA CERT FILE [ARG...]
#	                             an OCSP response of that CA about CERT, for a day unless ARG
#	                             (openssl ocsp) says otherwise
#
# All times are UTC of `openssl ca`: YYYYMMDDHHMMSSZ.

index_of() {
	printf '%s' "$TMP/index-$1"
}

serial_of() {
	openssl x509 -in "$1" -noout -serial | sed 's/.*=//'
}

# enter CA STATUS REVOCATION CERT: a line of the index, as openssl-ca(1) keeps it, instead of the old
# one: status, end, revocation, serial, file, subject. No two subjects may be the same.
enter() {
	enter_serial=$(serial_of "$4")
	touch "$(index_of "$1")"
	sed -i "/$enter_serial/d" "$(index_of "$1")"
	printf '%s\t391231235959Z\t%s\t%s\tunknown\t/CN=%s\n' "$2" "$3" "$enter_serial" "$enter_serial" \
		>>"$(index_of "$1")"
}

revoke() {
	enter "$1" R "261101120000Z${3+,$3}" "$2"
}

# What the index does not know, OCSP does not know either.
know() {
	grep -qs "$(serial_of "$2")" "$(index_of "$1")" || enter "$1" V '' "$2"
}

make_staple() {
	staple_ca=$1 staple_cert=$2 staple_file=$3
	shift 3
	know "$staple_ca" "$staple_cert"
	{
		openssl ocsp -issuer "$PKI/$staple_ca.pem" -cert "$staple_cert" -no_nonce \
			-reqout "$TMP/ocsp.req" &&
			openssl ocsp -index "$(index_of "$staple_ca")" -CA "$PKI/$staple_ca.pem" \
				-rsigner "$PKI/$staple_ca.pem" -rkey "$PKI/private/$staple_ca.key" \
				-reqin "$TMP/ocsp.req" -respout "$staple_file" -ndays 1 "$@"
	} >"$TMP/ocsp.out" 2>&1 || error "no OCSP response: $(cat "$TMP/ocsp.out")"
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
