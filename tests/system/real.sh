# shellcheck shell=sh
# tests/system/real.sh - the servers that people run, below a folder of our own and on free ports of
# the loopback, with $CERT and $KEY; for tests that have server.sh and called make_pki. Some of them
# have to be started by root.
#
#	there NAME COMMAND [root]   is it installed, and may it be started? Makes the folder $D; $tried
#	                            and $missing collect the names
#	folder NAME                 makes the folder $D, with the key and the chain
#	launch PORT COMMAND...      starts it in $D, and waits until it listens there
#	nginx_config                writes $D/nginx.conf around the lines of its http block on standard input
#	stop_all                    stops what was started, with force after a while
#	start_postgres, start_mariadb, start_slapd, start_dovecot, start_postfix
#	                            set $PORT or the ports that they name

PATH=$PATH:/usr/sbin:/sbin

# Servers that give up root have to find what is theirs.
chmod 755 "$TMP"
tried='' missing=''

# ---- starting and finding them -------------------------------------------------------------------

there() {
	if ! command -v "$2" >/dev/null 2>&1 || { [ -n "${3-}" ] && [ "$(id -u)" -ne 0 ]; }; then
		missing="$missing $1"
		return 1
	fi
	tried="$tried $1"
	folder "$1"
}

folder() {
	D=$TMP/$1
	mkdir -p "$D"
	{
		cp "$KEY" "$D/key.pem" && cp "$CERT" "$D/chain.pem" && chmod 600 "$D/key.pem"
	} || error "cannot copy to $D"
}

# owned USER: everything in $D.
owned() {
	chown -R "$1" "$D" || error "no user $1"
}

# as USER COMMAND...
as() {
	as_user=$1
	shift
	setpriv --reuid "$as_user" --regid "$(id -gn "$as_user")" --clear-groups "$@"
}

# launch PORT COMMAND...: it will listen there.
launch() {
	launch_port=$1
	shift
	"$@" >"$D/log.out" 2>&1 </dev/null &
	track $!
	log_on_failure "$D/log.out"
	wait_for "$PATIENCE" is_listening "$launch_port" ||
		fail "it does not listen: $*: $(cat "$D"/log* 2>/dev/null)"
}

nginx_config() {
	{
		echo "daemon off; master_process off; pid $D/pid; error_log $D/log; events { } http { access_log off;"
		echo "client_body_temp_path $D/1; proxy_temp_path $D/2; fastcgi_temp_path $D/3; uwsgi_temp_path $D/4;"
		echo "scgi_temp_path $D/5;"
		cat
		echo '}'
	} >"$D/nginx.conf"
}

# Parts of a server are packages of their own.
has_dovecot() {
	for each in imap pop3 managesieve; do
		[ -e "/usr/lib/dovecot/$each" ] || {
			missing="$missing dovecot-$each"
			return 1
		}
	done
}

has_proftpd() {
	[ -e /usr/lib/proftpd/mod_tls.so ] || {
		missing="$missing proftpd-mod-tls"
		return 1
	}
}

# ---- databases ------------------------------------------------------------------------------------

pg=$(find /usr/lib/postgresql -name initdb 2>/dev/null | sort -V | tail -n 1)
pg=${pg%/initdb}

# start_postgres [OPTION...]
start_postgres() {
	free_port
	mkdir "$D/run"
	owned postgres
	as postgres "$pg/initdb" -D "$D/data" -A trust --no-sync -N >"$D/log.init" 2>&1 ||
		error "initdb: $(cat "$D/log.init")"
	launch "$PORT" setpriv --reuid postgres --regid postgres --clear-groups "$pg/postgres" -D "$D/data" \
		-c listen_addresses=127.0.0.1 -c port="$PORT" -c unix_socket_directories="$D/run" -c fsync=off "$@"
}

# start_mariadb [OPTION...]: without tables of users, which TLS does not ask for.
start_mariadb() {
	free_port
	mkdir "$D/data"
	owned nobody
	launch "$PORT" mariadbd --no-defaults --user=nobody --datadir="$D/data" --socket="$D/s" --pid-file="$D/p" \
		--bind-address=127.0.0.1 --port="$PORT" --innodb-flush-method=nosync --innodb-buffer-pool-size=8M \
		--innodb-log-file-size=4M --performance-schema=off --skip-log-bin \
		--skip-grant-tables "$@"
}

# ---- a directory ----------------------------------------------------------------------------------

# start_slapd TLS-LINES
start_slapd() {
	free_port
	mkdir "$D/db"
	awk '/^-----BEGIN/ { n++ } n < 2' "$CERT" >"$D/leaf.pem"
	cat >"$D/slapd.conf" <<-CONFIG
		include /etc/ldap/schema/core.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile $D/pid
		$1
		database mdb
		suffix "dc=test"
		directory $D/db
		maxsize 10485760
	CONFIG
	owned openldap
	launch "$PORT" slapd -d 0 -f "$D/slapd.conf" -u openldap -g openldap -h "ldap://127.0.0.1:$PORT$2"
}

# ---- mail -----------------------------------------------------------------------------------------

# start_dovecot yes|no
# shellcheck disable=SC2154 # eval gives the ports their values
start_dovecot() {
	for each in imap imaps pop3 pop3s sieve; do
		free_port && eval "$each=$PORT"
	done
	mkdir "$D/run"
	cat >"$D/dovecot.conf" <<-CONFIG
		base_dir = $D/run
		log_path = $D/log
		protocols = imap pop3 sieve
		ssl = $1
		ssl_cert = <$D/chain.pem
		ssl_key = <$D/key.pem
		ssl_min_protocol = TLSv1.2
		passdb {
		  driver = static
		  args = nopassword=y
		}
		userdb {
		  driver = static
		  args = uid=nobody gid=nogroup home=$D/mail
		}
		first_valid_uid = 1
		listen = 127.0.0.1
		service imap-login {
		  inet_listener imap {
		    port = $imap
		  }
		  inet_listener imaps {
		    port = $imaps
		    ssl = yes
		  }
		}
		service pop3-login {
		  inet_listener pop3 {
		    port = $pop3
		  }
		  inet_listener pop3s {
		    port = $pop3s
		    ssl = yes
		  }
		}
		service managesieve-login {
		  inet_listener sieve {
		    port = $sieve
		  }
		}
	CONFIG
	launch "$imap" dovecot -F -c "$D/dovecot.conf"
}

# start_postfix may|none [LINES]: with more lines for main.cf. Its master outlives the shell that starts it, so it is started by itself.
start_postfix() {
	free_port && smtps=$PORT
	free_port
	mkdir -p "$D/etc" "$D/q" "$D/data"
	chown postfix "$D/data"
	cat >"$D/etc/main.cf" <<-CONFIG
		compatibility_level = 3.6
		queue_directory = $D/q
		data_directory = $D/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		mail_owner = postfix
		setgid_group = postdrop
		myhostname = localhost
		mydestination =
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		alias_maps =
		local_recipient_maps =
		smtpd_peername_lookup = no
		smtpd_tls_security_level = $1
		smtpd_tls_chain_files = $D/key.pem, $D/chain.pem
		smtpd_relay_restrictions = reject
		maillog_file = /dev/stdout
		smtp_tls_security_level = none
		${2-}
	CONFIG
	cat >"$D/etc/master.cf" <<-CONFIG
		127.0.0.1:$PORT inet n - n - - smtpd
		127.0.0.1:$smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
		postlog unix-dgram n - n - 1 postlogd
		anvil unix - - n - 1 anvil
		tlsmgr unix - - n 1000? 1 tlsmgr
		proxymap unix - - n - - proxymap
		rewrite unix - - n - - trivial-rewrite
		cleanup unix n - n - 0 cleanup
	CONFIG
	postfix -c "$D/etc" check >"$D/log.check" 2>&1
	launch "$PORT" env MAIL_CONFIG="$D/etc" MAIL_LOGTAG=postfix /usr/lib/postfix/sbin/master -c "$D/etc" -d
}

stop_all() {
	# shellcheck disable=SC2086 # a list of words
	{
		kill $processes
		(wait_for 10 false || kill -KILL $processes) &
		stop_guard=$!
		wait $processes
		kill -KILL $stop_guard # a trap of ours might answer TERM
		wait $stop_guard
	} 2>/dev/null
	processes=''
}
