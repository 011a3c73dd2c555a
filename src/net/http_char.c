/* SPDX-License-Identifier: MIT */
#include "net/http_char.h"

#include <string.h>

bool http_char_is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

bool http_char_is_text(char c)
{
	/* Above ASCII: obs-text. */
	return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7f);
}
