#!/bin/sh
# resigned.sh - a chain of a product that inspects TLS is named as such, while the outcome stays; and
# a root that was added to the system's store is noted even when all is well.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl jq
make_pki

# resign CN ROOT: a certificate for localhost by a root of that name, in $TMP/ROOT*.
resign() {
	{
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
			-config /dev/null -subj "/O=Example/CN=$1" -keyout "$TMP/$2.key" -out "$TMP/$2.pem" \
			-addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign \
			-addext subjectKeyIdentifier=hash &&
			printf '%s\n' 'basicConstraints = critical, CA:false' 'extendedKeyUsage = serverAuth' \
				'keyUsage = critical, digitalSignature' 'subjectAltName = DNS:localhost' \
				'authorityKeyIdentifier = keyid:always' 'subjectKeyIdentifier = hash' >"$TMP/ext" &&
			openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
				-config /dev/null -keyout "$TMP/$2-leaf.key" -out "$TMP/csr" &&
			openssl x509 -req -in "$TMP/csr" -CA "$TMP/$2.pem" -CAkey "$TMP/$2.key" -days 2 \
				-extfile "$TMP/ext" -out "$TMP/$2-leaf.pem" &&
			cat "$TMP/$2-leaf.pem" "$TMP/$2.pem" >"$TMP/$2-chain.pem"
	} >"$TMP/said" 2>&1 || error "no certificate: $(cat "$TMP/said")"
}
resign 'Zscaler Root CA' product
resign 'Example Root CA' private

fits='; the issuer "Zscaler Root CA" suggests Zscaler, which re-signs certificates to inspect TLS'
outcome 50 CERT_UNKNOWN_CA --cacert "$CA" --chain "$TMP/product-chain.pem" localhost
expect "$TMP/err" "$fits"
expect "$TMP/err" '^  try: connect from a network or a machine without it;'
outcome 51 CERT_MISSING_INTERMEDIATE --cacert "$CA" --chain "$TMP/product-leaf.pem" localhost
expect "$TMP/err" "$fits"
outcome 62 CERT_SELF_SIGNED --cacert "$CA" --chain "$TMP/product.pem" localhost
expect "$TMP/err" "$fits"
outcome 50 CERT_UNKNOWN_CA --cacert "$CA" --chain "$TMP/private-chain.pem" localhost
! grep -q suggests "$TMP/err" || fail 'a private CA was taken for a product'
# What is wrong for another reason is not explained by the name.
outcome 52 CERT_EXPIRED --cacert "$TMP/product.pem" --verify-time +9d \
	--chain "$TMP/product-chain.pem" localhost
! grep -q suggests "$TMP/err" || fail 'the date does not depend on the issuer'
# A root that the user names needs no note.
run_status 0 "$HELLO_CLIENT" --cacert "$TMP/product.pem" --chain "$TMP/product-chain.pem" localhost
[ ! -s "$TMP/err" ] || fail "a note: $(cat "$TMP/err")"

# ---- the system's store, in a mount namespace ---------------------------------------------------------

store=$(openssl version -d | sed -n 's/^OPENSSLDIR: "\(.*\)"$/\1/p')/certs
own='unshare --mount'
[ "$(id -u)" -eq 0 ] || own='unshare --user --map-root-user --mount'
# within FILE... -- CMD...: with these roots in the store, and in the folder of Debian for added ones.
cat >"$TMP/within" <<'SCRIPT'
set -e
store=$1 folder=$2
shift 2
mount -t tmpfs none /usr/local/share
mount --bind "$folder/store" "$(realpath "$store")"
mkdir /usr/local/share/ca-certificates
cp "$folder"/added/* /usr/local/share/ca-certificates
exec "$@"
SCRIPT
mkdir "$TMP/store" "$TMP/added"
for each in product private; do
	cp "$TMP/$each.pem" "$TMP/store/$(openssl x509 -noout -hash -in "$TMP/$each.pem").0"
	cp "$TMP/$each.pem" "$TMP/added/$each.crt"
done
within() {
	# shellcheck disable=SC2086 # a list of words
	$own sh "$TMP/within" "$store" "$TMP" "$@"
}
within true 2>/dev/null || skip 'this system lets us make no mount namespace; as root it may'

note='^hello-client: note: the chain ends in'
here=/usr/local/share/ca-certificates
run_status 0 within "$HELLO_CLIENT" -v --chain "$TMP/product-chain.pem" localhost
expect "$TMP/err" "$note \"Zscaler Root CA\", a root that was added to this system: $here/product.crt\$"
expect "$TMP/err" '^hello-client: note: the issuer "Zscaler Root CA" suggests Zscaler, which'
expect "$TMP/err" "^           root added by: $here/product.crt\$"
run_status 0 within "$HELLO_CLIENT" --chain "$TMP/private-chain.pem" localhost
expect "$TMP/err" "$note \"Example Root CA\", a root that was added to this system: $here/private.crt\$"
! grep -q suggests "$TMP/err" || fail 'a private CA was taken for a product'
run_status 0 within "$HELLO_CLIENT" --json --chain "$TMP/private-chain.pem" localhost
[ "$(jq -r .local_root "$TMP/out")" = "$here/private.crt" ] || fail 'the member local_root'
run_status 0 within "$HELLO_CLIENT" -q --chain "$TMP/private-chain.pem" localhost
[ ! -s "$TMP/err" ] || fail "-q, and a note: $(cat "$TMP/err")"
# In a handshake, too; and no note about a root that is in the store for another reason.
start_server --workers 1 --cert "$TMP/product-chain.pem" --key "$TMP/product-leaf.key"
run_status 0 within "$HELLO_CLIENT" localhost "$PORT"
expect "$TMP/err" "$note \"Zscaler Root CA\""
rm "$TMP/added/product.crt"
run_status 0 within "$HELLO_CLIENT" localhost "$PORT"
[ ! -s "$TMP/err" ] || fail "a note without a reason: $(cat "$TMP/err")"
cp "$TMP/product.pem" "$TMP/added/product.crt"
run_status 0 within env SSL_CERT_DIR="$TMP/store" "$HELLO_CLIENT" localhost "$PORT"
[ ! -s "$TMP/err" ] || fail "the user named the store: $(cat "$TMP/err")"
stop_server
