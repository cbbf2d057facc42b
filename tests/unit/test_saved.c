/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_saved - a checkpoint beside a session: it is only gone on from while both are what they were; the session
 * that is gone on with knows what it knew.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "session/saved.h"
#include "vmm/warm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BODY                                                                                       \
	HEAD DID(1, 100, 200, "cgroup add low") DID(2, 300, 400, "spawn hogs@low spin n=1")        \
		PLACED(2, "hogs", 1, 9, "/placement/low", "0::/placement/low", true)               \
		"{\"seq\":3,\"t_ns\":0,\"op\":\"cgroup rm nowhere\"}\n"                             \
		"{\"seq\":3,\"t_ns\":1,\"event\":\"failed\",\"code\":2,\"text\":\"no\"}\n"              \
		EXITED(2, "hogs", 1, 9, 0, 0, false)                                              \
		"{\"seq\":4,\"t_ns\":0,\"op\":\"hold 5s\"}\n"                                          \
		"{\"seq\":4,\"t_ns\":2,\"event\":\"begin\"}\n"

static char folder[64], session[128], beside[160];

static void put(const char *text)
{
	FILE *f = fopen(session, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void save(const struct saved *v)
{
	struct warm_head h = {.memory = 4 * PAGES_SIZE, .state = "", .console = ""};
	struct pages *pages = pages_create(4 * PAGES_SIZE, PAGES_SIZE);
	struct buf head = BUF_INIT, more = BUF_INIT;
	struct err err = ERR_INIT;

	memset(h.key, 'a', WARM_KEY_MAX - 1);
	saved_put(v, &more);
	h.more = more.data;
	h.more_len = more.len;
	warm_head_put(&h, &head);
	assert_int_equal(warm_file_write(beside, head.data, head.len, pages, pages_take(pages), &err), 0);
	pages_destroy(pages);
	buf_finish(&head);
	buf_finish(&more);
}

static int set_up(void **state)
{
	struct saved v = {.bytes = strlen(BODY), .next_seq = 5, .now_ns = 77, .whole = true, .screen = '4'};
	cleanup_free char *name = NULL;
	struct err err = ERR_INIT;

	strcpy(folder, "/tmp/saved-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(session, sizeof(session), "%s/a.session", folder);
	name = saved_path(session);
	snprintf(beside, sizeof(beside), "%s", name);
	put(BODY);
	assert_int_equal(saved_sum(session, v.bytes, &v.sum, &err), 0);
	save(&v);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void what_was_saved_is_read(void **state)
{
	struct err err = ERR_INIT;
	struct saved v;

	assert_int_equal(saved_open(session, &v, &err), 0);
	assert_int_equal(v.bytes, strlen(BODY));
	assert_int_equal(v.next_seq, 5);
	assert_int_equal(v.now_ns, 77);
	assert_int_equal(v.screen, '4');
	assert_true(v.whole);
	/* something was done after it: that stays where it is */
	put(BODY DID(5, 600, 700, "cgroup add high"));
	assert_int_equal(saved_open(session, &v, &err), 0);
	assert_false(v.whole);
}

static void without_one_it_says_what_can_be_done_instead(void **state)
{
	struct err err = ERR_INIT;
	struct saved v;

	assert_int_equal(unlink(beside), 0);
	assert_int_equal(saved_open(session, &v, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "there is no checkpoint"));
	assert_non_null(strstr(err.msg, "scxplore run"));
}

static void another_session_file_is_not_gone_on_with(void **state)
{
	struct err err = ERR_INIT;
	struct saved v;
	int fd;

	put(HEAD DID(1, 100, 200, "cgroup add high"));
	assert_int_equal(saved_open(session, &v, &err), -ENODATA);
	assert_non_null(strstr(err.msg, "shorter"));
	put(BODY);
	fd = open(session, O_WRONLY);
	assert_int_equal(pwrite(fd, "X", 1, 300), 1);
	close(fd);
	assert_int_equal(saved_open(session, &v, &err), -ESTALE);
	assert_non_null(strstr(err.msg, "is another"));
}

static void a_head_that_is_damaged_or_of_no_session_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct saved v;
	int fd = open(beside, O_RDWR);

	assert_int_equal(pwrite(fd, "x", 1, WARM_FIXED + 30), 1);
	close(fd);
	assert_int_equal(saved_open(session, &v, &err), -EPROTO);
	assert_non_null(strstr(err.msg, "checksum"));
	save(&(struct saved){.bytes = 0, .next_seq = 1});
	assert_int_equal(saved_open(session, &v, &err), -EPROTO);
}

static void what_is_gone_on_with_knows_what_was_accepted_and_what_has_ended(void **state)
{
	struct model *model = model_create();
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;
	size_t i, ended = 0;

	assert_int_equal(journal_follow(session, model, s, &err), 0);
	assert_int_equal(model->nops, 4);
	/* the failed one is none; the one that runs is */
	assert_int_equal(scenario_len(s), 3);
	assert_int_equal(scenario_at(s, 2)->seq, 4);
	for (i = 0; i < scenario_things(s); i++)
		ended += scenario_thing_at(s, i)->ended;
	assert_int_equal(ended, 1);
	scenario_destroy(s);
	model_destroy(model);
}

static void a_file_is_written_on_by_one_and_from_where_it_ended(void **state)
{
	struct err err = ERR_INIT;
	struct journal *j = journal_resume(session, strlen(BODY) - 1, &err);

	assert_null(j);
	assert_int_equal(err.code, ESTALE);
	j = journal_resume(session, strlen(BODY), &err);
	assert_non_null(j);
	assert_null(journal_resume(session, strlen(BODY), &err));
	assert_non_null(strstr(err.msg, "another scxplore"));
	assert_int_equal(journal_size(j), strlen(BODY));
	journal_destroy(j);
	j = journal_resume(session, strlen(BODY), &err);
	assert_non_null(j);
	journal_destroy(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_saved_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_one_it_says_what_can_be_done_instead, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_session_file_is_not_gone_on_with, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_head_that_is_damaged_or_of_no_session_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_gone_on_with_knows_what_was_accepted_and_what_has_ended, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_written_on_by_one_and_from_where_it_ended, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
