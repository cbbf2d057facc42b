/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_expr - what `hold until` waits for: conditions joined by "and", asked with any figure.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_expr.h"

#include <string.h>

static const char *const conditions[] = {
	"nr_running(low) > 4", "running(a/b) == 0", "tasks(low) <= 10",	   "live(w) != 0",	"exited(probe)",
	"switches(w) >= 100",  "ran(w) > 50ms",	    "rounds(churn) > 1",   "sched.state == disabled",
	"sched.ops != fifo",
};

const char *const fuzz_words[] = {
#define X(e, name, about, value, meaning) name,
	EXPR_LIST(X)
#undef X
	"==", "!=", "<", "<=", ">", ">=", "(", ")", " and ", " or ", "and", "low", "a/b", "50ms", "1.5s", "-1",
	"18446744073709551615", "18446744073709551616", "enabled", " ", "\t", "\xff", NULL,
};

static const struct {
	enum expr_about about;
	enum expr_value kind;
} terms[] = {
#define X(e, name, about, value, meaning) {about, value},
	EXPR_LIST(X)
#undef X
};

static void asked(const struct expr_condition *c)
{
	static const enum expr_compare opposite[] = {[EXPR_EQ] = EXPR_NE, [EXPR_NE] = EXPR_EQ, [EXPR_LT] = EXPR_GE,
						     [EXPR_LE] = EXPR_GT, [EXPR_GT] = EXPR_LE, [EXPR_GE] = EXPR_LT};
	const uint64_t numbers[] = {0, 1, c->number - 1, c->number, c->number + 1, UINT64_MAX};
	struct expr_condition not = *c;
	size_t i;

	fuzz_must(c->term < ARRAY_SIZE(terms) && c->compare <= EXPR_GE);
	fuzz_must(c->about == terms[c->term].about && c->kind == terms[c->term].kind);
	fuzz_must(memchr(c->name, '\0', sizeof(c->name)) && memchr(c->word, '\0', sizeof(c->word)));
	fuzz_must((c->about == EXPR_NOTHING) == !*c->name);
	fuzz_must(c->kind != EXPR_WORD || (*c->word && c->compare <= EXPR_NE));
	not.compare = opposite[c->compare];
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		fuzz_must(expr_holds(c, numbers[i], c->word) != expr_holds(&not, numbers[i], c->word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_free char *text = xstrndup((const char *)data, len);
	struct err err = ERR_INIT;
	struct expr e;
	unsigned i;
	int r = expr_parse(text, &e, &err);

	fuzz_must(expr_check(text, NULL) == r);
	if (r < 0) {
		fuzz_must(err.code == -r && *err.msg);
		return 0;
	}
	fuzz_must(e.n >= 1 && e.n <= EXPR_TERMS_MAX);
	for (i = 0; i < e.n; i++)
		asked(&e.v[i]);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(conditions); i++) {
		add(conditions[i], strlen(conditions[i]));
		for (k = 0; k < ARRAY_SIZE(conditions); k++) {
			cleanup_free char *both = xasprintf("%s and %s", conditions[i], conditions[k]);

			add(both, strlen(both));
		}
	}
}
