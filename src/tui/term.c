/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * term - curses kept in one file. Curses' own screen diff sends only what changed.
 * Invariant: after term_finish(), a crash or a stop, the terminal is as it was before.
 */
#define NCURSES_WIDECHAR 1
#include "tui/term.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

/* after curses.h: its KEY_* names are macros, ours are an enum of other names */
#include "tui/keys.h"

#define PASTE_MAX   (1u << 20)
#define PASTE_BEGIN 0777001
#define PASTE_END   0777002

static SCREEN *screen;
static bool on, pasting;
static struct buf paste;
static short pairs[ROLE_COUNT]; /* colour pair of each role */
static struct theme shown;      /* the theme the pairs are for */

static void leave(void)
{
	if (!on)
		return;
	on = false;
	putp("\033[?2004l");
	endwin();
	fflush(stdout);
}

/* Restores, then dies of the same signal, so that a core and the exit status are true. */
static void on_crash(int sig)
{
	leave();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void watch_crashes(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct sigaction sa = {.sa_handler = on_crash,
			       .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, NULL);
}

static void enter(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	/* refresh() would look whether keys wait, and for that the kernel's worker of terminals, which may
	 * be long in coming while a guest wants every CPU */
	typeahead(-1);
	set_escdelay(25);
	define_key("\033[200~", PASTE_BEGIN);
	define_key("\033[201~", PASTE_END);
	putp("\033[?2004h");
	fflush(stdout);
	on = true;
}

int term_init(struct err *err)
{
	const char *name = getenv("TERM");

	if (!isatty(0) || !isatty(1))
		return err_set(err, ENOTTY,
			       "the screen needs a terminal; without one use 'scxplore do' or "
			       "'scxplore run'");
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return err_set(err, ENOTSUP,
			       "terminal type '%s' is not known to terminfo; set TERM",
			       name ? name : "");
	if (!tigetstr("cup")) {
		endwin();
		delscreen(screen);
		screen = NULL;
		return err_set(err, ENOTSUP,
			       "terminal type '%s' cannot place its cursor; set TERM, or use "
			       "'scxplore do' or 'scxplore run'",
			       name ? name : "");
	}
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	watch_crashes();
	die_set_hook(leave);
	enter();
	return 0;
}

void term_finish(void)
{
	leave();
	die_set_hook(NULL);
	if (screen)
		delscreen(screen);
	screen = NULL;
	buf_finish(&paste);
}

void term_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

bool term_ascii(void)
{
	return getenv("SCXPLORE_ASCII") || strcmp(nl_langinfo(CODESET), "UTF-8");
}

bool term_colours(void)
{
	return has_colors();
}

static int translate(wint_t c)
{
	switch (c) {
	case KEY_UP:
		return KEY_GO_UP;
	case KEY_DOWN:
		return KEY_GO_DOWN;
	case KEY_LEFT:
		return KEY_GO_LEFT;
	case KEY_RIGHT:
		return KEY_GO_RIGHT;
	case KEY_HOME:
		return KEY_GO_HOME;
	case KEY_END:
		return KEY_GO_END;
	case KEY_PPAGE:
		return KEY_PAGE_UP;
	case KEY_NPAGE:
		return KEY_PAGE_DOWN;
	case KEY_BACKSPACE:
		return KEY_RUB_OUT;
	case KEY_DC:
		return KEY_REMOVE;
	case KEY_BTAB:
		return KEY_BACK_TAB;
	case KEY_ENTER:
		return KEY_RETURN;
	}
	if (c >= (wint_t)KEY_F(1) && c <= (wint_t)KEY_F(12))
		return KEY_FUNCTION + (int)(c - (wint_t)KEY_F(0));
	return 0;
}

static void add_pasted(wint_t c)
{
	char bytes[8];
	int n = wctomb(bytes, (wchar_t)c);

	if (c == '\r') {
		bytes[0] = '\n';
		n = 1;
	}
	if (n > 0 && paste.len < PASTE_MAX)
		buf_add(&paste, bytes, (size_t)n);
}

bool term_read(struct term_key *key)
{
	wint_t c;
	int kind;

	while ((kind = get_wch(&c)) != ERR) {
		*key = (struct term_key){.code = 0};
		if (kind == KEY_CODE_YES && c == PASTE_BEGIN) {
			pasting = true;
			buf_reset(&paste);
			continue;
		}
		if (kind == KEY_CODE_YES && c == PASTE_END) {
			pasting = false;
			*key = (struct term_key){.code = KEY_PASTED,
						 .paste = buf_text(&paste),
						 .paste_len = paste.len};
			return true;
		}
		if (pasting) {
			if (kind == OK)
				add_pasted(c);
			continue;
		}
		if (kind == KEY_CODE_YES)
			key->code = translate(c);
		else
			key->code = c == 127 || c == 8 ? KEY_RUB_OUT
				    : c == '\n'        ? KEY_RETURN
						       : (int)c;
		if (key->code)
			return true;
	}
	return false;
}

static short reduce(int16_t colour)
{
	if (colour < COLORS)
		return colour;
	/* an 8-colour terminal shows bright colours as their plain ones, the cube not at all */
	return colour < 16 ? (short)(colour - 8) : -1;
}

static void set_theme(const struct theme *theme)
{
	size_t i;

	if (!has_colors() || !memcmp(&shown, theme, sizeof(shown)))
		return;
	shown = *theme;
	for (i = 0; i < ROLE_COUNT; i++) {
		const struct style *s = &theme->styles[i];

		pairs[i] = 0;
		if (s->fg < 0 && s->bg < 0)
			continue;
		pairs[i] = (short)(i + 1);
		init_pair(pairs[i], reduce(s->fg), reduce(s->bg));
	}
	clearok(stdscr, TRUE);
}

static attr_t attributes(const struct theme *theme, const struct cell *cell)
{
	const struct style *s = &theme->styles[cell->role];
	attr_t a = 0;

	a |= s->attrs & STYLE_BOLD ? A_BOLD : 0;
	a |= s->attrs & STYLE_DIM ? A_DIM : 0;
	a |= s->attrs & STYLE_UNDERLINE ? A_UNDERLINE : 0;
	a |= s->attrs & STYLE_REVERSE ? A_REVERSE : 0;
	/* a marked row must be seen without colours, too */
	if (cell->reverse && s->bg < 0 && !(s->attrs & STYLE_REVERSE))
		a |= A_REVERSE;
	return a;
}

void term_draw(const struct canvas *c, const struct theme *theme)
{
	int rows, cols, r, k;

	if (!on)
		return;
	set_theme(theme);
	term_size(&rows, &cols);
	for (r = 0; r < c->rows && r < rows; r++) {
		for (k = 0; k < c->cols && k < cols; k++) {
			const struct cell *cell = &c->cells[r * c->cols + k];
			wchar_t text[2] = {(wchar_t)cell->cp, 0};
			cchar_t out;

			if (!cell->cp)
				continue; /* covered by the wide character before */
			setcchar(&out, text, attributes(theme, cell),
				 has_colors() ? pairs[cell->role] : 0, NULL);
			mvadd_wch(r, k, &out);
		}
	}
	curs_set(c->cursor_row >= 0 ? 1 : 0);
	if (c->cursor_row >= 0)
		move(c->cursor_row, c->cursor_col);
	refresh();
}

void term_resized(void)
{
	struct winsize ws;

	if (on && ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_row && ws.ws_col)
		resizeterm(ws.ws_row, ws.ws_col);
}

void term_redraw(void)
{
	clearok(stdscr, TRUE);
}

void term_suspend(void)
{
	leave();
	raise(SIGSTOP);
	/* back in the foreground */
	term_resized();
	refresh();
	enter();
	term_resized();
	clearok(stdscr, TRUE);
}
