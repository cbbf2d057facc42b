/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - custom work: this program, executed in the guest by the agent, calls one of its
 * functions.
 *
 * The other side is guest/wire_custom.h: variables say which function, where the report is, and
 * whom to tell when it cannot be done. Invariant: a process with those variables runs its function
 * or says why not, and never goes on as the program it else is.
 */
#include "scxplore/scxplore.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_custom.h"
#include "guest/wire_meter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct sxp_worker {
	struct meter meter;
	unsigned index, count;
};

static volatile sig_atomic_t ends;

static void on_term(int signal)
{
	ends = 1;
}

static void refuse(int status, unsigned index, int error, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), noreturn));

static void refuse(int status, unsigned index, int error, const char *fmt, ...)
{
	struct start_status s = {.index = index, .error = error, .stage = START_STAGE_CUSTOM};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s.what, sizeof(s.what), fmt, ap);
	va_end(ap);
	/* there is nobody else to tell */
	if (write(status, &s, sizeof(s)) < 0)
		_exit(126);
	_exit(127);
}

static int64_t number_of(const char *variable, int64_t max)
{
	const char *text = getenv(variable);
	int64_t n;

	return text && text_i64(text, 0, max, &n) ? n : -1;
}

static const struct sxp_work *work_of(const struct sxp_work *works, const char *name)
{
	while (works && works->name && strcmp(works->name, name))
		works++;
	return works && works->name ? works : NULL;
}

static struct work_report *map_report(int fd, unsigned index, unsigned count)
{
	size_t size = count * sizeof(struct work_report);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < (off_t)size || index < 1 || index > count)
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : (struct work_report *)p + (index - 1);
}

void sxp_works_main(const struct sxp_work *works)
{
	static struct sxp_worker w;
	const char *name = getenv(CUSTOM_FUNCTION), *comm = getenv(CUSTOM_COMM);
	int status = (int)number_of(CUSTOM_STATUS, INT32_MAX);
	int reports = (int)number_of(CUSTOM_REPORTS, INT32_MAX);
	struct sigaction term = {.sa_handler = on_term};
	struct start_status begun = {.stage = START_STAGE_CUSTOM};
	const struct sxp_work *work;

	if (!name)
		return;
	w.index = (unsigned)number_of(CUSTOM_INDEX, INT32_MAX);
	w.count = (unsigned)number_of(CUSTOM_COUNT, INT32_MAX);
	if (number_of(CUSTOM_VERSION, UINT32_MAX) != custom_version())
		refuse(status, w.index, EPROTO,
		       "custom work '%.60s': its program has libscxplore %s, which is not of the "
		       "version of this agent",
		       name, SCXPLORE_VERSION);
	work = work_of(works, name);
	if (!work)
		refuse(status, w.index, ENOENT,
		       "custom work '%.60s': the program's .works has no such function", name);
	w.meter.report = map_report(reports, w.index, w.count);
	if (!w.meter.report)
		refuse(status, w.index, EIO, "custom work '%.60s': cannot map its report", name);
	close(reports);
	if (comm)
		prctl(PR_SET_NAME, comm);
	sigaction(SIGTERM, &term, NULL);
	meter_begin(&w.meter);
	/* what the loader took is no gap of the function's */
	w.meter.report->last_ns = meter_now_ns();
	if (write(status, &begun, sizeof(begun)) != (ssize_t)sizeof(begun))
		_exit(126);
	close(status);
	work->function(&w);
	_exit(0);
}

void sxp_worker_unit(struct sxp_worker *w)
{
	meter_unit(&w->meter);
}

void sxp_worker_iteration(struct sxp_worker *w)
{
	meter_round(&w->meter);
}

void sxp_worker_woke(struct sxp_worker *w, uint64_t since)
{
	meter_woke(&w->meter, since);
}

int sxp_worker_ends(const struct sxp_worker *w)
{
	return ends;
}

unsigned sxp_worker_index(const struct sxp_worker *w)
{
	return w->index;
}

unsigned sxp_worker_count(const struct sxp_worker *w)
{
	return w->count;
}

const char *sxp_worker_param(const struct sxp_worker *w, const char *key)
{
	char name[sizeof(CUSTOM_PARAM) + CUSTOM_KEY_MAX];

	if (strlen(key) >= CUSTOM_KEY_MAX)
		return NULL;
	snprintf(name, sizeof(name), CUSTOM_PARAM "%s", key);
	return getenv(name);
}

uint64_t sxp_worker_number(const struct sxp_worker *w, const char *key, uint64_t otherwise)
{
	const char *text = sxp_worker_param(w, key);
	uint64_t n;

	if (!text)
		return otherwise;
	if (!text_u64(text, 0, UINT64_MAX, &n) && !text_duration(text, &n))
		_exit(EINVAL);
	return n;
}

uint64_t sxp_worker_now(void)
{
	return meter_now_ns();
}
