#!/bin/sh
# resolver.sh - getaddrinfo cannot be interrupted, yet a name server that never answers holds the client
# no longer than its deadline. In a network of its own, where /etc/resolv.conf is ours.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need unshare mount ip python3
[ -e /etc/resolv.conf ] || skip 'there is no /etc/resolv.conf to put ours in the place of'
make_pki

# Takes every question and says nothing; "options" makes the resolver itself more patient than us.
echo 'nameserver 127.0.0.1
options timeout:20 attempts:1' >"$TMP/resolv.conf"
mkfifo "$TMP/bound"
cat >"$TMP/inside" <<'EOT'
mount --bind "$TMP/resolv.conf" /etc/resolv.conf && ip link set lo up || exit
[ "$1" != try ] || exit 0
python3 -c '
import signal, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print("bound", flush=True)
signal.alarm(60)
signal.pause()' >"$TMP/bound" &
read -r _ <"$TMP/bound" || exit 99
began=$(date +%s)
"$HELLO_CLIENT" --cacert "$CA" "$@" name.test
status=$?
echo $(($(date +%s) - began)) >"$TMP/took"
kill $!
exit $status
EOT
export TMP HELLO_CLIENT CA

inside() {
	unshare --map-root-user --net --mount sh "$TMP/inside" "$@"
}
inside try 2>"$TMP/err" || skip "no network of our own here: $(cat "$TMP/err")"

# late OPTION: ended by that one.
late() {
	run_status 11 inside "$@"
	expect "$TMP/err" '^hello-client: RESOLVE_FAILED: .*did not answer for "name.test" in [0-9]* ms'
	[ "$(cat "$TMP/took")" -lt 15 ] || fail "it took $(cat "$TMP/took") seconds"
	echo "$* ended it after $(cat "$TMP/took") seconds"
}
late --connect-timeout 1s
late --max-time 1s
