# shellcheck shell=sh
# tests/system/server.sh - for tests that need a server, a bad one, or many clients; brings lib.sh
# along. A test begins with
#
#	# shellcheck source=tests/system/server.sh
#	. "${srcdir:-.}/tests/system/server.sh"
#
#	make_pki                    $PKI, made by hello-certs and the test's own: $CA; $CERT and $KEY
#	                            for localhost, 127.0.0.1 and ::1
#	make_zoo FOLDER             all certificates of `hello-certs zoo`
#	start_server [ARG...]       hello-server with $CERT and $KEY on 127.0.0.1, any port, and a long
#	                            handshake timeout, unless ARG says otherwise; sets $SERVER_PID $SERVER_LOG $PORT
#	start_zoo ARG...            the same of hello-zoo
#	serve_zoo [OPTION...]       hello-zoo with the certificates in the folder zoo, any port
#	stop_server                 TERM; fails unless it leaves with status 0
#	server_alive                fails unless it lives and greets
#	workers                     prints the pids of its workers
#	is_gone PID...              have these processes ended?
#	logged REGEX; count REGEX   is it in $SERVER_LOG, and in how many lines
#	await REGEX [N]             until it is there, N times
#	start_managed ARG... -- ARG...
#	                            the same under tests/support/service_manager.c, with its options first;
#	                            sets $MANAGER_PID $MANAGER_LOG, too; with CREDENTIALS_DIRECTORY
#	                            the certificate is the one in there
#	stop_managed                TERM to the manager, which passes it on
#	managed_pid                 sets $SERVER_PID anew, when it was started again
#	await_told REGEX [N]        until the manager was told so, N times
#	start_peer KIND [ARG...]    a bad server, see tests/support/tls_peer.c: sets $PORT
#	start_box [--clear] KIND [PORT]
#	                            something in between, see tests/support/middlebox.c: sets $PORT, and
#	                            $BOX, the file where it says what it was asked for
#	free_port                   sets $PORT to one that is free, see tests/support/free_port.c;
#	                            print_free_port prints it in place of that; is_listening PORT: has
#	                            somebody taken it?
#	start_crowd ARG...          clients, see tests/support/load_clients.c: returns when all are
#	                            connected; their input ends with release_crowd
#	finish_crowd                wait for their end
#	crowd NAME                  prints one number of what they found
#	greeted                     is a good client of $HOST (127.0.0.1) greeted, exactly?
#	refuses_clients             is a new connection to 127.0.0.1 refused?
#	outcome STATUS NAME ARG...  hello-client ARG... must end so, $REPEAT times (1)
#	for_udp ADVICE ARG...       if ARG... name a target over UDP, the ADVICE is not about what only TCP has

# shellcheck source=tests/system/lib.sh
. "${srcdir:-.}/tests/system/lib.sh"

REPEAT=${REPEAT-1}
HOST=127.0.0.1
GREETING='Hello world'
PEER=$builddir/tests/support/tls_peer
CROWD=$builddir/tests/support/load_clients
started=0 holding='' program=''

# In a log of either format.
ready='msg[":=]*ready'

# Generous: it only bounds what hangs.
PATIENCE=30

# ---- the server ----------------------------------------------------------------------------------

# A copy of the one that `make check` made (tests/local.mk), while that is new, else one of its own.
make_pki() {
	PKI=$TMP/pki
	if [ -z "$(find "$builddir/tests/pki/ca.pem" -newer "$HELLO_CERTS" -mmin -600 2>/dev/null)" ] ||
		! cp -Rp "$builddir/tests/pki" "$PKI" 2>/dev/null; then
		rm -rf "$PKI"
		"$srcdir/tests/support/pki.sh" "$HELLO_CERTS" "$PKI" >"$TMP/pki.log" 2>&1 ||
			error "no certificates: $(cat "$TMP/pki.log")"
	fi
	CA=$PKI/ca.pem
	CERT=$PKI/localhost/chain.pem
	KEY=$PKI/localhost/key.pem
}

# make_zoo FOLDER: the same with `hello-certs zoo`.
make_zoo() {
	if [ -z "$(find "$builddir/tests/pki-zoo/zoo.tsv" -newer "$HELLO_CERTS" -mmin -600 2>/dev/null)" ] ||
		! cp -Rp "$builddir/tests/pki-zoo" "$1" 2>/dev/null; then
		rm -rf "$1"
		"$HELLO_CERTS" zoo "$1" >"$TMP/zoo.made" 2>&1 || error "no zoo: $(cat "$TMP/zoo.made")"
	fi
}

server_is_up() {
	logged "$ready" || is_gone "$SERVER_PID"
}

start_server() {
	started=$((started + 1))
	SERVER_LOG=$TMP/server-$started.log
	log_on_failure "$SERVER_LOG"
	: >"$SERVER_LOG"
	case " $* " in
	*' --listen '* | *' 0 '*) ;;
	*) set -- --listen 127.0.0.1:0 "$@" ;;
	esac
	case " $* " in
	*' --cert '*) ;;
	*) set -- --cert "$CERT" --key "$KEY" "$@" ;;
	esac
	# A good client of a busy machine may need more than the usual 10 seconds.
	case " $* " in
	*' --handshake-timeout '*) ;;
	*) set -- --handshake-timeout 60s "$@" ;;
	esac
	# shellcheck disable=SC2086  # words, or none
	"${program:-$HELLO_SERVER}" $WORK_AS "$@" 2>"$SERVER_LOG" >"$TMP/server-$started.out" &
	SERVER_PID=$!
	track "$SERVER_PID"
	wait_for "$PATIENCE" server_is_up || fail "the server is not ready: $*"
	logged "$ready" || fail "the server left at once: $*"
	PORT=$(sed -n 's/.*msg[":=]*listening"*[ ,]"*addr[":=].*:\([0-9]*\)["}]*$/\1/p' "$SERVER_LOG" | head -n 1)
	[ -n "$PORT" ] || fail 'the log names no port'
}

start_zoo() {
	program=$HELLO_ZOO
	start_server "$@"
	program=''
}

serve_zoo() {
	SERVER_LOG=$TMP/zoo.log
	log_on_failure "$SERVER_LOG"
	: >"$SERVER_LOG"
	# shellcheck disable=SC2086  # words, or none
	"$HELLO_ZOO" $WORK_AS --listen 127.0.0.1:0 "$@" zoo 2>"$SERVER_LOG" &
	SERVER_PID=$!
	track "$SERVER_PID"
	wait_for "$PATIENCE" server_is_up || fail 'the zoo does not open'
	logged "$ready" || fail 'the zoo does not open'
	PORT=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG" | head -n 1)
}

stop_server() {
	kill -TERM "$SERVER_PID" || fail 'the server is not there any more'
	server_left 0
}

# server_left STATUS: it leaves, or has left, with that status. It drains for up to 30 seconds by default.
server_left() {
	wait_for $((PATIENCE + 30)) is_gone "$SERVER_PID" || fail 'the server does not leave'
	status=0
	wait "$SERVER_PID" || status=$?
	untrack "$SERVER_PID"
	[ $status -eq "$1" ] || fail "the server left with status $status, not $1"
}

server_alive() {
	! is_gone "$SERVER_PID" || fail 'the server has died'
	greeted || fail "the server greets nobody any more: $(cat "$TMP/greeted.err")"
}

# In any order; those that have ended and were not waited for yet do not count.
workers() {
	grep -l "^PPid:[[:space:]]*$SERVER_PID\$" /proc/[0-9]*/status 2>/dev/null |
		while IFS=/ read -r _ _ pid _; do
			is_gone "$pid" || echo "$pid"
		done
}

is_gone() {
	for each; do
		! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$each/status" || return 1
	done
}

logged() {
	grep -qe "$1" "$SERVER_LOG"
}

count() {
	grep -ce "$1" "$SERVER_LOG"
}

has_logged() {
	[ "$(count "$1")" -ge "$2" ]
}

await() {
	wait_for "$PATIENCE" has_logged "$1" "${2-1}" ||
		fail "the log has \"$1\" $(count "$1") times, not ${2-1}"
}

# ---- peers and clients ---------------------------------------------------------------------------

start_peer() {
	started=$((started + 1))
	"$PEER" --count 100000 --cert "$CERT" --key "$KEY" "$@" >"$TMP/peer-$started" &
	track $!
	wait_for "$PATIENCE" [ -s "$TMP/peer-$started" ] || fail "no peer: $*"
	PORT=$(cat "$TMP/peer-$started")
}

start_box() {
	started=$((started + 1)) BOX=$TMP/box-$started
	"$builddir/tests/support/middlebox" "$@" >"$BOX" &
	track $!
	wait_for "$PATIENCE" [ -s "$BOX" ] || fail "no box: $*"
	PORT=$(head -n 1 "$BOX")
}

free_port() {
	PORT=$(print_free_port) || fail 'no free port'
}

print_free_port() {
	"$builddir/tests/support/free_port"
}

is_listening() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$1") [0-9A-F:]* 0A" /proc/net/tcp /proc/net/tcp6
}

crowd_is_ready() {
	grep -qsx ready "$TMP/crowd" || is_gone "$CROWD_PID"
}

start_crowd() {
	rm -f "$TMP/crowd.in" "$TMP/crowd" # an old "ready" is none
	mkfifo "$TMP/crowd.in" || error 'mkfifo'
	"$CROWD" "$@" <"$TMP/crowd.in" >"$TMP/crowd" 2>"$TMP/crowd.err" &
	CROWD_PID=$!
	track "$CROWD_PID"
	log_on_failure "$TMP/crowd.err"
	exec 3>"$TMP/crowd.in"
	holding=yes
	wait_for "$PATIENCE" crowd_is_ready
	grep -qx ready "$TMP/crowd" || fail "no crowd: $*"
}

release_crowd() {
	[ -z "$holding" ] || exec 3>&-
	holding=''
}

finish_crowd() {
	status=0
	wait "$CROWD_PID" || status=$?
	untrack "$CROWD_PID"
	release_crowd
	[ $status -eq 0 ] || fail "the crowd left with status $status"
	tail -n 1 "$TMP/crowd"
}

crowd() {
	sed -n "s/^\\(.* \\)*$1=\\([0-9]*\\).*/\\2/p" "$TMP/crowd"
}

greeted() {
	"$HELLO_CLIENT" --cacert "$CA" --servername localhost "$HOST" "$PORT" \
		>"$TMP/greeted.out" 2>"$TMP/greeted.err" &&
		printf '%s\n' "$GREETING" | cmp -s - "$TMP/greeted.out"
}

refuses_clients() {
	"$HELLO_CLIENT" --cacert "$CA" 127.0.0.1 "$PORT" >/dev/null 2>&1
	[ $? -eq 20 ]
}

for_udp() {
	for_udp_advice=$1 for_udp_words='SYN\|RST\|reset\|segments\|STARTTLS\|PROXY\|[Pp]roxy\|--trace\|tcp port\|ss -ltn'
	shift
	case " $*" in
	*' dtls://'*) for_udp_words="$for_udp_words\|--path-test" ;;
	*' quic://'*) ;;
	*) return 0 ;;
	esac
	! printf '%s\n' "$for_udp_advice" | grep -e "$for_udp_words" || fail "advice about TCP, over UDP: $*"
}

outcome() {
	outcome_status=$1 outcome_name=$2 outcome_times=0
	shift 2
	while [ $outcome_times -lt "$REPEAT" ]; do
		run_status "$outcome_status" "$HELLO_CLIENT" "$@"
		[ ! -s "$TMP/out" ] || fail "there is something on standard output of: $*"
		{
			outcome_line='' outcome_advice=''
			IFS= read -r outcome_line && IFS= read -r outcome_advice && ! IFS= read -r outcome_more &&
				[ -z "$outcome_more" ]
		} <"$TMP/err" || fail "not two lines on standard error of: $*"
		case $outcome_line in
		"hello-client: $outcome_name: "?*) ;;
		*) fail "the first line is not \"hello-client: $outcome_name: ...\" of: $*" ;;
		esac
		case $outcome_advice in
		'  try: '?*) ;;
		*) fail "no advice of: $*" ;;
		esac
		[ "$outcome_name" = USAGE ] || for_udp "$outcome_advice" "$@"
		outcome_times=$((outcome_times + 1))
	done
	printf '%s of %s: %s %s\n' "$outcome_times" "$REPEAT" "$outcome_status" "$outcome_name"
}

# ---- under a service manager ---------------------------------------------------------------------

managed_is_up() {
	grep -q '^told .*READY=1' "$MANAGER_LOG" || is_gone "$MANAGER_PID"
}

# start_managed MANAGER-ARG... -- SERVER-ARG...
start_managed() {
	started=$((started + 1))
	SERVER_LOG=$TMP/server-$started.log MANAGER_LOG=$TMP/manager-$started.log
	log_on_failure "$SERVER_LOG"
	log_on_failure "$MANAGER_LOG"
	: >"$SERVER_LOG"
	managed_options=''
	while [ "$1" != -- ]; do
		managed_options="$managed_options $1"
		shift
	done
	shift
	[ -n "${CREDENTIALS_DIRECTORY-}" ] || set -- --cert "$CERT" --key "$KEY" "$@"
	# shellcheck disable=SC2086 # lists of words
	"$builddir/tests/support/service_manager" $managed_options "$HELLO_SERVER" $WORK_AS "$@" \
		2>"$SERVER_LOG" >"$MANAGER_LOG" &
	MANAGER_PID=$!
	track "$MANAGER_PID"
	wait_for "$PATIENCE" managed_is_up || fail "the server is not ready: $*"
	grep -q '^told .*READY=1' "$MANAGER_LOG" || fail "the server left at once: $*"
	PORT=$(sed -n 's/^port .* //p' "$MANAGER_LOG" | head -n 1)
	managed_pid
}

# That of the last one started.
managed_pid() {
	SERVER_PID=$(sed -n 's/^pid //p' "$MANAGER_LOG" | tail -n 1)
}

has_told() {
	[ "$(grep -ce "^told .*$1" "$MANAGER_LOG")" -ge "$2" ]
}

await_told() {
	wait_for "$PATIENCE" has_told "$1" "${2-1}" ||
		fail "the manager was told \"$1\" $(grep -ce "^told .*$1" "$MANAGER_LOG") times, not ${2-1}"
}

stop_managed() {
	kill -TERM "$MANAGER_PID" || fail 'the manager is not there any more'
	wait_for "$PATIENCE" is_gone "$MANAGER_PID" || fail 'the manager does not leave'
	status=0
	wait "$MANAGER_PID" || status=$?
	untrack "$MANAGER_PID"
	[ $status -eq 0 ] || fail "the server left with status $status"
}
