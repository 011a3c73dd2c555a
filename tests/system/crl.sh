#!/bin/sh
# crl.sh - with --crlfile the client holds the whole chain against CRLs: what is revoked has a name of
# its own, and so has a list that is missing, stale, early, or signed by somebody else.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

need openssl
make_pki
start_server --workers 1

# refused STATUS NAME FILE: how the client must end with these CRLs.
refused() {
	refused_status=$1 refused_name=$2 refused_file=$3
	outcome "$refused_status" "$refused_name" --cacert "$CA" --crlfile "$refused_file" 127.0.0.1 "$PORT"
}
accepted() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --crlfile "$1" 127.0.0.1 "$PORT"
	expect "$TMP/out" "^$GREETING\$"
}

make_crl ca "$TMP/root.crl"
make_crl intermediate "$TMP/sub.crl"
cat "$TMP/root.crl" "$TMP/sub.crl" >"$TMP/crl.pem"
accepted "$TMP/crl.pem"

# The whole chain is asked, so one list is not enough; nor is a file without any, or none.
refused 57 CRL_UNUSABLE "$TMP/root.crl"
expect "$TMP/err" 'the certificate of "localhost" was issued by "hello-certs intermediate[^"]*", which has no CRL'
refused 57 CRL_UNUSABLE "$TMP/sub.crl"
expect "$TMP/err" 'issued by "hello-certs root[^"]*", which has no CRL'
refused 3 FILE "$CA"
expect "$TMP/err" 'CRL file .* cannot be used'
refused 3 FILE "$TMP/missing.pem"

# Its time.
make_crl intermediate "$TMP/stale.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20260102000000Z
cat "$TMP/root.crl" "$TMP/stale.crl" >"$TMP/crl.pem"
refused 57 CRL_UNUSABLE "$TMP/crl.pem"
expect "$TMP/err" 'the CRL of "hello-certs intermediate[^"]*" has been stale since 2026-01-02 00:00:00Z, for '
make_crl intermediate "$TMP/early.crl" -crl_lastupdate 20900101000000Z -crl_nextupdate 20900102000000Z
cat "$TMP/root.crl" "$TMP/early.crl" >"$TMP/crl.pem"
refused 57 CRL_UNUSABLE "$TMP/crl.pem"
expect "$TMP/err" 'is not valid before 2090-01-01 00:00:00Z'

# forge CA FILE KEY-ID: a CRL by another key that bears the name of that CA.
forge() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config /dev/null \
		-subj "$(openssl x509 -in "$PKI/$1.pem" -noout -subject -nameopt compat | sed 's/^subject= *//')" \
		-addext "subjectKeyIdentifier=$3" -keyout "$PKI/private/forger.key" -out "$PKI/forger.pem" \
		2>/dev/null || error 'no forger'
	cp "$(index_of "$1")" "$(index_of forger)"
	make_crl forger "$2"
}
key_id() {
	openssl x509 -in "$PKI/$1.pem" -noout -ext subjectKeyIdentifier | sed -n 's/^ *\([0-9A-F:]*\)$/\1/p'
}

# Of another key that says so, as after a CA was made anew: it is none of ours.
forge intermediate "$TMP/forged.crl" hash
cat "$TMP/root.crl" "$TMP/forged.crl" >"$TMP/crl.pem"
refused 57 CRL_UNUSABLE "$TMP/crl.pem"
expect "$TMP/err" 'the CRL of "hello-certs intermediate[^"]*" was signed with another key'
# That says it were ours.
for ca in intermediate ca; do
	forge $ca "$TMP/forged.crl" "$(key_id $ca)"
	case $ca in
	ca) cat "$TMP/forged.crl" "$TMP/sub.crl" ;;
	*) cat "$TMP/root.crl" "$TMP/forged.crl" ;;
	esac >"$TMP/crl.pem"
	refused 57 CRL_UNUSABLE "$TMP/crl.pem"
	expect "$TMP/err" 'the CRL of "hello-certs [^"]*" was not signed by that CA'
done

# The intermediate, then the leaf.
revoke ca "$PKI/intermediate.pem" cACompromise
make_crl ca "$TMP/bad.crl"
cat "$TMP/bad.crl" "$TMP/sub.crl" >"$TMP/crl.pem"
refused 56 CERT_REVOKED "$TMP/crl.pem"
expect "$TMP/err" 'the intermediate "hello-certs intermediate[^"]*" was revoked .*: cACompromise; according to the CRL of "hello-certs root'
revoke intermediate "$CERT" keyCompromise
make_crl intermediate "$TMP/bad.crl"
cat "$TMP/root.crl" "$TMP/bad.crl" >"$TMP/crl.pem"
refused 56 CERT_REVOKED "$TMP/crl.pem"
expect "$TMP/err" 'the certificate of "localhost" was revoked .* ago, at 2026-11-01 12:00:00Z: keyCompromise'
await 'alert.*revoked' 1
