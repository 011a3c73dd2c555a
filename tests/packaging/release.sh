#!/bin/sh
# SPDX-License-Identifier: MIT
# release.sh FOLDER - packaging/release refuses to make a tarball for each thing that is not ready, and otherwise
# makes one. FOLDER has the source and no git repository; it becomes one, and belongs to the test.
set -eu
unset CDPATH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org

cd "$1"
[ ! -e .git ] || { echo "release.sh: $1 is a git repository already" >&2; exit 99; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
	echo "FAIL: $*"
	failures=1
}

# note: all cases passed with the last commit.
note() {
	bash .ci/run --list | sed '/^$/,$d; s/ .*//' | sed "s/^/$(git rev-parse HEAD) /" >.git/hello-tls-cases
}

commit() {
	git add -A
	git commit -q --allow-empty -m test
	note
}

# refuses WORDS: with what was changed since; then the changes are undone.
refuses() {
	status=0
	packaging/release "$work" >"$work/said" 2>&1 || status=$?
	[ "$status" -eq 1 ] || fail "status $status, where it must say: $1"
	grep -qF -- "$1" "$work/said" || fail "it does not say \"$1\": $(cat "$work/said")"
	[ "$(wc -l <"$work/said")" -eq 1 ] || fail "it says more than \"$1\": $(cat "$work/said")"
	[ -z "$(find "$work" -name '*.tar.gz' -size +0)" ] || fail "it made a tarball, although: $1"
	git reset -q --hard ready
	note
}

today=$(date -u +%F)
version=$(sed -n 's/^AC_INIT(.*\[\(.*\)\])$/\1/p' configure.ac)
sed -i "0,/^## .*/s//## $version, $today/" NEWS.md
sed -i 's/^    (none yet.*/    0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567  a test/' SECURITY.md
sed -i "s/^\.Dd .*/.Dd $(LC_ALL=C date -u '+%B %-d, %Y')/" doc/*.[18]
git init -q .
commit
git branch ready

echo x >>README.md
refuses 'there are changes without a commit'
git tag "v$version"
refuses "the tag v$version exists"
git tag -d "v$version" >"$work/said"
: >"$work/hello-tls-$version.tar.gz"
refuses "hello-tls-$version.tar.gz exists"
rm "$work/hello-tls-$version.tar.gz"
sed -i "0,/^## .*/s//## $version, not released yet/" NEWS.md
commit
refuses "is not \"## $version, $today\""
sed -i "0,/^## .*/s//## $version, 2026-01-02/" NEWS.md
commit
refuses "is not \"## $version, $today\""
sed -i 's/^    0123.*/    (none yet)/' SECURITY.md
commit
refuses 'add the fingerprint of the key'
sed -i 's/^\.Dd .*/.Dd January 2, 2026/' doc/hello-zoo.1
commit
refuses 'doc/hello-zoo.1: .Dd is older than its last change'
sed -i '/ distcheck$/d' .git/hello-tls-cases
refuses 'not passed with this commit: bash .ci/run distcheck'
git commit -q --allow-empty -m test
sed -i 's/^[0-9a-f]* gcc$/0 gcc/' .git/hello-tls-cases
status=0
packaging/release "$work" >"$work/said" 2>&1 || status=$?
[ "$status" -eq 1 ] || fail 'cases of another commit count'
git reset -q --hard ready
note

packaging/release "$work" >"$work/said" 2>&1 || fail "it is ready, but: $(cat "$work/said")"
for words in "gpg --armor --detach-sign hello-tls-$version.tar.gz" "git tag -s -m 'hello-tls $version' v$version"; do
	grep -qF -- "$words" "$work/said" || fail "it does not print: $words"
done
(cd "$work" && grep " hello-tls-$version.tar.gz\$" said | sha256sum -c -) || fail 'not the checksum of the tarball'
[ "$(tar tzf "$work/hello-tls-$version.tar.gz" | grep -c "^hello-tls-$version/configure\$")" -eq 1 ] ||
	fail 'the tarball has no configure'
exit $failures
