#!/bin/bash
# boot.sh BUILD-FOLDER - install what was built into a bare system of this machine's own release, boot
# that with systemd as its process 1, and run inside.sh there. Needs root, debootstrap, systemd-nspawn,
# and a kernel on which systemd of this release can be process 1.
set -u
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd) || exit 99
build=$(cd "$1" && pwd) || exit 99

skip() {
	echo "SKIP: $*"
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'a system is booted by root only'
command -v systemd-nspawn >/dev/null || skip 'systemd-nspawn is not installed'

folder=$(mktemp -d) || exit 99
trap 'rm -rf --one-file-system "$folder"' EXIT
root=$folder/root

# Programs and libraries must fit, so the libraries are those of the packages that the build has used.
packages=$(ldd "$build/hello-server" "$build/hello-client" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u |
	xargs -n 1 realpath | while read -r library; do
		dpkg-query -S "$library" "/usr$library" 2>/dev/null
	done | sed -n 's/:.*//p' | sort -u | paste -sd,)
"$here/../../.ci/root" make own "$root" \
	--include="systemd,systemd-sysv,dbus,curl,openssl,$packages" || exit

make -s -C "$build" install DESTDIR="$root" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 99; }
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
install -D -m 0644 "$here/../system/lib.sh" "$root/usr/local/share/hello-tests/lib.sh"
install -D -m 0755 "$here/inside.sh" "$root/usr/local/bin/hello-inside"
cat >"$root/etc/systemd/system/hello-inside.service" <<'UNIT'
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=400
ExecStart=/bin/sh -c 'status=0; hello-inside >/result 2>&1 || status=$$?; echo "status $$status" >>/result'
UNIT
ln -s ../hello-inside.service "$root/etc/systemd/system/multi-user.target.wants/" 2>/dev/null || {
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s ../hello-inside.service "$root/etc/systemd/system/multi-user.target.wants/"
}

timeout -k 10 500 systemd-nspawn --quiet --register=no --keep-unit --private-network --boot \
	--system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
	--machine=hello --directory="$root" </dev/null >"$folder/console" 2>&1
if [ ! -e "$root/result" ]; then
	cat "$folder/console"
	skip 'systemd does not get up as process 1 here'
fi
cat "$root/result"
grep -qx 'status 0' "$root/result"
