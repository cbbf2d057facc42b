/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent - PID 1 of the guest: puts the modules together and answers the host's frames.
 *
 * One process, one loop, real-time priority, the only executor of ops. What may block goes to
 * hands (pool.h). Invariant: a ping is answered in the turn of the loop in which it arrives.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/text.h"
#include "guest/boot.h"
#include "guest/cgroup.h"
#include "guest/chain.h"
#include "guest/exact.h"
#include "guest/fault.h"
#include "guest/files.h"
#include "guest/freeze.h"
#include "guest/group.h"
#include "guest/host_turn.h"
#include "guest/kmsg.h"
#include "guest/line.h"
#include "guest/output.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/printk.h"
#include "guest/probe.h"
#include "guest/pull.h"
#include "guest/report.h"
#include "guest/sampler.h"
#include "guest/sched_ops.h"
#include "guest/sched_watchdog.h"
#include "guest/sched_parts.h"
#include "guest/sched_stats.h"
#include "guest/sched_watch.h"
#include "guest/shake.h"
#include "guest/shared.h"
#include "guest/shell.h"
#include "guest/start.h"
#include "guest/tally.h"
#include "guest/tracer.h"
#include "guest/sysrq.h"
#include "guest/watch.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAMPLE_DEFAULT_NS  100000000ull
#define PROBES_DEADLINE_NS 30000000000ull

enum { CPUS_PER_PATIENCE = 16 };

static struct loop loop;
static struct err boot_err; /* what was wrong before the port was open */
static bool configured, start_asked, ready, probes_settled;
static bool anew; /* a copy of a guest that was set up: another session's configuration is to come */
static struct {
	int64_t code;
	char text[1024], missing[1024];
} probes; /* what was told of them */
static uint64_t sample_ns = SAMPLE_DEFAULT_NS;
static uint64_t watchdog_ns;
static unsigned ncpus;

static void stage(const char *name)
{
	port_event(&(struct event){.type = EV_STAGE, .name = name});
}

static char chain_names[2048];

static void begin_shaken(void)
{
	shake_begin(ncpus);
	line_start();
}

/* Ops may begin when the host wants it, the root is there, and the probes can see them. */
static void maybe_start(void)
{
	if (!start_asked || !ready || !probes_settled)
		return;
	if (exact_is())
		exact_begin(begin_shaken);
	else
		line_start();
}

static void on_chain(void)
{
	probes_settled = true;
	if (ready)
		freeze_may();
	maybe_start();
}

static void on_watchdog(const char *why)
{
	if (why)
		port_event(&(struct event){.type = EV_PROBES, .code = ENOTSUP, .text = why});
	chain_start(&loop, chain_names, on_chain);
}

static void tell_probes(void)
{
	port_event(&(struct event){.type = EV_PROBES, .code = probes.code, .text = probes.text});
	if (*probes.missing)
		port_event(&(struct event){.type = EV_PROBES, .code = ENOTSUP, .text = probes.missing});
}

static void on_probes(void *arg, struct job_reply *r)
{
	int e = r->code;

	if (!e)
		e = -probe_attach(r);
	probes.code = e;
	text_copy(probes.text, sizeof(probes.text), r->text);
	text_copy(probes.missing, sizeof(probes.missing), e ? "" : r->path);
	tell_probes();
	sampler_set_rate(sample_ns);
	report_set_rate(sample_ns);
	sched_watchdog_first(watchdog_ns, on_watchdog);
}

static void on_probes_again(void *arg, struct job_reply *r)
{
	int e = r->code;

	if (!e)
		e = -probe_attach(r);
	port_event(&(struct event){.type = EV_PROBES, .code = e, .text = r->text});
}

static void on_probes_off(void *arg, struct job_reply *r)
{
	port_event(&(struct event){.type = EV_PROBES, .code = r->code, .text = r->text});
}

static void on_probes_closed(void *arg, struct job_reply *r)
{
}

/* Not while they are being loaded for the first time. */
static void set_probes(bool on)
{
	int fds[JOB_FDS_MAX], n;
	struct wire_writer *w;
	struct err err = ERR_INIT;

	if (!probes_settled)
		return;
	n = probe_detach(fds);
	w = pool_job(JOB_TALLY_CLOSE);
	if (pool_send(w, fds, n, PROBES_DEADLINE_NS, "", on ? on_probes_closed : on_probes_off, NULL, &err))
		port_log(3, "%s", err.msg);
	if (!on)
		return;
	w = pool_job(JOB_PROBES);
	wire_put_u32(w, ncpus);
	if (pool_send(w, NULL, 0, PROBES_DEADLINE_NS, "", on_probes_again, NULL, &err))
		port_event(&(struct event){.type = EV_PROBES, .code = err.code, .text = err.msg});
}

static void tell_ready(void)
{
	stage("cgroups");
	port_event(&(struct event){.type = EV_READY, .count = ncpus, .cgroup = cgroup_root()});
}

static void on_root(void *arg, struct job_reply *r)
{
	if (r->code) {
		port_log(1, "%s: no op can run", r->text);
		return;
	}
	cgroup_set_root_id(r->id);
	tell_ready();
	sampler_start_scan();
	printk_init(&loop);
	ready = true;
	if (probes_settled)
		freeze_may();
	maybe_start();
}

static void configure_number(const char *value, uint64_t *dst)
{
	if (!text_u64(value, 0, UINT64_MAX, dst))
		port_log(3, "configuration value '%.40s' is no number", value);
}

static void configure_one(const char *key, const char *value)
{
	struct err err = ERR_INIT;
	uint64_t number = 0;

	if (!strcmp(key, WIRE_CONFIG_ROOT)) {
		cgroup_set_root(value, &err);
	} else if (!strcmp(key, WIRE_CONFIG_FAULT)) {
		fault_set(value, &err);
	} else if (!strcmp(key, WIRE_CONFIG_SAMPLE)) {
		configure_number(value, &sample_ns);
	} else if (!strcmp(key, WIRE_CONFIG_WATCH)) {
		configure_number(value, &number);
		probe_watch(number);
	} else if (!strcmp(key, WIRE_CONFIG_WATCHDOG)) {
		configure_number(value, &watchdog_ns);
	} else if (!strcmp(key, WIRE_CONFIG_PROBE)) {
		if (!text_copy(chain_names, sizeof(chain_names), value))
			port_log(3, "more functions to probe than there is room for");
	} else if (!strcmp(key, WIRE_CONFIG_DURATION)) {
		configure_number(value, &number);
		line_set_duration(number);
	} else if (!strcmp(key, WIRE_CONFIG_SEED)) {
		configure_number(value, &number);
		exact_seed(number);
	} else if (!strcmp(key, WIRE_CONFIG_SHAKE)) {
		configure_number(value, &number);
		shake_set(number);
	} else if (!strcmp(key, WIRE_CONFIG_CAME)) {
		files_came(value);
	} else {
		port_log(5, "configuration '%.40s' is not known here", key);
	}
	if (err.code)
		port_log(3, "%s", err.msg);
}

/* What a copy of a guest may be told otherwise than its original was; the rest is done already. */
static bool changes_in_copy(const char *key)
{
	return !strcmp(key, WIRE_CONFIG_SAMPLE) || !strcmp(key, WIRE_CONFIG_DURATION) ||
	       !strcmp(key, WIRE_CONFIG_WATCH);
}

static void go_on_anew(void)
{
	anew = false;
	sampler_set_rate(sample_ns);
	report_set_rate(sample_ns);
	tell_ready();
	tell_probes();
}

static void configure(struct wire_reader *p)
{
	struct wire_writer *w;
	struct err err = ERR_INIT;
	const char *key, *value;

	while (p->pos < p->len && !p->bad) {
		key = wire_get_str(p);
		value = wire_get_str(p);
		/* later on, only what is broken on purpose may change */
		if (!p->bad && (!configured || !strcmp(key, WIRE_CONFIG_FAULT) ||
				(anew && changes_in_copy(key))))
			configure_one(key, value);
	}
	if (configured && anew)
		go_on_anew();
	if (configured)
		return;
	configured = true;
	w = pool_job(JOB_SETUP);
	wire_put_str(w, cgroup_root());
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, cgroup_root(), on_root, NULL, &err))
		port_log(1, "%s", err.msg);
	w = pool_job(JOB_PROBES);
	wire_put_u32(w, ncpus);
	if (!pool_send(w, NULL, 0, PROBES_DEADLINE_NS, "", on_probes, NULL, &err))
		return;
	port_event(&(struct event){.type = EV_PROBES, .code = err.code, .text = err.msg});
	probes_settled = true;
}

static void say_hello(void)
{
	struct utsname u;

	uname(&u);
	port_event(&(struct event){.type = EV_HELLO, .count = WIRE_VERSION, .text = u.release});
	stage("agent");
}

static void thaw(struct wire_reader *p)
{
	enum wire_thaw now = freeze_thaw(p);

	anew = now == THAW_ANEW;
	if (now == THAW_ON)
		return;
	tracer_forget();
	say_hello();
}

static void on_frame(const struct wire_header *h, struct wire_reader *p)
{
	switch (h->type) {
	case WIRE_PING:
		port_event_first(
			&(struct event){.type = EV_PONG, .seq = h->seq, .id = wire_get_u64(p)});
		break;
	case WIRE_CONFIG:
		configure(p);
		break;
	case WIRE_OP:
		line_add(h->seq, p->data, p->len);
		break;
	case WIRE_END:
		line_add(h->seq, NULL, 0);
		break;
	case WIRE_START:
		start_asked = true;
		maybe_start();
		break;
	case WIRE_CANCEL:
		line_cancel(h->seq);
		break;
	case WIRE_RATE:
		sample_ns = wire_get_u64(p);
		sampler_set_rate(sample_ns);
		report_set_rate(sample_ns);
		break;
	case WIRE_SCHED_LOOK:
		sched_parts_look(wire_get_u64(p));
		break;
	case WIRE_PROBES:
		set_probes(wire_get_u8(p));
		break;
	case WIRE_WATCH:
		probe_watch(wire_get_u8(p));
		break;
	case WIRE_SHELL:
	case WIRE_SHELL_INPUT:
	case WIRE_SHELL_SIZE:
	case WIRE_SHELL_SHOWN:
		shell_frame(h, p);
		break;
	case WIRE_FILE_ENTRY:
	case WIRE_FILE_DATA:
	case WIRE_FILE_SENT:
	case WIRE_FILE_REFUSED:
		files_frame(h, p);
		break;
	case WIRE_TRACE:
		tracer_frame(h, p);
		break;
	case WIRE_HOST_DONE:
		host_turn_frame(h, p);
		break;
	case WIRE_FREEZE:
		freeze_frame();
		break;
	case WIRE_THAW:
		thaw(p);
		break;
	case WIRE_PULL_TAKEN:
		pull_frame(h, p);
		break;
	case WIRE_POWEROFF:
		boot_power_off();
	default:
		port_log(4, "the host sent a frame of unknown type %u", h->type);
	}
}

static void on_opened(void)
{
	struct err err = ERR_INIT;

	say_hello();
	if (boot_err.code)
		port_log(2, "%s", boot_err.msg);
	if (kmsg_init(&loop, &err) || sched_stats_init(&loop, &err) || sched_watch_init(&loop, &err) ||
	    sched_parts_init(&loop, &err) || sysrq_init(&loop, &err) ||
	    watch_init(&loop, &err))
		port_log(3, "%s", err.msg);
	if (exact_is())
		exact_feed(on_frame);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	int pid, status;

	if (info->ssi_signo != SIGCHLD) {
		watch_signal(info);
		return;
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!pool_reaped(pid, status) && !shell_reaped(pid, status))
			group_reaped(pid, status);
}

static int watch_signals(struct err *err)
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGINT,  SIGHUP,
				      SIGQUIT, SIGUSR1, SIGUSR2, SIGPWR};
	sigset_t set;
	size_t i;
	int r;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	signal(SIGPIPE, SIG_IGN);
	r = loop_add_signals(&loop, &set, on_signal, NULL);
	return r < 0 ? err_sys(err, -r, "watch signals") : 0;
}

static unsigned count_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : (unsigned)CPU_COUNT(&set);
}

/* Everything the agent cannot do without, in the order it is needed. */
static int set_up(struct err *err)
{
	int r;

	r = boot_mounts(err);
	if (!r)
		r = boot_priority(err);
	if (!r)
		r = shared_init(err);
	if (!r)
		r = fault_switch_init(err);
	if (!r)
		r = loop_init(&loop, err);
	/* before any other descriptor is open: hands inherit what there is */
	if (!r)
		r = pool_init(&loop, err);
	if (!r)
		r = watch_signals(err);
	if (!r)
		r = exact_init(err);
	if (!r)
		r = line_init(&loop, err);
	if (!r)
		r = sampler_init(&loop, err);
	if (!r)
		r = report_init(&loop, err);
	if (r)
		return r;
	ncpus = count_cpus();
	sampler_set_cpus(ncpus);
	pool_set_patience(1 + ncpus / CPUS_PER_PATIENCE);
	probe_init(&loop, watch_record);
	probe_observer(getpid(), true);
	output_init(&loop);
	start_init(&loop);
	tally_init(&loop);
	tracer_init(ncpus);
	shell_init(&loop);
	files_init(&loop);
	sched_ops_init(&loop);
	fault_init(&loop);
	/* without a module for the port nobody would hear: it is told, if the port comes up */
	boot_modules(&boot_err);
	return port_init(&loop, on_frame, on_opened, err);
}

int main(void)
{
	struct err err = ERR_INIT;

	if (getpid() != 1) {
		fprintf(stderr,
			"scxplore-agent: this is the first process of a guest, it is not to be "
			"started by hand\n");
		return 2;
	}
	if (set_up(&err))
		fprintf(stderr, "scxplore-agent: %s\n", err.msg);
	else
		loop_run(&loop);
	boot_power_off();
}
