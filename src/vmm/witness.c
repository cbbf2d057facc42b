/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * witness - see witness.h. Invariant: the desk is not written to from the moment it is ordered on
 * to when the order to be off is carried out.
 */
#include "vmm/witness.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

struct witness {
	struct witness_desk *desk;
	size_t size;
	int desk_fd, bell, answer;
	uint32_t ncpus, slots; /* what the desk said when it was ours alone */
};

/* ---- QEMU ---- */

static const char *const wanted[] = {
	"qemu_plugin_register_vcpu_init_cb",
	"qemu_plugin_register_vcpu_tb_trans_cb",
	"qemu_plugin_tb_n_insns",
	"qemu_plugin_tb_get_insn",
	"qemu_plugin_insn_vaddr",
	"qemu_plugin_register_vcpu_insn_exec_cb",
	"qemu_plugin_get_registers",
	"qemu_plugin_read_register",
	"qemu_plugin_read_memory_vaddr",
	"cpus_get_elapsed_ticks",
	"current_cpu",
	"icount_update",
	"qemu_get_cpu",
	"async_safe_run_on_cpu",
	"tb_flush",
};

static unsigned exported(Elf *elf, Elf_Scn *scn, const GElf_Shdr *head)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	unsigned found = 0;
	GElf_Sym sym;
	size_t i, k;

	for (i = 0; data && i < head->sh_size / sizeof(Elf64_Sym); i++) {
		const char *name = gelf_getsym(data, (int)i, &sym) && sym.st_shndx != SHN_UNDEF
					   ? elf_strptr(elf, head->sh_link, sym.st_name)
					   : NULL;

		for (k = 0; name && k < ARRAY_SIZE(wanted); k++)
			if (!strcmp(name, wanted[k]))
				found |= 1u << k;
	}
	return found;
}

bool witness_fits(const char *binary)
{
	cleanup_fd int fd = open(binary, O_RDONLY | O_CLOEXEC);
	unsigned found = 0;
	Elf_Scn *scn = NULL;
	GElf_Shdr head;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return false;
	if (elf_kind(elf) == ELF_K_ELF && gelf_getclass(elf) == ELFCLASS64)
		while ((scn = elf_nextscn(elf, scn)))
			if (gelf_getshdr(scn, &head) && head.sh_type == SHT_DYNSYM)
				found |= exported(elf, scn, &head);
	elf_end(elf);
	return found == (1u << ARRAY_SIZE(wanted)) - 1;
}

char *witness_argument(const struct witness *w, const char *plugin, const struct memory *memory)
{
	struct buf b = BUF_INIT;
	unsigned i;

	buf_addf(&b, "file=");
	/* QEMU's options end at a comma, unless there are two */
	for (; *plugin; plugin++)
		buf_addf(&b, *plugin == ',' ? ",%c" : "%c", *plugin);
	buf_addf(&b, ",desk=%d,bell=%d,answer=%d", w->desk_fd, w->bell, w->answer);
	for (i = 0; i < memory->nodes; i++)
		buf_addf(&b, ",memory=%d", memory->fds[i]);
	return buf_steal(&b);
}

void witness_fds(const struct witness *w, int fds[WITNESS_FDS])
{
	fds[0] = w->desk_fd;
	fds[1] = w->bell;
	fds[2] = w->answer;
}

/* ---- the desk ---- */

struct witness *witness_create(unsigned ncpus, bool counted, struct err *err)
{
	struct witness *w;
	size_t size = WITNESS_RINGS + ncpus * TRACE_RING((size_t)wire_trace_slots(ncpus, 0));
	cleanup_fd int fd = memfd_create("scxplore-witness", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cleanup_fd int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cleanup_fd int answer = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	void *map;

	if (fd < 0 || bell < 0 || answer < 0 || ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0) {
		err_sys(err, errno, "make room for what the emulator sees of the guest");
		return NULL;
	}
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		err_sys(err, errno, "map what the emulator sees of the guest");
		return NULL;
	}
	w = xcalloc(1, sizeof(*w));
	w->desk = map;
	w->size = size;
	w->desk_fd = STEAL_FD(fd);
	w->bell = STEAL_FD(bell);
	w->answer = STEAL_FD(answer);
	w->ncpus = ncpus;
	w->desk->version = WITNESS_VERSION;
	w->desk->counted = counted;
	return w;
}

void witness_begin(struct witness *w)
{
	uint64_t orders;

	w->desk->on = 0;
	__atomic_store_n(&w->desk->done, w->desk->order, __ATOMIC_RELEASE);
	while (read(w->bell, &orders, sizeof(orders)) == sizeof(orders))
		;
}

void witness_destroy(struct witness *w)
{
	if (!w)
		return;
	munmap(w->desk, w->size);
	close(w->desk_fd);
	close(w->bell);
	close(w->answer);
	free(w);
}

struct witness_desk *witness_desk(struct witness *w)
{
	return w->desk;
}

static void order(struct witness *w, bool on)
{
	uint64_t one = 1;

	w->desk->on = on;
	__atomic_add_fetch(&w->desk->order, 1, __ATOMIC_RELEASE);
	/* it blocks after 2^64 rings only */
	if (write(w->bell, &one, sizeof(one)) != sizeof(one))
		w->desk->done = UINT32_MAX;
}

void witness_on(struct witness *w, uint32_t slots)
{
	uint32_t most = wire_trace_slots(w->ncpus, 0), n = wire_trace_slots(w->ncpus, slots);

	memset((uint8_t *)w->desk + WITNESS_RINGS, 0, w->size - WITNESS_RINGS);
	w->desk->ncpus = w->ncpus;
	w->desk->slots = w->slots = n < most ? n : most;
	w->desk->unplaced = 0;
	order(w, true);
}

void witness_off(struct witness *w)
{
	order(w, false);
}

int witness_answer(const struct witness *w)
{
	return w->answer;
}

enum witness_state witness_state(const struct witness *w)
{
	uint64_t answers;
	uint32_t done = __atomic_load_n(&w->desk->done, __ATOMIC_ACQUIRE);

	while (read(w->answer, &answers, sizeof(answers)) == sizeof(answers))
		done = __atomic_load_n(&w->desk->done, __ATOMIC_ACQUIRE);
	if (done == UINT32_MAX)
		return WITNESS_FAILED;
	if (done != w->desk->order)
		return WITNESS_AWAITED;
	return w->desk->on ? WITNESS_ON : WITNESS_OFF;
}

const uint8_t *witness_rings(const struct witness *w, uint32_t *ncpus, uint32_t *slots)
{
	*ncpus = w->ncpus;
	*slots = w->slots;
	return (const uint8_t *)w->desk + WITNESS_RINGS;
}

uint64_t witness_unplaced(const struct witness *w)
{
	return __atomic_load_n(&w->desk->unplaced, __ATOMIC_RELAXED);
}
