/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_SENTENCES_H
#define HELLO_CLIENT_OUTPUT_PATH_SENTENCES_H

#include "client/judge/path.h"

/* A few sentences for each finding of --path-test; path_text_write replaces what is in braces. */
extern const char *const path_sentences[FITS_COUNT];

#endif
