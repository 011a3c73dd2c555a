#!/bin/sh
# proxy-protocol.sh - behind a balancer the client's own address is logged, judged and counted; a
# balancer that says nothing of the client, and a client that pretends to be one, are refused by
# name. With hello-client, and with HAProxy as in deploy/fleet/haproxy.cfg.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

CONFIG=$srcdir/deploy/fleet/haproxy.cfg
make_pki

# announced VERSION: greeted with such a header?
announced() {
	"$HELLO_CLIENT" --cacert "$CA" --servername localhost --haproxy-protocol "$1" "$HOST" "$PORT" \
		>"$TMP/out" 2>"$TMP/err"
}

# ---- with hello-client ---------------------------------------------------------------------------

start_server --proxy-protocol-from 127.0.0.0/8 --proxy-timeout 300ms --log-level debug
for version in v1 v2; do
	announced $version || fail "$version: not greeted"
done
await 'peer=127\.0\.0\.1:[0-9]* via=127\.0\.0\.1:[0-9]* outcome=OK .* proxy_ms=' 2

# Who must begin with a header, and does not.
! greeted || fail 'greeted without a header'
await 'outcome=PROXY_HEADER_BAD stage=proxy detail="a TLS record arrived' 1
start_crowd idle 1 "$PORT"
await 'outcome=PROXY_HEADER_BAD stage=proxy detail="no PROXY protocol header arrived within 300 ms" .* proxy_ms=[1-9]'
release_crowd
finish_crowd
stop_server

# Whoever believes everybody is told so at the start.
start_server --proxy-protocol-from 0.0.0.0/0
logged 'level=warning role=master msg="--proxy-protocol-from: 0.0.0.0/0 covers every address' ||
	fail 'nothing is said of who believes everybody'
stop_server

# A client that pretends, where nobody is a balancer, or somebody else.
for from in '' '--proxy-protocol-from 192.0.2.0/24 --proxy-protocol-from unix'; do
	# shellcheck disable=SC2086 # words, or none
	start_server $from
	for version in v1 v2; do
		! announced $version || fail "$version: greeted, and it is no balancer"
	done
	await 'peer=127\.0\.0\.1:[0-9]* outcome=PROXY_HEADER_BAD stage=hello .*unexpected PROXY protocol header' 2
	server_alive
	stop_server
done

# On a unix socket whoever speaks is a balancer, if unix is; the client in the header is judged.
start_server --listen "unix:$TMP/socket" --listen 127.0.0.1:0 --proxy-protocol-from unix \
	--proxy-protocol-from 127.0.0.1 --deny 127.0.0.1
! announced v2 || fail 'greeted, and denied'
await 'peer=127\.0\.0\.1:[0-9]* via=127\.0\.0\.1:[0-9]* outcome=CLIENT_DENIED'
stop_server

# ---- with HAProxy --------------------------------------------------------------------------------

command -v haproxy >/dev/null 2>&1 || skip 'haproxy is not installed; hello-client was tried, and is right'

# through WORD...: HAProxy says to the server who the client is, with these words on its line. It
# speaks from 127.0.0.5, the client from 127.0.0.1.
through() {
	start_server --metrics 127.0.0.1:0 --proxy-protocol-from 127.0.0.5 --log-level debug
	server_port=$PORT proxy_port=$(print_free_port)
	metrics_port=$(sed -n 's/.*msg=metrics addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
	sed -e "s|#\(default-server send-proxy-v2\)|\1|" -e "s|default-server send-proxy-v2|default-server $*|" \
		-e "s|hello1 192\.0\.2\.7:8443|hello1 127.0.0.1:$server_port source 127.0.0.5|" \
		-e '/hello[23]/d' -e "s|:8443$|127.0.0.1:$proxy_port|" \
		-e "s|check port 9443|check port $metrics_port|" "$CONFIG" >"$TMP/haproxy.cfg"
	case $* in
	*check-send-proxy*) sed -i -e '/httpchk/d' -e '/check port/d' "$TMP/haproxy.cfg" ;;
	esac
	grep -q "^ *default-server $*\$" "$TMP/haproxy.cfg" || error "$CONFIG has no line for: $*"
	log_on_failure "$TMP/haproxy.log"
	haproxy -c -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>&1 || fail "HAProxy takes no: $*"
	haproxy -db -f "$TMP/haproxy.cfg" >>"$TMP/haproxy.log" 2>&1 &
	proxy_pid=$!
	track $proxy_pid

	PORT=$proxy_port
	wait_for "$PATIENCE" greeted || fail "nobody is greeted through: $*"
	await 'peer=127\.0\.0\.1:[0-9]* via=127\.0\.0\.5:[0-9]* outcome=OK'
	# The balancer's own address is not enough, and nobody else's is good at all.
	PORT=$server_port
	! announced v2 || fail "greeted with a forged header, beside: $*"
	await 'peer=127\.0\.0\.1:[0-9]* outcome=PROXY_HEADER_BAD .*unexpected PROXY protocol header'
	server_alive

	kill $proxy_pid
	wait $proxy_pid 2>/dev/null || :
	untrack $proxy_pid
	echo "through HAProxy with $*: the client's own address"
}

for words in send-proxy-v2 send-proxy send-proxy-v2-ssl 'send-proxy-v2 proxy-v2-options crc32c'; do
	through "$words"
	stop_server
done

# A check on the same port says that it is for nobody, and is told at debug level only.
through send-proxy-v2 check-send-proxy check inter 50ms
await 'peer=127\.0\.0\.5:[0-9]* outcome=HEALTH_CHECK' || fail 'no health check'
! grep 'outcome=PROXY_HEADER_BAD.*127\.0\.0\.5' "$SERVER_LOG" || fail 'a health check was refused'
stop_server
