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
