/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file cmocka.h
 * @brief sxp_run() and the sxp_check_...() as a cmocka test program.
 *
 * SXP_TEST_MAIN(&guest, backdrop, steps, cmocka_unit_test(...), ...) boots one guest, carries the
 * scenario out, then runs the tests on what was seen: `*state` is the const struct sxp_result *.
 * Output is TAP unless CMOCKA_MESSAGE_OUTPUT says otherwise. Where the guest cannot run on this
 * machine every test is skipped with the reason; where it broke down every test fails with it.
 */
#ifndef SCXPLORE_CMOCKA_H
#define SCXPLORE_CMOCKA_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <scxplore/scxplore.h>

/** @cond */
#define SXP_WHY_MAX 4096

/* Why there is no result: shown by every test. */
static inline struct sxp_error *sxp_cmocka_error(void)
{
	static struct sxp_error error;

	return &error;
}

static inline const struct sxp_result **sxp_cmocka_result(void)
{
	static const struct sxp_result *result;

	return &result;
}

/* Words of several lines, each a comment of TAP. */
static inline void sxp_cmocka_say(const char *what, const char *why)
{
	int n;

	for (n = 0; *why; why += n + (why[n] == '\n')) {
		for (n = 0; why[n] && why[n] != '\n'; n++)
			;
		print_message("# %s%s%.*s\n", what ? what : "", what ? ": " : "", n, why);
		what = NULL;
	}
}

/* The reason of a skip: its first line. */
static inline void sxp_cmocka_skip(const char *what, const char *why, const char *file, int line)
{
	int n;

	for (n = 0; why[n] && why[n] != '\n'; n++)
		;
	print_message("# skipped: %s%.*s\n", what, n, why);
	_skip(file, line);
}

/* Pass, skip with the reason, or fail at file:line with what was expected and seen. */
static inline void sxp_cmocka_judge(const struct sxp_result *seen, enum sxp_verdict verdict,
				    const char *what, const char *why, const char *file, int line)
{
	if (verdict == SXP_PASS)
		return;
	if (verdict != SXP_FAIL)
		sxp_cmocka_skip(verdict == SXP_SKIP ? "" : "could not be judged: ", why, file,
				line);
	sxp_cmocka_say(what, why);
	print_message("# the session of this run: scxplore %s\n", sxp_session_path(seen));
	_fail(file, line);
}

static inline void sxp_cmocka_ops(const struct sxp_result *seen, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_ops(seen, why, sizeof(why)), "every op is carried out",
			 why, file, line);
}

static inline void sxp_cmocka_placed(const struct sxp_result *seen, const char *name,
				     const char *cgroup, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_placed(seen, name, cgroup, why, sizeof(why)), name, why,
			 file, line);
}

static inline void sxp_cmocka_exit(const struct sxp_result *seen, const char *name, int code,
				   const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_exit(seen, name, code, why, sizeof(why)), name, why, file,
			 line);
}

static inline void sxp_cmocka_output(const struct sxp_result *seen, const char *name,
				     const char *text, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_output(seen, name, text, why, sizeof(why)), name, why,
			 file, line);
}

static inline void sxp_cmocka_file(const struct sxp_result *seen, const char *path, unsigned nth,
				   const char *text, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_file(seen, path, nth, text, why, sizeof(why)), path, why,
			 file, line);
}

static inline void sxp_cmocka_report(const struct sxp_result *seen, const char *name,
				     const char *figure, const char *op, const char *value,
				     const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_report(seen, name, figure, op, value, why, sizeof(why)),
			 name, why, file, line);
}

static inline void sxp_cmocka_report_nth(const struct sxp_result *seen, const char *name,
					 unsigned nth, const char *figure, const char *op,
					 const char *value, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen,
			 sxp_check_report_nth(seen, name, nth, figure, op, value, why, sizeof(why)),
			 name, why, file, line);
}

static inline void sxp_cmocka_metric(const struct sxp_result *seen, const char *name, unsigned nth,
				     const char *key, const char *op, const char *value,
				     double percent, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(
		seen,
		sxp_check_metric(seen, name, nth, key, op, value, percent, why, sizeof(why)), name,
		why, file, line);
}

static inline void sxp_cmocka_stayed(const struct sxp_result *seen, const char *name, unsigned look,
				     const char *cgroup, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_stayed(seen, name, look, cgroup, why, sizeof(why)), name,
			 why, file, line);
}

static inline void sxp_cmocka_ran(const struct sxp_result *seen, const char *name, unsigned look,
				  uint64_t within, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_ran(seen, name, look, within, why, sizeof(why)), name, why,
			 file, line);
}

static inline void sxp_cmocka_share(const struct sxp_result *seen, const char *pair, unsigned look,
				    double ratio, double percent, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_share(seen, pair, look, ratio, percent, why, sizeof(why)),
			 pair, why, file, line);
}

static inline void sxp_cmocka_cpus(const struct sxp_result *seen, const char *name, unsigned look,
				   const char *list, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_cpus(seen, name, look, list, why, sizeof(why)), name, why,
			 file, line);
}

static inline void sxp_cmocka_confined(const struct sxp_result *seen, const char *name,
				       unsigned look, const char *file, int line)
{
	char why[SXP_WHY_MAX] = "";

	sxp_cmocka_judge(seen, sxp_check_confined(seen, name, look, why, sizeof(why)), name, why,
			 file, line);
}

/* The casts let `*state` be handed over as it is, in C and in C++. */
#define SXP_SEEN_(seen) ((const struct sxp_result *)(seen))

/** @endcond */

/** @name Asserts
 * `seen` is `*state` of the test. What is inconclusive skips the test with the reason.
 * @{
 */

/** Every op of the scenario was done: sxp_check_ops(). */
#define sxp_assert_ops(seen) sxp_cmocka_ops(SXP_SEEN_(seen), __FILE__, __LINE__)
/** Every task of `name` was inside `cgroup` ("/" = the system's root) before its first instruction:
 * sxp_check_placed(). */
#define sxp_assert_placed_before_exec(seen, name, cgroup)                                          \
	sxp_cmocka_placed(SXP_SEEN_(seen), name, cgroup, __FILE__, __LINE__)
/** The tasks of `name` exited with `code`; 128 + N for signal N: sxp_check_exit(). */
#define sxp_assert_exit(seen, name, code)                                                          \
	sxp_cmocka_exit(SXP_SEEN_(seen), name, code, __FILE__, __LINE__)
/** In the look'th SXP_LOOK of `name` (from 0) every thread of it ran in `cgroup` only:
 * sxp_check_stayed(). */
#define sxp_assert_stayed(seen, name, look, cgroup)                                                \
	sxp_cmocka_stayed(SXP_SEEN_(seen), name, look, cgroup, __FILE__, __LINE__)
/** `name` got a CPU `within` so many ns after it was let go: sxp_check_ran(). */
#define sxp_assert_ran(seen, name, look, within)                                                   \
	sxp_cmocka_ran(SXP_SEEN_(seen), name, look, within, __FILE__, __LINE__)
/** Of `pair` "B/A", B had `ratio` times the CPU time of A, off by `percent` at most:
 * sxp_check_share(). */
#define sxp_assert_share(seen, pair, look, ratio, percent)                                         \
	sxp_cmocka_share(SXP_SEEN_(seen), pair, look, ratio, percent, __FILE__, __LINE__)
/** No thread of `name` ever ran on a CPU outside `list` ("0-3,6"): sxp_check_cpus(). */
#define sxp_assert_cpus(seen, name, look, list)                                                    \
	sxp_cmocka_cpus(SXP_SEEN_(seen), name, look, list, __FILE__, __LINE__)
/** No thread of `name` ever got a CPU that its cpuset did not have then: sxp_check_confined(). */
#define sxp_assert_confined(seen, name, look)                                                      \
	sxp_cmocka_confined(SXP_SEEN_(seen), name, look, __FILE__, __LINE__)
/** `name` wrote `text` to its standard output or standard error: sxp_check_output(). */
#define sxp_assert_output(seen, name, text)                                                        \
	sxp_cmocka_output(SXP_SEEN_(seen), name, text, __FILE__, __LINE__)
/** The first SXP_READ_FILE of `path` found `text`, white space around it left out: sxp_check_file(). */
#define sxp_assert_file(seen, path, text) sxp_assert_file_nth(seen, path, 0, text)
/** The nth (from 0) SXP_READ_FILE of `path` found `text`: sxp_check_file(). */
#define sxp_assert_file_nth(seen, path, nth, text)                                                 \
	sxp_cmocka_file(SXP_SEEN_(seen), path, nth, text, __FILE__, __LINE__)
/** Each worker of `name` reported `figure` `op` `value`: sxp_check_report().
 * `sxp_assert_report(*state, "hogs", "gap", "<", "2s")` */
#define sxp_assert_report(seen, name, figure, op, value)                                           \
	sxp_cmocka_report(SXP_SEEN_(seen), name, figure, op, value, __FILE__, __LINE__)
/** The same after the nth (from 0) SXP_REPORT of `name`: sxp_check_report_nth(). */
#define sxp_assert_report_nth(seen, name, nth, figure, op, value)                                  \
	sxp_cmocka_report_nth(SXP_SEEN_(seen), name, nth, figure, op, value, __FILE__, __LINE__)
/** `name` has printed `key` `op` `value`, off by `percent` at most, when the nth SXP_REPORT of it was
 * done: sxp_check_metric().
 * `sxp_assert_metric(*state, "bench", SXP_AT_END, "lat.wakeup.p99", "<", "5ms", 0)` */
#define sxp_assert_metric(seen, name, nth, key, op, value, percent)                                \
	sxp_cmocka_metric(SXP_SEEN_(seen), name, nth, key, op, value, percent, __FILE__, __LINE__)
/** @} */

/** @cond */
/* Stands in for every test when there is nothing to look at. */
static inline void sxp_cmocka_no_result(void **state)
{
	const struct sxp_error *error = sxp_cmocka_error();

	(void)state;
	if (error->code == ENOTSUP)
		sxp_cmocka_skip("", error->msg, __FILE__, __LINE__);
	sxp_cmocka_say(NULL, error->msg);
	_fail(__FILE__, __LINE__);
}

static inline int sxp_cmocka_setup(void **state)
{
	*state = (void *)*sxp_cmocka_result();
	return 0;
}

static inline int sxp_cmocka_main(const char *group, const struct sxp_guest *guest,
				  const struct sxp_op *backdrop, const struct sxp_step *steps,
				  struct CMUnitTest *tests, size_t n)
{
	struct sxp_result *result = sxp_run(guest, backdrop, steps, sxp_cmocka_error());
	size_t i;
	int failed;

	*sxp_cmocka_result() = result;
	if (result)
		print_message("# Linux %s, %s\n", sxp_kernel(result), sxp_accel(result));
	for (i = 0; !result && i < n; i++)
		tests[i].test_func = sxp_cmocka_no_result;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	sxp_tap_begin();
	failed = _cmocka_run_group_tests(group, tests, n, sxp_cmocka_setup, NULL);
	sxp_tap_end();
	sxp_result_free(result);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/** @endcond */

/**
 * main() of a test program: boots the guest once, then runs the tests, each a cmocka_unit_test().
 * `guest`, `backdrop` and `steps` are as for sxp_run().
 */
#define SXP_TEST_MAIN(guest, backdrop, steps, ...)                                                 \
	int main(void)                                                                             \
	{                                                                                          \
		struct CMUnitTest tests_[] = {__VA_ARGS__};                                        \
                                                                                                   \
		return sxp_cmocka_main(__FILE__, guest, backdrop, steps, tests_,                   \
				       sizeof(tests_) / sizeof(tests_[0]));                        \
	}

#endif
