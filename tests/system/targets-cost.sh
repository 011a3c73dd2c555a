#!/bin/sh
# targets-cost.sh - many probes share the contexts that one probe needs: with --targets and with --count.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

! grep -aq __asan_init "$HELLO_CLIENT" || skip 'a sanitizer tolerates nothing that is preloaded'
make_pki
start_server --workers 1

# contexts ARG...: prints how many contexts a client made, all of whose probes succeed.
contexts() {
	run_status 0 env LD_PRELOAD="$builddir/tests/support/count_contexts.so" "$HELLO_CLIENT" \
		--cacert "$CA" "$@"
	grep -c '^made a context$' "$TMP/err" || fail 'no context was counted'
}

# shares WHAT ONE MANY: many probes make no more of them.
shares() {
	echo "$1: $2 of one probe, $3 of many"
	[ "$3" -eq "$2" ] || fail "$1: $3 contexts for many probes, and $2 for one"
}

echo "localhost $PORT" >"$TMP/one"
for each in 1 2 3 4 5 6 7 8; do
	echo "localhost $PORT # $each"
done >"$TMP/many"
one=$(contexts --targets "$TMP/one") || exit
many=$(contexts --targets "$TMP/many") || exit
shares targets "$one" "$many"
one=$(contexts --count 1 localhost "$PORT") || exit
many=$(contexts --count 8 --interval 1ms localhost "$PORT") || exit
shares count "$one" "$many"
