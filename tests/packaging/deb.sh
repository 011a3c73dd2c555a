#!/bin/sh
# deb.sh TARBALL FOLDER - in a bare Debian, as root: builds the packages of the tarball twice, with equal
# results; lintian finds nothing; an older version is installed, its server greets and is upgraded
# under load; after a purge nothing is left; autopkgtest passes. Prints FIGURE lines, and leaves in FOLDER
# what tests/systemd/packages.sh needs. It changes the system that it runs in, so it runs only where the
# file /hello-throwaway exists.
[ -e /hello-throwaway ] || { echo 'deb.sh: this system is not marked as one to throw away' >&2; exit 99; }
tarball=$(realpath "$1") || exit 99
kept=$2
srcdir=$(realpath "$(dirname "$0")/../..")
# shellcheck source=tests/system/server.sh
. "$srcdir/tests/system/server.sh"
# shellcheck source=tests/packaging/lib.sh
. "$srcdir/tests/packaging/lib.sh"

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
packages='hello-server hello-client hello-certs hello-zoo'
WORK_AS=''
PATIENCE=120

figure() {
	printf 'FIGURE: %s\n' "$*"
}

quiet() {
	status=0
	"$@" >"$TMP/log" 2>&1 || { status=$?; tail -n 60 "$TMP/log"; fail "status $status: $*"; }
}

install_packages() {
	quiet apt-get install -q -y --no-install-recommends "$@"
}

prepare() {
	# Nothing here must survive a crash, and dpkg is faster without syncs.
	echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/throwaway
	quiet apt-get update -q
	# The last three are there before the packages, so that the purge is not blamed for what they leave.
	install_packages dpkg-dev debhelper lintian autopkgtest openssl systemd init-system-helpers
	mkdir "$TMP/source"
	quiet tar xzf "$tarball" -C "$TMP/source" --strip-components=1
	quiet cp -R "$srcdir/packaging/debian" "$TMP/source/debian"
	quiet apt-get build-dep -q -y --no-install-recommends "$TMP/source"
}

sums() {
	(cd "$1" && sha256sum -- *.deb *.debian.tar.xz)
}

# The second time in another folder, as another user would do it in another country.
build_twice() {
	begin=$(date +%s)
	quiet "$srcdir/packaging/deb" "$tarball" "$TMP/one"
	figure "built in $(($(date +%s) - begin)) s"
	mkdir "$TMP/deeper"
	(
		umask 077
		export TZ=Asia/Seoul LC_ALL=C HOME="$TMP/deeper"
		quiet "$srcdir/packaging/deb" "$tarball" "$TMP/deeper/two"
	) || exit
	sums "$TMP/one" >"$TMP/sums.one"
	sums "$TMP/deeper/two" >"$TMP/sums.two"
	[ "$(wc -l <"$TMP/sums.one")" -gt 4 ] || fail 'packages are missing'
	diff "$TMP/sums.one" "$TMP/sums.two" || fail 'two builds of the same tarball differ'
	figure "two builds: $(wc -l <"$TMP/sums.one") equal files"
}

# Tags that are no findings here, by reason.
suppressed_tags() {
	# The packages are not for Debian's archive, and the project has no home page.
	echo initial-upload-closes-no-bugs debian-watch-file-is-missing no-homepage-field \
		upstream-metadata-file-is-missing
	# There are units for systemd, and no script for other inits.
	echo package-supports-alternative-init-but-no-init.d-script
	# One debian/ serves all releases, and the oldest one needs these fields as they are.
	echo out-of-date-standards-version package-uses-old-debhelper-compat-version \
		redundant-priority-optional-field redundant-rules-requires-root-no-field
}

lint() {
	suppressed=''
	for tag in $(suppressed_tags); do
		# Each release has tags of its own.
		! lintian-explain-tags "$tag" >/dev/null 2>&1 || suppressed=$suppressed${suppressed:+,}$tag
	done
	lintian --allow-root --pedantic --display-info --fail-on error,warning,info,pedantic \
		--suppress-tags "$suppressed" "$TMP"/one/*.changes || fail 'lintian'
	figure "lintian $(dpkg-query -W -f '${Version}' lintian): nothing"
}

install_older() {
	files >"$TMP/before"
	cp /etc/passwd "$TMP/passwd"
	install_packages "$TMP"/older/*.deb
	for package in $packages; do
		figure "$package: $(stat -c %s "$TMP"/one/"$package"_*.deb) bytes," \
			"$(dpkg-query -W -f '${Installed-Size}' "$package") KiB installed"
	done
	getent passwd hello-tls >/dev/null || fail 'there is no user hello-tls'
}

# As root and without options, it reads /etc/hello-tls and becomes the user hello-tls.
start_by_hand() {
	make_certificate root
	SERVER_LOG=$TMP/hand.log
	log_on_failure "$SERVER_LOG"
	"$HELLO_SERVER" --listen 127.0.0.1:0 2>"$SERVER_LOG" &
	SERVER_PID=$!
	track "$SERVER_PID"
	await 'msg=ready'
	PORT=$(sed -n 's/.*msg=listening addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
	for worker in $(workers); do
		[ "$(uid_of "$worker")" = "$(id -u hello-tls)" ] || fail "a worker has the uid $(uid_of "$worker")"
	done
	greeted || fail "not greeted: $(cat "$TMP/greeted.err")"
	stop_server
	figure 'started by hand: greeted'
}

# Without systemd, tests/support/service_manager.c stands in for the units: the sockets remain, and
# after the upgrade the server is started again with them.
upgrade_under_load() {
	mkdir -p "$TMP/helpers/tests/support" "$TMP/credentials"
	cp "$TMP/ca/localhost/chain.pem" "$TMP/ca/localhost/key.pem" "$TMP/credentials"
	builddir=$TMP/helpers CROWD=$TMP/helpers/tests/support/load_clients
	for each in service_manager load_clients; do
		quiet cc -std=gnu11 -D_GNU_SOURCE -O2 -o "$builddir/tests/support/$each" \
			"$srcdir/tests/support/$each.c" -lssl -lcrypto -pthread
	done
	unit=$(dpkg -L hello-server | grep '/hello-server\.service$')
	arguments=$(sed -n 's/^ExecStart=[^ ]* //p' "$unit")
	CREDENTIALS_DIRECTORY=$TMP/credentials
	export CREDENTIALS_DIRECTORY
	# shellcheck disable=SC2086 # a list of words
	start_managed --socket hello --socket metrics --times 2 -- $arguments
	unset CREDENTIALS_DIRECTORY

	start_crowd --time 600 --until-end greet 10000000 8 "$PORT" "$CA"
	quiet apt-get install -q -y --no-install-recommends "$TMP"/one/*.deb
	! uses_installed "$SERVER_PID" || fail 'the upgrade replaced no program'
	old=$(count 'outcome=OK')
	kill -TERM "$SERVER_PID"
	await_told 'READY=1' 2
	managed_pid
	uses_installed "$SERVER_PID" || fail 'the server is not the upgraded one'
	await 'outcome=OK' $((old + 1000))
	release_crowd
	finish_crowd
	[ "$old" -gt 0 ] || fail 'there was no load before the upgrade'
	[ "$(crowd ok)" -eq "$(crowd all)" ] || fail 'the upgrade lost connections'
	stop_managed
	figure "upgraded under load: $(crowd ok) of $(crowd all) connections greeted," \
		"$old of them before the new server, $(($(crowd all) - $(crowd ok))) lost"
	logs='' # thousands of lines, which explain no later failure
}

# What the administrator put into /etc/hello-tls stays, and so does the user: a file of its own could
# otherwise become somebody else's.
purge() {
	# shellcheck disable=SC2086 # a list of words
	quiet apt-get remove -q -y $packages
	# shellcheck disable=SC2086
	quiet dpkg --purge $packages
	[ "$(find "$conf" -type f | LC_ALL=C sort | xargs)" = "$conf/chain.pem $conf/key.pem" ] ||
		fail 'the purge removed files of the administrator'
	rm -r "$conf"
	files >"$TMP/after"
	! left_behind "$TMP/before" "$TMP/after" || fail 'the purge left, changed or removed these files'
	[ "$(diff "$TMP/passwd" /etc/passwd | grep -c '^[<>]')" -eq 1 ] || fail 'the packages did not add exactly one user'
	figure "purged: no file is left of $(wc -l <"$TMP/before"); the user hello-tls stays"
}

prepare
build_twice
lint
# The symbols for debuggers are not what users install.
rm "$TMP"/one/*dbgsym* || error 'no packages of symbols'
older "$TMP/older" "$TMP"/one/*.deb || error 'no older version'
install_older
start_by_hand
upgrade_under_load
purge
quiet autopkgtest --no-built-binaries "$TMP"/one/*.deb "$TMP"/one/hello-tls-*/ -- null
grep -q '^path  *PASS' "$TMP/log" || { cat "$TMP/log"; fail 'autopkgtest ran no test'; }
figure 'autopkgtest: path PASS'
mkdir "$kept" "$kept/new" || error "cannot make $kept"
cp "$TMP"/one/*.deb "$kept/new" || error "cannot copy to $kept"
cp -R "$TMP/older" "$CROWD" "$kept" || error "cannot copy to $kept"
