/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_dump - a debug dump of a scheduler, into which that scheduler writes: counts within their
 * caps, ranges within the text, names printable.
 */
#include "tests/fuzz/fuzz.h"

#include "ops/dump.h"

#include <string.h>

static const char seed[] =
	"x: root\nkworker/u8:1[29] triggered exit kind 1026 on CPU 0:\n"
	"  runnable task stall (lost.1[113] failed to run for 4.312s)\n\nBacktrace:\n"
	"  scx_vexit+0x6d/0xa0\n  bpf_prog_6eb6c177e5a34a7d_error_enqueue+0xae/0xb2\n\nown words\n"
	"CPU states\n----------\n\n"
	"CPU 0   : nr_run=3 flags=0x101 cpu_rel=0 ksync=494\n"
	"          curr=kworker/u8:1[29] class=ext_sched_class\n\n"
	" *R kworker/u8:1[29] *root -20ms\n"
	"      scx_state/flags=4/0x5 dsq_flags=0x0 ops_state/qseq=0/0\n"
	"      sticky/holding_cpu=-1/-1 dsq_id=(n/a)\n"
	"      dsq_vtime=0 slice=20000000 weight=100\n      cpus=3 no_mig=0\n\n    f+0x1/0x2\n\n"
	"  R lost.1[113] -4312ms\n"
	"      scx_state/flags=4/0x3 dsq_flags=0x0 ops_state/qseq=2/2\n"
	"      sticky/holding_cpu=-1/-1 dsq_id=0x8000000000000001\n"
	"Event counters\n--------------\n    SCX_EV_BYPASS_DURATION:        129747857\n";

const char *const fuzz_words[] = {"CPU ",	   "CPU 1   : nr_run=", "curr=",	    " class=",
				  "  R ",	   " *R ",		"[1] +0ms\n",	    "[-1]",
				  "ms\n",	   "-99999999999999ms", "dsq_id=0x",	    " slice=",
				  "\nCPU states\n", "\nEvent counters\n", "\nBacktrace:\n", "SCX_EV_A: 1\n",
				  "~~~~ TRUNCATED ~~~~\n", " cpus=f,f", " triggered exit kind ",
				  "\033[2J",	   "\xff",		"\n",		    "\n\n",
				  NULL};

static void printable(const char *s, size_t size)
{
	fuzz_must(memchr(s, '\0', size));
	for (; *s; s++)
		fuzz_must((unsigned char)*s >= ' ' && *s != 0x7f);
}

static void within(struct dump_range r, size_t len)
{
	fuzz_must(r.at <= len && r.len <= len - r.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dump *d = dump_parse((const char *)data, len);
	char name[64];
	size_t i, of_cpus = 0;
	bool bpf;

	fuzz_must(d->nchain <= DUMP_CHAIN_MAX && d->ncpus <= DUMP_CPUS_MAX &&
		  d->ntasks <= DUMP_TASKS_MAX && d->ncounters <= SAMPLE_SCX_MAX);
	printable(d->comm, sizeof(d->comm));
	within(d->own, len);
	for (i = 0; i < d->nchain; i++) {
		printable(d->chain[i], DUMP_SYMBOL_MAX);
		if (dump_function(d->chain[i], name, sizeof(name), &bpf))
			fuzz_must(*name && strspn(name, "_.0123456789abcdefghijklmnopqrstuvwxyz"
							"ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
						   strlen(name));
	}
	for (i = 0; i < d->ncpus; i++) {
		const struct dump_cpu *c = &d->cpus[i];

		fuzz_must(c->task == of_cpus);
		of_cpus += c->ntasks;
		within(c->text, len);
		printable(c->comm, sizeof(c->comm));
		printable(c->class, sizeof(c->class));
	}
	fuzz_must(of_cpus == d->ntasks);
	for (i = 0; i < d->ntasks; i++) {
		const struct dump_task *t = &d->tasks[i];

		fuzz_must(t->cpu < d->ncpus && t->wait_ms >= 0);
		within(t->text, len);
		printable(t->comm, sizeof(t->comm));
		printable(t->cpus, sizeof(t->cpus));
	}
	for (i = 0; i < d->ncounters; i++)
		printable(d->counters[i].name, SAMPLE_SCX_NAME);
	dump_destroy(d);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(seed, sizeof(seed) - 1);
}
