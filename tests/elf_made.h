/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_made - small ELF files and kernel images made in memory, for tests of what reads them.
 */
#ifndef TESTS_ELF_MADE_H
#define TESTS_ELF_MADE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MADE_MAX 8192

struct made {
	uint8_t data[MADE_MAX];
	size_t len;
};

static inline size_t made_put(struct made *m, const void *data, size_t len)
{
	size_t at = m->len;

	memcpy(m->data + at, data, len);
	m->len = (m->len + len + 7) & ~(size_t)7;
	return at;
}

static inline Elf64_Ehdr made_ehdr(void)
{
	return (Elf64_Ehdr){.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			    .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			    .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
			    .e_shentsize = sizeof(Elf64_Shdr), .e_phoff = sizeof(Elf64_Ehdr)};
}

/* Interpreter /lib64/ld-linux-x86-64.so.2; needs libone.so and libtwo.so in `runpath`. */
static inline void elf_made_program_of(struct made *m, const char *runpath)
{
	static const char interp[] = "/lib64/ld-linux-x86-64.so.2";
	char strings[64] = "\0libone.so\0libtwo.so"; /* and from 21 on: */
	Elf64_Ehdr eh = made_ehdr();
	Elf64_Phdr ph[3] = {{.p_type = PT_LOAD}, {.p_type = PT_INTERP}, {.p_type = PT_DYNAMIC}};
	size_t at_strings;
	Elf64_Dyn dyn[] = {
		{.d_tag = DT_NEEDED, .d_un.d_val = 1}, {.d_tag = DT_NEEDED, .d_un.d_val = 11},
		{.d_tag = DT_RUNPATH, .d_un.d_val = 21}, {.d_tag = DT_STRTAB},
		{.d_tag = DT_STRSZ, .d_un.d_val = sizeof(strings)}, {.d_tag = DT_NULL},
	};

	strncpy(strings + 21, runpath, sizeof(strings) - 22);
	memset(m, 0, sizeof(*m));
	eh.e_phnum = 3;
	m->len = sizeof(eh) + sizeof(ph);
	ph[1].p_offset = made_put(m, interp, sizeof(interp));
	ph[1].p_filesz = sizeof(interp);
	at_strings = made_put(m, strings, sizeof(strings));
	dyn[3].d_un.d_ptr = 0x1000 + at_strings;
	ph[2].p_offset = made_put(m, dyn, sizeof(dyn));
	ph[2].p_filesz = sizeof(dyn);
	ph[0].p_vaddr = 0x1000;
	ph[0].p_filesz = m->len;
	memcpy(m->data, &eh, sizeof(eh));
	memcpy(m->data + sizeof(eh), ph, sizeof(ph));
}

static inline void elf_made_program(struct made *m)
{
	elf_made_program_of(m, "$ORIGIN/lib");
}

/* A PVH note, the banner of version 6.12.9-made, a .BTF section. */
static inline void elf_made_kernel(struct made *m)
{
	static const char banner[] = "Linux version 6.12.9-made (somebody@somewhere) #1 SMP";
	static const char names[] = "\0.BTF\0.shstrtab";
	static const struct {
		Elf64_Nhdr head;
		char name[4];
		uint64_t entry;
	} note = {{.n_namesz = 4, .n_descsz = 8, .n_type = 18}, "Xen", 0x1000000};
	Elf64_Ehdr eh = made_ehdr();
	Elf64_Phdr ph = {.p_type = PT_NOTE};
	Elf64_Shdr sh[3] = {{0}, {.sh_name = 1, .sh_type = SHT_PROGBITS}, {.sh_name = 6, .sh_type = SHT_STRTAB}};

	memset(m, 0, sizeof(*m));
	eh.e_type = ET_EXEC;
	eh.e_phnum = 1;
	eh.e_shnum = 3;
	eh.e_shstrndx = 2;
	m->len = sizeof(eh) + sizeof(ph);
	ph.p_offset = made_put(m, &note, sizeof(note));
	ph.p_filesz = sizeof(note);
	sh[1].sh_offset = made_put(m, banner, sizeof(banner));
	sh[1].sh_size = sizeof(banner);
	sh[2].sh_offset = made_put(m, names, sizeof(names));
	sh[2].sh_size = sizeof(names);
	eh.e_shoff = made_put(m, sh, sizeof(sh));
	memcpy(m->data, &eh, sizeof(eh));
	memcpy(m->data + sizeof(eh), &ph, sizeof(ph));
}

/* A setup header as in Documentation/arch/x86/boot.rst; the payload of 64 bytes begins with `magic`. */
static inline void elf_made_bzimage(struct made *m, const char *magic, size_t n)
{
	static const uint8_t offset = 0x40, size = 64;

	memset(m, 0, sizeof(*m));
	m->data[0x1f1] = 3;
	memcpy(m->data + 0x202, "HdrS", 4);
	m->data[0x248] = offset;
	m->data[0x24c] = size;
	memcpy(m->data + 4 * 512 + offset, magic, n);
	m->len = 4 * 512 + offset + size;
}

#endif
