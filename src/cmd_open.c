/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_open - the screen: over a fresh guest, or over an old session file without one.
 *
 * Joins session and tui: the session's observer marks the picture as old, a timer draws at most
 * ten times a second, a key draws at once. Leaving is orderly (tear down, power off) with the
 * screen still there; a second ask ends the guest at once.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/soon.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "open_app.h"
#include "ops/past.h"
#include "session/load.h"
#include "session/session.h"
#include "session/session_info.h"
#include "tui/term.h"
#include "tui/tui.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#define FRAME_NS  UINT64_C(100000000)
#define SAMPLE_NS UINT64_C(100000000)
#define LOOK_NS   UINT64_C(1000000000) /* into the scheduler, while its screen is shown */
#define SAVE_NS   UINT64_C(60000000000) /* a checkpoint of a lost terminal has, to be whole */
#define EVERY_MIN_NS UINT64_C(100000000)
#define ECHO_NS   UINT64_C(20000000) /* what a shell prints is drawn that often at most */

/* ---- drawing ---------------------------------------------------------------------------- */

/* That a film cannot be written is said once; it ends there. */
static void film(struct app *a, const char *mark)
{
	struct err err = ERR_INIT;
	int r;

	if (!a->cast)
		return;
	r = mark ? cast_mark(a->cast, mark, loop_now_ns(), &err)
		 : cast_draw(a->cast, &a->canvas, tui_theme(a->tui), loop_now_ns(), &err);
	if (r < 0)
		tui_say(a->tui, ROLE_FAIL, err.msg);
}

static void rename_session(struct app *a)
{
	const char *path = session_path(a->session), *slash = strrchr(path, '/');

	a->branched = false;
	tui_rename(a->tui, slash ? slash + 1 : path);
}

void open_draw(struct app *a)
{
	int rows, cols;

	if (!a->screen || a->lost)
		return;
	term_size(&rows, &cols);
	if (rows != a->canvas.rows || cols != a->canvas.cols || !a->canvas.cells) {
		canvas_finish(&a->canvas);
		canvas_init(&a->canvas, rows, cols, a->ascii);
	}
	if (a->branched)
		rename_session(a);
	tui_draw(a->tui, &a->canvas);
	term_draw(&a->canvas, tui_theme(a->tui));
	film(a, NULL);
	if (a->session) {
		session_watch(a->session, tui_watches(a->tui));
		if (open_twin_live(&a->twin))
			session_watch(a->twin.side[TWIN_B], tui_watches(a->tui));
		session_look(a->session, tui_scheduler_shown(a->tui) ? LOOK_NS : 0);
	}
	a->dirty = false;
	a->drawn_ns = loop_now_ns();
}

static void on_frame(void *arg)
{
	struct app *a = arg;

	/* a shell that prints without end gets a window's worth each time: the rest waits in it */
	shell_shown(&a->shell.shell);
	if (a->dirty)
		open_draw(a);
}

static void on_save_late(void *arg)
{
	loop_stop(&((struct app *)arg)->loop, 0);
}

/* What runs is saved, so that another terminal can go on with it; then this program ends. */
static void lose_terminal(struct app *a)
{
	struct err err = ERR_INIT;

	if (a->lost)
		return;
	a->lost = true;
	a->signal = SIGHUP;
	loop_remove(&a->loop, a->keys);
	if (a->quitting || !a->session || session_save(a->session, tui_screen(a->tui), &err) < 0)
		loop_stop(&a->loop, 0);
	else
		loop_arm(&a->loop, loop_add_timer(&a->loop, on_save_late, a), SAVE_NS, 0);
}

static void on_keys(void *arg, int fd, uint32_t events)
{
	struct app *a = arg;
	struct term_key key;

	if (events & (EPOLLHUP | EPOLLERR)) {
		lose_terminal(a);
		return;
	}
	while (term_read(&key)) {
		tui_key(a->tui, &key);
		if (tui_wants_suspend(a->tui))
			term_suspend();
		if (tui_wants_redraw(a->tui))
			term_redraw();
	}
	open_draw(a);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct app *a = arg;

	if (info->ssi_signo == SIGWINCH) {
		term_resized();
		open_draw(a);
		return;
	}
	if (info->ssi_signo == SIGHUP) {
		lose_terminal(a);
		return;
	}
	if (a->lost)
		return; /* from whoever tidies up behind the terminal; it ends by itself */
	a->signal = (int)info->ssi_signo;
	loop_stop(&a->loop, 0);
}

/* ---- what the session tells --------------------------------------------------------------- */

/* A marker where an op or a step begins: "op 7: move hogs to=high". */
static void mark_op(struct app *a, const struct event *ev)
{
	const struct model_op *op = a->cast && ev->type == EV_BEGIN
					    ? model_op(session_model(a->session), ev->seq)
					    : NULL;
	cleanup_free char *text = NULL;

	if (!op)
		return;
	text = op->op && (op->op->def->flags & OPF_STEP)
		       ? xasprintf("%s", op->text)
		       : xasprintf("op %" PRIu64 ": %s", op->seq, op->text);
	film(a, text);
}

static void on_event(void *arg, const struct event *ev)
{
	struct app *a = arg;

	a->dirty = true;
	if (ev->type == EV_PACE && a->tui)
		tui_say(a->tui, ROLE_HINT, ev->text);
	mark_op(a, ev);
	open_shell_event(&a->shell, ev);
	open_twin_turn(&a->twin);
}

static void on_shell(void *arg, const struct wire_header *h, struct wire_reader *payload)
{
	shell_frame(&((struct app *)arg)->shell.shell, h, payload);
}

static void on_sample(void *arg)
{
	struct app *a = arg;

	a->dirty = true;
	/* the first one is what a person has been waiting for */
	if (!a->live)
		open_draw(a);
	a->live = true;
}

static void stop_if_all_are_gone(struct app *a)
{
	if (a->quitting && !open_twin_live(&a->twin) && !open_host.live(a))
		loop_stop(&a->loop, 0);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct app *a = arg;

	a->dirty = true;
	if (a->resuming) {
		a->failure = xstrdup(text);
		loop_stop(&a->loop, 0);
	}
	stop_if_all_are_gone(a);
	open_twin_turn(&a->twin);
}

/* Of the second guest. */
static void on_twin(void *arg, const char *text)
{
	struct app *a = arg;

	a->dirty = true;
	if (text)
		tui_say(a->tui, ROLE_WARN, text);
	stop_if_all_are_gone(a);
}

static void on_saved(void *arg, int code, const char *why)
{
	loop_stop(&((struct app *)arg)->loop, 0);
}

/* The past is one of the file that is left. */
static void on_rewound(void *arg)
{
	struct app *a = arg;

	past_close(a->past);
	a->past = NULL;
	a->dirty = a->branched = true;
	a->resuming = false;
	tui_rewound(a->tui);
	open_shell_event(&a->shell, &(struct event){.type = EV_GONE, .name = "", .text = "", .cgroup = "", .path = "",
						    .data = ""});
}

static const struct session_observer observer = {
	.rewound = on_rewound,
	.saved = on_saved,
	.event = on_event, .sample = on_sample, .shell = on_shell, .finished = on_finished};

static void on_shell_change(void *arg, bool printed)
{
	struct app *a = arg;

	a->dirty = true;
	if (printed && tui_shell_shown(a->tui) && loop_now_ns() > a->drawn_ns + ECHO_NS)
		open_draw(a);
}

/* ---- life ------------------------------------------------------------------------------------ */

static int start_screen(struct app *a, const char *path, bool recording, struct err *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	loop_id frame;
	sigset_t set;
	int r;

	if (a->cast_path && !(a->cast = cast_create(a->cast_path, base, loop_now_ns(), err)))
		return -err->code;
	r = term_init(err);
	if (r < 0)
		return r;
	soon_ask();
	a->screen = true;
	a->ascii = term_ascii();
	a->tui = tui_create(&open_host, a, base, recording);
	tui_load_history(a->tui);
	if (a->other && tui_compare_open(a->tui, a->other, err) < 0)
		return -err->code;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	loop_add_signals(&a->loop, &set, on_signal, a);
	a->keys = loop_add_fd(&a->loop, 0, EPOLLIN, on_keys, a);
	frame = loop_add_timer(&a->loop, on_frame, a);
	loop_arm(&a->loop, frame, FRAME_NS, FRAME_NS);
	return 0;
}

static void end(struct app *a)
{
	if (a->screen) {
		tui_save_history(a->tui);
		term_finish();
	}
	tui_destroy(a->tui);
	cast_destroy(a->cast);
	canvas_finish(&a->canvas);
	open_compare_finish(&a->compare);
	open_twin_finish(&a->twin);
	twin_words_finish(&a->words);
	past_close(a->past); /* its moments share the session's trace */
	session_destroy(a->session);
	load_finish(&a->loaded);
	open_export_finish(&a->export);
	loop_finish(&a->loop);
}

static int open_live(struct app *a, struct guest_options *options, const char *save,
		     struct err *err)
{
	cleanup_free char *stem = twin_words_any(&a->words) ? twin_words_stem(&a->words, TWIN_A)
							    : xstrdup("session");
	cleanup_free char *path = a->resume ? xstrdup(a->loaded.path)
				  : save    ? xstrdup(save)
					    : session_new_path(stem, err);
	struct session_config config = {.interactive = true, .sample_ns = SAMPLE_NS};
	int r;

	if (!path || guest_options_default(options, err) < 0)
		return -err->code;
	config.guest = options->config;
	config.guest.shell_tools = true;
	config.guest.warm = !options->no_warm;
	config.journal = path;
	config.resume = a->resume ? &a->saved : NULL;
	/* two guests go on side by side: one of them does not go back alone */
	config.checkpoints = !a->no_checkpoints && !twin_words_any(&a->words);
	config.checkpoint_ns = twin_words_any(&a->words) ? 0 : a->checkpoint_ns;
	if (a->words.kernel[TWIN_A])
		config.guest.kernel = a->words.kernel[TWIN_A];
	if (twin_words_any(&a->words) &&
	    open_twin_prepare(&a->twin, &a->loaded, &a->words, &config.guest.topology, err) < 0)
		return -err->code;
	a->session = session_create(&a->loop, &config, &observer, a, err);
	if (!a->session)
		return -err->code;
	r = start_screen(a, path, true, err);
	if (r < 0)
		return r;
	if (a->trace)
		tui_trace(a->tui, TUI_TRACE_ON);
	if (a->resume)
		tui_show_screen(a->tui, a->saved.screen);
	a->resuming = a->resume;
	open_shell_init(&a->shell, a->session, a->tui, on_shell_change, a);
	open_draw(a);
	r = session_boot(a->session, err);
	if (r == 0 && twin_words_any(&a->words)) {
		a->twin.changed = on_twin;
		a->twin.arg = a;
		r = open_twin_start(&a->twin, a->session, &a->loop, &config, &a->words, err);
		if (r == 0)
			tui_compare_show(a->tui);
	}
	open_draw(a);
	return r;
}

/* What a lost terminal has left. Nothing is written before the guest goes on. */
static int open_saved(struct app *a, struct guest_options *options, struct err *err)
{
	const char *accel = a->loaded.info.accel;
	int r;

	if (!a->loaded.is_session)
		return err_set(err, EINVAL, "resume '%s': it is a scenario, not a session",
			       a->loaded.path);
	r = saved_open(a->loaded.path, &a->saved, err);
	/* a guest goes on under what it began under */
	if (r == 0 && options->config.accel == ACCEL_AUTO && *accel)
		r = accel_parse(accel, &options->config.accel, err);
	if (r == 0 && !options->config.kernel)
		options->config.kernel = a->loaded.info.kernel;
	if (r == 0)
		r = open_live(a, options, NULL, err);
	return r < 0 && a->session
		       ? err_wrap(err, "resume '%s' from its checkpoint", a->loaded.path)
		       : r;
}

/* A session without a guest; or a scenario, in a fresh one. */
static int open_file(struct app *a, const char *file, struct guest_options *options,
		     const char *save, struct err *err)
{
	int r = load_file(&a->loaded, file, false, options, err);

	if (r < 0)
		return r;
	if (a->resume)
		return open_saved(a, options, err);
	if (!a->loaded.is_session || twin_words_any(&a->words)) {
		r = open_live(a, options, save, err);
		return r < 0 || open_twin_is_there(&a->twin)
			       ? r
			       : session_submit_scenario(a->session, a->loaded.scenario, err);
	}
	r = start_screen(a, file, false, err);
	if (r == 0 && a->loaded.warning.len)
		tui_say(a->tui, ROLE_WARN, buf_text(&a->loaded.warning));
	if (r == 0)
		open_draw(a);
	return r;
}

static int take_every(struct app *a, const char *text)
{
	if (text_duration(text, &a->checkpoint_ns) && a->checkpoint_ns >= EVERY_MIN_NS)
		return 0;
	return command_usage(&cmd_open, "--checkpoint-every: '%s' is no time of 100ms or more, as 1s", text);
}

static int parse(struct app *a, int argc, char **argv, const char **file, const char **save)
{
	struct err err = ERR_INIT;
	const char *v;
	int i, r = 0;

	for (i = 1; i < argc && r == 0; i++) {
		if (!strcmp(argv[i], "--trace"))
			a->trace = true;
		else if (!strcmp(argv[i], "--no-checkpoints"))
			a->no_checkpoints = true;
		else if (!strcmp(argv[i], "--checkpoints"))
			a->no_checkpoints = false; /* as it is without a word */
		else if (!strcmp(argv[i], "--resume"))
			a->resume = true;
		else if ((v = command_value("--checkpoint-every", argc, argv, &i)) ||
			 (v = command_value("--checkpoints", argc, argv, &i)))
			r = take_every(a, v);
		else if ((v = command_value("--save", argc, argv, &i)))
			*save = v;
		else if ((v = command_value("--compare", argc, argv, &i)))
			a->other = v;
		else if ((v = command_value("--cast", argc, argv, &i)))
			a->cast_path = v;
		else if ((v = command_value("--scheds", argc, argv, &i)))
			r = twin_words_take("--scheds", v, a->words.sched, &err);
		else if ((v = command_value("--kernels", argc, argv, &i)))
			r = twin_words_take("--kernels", v, a->words.kernel, &err);
		else if (argv[i][0] == '-' || *file)
			return command_usage(&cmd_open, "'%s' is not understood here", argv[i]);
		else
			*file = argv[i];
		if (r < 0)
			return command_usage(&cmd_open, "%s", err.msg);
		if (r > 0)
			return r;
	}
	if (a->resume && (!*file || *save || twin_words_any(&a->words)))
		return command_usage(&cmd_open, "--resume goes on with the session that is named, and in its file");
	if (twin_words_any(&a->words) && !*file)
		return command_usage(&cmd_open,
				     "two guests need a scenario or a session that both carry out");
	return 0;
}

static int run_open(int argc, char **argv)
{
	struct app *a = xcalloc(1, sizeof(*a));
	const char *file = NULL, *save = NULL;
	struct guest_options options;
	struct err err = ERR_INIT;
	cleanup_free char *kept = NULL, *beside = NULL;
	int r, status, sig = 0;

	a->loop.epoll_fd = -1;
	r = guest_options_take(&options, &argc, argv, &err);
	status = r == 0 ? parse(a, argc, argv, &file, &save) : 0;
	if (r == 0 && status == 0) {
		r = loop_init(&a->loop, &err);
		if (r == 0)
			r = file ? open_file(a, file, &options, save, &err)
				 : open_live(a, &options, save, &err);
		if (r == 0)
			r = loop_run(&a->loop);
	}
	if (r >= 0 && a->failure)
		r = err_set(&err, EIO, "resume '%s' from its checkpoint: %s", file, a->failure);
	free(a->failure);
	if (a->session && *session_path(a->session))
		kept = xstrdup(session_path(a->session));
	if (open_twin_is_there(&a->twin))
		beside = xstrdup(session_path(a->twin.side[TWIN_B]));
	sig = a->signal;
	end(a);
	guest_options_finish(&options);
	free(a);
	if (r < 0)
		status = command_error(&cmd_open, &err);
	if (kept)
		printf("the session is in %s\n", kept);
	if (beside)
		printf("the second one is in %s\n", beside);
	if (sig)
		status = 128 + sig;
	return status;
}

const struct command cmd_open = {
	.name = "open",
	.synopsis = "[SESSION|SCENARIO] [--resume] [--save FILE] [--trace] [--no-checkpoints] [--checkpoint-every TIME] [--cast FILE] [--compare SESSION] [--scheds A,B] [--kernels A,B] [GUEST OPTIONS]",
	.summary = "the screen: a fresh guest, one that carries out a scenario, or an old session "
		   "without one",
	.boots = true,
	.run = run_open,
};
