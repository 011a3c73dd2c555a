#!/bin/sh
# proxy-others.sh - through the proxies that people have: tinyproxy and microsocks, with a password and
# without. Those that are not installed are named.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1
tried='' missing=''

# through URL: localhost as the proxy resolves it.
through() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --proxy "$1" localhost "$SERVER_PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "no greeting through $1"
}

denied() {
	outcome 31 PROXY_DENIED --cacert "$CA" --proxy "$1" localhost "$SERVER_PORT"
}

# start_proxy COMMAND...: one that will listen on $PORT
SERVER_PORT=$PORT
start_proxy() {
	"$@" >"$TMP/proxy.log" 2>&1 &
	track $!
	log_on_failure "$TMP/proxy.log"
	wait_for "$PATIENCE" is_listening "$PORT" || fail "it does not listen: $*"
}

tiny() {
	{
		printf 'Port %s\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nConnectPort %s\n' "$PORT" "$1"
		printf 'LogFile "%s"\n%s\n' "$TMP/tiny.log" "$2"
	} >"$TMP/tiny-$PORT.conf"
	start_proxy tinyproxy -d -c "$TMP/tiny-$PORT.conf"
}

if command -v tinyproxy >/dev/null 2>&1; then
	free_port
	tiny "$SERVER_PORT" ''
	through "http://127.0.0.1:$PORT"
	free_port
	tiny "$SERVER_PORT" 'BasicAuth user secret'
	through "http://user:secret@127.0.0.1:$PORT"
	denied "http://127.0.0.1:$PORT"
	denied "http://user:wrong@127.0.0.1:$PORT"
	free_port
	tiny 1 ''
	denied "http://127.0.0.1:$PORT"
	tried="$tried tinyproxy"
else
	missing="$missing tinyproxy"
fi

if command -v microsocks >/dev/null 2>&1; then
	free_port
	start_proxy microsocks -i 127.0.0.1 -p "$PORT"
	through "socks5h://127.0.0.1:$PORT"
	outcome 30 PROXY_FAILED --proxy "socks5h://127.0.0.1:$PORT" localhost 1
	free_port
	start_proxy microsocks -i 127.0.0.1 -p "$PORT" -u user -P secret
	through "socks5h://user:secret@127.0.0.1:$PORT"
	denied "socks5h://127.0.0.1:$PORT"
	denied "socks5h://user:wrong@127.0.0.1:$PORT"
	tried="$tried microsocks"
else
	missing="$missing microsocks"
fi

[ -n "$tried" ] || skip "there is no$missing"
echo "gone through:$tried"
[ -z "$missing" ] || echo "not installed, so not tried:$missing"
kill -INT "$SERVER_PID"
server_left 0
