/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pull - a file of the guest to this machine; see transfer.h.
 *
 * Its name comes from the op, never from the guest, and its bytes go to a draft in its folder, which
 * gets its name in one step that fails when something is there. Invariant: whatever ends a pull
 * early, its draft is gone; where the file system has files without a name, even SIGKILL.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "session/transfer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 200, TRIES = 1000 };

void pull_drop(struct transfer *t)
{
	struct pull *p = &t->pull;

	if (p->draft)
		unlink(p->draft);
	if (p->fd >= 0)
		close(p->fd);
	free(p->draft);
	free(p->path);
	free(p->from);
	*p = (struct pull){.fd = -1};
}

static void say(struct transfer *t, enum files_taken_state state, int code, const char *text)
{
	struct wire_writer *w = transfer_begin();

	files_put_taken(w, &(struct files_taken){.bytes = t->pull.got,
						 .state = state,
						 .code = (uint32_t)code,
						 .text = text});
	transfer_send(t, w, WIRE_PULL_TAKEN, t->pull.seq);
}

static void refuse(struct transfer *t, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct transfer *t, int code, const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* what it has sent is at least what it is told was taken */
	t->pull.got = t->pull.told;
	say(t, FILES_REFUSED, code, text);
	pull_drop(t);
}

/* ---- where to ------------------------------------------------------------------------------- */

/* The last part of a path, as a name that is harmless in any folder. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = xstrndup(slash ? slash + 1 : path, NAME_BYTES), *p;

	for (p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-", *p) ||
		    (p == name && (*p == '.' || *p == '-')))
			*p = '_';
	if (!*name) {
		free(name);
		name = xstrdup("file");
	}
	return name;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return path[strlen(path) - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The n-th name of a file whose place was not said: where, where.2, ... */
static char *numbered(const struct transfer *t, const char *name, unsigned n)
{
	return n == 1 ? xasprintf("%s/%s", t->folder, name)
		      : xasprintf("%s/%s.%u", t->folder, name, n);
}

/* 0 with path set, or NULL: it is not kept; -1 = refused. */
static int choose(struct transfer *t, const struct op *op)
{
	const struct op_val *from = op_arg(op, WARG_GUEST_PATH), *to = op_arg(op, WARG_HOST_PATH);
	const char *asked = to && *to->str ? to->str : NULL;
	cleanup_free char *name = name_of(asked && asked[strlen(asked) - 1] != '/' &&
							  t->only_there
						  ? asked
						  : from->str);
	struct pull *p = &t->pull;
	unsigned n;

	if (asked && !t->only_there) {
		p->path = is_folder(asked) ? xasprintf("%s/%s", asked, name) : xstrdup(asked);
		if (!is_there(p->path))
			return 0;
		refuse(t, EEXIST,
		       "'%.200s' is there already, and nothing is written over: give another name "
		       "with to=, or remove it",
		       p->path);
		return -1;
	}
	if (!t->folder)
		return 0;
	for (n = 1; n < TRIES; n++) {
		p->path = numbered(t, name, n);
		if (!is_there(p->path))
			return 0;
		free(p->path);
		p->path = NULL;
	}
	refuse(t, EEXIST, "'%.200s/%.100s' and %d more of that name are there already", t->folder,
	       name, TRIES);
	return -1;
}

/* ---- the frames ------------------------------------------------------------------------------ */

/* 0 or errno. Without a name, else beside its place. */
static int open_draft(struct pull *p)
{
	const char *slash = strrchr(p->path, '/');
	cleanup_free char *folder = xasprintf("%.*s", slash ? (int)(slash - p->path) + 1 : 1,
					      slash ? p->path : ".");
	int code;

	p->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (p->fd >= 0)
		return 0;
	p->draft = xasprintf("%s.XXXXXX", p->path);
	p->fd = mkostemp(p->draft, O_CLOEXEC);
	if (p->fd >= 0)
		return 0;
	code = errno;
	free(p->draft);
	p->draft = NULL;
	return code;
}

static void begin(struct transfer *t, uint64_t seq, const struct files_begin *b)
{
	const struct op *op = t->ops->op(t->arg, seq);
	struct pull *p = &t->pull;
	bool again = p->active && p->seq == seq;
	int code;

	pull_drop(t);
	p->seq = seq;
	if (again || !op || !(op->def->flags & OPF_BRINGS)) {
		refuse(t, EPROTO, "the guest sends a file nobody has asked for");
		return;
	}
	if (b->size > FILES_SIZE_MAX) {
		refuse(t, EFBIG, "'%.200s' has %" PRIu64 " MiB, at most %u GiB are brought",
		       op_arg(op, WARG_GUEST_PATH)->str, b->size >> 20, (unsigned)(FILES_SIZE_MAX >> 30));
		return;
	}
	p->active = true;
	p->size = b->size;
	p->mode = b->mode & 0777;
	p->from = xstrdup(op_arg(op, WARG_GUEST_PATH)->str);
	sha256_init(&p->sha);
	if (choose(t, op) < 0)
		return;
	if (p->path && (code = open_draft(p))) {
		refuse(t, code, "write '%.300s': %s", p->path, strerror(code));
		return;
	}
	p->begun = true;
}

static void take(struct transfer *t, const struct files_chunk *c)
{
	struct pull *p = &t->pull;
	size_t at = 0;

	if (!p->begun || c->offset != p->got || !c->len || c->index) {
		refuse(t, EPROTO, "the guest sent a piece of a file that does not follow the last one");
		return;
	}
	if (p->got + c->len > FILES_SIZE_MAX) {
		refuse(t, EFBIG, "'%.200s' has more than %u GiB: that is not brought", p->from,
		       (unsigned)(FILES_SIZE_MAX >> 30));
		return;
	}
	while (p->fd >= 0 && at < c->len) {
		ssize_t n = write(p->fd, (const char *)c->data + at, c->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			refuse(t, n < 0 ? errno : EIO, "write '%.300s': %s", p->path,
			       strerror(n < 0 ? errno : EIO));
			return;
		}
		at += (size_t)n;
	}
	sha256_add(&p->sha, c->data, c->len);
	p->got += c->len;
	p->told = p->got;
	say(t, FILES_GOING_ON, 0, "");
	transfer_progress(t, p->seq, p->from, p->got, p->size, &p->progress);
}

static int name_it(int fd, const char *path)
{
	char draft[40];

	snprintf(draft, sizeof(draft), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, draft, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0 ? errno : 0;
}

/* In one step, and only where nothing is. */
static int move_there(const char *draft, const char *path)
{
	if (renameat2(AT_FDCWD, draft, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return errno;
	/* a file system that cannot do that can link */
	if (link(draft, path) < 0)
		return errno;
	unlink(draft);
	return 0;
}

/* 0 or errno. */
static int put_there(struct pull *p)
{
	int code = 0;

	if (fchmod(p->fd, p->mode) < 0)
		return errno;
	if (!p->draft)
		code = name_it(p->fd, p->path);
	if (close(STEAL_FD(p->fd)) < 0 && !code)
		code = errno;
	return code || !p->draft ? code : move_there(p->draft, p->path);
}

static void end(struct transfer *t, uint64_t total)
{
	struct pull *p = &t->pull;
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1], amount[32], text[600];
	int code = 0;

	if (!p->begun || total != p->got) {
		refuse(t, EPROTO, "the guest says that the file has %" PRIu64 " bytes and sent %" PRIu64,
		       total, p->got);
		return;
	}
	if (p->path)
		code = put_there(p);
	if (code) {
		refuse(t, code, "put the file in its place as '%.300s': %s", p->path, strerror(code));
		return;
	}
	free(p->draft);
	p->draft = NULL;
	sha256_end(&p->sha, hash);
	sha256_hex(hash, hex);
	t->ops->emit(t->arg, &(struct event){.type = EV_PULLED,
					     .seq = p->seq,
					     .path = p->from,
					     .text = p->path ? p->path : "",
					     .count = p->got,
					     .name = hex,
					     .cgroup = "",
					     .data = ""});
	text_format_size(amount, sizeof(amount), p->got);
	if (p->path)
		snprintf(text, sizeof(text), "%s in %.500s", amount, p->path);
	else
		snprintf(text, sizeof(text), "%s, not kept: no session file is written here", amount);
	say(t, FILES_IN_PLACE, 0, text);
	pull_drop(t);
}

void pull_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *payload)
{
	struct pull *p = &t->pull;
	struct files_begin b;
	struct files_chunk c;
	uint64_t total;

	if (h->type == WIRE_PULL_BEGIN && files_get_begin(payload, &b)) {
		begin(t, h->seq, &b);
		return;
	}
	/* late words of one that has ended */
	if (!p->active || p->seq != h->seq)
		return;
	if (h->type == WIRE_PULL_DATA && files_get_chunk(payload, &c)) {
		take(t, &c);
		return;
	}
	total = h->type == WIRE_PULL_END ? wire_get_u64(payload) : 0;
	if (h->type == WIRE_PULL_END && wire_reader_done(payload))
		end(t, total);
	else
		refuse(t, EPROTO, "the guest sent a frame about a file that makes no sense");
}
