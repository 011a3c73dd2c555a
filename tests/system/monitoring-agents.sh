#!/bin/sh
# monitoring-agents.sh - what deploy/monitoring/ has for Checkmk, Zabbix and Icinga 2: each line, key and
# command runs, its output is in the form that they read, and a real Icinga runs its check.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

kit=$srcdir/deploy/monitoring
left_out=''
make_pki
start_server --workers 1
start_peer closed
closed=$PORT
PORT=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
export SSL_CERT_FILE="$CA"
# hello-client is in the PATH of the agents.
mkdir "$TMP/bin"
ln -s "$HELLO_CLIENT" "$TMP/bin/hello-client"
PATH=$TMP/bin:$PATH

# ---- Checkmk --------------------------------------------------------------------------------------
# "NAME (interval=SECONDS) COMMAND", and what a plugin prints: a line of text, a bar, performance data.
perfdata='\([a-z_]*=[-U0-9.]*\(ms\)*;[0-9.:]*;[0-9.:]*\(;0\)* \)*total=[U0-9.]*\(ms\)*;;;0$'
grep -v '^#' "$kit/mrpe.cfg" >"$TMP/lines"
[ -s "$TMP/lines" ] || fail 'mrpe.cfg has no line'
while read -r name interval line; do
	echo "$interval" | grep -qx '(interval=[0-9]*)' || fail "mrpe.cfg: no interval of $name"
	# run STATUS PORT WORD: the command with another target.
	run() {
		# shellcheck disable=SC2046 # a list of words
		run_status "$1" $(echo "$line" | sed "s|^/usr/bin/hello-client |$HELLO_CLIENT |
			s| svc.example.com 8443\$| localhost $2|; s| https://www.example.com/\$| https://localhost:$2/|")
		[ "$(wc -l <"$TMP/out")" -eq 1 ] || fail "mrpe.cfg: not one line of $name"
		expect "$TMP/out" "^HELLO $3 - [^|]* | $perfdata"
	}
	run 0 "$PORT" OK
	run 2 "$closed" CRITICAL
done <"$TMP/lines"
echo "Checkmk: $(wc -l <"$TMP/lines") lines run"

# ---- Zabbix ---------------------------------------------------------------------------------------
parameter=$(sed -n 's/^UserParameter=hello\.probe\[\*\],//p' "$kit/zabbix-agent.conf")
[ -n "$parameter" ] || fail 'zabbix-agent.conf has no key'
# The agent waits longer than the client takes, or there is no value.
[ "$(sed -n 's/^Timeout=//p' "$kit/zabbix-agent.conf")" -gt "$(echo "$parameter" | sed 's/.*--max-time \([0-9]*\)s .*/\1/')" ] ||
	fail 'the agent does not wait for the client'
# zabbix TARGET FILE: the value of the key for that target.
if command -v zabbix_agentd >/dev/null 2>&1; then
	printf '%s\n' Server=127.0.0.1 "LogFile=$TMP/zabbix.log" "Include=$kit/zabbix-agent.conf" >"$TMP/zabbix.conf"
	zabbix() {
		zabbix_agentd -c "$TMP/zabbix.conf" -t "hello.probe[\"$1\"]" >"$TMP/out" 2>"$TMP/err" ||
			fail "zabbix_agentd: $(cat "$TMP/out" "$TMP/err")"
		sed -n 's/^hello\.probe\[.*\][[:space:]]*\[t|\({.*}\)\]$/\1/p' "$TMP/out" >"$2"
		[ "$(wc -l <"$2")" -eq 1 ] || fail "zabbix_agentd: $(cat "$TMP/out")"
	}
	agent='a real agent'
else
	left_out="$left_out zabbix_agentd"
	zabbix() {
		sh -c "$(echo "$parameter" | sed "s|\\\$1|$1|")" >"$2" 2>"$TMP/err"
	}
	agent='the shell'
fi
zabbix "localhost:$PORT" "$TMP/good.json"
zabbix "localhost:$closed" "$TMP/bad.json"

if ! command -v jq >/dev/null 2>&1 || ! python3 -c 'import yaml' 2>/dev/null; then
	left_out="$left_out jq-or-python3-yaml"
else
	# Check the template, and print the kind, parameter and error handler of each first step that reads the
	# probe; the scripts go to files.
	cat >"$TMP/template.py" <<-'PYTHON'
		import re, sys, uuid, yaml
		export = yaml.safe_load(open(sys.argv[1]))["zabbix_export"]
		[template] = export["templates"]
		uuids = []
		def walk(node):
		    if isinstance(node, dict):
		        uuids.extend([node["uuid"]] if "uuid" in node else [])
		        node = list(node.values())
		    for each in node if isinstance(node, list) else []:
		        walk(each)
		walk(export)
		assert export["version"] == "6.0" and len(uuids) == len(set(uuids))
		# That of the group is the one which Zabbix itself uses.
		assert all(uuid.UUID(u).version == 4 for u in uuids), uuids
		keys = {item["key"] for item in template["items"]}
		[master] = [item for item in template["items"] if item["type"] == "ZABBIX_ACTIVE"]
		assert master["key"] == 'hello.probe["{$HELLO.TARGET}"]' and len(keys) == len(template["items"])
		triggers = [t for item in template["items"] for t in item.get("triggers", [])]
		known = {(t["name"], t["expression"]) for t in triggers}
		macros = {m["macro"] for m in template["macros"]}
		assert set(re.findall(r"\{\$[A-Z.]+\}", open(sys.argv[1]).read().replace("{{", "{"))) == macros, macros
		for trigger in triggers:
		    used = re.findall(r"/([^/()]+)/([a-z0-9.]+)", trigger["expression"])
		    assert used and all(t == template["template"] and k in keys for t, k in used), trigger
		    for other in trigger.get("dependencies", []):
		        assert (other["name"], other["expression"]) in known, other
		for item in template["items"]:
		    if item is master:
		        continue
		    assert item["type"] == "DEPENDENT" and item["master_item"]["key"] == master["key"], item
		    step = item["preprocessing"][0]
		    text = step["parameters"][0]
		    if step["type"] == "JAVASCRIPT":
		        open(sys.argv[2], "w").write(text)
		        text = sys.argv[2]
		    else:
		        assert step["type"] == "JSONPATH" and re.fullmatch(r"\$(\.[a-z0-9_]+|\[[0-9]+\])+", text), text
		    print(step["type"], text, step.get("error_handler", "NONE"), item["key"])
	PYTHON
	template() {
		python3 "$TMP/template.py" "$1" "$TMP/script.js" >"$TMP/items" 2>"$TMP/err"
	}
	template "$kit/zabbix.yaml" || fail "zabbix.yaml: $(cat "$TMP/err")"
	[ "$(wc -l <"$TMP/items")" -gt 5 ] || fail 'zabbix.yaml has too few items'
	while read -r kind path handler key; do
		[ "$kind" = JSONPATH ] || continue
		# These paths are those of jq but for the first character.
		value=$(jq -c "${path#?}" "$TMP/good.json") || fail "zabbix.yaml: $key"
		[ "$value" != null ] || [ "$key" = hello.detail ] || fail "zabbix.yaml: $key finds nothing at $path"
		jq -e "path(${path#?}) as \$p | any(paths(true); . == \$p)" "$TMP/good.json" >"$TMP/out" ||
			fail "zabbix.yaml: $key: there is no $path"
		# What a failure lacks must be no error of the item.
		value=$(jq -c "${path#?}" "$TMP/bad.json") || fail "zabbix.yaml: $key"
		[ "$value" != null ] || [ "$handler" = DISCARD_VALUE ] || fail "zabbix.yaml: $key fails with the probe"
	done <"$TMP/items"
	[ "$(jq -r .outcome "$TMP/bad.json")" = CONNECT_REFUSED ] || fail "zabbix: $(cat "$TMP/bad.json")"
	echo "Zabbix: $agent runs the key, and $(wc -l <"$TMP/items") items read it"

	# The engine of Zabbix is Duktape, which has no console.
	if command -v duk >/dev/null 2>&1; then
		# share FILE: what the script makes of it.
		share() {
			{
				printf 'print((function (value) {'
				cat "$TMP/script.js"
				printf '})(%s));\n' "$(jq -c tojson "$1")"
			} >"$TMP/run.js"
			duk "$TMP/run.js"
		}
		share "$TMP/good.json" >"$TMP/out" 2>&1 || fail "zabbix.yaml: $(cat "$TMP/out")"
		awk '{ exit !($1 > 90 && $1 < 100) }' "$TMP/out" || fail "zabbix.yaml: a share of $(cat "$TMP/out")"
		jq '.certificates[1:1] = [.certificates[0] | .not_before = "2026-01-01T00:00:00Z" | .not_after = "2026-01-11T00:00:00Z"] |
			.time = "2026-01-09T00:00:00Z"' "$TMP/good.json" >"$TMP/chain.json"
		[ "$(share "$TMP/chain.json")" = 20 ] || fail 'zabbix.yaml: not the certificate that expires first'
		! share "$TMP/bad.json" >"$TMP/out" 2>&1 || fail 'zabbix.yaml: a share of no certificate'
		expect "$TMP/out" 'sent no certificate'
	else
		left_out="$left_out duk"
	fi
	# It would notice.
	# shellcheck disable=SC2016 # a macro of Zabbix
	for edit in 's/days_left/days_right/' 's|/hello.outcome,#2|/hello.nothing,#2|' 's/<{$HELLO.LEFT.WARN}/<{$HELLO.WARN}/'; do
		sed "$edit" "$kit/zabbix.yaml" >"$TMP/edited.yaml"
		! cmp -s "$kit/zabbix.yaml" "$TMP/edited.yaml" || error "nothing to edit: $edit"
		if template "$TMP/edited.yaml"; then
			path=$(sed -n 's/^JSONPATH \$\(.*days_right\) .*/\1/p' "$TMP/items")
			[ "$(jq -c "${path:-.schema}" "$TMP/good.json")" = null ] || fail "zabbix.yaml may be wrong: $edit"
		fi
	done
fi

# ---- Icinga 2 -------------------------------------------------------------------------------------
PATH=$PATH:/usr/sbin:/sbin
# Each argument is an option of the client, and the timeouts are in the right order.
"$HELLO_CLIENT" --help >"$TMP/help"
sed -n 's/^ *"\(--[a-z-]*\)" = .*/\1/p' "$kit/icinga2.conf" >"$TMP/options"
[ "$(wc -l <"$TMP/options")" -gt 15 ] || fail 'icinga2.conf has too few options'
while read -r option; do
	grep -qe "[ ,]$option\([ ,]\|\$\)" "$TMP/help" || fail "icinga2.conf: hello-client has no $option"
done <"$TMP/options"
limit=$(sed -n 's/.*--max-time .*(\([0-9]*\)s)$/\1/p' "$TMP/help")
[ "$(sed -n 's/^ *timeout = \([0-9]*\)s$/\1/p' "$kit/icinga2.conf")" -gt "${limit:?}" ] ||
	fail 'icinga2.conf: Icinga does not wait for the client'

# icinga ARG...: this shell becomes one with folders of the test, as its user.
icinga() {
	exec env ICINGA2_USER="$(id -un)" ICINGA2_GROUP="$(id -gn)" icinga2 daemon "$@" -c "$TMP/icinga2.conf" -DNodeName=node \
		-DDataDir="$TMP/icinga" -DLogDir="$TMP/icinga" -DInitRunDir="$TMP/icinga" -DCacheDir="$TMP/icinga" \
		-DSpoolDir="$TMP/icinga" >"$TMP/icinga.log" 2>&1
}
has_checked() {
	for each in "' '$PORT')" "' '$closed')"; do
		grep -qs "$each terminated with exit code" "$TMP/icinga/debug.log" || return 1
	done
}
if command -v icinga2 >/dev/null 2>&1; then
	mkdir "$TMP/icinga"
	log_on_failure "$TMP/icinga.log"
	# The command of the file but for its folder, every second.
	sed "s|\"/usr/bin/hello-client\"|\"$HELLO_CLIENT\"|; s/check_interval = 5m/check_interval = 1s/" \
		"$kit/icinga2.conf" >"$TMP/kit.conf"
	cat >"$TMP/icinga2.conf" <<-END
		include <itl>
		include "$TMP/kit.conf"
		object CheckerComponent "checker" {}
		object FileLogger "debug" {
		  severity = "notice"
		  path = "$TMP/icinga/debug.log"
		}
		object Host "localhost" {
		  check_command = "dummy"
		  vars.tls["good"] = { hello_port = $PORT, hello_warning = "33%", hello_max_time = "10s" }
		  vars.tls["bad"] = { hello_port = $closed, hello_expect = "x" }
		}
	END
	(icinga -C) || fail 'icinga2 daemon -C'
	icinga &
	daemon=$!
	track $daemon
	wait_for "$PATIENCE" has_checked || fail 'Icinga runs no check'
	kill $daemon
	wait_for "$PATIENCE" [ -s "$TMP/icinga/icinga2.state" ] || fail 'Icinga keeps no state'
	wait $daemon
	untrack $daemon
	expect "$TMP/icinga/debug.log" "hello-client' '--nagios' '--max-time' '10s' '--warning' '33%' 'localhost' '$PORT') terminated with exit code 0"
	expect "$TMP/icinga/debug.log" "hello-client' '--nagios' '--expect' 'x' 'localhost' '$closed') terminated with exit code 2"
	expect "$TMP/icinga/icinga2.state" '"output":"HELLO OK - localhost [0-9]* verified and greeted'
	expect "$TMP/icinga/icinga2.state" '"performance_data":\["days_left=[0-9.]*;'
	expect "$TMP/icinga/icinga2.state" '"output":"HELLO CRITICAL - CONNECT_REFUSED'
	echo 'Icinga: it ran both checks and read what they printed'

	# It would notice.
	sed -i 's/check_command = "hello-client"/check_command = "hello-server"/' "$TMP/kit.conf"
	! (icinga -C) || fail 'Icinga takes a service without its command'
else
	left_out="$left_out icinga2"
fi

[ -z "$left_out" ] || skip "not installed:$left_out; the rest was tested"
