#!/bin/sh
# deploy-firewalld.sh - a real firewalld, on a machine and a message bus of its own, takes the service
# files of deploy/firewall/, and each opens its port and no other.
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
# shellcheck disable=SC2034 # for datagram.sh
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

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
quic_listener=''
if has_quic; then
	quic_listener='--listen quic:0.0.0.0:8444'
else
	echo 'not tried: QUIC, which this build does not have'
fi
# shellcheck disable=SC2086 # words, or none
start_server --listen 0.0.0.0:8443 --listen 0.0.0.0:8444 --listen dtls:0.0.0.0:8443 \
	--listen dtls:0.0.0.0:8445 $quic_listener

# ends STATUS SCHEME PORT
ends() {
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" "$2://192.0.2.7:$3"
}
over_quic() {
	[ -z "$quic_listener" ] || ends "$1" quic 8444
}
ends 0 hello 8443
ends 0 hello 8444
ends 0 dtls 8443
ends 0 dtls 8445
over_quic 0

config=$TMP/firewalld
mkdir -p "$config/services" || error 'mkdir'
cp "$srcdir"/deploy/firewall/*.xml "$config/services/"
firewall-offline-cmd --system-config "$config" --check-config >"$TMP/out" 2>&1 ||
	fail 'firewalld does not take the files'

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

echo 'firewalld without the services: nobody gets in'
ends 22 hello 8443
ends 22 dtls 8443
over_quic 22

# add SERVICE
add() {
	at server firewall-cmd --add-service="$1" >"$TMP/out" 2>&1 || fail "firewalld does not add $1"
}
echo 'firewalld with each: to its port, and to no other'
add hello-tls
ends 0 hello 8443
ends 22 hello 8444
ends 22 dtls 8443
add hello-dtls
ends 0 dtls 8443
ends 22 dtls 8445
over_quic 22
add hello-quic
ends 22 hello 8444
ends 22 dtls 8445
over_quic 0
stop_server
