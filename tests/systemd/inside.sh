#!/bin/sh
# inside.sh - what the units promise, on a machine whose process 1 is systemd; boot.sh starts it there,
# once the machine is up. The programs and units are installed as `make install` leaves them.
srcdir=/src
# shellcheck source=tests/system/lib.sh
. "$srcdir/tests/system/lib.sh"

PATIENCE=60
HELLO_CLIENT=/usr/bin/hello-client HELLO_CERTS=/usr/bin/hello-certs
conf=/etc/hello-tls

# property UNIT NAME
property() {
	systemctl show --property="$2" --value "$1"
}
is_property() {
	[ "$(property "$1" "$2")" = "$3" ]
}
await_property() {
	wait_for "$PATIENCE" is_property "$1" "$2" "$3" || fail "$2 of $1 is $(property "$1" "$2"), not $3"
}
journal() {
	journalctl --quiet --no-pager --output=cat --unit="$1" >"$TMP/journal"
}
has_said() {
	journal "$1" && grep -qe "$2" "$TMP/journal"
}
await_said() {
	wait_for "$PATIENCE" has_said "$1" "$2" || fail "the journal of $1 has no \"$2\": $(cat "$TMP/journal")"
}
# greeted [NAME]: of whoever asks, for files of its own.
greeted() {
	"$HELLO_CLIENT" --cacert "$TMP/ca/ca.pem" localhost >"$TMP/${1-main}.out" 2>"$TMP/${1-main}.err" &&
		grep -qx 'Hello world' "$TMP/${1-main}.out"
}
# The certificate in place, made anew: its serial number tells which one is served.
make_certificate() {
	rm -rf "$TMP/ca/localhost"
	"$HELLO_CERTS" issue "$TMP/ca" localhost >"$TMP/out" 2>&1 || error 'no certificate'
	install -o "$1" -m 0600 "$TMP/ca/localhost/key.pem" "$TMP/ca/localhost/chain.pem" $conf
	serial=$(openssl x509 -noout -serial -in $conf/chain.pem)
}
serves() {
	[ "$(openssl s_client -connect localhost:8443 </dev/null 2>/dev/null | openssl x509 -noout -serial)" = "$1" ]
}

log_on_failure "$TMP/journal"
mkdir -p $conf
"$HELLO_CERTS" init "$TMP/ca" >"$TMP/out" 2>&1 || error 'no CA'
make_certificate root

echo '1. The first client starts the service; nobody but systemd can read the key'
run_status 0 systemctl start hello-server.socket hello-server-metrics.socket
is_property hello-server.service ActiveState inactive || fail 'the service runs before anybody came'
wait_for "$PATIENCE" greeted || fail "nobody is greeted: $(cat "$TMP/main.err")"
await_property hello-server.service ActiveState active
is_property hello-server.service StatusText "serving, generation 1, $(nproc) workers" ||
	fail "the status is $(property hello-server.service StatusText)"
main=$(property hello-server.service MainPID)
uid=$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$main/status")
[ "$uid" -ge 61184 ] || fail "DynamicUser gave the uid $uid"
journal hello-server.service
expect "$TMP/journal" 'msg="workers are confined" .* sandbox=landlock-[0-9]*,seccomp'
curl -sf http://127.0.0.1:9443/metrics >"$TMP/metrics" || fail 'no metrics'
expect "$TMP/metrics" '^hello_connections_total{outcome="OK"} [1-9]'

echo '2. A reload says that credentials need a restart; a restart under load takes them, and loses nobody'
old=$serial
make_certificate root
run_status 0 systemctl reload hello-server.service
await_said hello-server.service 'the files are unchanged: systemd passes renewed credentials only at a restart'
serves "$old" || fail 'the reload serves something else'
lost=0 all=0
(
	while [ ! -e "$TMP/enough" ] && [ $all -lt 5000 ]; do
		all=$((all + 1))
		greeted load || { lost=$((lost + 1)); cat "$TMP/load.err" >>"$TMP/lost"; }
	done
	echo "$lost of $all were not greeted" >"$TMP/load"
) &
track $!
for round in 1 2 3 4 5; do
	run_status 0 systemctl restart hello-server.service
done
wait_for "$PATIENCE" serves "$serial" || fail 'the restart does not take the new certificate'
: >"$TMP/enough"
wait_for "$PATIENCE" [ -s "$TMP/load" ] || fail 'the load does not end'
echo "$round restarts: $(cat "$TMP/load")"
[ ! -e "$TMP/lost" ] || fail "somebody was lost: $(cat "$TMP/lost")"

echo '3. A bad file: clients wait at the socket until it is mended, and nobody has to reset anything'
echo none >$conf/key.pem
run_status 1 systemctl restart hello-server.service
await_said hello-server.service 'key.pem'
"$HELLO_CLIENT" --cacert "$TMP/ca/ca.pem" --max-time 60s --handshake-timeout 60s localhost >"$TMP/waited" 2>&1 &
client=$!
track $client
has_retried() {
	[ "$(property hello-server.service NRestarts)" -ge 6 ]
}
wait_for "$PATIENCE" has_retried || fail 'it is not tried again'
install -m 0600 "$TMP/ca/localhost/key.pem" $conf
wait "$client" || fail "who waited was not greeted: $(cat "$TMP/waited")"
untrack $client

echo '4. A stuck worker: the watchdog ends the service, and systemd starts it anew'
mkdir -p /run/systemd/system/hello-server.service.d
printf '[Service]\nWatchdogSec=2\n' >/run/systemd/system/hello-server.service.d/soon.conf
run_status 0 systemctl daemon-reload
run_status 0 systemctl restart hello-server.service
main=$(property hello-server.service MainPID)
worker=$(grep -l "^PPid:[[:space:]]*$main\$" /proc/[0-9]*/status | head -n 1 | cut -d/ -f3)
before=$(property hello-server.service NRestarts)
kill -STOP "$worker"
await_property hello-server.service NRestarts $((before + 1))
await_said hello-server.service 'watchdog\|Watchdog'
wait_for "$PATIENCE" greeted || fail "nobody is greeted: $(cat "$TMP/main.err")"

echo '5. It leaves when told to, and the socket goes on waiting'
run_status 0 systemctl stop hello-server.service
is_property hello-server.service Result success || fail "it ended with $(property hello-server.service Result)"
journal hello-server.service
expect "$TMP/journal" 'msg=stopped'
run_status 0 systemctl stop hello-server.socket hello-server-metrics.socket

echo '6. The unit that stands alone takes a renewed certificate at a reload'
run_status 0 systemd-sysusers
make_certificate hello-tls
run_status 0 systemctl start hello-server-standalone.service
wait_for "$PATIENCE" greeted || fail "nobody is greeted: $(cat "$TMP/main.err")"
make_certificate hello-tls
run_status 0 systemctl reload hello-server-standalone.service
wait_for "$PATIENCE" serves "$serial" || fail 'the reload does not take the new certificate'

echo '7. With the drop-in for UDP the unit greets over DTLS, and over QUIC once its line has no #'
kit=/usr/share/doc/hello-tls/deploy
drop_in=/etc/systemd/system/hello-server-standalone.service.d/udp.conf
# The commands of its comment.
sed -n '/^\[Service\]/q; s/^#\t//p' $kit/hello-server-udp.conf >"$TMP/install.sh"
run_status 0 env -C $kit sh -e "$TMP/install.sh"
[ -s $drop_in ] || fail 'hello-server-udp.conf does not say how it is installed'
# over_udp URL...: these and TCP, over IPv4 and IPv6.
over_udp() {
	greeted || fail "nobody is greeted over TCP: $(cat "$TMP/main.err")"
	for url; do
		for address in 127.0.0.1 ::1; do
			run_status 0 "$HELLO_CLIENT" --cacert "$TMP/ca/ca.pem" --connect-to $address "$url"
			expect "$TMP/out" '^Hello world$'
		done
	done
}
over_udp dtls://localhost:8443
run_status 0 systemctl reload hello-server-standalone.service
over_udp dtls://localhost:8443
sed -i 's/^#\(IPAddress\)/\1/' $drop_in
run_status 0 systemctl daemon-reload
[ "$(property hello-server-standalone.service IPAddressDeny)" = '::/0 0.0.0.0/0' ] ||
	fail "IPAddressDeny is $(property hello-server-standalone.service IPAddressDeny)"
if hello-server --check --listen quic:127.0.0.1:0 2>&1 | grep -q 'built without QUIC'; then
	echo 'not tried: QUIC, which this build does not have'
else
	sed -i 's/^#\([[:space:]]*--listen quic\)/\1/' $drop_in
	run_status 0 systemctl daemon-reload
	run_status 0 systemctl restart hello-server-standalone.service
	over_udp dtls://localhost:8443 quic://localhost:8444
fi
rm $drop_in
run_status 0 systemctl daemon-reload

echo '8. The timer probes a list of targets; one that fails is no failure of the unit, a wrong list is'
install -m 0644 "$TMP/ca/ca.pem" $conf/ca.pem
mkdir -p /run/systemd/system/hello-client.service.d /run/systemd/system/hello-client.timer.d
printf '[Service]\nEnvironment=SSL_CERT_FILE=%s\n' $conf/ca.pem >/run/systemd/system/hello-client.service.d/ca.conf
printf '[Timer]\nOnActiveSec=0\nRandomizedDelaySec=0\n' >/run/systemd/system/hello-client.timer.d/soon.conf
echo 'localhost 8443' >$conf/targets
# The lines of the README, where it says.
kit=/usr/share/doc/hello-tls/deploy/monitoring
collected=/var/lib/prometheus/node-exporter
mkdir -p $collected
awk '/^```/ { code = !code; next } code' $kit/README.md >"$TMP/install.sh"
grep -q 'enable --now hello-client.timer' "$TMP/install.sh" || fail 'the README of the kit has no commands'
run_status 0 env -C $kit sh -e "$TMP/install.sh"
file=$collected/hello.prom
probed() {
	grep -qs "^hello_client_outcome{host=\"localhost\",port=\"8443\",reason=\"$1\"" $file
}
wait_for "$PATIENCE" probed OK || { journal hello-client.service; fail 'the timer does not probe'; }
# As node_exporter, which is another user.
run_status 0 setpriv --reuid=65534 --regid=65534 --clear-groups grep -q '^hello_client_success{.*} 1$' $file
run_status 0 systemctl stop hello-client.timer hello-server-standalone.service
run_status 0 systemctl start hello-client.service
probed CONNECT_REFUSED || fail 'the file has no outcome of the failure'
echo 'localhost 8443 --no-such-option' >$conf/targets
run_status 1 systemctl start hello-client.service
is_property hello-client.service ExecMainStatus 2 || fail "a wrong list ends with $(property hello-client.service ExecMainStatus)"
journal hello-client.service
expect "$TMP/journal" 'USAGE: line 1: unknown option'

for unit in hello-server hello-server-standalone hello-client; do
	systemd-analyze --no-pager security $unit.service | tail -n 1
done
