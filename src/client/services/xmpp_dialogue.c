/* SPDX-License-Identifier: MIT */
#include "client/services/xmpp_dialogue.h"

#include <string.h>

/* Of the XML only the tags are read, one at a time. */
struct tag {
	const char *name; /* without its prefix */
	size_t len;
	bool closes, empty; /* "</x>", "<x/>" */
};

static void open_stream(struct dialogue *d)
{
	dialogue_say_text(d, "<?xml version='1.0'?><stream:stream to='");
	dialogue_say_text(d, d->name);
	dialogue_say_text(d,
	    "' version='1.0' xmlns:stream='http://etherx.jabber.org/streams' xmlns='");
	dialogue_say_text(d, d->kind->data);
	dialogue_say_text(d, "'>");
}

/* Up to a ">" that is not quoted inside a tag. */
static enum dialogue_unit xmpp_whole(struct dialogue *d)
{
	char c = (char)d->held[d->len - 1];
	bool in_tag = memchr(d->held, '<', d->len) != NULL;

	if (d->taken == 1 && c != '<' && c != ' ' && c != '\r' && c != '\n')
		return DIALOGUE_UNIT_BAD;
	if (!in_tag)
		return DIALOGUE_UNIT_MORE;
	if (d->quote) {
		if (c == d->quote)
			d->quote = '\0';
		return DIALOGUE_UNIT_MORE;
	}
	if (c == '\'' || c == '"')
		d->quote = c;
	return c == '>' ? DIALOGUE_UNIT_WHOLE : DIALOGUE_UNIT_MORE;
}

static struct tag read_tag(const struct dialogue *d)
{
	const char *end = (const char *)d->held + d->len - 1; /* at ">" */
	const char *at = memchr(d->held, '<', d->len), *colon;
	struct tag tag = { .empty = end[-1] == '/' };

	at++;
	tag.closes = at < end && *at == '/';
	at += tag.closes;
	tag.name = at;
	while (at < end && !strchr(" \t\r\n/", *at))
		at++;
	colon = memchr(tag.name, ':', (size_t)(at - tag.name));
	tag.name = colon ? colon + 1 : tag.name;
	tag.len = (size_t)(at - tag.name);
	return tag;
}

static bool is(const struct tag *tag, const char *name)
{
	return tag->len == strlen(name) && memcmp(tag->name, name, tag->len) == 0;
}

enum { BEFORE_STREAM, BEFORE_FEATURES, IN_FEATURES, ASKED, IN_ERROR };

/* The first child of an error or a failure names the fault. */
static enum dialogue_end on_error(struct dialogue *d, const struct tag *tag)
{
	if (tag->closes)
		return DIALOGUE_REFUSED;
	if (!d->words[0])
		dialogue_keep_words(d, tag->name, tag->len);
	return DIALOGUE_GOES_ON;
}

static enum dialogue_end on_features_end(struct dialogue *d)
{
	if (d->kind->inside_tls) {
		dialogue_say_text(d, "</stream:stream>");
		return DIALOGUE_DONE;
	}
	if (!d->offered)
		return DIALOGUE_NOT_OFFERED;
	d->place = ASKED;
	d->words[0] = '\0';
	dialogue_say_text(d, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	return DIALOGUE_GOES_ON;
}

static enum dialogue_end on_feature(struct dialogue *d, const struct tag *tag)
{
	if (is(tag, "features"))
		return on_features_end(d);
	if (!tag->closes) {
		d->offered |= is(tag, "starttls");
		dialogue_add_offer(d, tag->name, tag->len);
	}
	return DIALOGUE_GOES_ON;
}

static enum dialogue_end begin_error(struct dialogue *d, const struct tag *tag)
{
	d->place = IN_ERROR;
	d->words[0] = '\0';
	if (!tag->empty)
		return DIALOGUE_GOES_ON;
	dialogue_keep_words(d, tag->name, tag->len);
	return DIALOGUE_REFUSED;
}

static enum dialogue_end on_tag(struct dialogue *d, const struct tag *tag)
{
	if (d->place == IN_ERROR)
		return on_error(d, tag);
	/* A server may open its stream before it reports an error in ours. */
	if (is(tag, "error") || (d->place == ASKED && is(tag, "failure")))
		return begin_error(d, tag);
	if (d->place == BEFORE_STREAM) {
		if (!is(tag, "stream") || tag->closes)
			return dialogue_fail_foreign(d);
		/* A server that requires more than we send ends the stream with an error. */
		d->proven = d->kind->inside_tls;
		d->place = BEFORE_FEATURES;
		return DIALOGUE_GOES_ON;
	}
	if (is(tag, "stream") && tag->closes)
		return dialogue_fail(d, "the server closed its stream");
	if (d->place == BEFORE_FEATURES && is(tag, "features")) {
		d->place = IN_FEATURES;
		return tag->empty ? on_features_end(d) : DIALOGUE_GOES_ON;
	}
	if (d->place == IN_FEATURES)
		return on_feature(d, tag);
	if (d->place == ASKED && is(tag, "proceed"))
		return tag->empty || tag->closes ? DIALOGUE_DONE : DIALOGUE_GOES_ON;
	return dialogue_fail_foreign(d);
}

static enum dialogue_end xmpp_take(struct dialogue *d)
{
	const char *at = memchr(d->held, '<', d->len);
	struct tag tag = read_tag(d);

	/* Skip the XML declaration. */
	if (at[1] == '?' && d->place == BEFORE_STREAM) {
		d->first[0] = '\0';
		return DIALOGUE_GOES_ON;
	}
	return on_tag(d, &tag);
}

#define XMPP(id, inside, namespace) \
	const struct dialogue_kind id = { .protocol = "XMPP", \
		.inside_tls = inside, \
		.data = namespace, \
		.begin = open_stream, \
		.whole = xmpp_whole, \
		.take = xmpp_take }

XMPP(xmpp_starttls, false, "jabber:client");
XMPP(xmpp_server_starttls, false, "jabber:server");
XMPP(xmpp_inside, true, "jabber:client");
XMPP(xmpp_server_inside, true, "jabber:server");
