#!/bin/sh
# recipes.sh - the files for package managers and Kubernetes have the version of configure.ac and a
# valid syntax, and package() of the APKBUILD installs what a build makes.
set -u
unset CDPATH

builddir=$PWD
top=$(cd "${srcdir:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
wrong=0 missing=''

wrong() {
	echo "$*"
	wrong=1
}

# versions ROOT: prints each version that is not that of configure.ac.
versions() {
	version=$(sed -n 's/^AC_INIT(\[hello-tls], \[\(.*\)])$/\1/p' "$1/configure.ac")
	{
		sed -n 's/^pkgver=/APKBUILD /p' "$1/packaging/alpine/APKBUILD"
		sed -n 's/^Version: */spec /p' "$1/packaging/rpm/hello-tls.spec"
		sed -n 's/^  url ".*hello-tls-\(.*\)\.tar\.gz"$/formula \1/p' "$1/packaging/homebrew/hello-tls.rb"
		sed -n 's/^ *image: hello-tls:/image /p' "$1"/deploy/kubernetes/*.yaml
	} | awk -v version="$version" '
		$2 != version { print $1 " has version " $2 ", not " version }
		END { if (NR < 7) print "only " NR " versions were found" }'
}
versions "$top" >"$work/said"
[ ! -s "$work/said" ] || wrong "$(cat "$work/said")"
mkdir "$work/tree" || exit 99
cp -R "$top/packaging" "$top/deploy" "$work/tree" || exit 99
sed 's/^AC_INIT(\[hello-tls], \[.*/AC_INIT([hello-tls], [99.9])/' "$top/configure.ac" >"$work/tree/configure.ac"
[ "$(versions "$work/tree" | grep -c ', not 99.9$')" -ge 7 ] || wrong 'self-test: another version is not found'

# judged TOOL COMMAND...: the syntax is valid, if the tool is there.
judged() {
	command -v "$1" >/dev/null 2>&1 || {
		missing="$missing $1"
		return
	}
	shift
	"$@" >"$work/said" 2>&1 || wrong "$*: $(cat "$work/said")"
}
judged sh sh -n "$top/packaging/alpine/APKBUILD"
judged shellcheck shellcheck "$top/packaging/alpine/APKBUILD"
judged ruby ruby -c "$top/packaging/homebrew/hello-tls.rb"
judged nix-instantiate nix-instantiate --parse "$top/flake.nix"
judged rpmspec rpmspec --parse "$top/packaging/rpm/hello-tls.spec"

# The folder of this build is what build() leaves behind; the files that are not built are linked there.
mkdir -p "$work/build/certs" "$work/build/src" "$work/root" || exit 99
for each in README.md NEWS.md LICENSE doc; do
	ln -s "$top/$each" "$work/build/$each" || exit 99
done
ln -s "$builddir/hello-client" "$work/build/hello-client" || exit 99
ln -s "$builddir/certs/hello-certs" "$work/build/certs/hello-certs" || exit 99
ln -s "$builddir/src/completion" "$work/build/src/completion" || exit 99
(
	cd "$work/build" || exit
	srcdir=$work pkgdir=$work/root
	export srcdir pkgdir
	set -eu
	# shellcheck source=packaging/alpine/APKBUILD
	. "$top/packaging/alpine/APKBUILD"
	package
) >"$work/said" 2>&1 || wrong "APKBUILD: package(): $(cat "$work/said")"
for each in bin/hello-client bin/hello-certs share/man/man1/hello-client.1 share/man/man1/hello-certs.1 \
	share/bash-completion/completions/hello-client share/doc/hello-client/hello-client.schema.json; do
	[ -s "$work/root/usr/$each" ] || wrong "APKBUILD: package() does not install $each"
done

[ $wrong -eq 0 ] || exit 1
[ -z "$missing" ] || {
	echo "SKIP: the rest was tested, but not installed:$missing"
	exit 77
}
