#!/bin/sh
# verdicts.sh - what is said is true and leads on: a renewed CA, what only strict clients refuse, an
# unknown critical extension (--check, too), another time, an unwelcome greeting, a certificate that
# the server asked for. Each option that is advised is tried.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
REPEAT=1
CA=$TMP/root.pem

quietly() {
	"$@" >"$TMP/out" 2>&1 || error "$*: $(cat "$TMP/out")"
}

# root FILE [KEY]: a root of the same name, with a new key unless there is one.
root() {
	[ -e "$2" ] || quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2"
	quietly openssl req -x509 -new -config "$TMP/config" -extensions ca -key "$2" \
		-subj '/CN=Test root' -days 30 -out "$1"
}

# leaf NAME LINE...: NAME.pem and NAME.key, with these extensions besides the usual.
leaf() {
	leaf=$TMP/$1
	shift
	{
		cat <<-'END'
			basicConstraints = critical, CA:false
			keyUsage = critical, digitalSignature
			subjectAltName = DNS:localhost, IP:127.0.0.1
		END
		printf '%s\n' "$@"
	} >"$leaf.ext"
	quietly openssl req -new -config "$TMP/config" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -keyout "$leaf.key" -subj /CN=localhost -out "$leaf.req"
	quietly openssl x509 -req -in "$leaf.req" -extfile "$leaf.ext" -days 20 \
		-CA "$TMP/root.pem" -CAkey "$TMP/root.key" -set_serial 1 -out "$leaf.pem"
}

cat >"$TMP/config" <<'END'
[ req ]
distinguished_name = nothing
[ nothing ]
[ ca ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
END
key_ids='subjectKeyIdentifier = hash'
root "$TMP/root.pem" "$TMP/root.key"
root "$TMP/renewed.pem" "$TMP/root.key"
root "$TMP/anew.pem" "$TMP/anew.key"
leaf serial "$key_ids" 'authorityKeyIdentifier = keyid, issuer:always'
leaf bare 'subjectKeyIdentifier = none' 'authorityKeyIdentifier = none'
leaf strange "$key_ids" 'authorityKeyIdentifier = keyid' '1.2.3.4 = critical, DER:05:00'
leaf good "$key_ids" 'authorityKeyIdentifier = keyid'
cat "$TMP/good.pem" "$TMP/anew.pem" >"$TMP/stray.pem"
cp "$TMP/good.key" "$TMP/stray.key"

serve() {
	[ -z "${SERVER_PID-}" ] || stop_server
	start_server --workers 1 --cert "$TMP/$1.pem" --key "$TMP/$1.key"
}

# fails STATUS NAME WORDS ARG...: of the client.
fails() {
	expected=$1 name=$2 words=$3
	shift 3
	outcome "$expected" "$name" "$@" 127.0.0.1 "$PORT"
	expect "$TMP/err" "$words"
}

serve serial
fails 59 CERT_INVALID 'was signed by the key of "Test root", but.*issuer or serial number that differs' \
	--cacert "$TMP/renewed.pem"
expect "$TMP/err" 'try: .*--cacert FILE with the previous certificate'
greeted || fail 'the former certificate does not help'
echo 'a CA renewed with its key: named, and the advice helps'

serve bare
fails 59 CERT_INVALID 'was not signed with the key of "Test root" in --cacert .*/anew.pem' \
	--cacert "$TMP/anew.pem"
! grep -q 'no-x509-strict' "$TMP/err" || fail '--no-x509-strict is advised and does not help'
fails 59 CERT_INVALID 'a more lenient client would accept it' --cacert "$CA"
expect "$TMP/err" 'until then, use --no-x509-strict'
run_status 0 "$HELLO_CLIENT" --no-x509-strict --cacert "$CA" 127.0.0.1 "$PORT"
echo 'a CA made anew comes before strictness, and --no-x509-strict is advised where it helps'

# check NAME WORDS STATUS: what --check says.
check() {
	# shellcheck disable=SC2086  # words, or none
	run_status "$3" "$HELLO_SERVER" $WORK_AS --check --cert "$TMP/$1.pem" --key "$TMP/$1.key" 0
	expect "$TMP/out" "$2"
}

check strange '^error: .*"localhost" has the critical extension 1.2.3.4' 3
check stray '^warning: .*the key of "Test root" in the chain did not sign "localhost"' 6
echo '--check: an unknown critical extension, a CA of another key'

serve good
fails 52 CERT_EXPIRED 'expires at .* before the chosen time' --cacert "$CA" \
	--verify-time +25d
! grep -q ' ago' "$TMP/err" || fail 'what is to come is said to be past'
# With TLS 1.3 the greeting comes with the first flight, and is judged before our Finished left.
fails 71 GREETING_MISMATCH 'expected "Bye"' --cacert "$CA" --expect Bye
await 'outcome=OK ' 1
! logged 'HANDSHAKE_CLOSED' || fail 'the client left without its Finished'
echo 'another time, another greeting'

stop_server
start_server --workers 1 --cert "$TMP/good.pem" --key "$TMP/good.key" --client-ca "$CA" \
	--client-auth optional
fails 71 GREETING_MISMATCH 'the server asked for a client certificate and none was sent' \
	--cacert "$CA" --expect Bye
expect "$TMP/err" 'try: .*--cert FILE --key FILE with a certificate issued by "Test root"'
echo 'a certificate that was asked for is told of in a later failure'
