#!/bin/sh
# mtls-reload.sh - HUP takes another CA of clients and other CRLs: from then on nobody is let in by the
# old ones, and a file that is no good changes nothing, neither who is let in nor who is kept out.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
make_pki
make_clients
TRUST=$TMP/trust.pem LISTS=$TMP/lists.pem

# let_in KIND...; kept_out WORDS KIND...: in both versions; the log says WORDS.
let_in() {
	for kind; do
		for version in 1.2 1.3; do
			# shellcheck disable=SC2046 # words
			run_status 0 "$HELLO_CLIENT" --cacert "$CA" --tls-max $version $(of "$kind") 127.0.0.1 "$PORT"
			printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "$kind is not greeted"
		done
		echo "generation $generation: $kind is let in"
	done
}
kept_out() {
	words=$1
	shift
	for kind; do
		for version in 1.2 1.3; do
			before=$(count "outcome=CLIENT_CERT_REFUSED .*$words")
			# shellcheck disable=SC2046 # words
			run_status 61 "$HELLO_CLIENT" --cacert "$CA" --tls-max $version $(of "$kind") 127.0.0.1 "$PORT"
			[ ! -s "$TMP/out" ] || fail "$kind is greeted"
			await "outcome=CLIENT_CERT_REFUSED .*$words" $((before + 1))
		done
		echo "generation $generation: $kind is kept out"
	done
}

one_worker() {
	[ "$(workers | wc -l)" -eq 1 ]
}
begin() {
	generation=1
	start_server --workers 1 --client-ca "$TRUST" "$@"
}
reload() {
	generation=$((generation + 1))
	kill -HUP "$SERVER_PID"
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
	wait_for "$PATIENCE" one_worker || fail 'the old worker does not leave'
}
# unmoved REGEX: a reload fails, and says so.
unmoved() {
	failures=$(($(count 'msg="reload failed: the old files stay in use"') + 1))
	kill -HUP "$SERVER_PID"
	await 'msg="reload failed: the old files stay in use"' $failures
	grep 'msg="reload failed' "$SERVER_LOG" | tail -n 1 >"$TMP/line"
	expect "$TMP/line" "outcome=FILE .*$1"
}

# asked_for CA: a client that has several certificates is told whose is wanted.
asked_for() {
	openssl s_client -connect "127.0.0.1:$PORT" </dev/null >"$TMP/out" 2>&1
	sed -n '/^Acceptable client certificate CA names/,/^[A-Z].*:/p' "$TMP/out" >"$TMP/names"
	grep -qx "CN *= *$(common_name "$1")" "$TMP/names" ||
		fail "not asked for $(common_name "$1"): $(cat "$TMP/names")"
}

# Blanks around the "=" come and go with the releases of openssl.
common_name() {
	openssl x509 -in "$1" -noout -subject | sed 's/.*CN *= *//'
}

# ---- the CA --------------------------------------------------------------------------------------

cp "$CA" "$TRUST"
begin
asked_for "$CA"
let_in good
kept_out 'not in --client-ca' other-ca
cat "$CA" "$TMP/other/ca.pem" >"$TRUST"
reload
let_in good other-ca
cp "$TMP/other/ca.pem" "$TRUST"
let_in good
reload
asked_for "$TMP/other/ca.pem"
! grep -qF "$(common_name "$CA")" "$TMP/names" || fail 'asked for the old CA'
kept_out 'not in --client-ca' good
let_in other-ca

echo nonsense >"$TRUST"
unmoved "the CA file $TRUST cannot be used"
: >"$TRUST"
unmoved "the CA file $TRUST cannot be used"
rm "$TRUST"
unmoved "the CA file $TRUST: No such file"
kept_out 'not in --client-ca' good
let_in other-ca
stop_server

# ---- the CRLs ------------------------------------------------------------------------------------

cp "$CA" "$TRUST"
cp "$CRLS" "$LISTS"
begin --crlfile "$LISTS"
let_in good not-listed
kept_out 'was revoked' revoked
revoke intermediate "$CLIENTS/good.pem" keyCompromise
make_crl intermediate "$TMP/new.crl"
cat "$TMP/root.crl" "$TMP/new.crl" >"$LISTS"
let_in good
reload
kept_out 'was revoked' good revoked
let_in not-listed

# One that can be used still, and is older: the operator is told.
make_crl intermediate "$TMP/old.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20990101000000Z
cat "$TMP/root.crl" "$TMP/old.crl" >"$LISTS"
reload
await 'level=warning .*the CRL of \\"hello-certs intermediate.* is from 2026-01-01 .*older than the previous one'
cat "$TMP/root.crl" "$TMP/new.crl" >"$LISTS"
reload
[ "$(count 'older than the previous one')" -eq 1 ] || fail 'a newer CRL is called older'

# None of these may take a revocation back.
make_crl intermediate "$TMP/stale.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20260102000000Z
cat "$TMP/root.crl" "$TMP/stale.crl" >"$LISTS"
unmoved "$LISTS: the CRL of .* has been stale since"
cp "$TMP/new.crl" "$LISTS"
unmoved "$LISTS has no CRL of \\\\\"hello-certs root"
: >"$LISTS"
unmoved "the CRL file $LISTS cannot be used"
rm "$LISTS"
unmoved "the CRL file $LISTS: No such file"
kept_out 'was revoked' good revoked
let_in not-listed
stop_server
