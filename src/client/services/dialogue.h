/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A dialogue with a server in its own protocol: before TLS, to request TLS; inside TLS, to prove
 * that the service answers. Pure: no I/O, no clock, no allocation. The result does not depend on
 * how the bytes are split, with one exception: bytes after the last answer before TLS are noticed
 * only if they are fed together with the end of that answer.
 *
 * Limits: DIALOGUE_UNIT_MAX bytes for one line, message or XML tag, and DIALOGUE_BYTES_MAX bytes
 * for the whole dialogue.
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
	DIALOGUE_REFUSED,     /* words: what the server answered */
	DIALOGUE_FAILED       /* why: the reason; words: what the server sent, or "" */
};

/* Are the held bytes a complete unit? */
enum dialogue_unit {
	DIALOGUE_UNIT_MORE,
	DIALOGUE_UNIT_WHOLE,
	DIALOGUE_UNIT_LONG, /* it announces more than DIALOGUE_UNIT_MAX */
	DIALOGUE_UNIT_BAD
};

struct dialogue;

/* One protocol; static. Only the kind uses data. */
struct dialogue_kind {
	const char *protocol; /* "SMTP", to use in a sentence */
	bool inside_tls;      /* bytes after the last answer are allowed */
	bool server_begins;
	bool tds; /* the handshake that follows travels in TDS packets, see tls/tds.h */
	const void *data;
	/* Prepares the client's first message, if the client begins. */
	void (*begin)(struct dialogue *d);
	enum dialogue_unit (*whole)(struct dialogue *d);
	/* Processes the held unit, which is complete, and prepares the next message. */
	enum dialogue_end (*take)(struct dialogue *d);
};

struct dialogue {
	const struct dialogue_kind *kind;
	const char *name; /* the server's name; owned by the caller */
	unsigned char out[DIALOGUE_OUT_MAX];
	size_t out_len;                 /* the caller sends these bytes, then sets 0 */
	bool proven;                    /* a complete answer was good; the rest does not matter */
	bool unasked;                   /* set by the caller: the server spoke before we did */
	bool vague;                     /* the good answer could be a refusal as well */
	bool denied;                    /* the answer refuses us, perhaps not for our certificate */
	bool masked;                    /* a firewall overwrote an offer with "XXXXXXXX" */
	bool injected;                  /* bytes followed the last answer before TLS */
	char first[DIALOGUE_WORDS_MAX]; /* the server's first line, clean text */
	char words[DIALOGUE_WORDS_MAX]; /* clean text */
	const char *why;                /* for DIALOGUE_FAILED; static */

	enum dialogue_end end;
	unsigned turn, place; /* for the kind */
	bool good, offered;   /* for the kind */
	bool foreign;         /* the held bytes belong to another protocol */
	char code[4];         /* for the kind */
	char quote;           /* for the kind */
	size_t taken;         /* bytes used so far */
	size_t len;           /* length of held */
	unsigned char held[DIALOGUE_UNIT_MAX];
};

/* The value of why if the server speaks TLS from the start. */
extern const char dialogue_answers_tls[];

/* Does not copy name. Afterwards out holds the first message, if the client begins. */
void dialogue_begin(struct dialogue *d, const struct dialogue_kind *kind, const char *name);

/*
 * Processes the bytes that belong to the dialogue, *used of them: up to the point where there is
 * something to send, or where the dialogue ends. After its end *used is 0.
 */
enum dialogue_end dialogue_feed(struct dialogue *d, const void *bytes, size_t len, size_t *used);

/* ---- for the kinds -------------------------------------------------------------------------- */

void dialogue_say(struct dialogue *d, const void *bytes, size_t len);
void dialogue_say_text(struct dialogue *d, const char *text);

/* Stores these bytes in words as printable text, up to the end of the line or a NUL. */
void dialogue_keep_words(struct dialogue *d, const void *bytes, size_t len);

/* The same in first, in place of a message that is not text. */
void dialogue_keep_first(struct dialogue *d, const char *text);

/* Adds an offer to words, and sets masked if it is "XXXXXXXX". */
void dialogue_add_offer(struct dialogue *d, const char *bytes, size_t len);

/* The held unit is one message, of announced bytes with its head of head bytes: is it whole? */
enum dialogue_unit dialogue_counted(const struct dialogue *d, size_t head, size_t announced);

/* A number of two bytes, the higher one first. */
unsigned dialogue_at16(const unsigned char *bytes);

enum dialogue_end dialogue_fail(struct dialogue *d, const char *why);

/* The held unit belongs to another protocol. */
enum dialogue_end dialogue_fail_foreign(struct dialogue *d);

#endif
