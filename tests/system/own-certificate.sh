#!/bin/sh
# own-certificate.sh - what is wrong with our own certificate is named when a server refuses it, and is
# only a note when a server accepts it: expired, not for clients, from a public CA, without its
# intermediate. A good one is never mentioned.
# The server's request: certificate-request.sh
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl jq
unset CDPATH
make_pki
make_clients
cd "$TMP" || error 'cd'

# Like a certificate of a public CA: its policy, and only serverAuth.
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=public -keyout "$CLIENTS/public.key" \
	-out public.csr 2>said || error "no request: $(cat said)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=issuer -days 30 \
	-keyout issuer.key -out issuer.pem 2>said || error "no issuer: $(cat said)"
printf '%s\n' extendedKeyUsage=serverAuth certificatePolicies=2.23.140.1.2.1 subjectAltName=DNS:a.test >extensions
openssl x509 -req -in public.csr -CA issuer.pem -CAkey issuer.key -CAcreateserial -days 30 -extfile extensions \
	-out "$CLIENTS/public.pem" 2>said || error "no certificate: $(cat said)"
cat "$CA" issuer.pem >both-cas.pem
# The intermediate's place is taken by a certificate that did not issue it.
sed -n '1,/^-----END/p' "$CLIENTS/good.pem" >"$CLIENTS/gap.pem"
cat "$CA" >>"$CLIENTS/gap.pem"
cp "$CLIENTS/good.key" "$CLIENTS/gap.key"

mention() {
	case $1 in
	expired) fault=expired text='expired on 2021-01-01 .* ago' advice='renew the certificate in --cert' ;;
	wrong-eku) fault=no_client_auth text='lacks clientAuth in its extended key usage' \
		advice='use a certificate with the extended key usage clientAuth, from a private CA .* in 2026' ;;
	public) fault=no_client_auth text="lacks clientAuth, which public CAs no longer issue" \
		advice='use a certificate with the extended key usage clientAuth, from a private CA .* in 2026' ;;
	gap) fault=chain_gap text='was not issued by the next certificate in --cert' \
		advice='put the leaf into the --cert file, then the certificate that issued it' ;;
	esac
}

echo 'a server that refuses'
for version in 1.2 1.3; do
	start_server --client-ca both-cas.pem --tls-max $version
	for kind in expired wrong-eku public gap; do
		mention $kind
		# shellcheck disable=SC2046 # words
		outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" $(of $kind) 127.0.0.1 "$PORT"
		expect err "^hello-client: CLIENT_CERT_REFUSED: .*; our certificate ${text}[;( ]"
		expect err "^  try: $advice\$"
		# shellcheck disable=SC2046
		run_status 61 "$HELLO_CLIENT" --json --cacert "$CA" $(of $kind) 127.0.0.1 "$PORT"
		[ "$(jq -c .certificate_request.faults out)" = "[\"$fault\"]" ] || fail "$kind: $(jq -c .certificate_request out)"
		# The refusal was expected: nothing is said about acceptance.
		# shellcheck disable=SC2046
		run_status 0 "$HELLO_CLIENT" --expect-outcome CLIENT_CERT_REFUSED --cacert "$CA" $(of $kind) 127.0.0.1 "$PORT"
		! grep -q 'did not refuse' err || fail "a refused certificate: $(cat err)"
	done
	# shellcheck disable=SC2046
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of good) 127.0.0.1 "$PORT"
	[ ! -s err ] || fail "a good certificate: $(cat err)"
	stop_server
done

accepts() {
	PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' accept)
	[ -n "$PORT" ]
}

echo 'a server that accepts everything'
openssl s_server -accept 127.0.0.1:0 -www -cert "$CERT" -cert_chain "$CERT" -key "$KEY" -CAfile "$CA" -Verify 3 \
	>accept 2>&1 &
track $!
wait_for "$PATIENCE" accepts || error "no server: $(cat accept)"
for kind in expired wrong-eku public gap; do
	mention $kind
	# shellcheck disable=SC2046
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" $(of $kind) "https://127.0.0.1:$PORT"
	expect err "^hello-client: note: our certificate $text; this server accepted it, but others may reject it\$"
	expect err "^           our certificate $text\$"
	awk 'length($0) > 80 && !/^hello-client: / { bad = 1 } END { exit bad }' err || fail "a line of -v is too long: $(cat err)"
	# shellcheck disable=SC2046
	run_status 0 "$HELLO_CLIENT" --quiet --cacert "$CA" $(of $kind) "https://127.0.0.1:$PORT"
	[ ! -s err ] || fail "--quiet: $(cat err)"
done
# shellcheck disable=SC2046
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" $(of good) "https://127.0.0.1:$PORT"
! grep -q 'our certificate' err || fail "a good certificate: $(cat err)"

echo 'a server that does not ask'
start_server
# shellcheck disable=SC2046
run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of expired) 127.0.0.1 "$PORT"
[ ! -s err ] || fail "it was not sent: $(cat err)"
stop_server
