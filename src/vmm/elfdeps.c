/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elfdeps - reads program headers and the dynamic section with libelf. Everything in the image is
 * untrusted: offsets are checked against its length, strings end inside it, counts are capped.
 */
#include "vmm/elfdeps.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PHDRS_MAX 256

struct image {
	const char *data;
	size_t len;
	Elf *elf;
	GElf_Phdr phdr[PHDRS_MAX];
	size_t nphdr;
};

/* A string that ends inside the image, or NULL. */
static const char *string_at(const struct image *im, uint64_t offset, uint64_t limit)
{
	if (offset >= im->len)
		return NULL;
	if (limit > im->len - offset)
		limit = im->len - offset;
	return memchr(im->data + offset, '\0', limit) ? im->data + offset : NULL;
}

static bool to_offset(const struct image *im, uint64_t vaddr, uint64_t *offset)
{
	size_t i;

	for (i = 0; i < im->nphdr; i++) {
		const GElf_Phdr *p = &im->phdr[i];

		if (p->p_type != PT_LOAD || vaddr < p->p_vaddr || vaddr - p->p_vaddr >= p->p_filesz)
			continue;
		return !__builtin_add_overflow(p->p_offset, vaddr - p->p_vaddr, offset);
	}
	return false;
}

static int read_dynamic(struct image *im, const GElf_Phdr *dyn, struct elf_needs *out,
			struct err *err)
{
	uint64_t needed[ELF_NEEDED_MAX], strtab = 0, strsz = 0, rpath = 0, runpath = 0, base;
	bool has_rpath = false, has_runpath = false;
	size_t n = 0, i, count;
	Elf_Data *data;
	GElf_Dyn d;

	if (dyn->p_offset > im->len || dyn->p_filesz > im->len - dyn->p_offset)
		return err_set(err, ENOEXEC, "its dynamic section lies outside the file");
	data = elf_getdata_rawchunk(im->elf, (int64_t)dyn->p_offset, dyn->p_filesz, ELF_T_DYN);
	if (!data)
		return err_set(err, ENOEXEC, "its dynamic section cannot be read: %s",
			       elf_errmsg(-1));
	count = dyn->p_filesz / sizeof(Elf64_Dyn);
	for (i = 0; i < count && gelf_getdyn(data, (int)i, &d) && d.d_tag != DT_NULL; i++) {
		switch (d.d_tag) {
		case DT_NEEDED:
			if (n == ELF_NEEDED_MAX)
				return err_set(err, ENOEXEC, "it needs more than %d libraries",
					       ELF_NEEDED_MAX);
			needed[n++] = d.d_un.d_val;
			break;
		case DT_STRTAB:
			strtab = d.d_un.d_ptr;
			break;
		case DT_STRSZ:
			strsz = d.d_un.d_val;
			break;
		case DT_RPATH:
			rpath = d.d_un.d_val;
			has_rpath = true;
			break;
		case DT_RUNPATH:
			runpath = d.d_un.d_val;
			has_runpath = true;
			break;
		}
	}
	if (!n && !has_rpath && !has_runpath)
		return 0;
	if (!to_offset(im, strtab, &base) || base > im->len || strsz > im->len - base)
		return err_set(err, ENOEXEC, "its string table lies outside the file");
	out->needed = xcalloc(n + 1, sizeof(*out->needed));
	for (i = 0; i < n; i++) {
		const char *s = needed[i] < strsz
					? string_at(im, base + needed[i], strsz - needed[i])
					: NULL;

		if (!s || !*s)
			return err_set(err, ENOEXEC,
				       "the name of a needed library lies outside the file");
		out->needed[out->n++] = xstrdup(s);
	}
	if (has_rpath && rpath < strsz)
		out->rpath = xstrdup(string_at(im, base + rpath, strsz - rpath));
	if (has_runpath && runpath < strsz)
		out->runpath = xstrdup(string_at(im, base + runpath, strsz - runpath));
	return 0;
}

static int read_elf(struct image *im, struct elf_needs *out, struct err *err)
{
	const GElf_Phdr *dyn = NULL;
	GElf_Ehdr ehdr;
	size_t i;

	if (elf_kind(im->elf) != ELF_K_ELF || !gelf_getehdr(im->elf, &ehdr))
		return err_set(err, ENOEXEC, "it is not a whole ELF file: %s", elf_errmsg(-1));
	if (ehdr.e_type == ET_REL) {
		out->kind = FILE_OTHER; /* an object file (a BPF scheduler, say) is data: it is not
					   run by itself */
		return 0;
	}
	if (gelf_getclass(im->elf) != ELFCLASS64 || ehdr.e_machine != EM_X86_64)
		return err_set(err, ENOEXEC,
			       "it is an ELF file for another machine than 64-bit x86");
	if (elf_getphdrnum(im->elf, &im->nphdr) < 0 || im->nphdr > PHDRS_MAX)
		return err_set(err, ENOEXEC, "its program headers cannot be read");
	for (i = 0; i < im->nphdr; i++)
		if (!gelf_getphdr(im->elf, (int)i, &im->phdr[i]))
			return err_set(err, ENOEXEC, "its program headers lie outside the file");
	for (i = 0; i < im->nphdr; i++) {
		const GElf_Phdr *p = &im->phdr[i];
		const char *s;

		if (p->p_type == PT_DYNAMIC)
			dyn = p;
		if (p->p_type != PT_INTERP || out->interpreter)
			continue;
		s = string_at(im, p->p_offset, p->p_filesz);
		if (!s || *s != '/')
			return err_set(err, ENOEXEC, "its interpreter is not an absolute path");
		out->interpreter = xstrdup(s);
	}
	return dyn ? read_dynamic(im, dyn, out, err) : 0;
}

static char *word(const char **p, const char *end)
{
	const char *start;

	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	start = *p;
	while (*p < end && **p != ' ' && **p != '\t' && **p != '\r' && **p)
		(*p)++;
	return *p > start ? xstrndup(start, (size_t)(*p - start)) : NULL;
}

static int read_script(const char *data, size_t len, struct elf_needs *out, struct err *err)
{
	const char *end = memchr(data, '\n', len < 256 ? len : 256), *p = data + 2;

	if (!end)
		end = data + (len < 256 ? len : 256);
	out->kind = FILE_SCRIPT;
	out->interpreter = word(&p, end);
	out->interpreter_arg = word(&p, end);
	if (!out->interpreter || out->interpreter[0] != '/')
		return err_set(err, ENOEXEC, "its '#!' line names no absolute interpreter");
	return 0;
}

int elf_needs_read(const void *image, size_t len, struct elf_needs *out, struct err *err)
{
	struct image *im;
	int r;

	*out = (struct elf_needs){.kind = FILE_OTHER};
	if (len >= 2 && !memcmp(image, "#!", 2))
		return read_script(image, len, out, err);
	if (len < SELFMAG || memcmp(image, ELFMAG, SELFMAG))
		return 0;
	out->kind = FILE_ELF;
	elf_version(EV_CURRENT);
	im = xcalloc(1, sizeof(*im));
	im->data = image;
	im->len = len;
	im->elf = elf_memory((char *)image, len);
	r = im->elf ? read_elf(im, out, err)
		    : err_set(err, ENOEXEC, "it is not a whole ELF file: %s", elf_errmsg(-1));
	elf_end(im->elf);
	free(im);
	return r;
}

int elf_needs_file(const char *path, struct elf_needs *out, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;
	int r;

	*out = (struct elf_needs){.kind = FILE_OTHER};
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "read '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "'%s' is not a regular file", path);
	if (!st.st_size)
		return 0;
	/* private and writable: libelf may convert in place, never on disk */
	map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return err_sys(err, errno, "read '%s'", path);
	r = elf_needs_read(map, (size_t)st.st_size, out, err);
	munmap(map, (size_t)st.st_size);
	return r < 0 ? err_wrap(err, "'%s'", path) : 0;
}

void elf_needs_finish(struct elf_needs *needs)
{
	size_t i;

	for (i = 0; i < needs->n; i++)
		free(needs->needed[i]);
	free(needs->needed);
	free(needs->interpreter);
	free(needs->interpreter_arg);
	free(needs->rpath);
	free(needs->runpath);
	*needs = (struct elf_needs){0};
}
