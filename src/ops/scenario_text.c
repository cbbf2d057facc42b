/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario_text - blocks of lines (a file, a paste) to ops of a scenario.
 *
 * A block is taken whole or not at all, and its error begins with the line's place.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/scenario_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (16u << 20)

static void place(struct err *err, const char *name, int line)
{
	if (name)
		err_wrap(err, "%s:%d", name, line);
	else
		err_wrap(err, "line %d", line);
}

static int add_line(struct scenario *s, const char *line, int n, struct err *err)
{
	struct op *op = NULL;
	int r = op_parse(line, &op, err);

	if (r < 0 || !op)
		return r;
	op->line = n;
	r = scenario_add(s, op, err);
	if (r < 0)
		op_destroy(op);
	return r;
}

int scenario_add_text(struct scenario *s, const char *name, const char *text, size_t len,
		      struct err *err)
{
	size_t had = s->nops, at = 0;
	int line = 1, r = 0;

	for (; at < len && r == 0; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text - at) : len - at;
		cleanup_free char *copy = NULL;

		if (memchr(text + at, '\0', n))
			r = err_set(err, EINVAL, "a NUL byte: this is not a text of ops");
		else if (n > OP_LINE_MAX)
			r = err_set(err, E2BIG, "longer than %d bytes", OP_LINE_MAX);
		else {
			copy = xstrndup(text + at, n);
			r = add_line(s, copy, line, err);
		}
		if (r < 0)
			place(err, name, line);
		at += n + 1;
	}
	if (r < 0)
		scenario_truncate(s, had);
	return r;
}

int scenario_add_file(struct scenario *s, const char *path, struct err *err)
{
	bool in = !strcmp(path, "-");
	cleanup_fd int fd = in ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	cleanup_buf struct buf text = BUF_INIT;
	ssize_t n;

	if (fd < 0)
		return err_sys(err, errno, "read ops from '%s'", path);
	do {
		buf_reserve(&text, 65536);
		n = read(fd, text.data + text.len, 65536);
		if (n < 0 && errno != EINTR)
			return err_sys(err, errno, "read ops from '%s'", path);
		if (n > 0) {
			text.len += (size_t)n;
			text.data[text.len] = '\0';
		}
		if (text.len > FILE_MAX)
			return err_set(err, EFBIG, "read ops from '%s': more than 16 MiB", path);
	} while (n);
	return scenario_add_text(s, in ? "standard input" : path, buf_text(&text), text.len, err);
}
