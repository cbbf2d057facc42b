/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_host - what the screen asks (struct tui_host): of the session, of the second guest where
 * there is one, of the file where there is none. Without a guest every op is refused, and the past
 * is there all the same.
 */
#include "open_app.h"

#include <errno.h>

static const struct model *host_model(void *arg)
{
	struct app *a = arg;

	return a->session ? session_model(a->session) : a->loaded.model;
}

static const struct scenario *host_scenario(void *arg)
{
	struct app *a = arg;

	return a->session ? session_scenario(a->session) : a->loaded.scenario;
}

/* The file is read while the session goes on writing it. NULL: there is none. */
static struct past *past_of(struct app *a, struct err *err)
{
	const char *path = a->session ? session_path(a->session) : a->loaded.path;

	if (!a->past && !*path) {
		err_set(err, ENOENT, "this session is not recorded: there is nothing to look back into");
		return NULL;
	}
	if (!a->past)
		a->past = past_open(path, host_model(a)->trace, err);
	return a->past;
}

static const struct model *host_model_at(void *arg, uint64_t t_ns, struct err *err)
{
	struct past *p = past_of(arg, err);

	return p ? past_at(p, t_ns) : NULL;
}

/* What the session's store had no room for is still in its file. */
static const struct trace *host_trace_at(void *arg, uint64_t from_ns, uint64_t to_ns)
{
	struct err err = ERR_INIT;
	struct past *p = past_of(arg, &err);

	return p ? past_trace(p, from_ns, to_ns) : NULL;
}

static int no_guest(struct err *err)
{
	return err_set(
		err, EPIPE,
		"this is a recorded session without a guest; 'scxplore run FILE' replays it");
}

/* The second guest, while it is there; NULL = there is none. */
static struct session *second(const struct app *a)
{
	return open_twin_live(&a->twin) ? a->twin.side[TWIN_B] : NULL;
}

/* Of two guests both get what is typed. */
static int host_submit(void *arg, const char *line, struct err *err)
{
	struct app *a = arg;
	int r = a->session ? session_submit(a->session, line, NULL, err) : no_guest(err);

	if (r == 0 && second(a) && session_submit(second(a), line, NULL, err) < 0)
		r = err_wrap(err, "the second guest");
	return r;
}

static int host_submit_block(void *arg, const char *text, size_t len, struct err *err)
{
	struct app *a = arg;
	int r = a->session ? session_submit_block(a->session, NULL, text, len, err) : no_guest(err);

	if (r == 0 && second(a) && session_submit_block(second(a), NULL, text, len, err) < 0)
		r = err_wrap(err, "the second guest");
	return r;
}

static void host_cancel(void *arg)
{
	struct app *a = arg;

	if (a->session)
		session_cancel(a->session);
	if (second(a))
		session_cancel(second(a));
}

static bool host_live(void *arg)
{
	struct app *a = arg;

	return a->session && guest_state(session_guest(a->session)) != GUEST_GONE;
}

static void host_quit(void *arg)
{
	struct app *a = arg;

	if (!host_live(a) || a->quitting || guest_state(session_guest(a->session)) != GUEST_UP) {
		loop_stop(&a->loop, 0);
		return;
	}
	a->quitting = true;
	session_cancel(a->session);
	session_end(a->session);
	if (second(a)) {
		session_cancel(second(a));
		session_end(second(a));
	}
	tui_say(a->tui, ROLE_HINT, "tearing down and powering off; q again does not wait");
}

static const char *host_console(void *arg, size_t *len)
{
	struct app *a = arg;

	*len = 0;
	return a->session ? guest_console(session_guest(a->session), len) : "";
}

/* A picture at once: it is not the guest's time that has passed. */
static void export_ended(void *arg, bool well, const char *text)
{
	struct app *a = arg;

	tui_say(a->tui, well ? ROLE_OK : ROLE_FAIL, text);
	open_draw(a);
}

static int host_export(void *arg, const char *format, const char *file, const char *branch, bool force,
		       struct err *err)
{
	struct app *a = arg;
	const char *session = a->session ? session_path(a->session) : a->loaded.path;
	int r;

	if (!*session)
		return err_set(err, EINVAL,
			       "this session is not recorded, so there is nothing to export");
	r = open_export_start(&a->export, &a->loop,
			      &(struct open_export_ask){.session = session,
							.format = format,
							.file = file,
							.branch = branch,
							.force = force},
			      export_ended, a, err);
	if (r == 0)
		tui_say(a->tui, ROLE_HINT,
			"exporting: the session is replayed in a guest of its own first");
	return r;
}

static int host_shell_open(void *arg, const char *cgroup, int rows, int cols, struct err *err)
{
	struct app *a = arg;

	return a->session ? open_shell_start(&a->shell, cgroup, rows, cols, err) : no_guest(err);
}

static int host_shell_input(void *arg, const char *data, size_t len, struct err *err)
{
	return shell_input(&((struct app *)arg)->shell.shell, data, len, err);
}

static void host_shell_size(void *arg, int rows, int cols)
{
	shell_size(&((struct app *)arg)->shell.shell, (unsigned)rows, (unsigned)cols);
}

static int host_compare_open(void *arg, const char *file, struct err *err)
{
	struct app *a = arg;

	if (open_twin_is_there(&a->twin))
		return err_set(err, EBUSY, "a second guest is held beside this one already");
	return open_compare_start(&a->compare, file, err);
}

static const struct model *host_other(void *arg, const char **name)
{
	struct app *a = arg;

	return open_twin_is_there(&a->twin) ? open_twin_model(&a->twin, name)
					    : open_compare_model(&a->compare, name);
}

static const struct model *host_other_at(void *arg, uint64_t t_ns, struct err *err)
{
	struct app *a = arg;

	return open_twin_is_there(&a->twin) ? open_twin_at(&a->twin, t_ns, err)
					    : recorded_at(&a->compare.session, t_ns, err);
}

static bool host_other_live(void *arg)
{
	return open_twin_is_there(&((struct app *)arg)->twin);
}

static void host_trace(void *arg, bool on)
{
	struct app *a = arg;

	if (a->session)
		session_trace(a->session, on, 0);
}

static int host_checkpoint(void *arg, const char *name, struct err *err)
{
	struct app *a = arg;

	return a->session ? session_checkpoint(a->session, name, err) : no_guest(err);
}

static int only_one(const struct app *a, struct err *err)
{
	if (!a->session)
		return no_guest(err);
	return open_twin_is_there(&a->twin)
		       ? err_set(err, EBUSY,
				 "two guests run side by side: neither goes back without the other; "
				 "open one alone")
		       : 0;
}

static int host_rewind(void *arg, const char *name, struct err *err)
{
	struct app *a = arg;

	return only_one(a, err) < 0 ? -err->code : session_rewind(a->session, name, err);
}

static int host_step_back(void *arg, bool on, struct err *err)
{
	struct app *a = arg;

	return only_one(a, err) < 0 ? -err->code : session_step_back(a->session, on, err);
}

static int host_branch(void *arg, const char *name, struct err *err)
{
	struct app *a = arg;

	return a->session ? session_name_branch(a->session, name, err) : no_guest(err);
}

static void host_checkpoints(void *arg)
{
	struct app *a = arg;

	if (a->session)
		session_list_checkpoints(a->session);
}

/* Two guests stand still, go on and go slowly together. */
static int host_pause(void *arg, struct err *err)
{
	struct app *a = arg;
	int r = a->session ? session_pause(a->session, err) : no_guest(err);

	return r == 0 && second(a) ? session_pause(second(a), err) : r;
}

static int host_slow(void *arg, unsigned part, struct err *err)
{
	struct app *a = arg;
	int r = a->session ? session_slow(a->session, part, err) : no_guest(err);

	return r == 0 && second(a) ? session_slow(second(a), part, err) : r;
}

static int host_advance(void *arg, const struct advance *to, struct err *err)
{
	struct app *a = arg;
	int r = a->session ? session_advance(a->session, to, err) : no_guest(err);

	return r == 0 && second(a) ? session_advance(second(a), to, err) : r;
}

const struct tui_host open_host = {
	.pause = host_pause,
	.slow = host_slow,
	.advance = host_advance,
	.checkpoint = host_checkpoint,
	.rewind = host_rewind,
	.step_back = host_step_back,
	.branch = host_branch,
	.checkpoints = host_checkpoints,
	.model = host_model,
	.scenario = host_scenario,
	.model_at = host_model_at,
	.submit = host_submit,
	.submit_block = host_submit_block,
	.export_to = host_export,
	.cancel = host_cancel,
	.quit = host_quit,
	.console = host_console,
	.live = host_live,
	.shell_open = host_shell_open,
	.shell_input = host_shell_input,
	.shell_size = host_shell_size,
	.trace = host_trace,
	.trace_at = host_trace_at,
	.compare_open = host_compare_open,
	.other = host_other,
	.other_at = host_other_at,
	.other_live = host_other_live,
};
