#!/bin/sh
# monitoring-prometheus.sh - deploy/monitoring/: each alert fires when it should, and not otherwise; a real
# Prometheus that has scraped both programs finds something with each query of the alerts and the dashboard.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
# shellcheck source=tests/system/revoke.sh
. "$srcdir/tests/system/revoke.sh"

kit=$srcdir/deploy/monitoring
dashboard=$kit/grafana.json

# ---- unit tests of the alerts ---------------------------------------------------------------------
need promtool
mkdir "$TMP/rules"
cp "$kit/alerts.yml" "$TMP/rules"
cp "$srcdir/tests/system/monitoring-alerts.yml" "$TMP/rules/test.yml"
chmod u+w "$TMP"/rules/*.yml # the source may be read-only
run_status 0 promtool check rules "$TMP/rules/alerts.yml"
run_status 0 promtool test rules "$TMP/rules/test.yml"
alerts=$(sed -n 's/^ *- alert: //p' "$kit/alerts.yml")
[ "$(echo "$alerts" | wc -l)" -eq 19 ] || fail "not 19 alerts: $alerts"

# expected firing|quiet NAME: a test expects that of this alert.
expected() {
	awk -v kind="$1" -v name="$2" '
		$1 == "alertname:" { mine = $2 == name }
		mine && $1 == "exp_alerts:" && (kind == "quiet") == ($2 == "[]") { found = 1 }
		END { exit !found }' "$TMP/rules/test.yml"
}
for alert in $alerts; do
	expected firing "$alert" || fail "no test expects that $alert fires"
	expected quiet "$alert" || fail "no test expects that $alert does not fire"
done

# A pattern without an outcome would count nothing, and nobody would notice.
sed -n 's/^[[:space:]]*X(\([A-Z_]*\),.*/\1/p' "$srcdir/src/base/outcome.h" >"$TMP/outcomes"
grep -oE '(outcome|reason)=~?"[^"]*"' "$kit/alerts.yml" | sed 's/.*=~*"//; s/"$//' | tr '|' '\n' | sort -u >"$TMP/patterns"
[ "$(wc -l <"$TMP/patterns")" -ge 8 ] || fail "too few outcomes: $(cat "$TMP/patterns")"
while read -r pattern; do
	grep -qx "$pattern" "$TMP/outcomes" || fail "alerts.yml: there is no outcome $pattern"
done <"$TMP/patterns"

# change NAME EXPRESSION: that alert has another expression, or none can be found by its name. Only its own
# tests run.
change() {
	awk -v name="$1" '/^    # Hello/ { mine = $2 == name ":"; begun = 1 } !begun || mine' \
		"$srcdir/tests/system/monitoring-alerts.yml" >"$TMP/rules/one.yml"
	awk -v name="$1" -v expr="$2" '
		$2 == "alert:" { mine = $3 == name }
		mine && expr == "" { sub(name, name "Renamed") }
		mine && expr != "" && $1 == "expr:" { print substr($0, 1, index($0, ":")) " " expr; skip = 1; next }
		$1 ~ /^(for|labels):$/ { skip = 0 }
		!skip' "$kit/alerts.yml" >"$TMP/rules/alerts.yml"
	run_status 0 promtool check rules "$TMP/rules/alerts.yml"
	! promtool test rules "$TMP/rules/one.yml" >"$TMP/out" 2>&1 || fail "$1 with \"$2\" passes its tests"
	expect "$TMP/out" "^ *alertname: $1, "
}
change HelloHandshakesFail 'vector(1)'
if all_rows; then
	for alert in $alerts; do
		change "$alert" ''
		change "$alert" 'vector(1)'
	done
fi

# ---- the shape of the dashboard -------------------------------------------------------------------
need jq
# shape WHAT FILTER
shape() {
	jq -e "$2" "$dashboard" >"$TMP/out" 2>"$TMP/err" || fail "dashboard: $1"
}
shape 'schema, uid and variables' '.schemaVersion >= 36 and .uid == "hello-tls" and .id == null and
	.templating.list[0].type == "datasource" and .templating.list[0].name == "datasource"'
shape 'something is of one Grafana' '(has("iteration") or has("version") | not) and
	([.. | objects | select(has("pluginVersion"))] == [])'
# shellcheck disable=SC2016 # for jq and sed
shape 'each datasource is the variable' '[.. | objects | .datasource? | select(type != "null" and .uid != "${datasource}")] == []'
shape 'ids' '[.panels[].id] | length == (unique | length)'
shape 'title, description and queries' '[.panels[] | select(.type != "row")] | length > 15 and
	all(.title != "" and .description != "" and .datasource and (.targets | length > 0 and all(.datasource and .expr != "")))'
# shellcheck disable=SC2016 # for jq and sed
shape 'panels overlap, or are wider than the page' '[.panels[].gridPos] as $all | [range($all | length)] | all(. as $i |
	$all[$i] as $a | $a.x + $a.w <= 24 and ($all[$i + 1:] | all(.x >= $a.x + $a.w or $a.x >= .x + .w or
	.y >= $a.y + $a.h or $a.y >= .y + .h)))'

# ---- both programs --------------------------------------------------------------------------------
need curl openssl prometheus prometheus-node-exporter
make_pki
{
	"$srcdir/tests/support/badcerts.sh" "$PKI" expired && "$HELLO_CERTS" issue "$PKI" other.test
} >"$TMP/out" 2>&1 || error "no certificates: $(cat "$TMP/out")"
make_staple intermediate "$CERT" "$TMP/good.der"
make_crl ca "$TMP/root.crl"
make_crl intermediate "$TMP/sub.crl"
cat "$TMP/root.crl" "$TMP/sub.crl" >"$TMP/crls.pem"
metrics_place() {
	sed -n 's/.* msg=metrics addr=.*:\([0-9]*\)$/localhost:\1/p' "$SERVER_LOG"
}

start_server --workers 1 --metrics 127.0.0.1:0 --tickets 1
plain=$PORT plain_metrics=$(metrics_place)
start_server --workers 1 --metrics 127.0.0.1:0 --client-ca "$CA" --crlfile "$TMP/crls.pem" --ocsp "$TMP/good.der"
mutual=$PORT mutual_metrics=$(metrics_place)
start_server --workers 1 --cert "$PKI/expired/chain.pem" --key "$PKI/expired/key.pem"
expired=$PORT
start_peer closed
closed=$PORT
# A report of another connection is what a device that terminates TLS would pass on.
start_server --workers 1 --report
run_status 0 "$HELLO_CLIENT" -v --cacert "$CA" --servername localhost 127.0.0.1 "$PORT"
start_server --workers 1 --greeting-file "$TMP/out"
between=$PORT

probe() {
	"$HELLO_CLIENT" --cacert "$CA" "$@" >"$TMP/out" 2>"$TMP/err"
}
mkdir "$TMP/state" "$TMP/textfile"
cat >"$TMP/list" <<END
localhost $plain
127.0.0.1 $plain --servername localhost --expect-cert "$PKI/other.test/chain.pem"
localhost $mutual --expect-outcome CLIENT_CERT_REQUIRED
localhost $expired --expect-outcome CERT_EXPIRED
localhost $closed
END
probe --targets "$TMP/list" --prometheus "$TMP/state/hello.prom"
probe --compare --servername localhost --prometheus "$TMP/state/path.prom" 127.0.0.1 "$between"
expect "$TMP/state/path.prom" 'reason="PATH_DIFFERS"'
promtool check metrics <"$TMP/state/hello.prom" >"$TMP/out" 2>&1 || fail "promtool: $(cat "$TMP/out")"
# As the unit advises: the folder of node_exporter has links to files that others own.
ln -s "$TMP/state/hello.prom" "$TMP/state/path.prom" "$TMP/textfile/"

exporter=127.0.0.1:$(print_free_port) || error 'no free port'
prometheus-node-exporter --web.listen-address="$exporter" --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$TMP/textfile" >"$TMP/exporter.log" 2>&1 &
track $!
log_on_failure "$TMP/exporter.log"

# ---- Prometheus -----------------------------------------------------------------------------------
cp "$kit/alerts.yml" "$TMP/rules/alerts.yml"
cat >"$TMP/prometheus.yml" <<END
global:
  scrape_interval: 200ms
  scrape_timeout: 200ms
  evaluation_interval: 200ms
rule_files: ['$TMP/rules/alerts.yml']
scrape_configs:
  - job_name: node
    static_configs: [{targets: ['$exporter']}]
  - job_name: hello-server
    static_configs: [{targets: ['$plain_metrics', '$mutual_metrics']}]
END
where=127.0.0.1:$(print_free_port) || error 'no free port'
cd "$TMP" || error 'cd'
prometheus --config.file="$TMP/prometheus.yml" --storage.tsdb.path="$TMP/tsdb" \
	--web.listen-address="$where" --log.level=warn >"$TMP/prometheus.log" 2>&1 &
track $!
log_on_failure "$TMP/prometheus.log"

# ask PATH [ARG...]
ask() {
	ask_path=$1
	shift
	curl -s --max-time 10 "http://$where/api/v1/$ask_path" "$@"
}
# holds FILTER FILE: jq 1.6 would be content with an empty file.
holds() {
	[ "$(jq "$1" "$2" 2>/dev/null)" = true ]
}
# finds QUERY: it is valid, and its result has a number.
finds() {
	ask query --data-urlencode "query=$1" >"$TMP/found"
	holds '.status == "success" and any(.data.result[]; .value[1] != "NaN")' "$TMP/found"
}
wait_for "$PATIENCE" finds 'sum(up) == 3' || fail "not all are scraped: $(ask targets)"
# Numbers that have risen since the first scrape.
probe -c 4 -i 10ms --parallel 1 --resume --servername localhost 127.0.0.1 "$plain" || fail "not greeted: $(cat "$TMP/err")"
printf 'GET / HTTP/1.0\r\n\r\n' | "$CROWD" say "$plain" >"$TMP/out"
wait_for "$PATIENCE" finds 'rate(hello_connections_total{outcome="NOT_TLS"}[1m]) > 0 and on (instance)
	rate(hello_handshakes_total{resumed="yes"}[1m]) > 0' || fail "the numbers do not rise: $(cat "$TMP/found")"

# It would notice.
! finds 'hello_client_no_such_metric' || fail 'finds what is not there'
! finds 'rate((' || fail 'a query that is none is valid'

# ---- the queries ----------------------------------------------------------------------------------
# all_find FILE: each line finds something. One curl asks them all, and one jq reads the answers.
all_find() {
	jq -rR --arg where "$where" '"url = \"http://\($where)/api/v1/query?query=\(@uri)\""' "$1" >"$TMP/urls"
	curl -s --max-time 10 --write-out '\n' --config "$TMP/urls" >"$TMP/answers"
	jq -r '.status == "success" and any(.data.result[]; .value[1] != "NaN")' "$TMP/answers" >"$TMP/found"
	[ "$(wc -l <"$TMP/found")" -eq "$(wc -l <"$1")" ] || fail "not an answer to each query: $(cat "$TMP/answers")"
	paste "$TMP/found" "$1" | sed -n 's/^false	//p' >"$TMP/missed"
	[ ! -s "$TMP/missed" ] || fail "nothing is found with: $(cat "$TMP/missed")"
}

# Grafana fills in its variables like this.
# shellcheck disable=SC2016 # for jq and sed
jq -r '.panels[].targets[]?.expr' "$dashboard" | sed 's/\$__rate_interval/1m/g; s/\$host/.*/g; s/\$server/.*/g' >"$TMP/panels"
! grep -F '$' "$TMP/panels" || fail 'a variable that is not known'
jq -r '.templating.list[] | select(.type == "query") | .query.query' "$dashboard" |
	sed 's/^label_values(\(.*\), \(.*\))$/count by (\2) (\1{\2!=""})/' >"$TMP/variables"
all_find "$TMP/panels"
all_find "$TMP/variables"
echo "dashboard: $(wc -l <"$TMP/panels") queries and $(wc -l <"$TMP/variables") variables find something"

healthy() {
	ask rules >"$TMP/rules.json"
	holds '[.data.groups[].rules[].health] | length == 19 and all(. == "ok")' "$TMP/rules.json"
}
wait_for "$PATIENCE" healthy || fail "the rules are not healthy: $(cat "$TMP/rules.json")"
# Most of them rightly find nothing here. So each comparison becomes a sum, "unless" becomes "and", and the
# past becomes the present: then everything that an alert reads must be there, with labels that match.
jq -r '.data.groups[].rules[].query | gsub("\n *"; " ")' "$TMP/rules.json" |
	sed -E 's/ (==|!=|<=|>=|<|>) / + /g; s/ unless / and /g; s/ offset [0-9a-z]+//g; s/^absent\((.*)\)$/\1/' >"$TMP/parts"
[ "$(grep -c . "$TMP/parts")" -eq 19 ] || fail 'not one query for each alert'
all_find "$TMP/parts"
echo 'alerts: what 19 queries read is there'

# One needs no patience; its sentences and those of the others that wait are complete.
fires() {
	ask alerts >"$TMP/alerts.json"
	holds 'any(.data.alerts[]; .labels.alertname == "HelloPathDiffers" and .state == "firing")' "$TMP/alerts.json"
}
wait_for "$PATIENCE" fires || fail "HelloPathDiffers does not fire: $(cat "$TMP/alerts.json")"
jq -r '.data.alerts[].labels.alertname' "$TMP/alerts.json" | sort -u >"$TMP/out"
for each in HelloCertificateNotTheFile HelloTargetFails; do
	expect "$TMP/out" "^$each\$"
done
! grep -e 'error expanding template' -e 'outcome of the last one was *\.' "$TMP/alerts.json" || fail 'a template is wrong'
