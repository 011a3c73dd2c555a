#!/bin/sh
# refuse.sh - what cannot be served is refused at the start, before anything listens, with a status and
# one clear line (and one of advice).
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'
other=$PKI/other.test/key.pem

# refuses STATUS NAME REGEX ARG...: the server must not start with these.
refuses() {
	refuses_status=$1 refuses_name=$2 refuses_regex=$3
	shift 3
	# shellcheck disable=SC2086  # words, or none
	run_status "$refuses_status" timeout 20 "$HELLO_SERVER" $WORK_AS "$@"
	[ ! -s "$TMP/out" ] || fail "there is something on standard output of: $*"
	[ "$(wc -l <"$TMP/err")" -eq 2 ] || fail "not two lines on standard error of: $*"
	expect "$TMP/err" "^hello-server: $refuses_name: .*$refuses_regex"
	expect "$TMP/err" '^  try: .'
	# That advice is for files that the system does not let us read.
	! grep -q '^  try: check its path, owner and mode' "$TMP/err" ||
		grep -q '^hello-server: FILE: .*: \(Permission denied\|No such file or directory\)' "$TMP/err" ||
		fail "advice about a path: $(cat "$TMP/err")"
}
refuses_file() {
	refuses 3 FILE "$1" --listen 127.0.0.1:0 --cert "$2" --key "$3"
}
refuses_option() {
	refuses_text=$1
	shift
	refuses 2 USAGE "$refuses_text" --cert "$CERT" --key "$KEY" "$@"
}

# No certificate is given, and there is none in the usual place; so a test knows the machine.
if [ -d /etc/hello-tls ] || [ -d /usr/local/etc/hello-tls ]; then
	echo 'a real certificate may be installed here: "none given" was not tried'
else
	refuses 3 FILE 'hello-tls/chain.pem: No such file' --listen 127.0.0.1:0
	expect "$TMP/err" '^  try: use --cert FILE --key FILE, or put them there$'
fi
refuses_file "$TMP/none.pem: No such file" "$TMP/none.pem" "$KEY"
refuses_file "$TMP/none.pem: No such file" "$CERT" "$TMP/none.pem"
refuses_file "$TMP: it is a folder" "$TMP" "$KEY"
echo 'no certificate' >"$TMP/text"
chmod 600 "$TMP/text"
refuses_file "$TMP/text cannot be used" "$TMP/text" "$KEY"
refuses_file "$TMP/text holds no private key" "$CERT" "$TMP/text"
refuses_file "$other does not belong to the certificate $CERT" "$CERT" "$other"
expect "$TMP/err" '^  try: use the key that was created for this certificate, '

cp "$KEY" "$TMP/open.pem"
chmod 644 "$TMP/open.pem"
refuses_file "the key $TMP/open.pem is world-readable (mode 0644)" "$CERT" "$TMP/open.pem"
openssl pkey -in "$KEY" -aes128 -passout pass:secret -out "$TMP/secret.pem"
refuses_file "$TMP/secret.pem needs a passphrase" "$CERT" "$TMP/secret.pem"
if [ "$(id -u)" -ne 0 ]; then
	chmod 000 "$TMP/text"
	refuses_file "$TMP/text: Permission denied" "$CERT" "$TMP/text"
	chmod 600 "$TMP/text"
	refuses 4 LISTEN '127.0.0.1:1: Permission denied' --cert "$CERT" --key "$KEY" \
		--listen 127.0.0.1:1
fi
: >"$TMP/empty"
refuses 3 FILE "$TMP/empty is empty" --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 \
	--greeting-file "$TMP/empty"
: >"$TMP/tickets"
chmod 600 "$TMP/tickets"
head -c 1360 /dev/urandom >"$TMP/tickets"
refuses 3 FILE 'more than 16 ticket keys' --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 \
	--ticket-keys "$TMP/tickets"
head -c 160 /dev/zero >"$TMP/tickets"
refuses 3 FILE 'ticket key 2 has the same name' --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 \
	--ticket-keys "$TMP/tickets"
head -c 65537 /dev/zero >"$TMP/much"
refuses 3 FILE "$TMP/much is longer" --cert "$CERT" --key "$KEY" --listen 127.0.0.1:0 \
	--greeting-file "$TMP/much"

refuses_option 'no-such' --no-such
refuses_option '"0"' --workers 0
refuses_option '"two"' --workers two
refuses_option '"5 parsecs"' --handshake-timeout '5 parsecs'
refuses_option '"0"' --drain-timeout 0
refuses_option '"loud"' --log-level loud
refuses_option 'after --listen' --listen
refuses_option '65536' 65536
refuses_option 'localhost' --listen localhost:0
refuses_option 'PORT and --listen exclude each other' --listen 127.0.0.1:0 0
refuses_option 'only one PORT is allowed' 0 0
refuses 2 USAGE 'belong together' --cert "$CERT" 0

# The port of another server, and an address of another machine (TEST-NET-1).
start_server --workers 1
refuses 4 LISTEN "127.0.0.1:$PORT: Address already in use" --cert "$CERT" --key "$KEY" \
	--listen "127.0.0.1:$PORT"
refuses 4 LISTEN '192.0.2.1:0: ' --cert "$CERT" --key "$KEY" --listen 192.0.2.1:0
server_alive

# A group may read the key: systemd hands credentials out like that.
stop_server
chmod 640 "$TMP/open.pem"
start_server --workers 1 --cert "$CERT" --key "$TMP/open.pem"
server_alive
stop_server
