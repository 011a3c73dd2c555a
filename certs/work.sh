# ---- whole or not at all -----------------------------------------------------------------------
# There is no lock, because there is nothing to lock: serial numbers are random, what was revoked
# is one file each, and all else is made in a temporary folder inside DIR and placed by one rename.
# Where a folder has to make way for its successor there is a moment with neither. Who dies in it
# (SIGKILL, a power cut) leaves the old one in the temporary folder, and the next run puts it back.

# The temporary folder; DIR if init made it; where zoo builds.
work='' made='' nest=''

open_work() {
	clear_up "$dir"
	work=$(mktemp -d "$dir/.hello-certs.$$.XXXXXX" 2>/dev/null) || cannot_write "$dir"
	mkdir "$work/new" "$work/replaced" || cannot_write "$dir"
	profiles
}

# clear_up FOLDER: what a hello-certs that is no more has left in there.
clear_up() {
	set +f
	for left in "$1"/.hello-certs.*.*; do
		owner=${left##*/.hello-certs.}
		owner=${owner%%.*}
		case $owner in
		'' | *[!0-9]*) continue ;;
		esac
		# A number that was given away again, to us perhaps.
		[ "$owner" -eq $$ ] || ! kill -0 "$owner" 2>/dev/null || continue
		for old in "$left"/replaced/*; do
			[ ! -e "$old" ] || [ -e "$1/${old##*/}" ] || mv -f "$old" "$1/"
		done
		rm -rf "$left"
	done
	set -f
}

# place FOLDER: $work/new/FOLDER becomes DIR/FOLDER, and what is there makes way, with $force.
place() {
	trap '' HUP INT TERM # from here on it is all or nothing
	[ -z "$force" ] || [ ! -e "$dir/$1" ] || mv -f "$dir/$1" "$work/replaced/$1"
	# If another hello-certs has placed this folder by now, then mv goes *into* it, where the
	# other one may have cleaned up already: so look whether what is there is ours.
	ours=$(inode "$work/new/$1")
	if ! mv -f "$work/new/$1" "$dir/$1" 2>/dev/null || [ "$ours" != "$(inode "$dir/$1")" ]; then
		rm -rf "${dir:?}/$1/$1"
		[ -e "$dir/$1" ] || mv -f "$work/replaced/$1" "$dir/$1" 2>/dev/null
		cannot_write "$dir/$1"
	fi
}

inode() {
	found=$(ls -di "$1" 2>/dev/null)
	found=${found#"${found%%[0-9]*}"}
	echo "${found%% *}"
}

# place_file FILE MODE: $work/FILE becomes DIR/FILE, whatever is there.
place_file() {
	{
		chmod "$2" "$work/$1" && mv -f "$work/$1" "$dir/$1"
	} 2>/dev/null || cannot_write "$dir"
}

# publish: the certificates of the CA, as those who verify want them; private/ is what counts.
publish() {
	for each in ca.pem intermediate.pem; do
		cmp -s "$dir/private/$each" "$dir/$each" && continue
		cat "$dir/private/$each" >"$work/$each" && place_file $each 644
	done
}

heed_signals() {
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

cleanup() {
	show_typing
	rm -rf ${work:+"$work"} ${nest:+"$nest"}
	[ -z "$made" ] || rmdir "$made" 2>/dev/null # works only if nothing was placed in it
}

