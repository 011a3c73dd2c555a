#!/bin/sh
# verbose.sh - what -v draws: a line for each step, its time aligned at the right; it fits into the
# terminal, or into 80 columns; color is for terminals alone, and for nobody who has set NO_COLOR.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl script stty
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY NO_COLOR
export TERM=xterm
long=a-service-with-a-long-name.in-a-namespace-with-a-long-name-too.svc.cluster.local.test
escape=$(printf '\033')
make_pki
"$HELLO_CERTS" issue "$PKI" $long >"$TMP/out" 2>&1 || error "no certificate for $long"
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'
start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
EXPIRED=$PORT
start_server --workers 1 --cert "$CERT" --key "$KEY" --cert "$PKI/$long/chain.pem" --key "$PKI/$long/key.pem"

# on_terminal COLUMNS ARG...: what the client draws on a terminal so wide, in $TMP/drawn.
on_terminal() {
	columns=$1
	shift
	printf "stty cols %s && exec '%s' -v --cacert '%s' %s\n" "$columns" "$HELLO_CLIENT" "$CA" "$*" >"$TMP/typed"
	script -qec "sh '$TMP/typed'" /dev/null <>/dev/null >"$TMP/script" 2>&1
	tr -d '\r' <"$TMP/script" | grep -v "^hello-client: \|^  try: \|^$GREETING\$" >"$TMP/drawn"
	[ -s "$TMP/drawn" ] || fail "nothing was drawn: $(cat "$TMP/script")"
	sed "s/$escape\\[[0-9;]*m//g" "$TMP/drawn" >"$TMP/plain"
}

# drawn REGEX: a line of it.
drawn() {
	grep -qe "$1" "$TMP/plain" || fail "in $columns columns no line is \"$1\": $(cat "$TMP/plain")"
}

# fits: no line is wider than the terminal, and the times end in one column where there is room.
fits() {
	awk -v columns="$columns" 'length($0) > columns { print "too wide: " $0; bad = 1 }
		/ ms$/ { ends[length($0)]++ }
		END { for (each in ends) n++; if (n != 1) print n " columns of times"; exit bad || (n != 1 && columns >= 80) }' \
		"$TMP/plain" >"$TMP/crooked" || fail "in $columns columns: $(cat "$TMP/crooked" "$TMP/plain")"
}

echo 'all is well'
ms='[0-9]*\.[0-9] ms$'
for columns in 60 80 200; do
	on_terminal "$columns" localhost "$PORT"
	fits
	# From 10 ms on, 60 columns have no room for the whole name.
	drawn "^resolve    lo.*st -> .* $ms"
	drawn "^connect    .*:$PORT  *$ms"
	drawn "^handshake  TLSv1.3 TLS_AES_[0-9A-Z_.]* .* $ms"
	drawn '^verify     lo.*st <- .* <- .*  [0-9]* [dh][ayours]* left$'
	drawn '^           trust: '
	drawn "^greet      12 bytes, closed cleanly  *$ms"
	! grep -q "$escape" "$TMP/drawn" || fail 'color, and nothing is wrong'
	on_terminal "$columns" --connect-to "127.0.0.1:$PORT" $long
	fits
	drawn '^verify     .*t <- .* <- .* left$'
done
drawn "^verify     $long <- hello-certs intermediate [0-9a-f]* <- hello-certs root [0-9a-f]*  "
on_terminal 80 --alpn http/1.1 --servername $long --connect-to "127.0.0.1:$PORT" 192.0.2.1
fits
drawn 'http/1.1'
on_terminal 80 --connect-to "127.0.0.1:$PORT" localhost
drawn '^verify     localhost <- hello-ce.*\.\..* <- hello-ce.*\.\.'

echo 'something is wrong'
on_terminal 80 localhost "$EXPIRED"
fits
grep -q "^verify     failed: $escape\\[31mCERT_EXPIRED$escape\\[0m  *$ms" "$TMP/drawn" ||
	fail "the failure is not in color: $(cat "$TMP/drawn")"
drawn '^           chain: localhost <- '
drawn '^           leaf: EC P-256, SHA-256 [0-9a-f]*, for "localhost" and 2 more$'
on_terminal 80 localhost 1
fits
drawn "^connect    failed: CONNECT_REFUSED  *$ms"

# colorless ARG...: there is no color, but the same words.
colorless() {
	on_terminal 80 "$@"
	cmp -s "$TMP/drawn" "$TMP/plain" || fail "color: $*"
	drawn '^verify     failed: CERT_EXPIRED '
}
export NO_COLOR=1
colorless localhost "$EXPIRED"
unset NO_COLOR
TERM=dumb colorless localhost "$EXPIRED"
# Empty is as if it were not set.
NO_COLOR='' on_terminal 80 localhost "$EXPIRED"
! cmp -s "$TMP/drawn" "$TMP/plain" || fail 'an empty NO_COLOR takes the color'

run_status 52 "$HELLO_CLIENT" -v --cacert "$CA" localhost "$EXPIRED"
! grep -q "$escape" "$TMP/err" || fail 'color in a file'
sed '/^hello-client: /d; /^  try: /d' "$TMP/err" >"$TMP/plain"
columns=80
fits

echo 'the examples of README.md and of the manual page'
{
	"$HELLO_CERTS" init "$TMP/ca" && "$HELLO_CERTS" issue "$TMP/ca" svc.test &&
		"$HELLO_CERTS" issue "$TMP/ca" localhost
} >"$TMP/out" 2>&1 || error 'no CA for the examples'
start_server --workers 1 --cert "$TMP/ca/svc.test/chain.pem" --key "$TMP/ca/svc.test/key.pem" \
	--cert "$TMP/ca/localhost/chain.pem" --key "$TMP/ca/localhost/key.pem"
SERVER_PORT=$PORT

# What differs from machine to machine and from day to day; the columns stay.
shape() {
	sed 's/-> .* ms$/-> ADDRESSES ms/; s/^\(connect  *\)[^ ]*  *[0-9.]* ms/\1PEER ms/
		s/[0-9]\.[0-9] ms$/T ms/; s/ [0-9]\{1,2\}T ms$/  T ms/; s/\(GCM_SHA256\) .* ms$/\1 GROUP ms/
		s/\(key exchange\) [a-z]*/\1 ANSWER/
		s/ \{2,\}[0-9]* days left/  DAYS left/; s/SHA-256 [0-9a-f]*/SHA-256 HASH/; s/[0-9a-f]\{8\}/ID/g'
}

# same_as FILE NAME: the example in FILE is what is drawn.
same_as() {
	(cd "$TMP" && "$HELLO_CLIENT" -v --cacert ca/ca.pem --resolve "$2:$SERVER_PORT:127.0.0.1" "$2" "$SERVER_PORT") \
		>"$TMP/out" 2>"$TMP/err" || fail "status $? for the example"
	shape <"$TMP/err" >"$TMP/shape"
	sed -n "/^resolve    $2 /,/^greet /p" "$1" | shape >"$TMP/wanted"
	diff "$TMP/wanted" "$TMP/shape" >"$TMP/diff" ||
		fail "the example of $1 is not what is drawn: $(cat "$TMP/diff")"
}
same_as "$srcdir/README.md" localhost
same_as "$srcdir/doc/hello-client.1" svc.test
