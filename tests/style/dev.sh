#!/bin/sh
# dev.sh - ./dev uses package lists that have expired, says so, and does it for no other reason. No
# package manager runs: what would is replaced, and what it was told is compared.
set -u
unset CDPATH

top=$(cd "${srcdir:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

mkdir "$work/bin" || exit 99
cp "$top/dev" "$work/"
for tool in cat comm dirname env find grep mkdir sed sh sort; do
	ln -s "$(command -v $tool)" "$work/bin/$tool" || exit 99
done
# An ordinary user, so that nothing is written outside.
printf '%s\n' '#!/bin/sh' 'echo 1000' >"$work/bin/id"
cat >"$work/bin/sudo" <<'END'
#!/bin/sh
case $* in
*' update'*)
	case $*:$MIRROR in
	*Check-Valid-Until=false*) echo "update, however old" ;;
	*:behind)
		echo update
		echo "E: Release file for http://mirror.example/InRelease is expired (invalid since 3d)." >&2
		;;
	*:broken)
		echo update
		echo "E: Failed to fetch http://mirror.example/InRelease" >&2
		;;
	*) echo update ;;
	esac
	[ "$MIRROR" = good ] || case $* in *false*) ;; *) exit 100 ;; esac
	;;
*' install '*) echo "install ${*##* }" ;;
esac >>"$CALLS"
END
# The lists have one package.
printf '%s\n' '#!/bin/sh' 'echo lists' >"$work/bin/apt-get"
printf '%s\n' '#!/bin/sh' '[ "$*" != "policy one" ] || echo one:' >"$work/bin/apt-cache"
chmod +x "$work/bin"/id "$work/bin"/sudo "$work/bin"/apt-*
export CALLS="$work/calls"

wrong=0
# says MIRROR WORDS CALL...: what is printed has WORDS, and these calls are made for $packages.
packages=one
says() {
	mirror=$1 words=$2
	shift 2
	: >"$CALLS"
	# shellcheck disable=SC2086 # words
	MIRROR=$mirror PATH=$work/bin sh "$work/dev" packages $packages >"$work/said" 2>&1 || {
		echo "mirror $mirror: status $?"
		wrong=1
	}
	printf '%s\n' "$@" | diff - "$CALLS" || wrong=1
	if [ -z "$words" ] && [ -s "$work/said" ] || ! grep -q "$words" "$work/said" && [ -n "$words" ]; then
		echo "mirror $mirror: it says: $(cat "$work/said")"
		wrong=1
	fi
}
says good '' update 'install one'
says behind 'expired, but are used anyway' update 'update, however old' 'install one'
says behind 'http://mirror.example/InRelease' update 'update, however old' 'install one'
says broken 'Failed to fetch' update 'install one'
# A package with "?" is left out where the lists do not have it.
packages='one ?two'
says good '' update 'install one'
packages='?one'
says good '' update 'install one'
exit $wrong
