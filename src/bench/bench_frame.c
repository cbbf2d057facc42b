/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_frame - host CPU for one frame: a sample taken off the wire, the model brought up to date,
 * one screen drawn onto a canvas. The session's line of it beside that, which is once a second.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/made.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/sample_json.h"
#include "ops/sample_rows.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/tui.h"

#include <errno.h>
#include <json-c/json.h>

enum { CPUS = 64, TASKS = 5000, CGROUPS = 500, ROWS = 60, COLS = 200 };
#define STEP_NS   100000000u
#define TARGET_MS 5.0

/* Of the table of tasks: all rows flat and sorted by a number, by a text; filtered; one opened and
 * followed. */
static const char *const dear[] = {"ooosrun_ns\n", "ooosheld\n", "f/low\n", "fwaiting>1ms\n",
				   "ooosrun_ns\nF\n"};

struct frame_bench {
	struct model *model;
	struct scenario *scenario;
};

static const struct model *host_model(void *arg)
{
	return ((struct frame_bench *)arg)->model;
}

static const struct scenario *host_scenario(void *arg)
{
	return ((struct frame_bench *)arg)->scenario;
}

static int host_submit(void *arg, const char *line, struct err *err)
{
	return err_set(err, EPIPE, "there is no guest");
}

static int host_block(void *arg, const char *text, size_t len, struct err *err)
{
	return err_set(err, EPIPE, "there is no guest");
}

static const char *host_console(void *arg, size_t *len)
{
	*len = 0;
	return "";
}

static bool host_live(void *arg)
{
	return true;
}

static void nothing(void *arg)
{
}

static const struct tui_host host = {.model = host_model,
				     .scenario = host_scenario,
				     .submit = host_submit,
				     .submit_block = host_block,
				     .cancel = nothing,
				     .quit = nothing,
				     .console = host_console,
				     .live = host_live};

static void tell(struct model *m, enum event_type type, uint64_t count, const char *text)
{
	const struct event ev = {.type = type,
				 .count = count,
				 .name = text,
				 .text = text,
				 .cgroup = "/scxplore",
				 .path = "",
				 .data = ""};

	model_apply(m, &ev);
}

static void make_model(struct frame_bench *b)
{
	unsigned i;

	b->model = model_create();
	b->scenario = scenario_create(CPUS);
	tell(b->model, EV_GUEST, 0, "2n4l8c2t");
	tell(b->model, EV_HELLO, 1, "7.3.4");
	tell(b->model, EV_READY, CPUS, "");
	for (i = 0; i < 25000; i++)
		tell(b->model, EV_KMSG, 0, "a line of the kernel, as long as such lines are");
}

struct times {
	struct readings read, model, draw, frame;
};

/* One frame; false = the sample does not fit into a frame of the wire. */
static bool one_frame(struct frame_bench *b, struct made *made, struct sample *in, struct tui *tui,
		      struct canvas *c, uint8_t *wire, struct times *t)
{
	double at[4];
	struct wire_reader payload;
	struct wire_header h;
	struct wire_writer w;

	made_next(made, STEP_NS, true);
	wire_begin(&w, wire, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	wire_sample_put(&w, &made->s);
	if (!wire_end(&w, WIRE_SAMPLE, 0, made->s.t_ns))
		return false;
	at[0] = cpu_ms();
	if (wire_frame(wire, w.len, &h, &payload) <= 0 || wire_sample_read(&h, &payload, in) < 0)
		return false;
	at[1] = cpu_ms();
	model_sample(b->model, in);
	at[2] = cpu_ms();
	tui_draw(tui, c);
	at[3] = cpu_ms();
	readings_add(&t->read, at[1] - at[0]);
	readings_add(&t->model, at[2] - at[1]);
	readings_add(&t->draw, at[3] - at[2]);
	readings_add(&t->frame, at[3] - at[0]);
	return true;
}

static void times_finish(struct times *t)
{
	readings_finish(&t->read);
	readings_finish(&t->model);
	readings_finish(&t->draw);
	readings_finish(&t->frame);
}

/* Keys that are pressed once it was drawn, '\n' for Return. */
static void press(struct tui *tui, const char *keys)
{
	for (; *keys; keys++)
		tui_key(tui, &(struct term_key){.code = *keys == '\n' ? KEY_RETURN : *keys});
}

static int one_screen(struct frame_bench *b, const struct screen_def *screen, const char *keys,
		      struct made *made, unsigned frames, struct json_object *to, struct err *err)
{
	struct tui *tui = tui_create(&host, b, "bench.session", true);
	uint8_t *wire = xcalloc(1, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	struct times t = {.read = {0}};
	struct canvas canvas;
	struct sample in;
	unsigned i;
	int r = 0;

	sample_alloc(&in);
	canvas_init(&canvas, ROWS, COLS, false);
	tui_show(tui, screen);
	for (i = 0; i < frames && r == 0; i++)
		if (!one_frame(b, made, &in, tui, &canvas, wire, &t))
			r = err_set(err, EMSGSIZE, "a sample does not fit into a frame");
		else if (i == 0)
			press(tui, keys);
	figure_text(to, "screen", screen->name);
	figure_text(to, "keys", keys);
	figure(to, "rows_cut", (double)in.cut);
	figure_readings(to, "read_ms", &t.read);
	figure_readings(to, "model_ms", &t.model);
	figure_readings(to, "draw_ms", &t.draw);
	figure_readings(to, "frame_ms", &t.frame);
	/* what one frame in ten a second leaves of a CPU */
	figure(to, "percent_of_a_cpu_at_10_per_s", readings_mean(&t.frame));
	times_finish(&t);
	canvas_finish(&canvas);
	sample_free(&in);
	tui_destroy(tui);
	free(wire);
	return r;
}

/* A line once a second. */
static void recording(struct made *made, unsigned lines, struct json_object *to)
{
	struct readings ms = {0}, bytes = {0};
	struct sample_lines l = {.n = 0};
	cleanup_buf struct buf line = BUF_INIT;
	double at, whole = 0;
	unsigned i;

	for (i = 0; i < lines; i++) {
		made_next(made, 10 * STEP_NS, true);
		buf_reset(&line);
		at = cpu_ms();
		sample_lines_put(&l, &made->s, &line);
		readings_add(&ms, cpu_ms() - at);
		if (i == 0)
			whole = (double)line.len;
		else
			readings_add(&bytes, (double)line.len);
	}
	figure_readings(to, "line_ms", &ms);
	figure(to, "whole_sample_bytes", whole);
	figure_readings(to, "line_bytes", &bytes);
	readings_finish(&ms);
	readings_finish(&bytes);
	sample_lines_finish(&l);
}

int bench_frame(const struct bench_options *o, struct json_object *to, struct err *err)
{
	struct json_object *screens, *one;
	const struct screen_def *screen;
	struct frame_bench b;
	struct made made;
	size_t i;
	int r = 0;

	make_model(&b);
	made_init(&made, CPUS, TASKS, CGROUPS);
	figure(to, "cpus", CPUS);
	figure(to, "tasks", TASKS);
	figure(to, "cgroups", CGROUPS);
	figure(to, "rows", ROWS);
	figure(to, "columns", COLS);
	figure(to, "target_frame_ms", TARGET_MS);
	screens = figure_list(to, "screens");
	for (i = 0; (screen = screen_at(i)) && r == 0; i++) {
		one = figure_item(screens);
		r = one_screen(&b, screen, "", &made, o->brief ? 5 : 100, one, err);
	}
	for (i = 0; i < ARRAY_SIZE(dear) && r == 0; i++)
		r = one_screen(&b, &screen_tasks, dear[i], &made, o->brief ? 5 : 100,
			       figure_item(screens), err);
	recording(&made, o->brief ? 10 : 130, figure_object(to, "session_file"));
	made_finish(&made);
	model_destroy(b.model);
	scenario_destroy(b.scenario);
	return r;
}
