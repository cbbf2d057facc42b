/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * warm_file - see warm_file.h.
 */
#include "vmm/warm_file.h"
#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC       "SXPGUEST"
#define VERSION     2
#define HEAD_MAX    (64u << 20)
#define RUNS_MAX    (1u << 24)
#define STATE_MAX   (48u << 20)
#define CONSOLE_MAX (1u << 20)
#define MORE_MAX    (64u << 10)

struct fixed {
	char magic[8];
	uint32_t version, head_len;
	uint64_t head_sum;
	uint32_t nruns, zero;
	uint64_t runs_sum, data_len, data_sum, unused;
};

struct run {
	uint32_t first, count;
};

_Static_assert(sizeof(struct fixed) == WARM_FIXED, "the file's first bytes");

void warm_head_put(const struct warm_head *h, struct buf *out)
{
	size_t room = h->state_len + h->console_len + h->more_len + 4096;
	struct wire_writer w;

	buf_reserve(out, room);
	w = (struct wire_writer){.data = (uint8_t *)out->data, .size = room};
	wire_put_str(&w, h->key);
	wire_put_str(&w, h->release);
	wire_put_str(&w, h->topology);
	wire_put_u64(&w, h->created_s);
	wire_put_u64(&w, h->memory);
	wire_put_u32(&w, h->qemu_major);
	wire_put_u32(&w, h->tsc_khz);
	wire_put_bytes(&w, h->state, h->state_len);
	wire_put_bytes(&w, h->console, h->console_len);
	wire_put_bytes(&w, h->more, h->more_len);
	if (w.bad)
		die("a guest's head is larger than itself");
	out->len = w.len;
}

int warm_head_read(const void *data, size_t len, struct warm_head *h, struct err *err)
{
	struct wire_reader r = {.data = data, .len = len};
	const char *key, *release, *topology;

	*h = (struct warm_head){.memory = 0};
	key = wire_get_str(&r);
	release = wire_get_str(&r);
	topology = wire_get_str(&r);
	h->created_s = wire_get_u64(&r);
	h->memory = wire_get_u64(&r);
	h->qemu_major = wire_get_u32(&r);
	h->tsc_khz = wire_get_u32(&r);
	h->state = wire_get_bytes(&r, &h->state_len);
	h->console = wire_get_bytes(&r, &h->console_len);
	h->more = wire_get_bytes(&r, &h->more_len);
	if (!wire_reader_done(&r) || strlen(key) != WARM_KEY_MAX - 1 ||
	    strspn(key, "0123456789abcdef") != WARM_KEY_MAX - 1 || h->memory % PAGES_SIZE ||
	    h->state_len > STATE_MAX || h->console_len > CONSOLE_MAX ||
	    h->more_len > MORE_MAX)
		return err_set(err, EPROTO, "its head makes no sense");
	text_copy(h->key, sizeof(h->key), key);
	text_sanitise(h->release, sizeof(h->release), release, strlen(release));
	text_sanitise(h->topology, sizeof(h->topology), topology, strlen(topology));
	return 0;
}

static int read_all(int fd, void *data, size_t len, off_t at)
{
	uint8_t *to = data;

	while (len) {
		ssize_t n = pread(fd, to, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		to += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_all(int fd, const void *data, size_t len, off_t at)
{
	const uint8_t *from = data;

	while (len) {
		ssize_t n = pwrite(fd, from, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* ---- reading ---- */

static int check_fixed(const struct fixed *x, uint64_t size, struct err *err)
{
	if (memcmp(x->magic, MAGIC, sizeof(x->magic)))
		return err_set(err, EPROTO, "it is no saved guest, or was not written to its end");
	if (x->version != VERSION)
		return err_set(err, EPROTO, "it is of format %u, this program reads %d", x->version,
			       VERSION);
	if (x->zero || x->unused || x->head_len > HEAD_MAX || x->nruns > RUNS_MAX ||
	    x->data_len > size ||
	    size != WARM_FIXED + x->head_len + x->nruns * sizeof(struct run) + x->data_len)
		return err_set(err, EPROTO, "it is not as long as it says");
	return 0;
}

int warm_file_open(struct warm_file *f, const char *path, struct err *err)
{
	struct fixed x;
	struct stat st;
	int r;

	*f = (struct warm_file){.fd = open(path, O_RDONLY | O_CLOEXEC)};
	if (f->fd < 0)
		return err_sys(err, errno, "open '%s'", path);
	r = fstat(f->fd, &st) < 0 ? -errno : read_all(f->fd, &x, sizeof(x), 0);
	if (r < 0)
		r = err_sys(err, -r, "read its first bytes");
	else
		r = check_fixed(&x, (uint64_t)st.st_size, err);
	if (r == 0) {
		f->bytes = xcalloc(1, x.head_len + 1);
		f->nruns = x.nruns;
		f->runs_sum = x.runs_sum;
		f->data_len = x.data_len;
		f->data_sum = x.data_sum;
		r = read_all(f->fd, f->bytes, x.head_len, WARM_FIXED);
		if (r < 0)
			err_sys(err, -r, "read its head");
		else if (checksum_of(f->bytes, x.head_len) != x.head_sum)
			r = err_set(err, EPROTO, "its head is damaged (checksum)");
		else
			r = warm_head_read(f->bytes, x.head_len, &f->head, err);
	}
	if (r < 0)
		warm_file_close(f);
	return r;
}

static int load_run(const struct warm_file *f, const struct run *run, uint8_t *memory, off_t *at,
		    struct checksum *sum, struct err *err)
{
	uint64_t left = (uint64_t)run->count * PAGES_SIZE;
	uint8_t *to = memory + (uint64_t)run->first * PAGES_SIZE;

	while (left) {
		/* what was just read is still in the CPU's caches when it is summed */
		size_t n = left < 256 << 10 ? left : 256 << 10;
		int r = read_all(f->fd, to, n, *at);

		if (r < 0)
			return err_sys(err, -r, "read its pages");
		checksum_add(sum, to, n);
		to += n;
		*at += (off_t)n;
		left -= n;
	}
	return 0;
}

int warm_file_load(const struct warm_file *f, uint8_t *memory, uint64_t size, struct err *err)
{
	off_t at = (off_t)lseek(f->fd, 0, SEEK_END) - (off_t)f->data_len;
	cleanup_free struct run *runs = xcalloc(f->nruns + 1, sizeof(*runs));
	uint64_t pages = 0, last = 0;
	struct checksum sum;
	uint32_t i;
	int r = read_all(f->fd, runs, f->nruns * sizeof(*runs),
			 at - (off_t)(f->nruns * sizeof(*runs)));

	if (r < 0)
		return err_sys(err, -r, "read its list of pages");
	if (checksum_of(runs, f->nruns * sizeof(*runs)) != f->runs_sum)
		return err_set(err, EPROTO, "its list of pages is damaged (checksum)");
	for (i = 0; i < f->nruns; i++) {
		if (runs[i].first < last || !runs[i].count ||
		    ((uint64_t)runs[i].first + runs[i].count) * PAGES_SIZE > size)
			return err_set(err, EPROTO, "its list of pages makes no sense");
		last = (uint64_t)runs[i].first + runs[i].count;
		pages += runs[i].count;
	}
	if (size != f->head.memory || pages * PAGES_SIZE != f->data_len)
		return err_set(err, EPROTO, "it is of another size of memory");
	checksum_begin(&sum);
	for (i = 0; i < f->nruns && r == 0; i++)
		r = load_run(f, &runs[i], memory, &at, &sum, err);
	if (r == 0 && checksum_end(&sum) != f->data_sum)
		r = err_set(err, EPROTO, "its pages are damaged (checksum)");
	return r;
}

void warm_file_close(struct warm_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->bytes);
	*f = (struct warm_file){.fd = -1};
}

/* ---- writing ---- */

static struct run *list_runs(const struct pages *p, int moment, uint32_t *n, uint64_t *bytes)
{
	struct run *runs = NULL;
	uint64_t at = 0, first, count;
	const uint8_t *data;

	*n = 0;
	*bytes = 0;
	while ((count = pages_run(p, moment, at, &first, &data))) {
		if (!(*n & (*n - 1)))
			runs = xreallocarray(runs, *n ? 2 * *n : 1, sizeof(*runs));
		runs[(*n)++] = (struct run){(uint32_t)first, (uint32_t)count};
		*bytes += count * PAGES_SIZE;
		at = first + count;
	}
	return runs;
}

uint64_t warm_file_size(size_t head_len, const struct pages *p, int moment)
{
	cleanup_free struct run *runs = NULL;
	uint64_t bytes;
	uint32_t n;

	runs = list_runs(p, moment, &n, &bytes);
	return WARM_FIXED + head_len + n * sizeof(*runs) + bytes;
}

static int write_pages(int fd, const struct pages *p, int moment, off_t at, struct checksum *sum)
{
	uint64_t page = 0, first, count;
	const uint8_t *data;
	int r = 0;

	while (r == 0 && (count = pages_run(p, moment, page, &first, &data))) {
		checksum_add(sum, data, count * PAGES_SIZE);
		r = write_all(fd, data, count * PAGES_SIZE, at);
		at += (off_t)(count * PAGES_SIZE);
		page = first + count;
	}
	return r;
}

int warm_file_write(const char *path, const void *head, size_t head_len, const struct pages *p,
		    int moment, struct err *err)
{
	cleanup_free char *tmp = xasprintf("%s.%d" WARM_UNFINISHED, path, (int)getpid());
	cleanup_fd int fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct fixed x = {.magic = MAGIC, .version = VERSION, .head_len = (uint32_t)head_len};
	cleanup_free struct run *runs = NULL;
	struct checksum sum;
	off_t at = WARM_FIXED;
	int r;

	if (fd < 0)
		return err_sys(err, errno, "make '%s'", tmp);
	runs = list_runs(p, moment, &x.nruns, &x.data_len);
	x.head_sum = checksum_of(head, head_len);
	x.runs_sum = checksum_of(runs, x.nruns * sizeof(*runs));
	checksum_begin(&sum);
	r = write_all(fd, head, head_len, at);
	at += (off_t)head_len;
	if (r == 0)
		r = write_all(fd, runs, x.nruns * sizeof(*runs), at);
	at += (off_t)(x.nruns * sizeof(*runs));
	if (r == 0)
		r = write_pages(fd, p, moment, at, &sum);
	x.data_sum = checksum_end(&sum);
	if (r == 0)
		r = write_all(fd, &x, sizeof(x), 0);
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(tmp);
	return err_sys(err, -r, "write '%s'", path);
}
