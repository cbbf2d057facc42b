/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_report - the numbers of all groups at the end, for reports. Pure.
 */
#ifndef OPS_METRIC_REPORT_H
#define OPS_METRIC_REPORT_H

#include "base/buf.h"

struct model;
struct json_object;

/* {"bench": {"lat.p99": {"value": 5000, "unit": "ns", ...}}}; NULL when there is none. */
struct json_object *metric_report_json(const struct model *m);
/* {"metrics": ...} as a line; nothing when there is none. */
void metric_report_line(const struct model *m, struct buf *out);
/* A table in Markdown, heading and all; nothing when there is none. */
void metric_report_md(const struct model *m, struct buf *out);

#endif
