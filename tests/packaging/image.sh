#!/bin/sh
# image.sh LAYOUT - in the build folder: unpacks an image of packaging/image/build and runs its
# programs as an engine would, but without one: user 65532, group 0, a read-only root, no /proc, no
# /dev, no files but those of the image and the mounted ones. Prints FIGURE lines.

# A network and mounts of its own, gone with the test.
if [ -z "${IMAGE_INSIDE-}" ]; then
	own='unshare --net --mount'
	[ "$(id -u)" -eq 0 ] || own='unshare --user --map-root-user --net --mount'
	# shellcheck disable=SC2086  # a list of words
	if ! $own sh -c 'ip link set lo up' 2>/dev/null; then
		echo 'SKIP: namespaces or the command ip are missing; as root it may work'
		exit 77
	fi
	IMAGE_INSIDE=$(id -u)
	export IMAGE_INSIDE
	# shellcheck disable=SC2086
	exec $own sh "$0" "$@"
fi

# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need jq tar chroot unshare mount sha256sum openssl
[ -f "${1-}/index.json" ] || error "not an OCI image layout: ${1-}"
layout=$(cd "$1" && pwd)
root=$TMP/root
ip link set lo up
# shellcheck disable=SC2034  # for start_server: the programs are not run by root
WORK_AS=''

# --- the layout -----------------------------------------------------------------------------------

# blob DIGEST: prints the path of a blob with exactly this content.
blob() {
	blob_path=$layout/blobs/sha256/${1#sha256:}
	echo "${1#sha256:}  $blob_path" | sha256sum --check --status ||
		fail "the blob $1 is missing or changed"
	echo "$blob_path"
}

[ "$(jq '.manifests | length' "$layout/index.json")" -eq 1 ] ||
	fail 'there is not exactly one image'
manifest=$(blob "$(jq -r '.manifests[0].digest' "$layout/index.json")") || exit
config=$(blob "$(jq -r .config.digest "$manifest")") || exit
mkdir "$root"
for digest in $(jq -r '.layers[].digest' "$manifest"); do
	layer=$(blob "$digest") || exit
	tar xzpf "$layer" -C "$root" || fail "the layer $digest cannot be unpacked"
done

# has FILTER VALUE: is this part of the configuration VALUE?
has() {
	[ "$(jq -r "$1" "$config")" = "$2" ] || fail "$1 is \"$(jq -r "$1" "$config")\", not \"$2\""
}
has .os linux
has .config.User 65532
has '.config.Cmd | join(" ")' hello-server
label='.config.Labels["org.opencontainers.image'
version=$("$HELLO_SERVER" --version | awk 'NR == 1 { print $2 }')
has "$label.title\"]" hello-tls
has "$label.version\"]" "$version"
for each in licenses created description; do
	[ -n "$(jq -r "$label.$each\"] // empty" "$config")" ] || fail "there is no label $each"
done

# --- the files ------------------------------------------------------------------------------------

(cd "$root" && find . -type f -perm /111 | LC_ALL=C sort) >"$TMP/programs"
printf './usr/bin/hello-%s\n' client server zoo | cmp - "$TMP/programs" ||
	fail "these are executable: $(cat "$TMP/programs")"
[ ! -e "$root/etc" ] || fail 'the image has a folder /etc, and so perhaps users'
[ -z "$(find "$root" -perm /6022 ! -type l)" ] ||
	fail 'a file has a set-id bit, or others may write it'
for each in server client zoo; do
	readelf -lW "$root/usr/bin/hello-$each" >"$TMP/elf"
	! grep -q INTERP "$TMP/elf" || fail "hello-$each needs a loader"
	expect "$TMP/elf" 'GNU_STACK.* RW '
	readelf -hW "$root/usr/bin/hello-$each" | grep -q 'Type: *DYN' ||
		fail "hello-$each is not position independent"
	echo "FIGURE: hello-$each: $(($(stat -c %s "$root/usr/bin/hello-$each") / 1024)) KiB"
done
for each in hello-tls jansson libevent libseccomp musl openssl uthash; do
	[ -s "$root/usr/share/doc/hello-tls/licences/$each" ] ||
		fail "the licence of $each is missing"
done
bytes=$(jq '.config.size + ([.layers[].size] | add)' "$manifest")
echo "FIGURE: image: $((bytes / 1024)) KiB compressed"
sed 's/^/FIGURE: with /' "$root/usr/share/doc/hello-tls/libraries"

# --- the container --------------------------------------------------------------------------------

make_pki
confined='s/.*msg="workers are confined".* sandbox=//p'

# What this kernel offers to a program that is not static. Workers of root need another user.
[ "$IMAGE_INSIDE" -ne 0 ] || WORK_AS='--user nobody'
start_server --workers 1
offered=$(sed -n "$confined" "$SERVER_LOG")
[ -n "$offered" ] || fail 'the log has no line about the sandbox'
stop_server
WORK_AS=''

# What an engine mounts: certificates, an empty /etc/ssl, its own /etc/hosts.
mounted=$TMP/mounted
mkdir -p "$root/etc/hello-tls" "$root/etc/ssl" "$mounted" "$TMP/ssl/certs"
: >"$root/etc/hosts"
printf '127.0.0.1 localhost\n' >"$TMP/hosts"
cp "$CERT" "$mounted/chain.pem"
cp "$CA" "$mounted/ca.pem"
install -m 0400 "$KEY" "$mounted/key.pem"
install -m 0400 "$KEY" "$mounted/of-root.pem"
[ "$IMAGE_INSIDE" -ne 0 ] || chown 65532 "$mounted/key.pem"

# A read-only mount would keep its files.
leave() {
	status=$?
	umount --recursive --lazy "$root"
	(exit $status)
	finish
}
mount --bind "$root" "$root" || error 'a bind mount is not permitted'
trap leave EXIT

# mount_at FROM TO: read-only.
mount_at() {
	mount --bind "$1" "$2" || error "cannot mount $1"
	mount -o remount,bind,ro "$2" || error "$1 cannot be mounted read-only"
}
mount_at "$mounted" "$root/etc/hello-tls"
mount_at "$TMP/ssl" "$root/etc/ssl"
mount_at "$TMP/hosts" "$root/etc/hosts"
mount -o remount,bind,ro "$root" || error 'the root cannot be made read-only'

# Without real root, only one user can be mapped: the user 65532 is the caller.
enter="$(command -v chroot) --userspec=65532:0 --groups= $root"
[ "$IMAGE_INSIDE" -eq 0 ] ||
	enter="$(command -v unshare) --user --map-user=65532 --map-group=0 --root=$root --wd=/"
for each in server client zoo; do
	cat >"$TMP/hello-$each" <<-SCRIPT
	#!/bin/sh
	exec env -i PATH=/usr/bin \${IMAGE_ENV-} $enter /usr/bin/hello-$each "\$@"
	SCRIPT
	chmod +x "$TMP/hello-$each"
done
HELLO_SERVER=$TMP/hello-server HELLO_CLIENT=$TMP/hello-client HELLO_ZOO=$TMP/hello-zoo

for each in "$HELLO_SERVER" "$HELLO_CLIENT" "$HELLO_ZOO"; do
	run_status 0 "$each" --version
	expect "$TMP/out" "^${each##*/} $version"
done
sed -n 's/^\(OpenSSL [^ ]*\).*/FIGURE: \1, of hello-zoo --version/p' "$TMP/out"
if [ "$IMAGE_INSIDE" -eq 0 ]; then
	run_status 3 "$HELLO_SERVER" --check --cert /etc/hello-tls/chain.pem \
		--key /etc/hello-tls/of-root.pem
	expect "$TMP/out" 'Permission denied'
fi

# --- the server, with the image's command ---------------------------------------------------------

SERVER_LOG=$TMP/image.log PORT=8443
log_on_failure "$SERVER_LOG"
"$HELLO_SERVER" 2>"$SERVER_LOG" &
SERVER_PID=$!
track "$SERVER_PID"
wait_for "$PATIENCE" server_is_up
logged "$ready" || fail 'the server exited at once'
[ "$IMAGE_INSIDE" -ne 0 ] || grep -q "^Uid:[[:space:]]*65532[[:space:]]" "/proc/$SERVER_PID/status" ||
	fail 'the server has another user'
in_force=$(sed -n "$confined" "$SERVER_LOG")
[ "$in_force" = "$offered" ] || fail "the sandbox is $in_force, not $offered"
echo "FIGURE: sandbox: $in_force"

# greets ARG...: the client in the image prints the greeting and nothing else.
greets() {
	run_status 0 "$HELLO_CLIENT" "$@"
	printf '%s\n' "$GREETING" | cmp - "$TMP/out" || fail "not exactly the greeting: $*"
}
greets --cacert /etc/hello-tls/ca.pem localhost
greets --cacert /etc/hello-tls/ca.pem --servername localhost 127.0.0.1
run_status 0 openssl s_client -connect 127.0.0.1:8443 -servername localhost -CAfile "$CA" \
	-verify_return_error -quiet
expect "$TMP/out" "^$GREETING\$"
run_status 3 "$HELLO_CLIENT" --cacert /etc/hello-tls/ca.pem --save-chain /new localhost
expect "$TMP/err" 'Read-only file system'
run_status 0 "$HELLO_CLIENT" -v --cacert /etc/hello-tls/ca.pem localhost
sed -n 's/^\(handshake .*[^ ]\)  *[0-9.]* ms$/FIGURE: \1/p' "$TMP/err"

# No trust store is mounted; then a bundle, a hashed folder, and one that the environment names.
run_status 50 "$HELLO_CLIENT" localhost
cp "$CA" "$TMP/ssl/cert.pem"
greets localhost
rm "$TMP/ssl/cert.pem"
cp "$CA" "$TMP/ssl/certs/$(openssl x509 -in "$CA" -noout -hash).0"
greets localhost
rm "$TMP"/ssl/certs/*
IMAGE_ENV=SSL_CERT_FILE=/etc/hello-tls/ca.pem
export IMAGE_ENV
greets localhost
unset IMAGE_ENV

# Without /etc/resolv.conf the resolver asks this machine, where no name server listens.
run_status 11 "$HELLO_CLIENT" --connect-timeout 2s name.test
stop_server

# Without /proc the process for the metrics cannot start. The service works, and the log has the
# reason.
own_pair='--cert /etc/hello-tls/chain.pem --key /etc/hello-tls/key.pem'
# shellcheck disable=SC2086  # a list of words
start_server $own_pair --metrics 127.0.0.1:0
await 'level=error .*cannot execute /proc/self/exe for the metrics'
greets --cacert /etc/hello-tls/ca.pem localhost "$PORT"
stop_server

# shellcheck disable=SC2086
start_zoo --misbehave no-close-notify $own_pair
run_status 72 "$HELLO_CLIENT" --cacert /etc/hello-tls/ca.pem localhost "$PORT"
stop_server
echo "FIGURE: user 65532, group 0, read-only, no /proc: server, client and zoo work"
