/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved - see saved.h. The file is untrusted: warm_file holds its sizes and checksums.
 */
#include "session/saved.h"
#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire.h"
#include "vmm/warm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 128

char *saved_path(const char *session)
{
	return xasprintf("%s" SAVED_SUFFIX, session);
}

void saved_put(const struct saved *v, struct buf *out)
{
	uint8_t bytes[ROOM];
	struct wire_writer w = {.data = bytes, .size = sizeof(bytes)};

	wire_put_u64(&w, v->bytes);
	wire_put_u64(&w, v->sum);
	wire_put_u64(&w, v->next_seq);
	wire_put_u64(&w, v->now_ns);
	wire_put_u8(&w, v->whole);
	wire_put_u8(&w, (uint8_t)v->screen);
	buf_add(out, bytes, w.len);
}

int saved_read(const void *data, size_t len, struct saved *v, struct err *err)
{
	struct wire_reader r = {.data = data, .len = len};
	uint8_t whole, screen;

	*v = (struct saved){0};
	v->bytes = wire_get_u64(&r);
	v->sum = wire_get_u64(&r);
	v->next_seq = wire_get_u64(&r);
	v->now_ns = wire_get_u64(&r);
	whole = wire_get_u8(&r);
	screen = wire_get_u8(&r);
	if (!wire_reader_done(&r) || whole > 1 || screen > 126 || !v->next_seq || !v->bytes)
		return err_set(err, EPROTO, "it is a saved guest, but of no session");
	v->whole = whole;
	v->screen = (char)screen;
	return 0;
}

int saved_sum(const char *file, uint64_t bytes, uint64_t *sum, struct err *err)
{
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	cleanup_free uint8_t *part = xcalloc(1, 1u << 16);
	struct checksum c;

	if (fd < 0)
		return err_sys(err, errno, "read session file '%s'", file);
	checksum_begin(&c);
	while (bytes) {
		size_t want = bytes < 1u << 16 ? (size_t)bytes : 1u << 16, had = 0;

		/* every part but the last is whole */
		while (had < want) {
			ssize_t n = read(fd, part + had, want - had);

			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return err_sys(err, errno, "read session file '%s'", file);
			if (n == 0)
				return err_set(err, ENODATA, "session file '%s' is shorter than it was",
					       file);
			had += (size_t)n;
		}
		checksum_add(&c, part, want);
		bytes -= want;
	}
	*sum = checksum_end(&c);
	return 0;
}

static int hold_against(const char *session, struct saved *v, struct err *err)
{
	uint64_t sum = 0;
	struct stat st;
	int r = saved_sum(session, v->bytes, &sum, err);

	if (r == 0 && sum != v->sum)
		r = err_set(err, ESTALE, "session file '%s' is another than it was of", session);
	if (r == 0 && (stat(session, &st) < 0 || (uint64_t)st.st_size != v->bytes))
		v->whole = false;
	return r;
}

int saved_open(const char *session, struct saved *v, struct err *err)
{
	cleanup_free char *path = saved_path(session);
	struct warm_file f;
	int r;

	if (access(path, F_OK) < 0)
		return err_set(err, ENOENT,
			       "resume '%s': there is no checkpoint '%s'; a lost terminal leaves one, which "
			       "is gone on from once. 'scxplore %s' shows the session, 'scxplore run %s' "
			       "repeats it",
			       session, path, session, session);
	r = warm_file_open(&f, path, err);
	if (r == 0) {
		r = saved_read(f.head.more, f.head.more_len, v, err);
		warm_file_close(&f);
	}
	if (r == 0)
		r = hold_against(session, v, err);
	return r < 0 ? err_wrap(err, "resume '%s': its checkpoint '%s' is of no use", session, path) : 0;
}
