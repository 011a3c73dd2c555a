# shellcheck shell=sh
# tests/system/lib.sh - what every system test begins with:
#
#	#!/bin/sh
#	# NAME.sh - what is promised, in a line or two.
#	# shellcheck source=tests/system/lib.sh
#	. "${srcdir:-.}/tests/system/lib.sh"
#
# A test ends with 0 (passed), 1 (fail), 77 (skip) or 99 (error: it could not be set up). `make
# check` runs it in the top build folder, in parallel with all others, as anybody. By hand: in the
# top source folder, with a build there or in build/. KEEP=1 keeps the temporary folder.
#
#	$TMP                                       a folder of its own, gone at the end
#	$HELLO_SERVER $HELLO_CLIENT $HELLO_ZOO $HELLO_CERTS $HELLO_ZOO_JUDGE
#	                                           the programs; $srcdir $builddir (all absolute)
#	$WORK_AS                                   for both servers: "--user nobody" if we are root
#	fail MSG; skip REASON; error MSG           end the test
#	need CMD...                                skip the test where one of these is not installed
#	run_status EXPECTED CMD...                 run it; its output is in $TMP/out and $TMP/err
#	expect FILE REGEX                          fail unless a line of FILE matches
#	wait_for SECONDS CMD...                    try CMD until it succeeds; 1 when time is up
#	all_rows                                   with ROWS=all, is the test to do what takes long, too?
#	track PID; untrack PID                     a process to end with the test; not any more
#	log_on_failure FILE                        to be shown when the test fails
#
# Variables called lib_* are in use here.

set -u
umask 022
export LC_ALL=C
unset SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE OPENSSL_CONF CDPATH

# ---- where things are ----------------------------------------------------------------------------

builddir=.
if [ ! -x "$builddir/hello-server" ] && [ -x build/hello-server ]; then
	builddir=build
fi
builddir=$(cd "$builddir" && pwd) || exit 99
srcdir=$(cd "${srcdir:-.}" && pwd) || exit 99

# shellcheck disable=SC2034 # for the tests
{
	HELLO_SERVER=$builddir/hello-server
	HELLO_CLIENT=$builddir/hello-client
	HELLO_ZOO=$builddir/hello-zoo
	HELLO_CERTS=$builddir/certs/hello-certs
	HELLO_ZOO_JUDGE=$builddir/judge/hello-zoo-judge
	WORK_AS=''
	[ "$(id -u)" -ne 0 ] || WORK_AS='--user nobody'
}

# ---- the end -------------------------------------------------------------------------------------

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	show_logs
	exit 1
}

skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

error() {
	printf 'ERROR: %s\n' "$*" >&2
	show_logs
	exit 99
}

need() {
	for lib_each; do
		command -v "$lib_each" >/dev/null 2>&1 || skip "$lib_each is not installed"
	done
}

logs=''
log_on_failure() {
	logs="$logs$1
"
}

show_logs() {
	printf '%s' "$logs" | while IFS= read -r lib_each; do
		[ -s "$lib_each" ] || continue
		printf -- '--- %s\n' "$lib_each"
		cat "$lib_each"
	done >&2
}

processes=''
track() {
	processes="$processes $1"
}

# After `wait PID` its number belongs to nobody, and soon perhaps to a stranger.
untrack() {
	lib_kept=''
	for lib_each in $processes; do
		[ "$lib_each" = "$1" ] || lib_kept="$lib_kept $lib_each"
	done
	processes=$lib_kept
}

# shellcheck disable=SC2086 # $processes is a list of words
finish() {
	status=$?
	trap '' HUP INT TERM
	if [ -n "$processes" ]; then
		kill $processes
		(wait_for 5 false || kill -KILL $processes) &
		wait $processes
		kill -KILL $! # TERM is ignored there, too
		wait $!
	fi 2>/dev/null
	if [ -n "${KEEP-}" ]; then
		printf 'kept: %s\n' "$TMP" >&2
	else
		rm -rf "$TMP"
	fi
	exit $status
}

TMP=$(mktemp -d "${TMPDIR:-/tmp}/hello-tls.XXXXXX") || exit 99
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- running things ------------------------------------------------------------------------------

log_on_failure "$TMP/out"
log_on_failure "$TMP/err"

run_status() {
	lib_expected=$1 status=0
	shift
	"$@" >"$TMP/out" 2>"$TMP/err" || status=$?
	[ $status -eq "$lib_expected" ] || fail "status $status, not $lib_expected, of: $*"
}

expect() {
	grep -qe "$2" "$1" || fail "no line of $1 matches: $2"
}

# The quick suite leaves out what repeats a proof with another value; .ci/run rows does all of it.
all_rows() {
	[ "${ROWS-usual}" = all ]
}

# The only place where a test sleeps: nothing else is known to have happened after a while.
wait_for() {
	lib_limit=$(($(date +%s) + $1))
	shift
	while ! "$@"; do
		[ "$(date +%s)" -le "$lib_limit" ] || return 1
		sleep 0.05
	done
}
