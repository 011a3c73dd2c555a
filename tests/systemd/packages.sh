#!/bin/sh
# packages.sh - the Debian packages on a machine whose process 1 is systemd; boot.sh starts it there.
# The installation enables nothing, upgrades under load lose no connection, and the purge of a running
# service leaves nothing. tests/packaging/deb.sh made the folder /packages.
srcdir=/src
# shellcheck source=tests/system/server.sh
. "$srcdir/tests/system/server.sh"
# shellcheck source=tests/packaging/lib.sh
. "$srcdir/tests/packaging/lib.sh"

PATIENCE=60
HOST=localhost PORT=8443
CROWD=/packages/load_clients
units='hello-server.socket hello-server-metrics.socket hello-server.service hello-server-standalone.service'

property() {
	systemctl show --property="$2" --value "$1"
}
main_of() {
	property "$1" MainPID
}
# install_version older|new
install_version() {
	run_status 0 dpkg -i "/packages/$1"/*.deb
}
# is_restarted UNIT PID: by the version that was just installed, in place of PID
is_restarted() {
	[ "$(main_of "$1")" -ne "$2" ] && uses_installed "$(main_of "$1")"
}

echo '1. Installed: there is a user, and no unit is enabled or runs'
files >"$TMP/before"
install_version older
getent passwd hello-tls >/dev/null || fail 'there is no user hello-tls'
for unit in $units; do
	[ "$(property "$unit" LoadState) $(property "$unit" ActiveState)" = 'loaded inactive' ] ||
		fail "$unit is $(property "$unit" LoadState) and $(property "$unit" ActiveState)"
	[ "$(property "$unit" UnitFileState)" = disabled ] || fail "$unit is $(property "$unit" UnitFileState)"
done

echo '2. An upgrade restarts hello-server-standalone.service, and starts no other unit'
make_certificate hello-tls
run_status 0 systemctl start hello-server-standalone.service
wait_for "$PATIENCE" greeted || fail "no greeting: $(cat "$TMP/greeted.err")"
main=$(main_of hello-server-standalone.service)
install_version new
is_restarted hello-server-standalone.service "$main" || fail 'the old server still runs'
wait_for "$PATIENCE" greeted || fail "no greeting: $(cat "$TMP/greeted.err")"
for unit in hello-server.socket hello-server-metrics.socket hello-server.service; do
	[ "$(property "$unit" ActiveState)" = inactive ] || fail "the upgrade started $unit"
done
run_status 0 systemctl stop hello-server-standalone.service

echo '3. With the socket unit, upgrades under load lose no connection'
make_certificate root
run_status 0 systemctl enable --now hello-server.socket
wait_for "$PATIENCE" greeted || fail "no greeting: $(cat "$TMP/greeted.err")"
socket=$(property hello-server.socket InvocationID)
start_crowd --time 300 --until-end greet 10000000 4 $PORT "$CA"
rounds=0
for version in older new older new; do
	main=$(main_of hello-server.service)
	install_version $version
	is_restarted hello-server.service "$main" || fail 'the old server still runs'
	rounds=$((rounds + 1))
done
release_crowd
finish_crowd
[ "$(property hello-server.socket InvocationID)" = "$socket" ] || fail 'the socket was opened again'
[ "$(crowd all)" -gt 100 ] || fail 'there was too little load'
echo "$rounds upgrades and downgrades: $(crowd ok) of $(crowd all) greeted, $(($(crowd all) - $(crowd ok))) lost"
[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'an upgrade lost connections'

echo '4. The purge stops the service, and leaves only the certificate and the user'
main=$(main_of hello-server.service)
# A client that connects during the purge must not start the service again.
start_crowd --time 300 --until-end greet 10000000 1 $PORT "$CA"
run_status 0 dpkg --purge hello-server hello-client hello-certs hello-zoo
release_crowd
finish_crowd >"$TMP/out"
for process in /proc/[0-9]*; do
	[ "$(cat "$process/comm" 2>/dev/null)" != hello-server ] || fail "a server runs after the purge: ${process#/proc/}"
done
is_gone "$main" || fail 'the server still runs'
! is_listening $PORT || fail 'the socket is still open'
for unit in $units; do
	[ "$(property "$unit" LoadState)" = not-found ] || fail "$unit is $(property "$unit" LoadState)"
done
[ "$(find "$conf" -type f | LC_ALL=C sort | xargs)" = "$conf/chain.pem $conf/key.pem" ] ||
	fail 'the purge removed files of the administrator'
rm -r "$conf"
files >"$TMP/after"
! left_behind "$TMP/before" "$TMP/after" || fail 'the purge left, changed or removed these files'
echo "no file is left of $(wc -l <"$TMP/before")"
