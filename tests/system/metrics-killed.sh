#!/bin/sh
# metrics-killed.sh - hello-client --prometheus, killed at 10 moments of its run (50 with ROWS=all) and in
# the middle of its writing: the file is whole each time, all of it from before or all of it new, and what is left
# beside it has no name that a collector reads.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need timeout
TARGETS=400 KILLS=10
! all_rows || TARGETS=1000 KILLS=50

make_pki
start_server --workers 1 --listen 0.0.0.0:0
awk -v n=$TARGETS -v port="$PORT" 'BEGIN {
	for (i = 0; i < n; i++)
		print "127.0." int(i / 200) "." i % 200 + 1, port
}' >"$TMP/list"
mkdir "$TMP/textfile" || error 'mkdir'
FILE=$TMP/textfile/all.prom

# ask ARG...: all targets.
ask() {
	"$HELLO_CLIENT" -q --targets "$TMP/list" --servername localhost --cacert "$CA" \
		--prometheus "$FILE" "$@" >/dev/null 2>"$TMP/err"
}

# Every other run ends in another way, so that a mixture of two would be seen. Neither asks anybody.
generation() {
	[ $(($1 % 2)) -eq 0 ] && echo '-6' || echo "--connect-to 127.0.0.1:$closed"
}

# One outcome and one success for each target, one reason for all of them, the last line to its end,
# and still both ends of each certificate: prints the reason.
whole() {
	awk -v n=$TARGETS '
		/^hello_client_outcome\{/ { outcomes++; sub(/.*reason="/, ""); sub(/".*/, ""); reasons[$0]++ }
		/^hello_client_success\{/ { successes++ }
		/^hello_client_certificate_expiry_timestamp_seconds\{/ { ends++ }
		/^hello_client_certificate_left_seconds\{/ { left++; last = NR }
		END {
			for (reason in reasons)
				kinds++
			if (outcomes == n && successes == n && ends == 2 * n && left == 2 * n && last == NR && kinds == 1) {
				print reason
				exit 0
			}
			print outcomes + 0, successes + 0, ends + 0, left + 0 ": " NR " lines, " kinds + 0 " reasons"
			exit 1
		}' "$FILE" && [ -z "$(tail -c 1 "$FILE" | tr -d '\n')" ]
}

# check WHEN
check() {
	reason=$(whole) || fail "$1: the file is not whole: $reason"
}

run_status 0 ask
check 'not killed'
[ "$reason" = OK ] || fail "all are $reason"
stop_server
start_peer closed
closed=$PORT

# How long a run takes, in ms.
time_of() {
	began=$(date +%s%N)
	# shellcheck disable=SC2046  # words
	ask $(generation "$1")
	echo $((($(date +%s%N) - began) / 1000000))
}
took=$(time_of 0)
check 'not killed'
[ "$reason" = RESOLVE_NOT_FOUND ] || fail "all are $reason"
# In blocks of 512 bytes, as ulimit has them, or twice as large, in bash.
full=$(($(wc -c <"$FILE") / 512))
other=$(time_of 1)
check 'not killed'
[ "$reason" = CONNECT_REFUSED ] || fail "all are $reason"
[ "$took" -le "$other" ] || took=$other

# ---- at any moment ------------------------------------------------------------------------------
i=0 killed=0
while [ $i -lt $KILLS ]; do
	i=$((i + 1)) status=0
	# A bit more than the shorter one takes.
	moment=$((i * took * 1250 / KILLS))
	# shellcheck disable=SC2046  # words
	timeout -s KILL "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))" \
		"$HELLO_CLIENT" -q --targets "$TMP/list" --cacert "$CA" --prometheus "$FILE" \
		$(generation $i) >/dev/null 2>"$TMP/err" || status=$?
	[ "$status" -ne 137 ] || killed=$((killed + 1))
	check "killed after $moment us"
done
echo "$killed of $KILLS were killed before their end, which comes after $took ms"
[ "$killed" -ge $((KILLS / 10)) ] || fail 'hardly one was killed'

# ---- in the middle ------------------------------------------------------------------------------
# The system kills it at a certain size of the file: whoever writes in place leaves that much of it.
i=0
while [ $i -lt 8 ]; do
	status=0
	# shellcheck disable=SC2046,SC3045  # words; not in POSIX, and in every sh that we know
	(ulimit -c 0 && ulimit -f $((full * i / 16 + 1)) && ask $(generation $i)) || status=$?
	[ "$status" -gt 128 ] || fail "status $status, although the file may not become as long"
	check "killed in the middle, $i of 8"
	i=$((i + 1))
done
echo "8 were killed while they wrote"
for each in "$TMP/textfile"/*.prom; do
	[ "$each" = "$FILE" ] || fail "a collector would read $each"
done

if command -v promtool >/dev/null 2>&1; then
	promtool check metrics <"$FILE" >"$TMP/out" 2>&1 || fail "promtool: $(head -n 5 "$TMP/out")"
else
	echo 'not installed, so not tried: promtool'
fi

# A file that cannot be written for another reason leaves nothing.
rm "$TMP/textfile"/all.prom.*
# shellcheck disable=SC2046  # words
(trap '' XFSZ && ulimit -f 1 && run_status 20 ask $(generation 1)) || exit
check 'no room'
[ "$(find "$TMP/textfile" -type f | wc -l)" -eq 1 ] || fail 'something is left beside the file'
