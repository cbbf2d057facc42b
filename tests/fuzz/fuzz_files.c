/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_files - frames about files from a hostile guest: read as both sides read them, and handed
 * to the host's side while a push and a pull go on. A pulled file is not kept here.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/compile.h"
#include "session/transfer.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PUSH = 1, PULL = 2, SIZE = 1000 };

const char *const fuzz_words[] = {"/tmp/a", "/../", "/include-files/x", "\x01\x00\x00\x00", "\\\n",
				  "$$",     NULL};

static struct loop loop;
static struct op *ops[3];
static char path[] = "/tmp/fuzz_files.XXXXXX";
static uint64_t sent;

static void end(void)
{
	unlink(path);
}

static int on_send(void *arg, const void *frame, size_t len)
{
	struct wire_header h;
	struct wire_reader r;
	struct files_entry e;
	struct files_chunk c;

	fuzz_must(wire_frame(frame, len, &h, &r) == (ssize_t)len);
	if (h.type == WIRE_FILE_ENTRY)
		fuzz_must(files_get_entry(&r, &e) && (e.kind == FILES_END || e.size == SIZE));
	if (h.type == WIRE_FILE_DATA) {
		fuzz_must(files_get_chunk(&r, &c) && c.offset + c.len <= SIZE);
		sent += c.len;
	}
	return 0;
}

static void on_emit(void *arg, const struct event *ev)
{
	fuzz_must(ev->name && ev->text && ev->path);
}

static const struct op *on_op(void *arg, uint64_t seq)
{
	return seq < ARRAY_SIZE(ops) ? ops[seq] : NULL;
}

static const struct transfer_ops transfer_ops = {.send = on_send, .emit = on_emit, .op = on_op};

static void prepare(void)
{
	static const char content[SIZE];
	char line[64];
	int fd;

	if (ops[PUSH])
		return;
	fuzz_must(loop_init(&loop, NULL) == 0);
	fd = mkstemp(path);
	fuzz_must(fd >= 0 && write(fd, content, SIZE) == SIZE);
	close(fd);
	atexit(end);
	snprintf(line, sizeof(line), "push %s to=/tmp/a", path);
	fuzz_must(op_parse(line, &ops[PUSH], NULL) == 0);
	fuzz_must(op_parse("pull /tmp/b", &ops[PULL], NULL) == 0);
}

/* What was read can be written and is read the same. */
static void read_as_the_guest(const struct wire_header *h, struct wire_reader r)
{
	static uint8_t frame[WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX];
	struct wire_reader entry = r, made = r, back;
	struct wire_header head;
	struct wire_writer w;
	struct files_entry e, again;
	struct files_made m;
	struct files_refusal refusal;

	if (files_get_entry(&entry, &e)) {
		wire_begin(&w, frame, sizeof(frame));
		files_put_entry(&w, &e);
		fuzz_must(wire_end(&w, WIRE_FILE_ENTRY, h->seq, 0));
		fuzz_must(wire_frame(frame, w.len, &head, &back) > 0);
		fuzz_must(files_get_entry(&back, &again));
		fuzz_must(!strcmp(e.path, again.path) && !strcmp(e.target, again.target));
		fuzz_must(e.kind == again.kind && e.size == again.size && e.mode == again.mode);
		fuzz_must(e.kind == FILES_END || files_path_fits(e.path));
	}
	while (files_get_made(&made, &m))
		fuzz_must(files_path_fits(m.path));
	files_get_refusal(&r, &refusal);
}

static void read_rule(const uint8_t *data, size_t len)
{
	cleanup_free char *rule = xstrndup((const char *)data, len);
	char **paths;
	size_t n;

	compile_read_rule(rule, &paths, &n);
	while (n) {
		fuzz_must(*paths[--n]);
		free(paths[n]);
	}
	free(paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_reader payload;
	struct wire_header h;
	struct transfer *t;
	ssize_t n;

	prepare();
	read_rule(data, len);
	t = transfer_create(&loop, &(struct transfer_config){.folder = NULL}, &transfer_ops, NULL);
	while ((n = wire_frame(data, len, &h, &payload)) > 0) {
		read_as_the_guest(&h, payload);
		transfer_frame(t, &h, &payload);
		data += n;
		len -= (size_t)n;
	}
	transfer_ended(t, PULL);
	transfer_destroy(t);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static uint8_t frame[4096];
	cleanup_buf struct buf push = BUF_INIT, pull = BUF_INIT;
	struct wire_writer w;
	int i;

#define FRAME(all, type, seq, put)                                                                 \
	do {                                                                                       \
		wire_begin(&w, frame, sizeof(frame));                                              \
		put;                                                                               \
		fuzz_must(wire_end(&w, type, seq, 0));                                             \
		buf_add(all, frame, w.len);                                                        \
		add(frame, w.len);                                                                 \
	} while (0)
	prepare();
	FRAME(&push, WIRE_FILE_ASK, PUSH,
	      files_put_ask(&w, &(struct files_ask){.of = PUSH, .fresh = true}));
	FRAME(&push, WIRE_FILE_ASK, PUSH,
	      files_put_ask(&w, &(struct files_ask){.of = PUSH, .index = 1}));
	FRAME(&push, WIRE_FILE_ASK, PUSH, files_put_ask(&w, &(struct files_ask){.of = PUSH}));
	FRAME(&push, WIRE_FILE_WANT, PUSH, files_put_want(&w, &(struct files_want){.upto = 500}));
	FRAME(&push, WIRE_FILE_WANT, PUSH, files_put_want(&w, &(struct files_want){.upto = SIZE}));
	FRAME(&push, WIRE_FILE_ENTRY, PUSH,
	      files_put_entry(&w, &(struct files_entry){.kind = FILES_FILE,
							.mode = 0644,
							.path = "/tmp/a",
							.target = ""}));
	FRAME(&push, WIRE_FILE_REFUSED, PUSH,
	      files_put_refusal(&w, &(struct files_refusal){.code = 2, .text = "no"}));
	FRAME(&push, WIRE_FILE_REFUSED, PUSH,
	      files_put_made(&w,
			     &(struct files_made){
				     .replaced = true, .above = 2, .index = 7, .path = "/tmp/a"}));
	FRAME(&pull, WIRE_PULL_BEGIN, PULL,
	      files_put_begin(&w,
			      &(struct files_begin){.size = 10, .mode = 0644, .path = "/tmp/b"}));
	for (i = 0; i < 2; i++)
		FRAME(&pull, WIRE_PULL_DATA, PULL,
		      files_put_chunk(&w, &(struct files_chunk){.offset = (uint64_t)(5 * i),
								.data = "bytes",
								.len = 5}));
	FRAME(&pull, WIRE_PULL_END, PULL, wire_put_u64(&w, 10));
	add(push.data, push.len);
	add(pull.data, pull.len);
	add("x.o: a.c b\\ c.h \\\n d.h\n", 23);
	sent = 0;
	LLVMFuzzerTestOneInput((const uint8_t *)push.data, push.len);
	fuzz_must(sent == SIZE);
}
