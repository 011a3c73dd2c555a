#!/bin/sh
# identity.sh - whoever starts the server, it greets, or it refuses at once with status 5 and the reason,
# and --check says the same: user and group 0 or not, with all capabilities or none, in a user namespace
# of its own or not, with and without an entry in passwd. Prints the table.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

[ "$(id -u)" -eq 0 ] || skip 'only root can become so many others'
need setpriv unshare
known=$(id -u nobody) known_group=$(id -g nobody) unknown=54321
! getent passwd $unknown >/dev/null || skip "there is a user $unknown"
make_pki
chmod 755 "$TMP" "$PKI" "${CERT%/*}"
chmod 644 "$CERT" "$CA"
for each in 0 "$known" $unknown; do
	{ cp "$KEY" "$TMP/key.$each" && chown "$each" "$TMP/key.$each"; } || error "no key for $each"
done
namespaces='own none'
setpriv --reuid $unknown --clear-groups unshare --user --map-root-user --keep-caps true 2>"$TMP/err" || {
	namespaces=none
	echo "no user namespaces here, so without them: $(cat "$TMP/err")"
}

# All that are given to whom starts the test, among those that could be a way back to root.
all=''
for each in setuid setgid setpcap setfcap dac_override sys_admin sys_ptrace net_bind_service; do
	! setpriv --inh-caps "+$each" --ambient-caps "+$each" true 2>/dev/null || all="$all${all:+,}+$each"
done

# run_as UID GID CAPABILITIES NAMESPACE CMD...
run_as() {
	as_uid=$1 as_gid=$2 as_caps=$3 as_namespace=$4
	shift 4
	case $as_caps in
	all) set -- setpriv --inh-caps "$all" --ambient-caps "$all" "$@" ;;
	none) set -- setpriv --bounding-set -all --inh-caps -all "$@" ;;
	esac
	[ "$as_namespace" = none ] ||
		set -- unshare --user --map-user "$as_uid" --map-group "$as_gid" --keep-caps "$@"
	[ "$as_uid" -eq 0 ] || set -- --reuid "$as_uid" --inh-caps "$all" --ambient-caps "$all" "$@"
	exec setpriv --regid "$as_gid" --clear-groups "$@"
}

# cell UID GID CAPABILITIES NAMESPACE WORKER: its row of the table, and what is wrong with it.
cell() {
	cell_is="$1-$2-$3-$4-$5" cell_user=''
	[ "$1" -ne 0 ] || cell_user="--user $5"
	set -- "$1" "$2" "$3" "$4" "$HELLO_SERVER" --listen 127.0.0.1:0 --workers 1 \
		--cert "$CERT" --key "$TMP/key.$1"
	# shellcheck disable=SC2086 # words, or none
	(run_as "$@" $cell_user --check) >"$TMP/$cell_is.check" 2>&1
	# shellcheck disable=SC2086
	(run_as "$@" $cell_user) >/dev/null 2>"$TMP/$cell_is.log" &
	cell_pid=$! cell_began=$(date +%s%N) cell_status=0
	wait_for "$PATIENCE" cell_is_decided
	cell_ms=$((($(date +%s%N) - cell_began) / 1000000))
	if grep -q msg=ready "$TMP/$cell_is.log"; then
		cell_port=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$TMP/$cell_is.log")
		"$HELLO_CLIENT" --cacert "$CA" --servername localhost 127.0.0.1 "$cell_port" >"$TMP/$cell_is.greeting" 2>&1
		cell_result=$(cat "$TMP/$cell_is.greeting")
		kill -TERM $cell_pid
	fi
	wait $cell_pid || cell_status=$?
	cell_words=$(sed -n 's/^hello-server: PRIVILEGES: //p' "$TMP/$cell_is.log")
	cell_check=$(sed -n 's/^error: privileges: //p' "$TMP/$cell_is.check")
	case $cell_status:${cell_result-}:$cell_words in
	0:"$GREETING":) ;;
	5::?*) cell_result="5 $cell_words" ;;
	*) cell_result="WRONG: status $cell_status, \"${cell_result-}\", \"$cell_words\"" ;;
	esac
	[ "$cell_words" = "$cell_check" ] || cell_result="WRONG: --check says \"$cell_check\", a start \"$cell_words\""
	# Two seconds are promised; ten are for a machine that is busy with other things.
	[ $cell_status -ne 5 ] || [ $cell_ms -le 10000 ] || cell_result="WRONG: it took $cell_ms ms"
	grep -q 'workers are confined' "$TMP/$cell_is.log" && [ $cell_status -eq 5 ] && cell_result='WRONG: not confined'
	printf '%s\n' "$cell_result" >"$TMP/$cell_is.result"
}
cell_is_decided() {
	grep -q msg=ready "$TMP/$cell_is.log" || is_gone "$cell_pid"
}

rows=''
for namespace in $namespaces; do
	for caps in all none; do
		for uid in 0 "$known" $unknown; do
			for gid in 0 "$known_group"; do
				# Root becomes somebody else, who may have an entry or not.
				for worker in $([ "$uid" -eq 0 ] && echo nobody $unknown || echo -); do
					rows="$rows $uid-$gid-$caps-$namespace-$worker"
				done
			done
		done
	done
done

# Two at a time.
log_on_failure "$TMP/table"
half() {
	for each in $rows; do
		taken=$((1 - ${taken-0}))
		[ $taken -eq "$1" ] || continue
		# shellcheck disable=SC2046 # five words
		(cell $(echo "$each" | tr - ' ' | sed 's/ *$//') -)
	done
}
half 0 &
first=$!
half 1
wait $first

printf '%6s %6s %5s %10s %7s  %s\n' uid gid caps namespace worker result
for each in $rows; do
	IFS=- read -r uid gid caps namespace worker <<-END
		$each
	END
	printf '%6s %6s %5s %10s %7s  %s\n' "$uid" "$gid" "$caps" "$namespace" "${worker:--}" \
		"$(cat "$TMP/$uid-$gid-$caps-$namespace-${worker:--}.result" 2>&1)"
done >"$TMP/table"
cat "$TMP/table"
! grep -E 'WRONG|No such file' "$TMP/table" || fail 'not as promised'
# What people start in containers is served, and not only refused well.
[ "$(grep -c "$GREETING\$" "$TMP/table")" -ge 12 ] || fail 'hardly anybody is served'
grep -q "^ *$unknown  *0  *none  *none  *-  $GREETING\$" "$TMP/table" || fail 'docker -u is not served'
