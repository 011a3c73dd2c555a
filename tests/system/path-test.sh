#!/bin/sh
# path-test.sh - what stands in between is known by which ClientHellos it lets pass: a table, then the
# sentence that fits, and an exit status. Nothing in between is told as nothing.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1
good=$PORT

# judged STATUS SENTENCE ARG...: the sentence, a regular expression, is among those said; $TMP/said.
judged() {
	judged_status=$1 judged_sentence=$2
	shift 2
	# What is silent on purpose takes this long; what is not may need more on a busy machine.
	[ "$judged_status" -ne 41 ] || set -- --handshake-timeout 2s "$@"
	run_status "$judged_status" "$HELLO_CLIENT" --path-test --cacert "$CA" "$@"
	said "$judged_sentence"
	echo "$judged_status: $judged_sentence"
}

said() {
	[ -z "$(awk 'length > 80' "$TMP/out")" ] || fail 'more than 80 columns'
	! grep -q "$(printf '\033')" "$TMP/out" "$TMP/err" || fail 'colors in a file'
	sed '1,/^$/d; 1,/^$/d' "$TMP/out" | tr '\n' ' ' >"$TMP/said"
	expect "$TMP/said" "$1"
}

# row NAME OUTCOME: it stands in the table.
row() {
	expect "$TMP/out" "^$1  *$2  *[0-9-]*  *[0-9.]*\$"
}

# blamed: something is said to be in the way, and that its place is not known.
blamed() {
	expect "$TMP/said" 'What cannot be known from here: whether the server itself does this'
	! grep -q 'Every variant is answered' "$TMP/said" || fail 'and nothing, too'
}

echo 'nothing in between'
judged 0 '^Every variant is answered: there is no sign of a middlebox\.' localhost "$good"
[ ! -s "$TMP/err" ] || fail 'there is something on standard error'
for each in plain 'no SNI' 'another SNI' 'TLS 1.2 alone' 'TLS 1.3 alone' 'in two segments' 'ALPN http/1.1' \
	'in several records' 'in small segments' GREASE 'ECH GREASE'; do
	row "$each" OK
done
expect "$TMP/out" "^localhost $good at 127\.0\.0\.1:$good\$"
# Either the plain one is long, or one is made so.
awk '/^(plain|post-quantum size) / && $(NF - 1) > 1300' "$TMP/out" | grep -q . || fail 'none is long'
awk '/^(plain|classical, small) / && $(NF - 1) < 600' "$TMP/out" | grep -q . || fail 'none is short'
# Each reached the server as what it is called.
await 'sni=example\.com'
await 'protocol=TLSv1\.2'
start_box pass "$good"
judged 0 'Every variant is answered' localhost "$PORT"
judged 0 'No SNI was sent, so nothing is known about filters by name' 127.0.0.1 "$PORT"
! grep -q 'SNI  ' "$TMP/out" || fail 'a name was tried for an address'

start_box connect
judged 0 'Every variant is answered' --proxy "http://127.0.0.1:$PORT" localhost "$good"
expect "$TMP/out" "^localhost $good through the proxy 127\.0\.0\.1:$PORT\$"

echo 'a filter for names'
start_box sni-reset "$good"
judged 43 'A ClientHello for "localhost" is rejected with a reset; for "example.com" and without SNI it is answered\. An SNI filter' \
	localhost "$PORT"
blamed
row plain HANDSHAKE_RESET
row 'no SNI' OK
row 'another SNI' OK
expect "$TMP/err" '^hello-client: HANDSHAKE_RESET: .*(127\.0\.0\.1:'"$PORT)\$"
start_box sni-drop "$good"
judged 41 'A ClientHello for "localhost" gets no answer in time; for "example.com" and without SNI it is answered' \
	localhost "$PORT"
blamed


echo 'a filter that looks only at the beginning can be avoided'
# avoided STATUS VARIANT: the plain one fails, and what the test names is answered in a single run.
avoided() {
	expect "$TMP/said" "These options send a ClientHello that is answered, in any run: .*--hello $2[,.]"
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" localhost "$PORT"
	run_status 0 "$HELLO_CLIENT" --hello "$2" --cacert "$CA" localhost "$PORT"
	expect "$TMP/out" "^$GREETING\$"
}
start_box sni-record "$good"
judged 43 'In several records the same ClientHello is answered\. So something inspects single records and does not join them\.' localhost "$PORT"
blamed
avoided 43 records

echo 'what blocks a client after some connections proves nothing'
start_box few "$good"
judged 43 'Variant "plain" ended differently when it was tried again, alone\. .*blocks a client after a few, and the differences prove nothing' \
	--parallel 1 localhost "$PORT"
! grep -q 'cannot be known' "$TMP/said" || fail 'a middlebox is blamed for it'

echo 'one version'
start_server --workers 1 --tls-max 1.2
judged 0 'TLS 1.3 alone is rejected with an alert, so the peer speaks TLS 1.2 only\.' localhost "$PORT"
row 'TLS 1.3 alone' HANDSHAKE_PARAMETERS
! grep -q 'cannot be known' "$TMP/said" || fail 'a middlebox is blamed for it'
stop_server
start_server --workers 1 --tls-min 1.3
judged 0 'TLS 1.2 alone is rejected with an alert, so the peer speaks TLS 1.3 only\.' localhost "$PORT"
stop_server
start_box no-13 "$good"
judged 43 'A ClientHello that offers TLS 1.3 is rejected with a reset; for TLS 1.2 alone it is answered\.' localhost "$PORT"
blamed

echo 'the shape'
start_box no-split "$good"
judged 43 'A ClientHello in two segments is rejected with a reset; in one it is answered\. Something that reads only once' localhost "$PORT"
blamed
expect "$TMP/err" '^hello-client: HANDSHAKE_RESET: the plain ClientHello succeeded, but [23] of its 1[24] variants failed$'
start_box no-records "$good"
judged 44 'A ClientHello in several records is rejected by closing the connection; in one it is answered\. Something that reads only the first record' \
	localhost "$PORT"
blamed
expect "$TMP/said" ' --trace --hello records finds the hop at which it ends\.'
start_box no-grease "$good"
judged 43 'A ClientHello with an extension that nobody knows (GREASE, RFC 8701) is rejected with a reset' localhost "$PORT"
blamed
row 'ECH GREASE' OK
start_box no-ech "$good"
judged 43 'with a GREASE extension for Encrypted ClientHello is rejected with a reset; with another unknown extension it is answered\.' \
	localhost "$PORT"
blamed
row GREASE OK
# This box reads only the first ClientHello, so a second one after a HelloRetryRequest may be long.
too_long='A ClientHello of [0-9]* bytes gets no answer in time.* \(Something that rejects long ones\|Something that limits or reads only the first flight of the client\) does this'
start_box no-big "$good"
judged 41 "$too_long" localhost "$PORT"
blamed
start_box no-alpn "$good"
judged 43 'A ClientHello that offers http/1.1 by ALPN is rejected with a reset; without ALPN it is answered\.' localhost "$PORT"
blamed
judged 43 'With these protocols in ALPN a ClientHello is rejected with a reset; without ALPN' --alpn http/1.1 localhost "$PORT"

echo 'the header of the PROXY protocol'
start_server --workers 1 --proxy-protocol-from 127.0.0.1/32
judged 0 'the server requires the header from this address, and --haproxy-protocol sends it' --haproxy-protocol v2 localhost "$PORT"
stop_server
judged 44 'The server does not expect a PROXY header' --haproxy-protocol v1 localhost "$good"

echo 'behind STARTTLS'
"$builddir/tests/support/service_peer" --time 600 --cert "$CERT" --key "$KEY" smtp:good postgres:good \
	>"$TMP/spoken" &
track $!
wait_for "$PATIENCE" grep -qsx ready "$TMP/spoken" || fail 'no stand-ins'
# spoken SERVICE:CASE: sets $spoken. It serves one connection at a time.
spoken() {
	spoken=$(sed -n "s/^$1 //p" "$TMP/spoken")
}
for each in smtp postgres; do
	spoken $each:good
	judged 0 'Every variant is answered' --parallel 1 "$each://localhost:$spoken"
	for variant in plain 'another SNI' 'TLS 1.2 alone' 'in two segments'; do
		row "$variant" OK
	done
	# One variant after the other, each of which waits in vain.
	if [ $each = smtp ] || all_rows; then
		start_box --clear no-big "$spoken"
		judged 41 "$too_long" \
			--parallel 1 "$each://localhost:$PORT"
		blamed
	fi
	start_box --clear sni-reset "$spoken"
	judged 43 'A ClientHello for "localhost" is rejected with a reset; for "example.com" and without SNI it is' \
		--parallel 1 "$each://localhost:$PORT"
	blamed
done
# A connection is made, but no ClientHello is sent there.
judged 37 'The service did not start TLS (STARTTLS_FAILED), so no ClientHello was sent' --handshake-timeout 200ms "smtp://localhost:$good"

echo 'what is no matter of the path'
judged 54 'The certificate is at fault (CERT_WRONG_NAME)' --verify-name other.test localhost "$good"
expect "$TMP/err" '^hello-client: CERT_WRONG_NAME: '
start_peer silent
judged 41 'The plain ClientHello gets no answer in time, and no variant does better.* requires a PROXY header (--haproxy-protocol v2)' \
	localhost "$PORT"
start_peer ssh
judged 40 'gets an answer that is not TLS, and no variant does better' localhost "$PORT"
start_peer closed
judged 20 'No connection was made, so no ClientHello could be sent' localhost "$PORT"
row plain CONNECT_REFUSED
[ "$(grep -c 'CONNECT_REFUSED' "$TMP/out")" -eq 1 ] || fail 'others were tried without a connection'

echo 'a server that takes one connection at a time'
start_server --workers 1 --max-per-client 1
! "$HELLO_CLIENT" --path-test --cacert "$CA" localhost "$PORT" >"$TMP/out" 2>"$TMP/err" ||
	fail 'all went well, with a limit of one'
said 'ended differently when it was tried again, alone'
expect "$TMP/out" '  unsteady$'
judged 0 'Every variant is answered' --parallel 1 localhost "$PORT"
stop_server

echo 'each form alone'
# What the library lacks is named, and nothing is sent.
for each in plain long two-segments records small-segments grease ech-grease classical retry no-pq-signatures; do
	status=0
	"$HELLO_CLIENT" --hello $each --cacert "$CA" localhost "$good" >"$TMP/out" 2>"$TMP/err" || status=$?
	case $status in
	0) expect "$TMP/out" "^$GREETING\$" ;;
	2) expect "$TMP/err" '^hello-client: USAGE: --hello [a-z-]*: this TLS library lacks \(X25519MLKEM768\|ML-DSA\)$' ;;
	*) fail "--hello $each ends with $status" ;;
	esac
done
printf 'localhost %s\n' "$good" "$good" >"$TMP/targets"
run_status 0 "$HELLO_CLIENT" --hello records --cacert "$CA" --targets "$TMP/targets"
run_status 2 "$HELLO_CLIENT" --hello record localhost "$good"
expect "$TMP/err" 'invalid --hello "record": expected plain, classical, long, two-segments, records,'
for each in retry classical; do
	run_status 2 "$HELLO_CLIENT" --hello $each --groups X25519 localhost "$good"
done

echo 'what does not go together'
for each in '--hello records' '--tls-min 1.3' '--tls-max 1.2' '--groups X25519' --no-sni -v '-c 2' --resume \
	--compare "--prometheus $TMP/p"; do
	# shellcheck disable=SC2086 # a list of words
	run_status 2 "$HELLO_CLIENT" --path-test $each localhost "$good"
	expect "$TMP/err" '^hello-client: USAGE: --path-test and -'
done
run_status 3 "$HELLO_CLIENT" --path-test --nagios localhost "$good"
run_status 2 "$HELLO_CLIENT" --path-test --targets /dev/null
