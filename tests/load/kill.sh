#!/bin/sh
# kill.sh - 20 times, a worker chosen at random is killed under load: it takes with it at most the
# connections that were open on it, and is replaced.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

KILLS=${KILLS-20}
PATIENCE=120
at_once=16

make_pki
start_server --workers 2
both_work() {
	[ "$(workers | wc -l)" -eq 2 ]
}
# od, because sh has no random numbers.
random_worker() {
	workers | sed -n "$(($(od -An -N1 -tu1 /dev/urandom) % 2 + 1))p"
}

start_crowd --time 900 --until-end greet 10000000 $at_once "$PORT" "$CA"
killed=0
while [ $killed -lt "$KILLS" ]; do
	wait_for "$PATIENCE" both_work || fail 'the killed worker is not replaced'
	kill -KILL "$(random_worker)"
	killed=$((killed + 1))
	await 'was killed by signal 9' $killed
done
wait_for "$PATIENCE" both_work || fail 'the killed worker is not replaced'
release_crowd
finish_crowd
lost=$(($(crowd all) - $(crowd ok)))
echo "$killed kills, $(crowd ok) of $(crowd all) greeted: $lost lost, at most $((killed * at_once)) were open"
[ "$(crowd refused)" -eq 0 ] || fail 'somebody was refused'
[ "$(crowd wrong)" -eq 0 ] || fail 'somebody got wrong bytes'
[ $lost -le $((killed * at_once)) ] || fail "$lost connections were lost"
stop_server
