/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pull - see pull.h. Open, then read and send in turns, then the end, then the host's last word.
 * Invariant: `generation` counts pulls, so that a late answer of a hand meets nobody.
 */
#include "guest/pull.h"

#include "base/text.h"
#include "guest/files.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HOST_DEADLINE_NS 60000000000ull

enum phase { PHASE_NONE, PHASE_OPEN, PHASE_READ, PHASE_HOST, PHASE_END };

static uint64_t generation;
static struct {
	enum phase phase;
	struct line *line;
	uint64_t seq;
	int fd;
	uint64_t sent, taken;
	char path[FILES_PATH_MAX];
} now = {.fd = -1};

static struct line *leave(void)
{
	struct line *l = now.line;

	if (now.fd >= 0)
		close(now.fd);
	now.fd = -1;
	now.phase = PHASE_NONE;
	now.line = NULL;
	generation++;
	return l;
}

static bool is_late(void *arg, struct job_reply *r, enum phase phase)
{
	if (r->last && (uintptr_t)arg == (uintptr_t)generation && now.phase == phase)
		return false;
	while (r->nfds)
		close(r->fds[--r->nfds]);
	return true;
}

static void fail(int code, const char *text)
{
	struct line *l = leave();

	line_failed(l, code, "%s", text);
}

static void send_job(struct wire_writer *w, const int *fds, int nfds, pool_fn fn)
{
	struct err err = ERR_INIT;

	if (pool_send(w, fds, nfds, POOL_DEADLINE_NS, now.path, fn, (void *)(uintptr_t)generation,
		      &err))
		fail(err.code, err.msg);
}

static void on_part(void *arg, struct job_reply *r);

static void read_on(void)
{
	struct wire_writer *w;
	int fd;

	if (now.sent + FILES_CHUNK > now.taken + FILES_WINDOW) {
		now.phase = PHASE_HOST;
		line_timer(now.line, HOST_DEADLINE_NS);
		return;
	}
	fd = fcntl(now.fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0) {
		fail(errno, "no more descriptors to read a file with");
		return;
	}
	now.phase = PHASE_READ;
	w = pool_job(JOB_FILE_PART);
	wire_put_u64(w, now.sent);
	wire_put_u32(w, FILES_CHUNK);
	send_job(w, &fd, 1, on_part);
}

static void on_part(void *arg, struct job_reply *r)
{
	struct files_chunk c = {.offset = now.sent, .data = r->data, .len = r->data_len};
	struct wire_writer *w;

	if (is_late(arg, r, PHASE_READ))
		return;
	if (r->code) {
		fail(r->code, r->text);
		return;
	}
	w = port_begin();
	if (!c.len) {
		wire_put_u64(w, now.sent);
		port_end(w, WIRE_PULL_END, now.seq);
		now.phase = PHASE_END;
		line_timer(now.line, HOST_DEADLINE_NS);
		return;
	}
	files_put_chunk(w, &c);
	if (!port_end(w, WIRE_PULL_DATA, now.seq)) {
		fail(ENOBUFS, "the host is behind with everything else: nothing can be sent");
		return;
	}
	now.sent += c.len;
	read_on();
}

static void on_open(void *arg, struct job_reply *r)
{
	struct wire_writer *w;

	if (is_late(arg, r, PHASE_OPEN))
		return;
	if (r->code || r->nfds != 1) {
		fail(r->code ? r->code : EIO, r->text);
		return;
	}
	now.fd = r->fds[0];
	r->nfds = 0;
	w = port_begin();
	files_put_begin(w, &(struct files_begin){
				   .size = r->num, .mode = (uint32_t)r->id, .path = now.path});
	port_end(w, WIRE_PULL_BEGIN, now.seq);
	read_on();
}

void pull_op_begin(struct line *l, const struct wire_op *op)
{
	const char *path = wire_op_str(op, WARG_GUEST_PATH);
	struct wire_writer *w = pool_job(JOB_FILE_OPEN);

	if (!path || !files_path_fits(path)) {
		line_failed(l, EINVAL, "path '%.80s' is no absolute path of a file",
			    path ? path : "");
		return;
	}
	if (now.phase != PHASE_NONE) {
		line_failed(l, EBUSY, "'%.80s' is being pulled at this moment", now.path);
		return;
	}
	generation++;
	now.line = l;
	now.seq = line_seq(l);
	now.sent = now.taken = 0;
	now.phase = PHASE_OPEN;
	text_copy(now.path, sizeof(now.path), path);
	wire_put_str(w, path);
	send_job(w, NULL, 0, on_open);
}

void pull_op_cancel(struct line *l, int code, const char *why)
{
	char text[160];

	if (now.phase == PHASE_NONE || now.line != l)
		return;
	snprintf(text, sizeof(text), "%s after %llu bytes", why, (unsigned long long)now.taken);
	fail(code, text);
}

void pull_op_timeout(struct line *l)
{
	if (now.line == l && (now.phase == PHASE_HOST || now.phase == PHASE_END))
		fail(ETIMEDOUT, "the host takes nothing more of the file");
}

void pull_frame(const struct wire_header *h, struct wire_reader *payload)
{
	struct files_taken t;
	struct line *l;

	if (now.phase == PHASE_NONE || h->seq != now.seq)
		return;
	if (!files_get_taken(payload, &t) || t.bytes < now.taken || t.bytes > now.sent) {
		fail(EPROTO, "what the host says about a file it takes makes no sense");
		return;
	}
	now.taken = t.bytes;
	if (t.state == FILES_REFUSED) {
		fail(t.code ? (int)t.code : EIO, t.text);
	} else if (t.state == FILES_IN_PLACE && now.phase == PHASE_END) {
		l = leave();
		line_done(l, "%s", t.text);
	} else if (now.phase == PHASE_HOST) {
		line_timer(now.line, 0);
		read_on();
	}
}

/* ---- push ---- */

static void on_pushed(struct line *l, const struct files_result *r)
{
	char words[96];

	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	files_words(r, words, sizeof(words));
	line_done(l, "%s", words);
}

void push_op_begin(struct line *l, const struct wire_op *op)
{
	files_fetch(l, line_seq(l), on_pushed);
}

void push_op_cancel(struct line *l, int code, const char *why)
{
	files_cancel(l, code, why);
}

void push_op_timeout(struct line *l)
{
	files_timeout(l);
}
