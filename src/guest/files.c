/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files - see files.h. First every entry is asked for and compared in a hand, then there must be
 * room, then those that differ come, the last first. Each step is one question to the host or one
 * job of a hand; a write and a piece on its way overlap.
 * Invariant: `generation` counts fetches, so that a late answer of a hand meets nobody.
 */
#include "guest/files.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_DEADLINE_NS 120000000000ull /* it compiles, or reads a slow disk */

enum { WAITING_MAX = LINE_SIDES_MAX + 1, MADE_BYTES = 128 << 10, CAME_MAX = 1024 };

enum phase {
	PHASE_NONE,
	PHASE_ASK,     /* an entry, to compare it */
	PHASE_COMPARE,
	PHASE_ROOM,
	PHASE_ASK_AGAIN, /* an entry, to have it */
	PHASE_MAKE,
	PHASE_CONTENT,
	PHASE_PLACE,
	PHASE_SETTLE, /* all have their place, or what has is taken back */
};

struct waiting {
	struct line *line; /* NULL = free */
	uint64_t of;
	uint64_t order;
	files_then then;
};

/* What came with the initramfs, WIRE_CONFIG_CAME. */
static struct {
	uint64_t seq;
	const char *path; /* in the script */
} came[CAME_MAX];
static size_t ncame;
static bool alone; /* the host is not asked */
static loop_id alone_timer;

static struct loop *loop;
static struct waiting waiting[WAITING_MAX];
static uint64_t orders, generation;

static struct {
	enum phase phase;
	struct line *line;
	uint64_t seq, of;
	files_then then;
	uint32_t index, count;
	uint8_t wanted[FILES_MAX / 8 + 1];
	uint32_t files, sent;
	uint64_t need, bytes;
	char program[FILES_PATH_MAX];
	/* the file that is coming */
	char path[FILES_PATH_MAX];
	uint32_t mode;
	uint64_t size, received, written, wanted_upto;
	unsigned writing; /* jobs */
	bool whole;	  /* the host said so */
	int fd;
	/* what is there already, for the case that it is cut: struct files_made */
	uint8_t made[MADE_BYTES];
	size_t made_len;
	uint32_t nmade, unknown;
	bool replaced; /* one of them at least */
	struct err err;
} now = {.fd = -1};

static void serve(void);

static void on_alone(void *arg);

void files_init(struct loop *lp)
{
	loop = lp;
	alone_timer = loop_add_timer(loop, on_alone, NULL);
}

static void *mark(void)
{
	return (void *)(uintptr_t)generation;
}

static void send_frame(enum wire_type type, struct wire_writer *w)
{
	port_end(w, type, now.seq);
	line_timer(now.line, HOST_DEADLINE_NS);
}

/* ---- the end ---- */

static void finish(int code, const char *text)
{
	struct files_result r = {.code = code,
				 .text = text,
				 .program = now.program,
				 .files = now.files,
				 .sent = now.sent,
				 .bytes = now.bytes};
	struct line *l = now.line;
	files_then then = now.then;

	generation++;
	now.phase = PHASE_NONE;
	now.line = NULL;
	if (now.fd >= 0)
		close(now.fd);
	now.fd = -1;
	line_timer(l, 0);
	then(l, &r);
	serve();
}

static void on_settled(void *arg, struct job_reply *r)
{
	if (arg != mark() || now.phase != PHASE_SETTLE)
		return;
	if (r->code)
		port_log(4, "%s", r->text);
	if (now.err.code && now.unknown)
		port_log(4, "%u files that were sent stay in the guest", now.unknown);
	finish(now.err.code, now.err.msg);
}

/* All of it is kept, or, with now.err, taken back. */
static void settle(void)
{
	struct wire_reader made = {.data = now.made, .len = now.made_len};
	struct files_made m;
	struct wire_writer *w;

	generation++;
	now.phase = PHASE_SETTLE;
	w = pool_job(JOB_FILE_SETTLE);
	wire_put_u8(w, !now.err.code);
	wire_put_u32(w, now.nmade);
	while (files_get_made(&made, &m))
		files_put_made(w, &m);
	line_timer(now.line, 0);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, "", on_settled, mark(), NULL))
		finish(now.err.code, now.err.msg);
}

static void fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fail(int code, const char *fmt, ...)
{
	va_list ap;

	now.err.code = code ? code : EIO;
	va_start(ap, fmt);
	vsnprintf(now.err.msg, sizeof(now.err.msg), fmt, ap);
	va_end(ap);
	if (now.nmade)
		settle();
	else
		finish(now.err.code, now.err.msg);
}

static bool room_for_note(const char *path)
{
	return now.nmade < FILES_MADE_MAX && now.made_len + strlen(path) + 16 < MADE_BYTES;
}

static void note_made(const struct job_reply *r)
{
	struct wire_writer w = {.data = now.made, .size = sizeof(now.made), .len = now.made_len};

	if (!room_for_note(now.path) || (!r->flag && !r->num)) {
		now.unknown++;
		return;
	}
	files_put_made(&w, &(struct files_made){.replaced = r->num,
						.above = r->id > 255 ? 255 : (uint8_t)r->id,
						.index = now.index,
						.path = now.path});
	now.made_len = w.len;
	now.nmade++;
	now.replaced |= r->num != 0;
}

bool files_cancel(struct line *l, int code, const char *why)
{
	unsigned i;

	for (i = 0; i < WAITING_MAX; i++) {
		struct files_result r = {.code = code, .text = why, .program = ""};

		if (waiting[i].line != l)
			continue;
		waiting[i].line = NULL;
		waiting[i].then(l, &r);
		return true;
	}
	if (now.phase == PHASE_NONE || now.line != l)
		return false;
	if (now.phase != PHASE_SETTLE)
		fail(code, "%s%s%s", why, *now.path ? " on the way: " : "", now.path);
	return true;
}

bool files_timeout(struct line *l)
{
	if (now.phase == PHASE_NONE || now.line != l)
		return false;
	if (now.phase != PHASE_SETTLE)
		fail(ETIMEDOUT, "the host has sent nothing for %llus",
		     HOST_DEADLINE_NS / 1000000000ull);
	return true;
}

bool files_busy(const struct line *l)
{
	return now.phase != PHASE_NONE && now.line == l;
}

/* ---- questions to the host ---- */

static void ask(enum phase phase, uint32_t index, bool fresh)
{
	struct wire_writer *w = port_begin();

	now.phase = phase;
	now.index = index;
	files_put_ask(w, &(struct files_ask){.index = index, .of = now.of, .fresh = fresh});
	send_frame(WIRE_FILE_ASK, w);
}

static void want(void)
{
	uint64_t upto = now.written + FILES_WINDOW;
	struct wire_writer *w = port_begin();

	upto = upto < now.size ? upto : now.size;
	if (upto && upto == now.wanted_upto)
		return;
	now.wanted_upto = upto;
	files_put_want(w, &(struct files_want){.index = now.index, .upto = upto});
	send_frame(WIRE_FILE_WANT, w);
}

static bool is_wanted(uint32_t i)
{
	return now.wanted[i / 8] >> (i % 8) & 1;
}

/* From `i` downwards the next that is not there yet; what was named has index 0 and comes last. */
static void next_wanted(uint32_t i)
{
	while (i && !is_wanted(i - 1))
		i--;
	if (i)
		ask(PHASE_ASK_AGAIN, i - 1, false);
	else if (now.replaced)
		settle();
	else
		finish(0, "");
}

/* ---- answers of the hands ---- */

static int send_job(struct wire_writer *w, const int *fds, int nfds, pool_fn fn)
{
	struct err err = ERR_INIT;
	int r = pool_send(w, fds, nfds, POOL_DEADLINE_NS, now.path, fn, mark(), &err);

	if (r)
		fail(err.code, "%s", err.msg);
	return r;
}

static bool is_late(void *arg, struct job_reply *r, enum phase phase)
{
	if (!r->last)
		return true;
	if (arg == mark() && now.phase == phase)
		return false;
	while (r->nfds)
		close(r->fds[--r->nfds]);
	return true;
}

static void on_compared(void *arg, struct job_reply *r)
{
	if (is_late(arg, r, PHASE_COMPARE))
		return;
	if (r->code) {
		fail(r->code, "%s", r->text);
		return;
	}
	if (!r->flag) {
		now.wanted[now.index / 8] |= (uint8_t)(1 << now.index % 8);
		now.need += (now.size + 4095) & ~UINT64_C(4095);
	}
	now.files += now.mode != UINT32_MAX;
	ask(PHASE_ASK, now.index + 1, false);
}

static void on_room(void *arg, struct job_reply *r)
{
	if (is_late(arg, r, PHASE_ROOM))
		return;
	if (r->code)
		fail(r->code, "%s", r->text);
	else
		next_wanted(now.count);
}

static void on_placed(void *arg, struct job_reply *r)
{
	if (is_late(arg, r, PHASE_PLACE))
		return;
	if (r->code) {
		fail(r->code, "%s", r->text);
		return;
	}
	note_made(r);
	now.sent++;
	now.bytes += now.size;
	next_wanted(now.index);
}

static void place(void)
{
	struct wire_writer *w = pool_job(JOB_FILE_PLACE);
	int fd = now.fd;

	now.phase = PHASE_PLACE;
	now.fd = -1;
	wire_put_str(w, now.path);
	wire_put_u32(w, now.mode);
	wire_put_u32(w, now.index);
	wire_put_u8(w, room_for_note(now.path));
	send_job(w, &fd, 1, on_placed);
}

static void on_written(void *arg, struct job_reply *r)
{
	if (is_late(arg, r, PHASE_CONTENT))
		return;
	now.writing--;
	if (r->code) {
		fail(r->code, "%s", r->text);
		return;
	}
	if (r->num > now.written)
		now.written = r->num;
	if (now.received < now.size)
		want();
	else if (!now.writing && now.whole)
		place();
}

static void on_made(void *arg, struct job_reply *r)
{
	if (is_late(arg, r, PHASE_MAKE))
		return;
	if (r->code) {
		fail(r->code, "%s", r->text);
		return;
	}
	if (r->nfds == 1) {
		now.fd = r->fds[0];
		r->nfds = 0;
		now.received = now.written = now.wanted_upto = 0;
		now.writing = 0;
		now.whole = false;
		now.phase = PHASE_CONTENT;
		want();
		return;
	}
	note_made(r);
	next_wanted(now.index);
}

/* ---- frames of the host ---- */

static void take_entry(const struct files_entry *e)
{
	bool again = now.phase == PHASE_ASK_AGAIN;
	struct wire_writer *w;

	if (e->index != now.index || (e->kind == FILES_END && again)) {
		fail(EPROTO, "the host answered another question than was asked");
		return;
	}
	if (e->kind == FILES_END) {
		text_copy(now.program, sizeof(now.program), e->path);
		now.count = e->index;
		now.path[0] = '\0';
		now.phase = PHASE_ROOM;
		w = pool_job(JOB_FILE_ROOM);
		wire_put_u64(w, now.need);
		if (!now.need)
			next_wanted(now.count);
		else
			send_job(w, NULL, 0, on_room);
		return;
	}
	text_copy(now.path, sizeof(now.path), e->path);
	now.size = e->kind == FILES_FILE ? e->size : 0;
	now.mode = e->kind == FILES_FILE ? e->mode : UINT32_MAX;
	now.phase = again ? PHASE_MAKE : PHASE_COMPARE;
	w = pool_job(again ? JOB_FILE_MAKE : JOB_FILE_CHECK);
	if (again)
		wire_put_u8(w, room_for_note(now.path));
	files_put_entry(w, e);
	send_job(w, NULL, 0, again ? on_made : on_compared);
}

static void take_data(const struct files_chunk *c)
{
	struct wire_writer *w = pool_job(JOB_FILE_WRITE);
	int fd;

	if (c->index != now.index || c->offset != now.received || !c->len ||
	    c->len > now.size - now.received || c->offset + c->len > now.written + FILES_WINDOW) {
		fail(EPROTO, "the host sent a piece of '%s' that was not asked for", now.path);
		return;
	}
	fd = fcntl(now.fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0) {
		fail(errno, "write '%s': %s", now.path, strerror(errno));
		return;
	}
	now.received += c->len;
	now.writing++;
	files_put_chunk(w, c);
	send_job(w, &fd, 1, on_written);
}

void files_frame(const struct wire_header *h, struct wire_reader *p)
{
	struct files_refusal refusal;
	struct files_entry e;
	struct files_chunk c;

	/* late words about one that has ended */
	if (now.phase == PHASE_NONE || now.phase == PHASE_SETTLE || h->seq != now.seq)
		return;
	if (h->type == WIRE_FILE_REFUSED && files_get_refusal(p, &refusal)) {
		fail((int)refusal.code, "%s", refusal.text);
	} else if (h->type == WIRE_FILE_ENTRY && files_get_entry(p, &e) &&
		   (now.phase == PHASE_ASK || now.phase == PHASE_ASK_AGAIN)) {
		take_entry(&e);
	} else if (h->type == WIRE_FILE_DATA && files_get_chunk(p, &c) &&
		   now.phase == PHASE_CONTENT) {
		take_data(&c);
	} else if (h->type == WIRE_FILE_SENT && now.phase == PHASE_CONTENT &&
		   wire_get_u32(p) == now.index && now.received == now.size) {
		now.whole = true;
		if (!now.writing)
			place();
	} else {
		fail(EPROTO, "the host sent a frame about a file that makes no sense");
	}
}

/* ---- what came along ---- */

void files_came(const char *seq_and_path)
{
	char *end;
	uint64_t seq = strtoull(seq_and_path, &end, 10);

	alone = true;
	if (!seq || *end != ' ')
		return;
	if (ncame == CAME_MAX) {
		port_log(3, "more than %d ops have files with them: '%.80s' is left out", CAME_MAX,
			 end + 1);
		return;
	}
	came[ncame].seq = seq;
	came[ncame++].path = end + 1;
}

static void on_alone(void *arg)
{
	size_t i;

	if (now.phase != PHASE_ROOM || !alone)
		return;
	for (i = 0; i < ncame; i++)
		if (came[i].seq == now.of)
			text_copy(now.program, sizeof(now.program), came[i].path);
	now.files = *now.program != '\0';
	finish(0, "");
}

/* ---- beginning ---- */

static void begin(const struct waiting *w)
{
	now.line = w->line;
	now.seq = line_seq(w->line);
	now.of = w->of;
	now.then = w->then;
	now.files = now.sent = now.count = 0;
	now.need = now.bytes = 0;
	now.path[0] = now.program[0] = '\0';
	now.made_len = 0;
	now.nmade = now.unknown = 0;
	now.replaced = false;
	now.err.code = 0;
	now.err.msg[0] = '\0';
	memset(now.wanted, 0, sizeof(now.wanted));
	if (alone) {
		now.phase = PHASE_ROOM;
		loop_arm(loop, alone_timer, 1, 0);
	} else {
		ask(PHASE_ASK, 0, true);
	}
}

static void serve(void)
{
	struct waiting *best = NULL, w;
	unsigned i;

	for (i = 0; i < WAITING_MAX; i++)
		if (waiting[i].line && (!best || waiting[i].order < best->order))
			best = &waiting[i];
	if (!best || now.phase != PHASE_NONE)
		return;
	w = *best;
	best->line = NULL;
	begin(&w);
}

void files_fetch(struct line *l, uint64_t of, files_then then)
{
	unsigned i;

	/* a line has one op at a time, so there is always room */
	for (i = 0; i < WAITING_MAX; i++)
		if (!waiting[i].line)
			break;
	waiting[i] = (struct waiting){.line = l, .of = of, .then = then, .order = orders++};
	serve();
}

void files_words(const struct files_result *r, char *dst, size_t size)
{
	char amount[32];

	text_format_size(amount, sizeof(amount), r->bytes);
	if (!r->sent)
		snprintf(dst, size, "%s", r->files == 1 ? "it is there already"
							: "all of it is there already");
	else if (r->files == 1)
		snprintf(dst, size, "sent, %s", amount);
	else
		snprintf(dst, size, "%u of %u files sent, %s", r->sent, r->files, amount);
}
