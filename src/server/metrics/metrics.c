/* SPDX-License-Identifier: MIT */
#include "server/metrics/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/log.h"
#include "server/confine/confine.h"
#include "server/metrics/counters.h"
#include "server/metrics/exposition.h"

/* Limit of a request: a scrape is short. */
enum { HEADERS_MAX = 8192, CONNECTIONS_MAX = 64 };

/*
 * Limit on one connection's bytes that are read but not parsed. The library buffers the
 * line of a chunk's size, and everything that arrives while it responds, without limit;
 * a watermark there would make its loop spin.
 */
enum { UNPARSED_MAX = 4 * HEADERS_MAX };

/* For a whole request and its response, however slowly they proceed. */
static const struct timeval deadline = { 5, 0 };

/* Pause of accepting when descriptors are used up. */
static const struct timeval pause_time = { 0, 100000 };

struct metrics;

/* A connection of the HTTP server, which may free it at any time: held is our own reference. */
struct metrics_client {
	struct metrics *metrics;
	struct metrics_client *next;
	struct bufferevent *held;
	struct event *late;
};

struct metrics {
	struct counters counters;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct event *master, *resume;
	struct metrics_client *oldest; /* ordered by deadline */
	size_t clients;
};

/* The library passes its own argument to the callback of a listener's errors. */
static struct metrics *self;

bool metrics_is_us(void)
{
	return getenv(METRICS_ENVIRONMENT) != NULL;
}

static void answer(struct evhttp_request *request, int status, const char *reason, const char *type,
    const char *text, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();

	evhttp_add_header(headers, "Content-Type", type);
	/* One request per connection, so that no idle client keeps a descriptor. */
	evhttp_add_header(headers, "Connection", "close");
	if (body && evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		evbuffer_add(body, text, len);
	evhttp_send_reply(request, status, reason, body);
	if (body)
		evbuffer_free(body);
}

static void answer_text(struct evhttp_request *request, int status, const char *reason,
    const char *text)
{
	answer(request, status, reason, "text/plain; charset=utf-8", text, strlen(text));
}

static void on_metrics(struct evhttp_request *request, void *arg)
{
	const struct metrics *m = arg;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to)
		exposition_write(to, &m->counters);
	if (!to || fclose(to) != 0)
		answer_text(request, HTTP_INTERNAL, "Internal Server Error", "out of memory\n");
	else
		answer(request, HTTP_OK, "OK", "text/plain; version=0.0.4; charset=utf-8", text,
		    len);
	free(text);
}

static void on_health(struct evhttp_request *request, void *arg)
{
	const struct metrics *m = arg;

	if (m->counters.state->draining)
		answer_text(request, HTTP_SERVUNAVAIL, "Service Unavailable", "draining\n");
	else if (!m->counters.state->ready)
		answer_text(request, HTTP_SERVUNAVAIL, "Service Unavailable", "starting\n");
	else
		answer_text(request, HTTP_OK, "OK", "serving\n");
}

static void on_other(struct evhttp_request *request, void *arg)
{
	(void)arg;
	answer_text(request, HTTP_NOTFOUND, "Not Found", "try /metrics or /healthz\n");
}

static void on_end(evutil_socket_t fd, short events, void *arg)
{
	struct metrics *m = arg;

	(void)fd;
	(void)events;
	event_base_loopbreak(m->base);
}

/* Later, because the library is still using the connection. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *unused, void *arg)
{
	const struct metrics_client *c = arg;

	(void)unused;
	if (evbuffer_get_length(input) > UNPARSED_MAX)
		event_active(c->late, EV_TIMEOUT, 0);
}

static void forget(struct metrics_client *c)
{
	struct metrics *m = c->metrics;
	struct metrics_client **at = &m->oldest;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	m->clients--;
	evbuffer_remove_cb(bufferevent_get_input(c->held), on_input, c);
	bufferevent_decref(c->held);
	event_free(c->late);
	free(c);
}

/* The library clears the callbacks of a connection that it has freed. */
static bool is_open(const struct metrics_client *c)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(c->held, NULL, NULL, &on_event, NULL);
	return on_event && bufferevent_getfd(c->held) >= 0;
}

/* Reports end-of-file to the library, which then frees it. A full shutdown(2) is forbidden. */
static void cut(struct metrics_client *c)
{
	if (is_open(c))
		bufferevent_trigger_event(c->held, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
	forget(c);
}

static void on_late(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	cut(arg);
}

static void forget_closed(struct metrics *m)
{
	for (struct metrics_client *c = m->oldest, *next; c; c = next) {
		next = c->next;
		if (!is_open(c))
			forget(c);
	}
}

/* evhttp_set_bevcb: the only way to see a connection before its request is complete. */
static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
	struct metrics *m = arg;
	struct metrics_client *c, **end;

	forget_closed(m);
	if (m->clients >= CONNECTIONS_MAX)
		cut(m->oldest);
	c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->metrics = m;
	c->held = bufferevent_socket_new(base, -1, 0);
	c->late = evtimer_new(base, on_late, c);
	if (!c->held || !c->late || event_add(c->late, &deadline) != 0 ||
	    !evbuffer_add_cb(bufferevent_get_input(c->held), on_input, c)) {
		if (c->held)
			bufferevent_free(c->held);
		if (c->late)
			event_free(c->late);
		free(c);
		return NULL;
	}
	for (end = &m->oldest; *end; end = &(*end)->next)
		;
	*end = c;
	m->clients++;
	bufferevent_incref(c->held);
	return c->held;
}

/*
 * Descriptors are used up, and a readable listener would make the loop spin. The older
 * half of the connections is closed.
 */
static void on_accept_error(struct evconnlistener *listener, void *unused)
{
	(void)unused;
	forget_closed(self);
	for (size_t n = (self->clients + 1) / 2; n > 0; n--)
		cut(self->oldest);
	evconnlistener_disable(listener);
	event_add(self->resume, &pause_time);
}

static void on_resume(evutil_socket_t fd, short events, void *arg)
{
	struct metrics *m = arg;

	(void)fd;
	(void)events;
	evconnlistener_enable(m->listener);
}

/* libevent's own messages, which would otherwise go to standard error unformatted. */
static void on_library_log(int severity, const char *text)
{
	log_at(severity >= EVENT_LOG_WARN ? LEVEL_WARNING : LEVEL_DEBUG, "libevent: %s", text);
}

static int set_up(struct metrics *m, int listen_fd, int life_fd, struct outcome *oc)
{
	struct evhttp_bound_socket *bound = NULL;

	self = m;
	event_set_log_callback(on_library_log);
	m->base = event_base_new();
	m->http = m->base ? evhttp_new(m->base) : NULL;
	if (m->http)
		bound = evhttp_accept_socket_with_handle(m->http, listen_fd);
	if (!bound)
		return outcome_set(oc, OC_INTERNAL,
		    "cannot create the HTTP server for the metrics");
	m->listener = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(m->listener, on_accept_error);
	evhttp_set_allowed_methods(m->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(m->http, HEADERS_MAX);
	evhttp_set_max_body_size(m->http, 0);
	evhttp_set_bevcb(m->http, on_connection, m);
	evhttp_set_cb(m->http, "/metrics", on_metrics, m);
	evhttp_set_cb(m->http, "/healthz", on_health, m);
	evhttp_set_gencb(m->http, on_other, m);
	m->master = event_new(m->base, life_fd, EV_READ, on_end, m);
	m->resume = evtimer_new(m->base, on_resume, m);
	if (!m->master || !m->resume || event_add(m->master, NULL) != 0)
		return outcome_set(oc, OC_INTERNAL, "cannot create the event loop for the metrics");
	return 0;
}

static void tear_down(struct metrics *m)
{
	if (m->http)
		evhttp_free(m->http);
	while (m->oldest)
		forget(m->oldest);
	if (m->master)
		event_free(m->master);
	if (m->resume)
		event_free(m->resume);
	if (m->base)
		event_base_free(m->base);
}

static int confine(const struct confine_options *o, struct outcome *oc)
{
	struct privdrop who;

	if (privdrop_resolve(o->user, o->group, &who, oc) != 0)
		return -1;
	return confine_enter(&who, o->sandbox, SANDBOX_STREAMS, oc);
}

int metrics_run(const struct confine_options *o, struct outcome *oc)
{
	const char *given = getenv(METRICS_ENVIRONMENT);
	int listen_fd, work_fd, state_fd, life_fd, ret;
	struct metrics m = { .base = NULL };

	if (!given || sscanf(given, "%d %d %d %d", &listen_fd, &work_fd, &state_fd, &life_fd) != 4)
		return outcome_set(oc, OC_INTERNAL, "only the server itself may set %s",
		    METRICS_ENVIRONMENT);
	if (counters_map(&m.counters, work_fd, state_fd, oc) != 0)
		return -1;
	ret = set_up(&m, listen_fd, life_fd, oc);
	if (ret == 0)
		ret = confine(o, oc);
	if (ret == 0) {
		log_at(LEVEL_DEBUG, "serving metrics");
		event_base_dispatch(m.base);
	}
	tear_down(&m);
	counters_free(&m.counters);
	return ret;
}
