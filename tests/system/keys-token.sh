#!/bin/sh
# keys-token.sh - hello-client uses a certificate and a key in a PKCS#11 token, which SoftHSM imitates:
# by their URIs, with the PIN from a file or in the URI, and never prints a PIN.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl softhsm2-util pkcs11-tool
module=''
for each in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
	[ ! -f "$each" ] || module=$each
done
[ -n "$module" ] || skip 'libsofthsm2.so is not installed'
openssl list -providers -provider pkcs11 >/dev/null 2>&1 || skip 'OpenSSL has no provider pkcs11 (pkcs11-provider)'

make_pki
"$HELLO_CERTS" issue "$PKI" --client alice >"$TMP/said" 2>&1 || error "no client: $(cat "$TMP/said")"
cd "$TMP" || error 'cd'
umask 077
mkdir tokens || error 'mkdir'
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$TMP/tokens" >softhsm2.conf
export SOFTHSM2_CONF="$TMP/softhsm2.conf" PKCS11_PROVIDER_MODULE="$module"
echo 12345678 >pin
echo 87654321 >wrong
softhsm2-util --init-token --free --label hello --so-pin 0000 --pin 12345678 >said 2>&1 || error "no token: $(cat said)"
softhsm2-util --import "$PKI/alice/key.pem" --token hello --label alice --id 01 --pin 12345678 >said 2>&1 ||
	error "no key: $(cat said)"

# put FILE LABEL ID: a certificate.
put() {
	openssl x509 -in "$1" -outform DER -out cert.der || error "no certificate $1"
	pkcs11-tool --module "$module" --token-label hello --login --pin 12345678 --write-object cert.der \
		--type cert --label "$2" --id "$3" >said 2>&1 || error "no $2: $(cat said)"
}
sed '1,/^-----END/d' "$PKI/alice/chain.pem" >sub.pem
put "$CA" root 03
put sub.pem sub 02
put "$PKI/alice/chain.pem" alice 01

token='pkcs11:token=hello'
start_server --client-ca "$CA"

greeted_with() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$@" 127.0.0.1 "$PORT"
	[ "$(cat out err)" = "$GREETING" ] || fail "$*: $(cat out err)"
}

# The token holds the chain, in another order; the key finds its certificate.
greeted_with --cert "$token" --passphrase-file pin
greeted_with --cert "$token;type=cert" --key "$token;object=alice;type=private" --passphrase-file pin
greeted_with --cert "$PKI/alice/chain.pem" --key "$token;object=alice;type=private" --passphrase-file pin
greeted_with --cert "$PKI/alice/chain.pem" --key "$token;object=alice;type=private?pin-value=12345678"
greeted_with --cert "$token" --passphrase-file pin --tls-max 1.2

refused() {
	refused_status=$1 refused_why=$2
	shift 2
	run_status "$refused_status" "$HELLO_CLIENT" --cacert "$CA" "$@" 127.0.0.1 "$PORT"
	expect err "$refused_why"
	[ "$(cat out err | wc -l)" -eq 2 ] || fail "$*: $(cat out err)"
	! grep -q '12345678\|87654321' err || fail "a PIN is printed: $(cat err)"
}

key="$token;object=alice;type=private"
refused 3 "^hello-client: FILE: $key needs a PIN\$" --cert "$PKI/alice/chain.pem" --key "$key"
refused 3 '^hello-client: FILE: pkcs11:.*PIN' --cert "$PKI/alice/chain.pem" --key "$key" --passphrase-file wrong
refused 3 '^hello-client: FILE: pkcs11:.*pin-value=\.\.\..*PIN' --cert "$PKI/alice/chain.pem" --key "$key?pin-value=87654321"
refused 3 '^hello-client: FILE: pkcs11:token=none ' --cert pkcs11:token=none --passphrase-file pin
refused 3 "does not belong to the certificate $CERT" --cert "$CERT" --key "$key" --passphrase-file pin
stop_server
