/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu - builds the arguments and starts the process.
 *
 * Choices and their sources: q35 with PVH start of an unpacked vmlinux (the quickest cold start
 * measured); LLC = socket; `thread=single` before QEMU 8, whose multi-threaded TCG loses boots
 * while the kernel patches static keys. Invariant: a spawned QEMU is killed by the kernel when
 * this process dies.
 */
#include "vmm/qemu.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define QEMU_NAME          "qemu-system-x86_64"
#define FIRST_SAFE_VERSION 8
#define ARGS_MAX           256

#define EXACT_CONSOLE_BYTES (1 << 20) /* what anybody may have */

static const char kernel_args[] =
	"console=ttyS0 loglevel=6 panic=-1 rdinit=/init nokaslr mitigations=off tsc=reliable "
	"no_timer_check "
	"cryptomgr.notests audit=0 apparmor=0 nmi_watchdog=0 psi=1 random.trust_cpu=on "
	/* kdamond looks around every few ms, and clears "accessed" without a flush (src/steady) */
	"damon_stat.enabled=0";

struct args {
	char *v[ARGS_MAX];
	size_t n;
};

static void add(struct args *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct args *a, const char *fmt, ...)
{
	cleanup_buf struct buf b = BUF_INIT;
	va_list ap;

	if (a->n + 1 >= ARGS_MAX)
		die("too many QEMU arguments");
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	a->v[a->n++] = buf_steal(&b);
}

static void args_finish(struct args *a)
{
	while (a->n)
		free(a->v[--a->n]);
}

char *qemu_find(const char *spec, struct err *err)
{
	const char *path = getenv("PATH"), *env = getenv("SXP_QEMU");

	if (!spec && env && *env)
		spec = env;
	if (spec && strchr(spec, '/')) {
		if (access(spec, X_OK) == 0)
			return xstrdup(spec);
		err_set(err, ENOTSUP, "run QEMU '%s': %s", spec, strerror(errno));
		return NULL;
	}
	for (path = path && *path ? path : "/usr/bin:/bin"; *path;) {
		size_t len = strcspn(path, ":");
		cleanup_free char *full =
			xasprintf("%.*s/%s", (int)len, path, spec ? spec : QEMU_NAME);

		if (len && access(full, X_OK) == 0)
			return STEAL(full);
		path += len + (path[len] == ':');
	}
	err_set(err, ENOTSUP,
		"find '%s' in PATH: it is not installed (Debian: apt install qemu-system-x86)",
		spec ? spec : QEMU_NAME);
	return NULL;
}

static void add_cpus(struct args *a, const struct qemu_spec *s)
{
	const struct topology *t = &s->topology;
	unsigned node, per_node = t->llcs / t->nodes * t->cores * t->threads;

	add(a, "-smp");
	add(a, "%u,sockets=%u,dies=1,cores=%u,threads=%u", topology_cpus(t), t->llcs, t->cores,
	    t->threads);
	add(a, "-m");
	add(a, "%" PRIu64 "M", s->memory->view.size >> 20);
	for (node = 0; node < t->nodes; node++) {
		add(a, "-object");
		add(a, "memory-backend-file,id=mem%u,size=%" PRIu64 "M,share=on,mem-path=/proc/self/fd/%d",
		    node, s->memory->sizes[node] >> 20, s->memory->fds[node]);
		add(a, "-numa");
		add(a, "node,nodeid=%u,cpus=%u-%u,memdev=mem%u", node, node * per_node,
		    (node + 1) * per_node - 1, node);
	}
}

/*
 * Time is the number of instructions carried out, and jumps where all CPUs wait; one thread, so that
 * they take turns by that same clock; no source of chance.
 */
static void add_exact(struct args *a)
{
	/* until the monitor says "cont" */
	add(a, "-S");
	add(a, "-accel");
	/* by default an eighth of this machine's memory: when it is full all is translated anew */
	add(a, "tcg,thread=single,tb-size=512");
	add(a, "-icount");
	add(a, "shift=%d,sleep=off", QEMU_EXACT_SHIFT);
	add(a, "-rtc");
	add(a, "base=2020-01-01T00:00:00,clock=vm");
	add(a, "-seed");
	add(a, "%d", QEMU_EXACT_SEED);
	add(a, "-cpu");
	add(a, "max,-rdrand,-rdseed");
}

static void add_accel(struct args *a, const struct qemu_spec *s)
{
	bool single = s->counted || topology_cpus(&s->topology) == 1 || (s->version && s->version < FIRST_SAFE_VERSION);

	add(a, "-accel");
	if (s->accel == ACCEL_KVM)
		add(a, "kvm");
	else
		add(a, "tcg,thread=%s", single ? "single" : "multi");
	if (s->counted) {
		add(a, "-icount");
		add(a, "shift=0,sleep=off");
	}
	add(a, "-cpu");
	add(a, "%s", s->accel == ACCEL_KVM ? "host" : "max");
}

static void build(struct args *a, const struct qemu_spec *s, int qmp, int console, int wire)
{
	cleanup_free char *plugin =
		s->witness ? witness_argument(s->witness, s->plugin, s->memory) : NULL;
	char tsc[40] = "";

	add(a, "%s", s->binary);
	if (plugin) {
		add(a, "-plugin");
		add(a, "%s", plugin);
	}
	add(a, "-nodefaults");
	add(a, "-no-user-config");
	add(a, "-no-reboot");
	add(a, "-display");
	add(a, "none");
	add(a, "-name");
	add(a, "scxplore,process=scxplore-guest,debug-threads=on");
	add(a, "-machine");
	add(a, "q35,usb=off,vmport=off,dump-guest-core=off");
	if (s->exact)
		add_exact(a);
	else
		add_accel(a, s);
	add_cpus(a, s);
	add(a, "-kernel");
	add(a, "%s", s->kernel_image);
	if (s->incoming) {
		add(a, "-incoming");
		add(a, "defer");
	} else {
		add(a, "-initrd");
		add(a, "/proc/self/fd/%d", s->initramfs_fd);
	}
	if (s->accel == ACCEL_TCG && s->tsc_khz)
		snprintf(tsc, sizeof(tsc), " tsc_early_khz=%u", s->tsc_khz);
	add(a, "-append");
	add(a, "%s%s%s%s", kernel_args, tsc, s->append && *s->append ? " " : "",
	    s->append ? s->append : "");
	add(a, "-chardev");
	add(a, "socket,id=qmp,fd=%d", qmp);
	add(a, "-mon");
	add(a, "chardev=qmp,mode=control");
	add(a, "-chardev");
	add(a, s->exact ? "file,id=console,path=/proc/self/fd/%d" : "socket,id=console,fd=%d",
	    console);
	add(a, "-serial");
	add(a, "chardev:console");
	add(a, "-device");
	/* a kick that another thread picks up would arrive when the host pleases */
	add(a, "virtio-serial-pci%s", s->exact ? ",ioeventfd=off" : "");
	add(a, "-chardev");
	add(a, "socket,id=wire,fd=%d", wire);
	add(a, "-device");
	add(a, "virtserialport,chardev=wire,name=%s", WIRE_PORT_NAME);
}

static char *join(const struct args *a)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < a->n; i++) {
		bool quote = strpbrk(a->v[i], " '\"\\$") != NULL;

		buf_addf(&b, "%s%s%s%s", i ? " " : "", quote ? "'" : "", a->v[i], quote ? "'" : "");
	}
	return buf_steal(&b);
}

char *qemu_arguments(const struct qemu_spec *spec)
{
	struct memory memory = *spec->memory;
	struct qemu_spec nameless = *spec;
	struct args a = {.n = 0};
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(memory.fds); i++)
		memory.fds[i] = 0;
	nameless.memory = &memory;
	nameless.binary = nameless.kernel_image = "";
	nameless.initramfs_fd = 0;
	nameless.witness = NULL;
	build(&a, &nameless, 0, 0, 0);
	text = join(&a);
	args_finish(&a);
	return text;
}

static void __attribute__((noreturn))
child(char **argv, const int *keep, size_t n, const struct qemu_spec *spec, int err_fd, pid_t parent)
{
	const struct memory *memory = spec->memory;
	sigset_t none;
	size_t i;
	int null = open("/dev/null", O_RDWR);

	/* the terminal's signals are for us; QEMU ends when we end, however that happens */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(null, 1);
	dup2(err_fd, 2);
	for (i = 0; i < n; i++)
		if (keep[i] >= 0)
			fcntl(keep[i], F_SETFD, 0);
	for (i = 0; i < memory->nodes; i++)
		fcntl(memory->fds[i], F_SETFD, 0);
	if (spec->exact)
		setenv("LD_PRELOAD", spec->steady, 1);
	execv(argv[0], argv);
	dprintf(2, "run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

enum { KEEP_ALWAYS = 4 };

int qemu_spawn(struct qemu *q, const struct qemu_spec *spec, struct err *err)
{
	int qmp[2] = {-1, -1}, console[2] = {-1, -1}, wire[2] = {-1, -1}, errs[2] = {-1, -1};
	int *const pairs[] = {qmp, console, wire, errs};
	pid_t parent = getpid();
	struct args a = {.n = 0};
	int r = 0;
	size_t i;

	*q = (struct qemu){
		.pidfd = -1, .qmp_fd = -1, .console_fd = -1, .wire_fd = -1, .stderr_fd = -1};
	/* a byte at a time soon fills a socket, and then the guest waits for us: a pipe has room */
	if (spec->exact && (pipe2(console, O_CLOEXEC) < 0 ||
			    fcntl(console[1], F_SETPIPE_SZ, EXACT_CONSOLE_BYTES) < 0))
		r = err_sys(err, errno, "make a pipe for QEMU's console");
	for (i = 0; i < ARRAY_SIZE(pairs) && r == 0; i++)
		if (pairs[i][0] < 0 &&
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]) < 0)
			r = err_sys(err, errno, "make a stream for QEMU");
	if (r == 0) {
		int keep[KEEP_ALWAYS + WITNESS_FDS] = {qmp[1], console[1], wire[1],
						       spec->initramfs_fd};

		if (spec->witness)
			witness_fds(spec->witness, keep + KEEP_ALWAYS);
		build(&a, spec, qmp[1], console[1], wire[1]);
		q->command = join(&a);
		q->pid = fork();
		if (q->pid == 0)
			child(a.v, keep, spec->witness ? ARRAY_SIZE(keep) : KEEP_ALWAYS, spec, errs[1],
			      parent);
		if (q->pid < 0)
			r = err_sys(err, errno, "start QEMU '%s'", spec->binary);
	}
	if (r == 0) {
		q->pidfd = (int)syscall(SYS_pidfd_open, q->pid, 0);
		if (q->pidfd < 0) {
			r = err_sys(err, errno, "watch QEMU");
			kill(q->pid, SIGKILL);
			waitpid(q->pid, NULL, 0);
		} else {
			fcntl(q->pidfd, F_SETFD, FD_CLOEXEC);
		}
	}
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (pairs[i][1] >= 0)
			close(pairs[i][1]);
		if (r < 0 && pairs[i][0] >= 0)
			close(pairs[i][0]);
	}
	if (r == 0) {
		q->qmp_fd = qmp[0];
		q->console_fd = console[0];
		q->wire_fd = wire[0];
		q->stderr_fd = errs[0];
	}
	args_finish(&a);
	return r;
}

void qemu_kill(struct qemu *q)
{
	int *const fds[] = {&q->qmp_fd, &q->console_fd, &q->wire_fd, &q->stderr_fd};
	size_t i;

	if (q->pidfd >= 0) {
		kill(q->pid, SIGKILL); /* not reaped yet: the pid is still ours */
		waitpid(q->pid, NULL, 0);
		close(q->pidfd);
	}
	q->pidfd = -1;
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	free(q->command);
	q->command = NULL;
}
