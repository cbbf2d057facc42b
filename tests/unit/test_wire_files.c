/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_wire_files - what is written is read the same, and what makes no sense is not read.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "guest/wire_files.h"

static uint8_t frame[WIRE_HEADER_SIZE + 4 * FILES_PATH_MAX];
static struct wire_writer writer;
static struct wire_reader reader;

static struct wire_writer *begin(void)
{
	wire_begin(&writer, frame, sizeof(frame));
	return &writer;
}

static struct wire_reader *end(void)
{
	struct wire_header h;

	assert_true(wire_end(&writer, WIRE_FILE_ENTRY, 1, 2));
	assert_int_equal(wire_frame(frame, writer.len, &h, &reader), (ssize_t)writer.len);
	return &reader;
}

static bool entry(const struct files_entry *e)
{
	struct files_entry got;

	files_put_entry(begin(), e);
	if (!files_get_entry(end(), &got))
		return false;
	assert_int_equal(got.index, e->index);
	assert_int_equal(got.kind, e->kind);
	assert_int_equal(got.mode, e->mode);
	assert_int_equal(got.size, e->size);
	assert_memory_equal(got.hash, e->hash, sizeof(got.hash));
	assert_string_equal(got.path, e->path);
	assert_string_equal(got.target, e->target);
	return true;
}

static void paths_of_the_guest_are_absolute_and_plain(void **state)
{
	static const char *const good[] = {"/a", "/a/b.c", "/...", "/.a/..b", "/a b"};
	static const char *const bad[] = {"",   "a",      "/",   "//a",   "/a/",    "/a//b",
					  "/.", "/a/./b", "/..", "/a/..", "/a/../b"};
	char path[FILES_PATH_MAX + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(files_path_fits(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(files_path_fits(bad[i]));
	/* one part, and the whole, are bounded */
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[256] = '\0';
	assert_true(files_path_fits(path));
	path[256] = 'x';
	path[257] = '\0';
	assert_false(files_path_fits(path));
	for (i = 0; i < FILES_PATH_MAX; i += 2)
		memcpy(path + i, "/x", 2);
	path[FILES_PATH_MAX] = '\0';
	assert_false(files_path_fits(path));
	path[FILES_PATH_MAX - 2] = '\0';
	assert_true(files_path_fits(path));
}

static void entries_of_each_kind_come_back(void **state)
{
	assert_true(entry(&(struct files_entry){.index = 3,
						.kind = FILES_FILE,
						.mode = 04755,
						.size = FILES_SIZE_MAX,
						.hash = {1, 2, 255},
						.path = "/a/b",
						.target = ""}));
	assert_true(entry(&(struct files_entry){
		.kind = FILES_LINK, .mode = 0777, .path = "/l", .target = "../a"}));
	assert_true(entry(&(struct files_entry){
		.kind = FILES_FOLDER, .mode = 0755, .path = "/f", .target = ""}));
	assert_true(entry(&(struct files_entry){
		.index = FILES_MAX, .path = "/include-files/x", .target = ""}));
	assert_true(entry(&(struct files_entry){.index = 0, .path = "", .target = ""}));
}

static void entries_out_of_range_are_not_read(void **state)
{
	const struct files_entry good = {
		.kind = FILES_FILE, .mode = 0644, .path = "/a", .target = ""};
	struct files_entry e;

	assert_true(entry(&good));
	e = good, e.kind = FILES_FOLDER + 1;
	assert_false(entry(&e));
	e = good, e.mode = 010000;
	assert_false(entry(&e));
	e = good, e.size = FILES_SIZE_MAX + 1;
	assert_false(entry(&e));
	e = good, e.index = FILES_MAX;
	assert_false(entry(&e));
	e = good, e.path = "/a/../b";
	assert_false(entry(&e));
	e = good, e.path = "";
	assert_false(entry(&e));
	e = good, e.kind = FILES_LINK;
	assert_false(entry(&e)); /* to nothing */
	e = good, e.kind = FILES_END, e.index = FILES_MAX + 1;
	assert_false(entry(&e));
}

static void no_frame_that_is_cut_is_read(void **state)
{
	struct files_entry e;
	size_t len, i;

	files_put_entry(begin(),
			&(struct files_entry){.kind = FILES_FILE, .path = "/a", .target = ""});
	len = end()->len;
	for (i = 0; i < len; i++) {
		struct wire_reader r = {.data = frame + WIRE_HEADER_SIZE, .len = i};

		assert_false(files_get_entry(&r, &e));
	}
}

static void questions_and_answers_come_back(void **state)
{
	struct files_ask ask;
	struct files_want want;
	struct files_refusal refusal;
	struct files_begin first;
	struct files_taken taken;
	struct files_chunk chunk;

	files_put_ask(begin(), &(struct files_ask){.index = 7, .of = 1ull << 40, .fresh = true});
	assert_true(files_get_ask(end(), &ask) && ask.index == 7 && ask.of == 1ull << 40 &&
		    ask.fresh);
	files_put_ask(begin(), &(struct files_ask){.index = FILES_MAX + 1});
	assert_false(files_get_ask(end(), &ask));
	files_put_want(begin(), &(struct files_want){.index = 1, .upto = 99});
	assert_true(files_get_want(end(), &want) && want.index == 1 && want.upto == 99);
	files_put_want(begin(), &(struct files_want){.index = FILES_MAX});
	assert_false(files_get_want(end(), &want));
	files_put_refusal(begin(), &(struct files_refusal){.code = 2, .text = "no"});
	assert_true(files_get_refusal(end(), &refusal) && refusal.code == 2 &&
		    !strcmp(refusal.text, "no"));
	files_put_begin(begin(), &(struct files_begin){.size = 5, .mode = 0600, .path = "/p"});
	assert_true(files_get_begin(end(), &first) && first.size == 5 && first.mode == 0600 &&
		    !strcmp(first.path, "/p"));
	files_put_begin(begin(), &(struct files_begin){.path = "p"});
	assert_false(files_get_begin(end(), &first));
	files_put_taken(begin(), &(struct files_taken){
					 .bytes = 5, .state = FILES_IN_PLACE, .text = "there"});
	assert_true(files_get_taken(end(), &taken) && taken.bytes == 5 &&
		    taken.state == FILES_IN_PLACE);
	files_put_taken(begin(), &(struct files_taken){.state = FILES_TAKEN_STATES, .text = ""});
	assert_false(files_get_taken(end(), &taken));
	files_put_chunk(begin(),
			&(struct files_chunk){.index = 1, .offset = 6, .data = "bytes", .len = 5});
	assert_true(files_get_chunk(end(), &chunk) && chunk.offset == 6 && chunk.len == 5 &&
		    !memcmp(chunk.data, "bytes", 5));
	files_put_chunk(begin(),
			&(struct files_chunk){.offset = FILES_SIZE_MAX + 1, .data = "", .len = 0});
	assert_false(files_get_chunk(end(), &chunk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_of_the_guest_are_absolute_and_plain),
		cmocka_unit_test(entries_of_each_kind_come_back),
		cmocka_unit_test(entries_out_of_range_are_not_read),
		cmocka_unit_test(no_frame_that_is_cut_is_read),
		cmocka_unit_test(questions_and_answers_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
