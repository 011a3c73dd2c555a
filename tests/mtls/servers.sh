# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # variables for the tests, and of server.sh
# tests/mtls/servers.sh - servers with mutual TLS, set up right and wrong; for tests that have server.sh and
# real.sh.
#
#	make_mutual_zoo             $Z, made by hello-certs; $CERT, $KEY, $CA and $CRL are from there
#	mutual_rows                 the settings: lines of "SERVER|VERDICT|IN|WHEN|SETTING|ARGUMENTS". VERDICT:
#	                            right (the first of each server), also (another that is not wrong),
#	                            wrong. IN: a client that gets in, "good" if none is asked for a
#	                            certificate, "?CLIENT" if that one is not known. WHEN: quick, all
#	has_mutual SERVER           is it installed, and may it be started?
#	mutual_version SERVER       prints its version
#	start_mutual SERVER ARGUMENTS
#	                            starts it in a new folder, and sets $URL
#	visit_mutual                --client-zoo at $URL: sets $status; $TMP/out and $TMP/err are the output
#	mutual_let_in, mutual_unknown
#	                            print the bad clients of $TMP/out that were let in, and those of which
#	                            nothing is known, without "client-"

make_mutual_zoo() {
	Z=$TMP/zoo
	"$HELLO_CERTS" zoo "$Z" >"$TMP/out" 2>&1 || error "no zoo: $(cat "$TMP/out")"
	CERT=$Z/good-ecdsa/chain.pem KEY=$Z/good-ecdsa/key.pem CA=$Z/ca.pem CRL=$Z/crl-clients.pem
	# s_server reads but the first list of a file, unless it is the one of its CAs.
	cat "$CA" "$CRL" >"$Z/both.pem"
	chmod 644 "$CA" "$CRL"
	mutual_number=0
}

mutual_rows() {
	sed "s,{ca},$CA,g; s,{crl},$CRL,g; s,{both},$Z/both.pem,g" <<-'ROWS'
		nginx|right|-|quick|ssl_verify_client on, ssl_crl|ssl_verify_client on; ssl_crl {crl};
		nginx|wrong|revoked|all|on, no ssl_crl|ssl_verify_client on;
		nginx|wrong|none|quick|optional, ssl_crl|ssl_verify_client optional; ssl_crl {crl};
		nginx|wrong|unknown-root|quick|optional_no_ca|ssl_verify_client optional_no_ca;
		nginx|wrong|good|all|off|ssl_verify_client off;
		HAProxy|right|-|quick|verify required crl-file FILE|verify required ca-file {ca} crl-file {crl}
		HAProxy|wrong|revoked|all|verify required, no crl-file|verify required ca-file {ca}
		HAProxy|wrong|none|quick|verify optional crl-file FILE|verify optional ca-file {ca} crl-file {crl}
		HAProxy|wrong|expired|all|verify required crt-ignore-err all|verify required ca-file {ca} crl-file {crl} crt-ignore-err all
		HAProxy|wrong|unknown-root|quick|verify required ca-ignore-err all crt-ignore-err all|verify required ca-file {ca} ca-ignore-err all crt-ignore-err all
		HAProxy|wrong|good|all|verify none|verify none
		stunnel|right|-|all|verifyChain, requireCert, CRLfile|verifyChain=yes requireCert=yes CAfile={ca} CRLfile={crl}
		stunnel|wrong|revoked|all|verifyChain, requireCert, no CRLfile|verifyChain=yes requireCert=yes CAfile={ca}
		stunnel|also|-|all|verifyChain, CRLfile|verifyChain=yes CAfile={ca} CRLfile={crl}
		stunnel|wrong|unknown-root|all|requireCert, no verifyChain|requireCert=yes CAfile={ca}
		stunnel|wrong|none|all|verify = 1|verify=1 CAfile={ca} CRLfile={crl}
		stunnel|wrong|unknown-root|all|verify = 0|verify=0 CAfile={ca}
		s_server|right|-|quick|-Verify -verify_return_error -crl_check, lists in -CAfile|-Verify 3 -verify_return_error -crl_check -CAfile {both}
		s_server|wrong|revoked|all|the same without -crl_check|-Verify 3 -verify_return_error
		s_server|wrong|unknown-root|quick|-Verify, no -verify_return_error|-Verify 3
		s_server|wrong|none|all|-verify -verify_return_error|-verify 3 -verify_return_error
		s_server|wrong|unknown-root|quick|-verify|-verify 3
		gnutls-serv|right|-|quick|--require-client-cert --verify-client-cert --x509crlfile|--require-client-cert --verify-client-cert --x509cafile {ca} --x509crlfile {crl}
		gnutls-serv|wrong|revoked|all|the same without --x509crlfile|--require-client-cert --verify-client-cert --x509cafile {ca}
		gnutls-serv|wrong|unknown-root|all|no --verify-client-cert|--require-client-cert --x509cafile {ca} --x509crlfile {crl}
		gnutls-serv|wrong|unknown-root|quick|--require-client-cert, no CA|--require-client-cert
		gnutls-serv|wrong|none|all|--verify-client-cert alone|--verify-client-cert --x509cafile {ca} --x509crlfile {crl}
		Go|right|-|all|RequireAndVerifyClientCert|RequireAndVerifyClientCert
		Go|wrong|none|all|VerifyClientCertIfGiven|VerifyClientCertIfGiven
		Go|wrong|unknown-root|all|RequireAnyClientCert|RequireAnyClientCert
		Go|wrong|none|all|RequestClientCert|RequestClientCert
		Redis|right|-|all|tls-auth-clients yes|yes
		Redis|wrong|none|all|tls-auth-clients optional|optional
		Redis|wrong|good|all|tls-auth-clients no|no
		PostgreSQL|right|-|all|ssl_ca_file, ssl_crl_file, clientcert=verify-ca|verify-ca -c ssl_ca_file={ca} -c ssl_crl_file={crl}
		PostgreSQL|wrong|revoked|all|no ssl_crl_file|verify-ca -c ssl_ca_file={ca}
		PostgreSQL|wrong|none|all|no clientcert|none -c ssl_ca_file={ca} -c ssl_crl_file={crl}
		PostgreSQL|wrong|good|all|no ssl_ca_file|none
		OpenLDAP|right|-|all|TLSVerifyClient demand, TLSCRLFile|TLSVerifyClient demand;TLSCRLFile {crl}
		OpenLDAP|wrong|revoked|all|demand, no TLSCRLFile|TLSVerifyClient demand
		OpenLDAP|wrong|none|all|try, TLSCRLFile|TLSVerifyClient try;TLSCRLFile {crl}
		OpenLDAP|wrong|unknown-root|all|allow, TLSCRLFile|TLSVerifyClient allow;TLSCRLFile {crl}
		OpenLDAP|wrong|good|all|never|TLSVerifyClient never
		MariaDB|right|-|all|ssl-ca, ssl-crl (and accounts with REQUIRE X509)|--ssl-ca={ca} --ssl-crl={crl}
		MariaDB|wrong|?revoked|all|no ssl-crl|--ssl-ca={ca}
		MariaDB|also|-|all|no ssl-ca|--ssl-cipher=DEFAULT
	ROWS
}

has_mutual() {
	case $1 in
	nginx | gnutls-serv) command -v "$1" ;;
	HAProxy) command -v haproxy ;;
	stunnel) command -v stunnel ;;
	s_server) command -v openssl ;;
	Go) command -v go ;;
	Redis) command -v redis-server ;;
	PostgreSQL) [ -n "$pg" ] && [ "$(id -u)" -eq 0 ] ;;
	OpenLDAP) command -v slapd && [ "$(id -u)" -eq 0 ] ;;
	MariaDB) command -v mariadbd && [ "$(id -u)" -eq 0 ] ;;
	esac >/dev/null
}

mutual_version() {
	case $1 in
	nginx) nginx -v ;;
	HAProxy) haproxy -v ;;
	stunnel) stunnel -version ;;
	s_server) openssl version ;;
	gnutls-serv) gnutls-serv --version ;;
	Go) go version ;;
	Redis) redis-server --version ;;
	PostgreSQL) "$pg/postgres" --version ;;
	OpenLDAP) slapd -VV ;;
	MariaDB) mariadbd --version ;;
	esac 2>&1 | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1
}

# ---- servers -------------------------------------------------------------------------------------------

start_mutual_nginx() {
	nginx_config <<-CONFIG
		server {
			listen 127.0.0.1:$PORT ssl;
			ssl_certificate $D/chain.pem; ssl_certificate_key $D/key.pem;
			ssl_client_certificate $CA; ssl_verify_depth 3; $*
			location / { return 200 "hello"; }
		}
	CONFIG
	launch "$PORT" nginx -p "$D" -c "$D/nginx.conf" -e "$D/log"
}

start_mutual_haproxy() {
	cat "$D/chain.pem" "$D/key.pem" >"$D/both.pem"
	cat >"$D/c" <<-CONFIG
		defaults
		  mode http
		  timeout connect 5s
		  timeout client 5s
		  timeout server 5s
		frontend f
		  bind 127.0.0.1:$PORT ssl crt $D/both.pem $*
		  http-request return status 200 content-type text/plain string hello
	CONFIG
	launch "$PORT" haproxy -db -f "$D/c"
}

# Each connection gets the greeting of a program.
start_mutual_stunnel() {
	{
		printf 'foreground = yes\npid =\nsyslog = no\n[s]\naccept = 127.0.0.1:%s\ncert = %s\nkey = %s\n' \
			"$PORT" "$D/chain.pem" "$D/key.pem"
		printf 'exec = /bin/echo\nexecArgs = echo Hello world\n'
		echo "$*" | tr ' ' '\n'
	} >"$D/c"
	launch "$PORT" stunnel "$D/c"
}

start_mutual_postgres() {
	mutual_clientcert=$1
	shift
	mkdir "$D/run"
	owned postgres
	as postgres "$pg/initdb" -D "$D/data" -A trust --no-sync -N >"$D/log.init" 2>&1 ||
		error "initdb: $(cat "$D/log.init")"
	case $mutual_clientcert in
	none) echo 'hostssl all all 127.0.0.1/32 trust' ;;
	*) echo "hostssl all all 127.0.0.1/32 trust clientcert=$mutual_clientcert" ;;
	esac >"$D/data/pg_hba.conf"
	launch "$PORT" setpriv --reuid postgres --regid postgres --clear-groups "$pg/postgres" -D "$D/data" \
		-c listen_addresses=127.0.0.1 -c port="$PORT" -c unix_socket_directories="$D/run" -c fsync=off \
		-c ssl=on -c ssl_cert_file="$D/chain.pem" -c ssl_key_file="$D/key.pem" "$@"
}

start_mutual_go() {
	[ -x "$TMP/mutual-go" ] ||
		HOME=$TMP GOFLAGS=-mod=mod go build -o "$TMP/mutual-go" "$srcdir/tests/support/servers/mutual.go" \
			>"$TMP/out" 2>&1 || error "go does not build: $(cat "$TMP/out")"
	"$TMP/mutual-go" "$D/chain.pem" "$D/key.pem" "$CA" "$1" >"$D/port" 2>"$D/log" &
	track $!
	wait_for "$PATIENCE" [ -s "$D/port" ] || fail "no server of Go: $(cat "$D/log")"
	PORT=$(cat "$D/port")
}

start_mutual() {
	mutual_server=$1
	mutual_number=$((mutual_number + 1))
	folder "mutual-$mutual_number"
	free_port
	URL=https://127.0.0.1:$PORT
	# shellcheck disable=SC2086 # words
	case $mutual_server in
	nginx) start_mutual_nginx "$2" ;;
	HAProxy) start_mutual_haproxy "$2" ;;
	stunnel)
		start_mutual_stunnel "$2"
		URL=hello://127.0.0.1:$PORT
		;;
	s_server)
		launch "$PORT" openssl s_server -www -accept "127.0.0.1:$PORT" -cert "$CERT" -cert_chain "$CERT" \
			-key "$KEY" -CAfile "$CA" $2 # a second -CAfile replaces the first
		;;
	gnutls-serv)
		launch "$PORT" gnutls-serv --http -q -p "$PORT" --x509certfile "$CERT" --x509keyfile "$KEY" $2
		;;
	Go)
		start_mutual_go "$2"
		URL=https://127.0.0.1:$PORT
		;;
	Redis)
		launch "$PORT" redis-server --port 0 --tls-port "$PORT" --bind 127.0.0.1 --tls-cert-file "$CERT" \
			--tls-key-file "$KEY" --tls-ca-cert-file "$CA" --tls-auth-clients "$2" --save '' --dir "$D"
		URL=rediss://127.0.0.1:$PORT
		;;
	PostgreSQL)
		start_mutual_postgres $2
		URL=postgres://127.0.0.1:$PORT
		;;
	OpenLDAP)
		start_slapd "$(printf '%s\n' "TLSCertificateFile $D/chain.pem" "TLSCertificateKeyFile $D/key.pem" \
			"TLSCACertificateFile $CA" && echo "$2" | tr ';' '\n')" ''
		URL=ldap://127.0.0.1:$PORT
		;;
	MariaDB)
		start_mariadb --ssl-cert="$D/chain.pem" --ssl-key="$D/key.pem" $2
		URL=mysql://127.0.0.1:$PORT
		;;
	esac
}

# ---- their clients ---------------------------------------------------------------------------------------

visit_mutual() {
	status=0
	"$HELLO_CLIENT" --client-zoo "$Z" --cacert "$CA" --servername good-ecdsa.zoo.test "$URL" \
		>"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
}

mutual_let_in() {
	awk '/^client-/ && $2 == "refuse" && ($3 == "accepted" || $3 " " $4 == "not asked") {
		sub("client-", "", $1); print $1 }' "$TMP/out" | sort
}

mutual_unknown() {
	awk '/^client-/ && $2 == "refuse" && ($3 " " $4 == "not proven" || $3 " " $4 == "no connection") {
		sub("client-", "", $1); print $1 }' "$TMP/out" | sort
}
