
# ---- the zoo -----------------------------------------------------------------------------------

open_work() {
	for each in hello-zoo hello-certs awk mkfifo mktemp setsid tail timeout tr; do
		command -v "$each" >/dev/null ||
			die FILE "missing program: $each" 'install it, or add its folder to PATH'
	done
	work=$(mktemp -d "${TMPDIR:-/tmp}/hello-zoo-judge.XXXXXX") ||
		die FILE "cannot make a temporary folder in ${TMPDIR:-/tmp}" 'TMPDIR=/another/folder'
	if ! mkdir "$work/said" || ! mkfifo "$work/pipe"; then
		die FILE "cannot write to $work" 'TMPDIR=/another/folder'
	fi
}

find_zoo() {
	if [ -z "$zoo" ]; then
		zoo=$work/zoo
		hello-certs zoo "$zoo" >"$work/made" 2>&1 ||
			die FILE "hello-certs made no zoo: $(head -n 1 "$work/made")" 'hello-certs zoo zoo'
		return
	fi
	[ -r "$zoo/zoo.tsv" ] ||
		die FILE "cannot read $zoo/zoo.tsv" "hello-certs zoo $(quoted "$zoo")"
	[ -z "$(find "$zoo/zoo.tsv" -mtime +$((ZOO_DAYS - 1)))" ] || die FILE \
		"the zoo in $zoo is older than $ZOO_DAYS days, and the dates in it are wrong by now" \
		'hello-certs zoo NEW, then --dir NEW'
	case $zoo in
	/*) ;;
	*) zoo=$PWD/$zoo ;;
	esac
}

zoo_is_gone() {
	! kill -0 "$zoo_pid" 2>/dev/null ||
		grep -qs '^State:[[:space:]]*[ZX]' "/proc/$zoo_pid/status" # not waited for yet
}

# Workers of root must change to another user, and that of hello-server may not be installed. At a
# higher log level, a client that leaves after the handshake is a health check without a line.
start_zoo() {
	as=''
	[ "$(id -u)" -ne 0 ] || id hello-tls >/dev/null 2>&1 || as='--user nobody'
	: >"$work/log"
	# shellcheck disable=SC2086 # words, or none
	hello-zoo $as --listen 127.0.0.1:0 --drain-timeout 1s --log-level debug "$zoo" \
		</dev/null >/dev/null 2>"$work/log" &
	zoo_pid=$!
	tries=200
	until grep -q ' msg=ready' "$work/log"; do
		tries=$((tries - 1))
		if [ $tries -eq 0 ] || zoo_is_gone; then
			die FILE "hello-zoo did not start: $(tail -n 2 "$work/log" | head -n 1)" \
				"hello-zoo ${as:+$as }$(quoted "$zoo")"
		fi
		nap
	done
	port=$(sed -n 's/.* msg=listening addr=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/log")
}

nap() {
	sleep 0.05 2>/dev/null || sleep 1
}

# --hosts: sets $namespace to the words that run a command, for which all names of the zoo are then
# 127.0.0.1.
make_hosts() {
	namespace='' mounting=''
	[ -n "$hosts" ] || return 0
	{
		cat /etc/hosts 2>/dev/null
		awk -F '\t' '{ print "127.0.0.1 " $1 ".zoo.test" }' "$zoo/zoo.tsv"
	} >"$work/hosts"
	# shellcheck disable=SC2016 # for the shell inside
	mounting='mount --bind "$0" /etc/hosts && exec "$@"'
	for namespace in 'unshare --mount' 'unshare --mount --map-root-user'; do
		# shellcheck disable=SC2086 # words
		! $namespace sh -c "$mounting" "$work/hosts" true 2>/dev/null || return 0
	done
	die FILE 'cannot give the command an /etc/hosts of its own: no namespaces here' \
		'run hello-zoo-judge as root, or add the names of the zoo to /etc/hosts'
}
