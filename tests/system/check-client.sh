#!/bin/sh
# check-client.sh - hello-server --check --client-cert: the verdict on each kind of client, its exit
# status and its reason are those of a handshake with the same options.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
make_pki
make_clients

# verdict STATUS FILE ARG...: what --check says, with the server's options in $options.
verdict() {
	verdict_status=$1 verdict_file=$2
	shift 2
	# shellcheck disable=SC2086 # words
	run_status "$verdict_status" "$HELLO_SERVER" $WORK_AS --check --client-cert "$verdict_file" --listen 127.0.0.1:0 \
		--cert "$CERT" --key "$KEY" $options "$@"
}

# expected KIND: the client's status with all options.
expected() {
	case $1 in
	good) echo 0 ;;
	*) echo 61 ;;
	esac
}

options="--client-ca $CA --crlfile $CRLS $ALLOW"
# shellcheck disable=SC2086 # words
start_server $options
for kind in $KINDS; do
	[ "$kind" != none ] || continue
	status=$(expected "$kind")
	# shellcheck disable=SC2046
	run_status "$status" "$HELLO_CLIENT" --quiet --cacert "$CA" $(of "$kind") 127.0.0.1 "$PORT"
	verdict "$(expected "$kind")" "$CLIENTS/$kind.pem"
	if [ "$(expected "$kind")" -eq 0 ]; then
		expect "$TMP/out" "^note: $CLIENTS/$kind.pem: a client with this certificate would be admitted\$"
		continue
	fi
	expect "$TMP/out" '^  a client with this certificate would be rejected: CLIENT_CERT_REFUSED$'
	why=$(sed -n "s|^error: $CLIENTS/$kind.pem: ||p" "$TMP/out")
	[ -n "$why" ] || fail "$kind: no reason: $(cat "$TMP/out")"
	# shellcheck disable=SC2016 # for the inner shell
	# The log quotes the names within its own quotation marks.
	wait_for "$PATIENCE" sh -c 'tr -d "\\\\\"" <"$1" | grep -qF "$(printf %s "$2" | tr -d "\"")"' sh "$SERVER_LOG" "$why" ||
		fail "$kind: the log has another reason than: $why"
done
stop_server

# Each check alone.
options="--client-ca $CA"
verdict 0 "$CLIENTS/revoked.pem"
verdict 0 "$CLIENTS/not-listed.pem"
verdict 61 "$CLIENTS/expired.pem"
options="--client-ca $CA --crlfile $CRLS"
verdict 61 "$CLIENTS/revoked.pem"
expect "$TMP/out" 'was revoked'
verdict 0 "$CLIENTS/not-listed.pem"
options="--client-ca $CA $ALLOW"
verdict 61 "$CLIENTS/not-listed.pem"
verdict 0 "$CLIENTS/revoked.pem"
options="--client-ca $CA --client-auth optional"
verdict 61 "$CLIENTS/expired.pem"
sed -n '1,/^-----END/p' "$CLIENTS/good.pem" >"$TMP/leaf.pem"
verdict 61 "$TMP/leaf.pem"
cp "$CLIENTS/good.pem" "$TMP/long.pem"
while [ "$(wc -c <"$TMP/long.pem")" -lt 60000 ]; do
	cat "$CA" >>"$TMP/long.pem"
done
verdict 61 "$TMP/long.pem"
expect "$TMP/out" 'certificates are [0-9]* bytes long, and this server reads at most 32768'

# A good chain, and a key with which nobody can sign for this server.
printf '%s\n' 'basicConstraints = CA:false' 'extendedKeyUsage = clientAuth' 'subjectKeyIdentifier = hash' \
	'authorityKeyIdentifier = keyid' >"$TMP/ext"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/csr.key" -subj /CN=odd \
	-config /dev/null -out "$TMP/csr" 2>"$TMP/said" || error 'no request'
# odd NAME GENPKEY-ARG...: $TMP/NAME.pem and NAME.key
odd() {
	odd_name=$1
	shift
	openssl genpkey "$@" -out "$TMP/$odd_name.key" 2>"$TMP/said" &&
		openssl pkey -in "$TMP/$odd_name.key" -pubout -out "$TMP/odd.pub" 2>"$TMP/said" &&
		openssl x509 -req -in "$TMP/csr" -force_pubkey "$TMP/odd.pub" -CA "$PKI/intermediate.pem" \
			-CAkey "$PKI/private/intermediate.key" -days 2 -extfile "$TMP/ext" \
			-out "$TMP/odd.crt" 2>"$TMP/said" &&
		cat "$TMP/odd.crt" "$PKI/intermediate.pem" >"$TMP/$odd_name.pem"
}
options="--client-ca $CA"
# shellcheck disable=SC2086
start_server $options
if odd koblitz -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1; then
	verdict 61 "$TMP/koblitz.pem"
	expect "$TMP/out" 'has a key on the curve secp256k1, with which no client can sign for this server'
	run_status 60 "$HELLO_CLIENT" --quiet --cacert "$CA" --cert "$TMP/koblitz.pem" --key "$TMP/koblitz.key" \
		127.0.0.1 "$PORT"
fi
odd wide -algorithm EC -pkeyopt ec_paramgen_curve:P-521 || error "no wide: $(cat "$TMP/said")"
verdict 0 "$TMP/wide.pem"
run_status 0 "$HELLO_CLIENT" --quiet --cacert "$CA" --cert "$TMP/wide.pem" --key "$TMP/wide.key" 127.0.0.1 "$PORT"
verdict 61 "$TMP/wide.pem" --tls-max 1.2
if odd agreement -algorithm X25519; then
	verdict 61 "$TMP/agreement.pem"
	expect "$TMP/out" 'has a key of type X25519, with which no client can sign for this server'
fi
stop_server

# An error of the configuration comes first, and so does a file that cannot be used.
verdict 3 "$CLIENTS/good.key"
verdict 3 "$TMP/none"
verdict 3 "$CLIENTS/expired.pem" --greeting-file "$TMP/none"
options=''
verdict 2 "$CLIENTS/good.pem"
expect "$TMP/err" 'USAGE: --client-cert needs --client-ca'
options="--client-ca $CA --client-auth none"
verdict 2 "$CLIENTS/good.pem"
expect "$TMP/err" 'and not --client-auth none'
run_status 2 "$HELLO_SERVER" --client-cert "$CLIENTS/good.pem" --client-ca "$CA"
expect "$TMP/err" 'USAGE: --client-cert needs --check'
