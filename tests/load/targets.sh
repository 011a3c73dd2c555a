#!/bin/sh
# targets.sh - 10,000 targets over 200 loopback addresses, a quarter each good, refused, silent and
# expired: all are told, descriptors are as many as run at a time, and memory grows by no more than a
# line and a row for each. The same of as many different targets with --prometheus, whose file keeps
# what it knew when nobody answers any more. Then as many https targets on nginx, where it is
# installed, a quarter each 200, 301, 503 and one that requires a certificate. TARGETS and FEW (in steps
# of 200) and PARALLEL say how many.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

PATH=$PATH:/usr/sbin:/sbin
# Of so few each lane has had some of each kind at the same time as the others: its peak does not count
# as growth.
TARGETS=${TARGETS-10000} FEW=${FEW-2000}
PARALLEL=${PARALLEL-64}

make_pki
"$srcdir/tests/support/badcerts.sh" "$PKI" expired >"$TMP/out" 2>&1 || error 'no expired certificate'
start_server --listen 0.0.0.0:0
good=$PORT
start_server --listen 0.0.0.0:0 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
expired=$PORT
# It accepts one and lets all others wait in its queue, which says nothing either.
start_peer silent --time 600 --listen 0.0.0.0
silent=$PORT
start_peer closed --time 600 --listen 0.0.0.0
closed=$PORT
# The servers' logs have a line for each target, which would drown the rest.
logs=''
log_on_failure "$TMP/err"
log_on_failure "$TMP/sum"

# make_list ADDRESSES [TARGETS]: four kinds in turn, over so many addresses.
make_list() {
	targets=${2-$TARGETS} quarter=$((${2-$TARGETS} / 4))
	awk -v n="$targets" -v addresses="$1" -v ports="$good $closed $silent $expired" 'BEGIN {
		split(ports, port, " ")
		for (i = 0; i < n; i++) {
			host = i % addresses
			kind = (host + int(i / addresses)) % 4 + 1
			printf "127.0.%d.%d %s", host / 200, host % 200 + 1, port[kind]
			print " --connect-timeout 30s --read-timeout 30s --handshake-timeout", kind == 3 ? "300ms" : "30s"
		}
	}' >"$TMP/list"
}

# Of the client, and the most of each so far; or it has ended.
sample() {
	now=$(find "/proc/$client/fd" -type l 2>/dev/null | wc -l)
	[ "$now" -le "$fds" ] || fds=$now
	now=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$client/status" 2>/dev/null)
	[ -z "$now" ] || memory=$now
	is_gone "$client"
}

# run_client ARG...: $status, $seconds, and the most of $fds and $memory (KiB) at any time.
run_client() {
	began=$(date +%s) fds=0 memory=0 status=0
	"$HELLO_CLIENT" --targets "$TMP/list" --cacert "$CA" --servername localhost \
		--max-time 60s --parallel "$PARALLEL" "$@" >"$TMP/out" 2>"$TMP/err" &
	client=$!
	track $client
	wait_for 900 sample || fail 'it does not end'
	wait $client || status=$?
	untrack $client
	seconds=$(($(date +%s) - began))
	[ "$status" -ne 0 ] || fail 'all is well?'
}

FILE=$TMP/all.prom

# There are as many targets of each kind. If not, the sum at the end says what there is.
check_counts() {
	sed -n '/^--- /,$p' "$TMP/out" >"$TMP/sum"
	expect "$TMP/out" "^--- $targets targets: $targets sent, $quarter ok, $((3 * quarter)) failed in "
	for each in CONNECT_REFUSED HANDSHAKE_TIMEOUT CERT_EXPIRED; do
		expect "$TMP/out" "^ *$quarter  $each "
	done
}

# One socket a probe, and what the process has. A lane has its stack, and its share of what the TLS
# library and malloc keep; a target its line and its row, which are less than 1 KiB. The metrics are
# composed in memory, which grows by doubling, and so are those of the last time.
check_bounds() {
	text=0
	[ ! -e "$FILE" ] || text=$(($(wc -c <"$FILE") / 1024))
	echo "$1: $targets targets, $PARALLEL at a time: $seconds s, at most $memory KiB and $fds descriptors"
	[ "$fds" -gt 0 ] || fail 'no descriptors were counted'
	[ "$memory" -gt 0 ] || fail 'no memory was measured'
	[ "$fds" -le $((PARALLEL + 12)) ] || fail "$fds descriptors"
	! grep -aq __asan_init "$HELLO_CLIENT" || return 0 # which keeps what was freed
	if [ "$targets" -eq "$FEW" ]; then
		few_memory=$memory
		[ "$memory" -le $((12000 + PARALLEL * 256)) ] || fail "$memory KiB"
	else
		[ "$memory" -le $((few_memory + 4096 + targets - FEW + 3 * text)) ] ||
			fail "$memory KiB, and $few_memory for $FEW targets, with $text KiB of metrics"
	fi
}

make_list 200 "$FEW"
run_client
check_counts
check_bounds table
make_list 200
run_client
check_counts
check_bounds table

run_client --json
[ "$(wc -l <"$TMP/out")" -eq $((TARGETS + 1)) ] || fail 'not a line for each target'
check_bounds json

# ---- as many different ones, for metrics --------------------------------------------------------
known() {
	grep -c '^hello_client_certificate_expiry_timestamp_seconds{' "$FILE"
}

make_list "$TARGETS"
run_client --prometheus "$FILE"
check_counts
check_bounds metrics
[ "$(grep -c '^hello_client_success{' "$FILE")" -eq "$TARGETS" ] || fail 'not all are in the metrics'
[ "$(known)" -eq $((4 * quarter)) ] || fail "$(known) certificates are known, not leaf and chain of half of them"
before=$(grep '_expiry_timestamp_seconds{' "$FILE" | cksum)

# All of them are gone, and each needs to be looked up.
run_client --prometheus "$FILE" --connect-to "127.0.0.1:$closed"
expect "$TMP/out" "^--- $TARGETS targets: $TARGETS sent, 0 ok, $TARGETS failed in "
check_bounds 'all refused'
[ "$(grep '_expiry_timestamp_seconds{' "$FILE" | cksum)" = "$before" ] || fail 'it has forgotten certificates'

# ---- https on nginx -----------------------------------------------------------------------------------
command -v nginx >/dev/null || {
	echo 'https was not measured: nginx is not installed'
	exit
}

# make_https_list [TARGETS]
make_https_list() {
	targets=${1-$TARGETS} quarter=$((${1-$TARGETS} / 4))
	awk -v n="$targets" -v http="$http" -v mutual="$mutual" 'BEGIN {
		split("/ /moved /broken /", path, " ")
		for (i = 0; i < n; i++) {
			host = i % 200
			kind = (host + int(i / 200)) % 4 + 1
			printf "https://127.0.%d.%d:%d%s", host / 200, host % 200 + 1, kind == 4 ? mutual : http, path[kind]
			print " --handshake-timeout 30s --read-timeout 30s"
		}
	}' >"$TMP/list"
}

check_https_counts() {
	expect "$TMP/out" "^--- $targets targets: $targets sent, $((2 * quarter)) ok, $((2 * quarter)) failed in "
	for each in GREETING_MISMATCH CLIENT_CERT_REQUIRED; do
		expect "$TMP/out" "^ *$quarter  $each "
	done
}

free_port && http=$PORT
free_port && mutual=$PORT
D=$TMP/nginx
mkdir "$D" || error 'no folder'
cat >"$D/nginx.conf" <<-CONFIG
	daemon off; master_process off; pid $D/pid; error_log $D/log;
	events { worker_connections 1024; }
	http {
		access_log off;
		client_body_temp_path $D/1; proxy_temp_path $D/2; fastcgi_temp_path $D/3;
		uwsgi_temp_path $D/4; scgi_temp_path $D/5;
		ssl_certificate $CERT; ssl_certificate_key $KEY; ssl_protocols TLSv1.2 TLSv1.3;
		server {
			listen $http ssl;
			location / { return 200 "hello"; }
			location /moved { return 301 https://a.test/; }
			location /broken { return 503; }
		}
		server {
			listen $mutual ssl;
			ssl_verify_client on; ssl_client_certificate $CA; ssl_verify_depth 3;
			location / { return 200 "hello"; }
		}
	}
CONFIG
nginx -p "$D" -c "$D/nginx.conf" -e "$D/log" >"$D/out" 2>&1 </dev/null &
track $!
log_on_failure "$D/log"
wait_for "$PATIENCE" is_listening "$mutual" || fail "nginx does not listen: $(cat "$D/out" "$D/log")"

rm "$FILE"
make_https_list "$FEW"
run_client
check_https_counts
check_bounds https
make_https_list
run_client
check_https_counts
check_bounds https
