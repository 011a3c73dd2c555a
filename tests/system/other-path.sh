#!/bin/sh
# other-path.sh - a server sends a CA that two roots signed. OpenSSL follows the path to the root that is not
# trusted; the failure names the other one, and a client that searches accepts the server. After the
# advice OpenSSL accepts it, too.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
cd "$TMP" || exit 99

# sign FILE NAME KEY CA EXTENSION...: a certificate for the key, signed by CA, or by itself with "-".
sign() {
	sign_file=$1 sign_name=$2 sign_key=$3 sign_ca=$4
	shift 4
	printf '%s\n' subjectKeyIdentifier=hash 'authorityKeyIdentifier=keyid' "$@" >extensions
	if [ "$sign_ca" = - ]; then
		set -- -signkey "$sign_key.key"
		sed -i.all /authority/d extensions
	else
		set -- -CA "$sign_ca.pem" -CAkey "$sign_ca.key" -set_serial "0x$(openssl rand -hex 8)"
	fi
	{
		[ -s "$sign_key.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
			-out "$sign_key.key"
		openssl req -new -subj "/CN=$sign_name" -key "$sign_key.key" -config /dev/null -out request &&
			openssl x509 -req -in request "$@" -extfile extensions -days 60 -out "$sign_file.pem"
	} >said 2>&1 || error "no $sign_file: $(cat said)"
}
ca='basicConstraints=critical,CA:true' usage='keyUsage=critical,keyCertSign,cRLSign'
sign old 'Old root' old - "$ca" "$usage"
sign new 'New root' new - "$ca" "$usage"
sign old-ca 'Our CA' our old "$ca" "$usage"
sign new-ca 'Our CA' our new "$ca" "$usage"
cp old-ca.pem our.pem
sign leaf localhost leaf our basicConstraints=critical,CA:false keyUsage=critical,digitalSignature \
	extendedKeyUsage=serverAuth subjectAltName=DNS:localhost,IP:127.0.0.1
chmod 600 leaf.key
cat leaf.pem old-ca.pem new-ca.pem >both.pem
cat leaf.pem new-ca.pem >one.pem
cat leaf.pem old-ca.pem >other.pem
CA=$TMP/new.pem CERT=$TMP/both.pem KEY=$TMP/leaf.key
start_server --workers 1

sentence='; another path, to the root "New root", is valid: clients that search for one, as Go and browsers do, accept it; OpenSSL does not search'
run_status 50 "$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT"
grep -qF "$sentence" err || fail "no other path: $(cat err)"
expect err '^  try: let the server send its chain without "Our CA", for clients that do not search$'
run_status 50 "$HELLO_CLIENT" --cacert "$CA" --chain both.pem localhost
grep -qF "$sentence" err || fail "no other path in a file: $(cat err)"
expect err '^  try: use the chain without "Our CA", '

# It is true of both.
! openssl verify -CAfile new.pem -untrusted both.pem leaf.pem >out 2>&1 || fail 'openssl verify searches'
if command -v go >/dev/null 2>&1; then
	HOME=$TMP GOFLAGS=-mod=mod go build -o hello-go "$srcdir/tests/support/clients/hello.go" >go.log 2>&1 ||
		error "go does not build: $(cat go.log)"
	run_status 0 timeout 100 ./hello-go "$PORT" "$CA"
else
	echo 'not tried: go is not installed'
fi

# The advice, and where there is no other path.
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --chain one.pem localhost
run_status 50 "$HELLO_CLIENT" --cacert "$CA" --chain other.pem localhost
! grep 'another path' err || fail 'a path over a certificate that is not there'
