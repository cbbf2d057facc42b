/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols - the addresses of the kernel's variables, see symbols.h.
 * Invariant: the image is looked at through libelf and checked offsets only.
 */
#include "sight/symbols.h"
#include "base/cleanup.h"
#include "sight/kallsyms.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

static const struct {
	const char *name;
	size_t len, place;
} table[] = {
#define X(name) {#name, sizeof(#name) - 1, offsetof(struct symbols, name)},
	SYMBOLS(X)
#undef X
};

struct walk {
	symbols_fn fn;
	void *arg;
	bool text; /* _text was among them */
};

/* Which of them there are is asked of each, whoever wants them. */
static bool pass(void *arg, const char *name, size_t len, uint64_t address)
{
	struct walk *w = arg;

	w->text |= len == sizeof("_text") - 1 && !memcmp(name, "_text", len) && address;
	return w->fn(w->arg, name, len, address);
}

static bool take(void *arg, const char *name, size_t len, uint64_t address)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t *at = (uint64_t *)(void *)((char *)arg + table[i].place);

		if (len == table[i].len && !*at && !memcmp(name, table[i].name, len))
			*at = address;
	}
	return true;
}

static Elf *open_image(const void *image, size_t len)
{
	elf_version(EV_CURRENT);
	return elf_memory((char *)image, len); /* it does not write */
}

static Elf_Scn *find_section(Elf *elf, const char *name, GElf_Shdr *head)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *its =
			gelf_getshdr(scn, head) ? elf_strptr(elf, names, head->sh_name) : NULL;

		if (its && !strcmp(its, name))
			return scn;
	}
	return NULL;
}

const void *symbols_section(const void *image, size_t len, const char *name, size_t *n)
{
	Elf *elf = open_image(image, len);
	const void *data = NULL;
	GElf_Shdr head;

	if (elf && find_section(elf, name, &head) && head.sh_type != SHT_NOBITS &&
	    head.sh_offset <= len && head.sh_size <= len - head.sh_offset) {
		data = (const char *)image + head.sh_offset;
		*n = head.sh_size;
	}
	elf_end(elf);
	return data;
}

const void *symbols_bytes(const void *image, size_t image_len, uint64_t va, size_t len)
{
	Elf *elf = open_image(image, image_len);
	const void *data = NULL;
	GElf_Phdr head;
	size_t n, i;

	if (elf_getphdrnum(elf, &n) < 0)
		n = 0;
	for (i = 0; i < n && !data; i++)
		if (gelf_getphdr(elf, (int)i, &head) && head.p_type == PT_LOAD &&
		    va >= head.p_vaddr && va - head.p_vaddr <= head.p_filesz &&
		    len <= head.p_filesz - (va - head.p_vaddr) && head.p_offset <= image_len &&
		    head.p_filesz <= image_len - head.p_offset)
			data = (const char *)image + head.p_offset + (va - head.p_vaddr);
	elf_end(elf);
	return data;
}

static bool from_table(Elf *elf, struct walk *w)
{
	GElf_Shdr head;
	Elf_Scn *scn = find_section(elf, ".symtab", &head);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	GElf_Sym sym;
	int i;

	for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
		const char *name = elf_strptr(elf, head.sh_link, sym.st_name);

		if (name && *name && sym.st_shndx != SHN_UNDEF &&
		    !pass(w, name, strlen(name), sym.st_value))
			return true;
	}
	return w->text;
}

/* The table is in what is only read, which is of the first segment; _text is where that begins. */
static bool from_kallsyms(Elf *elf, const void *image, size_t len, struct walk *w)
{
	struct kallsyms k;
	GElf_Phdr head;
	uint64_t text = 0;
	size_t n, i;

	if (elf_getphdrnum(elf, &n) < 0)
		return false;
	for (i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, (int)i, &head) || head.p_type != PT_LOAD ||
		    head.p_offset > len || head.p_filesz > len - head.p_offset)
			continue;
		if (!text)
			text = head.p_vaddr;
		if (kallsyms_find(&k, (const char *)image + head.p_offset, head.p_filesz,
				  head.p_vaddr, text) == 0) {
			kallsyms_each(&k, pass, w);
			return true;
		}
	}
	return false;
}

int symbols_each(const void *image, size_t len, symbols_fn fn, void *arg, struct err *err)
{
	struct walk w = {.fn = fn, .arg = arg};
	Elf *elf = open_image(image, len);
	bool found;

	if (!elf)
		return err_set(err, ENOEXEC, "read the kernel image: %s", elf_errmsg(-1));
	found = from_table(elf, &w) || from_kallsyms(elf, image, len, &w);
	elf_end(elf);
	if (!found)
		return err_set(err, ENOENT,
			       "find symbols in the kernel image: it has neither a symbol "
			       "table nor that of CONFIG_KALLSYMS_ALL");
	return 0;
}

int symbols_read(const void *image, size_t len, struct symbols *out, struct err *err)
{
	int r;

	*out = (struct symbols){0};
	r = symbols_each(image, len, take, out, err);
	if (r < 0)
		return r;
	if (!out->_end || !out->init_top_pgt || !out->linux_banner || !out->init_task ||
	    !out->runqueues || !out->__per_cpu_offset)
		return err_set(err, ENOENT,
			       "find symbols in the kernel image: init_task, runqueues and "
			       "others are not in its table; CONFIG_KALLSYMS_ALL is needed");
	return 0;
}
