#!/bin/sh
# endless.sh - no stream without end holds a worker or the client beyond a deadline: each kind of record
# and text, sent as fast as it is taken, and each kind of datagram, ten in a millisecond or more, in each state of
# both programs. The deadline of the state holds, the outcome is the one in the table, other clients are
# served meanwhile, and a connection takes no more memory than the manual says. In a network with large
# receive buffers. Only the rows with a + are tried, unless ROUNDS says how often all of them are.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "$srcdir/tests/system/datagram.sh"

ROUNDS=${ROUNDS-}
ENDLESS=$builddir/tests/support/endless
DATAGRAMS=$builddir/tests/support/endless_datagrams
PACKETS=$builddir/tests/support/endless_quic
# So many rows at a time. In milliseconds: the deadlines of the server's states, and how much later an
# end may be noticed. In seconds: the client's --max-time, and that of the other clients. In KiB: the data
# of a client, see RLIMIT_DATA in getrlimit(2).
WIDTH=${WIDTH:-8} HANDSHAKE=2000 DEADLINE=1000 LINGER=1000 LATE=1000 MAX=3 OTHERS=5 DATA=8192
if [ -z "$ROUNDS" ]; then
	# On a busy machine; a stream that is not bounded lasts 30 seconds.
	WIDTH=20 HANDSHAKE=3000 DEADLINE=500 LINGER=100 LATE=8000 MAX=2
fi

ip link set lo up || error 'no loopback'
sysctl -qw net.ipv4.tcp_rmem='4096 4194304 6291456' 2>"$TMP/err" || skip "sysctl: $(cat "$TMP/err")"
make_pki
CLIENT=$PKI/client
"$HELLO_CERTS" issue "$PKI" --client client spiffe://test/client >"$TMP/out" 2>&1 || error "$(cat "$TMP/out")"

# words LIST: without the commas; "-" is none. With the names of the files.
words() {
	[ "$1" = - ] || echo ",$1," | sed "s|,CA,|,$CA,|; s|,CLIENT,|,$CLIENT/chain.pem,|
		s|,CLIENT-KEY,|,$CLIENT/key.pem,|; s|,| |g"
}

# ---- the table -------------------------------------------------------------------------------------

# Without the comments, and without what this build does not have.
sed 's/#.*//; /^$/d' "$srcdir/tests/system/endless-rows.txt" >"$TMP/kinds"
if ! has_quic; then
	echo 'the rows of QUIC are not tried: this build has none'
	sed -i '/^[+ ] \(quic\|packets\)/d' "$TMP/kinds"
fi
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

# documented WORDS: the KiB that the manual says after these words.
documented() {
	sed -n "s/^$1 \([0-9]*\) KiB.*/\1/p" "$srcdir/doc/hello-server.8" | grep . || error "the manual: $1"
}

# good_client URL: is greeted.
good_client() {
	"$HELLO_CLIENT" --cacert "$CA" --max-time 10 --cert "$CLIENT/chain.pem" --key "$CLIENT/key.pem" "$1" \
		>"$TMP/out" 2>&1 || fail "$1 does not greet: $(cat "$TMP/out")"
}

# start_datagrams NAME KIB SCHEME OPTION...: which documents so much for a connection; see within.
start_datagrams() {
	datagrams_name=$1 datagrams_most=$2 datagrams_scheme=$3
	shift 3
	start server "$datagrams_name" --workers 1 --listen "$datagrams_scheme:127.0.0.1:0" "$@"
	eval "url_$datagrams_name=$datagrams_scheme://127.0.0.1:$PORT worker_$datagrams_name=$(workers)"
	good_client "$datagrams_scheme://127.0.0.1:$PORT"
	eval "most_$datagrams_name=$(($(memory VmRSS) + 8 * datagrams_most + 1024))"
	watched="$watched $datagrams_name"
}

watched=
start server plain --workers 1
start server asking --workers 1 --client-ca "$CA"
start server proxied --workers 1 --proxy-protocol-from 127.0.0.0/8 --proxy-timeout ${DEADLINE}ms
start_datagrams datagrams "$(documented 'A half-open handshake costs up to')" dtls
start_datagrams datagrams_ca "$(documented 'up to')" dtls --client-ca "$CA"
if has_quic; then
	quic_kib=$(documented 'and an open connection up to')
	start_datagrams packets "$quic_kib" quic
	start_datagrams packets_ca "$quic_kib" quic --client-ca "$CA"
fi
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
	case $1 in client | dtls | quic) return 0 ;; esac
	return 1
}

is_sanitized() {
	grep -aq __asan_init "$1"
}

# launch N WHERE STATE KIND OPTIONS CLIENT-OPTIONS
launch() {
	launch_peer=$ENDLESS
	case $2 in
	dtls | datagrams*) launch_peer=$DATAGRAMS ;;
	quic | packets*) launch_peer=$PACKETS ;;
	esac
	if is_client "$2"; then
		# shellcheck disable=SC2046 # words
		"$launch_peer" --time 30 --cert "$CERT" --key "$KEY" $(words "$5") serve "$3" "$4" >"$TMP/port-$1" 2>&1 &
		track $!
		wait_for "$PATIENCE" [ -s "$TMP/port-$1" ] || fail "no peer: $*"
		echo $! >"$TMP/pid-$1"
		launch_port=$(cat "$TMP/port-$1")
		case $2 in
		dtls | quic) probe "$1" "$6" "$2://127.0.0.1:$launch_port" ;;
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

# of_server N WHERE: the line of this row's connection in the log, the last one: on a busy machine a peer
# may be so late that it begins another.
of_server() {
	eval "of_log=\$log_$2"
	# shellcheck disable=SC2154 # eval gives it its value
	tail -n "+$(($(cat "$TMP/mark-$1") + 1))" "$of_log" |
		grep -a "peer=127.0.0.1:$(sed -n 's/^port //p' "$TMP/port-$1") " | tail -n 1 >"$TMP/line"
	[ -s "$TMP/line" ]
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
	printf '%-12s %-9s %-17s %-17s %5s ms  %-18s %s\n' "$2" "$3" "$4" "$5" "$ms" "$outcome" "$is"
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
	within
}

# The servers that had floods of datagrams, never of more than 8 peers at a time, still greet, and took
# no more memory for them than the manual says.
within() {
	for each in $watched; do
		eval "good_client \$url_$each"
		is_sanitized "$HELLO_SERVER" && continue
		eval "within_now=\$(memory VmHWM \$worker_$each) within_most=\$most_$each"
		# shellcheck disable=SC2154 # eval gives them their values
		[ "$within_now" -le "$within_most" ] ||
			fail "$each: $within_now KiB are more than $within_most: $(cat "$TMP/judged")"
	done
}

# ---- others ------------------------------------------------------------------------------------------

# lost PORT: how many datagrams the socket there had no room for.
lost() {
	awk -v port="$(printf ':%04X' "$1")" 'substr($2, 9) == port && $4 == "07" { n += $NF } END { print n + 0 }' \
		/proc/net/udp
}

# flood PEER OPTION...: starts a flood, and waits until it is in its state.
flood() {
	: >"$TMP/flood" # what the flood before printed does not count
	"$@" >"$TMP/flood" &
	flood_pid=$!
	track $flood_pid
	wait_for "$PATIENCE" grep -q '^flows$' "$TMP/flood" || fail "no flood: $*"
}

# Ends the flood, if the server did not end it first.
end_flood() {
	kill $flood_pid 2>"$TMP/err"
	wait $flood_pid 2>"$TMP/err" || [ $? -eq 143 ] || fail "flood: $(cat "$TMP/flood")"
	untrack $flood_pid
}

# others PEER STATE KIND PORT TARGET...: 20 clients are served by the one worker, each beside this flood and in
# time. Where datagrams are lost the clock of a client decides, not the server, so here none are.
others() {
	others_peer=$1 others_flood="$2 $3" others_port=$4 others_lost=$(lost "$4") served=0
	shift 4
	while [ $served -lt 20 ]; do
		# shellcheck disable=SC2086 # words
		flood "$others_peer" --time 60 call $others_flood "$others_port"
		"$HELLO_CLIENT" --cacert "$CA" --max-time "$OTHERS" "$@" >"$TMP/other" 2>&1 ||
			fail "client $served beside the flood $others_flood: $(cat "$TMP/other")"
		end_flood
		served=$((served + 1))
	done
	[ "$(lost "$others_port")" -eq "$others_lost" ] ||
		fail "beside the flood $others_flood $(($(lost "$others_port") - others_lost)) datagrams were lost"
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
	# All of them would take 50 seconds.
	wait_for 20 is_gone $pid || fail 'TERM does not end --targets'
	interrupted_status=0
	wait $pid || interrupted_status=$?
	untrack $pid
	[ $interrupted_status -lt 128 ] || fail "TERM ends --targets with status $interrupted_status"
	! grep -q ' 100 sent' "$TMP/out" || fail "TERM ends nothing: $(cat "$TMP/out")"
}

# ---- memory ------------------------------------------------------------------------------------------

# All are there, and the worker has not grown for some looks.
all_held() {
	[ "$(grep -c '^port' "$TMP/held")" -eq "$held_count" ] || return 1
	held_last=$held_now held_now=$(memory VmRSS)
	held_still=$((held_still + 1))
	[ "$held_now" -eq "$held_last" ] || held_still=0
	[ "$held_now" -gt $((held_before + 1000)) ] && [ $held_still -ge 5 ]
}

# held COUNT KIB PEER STATE KIND UNITS: what each of so many connections costs that stops there; documented
# is this.
held() {
	held_count=$1 held_most=$2 held_before=$(memory VmRSS) held_now=0 held_still=0
	: >"$TMP/held" # those of before are none
	"$3" --time 60 --count "$1" --units "$6" call "$4" "$5" "$PORT" >"$TMP/held" 2>&1 &
	track $!
	wait_for "$PATIENCE" all_held || fail "not all are held: $(memory VmRSS) KiB, $(cat "$TMP/held")"
	held_each=$((($(memory VmRSS) - held_before) / held_count))
	echo "$held_each KiB for each connection that stops at $4 $5; documented are $held_most"
	[ $held_each -le "$held_most" ] || fail 'more memory than documented'
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
		others "$DATAGRAMS" "${flood%:*}" "${flood#*:}" "$port_datagrams" "$url_datagrams"
	done
	floods=
	if has_quic; then
		floods='raw:first raw:version open:ping'
		[ -z "$ROUNDS" ] || floods="$floods raw:junk raw:forged raw:bad-token token:crumb handshake:gap open:many-streams"
	fi
	for flood in $floods; do
		others "$PACKETS" "${flood%:*}" "${flood#*:}" "$port_packets" "$url_packets"
	done
	within
}
interrupted
if is_sanitized "$HELLO_SERVER"; then
	echo 'memory was not measured: a sanitizer takes some, too'
	exit 0
fi
start_server --workers 1 --handshake-timeout 60s
# What the first connection loads belongs to none.
server_alive
held_kib=$(documented 'the TLS library up to')
held 100 "$held_kib" "$ENDLESS" raw longest-hello 2
held 100 "$held_kib" "$ENDLESS" handshake partial 1
has_quic || exit 0
rows='token:gaps open:gap'
[ -z "$ROUNDS" ] || rows='token:gap token:gaps handshake:gap handshake:gaps open:gap open:gaps'
for row in $rows; do
	start_server --workers 1 --handshake-timeout 60s --greeting-timeout 60s --listen quic:127.0.0.1:0
	good_client "quic://127.0.0.1:$PORT"
	case $row in
	open:*) held_kib=$(documented 'and an open connection up to') ;;
	*) held_kib=$(documented 'A half-open handshake over QUIC costs up to') ;;
	esac
	held 20 "$held_kib" "$PACKETS" "${row%:*}" "${row#*:}" 2000
done
