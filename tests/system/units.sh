#!/bin/sh
# units.sh - the units for systemd: the server starts with what they hand over, nothing is wrong with
# them, and they expose next to nothing.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck disable=SC2034 # for datagram.sh
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

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

# The drop-in for UDP, as it is and with each line in force that a # switches off.
udp=hello-server-standalone.service.d/udp.conf
mkdir -p "$TMP/all/${udp%/*}" "$TMP/${udp%/*}" || error mkdir
! grep -n '@[a-z]*@' "$units/hello-server-udp.conf" || fail 'hello-server-udp.conf was not filled in'
sed "s|^ExecStart=/[^ ]*|ExecStart=$HELLO_SERVER|" "$units/hello-server-udp.conf" >"$TMP/$udp"
sed 's/^#\(IPAddress\)/\1/; s/^#\([[:space:]]*--listen\)/\1/' "$TMP/$udp" >"$TMP/all/$udp"
[ "$(diff "$TMP/$udp" "$TMP/all/$udp" | grep -c '^>')" -eq 3 ] || fail 'hello-server-udp.conf: not three lines with #'

# listeners FILE: prints the --listen of its last ExecStart=, joined as systemd does it: comments do not end it.
listeners() {
	awk '!/^#/ { if (more) all = all $0; else all = $0; more = sub(/\\$/, " ", all)
		if (!more && all ~ /^ExecStart=/) last = all } END { print last }' "$1" |
		tr -s '[:space:]' '\n' | sed -n '/^--listen$/ { n; p; }'
}
listeners "$TMP/$udp" >"$TMP/listeners"
[ "$(tr '\n' ' ' <"$TMP/listeners")" = '0.0.0.0:8443 [::]:8443 dtls:0.0.0.0:8443 dtls:[::]:8443 ' ] ||
	fail "hello-server-udp.conf: $(cat "$TMP/listeners")"
listeners "$TMP/all/$udp" >"$TMP/listeners"
[ "$(wc -l <"$TMP/listeners")" -eq 6 ] || fail "hello-server-udp.conf: $(cat "$TMP/listeners")"
# One port for two listeners, or one that the firewall does not open.
sed -n 's/^[a-z]*:.*:\([0-9]*\)$/\1/p' "$TMP/listeners" | sort | uniq -c | awk '{ print $1, $2 }' >"$TMP/ports"
opened=$(sed -n 's/.*for example { \([0-9]*\), \([0-9]*\) }\.$/2 \1 2 \2 /p' "$srcdir/deploy/firewall/host.nft")
[ "$(tr '\n' ' ' <"$TMP/ports")" = "${opened:?}" ] || fail "the ports are $(cat "$TMP/ports"), in host.nft $opened"
# The same with any port of the loopback.
if has_quic; then
	all=$TMP/listeners
else
	listeners "$TMP/$udp" >"$TMP/without"
	all=$TMP/without
	echo 'not tried: QUIC, which this build does not have'
fi
# shellcheck disable=SC2046 # words
start_server $(sed 's/0\.0\.0\.0:/127.0.0.1:/; s/\[::\]:/[::1]:/; s/:[0-9]*$/:0/; s/^/--listen /' "$all")
greeted || fail "not greeted over TCP: $(cat "$TMP/greeted.err")"
sed -n 's/.*msg=listening addr=\([dq][a-z]*\):\(.*\)$/\1:\/\/\2/p' "$SERVER_LOG" >"$TMP/urls"
[ "$(wc -l <"$TMP/urls")" -eq $(($(wc -l <"$all") - 2)) ] || fail "not all UDP listeners are open: $(cat "$TMP/urls")"
while read -r url; do
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$url" </dev/null
done <"$TMP/urls"
stop_server

need systemd-analyze
[ "$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -ge 250 ] ||
	skip 'systemd-analyze is older than 250 and judges no files'

# Findings are printed even where its status is 0.
systemd-analyze verify --man=no "$TMP"/hello-server.socket "$TMP"/hello-server-metrics.socket \
	"$TMP"/hello-server.service \
	"$TMP"/hello-server-standalone.service >"$TMP/out" 2>&1 || fail 'systemd-analyze verify'
[ ! -s "$TMP/out" ] || fail 'systemd-analyze verify has something to say'
# The files above include the drop-in as it is, because it is in its place.
cp "$TMP/hello-server-standalone.service" "$TMP/all"
systemd-analyze verify --man=no "$TMP/all/hello-server-standalone.service" >"$TMP/out" 2>&1 ||
	fail 'systemd-analyze verify of all lines of hello-server-udp.conf'
[ ! -s "$TMP/out" ] || fail 'systemd-analyze verify has something to say about hello-server-udp.conf'

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
