#!/bin/sh
# signal-group.sh - a signal to all processes of the server at once, as a terminal, timeout(1) or a service
# manager sends it: only the master handles it. The metrics are there until the end, nobody in the drain
# is let down, and no process of an orderly end is logged as a fault.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need setsid
make_pki

# A group of its own, whose number is the server's pid: setsid(1) replaces itself.
cat >"$TMP/leader" <<EOF
#!/bin/sh
exec setsid "$HELLO_SERVER" "\$@"
EOF
chmod +x "$TMP/leader" || error 'chmod'
program=$TMP/leader

start_group() {
	start_server --workers 2 --metrics 127.0.0.1:0 --listen 127.0.0.1:0 --listen dtls:127.0.0.1:0 "$@"
	metrics_port=$(sed -n 's/.*msg=metrics addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
	wait_for "$PATIENCE" health_is 200 || fail 'a server that serves is not healthy'
}
health_is() {
	printf 'GET /healthz HTTP/1.0\r\n\r\n' | "$CROWD" say "$metrics_port" 2>/dev/null | grep -q "^HTTP/1.[01] $1 "
}
to_group() {
	kill -s "$1" -- "-$SERVER_PID" || error "kill -$1 of the group"
}
left_in_order() {
	server_left 0
	! logged 'level=\(warning\|error\)' || fail "$1: an orderly end is logged as a fault"
}

# A drain that lasts until the client is greeted: the metrics process lives as long.
start_group
start_crowd --hold greet 4 4 "$PORT" "$CA"
to_group TERM
await 'SIGTERM received: draining'
wait_for "$PATIENCE" health_is 503 || fail 'nobody answers to health checks in a drain'
release_crowd
finish_crowd
[ "$(crowd ok)" -eq 4 ] || fail 'the drain let somebody down'
left_in_order TERM

# Before the drain, everything goes on. The second one ends it at once.
start_group --drain-delay 10m
to_group TERM
await 'SIGTERM received: the drain begins'
wait_for "$PATIENCE" health_is 503 || fail 'nobody answers to health checks in the drain delay'
server_alive
to_group TERM
left_in_order 'TERM in the drain delay'

# What a terminal sends: HUP and USR1 reach the processes, too, and INT ends them.
start_group
to_group HUP
await 'reloaded:'
to_group USR1
await 'msg=status'
to_group INT
left_in_order INT
