# ---- whole or not at all -----------------------------------------------------------------------
# One hello-certs at a time changes DIR. All that it makes lies in a temporary folder inside DIR and
# is placed by one rename. A folder that is replaced moves into the temporary folder first. If
# hello-certs is killed right then (SIGKILL, a power cut), the next run puts it back.
#
# The lock is flock(1) on a file in DIR, which the kernel ends with the process: a process number
# would say nothing about the processes of another container. Without flock(1) the lock is a folder
# of the same name. It excludes others too, but outlives a process that is killed.

# The temporary folder; DIR if it was made by this run; "file" or "folder" while DIR is locked.
work='' made='' locked=''

# make_dir: makes DIR, unless it is there.
make_dir() {
	[ ! -d "$dir" ] || return 0
	(umask 022 && mkdir -p "$dir") 2>/dev/null || cannot_write "$dir"
	made=$dir
}

# holder PATH: who else but us and root could put something in there: "others", "all" where that is
# the use of it (/tmp), "owner", or nobody.
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

# enter: DIR is ours alone from here on, and as the last run should have left it.
enter() {
	[ -z "$locked" ] || return 0
	# A link leads somewhere else whenever its owner wants it, so both have to be ours.
	case $(holder "$dir")$(holder "$dir/.") in
	'') ;;
	*owner*) die FILE "$dir belongs to another user, who could replace what is written there" \
		'the same command as that user, or another folder' ;;
	*all*) die FILE "everybody can write in $dir, and replace what is written there" \
		"a folder of its own: $(quoted "${dir%/}/ca")" ;;
	*) die FILE "others can write in $dir, and replace what is written there" \
		"chmod go-w $(quoted "$dir"), or another folder" ;;
	esac
	lock=$dir/.hello-certs.lock deadline=$(($(date +%s) + 60))
	line="$(uname -n) $$ $(date)"
	locks_files=$(command -v flock)
	until take_lock; do
		[ -w "$dir" ] || cannot_write "$dir"
		[ "$(date +%s)" -le $deadline ] ||
			die FILE "another hello-certs has been at work in $dir for a minute" \
				"rm -r $(quoted "$lock"), if there is no other one"
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
		# Who was here before us may have removed the file: is it still the one that is there?
		echo "$line" >&9
		grep -qxF "$line" "$lock" 2>/dev/null && locked='file' ;;
	1) return 1 ;;
	*)
		locks_files='' # not in this file system
		rm -f "$lock"
		return 1 ;;
	esac
}

# leave: others may enter.
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

# clear_up: what was left in DIR by a hello-certs that was killed, which we know by the lock.
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

# place FOLDER: $work/new/FOLDER becomes DIR/FOLDER, and what is there makes way.
place() {
	trap '' HUP INT TERM # from here on it is all or nothing
	[ ! -e "$dir/$1" ] || mv -f "$dir/$1" "$work/replaced/$1" 2>/dev/null ||
		cannot_write "$dir/$1"
	if ! mv -f "$work/new/$1" "$dir/$1" 2>/dev/null; then
		mv -f "$work/replaced/$1" "$dir/$1" 2>/dev/null
		cannot_write "$dir/$1"
	fi
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
	rm -rf ${work:+"$work"}
	leave
	[ -z "$made" ] || rmdir "$made" 2>/dev/null # works only if nothing was placed in it
}

