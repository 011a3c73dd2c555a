/* SPDX-License-Identifier: MIT */
#include "tls/file_format.h"

#include <stdio.h>
#include <string.h>

#include "tls/der.h"

/* ---- names of formats, and how to convert them ----------------------------------------- */

static const char is_key[] = "use the certificate file; --key is the option for its private key";
static const char is_cert[] =
    "use the private key file; --cert is the option for its certificate";
static const char made_together[] = "find the private key created with it: grep -l 'PRIVATE KEY' *";
static const char no_key_in_it[] =
    "PKCS#7 holds certificates but no key; the key is in another file";
static const char no_list[] = "get the revocation list from the CA; this file is something else";

/*
 * In a command, F stands for the path, and the command writes NEW.pem. NULL: the advice
 * only names the expected kind of block.
 */
static const struct format_row {
	const char *name, *certificates, *key, *crls;
} rows[FORMAT_COUNT] = {
	[FORMAT_EMPTY] = { .name = "empty" },
	[FORMAT_TEXT] = { .name = "text of another kind" },
	[FORMAT_BINARY] = { .name = "binary data of an unknown kind" },
	[FORMAT_UTF16] = { "text in UTF-16", "iconv -f UTF-16 -t UTF-8 F >NEW.pem",
	    "(umask 077; iconv -f UTF-16 -t UTF-8 F >NEW.pem)",
	    "iconv -f UTF-16 -t UTF-8 F >NEW.pem" },
	[FORMAT_UTF16_LE] = { "text in UTF-16", "iconv -f UTF-16LE -t UTF-8 F >NEW.pem",
	    "(umask 077; iconv -f UTF-16LE -t UTF-8 F >NEW.pem)",
	    "iconv -f UTF-16LE -t UTF-8 F >NEW.pem" },
	[FORMAT_UTF16_BE] = { "text in UTF-16", "iconv -f UTF-16BE -t UTF-8 F >NEW.pem",
	    "(umask 077; iconv -f UTF-16BE -t UTF-8 F >NEW.pem)",
	    "iconv -f UTF-16BE -t UTF-8 F >NEW.pem" },
	[FORMAT_BASE64] = { "base64 without BEGIN and END lines",
	    "base64 -d F | openssl x509 -inform DER -out NEW.pem",
	    "base64 -d F | openssl pkey -inform DER -out NEW.pem",
	    "base64 -d F | openssl crl -inform DER -out NEW.pem" },
	[FORMAT_PEM_CERTIFICATE] = { "a certificate", NULL, is_cert, no_list },
	[FORMAT_PEM_KEY] = { "a private key", is_key, NULL, no_list },
	[FORMAT_PEM_ENCRYPTED_KEY] = { "a private key with a passphrase", is_key,
	    "openssl pkey -in F -out NEW.pem writes it without a passphrase", no_list },
	[FORMAT_PEM_PUBLIC_KEY] = { "a public key",
	    "use the certificate file that the CA returned; openssl pkey -pubin -in F -noout "
	    "-text shows this key",
	    "find the private key that it was created from: grep -l 'PRIVATE KEY' *",
	    NULL },
	[FORMAT_PEM_REQUEST] = { "a certificate request (CSR)",
	    "have a CA sign it, and use the certificate that it returns; openssl req -in F "
	    "-noout -subject shows its subject",
	    made_together, NULL },
	[FORMAT_PEM_CRL] = { "a revocation list", "--crlfile is the option for it", NULL, NULL },
	[FORMAT_PEM_PKCS7] = { "PKCS#7", "openssl pkcs7 -print_certs -in F -out NEW.pem",
	    no_key_in_it,
	    "openssl pkcs7 -print_certs -in F -out NEW.pem, then keep its X509 CRL block" },
	[FORMAT_PEM_OTHER] = { .name = "PEM of another kind" },
	[FORMAT_OPENSSH_KEY] = { "a private key in OpenSSH's format",
	    "TLS needs an X.509 certificate; an SSH key does not work",
	    "cp F NEW.pem && ssh-keygen -p -N '' -m pkcs8 -f NEW.pem", NULL },
	[FORMAT_SSH_PUBLIC_KEY] = { "an SSH public key",
	    "TLS needs an X.509 certificate; an SSH key does not work",
	    "use the private key: the file without .pub", NULL },
	[FORMAT_PUTTY_KEY] = { "a PuTTY private key", NULL,
	    "puttygen F -O private-openssh -o NEW.pem", NULL },
	[FORMAT_DER_CERTIFICATE] = { "a certificate in DER",
	    "openssl x509 -inform DER -in F -out NEW.pem", is_cert, NULL },
	[FORMAT_DER_KEY] = { "a private key in DER", is_key,
	    "openssl pkey -inform DER -in F -out NEW.pem", NULL },
	[FORMAT_DER_ENCRYPTED_KEY] = { "a private key in DER with a passphrase", is_key,
	    "openssl pkey -inform DER -in F -out NEW.pem", NULL },
	[FORMAT_DER_PUBLIC_KEY] = { "a public key in DER",
	    "use the certificate file that the CA returned",
	    "use the private key that this file was created from", NULL },
	[FORMAT_DER_REQUEST] = { "a certificate request (CSR) in DER",
	    "have a CA sign it, and use the certificate that it returns; openssl req -inform DER "
	    "-in F -noout -subject shows its subject",
	    made_together, NULL },
	[FORMAT_DER_CRL] = { "a revocation list in DER", "--crlfile is the option for it", NULL,
	    "openssl crl -inform DER -in F -out NEW.pem" },
	[FORMAT_DER_PKCS7] = { "PKCS#7 in DER",
	    "openssl pkcs7 -inform DER -print_certs -in F -out NEW.pem", no_key_in_it,
	    "openssl pkcs7 -inform DER -print_certs -in F -out NEW.pem, then keep its X509 CRL "
	    "block" },
	[FORMAT_DER_OCSP] = { "an OCSP response", "--ocsp is the option for it", NULL, NULL },
	[FORMAT_PKCS12] = { "PKCS#12 (.p12, .pfx)",
	    "openssl pkcs12 -in F -nokeys -out NEW.pem (with -legacy if it is old)",
	    "openssl pkcs12 -in F -nocerts -nodes -out NEW.pem (with -legacy if it is old)", NULL },
	[FORMAT_JKS] = { "a Java key store",
	    "keytool -importkeystore -srckeystore F -destkeystore NEW.p12 -deststoretype PKCS12, "
	    "then openssl pkcs12 -in NEW.p12 -nokeys -out NEW.pem",
	    "keytool -importkeystore -srckeystore F -destkeystore NEW.p12 -deststoretype PKCS12, "
	    "then openssl pkcs12 -in NEW.p12 -nocerts -nodes -out NEW.pem",
	    NULL },
};

static const char *const labels[] = {
	[WANT_CERTIFICATES] = "a CERTIFICATE",
	[WANT_KEY] = "a PRIVATE KEY",
	[WANT_CRLS] = "an X509 CRL",
};

const char *file_format_name(enum file_format format)
{
	return rows[format].name;
}

static void add(char buf[FILE_FORMAT_ADVICE_MAX], const char *text, size_t len)
{
	size_t at = strlen(buf);

	if (len > FILE_FORMAT_ADVICE_MAX - 1 - at)
		len = FILE_FORMAT_ADVICE_MAX - 1 - at;
	memcpy(buf + at, text, len);
	buf[at + len] = '\0';
}

/* Quoted, so that a shell takes it as one word. */
static void add_path(char buf[FILE_FORMAT_ADVICE_MAX], const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./+,:@%-";

	if (path[0] == '-')
		add(buf, "./", 2);
	if (path[0] && !path[strspn(path, plain)]) {
		add(buf, path, strlen(path));
		return;
	}
	add(buf, "'", 1);
	for (; *path; path++)
		add(buf, *path == '\'' ? "'\\''" : path, *path == '\'' ? 4 : 1);
	add(buf, "'", 1);
}

/* Replaces each F that is a word of its own with the path. */
static const char *fill_in(const char *command, const char *path, char buf[FILE_FORMAT_ADVICE_MAX])
{
	buf[0] = '\0';
	for (const char *p = command; *p; p++) {
		if (*p == 'F' && p > command && p[-1] == ' ' && (!p[1] || strchr(" )", p[1])))
			add_path(buf, path);
		else
			add(buf, p, 1);
	}
	return buf;
}

const char *file_format_command(const char *command, const char *path,
    char buf[FILE_FORMAT_ADVICE_MAX])
{
	return fill_in(command, path, buf);
}

const char *file_format_advise(enum file_format format, enum file_format_wanted wanted,
    const char *path, char buf[FILE_FORMAT_ADVICE_MAX])
{
	const struct format_row *row = &rows[format];
	const char *command = wanted == WANT_KEY ? row->key
	    : wanted == WANT_CRLS                ? row->crls
						 : row->certificates;

	if (wanted == WANT_OCSP_DER)
		return fill_in("get one from the CA: openssl ocsp -respout F -issuer ISSUER "
			       "-cert CERT -url URL",
		    path, buf);
	/* Only the encoding of the text is wrong. */
	if (wanted == WANT_TEXT && (format < FORMAT_UTF16 || format > FORMAT_UTF16_BE))
		return fill_in("check that it is the right file: head -n 3 F should show its "
		    "lines", path,
		    buf);
	if (command)
		return fill_in(command, path, buf);
	fill_in("check that it is the right file: grep BEGIN F should find ", path, buf);
	add(buf, labels[wanted], strlen(labels[wanted]));
	return buf;
}

static bool starts(const void *p, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && memcmp(p, with, with_len) == 0;
}

/* ---- DER --------------------------------------------------------------------------------- */

/* 1.2.840.113549.1.7: PKCS#7 and its types. */
static bool is_pkcs7(struct der oid)
{
	static const unsigned char arc[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07 };

	return oid.len > sizeof arc && memcmp(oid.p, arc, sizeof arc) == 0;
}

/* After an INTEGER: PKCS#12, and the private keys of PKCS#8, PKCS#1 and SEC 1. */
static enum file_format with_version(struct der number, struct der rest)
{
	struct der value, inner;
	int tag = der_next(&rest, &value);
	unsigned version = number.len == 1 ? number.p[0] : 0xff;

	if (tag == DER_SEQUENCE && version == 3 && der_next(&value, &inner) == DER_OID &&
	    is_pkcs7(inner))
		return FORMAT_PKCS12;
	if ((tag == DER_SEQUENCE && version <= 1) || (tag == DER_INTEGER && version == 0) ||
	    (tag == DER_OCTETS && version == 1))
		return FORMAT_DER_KEY;
	return FORMAT_BINARY;
}

/* The inside of what is signed: certificate, request or revocation list. */
static enum file_format of_signed(struct der tbs)
{
	struct der value;
	int tag = der_next(&tbs, &value), second, third;

	if (tag == DER_VERSION)
		return FORMAT_DER_CERTIFICATE;
	second = der_next(&tbs, &value);
	/* A name is a SET or empty; an algorithm begins with its OID. */
	if (tag == DER_INTEGER && second == DER_SEQUENCE && der_first_tag(value) != DER_OID)
		return FORMAT_DER_REQUEST;
	third = der_next(&tbs, &value);
	if (tag == DER_INTEGER && second == DER_SEQUENCE && third == DER_SEQUENCE)
		return der_first_tag(tbs) == DER_SEQUENCE ? FORMAT_DER_CERTIFICATE : FORMAT_DER_CRL;
	if (tag == DER_SEQUENCE && second == DER_SEQUENCE)
		return FORMAT_DER_CRL;
	return FORMAT_BINARY;
}

static enum file_format recognize_der(struct der in)
{
	struct der outer, value, inner;

	if (der_next(&in, &outer) != DER_SEQUENCE)
		return FORMAT_BINARY;
	switch (der_next(&outer, &value)) {
	case DER_INTEGER:
		return with_version(value, outer);
	case DER_OID:
		return is_pkcs7(value) ? FORMAT_DER_PKCS7 : FORMAT_BINARY;
	case DER_ENUMERATED:
		return FORMAT_DER_OCSP;
	case DER_SEQUENCE:
		inner = value;
		if (der_first_tag(value) != DER_OID)
			return of_signed(inner);
		switch (der_first_tag(outer)) {
		case DER_BITS:
			return FORMAT_DER_PUBLIC_KEY;
		case DER_OCTETS:
			return FORMAT_DER_ENCRYPTED_KEY;
		default:
			return FORMAT_BINARY;
		}
	default:
		return FORMAT_BINARY;
	}
}

/* ---- PEM --------------------------------------------------------------------------------- */

bool file_format_fits(const char *label, enum file_format_wanted wanted)
{
	size_t len = strlen(label);

	switch (wanted) {
	case WANT_CERTIFICATES:
		return strcmp(label, "CERTIFICATE") == 0 ||
		    strcmp(label, "X509 CERTIFICATE") == 0 ||
		    strcmp(label, "TRUSTED CERTIFICATE") == 0;
	case WANT_KEY:
		return len >= 11 && strcmp(label + len - 11, "PRIVATE KEY") == 0 &&
		    strcmp(label, "OPENSSH PRIVATE KEY") != 0;
	case WANT_CRLS:
		return strcmp(label, "X509 CRL") == 0;
	default:
		return false;
	}
}

static const struct {
	const char *label;
	enum file_format format;
} by_label[] = {
	{ "OPENSSH PRIVATE KEY", FORMAT_OPENSSH_KEY },
	{ "ENCRYPTED PRIVATE KEY", FORMAT_PEM_ENCRYPTED_KEY },
	{ "PUBLIC KEY", FORMAT_PEM_PUBLIC_KEY },
	{ "RSA PUBLIC KEY", FORMAT_PEM_PUBLIC_KEY },
	{ "CERTIFICATE REQUEST", FORMAT_PEM_REQUEST },
	{ "NEW CERTIFICATE REQUEST", FORMAT_PEM_REQUEST },
	{ "X509 CRL", FORMAT_PEM_CRL },
	{ "PKCS7", FORMAT_PEM_PKCS7 },
	{ "CMS", FORMAT_PEM_PKCS7 },
	{ "PKCS #7 SIGNED DATA", FORMAT_PEM_PKCS7 },
};

static enum file_format of_label(const char *label)
{
	for (size_t i = 0; i < sizeof by_label / sizeof by_label[0]; i++) {
		if (strcmp(label, by_label[i].label) == 0)
			return by_label[i].format;
	}
	if (file_format_fits(label, WANT_CERTIFICATES))
		return FORMAT_PEM_CERTIFICATE;
	return file_format_fits(label, WANT_KEY) ? FORMAT_PEM_KEY : FORMAT_PEM_OTHER;
}

const char *file_format_mend(enum pem_block_flaw flaw, enum file_format_wanted wanted,
    const char *path, char buf[FILE_FORMAT_ADVICE_MAX])
{
	static const char *const commands[] = {
		[FLAW_NONE] = "copy the block again from its source",
		[FLAW_CUT] = "copy the block again from its source",
		[FLAW_OTHER_END] = "copy the block again from its source",
		[FLAW_GLUED] = "awk '{ gsub(/-----BEGIN/, \"\\n&\"); print }' F >NEW.pem",
		[FLAW_INDENTED] = "sed 's/^[[:blank:]]*//' F >NEW.pem",
		[FLAW_ONE_LINE] = "awk '{ gsub(/\\\\n|\\r/, \"\\n\"); print }' F >NEW.pem",
	};
	static const char when[] = ", if it has \\n or CR instead of line breaks";
	char text[FILE_FORMAT_ADVICE_MAX];
	bool shut; /* a world-readable key would be rejected */

	fill_in(commands[flaw], path, text);
	buf[0] = '\0';
	shut = wanted == WANT_KEY && strstr(text, ">NEW.pem");
	add(buf, "(umask 077; ", shut ? 12 : 0);
	add(buf, text, strlen(text));
	add(buf, ")", shut);
	if (flaw == FLAW_ONE_LINE)
		add(buf, when, strlen(when));
	return buf;
}

/* ---- all formats ------------------------------------------------------------------------- */

static enum file_format recognize_utf16(const unsigned char *p, size_t len)
{
	if (starts(p, len, "\xff\xfe", 2) || starts(p, len, "\xfe\xff", 2))
		return FORMAT_UTF16;
	if (len < 4 || len % 2 != 0)
		return FORMAT_BINARY;
	if (p[0] && !p[1] && p[2] && !p[3])
		return FORMAT_UTF16_LE;
	return !p[0] && p[1] && !p[2] && p[3] ? FORMAT_UTF16_BE : FORMAT_BINARY;
}

static bool is_text(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] < ' ' && p[i] != '\n' && p[i] != '\r' && p[i] != '\t')
			return false;
	}
	return true;
}

static enum file_format recognize_text(const char *p, size_t len)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/=\r\n";
	size_t n = 0;

	if (starts(p, len, "ssh-", 4) || starts(p, len, "ecdsa-sha2-", 11) ||
	    starts(p, len, "---- BEGIN SSH2", 15))
		return FORMAT_SSH_PUBLIC_KEY;
	if (starts(p, len, "PuTTY-User-Key-File", 19))
		return FORMAT_PUTTY_KEY;
	/* A SEQUENCE of 128 bytes or more, in base64. */
	if (!starts(p, len, "MI", 2))
		return FORMAT_TEXT;
	while (n < len && p[n] && strchr(base64, p[n]))
		n++;
	return n == len ? FORMAT_BASE64 : FORMAT_TEXT;
}

static bool is_empty(const char *p, size_t len)
{
	while (len > 0 && *p && strchr(" \t\r\n", *p)) {
		p++;
		len--;
	}
	return len == 0;
}

enum file_format file_format_recognize(const void *bytes, size_t len)
{
	struct pem_block_walk w = PEM_BLOCK_WALK(bytes, len);
	const unsigned char *p = bytes;
	struct pem_block b;
	enum file_format format;

	if (is_empty(bytes, len))
		return FORMAT_EMPTY;
	if (pem_block_next(&w, &b))
		return of_label(b.label);
	format = recognize_utf16(p, len);
	if (format != FORMAT_BINARY)
		return format;
	if (starts(bytes, len, "\xfe\xed\xfe\xed", 4))
		return FORMAT_JKS;
	format = recognize_der((struct der){ p, len });
	if (format == FORMAT_BINARY && is_text(p, len))
		return recognize_text(bytes, len);
	return format;
}
