
# ---- what to test ------------------------------------------------------------------------------

# matches NAME LIST: is NAME in the list of patterns?
matches() {
	rest=$2,
	while [ -n "$rest" ]; do
		pattern=${rest%%,*} rest=${rest#*,}
		# shellcheck disable=SC2254 # a pattern
		case $1 in
		$pattern) return 0 ;;
		esac
	done
	return 1
}

# found PATTERN: is there a certificate with such a name?
found() {
	while IFS=$tab read -r animal _; do
		! matches "$animal" "$1" || return 0
	done <"$work/animals"
	return 1
}

# Something must match each pattern of --only. A zoo may lack what --skip names: good-mldsa, for
# example, if the library has no ML-DSA.
check_only() {
	patterns=${only:+$only,}
	while [ -n "$patterns" ]; do
		each=${patterns%%,*} patterns=${patterns#*,}
		found "$each" || die USAGE "invalid --only \"$each\": the zoo has no such certificate" \
			"hello-certs zoo NEW; cut -f 1,2 NEW/zoo.tsv"
	done
}

selected() {
	[ -z "$only" ] || matches "$1" "$only" || return 1
	[ -z "$skip" ] || ! matches "$1" "$skip"
}

# plan WORD...: writes the certificates to test, at least one good one: without it, a client that
# refuses everything would seem to be right.
plan() {
	grep -v '^#' "$zoo/zoo.tsv" >"$work/animals"
	check_only
	write_plan "$@"
	has_good && return
	only=good-ecdsa,$only
	write_plan "$@"
	has_good || usage_error \
		'no good certificate is left, so a client that refuses everything would pass'
}

write_plan() {
	while IFS=$tab read -r animal fault arguments _ correct; do
		! selected "$animal" || plan_line "$@"
	done <"$work/animals" >"$work/plan"
}

has_good() {
	grep -q "${tab}accept$tab.*$tab-\$" "$work/plan"
}

plan_line() {
	crl=$(option_of --crlfile) address=$(option_of --verify-name) lacks=-
	case $* in
	*'{crl}'* | *'{both}'*) ;;
	*) [ "$crl" = - ] || lacks='{crl} or {both}' ;;
	esac
	case $* in
	*'{verify}'*) ;;
	*) [ "$address" = - ] || lacks='{verify}' ;;
	esac
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$animal" "$(one_line "$fault")" "$correct" "$crl" "$address" \
		"$lacks"
}

# option_of OPTION: prints its value in $arguments, the options of hello-client, or "-".
option_of() {
	case " $arguments " in
	*" $1 "*)
		found=${arguments#*"$1 "} found=${found%% *}
		printf '%s' "${found#'{dir}/'}" ;;
	*) printf '%s' - ;;
	esac
}
