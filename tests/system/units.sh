#!/bin/sh
# units.sh - the units for systemd: the server starts with what they hand over, nothing is wrong with
# them, and they expose next to nothing.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

units=$builddir/deploy/systemd
for unit in hello-server hello-server-standalone; do
	! grep -n '@[a-z]*@' "$units/$unit.service" || fail "$unit.service was not filled in"
	# As installed, but with a server that is there.
	sed "s|^ExecStart=[^ ]*|ExecStart=$HELLO_SERVER|" "$units/$unit.service" >"$TMP/$unit.service"

	command=$(sed -n 's/^ExecStart=//p' "$TMP/$unit.service")
	[ -n "$command" ] || fail "$unit.service starts nothing"
	# shellcheck disable=SC2086 # a list of words
	run_status 0 $command --help

	# Stopping must have the time that draining may take.
	stop=$(sed -n 's/^TimeoutStopSec=\([0-9]*\)$/\1/p' "$TMP/$unit.service")
	drain=$("$HELLO_SERVER" --help | sed -n 's/.*--drain-timeout .*(\([0-9]*\)s)$/\1/p')
	[ "$stop" -gt "$drain" ] || fail "$unit.service: TimeoutStopSec=$stop, --drain-timeout is $drain"
done

# With sockets of these names, and files where LoadCredential= puts them, it serves.
make_pki
mkdir "$TMP/credentials"
sed -n 's/^LoadCredential=\([^:]*\):.*/\1/p' "$TMP/hello-server.service" >"$TMP/names"
while read -r name; do
	cp "$PKI/localhost/$name" "$TMP/credentials"
done <"$TMP/names"
handed=''
for socket in hello-server hello-server-metrics; do
	cp "$srcdir/deploy/systemd/$socket.socket" "$TMP"
	name=$(sed -n 's/^FileDescriptorName=//p' "$TMP/$socket.socket")
	handed="$handed --socket ${name:?}"
	expect "$TMP/hello-server.service" "^Sockets=.*$socket\.socket"
done
arguments=$(sed -n 's/^ExecStart=[^ ]* //p' "$TMP/hello-server.service")
CREDENTIALS_DIRECTORY=$TMP/credentials
export CREDENTIALS_DIRECTORY
# shellcheck disable=SC2086 # lists of words
start_managed $handed -- $arguments
unset CREDENTIALS_DIRECTORY
[ "$(count 'level=warning')" -eq 0 ] || fail "the server is not content with its unit's sockets"
greeted || fail "not greeted: $(cat "$TMP/greeted.err")"
logged 'msg=metrics addr=' || fail 'no metrics'
stop_managed

need systemd-analyze
[ "$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -ge 250 ] ||
	skip 'systemd-analyze is older than 250 and judges no files'

# Findings are printed even where its status is 0.
systemd-analyze verify --man=no "$TMP"/hello-server.socket "$TMP"/hello-server-metrics.socket \
	"$TMP"/hello-server.service \
	"$TMP"/hello-server-standalone.service >"$TMP/out" 2>&1 || fail 'systemd-analyze verify'
[ ! -s "$TMP/out" ] || fail 'systemd-analyze verify has something to say'

# exposure UNIT TENTHS
exposure() {
	systemd-analyze security --no-pager --offline=true --threshold="$2" "$TMP/$1.service" \
		>"$TMP/out" 2>"$TMP/err" || fail "$1.service is more exposed than $2 tenths"
	sed -n 's/.*Overall exposure level for \([^ ]*: [0-9.]*\).*/\1/p' "$TMP/out"
}
exposure hello-server 4
exposure hello-server-standalone 15

# Without the file that makes the user, the name in the unit is nobody's.
user=$(sed -n 's/^User=//p' "$TMP/hello-server-standalone.service")
expect "$srcdir/deploy/systemd/hello-tls.conf" "^u $user "
if command -v systemd-sysusers >/dev/null 2>&1; then
	mkdir -p "$TMP/root/etc"
	run_status 0 systemd-sysusers --root="$TMP/root" --replace=/usr/lib/sysusers.d/hello-tls.conf \
		"$srcdir/deploy/systemd/hello-tls.conf"
	expect "$TMP/root/etc/passwd" "^$user:"
	expect "$TMP/root/etc/group" "^$user:"
fi
