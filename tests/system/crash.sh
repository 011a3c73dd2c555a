#!/bin/sh
# crash.sh - a worker that is killed under load takes with it only the connections it held: the
# listeners stay, the others serve on, and it is replaced.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
at_once=16 kills=3
start_server --workers 2

both_work() {
	[ "$(workers | wc -l)" -eq 2 ]
}

start_crowd --until-end greet 100000 $at_once "$PORT" "$CA"
killed=0
while [ $killed -lt $kills ]; do
	kill -KILL "$(workers | head -n 1)"
	killed=$((killed + 1))
	await 'was killed by signal 9' $killed
	wait_for "$PATIENCE" both_work || fail 'the killed worker is not replaced'
	server_alive
done
release_crowd
finish_crowd

[ "$(crowd refused)" -eq 0 ] || fail 'somebody was refused: the listener was gone'
[ "$(crowd wrong)" -eq 0 ] || fail 'somebody got wrong bytes'
lost=$(($(crowd all) - $(crowd ok)))
[ $lost -le $((kills * at_once)) ] || fail "$lost connections were lost by $kills kills"
echo "$kills kills, $(crowd ok) of $(crowd all) greeted"
server_alive
stop_server

# One death is bad luck. One after the other is a crash loop: said in the log, shown in the metrics, and
# each successor waits longer than the one before.
start_server --workers 1 --metrics 127.0.0.1:0 --log-level debug
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
deaths=0
while [ $deaths -lt 5 ]; do
	await 'msg="worker 0 of generation 1 has pid' $((deaths + 1))
	kill -KILL "$(sed -n 's/.*msg="worker 0 of generation 1 has pid \([0-9]*\)".*/\1/p' "$SERVER_LOG" | tail -n 1)"
	deaths=$((deaths + 1))
	await 'was killed by signal 9' $deaths
done
await 'level=error .*msg="workers die soon after their start: the next restart is in 800 ms"'
await 'level=error .*msg="workers die soon after their start: the next restart is in 1600 ms"'
if command -v curl >/dev/null 2>&1; then
	pauses() {
		curl -sf --max-time 10 "http://$METRICS/metrics" >"$TMP/metrics" &&
			grep -q '^hello_worker_pause_seconds '"$1"'$' "$TMP/metrics"
	}
	wait_for "$PATIENCE" pauses 1.6 || fail 'the metrics show no pause'
	wait_for "$PATIENCE" pauses 0 || fail 'the metrics do not show the end of the pause'
fi
wait_for "$PATIENCE" greeted || fail 'nobody serves after the pause'
stop_server
