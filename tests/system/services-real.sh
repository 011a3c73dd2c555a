#!/bin/sh
# services-real.sh - hello-client at the servers that people run, each with a good certificate and with
# TLS switched off: nginx, PostgreSQL, MariaDB, OpenLDAP, Dovecot, Postfix, Redis, proftpd, Prosody,
# InspIRCd and xrdp, below a folder of our own and on free ports of the loopback. Those that are not
# installed are named; some of them have to be started by root.
REPEAT=${REPEAT-1}
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/real.sh
. "$srcdir/tests/system/real.sh"

# Of TLS; with ROWS=all the older one, too.
versions=1.3
! all_rows || versions='1.2 1.3'

need openssl
make_pki
{
	"$HELLO_CERTS" issue "$PKI" --client friend && "$HELLO_CERTS" init "$TMP/other" &&
		"$HELLO_CERTS" issue "$TMP/other" --client stranger
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"

# ---- what the client makes of them -----------------------------------------------------------------

# good SERVICE PORT [REGEX [OPTION...]]: at each version of TLS, and how wrong certificates are judged.
good() {
	good_at=$1://localhost:$2 good_line=${3-}
	shift 2
	[ $# -eq 0 ] || shift
	for version in $versions; do
		run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --tls-max "$version" "$@" "$good_at"
		printf '%s\n' "$good_at TLS $version: $(cat "$TMP/out")"
		[ -z "$good_line" ] || expect "$TMP/out" "$good_line"
	done
	outcome 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem" "$@" "$good_at"
	outcome 54 CERT_WRONG_NAME --cacert "$CA" --verify-name other.test "$@" "$good_at"
}

# off SERVICE PORT STATUS NAME [OPTION...]
off() {
	off_at=$1://localhost:$2
	shift 2
	outcome "$@" --cacert "$CA" "$off_at"
	head -n 1 "$TMP/err"
}

# ---- HTTP ---------------------------------------------------------------------------------------------

try_nginx() {
	free_port && http=$PORT
	free_port && mutual=$PORT
	free_port && two=$PORT
	free_port && mutual_two=$PORT
	nginx_config <<-CONFIG
		ssl_certificate $D/chain.pem; ssl_certificate_key $D/key.pem;
		ssl_protocols TLSv1.2 TLSv1.3;
		server {
			listen 127.0.0.1:$http ssl;
			location / { return 200 "hello"; }
			location /moved { return 301 https://a.test/; }
			location /kept { keepalive_timeout 600; return 404; }
			location /broken { return 503; }
		}
		server {
			listen 127.0.0.1:$mutual ssl;
			ssl_verify_client on; ssl_client_certificate $CA;
			ssl_verify_depth 3;
			location / { return 200 "hello"; }
		}
		server { listen 127.0.0.1:$two ssl http2; location / { return 200 "hello"; } }
		server {
			listen 127.0.0.1:$mutual_two ssl http2;
			ssl_verify_client on; ssl_client_certificate $CA;
			ssl_verify_depth 3;
			location / { return 200 "hello"; }
		}
	CONFIG
	launch "$http" nginx -p "$D" -c "$D/nginx.conf" -e "$D/log"
	good https "$http" '^HTTP/1.1 200 OK$'
	for each in moved kept; do
		run_status 0 "$HELLO_CLIENT" --cacert "$CA" "https://localhost:$http/$each"
	done
	expect "$TMP/out" '^HTTP/1.1 404 Not Found$'
	outcome 71 GREETING_MISMATCH --cacert "$CA" --expect-status 200 "https://localhost:$http/moved"
	outcome 71 GREETING_MISMATCH --cacert "$CA" "https://localhost:$http/broken"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --expect-status 500-599 --path /broken \
		"https://localhost:$http"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --resume "https://localhost:$http"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "tls://localhost:$http"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "https://localhost:$two"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --alpn h2 "https://localhost:$two"
	expect "$TMP/out" '^HTTP/2$'
	for version in $versions; do
		run_status 0 "$HELLO_CLIENT" --cacert "$CA" --tls-max "$version" \
			--cert "$PKI/friend/chain.pem" --key "$PKI/friend/key.pem" "https://localhost:$mutual"
		[ ! -s "$TMP/err" ] || fail "a taken certificate: $(cat "$TMP/err")"
		outcome 60 CLIENT_CERT_REQUIRED --cacert "$CA" --tls-max "$version" "https://localhost:$mutual"
		expect "$TMP/err" 'No required SSL certificate was sent'
		outcome 61 CLIENT_CERT_REFUSED --cacert "$CA" --tls-max "$version" \
			--cert "$TMP/other/stranger/chain.pem" --key "$TMP/other/stranger/key.pem" \
			"https://localhost:$mutual"
		expect "$TMP/err" 'The SSL certificate error'
		expect "$TMP/err" 'ours is issued by .*, its chain leads to .*, and both are other CAs'
		# It sends SETTINGS to everybody, and before it is asked for anything.
		run_status 0 "$HELLO_CLIENT" --cacert "$CA" --tls-max "$version" --alpn h2 "https://localhost:$mutual_two"
		expect "$TMP/err" 'note: .*may still require one: in HTTP/2'
	done
	off smtp "$http" 37 STARTTLS_FAILED --handshake-timeout 200ms
	off postgres "$http" 37 STARTTLS_FAILED
}
if there nginx nginx; then try_nginx; fi

# ---- databases ------------------------------------------------------------------------------------------

if there postgres "${pg:-no-postgres}/postgres" root; then
	start_postgres -c ssl=on -c ssl_cert_file="$D/chain.pem" -c ssl_key_file="$D/key.pem"
	good postgres "$PORT"
	folder postgres-off
	start_postgres
	off postgres "$PORT" 36 STARTTLS_REFUSED
fi

if there mariadb mariadbd root; then
	start_mariadb --ssl-cert="$D/chain.pem" --ssl-key="$D/key.pem"
	good mysql "$PORT"
	folder mariadb-off
	start_mariadb --skip-ssl
	off mysql "$PORT" 35 STARTTLS_NOT_OFFERED
fi

if there redis redis-server; then
	free_port
	launch "$PORT" redis-server --port 0 --tls-port "$PORT" --bind 127.0.0.1 --tls-cert-file "$D/chain.pem" \
		--tls-key-file "$D/key.pem" --tls-ca-cert-file "$CA" --tls-auth-clients optional --save '' --dir "$D"
	good rediss "$PORT" '^+PONG$'
	! grep -q 'SECURITY ATTACK' "$D/log.out" || fail 'Redis took us for an attack'
fi

# ---- a directory ----------------------------------------------------------------------------------------

if there slapd slapd root; then
	free_port && ldaps=$PORT
	start_slapd "TLSCertificateFile $D/chain.pem
TLSCertificateKeyFile $D/key.pem
TLSVerifyClient never" " ldaps://127.0.0.1:$ldaps"
	good ldap "$PORT"
	good ldaps "$ldaps"
	folder slapd-off
	start_slapd '' ''
	off ldap "$PORT" 36 STARTTLS_REFUSED
	expect "$TMP/err" 'protocolError: unsupported extended operation'
fi

# ---- mail -----------------------------------------------------------------------------------------------

if has_dovecot && there dovecot dovecot root; then
	start_dovecot yes
	good imap "$imap" '^\* BYE'
	good imaps "$imaps" '^\* OK'
	good pop3 "$pop3" '^+OK'
	good pop3s "$pop3s" '^+OK'
	good sieve "$sieve" '^"IMPLEMENTATION"'
	off smtp "$imap" 37 STARTTLS_FAILED
	off imaps "$pop3s" 71 GREETING_MISMATCH
	folder dovecot-off
	start_dovecot no
	off imap "$imap" 35 STARTTLS_NOT_OFFERED
	off pop3 "$pop3" 35 STARTTLS_NOT_OFFERED
	off sieve "$sieve" 35 STARTTLS_NOT_OFFERED
fi

if there postfix postfix root; then
	start_postfix may
	good smtp "$PORT" '^250-localhost$'
	good submission "$PORT" '^250-localhost$'
	good smtps "$smtps" '^220 localhost ESMTP Postfix'
	folder postfix-off
	start_postfix none
	off smtp "$PORT" 35 STARTTLS_NOT_OFFERED
	expect "$TMP/err" 'it offers: PIPELINING, SIZE'
fi

# ---- others ---------------------------------------------------------------------------------------------

start_proftpd() {
	free_port
	cat >"$D/c" <<-CONFIG
		ModulePath /usr/lib/proftpd
		LoadModule mod_tls.c
		ServerName test
		ServerType standalone
		Port $PORT
		DefaultAddress 127.0.0.1
		UseIPv6 off
		PidFile $D/pid
		ScoreboardFile $D/sb
		User nobody
		Group nogroup
		WtmpLog off
		SystemLog $D/log
		UseReverseDNS off
		TLSEngine $1
		TLSECCertificateFile $D/chain.pem
		TLSECCertificateKeyFile $D/key.pem
		TLSCertificateChainFile $D/chain.pem
		TLSProtocol TLSv1.2 TLSv1.3
	CONFIG
	launch "$PORT" proftpd -n -c "$D/c"
}

if has_proftpd && there proftpd proftpd root; then
	start_proftpd on
	good ftp "$PORT" '^221 '
	folder proftpd-off
	start_proftpd off
	off ftp "$PORT" 36 STARTTLS_REFUSED
fi

if there prosody prosody root; then
	free_port && s2s=$PORT
	free_port
	mkdir "$D/data"
	cat >"$D/c.lua" <<-CONFIG
		pidfile="$D/pid"; data_path="$D/data"; interfaces={"127.0.0.1"}
		c2s_ports={$PORT}; s2s_ports={$s2s}; c2s_direct_tls_ports={}; legacy_ssl_ports={}
		modules_enabled={"tls","saslauth","roster","disco"}; modules_disabled={"http"}
		c2s_require_encryption=true; s2s_require_encryption=true; authentication="internal_hashed"
		log={info="*console"}
		certificates="$D"
		VirtualHost "localhost"
		 ssl={certificate="$D/chain.pem"; key="$D/key.pem"}
	CONFIG
	owned prosody
	launch "$PORT" setpriv --reuid prosody --regid prosody --clear-groups prosody -F --config "$D/c.lua"
	good xmpp "$PORT" 'stream'
	wait_for "$PATIENCE" is_listening "$s2s" || fail 'no port for other servers'
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "xmpp-server://localhost:$s2s"
fi

if there inspircd inspircd root; then
	free_port && ircs=$PORT
	free_port
	cat >"$D/c.conf" <<-CONFIG
		<server name="irc.test" description="t" network="t" id="00A">
		<admin name="a" nick="a" email="a@b">
		<bind address="127.0.0.1" port="$PORT" type="clients">
		<bind address="127.0.0.1" port="$ircs" type="clients" sslprofile="t">
		<module name="ssl_gnutls">
		<sslprofile name="t" provider="gnutls" certfile="$D/chain.pem" keyfile="$D/key.pem">
		<module name="cap">
		<module name="starttls">
		<starttls sslprofile="t">
		<connect allow="*" timeout="60" resolvehostnames="no" useident="no">
		<pid file="$D/pid">
		<files motd="/dev/null">
		<path configdir="$D" datadir="$D" logdir="$D" runtimedir="$D">
		<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="$D/log">
	CONFIG
	owned irc
	launch "$PORT" setpriv --reuid irc --regid irc --clear-groups inspircd --nofork --config "$D/c.conf"
	good irc "$PORT" ''
	good ircs "$ircs" ''
fi

if there xrdp xrdp root; then
	free_port
	cat >"$D/xrdp.ini" <<-CONFIG
		[Globals]
		ini_version=1
		fork=true
		port=tcp://127.0.0.1:$PORT
		security_layer=tls
		crypt_level=high
		certificate=$D/chain.pem
		key_file=$D/key.pem
		ssl_protocols=TLSv1.2, TLSv1.3
		autorun=
		[Logging]
		LogFile=$D/log
		LogLevel=INFO
		EnableSyslog=false
		EnableConsole=true
		ConsoleLevel=INFO
		[Xorg]
		name=Xorg
		lib=libxup.so
		ip=127.0.0.1
		port=-1
		code=20
	CONFIG
	launch "$PORT" xrdp --nodaemon --config "$D/xrdp.ini"
	good rdp "$PORT"
fi

[ -n "$tried" ] || skip "none of them is here, or we are not root:$missing"
echo "tried:$tried; not here:${missing:- none}"
