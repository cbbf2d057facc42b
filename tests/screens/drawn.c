/* SPDX-License-Identifier: BSD-2-Clause */
/* drawn - see drawn.h. */
#include "tests/unit/test.h"
#include "drawn.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "tui/keys.h"

#include <errno.h>

void press(struct tui *tui, int code)
{
	tui_key(tui, &(struct term_key){.code = code});
}

void type(struct tui *tui, const char *text)
{
	for (; *text; text++)
		press(tui, *text == '\n' ? KEY_RETURN : *text);
}

void picture(struct tui *tui, int rows, int cols, bool ascii, struct buf *out)
{
	struct canvas c;

	canvas_init(&c, rows, cols, ascii);
	tui_draw(tui, &c);
	canvas_dump(&c, out);
	canvas_finish(&c);
}

void assert_golden(struct tui *tui, const char *name, int rows, int cols)
{
	cleanup_free char *path = xasprintf(SCREENS_DIR "/golden/%s.txt", name);
	cleanup_buf struct buf seen = BUF_INIT;
	static char want[65536];
	size_t n;
	FILE *f;

	picture(tui, rows, cols, false, &seen);
	if (getenv("SXP_REGENERATE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(seen.data, 1, seen.len, f);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(want, 1, sizeof(want) - 1, f);
	fclose(f);
	want[n] = '\0';
	assert_string_equal(buf_text(&seen), want);
}

int no_guest_submit(void *arg, const char *line, struct err *err)
{
	return err_set(err, EPIPE, "there is no guest");
}

int no_guest_block(void *arg, const char *text, size_t len, struct err *err)
{
	return err_set(err, EPIPE, "there is no guest");
}

const char *no_guest_console(void *arg, size_t *len)
{
	*len = 0;
	return "";
}

void no_guest_act(void *arg)
{
}
