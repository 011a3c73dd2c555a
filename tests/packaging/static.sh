#!/bin/sh
# static.sh TARBALL FOLDER - in a bare Debian, as root: installs what packaging/static/build and
# packaging/image/build need, and runs each of them twice, as an ordinary user. The results must be
# equal. FOLDER/image is the image; FOLDER/one/sysroot, if it exists already, has the libraries.
# It changes the system that it runs in, so it runs only where the file /hello-throwaway exists.
set -eu
unset CDPATH

# error MESSAGE: the test could not be set up.
error() {
	echo "static.sh: $*" >&2
	exit 99
}

[ -e /hello-throwaway ] || error 'this system is not marked as one to throw away'
tarball=$(realpath "$1")
here=$(cd "$(dirname "$0")/../.." && pwd)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
mkdir -p "$2/one" "$2/two"
folder=$(realpath "$2")

quiet() {
	"$@" >"$folder/log" 2>&1 || {
		echo "status $?: $*"
		tail -n 60 "$folder/log"
		exit 1
	}
}

# The packages are those that the documentation lists.
packages=$(sed -n '/^    apt-get install autoconf/,/[^\\]$/{ s/apt-get install//; s/\\$//; p; }' \
	"$here/packaging/README.md")
[ -n "$packages" ] || error 'packaging/README.md lists no packages'

# A mirror may list the newest source packages before it has them. Those of Debian 12 are older, and
# the build warns if it uses them.
mirror=$(awk '$1 == "deb" { print $2; exit }' /etc/apt/sources.list)
[ -z "$mirror" ] || echo "deb-src $mirror bookworm main" >/etc/apt/sources.list.d/older.list
quiet apt-get update -q
# shellcheck disable=SC2086  # a list of words
quiet apt-get install -q -y --no-install-recommends $packages

chown -R nobody "$folder"
chmod 755 "$folder"
as_user() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent "$@"
}

# What depends on the C library or on the kernel's interface as musl declares it: the sandbox, which
# must know each system call that musl makes, sockets and addresses, files, time, text, threads. The
# other unit tests would repeat with musl what only our own code decides.
UNIT_TESTS='sandbox workers service_manager notify log pool thread_pool
	sock addr endpoint listener unix_socket hostname conn_report route
	input_file output_file file_format answer_io time text options
	tls_context tls_conn tls_buffer verify' \
	as_user "$here/packaging/static/build" "$tarball" "$folder/one"
rm -rf "$folder/two/sysroot"
as_user cp -R "$folder/one/sysroot" "$folder/two/sysroot"
as_user "$here/packaging/static/build" "$tarball" "$folder/two"
for each in hello-server hello-client hello-zoo; do
	cmp "$folder/one/programs/$each" "$folder/two/programs/$each"
done
sum=$(cat "$folder"/one/programs/* | sha256sum)
echo "FIGURE: two builds in two folders: equal programs, SHA-256 ${sum%% *}"

export IMAGE_REVISION="${IMAGE_REVISION-}"
rm -rf "$folder/image" "$folder/again"
as_user "$here/packaging/image/build" "$folder/one" "$folder/image"
as_user "$here/packaging/image/build" "$folder/two" "$folder/again"
diff -r "$folder/image" "$folder/again"
sum=$(sha256sum <"$folder/image/index.json")
echo "FIGURE: two builds: equal images, SHA-256 of index.json ${sum%% *}"
rm -rf "$folder/again" "$folder/two"
