#!/bin/sh
# passthrough.sh - behind a balancer in TCP mode, with 20 ms between it and the client, every greeting
# arrives and every connection is logged OK. These proxies close both directions when they see a FIN,
# and the client's Finished is still under way then if we send it too early.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

CLIENTS=100
DELAY_MS=20

make_pki
tried='' missing=''

# A port that nobody has right now.
free_port() {
	"$PEER" closed >"$TMP/free" &
	wait_for "$PATIENCE" [ -s "$TMP/free" ] || error 'no free port'
	kill $!
	wait $! 2>/dev/null
	cat "$TMP/free"
	rm "$TMP/free"
}

# The first module folder that exists; nginx can have the stream module built in as well.
stream_module() {
	for each in /usr/lib/nginx/modules /usr/lib64/nginx/modules /usr/share/nginx/modules; do
		if [ -e "$each/ngx_stream_module.so" ]; then
			echo "load_module $each/ngx_stream_module.so;"
			return
		fi
	done
}

start_nginx() {
	cat >"$TMP/nginx.conf" <<-CONF
	$(stream_module)
	daemon off;
	pid $TMP/nginx.pid;
	worker_processes 1;
	events { worker_connections 1024; }
	stream { server { listen 127.0.0.1:$1; proxy_pass 127.0.0.1:$2; } }
	CONF
	exec nginx -p "$TMP" -e stderr -c "$TMP/nginx.conf"
}

start_haproxy() {
	cat >"$TMP/haproxy.cfg" <<-CONF
	defaults
	    mode tcp
	    timeout connect 20s
	    timeout client 20s
	    timeout server 20s
	listen hello
	    bind 127.0.0.1:$1
	    server hello 127.0.0.1:$2
	CONF
	exec haproxy -db -f "$TMP/haproxy.cfg"
}

# through NAME: CLIENTS times client -> delay -> NAME -> server.
through() {
	name=$1
	if ! command -v "$name" >/dev/null 2>&1; then
		missing="$missing $name"
		return
	fi
	start_server
	server_port=$PORT proxy_port=$(free_port) delay_port=$(free_port)
	log_on_failure "$TMP/$name.log"
	"start_$name" "$proxy_port" "$server_port" >"$TMP/$name.log" 2>&1 &
	proxy_pid=$!
	track $proxy_pid
	"$builddir/tests/support/delayproxy" "$delay_port" "$proxy_port" $DELAY_MS 120 &
	delay_pid=$!
	track $delay_pid
	PORT=$delay_port
	wait_for "$PATIENCE" greeted || fail "nobody is greeted through $name"

	start_crowd greet $CLIENTS 10 "$PORT" "$CA"
	finish_crowd
	[ "$(crowd ok)" -eq $CLIENTS ] || fail "$name: not everybody was greeted: $(cat "$TMP/crowd")"
	# The last ones' Finished is still under way when they are done.
	await 'outcome=OK' $((CLIENTS + 1))
	kill $proxy_pid $delay_pid
	wait $proxy_pid $delay_pid 2>/dev/null || :
	untrack $proxy_pid
	untrack $delay_pid
	stop_server
	grep 'outcome=' "$SERVER_LOG" | grep -ve 'outcome=OK' -e 'outcome=HEALTH_CHECK' &&
		fail "$name: these are not"
	echo "through $name: $CLIENTS of $CLIENTS greeted and logged OK"
	tried="$tried $name"
}

through nginx
through haproxy
[ -n "$tried" ] || skip 'there is no nginx and no haproxy'
[ -z "$missing" ] || echo "not installed, so not tried:$missing"
