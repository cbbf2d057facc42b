/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_json - JSON byte by byte: each number is told when it ends, under the path of keys that
 * leads to it. Numbers of a list are told under the list's path, other members of it under PATH.N.
 * Invariant: nothing is allocated, and no depth, key or number is longer than its room.
 */
#include "ops/metric_private.h"

#include <stdio.h>
#include <string.h>

void metric_json_begin(struct metric_stream *s)
{
	s->json = (struct metric_json){.state = JSON_VALUE};
}

/* What is cut is still counted: a name that is too long is noticed when it is used. */
static void path_byte(struct metric_json *j, char c)
{
	if (j->path_len < sizeof(j->path) - 1)
		j->path[j->path_len] = c;
	j->path_len++;
}

static void path_cut(struct metric_json *j, size_t len)
{
	j->path_len = len;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool open_level(struct metric_json *j, bool array)
{
	char text[16];
	const char *p;

	if (j->depth == METRIC_DEPTH_MAX)
		return false;
	/* a member of a list that is no number has its place in it for a name */
	if (j->depth && j->level[j->depth - 1].array) {
		snprintf(text, sizeof(text), "%s%u", j->path_len ? "." : "",
			 j->level[j->depth - 1].index);
		for (p = text; *p; p++)
			path_byte(j, *p);
	}
	j->level[j->depth].array = array;
	j->level[j->depth].index = 0;
	j->level[j->depth++].path = j->path_len;
	j->state = array ? JSON_FIRST_VALUE : JSON_FIRST_KEY;
	return true;
}

/* A value has ended: back to the name of what it is in. */
static void value_done(struct metric_json *j)
{
	if (!j->depth) {
		j->state = JSON_OFF;
		return;
	}
	path_cut(j, j->level[j->depth - 1].path);
	j->level[j->depth - 1].index++;
	j->state = JSON_AFTER;
}

static bool close_level(struct metric_json *j, bool array)
{
	if (!j->depth || j->level[j->depth - 1].array != array)
		return false;
	j->depth--;
	value_done(j);
	return true;
}

static bool begin_value(struct metric_json *j, char c)
{
	if (c == '{' || c == '[')
		return open_level(j, c == '[');
	if (c == ']' && j->state == JSON_FIRST_VALUE)
		return close_level(j, true);
	if (c == '"') {
		j->state = JSON_STRING;
		return true;
	}
	if (!strchr("-0123456789tfn", c) || !c)
		return false;
	j->state = JSON_WORD;
	j->word[0] = c;
	j->word_len = 1;
	return true;
}

static bool end_word(struct metric_stream *s)
{
	struct metric_json *j = &s->json;
	char path[METRIC_NAME_MAX + 1];
	double value;
	size_t len = j->word_len < sizeof(j->word) ? j->word_len : 0;

	j->word[len] = '\0';
	if (!strcmp(j->word, "true") || !strcmp(j->word, "false") || !strcmp(j->word, "null")) {
		value_done(j);
		return true;
	}
	/* a number of a size nobody measures is valid JSON and no metric */
	if (strspn(j->word, "+-.0123456789eE") != len)
		return false;
	if (len && metric_number(j->word, len, &value) == len) {
		size_t n = j->path_len < sizeof(j->path) ? j->path_len : sizeof(j->path);

		/* one byte too many when it was cut, so that it finds no room as a name */
		memset(path, 'x', sizeof(path));
		memcpy(path, j->path, n < sizeof(j->path) ? n : sizeof(j->path) - 1);
		path[n] = '\0';
		metric_json_number(s, n ? path : "value", value);
	}
	value_done(j);
	return true;
}

/* In a string, of which keys are kept. */
static bool string_byte(struct metric_json *j, char c, bool key)
{
	if ((unsigned char)c < ' ')
		return false;
	if (j->skip) {
		/* \uXXXX has four more; the others are one character */
		if (j->skip == 1 && c == 'u')
			j->skip = 6;
		j->skip--;
		return true;
	}
	if (c == '\\') {
		j->skip = 1;
		c = '-';
	} else if (c == '"') {
		if (key)
			j->state = JSON_COLON;
		else
			value_done(j);
		return true;
	}
	if (key)
		path_byte(j, c);
	return true;
}

static bool after_value(struct metric_json *j, char c)
{
	if (is_blank(c))
		return true;
	if (c == '}' || c == ']')
		return close_level(j, c == ']');
	if (c != ',')
		return false;
	j->state = j->level[j->depth - 1].array ? JSON_VALUE : JSON_NEXT_KEY;
	return true;
}

bool metric_json_byte(struct metric_stream *s, char c)
{
	struct metric_json *j = &s->json;

	switch (j->state) {
	case JSON_VALUE:
	case JSON_FIRST_VALUE:
		return is_blank(c) || begin_value(j, c);
	case JSON_FIRST_KEY:
	case JSON_NEXT_KEY:
		if (is_blank(c))
			return true;
		if (c == '}' && j->state == JSON_FIRST_KEY)
			return close_level(j, false);
		if (c != '"')
			return false;
		if (j->path_len)
			path_byte(j, '.');
		j->state = JSON_KEY;
		return true;
	case JSON_KEY:
	case JSON_STRING:
		return string_byte(j, c, j->state == JSON_KEY);
	case JSON_COLON:
		if (c == ':')
			j->state = JSON_VALUE;
		return c == ':' || is_blank(c);
	case JSON_WORD:
		if (!is_blank(c) && c != ',' && c != '}' && c != ']') {
			if (j->word_len < sizeof(j->word))
				j->word[j->word_len] = c;
			j->word_len += j->word_len < sizeof(j->word);
			return true;
		}
		return end_word(s) && (is_blank(c) || after_value(j, c));
	case JSON_AFTER:
		return after_value(j, c);
	case JSON_OFF:
		break;
	}
	return false;
}
