#!/bin/sh
# files.sh - each option that names a file, with each kind of file: one clear line, a status, no
# hang, and nothing replaced that is not a regular file. A file in a wrong format is named with the
# command that converts it, and that command leads on. The table is printed.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need openssl mkfifo iconv
make_pki
start_server
cd "$TMP" || exit 99
mkdir folder rows && cp "$KEY" own.key && chmod 600 own.key || exit 99

# ---- one file of each kind -----------------------------------------------------------------------

# Links to devices: what is replaced by mistake is the link.
ln -s /dev/zero zero && ln -s /dev/full full && ln -s loop loop && ln -s /dev/fd/8 descriptor || exit 99
mkfifo fifo silent || error 'no FIFO'
exec 8<>silent
: >empty
dd if=/dev/zero of=large bs=1 count=0 seek=300M 2>/dev/null || error 'no sparse file'
chmod 600 empty large
kinds='zero full fifo descriptor folder empty large loop'
[ "$(id -u)" -eq 0 ] || {
	: >locked && chmod 0 locked
	kinds="$kinds locked"
}
list_inodes() {
	# shellcheck disable=SC2012  # the names are ours
	ls -di zero full fifo silent descriptor folder loop
}
list_inodes >inodes.before

# ---- rows, side by side --------------------------------------------------------------------------

rows='' row_pids=''
# row STATUS NAME CMD...: must end so within 20 seconds, which nothing comes near but a hang.
row() {
	row_wanted=$1 row_name=$(printf '%s' "$2" | tr / .)
	shift 2
	rows="$rows $row_wanted:$row_name"
	(
		row_status=0
		timeout -k 1 20 "$@" >"rows/$row_name.log" 2>&1 </dev/null || row_status=$?
		echo $row_status >"rows/$row_name"
	) &
	row_pids="$row_pids $!"
}

failure='^hello-[a-z]*: [A-Z_]*: \|^error: service: '
judge_rows() {
	# shellcheck disable=SC2086  # words
	wait $row_pids
	for each_row in $rows; do
		wanted=${each_row%%:*} name=${each_row#*:}
		read -r status <"rows/$name" || status=none
		line=$(grep -m 1 -e "$failure" "rows/$name.log" | cut -c 1-160)
		printf '%-28s %3s  %s\n' "$name" "$status" "$line"
		[ "$status" = "$wanted" ] || fail "$name: status $status, not $wanted: $(cat "rows/$name.log")"
		[ "$status" -ne 3 ] || [ -n "$line" ] || fail "$name: no clear line: $(cat "rows/$name.log")"
		[ "$status" -ne 3 ] || grep -q '^  try: .' "rows/$name.log" || fail "$name: no advice"
	done
	rows='' row_pids=''
	list_inodes | cmp -s - inodes.before || fail 'something was replaced that is not a regular file'
}

# shellcheck disable=SC2086  # words
client() {
	client_row="$1 client-$2"
	shift 2
	row $client_row "$HELLO_CLIENT" "$@"
}
probe() {
	client "$@" --resolve "localhost:$PORT:127.0.0.1" localhost "$PORT"
}
# shellcheck disable=SC2086
server() {
	server_row="3 server-$1"
	shift
	row $server_row "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 "$@"
}

for kind in $kinds; do
	probe 3 "cacert-$kind" --max-time 300ms --cacert "$kind"
	probe 3 "crlfile-$kind" --max-time 300ms --cacert "$CA" --crlfile "$kind"
	probe 3 "cert-$kind" --max-time 300ms --cacert "$CA" --cert "$kind" --key own.key
	probe 3 "key-$kind" --max-time 300ms --cacert "$CA" --cert "$CERT" --key "$kind"
	probe 3 "expect-cert-$kind" --max-time 300ms --cacert "$CA" --expect-cert "$kind"
	client 3 "chain-$kind" --max-time 300ms --cacert "$CA" --chain "$kind" localhost
	client 3 "chain-key-$kind" --max-time 300ms --cacert "$CA" --chain "$CERT" --key "$kind" localhost
	[ "$kind" = empty ] || {
		client 3 "targets-$kind" --max-time 300ms --cacert "$CA" --targets "$kind"
		row 3 "client-SSL_CERT_FILE-$kind" env SSL_CERT_FILE="$kind" \
			"$HELLO_CLIENT" --max-time 300ms localhost "$PORT"
	}
done
client 2 targets-empty --targets empty
row 50 client-SSL_CERT_FILE-empty env SSL_CERT_FILE=empty SSL_CERT_DIR=folder \
	"$HELLO_CLIENT" localhost "$PORT"
probe 3 capath-fifo --capath fifo
probe 3 capath-file --capath empty
judge_rows

for kind in $kinds; do
	server "cert-$kind" --cert "$kind" --key own.key
	server "key-$kind" --cert "$CERT" --key "$kind"
	server "ocsp-$kind" --cert "$CERT" --key own.key --ocsp "$kind"
	server "client-ca-$kind" --cert "$CERT" --key own.key --client-ca "$kind"
	server "crlfile-$kind" --cert "$CERT" --key own.key --client-ca "$CA" --crlfile "$kind"
	server "greeting-file-$kind" --cert "$CERT" --key own.key --greeting-file "$kind"
	server "ticket-keys-$kind" --cert "$CERT" --key own.key --tickets 1 --ticket-keys "$kind"
done
for kind in fifo zero large; do
	mkdir "zoo-$kind" && ln -s "../$kind" "zoo-$kind/zoo.tsv" || exit 99
	row 3 "zoo-$kind" "$HELLO_ZOO" "zoo-$kind" --listen 127.0.0.1:0
	# shellcheck disable=SC2086
	row 4 "server-listen-$kind" "$HELLO_SERVER" $WORK_AS --cert "$CERT" --key own.key \
		--listen "unix:$TMP/$kind"
done
judge_rows

# ---- files that are written ----------------------------------------------------------------------

for kind in $kinds; do
	file=$kind
	case $kind in
	zero | descriptor | empty) status=0 ;;
	large) continue ;;
	locked) # replaced, because the folder is ours; the rows run side by side, so by a file of its own
		status=0 file=replaced
		: >replaced && chmod 0 replaced
		;;
	*) status=3 ;;
	esac
	probe "$status" "prometheus-$kind" --cacert "$CA" --prometheus "$file"
	probe "$status" "save-chain-$kind" --cacert "$CA" --save-chain "$file"
	[ "$kind" != locked ] || status=3
	row "$status" "client-SSLKEYLOGFILE-$kind" env SSLKEYLOGFILE="$kind" "$HELLO_CLIENT" --cacert "$CA" \
		--resolve "localhost:$PORT:127.0.0.1" localhost "$PORT"
done
ln -s linked.prom link.prom
probe 0 prometheus-link --cacert "$CA" --prometheus link.prom
probe 0 prometheus-stdout --cacert "$CA" --prometheus -
probe 0 prometheus-dev-stdout --cacert "$CA" --prometheus /dev/stdout
probe 2 prometheus-json --cacert "$CA" --prometheus - --json
judge_rows
[ -h link.prom ] && expect linked.prom '^hello_client_success{.*} 1$'
expect rows/client-prometheus-stdout.log '^hello_client_success{.*} 1$'
! grep -q "$GREETING" rows/client-prometheus-stdout.log || fail 'the greeting is among the metrics'
expect rows/client-prometheus-dev-stdout.log '^hello_client_success{.*} 1$'

# ---- pipes that have an end ----------------------------------------------------------------------

at="--resolve localhost:$PORT:127.0.0.1 localhost $PORT"
# shellcheck disable=SC2086
{
	run_status 0 "$HELLO_CLIENT" --cacert /dev/stdin $at <"$CA"
	sed '' "$CA" | run_status 0 "$HELLO_CLIENT" --cacert /dev/stdin $at || exit 1
	echo "$at" | run_status 0 "$HELLO_CLIENT" --cacert "$CA" --targets /dev/stdin || exit 1
	openssl x509 -in "$CA" -outform DER | run_status 0 "$HELLO_CLIENT" --cacert /dev/stdin $at || exit 1
}

# ---- a FIFO in place of a key, at HUP ------------------------------------------------------------

stop_server
start_server --cert "$CERT" --key "$TMP/own.key"
mv own.key kept.key && mkfifo -m 600 own.key
kill -HUP "$SERVER_PID"
await 'reload failed.*cannot read the key .*own.key: it is a pipe'
server_alive
rm own.key && mv kept.key own.key

# ---- formats -------------------------------------------------------------------------------------

mkdir formats && cd formats || exit 99
{
	openssl x509 -in "$CERT" -outform DER -out cert.der
	openssl crl2pkcs7 -nocrl -certfile "$CERT" -out cert.p7b
	openssl crl2pkcs7 -nocrl -certfile "$CERT" -outform DER -out cert.p7c
	iconv -f UTF-8 -t UTF-16 <"$CERT" >cert.utf16
	openssl base64 -in cert.der -out cert.base64
	sed 's/^/  /' "$CERT" >cert.indented
	awk '{ printf "%s\\n", $0 }' "$CERT" >cert.oneline
	awk '/^-----END/ { printf "%s", $0; next } { print }' "$CERT" >cert.glued
	awk '/^-----BEGIN/ { n++ } { b[n] = b[n] $0 RS } END { for (; n; n--) printf "%s", b[n] }' "$CERT" \
		>cert.reversed
	openssl pkcs12 -export -in "$CERT" -inkey "$KEY" -passout pass:x -out 'cert of.p12'
	openssl pkey -in "$KEY" -outform DER -out key.der
	openssl pkey -in "$KEY" -aes128 -passout pass:x -out key.locked
	openssl pkcs8 -topk8 -in "$KEY" -outform DER -passout pass:x -out key.locked-der
	(umask 077 && iconv -f UTF-8 -t UTF-16 <"$KEY" >key.utf16)
	cp 'cert of.p12' 'key of.p12'
	openssl pkey -in "$KEY" -pubout -out cert.public
	openssl req -new -key "$KEY" -subj /CN=localhost -config /dev/null -out cert.request
	cp "$KEY" cert.key
	cp "$CERT" key.cert
	head -n 5 "$CERT" >cert.cut
	sed '3s/.*/####/' "$CERT" >cert.damaged
} >/dev/null 2>../err || error 'no formats'
chmod 600 key.*
if command -v ssh-keygen >/dev/null; then
	cp "$KEY" key.openssh
	ssh-keygen -q -p -N '' -f key.openssh >/dev/null 2>&1
	grep -q OPENSSH key.openssh || rm key.openssh
fi

# convert FILE: does what is advised, in a folder of its own; NEW.pem must be taken.
convert() {
	case $1 in
	cert*) as_cert=$1 as_key=$KEY new_cert=NEW.pem new_key=$KEY ;;
	*) as_cert=$CERT as_key=$1 new_cert=$CERT new_key=NEW.pem ;;
	esac
	mkdir "in $1" && ln -s "$TMP/formats/$1" "in $1/$1" && cd "in $1" || return 1
	# shellcheck disable=SC2086
	judge="$HELLO_SERVER --check $WORK_AS --listen 127.0.0.1:0"
	$judge --cert "$as_cert" --key "$as_key" >said 2>&1
	[ $? -eq 3 ] && grep -qe '^error: service: ' said || return 1
	case $1 in
	*.public | *.request | cert.key | key.cert | *.cut | *.damaged) return 0 ;; # nothing converts it
	esac
	# Words before a command end with a colon, those behind it begin with a bracket or a verb.
	sed -n 's/^  try: //; t found
		d
		:found
		s/^[a-z ]*: //; s/ (with -legacy.*//; s/ writes it.*//; p' said |
		sed "s/openssl pk[a-z0-9]*/& -passin pass:x/" >advised
	case $1 in
	*.p7* | key.der) sed -i 's/ -passin pass:x//' advised ;;
	esac
	sh ./advised >advised.log 2>&1 && ! $judge --cert "$new_cert" --key "$new_key" >judged 2>&1 </dev/null
	! grep -e '^error: service' judged
}
pids=''
for file in *; do
	(convert "$file") >"../rows/convert-$file" 2>&1 || : >"../rows/unconverted-$file" &
	pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
for file in *.*; do
	case $file in 'in '*) continue ;; esac
	printf '%-16s %s\n' "$file" "$(sed -n 's/^error: service: //p' "in $file/said" | cut -c 1-200)"
	[ ! -e "../rows/unconverted-$file" ] ||
		fail "$file: $(cat "in $file/said" "in $file/advised" "in $file/advised.log" "in $file/judged" 2>/dev/null)"
done
expect 'in cert.cut/said' 'block 1 (CERTIFICATE, line 1) is cut short'
expect 'in cert.damaged/said' 'block 1 (CERTIFICATE, line 1) cannot be decoded'
expect 'in cert.reversed/said' 'the key matches certificate 2 of that file: the leaf must come first'
cd ..
{ openssl x509 -in "$CERT" && cat "$CERT"; } >twice.pem
# shellcheck disable=SC2086
run_status 6 "$HELLO_SERVER" --check $WORK_AS --listen 127.0.0.1:0 --cert twice.pem --key own.key
expect out 'certificates 1 and 2 of the chain are both "localhost": remove one$'

# ---- encrypted blocks ----------------------------------------------------------------------------

# Nothing prompts for the passphrase, which a terminal would wait for.
awk '{ print }
	/^-----BEGIN/ { print "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n" }
' "$CERT" >encrypted.pem
sed 's/CERTIFICATE/X509 CRL/' encrypted.pem >encrypted-crl.pem
probe 3 encrypted-cacert --cacert encrypted.pem
probe 3 encrypted-crlfile --cacert "$CA" --crlfile encrypted-crl.pem
probe 3 encrypted-cert --cacert "$CA" --cert encrypted.pem --key own.key
probe 3 encrypted-expect-cert --cacert "$CA" --expect-cert encrypted.pem
client 3 encrypted-chain --cacert "$CA" --chain encrypted.pem localhost
server encrypted-cert --cert encrypted.pem --key own.key
server encrypted-client-ca --cert "$CERT" --key own.key --client-ca encrypted.pem
server encrypted-crlfile --cert "$CERT" --key own.key --client-ca "$CA" --crlfile encrypted-crl.pem
judge_rows
for each in rows/*-encrypted-*.log; do
	expect "$each" ' cannot be used: block 1 ([CX][A-Z0-9 ]*, line 1) is encrypted'
	! grep -i 'pass *phrase' "$each" || fail "$each: a prompt"
done

# ---- sizes ---------------------------------------------------------------------------------------

# ca_of BYTES FILE: a CA whose name is at least so long.
ca_of() {
	ca_name=$(awk -v bytes="$1" 'BEGIN {
		for (; bytes > 0; bytes -= 71)
			printf "/OU=%060d", bytes
	}')
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config /dev/null \
		-subj "$ca_name" -keyout /dev/null -out "$2" 2>err || error "no CA: $(cat err)"
}
ca_of 66000 names.pem
# shellcheck disable=SC2086
run_status 3 "$HELLO_SERVER" $WORK_AS --cert "$CERT" --key own.key --client-ca names.pem --listen 127.0.0.1:0
expect err 'FILE: the CA file names.pem .* take [0-9]* bytes; the limit is 65000$'

i=0
while [ $((i += 1)) -le 150 ]; do cat "$CERT"; done >chain.pem
# shellcheck disable=SC2086
run_status 3 "$HELLO_SERVER" $WORK_AS --cert chain.pem --key own.key --listen 127.0.0.1:0
expect err 'FILE: the certificate chain.pem .* are [0-9]* bytes long, .* at most 102400$'
stop_server
free_port
openssl s_server -quiet -accept "127.0.0.1:$PORT" -cert "$CERT" -key own.key -cert_chain chain.pem \
	>/dev/null 2>&1 </dev/null &
track $!
wait_for "$PATIENCE" is_listening "$PORT" || fail 's_server does not listen'
run_status 46 "$HELLO_CLIENT" --cacert "$CA" --resolve "localhost:$PORT:127.0.0.1" localhost "$PORT"
expect err 'HANDSHAKE_FAILED: the peer.s certificate chain is longer than 100 KiB'
