/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sites - the scheduler's tracepoints in a kernel's code: the blocks of real kernels, blocks
 * that must not be believed, and an image made of the real ones.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "sight/sites.h"
#include "tests/sites_made.h"

#include <errno.h>

#define ADDRESS UINT64_C(0xffffffff81000000)
#define CALL    UINT64_C(0xffffffff81800000)

static void assert_args(const struct witness_arg *got, const struct witness_arg *want, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		assert_int_equal(got[i].reg, want[i].reg);
		assert_int_equal(got[i].in_memory, want[i].in_memory);
		assert_int_equal(got[i].bytes, want[i].bytes);
		assert_int_equal(got[i].offset, want[i].offset);
	}
}

/* The block `code`, then the call; where it has all four arguments from. */
static int block(const char *code, size_t len, struct witness_arg *args)
{
	struct err err = ERR_INIT;
	uint8_t all[512];
	int32_t by = (int32_t)(CALL - (ADDRESS + len + 5));
	int r;

	assert_true(len + 5 <= sizeof(all));
	memcpy(all, code, len);
	all[len] = 0xe8;
	memcpy(all + len + 1, &by, sizeof(by));
	r = sites_block(all, len + 5, ADDRESS, CALL, WITNESS_ARGS, args, &err);
	assert_true(r == 0 || (err.code == -r && *err.msg));
	return r;
}

#define BLOCK(code, args) block(code, sizeof(code) - 1, args)

static void assert_one(const char *code, size_t len, unsigned which, struct witness_arg want)
{
	struct witness_arg args[WITNESS_ARGS];

	assert_int_equal(block(code, len, args), 0);
	assert_args(&args[which], &want, 1);
}

#define ONE(code, which, ...)                                                                      \
	assert_one(code, sizeof(code) - 1, which, (struct witness_arg)__VA_ARGS__)

static void the_blocks_of_real_kernels_are_understood(void **state)
{
	struct witness_arg args[WITNESS_ARGS];
	const struct sites_real *b;

	for (b = sites_real; b < sites_real + SITES_REAL; b++) {
		assert_int_equal(sites_block((const uint8_t *)b->code, b->len, b->address, b->call,
					     b->nargs, args, NULL),
				 0);
		assert_args(args, b->args, b->nargs);
	}
}

static void a_block_that_is_cut_off_is_refused(void **state)
{
	struct witness_arg args[WITNESS_ARGS] = {0}, none[WITNESS_ARGS] = {0};
	const struct sites_real *b;
	struct err err;
	size_t len;

	for (b = sites_real; b < sites_real + SITES_REAL; b++)
		for (len = 0; len < b->len; len++) {
			cleanup_free uint8_t *exact = xcalloc(len ? len : 1, 1);

			err = ERR_INIT;
			memcpy(exact, b->code, len);
			assert_int_equal(
				sites_block(exact, len, b->address, b->call, b->nargs, args, &err),
				-ENOENT);
			assert_int_equal(err.code, ENOENT);
			assert_memory_equal(args, none, sizeof(args));
		}
}

static void what_was_not_moved_is_in_the_argument_s_register(void **state)
{
	static const struct witness_arg want[] = {SITES_REG(RSI, 8), SITES_REG(RDX, 8),
						  SITES_REG(RCX, 8), SITES_REG(R8, 8)};
	struct witness_arg args[WITNESS_ARGS];

	assert_int_equal(BLOCK("", args), 0);
	assert_args(args, want, WITNESS_ARGS);
	assert_int_equal(BLOCK("\x31\xd2", args), -ENOTSUP);             /* xor %edx,%edx */
	assert_int_equal(BLOCK("\x41\xff\xc0", args), -ENOTSUP);         /* inc %r8d */
	assert_int_equal(BLOCK("\x48\x8d\x73\x08", args), -ENOTSUP);     /* lea 8(%rbx),%rsi */
	assert_int_equal(BLOCK("\x66\x89\xde", args), -ENOTSUP);         /* mov %bx,%si */
	assert_int_equal(BLOCK("\x0f\xb6\xf4", args), -ENOTSUP);         /* movzx %ah,%esi */
	assert_int_equal(BLOCK("\x48\x8b\x34\x03", args), -ENOTSUP);     /* mov (%rbx,%rax),%rsi */
	assert_int_equal(BLOCK("\x65\x48\x8b\x73\x08", args), -ENOTSUP); /* mov %gs:8(%rbx),%rsi */
	assert_int_equal(BLOCK("\x48\x8b\x34\x25\0\0\0\1", args),
			 -ENOTSUP); /* mov 0x1000000,%rsi */
}

static void each_way_to_move_an_argument_is_known(void **state)
{
	ONE("\x48\x89\xde", 0, SITES_REG(RBX, 8));                  /* mov %rbx,%rsi */
	ONE("\x48\x8b\xf3", 0, SITES_REG(RBX, 8));                  /* the same, the other way */
	ONE("\x4d\x89\xf8", 3, SITES_REG(R15, 8));                  /* mov %r15,%r8 */
	ONE("\x44\x89\xe2", 1, SITES_REG(R12, 4));                  /* mov %r12d,%edx */
	ONE("\x41\x0f\xb6\xf4", 0, SITES_REG(R12, 1));              /* movzx %r12b,%esi */
	ONE("\x40\x0f\xb6\xf5", 0, SITES_REG(RBP, 1));              /* movzx %bpl,%esi */
	ONE("\x48\x63\xd5", 1, SITES_REG(RBP, 4));                  /* movsxd %ebp,%rdx */
	ONE("\x8b\x75\xb8", 0, SITES_MEMORY(RBP, -0x48, 4));        /* mov -0x48(%rbp),%esi */
	ONE("\x48\x8b\x74\x24\x10", 0, SITES_MEMORY(RSP, 0x10, 8)); /* mov 0x10(%rsp),%rsi */
	ONE("\x49\x8b\x34\x24", 0, SITES_MEMORY(R12, 0, 8));        /* mov (%r12),%rsi */
	ONE("\x49\x8b\x75\x00", 0, SITES_MEMORY(R13, 0, 8));        /* mov 0(%r13),%rsi */
	ONE("\x8b\x8b\x00\x01\x00\x80", 2, SITES_MEMORY(RBX, -0x7fffff00, 4));
	ONE("\x0f\xb6\x75\xb7", 0, SITES_MEMORY(RBP, -0x49, 1));       /* movzx -0x49(%rbp),%esi */
	ONE("\x48\x63\x55\xc8", 1, SITES_MEMORY(RBP, -0x38, 4));       /* movsxd -0x38(%rbp),%rdx */
	ONE("\x48\x89\xda\x48\x89\xc3", 1, SITES_REG(RBX, 8));         /* rbx is written later */
	ONE("\x49\x89\xdc\x31\xdb\x4c\x89\xe6", 0, SITES_REG(RBX, 8)); /* by way of r12 */
	ONE("\x48\x89\xd8\x48\x8b\x70\x18", 0, SITES_MEMORY(RBX, 0x18, 8)); /* by way of rax */
	ONE("\x89\xdf\x48\x89\xfe", 0, SITES_REG(RBX, 4)); /* no more than edi has */
}

static void a_source_that_was_written_before_is_refused(void **state)
{
	struct witness_arg args[WITNESS_ARGS];

	/* mov 0x1dd7507(%rip),%r12; mov %r12,%rsi */
	assert_int_equal(BLOCK("\x4c\x8b\x25\x07\x75\xdd\x01\x4c\x89\xe6", args), -ENOTSUP);
	/* ...; mov 8(%r12),%rsi */
	assert_int_equal(BLOCK("\x4c\x8b\x25\x07\x75\xdd\x01\x49\x8b\x74\x24\x08", args), -ENOTSUP);
	/* mov 8(%rbx),%rbx; mov 8(%rbx),%rsi */
	assert_int_equal(BLOCK("\x48\x8b\x5b\x08\x48\x8b\x73\x08", args), -ENOTSUP);
	/* mov %ebx,%ebx; mov 8(%rbx),%rsi */
	assert_int_equal(BLOCK("\x89\xdb\x48\x8b\x73\x08", args), -ENOTSUP);
	/* inc %rbx; mov %rbx,%rsi */
	assert_int_equal(BLOCK("\x48\xff\xc3\x48\x89\xde", args), -ENOTSUP);
}

static void memory_that_may_have_been_written_before_is_refused(void **state)
{
	struct witness_arg args[WITNESS_ARGS];

	/* mov %rax,-0x48(%rbp); mov -0x48(%rbp),%esi; then its second half, what is next to it */
	assert_int_equal(BLOCK("\x48\x89\x45\xb8\x8b\x75\xb8", args), -ENOTSUP);
	assert_int_equal(BLOCK("\x48\x89\x45\xb8\x8b\x75\xbc", args), -ENOTSUP);
	ONE("\x48\x89\x45\xb8\x8b\x75\xc0", 0, SITES_MEMORY(RBP, -0x40, 4));
	ONE("\x48\x89\x45\xb8\x8b\x75\xb4", 0, SITES_MEMORY(RBP, -0x4c, 4));
	ONE("\x8b\x75\xb8\x48\x89\x45\xb8", 0, SITES_MEMORY(RBP, -0x48, 4)); /* read before */
	/* mov %rax,8(%rbx), or to what is not known; mov -0x48(%rbp),%esi */
	assert_int_equal(BLOCK("\x48\x89\x43\x08\x8b\x75\xb8", args), -ENOTSUP);
	assert_int_equal(BLOCK("\x48\x89\x04\x0b\x8b\x75\xb8", args), -ENOTSUP);
	/* more of them than are remembered: mov %rax,0(%rbp) */
	assert_int_equal(
		BLOCK("\x48\x89\x45\0\x48\x89\x45\0\x48\x89\x45\0\x48\x89\x45\0\x48\x89\x45\0"
		      "\x8b\x75\xb8",
		      args),
		-ENOTSUP);
	/* inc %gs:(%rax) is none of them */
	ONE("\x65\x48\xff\x00\x8b\x75\xb8", 0, SITES_MEMORY(RBP, -0x48, 4));
}

static void what_is_not_known_is_refused(void **state)
{
	static const char *const bad[] = {
		"\xb8\x01\x02\x03\x04",
		"\x50",
		"\x90",
		"\x0f\x0b",
		"\xeb\x05",
		"\xe9\x01\x02\x03\x04",
		"\xff\xe0",
		"\xff\xd0",
		"\xff\x75\x08",
		"\x8d\xc0",
		"\x65\x65\x8b\x05",
		"\x66\x66",
		"\x66\x74\x70",
		"\x48\x74\x70",
		"\x48\x66\x89\xde",
		"\xf0\xff\x03",
		"\xc3",
		"\x0f\x1f\x03",
		"\xc5\xf8\x77",
	};
	struct witness_arg args[WITNESS_ARGS];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(block(bad[i], strlen(bad[i]), args), -ENOTSUP);
	assert_int_equal(sites_block((const uint8_t *)"\xe8\0\0\0\0", 5, ADDRESS, ADDRESS + 5,
				     WITNESS_ARGS + 1, args, NULL),
			 -ENOTSUP);
}

static void a_block_that_does_not_come_by_its_call_in_one_way_is_refused(void **state)
{
	char far[SITES_REACH + 8];
	struct witness_arg args[WITNESS_ARGS];
	size_t i;

	for (i = 0; i < sizeof(far); i += 2)
		memcpy(far + i, "\x85\xc0", 2);
	assert_int_equal(block(far, SITES_REACH - 6, args), 0);
	assert_int_equal(block(far, SITES_REACH - 4, args), -ENOENT);
	assert_int_equal(block(far, sizeof(far), args), -ENOENT);
	assert_int_equal(BLOCK("\xe8\x01\x02\x03\x04", args), -ENOTSUP); /* of something else */
	assert_int_equal(BLOCK("\x74\x03\x48\x89\xde", args), -ENOTSUP); /* je over the move */
	assert_int_equal(BLOCK("\x85\xc0\x74\xfc", args), -ENOTSUP);     /* je to the beginning */
	assert_int_equal(BLOCK("\x0f\x84\x02\0\0\0\x85\xc0", args),
			 -ENOTSUP);                                     /* je into the move */
	assert_int_equal(BLOCK("\x74\x08\x48\x89\xde", args), 0);       /* je over the call */
	assert_int_equal(BLOCK("\x74\x80\x0f\x83\0\0\0\x80", args), 0); /* away */
}

static void all_sites_of_an_image_are_found(void **state)
{
	struct err err = ERR_INIT;
	struct made m;
	struct sites s;
	unsigned i;

	sites_made_kernel(&m);
	assert_int_equal(sites_find(m.data, m.len, &s, &err), 0);
	assert_int_equal(s.n, MADE_SITES);
	for (i = 0; i < s.n; i++) {
		static const uint32_t types[] = {TRACE_RING_WAKE, TRACE_RING_WAKE,
						 TRACE_RING_SWITCH, TRACE_RING_MIGRATE};

		assert_int_equal(s.list[i].address, MADE_BASE + MADE_NOP(i));
		assert_int_equal(s.list[i].type, types[MADE_POINT(i)]);
		assert_args(s.list[i].args, sites_real[MADE_POINT(i)].args, WITNESS_ARGS);
	}
}

static void assert_refused(const struct made *m, int code, const char *words)
{
	struct err err = ERR_INIT;
	struct sites s;

	assert_int_equal(sites_find(m->data, m->len, &s, &err), -code);
	assert_int_equal(err.code, code);
	assert_int_equal(s.n, 0);
	assert_non_null(strstr(err.msg, words));
}

static void rename_symbol(struct made *m, const char *name)
{
	char *at = memmem(m->data, m->len, name, strlen(name) + 1);

	assert_non_null(at);
	*at = 'x';
}

static void what_an_image_lacks_is_named(void **state)
{
	struct made m;

	sites_made_kernel(&m);
	rename_symbol(&m, "__tracepoint_sched_waking");
	assert_refused(&m, ENOENT, "__tracepoint_sched_waking");
	sites_made_kernel(&m);
	rename_symbol(&m, "__SCT__tp_func_sched_switch");
	assert_refused(&m, ENOENT, "__SCT__tp_func_sched_switch");
	sites_made_kernel(&m);
	rename_symbol(&m, "__stop___jump_table");
	assert_refused(&m, ENOENT, "__stop___jump_table");
	sites_made_kernel(&m);
	sites_made_jump(&m, 1, MADE_NOP(1), MADE_BLOCK(1), 0x20000);
	assert_refused(&m, ENOENT, "sched_wakeup_new");
	m.len = 0;
	assert_refused(&m, ENOENT, "find symbols");
}

static void a_site_that_is_not_as_it_is_expected_is_refused(void **state)
{
	struct made m;

	sites_made_kernel(&m);
	m.data[MADE_NOP(2)] = 0xe9;
	assert_refused(&m, ENOTSUP, "sched_switch at 0xffffffff81000220");
	sites_made_kernel(&m);
	m.data[MADE_BLOCK(3)] = 0x90;
	assert_refused(&m, ENOTSUP, "sched_migrate_task at");
	sites_made_kernel(&m);
	m.data[MADE_BLOCK(4) + sites_real[0].len - 8] = 0x66; /* mov %bx,%si instead of %rbx,%rsi */
	assert_refused(&m, ENOTSUP, "sched_waking at");
	sites_made_kernel(&m);
	m.data[MADE_BLOCK(4) + sites_real[0].len - 8] = 0x40; /* mov %ebx,%esi */
	assert_refused(&m, ENOTSUP, "pointer");
	sites_made_kernel(&m);
	sites_made_jump(&m, 0, MADE_NOP(0), MADE_BLOCK(0), MADE_TRACEPOINT(0) + 8 + 1);
	assert_refused(&m, ENOTSUP, "off");
	sites_made_kernel(&m);
	sites_made_jump(&m, 0, MADE_TEXT_END, MADE_BLOCK(0), MADE_TRACEPOINT(0) + 8);
	assert_refused(&m, ENOTSUP, "not in the kernel's code");
	sites_made_kernel(&m);
	sites_made_jump(&m, 0, MADE_NOP(0), 0x7fffff00, MADE_TRACEPOINT(0) + 8);
	assert_refused(&m, ENOTSUP, "not in the kernel's code");
}

/* The table's end is moved: to no whole entry, before its beginning, out of the image, to more
 * sites than there is room for. */
static void a_jump_table_that_cannot_be_is_refused(void **state)
{
	static const struct {
		size_t at;
		int code;
	} ends[] = {{MADE_JUMP(MADE_SITES) + 8, ENOTSUP},
		    {MADE_JUMP(0) - 16, ENOTSUP},
		    {1u << 30, ENOTSUP},
		    {MADE_JUMP(WITNESS_SITES + 1), E2BIG}};
	uint64_t is = MADE_BASE + MADE_JUMP(MADE_SITES), to;
	struct made m;
	uint8_t *at;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		sites_made_kernel(&m);
		for (j = MADE_SITES; j <= WITNESS_SITES; j++)
			sites_made_jump(&m, j, MADE_NOP(0), MADE_BLOCK(0), MADE_TRACEPOINT(0) + 8);
		at = memmem(m.data, m.len, &is, sizeof(is));
		assert_non_null(at);
		to = MADE_BASE + ends[i].at;
		memcpy(at, &to, sizeof(to));
		assert_refused(&m, ends[i].code, "");
	}
}

/* Each byte of the image is another one, then nothing. */
static void no_image_is_read_outside_of_it(void **state)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff};
	struct made m;
	struct sites s;
	struct err err;
	size_t i, j;

	sites_made_kernel(&m);
	for (i = 0; i < m.len; i++) {
		cleanup_free uint8_t *cut = xcalloc(i ? i : 1, 1);

		memcpy(cut, m.data, i);
		for (j = 0; j < ARRAY_SIZE(flips); j++) {
			err = ERR_INIT;
			m.data[i] ^= flips[j];
			if (sites_find(m.data, m.len, &s, &err) < 0)
				assert_true(*err.msg && !s.n);
			m.data[i] ^= flips[j];
		}
		err = ERR_INIT;
		assert_true(sites_find(cut, i, &s, &err) < 0);
		assert_true(*err.msg && !s.n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_blocks_of_real_kernels_are_understood),
		cmocka_unit_test(a_block_that_is_cut_off_is_refused),
		cmocka_unit_test(what_was_not_moved_is_in_the_argument_s_register),
		cmocka_unit_test(each_way_to_move_an_argument_is_known),
		cmocka_unit_test(a_source_that_was_written_before_is_refused),
		cmocka_unit_test(memory_that_may_have_been_written_before_is_refused),
		cmocka_unit_test(what_is_not_known_is_refused),
		cmocka_unit_test(a_block_that_does_not_come_by_its_call_in_one_way_is_refused),
		cmocka_unit_test(all_sites_of_an_image_are_found),
		cmocka_unit_test(what_an_image_lacks_is_named),
		cmocka_unit_test(a_site_that_is_not_as_it_is_expected_is_refused),
		cmocka_unit_test(a_jump_table_that_cannot_be_is_refused),
		cmocka_unit_test(no_image_is_read_outside_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
