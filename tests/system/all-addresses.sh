#!/bin/sh
# all-addresses.sh - every address of a name is probed, each in a line; who shows another certificate is
# told in words; the exit status is that of the most frequent failure.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need jq
make_pki
cp "$CERT" "$TMP/old.pem"
cp "$KEY" "$TMP/old-key.pem"
chmod 600 "$TMP/old-key.pem"
"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error "no renewal: $(cat "$TMP/out")"
! cmp -s "$CERT" "$TMP/old.pem" || error 'the renewed certificate is the old one'
start_server --workers 1 --cert "$TMP/old.pem" --key "$TMP/old-key.pem"
port=$PORT
start_server --workers 1 --listen "127.0.0.2:$port" --listen "127.0.0.4:$port"

# short FILE: of its first certificate, as the table has it.
short() {
	openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f | cut -c 1-8
}
old=$(short "$TMP/old.pem") new=$(short "$CERT")

# addresses STATUS LIST [ARG...]: of localhost; the lines in the order of the list.
addresses() {
	addresses_status=$1 addresses_list=$2
	shift 2
	run_status "$addresses_status" "$HELLO_CLIENT" --all-addresses --cacert "$CA" \
		--resolve "localhost:$port:$addresses_list" "$@" localhost "$port"
	! grep -q "$(printf '\033')" "$TMP/out" "$TMP/err" || fail 'colors in a file'
}

echo 'one certificate'
addresses 0 127.0.0.2,127.0.0.4
expect "$TMP/out" '^ADDRESS  *OUTCOME  *CERTIFICATE  *DAYS  *MS  WHAT$'
expect "$TMP/out" "^127\.0\.0\.2  *OK  *$new  *[0-9]*  *[0-9.]*\$"
expect "$TMP/out" "^127\.0\.0\.4  *OK  *$new  *[0-9]*  *[0-9.]*\$"
! grep -q 'the same certificate' "$TMP/out" || fail 'one certificate is called different'
! grep -q . "$TMP/err" || fail 'there is something on standard error'

echo 'two of them, and nobody at some addresses'
addresses 20 127.0.0.1,127.0.0.2,::1,127.0.0.4
sed -n '2,5s/  .*//p' "$TMP/out" >"$TMP/order"
printf '%s\n' 127.0.0.1 127.0.0.2 ::1 127.0.0.4 | cmp -s - "$TMP/order" || fail 'not in their order'
expect "$TMP/out" "^127\.0\.0\.1  *OK  *$old "
expect "$TMP/out" "^::1  *CONNECT_REFUSED  *-  *-  *[0-9.]*  \[::1\]:$port refused"
expect "$TMP/out" '^The addresses have 2 different certificates:$'
expect "$TMP/out" "^$old, until 20.*Z, at 127\.0\.0\.1\$"
expect "$TMP/out" "^$new, until 20.*Z, at 127\.0\.0\.2, 127\.0\.0\.4\$"
expect "$TMP/out" "^--- localhost $port: 4 sent, 3 ok, 1 failed in "
expect "$TMP/err" '^hello-client: CONNECT_REFUSED: 1 of 4 addresses failed$'
! awk 'length > 80 && !/refused$/' "$TMP/out" | grep . || fail 'more than 80 columns'

echo 'the most frequent failure, on a tie the smaller'
addresses 54 127.0.0.1,127.0.0.2,::1 --verify-name other.test
addresses 20 127.0.0.1,::1 --verify-name other.test
expect "$TMP/out" "^127\.0\.0\.1  *CERT_WRONG_NAME  *$old "

echo 'of one family'
addresses 0 127.0.0.1,::1 -4
! grep -q '^::1' "$TMP/out" || fail '-4 and an IPv6 address'
addresses 10 127.0.0.1 -6
[ ! -s "$TMP/out" ] || fail 'a table without an address'
expect "$TMP/err" '^hello-client: RESOLVE_NOT_FOUND: '

echo 'JSON Lines'
addresses 20 127.0.0.1,127.0.0.2,::1 --json --parallel 1
[ "$(jq -s -c 'map([.type, .seq, .addresses[0], .outcome, .certificates[0].sha256[:8]])' "$TMP/out")" = \
	"[[\"probe\",1,\"127.0.0.1:$port\",\"OK\",\"$old\"],[\"probe\",2,\"127.0.0.2:$port\",\"OK\",\"$new\"],[\"probe\",3,\"[::1]:$port\",\"CONNECT_REFUSED\",null],[\"summary\",null,null,\"CONNECT_REFUSED\",null]]" ] ||
	fail "JSON Lines: $(cat "$TMP/out")"
addresses 10 127.0.0.1 -6 --json
[ "$(jq -s -c 'map(.outcome)' "$TMP/out")" = '["RESOLVE_NOT_FOUND"]' ] || fail "JSON: $(cat "$TMP/out")"

echo 'what does not go together'
for each in -v '-c 2' --resume "--prometheus $TMP/p" --path-test '--proxy http://127.0.0.1:1'; do
	# shellcheck disable=SC2086 # a list of words
	addresses 2 127.0.0.1 $each
	expect "$TMP/err" '^hello-client: USAGE: .*--all-addresses'
done

echo 'more than there is room for'
i=0
while [ $i -lt 70 ]; do
	i=$((i + 1))
	echo "127.0.1.$i many.test"
done >"$TMP/hosts"
export TMP HELLO_CLIENT
# In a place of our own, where /etc/hosts is ours.
inside() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --map-root-user --net --mount sh -c \
		'mount --bind "$TMP/hosts" /etc/hosts && ip link set lo up && "$@"' sh "$@"
}
if ! inside true 2>"$TMP/err"; then
	echo 'left out: no /etc/hosts of our own here'
	exit 0
fi
run_status 20 inside "$HELLO_CLIENT" --all-addresses many.test 1
if grep -q ': 48 sent' "$TMP/out"; then
	echo 'left out: the resolver of musl gives no more'
	exit 0
fi
expect "$TMP/out" ': 64 sent, 0 ok, 64 failed in '
expect "$TMP/err" '^hello-client: note: 6 more addresses were not probed$'
[ "$(grep -c '^127\.0\.1\.[0-9]* ' "$TMP/out")" -eq 64 ] || fail 'not 64 of them'
