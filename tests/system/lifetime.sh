#!/bin/sh
# lifetime.sh - certificates of 6 days, 90 days, a year and an hour: a fresh one is fine, and hello-client
# --nagios and hello-server --check warn of the same old ones; limits in days, in hours and as a share.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
HOUR=3600 DAY=86400

# issue NAME DAYS [ARG...]
issue() {
	name=$1 days=$2
	shift 2
	"$HELLO_CERTS" issue "$PKI" "$name.test" localhost --days "$days" "$@" >"$TMP/out" 2>&1 ||
		error "no certificate: $(cat "$TMP/out")"
	mv "$PKI/$name.test" "$PKI/$name"
}
issue six 6
issue ninety 90
issue year 364 # the CA has a year
issue late-six 6 --not-before -108h
issue late-ninety 90 --not-before -80d
issue late-year 364 --not-before -355d
"$srcdir/tests/support/badcerts.sh" "$PKI" hour late-hour >"$TMP/out" 2>&1 ||
	error "no certificate for an hour: $(cat "$TMP/out")"

# serve NAME
serve() {
	start_server --workers 1 --cert "$PKI/$1/chain.pem" --key "$PKI/$1/key.pem"
}

# plugin STATUS WORD ARG...: performance data is what was judged.
plugin() {
	plugin_status=$1 plugin_word=$2
	shift 2
	run_status "$plugin_status" "$HELLO_CLIENT" --nagios --cacert "$CA" "$@" localhost "$PORT"
	expect "$TMP/out" "^HELLO $plugin_word - "
	awk -v status="$plugin_status" '
		match($0, / chain_days_left=[^ ]*/) {
			split(substr($0, RSTART + 17, RLENGTH - 17), part, ";")
			found = part[1] + 0 < part[3] + 0 ? 2 : part[1] + 0 < part[2] + 0
		}
		END { exit found != status }' "$TMP/out" || fail "not what its performance data says: $(cat "$TMP/out")"
}

# limits WARNING CRITICAL: of the last line, in days.
limits() {
	expect "$TMP/out" " days_left=[0-9.]*;$1:;$2: "
}

# check STATUS NAME
# shellcheck disable=SC2086 # words, or none
check() {
	run_status "$1" "$HELLO_SERVER" $WORK_AS --check --listen 127.0.0.1:0 --cert "$PKI/$2/chain.pem" \
		--key "$PKI/$2/key.pem"
}

# later SECONDS: the options for that time.
later() {
	echo "--verify-time $(($(date +%s) + $1))"
}

# ---- the defaults ---------------------------------------------------------------------------------
# fresh NAME WARNING CRITICAL LATER LATER: a fresh one, and the times at which it has to be renewed.
fresh() {
	check 0 "$1"
	serve "$1"
	plugin 0 OK
	limits "$2" "$3"
	# shellcheck disable=SC2046 # two words
	{
		plugin 1 WARNING $(later "$4")
		plugin 2 CRITICAL $(later "$5")
	}
	stop_server
}
# Those of hello-certs began an hour ago, and a third of that is 0.01389 days.
fresh six 2.01389 1.00694 $((4 * DAY)) $((5 * DAY))
fresh ninety 14 7 $((77 * DAY)) $((84 * DAY))
fresh year 14 7 $((351 * DAY)) $((358 * DAY))
fresh hour 0.01389 0.00694 $((HOUR * 45 / 60)) $((HOUR * 55 / 60))

# Both programs warn of the same.
for late in late-six late-ninety late-year late-hour; do
	check 6 "$late"
	expect "$TMP/out" '^warning: .* expires on .*: renew it$'
	serve "$late"
	logged 'level=warning .* expires on ' || fail "the log does not warn of $late"
	plugin 1 WARNING
	stop_server
done

# ---- the limits of the user -----------------------------------------------------------------------
serve six
plugin 0 OK -w 33% --critical 15%
plugin 1 WARNING -w 100%
plugin 2 CRITICAL -w 100% --critical 100%
plugin 0 OK -w 36h --critical 12h
limits 1.5 0.5
plugin 1 WARNING -w 7 --critical 36h
limits 7 1.5
# The other limit keeps its default.
plugin 0 OK -w 33%
limits '1\.99375' 1.00694
plugin 0 OK --critical 24h
limits 2.01389 1

# Which is smaller depends on the certificate: 33% of six days is less than seven of them.
run_status 3 "$HELLO_CLIENT" --nagios -w 33% --critical 7 --cacert "$CA" localhost "$PORT"
expect "$TMP/out" '^HELLO UNKNOWN - USAGE: for this certificate --warning 33% (47 hours) is less than --critical 7 (7 days) | '
expect "$TMP/err" '^  try: give both as a share of the lifetime: --warning 33% --critical 16%$'
stop_server
serve ninety
plugin 0 OK -w 33% --critical 7
stop_server

# Where nobody has to be asked, nobody is: the server is gone.
# bad REGEX ARG...
bad() {
	bad_regex=$1
	shift
	run_status 3 "$HELLO_CLIENT" --nagios --cacert "$CA" "$@" localhost "$PORT"
	expect "$TMP/err" "^hello-client: USAGE: $bad_regex"
}
for each in 1d 33%% 101% -1 36501 1.5 half; do
	bad "invalid --warning \"$each\": expected 0 to 36500 days, hours such as 36h, or 0% to 100%" -w "$each"
done
bad 'invalid --critical "h"' --critical h
bad 'the value of --warning is empty' -w ''
bad '--warning 15% is less than --critical 33%$' -w 15% --critical 33%
expect "$TMP/err" '^  try: --warning 33% --critical 15%$'
bad '--warning 47h is less than --critical 2$' -w 47h --critical 2
bad 'the default of --warning, 14 days or a third, is less than --critical 50%$' --critical 50%
expect "$TMP/err" '^  try: add --warning with at least 50%$'

# ---- many targets: the one with the smallest share of its life left is the first --------------------
serve six
six=$PORT
serve late-ninety
run_status 0 "$HELLO_CLIENT" --cacert "$CA" --targets - <<LIST
localhost $six
localhost $PORT
LIST
awk 'NR < 4 { print $2, $4, $5 }' "$TMP/out" >"$TMP/order"
printf 'OUTCOME LIFE MS\n%s 9 11%%\n%s 5 99%%\n' "$PORT" "$six" | diff - "$TMP/order" ||
	fail "not in the order of the shares: $(cat "$TMP/out")"
