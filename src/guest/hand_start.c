/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_start - a hand creates payloads and workers: clone3() into the cgroup, hold, look.
 *
 * The children are the agent's (CLONE_PARENT), ordinary tasks (reset-on-fork) and wait on the go
 * pipe: a payload before anything else, a worker before its work. Invariant: no child ever goes
 * on unless it read its byte there.
 */
#include "guest/hand_start.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/fault_switch.h"
#include "guest/hand.h"
#include "guest/hand_attr.h"
#include "guest/ledger.h"
#include "guest/paths_inside.h"
#include "guest/wire_op.h"
#include "guest/work_crew.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { FD_GO, FD_STATUS, FD_OUT, FD_ERR, FD_IN, FD_REPORTS = FD_OUT };

struct order {
	const char *name;
	uint32_t count;
	uint32_t row; /* of the group; a shell's is none */
	const char *cgroup;
	bool place;
	const char *term;                    /* of a shell; "" = a payload or workers */
	struct crew *work;                   /* NULL = execute argv */
	const char *argv[WIRE_LIST_MAX + 1]; /* of workers: their parameters */
	uint32_t argc;
	struct attr attr;
};

/* The environment of a custom worker. */
struct env {
	char text[1 << 17];
	char *v[WIRE_LIST_MAX / 2 + 32];
	size_t len, n;
};

#define CUSTOM_FDS 100 /* descriptors a custom worker is given are at and above this */

#define PATHS "PATH=" PROGRAM_DIRS

static const char *const environment[] = {PATHS, "HOME=/tmp", "TMPDIR=/tmp", "LANG=C", NULL};

/* What a person at a terminal has at hand must not be there for ops: a replay would lack it. */
static char term_variable[80];
static const char *const shell_environment[] = {
	PATHS ":" SHELL_TOOLS_DIR, "HOME=/tmp", "TMPDIR=/tmp", "LANG=C.UTF-8",
	"PS1=guest:\\w# ",	   term_variable, NULL};

#define NAMES_DIR "/run/scxplore-names"

const char *start_stage_text(uint32_t stage)
{
	static const char *const texts[] = {
		[START_STAGE_EXEC] = "cannot execute",
		[START_STAGE_LOADER] = "no interpreter or dynamic loader in the guest for",
		[START_STAGE_FDS] = "cannot set up standard input and output of",
		[START_STAGE_DIR] = "cannot go to /tmp for",
		[START_STAGE_ATTR] = "cannot set",
	};

	return stage < ARRAY_SIZE(texts) ? texts[stage] : "cannot start";
}

static void give_up(int status, uint32_t index, enum start_stage stage, int error, const char *what)
	__attribute__((noreturn));

static void give_up(int status, uint32_t index, enum start_stage stage, int error, const char *what)
{
	struct start_status s = {.index = index, .error = error, .stage = stage};

	text_copy(s.what, sizeof(s.what), what);
	/* shorter than PIPE_BUF: whole or not at all, and there is nobody else to tell */
	if (write(status, &s, sizeof(s)) < 0)
		_exit(126);
	_exit(127);
}

/* Blocks; false when the agent closed the pipe instead. */
static bool is_let_go(int go, uint32_t row)
{
	char byte;

	if (read(go, &byte, 1) != 1)
		return false;
	ledger_first_run(row);
	return true;
}

static void write_self(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* a kernel without the file has nothing to set back */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		return;
}

static void become_ordinary(void)
{
	setsid();
	umask(022);
	signal(SIGPIPE, SIG_DFL);
	/* agent and hands are spared by the killer, their children are not */
	write_self("/proc/self/oom_score_adj", "0");
	/* a payload that reboots would take the session with it; the probe reports the try */
	prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT);
}

/* Where execvp() looks. ENOENT for a program that exists means its interpreter or loader. */
static bool find_program(const char *name, char *path, size_t size)
{
	const char *dir = environ[0] + strlen("PATH=");

	if (strchr(name, '/')) {
		snprintf(path, size, "%s%s", *name == '/' ? "" : "/tmp/", name);
		return access(path, F_OK) == 0;
	}
	for (; *dir; dir += strcspn(dir, ":"), dir += *dir == ':') {
		snprintf(path, size, "%.*s/%s", (int)strcspn(dir, ":"), dir, name);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static bool is_there(const char *name)
{
	char path[4096];

	return find_program(name, path, sizeof(path));
}

/*
 * exec names a task after the file it was called by: a link of the wanted name is that file. It
 * stays, for a script is opened by it again. By root, before the task becomes somebody else.
 */
static bool make_link(const struct order *o, char *link, size_t size)
{
	char path[4096], dir[64];

	if (!find_program(o->argv[0], path, sizeof(path)))
		return true; /* exec says so */
	snprintf(dir, sizeof(dir), NAMES_DIR "/%d", (int)getpid());
	snprintf(link, size, "%s/%s", dir, o->attr.comm);
	return (mkdir(NAMES_DIR, 0755) == 0 || errno == EEXIST) &&
	       (mkdir(dir, 0755) == 0 || errno == EEXIST) &&
	       (unlink(link) == 0 || errno == ENOENT) && symlink(path, link) == 0;
}

static void child_exec(const struct order *o, uint32_t index, const int *fds)
{
	int in = *o->term ? fds[FD_IN] : open("/dev/null", O_RDWR | O_CLOEXEC);
	int status = fcntl(fds[FD_STATUS], F_DUPFD_CLOEXEC, 3), error;
	const char *about;
	char link[96] = "";

	if (in < 0 || status < 0 || dup2(in, 0) < 0 || dup2(fds[FD_OUT], 1) < 0 ||
	    dup2(fds[FD_ERR], 2) < 0)
		give_up(fds[FD_STATUS], index, START_STAGE_FDS, errno, o->argv[0]);
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	if (*o->term && isatty(0) && ioctl(0, TIOCSCTTY, 0) < 0)
		give_up(status, index, START_STAGE_FDS, errno, o->argv[0]);
	if (chdir("/tmp") < 0)
		give_up(status, index, START_STAGE_DIR, errno, o->argv[0]);
	environ = (char **)(*o->term ? shell_environment : environment);
	if (*o->attr.comm && !make_link(o, link, sizeof(link)))
		give_up(status, index, START_STAGE_ATTR, errno, "what it is called");
	error = hand_attr_become(&o->attr, &about);
	if (error)
		give_up(status, index, START_STAGE_ATTR, error, about);
	snprintf(term_variable, sizeof(term_variable), "TERM=%s", o->term);
	execvp(*link ? link : o->argv[0], (char **)o->argv);
	error = errno;
	if (error == ENOENT && is_there(o->argv[0]))
		give_up(status, index, START_STAGE_LOADER, error, o->argv[0]);
	give_up(status, index, START_STAGE_EXEC, error, o->argv[0]);
}

static void put_variable(struct env *e, const char *name, const char *key, const char *value)
{
	int n = snprintf(e->text + e->len, sizeof(e->text) - e->len, "%s%s=%s", name, key, value);

	if (n < 0 || (size_t)n >= sizeof(e->text) - e->len || e->n + 1 >= ARRAY_SIZE(e->v))
		return; /* the function misses a parameter: the wire's sizes do not let it come to that */
	e->v[e->n++] = e->text + e->len;
	e->len += (size_t)n + 1;
}

static void put_number(struct env *e, const char *name, unsigned value)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", value);
	put_variable(e, name, "", text);
}

/*
 * A function of a program: executed here, inside the cgroup, after it was let go. The status pipe
 * stays open: the library in the program closes it just before the function.
 */
static void child_custom(const struct order *o, uint32_t index, const int *fds, const char *comm)
{
	static struct env e;
	const struct crew *c = o->work;
	int status = fcntl(fds[FD_STATUS], F_DUPFD, CUSTOM_FDS), error;
	int reports = fcntl(fds[FD_REPORTS], F_DUPFD, CUSTOM_FDS);
	char *argv[] = {(char *)c->custom.program, NULL};
	uint32_t i;

	if (status < 0 || reports < 0)
		give_up(fds[FD_STATUS], index, START_STAGE_FDS, errno, o->name);
	for (i = 0; environment[i]; i++)
		e.v[e.n++] = (char *)environment[i];
	put_variable(&e, CUSTOM_FUNCTION, "", c->custom.function);
	put_number(&e, CUSTOM_VERSION, custom_version());
	put_number(&e, CUSTOM_STATUS, (unsigned)status);
	put_number(&e, CUSTOM_REPORTS, (unsigned)reports);
	put_number(&e, CUSTOM_INDEX, index);
	put_number(&e, CUSTOM_COUNT, o->count);
	put_variable(&e, CUSTOM_COMM, "", comm);
	for (i = 0; i + 1 < c->nparams; i += 2)
		put_variable(&e, CUSTOM_PARAM, c->params[i], c->params[i + 1]);
	if (!is_let_go(fds[FD_GO], o->row))
		_exit(127);
	close_range(3, CUSTOM_FDS - 1, 0);
	close_range(CUSTOM_FDS, ~0u, CLOSE_RANGE_CLOEXEC);
	fcntl(status, F_SETFD, 0);
	fcntl(reports, F_SETFD, 0);
	if (chdir("/tmp") < 0)
		give_up(status, index, START_STAGE_DIR, errno, c->custom.program);
	execve(c->custom.program, argv, e.v);
	error = errno;
	give_up(status, index,
		error == ENOENT && access(c->custom.program, F_OK) == 0 ? START_STAGE_LOADER
									: START_STAGE_EXEC,
		error, c->custom.program);
}

/* Set up first and held last: all workers begin with nothing left to do but their work. */
static void child_work(const struct order *o, uint32_t index, const int *fds)
{
	static struct work w;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), i;
	char number[12], comm[16], seen[16];
	const char *about;

	for (i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			give_up(fds[FD_STATUS], index, START_STAGE_FDS, errno, o->name);
	i = snprintf(number, sizeof(number), ".%u", index);
	snprintf(comm, sizeof(comm), "%.*s%s", (int)sizeof(comm) - 1 - i, o->name, number);
	if (*o->attr.comm)
		snprintf(comm, sizeof(comm), "%s", o->attr.comm);
	about = "its comm";
	if (!fault_is(FAULT_COMM_NOT_SET))
		prctl(PR_SET_NAME, comm);
	prctl(PR_GET_NAME, seen);
	i = strcmp(seen, comm) ? EIO : hand_attr_become(&o->attr, &about);
	if (i)
		give_up(fds[FD_STATUS], index, START_STAGE_ATTR, i, about);
	if (o->work->is_custom)
		child_custom(o, index, fds, comm);
	crew_worker(o->work, index, &w);
	if (!is_let_go(fds[FD_GO], o->row))
		_exit(127);
	close_range(3, WORK_FD_FIRST - 1, 0);
	work_begin(&w);
	work_function(o->work->id)(&w);
	_exit(0);
}

static void child(const struct order *o, uint32_t index, int sock, const int *fds)
	__attribute__((noreturn));

static void child(const struct order *o, uint32_t index, int sock, const int *fds)
{
	/* a payload does nothing at all before it is let go */
	if (!o->work && !is_let_go(fds[FD_GO], o->row))
		_exit(127);
	close(sock);
	become_ordinary();
	if (o->work)
		child_work(o, index, fds);
	else
		child_exec(o, index, fds);
	_exit(127);
}

static int explain_clone(struct hand *h, const struct order *o, int code)
{
	switch (code) {
	case EBUSY:
		return hand_fail(h, code,
				 "cannot create a task in cgroup '%s': it has children with "
				 "controllers enabled, and the kernel allows processes only in the "
				 "leaves then",
				 o->cgroup);
	case EAGAIN:
		return hand_fail(h, code,
				 "cannot create a task in cgroup '%s': pids.max or the "
				 "guest's limit of tasks is reached",
				 o->cgroup);
	case EOPNOTSUPP:
		return hand_fail(
			h, code,
			"cannot create a task in cgroup '%s': its parent has processes "
			"of its own and controllers enabled, which makes this cgroup invalid for "
			"processes; move those out of the parent first, to a cgroup beside it",
			o->cgroup);
	case ENODEV:
	case ENOENT:
		return hand_fail(h, code, "cannot create a task in cgroup '%s': it is gone",
				 o->cgroup);
	default:
		return hand_fail_sys(h, code, "cannot create a task in cgroup '%s'", o->cgroup);
	}
}

static int create(struct hand *h, const struct order *o, uint32_t index, int cgroup)
{
	struct clone_args args = {.flags = CLONE_PARENT};
	struct job_reply r = {.num = index};
	char path[64], line[1024];
	ssize_t n;
	long pid;

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		child(o, index, h->sock, h->fds);
	if (pid < 0)
		return explain_clone(h, o, errno);
	snprintf(path, sizeof(path), "/proc/%ld/cgroup", pid);
	n = hand_read_at(AT_FDCWD, path, line, sizeof(line));
	r.id = (uint64_t)pid;
	r.text = line;
	if (n < 0)
		snprintf(line, sizeof(line), "(%s: %s)", path, strerror((int)-n));
	hand_tell(h, &r);
	/* a failure here takes the child back: it is held still */
	return hand_attr_set(h, &o->attr, (int)pid);
}

static int read_order(struct hand *h, struct order *o)
{
	static struct crew crew;
	const char *work;
	uint32_t i;

	o->name = wire_get_str(&h->in);
	o->count = wire_get_u32(&h->in);
	o->row = wire_get_u32(&h->in);
	o->cgroup = wire_get_str(&h->in);
	o->place = wire_get_u8(&h->in);
	work = wire_get_str(&h->in);
	o->term = wire_get_str(&h->in);
	o->argc = wire_get_u32(&h->in);
	if (o->argc > WIRE_LIST_MAX)
		return EINVAL;
	for (i = 0; i < o->argc; i++)
		o->argv[i] = wire_get_str(&h->in);
	o->argv[o->argc] = NULL;
	o->work = NULL;
	if (h->in.bad || h->nfds != (*work ? 3 : *o->term ? 5 : 4) || (!*work && !o->argc))
		return EINVAL;
	if (!*work)
		return 0;
	if (crew_init(&crew, work, o->argv, o->argc, o->count, NULL))
		return EINVAL;
	o->work = &crew;
	return 0;
}

int hand_start(struct hand *h, struct job_reply *r)
{
	static struct order o;
	cleanup_fd int cgroup = -1;
	struct err err = ERR_INIT;
	uint32_t i;
	int code = read_order(h, &o);

	if (code)
		return hand_fail(h, code, "the order to create tasks makes no sense");
	code = hand_attr_read(h, &o.attr, o.cgroup);
	if (code)
		return code;
	if (o.place && strcmp(o.cgroup, "/")) {
		cgroup = openat(shared_cgroup_fd, o.cgroup + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (cgroup < 0)
			return hand_fail_sys(h, errno, "cannot open cgroup '%s'", o.cgroup);
	}
	if (o.work && crew_map(o.work, h->fds[FD_REPORTS], &err))
		code = hand_fail(h, err.code, "%s", err.msg);
	if (fault_is(FAULT_SPAWN_ONE_LESS) && o.count > 1)
		o.count--;
	for (i = 1; i <= o.count && !code; i++) {
		if (o.work && crew_next(o.work, i, &err))
			code = hand_fail(h, err.code, "%s", err.msg);
		else
			code = create(h, &o, i, cgroup);
	}
	if (o.work)
		crew_finish(o.work);
	return code;
}
