/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_policy - see wire_policy.h.
 */
#include "guest/wire_policy.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_cpus.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct {
	const char *word;
	uint32_t number;
	enum policy_form form;
} policies[] = {
#define X(w, n, f) {w, n, f},
	POLICY_LIST(X)
#undef X
};

static const struct {
	const char *word;
	int mode;
	enum mempolicy_form form;
} mempolicies[] = {
#define X(w, n, f) {w, n, f},
	MEMPOLICY_LIST(X)
#undef X
};

static bool is_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(text, word, n) && (!text[n] || text[n] == ':');
}

/* "2ms/10ms/10ms" */
static int parse_deadline(const char *text, const char *arg, struct policy *out, struct err *err)
{
	uint64_t *const slots[] = {&out->runtime, &out->deadline, &out->period};
	char one[24];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		n = strcspn(arg, "/");
		if (!n || n >= sizeof(one) || (arg[n] != '/') != (i + 1 == ARRAY_SIZE(slots)))
			return err_set(err, EINVAL,
				       "'%.60s': write deadline:RUNTIME/DEADLINE/PERIOD, such as "
				       "deadline:2ms/10ms/10ms",
				       text);
		memcpy(one, arg, n);
		one[n] = '\0';
		if (!text_duration(one, slots[i]))
			return err_set(err, EINVAL, "'%.60s': '%s' is not a time", text, one);
		arg += n + 1;
	}
	if (out->runtime < 1024 || out->runtime > out->deadline || out->deadline > out->period)
		return err_set(err, EINVAL,
			       "'%.60s': at least 1024ns of run time, which is at most the deadline, "
			       "which is at most the period",
			       text);
	return 0;
}

int policy_parse(const char *text, struct policy *out, struct err *err)
{
	const char *names[ARRAY_SIZE(policies)], *arg = strchr(text, ':'), *near;
	uint64_t priority;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		names[i] = policies[i].word;
		if (!is_word(text, policies[i].word))
			continue;
		out->number = policies[i].number;
		switch (policies[i].form) {
		case POLICY_PLAIN:
			return arg ? err_set(err, EINVAL, "'%.60s': %s takes nothing behind it",
					     text, policies[i].word)
				   : 0;
		case POLICY_PRIORITY:
			if (!arg || !text_u64(arg + 1, 1, 99, &priority))
				return err_set(err, EINVAL,
					       "'%.60s': write %s:PRIORITY, 1 to 99", text,
					       policies[i].word);
			out->priority = (uint32_t)priority;
			return 0;
		case POLICY_DEADLINE:
			return parse_deadline(text, arg ? arg + 1 : "", out, err);
		}
	}
	near = text_nearest(text, names, ARRAY_SIZE(names));
	return err_set(err, EINVAL, "'%.60s' is no scheduling policy%s%s%s", text,
		       near ? "; did you mean '" : ": normal batch idle ext fifo:N rr:N deadline:R/D/P",
		       near ? near : "", near ? "'?" : "");
}

int policy_check(const char *text, struct err *err)
{
	struct policy p;

	return policy_parse(text, &p, err);
}

int mempolicy_parse(const char *text, struct mempolicy *out, struct err *err)
{
	const char *names[ARRAY_SIZE(mempolicies)], *arg = strchr(text, ':'), *near;
	struct cpu_mask nodes;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < ARRAY_SIZE(mempolicies); i++) {
		names[i] = mempolicies[i].word;
		if (!is_word(text, mempolicies[i].word))
			continue;
		out->mode = mempolicies[i].mode;
		if (mempolicies[i].form == MEMPOLICY_PLAIN)
			return arg ? err_set(err, EINVAL, "'%.60s': %s takes nothing behind it",
					     text, mempolicies[i].word)
				   : 0;
		if (!arg || cpu_mask_parse(arg + 1, &nodes, NULL) ||
		    cpu_mask_count(&nodes) != (unsigned)__builtin_popcountll(nodes.bits[0]) ||
		    (mempolicies[i].form == MEMPOLICY_NODE && cpu_mask_count(&nodes) != 1))
			return err_set(err, EINVAL, "'%.60s': write %s:%s, nodes 0 to 63", text,
				       mempolicies[i].word,
				       mempolicies[i].form == MEMPOLICY_NODE ? "NODE" : "0-1,3");
		out->nodes = nodes.bits[0];
		return 0;
	}
	near = text_nearest(text, names, ARRAY_SIZE(names));
	return err_set(err, EINVAL, "'%.60s' is no memory policy%s%s%s", text,
		       near ? "; did you mean '" : ": default local bind:NODES preferred:NODE "
						   "interleave:NODES",
		       near ? near : "", near ? "'?" : "");
}

int mempolicy_check(const char *text, struct err *err)
{
	struct mempolicy m;

	return mempolicy_parse(text, &m, err);
}

int signal_parse(const char *text, int *out, struct err *err)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT},
		{"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"SEGV", SIGSEGV},
		{"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM}, {"CHLD", SIGCHLD},
		{"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"WINCH", SIGWINCH},
		{"IO", SIGIO},
	};
	const char *name = strncmp(text, "SIG", 3) ? text : text + 3, *near;
	const char *names[ARRAY_SIZE(signals)];
	uint64_t number;
	size_t i;

	if (text_u64(text, 1, 64, &number)) {
		*out = (int)number;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		names[i] = signals[i].name;
		if (!strcmp(name, signals[i].name)) {
			*out = signals[i].number;
			return 0;
		}
	}
	near = text_nearest(name, names, ARRAY_SIZE(names));
	return err_set(err, EINVAL, "'%.40s' is no signal%s%s%s", text,
		       near ? "; did you mean '" : ": write a name such as TERM or USR1, or 1 to 64",
		       near ? near : "", near ? "'?" : "");
}

int signal_check(const char *text, struct err *err)
{
	int number;

	return signal_parse(text, &number, err);
}
