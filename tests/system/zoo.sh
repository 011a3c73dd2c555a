#!/bin/sh
# zoo.sh - the outcome of our client for each certificate of the zoo is the one that certs/zoo.tsv lists;
# what hello-zoo rejects. (Other clients: zoo-judge.sh; the certificates of clients: certs-clients.sh.)
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
need openssl

cd "$TMP" || error 'no folder'
tab=$(printf '\t')
make_zoo zoo
CA=zoo/ca.pem

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
		arguments=$(printf '%s\n' "$arguments" | sed 's/^-$//; s|{dir}|zoo|g')
		# shellcheck disable=SC2086 # words
		told $arguments --connect-to 127.0.0.1 "$animal.zoo.test" "$PORT"
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
show_servers
# Who asks for no name is greeted with the list, also after a reload.
animal=ip-ok outcome=OK
told 127.0.0.1 "$PORT"
expect out '^expired  *expired a month ago$'
kill -HUP "$SERVER_PID"
await "$ready" 2
told 127.0.0.1 "$PORT"
expect out '^expired  *expired a month ago$'
# It has the privileges of any worker. One from before the reload may be gone by now.
judged=0
[ -z "$WORK_AS" ] || for pid in $(workers); do
	cat "/proc/$pid/status" >status 2>/dev/null || continue
	expect status "^Uid:.*[^0-9]$(id -u nobody)$"
	expect status '^NoNewPrivs:[^0-9]*1$'
	judged=$((judged + 1))
done
[ -z "$WORK_AS" ] || [ $judged -gt 0 ] || fail 'there is no worker'
stop_server

# Bad manners come on top of a bad certificate, and not in its place.
serve_zoo --misbehave no-close-notify
animal=expired outcome=CERT_EXPIRED
told --connect-to 127.0.0.1 expired.zoo.test "$PORT"
animal=good-ecdsa outcome=GREETING_TRUNCATED
told --connect-to 127.0.0.1 good-ecdsa.zoo.test "$PORT"
stop_server
