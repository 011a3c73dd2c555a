#!/bin/sh
# sandbox-calls.sh - a worker, traced through 1,000 connections, makes no system call that is not on the
# list of sandbox_seccomp.c.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need strace
make_pki
strace -f -qq -e trace=none true 2>"$TMP/err" || skip "strace is not permitted here: $(cat "$TMP/err")"
list=$TMP/list
sed -n 's/.*SCMP_SYS(\([a-z0-9_]*\)).*/\1/p' "$srcdir/src/server/confine/sandbox_seccomp.c" |
	grep -vE '^(execve|execveat|ptrace|process_vm_.*)$' | sort -u >"$list"
[ "$(wc -l <"$list")" -ge 40 ] || error 'the list was not found'

# -D: the server keeps its place as our child; -ff: one file for each process.
cat >"$TMP/traced" <<END
#!/bin/sh
exec strace -D -ff -qq -s 0 -o "$TMP/trace" "$HELLO_SERVER" "\$@"
END
chmod +x "$TMP/traced"
HELLO_SERVER=$TMP/traced
start_server --workers 1
logged 'sandbox=.*seccomp' || skip 'there is no seccomp in this build, or this kernel'
start_crowd --time 120 greet 1000 8 "$PORT" "$CA"
finish_crowd
[ "$(crowd ok)" -eq 1000 ] || fail "$(crowd ok) of 1000 were greeted"
stop_server

# What comes after the filter was loaded.
cat "$TMP"/trace.* | grep -q 'SECCOMP_SET_MODE_FILTER' || fail 'no process has entered the filter'
for trace in "$TMP"/trace.*; do
	awk 'entered && match($0, /^[a-z0-9_]+\(/) { print substr($0, 1, RLENGTH - 1) }
		/SECCOMP_SET_MODE_FILTER.* = 0$/ { entered = 1 }' "$trace"
done | sort | uniq -c | awk '{ print $2, $1 }' >"$TMP/calls"
cat "$TMP/calls"
[ "$(awk '$1 == "accept4" { print $2 }' "$TMP/calls")" -ge 1000 ] || fail 'that was not the worker'
awk '{ print $1 }' "$TMP/calls" | sort | comm -23 - "$list" >"$TMP/strange"
[ ! -s "$TMP/strange" ] || fail "not on the list: $(tr '\n' ' ' <"$TMP/strange")"
