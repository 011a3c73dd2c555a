#!/bin/sh
# certs-revoke.sh - what is revoked is so for everybody: in the lists, in OCSP responses, for show,
# verify and renew; and who has the key of the CA locked up can do all this, too.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
printf 'a pass phrase\n' >phrase
printf 'another\n' >wrong
export SSL_CERT_FILE=/dev/null

# status FOLDER STATUS: what its OCSP response says, to somebody who verifies it.
status() {
	run_status 0 openssl ocsp -respin "ca/$1/ocsp.der" -issuer ca/intermediate.pem \
		-cert "ca/$1/chain.pem" -CAfile ca/ca.pem -verify_other ca/intermediate.pem
	expect err 'Response verify OK'
	expect out "chain.pem: $2\$"
}

# listed STATUS FOLDER: how a check of the whole chain ends.
listed() {
	run_status "$1" openssl verify -x509_strict -crl_check_all -CAfile ca/ca.pem \
		-CRLfile ca/crl.pem -untrusted ca/intermediate.pem "ca/$2/chain.pem"
	[ "$1" -eq 0 ] || expect err 'error 23 at 0 depth' # X509_V_ERR_CERT_REVOKED
}

certs() {
	expected=$1
	shift
	run_status "$expected" "$HELLO_CERTS" "$@"
}

story() { # story OPTION...: with those, the CA is of use
	certs 0 issue ca a.test "$@"
	certs 0 issue ca b.test --must-staple "$@"
	openssl x509 -in ca/b.test/chain.pem -noout -text >text
	expect text '^ *status_request$'
	certs 0 crl ca "$@"
	listed 0 a.test
	certs 0 ocsp ca b.test "$@"
	status b.test good

	certs 0 revoke ca b.test --reason keyCompromise "$@"
	listed 2 b.test
	listed 0 a.test
	certs 0 ocsp ca b.test "$@"
	status b.test revoked
	expect out 'Reason: keyCompromise'
	certs 0 show ca
	expect out '^b.test  *server  *[0-9]*d  *yes  *DNS:b.test$'
	expect out '^a.test  *server  *[0-9]*d  *-  *DNS:a.test$'
	certs 3 verify ca
	expect out '^b.test: revoked$'
	expect out '^a.test: good, '
	# Once more is no more: the date stays.
	cp -R ca/private/revoked before
	certs 0 revoke ca b.test "$@"
	diff -r before ca/private/revoked || fail 'it was revoked a second time'
	rm -r before

	# The key may be known: so not with the same one. The staple comes along, and must-staple.
	certs 2 renew ca b.test "$@"
	expect err '^  try: hello-certs renew ca b.test --new-key$'
	cp ca/b.test/key.pem old.key
	certs 0 renew ca b.test --new-key "$@"
	! cmp -s old.key ca/b.test/key.pem || fail 'the key is the old one'
	openssl x509 -in ca/b.test/chain.pem -noout -text >text
	expect text '^ *status_request$'
	expect text 'NIST CURVE: P-256'
	listed 0 b.test
	status b.test good
	certs 0 verify ca
	[ "$(grep -c 'good, ' out)" -eq 3 ] || fail "not three good ones: $(cat out)"
	certs 0 renew ca a.test --new-key --key ecdsa-384 "$@"
	openssl x509 -in ca/a.test/chain.pem -noout -text >text
	expect text 'NIST CURVE: P-384'
}

certs 0 init ca
story
# Numbers rise; nextUpdate is when it was asked for.
number() {
	openssl crl -in ca/crl.pem -noout -crlnumber | sed 's/.*=\(0x\)*//'
}
first=$(number)
certs 0 crl ca --days 3
second=$(number)
[ "$(printf '%s\n' "$first" "$second" | LC_ALL=C sort | head -n 1)" = "$first" ] ||
	fail "after $first comes $second"
openssl verify -attime $(($(date +%s) + 2 * 86400)) -crl_check -CAfile ca/ca.pem \
	-CRLfile ca/crl.pem -untrusted ca/intermediate.pem ca/a.test/chain.pem >out 2>err ||
	fail 'the list does not last'
run_status 2 openssl verify -attime $(($(date +%s) + 4 * 86400)) -crl_check -CAfile ca/ca.pem \
	-CRLfile ca/crl.pem -untrusted ca/intermediate.pem ca/a.test/chain.pem
expect err 'CRL has expired'

# For a browser, in one file.
certs 0 export ca a.test --p12 a.p12 --passphrase-file phrase
openssl pkcs12 -in a.p12 -passin file:phrase -nodes >all 2>err || fail 'it cannot be read'
[ "$(grep -c 'BEGIN CERT' all)" -eq 3 ] || fail 'not leaf, intermediate and root'
expect all 'BEGIN PRIVATE KEY'
find a.p12 -perm 600 | grep -q . || fail 'everybody may read it'
certs 3 export ca a.test --p12 a.p12 --passphrase-file phrase
expect err 'exists already'

# A certificate of somebody else is not ours to revoke.
certs 0 init other
certs 0 issue other c.test
cp -R other/c.test ca/
certs 3 revoke ca c.test
expect err 'did not sign'
certs 2 revoke ca a.test --reason boredom
certs 3 revoke ca d.test

# The same with a passphrase, which is in no file and in no argument.
rm -rf ca
certs 0 init ca --passphrase-file phrase
for each in ca intermediate; do
	expect ca/private/$each.key ENCRYPTED
done
! grep -rq 'a pass phrase' ca || fail 'the passphrase lies about'
certs 3 issue ca a.test --passphrase-file wrong
expect err 'wrong passphrase'
certs 3 issue ca a.test --passphrase-file nowhere
[ "$(ls -A ca)" = "$(printf 'ca.pem\nintermediate.pem\nprivate')" ] || fail "left: $(ls -A ca)"
story --passphrase-file phrase
expect ca/a.test/key.pem 'BEGIN PRIVATE KEY' # a server has nobody to ask

# At a terminal it is asked for.
if command -v script >/dev/null; then
	sed '' phrase | script -qec "'$HELLO_CERTS' init asked --passphrase" /dev/null >out 2>&1 ||
		fail "nobody was asked: $(cat out)"
	expect asked/private/ca.key ENCRYPTED
	certs 0 issue asked a.test --passphrase-file phrase
fi

# CAs with other keys can do it, too; those that differ only in numbers with ROWS=all.
for key in ed25519 ml-dsa rsa-3072 ecdsa-384; do
	[ $key != rsa-3072 ] || all_rows || break
	rm -rf ca
	if ! "$HELLO_CERTS" init ca --key $key >out 2>err; then
		[ $key = ml-dsa ] || fail "no CA with $key: $(cat err)"
		expect err 'cannot make a key of type ml-dsa'
		echo "NOTE: this openssl has no $key"
		continue
	fi
	certs 0 issue ca a.test --key $key
	certs 0 revoke ca a.test
	listed 2 a.test
	certs 0 ocsp ca a.test
	status a.test revoked
done
