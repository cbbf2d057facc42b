/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_work_export - every work type goes the whole road (road.h): typed, recorded, replayed from
 * its session, exported as C, compiled, and passed. A type without such a run fails.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_work.h"

/* Each type with all its parameters written out, twice its smallest group where that is small. */
static void add_type(struct buf *out, size_t i, const struct work_type *t)
{
	char value[WORK_TEXT_MAX];
	struct work_values v;
	uint32_t n;
	size_t j;

	work_defaults(t, &v);
	n = work_group_size(t, &v);
	buf_addf(out, "spawn w%zu@low %s n=%u", i, t->name, n < 3 ? 2 * n : n);
	for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++) {
		work_value_text(t, &v, j, value, sizeof(value));
		buf_addf(out, " %s=%s", t->params[j].key, value);
	}
	/* the kernel lets those that fifo tasks starve have a turn once a second */
	buf_addf(out, "\nhold %s", i == WORK_RT_STARVATION ? "1500ms" : "250ms");
	/* on a loaded host that time may have been the host's alone */
	buf_addf(out,
		 "\nhold until units(w%zu) > 0 timeout=60s\n"
		 "report w%zu\nexpect report w%zu work-units > 0\n"
		 "expect report w%zu cpus >= 1\nkill w%zu\n",
		 i, i, i, i, i);
}

static void every_work_type_passes_as_an_exported_test(void **state)
{
	const struct guest_config guest = {.topology = {1, 1, 2, 1},
					   .kernel = getenv("SXP_KERNEL")};
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *said = NULL;
	const struct work_type *t;
	size_t i;

	buf_adds(&text, "cgroup add low\n");
	for (i = 0; (t = work_type_at(i)); i++)
		add_type(&text, i, t);
	/* and a function of a program: examples/custom_work.c */
	buf_adds(&text, "spawn own@low custom:" CUSTOM_PROGRAM ":serve n=2 period=2ms turns=100\n"
			"hold until switches(own) > 100 timeout=60s\nreport own\n"
			"expect report own iterations > 0\nexpect placed own in=low\n");
	said = road_travel("work", buf_text(&text), &guest);
	assert_non_null(strstr(said, " iterations_of_own_is_more_than_0\n"));
	assert_null(strstr(said, "not ok"));
	for (i = 0; (t = work_type_at(i)); i++) {
		cleanup_free char *name = xasprintf("work_units_of_w%zu_is_more_than_0\n", i);
		const char *line = strstr(said, name);

		if (!line)
			fail_msg("%s: no test '%s' passed:\n%s", t->name, name, said);
		while (line > said && line[-1] != '\n')
			line--;
		if (strncmp(line, "ok ", 3))
			fail_msg("%s:\n%s", t->name, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_work_type_passes_as_an_exported_test),
	};

	return cmocka_run_group_tests_name("work_export", tests, NULL, NULL);
}
