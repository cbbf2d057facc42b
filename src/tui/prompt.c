/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prompt - line editing. Invariant: cursor <= len < PROMPT_MAX, and the cursor stands between
 * whole UTF-8 characters.
 */
#include "tui/prompt.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"
#include "base/text.h"
#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

#define HISTORY_MAX 500

void prompt_finish(struct prompt *p)
{
	size_t i;

	for (i = 0; i < p->nhistory; i++)
		free(p->history[i]);
	free(p->history);
	*p = (struct prompt){.kind = PROMPT_NONE};
}

static void set_text(struct prompt *p, const char *text)
{
	text_copy(p->text, sizeof(p->text), text);
	p->len = p->cursor = strlen(p->text);
}

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text)
{
	p->kind = kind;
	p->at = p->nhistory;
	set_text(p, text);
	p->completion.n = 0;
	p->completion.hint[0] = '\0';
}

void prompt_close(struct prompt *p)
{
	p->kind = PROMPT_NONE;
	set_text(p, "");
}

void prompt_remember(struct prompt *p, const char *line)
{
	if (!*line || (p->nhistory && !strcmp(p->history[p->nhistory - 1], line)))
		return;
	if (p->nhistory == HISTORY_MAX) {
		free(p->history[0]);
		memmove(p->history, p->history + 1, (HISTORY_MAX - 1) * sizeof(*p->history));
		p->nhistory--;
	}
	p->history = xreallocarray(p->history, p->nhistory + 1, sizeof(*p->history));
	p->history[p->nhistory++] = xstrdup(line);
}

void prompt_insert(struct prompt *p, const char *text, size_t len)
{
	char clean[PROMPT_MAX];
	size_t n = text_sanitise(clean, sizeof(clean), text, len);

	if (p->len + n >= sizeof(p->text))
		return;
	memmove(p->text + p->cursor + n, p->text + p->cursor, p->len - p->cursor + 1);
	memcpy(p->text + p->cursor, clean, n);
	p->cursor += n;
	p->len += n;
}

static void insert_char(struct prompt *p, uint32_t cp)
{
	cleanup_buf struct buf b = BUF_INIT;

	if (cp < 0x80)
		buf_addc(&b, (char)cp);
	else if (cp < 0x800)
		buf_addf(&b, "%c%c", (char)(0xc0 | cp >> 6), (char)(0x80 | (cp & 0x3f)));
	else if (cp < 0x10000)
		buf_addf(&b, "%c%c%c", (char)(0xe0 | cp >> 12), (char)(0x80 | (cp >> 6 & 0x3f)),
			 (char)(0x80 | (cp & 0x3f)));
	else
		buf_addf(&b, "%c%c%c%c", (char)(0xf0 | cp >> 18), (char)(0x80 | (cp >> 12 & 0x3f)),
			 (char)(0x80 | (cp >> 6 & 0x3f)), (char)(0x80 | (cp & 0x3f)));
	prompt_insert(p, b.data, b.len);
}

static size_t before(const struct prompt *p, size_t at)
{
	while (at && (p->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t after(const struct prompt *p, size_t at)
{
	if (at < p->len)
		at++;
	while (at < p->len && (p->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->cursor = from;
}

static void erase_word(struct prompt *p)
{
	size_t at = p->cursor;

	while (at && p->text[at - 1] == ' ')
		at--;
	while (at && p->text[at - 1] != ' ')
		at--;
	erase(p, at, p->cursor);
}

static void walk(struct prompt *p, int step)
{
	size_t to = p->at + (size_t)step;

	if (p->kind != PROMPT_COMMAND || (step < 0 && !p->at) || (step > 0 && p->at >= p->nhistory))
		return;
	if (p->at == p->nhistory)
		text_copy(p->saved, sizeof(p->saved), p->text);
	p->at = to;
	set_text(p, to == p->nhistory ? p->saved : p->history[to]);
}

static void complete(struct prompt *p, const struct scenario *s, const struct model *m,
		const char *const *extra)
{
	char word[sizeof(p->completion.words[0])];
	struct complete *c = &p->completion;
	size_t n;

	complete_line(s, m, p->text, p->cursor, extra, c);
	n = complete_common(c, word, sizeof(word));
	if (!n || n < p->cursor - c->start)
		return;
	erase(p, c->start, p->cursor);
	prompt_insert(p, word, n);
	/* what ends so is only the beginning of a word */
	if (c->n == 1 && n && !strchr("=@:/ ", word[n - 1]))
		prompt_insert(p, " ", 1);
}

void prompt_hints(struct prompt *p, const struct scenario *s, const struct model *m,
		const char *const *extra)
{
	if (p->kind == PROMPT_COMMAND)
		complete_line(s, m, p->text, p->cursor, extra, &p->completion);
}

bool prompt_key(struct prompt *p, int code, const struct scenario *s, const struct model *m,
		const char *const *extra)
{
	switch (code) {
	case KEY_RETURN:
		return true;
	case KEY_ESCAPE:
	case KEY_CTRL_C:
		prompt_close(p);
		return false;
	case KEY_TAB:
		if (p->kind == PROMPT_COMMAND)
			complete(p, s, m, extra);
		break;
	case KEY_RUB_OUT:
		if (!p->len) {
			prompt_close(p);
			return false;
		}
		erase(p, before(p, p->cursor), p->cursor);
		break;
	case KEY_REMOVE:
	case KEY_CTRL_D:
		erase(p, p->cursor, after(p, p->cursor));
		break;
	case KEY_CTRL_U:
		erase(p, 0, p->cursor);
		break;
	case KEY_CTRL_K:
		erase(p, p->cursor, p->len);
		break;
	case KEY_CTRL_W:
		erase_word(p);
		break;
	case KEY_GO_LEFT:
		p->cursor = before(p, p->cursor);
		break;
	case KEY_GO_RIGHT:
		p->cursor = after(p, p->cursor);
		break;
	case KEY_GO_HOME:
	case KEY_CTRL_A:
		p->cursor = 0;
		break;
	case KEY_GO_END:
	case KEY_CTRL_E:
		p->cursor = p->len;
		break;
	case KEY_GO_UP:
		walk(p, -1);
		break;
	case KEY_GO_DOWN:
		walk(p, 1);
		break;
	default:
		if (code >= ' ' && code < KEY_SPECIAL)
			insert_char(p, (uint32_t)code);
	}
	prompt_hints(p, s, m, extra);
	return false;
}

void prompt_draw(const struct prompt *p, struct canvas *c, struct rect line)
{
	static const char *const marks[] = {"", ":", "/", "filter: ", "sort by: "};
	int lead = canvas_text(c, line, 0, 0, -1, ROLE_PROMPT, marks[p->kind]);
	int room = line.cols - lead - 1, used;
	size_t from = 0;
	char left[PROMPT_MAX];

	/* a long line scrolls so that the cursor stays in view */
	do {
		text_copy(left, p->cursor - from + 1, p->text + from);
		used = canvas_width(left);
		if (used > room)
			from = after(p, from);
	} while (used > room && from < p->cursor);
	canvas_text(c, line, 0, lead, -1, ROLE_PROMPT, p->text + from);
	c->cursor_row = line.row;
	c->cursor_col = line.col + lead + used;
}

void prompt_load(struct prompt *p)
{
	cleanup_free char *path = folder_path(FOLDER_STATE, "history");
	cleanup_file FILE *f = fopen(path, "re");
	char line[PROMPT_MAX], clean[PROMPT_MAX];

	while (f && fgets(line, sizeof(line), f)) {
		text_sanitise(clean, sizeof(clean), line, strcspn(line, "\n"));
		prompt_remember(p, clean);
	}
}

void prompt_save(const struct prompt *p)
{
	cleanup_free char *dir = folder_path(FOLDER_STATE, ""),
			  *path = folder_path(FOLDER_STATE, "history");
	cleanup_free char *fresh = xasprintf("%s.%d", path, (int)getpid());
	FILE *f = folder_make(dir, NULL) == 0 ? fopen(fresh, "we") : NULL;
	size_t i;

	if (!f)
		return;
	for (i = 0; i < p->nhistory; i++)
		fprintf(f, "%s\n", p->history[i]);
	if (fclose(f) == 0)
		rename(fresh, path);
	else
		unlink(fresh);
}
