/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands - the table of the screen's own commands and what they do.
 */
#include "tui/commands.h"
#include "base/cleanup.h"
#include "tui/screen.h"

#include <errno.h>
#include <string.h>

static int run_theme(struct tui *t, char **words, size_t n, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT;

	if (n < 2) {
		theme_names(&names);
		return err_set(err, EINVAL, "theme NAME, one of: %s", buf_text(&names));
	}
	return tui_set_theme(t, words[1], err);
}

static int run_export(struct tui *t, char **words, size_t n, struct err *err)
{
	bool force = n > 1 && !strcmp(words[n - 1], "--force");
	const struct tui_host *host;
	const char *branch = NULL;
	void *arg;

	host = tui_host_of(t, &arg);
	n -= force;
	if (n == 5 && !strcmp(words[3], "--branch")) {
		branch = words[4];
		n = 3;
	}
	if (n != 3)
		return err_set(err, EINVAL,
			       "export FORMAT FILE [--branch NAME] [--force]; for example: export c placement.c");
	return host->export_to(arg, words[1], words[2], branch, force, err);
}

static int run_table(struct tui *t, char **words, size_t n, struct err *err)
{
	bool force = n > 1 && !strcmp(words[n - 1], "--force");
	const char *file, *name = NULL;

	n -= force;
	if (n < 2 || n > 3)
		return err_set(err, EINVAL,
			       "table [NAME] FILE.csv|.json|.txt [--force]; for example: table tasks.csv");
	file = words[n - 1];
	if (n == 3)
		name = words[1];
	return tui_table_save(t, name, file, force, err);
}

static int run_compare(struct tui *t, char **words, size_t n, struct err *err)
{
	if (n != 2)
		return err_set(err, EINVAL, "compare FILE.session: holds a recorded session beside this one");
	return tui_compare_open(t, words[1], err);
}

static int run_trace(struct tui *t, char **words, size_t n, struct err *err)
{
	static const char *const names[] = {"auto", "on", "off"}; /* as enum tui_trace */
	size_t i;

	for (i = 0; n == 2 && i < ARRAY_SIZE(names); i++) {
		if (strcmp(words[1], names[i]))
			continue;
		tui_trace(t, (enum tui_trace)i);
		return 0;
	}
	return err_set(err, EINVAL,
		       "trace on|off|auto: every switch is recorded always, never, or while the "
		       "Timeline (4) is shown");
}

static int run_cancel(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	host->cancel(arg);
	return 0;
}

static int run_quit(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	host->quit(arg);
	return 0;
}

static int run_shell(struct tui *t, char **words, size_t n, struct err *err)
{
	if (n > 2)
		return err_set(err, EINVAL, "shell [CGROUP]; for example: shell low");
	/* as an op names it after a task, or bare */
	return tui_shell_open(t, n < 2 ? NULL : words[1] + (words[1][0] == '@'), err);
}

static int run_checkpoint(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	if (n != 2 || !host->checkpoint)
		return err_set(err, EINVAL, "checkpoint NAME: what the live guest is now can be gone back to");
	return host->checkpoint(arg, words[1], err);
}

static int run_rewind(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	if (n != 2 || !host->rewind)
		return err_set(err, EINVAL, "rewind NAME|TIME: guest and session go back to a checkpoint, or to the last "
					    "before a moment (12.5s); 'checkpoints' lists them");
	return host->rewind(arg, words[1], err);
}

static int run_branch(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	if (n != 2 || !host->branch)
		return err_set(err, EINVAL, "branch NAME: what is done from here on is called so; 'checkpoints' "
					    "lists them, too");
	return host->branch(arg, words[1], err);
}

static int run_checkpoints(struct tui *t, char **words, size_t n, struct err *err)
{
	const struct tui_host *host;
	void *arg;

	host = tui_host_of(t, &arg);
	if (!host->checkpoints)
		return err_set(err, EINVAL, "there is no guest that could go back");
	host->checkpoints(arg);
	return 0;
}

static int run_pause(struct tui *t, char **words, size_t n, struct err *err)
{
	return tui_pace(t, 0, err);
}

static int run_resume(struct tui *t, char **words, size_t n, struct err *err)
{
	return tui_pace(t, 1, err);
}

static int run_slow(struct tui *t, char **words, size_t n, struct err *err)
{
	unsigned part;
	int r = advance_parse_slow(words, n, &part, err);

	return r < 0 ? r : tui_pace(t, part, err);
}

static int run_advance(struct tui *t, char **words, size_t n, struct err *err)
{
	struct advance to;
	int r = advance_parse(words, n, &to, err);

	return r < 0 ? r : tui_advance(t, &to, err);
}

static int run_help(struct tui *t, char **words, size_t n, struct err *err)
{
	tui_show(t, &screen_help);
	return 0;
}

static const struct tui_command table[] = {
	{"export", "export FORMAT FILE",
	 "write the session as c, json, sh, md or perfetto; --branch NAME: another branch of it", run_export},
	{"table", "table [NAME] FILE",
	 "write the table under the cursor, or the one named, as it is shown: .csv, .json or .txt",
	 run_table},
	{"compare", "compare FILE", "hold a recorded session beside this one, op by op (screen 8)",
	 run_compare},
	{"theme", "theme NAME", "change the colours", run_theme},
	{"shell", "shell [CGROUP]",
	 "a shell in the guest, outside the workload or in a cgroup; ^] leaves it", run_shell},
	{"trace", "trace on|off|auto",
	 "record every switch: always, never, or (as it begins) while the Timeline is shown", run_trace},
	{"checkpoint", "checkpoint NAME", "give what the guest is now a name, to go back to it", run_checkpoint},
	{"rewind", "rewind NAME|TIME",
	 "guest and session go back to a checkpoint, also when the guest has panicked; what was done since "
	 "stays in its file, what is done next is a branch", run_rewind},
	{"branch", "branch NAME", "give the branch that the session goes on in a name, for exports", run_branch},
	{"checkpoints", "checkpoints", "list them in the log, with the room they take, and the branches",
	 run_checkpoints},
	{"pause", "pause",
	 "the guest's time stops, and every screen shows that moment; what is typed waits for it to go on",
	 run_pause},
	{"resume", "resume", "the guest's time goes on at full speed", run_resume},
	{"slow", "slow N", "the guest's time goes on at 1/N of full speed: slow 10, slow 100; slow 1 is full",
	 run_slow},
	{"advance", "advance switch [CPU]|tick|us N",
	 "a paused guest goes on to the next switch (of any CPU, or of this one), the next tick, or by about "
	 "N microseconds, and stands again", run_advance},
	{"cancel", "cancel", "cut the running hold or wait short", run_cancel},
	{"help", "help", "the help screen", run_help},
	{"quit", "quit", "end the session and leave", run_quit},
};

const struct tui_command *tui_command_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const char *const *tui_command_names(void)
{
	static const char *names[ARRAY_SIZE(table) + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name;
	return names;
}
