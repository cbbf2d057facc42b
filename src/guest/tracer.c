/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracer - see tracer.h. Invariant: one job at a time; what the host wants next is done after it.
 */
#include "guest/tracer.h"

#include "base/cleanup.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/wire_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OPEN_DEADLINE_NS 30000000000ull
#define PFN_MASK         ((UINT64_C(1) << 55) - 1) /* Documentation/admin-guide/mm/pagemap.rst */

enum { FD_HEADS, FD_RECORDS, FD_NAMES, MAPS, PAGES_ALL = WIRE_TRACE_PAGES };

static unsigned ncpus;
static bool busy, quiet;
static enum wire_trace_want wanted, opening, on;
static uint32_t wanted_slots, slots;
static int fds[JOB_FDS_MAX], nfds; /* maps, then links */
static void *mapped[MAPS];
static size_t sizes[MAPS];
static uint64_t frames[PAGES_ALL];

static void go_on(void);

void tracer_init(unsigned n)
{
	ncpus = n;
}

static void say(bool is_on, int code, const char *text, uint64_t missed)
{
	port_event(&(struct event){
		.type = EV_TRACE, .flag = is_on, .code = code, .text = text, .count = missed});
}

static void unmap(void)
{
	int i;

	for (i = 0; i < MAPS; i++) {
		if (mapped[i])
			munmap(mapped[i], sizes[i]);
		mapped[i] = NULL;
	}
}

static size_t whole_pages(size_t bytes)
{
	return (bytes + WIRE_TRACE_PAGE - 1) / WIRE_TRACE_PAGE * WIRE_TRACE_PAGE;
}

static int map(void)
{
	int i;

	sizes[FD_HEADS] = whole_pages(sizeof(struct trace_head));
	sizes[FD_RECORDS] = whole_pages(ncpus * TRACE_RING((size_t)slots));
	sizes[FD_NAMES] = whole_pages(TRACE_NAMES * sizeof(struct trace_name_slot));
	for (i = 0; i < MAPS; i++) {
		mapped[i] = mmap(NULL, sizes[i], PROT_READ, MAP_SHARED, fds[i], 0);
		if (mapped[i] == MAP_FAILED) {
			mapped[i] = NULL;
			return errno;
		}
	}
	return 0;
}

static int frames_of(int pagemap, int which, uint64_t *dst)
{
	size_t n = sizes[which] / WIRE_TRACE_PAGE, i;
	off_t at = (off_t)((uintptr_t)mapped[which] / WIRE_TRACE_PAGE * 8);

	/* a page has its frame in the table when it was looked at once */
	for (i = 0; i < n; i++)
		(void)*((volatile const uint8_t *)mapped[which] + i * WIRE_TRACE_PAGE);
	if (pread(pagemap, dst, n * 8, at) != (ssize_t)(n * 8))
		return EIO;
	for (i = 0; i < n; i++) {
		dst[i] &= PFN_MASK;
		if (!dst[i])
			return EFAULT;
	}
	return 0;
}

static int tell_rings(void)
{
	cleanup_fd int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	struct wire_trace_rings t = {.ncpus = ncpus, .slots = slots};
	struct wire_trace_pages *pages[MAPS] = {&t.heads, &t.records, &t.names};
	struct wire_writer *w;
	size_t n = 0;
	int i, e = 0;

	if (pagemap < 0)
		return errno;
	for (i = 0; i < MAPS && !e; i++) {
		if (n + sizes[i] / WIRE_TRACE_PAGE > PAGES_ALL)
			return E2BIG;
		e = frames_of(pagemap, i, frames + n);
		pages[i]->frames = (const uint8_t *)(frames + n);
		pages[i]->n = (uint32_t)(sizes[i] / WIRE_TRACE_PAGE);
		n += pages[i]->n;
	}
	if (e)
		return e;
	w = port_begin();
	wire_trace_put(w, &t);
	return port_end(w, WIRE_TRACE_RINGS, 0) ? 0 : ENOBUFS;
}

static void closed(int code, const char *text, uint64_t missed)
{
	busy = false;
	on = WIRE_TRACE_OFF;
	if (!quiet)
		say(false, code, text, missed);
	quiet = false;
}

static void on_closed(void *arg, struct job_reply *r)
{
	closed(r->code, r->text, r->num);
	go_on();
}

/* A hand, for letting go changes the kernel's code and waits for its programs to end. */
static void let_go(void)
{
	struct err err = ERR_INIT;

	busy = !pool_send(pool_job(JOB_TRACE_CLOSE), fds, nfds, POOL_DEADLINE_NS,
			  "the stream of switches", on_closed, NULL, &err);
	nfds = 0;
	if (!busy)
		closed(err.code, err.msg, 0);
}

static void on_opened(void *arg, struct job_reply *r)
{
	int e = r->code;
	const char *text = r->text;

	busy = false;
	if (!e) {
		on = opening;
		memcpy(fds, r->fds, sizeof(fds));
		nfds = r->nfds;
		r->nfds = 0;
	}
	/* whoever asked is gone; who is there now may ask for the same */
	if (quiet) {
		if (on)
			let_go();
		else
			quiet = false;
		go_on();
		return;
	}
	if (on) {
		e = nfds > MAPS ? map() : EPROTO;
		if (!e)
			e = tell_rings();
		text = e ? "the rings of the stream of switches could not be made readable"
			 : r->path;
	}
	if (e) {
		wanted = WIRE_TRACE_OFF;
		say(false, e, text, 0);
		if (on)
			let_go();
		return;
	}
	say(true, 0, text, 0);
	go_on();
}

static void go_on(void)
{
	struct err err = ERR_INIT;
	struct wire_writer *w;

	if (busy || wanted == on)
		return;
	if (on) {
		let_go();
		return;
	}
	unmap();
	slots = wanted == WIRE_TRACE_NAMES ? TRACE_SLOTS_MIN : wire_trace_slots(ncpus, wanted_slots);
	opening = wanted;
	w = pool_job(JOB_TRACE_OPEN);
	wire_put_u32(w, ncpus);
	wire_put_u32(w, slots);
	wire_put_u8(w, opening == WIRE_TRACE_NAMES);
	busy = !pool_send(w, NULL, 0, OPEN_DEADLINE_NS, "the stream of switches", on_opened, NULL,
			  &err);
	if (!busy) {
		wanted = WIRE_TRACE_OFF;
		say(false, err.code, err.msg, 0);
	}
}

void tracer_forget(void)
{
	wanted = WIRE_TRACE_OFF;
	/* who is there now has not asked */
	quiet = on || busy;
	go_on();
}

void tracer_frame(const struct wire_header *h, struct wire_reader *p)
{
	uint8_t want = wire_get_u8(p);

	wanted = want > WIRE_TRACE_NAMES ? WIRE_TRACE_ALL : (enum wire_trace_want)want;
	wanted_slots = wire_get_u32(p);
	go_on();
}
