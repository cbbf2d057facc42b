/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pinned - a real guest's vCPUs onto host CPUs: what the kernel says of QEMU's threads, which
 * tell by their names what they are. What --pin does under KVM is done here with whatever runs.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#define VCPUS_MAX 8

/* Of what may be used here, as the kernel writes it. */
static char all[4096];
static int ncpus;

static void read_line(char *dst, size_t size, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The rest of the line that begins with key; "" = there is none. key "" = the first line. */
static void read_line(char *dst, size_t size, const char *key, const char *fmt, ...)
{
	char path[128], line[4096];
	cleanup_file FILE *f = NULL;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	*dst = '\0';
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key))) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(dst, size, "%s", line + strlen(key));
			return;
		}
}

static int setup(void **state)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	ncpus = CPU_COUNT(&set);
	read_line(all, sizeof(all), "Cpus_allowed_list:\t", "/proc/self/status");
	return *all ? 0 : -1;
}

/* The n-th CPU of those, from 1. */
static int nth(int n)
{
	cpu_set_t set;
	int cpu;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && !--n)
			return cpu;
	fail_msg("there are no %d CPUs", n);
	return -1;
}

/* The emulator is the only child of this program. */
static int emulator(void)
{
	char text[64];

	read_line(text, sizeof(text), "", "/proc/self/task/%d/children", (int)getpid());
	assert_true(atoi(text) > 0);
	return atoi(text);
}

struct seen {
	char vcpu[VCPUS_MAX][64]; /* the list of CPUs of each; "" = there is no such thread */
	unsigned nvcpus, others;
	unsigned narrowed; /* of the others */
};

static void look(struct seen *s)
{
	cleanup_free char *path = xasprintf("/proc/%d/task", emulator());
	DIR *dir = opendir(path);
	struct dirent *d;

	*s = (struct seen){.nvcpus = 0};
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		char comm[32], list[64];
		unsigned i = 0;

		if (d->d_name[0] == '.')
			continue;
		read_line(comm, sizeof(comm), "", "%s/%.20s/comm", path, d->d_name);
		read_line(list, sizeof(list), "Cpus_allowed_list:\t", "%s/%.20s/status", path,
			  d->d_name);
		if (!*list)
			continue; /* it has ended */
		/* "CPU 1/KVM"; one that is emulated alone is "ALL CPUs/TCG" */
		if (sscanf(comm, "CPU %u/", &i) == 1 || !strncmp(comm, "ALL CPUs/", 9)) {
			assert_true(i < VCPUS_MAX);
			snprintf(s->vcpu[i], sizeof(s->vcpu[i]), "%s", list);
			s->nvcpus++;
		} else {
			s->others++;
			s->narrowed += strcmp(list, all) != 0;
		}
	}
	closedir(dir);
}

/* Boots, and returns when it was said what became of the pinning. */
static struct lab *boot(struct topology topology, int from, bool any, const char *said)
{
	struct lab_config config = {
		.topology = topology, .pin_from = (unsigned)from, .pin_any = any};
	struct lab *lab = lab_boot(&config);

	lab_wait(lab, 0, EV_HOST_LOG, NULL, said);
	return lab;
}

static void each_vcpu_sits_on_a_host_cpu_of_its_own_and_nothing_else_does(void **state)
{
	struct lab *lab;
	struct seen s;
	char want[16];
	int i;

	if (ncpus < 2)
		skip();
	lab = boot((struct topology){1, 1, 2, 1}, 1, true, "vCPUs are pinned");
	assert_true(guest_pinned(session_guest(lab_session(lab))));
	look(&s);
	assert_int_equal(s.nvcpus, 2);
	for (i = 0; i < 2; i++) {
		snprintf(want, sizeof(want), "%d", nth(i + 1));
		assert_string_equal(s.vcpu[i], want);
	}
	/* the emulator's own work goes where there is room */
	assert_true(s.others > 0);
	assert_int_equal(s.narrowed, 0);
	/* and the guest works */
	lab_ok(lab, "spawn w spin n=2");
	lab_ok(lab, "hold until running(w) == 2 timeout=60s");
	lab_end(lab);
}

static void the_next_guest_begins_where_the_one_before_it_ends(void **state)
{
	struct lab *lab;
	struct seen s;
	char want[16];

	if (ncpus < 2)
		skip();
	lab = boot((struct topology){1, 1, 1, 1}, 2, true, "vCPUs are pinned");
	look(&s);
	assert_int_equal(s.nvcpus, 1);
	snprintf(want, sizeof(want), "%d", nth(2));
	assert_string_equal(s.vcpu[0], want);
	lab_end(lab);
}

static void too_few_cpus_are_said_and_nothing_is_pinned(void **state)
{
	struct lab *lab = boot((struct topology){1, 1, 2, 1}, ncpus, true,
			       "vCPUs are not pinned: 2 vCPUs need a CPU of this host each");
	struct seen s;
	int i;

	assert_false(guest_pinned(session_guest(lab_session(lab))));
	look(&s);
	assert_int_equal(s.nvcpus, 2);
	for (i = 0; i < 2; i++)
		assert_string_equal(s.vcpu[i], all);
	lab_end(lab);
}

static void an_emulated_guest_is_not_pinned_and_says_so(void **state)
{
	struct lab *lab = boot((struct topology){1, 1, 1, 1}, 1, false, "vCPUs are ");
	struct seen s;

	look(&s);
	assert_int_equal(s.nvcpus, 1);
	if (guest_accel(session_guest(lab_session(lab))) == ACCEL_TCG) {
		assert_non_null(lab_find(lab, 0, EV_HOST_LOG, NULL,
					 "vCPUs are not pinned: the guest runs under TCG"));
		assert_string_equal(s.vcpu[0], all);
	}
	lab_end(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vcpu_sits_on_a_host_cpu_of_its_own_and_nothing_else_does),
		cmocka_unit_test(the_next_guest_begins_where_the_one_before_it_ends),
		cmocka_unit_test(too_few_cpus_are_said_and_nothing_is_pinned),
		cmocka_unit_test(an_emulated_guest_is_not_pinned_and_says_so),
	};

	return cmocka_run_group_tests_name("pinned", tests, setup, NULL);
}
