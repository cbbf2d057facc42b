/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorded - sessions as text for tests of what reads them: model, checks, exporters.
 */
#ifndef TESTS_UNIT_RECORDED_H
#define TESTS_UNIT_RECORDED_H

#include "tests/unit/test.h"

#include "ops/journal.h"

#define HEAD                                                                                       \
	"{\"scxplore\":1,\"version\":\"0.1.0\",\"created\":\"2026-11-23T14:02:11Z\",\"guest\":"    \
	"{\"topology\":\"1n1l2c1t\",\"memory_mib\":512,\"kernel\":\"7.3.4\",\"accel\":\"tcg\","    \
	"\"workload_root\":\"/placement\",\"include\":[\"/bin/sh\",\"/bin/cat\"]}}\n"              \
	"{\"t_ns\":0,\"event\":\"ready\",\"count\":2,\"cgroup\":\"/placement\"}\n"

/* An op, accepted, begun and done at these times in ms. */
#define DID(seq, begin_ms, end_ms, text)                                                           \
	"{\"seq\":" #seq ",\"t_ns\":0,\"op\":\"" text "\"}\n"                                      \
	"{\"seq\":" #seq ",\"t_ns\":" #begin_ms "000000,\"event\":\"begin\"}\n"                    \
	"{\"seq\":" #seq ",\"t_ns\":" #end_ms "000000,\"event\":\"done\",\"text\":\"\"}\n"

#define PLACED(seq, name, index, pid, cgroup, line, held)                                          \
	"{\"seq\":" #seq ",\"t_ns\":2911000000,\"event\":\"placed\",\"name\":\"" name              \
	"\",\"index\":" #index ",\"pid\":" #pid ",\"cgroup\":\"" cgroup "\",\"text\":\"" line      \
	"\",\"flag\":" #held "}\n"
#define EXITED(seq, name, index, pid, code, signal, killed)                                        \
	"{\"seq\":" #seq ",\"t_ns\":3096000000,\"event\":\"exit\",\"name\":\"" name                \
	"\",\"index\":" #index ",\"pid\":" #pid ",\"code\":" #code ",\"signal\":" #signal          \
	",\"flag\":" #killed "}\n"
#define EXECED(seq, name, pid, cgroup)                                                             \
	"{\"seq\":" #seq ",\"t_ns\":2912000000,\"event\":\"exec\",\"name\":\"" name                \
	"\",\"index\":1,\"pid\":" #pid ",\"cgroup\":\"" cgroup "\"}\n"
#define WROTE(seq, name, stream, data)                                                             \
	"{\"seq\":" #seq ",\"t_ns\":3000000000,\"event\":\"output\",\"name\":\"" name              \
	"\",\"stream\":" #stream ",\"data\":\"" data "\",\"count\":0}\n"
#define FILE_READ(seq, path, data)                                                                 \
	"{\"seq\":" #seq ",\"t_ns\":3000000000,\"event\":\"file\",\"path\":\"" path                \
	"\",\"data\":\"" data "\",\"flag\":false,\"code\":0}\n"
#define REPORTED(seq, name, index, pid, text)                                                      \
	"{\"seq\":" #seq ",\"t_ns\":3050000000,\"event\":\"report\",\"name\":\"" name            \
	"\",\"index\":" #index ",\"pid\":" #pid ",\"flag\":false,\"text\":\"" text "\"}\n"
#define JUDGED(seq, code, text)                                                                    \
	"{\"seq\":" #seq ",\"t_ns\":3000000000,\"event\":\"verdict\",\"code\":" #code              \
	",\"text\":\"" text "\"}\n"

/* The seed: a probe in a cgroup that records where it is. */
#define SEED                                                                                       \
	HEAD DID(1, 100, 101, "cgroup add cg_dst")                                                 \
		DID(2, 102, 103, "step \\\"the probe records where it is\\\"") DID(                \
			3, 103, 104,                                                               \
			"run probe@cg_dst -- sh -c \\\"cat /proc/self/cgroup > /tmp/where\\\"")    \
			PLACED(3, "probe", 1, 81, "/placement/cg_dst", "0::/placement/cg_dst",     \
			       true) EXECED(3, "probe", 81, "/placement/cg_dst")                   \
				DID(4, 104, 105, "wait probe timeout=30s") EXITED(3, "probe", 1,   \
										  81, 0, 0, false) \
					DID(5, 105, 105, "expect placed probe in=cg_dst") JUDGED(  \
						5, 0, "") DID(6, 105, 105,                         \
							      "expect file /tmp/where == "         \
							      "\\\"0::/placement/cg_dst\\\"")      \
						FILE_READ(6, "/tmp/where",                         \
							  "0::/placement/cg_dst\\n")               \
							JUDGED(6, 0, "")

struct recorded {
	struct session_info info;
	struct model *model;
	struct scenario *scenario;
	struct buf warning;
};

static inline int recorded_read(struct recorded *r, const char *text, struct err *err)
{
	*r = (struct recorded){.model = model_create()};
	return journal_read_memory("test.session", text, strlen(text), false, &r->info, r->model,
				   &r->scenario, &r->warning, err);
}

static inline void recorded_init(struct recorded *r, const char *text)
{
	struct err err = ERR_INIT;

	if (recorded_read(r, text, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline void recorded_finish(struct recorded *r)
{
	session_info_finish(&r->info);
	model_destroy(r->model);
	scenario_destroy(r->scenario);
	buf_finish(&r->warning);
}

#endif
