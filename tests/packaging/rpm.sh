#!/bin/sh
# SPDX-License-Identifier: MIT
# rpm.sh TARBALL - in a bare Debian, as root: builds the RPM packages of the tarball with the spec in it,
# judges them with rpmlint, installs them with rpm, tests them, upgrades and erases them. Prints FIGURE
# lines. The names of what Fedora's packages need mean nothing here, so rpm runs with --nodeps.
# It changes the system that it runs in, so it runs only where the file /hello-throwaway exists.
set -eu
unset CDPATH

[ -e /hello-throwaway ] || { echo 'rpm.sh: this system is not marked as one to throw away' >&2; exit 99; }
tarball=$(realpath "$1")
here=$(cd "$(dirname "$0")/../.." && pwd)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
folder=$(mktemp -d)
chmod 755 "$folder"

quiet() {
	"$@" >"$folder/log" 2>&1 || { status=$?; tail -n 60 "$folder/log"; echo "status $status: $*"; exit 1; }
}

wrong() {
	echo "wrong: $*"
	exit 1
}

# Records of rpm and of the system apart.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path "$here" \
		-o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/rpm -o -path /root/.rpmdb \
		-o -path /var/cache -o -path /var/log \) -prune -o -print | LC_ALL=C sort
}

quiet apt-get update -q
quiet apt-get install -q -y --no-install-recommends rpm rpmlint gcc libc6-dev make pkgconf openssl systemd \
	libevent-dev libjansson-dev libseccomp-dev libssl-dev uthash-dev

# rpm_build FOLDER OPTION...
rpm_build() {
	topdir=$1
	shift
	quiet rpmbuild --nodeps --load "$here/tests/packaging/systemd.macros" \
		--define "_topdir $topdir" --define 'debug_package %{nil}' --define 'dist .test' "$@"
}

# The command of packaging/README.md, and the same sources as a later release.
rpm_build "$folder/one" -tb "$tarball"
mkdir -p "$folder/two/SOURCES" "$folder/two/SPECS"
cp "$tarball" "$folder/two/SOURCES"
sed 's/^Release:.*/Release: 2%{?dist}/; s/^\(\* .* - .*-\)1$/\12/' "$here/packaging/rpm/hello-tls.spec" \
	>"$folder/two/SPECS/hello-tls.spec"
rpm_build "$folder/two" -bb "$folder/two/SPECS/hello-tls.spec"
[ "$(find "$folder/one/RPMS" -name '*.rpm' | wc -l)" -eq 4 ] || wrong "not four packages: $(ls -R "$folder/one/RPMS")"

rpmlint --rpmlintrc "$here/packaging/rpm/hello-tls.rpmlintrc" "$here/packaging/rpm/hello-tls.spec" \
	"$folder"/one/RPMS/*/*.rpm >"$folder/lint" 2>&1 || { cat "$folder/lint"; exit 1; }
grep -q ' 0 errors, 0 warnings' "$folder/lint" || { cat "$folder/lint"; wrong 'rpmlint has findings'; }
echo "FIGURE: rpmlint $(rpmlint --version): $(tail -n 1 "$folder/lint" | tr -s ' ')"

# Older versions in Debian want --force-debian, because Debian's own packages are not in their database.
force=''
! rpm --help | grep -q -e --force-debian || force=--force-debian
rpm_now() {
	quiet rpm $force --nodeps "$@"
	! grep -iE 'warning|error|failed' "$folder/log" || wrong "rpm $*"
}
version_of() {
	rpm -q --qf '%{VERSION}-%{RELEASE}' "$1"
}

rpm --initdb
files >"$folder/before"
rpm_now -i "$folder"/one/RPMS/*/*.rpm
for package in hello-server hello-client hello-certs hello-zoo; do
	echo "FIGURE: $package $(version_of $package) $(($(rpm -q --qf '%{SIZE}' $package) / 1024)) KiB"
	quiet rpm -V --nodeps $package
done
getent passwd hello-tls >/dev/null || wrong 'there is no user hello-tls'
sh "$here/packaging/debian/tests/path"
quiet systemd-analyze verify --man=no /usr/lib/systemd/system/hello-server.socket
echo 'FIGURE: installed: the programs work together'

# What the administrator put beside the packages stays.
echo mine >/etc/hello-tls/chain.pem
rpm_now -U "$folder"/two/RPMS/*/*.rpm
[ "$(version_of hello-server)" = "$(version_of hello-client)" ] || wrong 'not all are upgraded'
case $(version_of hello-server) in
*-2.test) ;;
*) wrong "not upgraded: $(version_of hello-server)" ;;
esac
[ "$(cat /etc/hello-tls/chain.pem)" = mine ] || wrong 'the upgrade changed a file of the administrator'
sh "$here/packaging/debian/tests/path"
echo 'FIGURE: upgraded: the programs work together'

rm /etc/hello-tls/chain.pem
rpm_now -e hello-server hello-client hello-certs hello-zoo
files >"$folder/after"
# The user stays: a file of its own could otherwise become somebody else's. In Fedora the folder of
# licences belongs to the package filesystem.
if diff "$folder/before" "$folder/after" | grep '^>' |
	grep -v -e '/etc/\(passwd\|group\|shadow\|gshadow\)-$' -e ' /usr/share/licenses$'; then
	wrong 'these files are left after the packages were erased'
fi
echo 'FIGURE: erased: no file is left'
rm -rf "$folder"
