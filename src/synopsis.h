/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * synopsis - the options and the words that a command's synopsis (cmd.h) names, for the completion
 * of shells: what stands in the one line of help is all that there is.
 */
#ifndef SYNOPSIS_H
#define SYNOPSIS_H

#include "base/buf.h"

#include <stdbool.h>

enum value_kind { VALUE_NONE, VALUE_WORDS, VALUE_FILE, VALUE_FOLDER, VALUE_FREE };

struct synopsis_item {
	char name[40];   /* "--jobs", "-o"; a word that begins one of the forms: "merge" */
	char value[120]; /* "N", "keep|asap"; "" = it takes none */
	bool option;
};

/* The item after *at, which moves on; false at the end. */
bool synopsis_next(const char **at, struct synopsis_item *item);

/* "keep|asap" is VALUE_WORDS; in capitals a file, a folder or something else. */
enum value_kind value_kind(const char *value);
/* "keep asap" */
void value_words(const char *value, struct buf *out);

#endif
