#!/bin/sh
# certs-zoo.sh - the zoo is made from its lists, whole or not at all, two at once too; what is good
# satisfies OpenSSL and GnuTLS, and what is out of its issuer's constraints does not.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl
export SSL_CERT_FILE=/dev/null

cd "$TMP" || error 'no folder'
tab=$(printf '\t')

"$HELLO_CERTS" zoo one >first 2>&1 &
other=$!
# Killed in the middle, there is none; the next run clears up.
mkdir two # empty: it does not matter
"$HELLO_CERTS" zoo two >/dev/null 2>&1 &
victim=$!
wait_for 20 sh -c 'ls -d two/.hello-certs.*/zoo/good-ecdsa' >/dev/null 2>&1 || fail 'it does not begin'
kill -KILL $victim
wait $victim 2>/dev/null
[ -z "$(ls two)" ] || fail 'half a zoo'
run_status 0 "$HELLO_CERTS" zoo two
printf '%s\n' two/ca.pem two/zoo.tsv two/clients.tsv | cmp -s - out || fail 'other files'
cp err note
wait $other || fail "not two at once: $(cat first)"
[ "$(ls -A)" = "$(printf '%s\n' err first note one out two)" ] || fail "left behind: $(ls -A)"
cmp -s one/zoo.tsv two/zoo.tsv || fail 'the lists differ'

# Only what this openssl cannot make is missing.
grep -v '^#' "$srcdir/certs/zoo.tsv" | diff - one/zoo.tsv >difference
! grep '^[<>]' difference | grep -v '^< good-mldsa' || fail 'animals have got lost'
if grep -q . difference; then
	! openssl genpkey -algorithm ML-DSA-65 -out /dev/null 2>err || fail 'where is good-mldsa?'
	expect note ': the zoo lacks good-mldsa, good-mldsa-chain: this openssl has no ML-DSA$'
	echo 'NOTE: this openssl has no ML-DSA'
else
	[ ! -s note ] || fail "a note: $(cat note)"
	openssl x509 -in one/good-mldsa-chain/chain.pem -noout -text >leaf
	# Its key, and its signature in both places.
	[ "$(grep -c ': ML-DSA-65$' leaf)" -eq 3 ] || fail "not signed by ML-DSA: $(cat leaf)"
	rm leaf
fi
# More than one record, and more than a server may send at first.
sed '/-----/d' one/big-chain/chain.pem | tr -d '\n' >letters
[ $(($(wc -c <letters) * 3 / 4)) -gt 20480 ] || fail "big-chain has only $(wc -c <letters) letters"
rm letters note

judge_openssl() {
	openssl verify -x509_strict -purpose sslserver -verify_hostname "$2" -no-CApath \
		-CAfile one/ca.pem -untrusted "one/$1/chain.pem" "one/$1/chain.pem" >out 2>err
}

judge_gnutls() {
	certtool --verify --verify-profile=medium --load-ca-certificate one/ca.pem \
		--infile "one/$1/chain.pem" --verify-hostname "$2" >out 2>err
}

while IFS=$tab read -r animal _ _ outcome _; do
	mode=$(find "one/$animal/key.pem" -perm 600)
	[ -n "$mode" ] || fail "$animal: who may read its key?"
	[ "$(openssl x509 -in "one/$animal/chain.pem" -noout -pubkey)" = \
		"$(openssl pkey -in "one/$animal/key.pem" -pubout)" ] || fail "$animal: another key"
	case $animal:$outcome in
	*:OK)
		judge_openssl "$animal" "$animal.zoo.test" || fail "$animal: $(cat err)"
		case $animal in
		# Not known to GnuTLS; certtool takes a root for the end.
		good-mldsa* | extra-root | wrong-order) ;;
		*)
			! command -v certtool >/dev/null ||
				judge_gnutls "$animal" "$animal.zoo.test" || fail "$animal: $(cat out)" ;;
		esac ;;
	constraint-*)
		! judge_openssl "$animal" "$animal.zoo.test" || fail "$animal passes OpenSSL"
		expect err 'subtree violation'
		if command -v certtool >/dev/null; then
			! judge_gnutls "$animal" "$animal.zoo.test" || fail "$animal passes GnuTLS"
			expect out "violates the signer's constraints"
		fi ;;
	esac
done <one/zoo.tsv

# The table of who accepts what (make zoo-table) is about this list.
awk -F '\t' '!/^#/ { print $1, $5 }' "$srcdir/certs/zoo.tsv" >listed
sed -n '/^| certificate | a correct/,/^$/s/^| \([^ ]*\) | \([^ ]*\) | .*/\1 \2/p' "$srcdir/doc/zoo.md" |
	diff listed - >difference || fail "doc/zoo.md is about another list: $(cat difference)"
rm listed

# It is a CA as any other.
run_status 0 "$HELLO_CERTS" issue one a.test
run_status 0 "$HELLO_CERTS" show one
expect out '^revoked  *server  *[0-9]*d  *yes  '
expect out '^expired  *server  *expired  '
run_status 3 "$HELLO_CERTS" zoo one
expect err 'exists already'
run_status 0 "$HELLO_CERTS" destroy one --yes
[ ! -e one ] || fail "still there: $(ls -A one)"
[ "$(ls -A)" = "$(printf '%s\n' difference err first out two)" ] || fail "left: $(ls -A)"
