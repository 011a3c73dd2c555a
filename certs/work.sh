# ---- whole or not at all -----------------------------------------------------------------------
# Only one hello-certs at a time changes DIR. It makes everything in a temporary folder inside DIR
# and places it by one rename. A replaced folder first moves into the temporary folder. If
# hello-certs is killed in between (SIGKILL, a power cut), the next run puts it back.
#
# The lock is flock(1) on a file in DIR, which the kernel releases when the process ends. A process
# number would mean nothing in another container. Without flock(1) the lock is a folder of the same
# name, which also excludes others, but remains if the process is killed.

# The temporary folder; DIR if this run made it; "file" or "folder" while DIR is locked.
work='' made='' locked=''

# make_dir: makes DIR if it does not exist.
make_dir() {
	[ ! -d "$dir" ] || return 0
	(umask 022 && mkdir -p "$dir") 2>/dev/null || cannot_write "$dir"
	made=$dir
}

# holder PATH: prints who, besides this user and root, could write there: "others", "all" for a
# shared folder such as /tmp, "owner", or nothing.
holder() {
	# shellcheck disable=SC2046 # mode, number of links, number of the owner, ...
	set -- $(ls -ldn "$1" 2>/dev/null)
	case ${3-} in
	0 | "$(id -u)") ;;
	*) echo owner; return ;;
	esac
	case $1 in
	l*) ;;
	????????w[tT]*) echo all ;;
	?????w* | ????????w*) echo others ;;
	esac
}

# enter: locks DIR, and restores what a killed run left there.
enter() {
	[ -z "$locked" ] || return 0
	# The owner of a link can change its target, so check the link and the target.
	case $(holder "$dir")$(holder "$dir/.") in
	'') ;;
	*owner*) die FILE "$dir belongs to another user, who could replace its files" \
		'run the command as that user, or use another folder' ;;
	*all*) die FILE "everybody can write to $dir and replace its files" \
		"a folder of its own: $(quoted "${dir%/}/ca")" ;;
	*) die FILE "other users can write to $dir and replace its files" \
		"chmod go-w $(quoted "$dir"), or use another folder" ;;
	esac
	lock=$dir/.hello-certs.lock deadline=$(($(date +%s) + 60))
	line="$(uname -n) $$ $(date)"
	locks_files=$(command -v flock)
	until take_lock; do
		[ -w "$dir" ] || cannot_write "$dir"
		[ "$(date +%s)" -le $deadline ] ||
			die FILE "another hello-certs has locked $dir for a minute" \
				"rm -r $(quoted "$lock"), if no other hello-certs is running"
		sleep 0.1 2>/dev/null || sleep 1
	done
	clear_up
}

take_lock() {
	if [ -z "$locks_files" ]; then
		mkdir "$lock" 2>/dev/null && locked='folder'
		return
	fi
	{ command exec 9>>"$lock"; } 2>/dev/null || return
	flock -n 0 <&9 2>/dev/null
	case $? in
	0)
		# The previous holder may have removed the file: check that ours is in place.
		echo "$line" >&9
		grep -qxF "$line" "$lock" 2>/dev/null && locked='file' ;;
	1) return 1 ;;
	*)
		locks_files='' # this file system has no locks
		rm -f "$lock"
		return 1 ;;
	esac
}

# leave: unlocks DIR.
leave() {
	case $locked in
	file) rm -f "$lock" && exec 9>&- ;;
	folder) rmdir "$lock" ;;
	esac
	locked=''
}

open_work() {
	enter
	work=$(mktemp -d "$dir/.hello-certs.work.XXXXXX" 2>/dev/null) || cannot_write "$dir"
	mkdir "$work/new" "$work/replaced" || cannot_write "$dir"
	profiles
}

# clear_up: restores or removes what a killed hello-certs left in DIR; the lock excludes a running
# one.
clear_up() {
	set +f
	for left in "$dir"/.hello-certs.*.*; do
		if [ ! -d "$left" ] || [ -L "$left" ] || [ -L "$left/replaced" ] ||
			[ -n "$(holder "$left")" ]; then
			continue
		fi
		for old in "$left"/replaced/*; do
			[ ! -e "$old" ] || [ -e "$dir/${old##*/}" ] || mv -f "$old" "$dir/"
		done
		rm -rf "$left"
	done
	set -f
}

# place FOLDER: replaces DIR/FOLDER with $work/new/FOLDER.
place() {
	trap '' HUP INT TERM # must not be interrupted from here on
	[ ! -e "$dir/$1" ] || mv -f "$dir/$1" "$work/replaced/$1" 2>/dev/null ||
		cannot_write "$dir/$1"
	if ! mv -f "$work/new/$1" "$dir/$1" 2>/dev/null; then
		mv -f "$work/replaced/$1" "$dir/$1" 2>/dev/null
		cannot_write "$dir/$1"
	fi
}

# place_file FILE MODE: replaces DIR/FILE with $work/FILE.
place_file() {
	{
		chmod "$2" "$work/$1" && mv -f "$work/$1" "$dir/$1"
	} 2>/dev/null || cannot_write "$dir"
}

# publish: copies the CA's certificates from private/ to DIR, for those who verify.
publish() {
	for each in ca.pem intermediate.pem; do
		cmp -s "$dir/private/$each" "$dir/$each" && continue
		cat "$dir/private/$each" >"$work/$each" && place_file $each 644
	done
}

handle_signals() {
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

cleanup() {
	show_typing
	rm -rf ${work:+"$work"}
	leave
	[ -z "$made" ] || rmdir "$made" 2>/dev/null # fails if something was placed in it
}

