#!/bin/sh
# privileges.sh - who the workers are: not root, without capabilities and new privileges, for good, and
# without what the starter left open; and what cannot be is refused at the start.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
refused() {
	refused_regex=$1
	shift
	run_status 5 timeout 20 "$HELLO_SERVER" --listen 127.0.0.1:0 --cert "$CERT" --key "$KEY" "$@"
	expect "$TMP/err" "^hello-server: PRIVILEGES: $refused_regex"
	expect "$TMP/err" '^  try: .'
}
field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$worker/status"
}

start_server --workers 1 # as nobody, if we are root
worker=$(workers)
server_alive
me=$(id -u)
[ "$me" -ne 0 ] || me=$(id -u nobody)
[ "$(field Uid)" = "$(printf '%s\t%s\t%s\t%s' "$me" "$me" "$me" "$me")" ] || fail "Uid: $(field Uid)"
for each in CapInh CapPrm CapEff CapAmb; do
	[ "$(field $each)" = 0000000000000000 ] || fail "$each: $(field $each)"
done
[ "$(field NoNewPrivs)" = 1 ] || fail 'new privileges can be had'
grep -q '^Max core file size *0 *0 ' "/proc/$worker/limits" 2>/dev/null ||
	[ "$(id -u)" -ne 0 ] || fail 'core dumps can be had'

if [ "$(id -u)" -eq 0 ]; then
	[ "$(field CapBnd)" = 0000000000000000 ] || fail "CapBnd: $(field CapBnd)"
	[ -z "$(field Groups | tr -d ' ')" ] || fail "Groups: $(field Groups)"
	stop_server
	refused 'workers do not run as root' --user root
	refused 'workers do not run as root' --user nobody --group root
	refused 'started as root, and there is no user "no-such-user"' --user no-such-user
	refused 'there is no group "no-such-group"' --user nobody --group no-such-group
	refused 'workers do not run as root' --user 0
	refused 'workers do not run as root' --user 54321 --group 0
	refused 'started as root, and there is no user "4294967295"' --user 4294967295
	# Numbers need no entry in passwd or group; that of an account brings the account's group.
	for each in '54321 54321 54321' "54321:54322 54321 54322" \
		"$(id -u nobody) $(id -u nobody) $(id -g nobody)"; do
		# shellcheck disable=SC2086 # three words
		set -- $each
		WORK_AS="--user ${1%:*}"
		[ "${1#*:}" = "$1" ] || WORK_AS="$WORK_AS --group ${1#*:}"
		start_server --workers 1
		worker=$(workers)
		[ "$(field Uid | cut -f 1)-$(field Gid | cut -f 1)" = "$2-$3" ] ||
			fail "$WORK_AS is user $(field Uid), group $(field Gid)"
		stop_server
	done
	WORK_AS='--user nobody'
	if ! id hello-tls >/dev/null 2>&1; then
		refused 'started as root, and there is no user "hello-tls"'
		expect "$TMP/err" '^  try: create it with systemd-sysusers .*useradd --system'
	fi
else
	stop_server
	refused 'only root can become user "root"' --user root
	refused 'only root can become group "54322"' --group 54322
	start_server --workers 1 --user "$(id -un)"
	stop_server
	start_server --workers 1 --user "$(id -u)" --group "$(id -g)"
	stop_server
fi

# A descriptor that the starter left open is in none of the processes. Without the sandbox, because
# /proc shows it to nobody else of this user.
exec 9<"$CA"
start_server --workers 1 --metrics 127.0.0.1:0 --sandbox off
exec 9<&-
metrics_runs() {
	[ "$(workers | wc -l)" -eq 2 ]
}
wait_for "$PATIENCE" metrics_runs || fail 'there are no two children'
for each in "$SERVER_PID" $(workers); do
	ls -l "/proc/$each/fd" >"$TMP/open" 2>&1
	grep -q ' 2 -> ' "$TMP/open" || fail "its descriptors are not shown: $(cat "$TMP/open")"
	! grep -F "$CA" "$TMP/open" || fail 'a descriptor of the starter is open'
done
stop_server
