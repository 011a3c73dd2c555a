#!/bin/sh
# endless.sh - no stream without end holds a worker or the client beyond a deadline: each kind of record
# and text, sent as fast as it is taken, and each kind of datagram, ten in a millisecond or more, in each state of
# both programs. The deadline of the state holds, the outcome is the one in the table, other clients are
# served meanwhile, and a connection takes no more memory than the manual says. In a network with large
# receive buffers. Only the rows with a + are tried, unless ROUNDS says how often all of them are.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

ROUNDS=${ROUNDS-}
ENDLESS=$builddir/tests/support/endless
DATAGRAMS=$builddir/tests/support/endless_datagrams
# So many rows at a time. In milliseconds: the deadlines of the server's states, and how much later an
# end may be noticed. In seconds: the client's --max-time, and that of the other clients. In KiB: the data
# of a client, see RLIMIT_DATA in getrlimit(2).
WIDTH=${WIDTH:-8} HANDSHAKE=2000 DEADLINE=1000 LINGER=1000 LATE=1000 MAX=3 OTHERS=1 DATA=8192
if [ -z "$ROUNDS" ]; then
	WIDTH=100 HANDSHAKE=1000 DEADLINE=500 LINGER=100 LATE=3000 MAX=2 OTHERS=5
fi

ip link set lo up || error 'no loopback'
sysctl -qw net.ipv4.tcp_rmem='4096 4194304 6291456' 2>"$TMP/err" || skip "sysctl: $(cat "$TMP/err")"
make_pki

# words LIST: without the commas; "-" is none.
words() {
	[ "$1" = - ] || echo "$1" | tr ',' ' '
}

# ---- the table -------------------------------------------------------------------------------------

# WHERE STATE KINDS OPTIONS CLIENT-OPTIONS OUTCOMES: "client", or the name of a server below; a state and
# kinds of tests/support/endless.c, with its options; those of hello-client, with @ for the port. "dtls" is
# the client, and "datagrams" a server, that speaks DTLS to tests/support/endless_datagrams.c. Where
# libssl has a limit of its own that is lower than ours, as for empty records, the failure is at once; on a
# slow machine a deadline can come before a long stream is long enough.
sed 's/#.*//; /^$/d' >"$TMP/kinds" <<'ROWS'
# before a ServerHello
  plain raw empty - - HANDSHAKE_FAILED
  plain raw hello-requests - - HANDSHAKE_FAILED
  plain raw hello-request - - HANDSHAKE_FAILED
  plain raw ccs - - HANDSHAKE_FAILED
  plain raw warning - - HANDSHAKE_FAILED
  plain raw data - - HANDSHAKE_FAILED
  plain raw junk - - NOT_TLS
  plain raw junk-byte --pace,20 - NOT_TLS
  plain raw hello-crumb - - HANDSHAKE_FAILED|HANDSHAKE_TIMEOUT
+ plain raw hello-crumb --pace,20 - HANDSHAKE_TIMEOUT
  plain raw long-hello - - HANDSHAKE_FAILED
+ plain raw long-hello-crumb - - HANDSHAKE_FAILED
  plain raw longest-hello - - HANDSHAKE_FAILED
+ plain raw longest-hello --units,2 - HANDSHAKE_TIMEOUT
  client asked empty - - HANDSHAKE_FAILED
+ client asked hello-requests - - HANDSHAKE_TIMEOUT
  client asked hello-request - - HANDSHAKE_TIMEOUT
  client asked ccs - - HANDSHAKE_FAILED
  client asked warning - - HANDSHAKE_FAILED
  client asked data - - HANDSHAKE_FAILED
  client asked junk - - NOT_TLS
  client asked junk-byte --pace,20 - NOT_TLS
  client asked hello-crumb - - HANDSHAKE_FAILED|HANDSHAKE_TIMEOUT
  client asked hello-crumb --pace,20 - HANDSHAKE_TIMEOUT
# in the handshake
  plain handshake empty - - HANDSHAKE_FAILED
  plain handshake ccs - - HANDSHAKE_FAILED
  plain handshake warning - - HANDSHAKE_FAILED
  plain handshake hello-requests - - HANDSHAKE_FAILED
  plain handshake key-update-asked - - HANDSHAKE_FAILED
  plain handshake data - - HANDSHAKE_FAILED
  plain handshake chain-crumb - - HANDSHAKE_FAILED
  plain handshake partial - - HANDSHAKE_FAILED
  plain handshake partial --units,1 - HANDSHAKE_TIMEOUT
+ asking handshake chain-crumb - - HANDSHAKE_FAILED
  asking handshake short-chain-crumb - - HANDSHAKE_TIMEOUT
  asking handshake short-chain-crumb --pace,20 - HANDSHAKE_TIMEOUT
  client handshake empty - - HANDSHAKE_FAILED
  client handshake ccs - - HANDSHAKE_FAILED
  client handshake warning - - HANDSHAKE_FAILED
+ client handshake chain-crumb - - HANDSHAKE_TIMEOUT
  client handshake key-update-asked - - HANDSHAKE_FAILED
  client handshake data - - HANDSHAKE_FAILED
# after it: a request or a greeting is awaited
  plain request key-update - - REQUEST_TIMEOUT
+ plain request key-update-asked - - REQUEST_TIMEOUT
+ plain request key-update-asked --unread - REQUEST_TIMEOUT
  plain request key-update --pace,10 - REQUEST_TIMEOUT
  plain request update-fragment - - HEALTH_CHECK|RECORD_BAD
  plain request ticket - - HEALTH_CHECK|RECORD_BAD
  plain request empty - - HEALTH_CHECK|RECORD_BAD
  plain request ccs - - HEALTH_CHECK|RECORD_BAD
  plain request warning - - HEALTH_CHECK|RECORD_BAD
  plain request hello-requests - - HEALTH_CHECK|RECORD_BAD
  plain request data - - REQUEST_BAD
  plain request head - - REQUEST_BAD
+ plain request head-byte - - REQUEST_BAD|REQUEST_TIMEOUT
  plain request head-byte --pace,20 - REQUEST_TIMEOUT
+ slow open data - - OK
  slow open byte - - OK
  slow open key-update - - OK
  slow open key-update-asked - - OK
  client open key-update - - GREETING_TIMEOUT
+ client open key-update-asked - - GREETING_TIMEOUT
  client open key-update-asked --unread - GREETING_TIMEOUT
  client open key-update --pace,10 - GREETING_TIMEOUT
  client open update-fragment - - GREETING_TRUNCATED
+ client open ticket - - GREETING_TIMEOUT
  client open empty - - GREETING_TRUNCATED
  client open ccs - - GREETING_TRUNCATED
  client open warning - - GREETING_TRUNCATED
  client open hello-requests - - GREETING_TRUNCATED
  client open data - - GREETING_TOO_LONG
+ client open byte - - GREETING_TOO_LONG|GREETING_TIMEOUT
  client open byte --pace,20 - GREETING_TIMEOUT
  client open head - --alpn,http/1.1 GREETING_TOO_LONG
+ client open12 renegotiation - - GREETING_TIMEOUT
# the greeting is said; what comes is discarded
+ plain open data - - OK
  plain open byte - - OK
  plain open key-update-asked - - OK
  plain open junk - - OK
  plain open junk-byte --pace,20 - OK
  large open data --unread,--room,1 - OK
# in front of TLS
  proxied raw proxy-line - - PROXY_HEADER_BAD
  proxied raw proxy-byte - - PROXY_HEADER_BAD
+ proxied raw proxy-byte --pace,20 - PROXY_HEADER_BAD
  proxied raw proxy-binary - - PROXY_HEADER_BAD
  proxied raw junk - - PROXY_HEADER_BAD
  proxied raw hello-requests - - PROXY_HEADER_BAD
+ stalling raw data - - HANDSHAKE_FAILED
+ client asked connect-head - --proxy,http://127.0.0.1:@ PROXY_FAILED
  client asked connect-byte --pace,20 --proxy,http://127.0.0.1:@ PROXY_FAILED
  client asked junk - --proxy,http://127.0.0.1:@ PROXY_FAILED
  client socks junk-byte --pace,20 --proxy,socks5h://127.0.0.1:@ PROXY_FAILED
  client socks junk - --proxy,socks5h://127.0.0.1:@ NOT_TLS
  client asked socks - --proxy,socks5h://127.0.0.1:@ PROXY_DENIED
# DTLS: the server waits for the second flight of a client; for its Finished; it has greeted
+ datagrams handshake crumb - - HANDSHAKE_TIMEOUT
  datagrams handshake crumb,warning,data --pace,20 - HANDSHAKE_TIMEOUT|HANDSHAKE_FAILED
  datagrams handshake nothing,junk,junk-byte,half,empty,ccs,hello-request - - HANDSHAKE_TIMEOUT
  datagrams handshake same-crumb,ahead,far,past,later,hello,another-hello - - HANDSHAKE_TIMEOUT
  datagrams handshake warning,data,cookie,long-crumb - - HANDSHAKE_FAILED
  datagrams keyed forged - - HANDSHAKE_TIMEOUT
+ datagrams keyed forged --pace,0 - HANDSHAKE_TIMEOUT
  datagrams keyed crumb,warning,data --pace,20 - HANDSHAKE_TIMEOUT
  datagrams keyed nothing,junk,half,empty,warning,ccs,data,hello-request,crumb - - HANDSHAKE_TIMEOUT
  datagrams keyed same-crumb,ahead,far,past,later,earlier,replay,hello,another-hello - - HANDSHAKE_TIMEOUT
  datagrams keyed cookie,long-crumb - - HANDSHAKE_FAILED
+ datagrams open data - - OK
  datagrams open nothing,junk,half,empty,warning,ccs,byte,hello-request,crumb,ahead - - OK
  datagrams open forged,earlier,replay,hello,another-hello - - OK
# the client has sent its ClientHello; that with a cookie; it has a ServerHello; it has all but Finished
  dtls asked nothing,junk,junk-byte - - NOT_TLS
  dtls asked half,empty,ccs,hello-request,crumb,same-crumb,ahead,far,past,later - - HANDSHAKE_TIMEOUT
  dtls asked warning,data,cookie,long-crumb,earlier - - HANDSHAKE_FAILED
+ dtls cookie crumb - - HANDSHAKE_TIMEOUT
  dtls cookie crumb,ahead --pace,20 - HANDSHAKE_TIMEOUT
  dtls cookie nothing,junk,half,empty,ccs,hello-request,same-crumb,ahead,far,past,later - - HANDSHAKE_TIMEOUT
  dtls cookie warning,data,cookie,long-crumb - - HANDSHAKE_FAILED
  dtls handshake nothing,junk,half,empty,ccs,hello-request,crumb - - HANDSHAKE_TIMEOUT
  dtls handshake same-crumb,ahead,far,past,later - - HANDSHAKE_TIMEOUT
  dtls handshake warning,data,cookie,long-crumb - - HANDSHAKE_FAILED
  dtls keyed warning - - HANDSHAKE_TIMEOUT
+ dtls keyed warning --pace,0 - HANDSHAKE_TIMEOUT
  dtls keyed nothing,junk,half,empty,ccs,data,hello-request,crumb,same-crumb - - HANDSHAKE_TIMEOUT
  dtls keyed ahead,far,past,later,forged,earlier,replay - - HANDSHAKE_TIMEOUT
  dtls keyed cookie,long-crumb - - HANDSHAKE_FAILED
# after it, what is no data is the silence of a service that does not greet
+ dtls open byte - - GREETING_TIMEOUT|GREETING_TRUNCATED
  dtls open data - - GREETING_TOO_LONG|GREETING_TRUNCATED
  dtls open nothing,junk,half,ccs,hello-request,cookie,crumb - - OK
  dtls open ahead,far,past,later,forged,earlier,replay - - OK
  dtls open empty - - GREETING_TIMEOUT|OK
  dtls open warning,long-crumb - - GREETING_TRUNCATED
ROWS
if [ -n "$ROUNDS" ]; then
	sed 's/^[+ ] //' "$TMP/kinds"
else
	sed -n 's/^+ //p' "$TMP/kinds"
fi | while read -r where state kinds row; do
	for kind in $(words "$kinds"); do
		echo "$where $state $kind $row"
	done
done >"$TMP/table"

# ---- one worker for each way to be -----------------------------------------------------------------

# start PROGRAM NAME OPTION...
start() {
	start_program=$1 start_name=$2
	shift 2
	"start_$start_program" --log-level debug --handshake-timeout ${HANDSHAKE}ms --request-timeout ${DEADLINE}ms \
		--greeting-timeout ${DEADLINE}ms --linger-timeout ${LINGER}ms "$@"
	eval "port_$start_name=\$PORT log_$start_name=\$SERVER_LOG"
}

# memory FIELD [PID]: VmRSS or VmHWM of the worker, in KiB.
memory() {
	sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/${2-$(workers)}/status"
}

start server plain --workers 1
start server asking --workers 1 --client-ca "$CA"
start server proxied --workers 1 --proxy-protocol-from 127.0.0.0/8 --proxy-timeout ${DEADLINE}ms
start server datagrams --workers 1 --listen dtls:127.0.0.1:0
worker=$(workers)
"$HELLO_CLIENT" --cacert "$CA" "dtls://127.0.0.1:$PORT" >"$TMP/out" 2>&1 || fail "no greeting: $(cat "$TMP/out")"
worker_before=$(memory VmRSS)
start zoo slow --misbehave slow-greeting
start zoo stalling --misbehave stall-handshake
head -c 60000 /dev/zero | tr '\0' g >"$TMP/large"
start server large --workers 1 --greeting-file "$TMP/large"

# ---- rows --------------------------------------------------------------------------------------------

now_ms() {
	read -r now_uptime _ </proc/uptime
	echo "${now_uptime%.*}${now_uptime#*.}0"
}

# is_client WHERE
is_client() {
	[ "$1" = client ] || [ "$1" = dtls ]
}

is_sanitized() {
	grep -aq __asan_init "$1"
}

# launch N WHERE STATE KIND OPTIONS CLIENT-OPTIONS
launch() {
	launch_peer=$ENDLESS
	case $2 in dtls | datagrams) launch_peer=$DATAGRAMS ;; esac
	if is_client "$2"; then
		# shellcheck disable=SC2046 # words
		"$launch_peer" --time 30 --cert "$CERT" --key "$KEY" $(words "$5") serve "$3" "$4" >"$TMP/port-$1" 2>&1 &
		track $!
		wait_for "$PATIENCE" [ -s "$TMP/port-$1" ] || fail "no peer: $*"
		echo $! >"$TMP/pid-$1"
		launch_port=$(cat "$TMP/port-$1")
		case $2 in
		dtls) probe "$1" "$6" "dtls://127.0.0.1:$launch_port" ;;
		*) probe "$1" "$(echo "$6" | sed "s/@/$launch_port/")" 127.0.0.1 "$launch_port" ;;
		esac &
	else
		eval "launch_port=\$port_$2 launch_log=\$log_$2"
		# Ports come again, so what the log says already is of others.
		# shellcheck disable=SC2154 # eval gives launch_log its value
		wc -l <"$launch_log" >"$TMP/mark-$1"
		# shellcheck disable=SC2046,SC2154 # words; eval gives launch_port its value
		"$launch_peer" --time 30 $(words "$5") call "$3" "$4" "$launch_port" >"$TMP/port-$1" 2>&1 &
		echo $! >"$TMP/pid-$1"
	fi
	track $!
}

# probe N CLIENT-OPTIONS TARGET...
probe() (
	probe_n=$1 probe_options=$2
	shift 2
	# shellcheck disable=SC3045 # not in POSIX, and in every shell that a Debian or Fedora has as sh
	is_sanitized "$HELLO_CLIENT" || ulimit -d "$DATA" || error "no limit of $DATA KiB of data"
	probe_began=$(now_ms)
	# shellcheck disable=SC2046 # words
	! timeout 30 "$HELLO_CLIENT" --cacert "$CA" --max-time "$MAX" $(words "$probe_options") "$@" \
		>"$TMP/out-$probe_n" 2>"$TMP/err-$probe_n" ||
		echo 'hello-client: OK: ' >"$TMP/err-$probe_n"
	echo "$(($(now_ms) - probe_began))" >"$TMP/ms-$probe_n"
)

# of_server N WHERE: the line of this row's connection in the log.
of_server() {
	eval "of_log=\$log_$2"
	# shellcheck disable=SC2154 # eval gives it its value
	tail -n "+$(($(cat "$TMP/mark-$1") + 1))" "$of_log" |
		grep -a "peer=127.0.0.1:$(sed -n 's/^port //p' "$TMP/port-$1") " >"$TMP/line"
}

# judge N WHERE STATE KIND OPTIONS CLIENT-OPTIONS OUTCOMES: prints a line, which ends in "good" or not.
judge() {
	if is_client "$2"; then
		wait_for 30 [ -s "$TMP/ms-$1" ]
		outcome=$(sed -n 's/^hello-client: \([A-Z_]*\): .*/\1/p' "$TMP/err-$1")
		ms=$(cat "$TMP/ms-$1") limit=$((1000 * MAX + LATE))
		told=$(cat "$TMP/err-$1")
	else
		wait_for 10 of_server "$1" "$2"
		outcome=$(sed 's/.* outcome=\([A-Z_]*\) .*/\1/' "$TMP/line")
		# The longest phase.
		ms=$(grep -o '_ms=[0-9]*' "$TMP/line" | sed 's/.*=//' | sort -n | tail -n 1) limit=$((HANDSHAKE + LATE))
		told=
	fi
	is=good
	case "|$7|" in *"|$outcome|"*) ;; *) is="WRONG: not $7" ;; esac
	[ "${ms:-99999}" -le $limit ] || is="LATE: after $limit ms"
	case $told in *"sent more than"*"allows more"*) is="WRONG: more time would change nothing" ;; esac
	printf '%-9s %-9s %-17s %-17s %5s ms  %-18s %s\n' "$2" "$3" "$4" "$5" "$ms" "$outcome" "$is"
	kill "$(cat "$TMP/pid-$1")" 2>/dev/null
}

round() {
	rm -f "$TMP/ms-"* "$TMP/port-"*
	n=0
	while read -r where state kind options client_options outcomes; do
		n=$((n + 1))
		launch $n "$where" "$state" "$kind" "$options" "$client_options" </dev/null
		echo "$n $where $state $kind $options $client_options $outcomes" >>"$TMP/batch"
		if [ $((n % WIDTH)) -eq 0 ]; then
			judge_batch
		fi
	done <"$TMP/table"
	judge_batch
	processes=$served_by
}

judge_batch() {
	[ -e "$TMP/batch" ] || return 0
	while read -r row; do
		# shellcheck disable=SC2086 # words
		judge $row </dev/null
	done <"$TMP/batch" >"$TMP/judged"
	rm "$TMP/batch"
	cat "$TMP/judged"
	! grep -v ' good$' "$TMP/judged" >>"$TMP/wrong"
}

# ---- others ------------------------------------------------------------------------------------------

# others PEER STATE KIND PORT TARGET...: each of 20 clients is served by the one worker beside this flood, in time.
others() {
	others_flood="$2 $3"
	"$1" --time 60 call "$2" "$3" "$4" >"$TMP/flood" &
	others_pid=$!
	track $others_pid
	shift 4
	served=0
	while [ $served -lt 20 ]; do
		"$HELLO_CLIENT" --cacert "$CA" --max-time "$OTHERS" "$@" >"$TMP/other" 2>&1 ||
			fail "client $served beside the flood $others_flood: $(cat "$TMP/other")"
		served=$((served + 1))
	done
	kill $others_pid
	untrack $others_pid
	echo "beside the flood $others_flood $served of 20 clients were served within $OTHERS seconds"
}

# TERM ends --targets beside a flood: what is running ends at its deadline, and nothing new begins.
interrupted() {
	"$ENDLESS" --time 30 serve asked hello-requests >"$TMP/flood-port" &
	track $!
	wait_for "$PATIENCE" [ -s "$TMP/flood-port" ] || fail 'no flood'
	yes "127.0.0.1:$(cat "$TMP/flood-port")" | head -n 100 >"$TMP/targets"
	"$HELLO_CLIENT" --cacert "$CA" --max-time 1 --parallel 2 --targets "$TMP/targets" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	track $pid
	# It has begun, so the signal is not the default one any more.
	wait_for "$PATIENCE" grep -qs '^Threads:[[:space:]]*[3-9]' "/proc/$pid/status" || fail 'no client'
	kill -TERM $pid
	wait_for 3 is_gone $pid || fail 'TERM does not end --targets'
	wait $pid
	untrack $pid
}

# ---- memory ------------------------------------------------------------------------------------------

# All are there, and the worker has not grown since the last look.
all_held() {
	[ "$(grep -c '^port' "$TMP/held")" -eq 100 ] || return 1
	held_last=$held_now held_now=$(memory VmRSS)
	[ "$held_now" -gt $((held_before + 1000)) ] && [ "$held_now" -eq "$held_last" ]
}

# held STATE KIND UNITS: what each connection costs that stops there, as --max-handshakes has it.
held() {
	held_before=$(memory VmRSS) held_now=0
	: >"$TMP/held" # those of before are none
	"$ENDLESS" --time 60 --count 100 --units "$3" call "$1" "$2" "$PORT" >"$TMP/held" 2>&1 &
	track $!
	wait_for "$PATIENCE" all_held || fail "not all are held: $(memory VmRSS) KiB, $(cat "$TMP/held")"
	held_each=$((($(memory VmRSS) - held_before) / 100))
	echo "$held_each KiB for each connection that stops at $2; documented are $held_most"
	[ $held_each -le "$held_most" ] || fail 'more memory than documented'
}

# peak: of the worker for datagrams, which never had more than 8 rows at a time.
peak() {
	peak_more=$(($(memory VmHWM "$worker") - worker_before))
	echo "$peak_more KiB at most for 8 connections over DTLS"
	[ $peak_more -le $((8 * held_most + 1024)) ] || fail 'more memory than documented'
}

# ------------------------------------------------------------------------------------------------------

served_by=$processes
: >"$TMP/wrong"
rounds=0
while [ $rounds -lt "${ROUNDS:-1}" ]; do
	rounds=$((rounds + 1))
	round
done
[ ! -s "$TMP/wrong" ] || fail "$(cat "$TMP/wrong")"
echo "$rounds of $rounds rounds were good, each of $n rows"
# shellcheck disable=SC2154 # eval gives them their values
{
	others "$ENDLESS" request key-update-asked "$port_plain" 127.0.0.1 "$port_plain"
	for flood in raw:junk raw:hello raw:another-hello handshake:another-hello keyed:forged; do
		others "$DATAGRAMS" "${flood%:*}" "${flood#*:}" "$port_datagrams" "dtls://127.0.0.1:$port_datagrams"
	done
}
interrupted
start_server --workers 1 --handshake-timeout 60s
# What the first connection loads belongs to none.
server_alive
held_most=$(sed -n 's/^the TLS library up to \([0-9]*\) KiB.*/\1/p' "$srcdir/doc/hello-server.8")
if is_sanitized "$HELLO_SERVER"; then
	echo 'memory was not measured: a sanitizer takes some, too'
else
	held raw longest-hello 2
	held handshake partial 1
	peak
fi
