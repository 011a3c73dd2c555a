#!/bin/sh
# certs-kinds.sh - every kind of certificate, and every kind of key, satisfies OpenSSL at its strictest
# and GnuTLS, and has what its profile promises; with ROWS=all each kind with each key.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl
export SSL_CERT_FILE=/dev/null # openssl x509 would read the system's trust each time

ca=$TMP/ca

# issued PURPOSE FOLDER SUBJECT SAN NAME... [OPTION...]: issues it, lets both libraries judge it,
# and compares its subject and its names, with "critical" before them, if they are.
issued() {
	purpose=$1 chain=$ca/$2/chain.pem subject=$3 san=$4
	shift 4
	run_status 0 "$HELLO_CERTS" issue "$ca" "$@" --force
	run_status 0 openssl verify -x509_strict -purpose "ssl$purpose" -no-CApath \
		-CAfile "$ca/ca.pem" -untrusted "$chain" "$chain"
	case $purpose in
	server) other=client oid=1.3.6.1.5.5.7.3.1 ;;
	client) other=server oid=1.3.6.1.5.5.7.3.2 ;;
	esac
	run_status 2 openssl verify -x509_strict -purpose "ssl$other" -no-CApath \
		-CAfile "$ca/ca.pem" -untrusted "$chain" "$chain"
	if command -v certtool >/dev/null; then
		run_status 0 certtool --verify --verify-profile=medium --verify-purpose="$oid" \
			--load-ca-certificate "$ca/ca.pem" --infile "$chain"
	fi

	openssl x509 -in "$chain" -noout -subject -nameopt RFC2253 >"$TMP/subject"
	expect "$TMP/subject" "^subject=$subject\$"
	openssl x509 -in "$chain" -noout -text >"$TMP/text"
	found=$(sed -n '/Alternative Name/{s/.*: *//;N;s/\n */ /;s/^ //;p;}' "$TMP/text")
	[ "$found" = "$san" ] || fail "$chain is for \"$found\", not \"$san\""
	for each in 'Basic Constraints: critical' 'CA:FALSE' 'Key Usage: critical' \
		'Digital Signature$' 'Subject Key Identifier' 'Authority Key Identifier'; do
		expect "$TMP/text" "$each"
	done
}

run_status 0 "$HELLO_CERTS" init "$ca"
for each in "$ca/ca.pem" "$ca/intermediate.pem"; do
	openssl x509 -in "$each" -noout -text >"$TMP/text"
	for line in 'CA:TRUE, pathlen:[01]$' 'Certificate Sign, CRL Sign$' \
		'Name Constraints: critical' 'DNS:test$' 'DNS:localhost$' 'DNS:internal$' \
		'IP:127.0.0.0/255.0.0.0$' 'IP:0:0:0:0:0:0:0:1/FFFF:FFFF:' 'ecdsa-with-SHA256' \
		'Subject Key Identifier' 'Authority Key Identifier' 'Public-Key: (256 bit'; do
		expect "$TMP/text" "$line"
	done
done

for key in ecdsa rsa ed25519; do
	issued server a.test CN=a.test DNS:a.test a.test --key $key
	[ $key = ecdsa ] || all_rows || continue
	issued server _.a.test 'CN=\*.a.test' 'DNS:*.a.test' '*.a.test' --key=$key
	issued server 127.0.0.1 '' 'critical IP Address:127.0.0.1' 127.0.0.1 --key $key
	issued server me@a.example '' 'critical email:me@a.example' me@a.example --key $key
	issued server urn___a_b '' 'critical URI:urn://a/b' urn://a/b --key $key
	issued client alice CN=alice DNS:alice.client.internal alice --client --key $key
done

issued server __1 '' 'critical IP Address:0:0:0:0:0:0:0:1' ::1
issued server b.test CN=b.test 'DNS:b.test, IP Address:127.0.0.1, email:me@a.example' \
	b.test 127.0.0.1 me@a.example
issued server 127.0.0.2 CN=c.test 'IP Address:127.0.0.2, DNS:c.test' 127.0.0.2 c.test

# A client is known by its common name, if that can be one.
issued client al.test CN=al.test 'DNS:al.test, DNS:al.test.client.internal' al.test --client
issued client al@a.example '' 'critical email:al@a.example' al@a.example --client
issued client spiffe___a.test_al '' 'critical URI:spiffe://a.test/al' spiffe://a.test/al --client

# A common name has 64 characters at most, a DNS name may have more.
long=$(printf '%050d' 0).$(printf '%050d' 0).test
issued server "$long" '' "critical DNS:$long" "$long"
run_status 2 "$HELLO_CERTS" issue "$ca" "$long" --client

# The validity: from an hour ago, for the days asked for.
valid() {
	openssl verify -attime $(($(date +%s) + $1)) -CAfile "$ca/ca.pem" \
		-untrusted "$ca/intermediate.pem" "$ca/a.test/chain.pem" >/dev/null 2>&1
}
run_status 0 "$HELLO_CERTS" issue "$ca" a.test --days 7 --force
{ valid -3500 && ! valid -3700; } || fail 'the beginning is not an hour ago'
{ valid $((7 * 86400 - 100)) && ! valid $((7 * 86400 + 100)); } || fail 'the end is not in 7 days'

# As it was asked for, seen from the leaf alone: its CA is not as old.
lasts() {
	openssl x509 -in "$ca/a.test/chain.pem" -out "$TMP/leaf.pem"
	for each in $1; do
		run_status 0 openssl verify -partial_chain -trusted "$TMP/leaf.pem" \
			-attime $(($(date +%s) + each)) "$TMP/leaf.pem"
	done
	for each in $2; do
		run_status 2 openssl verify -partial_chain -trusted "$TMP/leaf.pem" \
			-attime $(($(date +%s) + each)) "$TMP/leaf.pem"
	done
}
day=86400
dated() {
	run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force "$@"
	run_status 3 "$HELLO_CERTS" verify "$ca" a.test
}
dated --expired
lasts "-3700 $((-30 * day - 3500))" "0 -3500 $((-30 * day - 3700))"
dated --days 0
lasts "-3700 $((-30 * day - 3500))" "0 -3500 $((-30 * day - 3700))"
dated --expired --days 2 --client
lasts "-3700 $((-2 * day - 3500))" "0 $((-2 * day - 3700))"
dated --not-before +1d --days 2
lasts "$((day + 100)) $((3 * day - 100))" "0 $((day - 100)) $((3 * day + 100))"
dated --not-before -36h --days 1
lasts "$((-35 * 3600)) $((-13 * 3600))" "0 $((-11 * 3600)) $((-37 * 3600))"
run_status 0 "$HELLO_CERTS" renew "$ca" a.test
run_status 0 "$HELLO_CERTS" verify "$ca" a.test
dated --expired --valid-for 6h
lasts "-3700 $((-7 * 3600 + 100))" "0 -3500 $((-7 * 3600 - 100))"
run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force --not-before -90m --days 1
lasts "0 -5300 $((day - 5500))" "-5500 $((day - 5300))"
run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force --not-before +99s

# Short ones: from an hour ago until then, or from now.
for each in 6h 360m 21600s; do
	run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force --valid-for $each
	{ valid -3500 && ! valid -3700; } || fail "the beginning with --valid-for $each is not an hour ago"
	lasts "0 $((6 * 3600 - 100))" "$((6 * 3600 + 100))"
done
run_status 0 "$HELLO_CERTS" verify "$ca" a.test
expect "$TMP/out" '^a\.test: good, [56]h left$' # whether the second is over
run_status 0 "$HELLO_CERTS" issue "$ca" a.test --force --valid-for 90m --not-before +0s
lasts "5300" "-100 5500"
run_status 0 "$HELLO_CERTS" show "$ca"
expect "$TMP/out" '^a\.test  *server  *[89][0-9]m  '

# A certificate for six days is renewed before anybody misses it.
rehearsed() {
	run_status "$1" "$HELLO_CLIENT" --nagios --cacert "$ca/ca.pem" --chain "$ca/short.test/chain.pem" \
		short.test
	expect "$TMP/out" "$2"
}
run_status 0 "$HELLO_CERTS" issue "$ca" short.test --valid-for 6d --not-before +0s
rehearsed 0 '^HELLO OK - '
run_status 0 "$HELLO_CERTS" issue "$ca" short.test --valid-for 6d --not-before -109h --force
rehearsed 1 '^HELLO WARNING - .* 3[45] hours left'
run_status 0 "$HELLO_CERTS" issue "$ca" short.test --valid-for 6d --not-before -121h --force
rehearsed 2 '^HELLO CRITICAL - .* 2[23] hours left'
run_status 0 "$HELLO_CERTS" renew "$ca" short.test --valid-for 6d
rehearsed 0 '^HELLO OK - .* [56] days left'

command -v certtool >/dev/null || echo 'NOTE: no certtool: GnuTLS has not seen any of this'
