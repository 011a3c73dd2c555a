#!/bin/sh
# pin.sh - --pinnedpubkey: the server's key must be one of these, on top of all that is verified; a
# renewed certificate with the same key passes.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl base64
make_pki
start_server --workers 1

pin_of() {
	printf 'sha256//'
	openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | base64
}
right=$(pin_of "$CERT") other=$(pin_of "$CA")

for pins in "$right" "$other;$right" "$right;$other"; do
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --pinnedpubkey "$pins" 127.0.0.1 "$PORT"
	expect "$TMP/out" "^$GREETING\$"
	if command -v curl >/dev/null; then
		curl -s --http0.9 --cacert "$CA" --pinnedpubkey "$pins" "https://127.0.0.1:$PORT" >"$TMP/out" ||
			fail "curl takes another pin than we do: $pins"
	fi
done
outcome 2 USAGE --pinnedpubkey sha256//short 127.0.0.1 "$PORT"
expect "$TMP/err" "^  try: hello-client --json HOST PORT | jq -r '.certificates\[0\].spki'"
outcome 58 CERT_PIN_MISMATCH --cacert "$CA" --pinnedpubkey "$other" 127.0.0.1 "$PORT"
expect "$TMP/err" "the key of \"localhost\" is $right, which does not match"
# What is wrong otherwise stays wrong.
outcome 50 CERT_UNKNOWN_CA --pinnedpubkey "$right" 127.0.0.1 "$PORT"
for none in sha256 "sha256//${right#sha256//?}" "md5//${right#sha256//}" "$right;" "$right;x"; do
	outcome 2 USAGE --pinnedpubkey "$none" 127.0.0.1 "$PORT"
done
"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error 'renew'
kill -HUP "$SERVER_PID"
await 'msg=ready' 2
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --pinnedpubkey "$right" 127.0.0.1 "$PORT"
