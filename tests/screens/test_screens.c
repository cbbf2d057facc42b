/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_screens - keys in, text out, no terminal: a recorded session is shown and compared with
 * golden files. SXP_REGENERATE=1 writes them anew (look at the difference before you commit it).
 */
#include "tests/unit/test.h"
#include "drawn.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/journal.h"
#include "ops/past.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/theme.h"
#include "tui/tui.h"

#include <errno.h>
#include <locale.h>

struct bench {
	struct tui *tui;
	struct model *model;
	struct scenario *scenario;
	struct session_info info;
	struct past *past;
	char submitted[400]; /* the last line that went to the guest */
	char refuse[200];    /* answer with this error */
	bool cancelled, quit, live;
	struct buf typed; /* into the guest's shell */
	char shell[40];   /* "CGROUP ROWSxCOLS" of the last one opened, its size as told since */
};

static struct tui *tui_of(void **state)
{
	return ((struct bench *)*state)->tui;
}

static const struct model *host_model(void *arg)
{
	return ((struct bench *)arg)->model;
}

static const struct scenario *host_scenario(void *arg)
{
	return ((struct bench *)arg)->scenario;
}

static int host_submit(void *arg, const char *line, struct err *err)
{
	struct bench *b = arg;

	snprintf(b->submitted, sizeof(b->submitted), "%s", line);
	return *b->refuse ? err_set(err, 22, "%s", b->refuse) : 0;
}

static int host_block(void *arg, const char *text, size_t len, struct err *err)
{
	return host_submit(arg, text, err);
}

static int host_export(void *arg, const char *format, const char *file, const char *branch, bool force,
		       struct err *err)
{
	struct bench *b = arg;

	snprintf(b->submitted, sizeof(b->submitted), "export %s %s%s%s", format, file, branch ? " of " : "",
		 branch ? branch : "");
	return 0;
}

static void host_cancel(void *arg)
{
	((struct bench *)arg)->cancelled = true;
}

static void host_quit(void *arg)
{
	((struct bench *)arg)->quit = true;
}

static const char *host_console(void *arg, size_t *len)
{
	static const char text[] = "[    0.0] Linux version\n[    0.1] \033[2Jevil\n";

	*len = sizeof(text) - 1;
	return text;
}

static bool host_live(void *arg)
{
	return ((struct bench *)arg)->live;
}

static int host_shell_open(void *arg, const char *cgroup, int rows, int cols, struct err *err)
{
	struct bench *b = arg;

	snprintf(b->shell, sizeof(b->shell), "%s %dx%d", cgroup ? cgroup : "/", rows, cols);
	return *b->refuse ? err_set(err, 22, "%s", b->refuse) : 0;
}

static int host_shell_input(void *arg, const char *data, size_t len, struct err *err)
{
	buf_add(&((struct bench *)arg)->typed, data, len);
	return 0;
}

static void host_shell_size(void *arg, int rows, int cols)
{
	struct bench *b = arg;

	snprintf(b->shell, sizeof(b->shell), "resized %dx%d", rows, cols);
}

static const struct model *host_model_at(void *arg, uint64_t t_ns, struct err *err)
{
	struct bench *b = arg;

	if (!b->past)
		b->past = past_open(SCREENS_DIR "/lab.session", b->model->trace, err);
	return past_at(b->past, t_ns);
}

static const struct tui_host host = {host_model, host_scenario, host_submit, host_block, host_export,
				     host_cancel, host_quit, host_console, host_live,
				     host_shell_open, host_shell_input, host_shell_size, host_model_at};

static int set_up_from(void **state, const char *file)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	struct err err = ERR_INIT;

	b->model = model_create();
	if (journal_read(file, false, &b->info, b->model, &b->scenario, NULL, &err) < 0) {
		print_error("%s\n", err.msg);
		return -1;
	}
	b->tui = tui_create(&host, b, strrchr(file, '/') + 1, true);
	b->live = true;
	*state = b;
	return 0;
}

static int set_up(void **state)
{
	return set_up_from(state, SCREENS_DIR "/lab.session");
}

/* A scheduler died of a stall, another one is in force. */
static int set_up_sched(void **state)
{
	return set_up_from(state, SCREENS_DIR "/sched.session");
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	tui_destroy(b->tui);
	past_close(b->past);
	model_destroy(b->model);
	scenario_destroy(b->scenario);
	session_info_finish(&b->info);
	buf_finish(&b->typed);
	free(b);
	return 0;
}

static void assert_shows(struct bench *b, const char *text)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(b->tui, 30, 100, false, &seen);
	if (!strstr(buf_text(&seen), text))
		print_error("expected '%s' in\n%s", text, buf_text(&seen));
	assert_non_null(strstr(buf_text(&seen), text));
}

static void the_lab_is_drawn_at_every_size(void **state)
{
	assert_golden(tui_of(state), "lab-100x30", 30, 100);
	assert_golden(tui_of(state), "lab-200x60", 60, 200);
	assert_golden(tui_of(state), "lab-80x24", 24, 80);
	assert_golden(tui_of(state), "lab-40x12", 12, 40);
	assert_golden(tui_of(state), "lab-20x5", 5, 20);
}

static void no_size_is_refused_down_to_one_cell(void **state)
{
	int rows, cols;

	for (rows = 1; rows < 12; rows++) {
		for (cols = 1; cols < 60; cols += 7) {
			cleanup_buf struct buf seen = BUF_INIT;

			picture(tui_of(state), rows, cols, false, &seen);
			assert_true(seen.len >= (size_t)rows);
		}
	}
}

static void log_and_test_screens_are_a_digit_away(void **state)
{
	press(tui_of(state), '5');
	assert_golden(tui_of(state), "log-80x24", 24, 80);
	press(tui_of(state), KEY_FUNCTION + 6);
	assert_golden(tui_of(state), "test-80x24", 24, 80);
	press(tui_of(state), '1');
	assert_shows(*state, "TASKS");
}

static void help_is_made_from_the_tables(void **state)
{
	press(tui_of(state), '?');
	assert_shows(*state, "KEYS");
	assert_golden(tui_of(state), "help-80x24", 24, 80);
	press(tui_of(state), KEY_ESCAPE);
	assert_shows(*state, "TASKS");
}

static void a_typed_line_goes_to_the_guest_as_it_is(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":kill hogs\n");
	assert_string_equal(b->submitted, "kill hogs");
}

static void the_key_of_an_op_opens_the_prompt_with_its_words(void **state)
{
	struct bench *b = *state;

	type(b->tui, "a");
	assert_shows(b, ":cgroup add");
	type(b->tui, "new\n");
	assert_string_equal(b->submitted, "cgroup add new");
}

static void tab_completes_names_from_the_session(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":kill ho");
	press(b->tui, KEY_TAB);
	type(b->tui, "\n");
	assert_string_equal(b->submitted, "kill hogs ");
}

static void a_refused_line_says_why_and_stays_in_the_history(void **state)
{
	struct bench *b = *state;

	snprintf(b->refuse, sizeof(b->refuse), "NAME 'x': no such cgroup");
	type(b->tui, ":cgroup remove x\n");
	assert_shows(b, "no such cgroup");
	type(b->tui, ":");
	press(b->tui, KEY_GO_UP);
	assert_shows(b, ":cgroup remove x");
}

static void a_paste_of_many_lines_is_one_block(void **state)
{
	struct bench *b = *state;
	const char *text = "cgroup add a\ncgroup add b\n";

	tui_key(b->tui, &(struct term_key){.code = KEY_PASTED, .paste = text, .paste_len = strlen(text)});
	assert_string_equal(b->submitted, text);
}

static void the_value_under_the_cursor_becomes_an_expectation(void **state)
{
	struct bench *b = *state;
	int i;

	assert_shows(b, "busy.2"); /* a list knows its rows once it was drawn */
	for (i = 0; i < 4; i++)
		press(b->tui, KEY_GO_DOWN);
	press(b->tui, 'e');
	assert_shows(b, ":expect placed busy in=high");
}

static void an_exited_payload_becomes_an_expected_exit(void **state)
{
	struct bench *b = *state;

	type(b->tui, "6");
	assert_shows(b, "run probe@low");
	type(b->tui, "gjjjjje");
	assert_shows(b, ":expect exit probe == 0");
}

static void a_line_of_output_becomes_an_expectation(void **state)
{
	struct bench *b = *state;

	type(b->tui, "5OEKAH");
	assert_shows(b, "probe: 0::/scxplore/low");
	type(b->tui, "ge\n");
	assert_string_equal(b->submitted, "expect output probe contains 0::/scxplore/low");
}

static void what_an_op_made_can_be_promoted(void **state)
{
	struct bench *b = *state;

	type(b->tui, "6");
	assert_shows(b, "run probe@low");
	type(b->tui, "gjjjjjb\n");
	assert_string_equal(b->submitted, "backdrop probe");
}

static void search_finds_rows_whatever_kinds_are_hidden(void **state)
{
	struct bench *b = *state;

	type(b->tui, "5O");
	assert_shows(b, "O -op");
	type(b->tui, "g/released\n");
	assert_shows(b, "not found in the focused list");
	type(b->tui, "g/hogs.2\n\n"); /* the second Return opens the row */
	assert_shows(b, "OPENED");
	assert_shows(b, "placed    hogs.2[120] in /scxplore/low before its first instruction\n");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "1");
	assert_shows(b, "TASKS");
	type(b->tui, "g/hogs.3\n\n");
	assert_shows(b, "hogs.3[121] hogs.3, thread 121");
	assert_golden(b->tui, "opened-40x12", 12, 40);
}

static void group_prints(struct bench *b, const char *name, const char *text)
{
	struct event ev = {.type = EV_OUTPUT, .name = name, .t_ns = 9500000000, .stream = 1, .cgroup = "", .path = "",
			   .text = "", .data = text, .data_len = strlen(text)};

	model_apply(b->model, &ev);
}

static void numbers_have_a_screen_once_there_are_some(void **state)
{
	static const struct event report = {.type = EV_REPORT, .name = "hogs", .index = 3, .pid = 121,
					    .t_ns = 9000000000, .flag = true, .cgroup = "", .path = "", .data = "",
					    .text = "begun=1 units=4711 wall=3000000000 gap=20000000"};
	cleanup_buf struct buf seen = BUF_INIT;
	struct bench *b = *state;

	picture(b->tui, 24, 80, false, &seen);
	assert_null(strstr(buf_text(&seen), "#Numbers"));
	model_apply(b->model, &report);
	group_prints(b, "probe", "Wakeup Latencies percentiles (usec)\n\t* 99.0th: 44 (3 samples)\n\t  min=1, max=3011\n"
		  "ops=3 requests=17\nops=12\n{\"queue\": {\"depth\": [1, 2, 6]}}\n");
	assert_shows(b, "#Numbers");
	/* of a task that runs it stands in the tree, too; what is known to be good or bad goes first */
	group_prints(b, "busy", "rps: 7\nlater=5\n");
	assert_golden(b->tui, "lab-numbers-200x60", 60, 200);
	press(b->tui, '#');
	assert_golden(b->tui, "numbers-80x24", 24, 80);
	assert_golden(b->tui, "numbers-200x60", 60, 200);
	assert_golden(b->tui, "numbers-40x12", 12, 40);
	/* the opened one is whole, and what is expected of it is what it is */
	type(b->tui, "/p99\n\n");
	assert_shows(b, "lat.wakeup.p99 of 'probe': 44us\n");
	assert_shows(b, "lower is better");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "e\n");
	assert_string_equal(b->submitted, "expect metric probe lat.wakeup.p99 <= 44us tol=10%");
	type(b->tui, "/ops\ne\n");
	assert_string_equal(b->submitted, "expect metric probe ops == 12 tol=10%");
	type(b->tui, "/work-units\ne\n");
	assert_string_equal(b->submitted, "expect metric hogs work-units >= 4711 tol=10%");
	type(b->tui, "flat.\n");
	assert_shows(b, "NUMBERS 3  filter: lat.");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "1:expect metric probe lat.wakeup.p\t");
	assert_shows(b, ":expect metric probe lat.wakeup.p99");
}

static void an_opened_program_shows_what_it_has_printed(void **state)
{
	struct bench *b = *state;

	group_prints(b, "probe", "ops=3\n");
	group_prints(b, "probe", "ops=5\n");
	press(b->tui, KEY_TAB);
	type(b->tui, "/run probe\n\n");
	assert_shows(b, "printed:\nops                      5 (3 to 5, mean 4 of 2)\n");
}

static void a_transfer_shows_how_far_it_is(void **state)
{
	struct bench *b = *state;
	struct event ev = {.type = EV_OP, .seq = 90, .text = "push kernel.img", .name = "", .cgroup = "",
			   .path = "kernel.img", .data = ""};

	model_apply(b->model, &ev);
	ev.type = EV_BEGIN;
	model_apply(b->model, &ev);
	press(b->tui, KEY_TAB);
	assert_shows(b, "ops 10"); /* a list knows its rows once it was drawn */
	type(b->tui, "G");
	assert_shows(b, "> running");
	ev.type = EV_PROGRESS;
	ev.count = 300 << 10;
	ev.id = UINT64_C(38100) << 10;
	model_apply(b->model, &ev);
	assert_shows(b, "> 300KiB/37.2MiB");
	ev.count = UINT64_C(8100) << 10;
	model_apply(b->model, &ev);
	assert_golden(b->tui, "moving-80x24", 24, 80);
	assert_golden(b->tui, "moving-200x60", 60, 200);
	assert_golden(b->tui, "moving-40x12", 12, 40);
	/* it is whole, and the op goes on with something else */
	ev.count = ev.id;
	model_apply(b->model, &ev);
	assert_shows(b, "> running");
	ev.count = 1 << 20;
	model_apply(b->model, &ev);
	ev.type = EV_FAILED;
	ev.text = "cut short";
	model_apply(b->model, &ev);
	assert_shows(b, "X failed");
}

/* A user-space scheduler is a task in the tree: what it has said is one key away. */
static void an_opened_scheduler_shows_what_it_wrote_last(void **state)
{
	static const char *const words[] = {"loading\n", "attached\n\033[31m\n"};
	struct bench *b = *state;
	struct event ev = {.type = EV_OP, .seq = 90, .t_ns = 9000000000, .text = "sched load ./scx_own -- -v", .name = "",
			   .cgroup = "", .path = "", .data = ""};
	struct sample_task task = {.pid = 130, .tid = 130, .state = 'S', .comm = "scx_own"};
	int i;

	model_apply(b->model, &ev);
	ev = (struct event){.type = EV_PLACED, .seq = 90, .name = "sched", .index = 1, .pid = 130, .t_ns = 9000000000,
			    .cgroup = "/", .text = "0::/", .flag = true, .path = "", .data = ""};
	model_apply(b->model, &ev);
	for (i = 0; strcmp(b->model->cgroups[i].path, "/");)
		i++;
	task.cgroup_id = b->model->cgroups[i].id;
	sample_clear(&task, &sample_task_fields);
	model_sample(b->model, &(struct sample){.t_ns = 9500000000, .ntasks = 1, .tasks = &task});
	ev = (struct event){.type = EV_OUTPUT, .seq = 90, .name = "sched", .t_ns = 9500000000, .stream = 1, .cgroup = "",
			    .path = "", .text = ""};
	for (i = 0; i < 2; i++) {
		ev.data = words[i];
		ev.data_len = strlen(words[i]);
		model_apply(b->model, &ev);
	}
	assert_shows(b, "sched.1[130]");
	type(b->tui, "g/sched.1\n\n");
	assert_golden(b->tui, "opened-sched-80x24", 24, 80);
	assert_golden(b->tui, "opened-sched-40x12", 12, 40);
	press(b->tui, KEY_PAGE_DOWN);
	press(b->tui, KEY_PAGE_DOWN);
	assert_golden(b->tui, "opened-sched-end-40x12", 12, 40);
	press(b->tui, KEY_PAGE_UP);
	press(b->tui, KEY_PAGE_UP);
	assert_golden(b->tui, "opened-sched-40x12", 12, 40);
	/* live: the end of it stays in sight */
	ev.stream = 2;
	for (i = 1; i <= 8; i++) {
		char line[24];

		snprintf(line, sizeof(line), "stats %d\n", i);
		ev.data = line;
		ev.data_len = strlen(line);
		model_apply(b->model, &ev);
	}
	assert_shows(b, "wrote last (5 shows all of it):\n! stats 1");
	assert_shows(b, "! stats 8");
	assert_golden(b->tui, "opened-sched-200x60", 60, 200);
	/* of the op that started it, too */
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "6");
	assert_shows(b, "sched load");
	type(b->tui, "G\n");
	assert_shows(b, "! stats 8");
}

static void an_opened_worker_shows_its_latest_report(void **state)
{
	struct bench *b = *state;
	struct event ev = {.type = EV_REPORT, .name = "hogs", .index = 3, .pid = 121, .t_ns = 9000000000, .flag = true,
			   .cgroup = "", .path = "", .data = "",
			   .text = "begun=1 units=4711 iterations=4711 wall=3000000000 cpu=1000000000 gap=20000000 "
				   "gap-at=8000000000 gap-cpu=1 migrations=2 cpus=0-1 numa=0:262 wake=60:10 wakes=10 "
				   "wake-max=60000 run-delay=900000000"};

	model_apply(b->model, &ev);
	assert_shows(b, "TASKS");
	type(b->tui, "g/hogs.3\n\n");
	assert_shows(b, "reported at 9.000s");
	assert_shows(b, "work-units 4711");
	assert_shows(b, "off-cpu    2.0s");
	assert_shows(b, "gap        20.0ms, to 8.000s on CPU 1");
	assert_shows(b, "(0-1)");
	/* live: the next one is shown in its place */
	ev.text = "begun=1 units=4712";
	model_apply(b->model, &ev);
	assert_shows(b, "work-units 4712");
	assert_shows(b, "gap        -");
}

static void the_scheduler_has_a_screen_with_its_queues_in_order_and_its_counters(void **state)
{
	struct bench *b = *state;

	press(b->tui, '3');
	assert_golden(b->tui, "sched-80x24", 24, 80);
	assert_golden(b->tui, "sched-200x60", 60, 200);
	assert_golden(b->tui, "sched-40x12", 12, 40);
	type(b->tui, "/KEEP_LAST\n\n");
	assert_shows(b, "SCX_EV_DISPATCH_KEEP_LAST: 190 since this scheduler came into force\n");
	assert_shows(b, "80/s between the last two samples\n");
	assert_shows(b, "          90 in step 1 more work\n");
	assert_shows(b, "         100 in the backdrop\n");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "/BYPASS_DURATION\n\n");
	assert_shows(b, "5.5ms since this scheduler came into force (the kernel counts ns)\n");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "fhogs.2\n");
	assert_shows(b, "vtime-head +2500");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "ge\n");
	assert_string_equal(b->submitted, "expect sched == vtime");
}

static void a_schedulers_end_stays_on_its_page_and_can_be_opened(void **state)
{
	struct bench *b = *state;

	press(b->tui, '7');
	assert_golden(b->tui, "post-80x24", 24, 80);
	assert_golden(b->tui, "post-200x60", 60, 200);
	assert_golden(b->tui, "post-40x12", 12, 40);
	type(b->tui, "/lost.2\n\n");
	assert_shows(b, "lost.2[114]: runnable, on no queue and not running");
	assert_shows(b, "ops_state/qseq=2/2");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "gM\n");
	assert_string_equal(b->submitted, "export md sched.md");
	/* that this end is expected was said already, of the one that was in force then; another
	 * scheduler is now */
	type(b->tui, "x\n");
	assert_string_equal(b->submitted, "export c sched.c");
}

static void what_a_scheduler_keeps_is_shown_and_set_from_there(void **state)
{
	static const char first[] = "p\t12\tvtime_enqueue\tcallback\t100\t20000\n"
				    "m\t7\tvtime.bss\tarray\t1\trw\t-\nv\t7\tvtime_now\t5\n"
				    "m\t8\tcgs\thash\t4096\trw\t-\ne\t8\t89\t{weight: 100}\n"
				    "m\t9\tvtime.rodata\tarray\t1\tro\t-\nv\t9\tslice_us\t20000\n";
	static const char then[] = "p\t12\tvtime_enqueue\tcallback\t600\t270000\n"
				   "m\t7\tvtime.bss\tarray\t1\trw\t-\nv\t7\tvtime_now\t9\n"
				   "m\t8\tcgs\thash\t4096\trw\t-\ne\t8\t89\t{weight: 100}\n"
				   "m\t9\tvtime.rodata\tarray\t1\tro\t-\nv\t9\tslice_us\t20000\n";
	struct event ev = {.type = EV_SCHED_PARTS, .name = "vtime", .cgroup = "", .path = "", .text = "",
			   .data = first, .data_len = sizeof(first) - 1, .t_ns = 17600000000, .count = 1};
	struct bench *b = *state;

	press(b->tui, '3');
	type(b->tui, "G");
	assert_shows(b, "PROGRAMS AND MAPS  - (seen while this screen is shown live)");
	model_apply(b->model, &ev);
	ev.data = then;
	ev.data_len = sizeof(then) - 1;
	ev.t_ns = 18600000000;
	model_apply(b->model, &ev);
	type(b->tui, "G");
	/* 500 runs and 250 us in a second */
	assert_shows(b, "vtime_enqueue                        500/s     500ns     0.03%  600 runs counted");
	assert_shows(b, "vtime_now                    * 9");
	assert_shows(b, "[89]   {weight: 100}");
	type(b->tui, "/vtime_now\n=7\n");
	assert_string_equal(b->submitted, "sched set vtime_now=7");
	type(b->tui, "/[89]\n=weight=5\n");
	assert_string_equal(b->submitted, "sched set cgs[89].weight=5");
	type(b->tui, "\n");
	assert_shows(b, "if the key is a cgroup's id, it is /scxplore/low's: [@low] is the same in a replay");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "/slice_us\n=");
	assert_shows(b, "nothing under the cursor can be set");
}

static void what_a_scheduler_says_of_itself_is_on_its_screen(void **state)
{
	static const char answer[] = "{\"errno\":0,\"args\":{\"resp\":{\"lat_us\":1500,\"name\":\"x\"}}}";
	struct event ev = {.type = EV_SCHED_STATS, .name = "hogs", .cgroup = "", .path = "", .text = "",
			   .pid = 130, .data = answer, .data_len = sizeof(answer) - 1, .t_ns = 17600000000};
	struct bench *b = *state;

	model_apply(b->model, &ev);
	press(b->tui, '3');
	type(b->tui, "/ITS OWN\n");
	assert_shows(b, "ITS OWN STATISTICS  hogs[130], answered last at 17.600s");
	assert_shows(b, "stats.lat_us                                  1.5ms  1.5ms to 1.5ms");
	type(b->tui, "je\n");
	assert_string_equal(b->submitted, "expect metric hogs stats.lat_us == 1.5ms tol=10%");
	type(b->tui, "\n");
	assert_shows(b, "stats.lat_us of vtime: 1.5ms");
	press(b->tui, KEY_ESCAPE);
	ev.code = 110;
	ev.text = "it has not answered within 5 s";
	ev.data_len = 0;
	ev.t_ns = 18600000000;
	model_apply(b->model, &ev);
	/* what was last known stays, with its time */
	assert_shows(b, " ! it has not answered within 5 s");
	assert_shows(b, "answered last at 17.600s");
	assert_shows(b, "stats.lat_us");
	press(b->tui, '5');
	assert_shows(b, "hogs= {\"stats\":{\"lat_us\":1500,\"name\":\"x\"}}");
	assert_shows(b, "stats     hogs[130]: it has not answered within 5 s");
}

/* The journal without what came after the end, and without the expectation. */
static void a_test_of_an_end_begins_with_its_expectation(void **state)
{
	struct bench *b = *state;
	struct event ev = {.name = "vtime", .cgroup = "", .path = "", .text = "scx_bpf_error",
			   .data = "gave up", .data_len = 7, .t_ns = 18000000000};

	ev.type = EV_SCHED_EXIT;
	ev.code = 1025;
	model_apply(b->model, &ev);
	press(b->tui, '7');
	assert_shows(b, "why     error-bpf: scx_bpf_error");
	assert_shows(b, "dump    - (none came)");
	assert_shows(b, "EARLIER ENDS");
	type(b->tui, "x\n");
	assert_string_equal(b->submitted, "expect sched exit == error-bpf within=30s");
	type(b->tui, "e\n");
	assert_string_equal(b->submitted, "expect sched exit == error-bpf within=30s");
	type(b->tui, "/14.5\n\n");
	assert_shows(b, "stall: stall, runnable task stall\n");
}

static void a_report_that_was_asked_for_becomes_an_expectation(void **state)
{
	struct bench *b = *state;
	struct event op = {.type = EV_OP, .seq = 90, .text = "report hogs", .name = "", .cgroup = "", .path = "", .data = ""};
	struct event ev = {.type = EV_REPORT, .name = "hogs", .flag = true, .cgroup = "", .path = "", .data = "",
			   .text = "units=7"};

	model_apply(b->model, &op);
	for (ev.index = 1; ev.index <= 3; ev.index++) {
		ev.pid = 118 + (int64_t)ev.index;
		model_apply(b->model, &ev);
	}
	type(b->tui, "6");
	assert_shows(b, "report hogs");
	type(b->tui, "Ge");
	assert_shows(b, ":expect report hogs work-units > 0");
}

static void a_frozen_picture_thaws_at_its_key_and_ctrl_c_still_acts(void **state)
{
	struct bench *b = *state;

	type(b->tui, " ");
	assert_true(tui_frozen(b->tui));
	assert_shows(b, "FROZEN");
	press(b->tui, KEY_CTRL_C);
	assert_true(tui_frozen(b->tui));
	assert_true(b->cancelled);
	type(b->tui, " ");
	assert_false(tui_frozen(b->tui));
	type(b->tui, " ");
	press(b->tui, KEY_ESCAPE);
	assert_false(tui_frozen(b->tui));
}

static void a_filter_leaves_only_what_contains_it(void **state)
{
	cleanup_buf struct buf seen = BUF_INIT;
	struct bench *b = *state;

	type(b->tui, "fhogs\n");
	assert_shows(b, "hogs.1[119]");
	picture(b->tui, 30, 100, false, &seen);
	assert_null(strstr(buf_text(&seen), "busy.2[117]"));
}

static void what_is_wrong_is_said_at_every_size(void **state)
{
	struct bench *b = *state;

	model_apply(b->model, &(struct event){.type = EV_GONE, .t_ns = 9000000000, .name = "", .text = "the emulator ended by signal 9",
					      .path = "", .cgroup = "", .data = ""});
	assert_golden(b->tui, "gone-80x24", 24, 80);
	assert_golden(b->tui, "gone-20x5", 5, 20);
	assert_shows(b, "! the guest is gone: the emulator ended by signal 9");
}

static void the_scheduler_in_force_and_a_died_one_are_said(void **state)
{
	struct bench *b = *state;
	struct event ev = {.type = EV_SCHED, .t_ns = 8900000000, .name = "vtime", .text = "enabled",
			   .path = "", .cgroup = "", .data = ""};

	model_apply(b->model, &ev);
	assert_shows(b, "| vtime enabled |");
	assert_shows(b, "NR  SW/s"); /* recorded without a scheduler: no local DSQ was ever told */
	ev = (struct event){.type = EV_SCHED_EXIT, .t_ns = 8950000000, .name = "vtime", .code = 1026,
			    .text = "runnable task stall", .path = "", .cgroup = "",
			    .data = "hogs.1[119] failed to run for 5.001s"};
	ev.data_len = strlen(ev.data);
	model_apply(b->model, &ev);
	assert_shows(b, "! scheduler vtime died (stall): hogs.1[119] failed to run for 5.001s");
}

static void a_boot_is_shown_in_stages(void **state)
{
	struct bench b = {.live = true, .model = model_create(), .scenario = scenario_create(2)};
	struct err err = ERR_INIT;
	static const char text[] =
		"{\"scxplore\":1,\"created\":\"2026-11-23T14:02:11Z\",\"guest\":{\"topology\":\"1n1l2c1t\"}}\n"
		"{\"t_ns\":0,\"event\":\"boot\",\"name\":\"kernel\",\"count\":27818484}\n"
		"{\"t_ns\":0,\"event\":\"accel\",\"name\":\"tcg\",\"text\":\"KVM starts here but cannot run the guest\"}\n"
		"{\"t_ns\":0,\"event\":\"boot\",\"name\":\"qemu\",\"count\":60805229}\n";

	assert_int_equal(journal_read_memory("boot", text, sizeof(text) - 1, false, NULL, b.model, NULL, NULL, &err), 0);
	b.tui = tui_create(&host, &b, "boot.session", true);
	assert_golden(b.tui, "boot-80x24", 24, 80);
	tui_destroy(b.tui);
	model_destroy(b.model);
	scenario_destroy(b.scenario);
}

static void control_c_cancels_and_never_quits(void **state)
{
	struct bench *b = *state;

	press(b->tui, KEY_CTRL_C);
	assert_true(b->cancelled);
	assert_false(b->quit);
}

static void quitting_a_live_guest_asks_once(void **state)
{
	struct bench *b = *state;

	press(b->tui, 'q');
	assert_false(b->quit);
	assert_shows(b, "q again");
	press(b->tui, 'q');
	assert_true(b->quit);
}

static void the_console_cannot_reach_the_terminal(void **state)
{
	press(tui_of(state), '9');
	assert_shows(*state, "?[2Jevil");
}

static void shell_began(struct bench *b)
{
	model_apply(b->model, &(struct event){.type = EV_SHELL, .index = 1, .pid = 200, .cgroup = "/", .text = "sh",
					      .name = "", .path = "", .data = "", .flag = true});
}

static void prints(struct bench *b, const char *text)
{
	tui_shell_output(b->tui, text, strlen(text));
}

static void the_guests_shell_is_drawn_at_every_size(void **state)
{
	struct bench *b = *state;

	press(b->tui, '0');
	assert_string_equal(b->shell, "/ 24x80");
	shell_began(b);
	assert_shows(b, "SHELL in /");
	assert_string_equal(b->shell, "resized 26x100");
	prints(b, "guest:~# ls /\r\n\033[34mbin\033[0m  \033[1mdev\033[0m  \xe5\x8f\xb0  caf\xc3\xa9\r\nguest:~# ");
	assert_golden(b->tui, "shell-80x24", 24, 80);
	assert_golden(b->tui, "shell-200x60", 60, 200);
	assert_golden(b->tui, "shell-40x12", 12, 40);
	assert_string_equal(b->shell, "resized 8x40");
}

static void keys_in_the_shell_are_the_shells_but_the_one_that_leaves(void **state)
{
	struct bench *b = *state;

	press(b->tui, '0');
	type(b->tui, "echo q\n");
	press(b->tui, KEY_CTRL_C);
	press(b->tui, KEY_GO_UP);
	press(b->tui, KEY_RUB_OUT);
	press(b->tui, KEY_TAB);
	assert_string_equal(buf_text(&b->typed), "echo q\r\003\033[A\177\t");
	assert_false(b->quit);
	assert_false(b->cancelled);
	press(b->tui, 0x1d);
	assert_shows(b, "TASKS");
	type(b->tui, "0");
	assert_shows(b, "SHELL");
	assert_int_equal(b->typed.len, 13);
}

static void a_paste_goes_into_the_shell_as_it_is(void **state)
{
	struct bench *b = *state;
	const char *text = "echo a\necho \033[2Jb\n";

	press(b->tui, '0');
	tui_key(b->tui, &(struct term_key){.code = KEY_PASTED, .paste = text, .paste_len = strlen(text)});
	assert_string_equal(buf_text(&b->typed), "echo a\recho [2Jb\r");
	assert_string_equal(b->submitted, "");
}

static void what_has_left_the_shells_screen_is_scrolled_back_to(void **state)
{
	struct bench *b = *state;
	char line[24];
	int i;

	press(b->tui, '0');
	shell_began(b);
	assert_shows(b, "SHELL in /");
	for (i = 1; i <= 5000; i++) {
		snprintf(line, sizeof(line), "line %d\r\n", i);
		prints(b, line);
	}
	assert_shows(b, "line 5000");
	press(b->tui, KEY_PAGE_UP);
	assert_shows(b, "SHELL 24 lines back");
	assert_shows(b, "line 4960");
	/* the oldest go: what is kept has an end */
	for (i = 0; i < 200; i++)
		press(b->tui, KEY_PAGE_UP);
	assert_shows(b, "SHELL 2000 lines back");
	assert_shows(b, "line 2976\n");
	press(b->tui, ' ');
	assert_shows(b, "line 5000");
}

static void what_the_shell_prints_cannot_reach_the_terminal(void **state)
{
	cleanup_buf struct buf seen = BUF_INIT;
	struct bench *b = *state;
	size_t i;

	press(b->tui, '0');
	prints(b, "\033]0;evil title\007\033]52;c;ZXZpbA==\007\033P$qm\033\\a\302\233b\033[999999999;9999999Hc"
		  "\033[6n\033[?1049h\033[?1000h\033[2147483647L\033[2147483647@\355\240\200\364\277\277\277");
	picture(b->tui, 24, 80, true, &seen);
	for (i = 0; i < seen.len; i++)
		assert_true(seen.data[i] == '\n' || (seen.data[i] >= 0x20 && seen.data[i] < 0x7f));
	assert_null(strstr(buf_text(&seen), "evil"));
}

static void a_shell_that_has_ended_says_how_and_can_be_opened_again(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":shell @low\n");
	assert_string_equal(b->shell, "low 24x80");
	prints(b, "the last words");
	tui_shell_ended(b->tui, "ended with 3");
	assert_shows(b, "SHELL ended with 3  Enter opens another");
	assert_shows(b, "the last words");
	type(b->tui, "1");
	assert_shows(b, "TASKS");
	type(b->tui, "0\n");
	assert_string_equal(b->shell, "/ 26x100");
	type(b->tui, "x");
	assert_string_equal(buf_text(&b->typed), "x");
}

static void a_shell_that_is_refused_says_why(void **state)
{
	struct bench *b = *state;

	snprintf(b->refuse, sizeof(b->refuse), "the guest is not ready yet");
	press(b->tui, '0');
	assert_shows(b, "the guest is not ready yet");
	assert_shows(b, "SHELL  Enter opens one");
	press(b->tui, '1');
	assert_shows(b, "TASKS");
}

static void ascii_draws_nothing_else(void **state)
{
	cleanup_buf struct buf seen = BUF_INIT;
	size_t i;

	picture(tui_of(state), 24, 80, true, &seen);
	for (i = 0; i < seen.len; i++)
		assert_true((unsigned char)seen.data[i] < 0x7f);
}

static void drawing_twice_gives_the_same_picture(void **state)
{
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT;

	picture(tui_of(state), 30, 100, false, &a);
	picture(tui_of(state), 30, 100, false, &b);
	assert_string_equal(buf_text(&a), buf_text(&b));
}

static void no_key_means_two_things(void **state)
{
	const struct screen_def *s, *other;
	const struct key_binding *k, *o;
	const struct op_def *d;
	size_t i, j;

	for (i = 0; (s = screen_at(i)); i++) {
		for (j = i + 1; (other = screen_at(j)); j++)
			assert_true(s->digit != other->digit && (!s->function || s->function != other->function));
		for (j = 0; (k = key_binding_at(j)); j++)
			assert_true(k->key != s->digit && (!s->function || k->twin != KEY_FUNCTION + s->function));
		for (j = 0; (d = op_def_at(j)); j++)
			assert_true(d->shortcut != s->digit);
	}
	for (i = 0; (k = key_binding_at(i)); i++) {
		for (j = i + 1; (o = key_binding_at(j)); j++)
			assert_true(k->key != o->key && (!k->twin || (k->twin != o->key && k->twin != o->twin)));
		for (j = 0; (d = op_def_at(j)); j++)
			assert_true(!d->shortcut || d->shortcut != k->key);
	}
	for (i = 0; (d = op_def_at(i)); i++)
		assert_true(!d->shortcut || !strchr("jkgG", d->shortcut));
}

static void every_theme_file_parses_and_a_bad_one_names_its_line(void **state)
{
	static const char *const names[] = {"default", "mono", "high-contrast", "colour-blind"};
	struct err err = ERR_INIT;
	struct theme t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *path = xasprintf(THEMES_DIR "/%s.theme", names[i]);

		assert_int_equal(theme_load(path, &t, &err), 0);
	}
	assert_true(theme_parse("bad", "ok = green\nwran = red\n", 23, &t, &err) < 0);
	assert_non_null(strstr(err.msg, "line 2"));
	assert_non_null(strstr(err.msg, "warn"));
	assert_true(theme_parse("bad", "ok = 256\n", 9, &t, &err) < 0);
}

static void all_screens_can_be_looked_back_at(void **state)
{
	struct bench *b = *state;

	press(b->tui, '{');
	assert_shows(b, "PAST");
	assert_shows(b, "the begin of");
	press(b->tui, KEY_GO_HOME);
	press(b->tui, '[');
	press(b->tui, '[');
	assert_golden(b->tui, "past-100x30", 30, 100);
	assert_golden(b->tui, "past-40x12", 12, 40);
	press(b->tui, '5');
	assert_shows(b, "PAST");
	press(b->tui, ')');
	assert_shows(b, "PAST");
	press(b->tui, 'F');
	assert_shows(b, "back to now");
	press(b->tui, '(');
	assert_shows(b, "PAST");
	press(b->tui, ')');
	press(b->tui, ')');
	press(b->tui, '@');
	assert_shows(b, "@ takes the moment under the Timeline's cursor");
	press(b->tui, '4');
	press(b->tui, '@');
	assert_shows(b, "PAST");
}

static int host_step_back(void *arg, bool on, struct err *err)
{
	return host_submit(arg, on ? "on" : "back", err);
}

static int host_checkpoint(void *arg, const char *name, struct err *err)
{
	struct bench *b = arg;

	snprintf(b->submitted, sizeof(b->submitted), "to %s", name);
	return 0;
}

static void u_goes_back_U_on_and_a_branch_has_a_name_of_its_own(void **state)
{
	struct bench *b = *state;
	struct tui_host with = host;
	struct tui *t;
	cleanup_buf struct buf seen = BUF_INIT;

	/* a recorded session has no guest that could */
	press(b->tui, 'u');
	assert_string_equal(b->submitted, "");
	assert_shows(b, "no guest");
	with.step_back = host_step_back;
	with.checkpoint = with.rewind = with.branch = host_checkpoint;
	t = tui_create(&with, b, "a.session", true);
	press(t, 'u');
	assert_string_equal(b->submitted, "back");
	press(t, 'U');
	assert_string_equal(b->submitted, "on");
	type(t, ":checkpoint first\n");
	assert_string_equal(b->submitted, "to first");
	type(t, ":rewind second\n");
	assert_string_equal(b->submitted, "to second");
	type(t, ":branch third\n");
	assert_string_equal(b->submitted, "to third");
	type(t, ":export c a.c --branch other --force\n");
	assert_string_equal(b->submitted, "export c a.c of other");
	/* looked back while the guest went back: all is now again */
	press(t, '[');
	tui_rewound(t);
	tui_rename(t, "a.2.session");
	snprintf(b->refuse, sizeof(b->refuse), "nothing was undone");
	press(t, 'U');
	picture(t, 30, 100, false, &seen);
	assert_non_null(strstr(buf_text(&seen), "a.2.session REC"));
	assert_non_null(strstr(buf_text(&seen), "nothing was undone"));
	tui_destroy(t);
}

static int host_slow(void *arg, unsigned part, struct err *err)
{
	char line[32];

	snprintf(line, sizeof(line), "1/%u", part);
	return host_submit(arg, line, err);
}

static int host_pause(void *arg, struct err *err)
{
	struct bench *b = arg;

	if (b->model->paused)
		return err_set(err, EALREADY, "paused already");
	return host_slow(arg, 0, err);
}

static int host_advance(void *arg, const struct advance *to, struct err *err)
{
	char line[64];

	snprintf(line, sizeof(line), "%d %d %d", to->to, to->cpu, (int)to->span_ns);
	return host_submit(arg, line, err);
}

static void pace(struct bench *b, const char *name, uint64_t count)
{
	model_apply(b->model, &(struct event){.type = EV_PACE,
					      .name = name,
					      .count = count,
					      .t_ns = b->model->now_ns,
					      .text = "",
					      .cgroup = "",
					      .path = "",
					      .data = ""});
}

static void must_stand_in(struct tui *t, int rows, int cols, const char *words)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(t, rows, cols, false, &seen);
	if (!strstr(buf_text(&seen), words))
		fail_msg("no '%s' in %dx%d:\n%s", words, cols, rows, buf_text(&seen));
}

static void time_stands_and_goes_on_by_keys_and_every_head_says_so(void **state)
{
	static const char digits[] = "125679";
	struct bench *b = *state;
	struct tui_host with = host;
	struct tui *t;
	int i;

	press(b->tui, 'P');
	assert_shows(b, "no guest whose time could stop");
	press(b->tui, '.');
	assert_shows(b, "no guest whose time could go on");
	with.pause = host_pause;
	with.slow = host_slow;
	with.advance = host_advance;
	t = tui_create(&with, b, "a.session", true);
	press(t, 'P');
	assert_string_equal(b->submitted, "1/0");
	pace(b, PACE_PAUSED, 0);
	for (i = 0; digits[i]; i++) {
		press(t, digits[i]);
		must_stand_in(t, 24, 80, "s PAUSED");
	}
	press(t, '1');
	must_stand_in(t, 12, 40, "s PAUSED");
	must_stand_in(t, 60, 200, "s PAUSED");
	press(t, '.');
	assert_string_equal(b->submitted, "0 -1 0");
	press(t, ',');
	assert_string_equal(b->submitted, "1 -1 0");
	press(t, ';');
	assert_string_equal(b->submitted, "2 -1 100000");
	type(t, ":advance switch 3\n");
	assert_string_equal(b->submitted, "0 3 0");
	type(t, ":advance nowhere\n");
	must_stand_in(t, 24, 120, "advance switch [CPU] | tick | us N");
	press(t, 'P');
	assert_string_equal(b->submitted, "1/1");
	pace(b, PACE_RUNS, 1);
	press(t, '%');
	assert_string_equal(b->submitted, "1/10");
	pace(b, PACE_SLOW, 10);
	must_stand_in(t, 12, 40, "SLOW 1/10");
	press(t, '%');
	assert_string_equal(b->submitted, "1/100");
	pace(b, PACE_SLOW, 100);
	press(t, '%');
	assert_string_equal(b->submitted, "1/1");
	type(t, ":slow 25\n");
	assert_string_equal(b->submitted, "1/25");
	type(t, ":resume\n");
	assert_string_equal(b->submitted, "1/1");
	snprintf(b->refuse, sizeof(b->refuse), "a copy is being made");
	press(t, '%');
	must_stand_in(t, 24, 80, "a copy is being made");
	pace(b, PACE_RUNS, 1);
	tui_destroy(t);
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define SCHED_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_sched, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(time_stands_and_goes_on_by_keys_and_every_head_says_so),
		SCREEN_TEST(all_screens_can_be_looked_back_at),
		SCREEN_TEST(the_lab_is_drawn_at_every_size),
		SCREEN_TEST(no_size_is_refused_down_to_one_cell),
		SCREEN_TEST(log_and_test_screens_are_a_digit_away),
		SCREEN_TEST(help_is_made_from_the_tables),
		SCREEN_TEST(a_typed_line_goes_to_the_guest_as_it_is),
		SCREEN_TEST(the_key_of_an_op_opens_the_prompt_with_its_words),
		SCREEN_TEST(tab_completes_names_from_the_session),
		SCREEN_TEST(a_refused_line_says_why_and_stays_in_the_history),
		SCREEN_TEST(a_paste_of_many_lines_is_one_block),
		SCREEN_TEST(the_value_under_the_cursor_becomes_an_expectation),
		SCREEN_TEST(an_exited_payload_becomes_an_expected_exit),
		SCREEN_TEST(a_line_of_output_becomes_an_expectation),
		SCREEN_TEST(what_an_op_made_can_be_promoted),
		SCREEN_TEST(search_finds_rows_whatever_kinds_are_hidden),
		SCREEN_TEST(a_transfer_shows_how_far_it_is),
		SCREEN_TEST(an_opened_scheduler_shows_what_it_wrote_last),
		SCREEN_TEST(an_opened_worker_shows_its_latest_report),
		SCREEN_TEST(numbers_have_a_screen_once_there_are_some),
		SCREEN_TEST(an_opened_program_shows_what_it_has_printed),
		SCHED_TEST(the_scheduler_has_a_screen_with_its_queues_in_order_and_its_counters),
		SCHED_TEST(a_schedulers_end_stays_on_its_page_and_can_be_opened),
		SCHED_TEST(what_a_scheduler_says_of_itself_is_on_its_screen),
		SCHED_TEST(what_a_scheduler_keeps_is_shown_and_set_from_there),
		SCHED_TEST(a_test_of_an_end_begins_with_its_expectation),
		SCREEN_TEST(a_report_that_was_asked_for_becomes_an_expectation),
		SCREEN_TEST(a_frozen_picture_thaws_at_its_key_and_ctrl_c_still_acts),
		SCREEN_TEST(a_filter_leaves_only_what_contains_it),
		SCREEN_TEST(what_is_wrong_is_said_at_every_size),
		SCREEN_TEST(the_scheduler_in_force_and_a_died_one_are_said),
		cmocka_unit_test(a_boot_is_shown_in_stages),
		SCREEN_TEST(control_c_cancels_and_never_quits),
		SCREEN_TEST(quitting_a_live_guest_asks_once),
		SCREEN_TEST(the_console_cannot_reach_the_terminal),
		SCREEN_TEST(the_guests_shell_is_drawn_at_every_size),
		SCREEN_TEST(keys_in_the_shell_are_the_shells_but_the_one_that_leaves),
		SCREEN_TEST(a_paste_goes_into_the_shell_as_it_is),
		SCREEN_TEST(what_has_left_the_shells_screen_is_scrolled_back_to),
		SCREEN_TEST(what_the_shell_prints_cannot_reach_the_terminal),
		SCREEN_TEST(a_shell_that_has_ended_says_how_and_can_be_opened_again),
		SCREEN_TEST(a_shell_that_is_refused_says_why),
		SCREEN_TEST(ascii_draws_nothing_else),
		SCREEN_TEST(drawing_twice_gives_the_same_picture),
		SCREEN_TEST(u_goes_back_U_on_and_a_branch_has_a_name_of_its_own),
		cmocka_unit_test(no_key_means_two_things),
		cmocka_unit_test(every_theme_file_parses_and_a_bad_one_names_its_line),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	unsetenv("NO_COLOR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
