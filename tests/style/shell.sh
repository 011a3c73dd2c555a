#!/bin/sh
# shell.sh - every shell script is clean under shellcheck, no CDPATH leads it elsewhere, and it finds
# the lines of PEM by their dashes, because about one certificate of 300 has "END" in its base64.
# Scripts are found by their first line; hello-certs and hello-zoo-judge are judged as they were put
# together. With SHELLCHECK_SOURCES set it looks into what they source, too.

unset CDPATH
builddir=$PWD
cd "${srcdir:-.}" || exit 99

set --
for file in bootstrap dev .ci/root .ci/run $(find tests bench packaging -type f | LC_ALL=C sort); do
	# A file of tests/ may begin with bytes that are no text, for a shell too.
	case $(head -n 1 "$file" | LC_ALL=C tr -cd '[:print:]') in
	'#!'*sh | '# shellcheck shell='*) set -- "$@" "$file" ;;
	esac
done
echo "$# scripts: $*"

# Nor may these two use cd; what sources a lib.sh has it from there.
status=0
for file in "$@" "$builddir/certs/hello-certs" "$builddir/judge/hello-zoo-judge"; do
	if grep -qE '(^|[;&|({[:space:]])cd ' "$file" &&
		! grep -qE '^[[:space:]]*unset .*CDPATH|^\. .*/(lib|server|net)\.sh"$' "$file"; then
		echo "$file: cd without \"unset CDPATH\""
		status=1
	fi
	if grep -nE '/(BEGIN|END)[ A-Z]*/' "$file"; then
		echo "$file: write /^-----BEGIN/ and /^-----END/"
		status=1
	fi
done
[ $status -eq 0 ] || exit

if ! command -v shellcheck >/dev/null 2>&1; then
	echo 'SKIP: shellcheck is not installed'
	exit 77
fi

# Scripts that were clean are not judged again, by the same rules, while they are the same: their check
# sums are kept in this folder, or in the file SHELLCHECK_CLEAN of another build.
clean=$builddir/tests/style/shell.clean
rules=$(shellcheck --version | cksum) && rules="$rules $(cksum <tests/style/shell.sh)" || exit 99

# knows FILE: it has check sums of these rules.
knows() {
	{ read -r kept <"$1"; } 2>/dev/null && [ "$kept" = "$rules" ]
}
[ -z "${SHELLCHECK_CLEAN-}" ] || knows "$clean" || ! knows "$SHELLCHECK_CLEAN" || cp "$SHELLCHECK_CLEAN" "$clean"
knows "$clean" || printf '%s\n' "$rules" >"$clean" || exit 99
chmod u+w "$clean"

# -x reads what a script sources, too, again for each script: that takes as long as all other tests
# together. Without it nobody can tell who sets a variable. Even without it shellcheck reads what is
# sourced if it is given in the same call, so each script has a call of its own.
export SHELLCHECK_OPTS='-e SC1091,SC2034,SC2153,SC2154'
[ -z "${SHELLCHECK_SOURCES-}" ] || SHELLCHECK_OPTS='-x -P .'
for file in "$@" "$builddir/certs/hello-certs" "$builddir/judge/hello-zoo-judge"; do
	sum=$(cksum <"$file") || exit 99
	[ -z "${SHELLCHECK_SOURCES-}" ] && grep -qxF -e "$sum" "$clean" || printf '%s %s\n' "$sum" "$file"
done >"$clean.todo"
# Prints what is wrong with a script, or notes its check sum.
cat >"$clean.judge" <<'END' || exit 99
said=$(shellcheck "$2") && cksum <"$2" >>"$1" || { printf '%s\n' "$said" && exit 1; }
END
sed 's/^[0-9]* [0-9]* //' "$clean.todo" | tr '\n' '\0' |
	xargs -0 -r -n 1 -P "$(getconf _NPROCESSORS_ONLN)" sh "$clean.judge" "$clean" || status=1
rm "$clean.todo" "$clean.judge"
exit $status
