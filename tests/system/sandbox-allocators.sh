#!/bin/sh
# sandbox-allocators.sh - the way of a connection works in the sandbox with other allocators than that of
# the C library, which have other ideas of how memory is had.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 1
stop_server
logged 'sandbox=.*seccomp' || skip 'there is no seccomp in this build, or this kernel'

tried=0
for library in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2; do
	path=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null |
		sed -n "s#^[[:space:]]*$library .* => ##p" | head -n 1)
	if [ -z "$path" ]; then
		echo "left out: $library is not installed"
		continue
	fi
	export LD_PRELOAD="$path"
	start_server --workers 1 --sandbox auto
	unset LD_PRELOAD
	start_crowd greet 200 8 "$PORT" "$CA"
	finish_crowd
	[ "$(crowd ok)" -eq 200 ] || fail "$library: $(crowd ok) of 200 were greeted"
	start_crowd --tls12 greet 50 8 "$PORT" "$CA"
	finish_crowd
	[ "$(crowd ok)" -eq 50 ] || fail "$library: $(crowd ok) of 50 were greeted in TLS 1.2"
	stop_server
	! logged 'level=error' || fail "$library: $(grep level=error "$SERVER_LOG")"
	tried=$((tried + 1))
done
[ $tried -gt 0 ] || skip 'no other allocator is installed'
[ $tried -ge 2 ] || echo "SKIP: only $tried of two other allocators was there to try"
