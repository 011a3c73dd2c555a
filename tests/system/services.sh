#!/bin/sh
# services.sh - each service that the client knows, at a stand-in that speaks as it would: good, in
# capitals, in more lines, a byte at a time, with TLS taken away, refused, with bytes injected, without an
# end, silent. The outcome is named, the handshake begins only behind the last byte of the answer, and a
# certificate is judged as ever. Then what proves that our own certificate was taken.
REPEAT=${REPEAT-1}
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
# Of TLS; with ROWS=all the older one, too.
versions=1.3
! all_rows || versions='1.2 1.3'

make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired &&
		"$HELLO_CERTS" issue "$PKI" other.test && "$HELLO_CERTS" issue "$PKI" --client friend &&
		"$HELLO_CERTS" init "$TMP/other" && "$HELLO_CERTS" issue "$TMP/other" localhost &&
		"$HELLO_CERTS" issue "$TMP/other" --client stranger
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"
awk '/^-----BEGIN/ { n++ } n < 2' "$CERT" >"$TMP/leaf.pem"
rows=0

lines='smtp submission lmtp imap pop3 sieve nntp ftp irc'
offering='smtp submission lmtp imap pop3 sieve nntp'
binary='ldap postgres mysql mssql rdp'
http='good chunked old interim moved body bad-chunks broken bare refusing half none endless odd-status
 two-lengths settings cut-good cut-chunked cut-to-the-end'
packets='tiny odd response gaps leave wrapped type short long raw empty half'
inside='smtps imaps pop3s nntps ftps ircs rediss ldaps postgres-direct tls'

# stand_ins OPTION... SERVICE:CASE...: $PORTS is the list of their ports.
stand_ins() {
	started=$((started + 1)) PORTS=$TMP/ports-$started
	"$builddir/tests/support/service_peer" --time 600 "$@" >"$PORTS" &
	track $!
	wait_for "$PATIENCE" grep -qsx ready "$PORTS" || fail "no stand-ins: $*"
}

# find_port SERVICE:CASE: sets $PORT.
find_port() {
	PORT=$(sed -n "s/^$1 //p" "$PORTS")
	[ -n "$PORT" ] || fail "no stand-in $1"
}

# A case that a service does not have is an error at once, and no crash later.
for each in rediss:bye ldaps:second-bye postgres:endless xmpp:masked nothing:good good; do
	run_status 1 "$builddir/tests/support/service_peer" --cert "$CERT" --key "$KEY" imap:good "$each"
	expect "$TMP/err" '^service_peer: '
done

# all CASE SERVICE...
all() {
	all_case=$1
	shift
	printf "%s:$all_case " "$@"
}

# meet SERVICE CASE STATUS NAME [REGEX [OPTION...]]: with a good certificate.
meet() {
	meet_what=$1:$2 meet_status=$3 meet_name=$4 meet_words=${5-}
	find_port "$1:$2"
	shift 4
	[ $# -eq 0 ] || shift
	rows=$((rows + 1))
	if [ "$meet_status" -eq 0 ]; then
		run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" "$@" "${meet_what%:*}://localhost:$PORT"
		cat "$TMP/out" >>"$TMP/err"
	else
		outcome "$meet_status" "$meet_name" --cacert "$CA" "$@" "${meet_what%:*}://localhost:$PORT"
	fi
	[ -z "$meet_words" ] || expect "$TMP/err" "$meet_words"
}

# ---- dialogues before TLS ------------------------------------------------------------------------

# shellcheck disable=SC2046,SC2086  # lists of words
stand_ins --cert "$CERT" --key "$KEY" $(
	for each in good slow injected late gone refused other silent closed; do
		all $each $lines $binary xmpp xmpp-server
	done
	all good $inside
	for each in capitals small endless; do
		all $each $lines
	done
	all endless ldap xmpp
	all stripped $offering mysql mssql rdp xmpp
	all masked $offering
	all bye smtps tls mssql
	for each in $packets; do
		all "$each" mssql
	done
	all second-bye smtps
	all leave tls
	for each in $http; do
		all $each https
	done
)
good=$PORTS

for each in $lines $binary xmpp xmpp-server; do
	meet "$each" good 0 OK '^starttls .* is ready for TLS'
	meet "$each" slow 0 OK '^starttls'
	meet "$each" injected 37 STARTTLS_FAILED 'clear text follows the answer'
	# However the bytes are cut: here they come only after the ClientHello.
	case $each in
	mssql) meet mssql late 37 STARTTLS_FAILED 'sent 0x69 where a TDS packet' ;;
	*)
		meet "$each" late 37 STARTTLS_FAILED 'agreed to TLS, but .* first bytes are "injected'
		expect "$TMP/err" '^  try: .*clear text before TLS'
		;;
	esac
	meet "$each" gone 43 HANDSHAKE_RESET
	expect "$TMP/err" '^  try: the .* server agreed to TLS, then ended the connection'
	meet "$each" refused 36 STARTTLS_REFUSED 'refused TLS: "'
	# The first letter alone is what a good PostgreSQL server says.
	meet "$each" other 37 STARTTLS_FAILED 'another protocol answers: "SSH-2.0-Open\|: "SH-2.0-Open'
	meet "$each" silent 37 STARTTLS_FAILED 'sent no .* data within [0-9]* ms' --handshake-timeout 100ms
	expect "$TMP/err" "^  try: --handshake-timeout .*tls://localhost:$PORT"
	meet "$each" closed 37 STARTTLS_FAILED 'closed the connection without sending a byte\|connection broke'
done
for each in $lines; do
	meet "$each" capitals 0 OK
	meet "$each" small 0 OK
	meet "$each" endless 37 STARTTLS_FAILED 'does not end within 64 KiB\|longer than 4 KiB'
done
meet ldap endless 37 STARTTLS_FAILED
meet xmpp endless 37 STARTTLS_FAILED
for each in $offering; do
	meet "$each" stripped 35 STARTTLS_NOT_OFFERED 'does not offer TLS; it offers: '
	meet "$each" masked 35 STARTTLS_NOT_OFFERED 'something on the path overwrites'
	expect "$TMP/err" '^  try: a firewall'
done
meet smtp stripped 35 STARTTLS_NOT_OFFERED 'it offers: SIZE, HELP'
for each in mysql mssql rdp xmpp; do
	meet "$each" stripped 35 STARTTLS_NOT_OFFERED
done

# ---- the handshake of mssql, in packets ------------------------------------------------------------

for each in tiny odd response gaps; do
	meet mssql $each 0 OK '^handshake *TLSv1.2 '
done
# What follows the handshake belongs to TLS again, in the same segment or the same packet.
for each in leave wrapped; do
	meet mssql $each 0 OK 'note: the server closed the connection after the handshake'
done
meet mssql type 37 STARTTLS_FAILED 'sent 0x03 where a TDS packet of the handshake begins with 0x12'
meet mssql raw 37 STARTTLS_FAILED 'sent 0x16 where a TDS packet'
meet mssql short 37 STARTTLS_FAILED 'a TDS packet with a length of 7 bytes'
meet mssql long 37 STARTTLS_FAILED 'a TDS packet with a length of 40000 bytes'
meet mssql empty 37 STARTTLS_FAILED 'more than 16 empty TDS packets'
meet mssql half 44 HANDSHAKE_CLOSED 'during the handshake'
find_port mssql:bye
run_status 0 "$HELLO_CLIENT" --cacert "$CA" "mssql://localhost:$PORT"
[ "$(cat "$TMP/out")" = hello ] || fail 'mssql does not print what is said'
# In a resumption the last flight of the handshake is ours.
find_port mssql:good
run_status 0 "$HELLO_CLIENT" --resume --cacert "$CA" "mssql://localhost:$PORT"
expect "$TMP/err" 'the second connection resumed the first session (TLSv1.2)'
run_status 2 "$HELLO_CLIENT" --expect-pq --cacert "$CA" "mssql://localhost:$PORT"
expect "$TMP/err" '[-]-expect-pq and the service mssql exclude each other: it uses TLS 1.2 at most'
run_status 2 "$HELLO_CLIENT" --tls-min 1.3 --cacert "$CA" "mssql://localhost:$PORT"
expect "$TMP/err" '^  try: .*--alpn tds/8.0 tls://localhost'
outcome 20 CONNECT_REFUSED --cacert "$CA" --connect-to 127.0.0.1:1 mssql://localhost
run_status 0 "$HELLO_CLIENT" --path-test --cacert "$CA" "mssql://localhost:$PORT"

# ---- inside TLS: the first line of what the service said -------------------------------------------

# prints SERVICE LINE
prints() {
	find_port "$1:good"
	rows=$((rows + 1))
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$1://localhost:$PORT"
	[ "$(cat "$TMP/out")" = "$2" ] || fail "$1 prints \"$(cat "$TMP/out")\""
	[ ! -s "$TMP/err" ] || fail "$1 says \"$(cat "$TMP/err")\""
}

prints smtp '250-mx.test'
prints smtps '220 mx.test ESMTP'
prints imap '* BYE out'
prints imaps '* OK ready'
prints pop3s '+OK ready'
prints sieve '"SIEVE" "fileinto"'
prints nntps '201 ready'
prints ftps '220 ready'
prints ircs ':irc.test NOTICE * :hi'
prints rediss '+PONG'
prints ldap ''
prints ldaps ''
prints postgres ''
prints postgres-direct ''
prints mysql ''
prints mssql ''
prints rdp ''
prints tls ''
find_port tls:bye
run_status 0 "$HELLO_CLIENT" --cacert "$CA" "tls://localhost:$PORT"
[ "$(cat "$TMP/out")" = hello ] || fail 'tls does not print what is said'

# Another service answers in place of this one, or this one takes nobody.
meet_inside() {
	find_port "$1:$2"
	rows=$((rows + 1))
	outcome "$4" "$5" --cacert "$CA" --read-timeout 300ms "$3://localhost:$PORT"
}
meet_inside imaps good pop3s 71 GREETING_MISMATCH
meet_inside smtps good imaps 71 GREETING_MISMATCH
meet_inside smtps good https 71 GREETING_MISMATCH
meet_inside smtps bye smtps 71 GREETING_MISMATCH
expect "$TMP/err" '421 no certificate'
# Its greeting alone does not prove that it serves us.
meet_inside smtps second-bye smtps 71 GREETING_MISMATCH
expect "$TMP/err" 'the SMTP server says "421 no certificate'
meet_inside tls good smtps 70 GREETING_TIMEOUT
meet_inside tls good https 70 GREETING_TIMEOUT

# ---- HTTP: the head of an answer, whatever its content ----------------------------------------------

# http CASE LINE [OPTION...]
http() {
	find_port "https:$1"
	http_line=$2 rows=$((rows + 1))
	shift 2
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$@" "https://localhost:$PORT"
	[ "$(cat "$TMP/out")" = "$http_line" ] || fail "https prints \"$(cat "$TMP/out")\""
	[ ! -s "$TMP/err" ] || fail "https says \"$(cat "$TMP/err")\""
}
for each in good chunked body bad-chunks; do
	http $each 'HTTP/1.1 200 OK'
done
http old 'HTTP/1.0 200 OK'
# The client leaves behind the head, however the connection ends: no close_notify is missed.
for each in cut-good cut-chunked cut-to-the-end; do
	http $each 'HTTP/1.1 200 OK'
done
http settings 'HTTP/2' --alpn h2
http interim 'HTTP/1.1 204 No Content'
http moved 'HTTP/1.1 301 Moved Permanently'
http moved 'HTTP/1.1 301 Moved Permanently' --expect-status 200,300-399 --path /any
# Nobody was asked for a certificate here.
http refusing 'HTTP/1.1 400 Bad Request'
http broken 'HTTP/1.1 503 Service Unavailable' --expect-status 503
meet https broken 71 GREETING_MISMATCH 'answers GET / with "HTTP/1.1 503'
meet https moved 71 GREETING_MISMATCH '"HTTP/1.1 301 Moved Permanently"; expected 200' --expect-status 200
meet https odd-status 71 GREETING_MISMATCH 'status line of HTTP/1.x: "HTTP/1.1 1000 \\x1b\[31mOdd'
meet https two-lengths 71 GREETING_MISMATCH 'Content-Length is not one number'
meet https bare 71 GREETING_MISMATCH 'LF alone'
meet https endless 71 GREETING_MISMATCH 'longer than 64 KiB'
meet https half 72 GREETING_TRUNCATED
meet https none 73 GREETING_EMPTY
run_status 0 "$HELLO_CLIENT" --cacert "$CA" "tls://localhost:$(sed -n 's/^tls:leave //p' "$good")"
expect "$TMP/err" 'note: the server closed the connection after the handshake'

# ---- certificates are judged as ever ---------------------------------------------------------------

# judges CERT KEY STATUS NAME: all of them.
judges() {
	# shellcheck disable=SC2046,SC2086  # lists of words
	stand_ins --cert "$1" --key "$2" $(all good $lines $binary xmpp smtps imaps ldaps tls)
	for each in $lines $binary xmpp smtps imaps ldaps tls; do
		find_port "$each:good"
		rows=$((rows + 1))
		outcome "$3" "$4" --cacert "$CA" "$each://localhost:$PORT"
	done
}
judges "$PKI/expired/chain.pem" "$PKI/expired/key.pem" 52 CERT_EXPIRED
judges "$PKI/other.test/chain.pem" "$PKI/other.test/key.pem" 54 CERT_WRONG_NAME
judges "$TMP/other/localhost/chain.pem" "$TMP/other/localhost/key.pem" 50 CERT_UNKNOWN_CA
judges "$TMP/leaf.pem" "$KEY" 51 CERT_MISSING_INTERMEDIATE

# ---- our own certificate -----------------------------------------------------------------------------

friend="--cert $PKI/friend/chain.pem --key $PKI/friend/key.pem"
stranger="--cert $TMP/other/stranger/chain.pem --key $TMP/other/stranger/key.pem"
asked_for='^  try: use --cert FILE --key FILE with a certificate issued by "hello-certs root [0-9a-f]*"$'
not_asked_for='ours is issued by "hello-certs intermediate [0-9a-f]*", its chain leads to "hello-certs root [0-9a-f]*", and both are other CAs'
asking='smtp imap ldap postgres mssql xmpp smtps imaps ircs rediss ldaps tls'
# shellcheck disable=SC2046,SC2086  # lists of words
stand_ins --cert "$CERT" --key "$KEY" --client-ca "$CA" $(all good $asking)
for each in $asking; do
	find_port "$each:good"
	for version in $versions; do
		rows=$((rows + 3))
		# shellcheck disable=SC2086  # lists of words
		{
			run_status 0 "$HELLO_CLIENT" --cacert "$CA" --tls-max "$version" $friend "$each://localhost:$PORT"
			case $each in
			ldap | ldaps | postgres | mssql | tls) expect "$TMP/err" 'note: .*silence proves nothing' ;;
			*) [ ! -s "$TMP/err" ] || fail "$each says $(cat "$TMP/err")" ;;
			esac
			outcome 60 CLIENT_CERT_REQUIRED --cacert "$CA" --tls-max "$version" "$each://localhost:$PORT"
			expect "$TMP/err" "$asked_for"
			outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" --tls-max "$version" $stranger "$each://localhost:$PORT"
			expect "$TMP/err" "$not_asked_for"
		}
	done
done

# A server may let everybody finish the handshake, and then refuse in its own words, or leave.
# shellcheck disable=SC2046  # a list of words
stand_ins --cert "$CERT" --key "$KEY" --client-any "$CA" $(all refusing https; all settings https;
	all bye smtps imap irc ircs; all second-bye smtps; all leave tls)
for version in $versions; do
	for each in https:refusing smtps:bye smtps:second-bye imap:bye irc:bye ircs:bye tls:leave; do
		find_port $each
		rows=$((rows + 2))
		outcome 60 CLIENT_CERT_REQUIRED --cacert "$CA" --tls-max "$version" "${each%:*}://localhost:$PORT"
		expect "$TMP/err" "$asked_for"
		# shellcheck disable=SC2086  # a list of words
		outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" --tls-max "$version" $stranger \
			"${each%:*}://localhost:$PORT"
		expect "$TMP/err" "$not_asked_for"
		case $each in
		https:*) expect "$TMP/err" '400 No required SSL certificate was sent' ;;
		smtps:*) expect "$TMP/err" '421 no certificate' ;;
		imap:* | irc*) expect "$TMP/err" 'then said ".* a certificate is needed"\|:a certificate is needed"' ;;
		esac
	done
	# The frame comes while the client waits for a refusal, which it does not exclude.
	find_port https:settings
	rows=$((rows + 1))
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --alpn h2 --tls-max "$version" "https://localhost:$PORT"
	expect "$TMP/out" '^HTTP/2$'
	expect "$TMP/err" 'note: .*may still require one: in HTTP/2'
done

# ---- who decides on the service ------------------------------------------------------------------------

PORTS=$good
find_port smtp:good
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --service SMTP localhost "$PORT"
run_status 0 "$HELLO_CLIENT" --json --cacert "$CA" "Smtp://localhost:$PORT"
expect "$TMP/out" '"service":"smtp","transport":"tcp","service_from":"scheme"'
run_status 0 "$HELLO_CLIENT" --json --cacert "$CA" --service smtp "localhost:$PORT"
expect "$TMP/out" '"service":"smtp","transport":"tcp","service_from":"option"'
expect "$TMP/out" '"starttls":[0-9]'
run_status 0 "$HELLO_CLIENT" --json --cacert "$CA" --connect-to "127.0.0.1:$PORT" localhost 25
expect "$TMP/out" '"service":"smtp","transport":"tcp","service_from":"port"'
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --connect-to "127.0.0.1:$PORT" localhost 25
expect "$TMP/err" '^greet .*service smtp, chosen by port: 250-mx.test'
run_status 0 "$HELLO_CLIENT" --nagios --cacert "$CA" "smtp://localhost:$PORT"
expect "$TMP/out" 'verified and answered in .* starttls=[0-9.]*ms;;;0 '
run_status 0 "$HELLO_CLIENT" -c 3 -i 1ms --cacert "$CA" "smtp://localhost:$PORT"
expect "$TMP/out" '^starttls '
run_status 0 "$HELLO_CLIENT" --all-addresses -4 --cacert "$CA" "smtp://localhost:$PORT"
run_status 0 "$HELLO_CLIENT" --prometheus - --cacert "$CA" "smtp://localhost:$PORT"
expect "$TMP/out" 'phase="starttls"'
printf 'smtp://localhost:%s\nlocalhost %s --service submission\n' "$PORT" "$PORT" >"$TMP/list"
run_status 0 "$HELLO_CLIENT" --targets "$TMP/list" --cacert "$CA"
# The table distinguishes them.
expect "$TMP/out" "^smtp://localhost $PORT  *OK "
expect "$TMP/out" "^submission://localhost $PORT  *OK "

for each in http://localhost gopher://localhost tls://localhost smtp://localhost/x \
	'--service imap smtp://localhost' '--service nothing localhost' '--path x https://localhost' \
	'--path / smtp://localhost' '--expect-status 99 https://localhost' '--expect x https://localhost' \
	'--expect-status 200 localhost 8443'; do
	# shellcheck disable=SC2086  # a list of words
	run_status 2 "$HELLO_CLIENT" $each
	expect "$TMP/err" '^  try: '
done

# On the usual port of another service the advice names its scheme; --expect is for hello.
for each in tls:8883 https:443 imaps:993 smtp:25 postgres:5432; do
	find_port "${each%:*}:good"
	rows=$((rows + 1))
	case $each in
	smtp:* | postgres:*) wrong='40 NOT_TLS' scheme=${each%:*} ;;
	tls:*) wrong='70 GREETING_TIMEOUT' scheme=mqtts ;;
	*) wrong='70 GREETING_TIMEOUT' scheme=${each%:*} ;;
	esac
	# shellcheck disable=SC2086  # a list of words
	outcome $wrong --cacert "$CA" --read-timeout 100ms --connect-to "127.0.0.1:$PORT" --expect x \
		localhost "${each#*:}"
	expect "$TMP/err" "^  try: port ${each#*:} is usually $scheme, .*: hello-client $scheme://localhost:${each#*:}\$"
done

# A silent server is no hello server: the advice names what it may be.
find_port tls:good
outcome 70 GREETING_TIMEOUT --cacert "$CA" --read-timeout 100ms "localhost:$PORT"
expect "$TMP/err" "^  try: the certificate is valid; .*https://localhost:$PORT, tls://localhost:$PORT"

# No wait of seconds at a server that says nothing: the limit of --read-timeout is far away.
began=$(date +%s%N)
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --read-timeout 60s "tls://localhost:$PORT"
took=$((($(date +%s%N) - began) / 1000000))
[ $took -lt 30000 ] || fail "tls at a silent server took $took ms"
echo "$rows rows; tls at a silent server took $took ms"
