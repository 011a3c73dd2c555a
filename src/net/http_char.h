/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_HTTP_CHAR_H
#define HELLO_NET_HTTP_CHAR_H

#include <stdbool.h>

/* The characters that HTTP/1.1 allows in its head, for both ends (RFC 9110). */

/* tchar, section 5.6.2: of a method, of the name of a field. */
bool http_char_is_token(char c);

/* Of the value of a field or a status line, section 5.5: no control byte but HTAB. */
bool http_char_is_text(char c);

#endif
