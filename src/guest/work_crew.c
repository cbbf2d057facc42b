/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_crew - see work_crew.h. Descriptors of a group lie at and above WORK_FD_FIRST, so that a
 * worker closes everything else with one call.
 * Invariant: crew_finish() leaves no descriptor and no mapping in the hand, which lives on.
 */
#include "guest/work_crew.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Its parameters are the function's own affair; each worker works alone. */
static int init_custom(struct crew *c, const char *work, const char *const *params,
		       uint32_t nparams, uint64_t count, struct err *err)
{
	static const struct work_type alone = {.name = "custom", .summary = ""};
	uint32_t i;
	int r = custom_parse(work, false, &c->custom, err);

	c->type = &alone;
	c->id = WORK_IDS;
	c->is_custom = true;
	c->params = params;
	c->nparams = nparams;
	c->count = (uint32_t)count;
	c->group = 1;
	for (i = 0; r == 0 && i + 1 < nparams; i += 2)
		r = custom_check_key(params[i], err);
	if (r == 0 && nparams % 2)
		r = err_set(err, EINVAL, "a parameter of '%.80s' has no value", work);
	return r;
}

int crew_init(struct crew *c, const char *work, const char *const *params, uint32_t nparams,
	      uint64_t count, struct err *err)
{
	uint32_t i;
	int r;

	*c = (struct crew){.type = NULL};
	if (custom_is(work))
		return init_custom(c, work, params, nparams, count, err);
	c->type = work_type_find(work);
	if (!c->type)
		return err_set(err, EINVAL, "unknown work type '%.40s'", work);
	c->id = (enum work_id)(c->type - work_type_at(0));
	work_defaults(c->type, &c->values);
	if (nparams % 2)
		return err_set(err, EINVAL, "a parameter of '%s' has no value", work);
	for (i = 0; i < nparams; i += 2) {
		r = work_set(c->type, &c->values, params[i], params[i + 1], err);
		if (r)
			return r;
	}
	r = work_check_count(c->type, &c->values, count, err);
	if (r)
		return r;
	c->count = (uint32_t)count;
	c->group = work_group_size(c->type, &c->values);
	if (c->group > WORK_GROUP_MAX)
		return err_set(err, E2BIG, "a group has at most %d workers", WORK_GROUP_MAX);
	return 0;
}

/* The page of reports is paid for here and not by the cgroup of whoever touches it first. */
int crew_map(struct crew *c, int fd, struct err *err)
{
	struct work_report *r;
	uint32_t i, n;

	if (fallocate(fd, 0, 0, (off_t)crew_reports_size(c->count)) < 0)
		return err_sys(err, errno, "get memory for the reports of %u workers", c->count);
	c->memory = mmap(NULL, crew_size(c->count, c->group), PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	if (c->memory == MAP_FAILED) {
		c->memory = NULL;
		return err_sys(err, errno, "map the reports of %u workers", c->count);
	}
	r = (struct work_report *)c->memory;
	for (i = 0; i < c->count; i++) {
		r[i] = (struct work_report){.gap_cpu = REPORT_ABSENT,
					    .cpu_ns = 0,
					    .run_delay_ns = REPORT_ABSENT,
					    .run_count = REPORT_ABSENT,
					    .sched_cpu_ns = REPORT_ABSENT};
		for (n = 0; n < REPORT_NODES_MAX; n++)
			r[i].numa_pages[n] = REPORT_ABSENT;
	}
	return 0;
}

static void close_links(struct crew *c)
{
	while (c->nfds)
		close(c->fds[--c->nfds]);
}

/* Takes the descriptor, also on failure. */
static int keep(struct crew *c, int fd)
{
	int high = fcntl(fd, F_DUPFD, WORK_FD_FIRST), code = errno;

	close(fd);
	if (high < 0)
		return -code;
	c->fds[c->nfds++] = high;
	return 0;
}

static int make_pipe(struct crew *c)
{
	int fds[2], r;

	if (pipe(fds) < 0)
		return -errno;
	r = keep(c, fds[0]);
	if (r) {
		close(fds[1]);
		return r;
	}
	return keep(c, fds[1]);
}

static int make_event(struct crew *c)
{
	int fd = eventfd(0, 0);

	return fd < 0 ? -errno : keep(c, fd);
}

static int raise_loopback(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;
	struct ifreq req = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	if (fd < 0)
		return -errno;
	r = ioctl(fd, SIOCSIFFLAGS, &req) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int make_links(struct crew *c)
{
	enum work_links links = c->is_custom ? LINKS_NONE : work_links_of(c->id);
	uint32_t i;
	int r = 0;

	if (links == LINKS_LOOPBACK)
		return raise_loopback();
	for (i = 0; links != LINKS_NONE && i < c->group && r == 0; i++)
		r = links == LINKS_PIPES ? make_pipe(c) : make_event(c);
	return r;
}

int crew_next(struct crew *c, uint32_t index, struct err *err)
{
	int r;

	if ((index - 1) % c->group)
		return 0;
	close_links(c);
	r = make_links(c);
	return r ? err_sys(err, -r, "make what connects the workers of '%s'", c->type->name) : 0;
}

void crew_finish(struct crew *c)
{
	close_links(c);
	if (c->memory)
		munmap(c->memory, crew_size(c->count, c->group));
	c->memory = NULL;
}

void crew_worker(const struct crew *c, uint32_t index, struct work *w)
{
	uint32_t group = (index - 1) / c->group;

	*w = (struct work){.index = index,
			   .count = c->count,
			   .member = (index - 1) % c->group,
			   .members = c->group,
			   .text = c->values.text,
			   .fds = c->fds};
	memcpy(w->p, c->values.v, sizeof(w->p));
	w->meter.report = (struct work_report *)c->memory + (index - 1);
	w->shared = c->memory + crew_reports_size(c->count) + (size_t)group * WORK_SHARED_SIZE;
}
