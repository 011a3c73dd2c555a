#!/bin/sh
# table.sh [SERVICE...] - show good and bad servers of real services to the clients of the list below,
# and print doc/services.md: who judges them right, measured here and now. `make services-table` does
# it, as root; most of its time is testssl.sh's. A client that is not installed has no column; a
# server that is not installed is replaced by a stand-in, and the table says so.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/real.sh
. "$srcdir/tests/system/real.sh"

PATH=$builddir:/usr/lib/nagios/plugins:$PATH
SERVICES=${*:-https smtp imap ldap postgres mysql dtls}
# Those that have a table of their own, because most clients do not know them.
UDP='dtls'
# Those that testssl.sh is shown: it computes for a quarter of a minute about each server.
SLOW=${SLOW-https smtp}
make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired lone &&
		"$HELLO_CERTS" issue "$PKI" good.test localhost 127.0.0.1 --days 90 &&
		"$HELLO_CERTS" issue "$PKI" other.test --days 90 &&
		"$HELLO_CERTS" init "$TMP/other" && "$HELLO_CERTS" issue "$TMP/other" localhost --days 90
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"

# ---- clients -------------------------------------------------------------------------------------------

# Name and command, as strict as its options allow. Braces are for what a service needs, see words.
clients='
hello-client|hello-client -q --cacert {ca} {service}://localhost:{port}
s_client|openssl s_client -verify_return_error -verify_hostname localhost -CAfile {ca} -servername localhost {starttls} -connect localhost:{port}
curl|curl -sSf --cacert {ca} {curl}localhost:{port}/
gnutls-cli|gnutls-cli --x509cafile {ca} {gnutls} -p {port} localhost
check_ssl_cert|check_ssl_cert -H localhost -p {port} -P {protocol} --match localhost --ignore-sct --rootcert-file {ca}
testssl.sh|testssl --quiet --color 0 -S --fast --ip 127.0.0.1 --add-ca {ca} --csvfile {csv} {testssl}localhost:{port}
'

# words SERVICE: for the commands; "-" where a client does not know the service.
words() {
	protocol=$1 starttls="-starttls $1" gnutls="--starttls-proto $1" testssl="-t $1 " curl="--ssl-reqd $1://"
	case $1 in
	https) starttls='' gnutls='' testssl='https://' curl='https://' ;;
	# STARTTLS of curl 7.88 fails at every LDAP server.
	postgres | ldap) curl=- ;;
	mysql) curl=- gnutls=- ;;
	smtp) curl='--ssl-reqd -X NOOP smtp://' ;;
	imap) curl='--ssl-reqd -X NOOP imap://' ;;
	dtls) starttls=-dtls1_2 gnutls=--udp ;;
	esac
	case " $SLOW " in
	*" $1 "*) ;;
	*) testssl=- ;;
	esac
}

is_bound() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$1") " /proc/net/udp /proc/net/udp6
}

is_there() {
	case $1 in
	s_client) command -v openssl ;;
	testssl.sh) command -v testssl ;;
	*) command -v "$1" ;;
	esac >/dev/null
}

version_of() {
	case $1 in
	s_client) openssl version ;;
	testssl.sh) testssl --version | sed -n 's/.*testssl[^0-9]*\([0-9][^ ]*\).*/testssl.sh \1/p' ;;
	curl) curl --version | sed 's/^\(curl [^ ]*\).*\(OpenSSL[^ ]*\).*/\1 with \2/' ;;
	*) "$1" --version ;;
	esac 2>/dev/null | sed 's/ (Library.*//' | head -n 1
}

# The findings of testssl.sh, which exits with 0 whatever the certificate.
judge_testssl() {
	if ! grep -q '"cert_trust"' "$1"; then
		echo 'none'
	elif grep -qE '^"cert_(trust|chain_of_trust|expirationStatus)[^"]*",.*"(MEDIUM|HIGH|CRITICAL)"' "$1"; then
		echo 'not ok'
	else
		echo 'ok'
	fi
}

# ask CLIENT COMMAND: prints its verdict about $service at $port.
ask() {
	case $2 in
	*'{curl}'*) [ "$curl" != - ] || { echo - && return; } ;;
	*'{gnutls}'*) [ "$gnutls" != - ] || { echo - && return; } ;;
	*'{testssl}'*) [ "$testssl" != - ] || { echo - && return; } ;;
	esac
	rm -f "$TMP/csv"
	ask_command=$(printf '%s\n' "$2" | sed "s,{ca},$CA,; s,{service},$service,; s,{port},$port,
		s,{starttls},$starttls,; s,{curl},$curl,; s,{gnutls},$gnutls,; s,{protocol},$protocol,
		s,{testssl},$testssl,; s,{csv},$TMP/csv,")
	status=0
	# shellcheck disable=SC2086 # words
	timeout "$([ "$1" = testssl.sh ] && echo 600 || echo 60)" $ask_command >"$TMP/said" 2>&1 </dev/null || status=$?
	{
		echo "== $service, $case_name: $ask_command: $status"
		tail -n 3 "$TMP/said"
	} >&2
	if [ $status -eq 124 ]; then
		echo hangs
	elif [ "$1" = testssl.sh ]; then
		judge_testssl "$TMP/csv"
	else
		echo $status
	fi
}

# is_right VERDICT: is it, about $case_name? Any way of not being fine is right for a bad server.
is_right() {
	case $1,$case_name in
	0,good | ok,good) ;;
	hangs,* | 0,* | ok,* | *,good) return 1 ;;
	esac
}

# ---- servers -------------------------------------------------------------------------------------------

start_nginx() {
	free_port && port=$PORT
	nginx_config <<-CONFIG
		server { listen 127.0.0.1:$port $1; location / { return 200 "hello"; } }
	CONFIG
	launch "$port" nginx -p "$D" -c "$D/nginx.conf" -e "$D/log"
}

# start_gnutls ARG...
start_gnutls() {
	free_port && port=$PORT
	gnutls-serv --udp --echo -p "$port" --x509certfile "$D/chain.pem" --x509keyfile "$D/key.pem" "$@" \
		>"$D/log.out" 2>&1 </dev/null &
	track $!
	wait_for "$PATIENCE" is_bound "$port" || fail "gnutls-serv: $(cat "$D/log.out")"
}

# It sends each datagram back.
start_echo() {
	by=udp_peer
	"$builddir/tests/support/udp_peer" --time 3600 echo >"$D/port" &
	track $!
	wait_for "$PATIENCE" [ -s "$D/port" ] || fail 'no udp_peer'
	port=$(cat "$D/port")
}

stand_in() {
	by='stand-in'
	stand_in_case=good stand_in_ca=''
	case $service,$1 in
	https,off) stand_in_case=other ;;
	postgres,off | ldap,off) stand_in_case=refused ;;
	*,off) stand_in_case=stripped ;;
	*,mutual) stand_in_ca="--client-ca $CA" ;;
	esac
	# shellcheck disable=SC2086 # words, or none
	"$builddir/tests/support/service_peer" --time 3600 --cert "$CERT" --key "$KEY" $stand_in_ca \
		"$service:$stand_in_case" >"$TMP/stand-in" &
	track $!
	wait_for "$PATIENCE" grep -qsx ready "$TMP/stand-in" || fail "no stand-in for $service"
	port=$(sed -n "s/^$service:[a-z]* //p" "$TMP/stand-in")
}

# serve on|off|mutual: starts $service with $CERT and $KEY; sets $port, and $by to its name. Where a
# server asks for a certificate only after the handshake, or of some users, the stand-in does it.
serve() {
	number=$((number + 1)) mode=$1
	folder "server-$number"
	tls="TLSCertificateFile $D/chain.pem
TLSCertificateKeyFile $D/key.pem
TLSVerifyClient"
	pg_tls="-c ssl=on -c ssl_cert_file=$D/chain.pem -c ssl_key_file=$D/key.pem"
	ng_tls="ssl; ssl_certificate $D/chain.pem; ssl_certificate_key $D/key.pem"
	case $service in
	https) by=nginx && command -v nginx >/dev/null || by='' ;;
	smtp) by=Postfix && command -v postfix >/dev/null || by='' ;;
	imap) by=Dovecot && [ -e /usr/lib/dovecot/managesieve ] && [ -e /usr/lib/dovecot/pop3 ] || by='' ;;
	ldap) by=OpenLDAP && command -v slapd >/dev/null || by='' ;;
	postgres) by=PostgreSQL && [ -n "$pg" ] || by='' ;;
	dtls)
		by=GnuTLS
		command -v gnutls-serv >/dev/null || error 'gnutls-serv is not installed'
		;;
	mysql) by=MariaDB && command -v mariadbd >/dev/null || by='' ;;
	esac
	[ -n "$by" ] && { [ "$by" = nginx ] || [ "$by" = GnuTLS ] || [ "$(id -u)" -eq 0 ]; } || mode=stand-in
	# shellcheck disable=SC2154,SC2086 # start_dovecot sets imap; words
	case $service,$mode in
	https,on) start_nginx "$ng_tls" ;;
	https,off) start_nginx '' ;;
	https,mutual) start_nginx "$ng_tls; ssl_verify_client on; ssl_client_certificate $CA; ssl_verify_depth 3" ;;
	smtp,on) start_postfix may && port=$PORT ;;
	smtp,off) start_postfix none && port=$PORT ;;
	smtp,mutual)
		start_postfix encrypt "$(printf 'smtpd_tls_req_ccert = yes\nsmtpd_tls_CAfile = %s' "$CA")"
		port=$PORT
		;;
	imap,on) start_dovecot yes && port=$imap ;;
	imap,off) start_dovecot no && port=$imap ;;
	ldap,on) start_slapd "$tls never" '' && port=$PORT ;;
	ldap,off) start_slapd '' '' && port=$PORT ;;
	ldap,mutual) start_slapd "TLSCACertificateFile $CA
$tls demand" '' && port=$PORT ;;
	postgres,on) start_postgres $pg_tls && port=$PORT ;;
	postgres,off) start_postgres && port=$PORT ;;
	mysql,on) start_mariadb --ssl-cert="$D/chain.pem" --ssl-key="$D/key.pem" && port=$PORT ;;
	mysql,off) start_mariadb --skip-ssl && port=$PORT ;;
	dtls,on) start_gnutls --disable-client-cert ;;
	dtls,off) start_echo ;;
	dtls,mutual) start_gnutls --require-client-cert --x509cafile "$CA" ;;
	*) stand_in "$1" ;;
	esac
}

# slapd sends its intermediates only from the file of the CAs that it trusts.
serve_as() {
	CERT=$1/chain.pem KEY=$1/key.pem
	serve "$2"
}

start_case() {
	case $1 in
	good) serve_as "$PKI/good.test" on ;;
	expired) serve_as "$PKI/expired" on ;;
	'missing intermediate') serve_as "$PKI/lone" on ;;
	'wrong name') serve_as "$PKI/other.test" on ;;
	'unknown CA') serve_as "$TMP/other/localhost" on ;;
	'TLS off') serve_as "$PKI/good.test" off ;;
	'client certificate required') serve_as "$PKI/good.test" mutual ;;
	'closed port') free_port && port=$PORT by=- ;;
	esac
}

# ---- the table -------------------------------------------------------------------------------------------

number=0
there=''
while IFS='|' read -r name command; do
	[ -n "$name" ] || continue
	if is_there "$name"; then
		there="$there $name"
		printf '%s|%s\n' "$name" "$command" >>"$TMP/clients"
	else
		echo "table.sh: $name is not installed" >&2
	fi
done <<LIST
$clients
LIST

: >"$TMP/counts"
: >"$TMP/rows"
grep -E '^(hello-client|s_client|gnutls-cli)[|]' "$TMP/clients" >"$TMP/udp-clients"
udp_there=$(sed 's/|.*//' "$TMP/udp-clients")

measure() {
	counts=$TMP/counts rows=$TMP/rows clients=$TMP/clients
	case " $UDP " in *" $service "*) counts=/dev/null rows=$TMP/udp-rows clients=$TMP/udp-clients ;; esac
	start_case "$case_name"
	row="| $service | $by | $case_name |"
	while IFS='|' read -r name command; do
		began=$(date +%s%N)
		verdict=$(ask "$name" "$command")
		took=$((($(date +%s%N) - began) / 1000000))
		if [ "$verdict" = - ]; then
			right=unseen
		elif is_right "$verdict"; then
			right=right
		else
			right=wrong verdict="**$verdict**"
		fi
		echo "$name $right $took" >>"$counts"
		row="$row $verdict |"
	done <"$clients"
	printf '%s\n' "$row" >>"$rows"
	stop_all
}

for service in $SERVICES; do
	words "$service"
	for case_name in good expired 'missing intermediate' 'wrong name' 'unknown CA' 'closed port' 'TLS off' \
		'client certificate required'; do
		measure
	done
done

cat <<PAGE
# Real services: who judges them right

Measured on $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(date -u +%F), by
\`make services-table\`, which writes this page anew. Each client is shown the
same servers, on the loopback interface, and is told to be as strict as its
options allow. A server is good in one row, and bad in one way in each other.

A client is right if it accepts the good server, and only that one. This is the
question of somebody who watches a service: would a careful client get through?
Some of these programs ask less, on purpose: check_ssl_cert and testssl.sh judge
the certificate, and s_client and gnutls-cli the TLS connection.

## Summary

| client | version | right | wrong | not shown | median time |
|---|---|---|---|---|---|
PAGE
for name in $there; do
	median=$(awk -v name="$name" '$1 == name && $2 != "unseen" { print $3 }' "$TMP/counts" | sort -n |
		awk '{ at[NR] = $1 } END { printf "%.2f s", at[int((NR + 1) / 2)] / 1000 }')
	awk -v name="$name" -v version="$(version_of "$name")" -v median="$median" '
		$1 == name { n[$2]++ }
		END { printf "| %s | %s | %d | %d | %d | %s |\n", name, version, n["right"], n["wrong"], n["unseen"], median }
	' "$TMP/counts"
done
cat <<PAGE

A client that does not know a service is not shown it; and because testssl.sh is
slow, it is shown only $(echo "$SLOW" | sed 's/ / and /'). The time is that of one server.
check_ssl_cert is told to ignore that a private CA has no SCTs.

## What this table does not show

Some of these programs find what hello-client does not look for:

- testssl.sh lists all versions and ciphers of a server, and known
  vulnerabilities. hello-client connects once, with what is good today.
- check_ssl_cert asks the OCSP responder of the CA, and looks for SCTs.
  hello-client verifies what the server staples, and the lists in --crlfile.
- curl gets the whole page, and can log in.
- s_client and gnutls-cli show the messages of the handshake.

\`doc/zoo.md\` compares clients at certificates that are bad in more ways.

## Verdicts

The exit status of the client; wrong ones are bold. testssl.sh exits with 0
whatever the certificate is, so its findings count (cert_trust,
cert_chain_of_trust, cert_expirationStatus): "ok", "not ok", or "none" if it
found no certificate. "stand-in" is tests/support/service_peer.c, where the real
server is not installed or asks for a client certificate only after the
handshake.

With TLS 1.3 a server refuses a missing client certificate after the handshake.
A client that exits at that moment may or may not see it: in the rows "client
certificate required", s_client and check_ssl_cert vary from run to run.

| service | server | case |$(for each in $there; do printf ' %s |' "$each"; done)
|---|---|---|$(printf '%s' "$there" | sed 's/ [^ ]*/---|/g')
PAGE
cat "$TMP/rows"
if [ -s "$TMP/udp-rows" ]; then
	cat <<PAGE

## Over UDP

The same over DTLS 1.2, with the options that these clients have for it; curl,
check_ssl_cert and testssl.sh have none. The server is gnutls-serv, or for "TLS
off" an echo service. It sends no alert to a client without a certificate, so
its silence has to be told from that of a network: hello-client says that the
server asked for a certificate and none was sent.

QUIC needs OpenSSL 3.5 or newer. tests/system/services-quic.sh shows
hello-client to nginx, HAProxy, Caddy, ngtcp2 and aioquic, with good and bad
certificates.

| service | server | case |$(for each in $udp_there; do printf ' %s |' "$each"; done)
|---|---|---|$(for each in $udp_there; do printf -- '---|'; done)
PAGE
	cat "$TMP/udp-rows"
fi
cat <<'PAGE'

## Repeat it

`sudo make services-table` in a build folder, or for some services
`sudo sh tests/services/table.sh https imap >services.md` in the top folder of
the source, after a build. `./dev tools --all` installs the servers; the packages
monitoring-plugins-contrib and testssl.sh have the last two clients. The
commands, with what a service needs in braces:

PAGE
sed 's/^[^|]*|/    /' "$TMP/clients"
