#!/bin/sh
# staple.sh - the server staples an OCSP response that is good and refuses to start with any other;
# the client says how long it is good, and refuses a server whose staple says otherwise or is missing
# where the certificate demands one.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

need openssl
make_pki
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'
make_staple intermediate "$CERT" "$TMP/good.der"

# Served, for the right certificate of two, in both versions.
make_staple intermediate "$PKI/other.test/chain.pem" "$TMP/other.der"
start_server --workers 1 --metrics 127.0.0.1:0 --cert "$CERT" --key "$KEY" --ocsp "$TMP/good.der" \
	--cert "$PKI/other.test/chain.pem" --key "$PKI/other.test/key.pem"
for version in -tls1_2 -tls1_3; do
	openssl s_client $version -status -servername localhost -CAfile "$CA" -connect "127.0.0.1:$PORT" \
		</dev/null >"$TMP/out" 2>"$TMP/err"
	expect "$TMP/out" 'Cert Status: good'
	openssl s_client $version -status -servername other.test -CAfile "$CA" -connect "127.0.0.1:$PORT" \
		</dev/null >"$TMP/out" 2>"$TMP/err"
	expect "$TMP/out" '^OCSP responses\{0,1\}: no '
done
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername localhost 127.0.0.1 "$PORT"
expect "$TMP/err" '^ *staple: good until 20'
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername other.test 127.0.0.1 "$PORT"
! grep -q staple "$TMP/err" || fail 'there is a staple where none was given'
run_status 0 "$HELLO_CLIENT" -c 6 -i 10ms --parallel 1 --resume --tls-max 1.2 --cacert "$CA" --servername localhost \
	127.0.0.1 "$PORT"
await 'outcome=OK.* protocol=TLSv1.2 .* resumed=yes' 5
# For a moment after its end.
outcome 59 CERT_INVALID --verify-time +3d --cacert "$CA" --servername localhost 127.0.0.1 "$PORT"
expect "$TMP/err" 'the OCSP response .* is invalid: it has been stale since '
await 'alert=113 alert_from=peer' "$REPEAT"

# A reload with a bad one changes nothing.
cp "$TMP/good.der" "$TMP/kept.der"
echo nonsense >"$TMP/good.der"
kill -HUP "$SERVER_PID"
await "reload failed: the old files stay in use.*good.der cannot be stapled: it is .*, not an OCSP response"
stop_server
mv "$TMP/kept.der" "$TMP/good.der"

# One ends while it is served: it is not stapled any more, and the log says so once. Made as
# if it were yesterday, for a day but a few seconds.
(
	PAST=$((24 * 3600 - 6)) LD_PRELOAD=$builddir/tests/support/late_clock.so
	export PAST LD_PRELOAD
	make_staple intermediate "$CERT" "$TMP/brief.der"
) || exit
start_server --workers 1 --ocsp "$TMP/brief.der"
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" localhost "$PORT"
expect "$TMP/err" '^ *staple: good until 20'
ended='level=warning role=master .*brief.der for \\"localhost\\" has been stale since 20.*, and is not stapled any more: get'
! logged "$ended" || fail 'it is said too early'
await "$ended"
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" localhost "$PORT"
! grep -q staple "$TMP/err" || fail 'a stale response is stapled'
kill -USR1 "$SERVER_PID"
await msg=status
[ "$(count 'is not stapled any more')" -eq 1 ] || fail 'it is said again and again'
# A reload with a stale one is refused, as a start is.
kill -HUP "$SERVER_PID"
await 'reload failed: the old files stay in use.*brief.der cannot be stapled: it has been stale since'
stop_server

# refused FILE REGEX: what --check says is what a start says.
refused() {
	# shellcheck disable=SC2086 # words, or none
	run_status 3 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
		--ocsp "$1"
	expect "$TMP/out" "^error: service: .*$2"
}
refused "$TMP/missing.der" 'cannot read the OCSP response'
refused "$TMP/other.der" 'cannot be stapled: it is about another certificate'
make_staple ca "$CERT" "$TMP/forged.der"
refused "$TMP/forged.der" 'cannot be stapled: it is about another certificate'

# Signed with SHA-1, where this openssl still does.
know intermediate "$CERT"
openssl ocsp -issuer "$PKI/intermediate.pem" -cert "$CERT" -no_nonce -reqout "$TMP/ocsp.req" \
	>"$TMP/ocsp.out" 2>&1 || error 'no OCSP request'
if openssl ocsp -index "$(index_of intermediate)" -CA "$PKI/intermediate.pem" -rmd sha1 \
	-rsigner "$PKI/intermediate.pem" -rkey "$PKI/private/intermediate.key" -ndays 1 \
	-reqin "$TMP/ocsp.req" -respout "$TMP/sha1.der" >"$TMP/ocsp.out" 2>&1; then
	refused "$TMP/sha1.der" 'cannot be stapled: it has a weak signature, with SHA1'
fi

# A server that does not look, as most: what the client says.
revoke intermediate "$CERT" keyCompromise
make_staple intermediate "$CERT" "$TMP/revoked.der"
refused "$TMP/revoked.der" 'says that the certificate was revoked'
careless() {
	: >"$TMP/s_server" # an old port is none
	openssl s_server -accept 127.0.0.1:0 -cert "$CERT" -cert_chain "$PKI/intermediate.pem" -key "$KEY" \
		-www -status_file "$1" "$2" >"$TMP/s_server" 2>&1 </dev/null &
	track $!
	wait_for "$PATIENCE" grep -q '^ACCEPT .*:[1-9]' "$TMP/s_server" ||
		fail "no s_server: $(cat "$TMP/s_server")"
	PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\).*/\1/p' "$TMP/s_server" | head -n 1)
}
for version in -tls1_2 -tls1_3; do
	careless "$TMP/revoked.der" $version
	outcome 56 CERT_REVOKED --cacert "$CA" --verify-name localhost 127.0.0.1 "$PORT"
	expect "$TMP/err" 'was revoked .*: keyCompromise; according to the OCSP response that the server staples'
	careless "$TMP/other.der" $version
	# That of 3.6 is not careless enough with TLS 1.3.
	openssl s_client $version -status -connect "127.0.0.1:$PORT" </dev/null >"$TMP/out" 2>"$TMP/err"
	if grep -q '^OCSP responses\{0,1\}: no ' "$TMP/out"; then
		echo "NOTE: s_server $version staples no response about another certificate: not tried"
		continue
	fi
	outcome 59 CERT_INVALID --cacert "$CA" --verify-name localhost 127.0.0.1 "$PORT"
	expect "$TMP/err" 'is invalid: it is about another certificate'
done

# must-staple.
"$srcdir/tests/support/badcerts.sh" "$PKI" muststaple >"$TMP/out" 2>&1 || error 'no certificate'
set -- --cert "$PKI/muststaple/chain.pem" --key "$PKI/muststaple/key.pem"
# shellcheck disable=SC2086 # words, or none
run_status 3 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 "$@"
expect "$TMP/out" '^error: .*"localhost" requires a stapled response (RFC 7633), and there is no --ocsp'
start_server --workers 1 "$@"
outcome 59 CERT_INVALID --cacert "$CA" 127.0.0.1 "$PORT"
expect "$TMP/err" 'requires a stapled OCSP response (must-staple, RFC 7633), and the server sent none'
stop_server
make_staple intermediate "$PKI/muststaple/chain.pem" "$TMP/must.der"
start_server --workers 1 "$@" --ocsp "$TMP/must.der"
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" 127.0.0.1 "$PORT"
expect "$TMP/err" '^ *staple: good until 20'
