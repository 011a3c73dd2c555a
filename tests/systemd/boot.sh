#!/bin/bash
# boot.sh ROOT SCRIPT - boots the bare system in the folder ROOT with systemd as process 1, and runs
# this script of tests/systemd there, with the tests in /src. Prints the output of the script. Needs root,
# systemd-nspawn, and a kernel on which systemd of that system can be process 1.
set -u
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd) || exit 99
root=$(cd "$1" && pwd) || exit 99

skip() {
	echo "SKIP: $*"
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'a system is booted by root only'
command -v systemd-nspawn >/dev/null || skip 'systemd-nspawn is not installed'

console=$(mktemp) || exit 99
trap 'rm -f "$console"' EXIT

wants=$root/etc/systemd/system/multi-user.target.wants
mkdir -p "$root/src" "$wants" && rm -rf "$root/src/tests" "$root/src/result" && cp -R "$here/.." "$root/src/tests" || exit 99
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
cat >"$root/etc/systemd/system/hello-inside.service" <<UNIT
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=900
ExecStart=/bin/sh -c 'status=0; sh /src/tests/systemd/$2 >/src/result 2>&1 || status=\$\$?; echo "status \$\$status" >>/src/result'
UNIT
ln -s ../hello-inside.service "$wants/" || exit 99

# Newer versions of systemd refuse the old control groups, which this machine may still have beside the
# new ones.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout -k 10 1000 systemd-nspawn --quiet --register=no --keep-unit \
	--private-network --boot \
	--system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
	--machine="hello-$$" --directory="$root" </dev/null >"$console" 2>&1
if [ ! -e "$root/src/result" ]; then
	cat "$console"
	skip 'systemd does not get up as process 1 here'
fi
cat "$root/src/result"
grep -qx 'status 0' "$root/src/result"
