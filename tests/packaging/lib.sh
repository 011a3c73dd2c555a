# shellcheck shell=sh
# tests/packaging/lib.sh - for tests of installed packages, which source tests/system/server.sh first.
#
#	older FOLDER DEB...      write these packages to FOLDER, with a lower version
#	make_certificate USER    a CA in $CA; /etc/hello-tls gets a certificate for localhost, whose
#	                         key USER may read
#	files                    print all files with owner and mode, and regular ones with their size
#	left_behind BEFORE AFTER print how two outputs of files differ, without what apt and dpkg record
#	                         about themselves and what a new user changes
#	uid_of PID               print its effective user, as a number
#	uses_installed PID       does this server run the file that is installed now?

# shellcheck disable=SC2034 # for the tests
{
	HELLO_SERVER=/usr/sbin/hello-server
	HELLO_CLIENT=/usr/bin/hello-client
	HELLO_CERTS=/usr/bin/hello-certs
	conf=/etc/hello-tls
}

older() {
	older_folder=$1
	shift
	mkdir -p "$older_folder" || return
	for each; do
		dpkg-deb -R "$each" "$older_folder/unpacked" &&
			sed -i 's/^Version: .*/&~older/' "$older_folder/unpacked/DEBIAN/control" &&
			dpkg-deb --root-owner-group -b "$older_folder/unpacked" "$older_folder" >/dev/null &&
			rm -r "$older_folder/unpacked" || return
	done
}

make_certificate() {
	CA=$TMP/ca/ca.pem
	[ -e "$CA" ] || run_status 0 "$HELLO_CERTS" init "$TMP/ca"
	rm -rf "$TMP/ca/localhost"
	run_status 0 "$HELLO_CERTS" issue "$TMP/ca" localhost
	run_status 0 install -o "$1" -m 0600 "$TMP/ca/localhost/key.pem" "$TMP/ca/localhost/chain.pem" $conf
}

# find also reports what vanished while it looked; that is no file.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /src \
		-o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path '/var/lib/dpkg/[!i]*' \
		-o -path /var/lib/systemd/random-seed -o -path /var/lib/systemd/timers \) -prune \
		-o -type f -printf '%p %M %u %g %s\n' -o -printf '%p %M %u %g %l\n' 2>/dev/null | LC_ALL=C sort
}

left_behind() {
	diff "$1" "$2" >"$TMP/diff" || [ $? -eq 1 ] || error 'the files cannot be compared'
	grep '^[<>]' "$TMP/diff" | grep -v '^. /etc/\(passwd\|group\|shadow\|gshadow\)-\{0,1\} '
}

uid_of() {
	sed -n 's/^Uid:[[:space:]]*[0-9]*[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

uses_installed() {
	[ "$(readlink "/proc/$1/exe")" = "$HELLO_SERVER" ]
}
