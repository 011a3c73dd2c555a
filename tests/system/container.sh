#!/bin/sh
# container.sh - in a container as hardened as Kubernetes can make it (user 65532 without a name, no
# capabilities, no new privileges, a read-only root, the system call filter of the engine) both
# programs do their work, the server's own sandbox comes up within, and what an engine denies is
# named. The key is group-readable, as from a Secret.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

filter=$builddir/tests/support/runtime_default
[ -x "$filter" ] || skip 'this build has no libseccomp, which the filter of this test needs'
need setpriv unshare mount

make_pki
start_server --workers 1
outside=$(sed -n 's/.*msg="workers are confined".* sandbox=//p' "$SERVER_LOG")
stop_server
case $outside in
landlock*,seccomp) ;;
*) echo "this kernel offers only: $outside" ;;
esac

# ---- the container -------------------------------------------------------------------------------

# It must be able to pass through the folder, and to execute what is in there.
chmod 711 "$TMP"
mkdir "$TMP/image" "$TMP/image/key" || error mkdir
cp "$filter" "$HELLO_SERVER" "$HELLO_CLIENT" "$CERT" "$CA" "$TMP/image" || error cp
cp "$KEY" "$TMP/image/key/key.pem" || error cp
chmod 755 "$TMP/image" "$TMP/image/key" || error chmod
chmod 640 "$TMP/image/key/key.pem" || error chmod
own='unshare --mount'
if [ "$(id -u)" -eq 0 ]; then
	chgrp 65532 "$TMP/image/key/key.pem" || error chgrp
else
	# Here user 65532 is another number for this user.
	own='unshare --user --map-user=65532 --map-group=65532 --keep-caps --mount'
fi

# Changes the root of this namespace only, and executes the rest: the process stays the same.
cat >"$TMP/enter" <<END
#!/bin/sh
set -eu
mount --make-rprivate /
mount --bind "$TMP" "$TMP"
mount -o remount,bind,ro "$TMP"
mount -o remount,bind,ro /
! (: >"$TMP/image/x") 2>/dev/null || { echo 'the root is writable' >&2; exit 98; }
cd /
exec setpriv $([ "$(id -u)" -ne 0 ] || echo --reuid=65532 --regid=65532 --groups=65532) \\
	--bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs \\
	"$TMP/image/runtime_default" \${DENY-} "\$@"
END
cat >"$TMP/server" <<END
#!/bin/sh
exec $own sh "$TMP/enter" "$TMP/image/hello-server" "\$@"
END
cat >"$TMP/client" <<END
#!/bin/sh
exec $own sh "$TMP/enter" "$TMP/image/hello-client" "\$@"
END
chmod +x "$TMP/server" "$TMP/client"
status=0
# shellcheck disable=SC2086 # a list of words
$own sh "$TMP/enter" /bin/sh -c 'id -u && cat /proc/self/status' >"$TMP/inside" 2>"$TMP/err" || status=$?
[ $status -ne 98 ] || fail 'the root is writable'
[ $status -eq 0 ] || skip "no such container can be made here: $(head -n 1 "$TMP/err")"
[ "$(head -n 1 "$TMP/inside")" = 65532 ] || fail 'not user 65532'
for each in 'CapEff:.*[^0-9a-f]0*$' 'CapBnd:.*[^0-9a-f]0*$' 'NoNewPrivs:.*1' 'Seccomp:.*2'; do
	expect "$TMP/inside" "$each"
done

# ---- in it ---------------------------------------------------------------------------------------

contained() {
	program=$TMP/server WORK_AS=''
	start_server --cert "$TMP/image/chain.pem" --key "$TMP/image/key/key.pem" "$@"
	program=''
}
in_force() {
	sed -n 's/.*msg="workers are confined".* sandbox=//p' "$SERVER_LOG"
}
client_greeted() {
	run_status 0 "$TMP/client" --cacert "$TMP/image/ca.pem" localhost --connect-to 127.0.0.1 "$PORT"
	printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail 'not the greeting'
}

contained --workers 2 --metrics 127.0.0.1:0
await 'msg="workers are confined" uid=65532 gid=65532'
[ "$(in_force)" = "$outside" ] || fail "outside the sandbox is $outside, in the container $(in_force)"
server_alive
client_greeted
kill -HUP "$SERVER_PID"
await 'reloaded: generation 2 begins'
await 'msg=ready' 2
client_greeted
stop_server

# All of it, if the kernel has it.
case $outside in
landlock*,seccomp)
	contained --workers 1 --sandbox require
	client_greeted
	stop_server
	;;
esac

# Engines whose list is older than Landlock.
case $outside in
*landlock*)
	export DENY='--deny landlock_create_ruleset'
	contained --workers 1
	[ "$(in_force)" = "${outside#landlock*,}" ] || fail "without Landlock: $(in_force)"
	server_alive
	stop_server
	run_status 5 "$TMP/server" --listen 127.0.0.1:0 --cert "$TMP/image/chain.pem" \
		--key "$TMP/image/key/key.pem" --sandbox require
	expect "$TMP/err" '^hello-server: PRIVILEGES: --sandbox require: landlock is denied by a system call filter'
	unset DENY
	;;
esac
echo "in force: $outside"
