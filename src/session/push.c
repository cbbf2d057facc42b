/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * push - files into the guest: the agent asks, this answers; see transfer.h.
 *
 * A file is read twice: once for its hash, which tells the agent whether it has it, and once to be
 * sent; when the two differ somebody wrote to it meanwhile and the op fails. Long files are looked
 * at in pieces between the turns of the loop.
 * Invariant: an answer is sent only to the ask or want it belongs to.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "session/transfer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 4 << 20 }; /* of a file that is looked at, in one turn of the loop */

static void answer(struct transfer *t);

static void close_file(struct push *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void push_drop(struct transfer *t)
{
	struct push *p = &t->push;
	loop_id timer = p->timer;

	loop_arm(t->loop, timer, 0, 0);
	compile_cancel(p->compile);
	supply_finish(&p->supply);
	free(p->files);
	close_file(p);
	*p = (struct push){.fd = -1, .timer = timer};
}

static void refuse(struct transfer *t, int code, const char *text)
{
	struct wire_writer *w = transfer_begin();
	uint64_t seq = t->push.seq;

	push_drop(t);
	files_put_refusal(w, &(struct files_refusal){.code = (uint32_t)code, .text = text});
	transfer_send(t, w, WIRE_FILE_REFUSED, seq);
}

/* ---- what there is -------------------------------------------------------------------------- */

/* SHA-256 over all of it: places, kinds, modes, content. */
static void digest(const struct push *p, char hex[2 * SHA256_SIZE + 1])
{
	uint8_t hash[SHA256_SIZE];
	struct sha256 s;
	size_t i;

	sha256_init(&s);
	for (i = 0; i < p->supply.set.n; i++) {
		const struct include_entry *e = &p->supply.set.entries[i];
		uint8_t head[2] = {(uint8_t)e->kind, (uint8_t)(e->mode >> 6)};

		sha256_add(&s, head, sizeof(head));
		sha256_add(&s, e->guest, strlen(e->guest) + 1);
		if (e->kind == INCLUDE_FILE)
			sha256_add(&s, p->files[i].hash, SHA256_SIZE);
		else if (e->kind == INCLUDE_LINK)
			sha256_add(&s, e->source, strlen(e->source) + 1);
	}
	sha256_end(&s, hash);
	sha256_hex(hash, hex);
}

/* For the record: what a replay on another day is held against. */
static void tell(struct transfer *t)
{
	struct push *p = &t->push;
	char named[2 * SHA256_SIZE + 1], all[2 * SHA256_SIZE + 1];
	uint64_t bytes = 0, n = 0;
	size_t i;

	if (p->told || !p->supply.set.n)
		return;
	p->told = true;
	for (i = 0; i < p->supply.set.n; i++) {
		n += p->supply.set.entries[i].kind == INCLUDE_FILE;
		bytes += p->files[i].size;
	}
	digest(p, all);
	if (p->supply.set.entries[0].kind == INCLUDE_FILE)
		sha256_hex(p->files[0].hash, named);
	else
		strcpy(named, all);
	t->ops->emit(t->arg,
		     &(struct event){.type = EV_PUSHED,
				     .seq = p->seq,
				     .path = p->supply.source ? p->supply.source
							      : p->supply.set.entries[0].source,
				     .count = bytes,
				     .id = n,
				     .text = named,
				     .name = all,
				     .cgroup = "",
				     .data = ""});
}

static void send_entry(struct transfer *t)
{
	static const enum files_kind kinds[] = {[INCLUDE_FILE] = FILES_FILE,
						[INCLUDE_LINK] = FILES_LINK,
						[INCLUDE_FOLDER] = FILES_FOLDER};
	struct push *p = &t->push;
	const struct include_entry *e;
	struct files_entry f = {.index = p->index, .path = "", .target = ""};
	struct wire_writer *w;

	if (p->index >= p->supply.set.n) {
		tell(t);
		f.index = (uint32_t)p->supply.set.n;
		f.path = p->supply.program ? p->supply.program : "";
	} else {
		e = &p->supply.set.entries[p->index];
		f.kind = kinds[e->kind];
		f.mode = e->mode;
		f.path = e->guest;
		if (e->kind == INCLUDE_LINK)
			f.target = e->source;
		f.size = p->files[p->index].size;
		memcpy(f.hash, p->files[p->index].hash, sizeof(f.hash));
	}
	w = transfer_begin();
	files_put_entry(w, &f);
	transfer_send(t, w, WIRE_FILE_ENTRY, p->seq);
}

/* 0, or refused. */
static int open_file(struct transfer *t, uint32_t index)
{
	struct push *p = &t->push;
	const char *path = p->supply.set.entries[index].source;
	struct stat st;
	struct err err = ERR_INIT;

	close_file(p);
	p->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (p->fd < 0 || fstat(p->fd, &st) < 0)
		err_sys(&err, errno, "read '%s'", path);
	else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > FILES_SIZE_MAX)
		err_set(&err, EFBIG, "'%s' is %s: at most %u GiB of a plain file are sent", path,
			S_ISREG(st.st_mode) ? "too large" : "no file",
			(unsigned)(FILES_SIZE_MAX >> 30));
	if (err.code) {
		refuse(t, err.code, err.msg);
		return -err.code;
	}
	p->index = index;
	p->at = 0;
	sha256_init(&p->sha);
	return 0;
}

/* Of the open file; -1 = refused. */
static ssize_t read_some(struct transfer *t, void *dst, size_t size)
{
	struct push *p = &t->push;
	ssize_t n = pread(p->fd, dst, size, (off_t)p->at);
	struct err err = ERR_INIT;

	if (n < 0) {
		err_sys(&err, errno, "read '%s'", p->supply.set.entries[p->index].source);
		refuse(t, err.code, err.msg);
		return -1;
	}
	sha256_add(&p->sha, dst, (size_t)n);
	p->at += (uint64_t)n;
	return n;
}

static void on_look(void *arg)
{
	static uint8_t chunk[256 << 10];
	struct transfer *t = arg;
	struct push *p = &t->push;
	struct push_file *f;
	size_t done = 0;
	ssize_t n = 1;

	if (!p->active || p->fd < 0 || p->sending)
		return;
	while (done < PIECE && (n = read_some(t, chunk, sizeof(chunk))) > 0)
		done += (size_t)n;
	if (n < 0)
		return;
	if (n) {
		loop_arm(t->loop, p->timer, 1, 0);
		return;
	}
	f = &p->files[p->index];
	sha256_end(&p->sha, f->hash);
	f->size = p->at;
	f->known = true;
	close_file(p);
	send_entry(t);
}

static void answer(struct transfer *t)
{
	struct push *p = &t->push;
	uint32_t i = p->index;

	p->sending = p->sent = false;
	if (i >= p->supply.set.n || p->supply.set.entries[i].kind != INCLUDE_FILE ||
	    p->files[i].known) {
		send_entry(t);
		return;
	}
	if (open_file(t, i) == 0)
		on_look(t);
}

/* ---- a fresh beginning ------------------------------------------------------------------------ */

/* The guest's files are in its memory: what is larger need not be read to know that it is none of
 * them and does not fit. 0, or refused. */
static int check_room(struct transfer *t)
{
	const struct include_set *set = &t->push.supply.set;
	char text[300], amount[32];
	uint64_t need = 0;
	struct stat st;
	size_t i;

	for (i = 0; i < set->n; i++)
		if (set->entries[i].kind == INCLUDE_FILE && stat(set->entries[i].source, &st) == 0)
			need += (uint64_t)st.st_size;
	if (!t->memory_mib || need < (uint64_t)t->memory_mib << 20)
		return 0;
	text_format_size(amount, sizeof(amount), need);
	snprintf(text, sizeof(text),
		 "'%.100s' has %s, and the guest, whose files are in its memory, has %u MiB of that: "
		 "start it with more --memory",
		 set->entries[0].source, amount, t->memory_mib);
	refuse(t, ENOSPC, text);
	return -ENOSPC;
}

static void set_is_known(struct transfer *t)
{
	struct push *p = &t->push;

	if (check_room(t) < 0)
		return;
	p->files = xcalloc(p->supply.set.n + 1, sizeof(*p->files));
	answer(t);
}

static void tell_uses(struct transfer *t, const char *const *paths, size_t n, bool all)
{
	if (t->ops->uses)
		t->ops->uses(t->arg, t->ops->op(t->arg, t->push.of), paths, n, all);
}

static void tell_source(struct transfer *t)
{
	char **paths;
	size_t n;

	if (compile_depends(t->push.compile, &paths, &n) < 0)
		return;
	tell_uses(t, (const char *const *)paths, n, true);
	while (n)
		free(paths[--n]);
	free(paths);
}

static const char *first_error(const char *said)
{
	static char line[400];
	const char *at = strstr(said, "error:");

	while (at && at > said && at[-1] != '\n')
		at--;
	at = at ? at : said;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static void on_compiled(void *arg, const char *object, const char *said)
{
	struct transfer *t = arg;
	struct push *p = &t->push;
	cleanup_free char *lines = xstrdup(said), *text = NULL;
	char *rest = lines, *line;
	struct err err = ERR_INIT;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			transfer_log(t, object ? 4 : 3, line);
	if (!object) {
		text = xasprintf("compile scheduler '%.200s': %s", p->supply.source,
				 first_error(said));
		refuse(t, ENOEXEC, text);
		return;
	}
	tell_source(t);
	if (supply_object(&p->supply, object, &err) < 0)
		refuse(t, err.code, err.msg);
	else
		set_is_known(t);
}

static void begin(struct transfer *t, uint64_t seq, const struct files_ask *ask)
{
	struct push *p = &t->push;
	const struct op *op = t->ops->op(t->arg, ask->of), *asking = t->ops->op(t->arg, seq);
	struct err err = ERR_INIT;

	push_drop(t);
	p->active = true;
	p->seq = seq;
	p->of = ask->of;
	if (!op || !asking || ask->of > seq || ask->index) {
		refuse(t, EPROTO, "the guest asked for files of no op");
		return;
	}
	if (supply_find(&p->supply, op, &err) < 0) {
		refuse(t, err.code, err.msg);
		return;
	}
	if (!p->supply.source) {
		if (p->supply.set.n)
			tell_uses(t, &(const char *){p->supply.set.entries[0].source}, 1, true);
		set_is_known(t);
		return;
	}
	/* before it is compiled: one that fails is saved again soon */
	tell_uses(t, &(const char *){p->supply.source}, 1, false);
	p->compile = compile_start(t->loop, p->supply.source, on_compiled, t, &err);
	if (!p->compile)
		refuse(t, err.code, err.msg);
}

/* ---- content ---------------------------------------------------------------------------------- */

static void send_sent(struct transfer *t)
{
	struct push *p = &t->push;
	const struct push_file *f = &p->files[p->index];
	uint8_t hash[SHA256_SIZE];
	char text[300];
	struct wire_writer *w;

	sha256_end(&p->sha, hash);
	if (memcmp(hash, f->hash, sizeof(hash))) {
		snprintf(text, sizeof(text), "'%.200s' was written to while it was sent: try again",
			 p->supply.set.entries[p->index].source);
		refuse(t, EAGAIN, text);
		return;
	}
	close_file(p);
	p->sending = false;
	p->sent = true;
	w = transfer_begin();
	wire_put_u32(w, p->index);
	transfer_send(t, w, WIRE_FILE_SENT, p->seq);
}

static void send_content(struct transfer *t, uint64_t upto)
{
	static uint8_t chunk[FILES_CHUNK];
	struct push *p = &t->push;
	const struct push_file *f = &p->files[p->index];
	struct files_chunk c = {.index = p->index, .data = chunk};
	uint64_t from = p->at;

	while (p->at < upto) {
		uint64_t left = upto - p->at;
		struct wire_writer *w;
		ssize_t n;

		c.offset = p->at;
		n = read_some(t, chunk, left < sizeof(chunk) ? (size_t)left : sizeof(chunk));
		if (n < 0)
			return;
		c.len = (size_t)n;
		if (!n) {
			/* it is shorter than it was */
			send_sent(t);
			return;
		}
		w = transfer_begin();
		files_put_chunk(w, &c);
		transfer_send(t, w, WIRE_FILE_DATA, p->seq);
	}
	transfer_progress(t, p->seq, p->supply.set.entries[p->index].source, p->at, f->size,
			  &p->progress);
	if (p->at == f->size && (p->at > from || !f->size))
		send_sent(t);
}

static void want(struct transfer *t, const struct files_want *f)
{
	struct push *p = &t->push;
	const struct include_entry *e = f->index < p->supply.set.n ? &p->supply.set.entries[f->index]
								   : NULL;
	uint64_t size = e ? p->files[f->index].size : 0;

	if (!e || e->kind != INCLUDE_FILE || !p->files[f->index].known || f->upto > size) {
		refuse(t, EPROTO, "the guest wants a file that was not offered");
		return;
	}
	/* room that was given while the last of it was on its way */
	if (p->sent && p->index == f->index)
		return;
	if (!p->sending || p->index != f->index) {
		if (open_file(t, f->index) < 0)
			return;
		p->sending = true;
		p->progress = (struct progress){0};
	}
	/* however much it claims to have room for */
	send_content(t, f->upto < p->at + FILES_WINDOW ? f->upto : p->at + FILES_WINDOW);
}

void push_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *payload)
{
	struct push *p = &t->push;
	struct files_want w;
	struct files_ask a;

	bool asked = h->type == WIRE_FILE_ASK && files_get_ask(payload, &a);

	if (asked && a.fresh) {
		begin(t, h->seq, &a);
		return;
	}
	/* late, or never begun */
	if (!p->active || p->seq != h->seq || !p->files)
		return;
	if (asked && a.index <= p->supply.set.n) {
		p->index = a.index;
		close_file(p);
		answer(t);
	} else if (h->type == WIRE_FILE_WANT && files_get_want(payload, &w)) {
		want(t, &w);
	} else {
		refuse(t, EPROTO, "the guest asked for a file in a way that makes no sense");
	}
}

void push_init(struct transfer *t)
{
	t->push = (struct push){.fd = -1, .timer = loop_add_timer(t->loop, on_look, t)};
}

void push_finish(struct transfer *t)
{
	push_drop(t);
	loop_remove(t->loop, t->push.timer);
}
