/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_HTTP_CHAR_H
#define HELLO_NET_HTTP_CHAR_H

#include <stdbool.h>

/* The characters that HTTP/1.1 allows in a message head, for both ends (RFC 9110). */

/* tchar, section 5.6.2: in a method or a field name. */
bool http_char_is_token(char c);

/* In a field value or a status line, section 5.5: no control character except HTAB. */
bool http_char_is_text(char c);

#endif
