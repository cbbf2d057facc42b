/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * theme - parsing and finding of themes. The file is untrusted: at most THEME_MAX bytes, every
 * number range-checked. Invariant: a theme that failed to parse changes nothing.
 */
#include "tui/theme.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define THEME_MAX      65536
#define LINE_MAX_BYTES 256

static const char *const role_names[] = {
#define X(e, key, summary) key,
	ROLE_LIST(X)
#undef X
};

static const char *const colours[] = {"black", "red",     "green", "yellow",
				      "blue",  "magenta", "cyan",  "white"};

static const struct {
	const char *word;
	uint8_t attr;
} attrs[] = {{"bold", STYLE_BOLD},
	     {"dim", STYLE_DIM},
	     {"underline", STYLE_UNDERLINE},
	     {"reverse", STYLE_REVERSE}};

static const char builtin[] =
	"dim = bright-black\ntitle = cyan\nfocus = yellow bold\nhead = black on cyan\npast = black on yellow\nbar = black "
	"on white\n"
	"key = yellow bold\ncursor = black on cyan\nok = green\nwarn = yellow\nfail = red "
	"bold\nrunning = green bold\n"
	"waiting = magenta\ncgroup = blue bold\nlane1 = green\n"
	"lane2 = cyan\nlane3 = yellow\nlane4 = magenta\nlane5 = bright-blue\nlane6 = bright-red\nprompt = default bold\nhint = cyan\n";

static bool parse_colour(const char *word, int16_t *out)
{
	bool bright = !strncmp(word, "bright-", 7);
	uint64_t n;
	size_t i;

	if (!strcmp(word, "default")) {
		*out = -1;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(colours); i++) {
		if (!strcmp(word + (bright ? 7 : 0), colours[i])) {
			*out = (int16_t)(i + (bright ? 8 : 0));
			return true;
		}
	}
	if (!text_u64(word, 0, 255, &n))
		return false;
	*out = (int16_t)n;
	return true;
}

static bool parse_word(const char *word, bool *on, struct style *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		if (!strcmp(word, attrs[i].word)) {
			s->attrs |= attrs[i].attr;
			return true;
		}
	}
	if (!strcmp(word, "on")) {
		*on = true;
		return true;
	}
	return parse_colour(word, *on ? &s->bg : &s->fg);
}

static int parse_line(char *line, struct theme *t, struct err *err)
{
	struct style s = {.fg = -1, .bg = -1};
	char *eq, *word, *key;
	const char *near;
	bool on = false;
	size_t i;

	line[strcspn(line, "#\r")] = '\0';
	key = line + strspn(line, " \t");
	if (!*key)
		return 0;
	eq = strchr(key, '=');
	if (!eq)
		return err_set(err, EINVAL, "'%.40s' is not of the form ROLE = COLOUR", key);
	*eq = '\0';
	key[strcspn(key, " \t")] = '\0';
	for (i = 0; i < ROLE_COUNT && strcmp(key, role_names[i]); i++)
		;
	if (i == ROLE_COUNT) {
		near = text_nearest(key, role_names, ROLE_COUNT);
		return err_set(err, EINVAL, "no role '%.40s'%s%s%s", key,
			       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	for (line = eq + 1; (word = strsep(&line, " \t"));)
		if (*word && !parse_word(word, &on, &s))
			return err_set(
				err, EINVAL,
				"'%.40s' is neither a colour nor bold, dim, underline, reverse",
				word);
	t->styles[i] = s;
	return 0;
}

int theme_parse(const char *name, const char *text, size_t len, struct theme *out, struct err *err)
{
	struct theme t;
	size_t at = 0, i;
	unsigned line = 1;

	if (len > THEME_MAX)
		return err_set(err, EFBIG, "theme '%.60s' is larger than %d bytes", name,
			       THEME_MAX);
	memset(&t, 0, sizeof(t));
	text_sanitise(t.name, sizeof(t.name), name, strlen(name));
	for (i = 0; i < ROLE_COUNT; i++)
		t.styles[i] = (struct style){.fg = -1, .bg = -1};
	for (; at < len; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text - at) : len - at;
		char copy[LINE_MAX_BYTES];

		if (n >= sizeof(copy) || memchr(text + at, '\0', n))
			return err_set(err, EINVAL, "theme '%.60s', line %u: too long or not text",
				       t.name, line);
		memcpy(copy, text + at, n);
		copy[n] = '\0';
		if (parse_line(copy, &t, err) < 0)
			return err_wrap(err, "theme '%.60s', line %u", t.name, line);
		at += n + 1;
	}
	*out = t;
	return 0;
}

void theme_default(struct theme *t)
{
	if (theme_parse("default", builtin, sizeof(builtin) - 1, t, NULL) < 0)
		die("the built-in theme does not parse");
}

void theme_mono(struct theme *t)
{
	static const char mono[] = "focus = default bold\nhead = default reverse\npast = default bold reverse\nbar = default "
				   "reverse\nkey = default bold\n"
				   "fail = default bold\nprompt = default bold\n";

	if (theme_parse("mono", mono, sizeof(mono) - 1, t, NULL) < 0)
		die("the built-in theme does not parse");
}

static size_t folders(char *out[3])
{
	const char *env = getenv("SXP_THEMES"), *config = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");
	size_t n = 0;

	if (env && *env)
		out[n++] = xstrdup(env);
	if (config && *config == '/')
		out[n++] = xasprintf("%s/scxplore/themes", config);
	else if (home && *home == '/')
		out[n++] = xasprintf("%s/.config/scxplore/themes", home);
	out[n++] = xstrdup(SCXPLORE_THEMES_DIR);
	return n;
}

static int load_path(const char *name, const char *path, struct theme *out, struct err *err)
{
	cleanup_file FILE *f = fopen(path, "re");
	cleanup_free char *text = xcalloc(1, THEME_MAX + 2);
	size_t n;

	if (!f)
		return err_sys(err, errno, "read theme '%s'", path);
	n = fread(text, 1, THEME_MAX + 1, f);
	return theme_parse(name, text, n, out, err);
}

int theme_load(const char *name, struct theme *out, struct err *err)
{
	char *dirs[3];
	size_t n, i;
	int r = -ENOENT;

	if (strchr(name, '/'))
		return load_path(name, name, out, err);
	n = folders(dirs);
	for (i = 0; i < n; i++) {
		cleanup_free char *path = xasprintf("%s/%s.theme", dirs[i], name);

		if (r == -ENOENT && access(path, R_OK) == 0)
			r = load_path(name, path, out, err);
		free(dirs[i]);
	}
	if (r == -ENOENT && !strcmp(name, "default")) {
		theme_default(out);
		return 0;
	}
	return r == -ENOENT ? err_set(err, ENOENT, "no theme '%.60s'", name) : r;
}

static int is_theme(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && dot != d->d_name && !strcmp(dot, ".theme");
}

void theme_names(struct buf *out)
{
	char *dirs[3];
	size_t n = folders(dirs), i;

	for (i = 0; i < n; i++) {
		struct dirent **list;
		int k, count = scandir(dirs[i], &list, is_theme, alphasort);

		for (k = 0; k < count; k++) {
			cleanup_free char *word = xasprintf(
				"%.*s ", (int)(strrchr(list[k]->d_name, '.') - list[k]->d_name),
				list[k]->d_name);

			if (!strstr(buf_text(out), word))
				buf_adds(out, word);
			free(list[k]);
		}
		if (count >= 0)
			free(list);
		free(dirs[i]);
	}
}
