/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_session_info - what a session file says of its guest, and the guest that is made of it again.
 */
#include "tests/unit/test.h"

#include "session/session_info.h"

/* recorded on one topology, replayed on another (or, with no nodes, on the same) */
static unsigned replayed(struct topology on, unsigned asked, struct topology again, unsigned told)
{
	struct guest_config config = {.topology = on, .memory_mib = asked};
	struct session_info info;
	struct err err = ERR_INIT;

	session_info_fill(&info, &config);
	config = (struct guest_config){.topology = again, .memory_mib = told};
	assert_int_equal(session_info_config(&info, &config, &err), 0);
	session_info_finish(&info);
	return config.memory_mib;
}

static void a_replay_has_the_memory_of_the_recording_and_enough_to_boot(void **state)
{
	static const struct topology small = {1, 1, 2, 1}, large = {2, 4, 4, 1}, same = {0, 0, 0, 0};

	assert_int_equal(replayed(small, 0, same, 0), 512);
	assert_int_equal(replayed(small, 700, same, 0), 700);
	/* 16 CPUs need more than what a guest has by default */
	assert_int_equal(replayed(large, 0, same, 0), 1024);
	assert_int_equal(replayed(small, 0, large, 0), 1024);
	assert_int_equal(replayed(large, 4096, small, 0), 4096);
	/* who asks for something hears what becomes of it */
	assert_int_equal(replayed(small, 0, large, 600), 600);
}

/* the guest that is made of a session that was disturbed by `was`, when `told` is asked for */
static struct guest_config disturbed(uint64_t was, uint64_t told)
{
	struct guest_config config = {.topology = {1, 1, 2, 1}, .exact = true, .seed = was};
	struct session_info info;
	struct err err = ERR_INIT;

	session_info_fill(&info, &config);
	config = (struct guest_config){.seed = told};
	assert_int_equal(session_info_config(&info, &config, &err), 0);
	session_info_finish(&info);
	return (struct guest_config){.exact = config.exact, .seed = config.seed};
}

static void a_seed_is_that_of_the_recording_unless_another_is_asked_for(void **state)
{
	assert_int_equal(disturbed(7, 0).seed, 7);
	assert_true(disturbed(7, 0).exact);
	assert_int_equal(disturbed(7, 9).seed, 9);
	assert_int_equal(disturbed(0, 0).seed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replay_has_the_memory_of_the_recording_and_enough_to_boot),
		cmocka_unit_test(a_seed_is_that_of_the_recording_unless_another_is_asked_for),
	};

	return cmocka_run_group_tests_name("session_info", tests, NULL, NULL);
}
