#!/bin/sh
# reload.sh - HUP loads the files anew: a good certificate is served from then on and no connection is
# lost over it; a bad one changes nothing, and the log names the file and the reason.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl
make_pki
start_server --workers 2
generation=1

served() {
	openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
expect_served() {
	[ "$(served)" = "$1" ] || fail "$2"
}
in_file() {
	openssl x509 -noout -serial -in "$CERT"
}
reload() {
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
	await "reloaded: generation $generation begins"
	await 'msg=ready' $generation
}
two_workers() {
	[ "$(workers | wc -l)" -eq 2 ]
}

first=$(in_file)
expect_served "$first" 'not the certificate of the file'
"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error 'renew'
second=$(in_file)
expect_served "$first" 'a file was read without HUP'
reload
expect_served "$second" 'HUP did not load the new certificate'
[ "$first" != "$second" ] || error 'renew changed nothing'
wait_for "$PATIENCE" two_workers || fail 'the old workers do not leave'

# Broken: the key of another certificate, then no key at all.
"$HELLO_CERTS" issue "$PKI" other.test >"$TMP/out" 2>&1 || error 'no second certificate'
mv "$KEY" "$TMP/kept.pem"
cp "$PKI/other.test/key.pem" "$KEY"
kill -HUP "$SERVER_PID"
await "msg=\"reload failed, the old service stays\" outcome=FILE .*$KEY does not belong"
rm "$KEY"
kill -HUP "$SERVER_PID"
await "msg=\"reload failed, the old service stays\" outcome=FILE .*$KEY: No such file"
expect_served "$second" 'a bad key changed what is served'
server_alive
mv "$TMP/kept.pem" "$KEY"

# Under load, and with clients that are connected before the reload and speak after it.
start_crowd --until-end greet 100000 8 "$PORT" "$CA"
for each in 1 2 3 4 5; do
	reload
done
release_crowd
finish_crowd
[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'a reload lost somebody'
start_crowd --hold greet 20 20 "$PORT" "$CA"
reload
release_crowd
finish_crowd
[ "$(crowd ok)" -eq 20 ] || fail 'a reload lost somebody who was connected before'
wait_for "$PATIENCE" two_workers || fail 'the old workers do not leave'
stop_server
