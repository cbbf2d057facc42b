/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz - what a fuzz target gives: libFuzzer's entry, seeds made from the program's own tables,
 * and the words its format is made of. main.c drives it without libFuzzer.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Must return 0, touch nothing outside data, and leave nothing behind. data is not terminated. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Valid inputs, handed over one by one. */
void fuzz_seeds(void (*add)(const void *data, size_t len));
/* NULL-terminated; put into inputs by the mutator. */
extern const char *const fuzz_words[];

/* A property that held for no input: ends the run, the input is saved. */
#define fuzz_must(cond)                                                                            \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
