# shellcheck shell=sh disable=SC2154 # $builddir and the like: of lib.sh, which the test brings
# tests/system/datagram.sh - what the tests of DTLS and of QUIC share. A test brings server.sh, net.sh or
# clients.sh along before, and sets SCHEME. For QUIC it is skipped in a build without.
#
#	SCHEME=dtls # or quic
#	# shellcheck source=tests/system/datagram.sh
#	. "${srcdir:-.}/tests/system/datagram.sh"
#
#	$DATAGRAM_CLIENTS           their program, see tests/support/datagram_clients.h
#	has_quic                    has this build QUIC?
#	datagram_port N             prints the port of the Nth listener of $SCHEME
#	greet_crowd N AT_ONCE WORDS N good clients must be greeted
#	one_more WORDS              the same with one
#	hold COMMAND...             it runs, and has said "ready" in $TMP/held, until let_go
#	stalled N                   N clients that have proved their address and say nothing, until let_go
#
# What anybody may send, with a server of --metrics:
#
#	resident                    kB of its children
#	flat BEFORE WORDS           fails unless it is the same as before
#	metric NAME; datagrams RESULT; field NAME
#	                            a figure of $METRICS; of hello_new_datagrams_total; of what the
#	                            clients printed in $TMP/bogus
#	send_bogus COMMAND N        the clients' COMMAND; the answers have fewer bytes than it sent
#	hellos_cost_nothing RESULT  first datagrams by the thousand; each has a RESULT as its answer
#	garbage_costs_nothing
#	limits_hold                 starts servers; at each limit good clients are greeted
#
# Reloads, with a server of --log-level debug:
#
#	reload_in_a_crowd N         a new generation every moment, while N clients come; none is lost
#	serve_renewed               the new certificate is served
#	crash                       the worker is killed; the next one greets
#	cut_off                     at the end of the drain
#
# Certificates, and a path with a router c - r - s (after net.sh):
#
#	judge_zoo PORT              hello-client has the outcomes of zoo/zoo.tsv, except where excuse ANIMAL
#	                            prints another; what it may print is checked by the function is_greeted
#	refused_ports               what `ends` of the test says of a closed port, and of one with TCP only
#	make_path                   the machines; both families
#	at_path PORT4 PORT6         sets $target4 and $target6, of the server on s
#	reject_and_drop             what the router can do to all UDP
#	box RULE...                 what the router does to UDP from now on
#	through                     $target4 and $target6 are greeted
#	both STATUS NAME [OPTION...]
#	                            they end so, and $said4 and $said6 are said

DATAGRAM_CLIENTS=$builddir/tests/support/${SCHEME}_clients

has_quic() {
	! "$HELLO_SERVER" --check --listen quic:127.0.0.1:0 2>&1 | grep -q 'built without QUIC'
}
[ "$SCHEME" = dtls ] || has_quic || skip 'this build has no QUIC'

datagram_port() {
	sed -n "s/.*msg=listening addr=$SCHEME:.*:\\([0-9]*\\)\$/\\1/p" "$SERVER_LOG" | sed -n "${1}p"
}

# ---- clients -----------------------------------------------------------------------------------------

greet_crowd() {
	"$DATAGRAM_CLIENTS" greet "$1" "$2" "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err"
	grep -q "^ok=$1 failed=0" "$TMP/crowd" || fail "$3: not all are greeted: $(cat "$TMP/crowd" "$TMP/err")"
}

one_more() {
	greet_crowd 1 1 "$1"
}

# A fifo keeps it until it is closed.
hold() {
	: >"$TMP/held" # an old "ready" is none
	[ -p "$TMP/open" ] || mkfifo "$TMP/open" || error mkfifo
	"$@" <"$TMP/open" >"$TMP/held" 2>"$TMP/held.err" &
	held_pid=$!
	track $held_pid
	exec 7>"$TMP/open"
	wait_for "$PATIENCE" grep -q ready "$TMP/held" || fail "not ready: $*: $(cat "$TMP/held.err")"
}

let_go() {
	exec 7>&-
	wait_for 100 is_gone "$held_pid" || fail 'the clients that were held stay'
	untrack "$held_pid"
}

stalled() {
	hold "$DATAGRAM_CLIENTS" stall "$1" "$PORT"
}

# ---- what anybody may send ---------------------------------------------------------------------------

# Of the worker and, where there is one, the metrics process: another user cannot tell which is which.
resident() {
	for each in $(workers); do
		cat "/proc/$each/status"
	done | awk '$1 == "VmRSS:" { all += $2 } END { print all }'
}

# A single kilobyte for each of 10,000 would be ten times this.
flat() {
	after=$(resident)
	echo "$2: $1 kB before, $after kB after"
	! grep -aq __asan_init "$HELLO_SERVER" || return 0 # which keeps what was freed
	[ $((after - $1)) -lt 1000 ] || fail "$2: memory grew from $1 kB to $after kB"
}

metric() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" | sed -n "s/^$1 //p"
}

datagrams() {
	metric "hello_new_datagrams_total{result=\"$1\"}"
}

field() {
	tr ' ' '\n' <"$TMP/bogus" | sed -n "s/^$1=//p"
}

# RFC 9000 section 8.1 allows three times as many.
send_bogus() {
	"$DATAGRAM_CLIENTS" "$1" "$2" "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no $1: $(cat "$TMP/err")"
	[ "$(field received)" -le "$(field sent)" ] || fail "amplified: $(cat "$TMP/bogus")"
}

hellos_cost_nothing() {
	# The first thousand makes what stays: the library's buffers.
	send_bogus hello 1000
	before=$(resident) had=$(datagrams "$1")
	send_bogus hello 10000
	cat "$TMP/bogus"
	[ "$(field answers)" -eq 10000 ] || fail "not all were answered: $(cat "$TMP/bogus")"
	[ "$(datagrams "$1")" -eq $((had + 10000)) ] || fail "not all are counted as $1"
	[ "$(metric hello_connections_open)" -le 1 ] || fail 'hellos without a proof are connections'
	flat "$before" '10,000 first datagrams'
	one_more 'after the hellos'
}

garbage_costs_nothing() {
	before=$(resident)
	send_bogus garbage 10000
	one_more 'after the garbage'
	flat "$before" '10,000 datagrams of garbage'
	# More than the socket's buffer holds is lost on the way.
	[ "$(datagrams ignored)" -ge 100 ] || fail "only $(datagrams ignored) were ignored"
}

# limit OPTION VALUE STALLED CLOSED [ARG...]
limit() {
	limit=$1 many=$3 closed=$4
	set -- "$@" "$1" "$2"
	shift 4
	start_server --listen "$SCHEME:127.0.0.1:0" --drain-timeout 1s "$@"
	PORT=$(datagram_port 1)
	stalled "$many"
	await "outcome=LIMIT_REACHED .*$limit" "$closed"
	one_more "at $limit"
	let_go
	stop_server
}

limits_hold() {
	limit --max-handshakes 10 30 20
	limit --max-per-client 5 12 7
	# The datagram worker and the two others share the connections: 5 each.
	limit --max-connections 15 12 7 --listen 127.0.0.1:0 --workers 2
}

# ---- reloads -----------------------------------------------------------------------------------------

one_worker() {
	[ "$(workers | wc -l)" -eq 1 ]
}

reload() {
	kill -HUP "$SERVER_PID"
	generation=$((generation + 1))
}

reload_in_a_crowd() {
	"$DATAGRAM_CLIENTS" greet "$1" 8 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err" &
	crowd=$!
	track $crowd
	generation=1
	while [ $generation -lt 12 ] && ! is_gone $crowd; do
		# On a busy machine a worker may be relieved before it has greeted anybody.
		[ $generation -gt 3 ] || await "role=datagrams-$generation .*outcome=OK"
		reload
		await "reloaded: generation $generation begins"
		await 'msg=ready' $generation
	done
	[ $generation -ge 3 ] || fail "only $generation generations while the clients came"
	wait_for 100 is_gone $crowd || fail 'the clients do not end'
	untrack $crowd
	echo "$generation generations: $(cat "$TMP/crowd")"
	grep -q "^ok=$1 failed=0" "$TMP/crowd" || fail "lost in a reload: $(cat "$TMP/crowd" "$TMP/err")"
	[ "$(count 'the successor reads the datagrams')" -eq $((generation - 1)) ] ||
		fail "$(count 'the successor reads the datagrams') handovers in $((generation - 1)) reloads"
	wait_for "$PATIENCE" one_worker || fail 'an old worker stays'
}

served() {
	case $SCHEME in
	dtls) set -- -dtls1_2 ;;
	quic) set -- -quic -alpn hello/1 ;;
	esac
	timeout 10 openssl s_client "$@" -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}

serve_renewed() {
	first=$(served)
	"$HELLO_CERTS" renew "$PKI" localhost >"$TMP/out" 2>&1 || error 'renew'
	reload
	await 'msg=ready' $generation
	second=$(served)
	if [ -z "$first" ] || [ -z "$second" ] || [ "$first" = "$second" ]; then
		fail "served before and after: $first $second"
	fi
}

# The next worker does not wait for it.
crash() {
	wait_for "$PATIENCE" one_worker || fail 'an old worker stays'
	kill -KILL "$(workers)"
	await 'was killed by signal 9'
	one_more 'after a crash'
}

# In the middle of their handshakes, as SHUTDOWN.
cut_off() {
	start_server --listen "$SCHEME:127.0.0.1:0" --drain-timeout 1s
	stalled 3
	stop_server
	[ "$(count 'outcome=SHUTDOWN')" -eq 3 ] || fail "$(count 'outcome=SHUTDOWN') were cut off, not 3"
	let_go
}

# ---- certificates ------------------------------------------------------------------------------------

excuse() {
	:
}

is_greeted() {
	[ "$(cat "$TMP/out")" = "$GREETING" ]
}

judge_zoo() {
	shown=0
	while IFS="$(printf '\t')" read -r animal _ arguments wanted _; do
		arguments=$(printf '%s\n' "$arguments" | sed 's/^-$//; s|{dir}|zoo|g')
		excused=$(excuse "$animal")
		wanted=${excused:-$wanted} status=0
		# shellcheck disable=SC2086 # words
		"$HELLO_CLIENT" --cacert zoo/ca.pem $arguments --connect-to 127.0.0.1 \
			"$SCHEME://$animal.zoo.test:$1" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
		name=$(sed -n '1s/^hello-client: \([A-Z_]*\): .*/\1/p' "$TMP/err")
		[ "${name:-OK}" = "$wanted" ] || fail "$animal: ${name:-OK}, not $wanted: $(cat "$TMP/err")"
		case $status:$wanted in
		0:OK) is_greeted || fail "$animal: no greeting" ;;
		0:* | *:OK) fail "$animal: status $status with $wanted" ;;
		*) [ ! -s "$TMP/out" ] || fail "$animal: something unverified on standard output" ;;
		esac
		shown=$((shown + 1))
	done <zoo/zoo.tsv
	echo "$shown certificates"
	[ "$shown" -gt 40 ] || fail "only $shown certificates were shown"
}

# ---- closed ports ------------------------------------------------------------------------------------

refused_ports() {
	free_port
	ends 20 CONNECT_REFUSED
	expect "$TMP/err" "127.0.0.1:$PORT refused: its host reports that the UDP port is closed; TCP port $PORT of 127.0.0.1 is closed, too"
	expect "$TMP/err" "try: .* ss -lun "
	# TCP is there: $SCHEME is what is not switched on.
	start_server
	ends 20 CONNECT_REFUSED
	expect "$TMP/err" "; TCP port $PORT of 127.0.0.1 accepts connections"
	stop_server
}

# ---- a path ------------------------------------------------------------------------------------------

make_path() {
	make_host c r s
	link c 10.9.1.1/24 2001:db8:1::1/64 - r 10.9.1.2/24 2001:db8:1::2/64
	link r 10.9.2.1/24 2001:db8:2::1/64 - s 10.9.2.2/24 2001:db8:2::2/64
	{
		at c ip route add default via 10.9.1.2 && at c ip -6 route add default via 2001:db8:1::2 &&
			at s ip route add default via 10.9.2.1 && at s ip -6 route add default via 2001:db8:2::1
	} || error 'no routes'
	at r sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit' ||
		error 'no router'
}

# at_path PORT4 PORT6: of the server at s.
at_path() {
	HELLO_CLIENT=$(program_at c "$HELLO_CLIENT")
	target4="--verify-name localhost --cacert $CA $SCHEME://10.9.2.2:$1"
	target6="--verify-name localhost --cacert $CA $SCHEME://[2001:db8:2::2]:$2"
}

both() {
	both_status=$1 both_name=$2
	shift 2
	# shellcheck disable=SC2086,SC2154 # words; the test sets what is said
	{
		outcome "$both_status" "$both_name" "$@" $target4
		expect "$TMP/err" "$said4"
		outcome "$both_status" "$both_name" "$@" $target6
		expect "$TMP/err" "$said6"
	}
}

through() {
	for each in "$target4" "$target6"; do
		# shellcheck disable=SC2086 # words
		run_status 0 "$HELLO_CLIENT" $each
		expect "$TMP/out" "^$GREETING\$"
	done
}

box() {
	cat >"$TMP/box.nft" <<-RULES
		table inet box {
			chain forward {
				type filter hook forward priority filter
				$*
			}
		}
	RULES
	at r nft flush ruleset && rules r "$TMP/box.nft"
}

# What both tests of a path begin with: rejected, and how; dropped.
reject_and_drop() {
	box 'meta l4proto udp reject with icmpx type admin-prohibited'
	said4='unreachable, reported by 10.9.1.2 over ICMP: .*prohibited; TCP port [0-9]* of 10.9.2.2 is closed$'
	said6='unreachable, reported by 2001:db8:1::2 over ICMP: .*prohibited; TCP port [0-9]* of 2001:db8:2::2 is closed$'
	both 22 CONNECT_UNREACHABLE
	expect "$TMP/err" 'try: a firewall rule does this: check the rules of 2001:db8:1::2'

	box 'meta l4proto udp reject with icmpx type host-unreachable'
	said4='unreachable, reported by 10.9.1.2 over ICMP: host unreachable;'
	said6='unreachable, reported by 2001:db8:1::2 over ICMP: address unreachable;'
	both 22 CONNECT_UNREACHABLE

	# A port is closed at its host, and not on the way to it.
	box 'meta l4proto udp reject with icmpx type port-unreachable'
	said4='refused, reported by 10.9.1.2 over ICMP: port unreachable;'
	said6='refused, reported by 2001:db8:1::2 over ICMP: port unreachable;'
	both 20 CONNECT_REFUSED
	expect "$TMP/err" 'try: a firewall rule does this: check the rules of 2001:db8:1::2'

	box 'meta l4proto udp drop'
	said4='did not answer over UDP; TCP port [0-9]* of 10.9.2.2 is closed$'
	said6='did not answer over UDP; TCP port [0-9]* of 2001:db8:2::2 is closed$'
	both 21 CONNECT_TIMEOUT --connect-timeout 500ms
	box 'meta l4proto { tcp, udp } drop'
	said4='did not answer over UDP; TCP port [0-9]* of 10.9.2.2 did not answer either'
	said6='did not answer over UDP; TCP port [0-9]* of 2001:db8:2::2 did not answer either'
	both 21 CONNECT_TIMEOUT --connect-timeout 500ms
	both 21 CONNECT_TIMEOUT --max-time 500ms
	at r nft flush ruleset
	through
}
