/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_view - keys to bytes, bytes to the terminal; see shell_view.h.
 */
#include "tui/shell_view.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "tui/keys.h"
#include "tui/tui.h"

#include <errno.h>
#include <string.h>

enum { KEY_LEAVE = 0x1d, ROWS_FIRST = 24, COLS_FIRST = 80 };

void shell_view_finish(struct shell_view *v)
{
	vt_destroy(v->vt);
	v->vt = NULL;
}

int shell_view_open(struct shell_view *v, const struct tui_host *host, void *arg,
		    const char *cgroup, struct err *err)
{
	int rows = v->rows ? v->rows : ROWS_FIRST, cols = v->cols ? v->cols : COLS_FIRST, r;

	if (v->open && cgroup && strcmp(cgroup, v->cgroup))
		return err_set(err, EBUSY,
			       "a shell runs already in '%s': end it first ('exit' in it)",
			       *v->cgroup ? v->cgroup : "/");
	if (v->open)
		return 0;
	r = host->shell_open(arg, cgroup, rows, cols, err);
	if (r < 0)
		return r;
	vt_destroy(v->vt);
	v->vt = vt_create(rows, cols);
	v->open = true;
	v->ended[0] = '\0';
	text_sanitise(v->cgroup, sizeof(v->cgroup), cgroup ? cgroup : "",
		      cgroup ? strlen(cgroup) : 0);
	return 0;
}

/* What the terminal has to say to the program. */
static int send_taken(struct shell_view *v, const struct tui_host *host, void *arg, struct err *err)
{
	char bytes[4096];
	size_t n;
	int r = 0;

	while (r == 0 && (n = vt_take(v->vt, bytes, sizeof(bytes))))
		r = host->shell_input(arg, bytes, n, err);
	return r;
}

static void paste(struct shell_view *v, const struct tui_host *host, void *arg,
		  const struct term_key *key, struct err *err)
{
	enum { PIECE = 512 }; /* the terminal's own buffer holds that, whatever it becomes */
	size_t at = 0, n;

	for (; at < key->paste_len && !err->code; at += n) {
		n = key->paste_len - at < PIECE ? key->paste_len - at : PIECE;
		/* not within a character */
		while (n > 1 && at + n < key->paste_len && (key->paste[at + n] & 0xc0) == 0x80)
			n--;
		vt_paste(v->vt, key->paste + at, n);
		send_taken(v, host, arg, err);
	}
}

bool shell_view_key(struct shell_view *v, const struct tui_host *host, void *arg,
		    const struct term_key *key, struct err *err)
{
	int page = v->rows > 2 ? v->rows - 2 : 1;

	if (key->code == KEY_LEAVE)
		return true;
	if (key->code == KEY_PAGE_UP && vt_scroll(v->vt, page))
		return false;
	if (key->code == KEY_PAGE_DOWN && vt_scrolled(v->vt) && vt_scroll(v->vt, -page))
		return false;
	vt_scroll_end(v->vt);
	if (key->code == KEY_PASTED)
		paste(v, host, arg, key, err);
	else
		vt_key(v->vt, key->code);
	send_taken(v, host, arg, err);
	return false;
}

void shell_view_resize(struct shell_view *v, const struct tui_host *host, void *arg, int rows,
		       int cols)
{
	v->rows = rows;
	v->cols = cols;
	if (!v->vt || !v->open || !vt_resize(v->vt, rows, cols))
		return;
	vt_size(v->vt, &rows, &cols);
	host->shell_size(arg, rows, cols);
}

void shell_view_output(struct shell_view *v, const struct tui_host *host, void *arg,
		       const char *data, size_t len)
{
	struct err ignored = ERR_INIT;

	if (!v->vt)
		return;
	vt_feed(v->vt, data, len);
	/* a program that asks faster than it reads the answers goes without */
	send_taken(v, host, arg, &ignored);
}

void shell_view_ended(struct shell_view *v, const char *words)
{
	v->open = false;
	text_sanitise(v->ended, sizeof(v->ended), words, strlen(words));
}
