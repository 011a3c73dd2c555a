#!/bin/sh
# deploy-firewalld.sh - a real firewalld, on a machine and a message bus of its own, takes the service
# file of deploy/firewall/ and opens that port and no other.
for each in firewalld firewall-cmd firewall-offline-cmd dbus-daemon; do
	if ! PATH=$PATH:/sbin:/usr/sbin command -v "$each" >/dev/null 2>&1; then
		echo "SKIP: $each is not installed"
		exit 77
	fi
done
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: firewalld runs as root only'
	exit 77
fi
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

PKI=$TMP/pki CA=$TMP/pki/ca.pem
{
	"$HELLO_CERTS" init "$PKI" --domain 192.0.2.7 && "$HELLO_CERTS" issue "$PKI" 192.0.2.7
} >"$TMP/pki.log" 2>&1 || error "no certificates: $(cat "$TMP/pki.log")"
# shellcheck disable=SC2034 # for start_server
CERT=$PKI/192.0.2.7/chain.pem KEY=$PKI/192.0.2.7/key.pem

make_host client server
link client 192.0.2.1/24 - server 192.0.2.7/24
HELLO_SERVER=$(program_at server "$HELLO_SERVER")
HELLO_CLIENT=$(program_at client "$HELLO_CLIENT")
start_server --listen 0.0.0.0:8443 --listen 0.0.0.0:8444

ends() {
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" 192.0.2.7 "$2"
}
ends 0 8443
ends 0 8444

config=$TMP/firewalld
mkdir -p "$config/services" || error 'mkdir'
cp "$srcdir/deploy/firewall/hello-tls.xml" "$config/services/"
firewall-offline-cmd --system-config "$config" --check-config >"$TMP/out" 2>&1 ||
	fail 'firewalld does not take the file'

# In the abstract namespace, which is the machine's own; a path has little room, and $TMP may be long.
bus_is_up() {
	at server grep -q '@hello-bus$' /proc/net/unix
}
cat >"$TMP/bus.conf" <<-CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:abstract=hello-bus</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
CONF
log_on_failure "$TMP/bus.log"
"$(program_at server dbus-daemon)" --config-file="$TMP/bus.conf" --nofork >"$TMP/bus.log" 2>&1 &
track $!
wait_for "$PATIENCE" bus_is_up || error 'no message bus'

export DBUS_SYSTEM_BUS_ADDRESS=unix:abstract=hello-bus
log_on_failure "$TMP/firewalld.log"
log_on_failure "$TMP/firewalld.out"
"$(program_at server firewalld)" --nofork --nopid --system-config "$config" --log-file "$TMP/firewalld.log" \
	>"$TMP/firewalld.out" 2>&1 &
track $!
wait_for "$PATIENCE" at server firewall-cmd --state >"$TMP/out" 2>&1 || error 'firewalld is not running'

echo 'firewalld without the service: nobody gets in'
ends 22 8443
at server firewall-cmd --add-service=hello-tls >"$TMP/out" 2>&1 || fail 'firewalld does not add the service'
echo 'firewalld with it: to its port, and to no other'
ends 0 8443
ends 22 8444
stop_server
