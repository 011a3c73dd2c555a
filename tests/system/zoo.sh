#!/bin/sh
# zoo.sh [COMMAND...] - what a TLS client says to each animal of the zoo.
#
# Without COMMAND the client is ours, and its outcome has to be the one that certs/zoo.tsv lists;
# clients among the animals are shown to our server, which has to let in or to refuse.
#
# With COMMAND that client is judged: status 0 is "accept", any other "refuse", and a table tells
# them from the verdict of the list. In its words stand
#	{host} {port}   where the server is         {ca}      the file with the root
#	{name}          the name to ask for         {verify}  the name to verify, as a rule the same
#	{crl}           a file with CRLs: between words "[" and "]", which are left out with all
#	                that is between them for an animal that has none
# An animal that needs what COMMAND has no place for is not shown to it. For example:
#	sh tests/system/zoo.sh curl -sS --cacert {ca} [ --crlfile {crl} ] \
#		--connect-to {name}:{port}:{host}:{port} https://{name}:{port}/
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl

cd "$TMP" || error 'no folder'
tab=$(printf '\t')
"$HELLO_CERTS" zoo zoo >made 2>&1 || error "no zoo: $(cat made)"
CA=zoo/ca.pem

# start_server insists on a certificate; --zoo brings its own.
serve_zoo() {
	SERVER_LOG=$TMP/zoo.log
	log_on_failure "$SERVER_LOG"
	: >"$SERVER_LOG"
	# shellcheck disable=SC2086 # words, or none
	"$HELLO_SERVER" $WORK_AS --workers 1 --listen 127.0.0.1:0 --zoo zoo 2>"$SERVER_LOG" &
	SERVER_PID=$!
	track "$SERVER_PID"
	wait_for "$PATIENCE" server_is_up || fail 'the zoo does not open'
	logged "$ready" || fail 'the zoo does not open'
	PORT=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG" | head -n 1)
}

# word_after OPTION: of the animal's arguments.
word_after() {
	case " $arguments " in
	*" $1 "*)
		found=${arguments#*"$1 "}
		printf '%s' "${found%% *}" | sed 's|{dir}|zoo|' ;;
	esac
}

# ---- any client ----------------------------------------------------------------------------------

# show_to WORD...: sets $said to what that client says to $animal.
show_to() {
	crl=$(word_after --crlfile) verify=$(word_after --verify-name)
	skipping='' said=-
	case "$* " in
	*'{crl}'*) ;;
	*) [ -z "$crl" ] || return 0 ;;
	esac
	case "$* " in
	*'{verify}'*) ;;
	*) [ -z "$verify" ] || return 0 ;;
	esac
	count=$#
	while [ $count -gt 0 ]; do
		word=$1 count=$((count - 1))
		shift
		case $word in
		'[') [ -n "$crl" ] || skipping=yes ;;
		']') skipping='' ;;
		*)
			[ -n "$skipping" ] || set -- "$@" "$(printf '%s' "$word" | sed \
				-e "s|{host}|127.0.0.1|g; s|{port}|$PORT|g; s|{ca}|$CA|g" \
				-e "s|{name}|$animal.zoo.test|g; s|{crl}|$crl|g" \
				-e "s|{verify}|${verify:-$animal.zoo.test}|g")" ;;
		esac
	done
	said=refuse
	timeout 20 "$@" </dev/null >out 2>err && said=accept
}

judge() {
	printf '%-24s %-8s %s\n' ANIMAL CORRECT THIS
	while IFS=$tab read -r animal _ arguments _ verdict; do
		case $animal in
		client-*) continue ;;
		esac
		show_to "$@"
		case $verdict:$said in
		*:- | either:* | "$said:$said") remark='' ;;
		*) remark=' <' wrong=$((wrong + 1)) ;;
		esac
		printf '%-24s %-8s %s%s\n' "$animal" "$verdict" "$said" "$remark"
	done <zoo/zoo.tsv
	printf '%d wrong\n' $wrong
}

# ---- ours ----------------------------------------------------------------------------------------

# told OPTION...: hello-client with them has to say $outcome.
told() {
	status=0
	"$HELLO_CLIENT" --cacert $CA "$@" >out 2>err || status=$?
	name=$(sed -n '1s/^hello-client: \([A-Z_]*\): .*/\1/p' err)
	printf '%-24s %-26s %s\n' "$animal" "$outcome" "${name:-OK}"
	[ "${name:-OK}" = "$outcome" ] || fail "$animal: ${name:-OK}, not $outcome: $(cat err)"
	case $status:$outcome in
	0:OK) [ -s out ] || fail "$animal: no greeting" ;;
	0:* | *:OK) fail "$animal: status $status with $outcome" ;;
	*) [ ! -s out ] || fail "$animal: something unverified on standard output" ;;
	esac
}

show_servers() {
	while IFS=$tab read -r animal _ arguments outcome _; do
		case $animal in
		client-*) continue ;;
		esac
		arguments=$(printf '%s\n' "$arguments" | sed 's/^-$//; s|{dir}|zoo|g')
		# shellcheck disable=SC2086 # words
		told $arguments --connect-to 127.0.0.1 "$animal.zoo.test" "$PORT"
	done <zoo/zoo.tsv
}

show_clients() {
	while IFS=$tab read -r animal _ _ outcome _; do
		case $animal in
		client-*) told --cert "zoo/$animal/chain.pem" --key "zoo/$animal/key.pem" \
			--connect-to 127.0.0.1 good-ecdsa.zoo.test "$PORT" ;;
		esac
	done <zoo/zoo.tsv
}

# ---- what is to be seen --------------------------------------------------------------------------

# Nobody else is to come across it.
run_status 2 "$HELLO_SERVER" --zoo zoo
expect err 'USAGE: --zoo would serve bad certificates to other machines'
run_status 2 "$HELLO_SERVER" --zoo zoo --listen 127.0.0.1:0 --listen 0.0.0.0:0
run_status 2 "$HELLO_SERVER" --zoo zoo --listen '[::]:0'
run_status 2 "$HELLO_SERVER" --zoo zoo --listen systemd
run_status 2 "$HELLO_SERVER" --zoo zoo --listen 127.0.0.1:0 --cert a --key b
run_status 3 "$HELLO_SERVER" --zoo nowhere --listen 127.0.0.1:0
expect err 'try: hello-certs zoo nowhere'
mkdir broken && printf 'nothing\n' >broken/zoo.tsv
run_status 3 "$HELLO_SERVER" --zoo broken --listen 127.0.0.1:0
expect err 'this is no animal: "nothing"'

serve_zoo
if [ $# -gt 0 ]; then
	wrong=0
	judge "$@"
	[ $wrong -eq 0 ] || exit 1
	exit 0
fi

show_servers
# Who asks for no name is greeted with the list.
animal=ip-ok outcome=OK
told 127.0.0.1 "$PORT"
expect out '^expired  *ended a month ago$'
stop_server

if "$HELLO_SERVER" --help | grep -q -e '--crlfile'; then
	start_server --workers 1 --cert zoo/good-ecdsa/chain.pem --key zoo/good-ecdsa/key.pem \
		--client-ca $CA --crlfile zoo/crl.pem
	show_clients
	stop_server
else
	echo 'NOTE: this server asks no client for a certificate; those animals were not shown'
fi

# The judge can tell: whoever accepts everything is wrong about most.
serve_zoo
wrong=0
judge true >table
[ $wrong -gt 20 ] || fail "only $wrong faults of a client that accepts everything: $(cat table)"
expect table '^expired  *refuse  *accept <$'
expect table '^good-ecdsa  *accept  *accept$'
expect table '^revoked  *refuse  *-$'
stop_server
