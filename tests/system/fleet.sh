#!/bin/sh
# fleet.sh - three servers behind HAProxy and nginx, as in deploy/fleet/. While clients come through
# both, the certificate is renewed, the ticket keys are replaced twice and servers are upgraded, one after
# the other. No connection is lost, and each client makes one full handshake: all others resume,
# most of them on another server. One balancer sends PROXY headers, the other does not. Behind a
# balancer without checks, a server that exits without a drain loses connections.
#
# ROWS=all: all servers are upgraded, with the times of the files; both balancers with and without
# headers; TLS 1.2, too.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

need openssl haproxy nginx
FILES=$srcdir/deploy/fleet
NODES='1 2 3'
CLIENTS=4

# ---- the network -----------------------------------------------------------------------------------

make_pki
make_host client haproxy nginx node1 node2 node3
link client 198.51.100.2/24 - haproxy 198.51.100.1/24
link client 203.0.113.2/24 - nginx 203.0.113.1/24
THROUGH='198.51.100.1 203.0.113.1'

# attach BALANCER ADDRESS NODE: a cable of its own, and only these two addresses on it.
attach() {
	link "$1" "$2/32" - "node$3" "$(address "$3")/32"
	at "$1" ip route add "$(address "$3")" dev "to-node$3" || error "no way from $1 to node$3"
	at "node$3" ip route add "$2" dev "to-$1" || error "no way from node$3 to $1"
}
address() {
	echo "192.0.2.$(($1 + 6))"
}
for each_node in $NODES; do
	attach haproxy 192.0.2.1 "$each_node"
	attach nginx 192.0.2.2 "$each_node"
	mkdir "$TMP/node$each_node" || error 'no folder'
	program_at "node$each_node" "$HELLO_SERVER" >/dev/null
done
CROWD=$(program_at client "$CROWD")
HAPROXY=$(program_at haproxy "$(command -v haproxy)")
NGINX=$(program_at nginx "$(command -v nginx)")

# ---- servers ---------------------------------------------------------------------------------------

# start_node N [OPTION...]
start_node() {
	node=$1
	shift
	HELLO_SERVER=$TMP/node$node-hello-server
	# shellcheck disable=SC2086 # words, or none
	start_server --listen "$(address "$node"):8443" --metrics "$(address "$node"):9443" --node "node$node" \
		--report --workers 2 --tickets 1 --ticket-keys "$TMP/node$node/ticket-keys" \
		--cert "$TMP/node$node/chain.pem" --key "$TMP/node$node/key.pem" $balancer_option "$@"
	eval "pid_$node=$SERVER_PID log_$node=\$SERVER_LOG"
}
# It is what server.sh means with the server.
choose_node() {
	eval "SERVER_PID=\$pid_$1 SERVER_LOG=\$log_$1"
}

# Of two workers and the metrics process, only the new generation is left.
is_settled() {
	[ "$(workers | wc -l)" -eq 3 ]
}
# reload_nodes FILE NAME: each gets the file under this name, one after the other.
reload_nodes() {
	for each_node in $NODES; do
		choose_node "$each_node"
		ready_before=$(count 'msg=ready')
		cp "$1" "$TMP/node$each_node/$2" || error cp
		kill -HUP "$SERVER_PID"
		await 'msg=ready' $((ready_before + 1))
	done
	for each_node in $NODES; do
		choose_node "$each_node"
		wait_for "$PATIENCE" is_settled || fail "the old workers of node$each_node do not exit"
	done
}

# The commands that README.md has for this, in a folder with the keys of the servers.
replace_keys() {
	awk '/^## / { found = $0 == "## Replace the ticket keys" }
		/^```/ { inside = !inside; blocks += found && inside; next }
		found && inside && blocks == 1' "$FILES/README.md" >"$TMP/commands"
	expect "$TMP/commands" '^openssl rand '
	(cd "$TMP/keys" && sh -e "$TMP/commands") || fail 'the commands of README.md fail'
	reload_nodes "$TMP/keys/accept" ticket-keys
	reload_nodes "$TMP/keys/issue" ticket-keys
	mv "$TMP/keys/issue" "$TMP/keys/ticket-keys" || error mv
}

renew_certificate() {
	"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error "no new certificate: $(cat "$TMP/out")"
	for each_node in $NODES; do
		cp "$KEY" "$TMP/node$each_node/key.pem" || error cp
	done
	reload_nodes "$CERT" chain.pem
}

# ---- balancers -------------------------------------------------------------------------------------

# start_haproxy SED-SCRIPT: the file of deploy/fleet/ with these changes.
start_haproxy() {
	sed "$1" "$FILES/haproxy.cfg" >"$TMP/haproxy.cfg"
	log_on_failure "$TMP/haproxy.err"
	"$HAPROXY" -c -f "$TMP/haproxy.cfg" >"$TMP/haproxy.err" 2>&1 || fail 'HAProxy rejects the file'
	"$HAPROXY" -db -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>"$TMP/haproxy.err" &
	haproxy_pid=$!
	track $haproxy_pid
}
stop_haproxy() {
	kill "$haproxy_pid"
	wait "$haproxy_pid" 2>/dev/null
	untrack "$haproxy_pid"
}
# haproxy_saw N STATE
haproxy_saw() {
	grep -q "Server hello/hello$1 is $2" "$TMP/haproxy.log"
}

# start_nginx SED-SCRIPT
start_nginx() {
	sed "$1" "$FILES/nginx.conf" >"$TMP/nginx.conf"
	log_on_failure "$TMP/nginx.log"
	"$NGINX" -e stderr -c "$TMP/nginx.conf" -g "daemon off; pid $TMP/nginx.pid;" 2>"$TMP/nginx.log" &
	nginx_pid=$!
	track $nginx_pid
}
stop_nginx() {
	kill "$nginx_pid"
	wait "$nginx_pid" 2>/dev/null
	untrack "$nginx_pid"
}
# tell_nginx SED-SCRIPT: as README.md says, and until all its workers are new.
tell_nginx() {
	SERVER_PID=$nginx_pid
	old_workers=$(workers)
	sed -i "$1" "$TMP/nginx.conf"
	kill -HUP "$nginx_pid"
	# shellcheck disable=SC2086 # pids
	wait_for "$PATIENCE" is_gone $old_workers || fail 'the old workers of nginx do not exit'
}

both_greet() {
	for each in $THROUGH; do
		at client "$HELLO_CLIENT" --cacert "$CA" --servername localhost "$each" 8443 >"$TMP/out" 2>"$TMP/err" ||
			return 1
	done
}

# ---- what happens to the fleet ---------------------------------------------------------------------

# The balancers learn that it leaves; it leaves; a new one takes its place, and gets clients of both.
upgrade_node() {
	tell_nginx "s/server $(address "$1"):8443/& down/"
	choose_node "$1"
	kill -TERM "$SERVER_PID" || fail "node$1 is not there any more"
	wait_for "$PATIENCE" haproxy_saw "$1" "$seen" || fail "HAProxy does not see that node$1 leaves"
	server_left 0
	start_node "$1" --drain-delay "$drain_delay"
	wait_for "$PATIENCE" haproxy_saw "$1" UP || fail "HAProxy does not see that node$1 is back"
	tell_nginx "s/server $(address "$1"):8443 down/server $(address "$1"):8443/"
	await "$haproxy_peer .*outcome=OK"
	await "$nginx_peer .*outcome=OK"
}

# ask BALANCER VERSION ARG...: a connection of s_client; $made says how.
ask() {
	to=$1 version=$2
	shift 2
	run_status 0 at client openssl s_client -ign_eof -verify_return_error -CAfile "$CA" \
		-servername localhost "-tls$version" -connect "$to:8443" "$@" </dev/null
	expect "$TMP/out" "^$GREETING\$"
	made=$(sed -n 's/^\(New\|Reused\), .*/\1/p' "$TMP/out" | head -n 1)
}
get_sessions() {
	for each_version in 1_2 1_3; do
		ask "${THROUGH%% *}" $each_version -sess_out "$TMP/$1-$each_version"
		[ -s "$TMP/$1-$each_version" ] || fail "$1: TLS $each_version: no session"
	done
}
# offer NAME EXPECTED WHEN
offer() {
	for each in $THROUGH; do
		for each_version in 1_2 1_3; do
			ask "$each" $each_version -sess_in "$TMP/$1-$each_version"
			[ "$made" = "$2" ] || fail "the $1 session $3: TLS $each_version: $made, not $2"
		done
	done
	echo "the $1 session $3: $made"
}

# Nobody failed, and whoever had been there resumed.
judge_crowd() {
	release_crowd
	finish_crowd >"$TMP/said"
	lost=$(($(crowd all) - $(crowd ok)))
	full=$(($(crowd all) - $(crowd resumed)))
	echo "$what: $(crowd all) connections, $lost lost; $(crowd resumed) resumed," \
		"$(crowd elsewhere) of them on another server; $full full handshakes of $CLIENTS clients"
	[ "$(crowd all)" -gt $((20 * CLIENTS)) ] || fail 'that was no load'
	[ $lost -eq 0 ] || fail "lost: $(cat "$TMP/said")"
	[ "$(crowd elsewhere)" -gt 0 ] || fail 'nobody resumed on another server'
	[ $full -eq $CLIENTS ] || fail 'somebody could not resume'
}

# What the servers logged: with a header the client, without it the balancer, and nobody else.
check_logs() {
	! grep -h 'outcome=' "$TMP"/server-*.log >"$TMP/outcomes" || ! grep -v 'outcome=OK' "$TMP/outcomes" ||
		fail 'these are not OK'
	! grep -v -e "$haproxy_peer " -e "$nginx_peer " "$TMP/outcomes" || fail 'these have other addresses'
	echo "$what: $(grep -c "$haproxy_peer " "$TMP/outcomes") connections by HAProxy," \
		"$(grep -c "$nginx_peer " "$TMP/outcomes") by nginx"
}

# story WHAT HAPROXY-SCRIPT NGINX-SCRIPT CROWD-OPTION...: the whole life of a fleet.
story() {
	what=$1 haproxy_script=$2 nginx_script=$3
	shift 3
	rm -rf "$TMP/keys" "$TMP"/server-*.log
	mkdir "$TMP/keys" || error mkdir
	openssl rand -out "$TMP/keys/ticket-keys" 80 || error 'no ticket keys'
	chmod 600 "$TMP/keys/ticket-keys"
	for each_node in $NODES; do
		cp "$TMP/keys/ticket-keys" "$CERT" "$KEY" "$TMP/node$each_node" || error cp
		start_node "$each_node" --drain-delay "$drain_delay"
	done
	start_haproxy "$haproxy_script"
	start_nginx "$nginx_script"
	wait_for "$PATIENCE" both_greet || fail "nobody is greeted: $(cat "$TMP/err")"

	get_sessions first
	# shellcheck disable=SC2046,SC2086 # lists of words
	start_crowd --time 500 --until-end --resume $(printf -- '--to %s ' $THROUGH) "$@" \
		greet 1000000 $CLIENTS 8443 "$CA"
	renew_certificate
	replace_keys
	offer first Reused 'after a replacement of the keys'
	get_sessions second
	replace_keys
	offer second Reused 'after a replacement of the keys'
	offer first New 'after two replacements'
	for each_upgrade in $upgrades; do
		upgrade_node "$each_upgrade"
	done
	judge_crowd
	for each_node in $NODES; do
		choose_node "$each_node"
		kill -INT "$SERVER_PID" || fail "node$each_node is not there any more"
		server_left 0
	done
	stop_haproxy
	stop_nginx
	check_logs
}

header='s|#\(default-server send-proxy-v2\)|\1|'
nginx_header='s|#\(proxy_protocol on;\)|\1|'

if all_rows; then
	upgrades=$NODES drain_delay=5s seen='DOWN, reason: .*503' quick=''
else
	# On a busy machine the server may be gone before HAProxy has seen the 503.
	upgrades=2 drain_delay=1s seen=DOWN quick='s|inter 2s fastinter 500ms|inter 100ms|;'
fi
balancer_option='--proxy-protocol-from 192.0.2.1'
haproxy_peer='peer=198\.51\.100\.2:[0-9]* via=192\.0\.2\.1:[0-9]*'
nginx_peer='peer=192\.0\.2\.2:[0-9]*'
story 'HAProxy with PROXY v2, nginx without' "$quick$header" ''
if all_rows; then
	balancer_option='--proxy-protocol-from 192.0.2.2'
	haproxy_peer='peer=192\.0\.2\.1:[0-9]*'
	nginx_peer='peer=203\.0\.113\.2:[0-9]* via=192\.0\.2\.2:[0-9]*'
	story 'HAProxy without PROXY, nginx with v1, TLS 1.2' '' "$nginx_header" --tls12
fi

# ---- without checks and without a drain, connections are lost ----------------------------------------

balancer_option=''
for each_node in $NODES; do
	start_node "$each_node"
done
start_haproxy 's|default-server check .*|# no check|; s|option redispatch .*|# no other server|; s|retries 2|retries 0|'
expect "$TMP/haproxy.cfg" '# no check'
expect "$TMP/haproxy.cfg" '# no other server'
expect "$TMP/haproxy.cfg" 'retries 0'
THROUGH=198.51.100.1
wait_for "$PATIENCE" both_greet || fail "nobody is greeted without checks: $(cat "$TMP/err")"
start_crowd --hold --resume --to $THROUGH greet 30 12 8443 "$CA"
choose_node 2
kill -INT "$SERVER_PID"
server_left 0
release_crowd
finish_crowd >"$TMP/said"
lost=$(($(crowd all) - $(crowd ok)))
echo "without checks and without a drain: $(crowd all) connections, $lost lost"
[ $lost -gt 0 ] || fail 'nothing was lost: this test would not notice it'
[ "$(crowd ok)" -gt 0 ] || fail 'nobody was greeted, which proves nothing'
[ "$(crowd wrong)" -eq 0 ] || fail "somebody got another greeting: $(cat "$TMP/said")"
