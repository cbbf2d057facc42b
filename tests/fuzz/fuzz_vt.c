/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vt - what a guest's program may print: whatever it is, cells hold printable characters only,
 * the cursor stays inside, and memory is bounded.
 */
#include "tests/fuzz/fuzz.h"

#include "tui/vt.h"

#include <string.h>

const char *const fuzz_words[] = {"\033[",     "\033]",        "\007",         "\033P",
				  "\033\\",    "\302\233",     "\033[?1049h",  "\033[?1049l",
				  "\033[2J",   "\033[r",       "\033[1;3r",    "\033[999;999H",
				  "\033[6n",   "\033[c",       "\033[38;5;9m", "\033[38;2;1;2;3m",
				  "\033[7m",   "\033[L",       "\033[M",       "\033[P",
				  "\033[@",    "\033[S",       "\033[T",       "\033#8",
				  "\033#6",    "\033c",        "\033(0",       "\033[?69h",
				  "\033[2;5s", "2147483647",   "\r\n",         "\t",
				  "\b",        "\xe5\x8f\xb0", "e\xcc\x81",    "\xff",
				  NULL};

static void look(const struct vt *vt, int rows, int cols)
{
	struct canvas c;
	int i;

	canvas_init(&c, rows, cols, false);
	canvas_clear(&c);
	vt_draw(vt, &c, canvas_all(&c));
	for (i = 0; i < rows * cols; i++)
		fuzz_must(!c.cells[i].cp || (c.cells[i].cp >= 0x20 &&
					     (c.cells[i].cp < 0x7f || c.cells[i].cp >= 0xa0)));
	fuzz_must(c.cursor_row < rows && c.cursor_col < cols);
	canvas_finish(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct vt *vt = vt_create(6, 20);
	char answer[256];
	size_t half = len / 2, n, total = 0;

	vt_feed(vt, text, half);
	look(vt, 6, 20);
	vt_resize(vt, 3 + (int)(len % 7), 9 + (int)(len % 31));
	vt_feed(vt, text + half, len - half);
	look(vt, 9, 40);
	vt_scroll(vt, 3);
	look(vt, 2, 8);
	vt_resize(vt, 2, 8);
	vt_feed(vt, text, len - half);
	vt_paste(vt, text, len < 64 ? len : 64);
	look(vt, 1, 1);
	while ((n = vt_take(vt, answer, sizeof(answer))))
		total += n;
	fuzz_must(total <= 65536);
	vt_destroy(vt);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char *const seeds[] = {
		"guest:~# ls\r\n\033[34mbin\033[0m  \033[1mdev\033[0m\r\n",
		"\033[?1049h\033[2J\033[H\033[7mtop\033[0m\r\nPID\033[K\033[5;1Hlast\033[?25l",
		"1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n\033[2;4r\033[4;1H\n\n\033[L\033["
		"M\033[r",
		"\xe5\x8f\xb0\xe5\x8f\xb0 e\xcc\x81 \033(0qqq\033(B \033]0;title\007 "
		"\033P$qm\033\\ \302\233",
	};
	size_t i;

	for (i = 0; i < sizeof(seeds) / sizeof(*seeds); i++)
		add(seeds[i], strlen(seeds[i]));
}
