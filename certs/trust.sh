# ---- trust, untrust, destroy -------------------------------------------------------------------

# Sets $root_name, the common name by which trust stores know the root, and $root_pem, the root
# alone, even if ca.pem has more certificates or changes while the user is asked.
name_of_root() {
	[ -r "$dir/ca.pem" ] || die FILE "$dir is not a CA: cannot read $dir/ca.pem" "$(new_ca)"
	root_pem=$(openssl x509 -in "$dir/ca.pem" 2>/dev/null)
	root_name=$(printf '%s\n' "$root_pem" | openssl x509 -noout -subject -nameopt RFC2253 2>/dev/null |
		sed -n 's/^subject=CN=\(hello-certs root [0-9a-f]*\)$/\1/p')
	[ -n "$root_name" ] || die FILE "$dir/ca.pem is not a root of hello-certs" "$(new_ca)"
}

# $sysroot is empty, or the root folder of another system: an image being built, or a test.
system_store() {
	store=$sysroot/usr/local/share/ca-certificates
	file=$store/$(printf '%s' "$root_name" | tr ' ' -).crt
	# The PATH of a user, or of root after a bare su, may lack this folder.
	PATH=$PATH:/usr/sbin
	[ -d "$store" ] && command -v update-ca-certificates >/dev/null
}

# refresh_store [--fresh]: updates the store; --fresh also removes links to removed files.
refresh_store() {
	set -- "$@" --localcertsdir "$store"
	if [ -n "$sysroot" ]; then
		set -- "$@" --certsdir "$sysroot/usr/share/ca-certificates" \
			--certsconf "$sysroot/etc/ca-certificates.conf" \
			--etccertsdir "$sysroot/etc/ssl/certs" --hooksdir "$sysroot/etc/ca-certificates/update.d"
	fi
	# With the environment of main it would find no trusted certificate at all.
	said=$(unset SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF; update-ca-certificates "$@" 2>&1) ||
		die FILE "update-ca-certificates failed: $said" 'run the command as root'
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
		} 2>/dev/null || die FILE "cannot write to $store" 'run the command as root'
		refresh_store
	else
		print_other_ways trust
		return
	fi
	echo "trusted: $root_name"
}

untrust() {
	name_of_root
	if [ -n "$nss" ]; then
		need_certutil
		agreed "Remove \"$root_name\" from the trusted roots in $nss?"
		said=$(certutil -D -d "$nss" -n "$root_name" 2>&1) ||
			die FILE "certutil failed: $said" "certutil -L -d $(quoted "$nss")"
	elif system_store; then
		[ -e "$file" ] || die FILE "the system does not trust \"$root_name\": no $file" \
			"ls $(quoted "$store")"
		agreed "Remove \"$root_name\" from the trusted roots of this system?"
		rm -f "$file" 2>/dev/null || die FILE "cannot write to $store" 'run the command as root'
		refresh_store --fresh
	else
		print_other_ways untrust
		return
	fi
	echo "no longer trusted: $root_name"
}

need_certutil() {
	case $nss in
	*:*) ;;
	*) nss=sql:$nss ;;
	esac
	command -v certutil >/dev/null ||
		die FILE '--nss needs certutil' 'apt install libnss3-tools, or dnf install nss-tools'
}

# Prints what to do on a system without update-ca-certificates.
print_other_ways() {
	ca=$(quoted "$dir/ca.pem") name=$(printf '%s' "$root_name" | tr ' ' -)
	echo 'This system has no update-ca-certificates, so nothing was changed. Run as root:'
	if [ "$1" = trust ] && [ "$(grep -c 'BEGIN .*CERTIFICATE' "$dir/ca.pem")" -ne 1 ]; then
		printf '  %-14s openssl x509 -in %s -out %s.pem\n' 'first' "$ca" "$name"
		ca=$name.pem
	fi
	case $1 in
	trust) cat <<EOF
  Debian, Ubuntu apt-get install ca-certificates, then repeat this command
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

# Removes only what hello-certs made; the CA last, so that an interrupted run can be repeated.
destroy() {
	name_of_root
	agreed "Remove $dir, with the keys of \"$root_name\" and all certificates?"
	enter
	rm -f "$dir/crl.pem" "$dir/intermediate.pem"
	all_leaves destroy_leaf
	[ ! -e "$dir/zoo.tsv" ] || rm -f "$dir/zoo.tsv" "$dir/clients.tsv" "$dir/crl-other.pem" \
		"$dir/crl-expired.pem" "$dir/crl-revoked-intermediate.pem" "$dir/crl-clients.pem"
	rm -rf "$dir/private" && rm -f "$dir/ca.pem"
	leave
	rmdir "$dir" 2>/dev/null ||
		printf 'kept, because hello-certs did not make it: %s\n' "$(ls -A "$dir")"
}

destroy_leaf() {
	rm -f "$dir/$folder/key.pem" "$dir/$folder/ocsp.der" "$dir/$folder/chain.pem"
	rmdir "$dir/$folder" 2>/dev/null
}

