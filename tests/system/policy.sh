#!/bin/sh
# policy.sh - versions, groups and ciphers can be narrowed on both sides and not widened; what leaves
# nothing is refused at the start with the names there are; both sides tell what they agreed on.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# agreed PROTOCOL CIPHER GROUP ARG...: hello-client agrees on these with the server, and both say so.
agreed() {
	protocol=$1 cipher=$2 group=$3
	shift 3
	so_far=$(count outcome=OK)
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername localhost "$@" "127.0.0.1:$PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'not the greeting'
	expect "$TMP/err" "^handshake  $protocol $cipher $group "
	await outcome=OK $((so_far + 1))
	grep outcome=OK "$SERVER_LOG" | tail -n 1 >"$TMP/line"
	expect "$TMP/line" " protocol=$protocol cipher=$cipher group=$group post_quantum="
	echo "$protocol $cipher $group"
}

# as_client STATUS ARG...: the same with s_client, which asks for more.
as_client() {
	status=$1
	shift
	run_status "$status" openssl s_client -quiet -verify_return_error -CAfile "$CA" \
		-connect "127.0.0.1:$PORT" "$@" </dev/null
	[ "$status" -ne 0 ] || expect "$TMP/out" "^$GREETING\$"
}

# ---- one version only ----------------------------------------------------------------------------

start_server --tls-max 1.2 --ciphers ECDHE-ECDSA-AES256-GCM-SHA384
as_client 0 -tls1_2
as_client 1 -tls1_3
as_client 1 -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
agreed TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 '[Xx]25519'
outcome 45 HANDSHAKE_PARAMETERS --cacert "$CA" --tls-min 1.3 localhost "$PORT"
stop_server

start_server --tls-min 1.3 --ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256 --groups P-384
as_client 0 -tls1_3
as_client 1 -tls1_2
await 'outcome=HANDSHAKE_PARAMETERS .*"the client offers at most TLS 1.2; the minimum here is 1.3"'
as_client 1 -tls1_3 -groups X25519
await 'outcome=HANDSHAKE_PARAMETERS .*"no common group: the client offers x25519; this server allows P-384"'
as_client 1 -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256
await 'outcome=HANDSHAKE_PARAMETERS .*"no common cipher: the client offers [0-9]*, but none that this server allows in TLS 1.3: TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256"'
agreed TLSv1.3 TLS_AES_256_GCM_SHA384 secp384r1
outcome 45 HANDSHAKE_PARAMETERS --cacert "$CA" --tls-max 1.2 localhost "$PORT"
outcome 42 HANDSHAKE_ALERT --cacert "$CA" --groups X25519:P-256 localhost "$PORT"
stop_server

# ---- the client alone narrows --------------------------------------------------------------------

start_server
agreed TLSv1.3 TLS_AES_128_GCM_SHA256 secp256r1 --groups P-256
# With TLS 1.2 the list is about the certificate, too, and ours is on P-256.
agreed TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256 secp256r1 --tls-max 1.2 --groups secp256r1
agreed TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 '[Xx]25519' --tls-max 1.2 \
	--ciphers ECDHE-ECDSA-AES256-GCM-SHA384
outcome 42 HANDSHAKE_ALERT --cacert "$CA" --tls-max 1.2 --groups P-384 localhost "$PORT"
expect "$TMP/err" '^  try: compare without --groups: with TLS 1.2 it also limits the curves'
await 'outcome=HANDSHAKE_PARAMETERS .*TLS 1.2 requires the curve of our certificate, P-256, to be among the peer' "$REPEAT"
# What has nothing to do with curves is not explained by them.
as_client 1 -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
await 'outcome=HANDSHAKE_PARAMETERS .*"none of the common ciphers (ECDHE-RSA-AES128-GCM-SHA256) fits both the server.s certificate (key of type EC 256) and'
as_client 1 -tls1_1 -cipher ALL@SECLEVEL=0
await 'outcome=HANDSHAKE_PARAMETERS .*"the client offers at most TLS 1.1; the minimum here is 1.2"'
as_client 1 -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256
await 'outcome=HANDSHAKE_PARAMETERS .*"no common cipher: the client offers [0-9]*, but none that this server allows in TLS 1.2: ECDHE-ECDSA-AES128-GCM-SHA256, .*AES256-GCM-SHA384"'
as_client 1 -tls1_3 -sigalgs rsa_pss_rsae_sha256
await 'outcome=HANDSHAKE_PARAMETERS .*"no common signature algorithm: the client offers rsa_pss_rsae_sha256; the server.s certificate has a key of type EC 256"'
stop_server

# ---- the server alone narrows, and a client shows a certificate ------------------------------------

"$HELLO_CERTS" issue "$PKI" --client bob >"$TMP/out" 2>&1 || error 'no client'
start_server --groups X25519 --client-ca "$CA"
agreed TLSv1.3 TLS_AES_128_GCM_SHA256 '[Xx]25519' --cert "$PKI/bob/chain.pem" --key "$PKI/bob/key.pem"
run_status 42 "$HELLO_CLIENT" --cacert "$CA" --tls-max 1.2 --cert "$PKI/bob/chain.pem" \
	--key "$PKI/bob/key.pem" localhost "$PORT"
await "outcome=CLIENT_CERT_REFUSED .*TLS 1.2 requires the curve of the client's certificate to be among our groups"
stop_server

# ---- refusals ------------------------------------------------------------------------------------

# refused PROGRAM WORDS ARG...
refused() {
	program=$1 words=$2
	shift 2
	case $program in
	server) set -- "$HELLO_SERVER" --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 "$@" ;;
	client) set -- "$HELLO_CLIENT" --cacert "$CA" "$@" localhost 9 ;;
	esac
	run_status 2 "$@"
	expect "$TMP/err" "^hello-$program: USAGE: $words"
	tail -n 1 "$TMP/err" | grep -q '^  try: ' || fail "no advice for: $*"
	echo "$program refuses: $(grep USAGE "$TMP/err")"
}

for program in server client; do
	refused "$program" 'invalid --tls-min "1.1": expected 1.2 or 1.3' --tls-min 1.1
	refused "$program" 'invalid --tls-max "TLSv1.3": expected 1.2 or 1.3' --tls-max TLSv1.3
	refused "$program" '--tls-min 1.3 is above --tls-max 1.2$' --tls-max 1.2 --tls-min 1.3
	refused "$program" '--groups: hello-tls does not allow "P-521"; .*X25519, P-256, P-384$' \
		--groups X25519:P-521
done
refused server '--ciphers: hello-tls does not allow "AES128-SHA"; .* ECDHE-RSA-AES128-GCM-SHA256, ' \
	--ciphers AES128-SHA
refused server 'the value of --ciphers is empty' --ciphers ''
refused server '--ciphersuites: hello-tls does not allow "none"; .* TLS_AES_128_GCM_SHA256, ' \
	--tls-min 1.3 --ciphersuites none
refused server '--groups: hello-tls does not allow "none"' --check --groups none
