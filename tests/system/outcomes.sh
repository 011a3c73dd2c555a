#!/bin/sh
# outcomes.sh - each outcome is provoked by each cause in outcomes.tsv, $ROUNDS times (1), and named each
# time: by the exit status, on standard error, and in a JSON object that is what its schema describes.
# The table at the end has a line for each cause.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

ROUNDS=${ROUNDS-1}
anybody=''
LANES=4 # so many causes at a time: most of them wait
LIFE=1200
list=$srcdir/tests/system/outcomes.tsv
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

need openssl
make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired early client lone weak selfsigned &&
		"$HELLO_CERTS" issue "$PKI" revoked.test localhost 127.0.0.1 &&
		"$HELLO_CERTS" init "$TMP/other" && "$HELLO_CERTS" issue "$TMP/other" localhost &&
		"$HELLO_CERTS" issue "$TMP/other" --client stranger
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"
revoke intermediate "$PKI/revoked.test/chain.pem" keyCompromise
make_crl ca "$TMP/root.crl"
make_crl intermediate "$TMP/sub.crl"
cat "$TMP/root.crl" "$TMP/sub.crl" >"$TMP/fresh.crl"
make_crl intermediate "$TMP/sub.crl" -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z
cat "$TMP/root.crl" "$TMP/sub.crl" >"$TMP/stale.crl"
# shellcheck disable=SC2034 # for the list
{
	OTHER=$TMP/other/ca.pem STRANGER=$TMP/other/stranger
	OTHER_PIN=sha256//$(openssl x509 -in "$OTHER" -noout -pubkey | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | openssl base64)
}
start_server --workers 1
GOOD_PORT=$PORT

# ---- how: what each prepares, and runs as $TMP/row-N -------------------------------------------------

# row PROGRAM... -- OPTION...: the command of this row; more options come in front of its own.
row() {
	printf exec >"$TMP/row-$rows"
	for each; do
		case $each in
		--) printf ' "$@"' ;;
		*) printf " '%s'" "$(printf '%s' "$each" | sed "s/'/'\\\\''/g")" ;;
		esac
	done >>"$TMP/row-$rows"
}

# The client as the row says, without anybody prepared.
how_alone() {
	row "$HELLO_CLIENT" -- "$@"
}

# A good hello-server.
how_good() {
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" 127.0.0.1 "$GOOD_PORT"
}

# peer KIND [OPTION...]: a server that is bad in that way.
how_peer() {
	start_peer --time "$LIFE" "$1"
	shift
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" 127.0.0.1 "$PORT"
}

# A key that our own server would not take.
how_weak() {
	start_peer --time "$LIFE" --cert "$PKI/weak/chain.pem" --key "$PKI/weak/key.pem" truncate
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" 127.0.0.1 "$PORT"
}

# spoken SERVICE:CASE [OPTION...]: a stand-in that speaks as such a service.
how_spoken() {
	started=$((started + 1))
	"$builddir/tests/support/service_peer" --time "$LIFE" --cert "$CERT" --key "$KEY" \
		${anybody:+--client-any "$CA"} "$1" \
		>"$TMP/spoken-$started" &
	track $!
	wait_for "$PATIENCE" grep -qsx ready "$TMP/spoken-$started" || fail "no stand-in: $1"
	spoken=${1%:*}
	PORT=$(sed -n 's/.* //p' "$TMP/spoken-$started" | head -n 1)
	shift
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" "$spoken://127.0.0.1:$PORT"
}

# Somebody ends TLS in front of a server that reports.
how_between() {
	start_server --workers 1 --report
	start_peer --time "$LIFE" --to "$PORT" terminate
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" localhost "$PORT"
}

# box KIND SCHEME [OPTION...]: through a proxy that behaves so.
how_box() {
	started=$((started + 1))
	"$builddir/tests/support/middlebox" --time "$LIFE" "$1" >"$TMP/box-$started" &
	track $!
	wait_for "$PATIENCE" [ -s "$TMP/box-$started" ] || fail "no box: $1"
	box="$2://127.0.0.1:$(head -n 1 "$TMP/box-$started")"
	shift 2
	row "$HELLO_CLIENT" -- --cacert "$CA" --proxy "$box" "$@" localhost "$GOOD_PORT"
}

# served FOLDER [OPTION...]: hello-server with that certificate.
how_served() {
	start_server --workers 1 --cert "$PKI/$1/chain.pem" --key "$PKI/$1/key.pem"
	shift
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" 127.0.0.1 "$PORT"
}

# hello-server that wants certificates of our CA.
how_mutual() {
	start_server --workers 1 --client-ca "$CA"
	row "$HELLO_CLIENT" -- --cacert "$CA" "$@" 127.0.0.1 "$PORT"
}

# zoo SERVICE:CASE [OPTION...]: a stand-in that asks for a certificate and takes any, or none; and two clients.
how_zoo() {
	mkdir -p "$TMP/zoo/client-good"
	cp "$STRANGER/chain.pem" "$STRANGER/key.pem" "$TMP/zoo/client-good/" || error "no zoo"
	printf '%s\t%s\t%s\tca\t%s\trefuse\t-\n' client-none nothing nothing refuse \
		client-good nothing chain accept >"$TMP/zoo/clients.tsv"
	anybody=yes
	how_spoken "$@" --client-zoo "$TMP/zoo" --parallel 1
	anybody=''
}

# The server's own end.
how_server() {
	# shellcheck disable=SC2086 # words, or none
	case " $* " in
	*' --cert '*) row "$HELLO_SERVER" $WORK_AS "$@" -- ;;
	*) row "$HELLO_SERVER" $WORK_AS --cert "$CERT" --key "$KEY" "$@" -- ;;
	esac
}

# A thread's stack is as large as the limit of stacks, and there is no room for this one.
how_starved() {
	starved='ulimit -s 200000000000 && exec "$@"'
	sh -c "$starved" sh true 2>"$TMP/err" || leave_out "ulimit -s: $(cat "$TMP/err")" || return 0
	row sh -c "$starved" sh "$HELLO_CLIENT" -- "$@"
}

# A network without name servers.
how_lonely() {
	echo 'nameserver 127.0.0.1' >"$TMP/resolv.conf"
	lonely="mount --bind '$TMP/resolv.conf' /etc/resolv.conf && exec \"\$@\""
	unshare --map-root-user --net --mount sh -c "$lonely" sh true 2>"$TMP/err" ||
		leave_out "no network of our own here: $(cat "$TMP/err")" || return 0
	row unshare --map-root-user --net --mount sh -c "$lonely" sh "$HELLO_CLIENT" -- "$@"
}

left_out=''
leave_out() {
	left_out="$left_out
not tried: $name: $cause: $1"
	return 1
}

# ---- the list ----------------------------------------------------------------------------------------

outcomes() {
	sed -n 's/^[[:space:]]*X(\([A-Z_]*\), *\([0-9]*\), *\([A-Z]*\),.*/\1 \2/p' "$srcdir/src/base/outcome.h"
}
outcomes >"$TMP/statuses"

rows=0
while IFS='	' read -r name how cause; do
	case $name in '#'* | '') continue ;; esac
	rows=$((rows + 1))
	eval "set -- $how"
	kind=$1
	shift
	"how_$kind" "$@"
	status=$(sed -n "s/^$name //p" "$TMP/statuses")
	[ -n "$status" ] || error "outcome.h has no $name with a status"
	printf '%s\t%s\t%s\t%s\t%s\n' "$rows" "$name" "$status" "$kind" "$cause" >>"$TMP/rows"
done <"$list"

# ---- the rounds --------------------------------------------------------------------------------------

# said KIND STATUS: which outcome did it end with, as far as it is told?
said() {
	if [ "$2" -eq 0 ]; then
		printf '%s\n' "$GREETING" | cmp -s - "$lane.out" && echo OK
	elif [ -s "$lane.out" ] && [ "$1" != server ] && [ "$1" != zoo ]; then
		echo 'something on standard output'
	else
		sed -n 's/^hello-[a-z]*: \([A-Z_]*\): ..*/\1/p' "$lane.err" | head -n 1
	fi
}

# once N NAME STATUS KIND: one round; prints what is not as it should be.
once() {
	ended=0
	timeout 60 sh "$TMP/row-$1" >"$lane.out" 2>"$lane.err" || ended=$?
	told=$(said "$4" $ended)
	# What --check finds has words of its own.
	[ "$2" != WARNINGS ] || told=WARNINGS
	[ "$ended $told" = "$3 $2" ] || echo "$ended $told: $(cat "$lane.err")"
	[ "$2" = OK ] || [ "$2" = WARNINGS ] || grep -q '^  try: .' "$lane.err" || echo "no advice: $(cat "$lane.err")"
	# These have no JSON.
	[ "$4" != server ] && [ "$4" != zoo ] || return 0
	ended=0
	timeout 60 sh "$TMP/row-$1" --json >"$lane.out" 2>"$lane.err" || ended=$?
	cat "$lane.out" >>"$TMP/json-$1"
	# Its own, not that of an object in it.
	told=$(sed -n 's/^{[^{}]*"outcome": *"\([A-Z_]*\)".*/\1/p' "$lane.out")
	[ "$ended $told" = "$3 $2" ] || echo "--json: $ended $told: $(cat "$lane.err")"
}

run_lane() {
	lane=$TMP/lane-$1
	while IFS='	' read -r n name status kind cause; do
		if [ $((n % LANES)) -ne "$1" ] || [ ! -e "$TMP/row-$n" ]; then
			continue
		fi
		got=0 round=0
		while [ $round -lt "$ROUNDS" ]; do
			round=$((round + 1))
			wrong=$(once "$n" "$name" "$status" "$kind")
			if [ -z "$wrong" ]; then
				got=$((got + 1))
			else
				printf 'round %s of %s (%s): %s\n' $round "$name" "$cause" "$wrong" >>"$lane.wrong"
			fi
		done
		printf '%s\t%s\n' "$n" $got >>"$lane.got"
	done <"$TMP/rows"
}

lanes=''
lane=0
while [ $lane -lt $LANES ]; do
	run_lane $lane &
	lanes="$lanes $!"
	track $!
	lane=$((lane + 1))
done
for each in $lanes; do
	wait "$each" || error "a lane ended with status $?"
	untrack "$each"
done

# ---- the table ---------------------------------------------------------------------------------------

sort -n "$TMP"/lane-*.got >"$TMP/got"
awk -F '\t' -v rounds="$ROUNDS" '
	NR == FNR { got[$1] = $2; next }
	FNR == 1 { printf "%-26s %6s  %8s  %s\n", "EXPECTED", "STATUS", "GOT", "CAUSE" }
	{ printf "%-26s %6s  %8s  %s\n", $2, $3, $1 in got ? got[$1] " of " rounds : "-", $5 }
' "$TMP/got" "$TMP/rows"
[ -z "$left_out" ] || echo "${left_out#?}"
! cat "$TMP"/lane-*.wrong 2>/dev/null >"$TMP/wrong" || [ ! -s "$TMP/wrong" ] || fail "$(cat "$TMP/wrong")"
[ "$(wc -l <"$TMP/got")" -gt $((rows / 2)) ] || error 'hardly a cause was tried'

# ---- the schema --------------------------------------------------------------------------------------

cat "$TMP"/json-* >"$TMP/all"
python3 -c 'import jsonschema' 2>/dev/null || skip 'python3-jsonschema is not installed; all but the schema was tested'
python3 - "$srcdir/doc/hello-client.schema.json" "$TMP/all" <<'PYTHON' || fail 'the schema does not hold'
import json, sys

import jsonschema

schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft7Validator(schema)
lines = open(sys.argv[2]).read().splitlines()
bad = 0
for line in set(lines):
    error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(line)))
    if error:
        bad += 1
        print(line, error, sep="\n", file=sys.stderr)
outcomes = {json.loads(line)["outcome"] for line in lines}
print(len(lines), "objects of", len(outcomes), "outcomes are as the schema says")
sys.exit(bad > 0)
PYTHON
