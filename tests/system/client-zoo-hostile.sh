#!/bin/sh
# client-zoo-hostile.sh - --client-zoo never says that a client was accepted which the server refused, nor
# the other way round, at servers that refuse in unusual ways: tests/support/mutual_peer.c says what they
# decided. With ROWS=all at each service, and in both versions of TLS.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

cd "$TMP" || exit 99
make_zoo made

# The good client, none, one of another CA, one that is expired, and one whose key does not fit.
zoo=made
if ! all_rows; then
	zoo=few && mkdir few && for each in good none unknown-root expired wrong-key; do
		grep "^client-$each	" made/clients.tsv >>few/clients.tsv
		[ $each = none ] || ln -s "../made/client-$each" few/ || error "no client-$each"
	done
fi
clients=$(grep -c '^client-' $zoo/clients.tsv)

# start SERVICE WAY...
start() {
	S=$TMP/$1 truth=$TMP/$1/truth start_as=$1
	mkdir "$S"
	shift
	[ "$start_as" != ircs ] || start_as=irc
	"$builddir/tests/support/mutual_peer" --time 600 --cert made/good-ecdsa/chain.pem \
		--key made/good-ecdsa/key.pem --ca made/ca.pem --crl made/crl-clients.pem "$start_as" "$@" >"$truth" &
	track $!
	wait_for "$PATIENCE" grep -qsx ready "$truth" || fail "no peer: $start_as"
}

has_decided() {
	[ "$(grep -cE "^$way (accepted|refused)\$" "$truth")" -ge "$1" ]
}

# ask VERSION SERVICE WAY STATUS REGEX: the status (*: any), a line of the output, and no lie. One client
# after the other, so that the connections are in the order of the table, and the good client's second one
# is the last.
ask() {
	version=$1
	cell="$2, $3, TLS $1"
	port=$(sed -n "s/^$way \\([0-9]*\\)\$/\\1/p" "$truth")
	before=$(grep -cE "^$way (accepted|refused)\$" "$truth")
	# Some say nothing more; to wait for the others costs nothing.
	case "$2 $3" in
	*' silent' | 'hello second') patience=600ms ;;
	*) patience=10s ;;
	esac
	status=0
	timeout 120 "$HELLO_CLIENT" --client-zoo $zoo --cacert made/ca.pem --parallel 1 --read-timeout $patience \
		--servername good-ecdsa.zoo.test --tls-min "$version" --tls-max "$version" \
		"$2://127.0.0.1:$port" >"$S/out" 2>"$S/err" </dev/null || status=$?
	[ "$4" = '*' ] || [ $status -eq "$4" ] || fail "$cell: status $status, not $4"
	case $status in 0 | 61 | 81 | 83) ;; *) fail "$cell: status $status" ;; esac
	expect "$S/out" "$5"
	# Whose service is named already is not told to name it.
	case $2:$3:$(cat "$S/err") in
	hello:silent:*'try: name the service'* | tls:silent:*'try: name the service'*) ;;
	hello:silent:* | tls:silent:* | [!ht]*:*'try: name the service'* | https:*'try: name the service'*)
		fail "$cell: $(cat "$S/err")" ;;
	esac
	case $3:$status:$(cat "$S/err") in
	nobody:83:*'let in the good client: the service says "'*'try: the service refuses clients that do not log in: '*) ;;
	nobody:*) fail "$cell: $(cat "$S/err")" ;;
	esac
	tried=$(grep -c '^client-[a-z0-9-]*  ' "$S/out")
	wait_for "$PATIENCE" has_decided $((before + tried)) || fail "$cell: not $tried decisions: $(cat "$truth")"
	grep -E "^$way (accepted|refused)\$" "$truth" | tail -n +$((before + 1)) >"$S/decisions"
	grep '^client-[a-z0-9-]*  ' "$S/out" | paste -d ' ' - "$S/decisions" | awk -v clients="$clients" -v tried="$tried" '
		{ said = $3; is = $NF }
		said == "accepted" && is != "accepted" || said == "refused" && is != "refused" { print; wrong = 1 }
		END { exit wrong || NR < tried || (tried > 1 && tried < clients) }' >"$S/lies" ||
		fail "$cell: $(cat "$S/lies") in $(cat "$S/out")"
	echo "$1 $(wc -l <"$S/decisions") $(grep -c ' refused$' "$S/decisions")" >>"$S/judged"
}

# The service; what happens to a bad client; the status; a line of the output; all: not in the quick suite.
rows='
hello alert 0 ^client-expired.*refused..*alert all
hello slow-alert 0 ^client-expired.*refused all
hello close 0 ^client-none.*refused all
hello late-close 0 ^client-none.*refused all
hello reset 0 ^client-expired.*refused..*reset all
hello silent 83 ^client-none.*not.proven..*silence
hello words 83 ^client-none.*not.proven..*another.greeting
hello banner 83 ^client-none.*not.proven..*another.greeting
hello half 83 ^client-none.*not.proven..*an.incomplete.greeting
hello second 83 ^client-none.*not.proven all
hello tickets 83 ^client-none.*not.proven
hello no-tickets 83 ^client-none.*not.proven all
hello early * ^client-none
hello early-whole * ^client-none
hello first-only 83 ^The.server.treated.the.good.client.differently
hello every-third * ^client-none all
hello mixed * ^client-good
hello close-all 61 ^The.server.refuses.the.good.client.*or.closes
https alert 0 ^client-expired.*refused..*alert all
https silent 83 ^client-none.*not.proven all
https words 0 ^client-none.*refused..*HTTP/1.1.400
https rash-words 0 ^client-none.*refused all
https half * ^client-none all
https close 0 ^client-none.*refused..*closed all
https 302 83 ^client-none.*not.proven..*HTTP/1.1.302
https 401 0 ^client-none.*refused..*HTTP/1.1.401
https 403 0 ^client-none.*refused all
https 496 0 ^client-none.*refused..*HTTP/1.1.496
https nobody-495 61 ^client-good.*refused all
https 404 83 ^client-none.*not.proven all
https 421 83 ^client-none.*not.proven all
https 429 83 ^client-none.*not.proven all
https 503 83 ^client-none.*not.proven..*HTTP/1.1.503 all
https nobody-302 83 ^client-good.*not.proven..*HTTP/1.1.302
https nobody-400 83 ^client-good.*not.proven
https nobody-503 83 ^client-good.*not.proven all
https nobody-404 83 ^client-good.*not.proven all
https early * ^client-none
https close-all 61 ^The.server.refuses.the.good.client.*or.closes all
https first-only 83 ^client-none all
imaps words 0 ^client-none.*refused..*\*.BYE
imaps second 83 ^client-none.*not.proven
imaps second-close 83 ^client-none.*not.proven all
imaps early * ^client-none
imaps early-whole * ^client-none all
imaps half 83 ^client-none.*not.proven all
smtps words 0 ^client-none.*refused..*421 all
smtps second 0 ^client-none.*refused
smtps second-close 83 ^client-none.*not.proven all
smtps early * ^client-none all
rediss words 0 ^client-none.*refused..*-ERR
rediss rash-words * ^client-none all
rediss close 0 ^client-none.*refused all
postgres-direct words 0 ^client-none.*refused..*no.certificate
postgres-direct alert 0 ^client-good.*accepted..*AuthenticationSASL all
postgres-direct close 0 ^client-none.*refused all
postgres-direct silent 83 ^client-none.*not.proven all
postgres-direct half 83 ^client-none.*not.proven all
postgres-direct busy 83 ^client-none.*not.proven..*starting.up
postgres-direct nobody 83 ^client-good.*not.proven..*no.certificate
postgres-direct rash-words 83 ^client-none.*not.proven all
postgres-direct early 83 ^client-none all
ldaps words 0 ^client-none.*refused..*strongerAuthRequired
ldaps alert 0 ^client-good.*accepted..*root.DSE all
ldaps close 0 ^client-none.*refused all
ldaps silent 83 ^client-none.*not.proven all
ldaps half 83 ^client-none.*not.proven all
ldaps busy 83 ^client-none.*not.proven..*busy
ldaps nobody 83 ^client-good.*not.proven
ldaps rash-words 83 ^client-none.*not.proven all
ldaps early 83 ^client-none all
ircs words 83 ^client-none.*not.proven
tls words 83 ^client-none.*not.proven..*no.certificate
tls silent 83 ^Nothing.proves.that.the.server.lets.in.the.good.client all
tls alert 0 ^Nothing.proves.that.the.server.lets.in.the.good.client
'

# try SERVICE: its rows.
try() {
	while read -r service way expected regex when; do
		[ "$service" = "$1" ] || continue
		[ -z "$when" ] || all_rows || continue
		ask 1.3 "$service" "$way" "$expected" "$regex"
		# The others count connections, or exist in TLS 1.3 alone.
		case $way in early* | first-only | every-third | mixed) continue ;; esac
		! all_rows || ask 1.2 "$service" "$way" '*' "$regex"
	done <rows
	echo "$1: passed" >"$S/passed"
}

# All at a time: most of them wait.
echo "$rows" | grep . >rows
services=$(cut -d ' ' -f 1 rows | sort -u)
lanes=''
for each in $services; do
	# shellcheck disable=SC2046 # a list of words
	start "$each" $(awk -v service="$each" '$1 == service { print $2 }' rows)
	try "$each" &
	lanes="$lanes $!"
	track $!
done
# shellcheck disable=SC2086 # a list of words
wait $lanes
for each in $services; do
	[ -s "$TMP/$each/passed" ] || fail "$each, see above"
done
cat "$TMP"/*/judged | awk '{ cells[$1]++; clients[$1] += $2; refused[$1] += $3 } END { for (v in cells)
	printf "TLS %s: %d servers, %d decisions, %d of them refusals: no lie\n", v, cells[v], clients[v], refused[v] }'
