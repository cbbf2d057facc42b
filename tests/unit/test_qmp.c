/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_qmp - what QEMU's monitor says, and what it might say.
 */
#include "tests/unit/test.h"

#include "vmm/qmp.h"

static struct qmp_message parsed(const char *line)
{
	struct qmp_message m;

	qmp_parse(line, strlen(line), &m);
	return m;
}

static void each_kind_of_line_is_told_apart(void **state)
{
	assert_int_equal(parsed("{\"QMP\":{\"version\":{\"qemu\":{\"micro\":2,\"minor\":0,\"major\":10}},\"capabilities\":[]}}").kind,
			 QMP_GREETING);
	assert_int_equal(parsed("{\"QMP\":{\"version\":{\"qemu\":{\"major\":10}}}}").major, 10);
	assert_int_equal(parsed("{\"return\":{}}").kind, QMP_RETURN);
	assert_string_equal(parsed("{\"return\":{\"status\":\"internal-error\",\"running\":false}}").status, "internal-error");
	assert_string_equal(parsed("{\"error\":{\"class\":\"GenericError\",\"desc\":\"no such\"}}").error, "no such");
	assert_int_equal(parsed("{\"something\":1}").kind, QMP_OTHER);
}

static void an_event_brings_its_reason(void **state)
{
	struct qmp_message m = parsed("{\"timestamp\":{\"seconds\":1},\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,"
				      "\"reason\":\"guest-reset\"}}\r");

	assert_int_equal(m.kind, QMP_EVENT);
	assert_string_equal(m.event, "SHUTDOWN");
	assert_string_equal(m.reason, "guest-reset");
	assert_string_equal(parsed("{\"event\":\"STOP\"}").reason, "");
}

static void an_answer_names_its_command_and_may_be_a_text(void **state)
{
	struct qmp_message m = parsed("{\"return\": \"Disabled gdbserver\\r\\n\", \"id\": \"stub-detach\"}");

	assert_int_equal(m.kind, QMP_RETURN);
	assert_string_equal(m.id, "stub-detach");
	assert_memory_equal(m.text, "Disabled gdbserver", 18);
	assert_null(strpbrk(m.text, "\r\n"));
	m = parsed("{\"id\":7,\"error\":{\"desc\":\"x\"}}");
	assert_string_equal(m.id, "");
	assert_string_equal(m.text, "");
}

static void vcpu_threads_come_by_index_all_or_none(void **state)
{
	struct qmp_message m = parsed("{\"return\":[{\"cpu-index\":1,\"thread-id\":12,\"target\":\"x86_64\"},"
				      "{\"thread-id\":11,\"cpu-index\":0}]}");

	assert_int_equal(m.kind, QMP_RETURN);
	assert_int_equal(m.nthreads, 2);
	assert_int_equal(m.thread[0], 11);
	assert_int_equal(m.thread[1], 12);
	assert_int_equal(parsed("{\"return\":[{\"cpu-index\":0,\"thread-id\":11},"
				"{\"cpu-index\":0,\"thread-id\":12}]}").nthreads, 0);
	assert_int_equal(parsed("{\"return\":[{\"cpu-index\":1,\"thread-id\":11}]}").nthreads, 0);
	assert_int_equal(parsed("{\"return\":[{\"cpu-index\":0,\"thread-id\":0}]}").nthreads, 0);
	assert_int_equal(parsed("{\"return\":[{\"cpu-index\":0,\"thread-id\":\"1\"}]}").nthreads, 0);
	assert_int_equal(parsed("{\"return\":[]}").nthreads, 0);
}

static void what_is_no_object_is_malformed(void **state)
{
	static const char *const lines[] = {"", "x", "[]", "1", "\"QMP\"", "{", "{\"QMP\":", "null", "{\"a\":1"};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(parsed(lines[i]).kind, QMP_MALFORMED);
}

static void values_of_the_wrong_type_are_not_taken(void **state)
{
	assert_string_equal(parsed("{\"event\":5,\"data\":\"x\"}").event, "");
	assert_string_equal(parsed("{\"error\":\"x\"}").error, "");
	assert_string_equal(parsed("{\"return\":[1]}").status, "");
	assert_int_equal(parsed("{\"QMP\":{\"version\":[]}}").major, 0);
}

static void long_and_foreign_words_are_cut_and_made_safe(void **state)
{
	char line[1024], word[512];
	struct qmp_message m;

	memset(word, 'A', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	snprintf(line, sizeof(line), "{\"event\":\"\\u001b%s\"}", word);
	m = parsed(line);
	assert_int_equal(strlen(m.event), QMP_WORD_MAX - 1);
	assert_int_equal(m.event[0], '?');
}

static void a_line_beyond_the_limit_is_not_parsed(void **state)
{
	char *line = malloc(QMP_LINE_MAX + 2);
	struct qmp_message m;

	memset(line, ' ', QMP_LINE_MAX + 1);
	memcpy(line, "{\"return\":{}}", 13);
	qmp_parse(line, QMP_LINE_MAX + 1, &m);
	assert_int_equal(m.kind, QMP_MALFORMED);
	qmp_parse(line, QMP_LINE_MAX, &m);
	assert_int_equal(m.kind, QMP_RETURN);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_line_is_told_apart),
		cmocka_unit_test(an_event_brings_its_reason),
		cmocka_unit_test(an_answer_names_its_command_and_may_be_a_text),
		cmocka_unit_test(vcpu_threads_come_by_index_all_or_none),
		cmocka_unit_test(what_is_no_object_is_malformed),
		cmocka_unit_test(values_of_the_wrong_type_are_not_taken),
		cmocka_unit_test(long_and_foreign_words_are_cut_and_made_safe),
		cmocka_unit_test(a_line_beyond_the_limit_is_not_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
