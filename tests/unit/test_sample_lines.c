/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sample_lines - samples in a session file: what was written is read, wherever the file is
 * cut or broken, and little is written of what does not change.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ops/sample_columns.h"
#include "ops/sample_json.h"
#include "ops/sample_rows.h"

#include <errno.h>
#include <json-c/json.h>

/* The same numbers in every run. */
static uint64_t seed = 88172645463325252u;

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static bool one_in(unsigned n)
{
	return any() % n == 0;
}

static uint64_t some_value(void)
{
	return one_in(8) ? SAMPLE_ABSENT : one_in(4) ? any() : any() % 1000;
}

static void some_text(char *dst, size_t size)
{
	static const char *const texts[] = {
		"",          "a",        "kworker/0:1",     "a\"b\\c",      "\x1b[2J",
		"h\xc3\xbc", "\xff\xfe", "fifteen-letters", "/scxplore/a/b"};

	text_copy(dst, size, texts[any() % ARRAY_SIZE(texts)]);
}

static void fill_cell(void *row, const struct sample_column *c)
{
	if (c->type == COLUMN_TEXT)
		some_text((char *)row + c->offset, c->size);
	else
		sample_column_set(row, c, some_value());
}

static void *row_at(struct sample *s, enum sample_rows_of which, uint32_t i)
{
	return (char *)sample_table_rows(s, which) + i * sample_tables[which].row_size;
}

/* Rows come, go, change places and columns. */
static void disturb(struct sample *s, enum sample_rows_of which)
{
	const struct sample_table *t = &sample_tables[which];
	struct sample_column columns[SAMPLE_COLUMNS_MAX];
	size_t n = sample_table_columns(t, columns), k;
	uint32_t count = sample_table_count(s, which), i, most = t->max < 40 ? t->max : 40;

	if (which != ROWS_HEAD && one_in(6) && count < most) { /* a new one, anywhere */
		i = (uint32_t)(any() % (count + 1));
		memmove(row_at(s, which, i + 1), row_at(s, which, i), (count - i) * t->row_size);
		memset(row_at(s, which, i), 0, t->row_size);
		for (k = 0; k < n; k++)
			fill_cell(row_at(s, which, i), &columns[k]);
		count++;
	}
	if (which != ROWS_HEAD && one_in(8) && count) {
		i = (uint32_t)(any() % count);
		memmove(row_at(s, which, i), row_at(s, which, i + 1),
			(count - i - 1) * t->row_size);
		count--;
	}
	if (which != ROWS_HEAD && one_in(20) && count > 1) { /* the last goes to the front */
		char row[4096];

		memcpy(row, row_at(s, which, count - 1), t->row_size);
		memmove(row_at(s, which, 1), row_at(s, which, 0), (count - 1) * t->row_size);
		memcpy(row_at(s, which, 0), row, t->row_size);
	}
	if (which != ROWS_HEAD && one_in(200))
		count = 0;
	sample_table_set_count(s, which, count);
	for (i = 0; i < count; i++)
		for (k = 0; k < n; k++)
			if (one_in(30))
				fill_cell(row_at(s, which, i), &columns[k]);
}

static void next_sample(struct sample *s)
{
	enum sample_rows_of which;

	s->t_ns += any() % 2000000000;
	for (which = 0; which < ROWS_KINDS; which++)
		if (!one_in(3))
			disturb(s, which);
}

static void assert_same_cell(const void *a, const void *b, const struct sample_column *c)
{
	char safe[SAMPLE_PATH_MAX];
	const char *written = (const char *)a + c->offset;

	if (c->type != COLUMN_TEXT) {
		assert_true(sample_column_get(a, c) == sample_column_get(b, c));
		return;
	}
	text_sanitise(safe, c->size, written, strnlen(written, c->size));
	assert_string_equal((const char *)b + c->offset, safe);
}

static void assert_same(struct sample *written, struct sample *read)
{
	struct sample_column columns[SAMPLE_COLUMNS_MAX];
	enum sample_rows_of which;
	size_t n, k;
	uint32_t i;

	assert_true(written->t_ns == read->t_ns);
	for (which = 0; which < ROWS_KINDS; which++) {
		n = sample_table_columns(&sample_tables[which], columns);
		assert_int_equal(sample_table_count(written, which),
				 sample_table_count(read, which));
		for (i = 0; i < sample_table_count(written, which); i++)
			for (k = 0; k < n; k++)
				assert_same_cell(row_at(written, which, i), row_at(read, which, i),
						 &columns[k]);
	}
}

/* What sample_lines_take() says of the line. */
static int take(struct sample_lines *l, const char *line, size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o = json_tokener_parse_ex(tok, line, (int)len);
	int r;

	assert_int_equal(json_tokener_get_error(tok), json_tokener_success);
	r = sample_lines_take(l, o);
	json_object_put(o);
	json_tokener_free(tok);
	return r;
}

static void what_is_read_is_what_was_written(void **state)
{
	struct sample_lines out = {.n = 0}, in = {.n = 0};
	cleanup_buf struct buf line = BUF_INIT;
	unsigned i, changes = 0;
	struct sample s;

	sample_alloc(&s);
	for (i = 0; i < 3000; i++) {
		next_sample(&s);
		buf_reset(&line);
		sample_lines_put(&out, &s, &line);
		assert_true(line.data[line.len - 1] == '\n' && strlen(line.data) == line.len);
		changes += strstr(line.data, "\"change\"") != NULL;
		assert_int_equal(take(&in, line.data, line.len), 1);
		assert_same(&s, &in.last);
	}
	/* a key of 65 lines */
	assert_int_equal(changes, 3000 - (3000 + SAMPLE_KEY_EVERY) / (SAMPLE_KEY_EVERY + 1));
	sample_lines_finish(&out);
	sample_lines_finish(&in);
	sample_free(&s);
}

static void after_a_line_that_is_missing_nothing_is_read_before_the_next_key(void **state)
{
	struct sample_lines out = {.n = 0}, in = {.n = 0};
	cleanup_buf struct buf line = BUF_INIT;
	bool away = false;
	struct sample s;
	unsigned i;

	sample_alloc(&s);
	for (i = 0; i < 3 * SAMPLE_KEY_EVERY; i++) {
		bool key;

		next_sample(&s);
		buf_reset(&line);
		sample_lines_put(&out, &s, &line);
		key = strstr(line.data, "\"sample\"") != NULL;
		if (i == 7) {
			away = true;
			continue;
		}
		away = away && !key;
		assert_int_equal(take(&in, line.data, line.len), away ? -ENOENT : 1);
		if (!away)
			assert_same(&s, &in.last);
	}
	assert_false(away);
	sample_lines_finish(&out);
	sample_lines_finish(&in);
	sample_free(&s);
}

static void a_line_that_was_lost_is_followed_by_a_key(void **state)
{
	struct sample_lines out = {.n = 0}, in = {.n = 0};
	cleanup_buf struct buf line = BUF_INIT;
	struct sample s;

	sample_alloc(&s);
	next_sample(&s);
	sample_lines_put(&out, &s, &line);
	sample_lines_lost(&out);
	buf_reset(&line);
	next_sample(&s);
	sample_lines_put(&out, &s, &line);
	assert_int_equal(take(&in, line.data, line.len), 1);
	assert_same(&s, &in.last);
	sample_lines_finish(&out);
	sample_lines_finish(&in);
	sample_free(&s);
}

static void a_change_of_a_wrong_shape_is_refused(void **state)
{
	static const char *const wrong[] = {
		"\"tasks\":[3]",
		"\"tasks\":[0]",
		"\"tasks\":[-3]",
		"\"tasks\":[2,1]",
		"\"tasks\":[[1]]",
		"\"tasks\":[\"x\"]",
		"\"tasks\":{}",
		"\"tasks\":[null]",
		"\"tasks\":[[[1,2]]]",
		"\"cpus\":[1]",
		"\"head\":[[[1]]]",
		"\"head\":[[0,1],[0,1]]",
		"\"tasks\":[9223372036854775807]",
		"\"tasks\":[-9223372036854775808]",
	};
	cleanup_buf struct buf key = BUF_INIT;
	size_t i;
	struct sample s;

	sample_alloc(&s);
	s.ntasks = 2;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct sample_lines out = {.n = 0}, in = {.n = 0};
		cleanup_buf struct buf line = BUF_INIT;

		buf_reset(&key);
		sample_lines_put(&out, &s, &key);
		assert_int_equal(take(&in, key.data, key.len), 1);
		buf_addf(&line, "{\"t_ns\":1,\"change\":{\"n\":2,%s}}", wrong[i]);
		assert_int_equal(take(&in, line.data, line.len), -EINVAL);
		buf_reset(&line);
		buf_adds(&line, "{\"t_ns\":1,\"change\":{\"n\":3}}");
		assert_int_equal(take(&in, line.data, line.len), -ENOENT);
		sample_lines_finish(&out);
		sample_lines_finish(&in);
	}
	sample_free(&s);
}

/* 5,000 tasks of which 50 ran since the sample before. */
static void little_is_written_of_what_does_not_change(void **state)
{
	struct sample_lines out = {.n = 0};
	cleanup_buf struct buf line = BUF_INIT;
	struct sample s;
	size_t whole;
	uint32_t i;

	sample_alloc(&s);
	s.ntasks = 5000;
	for (i = 0; i < s.ntasks; i++) {
		sample_clear(&s.tasks[i], &sample_task_fields);
		s.tasks[i].tid = s.tasks[i].pid = (int32_t)(100 + i);
		s.tasks[i].run_ns = any() % 10000000000;
		snprintf(s.tasks[i].comm, SAMPLE_COMM, "w.%u", i);
	}
	sample_lines_put(&out, &s, &line);
	whole = line.len;
	for (i = 0; i < s.ntasks; i += 100) {
		s.tasks[i].run_ns += any() % 1000000000;
		s.tasks[i].switches += any() % 1000;
		s.tasks[i].state = 'R';
	}
	buf_reset(&line);
	sample_lines_put(&out, &s, &line);
	assert_true(line.len < 50 * 60);
	assert_true(line.len < whole / 50);
	buf_reset(&line);
	sample_lines_put(&out, &s, &line);
	assert_true(line.len < 60);
	sample_lines_finish(&out);
	sample_free(&s);
}

static void a_session_with_changes_cut_anywhere_is_never_refused(void **state)
{
	struct sample_lines out = {.n = 0};
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t cut, lines = 0, after;
	struct sample s;
	unsigned i;

	sample_alloc(&s);
	buf_adds(&text, HEAD);
	cut = text.len;
	for (i = 0; i < 12; i++) {
		next_sample(&s);
		sample_lines_put(&out, &s, &text);
	}
	for (; cut < text.len; cut += 1 + any() % 40) {
		struct model *m = model_create();

		for (lines = after = 0; after < cut; after++)
			lines += text.data[after] == '\n';
		/* only the end of the line is cut off: all of it is there */
		lines += text.data[cut] == '\n';
		assert_int_equal(
			journal_read_memory("x", text.data, cut, false, NULL, m, NULL, NULL, &err),
			0);
		assert_int_equal(m->samples, lines - 2);
		model_destroy(m);
	}
	sample_lines_finish(&out);
	sample_free(&s);
}

static void a_broken_line_is_counted_and_what_hangs_on_it_too(void **state)
{
	struct sample_lines out = {.n = 0};
	cleanup_buf struct buf text = BUF_INIT;
	struct recorded r;
	struct sample s;
	unsigned i;

	sample_alloc(&s);
	buf_adds(&text, HEAD);
	for (i = 0; i < 6; i++) {
		next_sample(&s);
		if (i == 3) {
			cleanup_buf struct buf away = BUF_INIT;

			sample_lines_put(&out, &s, &away);
			buf_add(&text, away.data, away.len / 2);
			buf_addc(&text, '\n');
			continue;
		}
		sample_lines_put(&out, &s, &text);
	}
	recorded_init(&r, buf_text(&text));
	assert_int_equal(r.model->samples, 3);
	assert_non_null(strstr(buf_text(&r.warning), "1 malformed line"));
	assert_non_null(
		strstr(buf_text(&r.warning), "2 samples left out, for the one before is missing"));
	recorded_finish(&r);
	sample_lines_finish(&out);
	sample_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(after_a_line_that_is_missing_nothing_is_read_before_the_next_key),
		cmocka_unit_test(a_line_that_was_lost_is_followed_by_a_key),
		cmocka_unit_test(a_change_of_a_wrong_shape_is_refused),
		cmocka_unit_test(little_is_written_of_what_does_not_change),
		cmocka_unit_test(a_session_with_changes_cut_anywhere_is_never_refused),
		cmocka_unit_test(a_broken_line_is_counted_and_what_hangs_on_it_too),
	};

	return cmocka_run_group_tests_name("sample_lines", tests, NULL, NULL);
}
