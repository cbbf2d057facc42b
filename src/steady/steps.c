/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps - see steps.h.
 *
 * The time is read from QEMU's own variable as it stands after the last piece of the guest's code:
 * asking QEMU for it would end it in the middle of one ("bad icount read").
 */
#include "steady/steps.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEPS_BYTES (256u << 20) /* of a file with holes; what comes after is not noted */
#define STEPS_MAX   (STEPS_BYTES / sizeof(uint64_t))
#define SHIFT       3 /* QEMU_EXACT_SHIFT */

/* struct TimersState of QEMU 7.2 to 10.0, in words of 8 bytes */
enum { BIAS = 5, ICOUNT = 8 };

static const volatile uint64_t *timers;
static void *const *cpu; /* the vCPUs' thread's own */
static void (*dump)(void *cpu, FILE *f, int flags);
static uint64_t *steps, n, last, regs_from, regs_to;
static FILE *regs;

void steps_init(void)
{
	const char *path = getenv("SXP_STEPS"), *range = getenv("SXP_STEPS_REGS");
	char name[4096];
	void *p;
	int fd;

	if (!path)
		return;
	timers = dlsym(RTLD_DEFAULT, "timers_state");
	dump = (void (*)(void *, FILE *, int))dlsym(RTLD_DEFAULT, "cpu_dump_state");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (!timers || fd < 0 || ftruncate(fd, STEPS_BYTES) < 0) {
		fprintf(stderr,
			"steps: cannot be written to '%s', or this QEMU has no 'timers_state'\n",
			path);
		return;
	}
	p = mmap(NULL, STEPS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return;
	steps = p;
	snprintf(name, sizeof(name), "%s.regs", path);
	if (range && dump && sscanf(range, "%" SCNu64 "-%" SCNu64, &regs_from, &regs_to) == 2)
		regs = fopen(name, "we");
}

void steps_note(void)
{
	uint64_t now;

	if (!steps || n == STEPS_MAX)
		return;
	now = (timers[ICOUNT] << SHIFT) + timers[BIAS];
	if (now == last)
		return;
	last = now;
	steps[n++] = now;
	if (!regs || now < regs_from || now > regs_to)
		return;
	if (!cpu)
		cpu = dlsym(RTLD_DEFAULT, "current_cpu");
	fprintf(regs, "at %" PRIu64 "\n", now);
	if (cpu && *cpu)
		dump(*cpu, regs, 0);
	fflush(regs);
}
