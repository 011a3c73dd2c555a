#!/bin/sh
# post-quantum.sh - where the TLS library has ML-KEM, our two programs agree on the hybrid without
# being asked, and both say "post-quantum"; with an older peer they agree as before.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# What needs no ML-KEM: the verdicts about elliptic curves alone.
classical() {
	outcome 47 KEY_EXCHANGE_CLASSICAL --cacert "$CA" --expect-pq "$@" localhost "$PORT"
	expect "$TMP/err" ', which is not post-quantum; this client offered no post-quantum group'
}
start_server
classical --groups X25519
run_status 47 "$HELLO_CLIENT" --cacert "$CA" --expect-pq --groups X25519 -v localhost "$PORT"
expect "$TMP/err" '^           post-quantum: key exchange no, certificate no (EC P-256)$'
# The handshake is what failed, and the chain is valid.
expect "$TMP/err" '^handshake  failed: KEY_EXCHANGE_CLASSICAL '
expect "$TMP/err" '^verify     localhost <- '
! grep -q '^verify     failed' "$TMP/err" || fail "the verification did not fail: $(cat "$TMP/err")"
classical --tls-max 1.2
# An invalid certificate comes first.
outcome 50 CERT_UNKNOWN_CA --expect-pq --groups X25519 localhost "$PORT"
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --groups X25519 -v --prometheus "$TMP/metrics" \
	localhost "$PORT"
expect "$TMP/err" \
	'^           post-quantum: key exchange no, certificate no (EC P-256)$'
for part in key_exchange certificate; do
	expect "$TMP/metrics" "^hello_client_post_quantum{host=\"localhost\",port=\"$PORT\",part=\"$part\"} 0$"
done
run_status 0 "$HELLO_CLIENT" --cacert "$CA" -v --chain "$CERT" localhost
expect "$TMP/err" '^           post-quantum: certificate no (EC P-256)$'
stop_server

"$HELLO_CLIENT" --groups X25519MLKEM768 localhost 9 >/dev/null 2>"$TMP/err"
! grep -q 'lacks "X25519MLKEM768"' "$TMP/err" ||
	skip "$(openssl version): the TLS library has no ML-KEM, which came with OpenSSL 3.5"

# ask ARG...: one verified greeting, told step by step.
ask() {
	so_far=$(count outcome=OK)
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername localhost "$@" "127.0.0.1:$PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'not the greeting'
	await outcome=OK $((so_far + 1))
	grep outcome=OK "$SERVER_LOG" | tail -n 1 >"$TMP/line"
	grep '^handshake' "$TMP/err"
}

start_server
ask
expect "$TMP/err" '^handshake  TLSv1.3 TLS_AES_128_GCM_SHA256 X25519MLKEM768 post-quantum '
expect "$TMP/line" 'group=X25519MLKEM768 post_quantum=yes'
ask --expect-pq --prometheus "$TMP/metrics"
expect "$TMP/err" \
	'^           post-quantum: key exchange yes, certificate no (EC P-256)$'
expect "$TMP/metrics" 'part="key_exchange"} 1$'

ask --groups X25519
expect "$TMP/err" '^handshake  TLSv1.3 TLS_AES_128_GCM_SHA256 [Xx]25519 *[0-9.]* ms$'
expect "$TMP/line" 'group=[Xx]25519 post_quantum=no'
ask --tls-max 1.2
expect "$TMP/line" 'protocol=TLSv1.2 .* post_quantum=no'

for each in '--groups X25519' '--tls-max 1.2' '--hello classical'; do
	# shellcheck disable=SC2086 # words
	classical $each
	expect "$TMP/err" "^  try: omit .*${each% *}"
done
stop_server

start_server --groups X25519MLKEM768
ask
outcome 42 HANDSHAKE_ALERT --cacert "$CA" --groups X25519 localhost "$PORT"
stop_server

start_server --groups X25519
outcome 47 KEY_EXCHANGE_CLASSICAL --cacert "$CA" --expect-pq localhost "$PORT"
! grep -q 'offered no' "$TMP/err" || fail 'the client did offer one'
ask
expect "$TMP/line" 'group=[Xx]25519 post_quantum=no'
stop_server
