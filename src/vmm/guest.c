/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest - the life of one virtual machine: prepare, launch, watch the boot, carry frames, end.
 *
 * A boot can fail in three ways that are mended here: KVM that starts and cannot run a kernel
 * (fall back to TCG, remember it), a boot that is lost (tried once more, and said), and a time
 * limit (ended with the console's tail). Invariant: gone() is called exactly once per
 * guest_start() that returned 0, from the loop.
 */
#include "vmm/guest_private.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "vmm/accel.h"
#include "vmm/initramfs.h"
#include "vmm/machine.h"
#include "vmm/panic.h"
#include "vmm/paths.h"
#include "vmm/pin.h"
#include "vmm/shell_tools.h"
#include "vmm/witness.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#define SECOND_NS       UINT64_C(1000000000)
#define BOOT_NS         (30 * SECOND_NS)
#define BOOT_PER_CPU_NS (3 * SECOND_NS)
#define WARM_NS         (8 * SECOND_NS)
#define WARM_PER_CPU_NS (SECOND_NS / 2)
#define KVM_WATCH_NS    (8 * SECOND_NS)
#define STOP_NS         (3 * SECOND_NS)
#define WIRE_OUT_MAX    (8u << 20)
#define ATTEMPTS        2
#define TAIL_LINES      12
#define EXACT_PATIENCE  4 /* one thread for all CPUs, and counting */

static void launch(struct guest *g);
static void boot_cold(struct guest *g);
static int pack(struct guest *g, struct err *err);

void guest_stage(struct guest *g, const char *name)
{
	g->ops->stage(g->arg, name, loop_now_ns() - g->start_ns);
}

void guest_say(struct guest *g, int level, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	g->ops->log(g->arg, level, text);
}

struct guest *guest_create(struct loop *loop, const struct guest_config *config,
			   const struct guest_ops *ops, void *arg)
{
	struct guest *g = xcalloc(1, sizeof(*g));

	tsc_take(&g->tsc);
	g->loop = loop;
	g->config = *config;
	g->config.kernel = xstrdup(config->kernel);
	g->config.append = xstrdup(config->append);
	g->config.resume = config->resume ? xstrdup(config->resume) : NULL;
	g->ops = ops;
	g->arg = arg;
	g->initramfs_fd = -1;
	g->qemu.pidfd = g->qemu.qmp_fd = g->qemu.console_fd = g->qemu.wire_fd = g->qemu.stderr_fd =
		-1;
	g->qmp.fd = g->con.fd = g->wire.fd = g->errs.fd = -1;
	g->exit_source = g->boot_timer = g->watch_timer = g->stop_timer = -1;
	moment_init(g);
	guest_stop_init(g);
	return g;
}

/* ---- ending --------------------------------------------------------------------------- */

static void close_streams(struct guest *g)
{
	channel_close(&g->qmp);
	channel_close(&g->con);
	channel_close(&g->wire);
	channel_close(&g->errs);
	guest_stop_reset(g);
}

static void reap(struct guest *g)
{
	loop_remove(g->loop, g->exit_source);
	g->exit_source = -1;
	loop_arm(g->loop, g->boot_timer, 0, 0);
	loop_arm(g->loop, g->watch_timer, 0, 0);
	loop_arm(g->loop, g->stop_timer, 0, 0);
	channel_drain(&g->con);
	channel_drain(&g->errs);
	close_streams(g);
	moment_reap(g);
	qemu_kill(&g->qemu);
}

static void tell_gone(struct guest *g, bool clean, const char *text)
{
	g->state = GUEST_GONE;
	g->ops->gone(g->arg, clean, text);
}

void guest_tell_gone(struct guest *g, const char *text)
{
	tell_gone(g, false, text);
}

static const char *why_up_guest_ended(const struct guest *g, char *room, size_t size)
{
	char words[400];

	if (g->console.text.len && panic_words(buf_text(&g->console.text), words, sizeof(words))) {
		snprintf(room, size, "the guest's kernel has panicked: %s", words);
		return room;
	}
	if (!strcmp(g->shutdown, "guest-reset"))
		return "the guest rebooted itself (not by an op)";
	if (!strcmp(g->shutdown, "guest-shutdown"))
		return "the guest powered itself off (not by an op)";
	return "QEMU ended by itself";
}

/* What QEMU or the console said last, for a boot that failed. */
static void tell_boot_failed(struct guest *g, const char *why)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_addf(&text, "the boot failed: %s\n", why);
	if (g->stderr_text.text.len) {
		buf_adds(&text, "QEMU said:\n");
		console_tail(&g->stderr_text, 4, &text);
	}
	if (g->console.text.len) {
		buf_adds(&text, "the console's last lines:\n");
		console_tail(&g->console, TAIL_LINES, &text);
	} else {
		buf_adds(&text, "the console stayed empty\n");
	}
	buf_adds(&text, "try --accel tcg, another --kernel (scxplore kernel list), more --memory, "
			"or fewer CPUs in --topology");
	tell_gone(g, false, buf_text(&text));
}

static void fall_back(struct guest *g)
{
	char reason[300];

	snprintf(reason, sizeof(reason), "KVM starts but cannot run the guest: %s", g->failure);
	accel_remember_broken(g->failure);
	g->accel = ACCEL_TCG;
	g->attempt = 0;
	g->ops->accel(g->arg, g->accel, reason);
	moment_warm_find(g, g->agent);
	launch(g);
}

/* Why QEMU itself ended: its first complaint is the cause, what follows are consequences. */
static void quote_qemu(struct guest *g)
{
	const char *text = buf_text(&g->stderr_text.text);
	char line[160];

	text_sanitise(line, sizeof(line), text, strcspn(text, "\n"));
	if (*line)
		snprintf(g->failure, sizeof(g->failure), "QEMU ended during the boot: %s", line);
	else
		text_copy(g->failure, sizeof(g->failure), "QEMU ended during the boot");
}

static void boot_ended(struct guest *g)
{
	char why[sizeof(g->failure)];

	if (!*g->failure)
		quote_qemu(g);
	if (g->moment.back) {
		moment_back_failed(g);
		return;
	}
	if (g->moment.resume) {
		tell_gone(g, false, g->failure);
		return;
	}
	if (moment_enters(g)) {
		moment_warm_failed(g, g->failure);
		boot_cold(g);
		return;
	}
	if (g->accel == ACCEL_KVM && g->config.accel == ACCEL_AUTO) {
		fall_back(g);
		return;
	}
	text_copy(why, sizeof(why), g->failure);
	/* an image or command line QEMU refuses will not be better the second time */
	if (g->attempt < ATTEMPTS && g->console.total) {
		guest_say(g, 4, "a boot was lost (%s): trying once more", why);
		launch(g);
		return;
	}
	tell_boot_failed(g, why);
}

/* After a warm start that failed. */
static void boot_cold(struct guest *g)
{
	struct err err = ERR_INIT;

	g->attempt = 0;
	if (pack(g, &err) < 0)
		tell_boot_failed(g, err.msg);
	else
		launch(g);
}

static void on_qemu_exit(void *arg, int fd, uint32_t events)
{
	struct guest *g = arg;
	char why[500];

	channel_drain(&g->qmp);
	channel_drain(&g->wire);
	if (g->exit_source < 0)
		return; /* a frame's handler has ended the guest meanwhile */
	reap(g);
	if (g->state != GUEST_BOOTING && moment_back_go(g))
		return;
	if (g->stopping)
		tell_gone(g, true, "powered off");
	else if (g->killed)
		tell_gone(g, true, "ended");
	else if (g->state == GUEST_BOOTING)
		boot_ended(g);
	else
		tell_gone(g, false, why_up_guest_ended(g, why, sizeof(why)));
}

static void kill_process(struct guest *g)
{
	if (g->qemu.pidfd >= 0)
		kill(g->qemu.pid, SIGKILL); /* on_qemu_exit() follows */
}

void guest_give_up_boot(struct guest *g, const char *why)
{
	if (g->state != GUEST_BOOTING || *g->failure)
		return;
	text_copy(g->failure, sizeof(g->failure), why);
	kill_process(g);
}

void guest_kill(struct guest *g)
{
	g->killed = true;
	kill_process(g);
}

static void on_stop_timer(void *arg)
{
	kill_process(arg);
}

void guest_stop(struct guest *g)
{
	uint8_t frame[WIRE_HEADER_SIZE];
	struct wire_writer w;

	if (g->stopping || g->qemu.pidfd < 0)
		return;
	g->stopping = true;
	pace_release(g);
	loop_arm(g->loop, g->stop_timer, STOP_NS, 0);
	wire_begin(&w, frame, sizeof(frame));
	if (g->state != GUEST_UP || !wire_end(&w, WIRE_POWEROFF, 0, 0) ||
	    channel_write(&g->wire, frame, w.len) < 0)
		kill_process(g);
}

void guest_destroy(struct guest *g)
{
	if (!g)
		return;
	close_streams(g);
	guest_stop_finish(g);
	moment_finish(g);
	loop_remove(g->loop, g->exit_source);
	loop_remove(g->loop, g->boot_timer);
	loop_remove(g->loop, g->watch_timer);
	loop_remove(g->loop, g->stop_timer);
	qemu_kill(&g->qemu);
	if (g->initramfs_fd >= 0)
		close(g->initramfs_fd);
	memory_finish(&g->memory);
	console_finish(&g->console);
	console_finish(&g->stderr_text);
	include_finish(&g->include);
	include_finish(&g->files);
	buf_finish(&g->script);
	kernel_finish(&g->kernel);
	free(g->qemu_binary);
	witness_destroy(g->witness);
	free(g->plugin);
	free(g->steady);
	free(g->agent);
	free(g->command);
	free((char *)g->config.kernel);
	free((char *)g->config.append);
	free((char *)g->config.resume);
	free(g);
}

/* ---- streams -------------------------------------------------------------------------- */

static void qmp_send(struct guest *g, const char *text)
{
	channel_write(&g->qmp, text, strlen(text));
}

static void ask_for_threads(struct guest *g)
{
	if (g->config.pin_from && (g->accel == ACCEL_KVM || g->config.pin_any))
		qmp_send(g, "{\"execute\":\"query-cpus-fast\"}\n");
	else if (g->config.pin_from)
		guest_say(g, 4, "vCPUs are not pinned: the guest runs under TCG, where the emulator's own work is "
			  "on the same threads and times are no measure");
}

static void pin(struct guest *g, const struct qmp_message *m)
{
	struct err err = ERR_INIT;

	g->pinned = pin_threads(m->thread, m->nthreads, g->config.pin_from, &err) == 0;
	if (g->pinned)
		guest_say(g, 6, "vCPUs are pinned, each to one CPU of this host");
	else
		guest_say(g, 4, "vCPUs are not pinned: %s", err.msg);
}

static void on_qmp_message(struct guest *g, const struct qmp_message *m)
{
	if (*m->id && moment_answer(g, m))
		return;
	if (guest_stop_answer(g, m))
		return;
	switch (m->kind) {
	case QMP_GREETING:
		guest_stage(g, "qemu");
		qmp_send(g, "{\"execute\":\"qmp_capabilities\"}\n");
		if (g->config.exact)
			qmp_send(g, "{\"execute\":\"cont\"}\n");
		moment_greeting(g);
		break;
	case QMP_EVENT:
		/* a machine that stops by itself: ask why (internal-error, io-error,
		 * guest-panicked) */
		if (!strcmp(m->event, "STOP"))
			qmp_send(g, "{\"execute\":\"query-status\"}\n");
		if (!strcmp(m->event, "STOP") || !strcmp(m->event, "RESUME"))
			guest_stop_event(g, !strcmp(m->event, "STOP"));
		if (!strcmp(m->event, "MIGRATION"))
			moment_migration(g, m->status);
		if (!strcmp(m->event, "SHUTDOWN"))
			text_copy(g->shutdown, sizeof(g->shutdown), m->reason);
		break;
	case QMP_RETURN:
		if (m->nthreads)
			pin(g, m);
		if (!strcmp(m->status, "internal-error")) {
			guest_give_up_boot(g, "QEMU reports an internal error of the accelerator");
			if (g->state == GUEST_UP)
				kill_process(g);
		}
		break;
	case QMP_ERROR:
		guest_say(g, 4, "QEMU refused a monitor command: %s", m->error);
		break;
	case QMP_OTHER:
	case QMP_MALFORMED:
		break;
	}
}

static void on_qmp(void *arg, struct channel *c)
{
	struct guest *g = arg;
	struct qmp_message m;
	char *end;

	while (c->in.len && (end = memchr(c->in.data, '\n', c->in.len))) {
		size_t len = (size_t)(end - c->in.data);

		qmp_parse(c->in.data, len, &m);
		buf_drop(&c->in, len + 1);
		on_qmp_message(g, &m);
	}
	if (c->in.len > QMP_LINE_MAX)
		buf_reset(&c->in);
}

static void on_console(void *arg, struct channel *c)
{
	struct guest *g = arg;

	if (!g->console.total) {
		guest_stage(g, "linux");
		loop_arm(g->loop, g->watch_timer, 0, 0);
	}
	console_add(&g->console, c->in.data, c->in.len);
	buf_reset(&c->in);
}

static void on_stderr(void *arg, struct channel *c)
{
	struct guest *g = arg;

	console_add(&g->stderr_text, c->in.data, c->in.len);
	buf_reset(&c->in);
}

static void on_first_frame(struct guest *g)
{
	g->state = GUEST_UP;
	loop_arm(g->loop, g->boot_timer, 0, 0);
	loop_arm(g->loop, g->watch_timer, 0, 0);
	if (g->accel == ACCEL_KVM)
		accel_remember_works();
	moment_awake(g);
	ask_for_threads(g);
	guest_stage(g, "agent");
}

static void on_wire(void *arg, struct channel *c)
{
	struct guest *g = arg;
	struct wire_reader payload;
	struct wire_header h;
	size_t at = 0;

	while (c->fd >= 0 && at < c->in.len) {
		ssize_t n = wire_frame(c->in.data + at, c->in.len - at, &h, &payload);

		if (n == 0)
			break;
		if (n < 0) {
			guest_say(g, 3, "the guest sent bytes that are no frame: the guest is ended");
			kill_process(g);
			at = c->in.len;
			break;
		}
		if (g->state == GUEST_BOOTING)
			on_first_frame(g);
		if (h.type == WIRE_FROZEN)
			moment_frozen(g);
		else
			g->ops->frame(g->arg, &h, &payload);
		at += (size_t)n;
	}
	if (c->fd >= 0)
		buf_drop(&c->in, at);
}

/* ---- booting -------------------------------------------------------------------------- */

static void on_boot_deadline(void *arg)
{
	struct guest *g = arg;
	char why[96];

	snprintf(why, sizeof(why), "the agent did not speak within %llu s",
		 (unsigned long long)((loop_now_ns() - g->start_ns) / SECOND_NS));
	guest_give_up_boot(g, why);
}

static void on_kvm_watch(void *arg)
{
	guest_give_up_boot(arg, "the guest made no progress in its first seconds");
}

static int open_streams(struct guest *g)
{
	int r = channel_open(&g->qmp, g->loop, STEAL_FD(g->qemu.qmp_fd), 65536, on_qmp, NULL, g);

	if (r == 0)
		r = channel_open(&g->con, g->loop, STEAL_FD(g->qemu.console_fd), 65536, on_console,
				 NULL, g);
	if (r == 0)
		r = channel_open(&g->wire, g->loop, STEAL_FD(g->qemu.wire_fd), WIRE_OUT_MAX,
				 on_wire, NULL, g);
	if (r == 0)
		r = channel_open(&g->errs, g->loop, STEAL_FD(g->qemu.stderr_fd), 1, on_stderr, NULL,
				 g);
	if (r == 0)
		r = g->exit_source = loop_add_fd(g->loop, g->qemu.pidfd, EPOLLIN, on_qemu_exit, g);
	return r < 0 ? r : 0;
}

struct qemu_spec guest_spec(const struct guest *g)
{
	struct qemu_spec spec = {
		.binary = g->qemu_binary,
		.topology = g->config.topology,
		.memory = &g->memory,
		.accel = g->accel,
		.version = g->qemu_major,
		.kernel_image = g->kernel.image,
		.initramfs_fd = g->initramfs_fd,
		.append = g->config.append,
		.counted = g->config.counted,
		.exact = g->config.exact,
		.steady = g->steady,
		.incoming = moment_enters(g),
		.witness = g->witness,
		.plugin = g->plugin,
	};

	spec.tsc_khz = g->tsc_khz;
	return spec;
}

static int name_machine(struct guest *g, const struct qemu_spec *spec, struct err *err)
{
	cleanup_free char *agent = paths_agent(err);

	const char *files[] = {agent, g->steady, NULL};

	int r = agent ? machine_word(spec, &g->kernel, files, g->machine, err) : -err->code;
	size_t n = strlen(g->machine);

	if (r == 0 && g->config.seed)
		snprintf(g->machine + n, sizeof(g->machine) - n, ":seed-%" PRIu64, g->config.seed);
	return r;
}

/* An emulator that is no witness is one all the same. */
static void call_witness(struct guest *g)
{
	struct err err = ERR_INIT;

	/* an exact guest's own programs see what is in its trace */
	if (g->accel != ACCEL_TCG || g->config.exact)
		return;
	/* that of the launch before: what it saw may still be read */
	if (g->witness) {
		witness_begin(g->witness);
		return;
	}
	if (!witness_fits(g->qemu_binary))
		return;
	free(g->plugin);
	g->plugin = paths_part("witness", "scxplore-witness.so",
			       "what the emulator sees of the guest", &err);
	if (g->plugin)
		g->witness = witness_create(topology_cpus(&g->config.topology), g->config.counted,
					    &err);
	if (!g->witness)
		guest_say(g, 4, "%s", err.msg);
}

int guest_launch(struct guest *g, struct err *err)
{
	unsigned cpus = topology_cpus(&g->config.topology);
	struct qemu_spec spec;
	int r = 0;

	if (g->moment.back)
		g->attempt = 0; /* its counter goes on */
	else if (moment_enters(g))
		g->tsc_khz = g->moment.file.head.tsc_khz;
	else if (g->config.exact || g->config.counted)
		g->tsc_khz = QEMU_EXACT_TSC_KHZ;
	else
		g->tsc_khz = g->accel == ACCEL_TCG ? tsc_khz_since(&g->tsc) : 0;
	g->attempt++;
	g->pinned = g->stopped = false;
	guest_stop_reset(g);
	g->failure[0] = '\0';
	g->shutdown[0] = '\0';
	if (!g->moment.back)
		console_reset(&g->console);
	console_reset(&g->stderr_text);
	if (!g->moment.back) {
		memory_finish(&g->memory); /* of a boot that was lost */
		r = memory_init(&g->memory, g->config.topology.nodes, g->config.memory_mib, err);
	}
	call_witness(g);
	spec = guest_spec(g);
	if (r == 0 && g->config.exact && !*g->machine)
		r = name_machine(g, &spec, err);
	if (r == 0)
		r = qemu_spawn(&g->qemu, &spec, err);
	if (r < 0)
		return r;
	free(g->command);
	g->command = xstrdup(g->qemu.command);
	r = open_streams(g);
	if (r < 0) {
		reap(g);
		return err_sys(err, -r, "watch QEMU");
	}
	r = moment_launched(g, err);
	if (r < 0) {
		reap(g);
		return r;
	}
	g->state = GUEST_BOOTING;
	if (moment_enters(g) && !g->moment.back)
		console_add(&g->console, g->moment.file.head.console,
			    g->moment.file.head.console_len);
	loop_arm(g->loop, g->boot_timer,
		 moment_enters(g) && !g->moment.resume
			 ? WARM_NS + cpus * WARM_PER_CPU_NS
			 : (BOOT_NS + cpus * BOOT_PER_CPU_NS) * g->attempt *
					    (g->config.exact ? EXACT_PATIENCE : 1),
		 0);
	if (g->accel == ACCEL_KVM && !moment_enters(g))
		loop_arm(g->loop, g->watch_timer, KVM_WATCH_NS, 0);
	return 0;
}

static void launch(struct guest *g)
{
	struct err err = ERR_INIT;

	if (guest_launch(g, &err) < 0)
		tell_boot_failed(g, err.msg);
}

static int prepare(struct guest *g, struct err *err)
{
	unsigned least = topology_memory_least(&g->config.topology);
	cleanup_free char *agent = NULL;
	size_t i;
	int r;

	if (!g->config.memory_mib)
		g->config.memory_mib = topology_memory_default(&g->config.topology);
	if (g->config.memory_mib < least)
		return err_set(err, EINVAL,
			       "%u MiB are too little for %u CPUs; give --memory %u or more",
			       g->config.memory_mib, topology_cpus(&g->config.topology), least);
	g->qemu_binary = qemu_find(g->config.qemu, err);
	if (!g->qemu_binary)
		return -err->code;
	r = kernel_resolve(g->config.kernel, &g->kernel, err);
	if (r < 0)
		return r;
	guest_stage(g, "kernel");
	agent = paths_agent(err);
	if (!agent)
		return -err->code;
	/* a saved guest has them already */
	for (i = 0; !g->config.resume && g->config.include && g->config.include[i]; i++) {
		r = include_add(&g->include, g->config.include[i], err);
		if (r < 0)
			return r;
	}
	g->steady = g->config.exact
			    ? paths_part("steady", "scxplore-steady.so", "an exact run", err)
			    : NULL;
	if (g->config.exact && !g->steady)
		return -err->code;
	r = g->config.shell_tools && !g->config.resume ? shell_tools_add(&g->include, err) : 0;
	if (r < 0)
		return r;
	r = include_merge(&g->include, &g->files, err);
	if (r < 0)
		return r;
	g->agent = STEAL(agent);
	return 0;
}

/* What only a cold start needs. */
static int pack(struct guest *g, struct err *err)
{
	g->qemu_major = qemu_version(g->qemu_binary);
	g->initramfs_fd = initramfs_pack(g->agent, &g->kernel, &g->include, &g->script, err);
	if (g->initramfs_fd < 0)
		return g->initramfs_fd;
	guest_stage(g, "pack");
	return 0;
}

static int choose_exact(struct guest *g, char *reason, size_t size, struct err *err)
{
	if (g->config.accel == ACCEL_KVM)
		return err_set(err, EINVAL,
			       "an exact run counts instructions, which only TCG does: leave out "
			       "--accel kvm, or --exact");
	if (g->config.warm)
		return err_set(err, EINVAL, "an exact run always boots: leave out --warm, or --exact");
	if (!g->script.len)
		return err_set(err, EINVAL, "an exact run takes its whole scenario along: there is none");
	g->accel = ACCEL_TCG;
	snprintf(reason, size, "exact, on a virtual clock: %d ns an instruction, one thread, seed %d",
		 1 << QEMU_EXACT_SHIFT, QEMU_EXACT_SEED);
	return 0;
}

int guest_start(struct guest *g, struct err *err)
{
	char reason[300];
	int r;

	g->start_ns = loop_now_ns();
	r = g->config.exact ? choose_exact(g, reason, sizeof(reason), err) : 0;
	if (r == 0)
		r = prepare(g, err);
	if (r == 0 && g->config.counted) {
		g->accel = ACCEL_TCG;
		snprintf(reason, sizeof(reason), "instructions are counted, which is its clock");
	} else if (r == 0 && !g->config.exact)
		r = accel_choose(g->config.accel, &g->accel, reason, sizeof(reason), err);
	if (r < 0)
		return r;
	g->boot_timer = loop_add_timer(g->loop, on_boot_deadline, g);
	g->watch_timer = loop_add_timer(g->loop, on_kvm_watch, g);
	g->stop_timer = loop_add_timer(g->loop, on_stop_timer, g);
	g->ops->accel(g->arg, g->accel, reason);
	if (g->config.resume) {
		r = moment_resume_find(g, err);
		return r < 0 ? r : guest_launch(g, err);
	}
	moment_warm_find(g, g->agent);
	if (moment_enters(g)) {
		g->qemu_major = (int)g->moment.file.head.qemu_major;
		if (guest_launch(g, err) == 0)
			return 0;
		moment_warm_failed(g, err->msg);
		g->attempt = 0;
	}
	r = pack(g, err);
	return r < 0 ? r : guest_launch(g, err);
}

void guest_take_script(struct guest *g, const void *frames, size_t len)
{
	buf_reset(&g->script);
	buf_add(&g->script, frames, len);
}

int guest_take_files(struct guest *g, const struct include_set *files, struct err *err)
{
	return include_merge(&g->files, files, err);
}

/* ---- looks ---------------------------------------------------------------------------- */

int guest_send(struct guest *g, const void *frame, size_t len)
{
	if (g->state != GUEST_UP)
		return -EPIPE;
	if (!moment_holds(g))
		return channel_write(&g->wire, frame, len);
	if (g->moment.held.len + len > WIRE_OUT_MAX)
		return -ENOBUFS;
	buf_add(&g->moment.held, frame, len);
	return 0;
}

enum guest_state guest_state(const struct guest *g)
{
	return g->state;
}

enum accel guest_accel(const struct guest *g)
{
	return g->accel;
}

bool guest_pinned(const struct guest *g)
{
	return g->pinned;
}

const char *guest_kernel_release(const struct guest *g)
{
	return g->kernel.release ? g->kernel.release : "";
}

bool guest_keeps_time(const struct guest *g)
{
	return g->qemu.pidfd >= 0 && !g->stopped && g->pace.part == 1 && !g->config.exact &&
	       !g->config.counted;
}

struct witness *guest_witness(const struct guest *g)
{
	return g->witness;
}

const struct guest_memory *guest_memory(const struct guest *g)
{
	return &g->memory.view;
}

unsigned guest_cpus(const struct guest *g)
{
	return topology_cpus(&g->config.topology);
}

const char *guest_kernel_image(const struct guest *g)
{
	return g->kernel.image ? g->kernel.image : "";
}

const char *guest_console(const struct guest *g, size_t *len)
{
	*len = g->console.text.len;
	return buf_text(&g->console.text);
}

const char *guest_machine(const struct guest *g)
{
	return g->machine;
}

const char *guest_command(const struct guest *g)
{
	return g->command ? g->command : "";
}
