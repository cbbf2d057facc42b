/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_irq - the job that sends an interrupt line of this kernel to CPUs.
 *
 * Which there are is told by /proc/irq, who uses each by /sys/kernel/irq/N/actions: the names at
 * the end of a line of /proc/interrupts. Invariant: the kernel is read back before anything is
 * said.
 */
#include "guest/hand_cpus.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/fault_switch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	IRQS_MAX = 512,
	NUMBER_MAX = 1 << 20,
	NAME_MAX_LEN = 80,
};

struct irq {
	unsigned number;
	char name[NAME_MAX_LEN]; /* "" = nobody uses it; "a,b" = shared */
};

static int by_number(const void *a, const void *b)
{
	const struct irq *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void read_name(struct irq *irq)
{
	char path[64], text[NAME_MAX_LEN];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/kernel/irq/%u/actions", irq->number);
	n = hand_read_at(AT_FDCWD, path, text, sizeof(text));
	text_sanitise(irq->name, sizeof(irq->name), text, n > 0 ? (size_t)n : 0);
}

static size_t list_irqs(struct irq irqs[IRQS_MAX])
{
	DIR *dir = opendir("/proc/irq");
	struct dirent *e;
	uint64_t number;
	size_t n = 0;

	while (dir && n < IRQS_MAX && (e = readdir(dir)))
		if (text_u64(e->d_name, 0, NUMBER_MAX, &number)) {
			irqs[n].number = (unsigned)number;
			read_name(&irqs[n++]);
		}
	if (dir)
		closedir(dir);
	qsort(irqs, n, sizeof(irqs[0]), by_number);
	return n;
}

/* One of the names between commas. */
static bool is_named(const struct irq *irq, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = irq->name; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == len && !strncmp(at, name, len))
			return true;
	return false;
}

/* "1 i8042, 12 i8042": those of that name, or (NULL) all that somebody uses. */
static const char *listed(const struct irq *irqs, size_t n, const char *name)
{
	static char text[400];
	size_t at = 0, i;

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		int len;

		if (name ? !is_named(&irqs[i], name) : !*irqs[i].name)
			continue;
		len = snprintf(text + at, sizeof(text) - at, "%s%u %s", at ? ", " : "",
			       irqs[i].number, irqs[i].name);
		if (len < 0 || (size_t)len >= sizeof(text) - at - 5) {
			snprintf(text + at, sizeof(text) - at, " ...");
			break;
		}
		at += (size_t)len;
	}
	return text;
}

static const struct irq *find(struct hand *h, const char *word, int *code)
{
	static struct irq irqs[IRQS_MAX];
	const struct irq *found = NULL;
	size_t n = list_irqs(irqs), i, hits = 0;
	bool numbered = *word && word[strspn(word, "0123456789")] == '\0';

	for (i = 0; i < n; i++)
		if (numbered ? irqs[i].number == strtoul(word, NULL, 10)
			     : is_named(&irqs[i], word)) {
			found = &irqs[i];
			hits++;
		}
	if (hits == 1)
		return found;
	*code = hits ? hand_fail(h, EINVAL, "'%.60s' are several interrupts: say one's number: %s",
				 word, listed(irqs, n, word))
		     : hand_fail(h, ENOENT, "the guest has no interrupt '%.60s'; there are: %s",
				 word, listed(irqs, n, NULL));
	return NULL;
}

int hand_steer(struct hand *h, struct job_reply *r)
{
	static char text[512];
	const char *word = wire_get_str(&h->in), *cpus = wire_get_str(&h->in);
	uint64_t seed = wire_get_u64(&h->in);
	char path[64], wanted[256], seen[256], got[4096];
	struct cpu_mask m, now;
	const struct irq *irq;
	int code = 0, e;

	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to steer an interrupt makes no sense");
	irq = find(h, word, &code);
	if (!code)
		code = hand_cpus_resolve(h, cpus, seed, &m);
	if (code)
		return code;
	cpu_mask_format(&m, wanted, sizeof(wanted));
	snprintf(path, sizeof(path), "/proc/irq/%u/smp_affinity_list", irq->number);
	e = fault_is(FAULT_STEER_DROPPED) ? 0 : -hand_write_at(AT_FDCWD, path, wanted);
	if (e == EIO || e == EPERM)
		return hand_fail(h, e,
				 "the kernel does not let interrupt %u (%s) be moved: it is a "
				 "clock's, one CPU's own, or its driver places it",
				 irq->number, irq->name);
	if (e == EINVAL || e == EOVERFLOW || e == ERANGE)
		return hand_fail(h, e,
				 "interrupt %u (%s) cannot go to CPUs %s: the guest has none of "
				 "them, or none is online",
				 irq->number, irq->name, wanted);
	if (e)
		return hand_fail_sys(h, e, "cannot send interrupt %u (%s) to CPUs %s", irq->number,
				     irq->name, wanted);
	if (hand_read_at(AT_FDCWD, path, got, sizeof(got)) < 0 || cpu_mask_parse(got, &now, NULL))
		return hand_fail(h, EIO, "cannot read back where interrupt %u goes", irq->number);
	cpu_mask_format(&now, seen, sizeof(seen));
	if (memcmp(&now, &m, sizeof(m)))
		return hand_fail(h, EIO, "interrupt %u (%s) was sent to CPUs %s, but reads %s",
				 irq->number, irq->name, wanted, seen);
	snprintf(text, sizeof(text), "interrupt %u (%s) goes to CPUs %s", irq->number,
		 *irq->name ? irq->name : "used by nobody", seen);
	r->text = text;
	return 0;
}
