#!/bin/sh
# deadlines.sh - the client never hangs: whatever the peer does, it leaves at the deadline of the phase,
# or of all phases together, and not before; if more time could help, its advice names the option.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
launched=0 judged=0 began=$(date +%s)

# launch KIND [ARG...]: a client of that peer, in the background.
launch() {
	start_peer "$1"
	shift
	launched=$((launched + 1))
	(
		status=0
		"$HELLO_CLIENT" --cacert "$CA" "$@" 127.0.0.1 "$PORT" >"$TMP/out.$launched" \
			2>"$TMP/err.$launched" || status=$?
		echo "$status $(date +%s)" >"$TMP/end.$launched"
	) &
	track $!
}

# judge SECONDS STATUS NAME OPTION: the next of them, in the same order.
judge() {
	judged=$((judged + 1))
	wait_for $(($1 + 20)) [ -s "$TMP/end.$judged" ] || fail "client $judged hangs: $3"
	read -r status ended <"$TMP/end.$judged"
	[ "$status" -eq "$2" ] || fail "status $status, not $2 $3: $(cat "$TMP/err.$judged")"
	[ ! -s "$TMP/out.$judged" ] || fail "there is something on standard output: $3"
	expect "$TMP/err.$judged" "^hello-client: $3: "
	expect "$TMP/err.$judged" "^  try: .*$4"
	# Of two readings in whole seconds each may be off by one.
	took=$((ended - began))
	[ $took -ge $(($1 - 1)) ] || fail "$3 after $took seconds, the deadline is $1"
	echo "$3 after $took seconds, the deadline is $1 ($4)"
}

long='--connect-timeout 50s --handshake-timeout 50s --read-timeout 50s'
launch full --connect-timeout 3s
launch silent --handshake-timeout 3s
launch mute --read-timeout 3s
# shellcheck disable=SC2086 # a list
{
	launch full --max-time 3s $long
	launch drip --max-time 3s $long
	launch drip-greeting --max-time 3s $long
}
launch full
launch silent
launch mute

judge 3 21 CONNECT_TIMEOUT .
judge 3 41 HANDSHAKE_TIMEOUT --handshake-timeout
judge 3 70 GREETING_TIMEOUT --read-timeout
judge 3 21 CONNECT_TIMEOUT .
judge 3 41 HANDSHAKE_TIMEOUT --max-time
judge 3 70 GREETING_TIMEOUT --max-time
# Without any option.
judge 5 21 CONNECT_TIMEOUT .
judge 5 41 HANDSHAKE_TIMEOUT --handshake-timeout
judge 5 70 GREETING_TIMEOUT --read-timeout
