# ---- dates -------------------------------------------------------------------------------------
# date(1) only provides the seconds since 1970, because its other options differ between systems;
# the rest is calculated here. A year begins in March, so that the leap day is its last; 400 years,
# an era, have 146,097 days, and 719,468 days lie between 0000-03-01 and 1970-01-01.

# day YEAR MONTH DAY: prints the days since 1970-01-01. Removes leading zeros: "08" is not octal.
day() {
	month=${2#0} year=$(($1 - (${2#0} < 3)))
	era=$((year / 400))
	of_era=$((year - era * 400))
	of_year=$(((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + ${3#0} - 1))
	echo $((era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468))
}

# date_of SECONDS: prints that time as YYYYMMDDHHMMSSZ, the GeneralizedTime of 4.1.2.5.2.
date_of() {
	days_since=$(($1 / 86400 + 719468)) second=$(($1 % 86400))
	era=$((days_since / 146097))
	rest=$((days_since - era * 146097))
	year=$(((rest - rest / 1460 + rest / 36524 - rest / 146096) / 365))
	rest=$((rest - (365 * year + year / 4 - year / 100)))
	month=$(((5 * rest + 2) / 153))
	day_of_month=$((rest - (153 * month + 2) / 5 + 1))
	month=$((month + (month < 10 ? 3 : -9)))
	printf '%04d%02d%02d%02d%02d%02dZ\n' $((year + era * 400 + (month < 3))) $month \
		$day_of_month $((second / 3600)) $((second % 3600 / 60)) $((second % 60))
}

# ago SECONDS; ahead SECONDS: prints that time.
ago() {
	date_of $(($(date +%s) - $1))
}

ahead() {
	date_of $(($(date +%s) + $1))
}

# lasting DAYS: sets $valid_from and $valid_until, from an hour ago, because clocks differ.
lasting() {
	valid_from=$(ago 3600) valid_until=$(ahead $(($1 * DAY)))
}

# chosen_dates: sets the same for a leaf from the command line, and $ends_in, the seconds until its
# end. The time counts from now or from --not-before, or ends an hour ago.
chosen_dates() {
	lifetime=${valid_for:-$((days * DAY))}
	since=-3600 ends_in=$lifetime
	if [ -n "$expired" ]; then
		ends_in=-3600
		since=$((ends_in - lifetime))
	elif [ -n "$not_before" ]; then
		since=$(offset_of "$not_before")
		ends_in=$((since + lifetime))
	fi
	valid_from=$(ahead "$since") valid_until=$(ahead "$ends_in")
}

# seconds_of SPAN: prints "6h" or "90m" in seconds. Fails if SPAN is invalid.
seconds_of() {
	case $1 in
	*s) unit=1 ;;
	*m) unit=60 ;;
	*h) unit=3600 ;;
	*d) unit=$DAY ;;
	*) return 1 ;;
	esac
	count=${1%?}
	case $count in
	'' | *[!0-9]* | 0?* | ??????*) return 1 ;;
	esac
	# At most about ten years, so that all dates can be written.
	[ $((count * unit)) -le $((3650 * DAY)) ] && echo $((count * unit))
}

# offset_of OFFSET: the same of "+1d" or "-90m".
offset_of() {
	offset=$(seconds_of "${1#[+-]}") || return
	case $1 in
	+*) echo "$offset" ;;
	-*) echo $((-offset)) ;;
	*) return 1 ;;
	esac
}

# time_left ISO-8601: prints the time from now until "2026-11-25 21:42:10Z" as a SPAN, or "expired".
time_left() {
	date_part=${1%% *} time_part=${1#* }
	year=${date_part%%-*} month=${date_part#*-} hour=${time_part%%:*}
	minute=${time_part#*:} second=${time_part##*:}
	minute=${minute%:*} second=${second%Z}
	seconds=$(($(day "$year" "${month%-*}" "${date_part##*-}") * 86400 + ${hour#0} * 3600 + \
		${minute#0} * 60 + ${second#0} - $(date +%s)))
	if [ $seconds -lt 0 ]; then
		echo expired
	elif [ $seconds -ge $((2 * 86400)) ]; then
		echo $((seconds / 86400))d
	elif [ $seconds -ge $((2 * 3600)) ]; then
		echo $((seconds / 3600))h
	elif [ $seconds -ge 120 ]; then
		echo $((seconds / 60))m
	else
		echo ${seconds}s
	fi
}

