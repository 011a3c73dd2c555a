#!/bin/sh
# compare.sh - hello-client --compare: both ends saw the same connection, or each difference is named.
# A real HAProxy that ends TLS is status 80, one that passes it through is none; that it shows as the
# source address is told. Without a report it says what the server needs.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

same() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --compare "$@" localhost "$PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "with $*: standard output is not the greeting alone"
}

start_server
outcome 71 GREETING_MISMATCH --cacert "$CA" --compare localhost "$PORT"
expect "$TMP/err" 'start hello-server with --report'
stop_server

start_server --report --node box --tickets 1
same
[ ! -s "$TMP/err" ] || fail "there is something to tell: $(cat "$TMP/err")"
same --tls-max 1.2
same --no-sni --verify-name localhost
same --expect "$GREETING"
same --alpn http/1.1
same --alpn h2,http/1.1 -v
expect "$TMP/err" '^\(handshake .*\|          \) http/1.1\( \|$\)'
expect "$TMP/err" '^compare .*the same connection.* box'
await 'outcome=OK.* alpn=http/1.1' 2
run_status 0 "$HELLO_CLIENT" --cacert "$CA" -v localhost "$PORT"
expect "$TMP/out" '^binding: '
! grep -q '^compare' "$TMP/err" || fail 'compared without --compare'
run_status 45 "$HELLO_CLIENT" --cacert "$CA" --alpn h2 localhost "$PORT"
expect "$TMP/err" '^  try: .*name it with --alpn, or omit --alpn'
run_status 2 "$HELLO_CLIENT" --cacert "$CA" --alpn http/1.1,, localhost "$PORT"
echo 'nothing in between: the same'

if ! command -v haproxy >/dev/null 2>&1; then
	echo 'not installed, so not tried: haproxy'
	exit 0
fi

# ---- something in between --------------------------------------------------------------------------

# in_between BIND-OPTIONS SERVER-OPTIONS: HAProxy, on another port.
in_between() {
	server_port=$PORT
	PORT=$(print_free_port)
	cat >"$TMP/haproxy.cfg" <<-HAPROXY
		defaults
		    mode tcp
		    timeout connect 10s
		    timeout client 30s
		    timeout server 30s
		listen between
		    bind 127.0.0.1:$PORT $1
		    server s 127.0.0.1:$server_port $2
	HAPROXY
	haproxy -db -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>&1 &
	proxy=$!
	track $proxy
	wait_for "$PATIENCE" answers || fail "nobody is greeted through HAProxy: $(cat "$TMP/haproxy.log")"
}

answers() {
	"$HELLO_CLIENT" --cacert "$CA" localhost "$PORT" >"$TMP/out" 2>"$TMP/err"
}

gone() {
	kill $proxy
	wait $proxy 2>/dev/null || :
	untrack $proxy
	PORT=$server_port
}

log_on_failure "$TMP/haproxy.log"
cat "$CERT" "$KEY" >"$TMP/both.pem"
to_server="ssl verify required ca-file $CA verifyhost localhost"

in_between '' ''
same
expect "$TMP/err" '^hello-client: note: the source address was rewritten: you are 127.0.0.1:.*, the server sees 127.0.0.1:'
same -q
[ ! -s "$TMP/err" ] || fail '-q is not quiet'
gone
echo 'passed through: the same, from another address'

in_between "ssl crt $TMP/both.pem" "$to_server sni str(localhost)"
outcome 80 PATH_DIFFERS --cacert "$CA" --compare localhost "$PORT"
expect "$TMP/err" 'TLS is terminated between you and the server: the two ends do not share keys; the source address was rewritten'
outcome 80 PATH_DIFFERS --cacert "$CA" --compare --alpn http/1.1 localhost "$PORT"
gone
in_between "ssl crt $TMP/both.pem" "$to_server force-tlsv12"
outcome 80 PATH_DIFFERS --cacert "$CA" --compare localhost "$PORT"
expect "$TMP/err" 'you requested localhost, the server received none'
expect "$TMP/err" 'protocol: TLSv1.3 here, TLSv1.2 at the server'
gone
echo 'ended on the way: said so'
stop_server

if "$HELLO_SERVER" --help | grep -q proxy-protocol-from; then
	start_server --report --proxy-protocol-from 127.0.0.1
	for kind in send-proxy send-proxy-v2; do
		in_between '' $kind
		same
		[ ! -s "$TMP/err" ] || fail "$kind: there is something to tell: $(cat "$TMP/err")"
		gone
	done
	stop_server
	echo 'passed through with the PROXY protocol: the same'
else
	echo 'not built yet, so not tried: the PROXY protocol'
fi
