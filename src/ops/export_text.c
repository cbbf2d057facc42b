/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_text - escaping for C and shell, see export_text.h.
 * Invariant: what is written is ASCII without control bytes, or UTF-8 that text_sanitise() keeps.
 */
#include "ops/export_text.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define IDENT_MAX   60
#define LITERAL_MIN 24 /* characters a piece has at least, however deep the indentation */

unsigned export_column(const struct buf *out)
{
	size_t i = out->len;
	unsigned column = 0;

	while (i && out->data[i - 1] != '\n')
		i--;
	for (; i < out->len; i++) {
		if (out->data[i] == '\t')
			column += EXPORT_TAB - column % EXPORT_TAB;
		else if ((out->data[i] & 0xc0) != 0x80)
			column++;
	}
	return column;
}

/* Does this character look the same on every screen and mean nothing to a terminal? */
static bool shows(const char *s, size_t n)
{
	char safe[8];

	return text_sanitise(safe, sizeof(safe), s, n) == n && !memcmp(safe, s, n);
}

/* One character of a literal; returns the bytes of input used. `before` is the character written
 * before. */
static size_t escape(struct buf *out, const char *s, size_t len, char before)
{
	static const char simple[][2] = {
		{'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}, {'"', '"'}, {'\\', '\\'}};
	uint32_t cp;
	size_t n = text_utf8(s, len, &cp), i;

	for (i = 0; i < ARRAY_SIZE(simple); i++) {
		if (*s != simple[i][0])
			continue;
		buf_addc(out, '\\');
		buf_addc(out, simple[i][1]);
		return 1;
	}
	if (*s == '?' && before == '?') {
		buf_adds(out, "\\?"); /* a second '?' could begin a trigraph */
		return 1;
	}
	if ((cp != 0xfffd || n > 1) && shows(s, n)) {
		buf_add(out, s, n);
		return n;
	}
	for (i = 0; i < n; i++)
		buf_addf(out, "\\%03o", (unsigned)(unsigned char)s[i]);
	return n;
}

static void new_line(struct buf *out, unsigned indent)
{
	buf_addc(out, '\n');
	while (indent--)
		buf_addc(out, '\t');
}

/* Whether the whole text fits into `room` columns as one literal. */
static bool fits(const char *data, size_t len, unsigned room)
{
	cleanup_buf struct buf one = BUF_INIT;
	size_t i;

	for (i = 0; i < len;) {
		i += escape(&one, data + i, len - i, i ? data[i - 1] : 0);
		if (one.len > 4 * (size_t)room)
			return false;
	}
	return export_column(&one) + 2 <= room;
}

bool export_c_string(struct buf *out, const char *data, size_t len, unsigned column,
		     unsigned indent, bool group)
{
	unsigned limit = EXPORT_COLUMNS - 3, at;
	size_t i;

	if (column >= limit || fits(data, len, limit - column)) {
		buf_addc(out, '"');
		for (i = 0; i < len;)
			i += escape(out, data + i, len - i, i ? data[i - 1] : 0);
		buf_addc(out, '"');
		return false;
	}
	if (group)
		buf_addc(out, '(');
	buf_addc(out, '"');
	at = column + 1 + group;
	for (i = 0; i < len;) {
		cleanup_buf struct buf one = BUF_INIT;
		size_t n = escape(&one, data + i, len - i, i ? data[i - 1] : 0);
		unsigned width = export_column(&one);
		bool wide = at + width + 1 > limit && at > indent * EXPORT_TAB + LITERAL_MIN;
		/* a line of the text ends: the source reads best when its literal ends there, too
		 */
		bool ended = i && data[i - 1] == '\n';

		if (wide || ended) {
			buf_addc(out, '"');
			new_line(out, indent);
			buf_addc(out, '"');
			at = indent * EXPORT_TAB + 1;
		}
		buf_add(out, one.data, one.len);
		at += width;
		i += n;
	}
	buf_addc(out, '"');
	if (group)
		buf_addc(out, ')');
	return true;
}

void export_c_comment(struct buf *out, const char *text)
{
	char safe[1024], before = 0;
	const char *p;

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	for (p = safe; *p; before = *p++) {
		/* no end of comment, no second beginning, no trigraph, no splice */
		if ((before == '*' && *p == '/') || (before == '/' && *p == '*') ||
		    (before == '?' && *p == '?'))
			buf_addc(out, ' ');
		buf_addc(out, *p);
	}
	if (before == '\\')
		buf_addc(out, ' ');
}

static bool is_keyword(const char *word)
{
	static const char *const keywords[] = {
		"alignas", "alignof",  "and",      "asm",      "auto",     "bool",      "break",
		"case",    "catch",    "char",     "class",    "const",    "constexpr", "continue",
		"default", "delete",   "do",       "double",   "else",     "enum",      "export",
		"extern",  "false",    "float",    "for",      "friend",   "goto",      "if",
		"inline",  "int",      "linux",    "long",     "main",     "mutable",   "namespace",
		"new",     "not",      "nullptr",  "operator", "or",       "private",   "protected",
		"public",  "register", "requires", "restrict", "return",   "short",     "signed",
		"sizeof",  "static",   "struct",   "switch",   "template", "this",      "throw",
		"true",    "try",      "typedef",  "typeid",   "typename", "typeof",    "union",
		"unix",    "unsigned", "using",    "virtual",  "void",     "volatile",  "while",
		"xor",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keywords); i++)
		if (!strcmp(keywords[i], word))
			return true;
	return false;
}

void export_c_ident(struct buf *out, const char *text)
{
	char ident[IDENT_MAX + 1];
	size_t n = 0;

	for (; *text && n < IDENT_MAX; text++) {
		char c = *text;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			ident[n++] = c;
		else if (n && ident[n - 1] != '_')
			ident[n++] = '_';
	}
	while (n && ident[n - 1] == '_')
		n--;
	ident[n] = '\0';
	if (!n)
		buf_adds(out, "it");
	else if ((*ident >= '0' && *ident <= '9') || is_keyword(ident))
		buf_addf(out, "n_%s", ident);
	else
		buf_adds(out, ident);
}

void export_c_duration(struct buf *out, uint64_t ns)
{
	static const struct {
		const char *macro;
		uint64_t ns;
	} units[] = {{"SXP_S", 1000000000}, {"SXP_MS", 1000000}, {"SXP_US", 1000}, {"SXP_NS", 1}};
	size_t i = 0;

	while (ns % units[i].ns)
		i++;
	buf_addf(out, "%s(%" PRIu64 ")", units[i].macro, ns / units[i].ns);
}

void export_sh_word(struct buf *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-";

	if (*word && strspn(word, plain) == strlen(word)) {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c == '\'')
			buf_adds(out, "'\\''");
		else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			/* raw, it would act on the terminal of whoever reads the script */
			buf_addf(out, "'\"$(printf '\\%03o')\"'", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '\'');
}
