#!/bin/sh
# mtls.sh - who is let in: for TLS 1.2 and 1.3, a certificate that is required or optional, and every
# kind of client: what the server logs, how the client ends, and whether it was greeted. Twice each, the
# second time with the session of the first: it is a full handshake, and the verdict is the same.
# shellcheck source=tests/system/clients.sh
. "${srcdir:-.}/tests/system/clients.sh"

need openssl
make_pki
make_clients

# expected KIND MODE: sets the outcome on both ends, the client's status, and a word of the log.
expected() {
	want=CLIENT_CERT_REFUSED status_wanted=61
	case $1:$2 in
	good:* | none:optional | not-listed:optional) want=OK status_wanted=0 why='' ;;
	none:require) want=CLIENT_CERT_REQUIRED status_wanted=60 why='the client sent no certificate' ;;
	other-ca:*) why='"hello-certs root [0-9a-f]*\\", which is not in --client-ca' ;;
	self-signed:*) why='"self-signed\\" is self-signed' ;;
	expired:*) why='"expired\\" expired on 2021-01-01' ;;
	revoked:*) why='"revoked\\" was revoked' ;;
	wrong-eku:*) why='"wrong-eku.test\\" is not for clients' ;;
	not-listed:*) why='"not-listed\\" is verified, but matches no --allow-[*] option' ;;
	esac
}

# alert_for KIND VERSION: the number of the alert that is due (RFC 8446 section 6.2).
alert_for() {
	case $1:$2 in
	none:1.2) echo 40 ;;
	none:1.3) echo 116 ;;
	other-ca:* | self-signed:*) echo 48 ;;
	expired:*) echo 45 ;;
	revoked:*) echo 44 ;;
	wrong-eku:*) echo 43 ;;
	not-listed:*) echo 46 ;;
	esac
}

# logged_so KIND VERSION: the newest line of a connection says so.
logged_so() {
	lines=$((lines + 1))
	await 'peer=' "$lines"
	line=$(grep -e 'peer=' "$SERVER_LOG" | tail -n 1)
	case $line in
	*" outcome=$want "*) ;;
	*) fail "$cell: not $want: $line" ;;
	esac
	printf '%s\n' "$line" | grep -qe "$why" || fail "$cell: not \"$why\": $line"
	case $want:$line in
	OK:*" resumed=no client=$1 "*) ;;
	OK:*' resumed=no '*) fail "$cell: who was it? $line" ;;
	OK:*) fail "$cell: no full handshake: $line" ;;
	*" alert=$(alert_for "$1" "$2") alert_from=us "*) ;;
	*) fail "$cell: another alert: $line" ;;
	esac
}

# by_ours KIND VERSION: hello-client.
by_ours() {
	# shellcheck disable=SC2046 # words
	run_status "$status_wanted" "$HELLO_CLIENT" --cacert "$CA" --tls-min "$2" --tls-max "$2" \
		$(of "$1") 127.0.0.1 "$PORT"
	if [ "$want" = OK ]; then
		printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "$cell: not greeted"
	else
		[ ! -s "$TMP/out" ] || fail "$cell: greeted"
		expect "$TMP/err" "^hello-client: $want: .*($(alert_for "$1" "$2"))"
	fi
	logged_so "$1" "$2"
}

# by_another KIND VERSION ARG...: s_client, of which only the greeting counts.
by_another() {
	another_kind=$1 another_version=$2
	shift 2
	case $another_version in
	1.2) set -- -tls1_2 "$@" ;;
	1.3) set -- -tls1_3 "$@" ;;
	esac
	[ "$another_kind" = none ] ||
		set -- -cert "$CLIENTS/$another_kind.pem" -cert_chain "$CLIENTS/$another_kind.pem" \
			-key "$CLIENTS/$another_kind.key" "$@"
	openssl s_client -ign_eof -CAfile "$CA" -connect "127.0.0.1:$PORT" "$@" \
		</dev/null >"$TMP/out" 2>"$TMP/err"
	if [ "$want" = OK ]; then
		expect "$TMP/out" "^$GREETING\$"
	else
		! grep -q "^$GREETING\$" "$TMP/out" || fail "$cell: greeted"
	fi
	! grep -q '^Reused' "$TMP/out" || fail "$cell: resumed"
	logged_so "$another_kind" "$another_version"
}

for mode in require optional; do
	# A list of who is let in is for those who must show a certificate.
	[ $mode = require ] || ALLOW=''
	# shellcheck disable=SC2086 # words
	start_server --workers 1 --client-ca "$CA" --client-auth $mode --crlfile "$CRLS" $ALLOW
	lines=0
	for version in 1.2 1.3; do
		for kind in $KINDS; do
			expected "$kind" "$mode"
			cell="TLS $version, $mode, $kind"
			by_ours "$kind" "$version"
			# The first one's session, where there is one at all; and that of a server that gives them.
			rm -f "$TMP/session"
			by_another "$kind" "$version" -sess_out "$TMP/session"
			[ ! -s "$TMP/session" ] || by_another "$kind" "$version" -sess_in "$TMP/session"
			[ -s "$TMP/session" ] || by_another "$kind" "$version"
			echo "$cell: $want"
		done
	done
	stop_server
done

# ---- the report -----------------------------------------------------------------------------------

# A client without a subject, as SPIFFE has them, is known by its names and is not nobody.
{
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -config /dev/null \
		-keyout "$CLIENTS/nameless.key" -out "$TMP/nameless.csr" &&
		printf '%s\n' 'extendedKeyUsage = clientAuth' \
			'subjectAltName = critical, URI:spiffe://a.test/nameless' >"$TMP/nameless.ext" &&
		openssl x509 -req -in "$TMP/nameless.csr" -CA "$PKI/intermediate.pem" \
			-CAkey "$PKI/private/intermediate.key" -extfile "$TMP/nameless.ext" -days 2 \
			-out "$TMP/nameless.pem" &&
		cat "$TMP/nameless.pem" "$PKI/intermediate.pem" >"$CLIENTS/nameless.pem"
} >"$TMP/said" 2>&1 || error "no client without a subject: $(cat "$TMP/said")"

start_server --workers 1 --client-ca "$CA" --client-auth optional --report
# reported KIND CLIENT
reported() {
	# shellcheck disable=SC2046 # words
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of "$1") 127.0.0.1 "$PORT"
	expect "$TMP/out" "^client: $2\$"
}
reported good good
reported none none
reported nameless URI:spiffe://a.test/nameless
await ' client="" client_names=URI:spiffe://a.test/nameless '
stop_server

# ---- a list of keys -------------------------------------------------------------------------------

spki=$(openssl x509 -in "$CLIENTS/good.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -binary | openssl base64)
run_status 2 "$HELLO_SERVER" --allow-spki "$spki"
expect "$TMP/err" "^  try: hello-client --json --chain CERT NAME | jq -r '.certificates\[0\].spki' "
run_status 55 "$HELLO_CLIENT" --json --cacert "$CA" --chain "$CLIENTS/good.pem" a.test
expect "$TMP/out" "\"spki\":\"sha256//$spki\""
start_server --workers 1 --client-ca "$CA" --allow-spki "sha256//$spki"
# shellcheck disable=SC2046 # words
{
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" $(of good) 127.0.0.1 "$PORT"
	run_status 61 "$HELLO_CLIENT" --cacert "$CA" $(of not-listed) 127.0.0.1 "$PORT"
}
await 'outcome=CLIENT_CERT_REFUSED .*"not-listed\\" is verified, but matches no --allow-[*] option'
stop_server
