#!/bin/sh
# passthrough.sh - behind the balancers of deploy/fleet/, with 20 ms between them and the client,
# every greeting arrives and every connection is logged OK: these proxies close both directions when
# they see a FIN, and the client's Finished is still under way then if we send it too early. Of the
# three servers in the files two are not there. HAProxy learns from /healthz that the other one drains.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

CLIENTS=100
DELAY_MS=20

make_pki
tried='' missing=''

# The file of deploy/fleet/, with addresses of this machine. At two of them nobody listens.
balancer_file() {
	sed -e "s|192\.0\.2\.7:8443|127.0.0.1:$server_port|" \
		-e "s|192\.0\.2\.8:8443|127.0.0.2:$(print_free_port)|" \
		-e "s|192\.0\.2\.9:8443|127.0.0.3:$(print_free_port)|" \
		-e "s|:8443$|127.0.0.1:$proxy_port|" -e "s|listen 8443|listen 127.0.0.1:$proxy_port|" \
		-e "s|check port 9443|check port $metrics_port|" "$srcdir/deploy/fleet/$1" >"$TMP/$1"
	! grep -E '(^|[^0-9])[89]443([^0-9]|$)|192\.0\.2' "$TMP/$1" | grep -v '^ *#' || error "$1 has addresses that we did not see"
}

start_nginx() {
	balancer_file nginx.conf
	nginx -t -e stderr -c "$TMP/nginx.conf" -g "pid $TMP/nginx.pid;" || exit 1
	exec nginx -e stderr -c "$TMP/nginx.conf" -g "daemon off; pid $TMP/nginx.pid;"
}

start_haproxy() {
	balancer_file haproxy.cfg
	haproxy -c -f "$TMP/haproxy.cfg" || exit 1
	exec haproxy -db -f "$TMP/haproxy.cfg"
}

haproxy_says() {
	grep -q "$1" "$TMP/haproxy.log"
}

# Before its checks have found out, clients wait for the servers that are not there.
haproxy_is_up() {
	for each in 2 3; do
		wait_for "$PATIENCE" haproxy_says "hello/hello$each is DOWN" || fail 'HAProxy does not see who is there'
	done
}

# A connection is open, so the server drains; it would still take others.
haproxy_sees_drain() {
	start_crowd half 1 "$server_port"
	kill -TERM "$SERVER_PID"
	wait_for "$PATIENCE" haproxy_says 'hello/hello1 is DOWN.*503' || fail 'HAProxy does not see the drain'
	! is_gone "$SERVER_PID" || fail 'the server has left before HAProxy saw the drain'
	release_crowd
	finish_crowd
	server_left 0
}

nginx_is_up() {
	:
}

nginx_sees_drain() {
	stop_server
}

# through NAME: CLIENTS times client -> delay -> NAME -> server.
through() {
	name=$1
	if ! command -v "$name" >/dev/null 2>&1; then
		missing="$missing $name"
		return
	fi
	start_server --metrics 127.0.0.1:0
	metrics_port=$(sed -n 's/.*msg=metrics addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
	server_port=$PORT proxy_port=$(print_free_port) delay_port=$(print_free_port)
	log_on_failure "$TMP/$name.log"
	"start_$name" >"$TMP/$name.log" 2>&1 &
	proxy_pid=$!
	track $proxy_pid
	"$builddir/tests/support/delayproxy" "$delay_port" "$proxy_port" $DELAY_MS 120 &
	delay_pid=$!
	track $delay_pid
	PORT=$delay_port
	wait_for "$PATIENCE" greeted || fail "nobody is greeted through $name"
	"${name}_is_up"

	start_crowd greet $CLIENTS 10 "$PORT" "$CA"
	finish_crowd
	[ "$(crowd ok)" -eq $CLIENTS ] || fail "$name: not everybody was greeted: $(cat "$TMP/crowd")"
	# The last ones' Finished is still under way when they are done.
	await 'outcome=OK' $((CLIENTS + 1))
	grep 'outcome=' "$SERVER_LOG" | grep -ve 'outcome=OK' -e 'outcome=HEALTH_CHECK' &&
		fail "$name: these are not"
	"${name}_sees_drain"
	kill $proxy_pid $delay_pid
	wait $proxy_pid $delay_pid 2>/dev/null || :
	untrack $proxy_pid
	untrack $delay_pid
	echo "through $name: $CLIENTS of $CLIENTS greeted and logged OK"
	tried="$tried $name"
}

through nginx
through haproxy
[ -n "$tried" ] || skip 'there is no nginx and no haproxy'
[ -z "$missing" ] || echo "not installed, so not tried:$missing"
