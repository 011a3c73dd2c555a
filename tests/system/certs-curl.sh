#!/bin/sh
# certs-curl.sh - the certificates in a real handshake: curl and `openssl s_server`, by DNS name,
# wildcard and address, and with a client certificate.
# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"
need openssl curl

cd "$TMP" || error 'no folder'
run_status 0 "$HELLO_CERTS" init ca
run_status 0 "$HELLO_CERTS" issue ca alice --client

# serve NAME [OPTION...]: a server with that certificate on a port of its own choice, $port.
serve() {
	name=$1
	shift
	log=$TMP/server-$name.log
	log_on_failure "$log"
	: >"$log"
	openssl s_server -accept 127.0.0.1:0 -www -key "ca/$name/key.pem" \
		-cert "ca/$name/chain.pem" -cert_chain "ca/$name/chain.pem" "$@" >"$log" 2>&1 &
	server=$!
	track $server
	wait_for 10 grep -q '^ACCEPT .*:[0-9]' "$log" || fail 's_server does not start'
	port=$(sed -n 's/^ACCEPT .*://p' "$log")
}

stop() {
	kill $server
	wait $server 2>/dev/null
	untrack $server
}

# gets STATUS HOST [OPTION...]: how curl, which trusts our root only, ends.
gets() {
	status=$1 host=$2
	shift 2
	run_status "$status" curl -sS -m 20 --noproxy '*' --cacert ca/ca.pem \
		--resolve "$host:$port:127.0.0.1" "$@" "https://$host:$port/"
}

for key in ecdsa rsa ed25519; do
	run_status 0 "$HELLO_CERTS" issue ca a.test --key $key --force
	serve a.test
	gets 0 a.test
	gets 60 b.test # CURLE_PEER_FAILED_VERIFICATION
	stop
done

run_status 0 "$HELLO_CERTS" issue ca '*.a.test'
serve _.a.test
gets 0 www.a.test
gets 60 a.test
stop

run_status 0 "$HELLO_CERTS" issue ca 127.0.0.1
serve 127.0.0.1 -Verify 2 -verify_return_error -CAfile ca/ca.pem
gets 0 127.0.0.1 --cert ca/alice/chain.pem --key ca/alice/key.pem
expect out 'CN *= *alice'
run_status 0 "$HELLO_CERTS" init other
run_status 0 "$HELLO_CERTS" issue other alice --client
# Not with the certificate of another CA, nor with that of a server.
for each in other/alice ca/a.test; do
	! curl -sS -m 20 --noproxy '*' --cacert ca/ca.pem --cert $each/chain.pem \
		--key $each/key.pem "https://127.0.0.1:$port/" >out 2>err || fail "let in: $each"
done
gets 0 127.0.0.1 --cert ca/alice/chain.pem --key ca/alice/key.pem
