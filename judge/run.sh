
# ---- the command -------------------------------------------------------------------------------

# fill WORD: sets $filled to WORD with all placeholders replaced.
fill() {
	filled='' rest=$1
	while :; do
		case $rest in
		*'{'*) filled=$filled${rest%%'{'*} rest=${rest#*'{'} ;;
		*) filled=$filled$rest; return ;;
		esac
		case $rest in
		'host}'*) filled=${filled}127.0.0.1 ;;
		'port}'*) filled=$filled$port ;;
		'name}'*) filled=$filled$animal.zoo.test ;;
		'verify}'*) filled=$filled${address:-$animal.zoo.test} ;;
		'ca}'*) filled=$filled$zoo/ca.pem ;;
		'crl}'*) filled=$filled${crl:+$zoo/$crl} ;;
		'both}'*) filled=$filled$work/both.pem ;;
		*) filled=$filled'{'; continue ;;
		esac
		rest=${rest#*'}'}
	done
}

# left_out CONDITION: are its words left out for this certificate?
left_out() {
	case $1 in
	'[crl') [ -z "$crl" ] ;;
	'[ip') [ -z "$address" ] ;;
	'[name') [ -n "$address" ] ;;
	esac
}

# show_to WORD...: runs the command for $animal; sets $status and $spent, in hundredths of a second.
show_to() {
	[ "$crl" != - ] || crl=''
	[ "$address" != - ] || address=''
	cat "$zoo/ca.pem" ${crl:+"$zoo/$crl"} >"$work/both.pem"
	count=$# opened=''
	while [ $count -gt 0 ]; do
		word=$1 count=$((count - 1))
		shift
		case $opened:$word in
		:'[crl' | :'[ip' | :'[name') opened=$word ;;
		?*:']') opened='' ;;
		*)
			[ -z "$opened" ] || ! left_out "$opened" || continue
			fill "$word"
			set -- "$@" "$filled" ;;
		esac
	done
	run "$@"
}

# run WORD...: runs the command in a session of its own, so that it cannot ask on a terminal, and so
# that everything that it starts can be killed. A process that outlives it in another session may
# keep the pipe open.
run() {
	# shellcheck disable=SC2086 # words, or none
	[ -z "$namespace" ] || set -- $namespace sh -c "$mounting" "$work/hosts" "$@"
	timeout -s KILL $((limit + 2)) tail -c $OUTPUT_BYTES <"$work/pipe" >"$work/raw" &
	reader=$!
	now
	began=$clock status=0
	setsid timeout -s KILL "$limit" "$@" </dev/null >"$work/pipe" 2>&1 3<&- &
	runner=$!
	{
		wait $runner || status=$?
		kill -KILL "-$runner"
		wait $reader
	} 2>/dev/null
	runner=''
	now
	spent=$((clock - began))
	# Without what a terminal, XML or Markdown could mistake for a command.
	LC_ALL=C tr '\011\015' '\040\012' <"$work/raw" | LC_ALL=C tr -c '\012\040-\176' '?' \
		>"$work/said/$animal"
}

# now: sets $clock in hundredths of a second. No change of the date moves it.
now() {
	if { read -r clock _ </proc/uptime; } 2>/dev/null; then
		clock=${clock%.*}${clock#*.}
	else
		clock=$(date +%s)00
	fi
}
