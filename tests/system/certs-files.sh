#!/bin/sh
# certs-files.sh - files are whole or not there, for the right eyes only, and replaced only when
# asked; hostile names are refused in one line.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
ca="a folder/\$x #\"'"

mode() {
	find "$1" -prune -type "$2" -perm "$3" | grep -q . || fail "$1: not type $2, mode $3"
}

same_key() {
	[ "$(openssl x509 -in "$1/chain.pem" -noout -pubkey)" = \
		"$(openssl pkey -in "$1/key.pem" -pubout)" ]
}

# refused STATUS PATTERN WORDS...: one line that matches, one line of advice.
refused() {
	expected=$1 pattern=$2
	shift 2
	run_status "$expected" "$HELLO_CERTS" "$@"
	expect err "^hello-certs: $pattern"
	expect err '^  try: .'
	[ "$(wc -l <err)" -eq 2 ] || fail "not two lines: $*"
}

# Modes do not depend on the caller's umask; what is printed are the files.
umask 0
run_status 0 "$HELLO_CERTS" init "$ca"
printf '%s\n' "$ca/ca.pem" "$ca/intermediate.pem" | cmp -s - out || fail 'init: other files'
umask 077
run_status 0 "$HELLO_CERTS" issue "$ca" a.test b.test 127.0.0.1
printf '%s\n' "$ca/a.test/chain.pem" "$ca/a.test/key.pem" | cmp -s - out ||
	fail 'issue: other files'
mode "$ca" d 755
mode "$ca/private" d 700
mode "$ca/private/ca.key" f 600
mode "$ca/private/intermediate.key" f 600
mode "$ca/ca.pem" f 644
mode "$ca/intermediate.pem" f 644
mode "$ca/a.test" d 755
mode "$ca/a.test/chain.pem" f 644
mode "$ca/a.test/key.pem" f 600
[ "$(ls -A "$ca/a.test")" = "$(printf 'chain.pem\nkey.pem')" ] || fail 'more than chain and key'
[ "$(grep -c BEGIN "$ca/a.test/chain.pem")" -eq 2 ] || fail 'the chain is not two certificates'
same_key "$ca/a.test" || fail 'the key is not of the certificate'

# Nothing is replaced unasked.
cp -R "$ca" before
refused 3 'FILE: .* exists already' init "$ca"
refused 3 'FILE: .* exists already' issue "$ca" a.test
diff -r before "$ca" || fail 'files have changed'
run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force
! cmp -s before/a.test/key.pem "$ca/a.test/key.pem" || fail '--force kept the key'

# renew: another certificate with the same names for the same key, of the same kind.
run_status 0 "$HELLO_CERTS" issue "$ca" al --client
for each in a.test al; do
	cp -R "$ca/$each" "old-$each"
	run_status 0 "$HELLO_CERTS" renew "$ca" $each --days 3
	cmp -s "old-$each/key.pem" "$ca/$each/key.pem" || fail 'renew changed the key'
	! cmp -s "old-$each/chain.pem" "$ca/$each/chain.pem" || fail 'renew changed nothing'
	same_key "$ca/$each" || fail 'the key is not of the renewed certificate'
	for file in "old-$each" "$ca/$each"; do
		openssl x509 -in "$file/chain.pem" -noout -subject \
			-ext subjectAltName,extendedKeyUsage,keyUsage,basicConstraints >facts
		cat facts >>"all-$each"
	done
	[ "$(sort "all-$each" | uniq -c | awk '$1 % 2')" = '' ] ||
		fail "renew changed more than the dates: $(cat "all-$each")"
done
refused 3 'FILE: no certificate with its key' renew "$ca" c.test
refused 2 'USAGE' renew "$ca" ../a.test
run_status 0 "$HELLO_CERTS" show "$ca"
expect out '^ca.pem  *root  *36[45]d  *-  *-$'
expect out '^intermediate.pem  *intermediate  *36[45]d  *-  *-$'
expect out '^a.test  *server  *[23]d  *-  *DNS:a.test$'
expect out '^al  *client  *[23]d  *-  *DNS:al.client.internal$'

# A CA that is not one (any more) is a file's fault, and says so.
for file in ca.pem intermediate.pem intermediate.key; do
	rm -rf broken
	cp -R "$ca" broken
	echo garbage >broken/private/$file
	refused 3 'FILE: the CA in broken' issue broken c.test
	rm broken/private/$file
	refused 3 "FILE: broken is not a CA: cannot read broken/private/$file" renew broken a.test
	[ ! -e broken/c.test ] || fail "issued by a CA whose $file is broken"
done
# What is published is only a copy.
rm -rf broken
cp -R "$ca" broken
echo garbage >broken/ca.pem
rm broken/intermediate.pem
run_status 0 "$HELLO_CERTS" issue broken c.test
cmp -s "$ca/ca.pem" broken/ca.pem || fail 'ca.pem is not what it was'
cmp -s "$ca/intermediate.pem" broken/intermediate.pem || fail 'nor is intermediate.pem'
mode broken/ca.pem f 644
# A new CA in its place: what the old one signed is renewed by it.
run_status 0 "$HELLO_CERTS" init broken --force
run_status 2 openssl verify -CAfile broken/ca.pem -untrusted broken/a.test/chain.pem \
	broken/a.test/chain.pem
run_status 0 "$HELLO_CERTS" renew broken a.test
run_status 0 openssl verify -CAfile broken/ca.pem -untrusted broken/a.test/chain.pem \
	broken/a.test/chain.pem

# Where nobody may write (root may).
if [ "$(id -u)" -ne 0 ]; then
	mkdir closed
	chmod 500 closed
	refused 3 'FILE: cannot write' init closed
	refused 3 'FILE: cannot write' init closed/ca
	chmod 500 "$ca"
	refused 3 'FILE: cannot write' issue "$ca" e.test
	chmod 700 "$ca"
fi
