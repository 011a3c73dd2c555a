#!/bin/sh
# version.sh [--self-test] - the version is the same everywhere: in configure.ac, which the programs and their
# manual pages have it from, in NEWS.md, in commands that name the tarball, and in packaging/. What was
# measured (doc/zoo.md, doc/services.md, bench/results) may be of an older version.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

# versions ROOT: FILE, line and version of each place but the first.
versions() {
	(
		cd "$1" || exit 99
		# Only the newest entry of a change log.
		sed -n '/^## /{=;s/^## \([^,]*\),.*/\1/p;q;}' NEWS.md | paste - - | sed 's/^/NEWS.md	/'
		sed -n '1s/^hello-tls (\(.*\)-[^-]*) .*/packaging\/debian\/changelog	1	\1/p' packaging/debian/changelog
		find README.md README.ko.md doc/release.md packaging -type f ! -name changelog | LC_ALL=C sort |
			while read -r file; do
				awk -v file="$file" '
				{
					rest = $0
					while (match(rest, /(hello-tls[-_]|[ \/]v|^Version: *|^pkgver=|version = "|version ")[0-9]+\.[0-9]+\.[0-9]+/)) {
						found = substr(rest, RSTART, RLENGTH)
						rest = substr(rest, RSTART + RLENGTH)
						sub(/.*[^0-9.]/, "", found)
						print file "\t" FNR "\t" found
					}
				}' "$file"
			done
	)
}

# shellcheck disable=SC2317  # called by style_main
check() {
	version=$(sed -n 's/^AC_INIT(\[hello-tls\], \[\(.*\)\])$/\1/p' "$1/configure.ac")
	case $version in
	[0-9]*.[0-9]*.[0-9]*) ;;
	*) echo "configure.ac:1: \"$version\" is not a version such as 1.2.3" ;;
	esac
	sed -n '/^## /{p;q;}' "$1/NEWS.md" |
		grep -qE '^## [0-9.]+, (not released yet|[0-9]{4}-[01][0-9]-[0-3][0-9])$' ||
		echo 'NEWS.md:1: the first heading is not "## VERSION, YYYY-MM-DD" or "## VERSION, not released yet"'
	versions "$1" >"$style_work/versions"
	for file in NEWS.md README.md README.ko.md doc/release.md packaging/debian/changelog packaging/README.md; do
		grep -q "^$file	" "$style_work/versions" || echo "$file:1: no version is found"
	done
	while IFS='	' read -r file line found; do
		[ "$found" = "$version" ] || echo "$file:$line: version $found, in configure.ac $version"
	done <"$style_work/versions"
}

# edit FILE SED EXPECTED: with FILE changed by SED, EXPECTED must be found.
# shellcheck disable=SC2317
edit() {
	cp "$style_copy/$1" "$style_work/kept"
	sed "$2" "$style_work/kept" >"$style_copy/$1"
	check "$style_copy" >"$style_work/said"
	grep -F -- "$1:" "$style_work/said" | grep -qF -- "$3" ||
		echo "self-test: $1 after $2 was not reported as \"$3\""
	mv "$style_work/kept" "$style_copy/$1"
}

# shellcheck disable=SC2317
self_test() {
	(cd "$style_root" && tar cf - configure.ac NEWS.md README.md README.ko.md doc packaging) |
		(cd "$style_copy" && tar xf -) || exit 99
	chmod -R u+w "$style_copy"
	edit configure.ac 's/^AC_INIT.*/AC_INIT([hello-tls], [next])/' 'is not a version'
	edit NEWS.md 's/^## [0-9.]*,/## 9.8.7,/' 'version 9.8.7'
	edit NEWS.md 's/^## \([0-9.]*\),.*/## \1, soon/' 'the first heading is not'
	edit README.md 's/hello-tls-[0-9.]*\.tar/hello-tls-9.8.7.tar/' 'version 9.8.7'
	edit README.ko.md 's/hello-tls-[0-9.]*//g' 'no version is found'
	edit packaging/debian/changelog '1s/([0-9.]*-/(9.8.7-/' 'version 9.8.7'
	edit doc/release.md 's/ v[0-9.]*/ v9.8.7/' 'version 9.8.7'
	plant packaging/novel 'version 9.8.7' 'pkgver=9.8.7'
	plant packaging/novel 'version 9.8.7' 'Version:        9.8.7'
	plant packaging/novel 'version 9.8.7' '  version = "9.8.7";'
	plant packaging/novel 'version 9.8.7' '  url "https://example.org/hello-tls-9.8.7.tar.gz"'
	plant_harmless packaging/README.md 'OpenSSL 9.8.7, hello-tls_source, 192.0.2.1'
}

style_main "$@"
