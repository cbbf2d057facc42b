/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_op_table - the one list of ops agrees with itself, with the wire, with the agent's work types.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/op.h"
#include "ops/work_types.h"

static void assert_same_list(const struct op_val *a, const struct op_val *b)
{
	size_t i;

	assert_int_equal(a->n, b->n);
	for (i = 0; i < a->n; i++)
		assert_string_equal(a->list[i], b->list[i]);
}

static void every_example_is_a_line_of_its_own_row_and_written_alike(void **state)
{
	const struct op_def *d;
	size_t i, j;

	for (i = 0; (d = op_def_at(i)); i++) {
		cleanup_op struct op *op = NULL, *back = NULL;
		cleanup_free char *text = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(op_parse(d->example, &op, &err), 0);
		assert_ptr_equal(op->def, d);
		text = op_format(op);
		assert_int_equal(op_parse(text, &back, &err), 0);
		assert_ptr_equal(back->def, d);
		for (j = 0; j < OP_ARGS_MAX; j++) {
			assert_int_equal(op->val[j].set, back->val[j].set);
			assert_int_equal(op->val[j].num, back->val[j].num);
			assert_true(!op->val[j].str == !back->val[j].str);
			if (op->val[j].str)
				assert_string_equal(op->val[j].str, back->val[j].str);
			assert_same_list(&op->val[j], &back->val[j]);
		}
	}
	assert_true(i > 10);
}

static void assert_on_the_wire(const struct wire_op *w, const struct arg_def *a, const struct op_val *v)
{
	const char *list[WIRE_LIST_MAX + 1];
	uint32_t n, i;

	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
	case ARG_DURATION:
	case ARG_HOLD:
	case ARG_NUMBER:
	case ARG_PERCENT:
		assert_int_equal(wire_op_u64(w, a->wire, 0xdead), v->num);
		break;
	case ARG_PARAMS: /* as numbers: test_work */
		n = wire_op_list(w, a->wire, list, ARRAY_SIZE(list));
		assert_int_equal(n, v->n);
		for (i = 0; i < n; i += 2)
			assert_string_equal(list[i], v->list[i]);
		break;
	case ARG_ARGV:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		n = wire_op_list(w, a->wire, list, ARRAY_SIZE(list));
		assert_int_equal(n, v->n);
		for (i = 0; i < n; i++)
			assert_string_equal(list[i], v->list[i]);
		break;
	default:
		assert_string_equal(wire_op_str(w, a->wire), v->str);
	}
}

static void every_example_crosses_the_wire_whole(void **state)
{
	static uint8_t frame[65536];
	const struct op_def *d;
	size_t i, j;

	for (i = 0; (d = op_def_at(i)); i++) {
		cleanup_op struct op *op = NULL;
		struct err err = ERR_INIT;
		struct wire_reader payload;
		struct wire_header h;
		struct wire_op w;
		long n;

		assert_int_equal(op_parse(d->example, &op, &err), 0);
		op->seq = i + 1;
		op->after_ns = 250;
		n = op_encode(op, frame, sizeof(frame), &err);
		assert_true(n > 0);
		assert_int_equal(wire_frame(frame, (size_t)n, &h, &payload), n);
		assert_int_equal(h.type, WIRE_OP);
		assert_int_equal(h.seq, i + 1);
		assert_int_equal(wire_op_read(&payload, &w), 0);
		assert_int_equal(w.id, d->id);
		assert_int_equal(wire_op_u64(&w, WARG_AFTER, 0), 250);
		for (j = 0; j < OP_ARGS_MAX && d->args[j].key; j++)
			if (op->val[j].set)
				assert_on_the_wire(&w, &d->args[j], &op->val[j]);
	}
}

static void an_op_too_large_for_a_frame_is_refused(void **state)
{
	cleanup_op struct op *op = NULL;
	struct err err = ERR_INIT;
	uint8_t frame[64];

	assert_int_equal(op_parse("expect file /tmp/where == \"a text that does not fit into so small a frame\"", &op, &err), 0);
	assert_true(op_encode(op, frame, sizeof(frame), &err) < 0);
	assert_non_null(strstr(err.msg, "too large to be sent"));
}

static void ids_words_shortcuts_and_tags_are_unique(void **state)
{
	const struct op_def *d, *e;
	size_t i, j, k;

	for (i = 0; (d = op_def_at(i)); i++) {
		assert_ptr_equal(op_def_by_id(d->id), d);
		assert_true(d->id > 0 && d->id < OP_ID_MAX);
		for (j = i + 1; (e = op_def_at(j)); j++) {
			assert_int_not_equal(d->id, e->id);
			assert_true(!d->shortcut || d->shortcut != e->shortcut);
			assert_true(!d->api || !e->api || d->api_type != e->api_type);
			assert_true(strcmp(d->words[0], e->words[0]) ||
				    !d->words[1] != !e->words[1] ||
				    (d->words[1] && strcmp(d->words[1], e->words[1])));
		}
		for (j = 0; j < OP_ARGS_MAX && d->args[j].key; j++)
			for (k = j + 1; k < OP_ARGS_MAX && d->args[k].key; k++)
				assert_int_not_equal(d->args[j].wire, d->args[k].wire);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_a_line_of_its_own_row_and_written_alike),
		cmocka_unit_test(every_example_crosses_the_wire_whole),
		cmocka_unit_test(an_op_too_large_for_a_frame_is_refused),
		cmocka_unit_test(ids_words_shortcuts_and_tags_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
