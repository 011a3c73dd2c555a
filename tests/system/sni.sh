#!/bin/sh
# sni.sh - one server with several certificates: whoever asks gets the one for the name, exact before
# wildcard, and of two kinds of key the one that it can verify; sessions do not cross names.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki

# pair FOLDER KEY-TYPE NAME: a certificate in $PKI/FOLDER; --cert and --key for it are added to $pairs.
pairs=''
pair() {
	"$HELLO_CERTS" issue "$PKI" "$3" --key "$2" --force >"$TMP/out" 2>&1 ||
		error "no certificate for $3: $(cat "$TMP/out")"
	mv "$PKI/$(printf %s "$3" | tr '*' _)" "$PKI/$1"
	pairs="$pairs --cert $PKI/$1/chain.pem --key $PKI/$1/key.pem"
}
pair ecdsa ecdsa both.test
pair rsa rsa both.test
pair only rsa rsa.test
pair wild ecdsa '*.wild.test'
pair exact ecdsa exact.wild.test
pair other rsa '*.other.test'

# leaf FILE: the first certificate that is in it.
leaf() {
	sed -n '/^-----BEGIN CERT/,/^-----END/{p;/^-----END/q;}' "$1"
}
# from FOLDER WHO: that certificate is in $TMP/out, and no other.
from() {
	[ "$(leaf "$TMP/out")" = "$(leaf "$PKI/$1/chain.pem")" ] || fail "$2 got another certificate than $1"
}

# with_openssl FOLDER ARG...
with_openssl() {
	folder=$1
	shift
	openssl s_client -connect "127.0.0.1:$PORT" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
	from "$folder" "openssl s_client $*"
}
# with_hello FOLDER NAME
with_hello() {
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername "$2" 127.0.0.1 "$PORT"
	expect "$TMP/out" "^$GREETING\$"
	digest=$(openssl x509 -in "$PKI/$1/chain.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' |
		tr A-F a-f | cut -c 1-16)
	expect "$TMP/err" "leaf: $3, SHA-256 $digest, for "
}
with_curl() {
	folder=$1 name=$2
	shift 2
	curl -s --http0.9 --cacert "$CA" --resolve "$name:$PORT:127.0.0.1" -o /dev/null -w '%{certs}' "$@" \
		"https://$name:$PORT/" >"$TMP/out" 2>"$TMP/err"
	from "$folder" "curl $name $*"
}
with_gnutls() {
	folder=$1 name=$2
	shift 2
	gnutls-cli --x509cafile "$CA" --sni-hostname "$name" --verify-hostname "$name" --print-cert \
		--port "$PORT" "$@" 127.0.0.1 </dev/null >"$TMP/out" 2>"$TMP/err"
	from "$folder" "gnutls-cli $name $*"
}

# shellcheck disable=SC2086 # a list of words
start_server --workers 1 --tickets 1 $pairs

for version in -tls1_2 -tls1_3; do
	with_openssl ecdsa $version -servername both.test
	with_openssl ecdsa $version -servername both.test -sigalgs ECDSA+SHA256
	with_openssl rsa $version -servername both.test -sigalgs RSA-PSS+SHA256
	with_openssl rsa $version -servername BOTH.Test -sigalgs RSA-PSS+SHA256
	with_openssl only $version -servername rsa.test
	with_openssl only $version -servername RSA.Test
	with_openssl only $version -servername rsa.test.
	with_openssl wild $version -servername a.wild.test
	with_openssl exact $version -servername exact.wild.test
	with_openssl other $version -servername b.other.test
	# The first one, and its companion, for all the rest: a wildcard is one label, and not none.
	with_openssl ecdsa $version -servername a.b.wild.test
	with_openssl ecdsa $version -servername wild.test
	with_openssl ecdsa $version -servername unknown.test
	with_openssl ecdsa $version -noservername
	with_openssl rsa $version -noservername -sigalgs RSA-PSS+SHA256
done
with_hello ecdsa both.test 'EC P-256'
with_hello only rsa.test 'RSA 2048'
with_hello wild a.wild.test 'EC P-256'
with_hello exact exact.wild.test 'EC P-256'
with_hello other b.other.test 'RSA 2048'
if curl -w '%{certs}' -V >/dev/null 2>&1 && curl --help all | grep -q -- --http0.9; then
	with_curl ecdsa both.test
	with_curl rsa both.test --tls-max 1.2 --ciphers ECDHE-RSA-AES128-GCM-SHA256
	with_curl only rsa.test
	with_curl wild a.wild.test
	with_curl exact exact.wild.test
	with_curl other b.other.test
fi
if command -v gnutls-cli >/dev/null; then
	with_gnutls ecdsa both.test
	with_gnutls rsa both.test --priority NORMAL:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256
	with_gnutls only rsa.test
	with_gnutls wild a.wild.test
	with_gnutls exact exact.wild.test
	with_gnutls other b.other.test
fi

# Sessions: for the same name they go on, and the log still knows the name; for another they do not.
session() {
	openssl s_client -connect "127.0.0.1:$PORT" "$@" -ign_eof </dev/null >"$TMP/out" 2>"$TMP/err"
}
for version in -tls1_2 -tls1_3; do
	session $version -servername both.test -sess_out "$TMP/session"
	session $version -servername both.test -sess_in "$TMP/session"
	expect "$TMP/out" '^Reused'
	for name in rsa.test exact.wild.test unknown.test; do
		session $version -servername $name -sess_in "$TMP/session"
		expect "$TMP/out" '^New'
	done
	session $version -noservername -sess_in "$TMP/session"
	expect "$TMP/out" '^New'
	# Served by the same certificate, and yet another name.
	session $version -servername a.wild.test -sess_out "$TMP/session"
	session $version -servername b.wild.test -sess_in "$TMP/session"
	expect "$TMP/out" '^New'
	from wild 'who came with a session of another name'
done
await 'outcome=OK sni=both.test protocol=TLSv1.2 .* resumed=yes'
await 'outcome=OK sni=both.test protocol=TLSv1.3 .* resumed=yes'
stop_server

# shellcheck disable=SC2086 # a list of words
start_server --workers 1 --strict-sni $pairs
with_openssl rsa -servername both.test -sigalgs RSA-PSS+SHA256
with_openssl wild -servername a.wild.test
for version in -tls1_2 -tls1_3; do
	session $version -servername unknown.test
	expect "$TMP/err" 'alert number 112'
done
session -tls1_3 -noservername
expect "$TMP/err" 'alert number 109'
session -tls1_2 -noservername
expect "$TMP/err" 'alert number 40'
await 'outcome=NAME_UNKNOWN sni=unknown.test .*alert=112 alert_from=us detail="the client requested \\"unknown.test\\""' 2
await 'outcome=NAME_UNKNOWN .*detail="the client requested no name"' 2
outcome 42 HANDSHAKE_ALERT --cacert "$CA" --servername unknown.test 127.0.0.1 "$PORT"
stop_server

# What nobody can get is said, by --check and in the log.
twice="$pairs --cert $PKI/ecdsa/chain.pem --key $PKI/ecdsa/key.pem"
# shellcheck disable=SC2086 # lists of words
run_status 6 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 $twice
expect "$TMP/out" '^warning: .*/ecdsa/chain.pem: "both.test" is also in .*/ecdsa/chain.pem, with the same type'
# shellcheck disable=SC2086 # a list of words
start_server --workers 1 --metrics 127.0.0.1:0 $twice
await 'level=warning .*\\"both.test\\" is also in .*/ecdsa/chain.pem'
