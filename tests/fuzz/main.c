/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main - drives a fuzz target without libFuzzer: its seeds, each of them cut at many places, then
 * mutations from a fixed random seed. Prints TAP.
 *
 *   fuzz_x COUNT            run COUNT mutations
 *   fuzz_x COUNT SEED       the same with another random seed
 *   fuzz_x --seeds FOLDER   write the seeds as files, for libFuzzer
 *   fuzz_x --file FILE      run one saved input
 *
 * Invariant: the same arguments run the same inputs; one that ends the program is saved.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SEEDS_MAX 512
#define INPUT_MAX (1u << 20)
#define CUTS	  128 /* prefixes tried of each seed */
#define STUCK_S	  30  /* an input may take this long, sanitizers and a loaded machine included */

struct input {
	uint8_t *data;
	size_t len;
};

static struct input seeds[SEEDS_MAX];
static size_t nseeds;
static struct input now; /* what runs at this moment, for the signal handler */
static uint64_t state;

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "abort_on_error=1:detect_leaks=1";
}

const char *__ubsan_default_options(void)
{
	return "halt_on_error=1:abort_on_error=1:print_stacktrace=1";
}

/* xorshift64*: the same on every machine */
static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t below(size_t n)
{
	return n ? (size_t)(next_random() % n) : 0;
}

static void add_seed(const void *data, size_t len)
{
	struct input *s = &seeds[nseeds];

	if (nseeds == SEEDS_MAX || len > INPUT_MAX)
		abort();
	*s = (struct input){.data = malloc(len + 1), .len = len};
	if (!s->data)
		abort();
	if (len)
		memcpy(s->data, data, len);
	nseeds++;
}

static void on_fatal(int sig)
{
	static const char path[] = "fuzz-crash.bin";
	static const char note[] = "the input is saved as 'fuzz-crash.bin' in the working folder\n";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0 && write(fd, now.data, now.len) == (ssize_t)now.len && write(2, note, sizeof(note) - 1) > 0)
		close(fd);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* A copy of exact size, so that a read past the end is seen. */
static void run(const uint8_t *data, size_t len)
{
	now = (struct input){.data = malloc(len ? len : 1), .len = len};
	if (!now.data)
		abort();
	if (len)
		memcpy(now.data, data, len);
	alarm(STUCK_S);
	LLVMFuzzerTestOneInput(now.data, len);
	alarm(0);
	free(now.data);
	now = (struct input){NULL, 0};
}

static void put_piece(struct input *in, size_t at, size_t drop, const void *data, size_t len)
{
	if (drop > in->len - at)
		drop = in->len - at;
	if (in->len - drop + len > INPUT_MAX)
		return;
	memmove(in->data + at + len, in->data + at + drop, in->len - at - drop);
	memcpy(in->data + at, data, len);
	in->len += len - drop;
}

static void mutate(struct input *in)
{
	static const uint64_t odd[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
				       INT64_MAX, UINT64_MAX};
	size_t at = below(in->len + 1), n, nwords = 0;
	const struct input *other;
	uint64_t v;
	uint8_t byte;

	while (fuzz_words[nwords])
		nwords++;
	switch (below(9)) {
	case 0:
		if (at < in->len)
			in->data[at] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		byte = (uint8_t)next_random();
		put_piece(in, at, below(2), &byte, 1);
		break;
	case 2:
		put_piece(in, at, 1 + below(8), "", 0);
		break;
	case 3:
		put_piece(in, at, below(in->len - at + 1), "", 0);
		break;
	case 4: /* a number of 1, 2, 4 or 8 bytes */
		v = odd[below(sizeof(odd) / sizeof(odd[0]))];
		n = (size_t)1 << below(4);
		put_piece(in, at, n, &v, n);
		break;
	case 5:
	case 6:
		if (nwords) {
			const char *word = fuzz_words[below(nwords)];

			put_piece(in, at, below(2) * strlen(word), word, strlen(word));
		}
		break;
	case 7: /* a piece of another seed */
		other = &seeds[below(nseeds)];
		n = below(other->len + 1);
		put_piece(in, at, below(in->len - at + 1), other->data + n, below(other->len - n + 1));
		break;
	case 8: /* a piece of itself once more; it lies behind the gap that is made for it */
		n = below(in->len - at + 1);
		if (in->len + n <= INPUT_MAX) {
			memmove(in->data + at + n, in->data + at, in->len - at);
			in->len += n;
		}
		break;
	}
}

static void run_seeds(void)
{
	size_t i, cut;

	for (i = 0; i < nseeds; i++) {
		size_t step = seeds[i].len / CUTS + 1;

		run(seeds[i].data, seeds[i].len);
		for (cut = 0; cut < seeds[i].len; cut += step)
			run(seeds[i].data, cut);
	}
}

static void run_mutations(size_t count)
{
	struct input in = {.data = malloc(INPUT_MAX + 16)};
	size_t i, rounds;

	if (!in.data)
		abort();
	for (i = 0; i < count; i++) {
		const struct input *from = &seeds[below(nseeds)];

		memcpy(in.data, from->data, from->len);
		in.len = from->len;
		for (rounds = 1 + below(6); rounds; rounds--)
			mutate(&in);
		run(in.data, in.len);
	}
	free(in.data);
}

static int write_seeds(const char *folder)
{
	char path[4096];
	size_t i;

	for (i = 0; i < nseeds; i++) {
		FILE *f;
		bool bad;

		snprintf(path, sizeof(path), "%s/seed-%03zu", folder, i);
		f = fopen(path, "we");
		bad = !f || fwrite(seeds[i].data, 1, seeds[i].len, f) != seeds[i].len;
		if ((f && fclose(f) != 0) || bad) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

static int run_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f || !data) {
		perror(path);
		free(data);
		return 1;
	}
	n = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	run(data, n);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i;
	int r = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	state = state ? state : UINT64_C(20261123);
	fuzz_seeds(add_seed);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], on_fatal);
	if (argc > 2 && !strcmp(argv[1], "--seeds")) {
		r = write_seeds(argv[2]);
	} else if (argc > 2 && !strcmp(argv[1], "--file")) {
		r = run_file(argv[2]);
	} else {
		printf("1..2\n");
		fflush(stdout);
		run_seeds();
		printf("ok 1 - %zu valid inputs, whole and cut, are survived\n", nseeds);
		fflush(stdout);
		run_mutations(count);
		printf("ok 2 - %zu mutated inputs are survived\n", count);
	}
	for (i = 0; i < nseeds; i++)
		free(seeds[i].data);
	return r;
}
