/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A conversation with a server in its own protocol: before TLS, to ask for it, or inside TLS, as
 * the proof that the service answers. Pure: no I/O, no clock, no memory. However the bytes are
 * cut into pieces, the result is the same, but for bytes behind the last answer before TLS: only
 * those that are fed together with its end are seen.
 *
 * All is bounded: DIALOGUE_UNIT_MAX for one line, message or XML tag, DIALOGUE_BYTES_MAX for the
 * whole of it.
 */
enum {
	DIALOGUE_UNIT_MAX = 4096,
	DIALOGUE_BYTES_MAX = 65536,
	DIALOGUE_OUT_MAX = 640,
	DIALOGUE_WORDS_MAX = 256
};

enum dialogue_end {
	DIALOGUE_GOES_ON,     /* send what is in out, then feed more */
	DIALOGUE_DONE,        /* send what is in out; before TLS, the handshake is next */
	DIALOGUE_NOT_OFFERED, /* words: what the server offers instead */
	DIALOGUE_REFUSED,     /* words: the server's */
	DIALOGUE_FAILED       /* why, and words where there are any */
};

/* Is the unit whole with the bytes that are held? */
enum dialogue_unit { DIALOGUE_UNIT_MORE, DIALOGUE_UNIT_WHOLE, DIALOGUE_UNIT_BAD };

struct dialogue;

/* One protocol, static. data is the kind's own. */
struct dialogue_kind {
	const char *protocol; /* "SMTP", for a sentence */
	bool inside_tls;      /* nothing that follows the last answer matters */
	bool server_begins;
	const void *data;
	/* Prepare the first thing to say, if we begin. */
	void (*begin)(struct dialogue *d);
	enum dialogue_unit (*whole)(struct dialogue *d);
	/* The held unit is whole: judge it, and say what comes next. */
	enum dialogue_end (*take)(struct dialogue *d);
};

struct dialogue {
	const struct dialogue_kind *kind;
	const char *name; /* the server's name, the caller's */
	unsigned char out[DIALOGUE_OUT_MAX];
	size_t out_len;                 /* the caller sends it and sets 0 */
	bool proven;                    /* a whole answer is good, whatever comes behind it */
	bool masked;                    /* "XXXXXXXX" is offered */
	bool injected;                  /* bytes followed the last answer before TLS */
	char first[DIALOGUE_WORDS_MAX]; /* the first line of it all, clean text */
	char words[DIALOGUE_WORDS_MAX]; /* clean text */
	const char *why;                /* of DIALOGUE_FAILED, static */

	enum dialogue_end end;
	unsigned turn, place; /* the kind's own */
	bool good, offered;   /* the kind's own */
	bool foreign;         /* what came belongs to another protocol */
	char code[4];         /* the kind's own */
	char quote;           /* the kind's own */
	size_t taken;         /* bytes so far */
	size_t len;           /* of those held */
	unsigned char held[DIALOGUE_UNIT_MAX];
};

/* The why of a server that speaks TLS already. */
extern const char dialogue_answers_tls[];

/* name is kept. Afterwards out may hold what is to be sent first. */
void dialogue_begin(struct dialogue *d, const struct dialogue_kind *kind, const char *name);

/*
 * Take of len bytes what belongs to the dialogue; *used says how many. It stops where there is
 * something to send, or at the end. After an end other than DIALOGUE_GOES_ON it takes nothing.
 */
enum dialogue_end dialogue_feed(struct dialogue *d, const void *bytes, size_t len, size_t *used);

/* ---- for the kinds -------------------------------------------------------------------------- */

void dialogue_say(struct dialogue *d, const void *bytes, size_t len);
void dialogue_say_text(struct dialogue *d, const char *text);

/* Keep these bytes as words, printable, up to the first control character. */
void dialogue_keep_words(struct dialogue *d, const void *bytes, size_t len);

/* Add an offer to the words; "XXXXXXXX" is noted. */
void dialogue_add_offer(struct dialogue *d, const char *bytes, size_t len);

enum dialogue_end dialogue_fail(struct dialogue *d, const char *why);

/* The held unit belongs to another protocol. */
enum dialogue_end dialogue_fail_foreign(struct dialogue *d);

#endif
