#!/bin/sh
# floors.sh [--self-test] - who may use whom. The folder is the floor: a file includes headers of
# lower floors, and of its own folder without a circle. The tables below and the one in
# doc/architecture.md are the rules; a new folder gets its line there. A program's folders never
# include those of another program, and a module that one program alone uses is among them.
# hello-zoo is made of hello-server; completions, which are made when the programs are, may see all.

# shellcheck source=tests/style/lib.sh
. "${srcdir:-.}/tests/style/lib.sh"

# Floor and folder: the table of doc/architecture.md.
folders=$(sed -nE 's/^\| ([0-9]+) \| ([a-z0-9_/]+) \|.*/\1 \2/p' "$style_root/doc/architecture.md")

# Modules below the programs that one side alone may use, reason.
anybodys='
base/log   knows nothing of a server; hello-server and hello-zoo are two programs
base/log_output   the same
'

# Header (as it begins), module that may include it, reason. <openssl/types.h>, the opaque names, is
# free for all.
headers='
openssl/   tls/buffer    a BIO over our own buffer
openssl/   tls/conn      handshake, read, write, close
openssl/   tls/conn_parts  makes the object
openssl/   tls/quic      the same over QUIC
openssl/   tls/quic_failure  its errors
openssl/   tls/quic_wire  a BIO over a UDP socket
openssl/   tls/quic_server  listeners and connections of a QUIC server
openssl/   tls/quic_end  why a QUIC connection was closed
openssl/   tls/quic_feed  a BIO over single datagrams
openssl/   tls/datagram  a BIO over the datagrams of one peer
openssl/   tls/dtls      cookies, timers and sizes of DTLS
openssl/   tls/tds       a BIO that puts a handshake into packets
openssl/   tls/error     the error queue, and what a failure means
openssl/   tls/facts   what the library knows of a connection
openssl/   client/session/resumption  the session that a connection leaves
openssl/   tls/alert   names and numbers of alerts
openssl/   tls/params  reasons and curves of a handshake that fails
openssl/   tls/params_offer  what both ends set, by the names of the library
openssl/   tls/context_groups  what a context carries along
openssl/   tls/offers_text  the names of ciphers
openssl/   tls/cert_id     hashes a certificate and its key
openssl/   tls/cert_info   reads the fields of a certificate
openssl/   tls/signature   digests and keys of signatures
openssl/   tls/key_use     the type and curve of a key
openssl/   tls/weakness    the numbers of the library (X509_V_*) for a weak certificate
openssl/   tls/crl        judges revocation lists
openssl/   tls/crl_ask    looks certificates up in them
openssl/   tls/crl_memory   keeps what is known about them, and who signed them
openssl/   tls/crl_text   the numbers of the library (X509_V_*) for a list
openssl/   tls/cert_issuer   verifies one signature, reads extensions
openssl/   tls/pem     decodes certificates, keys and revocation lists
openssl/   tls/identity   gives them to a context
openssl/   tls/crl_store     loads revocation lists
openssl/   tls/policy  versions, ciphers, groups
openssl/   tls/staple     judges OCSP responses
openssl/   server/service/stapling  hands them out
openssl/   server/service/sni     the name that a client asks for
openssl/   server/service/cookie  the HMAC in a cookie
openssl/   server/service/ticket  protects tickets with keys of ours
openssl/   tls/trust   loads roots
openssl/   tls/other_path  verifies the paths that it finds
openssl/   server/service/cert_request     asks clients for certificates
openssl/   tls/context     the only maker of SSL_CTX
openssl/   tls/kdf_functions  a provider of key derivation
openssl/   tls/kdf_provider  adds it to the library, after a comparison
openssl/   tls/key_schedule  HMAC and HKDF with the digests of the library
openssl/   server/service/context  chains, tickets, ALPN; rehearses a handshake
openssl/   client/session/chain_file  decodes DER, writes PEM
openssl/   client/session/identity_file  orders the certificates of the client
openssl/   client/session/key_file   decodes keys in DER
openssl/   client/session/pbe        finds the cipher of an encrypted key
openssl/   client/session/pkcs12_file  decodes PKCS#12
openssl/   client/session/pbe_rounds  counts the iterations of a key derivation
openssl/   client/session/pkcs12_rounds  counts the iterations of PKCS#12
openssl/   client/session/token      reads from tokens, through OSSL_STORE
openssl/   client/session/context  ALPN; who judges the server
openssl/   client/session/own_hello  a BIO that cuts the ClientHello into records
openssl/   client/session/hello_variant  extensions and signatures of a ClientHello
openssl/   server/service/client_allow  compares names in a certificate
openssl/   server/service/client_try  gives a chain to the judge, without a handshake
openssl/   server/service/client_auth  the callback that judges what clients show
openssl/   client/step/verify     the callback that records what the library verified
openssl/   client/judge/staple     the callback for OCSP responses
openssl/   client/judge/revocation  the reasons of a revocation
openssl/   client/judge/verdict    puts the verdicts of the library (X509_V_*) into words
openssl/   client/judge/certificate_request  reads the request and compares names
openssl/   client/judge/certificate_request_cause  numbers of alerts
openssl/   client/judge/own_certificate  reads policies and the chain of a connection
openssl/   client/judge/cert_name   compares names by the rule of the library
openssl/   client/judge/distrust   the same of errors about an issuer
openssl/   client/judge/resigner   reads the names of issuers
openssl/   client/session/local_root  compares certificates
openssl/   client/judge/cert_error the errors of a certificate
openssl/   client/judge/findings   looks on behind the first error of a chain
openssl/   client/step/fetch_issuer  decodes an issuer in any format
openssl/   client/step/proxy     base64, for the user and password of a proxy
openssl/   client/output/keylog     the callback that is given the secrets
jansson.h  net/conn_report_json   the report as JSON
jansson.h  server/conn/reply       an answer as JSON
event2/    server/process/worker     the event loop
event2/    server/metrics/metrics    HTTP, in a process of its own
utlist.h   server/conn/pool       the queues of deadlines
uthash.h   server/conn/pool       the table of clients
uthash.h   server/process/datagram_clients  the table of peers
uthash.h   server/service/server_names      the table of names
seccomp.h  server/confine/sandbox_seccomp  the filter of system calls
jansson.h  client/output/json       --json
jansson.h  client/output/path_json  --json of --path-test
jansson.h  client/output/trace_json  the trace as JSON
pthread.h  client/probe/runner   the lock of the modes and of standard output
pthread.h  client/probe/thread_pool   probes that run at the same time
pthread.h  client/step/resolve    getaddrinfo cannot be interrupted, so it runs in a thread
'

# Call (a regular expression), module that may use it, reason.
calls='
v?fork|wait|wait4|waitpid|waitid      server/process/master   waits for the workers
v?fork|wait|wait4|waitpid|waitid      server/process/spawn    forks them
v?fork|wait|wait4|waitpid|waitid      server/process/metrics_process  the only parent of the metrics process
v?fork|wait|wait4|waitpid|waitid      server/confine/confine  a child that tries, and ends
(_|_E|quick_)?exit                    server/main     leaves with the status of the outcome
(_|_E|quick_)?exit                    client/main     leaves with the status of the outcome
(_|_E|quick_)?exit                    server/process/worker   a child must not run into the code of its parent
(_|_E|quick_)?exit                    server/process/datagram_worker  the same
(_|_E|quick_)?exit                    server/process/metrics_process  a child must not run into the code of its parent
(_|_E|quick_)?exit                    server/confine/confine  a child that tries, and ends
ERR_[a-z0-9_]+                        tls/error   one reader of the error queue, so that nobody empties it early
ERR_[a-z0-9_]+                        tls/quic_wire  a BIO says so that there is no datagram now
ERR_[a-z0-9_]+                        tls/quic_feed  the same
open|openat|creat|f(d|re)?open|BIO_new_file  base/input_file  reads the files that options name
open|openat|creat|f(d|re)?open|BIO_new_file  client/output/output_file  writes them
open|openat|creat|f(d|re)?open|BIO_new_file  base/streams  /dev/null, where a standard stream is closed
open|openat|creat|f(d|re)?open|BIO_new_file  base/log_output  the pipe of standard error, with a flag of our own
open|openat|creat|f(d|re)?open|BIO_new_file  server/listen/unix_socket  the folder of a socket, to lock it
'

# shellcheck disable=SC2317  # called by style_main
check() {
	(
		cd "$1" || exit 99
		# shellcheck disable=SC2046  # our file names have no blanks
		code_of keep $(find src -name '*.[ch]' | LC_ALL=C sort)
	) | folders=$folders anybodys=$anybodys headers=$headers calls=$calls LC_ALL=C awk '
	function complain(words) { print file ":" line ": " words }

	# Rows of a table, without comments; returns how many.
	function rows_of(table, rows,    n) {
		n = split(table, rows, "\n")
		return n
	}

	function folder_of(module) {
		sub(/\/[^\/]*$/, "", module)
		return module
	}

	# shared, server, client or completion.
	function side(module) {
		sub(/\/.*/, "", module)
		if (module ~ /^(base|net|tls)$/)
			return "shared"
		return module == "zoo" ? "server" : module
	}

	function join_list(list, word) { return list == "" ? word : list ", " word }

	BEGIN {
		n = rows_of(ENVIRON["folders"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				if (word[2] in floor)
					print "doc/architecture.md:1: " word[2] " has two lines"
				floor[word[2]] = word[1]
			}
		n = rows_of(ENVIRON["anybodys"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2)
				anybodys[word[1]] = 1
		n = rows_of(ENVIRON["headers"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				header_for[word[1]] = join_list(header_for[word[1]], word[2])
				may_include[word[1], word[2]] = 1
				row_for[word[2]] = 1
			}
		n = rows_of(ENVIRON["calls"], rows)
		for (i = 1; i <= n; i++)
			if (split(rows[i], word, /[ \t]+/) >= 2) {
				call_for[word[1]] = join_list(call_for[word[1]], word[2])
				any_call = any_call (any_call == "" ? "" : "|") word[1]
				may_call[word[1], word[2]] = 1
				row_for[word[2]] = 1
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
			folder = folder_of(module)
			known = folder in floor
			seen[module] = 1
			seen_folder[folder] = 1
			if (!known)
				complain("unknown folder " folder ": give it a line in doc/architecture.md")
		}
		line = field[2]
		code = substr($0, length(field[1]) + length(field[2]) + 3)
	}

	!known { next }

	code ~ /^[ \t]*#[ \t]*include[ \t]*"/ {
		split(code, part, "\"")
		other = part[2]
		sub(/\.h$/, "", other)
		other_folder = folder_of(other)
		if (other == module)
			next
		uses[module] = uses[module] " " other
		if (other !~ /\//)
			complain("write the path from src/: \"" part[2] "\"")
		else if (!(other_folder in floor))
			complain("includes from the unknown folder " other_folder \
				": give it a line in doc/architecture.md")
		else if (side(other) != "shared" && side(other) != side(module) && folder != "completion")
			complain(side(module) " must not include " side(other) ": \"" part[2] "\"")
		else if (other_folder == folder)
			beside[module] = beside[module] " " other
		else if (floor[other_folder] + 0 > floor[folder] + 0)
			complain("includes a higher floor: \"" part[2] "\" is on " floor[other_folder] \
				", " folder " on " floor[folder])
		else if (floor[other_folder] + 0 == floor[folder] + 0)
			complain("includes the folder beside it: \"" part[2] "\" is on " \
				floor[other_folder] ", too")
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

	# One match for all calls first: few lines have any.
	match(code, any_call) {
		gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
		for (call in call_for)
			if (!((call, module) in may_call) &&
			    match(code, "(^|[^A-Za-z0-9_.>])(" call ")[ \t]*\\("))
				complain("this call is for " call_for[call] ": " \
					substr(code, RSTART, RLENGTH) ")")
	}

	# Depth first along the includes inside a folder; a module met again on the way is in a circle.
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

	# The modules that this side uses, itself or by others.
	function mark(who, m,    list, n, i) {
		if ((who, m) in used)
			return
		used[who, m] = 1
		n = split(uses[m], list, " ")
		for (i = 1; i <= n; i++)
			mark(who, list[i])
	}

	function check_use(m,    server, client) {
		server = ("server", m) in used
		client = ("client", m) in used
		if (server && client || m in anybodys)
			return
		print "src/" m ".h:1: " (server ? "only the server uses it: move it to src/server" : \
			client ? "only the client uses it: move it to src/client" : \
			"neither client nor server uses it")
	}

	END {
		for (m in seen) {
			walk(m, "")
			if (side(m) != "shared")
				mark(side(m), m)
		}
		for (m in seen)
			if (side(m) == "shared")
				check_use(m)
		for (folder in floor)
			if (!(folder in seen_folder))
				print "doc/architecture.md:1: the folder " folder " has a line and no file"
		for (m in row_for)
			if (!(m in seen))
				print "tests/style/floors.sh:1: the module " m " has a row and no file"
		for (m in anybodys)
			if (!(m in seen) || (("server", m) in used && ("client", m) in used))
				print "tests/style/floors.sh:1: " m " needs no exception any more"
	}' | LC_ALL=C sort
}

# used_by FILE MODULE, used_by_nobody FILE: FILE of the copy includes MODULE, and no more.
used_by() {
	cp "$style_copy/$1" "$style_work/user"
	printf '#include "%s.h"\n' "$2" >>"$style_copy/$1"
}

used_by_nobody() {
	mv "$style_work/user" "$style_copy/$1"
}

# shellcheck disable=SC2317
self_test() {
	# Only includes matter to what is planted, and each mistake is another run.
	find "$style_copy/src" -name '*.[ch]' -exec sed -i '/^#/!d' {} +

	plant src/net/addr.c 'includes a higher floor' '#include "tls/conn.h"'
	plant src/base/outcome.h 'includes a higher floor' '#  include "net/addr.h"'
	plant src/server/conn/conn.c 'includes a higher floor' '#include "server/process/worker.h"'
	plant src/server/process/worker.c 'includes a higher floor' '#include "server/options.h"'
	plant src/server/main.c 'includes a higher floor' '#include "zoo/zoo.h"'
	plant src/client/judge/verdict.h 'includes a higher floor' '#include "client/session/session.h"'
	plant src/server/listen/access.c 'includes the folder beside it' '#include "server/confine/sandbox.h"'
	plant src/server/conn/conn.c 'server must not include client' '#include "client/step/verify.h"'
	plant src/client/main.c 'client must not include server' '#include "server/options.h"'
	plant src/zoo/zoo.c 'server must not include client' '#include "client/output/report.h"'
	plant src/net/sock.c 'shared must not include server' '#include "server/options.h"'
	plant src/server/conn/conn.c 'unknown folder server/novel' '#include "server/novel/novel.h"'
	plant src/novel/novel.c 'unknown folder novel' 'int novel;'
	plant src/net/sock.c 'write the path' '#include "addr.h"'

	# One half of a circle is fine, both are not; and a way round by others is one, too.
	printf '#include "base/options.h"\n' >>"$style_copy/src/base/log.h"
	plant src/base/options.h 'a circle of includes' '#include "base/log.h"'
	plant src/tls/params.h 'a circle of includes' '#include "tls/conn.h"'
	plant_harmless src/tls/facts.c '#include "tls/closing.h"'

	plant src/net/novel.h 'neither client nor server uses it' 'int novel;'
	used_by src/server/check.c net/novel
	plant src/net/novel.h 'only the server uses it' 'int novel;'
	used_by_nobody src/server/check.c
	used_by src/client/main.c net/novel
	plant src/net/novel.h 'only the client uses it' 'int novel;'
	used_by_nobody src/client/main.c
	used_by src/client/main.c base/log
	plant tests/style/floors.sh 'base/log needs no exception' ''
	used_by_nobody src/client/main.c

	kept_folders=$folders
	folders="$folders
9 novel
9 net"
	plant doc/architecture.md 'the folder novel has a line and no file' ''
	plant doc/architecture.md 'net has two lines' ''
	folders=$kept_folders
	kept_calls=$calls
	calls="$calls
fork base/novel because"
	plant tests/style/floors.sh 'the module base/novel has a row and no file' ''
	calls=$kept_calls

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
