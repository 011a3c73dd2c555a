#!/bin/sh
# fetch-issuer.sh - --fetch-issuer: a missing intermediate is fetched from where the certificate says,
# saved only if it did sign it, and the status stays; whatever the HTTP server does, bytes, time and
# redirects are bounded.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

need openssl python3
make_pki
"$HELLO_CERTS" init "$TMP/other" >"$TMP/out" 2>&1 || error 'no second CA'

# ---- the server of issuers ----------------------------------------------------------------------------

WEB=$TMP/web
mkdir "$WEB"
{
	openssl x509 -in "$PKI/intermediate.pem" -outform DER -out "$WEB/issuer.der" &&
		cp "$PKI/intermediate.pem" "$WEB/issuer.pem" &&
		openssl crl2pkcs7 -nocrl -certfile "$CA" -certfile "$PKI/intermediate.pem" -outform DER \
			-out "$WEB/both.p7c" &&
		openssl crl2pkcs7 -nocrl -certfile "$CA" -outform DER -out "$WEB/root.p7c" &&
		openssl x509 -in "$CA" -outform DER -out "$WEB/root.der" &&
		openssl x509 -in "$TMP/other/intermediate.pem" -outform DER -out "$WEB/other.der"
	# The same name, and another key.
	subject=$(openssl x509 -in "$PKI/intermediate.pem" -noout -subject -nameopt RFC2253)
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/twin.key" \
		-config /dev/null -subj "/CN=${subject#*CN=}" -days 2 -outform DER -out "$WEB/twin.der" \
		-addext basicConstraints=critical,CA:true
} >"$TMP/said" 2>&1 || error "no files: $(cat "$TMP/said")"
head -c 200000 /dev/zero >"$WEB/zeros"
: >"$TMP/web.log"
log_on_failure "$TMP/web.log"
"$srcdir/tests/support/issuer_server.py" "$WEB" "$TMP/web.log" >"$TMP/web.port" &
track $!
wait_for "$PATIENCE" [ -s "$TMP/web.port" ] || error 'no HTTP server'
WEB_PORT=$(cat "$TMP/web.port")

# ---- one certificate for each address -------------------------------------------------------------------

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -config /dev/null \
	-keyout "$TMP/key.pem" -out "$TMP/csr" 2>"$TMP/said" || error 'no key'
set -- --workers 1
# leaf NAME ADDRESS [CA-OPTION...]: for NAME.test, without its intermediate.
leaf() {
	printf '%s\n' 'basicConstraints = critical, CA:false' 'keyUsage = critical, digitalSignature' \
		"subjectAltName = critical, DNS:$1.test" 'extendedKeyUsage = serverAuth' \
		'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid:always' \
		${2:+"authorityInfoAccess = $2"} >"$TMP/ext"
	openssl x509 -req -in "$TMP/csr" -CA "${3-$PKI/intermediate.pem}" \
		-CAkey "${4-$PKI/private/intermediate.key}" -days 2 -extfile "$TMP/ext" \
		-out "$TMP/$1.pem" 2>"$TMP/said" || error "no certificate: $(cat "$TMP/said")"
}
here=http://127.0.0.1:$WEB_PORT
while read -r each path; do
	leaf "$each" "caIssuers;URI:$here/$path"
	set -- "$@" --cert "$TMP/$each.pem" --key "$TMP/key.pem"
done <<PATHS
der file/issuer.der
pem file/issuer.pem
pkcs7 file/both.p7c
moved moved/moved/moved/file/issuer.der
other file/other.der
twin file/twin.der
p7root file/root.p7c
zeros file/zeros
absent missing
html html
empty empty
cut cut
huge huge
endless endless
chunks chunks
head head
slow slow
silent silent
garbage garbage
loop loop
toomany moved/moved/moved/moved/file/issuer.der
secure away/secure
readme away/file
nowhere away/none
PATHS
leaf none ''
leaf https 'caIssuers;URI:https://127.0.0.1/issuer.der,OCSP;URI:http://127.0.0.1/'
leaf user "caIssuers;URI:http://me@127.0.0.1:$WEB_PORT/file/issuer.der"
leaf second "caIssuers;URI:http://me@127.0.0.1/x,caIssuers;URI:$here/file/issuer.der"
leaf long "caIssuers;URI:$here/missing/$(printf '%0400d' 0)"
leaf closed 'caIssuers;URI:http://127.0.0.1:1/issuer.der'
leaf byname "caIssuers;URI:http://aia.test:$WEB_PORT/file/issuer.der"
leaf toroot "caIssuers;URI:$here/file/root.der" "$CA" "$PKI/private/ca.key"
# Several addresses, of which one has the issuer.
issuer=$here/file/issuer.der
leaf third "caIssuers;URI:$here/missing,caIssuers;URI:https://127.0.0.1/x,caIssuers;URI:$here/html,caIssuers;URI:$issuer"
leaf late "caIssuers;URI:$here/silent,caIssuers;URI:$issuer"
leaf bad "caIssuers;URI:$here/missing,caIssuers;URI:$here/file/other.der"
leaf fifth "caIssuers;URI:$here/missing,caIssuers;URI:$here/html,caIssuers;URI:$here/empty,caIssuers;URI:$here/cut,caIssuers;URI:$issuer"
leaf loops "caIssuers;URI:$here/loop/1,caIssuers;URI:$here/loop/2,caIssuers;URI:$here/loop/3,caIssuers;URI:$here/loop/4"
for each in missing html silent; do
	leaf two-$each "caIssuers;URI:http://aia.test:$WEB_PORT/else/$each/127.0.0.1/file/issuer.der"
done
leaf two-none "caIssuers;URI:http://aia.test:$WEB_PORT/else/missing/192.0.2.1/x"
for each in none https user second long closed byname toroot third late bad fifth loops \
	two-missing two-html two-silent two-none; do
	set -- "$@" --cert "$TMP/$each.pem" --key "$TMP/key.pem"
done
start_server "$@"

# fetch NAME ARG...: the outcome is always the one without the option.
usual() {
	FILE=$TMP/issuer.out cas=$CA want=51 name=CERT_MISSING_INTERMEDIATE
}
usual
fetch() {
	fetched=$1
	shift
	outcome "$want" "$name" --cacert "$cas" --resolve "$fetched.test:$PORT:127.0.0.1" --fetch-issuer "$FILE" "$@" "$fetched.test" "$PORT"
}
says() {
	head -n 1 "$TMP/err" | grep -qFe "$1" || fail "$fetched: it does not say \"$1\": $(cat "$TMP/err")"
}
advises() {
	tail -n 1 "$TMP/err" | grep -qFe "$1" || fail "$fetched: no advice \"$1\": $(cat "$TMP/err")"
}

for each in der pem pkcs7 moved second third late; do
	fetch $each --read-timeout 1s
	says "fetched from $here/"
	says '; with it the chain is complete'
	advises "append $FILE to the file of the server's certificate"
	cat "$TMP/$each.pem" "$FILE" >"$TMP/chain.pem"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --chain "$TMP/chain.pem" "$each.test"
	rm "$FILE"
done
# A name of its own: by the resolver or --resolve; --connect-to is for the target alone.
fetch byname --resolve "aia.test:$WEB_PORT:127.0.0.1" --connect-to 127.0.0.1
[ -s "$FILE" ] || fail 'it was not fetched by its name'
rm "$FILE"
# The first address of a name is no reason to give up.
for each in missing html silent; do
	fetch two-$each --resolve "aia.test:$WEB_PORT:127.0.0.2,127.0.0.1" --read-timeout 1s
	says '; its issuer was fetched from http://aia.test:'
	rm "$FILE"
done
cas=$TMP/other/ca.pem
fetch der
says '; even with it the chain is not accepted'
rm "$FILE"
# What a server need not send is not advised to be sent.
fetch toroot
says '; that is a root, which a server need not send'
advises "\", use --cacert $FILE"
rm "$FILE"
usual
run_status 51 "$HELLO_CLIENT" --cacert "$CA" --resolve "der.test:$PORT:127.0.0.1" \
	--fetch-issuer - der.test "$PORT"
expect "$TMP/out" 'BEGIN CERTIFICATE'
advises "append this certificate to the file of the server's certificate, "
# Replaced as a whole, and only a regular file.
echo old >"$TMP/regular"
ln -s regular "$TMP/link"
FILE=$TMP/link
fetch der
[ -L "$TMP/link" ] || fail 'the link was replaced'
expect "$TMP/regular" 'BEGIN CERTIFICATE'
FILE=/dev/null
fetch der
[ -c /dev/null ] || fail '/dev/null was replaced'
run_status 51 "$HELLO_CLIENT" --cacert "$CA" --resolve "der.test:$PORT:127.0.0.1" \
	--fetch-issuer "$TMP/no/folder" der.test "$PORT"
expect "$TMP/err" "^hello-client: FILE: cannot write $TMP/no/folder: "
advises '--fetch-issuer FILE with a FILE that can be written'
# After a success, or another failure, nothing is fetched.
lines=$(wc -l <"$TMP/web.log")
usual
cat "$CA" "$PKI/intermediate.pem" >"$TMP/both.pem"
cas=$TMP/both.pem want=54 name=CERT_WRONG_NAME
fetch der --verify-name other.test
want=52 name=CERT_EXPIRED
fetch der --verify-time +9d
usual
run_status 0 "$HELLO_CLIENT" --cacert "$TMP/both.pem" --resolve "der.test:$PORT:127.0.0.1" \
	--fetch-issuer "$FILE" der.test "$PORT"
[ ! -e "$FILE" ] || fail 'nothing was missing, and it was saved'
[ "$(wc -l <"$TMP/web.log")" -eq "$lines" ] || fail 'it asked without a reason'
outcome 2 USAGE --fetch-issuer "$FILE" --chain "$CERT" a.test

# ---- what is not saved -----------------------------------------------------------------------------------

# refused NAME WORDS [ARG...]
refused() {
	refusal=$2 began=$(date +%s)
	each=$1
	shift 2
	fetch "$each" --read-timeout 300ms --max-time 4s "$@"
	says "$refusal"
	[ ! -e "$FILE" ] || fail "$1: it was saved"
	# The limit is 4 s, and the machine may be busy.
	[ $(($(date +%s) - began)) -lt 20 ] || fail "$1: it took $(($(date +%s) - began)) s"
}
refused none 'was not fetched: the certificate names no http address for it (caIssuers)'
refused https 'was not fetched: the certificate names no http address for it (caIssuers)'
refused user "was not fetched from http://me@127.0.0.1:$WEB_PORT/file/issuer.der: the address has no valid host name"
refused long ': the server answered with "HTTP/1.0 404 Not Found"'
refused closed "http://127.0.0.1:1/issuer.der: 127.0.0.1:1 refused"
refused other 'has another name'
refused twin 'has the right name, but another key'
refused p7root 'has another name'
refused zeros ': the answer is longer than 64 KiB'
refused absent ': the server answered with "HTTP/1.0 404 Not Found"'
refused html ': the content is not a certificate; it begins with "<html>'
refused empty ': the content is not a certificate; it begins with ""'
refused cut ': the connection ended before the answer was complete'
refused huge ': the answer is longer than 64 KiB'
refused endless ': the answer is longer than 64 KiB'
refused chunks ': the answer is longer than 64 KiB'
refused head ': the HTTP answer is malformed: '
refused slow ': the answer did not arrive within --read-timeout'
refused silent ': the answer did not arrive within --read-timeout'
refused garbage ': the answer is not HTTP'
refused loop ': more than 3 redirects'
refused toomany ': more than 3 redirects'
refused secure ': the server redirected, but the address is not an http URL'
refused readme ': the server redirected, but the address is not an http URL'
refused nowhere ': the server redirected, but the address is not an http URL'

refused bad "its issuer was not fetched from $here/missing: the server answered with \"HTTP/1.0 404 Not Found\""
says "; nor from $here/file/other.der: the certificate there, "
refused fifth '; it names more addresses, which were not tried'
refused loops ': 12 requests were made, the limit'
[ "$(grep -c '^/loop/. ' "$TMP/web.log")" -le $((12 * REPEAT)) ] || fail 'more than 12 requests'
# The rest of --max-time is too short for a second silent one.
began=$(date +%s)
refused two-silent ': the answer did not arrive within --max-time' --read-timeout 9s --max-time 1s \
	--resolve "aia.test:$WEB_PORT:127.0.0.2,127.0.0.2"
refused two-none '"; the other addresses of that name failed as well' \
	--resolve "aia.test:$WEB_PORT:127.0.0.2,127.0.0.1,127.0.0.3"

# Four requests for a loop, and no more than the buffers of the system beyond the limit.
looped() {
	[ "$(grep -c '^/loop ' "$TMP/web.log")" -ge $((4 * REPEAT)) ]
}
wait_for "$PATIENCE" looped || fail "requests of the loop: $(cat "$TMP/web.log")"
[ "$(grep -c '^/loop ' "$TMP/web.log")" -eq $((4 * REPEAT)) ] || fail 'more than 3 redirects were followed'
gone() {
	[ "$(grep -cE '^/(huge|endless|chunks|head) ' "$TMP/web.log")" -ge 4 ]
}
wait_for "$PATIENCE" gone || fail 'the connections were not closed'
! awk '$2 > 16777216' "$TMP/web.log" | grep . || fail 'it read without end'

# ---- the proxy ---------------------------------------------------------------------------------------------

# An HTTP proxy is asked for the whole address, without a tunnel.
fetch der --connect-to 127.0.0.1 --proxy "http://me:secret@127.0.0.1:$WEB_PORT"
says '; with it the chain is complete'
wait_for "$PATIENCE" grep -qF "$here/file/issuer.der " "$TMP/web.log" ||
	fail "the proxy was asked for: $(tail -n 2 "$TMP/web.log")"
rm "$FILE"
fetch absent --connect-to 127.0.0.1 --proxy "http://127.0.0.1:$WEB_PORT"
says ': the proxy answered with "HTTP/1.0 404 Not Found"'
"$builddir/tests/support/middlebox" socks >"$TMP/socks" &
track $!
wait_for "$PATIENCE" [ -s "$TMP/socks" ] || fail 'no SOCKS5 proxy'
fetch der --connect-to 127.0.0.1 --proxy "socks5h://127.0.0.1:$(head -n 1 "$TMP/socks")"
says '; with it the chain is complete'
stop_server
