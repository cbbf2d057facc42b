/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites - the scheduler's tracepoints in a kernel's code, see sites.h.
 * Invariant: a register or a place in memory is named only when it is certain to hold at the nop
 * what the call is given; no byte is read that was not asked of symbols_bytes().
 */
#include "sight/sites.h"
#include "base/cleanup.h"
#include "sight/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* struct tracepoint begins with its name and its key, and was never smaller. What is next to it may
 * be another one. */
#define TRACEPOINT_SIZE 72
#define STORES_MAX      4

#define TRACEPOINT "__tracepoint_"
#define TRAMPOLINE "__SCT__tp_func_"

static const struct point {
	const char *name;
	uint32_t type;
	unsigned nargs;
	uint8_t bytes[WITNESS_ARGS]; /* of each argument: 8 of a pointer, 4 of a number */
} points[] = {
	{"sched_waking", TRACE_RING_WAKE, 1, {8}},
	{"sched_wakeup_new", TRACE_RING_WAKE, 1, {8}},
	{"sched_switch", TRACE_RING_SWITCH, 4, {4, 8, 8, 4}},
	{"sched_migrate_task", TRACE_RING_MIGRATE, 2, {8, 4}},
};

#define POINTS ARRAY_SIZE(points)

enum { JUMPS, JUMPS_END, TEXT, TEXT_END, BOUNDS };

static const char *const bounds[BOUNDS] = {
	[JUMPS] = "__start___jump_table",
	[JUMPS_END] = "__stop___jump_table",
	[TEXT] = "_stext",
	[TEXT_END] = "_etext",
};

struct kernel {
	const void *image;
	size_t len;
	uint64_t bound[BOUNDS];
	uint64_t tracepoint[POINTS], trampoline[POINTS];
};

/* include/linux/jump_label.h, each field relative to its own place */
struct jump {
	int32_t code, target;
	int64_t key; /* and in its lowest bits what is no address */
};

#define JUMP_INVERTED 1 /* the block is what is done while the key is off */
#define JUMP_FLAGS    3

/* An instruction, as far as one is understood. */
struct insn {
	unsigned op; /* behind 0x0f: 0x0f00 + it */
	uint8_t rex, mod, reg, rm;
	bool gs, op16;
	bool index;     /* its memory is at a sum of registers */
	int base;       /* of its memory, enum witness_reg; -1: none, or relative to itself */
	int32_t number; /* of its memory's place, or how far it jumps */
	size_t len;
};

struct code {
	const uint8_t *at;
	size_t len;
};

/* What is known of a block up to an instruction. Values are those at its beginning; of no bytes:
 * not known. */
struct block {
	struct witness_arg regs[WITNESS_REGS];
	struct witness_arg stores[STORES_MAX];
	unsigned nstores;
	bool stored_anywhere;
	uint8_t entered[SITES_REACH]; /* 1: by a jump of its own */
};

enum decoded { DECODED, CUT_OFF, UNKNOWN };

static bool take_bytes(struct code *c, void *dst, size_t n)
{
	if (n > c->len)
		return false;
	memcpy(dst, c->at, n);
	c->at += n;
	c->len -= n;
	return true;
}

/* A number of one or four bytes, with its sign. */
static bool take_number(struct code *c, size_t n, int32_t *number)
{
	int8_t small;

	if (n == sizeof(*number))
		return take_bytes(c, number, n);
	if (!take_bytes(c, &small, sizeof(small)))
		return false;
	*number = small;
	return true;
}

static bool is_jump(unsigned op)
{
	return (op & 0xfff0) == 0x70 || (op & 0xfff0) == 0x0f80;
}

static bool has_operands(unsigned op)
{
	switch (op) {
	case 0x31:   /* xor r, r/m */
	case 0x63:   /* movsxd r/m, r */
	case 0x85:   /* test */
	case 0x89:   /* mov r, r/m */
	case 0x8b:   /* mov r/m, r */
	case 0x8d:   /* lea */
	case 0xff:   /* inc, dec */
	case 0x0fa3: /* bt */
	case 0x0fb6: /* movzx of a byte */
		return true;
	}
	return false;
}

static bool take_operands(struct code *c, struct insn *in)
{
	uint8_t modrm, sib, index;

	in->base = -1;
	if (!take_bytes(c, &modrm, 1))
		return false;
	in->mod = modrm >> 6;
	in->reg = (modrm >> 3 & 7) | (in->rex & 4) << 1;
	in->rm = (modrm & 7) | (in->rex & 1) << 3;
	if (in->mod == 3)
		return true;
	if ((modrm & 7) == 4) {
		if (!take_bytes(c, &sib, 1))
			return false;
		index = (sib >> 3 & 7) | (in->rex & 2) << 2;
		in->index = index != WITNESS_RSP;
		in->base = (sib & 7) | (in->rex & 1) << 3;
		if (in->mod == 0 && (sib & 7) == 5) {
			in->base = -1;
			return take_number(c, 4, &in->number);
		}
	} else if (in->mod == 0 && (modrm & 7) == 5) {
		return take_number(c, 4, &in->number);
	} else {
		in->base = in->rm;
	}
	return in->mod == 0 || take_number(c, in->mod == 1 ? 1 : 4, &in->number);
}

static bool is_known(const struct insn *in)
{
	if (in->op == 0x8d)
		return in->mod != 3;
	return in->op != 0xff || (in->reg & 7) <= 1;
}

static enum decoded decode(const uint8_t *code, size_t len, struct insn *in)
{
	struct code c = {.at = code, .len = len};
	uint8_t byte;
	bool fine;

	*in = (struct insn){0};
	do {
		if (!take_bytes(&c, &byte, 1))
			return CUT_OFF;
		if ((byte == 0x65 && in->gs) || (byte == 0x66 && in->op16))
			return UNKNOWN;
		in->gs |= byte == 0x65;
		in->op16 |= byte == 0x66;
	} while (byte == 0x65 || byte == 0x66);
	if ((byte & 0xf0) == 0x40) {
		in->rex = byte;
		if (!take_bytes(&c, &byte, 1))
			return CUT_OFF;
	}
	in->op = byte;
	if (byte == 0x0f) {
		if (!take_bytes(&c, &byte, 1))
			return CUT_OFF;
		in->op = 0x0f00 + byte;
	}
	if (has_operands(in->op))
		fine = take_operands(&c, in);
	else if ((in->op == 0xe8 || is_jump(in->op)) && !in->gs && !in->op16 && !in->rex)
		fine = take_number(&c, (in->op & 0xfff0) == 0x70 ? 1 : 4, &in->number);
	else
		return UNKNOWN;
	in->len = len - c.len;
	if (!fine)
		return CUT_OFF;
	return is_known(in) ? DECODED : UNKNOWN;
}

/* How much an instruction moves: 8, 4 or 2 bytes. */
static uint8_t width(const struct insn *in)
{
	return in->rex & 8 ? 8 : in->op16 ? 2 : 4;
}

static struct witness_arg narrowed(struct witness_arg v, uint8_t bytes)
{
	if (bytes == 2)
		v.bytes = 0;
	else if (v.bytes > bytes)
		v.bytes = bytes;
	return v;
}

/* The memory of an instruction, or nothing when it is not at a register the block began with. */
static struct witness_arg memory_of(const struct block *b, const struct insn *in, uint8_t bytes)
{
	struct witness_arg base = in->base >= 0 ? b->regs[in->base] : (struct witness_arg){0};

	if (in->gs || in->index || base.bytes != 8 || base.in_memory)
		return (struct witness_arg){0};
	return (struct witness_arg){
		.reg = base.reg, .in_memory = 1, .bytes = bytes, .offset = in->number};
}

static bool may_overlap(const struct witness_arg *a, const struct witness_arg *b)
{
	return a->reg != b->reg || ((int64_t)a->offset < (int64_t)b->offset + b->bytes &&
				    (int64_t)b->offset < (int64_t)a->offset + a->bytes);
}

static struct witness_arg operand(const struct block *b, const struct insn *in, uint8_t bytes)
{
	struct witness_arg v;
	unsigned i;

	if (in->mod == 3) {
		if (bytes == 1 && !in->rex && in->rm >= WITNESS_RSP)
			return (struct witness_arg){0}; /* the second byte of another one */
		return narrowed(b->regs[in->rm], bytes);
	}
	v = memory_of(b, in, bytes);
	if (b->stored_anywhere)
		v.bytes = 0;
	for (i = 0; i < b->nstores; i++)
		if (may_overlap(&b->stores[i], &v))
			v.bytes = 0;
	return narrowed(v, bytes);
}

/* What is written to a CPU's own memory is neither a stack nor a task. */
static void store(struct block *b, const struct insn *in)
{
	struct witness_arg to = memory_of(b, in, width(in));

	if (in->gs)
		return;
	if (!to.bytes || b->nstores == STORES_MAX)
		b->stored_anywhere = true;
	else
		b->stores[b->nstores++] = to;
}

static void write_operand(struct block *b, const struct insn *in, struct witness_arg v)
{
	if (in->mod == 3)
		b->regs[in->rm] = v;
	else
		store(b, in);
}

static void carry_out(struct block *b, const struct insn *in)
{
	const struct witness_arg unknown = {0};

	switch (in->op) {
	case 0x31:
	case 0xff:
		write_operand(b, in, unknown);
		break;
	case 0x89:
		write_operand(b, in, narrowed(b->regs[in->reg], width(in)));
		break;
	case 0x63:
		b->regs[in->reg] = narrowed(operand(b, in, 4), width(in));
		break;
	case 0x8b:
		b->regs[in->reg] = operand(b, in, width(in));
		break;
	case 0x8d:
		b->regs[in->reg] = unknown;
		break;
	case 0x0fb6:
		b->regs[in->reg] = narrowed(operand(b, in, 1), width(in));
		break;
	}
}

static void note_jump(struct block *b, size_t next, int32_t by)
{
	int64_t to = (int64_t)next + by;

	if (to >= 0 && to < SITES_REACH)
		b->entered[to] = 1;
}

/* At the call, which ends at `end`. */
static int take_args(const struct block *b, size_t end, unsigned nargs, struct witness_arg *args,
		     struct err *err)
{
	static const uint8_t order[WITNESS_ARGS] = {WITNESS_RSI, WITNESS_RDX, WITNESS_RCX,
						    WITNESS_R8};
	unsigned i;

	if (memchr(b->entered, 1, end))
		return err_set(err, ENOTSUP, "its block jumps within itself before the call");
	if (nargs > WITNESS_ARGS)
		return err_set(err, ENOTSUP, "no more than %d arguments are looked for",
			       WITNESS_ARGS);
	for (i = 0; i < nargs; i++)
		if (!b->regs[order[i]].bytes)
			return err_set(err, ENOTSUP,
				       "its argument %u is from no register and no memory that is "
				       "the same before its block",
				       i + 1);
	for (i = 0; i < nargs; i++)
		args[i] = b->regs[order[i]];
	return 0;
}

int sites_block(const uint8_t *code, size_t len, uint64_t address, uint64_t call, unsigned nargs,
		struct witness_arg *args, struct err *err)
{
	struct block b = {0};
	struct insn in;
	enum decoded r;
	size_t at;
	uint8_t i;

	if (len > SITES_REACH)
		len = SITES_REACH;
	for (i = 0; i < WITNESS_REGS; i++)
		b.regs[i] = (struct witness_arg){.reg = i, .bytes = 8};
	for (at = 0; at < len; at += in.len) {
		r = decode(code + at, len - at, &in);
		if (r == CUT_OFF)
			break;
		if (r == UNKNOWN)
			return err_set(err, ENOTSUP,
				       "its block has an instruction at 0x%llx that is not known",
				       (unsigned long long)(address + at));
		if (in.op == 0xe8 && address + at + in.len + (uint64_t)(int64_t)in.number == call)
			return take_args(&b, at + in.len, nargs, args, err);
		if (in.op == 0xe8)
			return err_set(err, ENOTSUP,
				       "its block calls something else first, at 0x%llx",
				       (unsigned long long)(address + at));
		if (is_jump(in.op))
			note_jump(&b, at + in.len, in.number);
		else
			carry_out(&b, &in);
	}
	return err_set(err, ENOENT, "its block has no call of what is attached in %zu bytes", len);
}

static bool begins(const char **name, const char *with)
{
	size_t n = strlen(with);

	if (strncmp(*name, with, n))
		return false;
	*name += n;
	return true;
}

static void note(uint64_t *at, uint64_t address)
{
	if (!*at)
		*at = address;
}

static bool take_symbol(void *arg, const char *name, size_t len, uint64_t address)
{
	struct kernel *k = arg;
	uint64_t *of = NULL;
	size_t i;

	for (i = 0; i < BOUNDS; i++)
		if (!strcmp(name, bounds[i]))
			note(&k->bound[i], address);
	if (begins(&name, TRACEPOINT))
		of = k->tracepoint;
	else if (begins(&name, TRAMPOLINE))
		of = k->trampoline;
	for (i = 0; of && i < POINTS; i++)
		if (!strcmp(name, points[i].name))
			note(&of[i], address);
	return true;
}

static int find_symbols(struct kernel *k, struct err *err)
{
	int r = symbols_each(k->image, k->len, take_symbol, k, err);
	size_t i;

	if (r < 0)
		return r;
	for (i = 0; i < BOUNDS; i++)
		if (!k->bound[i])
			return err_set(err, ENOENT,
				       "find the scheduler's tracepoints in the kernel image: its "
				       "table of symbols has no %s; CONFIG_JUMP_LABEL and "
				       "CONFIG_KALLSYMS_ALL are needed",
				       bounds[i]);
	for (i = 0; i < POINTS; i++)
		if (!k->tracepoint[i] || !k->trampoline[i])
			return err_set(
				err, ENOENT,
				"find %s in the kernel image: its table of symbols has no "
				"%s%s; CONFIG_TRACEPOINTS and CONFIG_KALLSYMS_ALL are needed",
				points[i].name, k->tracepoint[i] ? TRAMPOLINE : TRACEPOINT,
				points[i].name);
	return 0;
}

static bool is_text(const struct kernel *k, uint64_t va)
{
	return va >= k->bound[TEXT] && va < k->bound[TEXT_END];
}

static bool is_nop(const uint8_t *code)
{
	static const uint8_t five[] = {0x0f, 0x1f, 0x44, 0x00, 0x00}, two[] = {0x66, 0x90};

	return !memcmp(code, five, sizeof(five)) || !memcmp(code, two, sizeof(two));
}

static int take_site(const struct kernel *k, const struct point *p, uint64_t trampoline,
		     uint64_t address, uint64_t target, struct witness_site *site, struct err *err)
{
	const uint8_t *nop = NULL, *block = NULL;
	unsigned i;
	int r;

	if (is_text(k, address) && is_text(k, target)) {
		nop = symbols_bytes(k->image, k->len, address, 5);
		block = symbols_bytes(k->image, k->len, target, SITES_REACH);
	}
	if (!nop || !block)
		return err_set(err, ENOTSUP, "it or its block is not in the kernel's code");
	if (!is_nop(nop))
		return err_set(err, ENOTSUP, "what stands there is no nop");
	*site = (struct witness_site){.address = address, .type = p->type};
	r = sites_block(block, SITES_REACH, target, trampoline, p->nargs, site->args, err);
	for (i = 0; r == 0 && i < p->nargs; i++) {
		if (site->args[i].bytes > p->bytes[i])
			site->args[i].bytes = p->bytes[i];
		if (p->bytes[i] == 8 && site->args[i].bytes < 8)
			r = err_set(err, ENOTSUP,
				    "its argument %u is a pointer of which %u bytes are moved",
				    i + 1, site->args[i].bytes);
	}
	return r;
}

/* An entry of the jump table, which is at va. */
static int take_jump(const struct kernel *k, const struct jump *j, uint64_t va, struct sites *out,
		     unsigned *seen, struct err *err)
{
	uint64_t address = va + offsetof(struct jump, code) + (uint64_t)(int64_t)j->code;
	uint64_t target = va + offsetof(struct jump, target) + (uint64_t)(int64_t)j->target;
	uint64_t key = va + offsetof(struct jump, key) + (uint64_t)j->key;
	size_t i;
	int r;

	for (i = 0; i < POINTS; i++)
		if ((key & ~(uint64_t)JUMP_FLAGS) - k->tracepoint[i] < TRACEPOINT_SIZE)
			break;
	if (i == POINTS)
		return 0;
	if (out->n == WITNESS_SITES)
		r = err_set(err, E2BIG, "there are more than %d places", WITNESS_SITES);
	else if (key & JUMP_INVERTED)
		r = err_set(err, ENOTSUP, "its block is for when it is off");
	else
		r = take_site(k, &points[i], k->trampoline[i], address, target, &out->list[out->n],
			      err);
	if (r < 0) {
		err_wrap(err, "understand %s at 0x%llx of the kernel image", points[i].name,
			 (unsigned long long)address);
		return r;
	}
	out->n++;
	*seen |= 1u << i;
	return 0;
}

static int find_sites(const struct kernel *k, struct sites *out, struct err *err)
{
	uint64_t begin = k->bound[JUMPS], size = k->bound[JUMPS_END] - begin, at;
	const char *table = symbols_bytes(k->image, k->len, begin, size);
	unsigned seen = 0;
	struct jump j;
	size_t i;
	int r;

	if (!table || size % sizeof(j))
		return err_set(err, ENOTSUP,
			       "find the scheduler's tracepoints in the kernel image: its jump "
			       "table is not in it, or not of entries of %zu bytes",
			       sizeof(j));
	for (at = 0; at < size; at += sizeof(j)) {
		memcpy(&j, table + at, sizeof(j));
		r = take_jump(k, &j, begin + at, out, &seen, err);
		if (r < 0)
			return r;
	}
	for (i = 0; i < POINTS; i++)
		if (!(seen & 1u << i))
			return err_set(
				err, ENOENT,
				"find %s in the kernel image: its jump table has no place of it",
				points[i].name);
	return 0;
}

int sites_find(const void *image, size_t len, struct sites *out, struct err *err)
{
	struct kernel k = {.image = image, .len = len};
	int r;

	*out = (struct sites){0};
	r = find_symbols(&k, err);
	if (r == 0)
		r = find_sites(&k, out, err);
	if (r < 0)
		*out = (struct sites){0};
	return r;
}
