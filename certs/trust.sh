# ---- trust, untrust, destroy -------------------------------------------------------------------

# As the stores know our root: its common name, which no other CA has. $root_pem is that root and
# nothing else, whatever else ca.pem has, or will have while a person is asked.
name_of_root() {
	[ -r "$dir/ca.pem" ] || die FILE "$dir is no CA: cannot read $dir/ca.pem" "$(new_ca)"
	root_pem=$(openssl x509 -in "$dir/ca.pem" 2>/dev/null)
	root_name=$(printf '%s\n' "$root_pem" | openssl x509 -noout -subject -nameopt RFC2253 2>/dev/null |
		sed -n 's/^subject=CN=\(hello-certs root [0-9a-f]*\)$/\1/p')
	[ -n "$root_name" ] || die FILE "$dir/ca.pem is no root of hello-certs" "$(new_ca)"
}

# $sysroot is empty, or the root of another system: an image being built, or a test.
system_store() {
	store=$sysroot/usr/local/share/ca-certificates
	file=$store/$(printf '%s' "$root_name" | tr ' ' -).crt
	# Where it is, also for who is not root or became so by a bare su.
	PATH=$PATH:/usr/sbin
	[ -d "$store" ] && command -v update-ca-certificates >/dev/null
}

# refresh_store [--fresh]: which also removes the links to what is gone.
refresh_store() {
	set -- "$@" --localcertsdir "$store"
	if [ -n "$sysroot" ]; then
		set -- "$@" --certsdir "$sysroot/usr/share/ca-certificates" \
			--certsconf "$sysroot/etc/ca-certificates.conf" \
			--etccertsdir "$sysroot/etc/ssl/certs" --hooksdir "$sysroot/etc/ca-certificates/update.d"
	fi
	# With our environment it would look for no trusted certificate at all.
	said=$(unset SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF; update-ca-certificates "$@" 2>&1) ||
		die FILE "update-ca-certificates failed: $said" 'as root, if you are not'
}

trust() {
	name_of_root
	if [ -n "$nss" ]; then
		need_certutil
		agreed "Trust \"$root_name\" in $nss?"
		said=$(printf '%s\n' "$root_pem" |
			certutil -A -a -d "$nss" -n "$root_name" -t C,, 2>&1) ||
			die FILE "certutil failed: $said" "certutil -N -d $(quoted "$nss") makes a database"
	elif system_store; then
		agreed "Trust \"$root_name\" on the whole system?"
		{
			rm -f "$file" && printf '%s\n' "$root_pem" >"$file" && chmod 644 "$file"
		} 2>/dev/null || die FILE "cannot write in $store" 'as root, if you are not'
		refresh_store
	else
		tell_others trust
		return
	fi
	echo "trusted: $root_name"
}

untrust() {
	name_of_root
	if [ -n "$nss" ]; then
		need_certutil
		agreed "Trust \"$root_name\" in $nss no more?"
		said=$(certutil -D -d "$nss" -n "$root_name" 2>&1) ||
			die FILE "certutil failed: $said" "certutil -L -d $(quoted "$nss")"
	elif system_store; then
		[ -e "$file" ] || die FILE "the system does not trust \"$root_name\": no $file" \
			"ls $(quoted "$store")"
		agreed "Trust \"$root_name\" on this system no more?"
		rm -f "$file" 2>/dev/null || die FILE "cannot write in $store" 'as root, if you are not'
		refresh_store --fresh
	else
		tell_others untrust
		return
	fi
	echo "not trusted any more: $root_name"
}

need_certutil() {
	case $nss in
	*:*) ;;
	*) nss=sql:$nss ;;
	esac
	command -v certutil >/dev/null ||
		die FILE 'this needs certutil' 'apt install libnss3-tools, dnf install nss-tools'
}

# What this does not do itself, it says how to do.
tell_others() {
	ca=$(quoted "$dir/ca.pem") name=$(printf '%s' "$root_name" | tr ' ' -)
	echo 'There is no update-ca-certificates with its folder here: nothing was done. As root,'
	if [ "$1" = trust ] && [ "$(grep -c 'BEGIN .*CERTIFICATE' "$dir/ca.pem")" -ne 1 ]; then
		printf '  %-14s openssl x509 -in %s -out %s.pem\n' 'before all' "$ca" "$name"
		ca=$name.pem
	fi
	case $1 in
	trust) cat <<EOF
  Debian, Ubuntu apt-get install ca-certificates, then this command again
  Fedora, RHEL   cp $ca /etc/pki/ca-trust/source/anchors/$name.pem && update-ca-trust
  Arch           trust anchor --store $ca
  FreeBSD        cp $ca /usr/local/etc/ssl/certs/$name.pem && certctl rehash
  macOS          security add-trusted-cert -d -r trustRoot \\
                   -k /Library/Keychains/System.keychain $ca
  Windows        certutil -addstore Root $ca
EOF
		;;
	untrust) cat <<EOF
  Fedora, RHEL   rm /etc/pki/ca-trust/source/anchors/$name.pem && update-ca-trust
  Arch           trust anchor --remove $ca
  FreeBSD        rm /usr/local/etc/ssl/certs/$name.pem && certctl rehash
  macOS          security remove-trusted-cert -d $ca
  Windows        certutil -delstore Root "$root_name"
EOF
		;;
	esac
}

# Only what hello-certs has made; the CA last, so that who is interrupted can do it again.
destroy() {
	name_of_root
	agreed "Remove $dir, with the keys of \"$root_name\" and all certificates?"
	enter
	rm -f "$dir/crl.pem" "$dir/intermediate.pem"
	all_leaves destroy_leaf
	[ ! -e "$dir/zoo.tsv" ] || rm -f "$dir/zoo.tsv" "$dir"/crl-other.pem "$dir"/crl-expired.pem \
		"$dir"/crl-revoked-intermediate.pem
	rm -rf "$dir/private" && rm -f "$dir/ca.pem"
	leave
	rmdir "$dir" 2>/dev/null ||
		printf 'kept, because hello-certs has not made it: %s\n' "$(ls -A "$dir")"
}

destroy_leaf() {
	rm -f "$dir/$folder/key.pem" "$dir/$folder/ocsp.der" "$dir/$folder/chain.pem"
	rmdir "$dir/$folder" 2>/dev/null
}

