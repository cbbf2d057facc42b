/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_policy - scheduling policies, memory policies and signals as a person writes them.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_policy.h"

#include <string.h>

static const char *const examples[] = {
	"normal", "batch", "idle", "ext", "fifo:50", "fifo", "rr:99", "deadline:2ms/10ms/10ms", "deadline:1ms/20ms",
	"default", "local", "preferred:1", "bind:0-1,3", "interleave:0", "preferred-many:0,63", "weighted-interleave:0-1",
	"TERM", "SIGSTOP", "15", "RTMIN", "64",
};

const char *const fuzz_words[] = {
#define X(word, number, form) word,
	POLICY_LIST(X) MEMPOLICY_LIST(X)
#undef X
	":", "/", "-", ",", "0", "1", "99", "100", "63", "64", "10ms", "1.5us", "2s", "18446744073709551616", "SIG",
	"TERM", " ", "\xff", NULL,
};

static const struct {
	uint32_t number;
	enum policy_form form;
} policies[] = {
#define X(word, number, form) {number, form},
	POLICY_LIST(X)
#undef X
};

static void policy_is_sound(const struct policy *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(policies) && policies[i].number != p->number; i++)
		;
	fuzz_must(i < ARRAY_SIZE(policies));
	if (policies[i].form == POLICY_PRIORITY)
		fuzz_must(p->priority >= 1 && p->priority <= 99);
	else
		fuzz_must(!p->priority);
	if (policies[i].form == POLICY_DEADLINE)
		fuzz_must(p->runtime && p->runtime <= p->deadline && p->deadline <= p->period);
	else
		fuzz_must(!p->runtime && !p->deadline && !p->period);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_free char *text = xstrndup((const char *)data, len);
	struct err err = ERR_INIT;
	struct mempolicy mem;
	struct policy policy;
	int number = 0, r;

	r = policy_parse(text, &policy, &err);
	fuzz_must(policy_check(text, NULL) == r);
	if (r == 0)
		policy_is_sound(&policy);
	else
		fuzz_must(err.code == -r && *err.msg);
	r = mempolicy_parse(text, &mem, &err);
	fuzz_must(mempolicy_check(text, NULL) == r);
	fuzz_must(r < 0 || (mem.mode >= 0 && mem.mode <= 6));
	fuzz_must(r < 0 || (mem.nodes != 0) == (mem.mode != 0 && mem.mode != 4));
	r = signal_parse(text, &number, &err);
	fuzz_must(signal_check(text, NULL) == r);
	fuzz_must(r < 0 || (number >= 1 && number <= 64));
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++)
		add(examples[i], strlen(examples[i]));
}
