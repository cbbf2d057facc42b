/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulator - what the witness calls in QEMU: its interface for plugins (version 4, of QEMU 9.2 and
 * 10; docs/devel/tcg-plugins), and some functions of its own, for a plugin can neither tell the
 * guest's time stamp counter nor have code translated anew. Types are as wide as theirs.
 */
#ifndef WITNESS_EMULATOR_H
#define WITNESS_EMULATOR_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_VERSION 4

enum { PLUGIN_READS_REGISTERS = 1 };

/* GLib's */
struct byte_array {
	uint8_t *data;
	unsigned len;
};
struct byte_array *g_byte_array_sized_new(unsigned size);
struct byte_array *g_byte_array_set_size(struct byte_array *a, unsigned len);
struct array {
	void *data;
	unsigned len;
};

struct plugin_info {
	const char *target; /* "x86_64" */
	struct {
		int min, cur;
	} version;
	uint8_t whole_system;
	/* and more */
};
struct plugin_register {
	void *handle;
	const char *name, *feature;
};

void qemu_plugin_register_vcpu_init_cb(uint64_t id, void (*fn)(uint64_t id, unsigned vcpu));
/* NULL = none any more */
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*fn)(uint64_t id, void *block));
size_t qemu_plugin_tb_n_insns(const void *block);
void *qemu_plugin_tb_get_insn(const void *block, size_t i);
uint64_t qemu_plugin_insn_vaddr(const void *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(void *insn, void (*fn)(unsigned vcpu, void *arg),
					    int flags, void *arg);
/* of struct plugin_register, in the thread of a vCPU that begins */
struct array *qemu_plugin_get_registers(void);
/* appends its bytes; their number */
int qemu_plugin_read_register(void *handle, struct byte_array *to);

/* by the page tables of the vCPU that calls; 0 = there is nothing */
uint8_t qemu_plugin_read_memory_vaddr(uint64_t address, struct byte_array *to, size_t len);

/* ---- not of the interface ---- */

int64_t cpus_get_elapsed_ticks(void); /* what a vCPU's rdtsc gives */
/* Where the guest's clock counts instructions it may only be asked at the end of a block, unless by
 * nobody's thread; what this vCPU has carried out is added to it before. */
extern __thread void *current_cpu;
void icount_update(void *cpu);
void *qemu_get_cpu(int index);
/* fn(cpu, arg) in the vCPU's thread, while no vCPU is in the guest's code */
void async_safe_run_on_cpu(void *cpu, void (*fn)(void *cpu, void *arg), void *arg);
void tb_flush(void *cpu); /* all is translated anew */

#endif
