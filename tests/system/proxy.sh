#!/bin/sh
# proxy.sh - through an HTTP CONNECT or a SOCKS5 proxy the same is verified; whatever such a proxy does
# wrong has a name; the environment's proxies count only when asked for, and are told of.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
make_pki
"$HELLO_CERTS" issue "$PKI" svc.test >"$TMP/out" 2>&1 || error 'no certificate for svc.test'
start_server --workers 1 --cert "$PKI/svc.test/chain.pem" --key "$PKI/svc.test/key.pem"
SERVER_PORT=$PORT

# through URL...: svc.test, which only the proxy has to know, greets.
through() {
	run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --proxy "$@" svc.test "$SERVER_PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "no greeting through $1"
	expect "$TMP/err" "^connect  *127\.0\.0\.1:$PORT "
	expect "$TMP/err" '^verify  *svc\.test <-'
}

# fails STATUS NAME KIND URL-SCHEME
fails() {
	start_box "$3"
	outcome "$1" "$2" --cacert "$CA" --connect-timeout 500ms --proxy "$4://127.0.0.1:$PORT" \
		svc.test "$SERVER_PORT"
	expect "$TMP/err" "(through the proxy 127\.0\.0\.1:$PORT)"
}

echo 'CONNECT'
start_box connect
through "http://127.0.0.1:$PORT"
expect "$TMP/err" "^proxy  *CONNECT svc\.test:$SERVER_PORT "
expect "$BOX" "^CONNECT svc\.test:$SERVER_PORT HTTP/1\.1\$"
through "127.0.0.1:$PORT/"
through "http://127.0.0.1:$PORT" --connect-to "[::1]:$SERVER_PORT"
expect "$BOX" "^CONNECT \[::1\]:$SERVER_PORT HTTP/1\.1\$"
outcome 54 CERT_WRONG_NAME --cacert "$CA" --proxy "http://127.0.0.1:$PORT" a.test "$SERVER_PORT"
start_box connect-auth
through "http://user:p%40ss@127.0.0.1:$PORT"
outcome 31 PROXY_DENIED --proxy "http://127.0.0.1:$PORT" svc.test "$SERVER_PORT"
expect "$TMP/err" 'requires a user and password: "HTTP/1.1 407'
outcome 31 PROXY_DENIED --proxy "http://user:other@127.0.0.1:$PORT" svc.test "$SERVER_PORT"
expect "$TMP/err" 'rejected the user and password'
fails 31 PROXY_DENIED connect-403 http
expect "$TMP/err" '403 Forbidden'
fails 30 PROXY_FAILED connect-502 http
expect "$TMP/err" '502 Bad Gateway'
for kind in connect-garbage connect-half connect-endless silent; do
	fails 30 PROXY_FAILED $kind http
done

echo 'SOCKS5'
start_box socks
through "socks5h://127.0.0.1:$PORT"
expect "$TMP/err" "^proxy  *SOCKS5 svc\.test:$SERVER_PORT "
expect "$BOX" '^name svc\.test$'
through "socks5://127.0.0.1:$PORT" --connect-to "127.0.0.1:$SERVER_PORT"
expect "$BOX" '^address of kind 1$'
through "socks5h://127.0.0.1:$PORT" --connect-to "[::1]:$SERVER_PORT"
expect "$BOX" '^address of kind 4$'
start_box socks-auth
through "socks5h://user:p%40ss@127.0.0.1:$PORT"
outcome 31 PROXY_DENIED --proxy "socks5h://user:no@1@127.0.0.1:$PORT" svc.test "$SERVER_PORT"
outcome 31 PROXY_DENIED --proxy "socks5h://127.0.0.1:$PORT" svc.test "$SERVER_PORT"
fails 31 PROXY_DENIED socks-denied socks5h
fails 31 PROXY_DENIED socks-no-method socks5h
fails 30 PROXY_FAILED socks-refused socks5h
expect "$TMP/err" 'could not reach the target: connection refused (5)'
for kind in connect-garbage silent; do
	fails 30 PROXY_FAILED $kind socks5h
done

echo 'the proxy itself cannot be reached, or is none'
start_peer closed
outcome 20 CONNECT_REFUSED --proxy "http://127.0.0.1:$PORT" svc.test "$SERVER_PORT"
expect "$TMP/err" 'this is the proxy'
expect "$TMP/err" '^  try: is the proxy running'
for url in '' ftp://a.test http:// a.test:0 'a.test/path' ':@a.test' 'a%zz@a.test'; do
	outcome 2 USAGE --proxy "$url" svc.test
done

echo 'the environment'
start_box connect
export https_proxy="http://127.0.0.1:$PORT"
through env
outcome 10 RESOLVE_NOT_FOUND -6 --cacert "$CA" 127.0.0.1 "$SERVER_PORT"
expect "$TMP/err" 'https_proxy is set, but only --proxy env uses it'
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --connect-to 127.0.0.1 svc.test "$SERVER_PORT"
expect "$TMP/err" '^proxy  *none; https_proxy is set, but not used'
export no_proxy='a.test, .svc.test'
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --proxy env --resolve "svc.test:$SERVER_PORT:127.0.0.1" \
	svc.test "$SERVER_PORT"
expect "$TMP/err" "^connect  *127\.0\.0\.1:$SERVER_PORT "
unset https_proxy no_proxy
export ALL_PROXY="socks5h://127.0.0.1:1"
outcome 20 CONNECT_REFUSED --proxy env svc.test "$SERVER_PORT"
unset ALL_PROXY
kill -INT "$SERVER_PID"
server_left 0
