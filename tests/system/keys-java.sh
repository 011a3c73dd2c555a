#!/bin/sh
# keys-java.sh - hello-client reads the PKCS#12 files that Java's keytool writes. Those of old versions
# need the legacy provider: the advice converts them.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl keytool
make_pki
"$HELLO_CERTS" issue "$PKI" --client alice >"$TMP/said" 2>&1 || error "no client: $(cat "$TMP/said")"
cd "$TMP" || error 'cd'
umask 077
printf 'geheim' >pass
openssl pkcs12 -export -in "$PKI/alice/chain.pem" -inkey "$PKI/alice/key.pem" -name alice -passout file:pass \
	-out from.p12 || error 'no from.p12'

# store FILE ARG...: written by Java.
store() {
	store_to=$1
	shift
	keytool "$@" -importkeystore -noprompt -srckeystore from.p12 -srcstoretype PKCS12 -srcstorepass geheim \
		-destkeystore "$store_to" -deststoretype PKCS12 -deststorepass geheim >said 2>&1 || error "$store_to: $(cat said)"
}

store new.p12 -J-Xshare:auto
store old.p12 -J-Dkeystore.pkcs12.legacy
start_server --client-ca "$CA"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --cert new.p12 --passphrase-file pass 127.0.0.1 "$PORT"
[ "$(cat out)" = "$GREETING" ] || fail "not greeted: $(cat out err)"
run_status 3 "$HELLO_CLIENT" --cacert "$CA" --cert old.p12 --passphrase-file pass 127.0.0.1 "$PORT"
expect err '^hello-client: FILE: .* the old cipher RC2-40-CBC, which the TLS library does not load by default$'
sed -n 's/^  try: convert it: \(.*\) -in \(.*\), then use NEW.pem$/\1 -passin file:pass -in \2/p' err >command.sh
sh command.sh 2>said || fail "the advice does not work: $(cat command.sh said)"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --cert NEW.pem 127.0.0.1 "$PORT"

# A key store in Java's own format.
keytool -importkeystore -noprompt -srckeystore from.p12 -srcstoretype PKCS12 -srcstorepass geheim \
	-destkeystore own.jks -deststoretype JKS -deststorepass geheim -destkeypass geheim >said 2>&1 || error "own.jks: $(cat said)"
run_status 3 "$HELLO_CLIENT" --cacert "$CA" --cert own.jks --passphrase-file pass 127.0.0.1 "$PORT"
expect err '^  try: keytool -importkeystore -srckeystore own.jks '
stop_server
