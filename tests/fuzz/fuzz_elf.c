/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_elf - files a person includes and images a person calls a kernel.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/elf_made.h"
#include "vmm/elfdeps.h"
#include "vmm/kernel_image.h"

#include <string.h>

const char *const fuzz_words[] = {"#!", "#!/usr/bin/env bash\n", "\177ELF", "HdrS", "Linux version 6.12.1", "IKCFG_ST",
				  "IKCFG_ED", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "Xen", ".BTF", "libc.so.6", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct elf_needs needs;
	struct kernel_facts facts;
	struct err err = ERR_INIT;
	const char *program;
	size_t i, at, size;
	uint8_t *copy = malloc(len ? len : 1);

	/* libelf may convert in place, and the input is not ours to change */
	fuzz_must(copy);
	if (len)
		memcpy(copy, data, len);
	if (elf_needs_read(copy, len, &needs, &err) < 0)
		fuzz_must(*err.msg);
	fuzz_must(needs.n <= ELF_NEEDED_MAX);
	for (i = 0; i < needs.n; i++)
		fuzz_must(needs.needed[i] && *needs.needed[i]);
	elf_needs_finish(&needs);
	kernel_facts_read(copy, len, NULL, &facts);
	fuzz_must(memchr(facts.release, '\0', sizeof(facts.release)));
	kernel_facts_usable(&facts, &err);
	if (kernel_payload(copy, len, &at, &size, &program, &err) == 0)
		fuzz_must(at <= len && size <= len - at && program);
	free(copy);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char script[] = "#!/usr/bin/env python3\nprint(1)\n";
	struct made m;

	elf_made_program(&m);
	add(m.data, m.len);
	elf_made_kernel(&m);
	add(m.data, m.len);
	elf_made_bzimage(&m, "\x28\xb5\x2f\xfd", 4);
	add(m.data, m.len);
	add(script, sizeof(script) - 1);
}
