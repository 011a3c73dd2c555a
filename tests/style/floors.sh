#!/bin/sh
# floors.sh [--self-test] - who may lean on whom. The house has floors: a file includes its own header,
# headers of lower floors, and headers of its own floor and folder without a circle. The tables
# below and in doc/architecture.md are the rules; a new module gets its line there. Completions, which are
# made when the programs are, may see all of them, and hello-zoo the server that it is made of.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

# Floor and module: the tables of doc/architecture.md. 3.1, 3.2...: one floor whose order is fixed.
modules=$(sed -nE 's/^\| ([0-9.]+) \| ([a-z0-9_/]+) \|.*/\1 \2/p' "$style_root/doc/architecture.md")

# Header (as it begins), module that may include it, reason. <openssl/types.h>, the opaque names, is
# free for all.
headers='
openssl/   tls/buffer    a BIO over our own buffer
openssl/   tls/conn      handshake, read, write, close
openssl/   tls/error     the error queue, and what a failure means
openssl/   tls/facts   what the library knows of a connection
openssl/   client/session/resumption  the session that a connection leaves
openssl/   tls/alert   names and numbers of alerts
openssl/   tls/params  reasons and curves of a handshake that fails
openssl/   tls/cert_id     hashes a certificate and its key
openssl/   tls/cert_info   reads the fields of a certificate
openssl/   tls/signature   digests and keys of signatures
openssl/   tls/crl        judges revocation lists
openssl/   tls/crl_text   the numbers of the library (X509_V_*) for a list
openssl/   tls/cert_issuer   verifies one signature, reads extensions
openssl/   tls/pem     decodes certificates, keys and revocation lists
openssl/   tls/identity   gives them to a context
openssl/   tls/crl_store     loads revocation lists
openssl/   tls/policy  versions, ciphers, groups
openssl/   tls/staple     judges OCSP responses
openssl/   server/service/stapling  hands them out
openssl/   server/service/sni     the name that a client asks for
openssl/   server/service/ticket  protects tickets with keys of ours
openssl/   tls/trust   loads roots
openssl/   server/service/cert_request     asks clients for certificates
openssl/   tls/context     the only maker of SSL_CTX
openssl/   server/service/context  chains, tickets, ALPN; rehearses a handshake
openssl/   client/session/context  ALPN, padding; who judges the server
openssl/   server/service/client_allow  compares names in a certificate
openssl/   server/service/client_auth  the callback that judges what clients show
openssl/   client/step/verify     the callback that records what the library verified
openssl/   client/judge/staple     the callback for OCSP responses
openssl/   client/judge/revocation  the reasons of a revocation
openssl/   client/judge/verdict    puts the verdicts of the library (X509_V_*) into words
openssl/   client/judge/cert_name   compares names by the rule of the library
openssl/   client/judge/distrust   the same of errors about an issuer
openssl/   client/judge/findings   looks on behind the first error of a chain
openssl/   client/step/proxy     base64, for the user and password of a proxy
openssl/   client/output/keylog     the callback that is given the secrets
jansson.h  net/conn_report_json   the report as JSON
jansson.h  server/conn/reply       an answer as JSON
event2/    server/process/worker     the event loop
event2/    server/metrics/metrics    HTTP, in a process of its own
utlist.h   server/conn/pool       the queues of deadlines
uthash.h   server/conn/pool       the table of clients
uthash.h   server/service/server_names      the table of names
seccomp.h  server/confine/sandbox_seccomp  the filter of system calls
jansson.h  client/output/json       --json
pthread.h  client/probe/runner   the lock of the modes and of standard output
pthread.h  client/probe/thread_pool   probes that run at the same time
pthread.h  client/step/resolve    getaddrinfo cannot be interrupted, so it runs in a thread
'

# Call (a regular expression), module that may use it, reason.
calls='
v?fork|wait|wait4|waitpid|waitid      server/process/master   the only parent of workers
v?fork|wait|wait4|waitpid|waitid      server/process/metrics_process  the only parent of the metrics process
v?fork|wait|wait4|waitpid|waitid      server/confine/confine  a child that tries, and ends
(_|_E|quick_)?exit                    server/main     leaves with the status of the outcome
(_|_E|quick_)?exit                    client/main     leaves with the status of the outcome
(_|_E|quick_)?exit                    server/process/worker   a child must not run into the code of its parent
(_|_E|quick_)?exit                    server/process/metrics_process  a child must not run into the code of its parent
(_|_E|quick_)?exit                    server/confine/confine  a child that tries, and ends
ERR_[a-z0-9_]+                        tls/error   one reader of the error queue, so that nobody empties it early
open|openat|creat|f(d|re)?open|BIO_new_file  base/input_file  reads the files that options name
open|openat|creat|f(d|re)?open|BIO_new_file  client/output/output_file  writes them
open|openat|creat|f(d|re)?open|BIO_new_file  base/streams  /dev/null, where a standard stream is closed
open|openat|creat|f(d|re)?open|BIO_new_file  server/listen/unix_socket  the folder of a socket, to lock it
'

# shellcheck disable=SC2317  # called by style_main
check() {
	(
		cd "$1" || exit 99
		# shellcheck disable=SC2046  # our file names have no blanks
		code_of keep $(find src -name '*.[ch]' | LC_ALL=C sort)
	) | modules=$modules headers=$headers calls=$calls LC_ALL=C awk '
	function complain(words) { print file ":" line ": " words }

	# Rows of a table, without comments; returns how many.
	function rows_of(table, rows,    n) {
		n = split(table, rows, "\n")
		return n
	}

	# shared, server, client, zoo or completion.
	function side(module,    top) {
		top = module
		sub(/\/.*/, "", top)
		if (top ~ /^(base|net|tls)$/)
			return "shared"
		return top
	}

	function join_list(list, word) { return list == "" ? word : list ", " word }

	BEGIN {
		n = rows_of(ENVIRON["modules"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				if (word[2] in floor)
					print "doc/architecture.md:1: " word[2] " has two lines"
				floor[word[2]] = word[1]
			}
		n = rows_of(ENVIRON["headers"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				header_for[word[1]] = join_list(header_for[word[1]], word[2])
				may_include[word[1], word[2]] = 1
			}
		n = rows_of(ENVIRON["calls"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				call_for[word[1]] = join_list(call_for[word[1]], word[2])
				may_call[word[1], word[2]] = 1
			}
	}

	{
		split($0, field, "\t")
		if (field[1] != file) {
			file = field[1]
			line = 1
			module = file
			sub(/^src\//, "", module)
			sub(/\.[ch]$/, "", module)
			folder = side(module)
			known = module in floor
			seen[module] = 1
			if (!known)
				complain("unknown module " module ": give it a line in doc/architecture.md")
		}
		line = field[2]
		code = substr($0, length(field[1]) + length(field[2]) + 3)
	}

	!known { next }

	code ~ /^[ \t]*#[ \t]*include[ \t]*"/ {
		split(code, part, "\"")
		other = part[2]
		sub(/\.h$/, "", other)
		other_folder = side(other)
		if (other == module)
			next
		if (other !~ /\//)
			complain("write the path from src/: \"" part[2] "\"")
		else if (!(other in floor))
			complain("includes the unknown module " other ": give it a line in doc/architecture.md")
		else if (other_folder != "shared" && other_folder != folder && folder != "completion" &&
		    folder " " other_folder != "zoo server")
			complain(folder " must not include " other_folder ": \"" part[2] "\"")
		else if (floor[other] + 0 > floor[module] + 0)
			complain("includes a higher floor: \"" part[2] "\" is on " floor[other] \
				", " module " on " floor[module])
		else if (floor[other] == floor[module] && other_folder == folder)
			beside[module] = beside[module] " " other
		next
	}

	code ~ /^[ \t]*#[ \t]*include[ \t]*</ {
		header = code
		sub(/^[^<]*</, "", header)
		sub(/>.*/, "", header)
		if (header != "openssl/types.h")
			for (start in header_for)
				if (index(header, start) == 1 && !((start, module) in may_include))
					complain("<" header "> is for " header_for[start])
		next
	}

	{
		gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
		for (call in call_for)
			if (!((call, module) in may_call) &&
			    match(code, "(^|[^A-Za-z0-9_.>])(" call ")[ \t]*\\("))
				complain("this call is for " call_for[call] ": " \
					substr(code, RSTART, RLENGTH) ")")
	}

	# Depth first along the includes inside a floor; whoever is met again on the way is in a circle.
	function walk(m, way,    circle, list, n, i) {
		if (state[m] == "done")
			return
		if (state[m] == "open") {
			circle = substr(way, index(way " ", " " m " "))
			n = split(circle, list, " ")
			for (i = 1; i <= n; i++)
				print "src/" list[i] ".h:1: a circle of includes:" circle " " m
			return
		}
		state[m] = "open"
		n = split(beside[m], list, " ")
		for (i = 1; i <= n; i++)
			walk(list[i], way " " m)
		state[m] = "done"
	}

	END {
		for (m in floor) {
			walk(m, "")
			if (!(m in seen))
				print "doc/architecture.md:1: the module " m " has a line and no file"
		}
	}' | LC_ALL=C sort
}

# shellcheck disable=SC2317
self_test() {
	plant src/net/addr.c 'includes a higher floor' '#include "net/sock.h"'
	plant src/base/outcome.h 'includes a higher floor' '#  include "base/log.h"'
	plant src/tls/buffer.c 'includes a higher floor' '#include "tls/conn.h"'
	plant src/server/conn/conn.c 'includes a higher floor' '#include "server/process/worker.h"'
	plant src/server/conn/conn.c 'server must not include client' '#include "client/step/verify.h"'
	plant src/client/main.c 'client must not include server' '#include "server/options.h"'
	plant src/server/main.c 'server must not include zoo' '#include "zoo/options.h"'
	plant src/net/sock.c 'shared must not include server' '#include "server/options.h"'
	plant src/server/conn/conn.c 'unknown module server/novel' '#include "server/novel.h"'
	plant src/base/novel.c 'unknown module base/novel' 'int novel;'
	plant src/net/sock.c 'write the path' '#include "addr.h"'

	# One half of a circle is fine, both are not.
	printf '#include "base/options.h"\n' >>"$style_copy/src/base/log.h"
	plant src/base/options.h 'a circle of includes' '#include "base/log.h"'

	plant src/server/process/workers.c '> is for tls/buffer, tls/conn' '#include <openssl/ssl.h>'
	plant src/client/step/greet.c '> is for server/process/worker' '#include <event2/event.h>'
	plant src/server/process/workers.c '> is for server/conn/pool' '#include <utlist.h>'
	plant src/client/session/session.c '> is for server/conn/pool' '#include <uthash.h>'
	plant src/server/process/worker.c '> is for client/probe/runner, client/probe/thread_pool, client/step/resolve' '#include <pthread.h>'
	plant src/server/process/worker.c 'call is for server/process/master' '	if (fork() == 0)'
	plant src/client/step/resolve.c 'call is for server/process/master' '	x = waitpid (pid, NULL, 0);'
	plant src/server/process/master.c 'call is for server/main' '	_exit(1);'
	plant src/client/output/report.c 'call is for server/main' '/* said */ exit(1);'
	plant src/tls/context.c 'call is for tls/error' '	ERR_clear_error();'
	plant src/server/listen/listener.c 'call is for base/input_file' '	fd = open("x", O_RDONLY);'

	plant_harmless src/server/process/workers.h '#include <openssl/types.h>'
	plant_harmless src/server/conn/conn.c '/* fork() is for the master; so is "waitpid(" */'
	plant_harmless src/server/conn/conn.c '	log_at(LEVEL_INFO, "exit(1) /* not code */", it->open(x));'
	plant_harmless src/server/conn/conn.c '	conn_open(c); reopen(c);'
}

style_main "$@"
