#!/bin/sh
# proxy-others.sh - through the proxies that people have: tinyproxy, squid and microsocks, with a password
# and without. Those that are not installed are named.
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

# squid_on PORT RULES: that port alone may be gone to; RULES judge who may.
squid_on() {
	cat >"$TMP/squid-$PORT.conf" <<-CONFIG
		http_port 127.0.0.1:$PORT
		visible_hostname localhost
		pid_filename none
		access_log none
		cache_log /dev/null
		cache_store_log none
		cache deny all
		pinger_enable off
		shutdown_lifetime 0 seconds
		max_filedescriptors 256
		coredump_dir $TMP
		acl CONNECT method CONNECT
		acl there port $1
		http_access deny !CONNECT
		http_access deny !there
		$2
		http_access deny all
	CONFIG
	start_proxy squid_program -N -d 1 -f "$TMP/squid-$PORT.conf"
}

squid_program() {
	exec "$(PATH=$PATH:/usr/sbin command -v squid)" "$@"
}

if PATH=$PATH:/usr/sbin command -v squid >/dev/null 2>&1; then
	# Its helper is somebody else than root, and reads the passwords.
	chmod 711 "$TMP"
	openssl passwd -apr1 secret | sed 's/^/user:/' >"$TMP/passwords" || error 'no password'
	helper=/usr/lib/squid/basic_ncsa_auth
	[ -x $helper ] || helper=/usr/lib64/squid/basic_ncsa_auth
	free_port
	squid_on "$SERVER_PORT" 'http_access allow all'
	through "http://127.0.0.1:$PORT"
	outcome 54 CERT_WRONG_NAME --cacert "$CA" --proxy "http://127.0.0.1:$PORT" --verify-name other.test \
		localhost "$SERVER_PORT"
	free_port
	squid_on "$SERVER_PORT" "auth_param basic program $helper $TMP/passwords
acl known proxy_auth REQUIRED
http_access allow known"
	through "http://user:secret@127.0.0.1:$PORT"
	denied "http://127.0.0.1:$PORT"
	denied "http://user:wrong@127.0.0.1:$PORT"
	free_port
	squid_on 1 'http_access allow all'
	denied "http://127.0.0.1:$PORT"
	# It may, and nobody is there.
	outcome 30 PROXY_FAILED --proxy "http://127.0.0.1:$PORT" localhost 1
	tried="$tried squid"
else
	missing="$missing squid"
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
