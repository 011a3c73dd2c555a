# shellcheck shell=sh
# tests/system/net.sh - for tests that need machines and a network between them: network namespaces,
# which are gone with the test. A test begins with
#
#	# shellcheck source=tests/system/net.sh
#	. "${srcdir:-.}/tests/system/net.sh"
#
# Brings server.sh along. It needs root, or a system that lets anybody make user namespaces; else the
# test is skipped. A test that brings this along begins twice: the second time in a network of its own.
#
#	make_host NAME...              a machine with only a loopback, which is up; $HOSTS
#	link A ADDR... - B ADDR...     a cable from A to B, with addresses in the notation of ip-address(8);
#	                               its ends are called to-B and to-A
#	at NAME CMD...                 run CMD on that machine
#	program_at NAME PROGRAM        prints the path of a script that is PROGRAM on that machine (its
#	                               process is PROGRAM's)
#	rules NAME FILE                load these rules of nftables there
#	ban_name NAME CHAIN VERDICT    rules in that chain of the table "inet way" there, for what has
#	                               $TABOO in it
#	make_deaf NAME                 it throws away the ICMP that tells of a narrow link

for each in ip nft unshare nsenter; do
	if ! PATH=$PATH:/sbin:/usr/sbin command -v "$each" >/dev/null 2>&1; then
		echo "SKIP: $each is not installed"
		exit 77
	fi
done
PATH=$PATH:/sbin:/usr/sbin

if [ -z "${NET_INSIDE-}" ]; then
	net_own='unshare --net'
	[ "$(id -u)" -eq 0 ] || net_own='unshare --user --map-current-user --keep-caps --net'
	# shellcheck disable=SC2086 # a list of words
	if ! $net_own sh -c 'ip link set lo up && nft add table inet hello_test' 2>/dev/null; then
		echo 'SKIP: this system lets us make no network of our own; as root it may'
		exit 77
	fi
	export NET_INSIDE=yes
	# shellcheck disable=SC2086
	exec $net_own sh "$0" "$@"
fi

# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

HOSTS=''

net_is_apart() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# A namespace lives as long as the process in it; the time bounds what a killed test leaves.
make_host() {
	for net_each; do
		unshare --net sleep $((600 * ${REPEAT_SLOW-1})) &
		eval "net_$net_each=$!"
		track $!
		wait_for "$PATIENCE" net_is_apart $! || error "no network for $net_each"
		at "$net_each" ip link set lo up || error "$net_each has no loopback"
		HOSTS="$HOSTS $net_each"
	done
}

# shellcheck disable=SC2154 # eval gives net_pid its value
at() {
	eval "net_pid=\$net_$1"
	shift
	nsenter --net="/proc/$net_pid/ns/net" "$@"
}

link() {
	net_a=$1 net_addresses=''
	shift
	while [ "$1" != - ]; do
		net_addresses="$net_addresses $1"
		shift
	done
	net_b=$2
	shift 2
	eval "ip link add to-$net_b netns \$net_$net_a type veth peer name to-$net_a netns \$net_$net_b" ||
		error "no cable from $net_a to $net_b"
	# shellcheck disable=SC2086 # a list of words
	plug "$net_a" "to-$net_b" $net_addresses
	plug "$net_b" "to-$net_a" "$@"
}

# plug HOST INTERFACE ADDR...
plug() {
	net_host=$1 net_interface=$2
	shift 2
	at "$net_host" ip link set "$net_interface" up || error "$net_interface at $net_host does not come up"
	for net_each; do
		# nodad: an address that is still being proven free cannot be used.
		case $net_each in
		*:*) at "$net_host" ip address add "$net_each" dev "$net_interface" nodad ;;
		*) at "$net_host" ip address add "$net_each" dev "$net_interface" ;;
		esac || error "$net_host cannot be $net_each"
	done
}

program_at() {
	eval "net_pid=\$net_$1"
	net_script=$TMP/$1-${2##*/}
	# The name of a program comes from a path in $builddir, which may hold anything.
	cat >"$net_script" <<-SCRIPT
	#!/bin/sh
	exec nsenter --net=/proc/$net_pid/ns/net '$(printf '%s' "$2" | sed "s/'/'\\\\''/g")' "\$@"
	SCRIPT
	chmod +x "$net_script"
	echo "$net_script"
}

rules() {
	at "$1" nft --file "$2" 2>"$TMP/nft.err" || fail "nft does not take $2: $(cat "$TMP/nft.err")"
}

# The name may be anywhere in a ClientHello: OpenSSL 4 puts it last, behind a key share of post-quantum
# size, and the kernel may pass on both segments as one.
# shellcheck disable=SC2034 # for the test
TABOO=taboo.test
ban_name() {
	net_at=60
	# An ordinary user's socket takes no more than some hundred rules at a time.
	while [ $net_at -lt 1800 ]; do
		net_until=$((net_at + 200))
		while [ $((net_at += 1)) -le $net_until ]; do
			echo "add rule inet way $2 tcp dport 8443" \
				"@th,$((net_at * 8)),80 0x7461626f6f2e74657374 $3"
		done >"$TMP/more.nft"
		net_at=$net_until
		rules "$1" "$TMP/more.nft"
	done
}

make_deaf() {
	cat >"$TMP/deaf.nft" <<-RULES
	table inet deaf {
		chain input {
			type filter hook input priority filter
			icmp type destination-unreachable drop
			icmpv6 type packet-too-big drop
		}
	}
	RULES
	rules "$1" "$TMP/deaf.nft"
}
