/* SPDX-License-Identifier: BSD-2-Clause */
/* open_compare - see open_compare.h. */
#include "open_compare.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

int open_compare_start(struct open_compare *o, const char *path, struct err *err)
{
	struct open_compare made = {.path = xstrdup(path)};

	if (recorded_open(&made.session, made.path, err) < 0) {
		open_compare_finish(&made);
		return -err->code;
	}
	open_compare_finish(o);
	*o = made;
	return 0;
}

const struct model *open_compare_model(const struct open_compare *o, const char **name)
{
	const char *slash = o->path ? strrchr(o->path, '/') : NULL;

	*name = o->session.all ? (slash ? slash + 1 : o->path) : NULL;
	return o->session.all;
}

void open_compare_finish(struct open_compare *o)
{
	recorded_close(&o->session);
	free(o->path);
	*o = (struct open_compare){.path = NULL};
}
