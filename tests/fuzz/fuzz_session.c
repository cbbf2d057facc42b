/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_session - a session file somebody sent: read, judged, reported and exported.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "ops/export.h"
#include "ops/journal.h"
#include "ops/report.h"
#include "ops/sheet.h"
#include "ops/versus.h"

#include <string.h>

const char *const fuzz_words[] = {
	"{\"seq\":1,\"t_ns\":5,\"event\":\"", "{\"seq\":9,\"t_ns\":0,\"op\":\"", "\"}\n", "begin", "done", "failed", "exit",
	"output", "placed", "verdict", "data64", "\"name\":", "\"index\":", "\"code\":", "\"cgroup\":", "-1", "1e999",
	"18446744073709551615", "null", "true", "[]", "{}", "\\u0000", "\\ud800", "\\n*/", "?\?/", "\xff", "\x1b[2J", "step",
	"run x -- sh", "%s%n", "\"steal_ns\":", "tasks", "host", "expect check gap w", "def w@x spin n=2", "\"sample\":{\"cpus\":[[1,2]]}", "\"change\":{\"n\":2,", "\"tasks\":[[8,5]]", "-1,", NULL,
};

static const char session[] =
	"{\"scxplore\":1,\"version\":\"0.1.0\",\"created\":\"2026-11-23T14:02:11Z\",\"guest\":{\"topology\":\"1n1l2c1t\","
	"\"memory_mib\":512,\"kernel\":\"7.3.4\",\"accel\":\"tcg\",\"workload_root\":\"/placement\","
	"\"include\":[\"/bin/sh\"],\"watchdog_ns\":0,\"duration_ns\":5,\"append\":\"quiet\"}}\n"
	"{\"t_ns\":0,\"event\":\"ready\",\"count\":2,\"cgroup\":\"/placement\"}\n"
	"{\"seq\":1,\"t_ns\":0,\"op\":\"cgroup add low cpu.weight=50\"}\n{\"seq\":1,\"t_ns\":1000000,\"event\":\"begin\"}\n"
	"{\"seq\":1,\"t_ns\":2000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":2,\"t_ns\":0,\"op\":\"step \\\"one\\\"\"}\n{\"seq\":2,\"t_ns\":9000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":3,\"t_ns\":0,\"op\":\"run probe@low -- sh -c \\\"cat /proc/self/cgroup > /tmp/where\\\"\"}\n"
	"{\"seq\":3,\"t_ns\":29000000,\"event\":\"begin\"}\n"
	"{\"seq\":3,\"t_ns\":30000000,\"event\":\"placed\",\"name\":\"probe\",\"index\":1,\"pid\":81,"
	"\"cgroup\":\"/placement/low\",\"text\":\"0::/placement/low\",\"flag\":true}\n"
	"{\"seq\":3,\"t_ns\":31000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":3,\"t_ns\":32000000,\"event\":\"output\",\"name\":\"probe\",\"stream\":1,\"data64\":\"/wAB\",\"count\":0}\n"
	"{\"seq\":3,\"t_ns\":33000000,\"event\":\"exit\",\"name\":\"probe\",\"index\":1,\"pid\":81,\"code\":0,\"signal\":0,"
	"\"flag\":false}\n"
	"{\"seq\":4,\"t_ns\":0,\"op\":\"expect file /tmp/where == \\\"0::/placement/low\\\"\"}\n"
	"{\"seq\":4,\"t_ns\":34000000,\"event\":\"file\",\"path\":\"/tmp/where\",\"data\":\"0::/placement/low\\n\",\"flag\":false,"
	"\"code\":0}\n{\"seq\":4,\"t_ns\":35000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":4,\"t_ns\":35000000,\"event\":\"verdict\",\"code\":0,\"text\":\"it holds\"}\n"
	"{\"seq\":5,\"t_ns\":0,\"op\":\"expect placed probe in=low\"}\n{\"seq\":5,\"t_ns\":36000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":6,\"t_ns\":0,\"op\":\"def w@work spin n=2 cpu.weight=20\"}\n"
	"{\"seq\":6,\"t_ns\":36100000,\"event\":\"begin\"}\n"
	"{\"seq\":6,\"t_ns\":36200000,\"event\":\"placed\",\"name\":\"w\",\"index\":1,\"pid\":91,"
	"\"cgroup\":\"/placement/work\",\"text\":\"0::/placement/work\",\"flag\":true}\n"
	"{\"seq\":6,\"t_ns\":36300000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":6,\"t_ns\":36400000,\"event\":\"report\",\"name\":\"w\",\"index\":1,\"pid\":91,\"flag\":true,"
	"\"text\":\"begun=1 units=5 wall=900000000 gap=3000000000 gap-cpu=1 cpus=0-1 wake=9:1,200:4 wakes=5\"}\n"
	"{\"seq\":7,\"t_ns\":0,\"op\":\"tasks @work\"}\n"
	"{\"seq\":7,\"t_ns\":36500000,\"event\":\"tasks\",\"name\":\"@work\",\"count\":1,\"id\":2,"
	"\"data\":\"91 91 w.1\\n91 92 w.1\\n\",\"flag\":false}\n"
	"{\"seq\":7,\"t_ns\":36500000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":8,\"t_ns\":0,\"op\":\"expect tasks @work == 2\"}\n"
	"{\"seq\":8,\"t_ns\":36500000,\"event\":\"tasks\",\"name\":\"@work\",\"count\":1,\"id\":2,"
	"\"data\":\"91 91 w.1\\n91 92 w.1\\n\",\"flag\":false}\n"
	"{\"seq\":8,\"t_ns\":36500000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"t_ns\":36600000,\"sample\":{\"drops\":0,\"cost_ns\":5,\"cut\":0,\"steal_ns\":7,"
	"\"cpus\":[[0,91,\"w.1\",3,2,9,1,100000000,2,3,36600000]],\"tasks\":[],\"cgroups\":[],"
	"\"scx\":[[\"SCX_EV_SELECT_CPU_FALLBACK\",5,1]]}}\n"
	"{\"t_ns\":36610000,\"sample\":{\"n\":1,\"drops\":0,\"cost_ns\":5,\"cut\":0,\"cpus\":[[0,91,\"w.1\",3,2,9,1,5]],"
	"\"tasks\":[[91,91,\"w.1\",3,0,82,0,0,77,8,9,1,4],[91,92,\"w.1\",3,0,82,0,0,77,8,9,1]],\"cgroups\":[[3,\"/x\",1,2,3,4,5]],"
	"\"masks\":[[3]],\"dsqs\":[[5,1]],\"subs\":[[3,\"sub\",null,1,0,0,5,7,8]],\"sched\":[1]}}\n"
	"{\"t_ns\":36620000,\"change\":{\"n\":2,\"cpus\":[[5,3]],\"tasks\":[-2,1,[2,\"v\",8,-5,30,6],[[93,93,\"w\",3,0,82,0,0,7,8,9,1]]],"
	"\"head\":[[0,1,6,-1]]}}\n"
	"{\"t_ns\":36630000,\"change\":{\"n\":3,\"tasks\":[2],\"cgroups\":[],\"masks\":[[[1,0,7]]]}}\n"
	"{\"t_ns\":36700000,\"event\":\"host\",\"count\":450,\"id\":120,\"index\":18446744073709551615}\n"
	"{\"seq\":9,\"t_ns\":0,\"op\":\"expect check gap w limit=1s replays=3\"}\n"
	"{\"seq\":9,\"t_ns\":36800000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":9,\"t_ns\":36800000,\"event\":\"verdict\",\"code\":2,\"text\":\"the host was loaded\"}\n"
	"{\"seq\":10,\"t_ns\":0,\"op\":\"expect check dsq-depth samples=2\"}\n"
	"{\"seq\":10,\"t_ns\":36900000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"t_ns\":40000000,\"event\":\"end\"}\n{\"t_ns\":40000000,\"event\":\"gone\",\"text\":\"powered off\"}\n";

/* Every table in every outline, a row opened, a figure explained. */
static void tabled(const struct model *model)
{
	const struct sheet_def *d;
	cleanup_buf struct buf out = BUF_INIT;
	struct sheet s;
	size_t i, k;

	for (i = 0; (d = sheet_def_at(i)); i++) {
		for (k = 0; k < OUTLINES; k++) {
			sheet_build(&s, d, model, &(struct sheet_ask){.outline = k, .sort = (unsigned)(model->samples + k) % 50,
								      .filter = k == 2 ? "waiting>=0" : ""});
			buf_reset(&out);
			sheet_csv(&s, &out);
			sheet_json(&s, &out);
			sheet_plain(&s, &out);
			if (s.n) {
				sheet_describe(&s, &s.rows[s.n - 1], &out);
				sheet_explain(&s, &s.rows[0], k, &out);
			}
			fuzz_must(!memchr(buf_text(&out), '\x1b', out.len));
			sheet_finish(&s);
		}
	}
}

/* Held against itself nothing differs. */
static void compared(const struct model *model)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct versus_steps steps;
	struct versus v;
	struct sheet s;

	versus_align(model, model, &steps);
	fuzz_must(steps.n == model->nops);
	versus_moment(&steps, model, model, model->now_ns / 2);
	versus_steps_finish(&steps);
	versus_build(&v, model, "a", model, "b", true);
	fuzz_must(!v.differ);
	sheet_build(&s, &sheet_compare, model, &(struct sheet_ask){.versus = &v, .sort = 5});
	sheet_csv(&s, &out);
	if (s.n)
		sheet_describe(&s, &s.rows[0], &out);
	fuzz_must(!memchr(buf_text(&out), '\x1b', out.len));
	sheet_finish(&s);
	versus_finish(&v);
}

static void looked_at(const struct session_info *info, const struct model *model, const struct scenario *scenario)
{
	struct export_input in = {.info = info, .model = model, .scenario = scenario, .session_name = "x.session",
				  .file_name = "x.out"};
	const struct report_format *f;
	const struct exporter *e;
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct report report;
	size_t i;

	compared(model);
	tabled(model);
	check_session(model, &out);
	report_build(&report, "x", model);
	for (i = 0; (f = report_format_at(i)); i++) {
		buf_reset(&out);
		f->write(&report, model, &out);
	}
	report_finish(&report);
	for (i = 0; (e = exporter_at(i)); i++) {
		buf_reset(&out);
		if (e->write(&in, &out, &err) == 0)
			fuzz_must(e->binary || !memchr(buf_text(&out), '\x1b', out.len));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct session_info info = {0};
	struct model *model = model_create();
	struct scenario *scenario = NULL;
	cleanup_buf struct buf warning = BUF_INIT;
	struct err err = ERR_INIT;
	int r = journal_read_memory("x.session", (const char *)data, len, false, &info, model, &scenario, &warning, &err);

	fuzz_must(r == 0 || (r < 0 && *err.msg));
	if (r == 0)
		looked_at(&info, model, scenario);
	scenario_destroy(scenario);
	model_destroy(model);
	session_info_finish(&info);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(session, sizeof(session) - 1);
}
