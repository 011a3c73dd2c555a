#!/bin/sh
# SPDX-License-Identifier: MIT
# deb.sh TARBALL - in a bare Debian, as root: builds the packages of the tarball, installs them, runs their
# own test (debian/tests), upgrades to a higher version, removes and purges them. Prints FIGURE lines.
# It changes the system that it runs in, so it runs only where the file /hello-throwaway exists.
set -eu
unset CDPATH

[ -e /hello-throwaway ] || { echo 'deb.sh: this system is not marked as one to throw away' >&2; exit 99; }
tarball=$(realpath "$1")
here=$(cd "$(dirname "$0")/../.." && pwd)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
folder=$(mktemp -d)

quiet() {
	"$@" >"$folder/log" 2>&1 || { status=$?; tail -n 60 "$folder/log"; echo "status $status: $*"; exit 1; }
}

# What a package may leave behind: apt's and dpkg's own records, and what a library's triggers rebuild.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path "$here" \
		-o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log \) -prune \
		-o -print | LC_ALL=C sort
}

quiet apt-get update -q
quiet apt-get install -q -y --no-install-recommends dpkg-dev debhelper lintian
quiet apt-get install -q -y --no-install-recommends openssl systemd
mkdir "$folder/source"
tar xzf "$tarball" -C "$folder/source" --strip-components=1
cp -R "$here/packaging/debian" "$folder/source/debian"
quiet apt-get build-dep -q -y --no-install-recommends "$folder/source"
quiet "$here/packaging/deb" "$tarball" "$folder/one"

# Not for Debian's archive, so there is no bug to close, no watch file and no script for other inits.
lintian --allow-root --fail-on error,warning,info --display-info --suppress-tags \
	initial-upload-closes-no-bugs,debian-watch-file-is-missing,package-supports-alternative-init-but-no-init.d-script \
	"$folder"/one/*.changes
echo "FIGURE: lintian $(dpkg-query -W -f '${Version}' lintian): nothing"

files >"$folder/before"
rm -f "$folder"/one/*dbgsym*
quiet apt-get install -q -y --no-install-recommends "$folder"/one/*.deb
for package in hello-server hello-client hello-certs hello-zoo; do
	echo "FIGURE: $package $(dpkg-query -W -f '${Version} ${Installed-Size} KiB' "$package")"
done
getent passwd hello-tls >/dev/null || { echo 'there is no user hello-tls'; exit 1; }
sh "$here/packaging/debian/tests/path"
echo 'FIGURE: installed: debian/tests/path passed'

# The same source as a later version of the package.
cp -R "$folder/one/hello-tls-"*/ "$folder/two"
cd "$folder/two"
version=$(dpkg-parsechangelog -S Version)
printf 'hello-tls (%s+next) unstable; urgency=medium\n\n  * The upgrade of a test.\n\n -- test <test@example.org>  %s\n\n' \
	"$version" "$(date -R)" | cat - debian/changelog >"$folder/changelog"
cp "$folder/changelog" debian/changelog
rm -f debian/files
quiet dpkg-buildpackage -b -us -uc -nc
rm -f "$folder"/*dbgsym*
quiet apt-get install -q -y --no-install-recommends "$folder"/*+next_*.deb
dpkg-query -W -f '${Version}\n' hello-server | grep -qx "$version+next"
sh "$here/packaging/debian/tests/path"
echo 'FIGURE: upgraded: debian/tests/path passed'

quiet apt-get remove -q -y hello-server hello-client hello-certs hello-zoo
quiet apt-get purge -q -y hello-server hello-client hello-certs hello-zoo
files >"$folder/after"
# The user stays, as Debian's policy wants it: a file of its own could otherwise become somebody else's.
if diff "$folder/before" "$folder/after" | grep '^>' | grep -v '/etc/\(passwd\|group\|shadow\|gshadow\)-$' ; then
	echo 'these files are left after the purge'
	exit 1
fi
echo 'FIGURE: purged: no file is left'
rm -rf "$folder"
