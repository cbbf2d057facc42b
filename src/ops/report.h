/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - a replayed session as test results: one point per expectation, per failed op, and per
 * payload or worker group for its placement. Formats in one table: tap, ktap, junit, json.
 */
#ifndef OPS_REPORT_H
#define OPS_REPORT_H

#include "base/buf.h"
#include "ops/check.h"

struct report_point {
	char *name; /* sentence, one line, sanitised */
	enum verdict verdict;
	char *why;
	uint64_t ns; /* guest time it took, 0 = instant */
};

struct report {
	char title[256]; /* sanitised */
	struct report_point *points;
	size_t n;
};

void report_build(struct report *r, const char *title, const struct model *m);
void report_finish(struct report *r);
enum verdict report_verdict(const struct report *r); /* fail > inconclusive > pass > skip */

struct report_format {
	const char *name;
	const char *summary;
	void (*write)(const struct report *r, const struct model *m, struct buf *out);
};
const struct report_format *report_format_at(size_t i);
const struct report_format *report_format_by_name(const char *name);

/* Sanitised text for a TAP description ('#' and '\' are special there) and for XML. */
void report_tap_text(struct buf *out, const char *s);
void report_xml_text(struct buf *out, const char *s);

#endif
