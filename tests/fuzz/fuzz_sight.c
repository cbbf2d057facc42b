/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sight - a guest's memory that lies: a kernel made by hand in which the input changes words.
 * Input: records of a place (u16, in words of 8 bytes) and what stands there (u64). What is told
 * must keep within its caps and name only masks that are there. Beside it the same bytes as a
 * kernel image, for the symbols.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "ops/sample_rows.h"
#include "sight/kallsyms.h"
#include "tests/sight_made.h"

/* numbers that lead somewhere in the made kernel, in their bytes; none has a zero in the middle */
const char *const fuzz_words[] = {
	"\x01\x01\x88\x88\xff\xff\xff\xff", "\x08\x81\xff\xff\xff\xff\xff\xff",
	"\x10\x80\xff\x83\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff", NULL};

static void see(const struct sample *s)
{
	uint32_t i;

	fuzz_must(s->ncpus <= SAMPLE_CPUS_MAX && s->ntasks <= SAMPLE_TASKS_MAX);
	fuzz_must(s->ncgroups <= SAMPLE_CGROUPS_MAX && s->ndsqs <= SAMPLE_DSQS_MAX);
	fuzz_must(s->nmasks <= SAMPLE_MASKS_MAX && s->nscx <= SAMPLE_SCX_MAX);
	for (i = 0; i < s->ntasks; i++) {
		fuzz_must(memchr(s->tasks[i].comm, '\0', SAMPLE_COMM));
		fuzz_must(s->tasks[i].tid > 0 && s->tasks[i].pid > 0);
		fuzz_must(s->tasks[i].allowed == SAMPLE_ABSENT || s->tasks[i].allowed < s->nmasks);
	}
	for (i = 0; i < s->ncgroups; i++) {
		fuzz_must(memchr(s->cgroups[i].path, '\0', SAMPLE_PATH_MAX));
		fuzz_must(s->cgroups[i].cpuset == SAMPLE_ABSENT ||
			  s->cgroups[i].cpuset < s->nmasks);
	}
	fuzz_must(s->nsubs <= SAMPLE_SUBS_MAX);
	for (i = 0; i < s->nsubs; i++)
		fuzz_must(memchr(s->subs[i].name, '\0', sizeof(s->subs[i].name)) && s->subs[i].cgroup_id);
	for (i = 0; i < s->ncpus; i++)
		fuzz_must(memchr(s->cpus[i].comm, '\0', SAMPLE_COMM));
}

static bool take_symbol(void *arg, const char *name, size_t len, uint64_t address)
{
	fuzz_must(strlen(name) == len);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t sound[MADE_SIZE], mem[MADE_SIZE];
	static struct sight made, s;
	static struct sample sample;
	struct guest_memory view;
	struct kallsyms k;
	struct err err;
	size_t at;
	int turn;

	if (!sample.cpus) {
		sample_alloc(&sample);
		made_kernel(&made, sound, &view, 0, 4);
	}
	if (kallsyms_find(&k, data, len, MADE_TEXT, MADE_TEXT) == 0)
		kallsyms_each(&k, take_symbol, NULL);
	memcpy(mem, sound, sizeof(mem));
	view = (struct guest_memory){mem, sizeof(mem), sizeof(mem)};
	s = made;
	s.memory = &view;
	for (turn = 0; turn < 2; turn++) {
		/* the second time in a kernel that was found before it changed */
		if (sight_sample(&s, &sample, 1000, &err) == 0)
			see(&sample);
		for (at = 0; len - at >= 10 && at < len; at += 10) {
			uint16_t word;

			memcpy(&word, data + at, sizeof(word));
			memcpy(mem + 8 * (word % (MADE_SIZE / 8)), data + at + 2, 8);
		}
	}
	s.found = false;
	if (sight_sample(&s, &sample, 1000, &err) == 0)
		see(&sample);
	return 0;
}

static void add_change(void (*add)(const void *, size_t), uint64_t place, uint64_t value)
{
	uint8_t record[30] = {0};
	uint16_t word = (uint16_t)(place / 8);
	int i;

	for (i = 0; i < 3; i++) {
		memcpy(record + 10 * i, &word, 2);
		memcpy(record + 10 * i + 2, &value, 8);
	}
	add(record, sizeof(record));
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static uint8_t mem[MADE_SIZE];
	static struct sight made;
	struct guest_memory view;
	uint64_t at, v;
	unsigned n = 0;

	made_kernel(&made, mem, &view, 0, 4);
	/* every word that is not 0, moved a little */
	for (at = 0; at < MADE_SIZE && n < 400; at += 8) {
		memcpy(&v, mem + at, 8);
		if (v && ++n)
			add_change(add, at, v + 0x1000);
	}
}
