#!/bin/sh
# client-cert.sh - a server that is not ours asks hello-client for its certificate: whether it sent none
# or one that was refused has a name each, with the alert told, in TLS 1.2 and 1.3.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
{
	"$HELLO_CERTS" issue "$PKI" --client alice && "$HELLO_CERTS" init "$TMP/other" &&
		"$HELLO_CERTS" issue "$TMP/other" --client mallory
} >"$TMP/said" 2>&1 || error "no clients: $(cat "$TMP/said")"

accepts() {
	PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$TMP/accept")
	[ -n "$PORT" ]
}

# asker VERSION: a server that insists on a certificate, and says nothing to who has one.
asker() {
	[ ! -p "$TMP/quiet" ] || rm "$TMP/quiet"
	mkfifo "$TMP/quiet" || error 'mkfifo'
	: >"$TMP/accept"
	openssl s_server -accept 127.0.0.1:0 "-tls$1" -cert "$CERT" -cert_chain "$CERT" -key "$KEY" \
		-CAfile "$CA" -Verify 3 -verify_return_error <"$TMP/quiet" >"$TMP/accept" 2>&1 &
	asker=$!
	track $asker
	exec 4>"$TMP/quiet"
	wait_for "$PATIENCE" accepts || error "no server: $(cat "$TMP/accept")"
}

# of WHO [DIR]: the options that show that certificate.
of() {
	printf -- '--cert %s/chain.pem --key %s/key.pem' "${2-$PKI}/$1" "${2-$PKI}/$1"
}

# asked STATUS NAME ALERT ARG...
asked() {
	asked_status=$1 asked_name=$2 asked_alert=$3
	shift 3
	outcome "$asked_status" "$asked_name" --cacert "$CA" "$@" 127.0.0.1 "$PORT"
	expect "$TMP/err" "$asked_alert"
}

for version in 1_2 1_3; do
	asker $version
	case $version in
	1_2) asked 60 CLIENT_CERT_REQUIRED 'none was sent.*"handshake failure" (40)' ;;
	1_3) asked 60 CLIENT_CERT_REQUIRED 'none was sent.*"certificate required" (116), after the handshake' ;;
	esac
	# shellcheck disable=SC2046 # words
	asked 61 CLIENT_CERT_REFUSED 'rejected the client certificate.*"unknown CA" (48)' $(of mallory "$TMP/other")
	expect "$TMP/err" 'try: use a certificate from a CA that the server accepts'
	# One that passes has only the greeting to wait for.
	# shellcheck disable=SC2046
	asked 70 GREETING_TIMEOUT . --read-timeout 100ms $(of alice)
	exec 4>&-
	kill "$asker"
	wait "$asker"
	untrack "$asker"
done

# Without being asked nobody shows anything, and half of it is none.
start_server --workers 1
# shellcheck disable=SC2046
run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of alice) 127.0.0.1 "$PORT"
stop_server
outcome 2 USAGE --cert "$PKI/alice/chain.pem" localhost
outcome 3 FILE --cert "$PKI/alice/chain.pem" --key "$KEY" localhost
