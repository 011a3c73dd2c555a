/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FILE_FORMAT_H
#define HELLO_TLS_FILE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/pem_block.h"

/*
 * Detects the format of a file that does not hold what an option needs, and the command
 * that converts it. Pure: bytes in, words out; no file, no TLS library. Accepts any
 * bytes.
 */
enum file_format {
	FORMAT_EMPTY,
	FORMAT_TEXT,
	FORMAT_BINARY,
	FORMAT_UTF16,    /* with a byte order mark */
	FORMAT_UTF16_LE, /* without one */
	FORMAT_UTF16_BE,
	FORMAT_BASE64, /* base64 of DER, without BEGIN and END lines */
	FORMAT_PEM_CERTIFICATE,
	FORMAT_PEM_KEY,
	FORMAT_PEM_ENCRYPTED_KEY,
	FORMAT_PEM_PUBLIC_KEY,
	FORMAT_PEM_REQUEST,
	FORMAT_PEM_CRL,
	FORMAT_PEM_PKCS7,
	FORMAT_PEM_OTHER,
	FORMAT_OPENSSH_KEY,
	FORMAT_SSH_PUBLIC_KEY,
	FORMAT_PUTTY_KEY,
	FORMAT_DER_CERTIFICATE,
	FORMAT_DER_KEY,
	FORMAT_DER_ENCRYPTED_KEY,
	FORMAT_DER_PUBLIC_KEY,
	FORMAT_DER_REQUEST,
	FORMAT_DER_CRL,
	FORMAT_DER_PKCS7,
	FORMAT_DER_OCSP,
	FORMAT_PKCS12,
	FORMAT_JKS,
	FORMAT_COUNT
};

/* What an option needs, in PEM unless stated otherwise. */
enum file_format_wanted {
	WANT_CERTIFICATES,
	WANT_KEY,
	WANT_CRLS,
	WANT_OCSP_DER,
	WANT_TEXT /* UTF-8, for people */
};

enum file_format file_format_recognize(const void *bytes, size_t len);

/* "a certificate in DER". Static. */
const char *file_format_name(enum file_format format);

/*
 * The command, or other advice, that leads from this format to the wanted one; path is
 * quoted for a shell. A command writes NEW.pem. Returns buf.
 */
enum { FILE_FORMAT_ADVICE_MAX = 400 };
const char *file_format_advise(enum file_format format, enum file_format_wanted wanted,
    const char *path, char buf[FILE_FORMAT_ADVICE_MAX]);

/* The same of a command in which F, as a word of its own, stands for the path. */
const char *file_format_command(const char *command, const char *path,
    char buf[FILE_FORMAT_ADVICE_MAX]);

/* Does a label match what is wanted? An encrypted key counts as a key. */
bool file_format_fits(const char *label, enum file_format_wanted wanted);

/* How to correct it; as file_format_advise. */
const char *file_format_mend(enum pem_block_flaw flaw, enum file_format_wanted wanted,
    const char *path, char buf[FILE_FORMAT_ADVICE_MAX]);

#endif
