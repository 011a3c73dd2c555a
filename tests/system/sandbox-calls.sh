#!/bin/sh
# sandbox-calls.sh - a worker, traced through 1,000 connections, makes no system call that is not on the
# list of sandbox_seccomp.c.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/confined.sh
. "${srcdir:-.}/tests/system/confined.sh"
SERVED='--workers 1'

need strace
make_pki
strace -f -qq -e trace=none true 2>"$TMP/err" || skip "strace is not permitted here: $(cat "$TMP/err")"
list=$TMP/list
sed -n 's/.*SCMP_SYS(\([a-z0-9_]*\)).*/\1/p' "$srcdir/src/server/confine/sandbox_seccomp.c" |
	grep -vE '^(execve|execveat|ptrace|process_vm_.*)$' | sort -u >"$list"
[ "$(wc -l <"$list")" -ge 40 ] || error 'the list was not found'

trace_server
logged 'sandbox=.*seccomp' || skip 'there is no seccomp in this build, or this kernel'
start_crowd --time 120 greet 1000 8 "$PORT" "$CA"
finish_crowd
[ "$(crowd ok)" -eq 1000 ] || fail "$(crowd ok) of 1000 were greeted"
stop_server
calls_are_in "$list" accept4 1000
