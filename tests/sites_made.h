/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites_made - the blocks of two real kernels' tracepoints, and a kernel image made of them, for
 * tests of what finds them.
 */
#ifndef TESTS_SITES_MADE_H
#define TESTS_SITES_MADE_H

#include "sight/sites.h"
#include "tests/elf_made.h"

struct sites_real {
	const char *name;
	uint64_t address, call;
	const char *code;
	size_t len; /* up to the end of the call */
	unsigned nargs;
	struct witness_arg args[WITNESS_ARGS];
};

#define SITES_CODE(bytes) bytes, sizeof(bytes) - 1
#define SITES_REG(which, size)                                                                     \
	{                                                                                          \
		.reg = WITNESS_##which, .bytes = (size)                                            \
	}
#define SITES_MEMORY(which, at, size)                                                              \
	{                                                                                          \
		.reg = WITNESS_##which, .in_memory = 1, .bytes = (size), .offset = (at)            \
	}
#define SITES_REAL 8

static const struct sites_real sites_real[SITES_REAL] = {
	/* Debian's 7.3.4 */
	{"sched_waking",
	 0xffffffff813b0f8b,
	 0xffffffff82167730,
	 SITES_CODE(
		 "\x65\x8b\x05\xa6\xb0\x92\x02\x48\x0f\xa3\x05\x06\x06\xfa\x01\x0f\x83\xce\xfc\xff"
		 "\xff\x48\x8b\x2d\x99\x1c\xdd\x01\x65\x48\xff\x45\x00\x48\x8b\x05\x45\x56\xf6\x01"
		 "\x48\x85\xc0\x74\x0c\x48\x8b\x78\x08\x48\x89\xde\xe8\x6c\x67\xdb\x00"),
	 1,
	 {SITES_REG(RBX, 8)}},
	{"sched_wakeup_new",
	 0xffffffff813b18b8,
	 0xffffffff82167740,
	 SITES_CODE(
		 "\x65\x8b\x05\x79\xa7\x92\x02\x48\x0f\xa3\x05\xd9\xfc\xf9\x01\x0f\x83\x24\xff\xff"
		 "\xff\x4c\x8b\x25\x6c\x13\xdd\x01\x65\x49\xff\x04\x24\x48\x8b\x05\x58\x4c\xf6\x01"
		 "\x48\x85\xc0\x74\x0c\x48\x8b\x78\x08\x48\x89\xde\xe8\x4f\x5e\xdb\x00"),
	 1,
	 {SITES_REG(RBX, 8)}},
	{"sched_switch",
	 0xffffffff8215b8c3,
	 0xffffffff82167748,
	 SITES_CODE(
		 "\x65\x8b\x05\x6e\x07\xb8\x01\x48\x0f\xa3\x05\xce\x5c\x1f\x01\x0f\x83\x58\xfa\xff"
		 "\xff\x4c\x8b\x2d\x61\x73\x02\x01\x65\x49\xff\x45\x00\x48\x8b\x05\xed\xab\x1b\x01"
		 "\x48\x85\xc0\x74\x16\x48\x8b\x78\x08\x44\x8b\x45\xa8\x48\x89\xd9\x4c\x89\xf2\x8b"
		 "\x75\xb8\xe8\x42\xbe\x00\x00"),
	 4,
	 {SITES_MEMORY(RBP, -0x48, 4), SITES_REG(R14, 8), SITES_REG(RBX, 8),
	  SITES_MEMORY(RBP, -0x58, 4)}},
	{"sched_migrate_task",
	 0xffffffff813ab71d,
	 0xffffffff82167750,
	 SITES_CODE(
		 "\x65\x8b\x05\x14\x09\x93\x02\x48\x0f\xa3\x05\x74\x5e\xfa\x01\x0f\x83\xf1\xfe\xff"
		 "\xff\x4c\x8b\x25\x07\x75\xdd\x01\x65\x49\xff\x04\x24\x48\x8b\x05\x33\xad\xf6\x01"
		 "\x48\x85\xc0\x74\x0e\x48\x8b\x78\x08\x89\xea\x48\x89\xde\xe8\xf8\xbf\xdb\x00"),
	 2,
	 {SITES_REG(RBX, 8), SITES_REG(RBP, 4)}},
	/* Debian's 6.16.12 */
	{"sched_waking",
	 0xffffffff8139b3ea,
	 0xffffffff81ff5ff8,
	 SITES_CODE(
		 "\x65\x8b\x05\x43\xcc\x44\x02\x48\x0f\xa3\x05\x67\x83\xb8\x01\x0f\x83\xdc\xfc\xff"
		 "\xff\x65\xff\x05\x2a\xcc\x44\x02\x48\x8b\x05\x2b\x16\xb5\x01\x48\x85\xc0\x74\x0c"
		 "\x48\x8b\x78\x08\x48\x89\xde\xe8\xda\xab\xc5\x00"),
	 1,
	 {SITES_REG(RBX, 8)}},
	{"sched_wakeup_new",
	 0xffffffff8139ab36,
	 0xffffffff81ff6008,
	 SITES_CODE(
		 "\x65\x8b\x05\xf7\xd4\x44\x02\x48\x0f\xa3\x05\x1b\x8c\xb8\x01\x0f\x83\x29\xff\xff"
		 "\xff\x65\xff\x05\xde\xd4\x44\x02\x48\x8b\x05\x1f\x1e\xb5\x01\x48\x85\xc0\x74\x0c"
		 "\x48\x8b\x78\x08\x48\x89\xde\xe8\x9e\xb4\xc5\x00"),
	 1,
	 {SITES_REG(RBX, 8)}},
	{"sched_switch",
	 0xffffffff81feaccc,
	 0xffffffff81ff6010,
	 SITES_CODE(
		 "\x65\x8b\x05\x61\xd3\x7f\x01\x48\x0f\xa3\x05\x85\x8a\xf3\x00\x0f\x83\x17\xfa\xff"
		 "\xff\x65\xff\x05\x48\xd3\x7f\x01\x48\x8b\x05\x29\x1c\xf0\x00\x48\x85\xc0\x74\x16"
		 "\x48\x8b\x78\x08\x44\x8b\x45\x90\x48\x89\xd9\x4c\x89\xea\x8b\x75\xa4\xe8\x06\xb3"
		 "\x00\x00"),
	 4,
	 {SITES_MEMORY(RBP, -0x5c, 4), SITES_REG(R13, 8), SITES_REG(RBX, 8),
	  SITES_MEMORY(RBP, -0x70, 4)}},
	{"sched_migrate_task",
	 0xffffffff81395b9a,
	 0xffffffff81ff6018,
	 SITES_CODE(
		 "\x65\x8b\x05\x93\x24\x45\x02\x48\x0f\xa3\x05\xb7\xdb\xb8\x01\x0f\x83\x22\xff\xff"
		 "\xff\x65\xff\x05\x7a\x24\x45\x02\x48\x8b\x05\xfb\x6c\xb5\x01\x48\x85\xc0\x74\x0e"
		 "\x48\x8b\x78\x08\x89\xea\x48\x89\xde\xe8\x48\x04\xc6\x00"),
	 2,
	 {SITES_REG(RBX, 8), SITES_REG(RBP, 4)}},
};

/*
 * A kernel of one segment, which is the file from its beginning, with a table of symbols. Site i is
 * one of tracepoint MADE_POINT(i), the last one of sched_waking again. Offsets in the file:
 */
#define MADE_BASE          UINT64_C(0xffffffff81000000)
#define MADE_SITES         5
#define MADE_POINTS        4
#define MADE_POINT(i)      ((i) % MADE_POINTS)
#define MADE_NOP(i)        (0x200 + 16 * (size_t)(i))
#define MADE_TRAMP(i)      (0x280 + 8 * (size_t)(i)) /* of tracepoint i */
#define MADE_BLOCK(i)      (0x300 + SITES_REACH * (size_t)(i))
#define MADE_TEXT_END      0x800
#define MADE_JUMP(i)       (0x800 + 16 * (size_t)(i))
#define MADE_TRACEPOINT(i) (0x10000 + 72 * (size_t)(i)) /* side by side; not in the file */

static inline void sites_made_jump(struct made *m, size_t i, size_t code, size_t target, size_t key)
{
	size_t at = MADE_JUMP(i);
	int32_t near[2] = {(int32_t)(code - at), (int32_t)(target - at - 4)};
	int64_t far = (int64_t)(key - at - 8);

	memcpy(m->data + at, near, sizeof(near));
	memcpy(m->data + at + 8, &far, sizeof(far));
}

static inline void sites_made_symbol(Elf64_Sym *sym, char *names, size_t *n, const char *prefix,
				     const char *name, size_t at)
{
	*sym = (Elf64_Sym){
		.st_name = (Elf64_Word)*n, .st_shndx = SHN_ABS, .st_value = MADE_BASE + at};
	strcpy(names + *n, prefix);
	strcat(names + *n, name);
	*n += strlen(names + *n) + 1;
}

static inline void sites_made_kernel(struct made *m)
{
	static const uint8_t five[] = {0x0f, 0x1f, 0x44, 0x00, 0x00}, two[] = {0x66, 0x90};
	static const char sections[] = "\0.symtab\0.strtab\0.shstrtab";
	Elf64_Ehdr eh = made_ehdr();
	Elf64_Phdr ph = {.p_type = PT_LOAD, .p_vaddr = MADE_BASE};
	Elf64_Shdr sh[4] = {{0},
			    {.sh_name = 1,
			     .sh_type = SHT_SYMTAB,
			     .sh_entsize = sizeof(Elf64_Sym),
			     .sh_link = 2},
			    {.sh_name = 9, .sh_type = SHT_STRTAB},
			    {.sh_name = 17, .sh_type = SHT_STRTAB}};
	Elf64_Sym syms[6 + 2 * MADE_POINTS] = {{0}};
	char names[512] = "";
	size_t i, n = 6, at = 1;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < MADE_SITES; i++) {
		const struct sites_real *real = &sites_real[MADE_POINT(i)];
		size_t end = MADE_BLOCK(i) + real->len;
		int32_t to = (int32_t)(MADE_TRAMP(MADE_POINT(i)) - end);

		memcpy(m->data + MADE_NOP(i), i % 2 ? two : five,
		       i % 2 ? sizeof(two) : sizeof(five));
		memcpy(m->data + MADE_BLOCK(i), real->code, real->len - 4);
		memcpy(m->data + end - 4, &to, 4);
		sites_made_jump(m, i, MADE_NOP(i), MADE_BLOCK(i),
				MADE_TRACEPOINT(MADE_POINT(i)) + 8 + 2);
	}
	sites_made_symbol(&syms[1], names, &at, "", "_text", 0);
	sites_made_symbol(&syms[2], names, &at, "", "_stext", 0);
	sites_made_symbol(&syms[3], names, &at, "", "_etext", MADE_TEXT_END);
	sites_made_symbol(&syms[4], names, &at, "", "__start___jump_table", MADE_JUMP(0));
	sites_made_symbol(&syms[5], names, &at, "", "__stop___jump_table", MADE_JUMP(MADE_SITES));
	for (i = 0; i < MADE_POINTS; i++) {
		sites_made_symbol(&syms[n++], names, &at, "__tracepoint_", sites_real[i].name,
				  MADE_TRACEPOINT(i));
		sites_made_symbol(&syms[n++], names, &at, "__SCT__tp_func_", sites_real[i].name,
				  MADE_TRAMP(i));
	}
	m->len = MADE_JUMP(WITNESS_SITES + 8);
	ph.p_filesz = ph.p_memsz = m->len;
	eh.e_type = ET_EXEC;
	eh.e_phnum = 1;
	eh.e_shnum = 4;
	eh.e_shstrndx = 3;
	sh[1].sh_offset = made_put(m, syms, sizeof(syms));
	sh[1].sh_size = sizeof(syms);
	sh[2].sh_offset = made_put(m, names, at);
	sh[2].sh_size = at;
	sh[3].sh_offset = made_put(m, sections, sizeof(sections));
	sh[3].sh_size = sizeof(sections);
	eh.e_shoff = made_put(m, sh, sizeof(sh));
	memcpy(m->data, &eh, sizeof(eh));
	memcpy(m->data + sizeof(eh), &ph, sizeof(ph));
}

#endif
