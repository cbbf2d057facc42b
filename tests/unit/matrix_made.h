/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * matrix_made - saved matrices made by hand for tests: rows of numbers as runs, through the very
 * reader of saved files.
 */
#ifndef TESTS_UNIT_MATRIX_MADE_H
#define TESTS_UNIT_MATRIX_MADE_H

#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "matrix/compare.h"
#include "matrix/gate.h"

struct made {
	struct buf text;
	unsigned turn;
	struct mx_runs runs;
	struct mx_table table;
};

/* What a run is made of; NULL and 0 are what is usual. */
struct made_run {
	const char *topology, *sched, *kernel, *accel, *release, *verdict, *why, *clock, *host_cpu;
	const char *metrics; /* the members of the array, in JSON */
	unsigned repeat, turn;
	bool warmup, exact, unknown;
};

static inline void made_begin(struct made *m, const char *scheds)
{
	*m = (struct made){.turn = 0};
	buf_addf(
		&m->text,
		"{\"scxplore-matrix\":1,\"version\":\"0.1.0\",\"scenario\":\"fair\",\"sha256\":"
		"\"ab\",\"started\":\"2026-11-25T12:00:00Z\",\"plan\":{\"topology\":[\"1n1l2c1t\"],"
		"\"sched\":[%s],\"kernel\":[\"7.3\"],\"options\":\"\",\"repeat\":8,\"warmup\":1,"
		"\"shard\":[1,1]}}\n",
		scheds);
}

#define OR(a, b) ((a) ? (a) : (b))

static inline void made_add(struct made *m, const struct made_run *r)
{
	const char *accel = OR(r->accel, "kvm"), *q = r->unknown ? "" : "\"";

	m->turn = r->turn ? r->turn : m->turn + 1;
	buf_addf(
		&m->text,
		"{\"cell\":{\"scenario\":\"fair\",\"topology\":\"%s\",\"sched\":\"%s\",\"kernel\":"
		"\"%s\"},\"turn\":%u,\"repeat\":%u,\"warmup\":%s,\"verdict\":\"%s\",\"why\":\"%s\","
		"\"exit\":0,\"conditions\":{\"accel\":%s%s%s,\"exact\":%s,\"kernel\":%s%s%s,"
		"\"mitigations\":%s%s%s,\"clock\":%s%s%s,\"host_cpu\":%s%s%s,\"host_load\":[%s,%s],"
		"\"steal_ms\":%s,\"pinned\":false},\"metrics\":[%s]}\n",
		OR(r->topology, "1n1l2c1t"), OR(r->sched, "eevdf"), OR(r->kernel, "7.3"), m->turn,
		r->repeat ? r->repeat : 1, r->warmup ? "true" : "false", OR(r->verdict, "pass"),
		OR(r->why, ""), q, r->unknown ? "null" : accel, q, r->exact ? "true" : "false", q,
		r->unknown ? "null" : OR(r->release, "7.3.4"), q, q, r->unknown ? "null" : "auto",
		q, q, r->unknown ? "null" : OR(r->clock, "tsc"), q, q,
		r->unknown ? "null" : OR(r->host_cpu, "EPYC"), q, r->unknown ? "null" : "0.25",
		r->unknown ? "null" : "0.5", r->unknown ? "null" : "0", OR(r->metrics, ""));
}

/* One number a run. */
static inline void made_number(struct made *m, struct made_run r, const char *name,
			       const char *unit, const char *better, double value)
{
	cleanup_buf struct buf metrics = BUF_INIT;

	buf_addf(&metrics,
		 "{\"name\":\"%s\",\"unit\":\"%s\",\"better\":\"%s\",\"virtual\":%s,\"samples\":"
		 "[%.17g]}",
		 name, unit, better, r.exact ? "true" : "false", value);
	r.metrics = buf_text(&metrics);
	made_add(m, &r);
}

static inline void made_end(struct made *m)
{
	FILE *f = fmemopen(m->text.data, m->text.len, "r");
	struct err err = ERR_INIT;

	assert_non_null(f);
	if (mx_runs_read(f, &m->runs, &err) < 0)
		fail_msg("%s", err.msg);
	fclose(f);
	mx_table_build(&m->table, &m->runs);
}

static inline void made_finish(struct made *m)
{
	mx_table_finish(&m->table);
	mx_runs_finish(&m->runs);
	buf_finish(&m->text);
}

#endif
