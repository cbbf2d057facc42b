/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_image - reads kernel images without running anything.
 * Invariant: a feature is ABSENT only where something said so; silence is UNKNOWN.
 */
#include "vmm/kernel_image.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <gelf.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#define CONFIG_MAX       (1u << 20)
#define XEN_PHYS32_ENTRY 18

static const struct {
	const char *option;
	size_t offset;
} options[] = {
	{"CONFIG_SCHED_CLASS_EXT", offsetof(struct kernel_facts, sched_ext)},
	{"CONFIG_DEBUG_INFO_BTF", offsetof(struct kernel_facts, btf)},
	{"CONFIG_PVH", offsetof(struct kernel_facts, pvh)},
	{"CONFIG_VIRTIO_CONSOLE", offsetof(struct kernel_facts, virtio_console)},
	{"CONFIG_VIRTIO_PCI", offsetof(struct kernel_facts, virtio_pci)},
	{"CONFIG_CPUSETS", offsetof(struct kernel_facts, cpusets)},
	{"CONFIG_SCHEDSTATS", offsetof(struct kernel_facts, schedstats)},
};

const char *feature_name(enum feature f)
{
	static const char *const names[] = {"unknown", "absent", "module", "built in"};

	return names[f];
}

bool kernel_is_elf(const void *image, size_t len)
{
	return len > SELFMAG && !memcmp(image, ELFMAG, SELFMAG);
}

static enum feature option_in(const char *config, const char *option)
{
	size_t n = strlen(option);
	const char *p = config;

	while ((p = strstr(p, option))) {
		bool at_start = p == config || p[-1] == '\n';

		p += n;
		if (at_start && *p == '=')
			return p[1] == 'y'   ? FEATURE_BUILTIN
			       : p[1] == 'm' ? FEATURE_MODULE
					     : FEATURE_ABSENT;
	}
	return FEATURE_ABSENT;
}

/* The configuration inside the image (CONFIG_IKCONFIG): gzip between two marks. */
static char *own_config(const char *image, size_t len)
{
	const char *start = memmem(image, len, "IKCFG_ST", 8), *end;
	z_stream z = {0};
	char *text;

	if (!start)
		return NULL;
	start += 8;
	end = memmem(start, len - (size_t)(start - image), "IKCFG_ED", 8);
	if (!end || inflateInit2(&z, 15 + 16) != Z_OK)
		return NULL;
	text = xcalloc(1, CONFIG_MAX + 1);
	z.next_in = (unsigned char *)start;
	z.avail_in = (unsigned)(end - start);
	z.next_out = (unsigned char *)text;
	z.avail_out = CONFIG_MAX;
	if (inflate(&z, Z_FINISH) != Z_STREAM_END) {
		free(text);
		text = NULL;
	}
	inflateEnd(&z);
	return text;
}

static bool has_pvh_note(const char *image, size_t len, const GElf_Phdr *p)
{
	size_t at = p->p_offset, end;

	if (p->p_offset > len || p->p_filesz > len - p->p_offset)
		return false;
	end = at + p->p_filesz;
	while (end - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr n;
		size_t name, desc;

		memcpy(&n, image + at, sizeof(n));
		at += sizeof(n);
		name = ((size_t)n.n_namesz + 3) & ~(size_t)3;
		desc = ((size_t)n.n_descsz + 3) & ~(size_t)3;
		if (name > end - at || desc > end - at - name)
			return false;
		if (n.n_type == XEN_PHYS32_ENTRY && n.n_namesz == 4 &&
		    !memcmp(image + at, "Xen", 4))
			return true;
		at += name + desc;
	}
	return false;
}

static bool has_section(Elf *elf, const char *want)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name =
			gelf_getshdr(scn, &sh) ? elf_strptr(elf, names, sh.sh_name) : NULL;

		if (name && !strcmp(name, want))
			return true;
	}
	return false;
}

static void read_elf(const char *image, size_t len, struct kernel_facts *out)
{
	size_t n, i;
	GElf_Phdr p;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)image, len);
	if (!elf)
		return;
	out->pvh = FEATURE_ABSENT;
	if (elf_getphdrnum(elf, &n) == 0 && n < 256)
		for (i = 0; i < n; i++)
			if (gelf_getphdr(elf, (int)i, &p) && p.p_type == PT_NOTE &&
			    has_pvh_note(image, len, &p))
				out->pvh = FEATURE_BUILTIN;
	out->btf = has_section(elf, ".BTF") ? FEATURE_BUILTIN : FEATURE_ABSENT;
	elf_end(elf);
}

static void read_release(const char *image, size_t len, struct kernel_facts *out)
{
	static const char banner[] = "Linux version ";
	const char *p = image, *end = image + len;

	while ((p = memmem(p, (size_t)(end - p), banner, sizeof(banner) - 1))) {
		size_t n = 0;

		p += sizeof(banner) - 1;
		while (p + n < end && n + 1 < sizeof(out->release) &&
		       (isalnum((unsigned char)p[n]) || strchr(".+-_~", p[n])) && p[n])
			n++;
		if (n && isdigit((unsigned char)*p)) {
			memcpy(out->release, p, n);
			out->release[n] = '\0';
			return;
		}
	}
}

void kernel_facts_read(const void *image, size_t len, const char *config, struct kernel_facts *out)
{
	cleanup_free char *own = config ? NULL : own_config(image, len);
	size_t i;

	*out = (struct kernel_facts){.release = ""};
	if (!config)
		config = own;
	for (i = 0; config && i < ARRAY_SIZE(options); i++)
		*(enum feature *)((char *)out + options[i].offset) =
			option_in(config, options[i].option);
	read_release(image, len, out);
	if (kernel_is_elf(image, len))
		read_elf(image, len, out);
	/* without a configuration the type information tells: the ops struct is only there with the
	 * class */
	if (out->sched_ext == FEATURE_UNKNOWN && out->btf == FEATURE_BUILTIN)
		out->sched_ext = memmem(image, len, "\0sched_ext_ops", 15) ? FEATURE_BUILTIN
									   : FEATURE_ABSENT;
}

int kernel_facts_usable(const struct kernel_facts *f, struct err *err)
{
	if (f->sched_ext == FEATURE_ABSENT)
		return err_set(err, ENOTSUP, "it has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
	if (f->btf == FEATURE_ABSENT)
		return err_set(err, ENOTSUP,
			       "it has no type information (CONFIG_DEBUG_INFO_BTF): no probe could "
			       "be loaded");
	if (f->pvh == FEATURE_ABSENT)
		return err_set(err, ENOTSUP,
			       "it has no PVH entry (CONFIG_PVH): QEMU cannot start it unpacked");
	if (f->virtio_console == FEATURE_ABSENT)
		return err_set(err, ENOTSUP,
			       "it has no virtio console (CONFIG_VIRTIO_CONSOLE): nothing could "
			       "talk to the guest");
	if (f->virtio_pci == FEATURE_ABSENT)
		return err_set(err, ENOTSUP, "it has no virtio over PCI (CONFIG_VIRTIO_PCI)");
	if (f->cpusets == FEATURE_ABSENT)
		return err_set(err, ENOTSUP, "it has no cpusets (CONFIG_CPUSETS)");
	return 0;
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int kernel_payload(const void *image, size_t len, size_t *offset, size_t *size,
		   const char **program, struct err *err)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *program;
	} kinds[] = {
		{"\x28\xb5\x2f\xfd", 4, "zstd"},
		{"\x1f\x8b", 2, "gzip"},
		{"\xfd"
		 "7zXZ",
		 5, "xz"},
		{"\x02!L\x18", 4, "lz4"},
		{"BZh", 3, "bzip2"},
		{"\x5d\0\0", 3, "lzma"},
	};
	const unsigned char *p = image;
	size_t at, n, sectors, i;

	if (len < 0x260 || memcmp(p + 0x202, "HdrS", 4))
		return err_set(err, ENOEXEC, "it is neither an ELF nor a bzImage kernel");
	sectors = p[0x1f1] ? p[0x1f1] : 4;
	at = (sectors + 1) * 512 + le32(p + 0x248);
	n = le32(p + 0x24c);
	if (at > len || n > len - at || n < 8)
		return err_set(err, ENOEXEC, "its header names a payload outside the file");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (memcmp(p + at, kinds[i].magic, kinds[i].n))
			continue;
		*offset = at;
		*size = n;
		*program = kinds[i].program;
		return 0;
	}
	return err_set(err, ENOEXEC, "its payload is packed in a way that is not known here");
}
