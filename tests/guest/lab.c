/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab - see lab.h. Stands on session/, the same road as the program's.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <stdarg.h>

#define DEADLINE_NS 90000000000ull
#define FIND_NS     30000000000ull

struct lab {
	struct loop loop;
	struct session *session;
	struct event *events;
	size_t n, cap;
	unsigned samples;
	bool gone, saved;
	int saved_code;
	struct buf joined;
};

static const char *keep(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void on_event(void *arg, const struct event *ev)
{
	struct lab *lab = arg;
	struct event *copy;
	char *data;

	if (lab->n == lab->cap) {
		lab->cap = lab->cap ? 2 * lab->cap : 256;
		lab->events = xreallocarray(lab->events, lab->cap, sizeof(*lab->events));
	}
	copy = &lab->events[lab->n++];
	*copy = *ev;
	copy->name = keep(ev->name);
	copy->cgroup = keep(ev->cgroup);
	copy->path = keep(ev->path);
	copy->text = keep(ev->text);
	data = xcalloc(1, ev->data_len + 1);
	if (ev->data_len)
		memcpy(data, ev->data, ev->data_len);
	copy->data = data;
	if (getenv("LAB_TRACE"))
		fprintf(stderr, "# %s seq %llu name '%s' text '%s'\n", event_def(ev->type)->json,
			(unsigned long long)ev->seq, ev->name ? ev->name : "",
			ev->text ? ev->text : "");
}

static void on_sample(void *arg)
{
	((struct lab *)arg)->samples++;
}

static void on_finished(void *arg, bool clean, const char *text)
{
	((struct lab *)arg)->gone = true;
}

static void on_rewound(void *arg)
{
	((struct lab *)arg)->gone = false;
}

static void on_saved(void *arg, int code, const char *why)
{
	struct lab *lab = arg;

	lab->saved = true;
	lab->saved_code = code;
	if (code)
		print_message("# not saved: %s\n", why);
}

static const struct session_observer observer = {.saved = on_saved,
						 .rewound = on_rewound,
						 .event = on_event,
						 .sample = on_sample,
						 .finished = on_finished};

static void give_up(struct lab *lab, const char *what)
{
	size_t len;
	const char *console = guest_console(session_guest(lab->session), &len);
	size_t tail = len > 2000 ? len - 2000 : 0;

	print_error("waiting for %s; the console ends with:\n%.*s\n", what, (int)(len - tail),
		    console + tail);
	fail_msg("%s: %s", what, lab->gone ? "the guest is gone" : "nothing came in time");
}

static void turn(struct lab *lab, uint64_t end, const char *what)
{
	uint64_t now = loop_now_ns();

	if (lab->gone || now >= end)
		give_up(lab, what);
	loop_turn(&lab->loop, (int)((end - now) / 1000000) + 1);
}

struct lab *lab_boot(const struct lab_config *config)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));
	struct session_config sc = {.interactive = true, .sample_ns = 50000000};
	struct err err = ERR_INIT;

	sc.guest.topology = config->topology;
	if (!sc.guest.topology.nodes)
		sc.guest.topology = (struct topology){1, 1, 2, 1};
	sc.guest.kernel = getenv("SXP_KERNEL");
	sc.guest.include = config->include;
	sc.guest.fault = config->fault;
	sc.guest.duration_ns = config->duration_ns;
	sc.journal = config->journal;
	sc.checkpoints = config->checkpoints;
	sc.checkpoint_ns = config->checkpoint_ns;
	sc.resume = config->resume;
	sc.guest.observe = config->observe;
	sc.watch = config->watch;
	sc.guest.append = config->append;
	sc.guest.pin_from = config->pin_from;
	sc.guest.pin_any = config->pin_any;
	if (loop_init(&lab->loop, &err))
		fail_msg("%s", err.msg);
	lab->session = session_create(&lab->loop, &sc, &observer, lab, &err);
	if (!lab->session || session_boot(lab->session, &err))
		fail_msg("%s", err.msg);
	if (config->resume) {
		lab_back(lab, 0);
		return lab;
	}
	lab_wait(lab, 0, EV_READY, NULL, NULL);
	lab_wait(lab, 0, EV_PROBES, NULL, NULL);
	return lab;
}

void lab_end(struct lab *lab)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;
	size_t i;

	if (!lab)
		return;
	if (!lab->gone)
		session_end(lab->session);
	while (!lab->gone && loop_now_ns() < end)
		loop_turn(&lab->loop, 1000);
	session_destroy(lab->session);
	loop_finish(&lab->loop);
	for (i = 0; i < lab->n; i++) {
		free((char *)lab->events[i].name);
		free((char *)lab->events[i].cgroup);
		free((char *)lab->events[i].path);
		free((char *)lab->events[i].text);
		free((char *)lab->events[i].data);
	}
	free(lab->events);
	buf_finish(&lab->joined);
	free(lab);
}

static uint64_t send_va(struct lab *lab, const char *fmt, va_list ap)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t seq;

	buf_addv(&line, fmt, ap);
	if (session_submit(lab->session, buf_text(&line), &seq, &err))
		fail_msg("'%s': %s", buf_text(&line), err.msg);
	return seq;
}

uint64_t lab_send(struct lab *lab, const char *fmt, ...)
{
	va_list ap;
	uint64_t seq;

	va_start(ap, fmt);
	seq = send_va(lab, fmt, ap);
	va_end(ap);
	return seq;
}

static const struct event *end_of(struct lab *lab, size_t mark, uint64_t seq)
{
	size_t i;

	for (i = mark; i < lab->n; i++)
		if (lab->events[i].seq == seq &&
		    (lab->events[i].type == EV_DONE || lab->events[i].type == EV_FAILED))
			return &lab->events[i];
	return NULL;
}

static const struct event *await_end(struct lab *lab, size_t mark, uint64_t seq, const char *what)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;
	const struct event *ev;

	while (!(ev = end_of(lab, mark, seq)))
		turn(lab, end, what);
	return ev;
}

static const struct event *do_va(struct lab *lab, const char *fmt, va_list ap)
{
	size_t mark = lab->n;
	uint64_t seq = send_va(lab, fmt, ap);

	return await_end(lab, mark, seq, fmt);
}

const struct event *lab_end_of(struct lab *lab, size_t mark, uint64_t seq)
{
	return await_end(lab, mark, seq, "the end of an op");
}

const struct event *lab_do(struct lab *lab, const char *fmt, ...)
{
	const struct event *ev;
	va_list ap;

	va_start(ap, fmt);
	ev = do_va(lab, fmt, ap);
	va_end(ap);
	return ev;
}

uint64_t lab_ok(struct lab *lab, const char *fmt, ...)
{
	const struct event *ev;
	va_list ap;

	va_start(ap, fmt);
	ev = do_va(lab, fmt, ap);
	va_end(ap);
	if (ev->type != EV_DONE)
		fail_msg("'%s' failed: %s", fmt, ev->text);
	return ev->seq;
}

size_t lab_mark(const struct lab *lab)
{
	return lab->n;
}

static bool fits(const struct event *ev, enum event_type type, const char *name, const char *text)
{
	return ev->type == type && (!name || (ev->name && !strcmp(ev->name, name))) &&
	       (!text || (ev->text && strstr(ev->text, text)));
}

const struct event *lab_find(const struct lab *lab, size_t mark, enum event_type type,
			     const char *name, const char *text)
{
	size_t i;

	for (i = mark; i < lab->n; i++)
		if (fits(&lab->events[i], type, name, text))
			return &lab->events[i];
	return NULL;
}

const struct event *lab_wait(struct lab *lab, size_t mark, enum event_type type, const char *name,
			     const char *text)
{
	uint64_t end = loop_now_ns() + (type == EV_READY ? DEADLINE_NS : FIND_NS);
	const struct event *ev;

	while (!(ev = lab_find(lab, mark, type, name, text)))
		turn(lab, end, event_def(type)->json);
	return ev;
}

size_t lab_place(const struct lab *lab, const struct event *ev)
{
	return (size_t)(ev - lab->events);
}

unsigned lab_count(const struct lab *lab, size_t mark, enum event_type type, const char *name)
{
	unsigned n = 0;
	size_t i;

	for (i = mark; i < lab->n; i++)
		n += fits(&lab->events[i], type, name, NULL);
	return n;
}

const char *lab_output(struct lab *lab, const char *name, unsigned stream, size_t *len)
{
	size_t i;

	buf_reset(&lab->joined);
	for (i = 0; i < lab->n; i++)
		if (fits(&lab->events[i], EV_OUTPUT, name, NULL) && lab->events[i].stream == stream)
			buf_add(&lab->joined, lab->events[i].data, lab->events[i].data_len);
	if (len)
		*len = lab->joined.len;
	return buf_text(&lab->joined);
}

void lab_turn(struct lab *lab)
{
	turn(lab, loop_now_ns() + FIND_NS, "anything at all");
}

void lab_samples(struct lab *lab, unsigned n)
{
	uint64_t end = loop_now_ns() + FIND_NS;
	unsigned target = lab->samples + n;

	while (lab->samples < target)
		turn(lab, end, "samples");
}

const struct sample_task *lab_task(struct lab *lab, int64_t tid)
{
	const struct model *m = session_model(lab->session);
	size_t i;

	for (i = 0; i < m->ntasks; i++)
		if (m->tasks[i].tid == tid)
			return &m->tasks[i];
	fail_msg("no sample has task %lld", (long long)tid);
	return NULL;
}

uint64_t lab_stream(struct lab *lab, bool on, uint32_t slots)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	if (session_traces(lab->session) == on)
		return 0; /* a test before failed */
	session_trace(lab->session, on, slots);
	ev = lab_wait(lab, mark, EV_TRACE, NULL, NULL);
	assert_string_equal(ev->text, "");
	assert_int_equal(ev->code, 0);
	assert_int_equal(ev->flag, on);
	assert_int_equal(session_traces(lab->session), on);
	return ev->count;
}

void lab_gone(struct lab *lab)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;

	while (!lab->gone && loop_now_ns() < end)
		loop_turn(&lab->loop, 1000);
	assert_true(lab->gone);
}

void lab_back(struct lab *lab, size_t mark)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;

	while (!lab_find(lab, mark, EV_HOST_LOG, NULL, "back at checkpoint")) {
		if (loop_now_ns() >= end)
			give_up(lab, "the checkpoint");
		loop_turn(&lab->loop, 1000);
	}
}

int lab_save(struct lab *lab, char screen)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;
	struct err err = ERR_INIT;

	if (session_save(lab->session, screen, &err))
		fail_msg("%s", err.msg);
	while (!lab->saved || !lab->gone) {
		if (loop_now_ns() >= end)
			give_up(lab, "the saved checkpoint");
		loop_turn(&lab->loop, 1000);
	}
	return lab->saved_code;
}

void lab_pass(struct lab *lab, uint64_t ns)
{
	uint64_t now, end = loop_now_ns() + ns;

	while (!lab->gone && (now = loop_now_ns()) < end)
		loop_turn(&lab->loop, (int)((end - now) / 1000000) + 1);
}

struct session *lab_session(struct lab *lab)
{
	return lab->session;
}

void lab_must_say(const struct event *ev, enum event_type type, const char *words)
{
	if (ev->type != type || !strstr(ev->text, words))
		fail_msg("expected '%s', it says: %s", words, ev->text);
}

int lab_setup(void **state)
{
	*state = lab_boot(&(struct lab_config){.topology = {1, 1, 2, 1}});
	return 0;
}

int lab_setup_told(void **state)
{
	*state = lab_boot(&(struct lab_config){.topology = {1, 1, 2, 1}, .observe = OBSERVE_GUEST});
	return 0;
}

int lab_teardown(void **state)
{
	lab_end(*state);
	return 0;
}

const struct model_group *lab_group(struct lab *lab, const char *name)
{
	return model_group(session_model(lab_session(lab)), name);
}

void lab_checkpoint(struct lab *lab, const char *name)
{
	size_t mark = lab_mark(lab);
	struct err err = ERR_INIT;
	char text[100];

	snprintf(text, sizeof(text), "checkpoint '%s'", name);
	if (session_checkpoint(lab_session(lab), name, &err))
		fail_msg("%s", err.msg);
	assert_null(strstr(lab_wait(lab, mark, EV_HOST_LOG, NULL, text)->text, "no checkpoint"));
}

char lab_folder[64], lab_journal[128];

int lab_folder_setup(void **state)
{
	strcpy(lab_folder, "/tmp/scxplore-test-XXXXXX");
	assert_non_null(mkdtemp(lab_folder));
	snprintf(lab_journal, sizeof(lab_journal), "%s/a.session", lab_folder);
	return 0;
}

int lab_folder_teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", lab_folder);
	return system(command);
}
