/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cast - a film of pictures: its file read back, and what it says played in a terminal gives each
 * picture again.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "tui/cast.h"
#include "tui/vt.h"

#include <json-c/json.h>
#include <locale.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

struct film {
	char folder[40];
	char *path;
	struct cast *cast;
	struct theme theme;
	uint64_t now_ns;
};

static int set_up(void **state)
{
	struct film *f = calloc(1, sizeof(*f));
	struct err err = ERR_INIT;

	snprintf(f->folder, sizeof(f->folder), "/tmp/scxplore-cast-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = xasprintf("%s/a.cast", f->folder);
	theme_default(&f->theme);
	f->now_ns = 100 * MS;
	f->cast = cast_create(f->path, "a \"session\"", f->now_ns, &err);
	assert_non_null(f->cast);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct film *f = *state;

	cast_destroy(f->cast);
	unlink(f->path);
	rmdir(f->folder);
	free(f->path);
	free(f);
	return 0;
}

static void shoot(struct film *f, const struct canvas *c)
{
	struct err err = ERR_INIT;

	f->now_ns += 50 * MS;
	assert_int_equal(cast_draw(f->cast, c, &f->theme, f->now_ns, &err), 0);
}

static void mark(struct film *f, const char *text)
{
	struct err err = ERR_INIT;

	assert_int_equal(cast_mark(f->cast, text, f->now_ns, &err), 0);
}

/* The line of a file, parsed; NULL at its end. */
static struct json_object *line(FILE *f)
{
	static char text[1u << 20];

	return fgets(text, sizeof(text), f) ? json_tokener_parse(text) : NULL;
}

static const char *part(struct json_object *event, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(event, i));
}

static void shown(const struct vt *vt, int rows, int cols, struct buf *out)
{
	struct canvas c;

	canvas_init(&c, rows, cols, false);
	canvas_clear(&c);
	vt_draw(vt, &c, canvas_all(&c));
	buf_reset(out);
	canvas_dump(&c, out);
	canvas_finish(&c);
}

static void scene(struct canvas *c, unsigned n)
{
	static const char *const texts[] = {"plain", "\xe6\xbc\xa2\xe5\xad\x97 wide", "\xc3\xa4\xe2\x94\x80", "x"};
	int i;

	canvas_clear(c);
	srand(n);
	for (i = 0; i < 6; i++)
		canvas_text(c, canvas_all(c), rand() % c->rows, rand() % c->cols, -1, rand() % ROLE_COUNT,
			    texts[rand() % 4]);
	if (n % 3 == 0)
		canvas_mark_row(c, canvas_all(c), rand() % c->rows, ROLE_CURSOR);
	c->cursor_row = n % 2 ? rand() % c->rows : -1;
	c->cursor_col = rand() % c->cols;
}

static void a_film_played_gives_each_picture_again(void **state)
{
	enum { PICTURES = 40 };
	struct film *f = *state;
	struct buf want[PICTURES] = {BUF_INIT};
	cleanup_buf struct buf seen = BUF_INIT;
	struct json_object *o, *v;
	struct canvas c;
	int rows = 8, cols = 30, i, played = 0;
	double at, last = 0;
	struct vt *vt;
	FILE *file;

	for (i = 0; i < PICTURES; i++) {
		canvas_init(&c, i < 20 ? 8 : 5, i < 20 ? 30 : 40, false);
		scene(&c, (unsigned)i);
		canvas_dump(&c, &want[i]);
		if (i == 30)
			theme_mono(&f->theme);
		shoot(f, &c);
		canvas_finish(&c);
	}
	file = fopen(f->path, "r");
	o = line(file);
	assert_true(json_object_object_get_ex(o, "version", &v) && json_object_get_int(v) == 2);
	assert_true(json_object_object_get_ex(o, "width", &v) && json_object_get_int(v) == cols);
	assert_true(json_object_object_get_ex(o, "height", &v) && json_object_get_int(v) == rows);
	assert_true(json_object_object_get_ex(o, "timestamp", &v) && json_object_get_int64(v) > 0);
	assert_true(json_object_object_get_ex(o, "title", &v));
	assert_string_equal(json_object_get_string(v), "a \"session\"");
	json_object_put(o);
	vt = vt_create(rows, cols);
	while ((o = line(file))) {
		at = json_object_get_double(json_object_array_get_idx(o, 0));
		assert_true(at >= last);
		last = at;
		if (*part(o, 1) == 'r') {
			assert_int_equal(sscanf(part(o, 2), "%dx%d", &cols, &rows), 2);
			vt_resize(vt, rows, cols);
		} else {
			assert_string_equal(part(o, 1), "o");
			vt_feed(vt, part(o, 2), strlen(part(o, 2)));
			shown(vt, rows, cols, &seen);
			assert_string_equal(buf_text(&seen), buf_text(&want[played]));
			played++;
		}
		json_object_put(o);
	}
	assert_int_equal(played, PICTURES);
	assert_float_equal(last, PICTURES * 0.05, 0.0001);
	fclose(file);
	vt_destroy(vt);
	for (i = 0; i < PICTURES; i++)
		buf_finish(&want[i]);
}

static void what_has_not_changed_is_not_written_and_markers_are_at_their_moment(void **state)
{
	struct film *f = *state;
	struct json_object *o;
	struct canvas c;
	FILE *file;
	size_t n;

	canvas_init(&c, 5, 20, false);
	scene(&c, 1);
	mark(f, "before the first picture there is nothing to mark");
	shoot(f, &c);
	shoot(f, &c);
	mark(f, "op 3: run x -- sh -c \"\033[2J\"");
	c.cells[7].cp = 'Q';
	shoot(f, &c);
	canvas_finish(&c);
	file = fopen(f->path, "r");
	json_object_put(line(file));
	json_object_put(line(file));
	o = line(file);
	assert_string_equal(part(o, 1), "m");
	assert_string_equal(part(o, 2), "op 3: run x -- sh -c \"\033[2J\"");
	assert_float_equal(json_object_get_double(json_object_array_get_idx(o, 0)), 0.1, 0.0001);
	json_object_put(o);
	o = line(file);
	assert_string_equal(part(o, 1), "o");
	n = strlen(part(o, 2));
	assert_non_null(strchr(part(o, 2), 'Q'));
	assert_true(n < 60);
	json_object_put(o);
	assert_null(line(file));
	fclose(file);
}

static void a_file_that_exists_is_not_replaced(void **state)
{
	struct film *f = *state;
	struct err err = ERR_INIT;

	assert_null(cast_create(f->path, "again", 0, &err));
	assert_int_equal(err.code, 17); /* EEXIST */
	assert_non_null(strstr(err.msg, "a.cast"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_film_played_gives_each_picture_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_has_not_changed_is_not_written_and_markers_are_at_their_moment,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_exists_is_not_replaced, set_up, tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
