/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_resume - a lost terminal: what ran is saved, and another program goes on with it; what is damaged is
 * refused and leaves the session file as it was.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "session/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lab *boot(void)
{
	static const char *const include[] = {"sh", NULL};

	return lab_boot(&(struct lab_config){.include = include, .journal = lab_journal});
}

/* The words of a payload that has run to its end. */
static const char *words(struct lab *lab, const char *name, const char *line)
{
	char group[32];
	size_t len;

	snprintf(group, sizeof(group), "%.*s", (int)strcspn(name, "@"), name);
	lab_ok(lab, "run %s -- %s", name, line);
	lab_ok(lab, "wait %s timeout=60s", group);
	return lab_output(lab, group, 1, &len);
}

static struct lab *resume(const char *file)
{
	struct err err = ERR_INIT;
	struct saved saved;

	if (saved_open(file, &saved, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(saved.screen, '2');
	return lab_boot(&(struct lab_config){.journal = file, .resume = &saved});
}

static off_t size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) < 0 ? -1 : st.st_size;
}

/* One byte of its last page is another now; once more, and it is as it was. */
static void damage(const char *file)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	off_t at = size_of(file) - 1;
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x40;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void note_end(void *arg, bool clean, const char *text)
{
	snprintf(arg, 300, "%s", text);
}

static void ignore_event(void *arg, const struct event *ev)
{
}

/* Why a session is not gone on with. */
static void refused(const char *file, const char *why)
{
	static const struct session_observer ends = {.event = ignore_event, .finished = note_end};
	uint64_t end = loop_now_ns() + 60000000000ull;
	struct saved saved;
	struct session_config config = {.interactive = true, .journal = file, .resume = &saved};
	struct err err = ERR_INIT;
	struct session *s;
	struct loop loop;
	char text[300] = "";
	off_t size = size_of(file);

	config.guest.topology = (struct topology){1, 1, 2, 1};
	config.guest.kernel = getenv("SXP_KERNEL");
	assert_int_equal(saved_open(file, &saved, &err), 0);
	assert_int_equal(loop_init(&loop, &err), 0);
	s = session_create(&loop, &config, &ends, text, &err);
	assert_non_null(s);
	assert_int_equal(session_boot(s, &err), 0);
	while (!*text && loop_now_ns() < end)
		loop_turn(&loop, 1000);
	if (!strstr(text, why))
		fail_msg("it ended with: %s", text);
	session_destroy(s);
	loop_finish(&loop);
	assert_int_equal(size_of(file), size);
}

static void a_lost_terminal_is_gone_on_from_in_the_same_file(void **state)
{
	cleanup_free char *beside = saved_path(lab_journal);
	struct model *all = model_create();
	struct lab *lab = boot();
	struct err err = ERR_INIT;
	uint64_t then, ops;
	size_t mark;

	lab_ok(lab, "cgroup add low");
	lab_ok(lab, "spawn hogs@low spin n=2");
	lab_send(lab, "hold 8s");
	then = session_model(lab_session(lab))->now_ns;
	assert_int_equal(lab_save(lab, '2'), 0);
	ops = session_model(lab_session(lab))->nops;
	lab_end(lab);
	damage(beside);
	refused(lab_journal, "checksum");
	damage(beside);
	lab = resume(lab_journal);
	assert_string_equal(session_path(lab_session(lab)), lab_journal);
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(session_model(lab_session(lab))->nops, ops);
	assert_true(session_model(lab_session(lab))->now_ns >= then);
	/* what ran goes on, what was begun comes to its end */
	assert_non_null(lab_group(lab, "hogs"));
	mark = lab_mark(lab);
	while (model_op(session_model(lab_session(lab)), ops)->state != OPS_DONE)
		lab_turn(lab);
	lab_samples(lab, 3);
	assert_int_equal(session_submit(lab_session(lab), "cgroup add low", NULL, &err), -EEXIST);
	lab_ok(lab, "kill hogs");
	assert_non_null(lab_find(lab, mark, EV_EXIT, "hogs", NULL));
	lab_end(lab);
	/* one session, from its beginning to its end */
	assert_int_equal(journal_read(lab_journal, false, NULL, all, NULL, NULL, &err), 0);
	assert_int_equal(all->nops, ops + 1);
	assert_int_equal(model_op(all, ops)->state, OPS_DONE);
	model_destroy(all);
}

static void where_the_guest_has_panicked_its_checkpoint_is_gone_on_from(void **state)
{
	struct lab *lab = boot();
	off_t size;

	lab_ok(lab, "cgroup add low");
	lab_checkpoint(lab, "alive");
	lab_send(lab, "run boom -- sh -c \"echo c > /proc/sysrq-trigger\"");
	lab_gone(lab);
	assert_int_equal(lab_save(lab, '2'), 0);
	lab_end(lab);
	size = size_of(lab_journal);
	lab = resume(lab_journal);
	assert_non_null(strstr(session_path(lab_session(lab)), "a.2.session"));
	assert_null(lab_group(lab, "boom"));
	assert_non_null(strstr(words(lab, "after@low", "sh -c \"read c < /proc/self/cgroup; echo $c\""), "/scxplore/low"));
	lab_end(lab);
	assert_int_equal(size_of(lab_journal), size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_lost_terminal_is_gone_on_from_in_the_same_file, lab_folder_setup, lab_folder_teardown),
		cmocka_unit_test_setup_teardown(where_the_guest_has_panicked_its_checkpoint_is_gone_on_from, lab_folder_setup,
						lab_folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
