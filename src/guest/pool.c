/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool - jobs: the queue of those that wait, deadlines, answers. See pool.h; hands are in slot.c.
 * Invariant: a job's descriptors are closed here as soon as a hand has its own.
 */
#include "guest/pool.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/line.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/slot.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { HANDS_FIRST = 4, HANDS_IDLE_MIN = 2, WAITING_MAX = 8, HEAD = 4 };

struct waiting {
	bool used;
	uint64_t order;
	enum job_type type;
	size_t len;
	int fds[JOB_FDS_MAX];
	int nfds;
	pool_fn fn;
	void *arg;
	uint64_t deadline_ns;
	char about[128];
};

static struct loop *loop;
static struct waiting waiting[WAITING_MAX];
static uint8_t waiting_data[WAITING_MAX][JOB_MSG_MAX];
static uint64_t order;
static loop_id timer;
static unsigned patience = 1;
static uint8_t message[JOB_MSG_MAX], inbox[JOB_MSG_MAX];

static void refill(void);
static void serve(void);

static void close_fds(const int *fds, int n)
{
	while (n > 0)
		close(fds[--n]);
}

static void arm_timer(void)
{
	uint64_t now = loop_now_ns(), next = UINT64_MAX;
	size_t i;

	for (i = 0; i < HANDS_MAX; i++)
		if (slot_at(i)->state == HAND_BUSY && slot_at(i)->due_ns < next)
			next = slot_at(i)->due_ns;
	loop_arm(loop, timer, next == UINT64_MAX ? 0 : next > now ? next - now : 1, 0);
}

/* The hand has no job any more: tell whoever waits for it, once. */
/* Jobs that change where tasks may run: while one works, the kernel itself is under way. */
static bool confines(enum job_type type)
{
	static const bool does[JOB_MAX] = {
		[JOB_CGROUP_ADD] = true, [JOB_CGROUP_SET] = true, [JOB_MOVE] = true,
		[JOB_CPUSET] = true,	 [JOB_HOTPLUG] = true,	  [JOB_START] = true,
		[JOB_AFFINITY] = true,
	};

	return does[type];
}

static void end_job(struct slot *s, struct job_reply *r)
{
	if (confines(s->type))
		probe_settling(-1);

	pool_fn fn = s->fn;
	void *arg = s->arg;

	s->fn = NULL;
	r->last = true;
	if (fn)
		fn(arg, r);
}

static void end_job_lost(struct slot *s, int code, const char *text)
{
	struct job_reply r = {.code = code, .text = text, .path = "", .data = ""};

	end_job(s, &r);
}

/* Jobs that the op on the main line asked for; the rest is the agent's own business. */
static bool is_of_op(enum job_type type)
{
	static const bool own[JOB_MAX] = {
		[JOB_FORK] = true,   [JOB_SETUP] = true,  [JOB_SCAN] = true,  [JOB_SAMPLE] = true,
		[JOB_PROBES] = true, [JOB_MOUNTS] = true, [JOB_SYSRQ] = true,
		[JOB_SCHED_STATS] = true,
	};

	return !own[type];
}

static void on_timer(void *arg)
{
	uint64_t now = loop_now_ns();
	char text[256];
	size_t i;

	for (i = 0; i < HANDS_MAX; i++) {
		struct slot *s = slot_at(i);

		if (s->state != HAND_BUSY || s->due_ns > now)
			continue;
		snprintf(text, sizeof(text), "%s%s%s", job_words(s->type), *s->about ? ": " : "",
			 s->about);
		port_event(&(struct event){.type = EV_STUCK,
					   .pid = s->pid,
					   .text = text,
					   .seq = is_of_op(s->type) ? line_seq(s->arg) : 0,
					   .count = now - s->began_ns});
		s->state = HAND_LEFT;
		s->ours = true;
		kill(s->pid, SIGKILL);
		slot_close(s);
		snprintf(text, sizeof(text),
			 "the kernel did not return within %.1fs (%s): the helper "
			 "was left behind",
			 (double)(now - s->began_ns) / 1e9, job_words(s->type));
		end_job_lost(s, ETIMEDOUT, text);
	}
	arm_timer();
	refill();
	serve();
}

/* One answer, if there is one: false when not. */
static bool take_answer(struct slot *s)
{
	struct job_reply r = {0};
	struct wire_reader in;
	ssize_t n = job_recv(s->fd, inbox, sizeof(inbox), r.fds, &r.nfds, MSG_DONTWAIT);

	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		/* dead or dying: the reaper tells the rest */
		loop_remove(loop, s->source);
		s->source = -1;
		return false;
	}
	in = (struct wire_reader){.data = inbox, .len = (size_t)n};
	if (!job_get_reply(&in, &r) || s->state != HAND_BUSY) {
		close_fds(r.fds, r.nfds);
		return true;
	}
	s->cpu_ns = r.cpu_ns;
	if (!r.last) {
		s->due_ns = loop_now_ns() + s->deadline_ns;
		if (s->fn)
			s->fn(s->arg, &r);
		return true;
	}
	s->state = r.leaving ? HAND_LEFT : HAND_IDLE;
	s->ours = r.leaving;
	arm_timer();
	end_job(s, &r);
	refill();
	serve();
	return true;
}

static void on_answer(void *arg, int fd, uint32_t events)
{
	take_answer(arg);
}

static void on_forked(void *arg, struct job_reply *r)
{
	struct slot *s = arg;

	if (s->state != HAND_COMING)
		return;
	if (r->code) {
		slot_free(s);
		port_log(3, "%s", r->text);
		return;
	}
	slot_born(s, (int)r->num);
	/* killed and reaped before its name was known */
	if (kill(s->pid, 0) < 0)
		slot_free(s);
	serve();
}

static void give(struct slot *s, enum job_type type, pool_fn fn, void *arg, uint64_t deadline_ns,
		 const char *about)
{
	s->state = HAND_BUSY;
	s->type = type;
	s->fn = fn;
	s->arg = arg;
	s->began_ns = loop_now_ns();
	s->deadline_ns = deadline_ns * patience;
	s->due_ns = s->began_ns + s->deadline_ns;
	text_copy(s->about, sizeof(s->about), about);
	arm_timer();
}

static void refill(void)
{
	uint8_t head[HEAD];
	struct wire_writer w = {.data = head, .size = sizeof(head)};
	struct slot *mother, *child;
	int end;

	if (slot_count(HAND_IDLE) + slot_count(HAND_COMING) >= HANDS_IDLE_MIN)
		return;
	mother = slot_find(HAND_IDLE);
	if (!mother) {
		if (!slot_find(HAND_BUSY) && !slot_find(HAND_COMING))
			slot_fork();
		return;
	}
	child = slot_find(HAND_NONE);
	if (!child || (end = slot_open(child)) < 0)
		return;
	wire_put_u32(&w, JOB_FORK);
	if (job_send(mother->fd, head, w.len, &end, 1, MSG_DONTWAIT) < 0) {
		slot_free(child);
	} else {
		give(mother, JOB_FORK, on_forked, child, POOL_DEADLINE_NS, "");
	}
	close(end);
}

/* Hand the oldest waiting job to an idle hand, as long as there are both. */
static void serve(void)
{
	struct waiting *best;
	struct slot *s;
	size_t i;

	for (;;) {
		best = NULL;
		for (i = 0; i < WAITING_MAX; i++)
			if (waiting[i].used && (!best || waiting[i].order < best->order))
				best = &waiting[i];
		s = slot_find(HAND_IDLE);
		if (!best || !s)
			return;
		if (confines(best->type))
			probe_settling(1);
		if (job_send(s->fd, waiting_data[best - waiting], best->len, best->fds, best->nfds,
			     MSG_DONTWAIT) < 0) {
			if (confines(best->type))
				probe_settling(-1);
			/* it was killed; its reaping frees the slot and brings us back here */
			s->state = HAND_LEFT;
			continue;
		}
		close_fds(best->fds, best->nfds);
		best->used = false;
		give(s, best->type, best->fn, best->arg, best->deadline_ns, best->about);
		refill();
	}
}

struct wire_writer *pool_job(enum job_type type)
{
	static struct wire_writer w;

	w = (struct wire_writer){.data = message, .size = sizeof(message)};
	wire_put_u32(&w, type);
	return &w;
}

int pool_send(struct wire_writer *w, const int *fds, int nfds, uint64_t deadline_ns,
	      const char *about, pool_fn fn, void *arg, struct err *err)
{
	struct wire_reader head = {.data = message, .len = HEAD};
	struct waiting *q = NULL;
	size_t i;

	for (i = 0; i < WAITING_MAX; i++)
		if (!waiting[i].used)
			q = &waiting[i];
	if (w->bad || !q) {
		close_fds(fds, nfds);
		if (w->bad)
			return err_set(err, E2BIG, "the arguments are too long (%u KiB at most)",
				       JOB_MSG_MAX >> 10);
		return err_set(err, EAGAIN, "no helper process is free: %u hang in the kernel",
			       slot_count(HAND_LEFT));
	}
	*q = (struct waiting){.used = true,
			      .order = order++,
			      .type = wire_get_u32(&head),
			      .len = w->len,
			      .nfds = nfds,
			      .fn = fn,
			      .arg = arg,
			      .deadline_ns = deadline_ns};
	memcpy(waiting_data[q - waiting], w->data, w->len);
	if (nfds)
		memcpy(q->fds, fds, sizeof(int) * (size_t)nfds);
	text_copy(q->about, sizeof(q->about), about ? about : "");
	serve();
	return 0;
}

static void report_kill(int pid, int status)
{
	char text[128];

	snprintf(text, sizeof(text), "a helper process of the agent was killed by signal %d (%s)",
		 WTERMSIG(status), strsignal(WTERMSIG(status)));
	port_event(&(struct event){.type = EV_INTRUSION, .pid = pid, .name = "", .text = text});
}

bool pool_reaped(int pid, int status)
{
	struct slot *s = slot_by_pid(pid);

	if (!s)
		return false;
	/* what it said before it died still counts */
	while (s->state == HAND_BUSY && s->source >= 0 && take_answer(s))
		;
	slot_free(s);
	if (!s->ours && WIFSIGNALED(status))
		report_kill(pid, status);
	if (s->fn)
		end_job_lost(s, ESRCH, "the helper process died");
	refill();
	serve();
	return true;
}

void pool_set_patience(unsigned factor)
{
	patience = factor;
}

bool pool_is_hand(int pid)
{
	return slot_by_pid(pid);
}

uint64_t pool_cpu_ns(void)
{
	return slot_cpu_ns();
}

int pool_init(struct loop *l, struct err *err)
{
	int i;

	loop = l;
	slot_init(loop, on_answer);
	timer = loop_add_timer(loop, on_timer, NULL);
	if (timer < 0)
		return err_sys(err, -timer, "make the helpers' timer");
	for (i = 0; i < HANDS_FIRST; i++)
		if (!slot_fork())
			return err_sys(err, errno, "fork the first helpers");
	return 0;
}
