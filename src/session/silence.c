/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * silence - how long a session waits for an agent that says nothing.
 */
#include "session/session_private.h"

#include <inttypes.h>
#include <stdio.h>

#define SILENCE_WARN_NS UINT64_C(15000000000)
#define SILENCE_KILL_NS UINT64_C(120000000000) /* scripts only: a person decides for himself */

void session_ready_late(void *arg)
{
	struct session *s = arg;

	session_log(s, 2,
		    "the agent has not finished its set-up within 60 s: look at the console, "
		    "try another kernel (scxplore kernel list)");
	session_kill(s);
}

static void on_exact_silence(struct session *s)
{
	session_log(
		s, 2,
		"the exact run has not ended within an hour: the guest is ended. Does the scenario "
		"wait for something that never comes? Give it --duration");
	session_kill(s);
}

void session_ping_due(void *arg)
{
	struct session *s = arg;
	uint64_t now = loop_now_ns(), quiet = pacing_silence(s, now - s->heard_ns);
	char text[160];

	if (s->exact) {
		on_exact_silence(s);
		return;
	}
	if (!guest_pace_part(s->guest)) {
		s->heard_ns = now; /* it stands: nothing is asked, nothing waited for */
		return;
	}
	session_send(s, WIRE_PING, 0, &now);
	session_copy_for_later(s); /* where no sample comes */
	if (quiet > SILENCE_KILL_NS && !s->config.interactive) {
		session_log(s, 2, "the agent has been silent for two minutes: the guest is ended");
		session_kill(s);
	} else if (quiet > SILENCE_WARN_NS && !s->warned_silent) {
		s->warned_silent = true;
		snprintf(text, sizeof(text), "the agent has been silent for %" PRIu64 " s",
			 quiet / UINT64_C(1000000000));
		session_log(s, 4, text);
	}
}
