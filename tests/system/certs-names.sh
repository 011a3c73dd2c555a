#!/bin/sh
# certs-names.sh - a name is a name: never an instruction to a shell or to OpenSSL, never a way out
# of the folder. Whatever is wrong takes one line to say, one to advise, and changes nothing. With
# ROWS=all it is wrong as the second name of a client, too.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
mkdir place
ca=place/ca
run_status 0 "$HELLO_CERTS" init $ca
printf 'precious\n' >$ca/precious.txt
mkdir $ca/mine.test
find place | sort >before

# refused STATUS WORDS...
refused() {
	expected=$1
	shift
	run_status "$expected" "$HELLO_CERTS" "$@"
	[ "$(wc -l <err)" -eq 2 ] || fail "not two lines: $*"
	case $expected in
	2) expect err '^hello-certs: USAGE: .' ;;
	3) expect err '^hello-certs: FILE: .' ;;
	esac
	expect err '^  try: .'
	[ ! -s out ] || fail "standard output is not empty: $*"
	find place | sort | cmp -s - before || fail "it left something: $*: $(find place | sort)"
}

newline='
'
escape=$(printf '\033')
# shellcheck disable=SC2016 # as they are
for each in '' ' ' 'a b.test' "a.test${newline}b.test" "a.test$escape" 'a.test,DNS:b.test' \
	'a"b' "a'b" 'a;b' 'a&b' 'a|b' 'a<b' 'a>b' 'a(b' 'a\b' 'a#b' 'a!b' 'a?b' '[a]' '{a}' \
	'$HOME' '$(id)' '`id`' '${ENV::HOME}' '@permitted' '..' '../x' './x' '/x' '/etc/x' \
	'x/../../y' '.hidden' '.test' 'a..test' 'a.test.' 'a-.test' 'a.-test' 'a_b.test' 'ä.test' \
	"$(printf '%064d' 0).test" '*' '*a.test' 'a.*.test' '**.test' '1.2.3' '1.2.3.256' \
	'1.2.3.4.5' '127.0.0.0/8' ':' ':::' '1:2' '::g' '::1%lo' '@' '@a.test' 'me@' 'me@@a.test' \
	'me@a@a.test' 'me@a_b' 'a/b@a.test' '://' '://x' 'x://'; do
	refused 2 issue $ca "$each"
	! all_rows || refused 2 issue $ca al "$each" --client
done
refused 2 issue $ca '*.a.test' --client
refused 2 issue $ca al '@a.test' --client
refused 2 issue $ca -x
refused 2 renew $ca ..
refused 2 renew $ca ../ca
refused 3 renew $ca private
refused 3 renew $ca mine.test

# What is not a folder of ours is not replaced, even with --force; but it can have another name.
refused 3 issue $ca mine.test --force
for each in ca.pem precious.txt private intermediate.pem; do
	refused 3 issue $ca $each --client --force
done
# Nor is what the CA needs for itself, even before it is there.
for each in private ca.pem crl.pem intermediate.pem; do
	refused 3 issue $ca $each
	expect err "^hello-certs: FILE: $ca/$each belongs to the CA itself"
done

# Wrong usage, and wrong places.
refused 2
refused 2 frobnicate
refused 2 --force
refused 2 init
refused 2 init $ca extra
refused 2 init $ca --client
refused 2 init $ca --forc
refused 2 init $ca --force=yes
refused 2 init $ca --domain
refused 2 issue $ca
refused 2 issue $ca a.test --key
refused 2 issue $ca a.test --key dsa
refused 2 issue $ca a.test --domain a.test
refused 2 renew $ca
refused 2 renew $ca a b
for each in '' -1 08 1.5 10000 1x ' 1' 365; do
	refused 2 issue $ca a.test --days "$each"
done
for each in renew crl ocsp revoke; do
	refused 2 $each $ca a.test --days 0
done
for each in '' 0s 6 h +6h -6h 06h 6.5h 6H 1w '6 h' 100000s 3651d 365d; do
	refused 2 issue $ca a.test --valid-for "$each"
done
refused 2 renew $ca a.test --valid-for 6
refused 2 issue $ca a.test --valid-for 6h --days 1
refused 2 crl $ca --valid-for 6h
refused 2 renew $ca a.test --days 0
expect err 'expected 1 to 9999$'
refused 2 issue $ca a.test --days -1
expect err 'expected 0 to 9999$'

# A CA lasts a year; a new one does not help a certificate that would last longer.
refused 2 issue $ca a.test --days 400
expect err "^  try: less time: hello-certs show $ca shows how much is left\$"
# A second less than a year: the CA is older by now.
refused 2 issue $ca a.test --not-before +86399s --valid-for 364d
expect err "^  try: .* is left; or a new CA: hello-certs init $ca --force\$"

# Whoever asks --days for hours is shown how.
refused 2 issue $ca a.test --days 6h
expect err '^  try: --valid-for 6h$'
refused 2 crl $ca --days 6h
expect err '^  try: hello-certs --help$'
for each in '' + +1 1d -d +01d +1w +1.5d +-1d '+1 d' +100000s +3651d +364d; do
	refused 2 issue $ca a.test --not-before "$each"
done
refused 2 issue $ca a.test --not-before +1d --expired
refused 2 renew $ca a.test --expired
refused 2 show
refused 3 show nowhere
refused 3 issue nowhere a.test
: >file
refused 3 init file --force
refused 3 init file/below --force
refused 3 issue place a.test

# All the same, these are names.
for each in a.test A.Test a-b.test 0.test '*.test' 127.0.0.1 first.last+tag@a.example \
	https://a.example:8443/x%20y~z spiffe://a/b; do
	run_status 0 "$HELLO_CERTS" issue $ca "$each"
done
for each in alice al-ice 7up config new; do
	run_status 0 "$HELLO_CERTS" issue $ca $each x.test --client
done
expect $ca/precious.txt '^precious$'
for each in --help -h --version -V; do
	run_status 0 "$HELLO_CERTS" $each
	[ -s out ] || fail "$each says nothing"
	[ ! -s err ] || fail "$each says something on standard error"
done
