#!/bin/sh
# mtls-crl.sh - a CRL for clients that is stale is refused at the start, unless that is allowed; one
# that gets stale while it is used keeps its clients out, by a name of its own. And what would keep out
# nobody is no set-up.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
make_pki
make_clients

# starts STATUS REGEX ARG...: the start ends so.
starts() {
	starts_status=$1 starts_regex=$2
	shift 2
	# shellcheck disable=SC2086 # words, or none
	run_status "$starts_status" timeout 60 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 \
		--cert "$CERT" --key "$KEY" "$@"
	expect "$TMP/err" "$starts_regex"
}

starts 2 'needs --client-ca' --client-auth require
starts 2 'without --client-ca rejects nobody' --allow-cn good
starts 2 'without --client-ca rejects nobody' --crlfile "$CRLS"
for mode in optional none; do
	starts 2 "reject nobody with --client-auth $mode" --client-ca "$CA" --client-auth $mode --allow-cn good
done
starts 2 'rejects nobody' --client-ca "$CA" --client-auth none --crlfile "$CRLS"
starts 2 'exclude each other' --client-ca "$CA" --tickets 1

make_crl intermediate "$TMP/stale.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20260102000000Z
cat "$TMP/root.crl" "$TMP/stale.crl" >"$TMP/stale.pem"
starts 3 'the CRL of "hello-certs intermediate[^"]*" has been stale since 2026-01-02' \
	--client-ca "$CA" --crlfile "$TMP/stale.pem"
starts 3 'has no CRL of "hello-certs root' --client-ca "$CA" --crlfile "$TMP/sub.crl"

# A CA beside the root, of which the file has no CRL: none of its clients passes, which is not seen at once.
cat "$CA" "$PKI/intermediate.pem" >"$TMP/cas.pem"
# shellcheck disable=SC2086 # words, or none
run_status 6 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" \
	--client-ca "$TMP/cas.pem" --crlfile "$TMP/root.crl"
expect "$TMP/out" '^warning: .*root.crl: no CRL of "hello-certs intermediate'
start_server --workers 1 --client-ca "$TMP/cas.pem" --crlfile "$TMP/root.crl"
logged 'level=warning .*CRLs: no CRL of \\"hello-certs intermediate' || fail 'the start does not warn'
stop_server

# Allowed: who is good gets in, who is revoked does not, and the log complains.
start_server --workers 1 --client-ca "$CA" --crlfile "$TMP/stale.pem" --crl-stale allow
await 'level=error .*has been stale since 2026-01-02'
# shellcheck disable=SC2046 # words
run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of good) 127.0.0.1 "$PORT"
# shellcheck disable=SC2046
outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" $(of revoked) 127.0.0.1 "$PORT"
stop_server

# It gets stale while it is used.
make_crl intermediate "$TMP/brief.crl" -crlsec 5
cat "$TMP/root.crl" "$TMP/brief.crl" >"$TMP/brief.pem"
start_server --workers 1 --client-ca "$CA" --crlfile "$TMP/brief.pem"
logged 'allowed="every client of this CA"' || fail 'the start does not say who is let in'
await 'level=error role=master .*has been stale since .*all its clients are rejected'
# shellcheck disable=SC2046
outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" $(of good) 127.0.0.1 "$PORT"
await 'level=error .*outcome=CRL_UNUSABLE .*alert=46 alert_from=us .*stale since' "$REPEAT"
stop_server
