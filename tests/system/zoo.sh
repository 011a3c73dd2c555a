#!/bin/sh
# zoo.sh [[--hosts] COMMAND...] - what a TLS client says to each animal of the zoo.
#
# Without COMMAND the client is ours, and its outcome has to be the one that certs/zoo.tsv lists;
# clients among the animals are shown to our server, which has to let in or to refuse.
#
# With COMMAND that client is judged: status 0 is "accept", any other "refuse", and a table tells
# them from the verdict of the list. In its words stand
#	{host} {port}   where the server is         {ca}      the file with the root
#	{name}          the name to ask for         {verify}  what to verify, as a rule that name
#	{crl}           a file with CRLs            {both}    one with the root and the CRLs, if any
#	{srcdir}        this source
# and what is between "[crl" and "]", "[name" and "]", "[ip" and "]" is left out for an animal without
# CRLs, one whose address is to be verified, one whose name is. An animal that needs what COMMAND
# has no place for is not shown to it. For example:
#	sh tests/system/zoo.sh curl -sS --cacert {ca} [crl --crlfile {crl} ] \
#		--connect-to {name}:{port}:{host}:{port} https://{name}:{port}/
# With --hosts it runs where all names of the zoo are 127.0.0.1: in a mount namespace with its own
# /etc/hosts, for which unshare(1) needs no privilege on most systems, or here, if it is so already.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl

cd "$TMP" || error 'no folder'
tab=$(printf '\t')
"$HELLO_CERTS" zoo zoo >made 2>&1 || error "no zoo: $(cat made)"
CA=zoo/ca.pem

# word_after OPTION: of the animal's arguments.
word_after() {
	case " $arguments " in
	*" $1 "*)
		found=${arguments#*"$1 "}
		printf '%s' "${found%% *}" | sed 's|{dir}|zoo|' ;;
	esac
}

# ---- any client ----------------------------------------------------------------------------------

# left_out CONDITION: is what depends on it not for this animal?
left_out() {
	case $1 in
	'[crl') [ -z "$crl" ] ;;
	'[name') [ -n "$verify" ] ;;
	'[ip') [ -z "$verify" ] ;;
	esac
}

# show_to WORD...: sets $said to what that client says to $animal.
show_to() {
	crl=$(word_after --crlfile) verify=$(word_after --verify-name)
	skipping='' said=-
	case "$* " in
	*'{crl}'* | *'{both}'*) ;;
	*) [ -z "$crl" ] || return 0 ;;
	esac
	case "$* " in
	*'{verify}'*) ;;
	*) [ -z "$verify" ] || return 0 ;;
	esac
	cat $CA ${crl:+"$crl"} >both.pem
	count=$#
	while [ $count -gt 0 ]; do
		word=$1 count=$((count - 1))
		shift
		case $word in
		'[crl' | '[name' | '[ip') ! left_out "$word" || skipping=yes ;;
		']') skipping='' ;;
		*)
			[ -n "$skipping" ] || set -- "$@" "$(printf '%s' "$word" | sed \
				-e "s|{host}|127.0.0.1|g; s|{port}|$PORT|g; s|{ca}|$CA|g" \
				-e "s|{name}|$animal.zoo.test|g; s|{crl}|$crl|g; s|{both}|both.pem|g; s|{srcdir}|$srcdir|g" \
				-e "s|{verify}|${verify:-$animal.zoo.test}|g")" ;;
		esac
	done
	said=accept status=0
	$inside timeout 30 "$@" </dev/null >out 2>err || status=$?
	case $status in
	0) ;;
	124) said=late ;; # which is no verdict
	*) said=refuse ;;
	esac
}

# Sets $inside: how to run what resolves names. Fails where that cannot be.
find_hosts() {
	! getent hosts expired.zoo.test | grep -q '^127\.' || return 0
	sed -n 's/^\([^#	]*\)	.*/127.0.0.1 \1.zoo.test/p' zoo/zoo.tsv >hosts
	inside=with_hosts
	for namespace in 'unshare --mount' 'unshare --mount --map-root-user'; do
		! with_hosts true 2>/dev/null || return 0
	done
	return 1
}

with_hosts() {
	# shellcheck disable=SC2086 # words
	$namespace sh -c 'mount --bind hosts /etc/hosts && exec "$@"' sh "$@"
}

judge() {
	printf '%-24s %-8s %s\n' ANIMAL CORRECT THIS
	while IFS=$tab read -r animal _ arguments _ verdict; do
		case $animal in
		client-*) continue ;;
		esac
		show_to "$@"
		case $verdict:$said in
		*:- | either:accept | either:refuse | "$said:$said") remark='' ;;
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
	case $animal in
	constraint-*) expect err ' subtree ' ;; # for the right reason
	esac
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

# What is good is good for curl, too.
show_curl() {
	while IFS=$tab read -r animal _ arguments _ verdict; do
		case $animal:$verdict in
		client-*) continue ;;
		*:accept) ;;
		*) continue ;;
		esac
		show_to curl -sS --cacert '{ca}' '[crl' --crlfile '{crl}' ']' \
			--connect-to '{name}:{port}:{host}:{port}' 'https://{name}:{port}/'
		case $animal:$said in
		ip-ok:- | *:accept) ;;
		*) fail "curl refuses $animal: $(cat err)" ;;
		esac
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
run_status 2 "$HELLO_ZOO" zoo --listen 0.0.0.0:0
expect err 'USAGE: this server is bad on purpose, and one --listen is not on loopback'
run_status 2 "$HELLO_ZOO" zoo --listen 127.0.0.1:0 --listen 0.0.0.0:0
run_status 2 "$HELLO_ZOO" zoo --listen '[::]:0'
run_status 2 "$HELLO_ZOO" zoo --listen systemd --expose
expect err 'USAGE: --listen systemd is for hello-server'
run_status 2 "$HELLO_ZOO" '' --listen 127.0.0.1:0
expect err 'USAGE: DIR is empty'
# What cannot start does not claim to serve.
# shellcheck disable=SC2086 # words, or none
run_status 3 "$HELLO_ZOO" $WORK_AS --misbehave plain --cert nowhere --key nowhere --listen 127.0.0.1:0
! grep 'on purpose' err || fail 'it claims to misbehave before it starts'
run_status 2 "$HELLO_ZOO" zoo --listen 127.0.0.1:0 --cert a --key b
run_status 3 "$HELLO_ZOO" nowhere --listen 127.0.0.1:0
expect err 'try: create it with hello-certs zoo nowhere'
mkdir broken && printf 'nothing\n' >broken/zoo.tsv
run_status 3 "$HELLO_ZOO" broken --listen 127.0.0.1:0
expect err 'invalid line: "nothing"'

serve_zoo
inside=''
if [ "${1-}" = --hosts ]; then
	shift
	find_hosts || error 'no namespace of our own: put the names of the zoo into /etc/hosts yourself'
fi
if [ $# -gt 0 ]; then
	wrong=0
	judge "$@"
	[ $wrong -eq 0 ] || exit 1
	exit 0
fi

show_servers
if command -v curl >/dev/null; then
	show_curl
else
	echo 'NOTE: curl is not installed, not tried'
fi
# Who asks for no name is greeted with the list, also after a reload.
animal=ip-ok outcome=OK
told 127.0.0.1 "$PORT"
expect out '^expired  *expired a month ago$'
kill -HUP "$SERVER_PID"
await "$ready" 2
told 127.0.0.1 "$PORT"
expect out '^expired  *expired a month ago$'
# It has the privileges of any worker.
[ -z "$WORK_AS" ] || for pid in $(workers); do
	expect "/proc/$pid/status" "^Uid:.*[^0-9]$(id -u nobody)$"
	expect "/proc/$pid/status" '^NoNewPrivs:[^0-9]*1$'
done
stop_server

start_server --workers 1 --cert zoo/good-ecdsa/chain.pem --key zoo/good-ecdsa/key.pem \
	--client-ca $CA --crlfile zoo/crl.pem
show_clients
stop_server

# Bad manners come on top of a bad certificate, and not in its place.
serve_zoo --misbehave no-close-notify
animal=expired outcome=CERT_EXPIRED
told --connect-to 127.0.0.1 expired.zoo.test "$PORT"
animal=good-ecdsa outcome=GREETING_TRUNCATED
told --connect-to 127.0.0.1 good-ecdsa.zoo.test "$PORT"
stop_server

# The judge can tell: whoever accepts everything is wrong about most.
serve_zoo
wrong=0
judge true >table
[ $wrong -gt 20 ] || fail "only $wrong faults of a client that accepts everything: $(cat table)"
expect table '^expired  *refuse  *accept <$'
expect table '^good-ecdsa  *accept  *accept$'
expect table '^revoked  *refuse  *-$'

# Who resolves names itself finds ours, where it may be told so.
if find_hosts; then
	animal=expired arguments=-
	show_to getent hosts '{name}'
	expect out '^127\.0\.0\.1  *expired\.zoo\.test'
else
	echo 'NOTE: no namespace of our own: clients that resolve names were not tried'
fi
stop_server
