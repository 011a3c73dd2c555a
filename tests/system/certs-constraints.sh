#!/bin/sh
# certs-constraints.sh - the CA signs only for what it was made for; a refusal says exactly how to
# make one that would, and that is true.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl

cd "$TMP" || error 'no folder'
ln -s "$HELLO_CERTS" hello-certs
PATH=$TMP:$PATH

# refused NAMES OPTIONS WORDS...: the words do not go; the refusal lists NAMES and gives OPTIONS.
refused() {
	names=$1 options=$2
	shift 2
	run_status 2 hello-certs issue "my ca's" "$@"
	cat >expected <<EOF
hello-certs: USAGE: the name constraints of the CA in my ca's do not permit $names
  try: hello-certs init 'my ca'\''s' $options --force
EOF
	cmp -s expected err || fail "not the refusal that was expected: $(cat expected)"
	[ "$(ls -A "my ca's")" = "$before" ] || fail "left behind: $(ls -A "my ca's")"
}

run_status 0 hello-certs init "my ca's" --domain example.com --domain 10.1.16.0/20
before=$(ls -A "my ca's")
ours='--domain example.com --domain 10.1.16.0/20'

# As it comes, for this host and for what everybody may use.
for each in localhost a.localhost test a.b.test '*.a.test' x.internal 127.1.2.3 ::1 \
	example.com a.example.com 10.1.16.0 10.1.31.255 me@elsewhere.net https://elsewhere.net/; do
	run_status 0 hello-certs issue "my ca's" "$each"
done
host=$(uname -n)
case $host in
*[!A-Za-z0-9.-]* | -* | *- | *.) ;;
*[!0-9.]*) run_status 0 hello-certs issue "my ca's" "$host" --force "a.$host" "${host%%.*}" ;;
esac
before=$(ls -A "my ca's")

refused elsewhere.net "$ours --domain elsewhere.net" elsewhere.net
refused '*.elsewhere.net' "$ours --domain elsewhere.net" '*.elsewhere.net'
refused xexample.com "$ours --domain xexample.com" b.test xexample.com
refused 10.1.32.0 "$ours --domain 10.1.32.0" 10.1.32.0
refused 10.1.15.255 "$ours --domain 10.1.15.255" 10.1.15.255
refused alice "$ours --domain alice" alice
refused 'al.elsewhere.net' "$ours --domain al.elsewhere.net" al.elsewhere.net --client
refused 'elsewhere.net, 192.0.2.7, 2001:db8::7' \
	"$ours --domain elsewhere.net --domain 192.0.2.7 --domain 2001:db8::7" \
	elsewhere.net 192.0.2.7 b.test me@elsewhere.net 2001:db8::7

# The advice, as somebody would paste it.
advice=$(sed -n 's/^  try: //p' err)
eval "$advice" >out 2>err || fail "this does not work: $advice"
run_status 0 hello-certs issue "my ca's" b.test elsewhere.net example.com 10.1.16.9 192.0.2.7 \
	2001:db8::7
# What the old CA has signed can be renewed by the new one.
run_status 0 hello-certs renew "my ca's" a.example.com
run_status 0 hello-certs renew "my ca's" '*.a.test'

# Blocks whose border is inside of a byte, and all spellings of one domain.
run_status 0 hello-certs init v6 --domain=2001:db8::/33 --domain fe80::/10 --domain .example.com
run_status 0 hello-certs issue v6 2001:db8:7fff:ffff::1 2001:db8::1 febf::1 \
	example.com x.example.com
for each in 2001:db8:8000::1 2001:db9::1 fec0::1; do
	run_status 2 hello-certs issue v6 $each
	expect err "do not permit $each\$"
done
run_status 0 hello-certs init all --domain 0.0.0.0/0 --domain ::/0
run_status 0 hello-certs issue all 192.0.2.7 2001:db8::7

for each in '' 1.2.3.4/33 1.2.3.4/ 1.2.3.4/-1 1.2.3.4/08 1.2.3/8 1.2.3.256/8 ::/129 ::x/12 :::/12 \
	'*.example.com' a..b -a a/b a/8 a_b "a b" "$(printf 'a\nb')" "a\$b" https://a.example/; do
	run_status 2 hello-certs init never --domain "$each"
	[ ! -e never ] || fail "left behind for --domain \"$each\""
	[ "$(wc -l <err)" -eq 2 ] || fail "not two lines for --domain \"$each\""
done
