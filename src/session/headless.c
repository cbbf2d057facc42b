/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headless - drives a session to its end with a loop of its own and no screen.
 * Invariant: whatever happens, the guest is gone when headless_finish() has returned.
 */
#include "session/headless.h"
#include "base/text.h"
#include "session/supply.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void on_event(void *arg, const struct event *ev)
{
	struct headless *h = arg;

	if (h->event)
		h->event(h->arg, ev);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct headless *h = arg;

	h->finished = true;
	h->clean = clean;
	text_copy(h->text, sizeof(h->text), text);
	loop_stop(&h->loop, 0);
}

static const struct session_observer observer = {.event = on_event, .finished = on_finished};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct headless *h = arg;

	h->signal = (int)info->ssi_signo;
	session_kill(h->session);
	loop_stop(&h->loop, 0);
}

int headless_run(struct headless *h, const struct session_config *config,
		 const struct scenario *scenario, bool signals,
		 void (*event)(void *arg, const struct event *ev), void *arg, struct err *err)
{
	const struct op *op;
	sigset_t set;
	size_t i;
	int r;

	memset(h, 0, sizeof(*h));
	h->event = event;
	h->arg = arg;
	r = loop_init(&h->loop, err);
	if (r < 0) {
		h->loop.epoll_fd = -1;
		return r;
	}
	for (i = 0; (op = scenario_at(scenario, i)); i++)
		if (supply_check(op, err) < 0 ||
		    op_check_duration(op, config->guest.duration_ns, err) < 0)
			return -err->code;
	h->session = session_create(&h->loop, config, &observer, h, err);
	if (!h->session)
		return -err->code;
	if (signals) {
		sigemptyset(&set);
		sigaddset(&set, SIGINT);
		sigaddset(&set, SIGTERM);
		sigaddset(&set, SIGHUP);
		loop_add_signals(&h->loop, &set, on_signal, h);
	}
	r = session_script(h->session, scenario, err);
	if (r < 0)
		return r;
	r = loop_run(&h->loop);
	if (r < 0)
		return err_sys(err, -r, "wait for the guest");
	if (h->signal)
		return err_set(err, EINTR, "ended by signal %d (%s)", h->signal,
			       strsignal(h->signal));
	/* KVM was insisted on and did not bring a guest up: this machine cannot run it */
	if (!session_model(h->session)->ready && config->guest.accel == ACCEL_KVM)
		return err_set(err, ENOTSUP, "%.*s", (int)strcspn(h->text, "\n"), h->text);
	if (!session_model(h->session)->ended)
		return err_set(err, EIO, "%s", h->text);
	return 0;
}

void headless_finish(struct headless *h)
{
	session_destroy(h->session);
	h->session = NULL;
	if (h->loop.epoll_fd >= 0)
		loop_finish(&h->loop);
}
