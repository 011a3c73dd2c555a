#!/bin/sh
# shell.sh - every shell script is clean under shellcheck. Scripts are found by their first line;
# hello-certs is judged as it was put together.

builddir=$PWD
cd "${srcdir:-.}" || exit 99

if ! command -v shellcheck >/dev/null 2>&1; then
	echo 'SKIP: shellcheck is not installed'
	exit 77
fi

set --
for file in bootstrap dev .ci/run $(find tests bench -type f | LC_ALL=C sort); do
	# A file of tests/ may begin with bytes that are no text, for a shell too.
	case $(head -n 1 "$file" | LC_ALL=C tr -cd '[:print:]') in
	'#!'*sh | '# shellcheck shell='*) set -- "$@" "$file" ;;
	esac
done
echo "$# scripts: $*"

# -x: read what a script sources, too; its path is from here.
shellcheck -x -P . "$@" "$builddir/certs/hello-certs"
