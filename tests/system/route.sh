#!/bin/sh
# route.sh - whoever goes elsewhere verifies the same; the address used is shown; -4 and -6 are
# strict; --verify-time, SSLKEYLOGFILE, -q and --explain do what the manual says.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
"$HELLO_CERTS" issue "$PKI" svc.test >"$TMP/out" 2>&1 || error 'no certificate for svc.test'
start_server --workers 1 --cert "$PKI/svc.test/chain.pem" --key "$PKI/svc.test/key.pem"

# reaches ARG...: greeted, and verified as svc.test, which no resolver knows.
reaches() {
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" "$@"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "not greeted: $*"
	expect "$TMP/err" "^connect  *127\.0\.0\.1:$PORT "
	expect "$TMP/err" '^verify  *svc\.test <-'
}

echo 'elsewhere, and the same is verified'
reaches --connect-to 127.0.0.1 svc.test "$PORT"
reaches --connect-to "127.0.0.1:$PORT" svc.test
reaches --connect-to "svc.test:1:127.0.0.1:$PORT" svc.test 1
reaches --resolve "svc.test:$PORT:127.0.0.1" svc.test "$PORT"
reaches --resolve "*:$PORT:::1,127.0.0.1" -4 svc.test "$PORT"
reaches --connect-to "node.test:$PORT" --resolve "node.test:$PORT:127.0.0.1" svc.test
outcome 54 CERT_WRONG_NAME --cacert "$CA" --connect-to 127.0.0.1 other.test "$PORT"
expect "$TMP/err" '"other\.test" (127\.0\.0\.1:'"$PORT)\$"
await 'sni="*svc.test' 6

echo 'of the other family there is nothing'
outcome 10 RESOLVE_NOT_FOUND --cacert "$CA" -6 --connect-to 127.0.0.1 svc.test "$PORT"
outcome 10 RESOLVE_NOT_FOUND --cacert "$CA" -6 --resolve "svc.test:$PORT:127.0.0.1" svc.test "$PORT"
outcome 10 RESOLVE_NOT_FOUND --cacert "$CA" -4 --connect-to ::1 svc.test "$PORT"

echo 'at another time'
svc="--cacert $CA --connect-to 127.0.0.1 svc.test $PORT"
# shellcheck disable=SC2086 # a list of words
{
	outcome 52 CERT_EXPIRED --verify-time 2099-12-31 $svc
	expect "$TMP/err" 'verify-time is 2099-12-31 00:00:00Z'
	outcome 53 CERT_NOT_YET_VALID --verify-time '2001-01-01 12:00:00Z' $svc
	run_status 0 "$HELLO_CLIENT" --verify-time +1d $svc
	outcome 2 USAGE --verify-time tomorrow $svc
}

echo 'the secrets, where they are asked for'
# shellcheck disable=SC2086
{
	run_status 0 env SSLKEYLOGFILE="$TMP/keys" "$HELLO_CLIENT" -q $svc
	expect "$TMP/err" "^hello-client: SSLKEYLOGFILE is set: .*$TMP/keys"
	expect "$TMP/keys" '^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]* [0-9a-f]*$'
	[ "$(stat -c %a "$TMP/keys")" = 600 ] || fail 'others can read the secrets'
	run_status 3 env SSLKEYLOGFILE="$TMP" "$HELLO_CLIENT" $svc
	expect "$TMP/err" 'hello-client: FILE: cannot write .*(SSLKEYLOGFILE)'
	run_status 0 env SSLKEYLOGFILE= "$HELLO_CLIENT" $svc
	[ ! -s "$TMP/err" ] || fail 'there is something on standard error'
}

echo 'quiet'
# shellcheck disable=SC2086
run_status 52 "$HELLO_CLIENT" -q --verify-time 2099-12-31 $svc
! grep -q . "$TMP/out" "$TMP/err" || fail '-q says something'
outcome 2 USAGE -v -q localhost

echo 'explained'
for reason in CERT_EXPIRED 52; do
	run_status 0 "$HELLO_CLIENT" --explain $reason
	expect "$TMP/out" '^CERT_EXPIRED: a certificate has expired$'
	expect "$TMP/out" '^exit status 52, layer: verify$'
	expect "$TMP/out" '^try: .'
done
outcome 2 USAGE --explain NOTHING
for status in $(seq 0 123); do
	"$HELLO_CLIENT" --explain "$status" 2>/dev/null
done >"$TMP/out"
! awk 'length > 80' "$TMP/out" | grep . || fail 'more than 80 columns'

stop_server
