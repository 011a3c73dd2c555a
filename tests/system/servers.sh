#!/bin/sh
# servers.sh - hello-client at the servers of other TLS libraries, each with a good certificate and with
# what goes wrong: GnuTLS, NSS and Botan by the servers they come with, Go and Java by small ones of
# ours. The outcome is the same whoever serves. Those that are not installed are named.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
PATH=$PATH:/usr/sbin:/sbin
make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired &&
		"$HELLO_CERTS" issue "$PKI" --client friend && "$HELLO_CERTS" init "$TMP/other" &&
		"$HELLO_CERTS" issue "$TMP/other" --client stranger
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"
for each in localhost expired; do
	openssl pkcs12 -export -passout pass:secret -name "$each" -in "$PKI/$each/chain.pem" \
		-inkey "$PKI/$each/key.pem" -out "$TMP/$each.p12" || error 'no PKCS #12'
done
servers=$srcdir/tests/support/servers
printf 'HTTP/1.0 200 OK\r\n\r\n%s\n' "$GREETING" >"$TMP/answer"
tried='' missing=''

# ---- servers: each starts one with the certificate of FOLDER, in MODE, and sets $PORT ----------------

# launch COMMAND...: it will listen on $PORT.
launch() {
	"$@" >"$TMP/$library-$PORT.log" 2>&1 &
	track $!
	log_on_failure "$TMP/$library-$PORT.log"
	wait_for "$PATIENCE" is_listening "$PORT" || fail "$library does not listen: $(cat "$TMP/$library-$PORT.log")"
}

start_gnutls() {
	free_port
	case $2 in
	mutual) set -- "$1" --x509cafile "$CA" --require-client-cert --verify-client-cert ;;
	only13) set -- "$1" --disable-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 ;;
	*) set -- "$1" --disable-client-cert ;;
	esac
	folder=$1
	shift
	launch gnutls-serv --quiet --port "$PORT" --x509certfile "$PKI/$folder/chain.pem" \
		--x509keyfile "$PKI/$folder/key.pem" --alpn http/1.1 --httpdata "$TMP/answer" "$@"
}

# make_nss FOLDER: its certificate in a database of its own, under that name.
make_nss() {
	mkdir "$TMP/nss-$1" || error mkdir
	{
		certutil -N -d "sql:$TMP/nss-$1" --empty-password &&
			certutil -A -d "sql:$TMP/nss-$1" -n root -t T,, -i "$CA" &&
			pk12util -d "sql:$TMP/nss-$1" -i "$TMP/$1.p12" -W secret -K ''
	} >"$TMP/out" 2>&1 || error "no database for NSS: $(cat "$TMP/out")"
}

start_nss() {
	[ -d "$TMP/nss-$1" ] || make_nss "$1"
	free_port
	folder=$1
	case $2 in
	mutual) set -- -V tls1.2:tls1.3 -r -r ;;
	only13) set -- -V tls1.3:tls1.3 ;;
	*) set -- -V tls1.2:tls1.3 ;;
	esac
	launch selfserv -d "sql:$TMP/nss-$folder" -n "$folder" -p "$PORT" -Q "$@"
}

# Its server knows TLS 1.2 alone, asks for no certificate, and says nothing first.
start_botan() {
	free_port
	launch botan tls_server "$PKI/$1/chain.pem" "$PKI/$1/key.pem" --port="$PORT"
}

# several COMMAND...: a program of ours, which prints the ports of all; kept in $TMP/$library.
several() {
	"$@" >"$TMP/$library" 2>"$TMP/$library.log" &
	track $!
	log_on_failure "$TMP/$library.log"
	wait_for "$PATIENCE" has_ports || fail "$library does not listen: $(cat "$TMP/$library.log")"
}

has_ports() {
	[ "$(wc -l <"$TMP/$library")" -eq 4 ]
}

port_of() {
	case $1:$2 in
	localhost:plain) PORT=$(sed -n 1p "$TMP/$library") ;;
	expired:plain) PORT=$(sed -n 2p "$TMP/$library") ;;
	localhost:mutual) PORT=$(sed -n 3p "$TMP/$library") ;;
	localhost:only13) PORT=$(sed -n 4p "$TMP/$library") ;;
	esac
}

start_go() {
	if [ ! -e "$TMP/hello-go" ]; then
		HOME=$TMP GOFLAGS=-mod=mod go build -o "$TMP/hello-go" "$servers/hello.go" >"$TMP/out" 2>&1 ||
			error "go does not build: $(cat "$TMP/out")"
		several "$TMP/hello-go" "$CA" "$CERT" "$KEY" plain \
			"$PKI/expired/chain.pem" "$PKI/expired/key.pem" plain \
			"$CERT" "$KEY" mutual "$CERT" "$KEY" only13
	fi
	port_of "$@"
}

start_java() {
	[ -e "$TMP/$library" ] || several java "$servers/Hello.java" "$CA" "$TMP/localhost.p12" plain \
		"$TMP/expired.p12" plain "$TMP/localhost.p12" mutual "$TMP/localhost.p12" only13
	port_of "$@"
}

# ---- what the client makes of them -------------------------------------------------------------------

REPEAT=1

# says STATUS NAME [OPTION...]
says() {
	says_status=$1 says_name=$2
	shift 2
	outcome "$says_status" "$says_name" --cacert "$CA" "$@" --servername localhost 127.0.0.1 "$PORT" \
		>"$TMP/said"
	echo "$library: $says_name"
}

# greets [OPTION...]: verified, and the whole content came, if there is any.
greets() {
	good=0
	[ "$library" != botan ] || good=70
	run_status $good "$HELLO_CLIENT" -v --cacert "$CA" "$@" --servername localhost 127.0.0.1 "$PORT"
	expect "$TMP/err" '^verify  *localhost <- '
	[ -s "$TMP/out" ] || [ $good -ne 0 ] || fail "$library says nothing"
	echo "$library: good"
}

# at COMMAND LIBRARY [OPTION...]: COMMAND is what has to be installed.
at() {
	library=$2
	if ! command -v "$1" >/dev/null 2>&1; then
		missing="$missing $1"
		return
	fi
	shift 2
	"start_$library" localhost plain
	greets "$@"
	says 54 CERT_WRONG_NAME --verify-name other.test
	says 50 CERT_UNKNOWN_CA --cacert "$TMP/other/ca.pem"
	case $library in
	botan) says 45 HANDSHAKE_PARAMETERS --tls-min 1.3 ;;
	*)
		"start_$library" localhost only13
		greets "$@"
		# GnuTLS says no more than that it failed.
		case $library in
		gnutls) says 42 HANDSHAKE_ALERT --tls-max 1.2 ;;
		*) says 45 HANDSHAKE_PARAMETERS --tls-max 1.2 ;;
		esac
		"start_$library" localhost mutual
		greets --cert "$PKI/friend/chain.pem" --key "$PKI/friend/key.pem" "$@"
		for version in 1.2 1.3; do
			says 60 CLIENT_CERT_REQUIRED --tls-max $version
			says 61 CLIENT_CERT_REFUSED --tls-max $version --cert "$TMP/other/stranger/chain.pem" \
				--key "$TMP/other/stranger/key.pem"
		done
		;;
	esac
	"start_$library" expired plain
	says 52 CERT_EXPIRED
	tried="$tried $library"
}

at gnutls-serv gnutls --alpn http/1.1
at selfserv nss --alpn http/1.1
at botan botan --read-timeout 300ms
at go go
at java java

[ -n "$tried" ] || skip "there is no$missing"
echo "as expected:$tried"
[ -z "$missing" ] || echo "not installed, so not tried:$missing"
