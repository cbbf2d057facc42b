/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_transfer - the host's side of push and pull against guests that keep to nothing.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/transfer.h"
#include "vmm/kernel_modules.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PUSH = 1, PULL, PULL_THERE, HOLD, LONG = 3 * FILES_WINDOW };

static char folder[PATH_MAX];
static struct loop loop;
static struct transfer *t;
static struct op *ops[5];
/* what came last, and how much content in all */
static enum wire_type last;
static uint64_t content, frames;
static struct files_entry entry;
static struct files_taken taken;
static char text[600];
static unsigned pushed, pulled;

static int on_send(void *arg, const void *frame, size_t len)
{
	struct wire_header h;
	struct wire_reader r;
	struct files_refusal refusal;
	struct files_chunk chunk;

	assert_int_equal(wire_frame(frame, len, &h, &r), (ssize_t)len);
	last = h.type;
	frames++;
	text[0] = '\0';
	if (h.type == WIRE_FILE_ENTRY) {
		assert_true(files_get_entry(&r, &entry));
	} else if (h.type == WIRE_FILE_DATA) {
		assert_true(files_get_chunk(&r, &chunk));
		content += chunk.len;
	} else if (h.type == WIRE_FILE_REFUSED) {
		assert_true(files_get_refusal(&r, &refusal));
		snprintf(text, sizeof(text), "%s", refusal.text);
	} else if (h.type == WIRE_PULL_TAKEN) {
		assert_true(files_get_taken(&r, &taken));
		snprintf(text, sizeof(text), "%s", taken.text);
	}
	return 0;
}

static void on_emit(void *arg, const struct event *ev)
{
	pushed += ev->type == EV_PUSHED;
	pulled += ev->type == EV_PULLED;
}

static const struct op *on_op(void *arg, uint64_t seq)
{
	return seq < ARRAY_SIZE(ops) ? ops[seq] : NULL;
}

static const struct transfer_ops transfer_ops = {.send = on_send, .emit = on_emit, .op = on_op};

static void op_is(size_t seq, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char line[PATH_MAX + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	op_destroy(ops[seq]);
	ops[seq] = NULL;
	if (op_parse(line, &ops[seq], &err) < 0)
		fail_msg("%s", err.msg);
}

static void save(const char *name, size_t len, char c)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name), *data = malloc(len + 1);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	memset(data, c, len);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
}

static int set_up(void **state)
{
	char template[] = "/tmp/test_transfer.XXXXXX";
	struct err err = ERR_INIT;

	if (!mkdtemp(template) || !realpath(template, folder) || loop_init(&loop, &err))
		return -1;
	t = transfer_create(&loop, &(struct transfer_config){.folder = folder, .memory_mib = 512},
			    &transfer_ops, NULL);
	save("long", LONG, 'a');
	op_is(PUSH, "push %s/long to=/tmp/long", folder);
	op_is(PULL, "pull /tmp/x");
	op_is(PULL_THERE, "pull /tmp/x to=%s/there", folder);
	op_is(HOLD, "hold 1s");
	content = frames = pushed = pulled = 0;
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	transfer_destroy(t);
	loop_finish(&loop);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		op_destroy(ops[i]);
		ops[i] = NULL;
	}
	kernel_remove_tree(folder);
	return 0;
}

static uint8_t frame[WIRE_HEADER_SIZE + FILES_CHUNK + 64];
static struct wire_writer writer;

static struct wire_writer *begin(void)
{
	wire_begin(&writer, frame, sizeof(frame));
	return &writer;
}

static void hand_over(enum wire_type type, uint64_t seq)
{
	struct wire_header h;
	struct wire_reader r;

	assert_true(wire_end(&writer, type, seq, 0));
	assert_int_equal(wire_frame(frame, writer.len, &h, &r), (ssize_t)writer.len);
	last = 0;
	assert_true(transfer_frame(t, &h, &r));
}

static void ask(uint64_t seq, uint64_t of, uint32_t index, bool fresh)
{
	files_put_ask(begin(), &(struct files_ask){.index = index, .of = of, .fresh = fresh});
	hand_over(WIRE_FILE_ASK, seq);
}

static void want(uint64_t seq, uint32_t index, uint64_t upto)
{
	files_put_want(begin(), &(struct files_want){.index = index, .upto = upto});
	hand_over(WIRE_FILE_WANT, seq);
}

static void first(uint64_t seq, uint64_t size)
{
	files_put_begin(begin(),
			&(struct files_begin){.size = size, .mode = 06755, .path = "/etc/passwd"});
	hand_over(WIRE_PULL_BEGIN, seq);
}

static void piece(uint64_t seq, uint64_t offset, const char *data)
{
	files_put_chunk(begin(),
			&(struct files_chunk){.offset = offset, .data = data, .len = strlen(data)});
	hand_over(WIRE_PULL_DATA, seq);
}

static void total(uint64_t seq, uint64_t bytes)
{
	wire_put_u64(begin(), bytes);
	hand_over(WIRE_PULL_END, seq);
}

static void assert_refused(enum wire_type type, const char *why)
{
	assert_int_equal(last, type);
	if (type == WIRE_PULL_TAKEN)
		assert_int_equal(taken.state, FILES_REFUSED);
	if (!strstr(text, why))
		fail_msg("'%s' is not in '%s'", why, text);
}

static unsigned files_here(void)
{
	cleanup_free char *command = xasprintf("ls -A %s | wc -l", folder);
	FILE *f = popen(command, "r");
	unsigned n = 0;

	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

static void files_go_only_for_ops_that_take_some(void **state)
{
	ask(PUSH, 77, 0, true);
	assert_refused(WIRE_FILE_REFUSED, "files of no op");
	ask(77, PUSH, 0, true);
	assert_refused(WIRE_FILE_REFUSED, "files of no op");
	ask(PUSH, PULL, 0, true);
	assert_refused(WIRE_FILE_REFUSED, "files of no op");
	ask(HOLD, HOLD, 0, true);
	assert_refused(WIRE_FILE_REFUSED, "takes no files along");
	ask(PUSH, PUSH, 3, true);
	assert_refused(WIRE_FILE_REFUSED, "files of no op");
	want(PUSH, 0, 5);
	assert_int_equal(last, 0);
	assert_int_equal(content, 0);
}

static void never_more_than_a_window_goes_at_once(void **state)
{
	ask(PUSH, PUSH, 0, true);
	assert_int_equal(last, WIRE_FILE_ENTRY);
	assert_int_equal(entry.size, LONG);
	assert_string_equal(entry.path, "/tmp/long");
	want(PUSH, 0, LONG);
	assert_int_equal(content, FILES_WINDOW);
	want(PUSH, 0, LONG);
	want(PUSH, 0, LONG);
	assert_int_equal(content, LONG);
	assert_int_equal(last, WIRE_FILE_SENT);
	/* it is over: the rest of the room is no new question */
	want(PUSH, 0, LONG);
	assert_int_equal(content, LONG);
	ask(PUSH, PUSH, 1, false);
	assert_int_equal(entry.kind, FILES_END);
	assert_int_equal(pushed, 1);
}

static void what_is_larger_than_the_guests_memory_is_refused_unread(void **state)
{
	cleanup_free char *path = xasprintf("%s/long", folder);

	assert_int_equal(truncate(path, (off_t)512 << 20), 0);
	/* whoever could read it would not get through */
	assert_int_equal(chmod(path, 0), 0);
	ask(PUSH, PUSH, 0, true);
	assert_refused(WIRE_FILE_REFUSED, "start it with more --memory");
	assert_non_null(strstr(text, "512 MiB of that"));
	assert_int_equal(pushed, 0);
	assert_int_equal(truncate(path, 1000), 0);
	assert_int_equal(chmod(path, 0644), 0);
	ask(PUSH, PUSH, 0, true);
	assert_int_equal(last, WIRE_FILE_ENTRY);
	assert_int_equal(entry.size, 1000);
}

static void what_was_not_offered_is_not_sent(void **state)
{
	ask(PUSH, PUSH, 0, true);
	want(PUSH, 1, 1);
	assert_refused(WIRE_FILE_REFUSED, "not offered");
	ask(PUSH, PUSH, 0, true);
	want(PUSH, 0, LONG + 1);
	assert_refused(WIRE_FILE_REFUSED, "not offered");
	ask(PUSH, PUSH, 0, true);
	ask(PUSH, PUSH, 9, false);
	assert_refused(WIRE_FILE_REFUSED, "makes no sense");
	assert_int_equal(content, 0);
}

static void a_file_that_is_written_to_meanwhile_is_refused(void **state)
{
	ask(PUSH, PUSH, 0, true);
	want(PUSH, 0, FILES_WINDOW);
	save("long", LONG, 'b');
	want(PUSH, 0, 2 * FILES_WINDOW);
	want(PUSH, 0, LONG);
	assert_refused(WIRE_FILE_REFUSED, "was written to while it was sent");
	ask(PUSH, PUSH, 0, true);
	save("long", 5, 'b');
	want(PUSH, 0, FILES_WINDOW);
	assert_refused(WIRE_FILE_REFUSED, "was written to while it was sent");
}

static void a_pulled_file_gets_a_harmless_name_and_no_set_id(void **state)
{
	cleanup_free char *path = xasprintf("%s/_bad_name", folder),
			  *again = xasprintf("%s/_bad_name.2", folder);
	struct stat st;
	int i;

	op_is(PULL, "pull \"/tmp/.bad name\"");
	for (i = 0; i < 2; i++) {
		first(PULL, 5);
		assert_int_equal(last, 0);
		piece(PULL, 0, "hel");
		assert_int_equal(taken.bytes, 3);
		piece(PULL, 3, "lo");
		total(PULL, 5);
		assert_int_equal(taken.state, FILES_IN_PLACE);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(access(again, F_OK), 0);
	assert_int_equal(pulled, 2);
}

static void what_does_not_follow_is_refused_and_leaves_no_draft(void **state)
{
	unsigned had = files_here();

	first(HOLD, 1);
	assert_refused(WIRE_PULL_TAKEN, "nobody has asked for");
	first(77, 1);
	assert_refused(WIRE_PULL_TAKEN, "nobody has asked for");
	first(PULL_THERE, 5);
	first(PULL_THERE, 5);
	assert_refused(WIRE_PULL_TAKEN, "nobody has asked for");
	first(PULL_THERE, 5);
	piece(PULL_THERE, 1, "x");
	assert_refused(WIRE_PULL_TAKEN, "does not follow");
	first(PULL_THERE, 5);
	piece(PULL_THERE, 0, "");
	assert_refused(WIRE_PULL_TAKEN, "does not follow");
	first(PULL_THERE, 5);
	piece(PULL_THERE, 0, "abc");
	total(PULL_THERE, 5);
	assert_refused(WIRE_PULL_TAKEN, "5 bytes and sent 3");
	first(PULL_THERE, FILES_SIZE_MAX + 1);
	assert_refused(WIRE_PULL_TAKEN, "at most 4 GiB");
	first(PULL_THERE, 5);
	piece(PULL_THERE, 0, "abc");
	transfer_ended(t, PULL_THERE);
	assert_int_equal(files_here(), had);
	assert_int_equal(pulled, 0);
}

static void nothing_is_written_over(void **state)
{
	first(PULL_THERE, 1);
	piece(PULL_THERE, 0, "x");
	/* somebody puts it there meanwhile */
	save("there", 7, 'm');
	total(PULL_THERE, 1);
	assert_refused(WIRE_PULL_TAKEN, "in its place");
	first(PULL_THERE, 1);
	assert_refused(WIRE_PULL_TAKEN, "is there already");
	assert_int_equal(files_here(), 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(files_go_only_for_ops_that_take_some),
		T(never_more_than_a_window_goes_at_once),
		T(what_is_larger_than_the_guests_memory_is_refused_unread),
		T(what_was_not_offered_is_not_sent),
		T(a_file_that_is_written_to_meanwhile_is_refused),
		T(a_pulled_file_gets_a_harmless_name_and_no_set_id),
		T(what_does_not_follow_is_refused_and_leaves_no_draft),
		T(nothing_is_written_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
