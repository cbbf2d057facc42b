/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * witness - a plugin of QEMU's that sees the kernel's tracepoints as the guest's code comes by
 * them; desk.h has what it is told and what it tells.
 *
 * Each vCPU writes the ring of the CPU it is, alone, in its own thread. While nobody watches, no
 * code is touched and nothing is called. Invariants: no instruction of the guest's is added or
 * changed, and nothing of its memory written; what is read there is hostile and leads nowhere but
 * into the ranges of the desk; trouble ends the witness (`done` says so), never QEMU.
 */
#include "witness/desk.h"
#include "witness/emulator.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int qemu_plugin_version = PLUGIN_VERSION;

static uint64_t plugin;
static struct witness_desk *desk;
static size_t desk_size;
static const uint8_t *ram;
static uint64_t ram_size;
static int bell = -1, answer = -1;

/* In the order of enum witness_reg; then what tells which CPU it is. */
static const char *const names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",    "r8",
				    "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "gs_base"};
enum { NAMES = sizeof(names) / sizeof(names[0]), GS_BASE = NAMES - 1 };

static struct vcpu {
	void *handles[NAMES];
	struct byte_array *bytes;
	uint32_t order; /* that `cpu` was found under */
	uint32_t cpu;
} vcpus[WITNESS_CPUS];

/* ---- the guest's memory ---- */

static const uint8_t *at_place(uint64_t place, uint64_t len)
{
	return place <= ram_size && len <= ram_size - place && !(place % len) ? ram + place : NULL;
}

/* What a kernel's address is in it; NULL = none that is known. */
static const uint8_t *at(uint64_t address, uint64_t len)
{
	uint32_t i;

	for (i = 0; i < desk->nranges && i < sizeof(desk->ranges) / sizeof(desk->ranges[0]); i++) {
		const struct witness_range *r = &desk->ranges[i];
		uint64_t from = address - r->begin;

		if (address >= r->begin && from < r->bytes && len <= r->bytes - from)
			return at_place(r->place + from, len);
	}
	return NULL;
}

static uint64_t load(const uint8_t *from, unsigned bytes)
{
	if (!from)
		return 0;
	return bytes == 1   ? *(const volatile uint8_t *)from
	       : bytes == 4 ? *(const volatile uint32_t *)(const void *)from
			    : *(const volatile uint64_t *)(const void *)from;
}

static uint32_t field(uint64_t task, uint32_t offset)
{
	return (uint32_t)load(at(task + offset, 4), 4);
}

/* The guest's time stamp counter; counted instructions are all those of the running block. */
static uint64_t tsc(void)
{
	void *cpu = current_cpu;
	int64_t ticks;

	if (!desk->counted)
		return (uint64_t)cpus_get_elapsed_ticks();
	icount_update(cpu);
	current_cpu = NULL;
	ticks = cpus_get_elapsed_ticks();
	current_cpu = cpu;
	return (uint64_t)ticks;
}

/* The guest may take another clock at any time. */
static bool clock_is_tsc(void)
{
	const uint8_t *clock = at_place(desk->clock, 8);

	return clock && load(clock + desk->clock_base + desk->clock_source, 8) == desk->tsc;
}

/* CLOCK_MONOTONIC as ktime_get_mono_fast_ns() has it: kernel/time/timekeeping.c, 6.16 and 7.3. */
static uint64_t now(void)
{
	const uint8_t *clock = at_place(desk->clock, 8);
	uint64_t ns = 0, seq;
	int tries;

	for (tries = 0; clock && tries < 1000; tries++) {
		const uint8_t *base;
		uint64_t ticks;

		seq = load(clock + desk->clock_seq, 4);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		base = clock + desk->clock_base + (seq & 1) * desk->clock_base_size;
		ticks = (tsc() - load(base + desk->cycle_last, 8)) & load(base + desk->mask, 8);
		ns = load(base + desk->base_ns, 8) +
		     ((ticks * load(base + desk->mult, 4) + load(base + desk->xtime_nsec, 8)) >>
		      (load(base + desk->shift, 4) & 63));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (seq == load(clock + desk->clock_seq, 4))
			break;
	}
	return ns;
}

/* ---- a vCPU that comes by ---- */

static uint64_t reg(struct vcpu *v, unsigned i)
{
	uint64_t value = 0;

	if (!v->handles[i])
		return 0;
	g_byte_array_set_size(v->bytes, 0);
	if (qemu_plugin_read_register(v->handles[i], v->bytes) == sizeof(value))
		memcpy(&value, v->bytes->data, sizeof(value));
	return value;
}

/* Stacks are mapped page by page: only the page tables know where one is. */
static uint64_t on_stack(struct vcpu *v, uint64_t address, unsigned bytes)
{
	uint64_t value = 0;

	g_byte_array_set_size(v->bytes, 0);
	if (bytes <= sizeof(value) && qemu_plugin_read_memory_vaddr(address, v->bytes, bytes) &&
	    v->bytes->len >= bytes)
		memcpy(&value, v->bytes->data, bytes);
	return value;
}

static uint64_t argument(struct vcpu *v, const struct witness_arg *a)
{
	uint64_t value = reg(v, a->reg % WITNESS_REGS);

	if (a->in_memory)
		return on_stack(v, value + (uint64_t)(int64_t)a->offset, a->bytes);
	return a->bytes == 8 ? value : a->bytes == 4 ? (uint32_t)value : (uint8_t)value;
}

static bool which_cpu(struct vcpu *v)
{
	uint64_t base;
	uint32_t i;

	if (v->order == desk->order)
		return v->cpu < desk->ncpus;
	base = reg(v, GS_BASE);
	for (i = 0; i < desk->ncpus && desk->gs_base[i] != base; i++)
		;
	v->order = desk->order;
	v->cpu = i;
	return i < desk->ncpus;
}

/* The order in which a ring is written is that of bpf/trace.h. */
static void put(uint32_t cpu, enum trace_ring_type type, int tid, int other, uint32_t state,
		uint32_t to)
{
	struct trace_head *h =
		(void *)((uint8_t *)desk + WITNESS_RINGS + cpu * TRACE_RING((uint64_t)desk->slots));
	uint64_t produced = h->produced;
	struct trace_slot *s =
		(struct trace_slot *)(void *)(h + 1) + (produced / sizeof(*s) & (desk->slots - 1));

	__atomic_store_n(&h->produced, produced + sizeof(*s), __ATOMIC_SEQ_CST);
	s->tid = tid;
	s->other = other;
	s->state = (unsigned short)state;
	s->at = (unsigned short)to;
	s->t_ns = now();
	__atomic_store_n(&s->end, produced + sizeof(*s) + type, __ATOMIC_RELEASE);
}

static void on_switch(struct vcpu *v, const struct witness_site *site)
{
	bool preempted = argument(v, &site->args[0]) & 1;
	uint64_t prev = argument(v, &site->args[1]), next = argument(v, &site->args[2]);
	uint32_t state = (uint32_t)argument(v, &site->args[3]);

	put(v->cpu, TRACE_RING_SEEN, (int)field(next, desk->pid), (int)field(prev, desk->pid),
	    state, !preempted);
}

static void on_wake(struct vcpu *v, const struct witness_site *site)
{
	uint64_t who = argument(v, &site->args[0]);
	uint64_t current = load(at_place(desk->current_task[v->cpu], 8), 8);
	uint64_t count = load(at_place(desk->preempt_count[v->cpu], 4), 4);

	put(v->cpu, TRACE_RING_WAKE, (int)field(who, desk->pid),
	    count & TRACE_INTERRUPTS ? 0 : (int)field(current, desk->pid), field(who, desk->state),
	    field(who, desk->cpu));
}

static void on_migrate(struct vcpu *v, const struct witness_site *site)
{
	uint64_t who = argument(v, &site->args[0]);
	uint32_t from = field(who, desk->cpu), to = (uint32_t)argument(v, &site->args[1]);

	/* told also when it stays */
	if (from != to)
		put(v->cpu, TRACE_RING_MIGRATE, (int)field(who, desk->pid), (int)from, 0, to);
}

static void on_site(unsigned vcpu, void *arg)
{
	const struct witness_site *site = arg;
	struct vcpu *v = &vcpus[vcpu % WITNESS_CPUS];

	if (!desk->on)
		return;
	if (vcpu >= WITNESS_CPUS || !which_cpu(v) || !clock_is_tsc()) {
		__atomic_fetch_add(&desk->unplaced, 1, __ATOMIC_RELAXED);
		return;
	}
	if (site->type == TRACE_RING_SWITCH)
		on_switch(v, site);
	else if (site->type == TRACE_RING_WAKE)
		on_wake(v, site);
	else if (site->type == TRACE_RING_MIGRATE)
		on_migrate(v, site);
}

static void on_translated(uint64_t id, void *block)
{
	size_t n = qemu_plugin_tb_n_insns(block), i;
	uint32_t k;

	for (i = 0; i < n; i++) {
		void *insn = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		for (k = 0; k < desk->nsites; k++)
			if (desk->sites[k].address == address)
				qemu_plugin_register_vcpu_insn_exec_cb(
					insn, on_site, PLUGIN_READS_REGISTERS, &desk->sites[k]);
	}
}

/* ---- orders ---- */

static bool makes_sense(void)
{
	uint32_t slots = desk->slots;

	return desk->version == WITNESS_VERSION && desk->ncpus && desk->ncpus <= WITNESS_CPUS &&
	       desk->nsites <= WITNESS_SITES && slots >= TRACE_SLOTS_MIN &&
	       slots <= TRACE_SLOTS_MAX && !(slots & (slots - 1)) &&
	       desk_size >= WITNESS_RINGS + desk->ncpus * TRACE_RING((uint64_t)slots) &&
	       /* a page has room for all that is read of it */
	       desk->clock % 8 == 0 && desk->clock <= ram_size - 4096 && ram_size >= 4096 &&
	       desk->clock_base < 1024 && desk->clock_source < 1024 &&
	       desk->clock_base_size < 1024 && desk->base_ns < 1024 && desk->mask < 1024 &&
	       desk->cycle_last < 1024 && desk->mult < 1024 && desk->shift < 1024 &&
	       desk->xtime_nsec < 1024 && desk->clock_seq < 1024;
}

static void say(uint32_t done)
{
	uint64_t one = 1;

	__atomic_store_n(&desk->done, done, __ATOMIC_RELEASE);
	/* it is looked at once more when its time is over */
	if (write(answer, &one, sizeof(one)) < 0)
		return;
}

/* No vCPU is in the guest's code. */
static void carry_out(void *cpu, void *arg)
{
	uint32_t order = __atomic_load_n(&desk->order, __ATOMIC_ACQUIRE);
	bool wanted = __atomic_load_n(&desk->on, __ATOMIC_ACQUIRE), on = wanted && makes_sense();

	qemu_plugin_register_vcpu_tb_trans_cb(plugin, on ? on_translated : NULL);
	tb_flush(cpu);
	say(wanted && !on ? UINT32_MAX : order);
}

static void *listen(void *arg)
{
	struct pollfd bells = {.fd = bell, .events = POLLIN};
	uint64_t rings;

	/* it begins with that of the vCPU's thread, by which those are known */
	pthread_setname_np(pthread_self(), "witness");
	while (poll(&bells, 1, -1) > 0)
		if (read(bell, &rings, sizeof(rings)) == sizeof(rings))
			async_safe_run_on_cpu(qemu_get_cpu(0), carry_out, NULL);
	return NULL;
}

/* ---- the beginning ---- */

/* Not before there is a vCPU to ask; signals are for QEMU's own threads. */
static void begin_to_listen(void)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, listen, NULL))
		say(UINT32_MAX);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void on_vcpu(uint64_t id, unsigned vcpu)
{
	struct array *all;
	unsigned i, k;

	if (vcpu >= WITNESS_CPUS)
		return;
	if (!vcpu)
		begin_to_listen();
	all = qemu_plugin_get_registers();
	vcpus[vcpu].bytes = g_byte_array_sized_new(16);
	for (i = 0; i < all->len; i++) {
		const struct plugin_register *r = (struct plugin_register *)all->data + i;

		for (k = 0; k < NAMES; k++)
			if (!strcmp(r->name, names[k]))
				vcpus[vcpu].handles[k] = r->handle;
	}
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* The nodes' memory, one after the other, as this program's. */
static bool map_memory(const int *fds, size_t n)
{
	uint64_t done = 0;
	uint8_t *base;
	size_t i;

	for (i = 0; i < n; i++)
		ram_size += size_of(fds[i]);
	base = mmap(NULL, ram_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (i = 0; base != MAP_FAILED && i < n; i++) {
		uint64_t size = size_of(fds[i]);

		if (mmap(base + done, size, PROT_READ, MAP_SHARED | MAP_FIXED, fds[i], 0) ==
		    MAP_FAILED)
			return false;
		done += size;
	}
	ram = base;
	return base != MAP_FAILED;
}

static bool begin(int desk_fd, const int *memory, size_t n)
{
	bool good;

	desk_size = size_of(desk_fd);
	if (desk_size < WITNESS_RINGS || bell < 0 || !n)
		return false;
	desk = mmap(NULL, desk_size, PROT_READ | PROT_WRITE, MAP_SHARED, desk_fd, 0);
	if (desk == MAP_FAILED)
		return false;
	good = map_memory(memory, n);
	if (!good)
		say(UINT32_MAX);
	return good;
}

EXPORTED int qemu_plugin_install(uint64_t id, const struct plugin_info *info, int argc,
				 char **argv);

/* desk=FD,bell=FD,answer=FD,memory=FD for each node */
int qemu_plugin_install(uint64_t id, const struct plugin_info *info, int argc, char **argv)
{
	int memory[WITNESS_NODES], desk_fd = -1, i;
	size_t n = 0;

	plugin = id;
	if (!info->whole_system || strcmp(info->target, "x86_64"))
		return 0;
	for (i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (!value)
			continue;
		if (!strncmp(argv[i], "desk=", 5))
			desk_fd = atoi(value + 1);
		else if (!strncmp(argv[i], "bell=", 5))
			bell = atoi(value + 1);
		else if (!strncmp(argv[i], "answer=", 7))
			answer = atoi(value + 1);
		else if (!strncmp(argv[i], "memory=", 7) && n < WITNESS_NODES)
			memory[n++] = atoi(value + 1);
	}
	/* a guest without a witness is still a guest */
	if (begin(desk_fd, memory, n))
		qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	return 0;
}
