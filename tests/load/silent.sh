#!/bin/sh
# silent.sh - 10,000 silent connections against --max-connections 4000: those that came first make room,
# good clients are greeted all the while, and nothing spins.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

SILENT=10000 LIMIT=4000
PATIENCE=120

make_pki
start_server --workers 2 --max-connections $LIMIT --handshake-timeout 10m --drain-timeout 1s
ticks() {
	for each in $(workers); do
		sed 's/.*) //' "/proc/$each/stat"
	done | awk '{ n += $12 + $13 } END { print n }'
}
rss() {
	for each in $(workers); do
		sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$each/status"
	done | awk '{ n += $1 } END { print n }'
}

empty=$(rss)
start_crowd --time 600 idle $SILENT "$PORT"
await 'outcome=LIMIT_REACHED .*--max-connections' $((SILENT - LIMIT))
evicted=$(count 'outcome=LIMIT_REACHED')
echo "$SILENT silent connections, limit $LIMIT: $evicted made room; RSS of the workers: $empty KiB without, $(rss) KiB with them"

# What they cost when nothing happens, in ticks of CPU time over three seconds of waiting.
before=$(ticks)
wait_for 3 false
spent=$((($(ticks) - before) * 1000 / $(getconf CLK_TCK)))
echo "CPU time of the idle workers in 3 s: $spent ms"
[ $spent -le 300 ] || fail 'something spins'

good=0 slow=0
while [ $good -lt 100 ]; do
	began=$(date +%s%N)
	greeted || fail "a good client is not greeted: $(cat "$TMP/greeted.err")"
	[ $((($(date +%s%N) - began) / 1000000)) -le 1000 ] || slow=$((slow + 1))
	good=$((good + 1))
done
echo "$good good clients greeted, $slow of them after more than a second"
evicted=$(count 'outcome=LIMIT_REACHED')
[ "$evicted" -ge $((SILENT - LIMIT)) ] || fail "only $evicted made room"
stop_server
finish_crowd
