#!/bin/sh
# dtls-mtls.sh - client certificates over DTLS: who is let in, who is not, with which outcome and alert; the
# same as over TLS 1.2.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
make_pki
make_clients
# shellcheck disable=SC2086 # words
start_server --listen dtls:127.0.0.1:0 --client-ca "$CA" --crlfile "$CRLS" $ALLOW

lines=0
# shows KIND REGEX: what the log says of a client with this certificate; greeted if REGEX begins with OK.
shows() {
	kind=$1
	set -- "$2"
	[ "$kind" = none ] || set -- "$1" -cert "$CLIENTS/$kind.pem" -cert_chain "$CLIENTS/$kind.pem" -key "$CLIENTS/$kind.key"
	want=$1
	shift
	timeout 10 openssl s_client -dtls1_2 -ign_eof -CAfile "$CA" -connect "127.0.0.1:$PORT" "$@" \
		</dev/null >"$TMP/out" 2>"$TMP/err"
	case $want in
	OK*) grep -q "^$GREETING\$" "$TMP/out" || fail "$kind: not greeted: $(cat "$TMP/err")" ;;
	*) ! grep -q "^$GREETING\$" "$TMP/out" || fail "$kind: greeted" ;;
	esac
	lines=$((lines + 1))
	await 'peer=' $lines
	grep 'peer=' "$SERVER_LOG" | tail -n 1 | grep -q " outcome=$want" || fail "$kind: $(tail -n 1 "$SERVER_LOG")"
}

shows good 'OK .*protocol=DTLSv1.2 .*client=good'
shows none 'CLIENT_CERT_REQUIRED .* alert=40 alert_from=us detail="the client sent no certificate"'
shows other-ca 'CLIENT_CERT_REFUSED .* alert=48 alert_from=us'
shows expired 'CLIENT_CERT_REFUSED .* alert=45 alert_from=us'
shows revoked 'CLIENT_CERT_REFUSED .* alert=44 alert_from=us'
shows wrong-eku 'CLIENT_CERT_REFUSED .* alert=43 alert_from=us'
shows not-listed 'CLIENT_CERT_REFUSED .* alert=46 alert_from=us'
shows good 'OK .*protocol=DTLSv1.2 .*client=good'
stop_server
