#!/bin/sh
# table.sh [SERVER...] - set up servers with mutual TLS right and wrong, judge them by hello-client
# --client-zoo, and print doc/mtls.md, measured here and now. `make mtls-table` does it, as root, who may
# start the databases. A server that is not installed has no rows. RUNS=N (1) does it N times, and fails
# unless each time is equal to the first.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/real.sh
. "$srcdir/tests/system/real.sh"
# shellcheck source=tests/mtls/servers.sh
. "$srcdir/tests/mtls/servers.sh"

RUNS=${RUNS-1}
SERVERS=" $* "
make_mutual_zoo
bad=$(awk -F '\t' '/^client-/ && $5 == "refuse"' "$Z/clients.tsv" | wc -l)
bad=$((bad))

# words COUNT LIST: the list, or how to say it in short.
words() {
	case $1,$2 in
	0,*) echo - ;;
	"$bad",*) echo "all $bad" ;;
	*none*) echo "$2" | sed 's/ /, /g' ;;
	*) if [ "$1" -eq $((bad - 1)) ]; then echo 'all but none'; else echo "$2" | sed 's/ /, /g'; fi ;;
	esac
}

measure() {
	start_mutual "$server" "$arguments"
	visit_mutual
	stop_all
	{
		echo "== $server, $setting: $status"
		cat "$TMP/out" "$TMP/err"
	} >&2
	in=$(mutual_let_in | xargs) unknown=$(mutual_unknown | xargs)
	# shellcheck disable=SC2086 # lists of words
	in=$(words "$(set -- $in && echo $#)" "$in") unknown=$(words "$(set -- $unknown && echo $#)" "$unknown")
	! grep -q '^client-good .*not asked' "$TMP/out" || in='all (not asked)'
	[ "$verdict" != wrong ] || setting="$setting (wrong)"
	echo "| $server | $setting | $status | $in | $unknown |"
}

run=0
mutual_rows >"$TMP/settings"
while [ "$run" -lt "$RUNS" ]; do
	run=$((run + 1))
	while IFS='|' read -r server verdict _ _ setting arguments; do
		case $SERVERS in '  ' | *" $server "*) ;; *) continue ;; esac
		has_mutual "$server" || continue
		measure
	done <"$TMP/settings" >"$TMP/rows-$run"
	[ -s "$TMP/rows-$run" ] || skip 'none of the servers is here'
	cmp -s "$TMP/rows-1" "$TMP/rows-$run" ||
		fail "run $run differs: $(diff "$TMP/rows-1" "$TMP/rows-$run")"
	echo "run $run of $RUNS: $(wc -l <"$TMP/rows-$run") rows" >&2
done

cat <<PAGE
# Mutual TLS: which servers are open, and in which setting

Measured on $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(date -u +%F), by \`make mtls-table\`,
which writes this page anew. Each server is set up as its manual says, and then
wrong in the ways that are easy to overlook. \`hello-client --client-zoo\` offers it
$bad clients that it should refuse, and shows who got in.

PAGE
cat "$srcdir/tests/mtls/page-1.md"
mutual_rows | cut -d '|' -f 1 | uniq | while read -r server; do
	case $SERVERS in '  ' | *" $server "*) ;; *) continue ;; esac
	! has_mutual "$server" || echo "- $server $(mutual_version "$server")"
done
cat <<'PAGE'

| server | setting | status | let in | not known |
|---|---|---|---|---|
PAGE
cat "$TMP/rows-1"
cat "$srcdir/tests/mtls/page-2.md"
