#!/bin/sh
# deploy-kubernetes.sh - the manifests in deploy/kubernetes are hardened, their names and ports fit
# together, and each command in them does what its comment says, with Secrets mounted as kubelet does
# it. Without a cluster; .ci/run kubernetes compares them with the published schemas.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need python3 openssl
python3 -c 'import yaml' 2>/dev/null || skip 'PyYAML is not installed'

manifests=$srcdir/deploy/kubernetes
version=$("$HELLO_CLIENT" --version | sed -n '1s/^hello-client \([^ ]*\).*/\1/p')
"$HELLO_CLIENT" --help >"$TMP/client.help" || error 'hello-client --help'
"$HELLO_SERVER" --help >"$TMP/server.help" || error 'hello-server --help'

tool() {
	python3 "$srcdir/tests/support/manifests.py" "$@"
}

# findings FOLDER...
findings() {
	tool check "$TMP/client.help" "$TMP/server.help" "$version" "$@" >"$TMP/found" ||
		fail "some manifests cannot be read: $*"
}

# ---- what they say -------------------------------------------------------------------------------

findings "$manifests"
[ ! -s "$TMP/found" ] || fail "$(cat "$TMP/found")"

# broken FILE SED-COMMAND FINDING: with this change in FILE the check must report FINDING.
changes=0
broken() {
	changes=$((changes + 1))
	mkdir -p "$TMP/broken/$changes" || error mkdir
	cp "$manifests"/*.yaml "$TMP/broken/$changes" || error cp
	chmod u+w "$TMP/broken/$changes/$1"
	sed "$2" "$manifests/$1" >"$TMP/broken/$changes/$1"
	! cmp -s "$manifests/$1" "$TMP/broken/$changes/$1" || error "$1: this changes nothing: $2"
	printf '%s\n' "$3" >"$TMP/broken/$changes/finding"
}
for each in stand-in probe targets nodes; do
	[ $each = stand-in ] || all_rows || continue
	broken $each.yaml 's/runAsNonRoot: true/runAsNonRoot: false/' 'runAsNonRoot is not True'
	broken $each.yaml 's/runAsUser: 65532/runAsUser: 0/' 'runAsUser is not 65532'
	broken $each.yaml '/automountServiceAccountToken/d' 'automountServiceAccountToken'
	broken $each.yaml 's/RuntimeDefault/Unconfined/' 'seccompProfile is not'
	broken $each.yaml '/allowPrivilegeEscalation/d' 'allowPrivilegeEscalation is not False'
	broken $each.yaml '/readOnlyRootFilesystem/d' 'readOnlyRootFilesystem is not True'
	broken $each.yaml 's/^\( *\)- ALL/\1- NET_RAW/' 'capabilities is not'
	broken $each.yaml 's/image: .*/image: hello-tls:latest/' "the image is not hello-tls:$version"
	broken $each.yaml '/^ *limits:/,/memory/d' 'resources: no limits of memory'
	broken $each.yaml '0,/readOnly: true/s//readOnly: false/' 'is writable'
	broken $each.yaml 's/- --cacert/- --ca-cert/' 'hello-client has no option --ca-cert'
	broken $each.yaml 's|mountPath: /etc/hello-ca|mountPath: /etc/hello|' 'nothing mounts /etc/hello-ca/ca.pem'
done
broken stand-in.yaml 's/defaultMode: 0440/defaultMode: 0444/' 'mode 0444, not 0440'
broken probe.yaml '/defaultMode/d' 'mode 0644, not 0440'
broken probe.yaml '/fsGroup/d' 'fsGroup is not 65532'
broken probe.yaml 's/timeoutSeconds: 5/timeoutSeconds: 4/' 'timeoutSeconds is not more than 4'
broken nodes.yaml 's/timeoutSeconds: 15/timeoutSeconds: 12/' 'timeoutSeconds is not more than 12'
broken nodes.yaml 's/- --parallel/- --count/' '--parallel is not 64'
broken probe.yaml 's/- "8443"/- "8444"/' 'hello-mtls.hello-tls.svc has no port 8444'
broken probe.yaml 's/- "8443"/- 8443/' 'not all words are text'
broken probe.yaml 's/hello-mtls.hello-tls.svc/hello-mtls.svc/' 'is the name of no Service'
broken stand-in.yaml 's/terminationGracePeriodSeconds: 45/terminationGracePeriodSeconds: 35/' 'not more than 35'
broken stand-in.yaml 's/containerPort: 9443/containerPort: 9444/' 'port metrics is not that of --metrics'
broken stand-in.yaml 's/targetPort: tls/targetPort: https/' 'no port https'
broken stand-in.yaml 's/name: NODE_NAME/name: NODE/' 'a variable is not in env'
broken stand-in.yaml 's/^    app: hello-stand-in/    app: other/' 'it selects 0 kinds of pods'
broken gateway.yaml 's/mode: Passthrough/mode: Terminate/' 'does not pass TLS through'
broken gateway.yaml 's/port: 8443/port: 443/' 'hello-stand-in.hello-tls.svc has no port 443'
broken gateway.yaml 's/sectionName: tls/sectionName: other/' 'no listener of hello-gateway accepts'
broken targets.yaml 's/values: .*/values: [2, 3]/' 'the statuses without a retry'
broken targets.yaml 's/svc 8443/svc 443/' 'has no port 443'

findings "$TMP"/broken/*
for each in "$TMP"/broken/*; do
	grep -F "$each: " "$TMP/found" | grep -qF -e "$(cat "$each/finding")" ||
		fail "not \"$(cat "$each/finding")\" but: $(grep -F "$each: " "$TMP/found")"
done
echo "$changes mistakes are found"

# ---- the certificates of the README ----------------------------------------------------------------

cd "$TMP" || error cd
awk '/^hello-certs / { on = 1 } on { print } on && !/\\$/ { on = 0 }' "$manifests/README.md" >commands
[ "$(grep -c '^hello-certs ' commands)" -eq 3 ] || fail 'README.md has not three commands for certificates'
PATH=$(dirname "$HELLO_CERTS"):$PATH sh -e commands >commands.log 2>&1 || fail "README.md: $(cat commands.log)"
CA=$TMP/ca/ca.pem

tool names "$manifests" >hosts
[ "$(wc -l <hosts)" -ge 4 ] || fail "not all names were found: $(cat hosts)"
while read -r name; do
	run_status 0 "$HELLO_CLIENT" --chain ca/hello.example.com/chain.pem --cacert "$CA" "$name"
done <hosts

# As kubelet does it: the files are links into a folder that is a link, which it replaces at once.
# mount_files FOLDER SOURCE=NAME...
mounts=0
mount_files() {
	mounts=$((mounts + 1))
	mount_folder=$1 mount_data=$1/..$mounts
	shift
	mkdir -p "$mount_data"
	for each; do
		cp "${each%=*}" "$mount_data/${each#*=}"
		chmod 440 "$mount_data/${each#*=}"
		[ -L "$mount_folder/${each#*=}" ] || ln -s "..data/${each#*=}" "$mount_folder/${each#*=}"
	done
	ln -s "${mount_data##*/}" "$mount_folder/..data_tmp"
	mv -T "$mount_folder/..data_tmp" "$mount_folder/..data"
}
server=ca/hello.example.com probe=ca/probe.hello-tls.svc
mount_files etc/hello-server $server/chain.pem=tls.crt $server/key.pem=tls.key
mount_files etc/hello-probe $probe/chain.pem=tls.crt $probe/key.pem=tls.key
mount_files etc/hello-ca "$CA=ca.pem"

# ---- what they do --------------------------------------------------------------------------------

# words FILE KIND NAME PURPOSE: its command with the folders and the port of this test, without the
# program; a line for each word.
words() {
	tool command "$manifests/$1" "$2" "$3" "$4" >"$TMP/words" || fail "no command: $*"
	# shellcheck disable=SC2016 # a variable of Kubernetes
	sed -e 1d -e "s|^/etc/|$TMP/etc/|" -e "s/^8443\$/${PORT-}/" -e 's/^0\.0\.0\.0:9443$/127.0.0.1:0/' \
		-e 's/^\$(NODE_NAME)$/node-1/' "$TMP/words"
}

newline='
'
serve() {
	list=$(words "$1" "$2" "$3" command) || exit
	set -f
	IFS=$newline
	# shellcheck disable=SC2086 # a line for each word
	set -- $list
	unset IFS
	set +f
	start_server "$@"
}

# probed STATUS FILE KIND NAME PROBE [OPTION...]
probed() {
	probed_status=$1
	list=$(words "$2" "$3" "$4" "$5") || exit
	shift 5
	set -f
	IFS=$newline
	# shellcheck disable=SC2086 # a line for each word
	set -- "$@" $list
	unset IFS
	set +f
	run_status "$probed_status" "$HELLO_CLIENT" "$@"
}

serve stand-in.yaml Deployment hello-stand-in
probed 0 stand-in.yaml Deployment hello-stand-in readinessProbe
expect out '^node.*node-1'
metrics=$(sed -n 's/.*msg=metrics addr=\([^ ]*\).*/\1/p' "$SERVER_LOG")
[ -n "$metrics" ] || fail 'no metrics'
# A renewed certificate is read at a reload, through the same path.
before=$(readlink etc/hello-server/..data)
"$HELLO_CERTS" renew ca hello.example.com >/dev/null || error renew
mount_files etc/hello-server $server/chain.pem=tls.crt $server/key.pem=tls.key
[ "$(readlink etc/hello-server/..data)" != "$before" ] || error 'the link is the same'
probed 63 stand-in.yaml Deployment hello-stand-in readinessProbe --expect-cert $server/chain.pem
kill -HUP "$SERVER_PID"
await 'reloaded: generation 2 begins'
is_renewed() {
	(probed 0 stand-in.yaml Deployment hello-stand-in readinessProbe --expect-cert $server/chain.pem) 2>/dev/null
}
wait_for "$PATIENCE" is_renewed || fail 'the renewed certificate is not served'
stop_server

serve probe.yaml Deployment hello-mtls
for each in startupProbe readinessProbe livenessProbe; do
	probed 0 probe.yaml Deployment hello-mtls $each
done
stop_server
probed 20 probe.yaml Deployment hello-mtls readinessProbe
probed 82 probe.yaml Deployment hello-mtls livenessProbe

# A bad certificate makes the pod not ready, and does not restart it.
"$HELLO_CERTS" issue ca hello-mtls.hello-tls.svc --expired >/dev/null || error issue
expired=ca/hello-mtls.hello-tls.svc
mount_files etc/hello-server $expired/chain.pem=tls.crt $expired/key.pem=tls.key
serve probe.yaml Deployment hello-mtls
probed 52 probe.yaml Deployment hello-mtls readinessProbe
expect err '^hello-client: CERT_EXPIRED: '
probed 0 probe.yaml Deployment hello-mtls livenessProbe
stop_server
mount_files etc/hello-server $server/chain.pem=tls.crt $server/key.pem=tls.key
# The probe's own certificate is from another CA.
"$HELLO_CERTS" init other --domain hello-tls.svc >/dev/null || error init
"$HELLO_CERTS" issue other probe.hello-tls.svc --client >/dev/null || error issue
mount_files etc/hello-probe other/probe.hello-tls.svc/chain.pem=tls.crt other/probe.hello-tls.svc/key.pem=tls.key
serve probe.yaml Deployment hello-mtls
probed 61 probe.yaml Deployment hello-mtls readinessProbe
probed 0 probe.yaml Deployment hello-mtls livenessProbe
stop_server

# Node by node: the name has the addresses of all pods.
serve nodes.yaml DaemonSet hello-nodes
probed 0 nodes.yaml DaemonSet hello-nodes readinessProbe --resolve "*:$PORT:127.0.0.1"
expect out '127\.0\.0\.1'
probed 20 nodes.yaml DaemonSet hello-nodes readinessProbe --resolve "*:$PORT:127.0.0.1,127.0.0.2"
expect out '127\.0\.0\.2.*CONNECT_REFUSED'

# The targets: status 0, that of a failure, and those for which the CronJob does not try again.
tool config "$manifests/targets.yaml" hello-targets targets |
	sed "s/8443/$PORT --resolve *:$PORT:127.0.0.1/" >list
mount_files etc/hello-targets list=targets
probed 0 targets.yaml CronJob hello-targets command
tail -n 1 out | python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)["ok"] != 2)' ||
	fail "the last line is not the summary of two targets: $(tail -n 1 out)"
stop_server
probed 20 targets.yaml CronJob hello-targets command
rm etc/hello-targets/targets
probed 3 targets.yaml CronJob hello-targets command
probed 2 targets.yaml CronJob hello-targets command --no-such-option

# A Secret with the default mode: the server says what is wrong.
chmod 644 etc/hello-server/..data/tls.key
# shellcheck disable=SC2086 # words, or none
run_status 3 timeout 20 "$HELLO_SERVER" $WORK_AS --listen 127.0.0.1:0 --cert etc/hello-server/tls.crt --key etc/hello-server/tls.key
expect err 'tls\.key is world-readable (mode 0644)'
