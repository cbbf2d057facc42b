/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_keeper - the process that keeps copies: taken, put back, saved, loaded; it ends when asked to.
 */
#include "tests/unit/test.h"

#include "vmm/keeper.h"
#include "vmm/warm_file.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define MIB UINT64_C(1048576)

static struct loop loop;
static struct keeper_answer last;
static unsigned answers;

static void on_answer(void *arg, const struct keeper_answer *a)
{
	last = *a;
	answers++;
}

static const struct keeper_answer *ask(struct keeper *k, enum keeper_do what, int moment, const char *path,
				       const struct buf *head)
{
	uint64_t end = loop_now_ns() + 20000000000ull;
	unsigned had = answers;

	assert_int_equal(keeper_ask(k, what, moment, path, head ? head->data : NULL, head ? head->len : 0), 0);
	while (answers == had && loop_now_ns() < end)
		loop_turn(&loop, 1000);
	assert_int_equal(answers, had + 1);
	assert_int_equal(last.what, what);
	return &last;
}

static uint8_t *bytes(struct memory *m)
{
	return (uint8_t *)m->view.base;
}

static void what_was_taken_is_put_back_saved_and_loaded(void **state)
{
	char folder[] = "/tmp/keeper-XXXXXX", path[64];
	struct warm_head h = {.release = "7", .topology = "2n2l1c1t", .memory = 8 * MIB, .state = "x",
			      .state_len = 1, .console = "", .console_len = 0};
	struct err err = ERR_INIT;
	struct buf head = BUF_INIT;
	struct memory m, other;
	struct keeper *k;
	int first;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.guest", folder);
	assert_int_equal(memory_init(&m, 2, 8, &err), 0);
	memset(bytes(&m) + MIB, 1, 100000);
	memset(bytes(&m) + 7 * MIB, 2, 4096);
	k = keeper_start(&loop, &m, 8 * MIB, on_answer, NULL, &err);
	assert_non_null(k);
	assert_int_equal(ask(k, KEEPER_SYNC, 0, NULL, NULL)->code, 0);
	assert_int_equal(last.changed, 26);
	bytes(&m)[MIB] = 9;
	assert_int_equal(ask(k, KEEPER_TAKE, 0, NULL, NULL)->code, 0);
	assert_int_equal(last.changed, 1);
	assert_int_equal(last.used, 26 * 4096);
	first = last.moment;
	memset(bytes(&m), 3, 3 * MIB);
	assert_int_equal(ask(k, KEEPER_RESTORE, first, NULL, NULL)->code, 0);
	assert_int_equal(bytes(&m)[0], 0);
	assert_int_equal(bytes(&m)[MIB], 9);
	assert_int_equal(bytes(&m)[MIB + 99999], 1);
	assert_int_equal(bytes(&m)[MIB + 100000], 0);
	assert_true(keeper_lives(k));
	assert_int_equal(ask(k, KEEPER_RESTORE, first + 1, NULL, NULL)->code, -ENOENT);
	memset(h.key, 'b', WARM_KEY_MAX - 1);
	warm_head_put(&h, &head);
	assert_int_equal(ask(k, KEEPER_SAVE, first, path, &head)->code, 0);
	keeper_end(k);

	assert_int_equal(memory_init(&other, 2, 8, &err), 0);
	k = keeper_start(&loop, &other, MIB, on_answer, NULL, &err);
	assert_int_equal(ask(k, KEEPER_LOAD, 0, path, NULL)->code, 0);
	assert_memory_equal(bytes(&other), bytes(&m), 8 * MIB);
	assert_true(ask(k, KEEPER_LOAD, 0, "/no/such.guest", NULL)->code < 0);
	assert_non_null(strstr(last.text, "/no/such.guest"));
	keeper_end(k);
	memory_finish(&other);
	memory_finish(&m);
	buf_finish(&head);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

static void what_finds_no_room_is_said_and_nothing_is_lost(void **state)
{
	struct err err = ERR_INIT;
	struct memory m;
	struct keeper *k;
	int first;

	assert_int_equal(memory_init(&m, 1, 8, &err), 0);
	memset(bytes(&m), 1, MIB);
	k = keeper_start(&loop, &m, MIB, on_answer, NULL, &err);
	assert_int_equal(ask(k, KEEPER_TAKE, 0, NULL, NULL)->code, 0);
	first = last.moment;
	memset(bytes(&m), 2, 2 * MIB);
	assert_int_equal(ask(k, KEEPER_TAKE, 0, NULL, NULL)->code, -ENOSPC);
	assert_true(*last.text);
	assert_int_equal(ask(k, KEEPER_RESTORE, first, NULL, NULL)->code, 0);
	assert_int_equal(bytes(&m)[MIB - 1], 1);
	assert_int_equal(bytes(&m)[MIB], 0);
	keeper_end(k);
	memory_finish(&m);
}

static int start_loop(void **state)
{
	struct err err = ERR_INIT;

	return loop_init(&loop, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_taken_is_put_back_saved_and_loaded),
		cmocka_unit_test(what_finds_no_room_is_said_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, start_loop, NULL);
}
