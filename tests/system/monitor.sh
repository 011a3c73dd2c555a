#!/bin/sh
# monitor.sh - hello-client as a Nagios plugin (0, 1, 2, 3, always with performance data) and beside
# node_exporter: a file that promtool accepts, and that keeps what it knew of a certificate.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'

# plugin STATUS WORD ARG...
plugin() {
	plugin_status=$1 plugin_word=$2
	shift 2
	run_status "$plugin_status" "$HELLO_CLIENT" --nagios --cacert "$CA" "$@"
	[ "$(wc -l <"$TMP/out")" -eq 1 ] || fail "not one line of: $*"
	expect "$TMP/out" "^HELLO $plugin_word - [^|]* | days_left=[-U0-9.]*;[0-9.:]*;[0-9.:]* chain_days_left=[-U0-9.]*;.* total=[U0-9.]*\(ms\)*;;;0\$"
}

# ---- nagios ---------------------------------------------------------------------------------------
start_server --workers 1
plugin 0 OK localhost "$PORT"
[ ! -s "$TMP/err" ] || fail 'something is on standard error'
plugin 1 WARNING -w 40 localhost "$PORT"
plugin 2 CRITICAL -w 60 --critical 40 localhost "$PORT"
plugin 2 CRITICAL --verify-name other.test localhost "$PORT"
expect "$TMP/out" 'CERT_WRONG_NAME: .*days_left=\(29\.[0-9]*\|30\);'
plugin 2 CRITICAL localhost 1
expect "$TMP/out" 'CONNECT_REFUSED: .*days_left=U;; .*connect=U;'
plugin 3 UNKNOWN --no-such localhost
plugin 3 UNKNOWN
plugin 3 UNKNOWN -w 1 --critical 2 localhost
expect "$TMP/err" '^  try: --warning 2 --critical 1$'
plugin 3 UNKNOWN -c 2 localhost
plugin 3 UNKNOWN --cacert "$TMP/nothing" localhost
run_status 2 "$HELLO_CLIENT" -w 3 localhost

# ---- prometheus -----------------------------------------------------------------------------------
FILE=$TMP/hello.prom
metric() {
	sed -n "s/^hello_client_$1{host=\"localhost\",port=\"$PORT\"${2-}} //p" "$FILE"
}

run_status 0 "$HELLO_CLIENT" --prometheus "$FILE" --cacert "$CA" localhost "$PORT"
printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'the greeting is not printed any more'
[ "$(metric success)" = 1 ] || fail 'no success'
end=$(metric certificate_expiry_timestamp_seconds ',certificate="leaf"')
[ "$(($(date +%s) + 25 * 86400))" -lt "$end" ] || fail "the certificate ends at $end"
begin=$(metric certificate_not_before_timestamp_seconds ',certificate="leaf"')
[ $((end - begin)) -eq $((30 * 86400 + 3600)) ] || fail "the certificate lives from $begin to $end"
digest=$(openssl x509 -in "$CERT" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
[ "$(metric certificate_info ",name=\"localhost\",sha256=\"$digest\"")" = 1 ] || fail 'not its certificate'
for phase in resolve connect handshake close total; do
	[ -n "$(metric phase_seconds ",phase=\"$phase\"")" ] || fail "no time of $phase"
done
[ "$(stat -c %a "$FILE")" = 644 ] || fail 'others cannot read the file'
cp "$FILE" "$TMP/good"

run_status 54 "$HELLO_CLIENT" --prometheus "$FILE" --cacert "$CA" --verify-name other.test localhost "$PORT"
[ "$(metric success)" = 0 ] || fail 'success with a wrong name'
[ "$(metric outcome ',reason="CERT_WRONG_NAME",stage="verify"')" = 1 ] || fail 'no reason'
[ -n "$(metric certificate_left_seconds ',certificate="leaf"')" ] || fail 'nothing of the certificate that was refused'
[ "$(metric certificate_info ",name=\"other.test\",sha256=\"$digest\"")" = 1 ] || fail 'not the verified name'
run_status 3 "$HELLO_CLIENT" --prometheus "$TMP/no/such" --cacert "$CA" localhost "$PORT"
expect "$TMP/err" '^hello-client: FILE: cannot write .*/no/such'
[ ! -s "$TMP/out" ] || fail 'a greeting, although something went wrong'
stop_server
run_status 20 "$HELLO_CLIENT" --prometheus "$FILE" --cacert "$CA" localhost "$PORT"
[ "$(metric outcome ',reason="CONNECT_REFUSED",stage="connect"')" = 1 ] || fail 'no reason'
[ "$(metric certificate_expiry_timestamp_seconds ',certificate="leaf"')" = "$end" ] ||
	fail 'what was known of the certificate is forgotten'
! grep -q '^hello_client_certificate_info{' "$FILE" || fail 'a certificate, although none was sent'
[ "$(metric certificate_not_before_timestamp_seconds ',certificate="leaf"')" = "$begin" ] ||
	fail 'the beginning of the certificate is forgotten'
cp "$FILE" "$TMP/bad"

start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
plugin 2 CRITICAL localhost "$PORT"
expect "$TMP/out" 'CERT_EXPIRED: .*days_left=-[0-9.]*;'
# Both failures are told, and the one of the server decides.
run_status 52 "$HELLO_CLIENT" --prometheus "$TMP/no/such" --cacert "$CA" localhost "$PORT"
expect "$TMP/err" '^hello-client: FILE: cannot write .*/no/such'
expect "$TMP/err" '^hello-client: CERT_EXPIRED: '

command -v promtool >/dev/null || skip 'promtool is not installed; all but its opinion was tested'
for each in "$TMP/good" "$TMP/bad"; do
	promtool check metrics <"$each" >"$TMP/out" 2>&1 || fail "promtool: $(cat "$TMP/out" "$each")"
done
