/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_ledger - see model_ledger.h. Part of the model's only writer.
 */
#include "ops/model_ledger.h"

#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"

#include <stdlib.h>
#include <string.h>

#define LOOKS_MAX 20000
#define SPOTS_MAX 1024

static char *clean(const char *s)
{
	size_t len = strnlen(s, 4096);
	char *d = xcalloc(1, len + 1);

	text_sanitise(d, len + 1, s, len);
	return d;
}

static struct model_look *find(const struct model *m, uint64_t seq, const char *name)
{
	size_t i = m->nlooks;

	while (i--)
		if (m->looks[i].seq == seq && !strcmp(m->looks[i].name, name))
			return &m->looks[i];
	return NULL;
}

static struct model_look *make(struct model *m, const struct event *ev)
{
	struct model_look *look = find(m, ev->seq, ev->name);

	if (look || m->nlooks >= LOOKS_MAX)
		return look;
	m->looks = xreallocarray(m->looks, m->nlooks + 1, sizeof(*m->looks));
	look = &m->looks[m->nlooks++];
	*look = (struct model_look){.seq = ev->seq, .name = clean(ev->name)};
	return look;
}

static void drop_spots(struct model_look *look)
{
	while (look->nspots)
		free(look->spots[--look->nspots].cgroup);
}

static struct ledger_spot spot_of(const struct event *ev, bool cgroup)
{
	return (struct ledger_spot){.cgroup = cgroup ? clean(ev->cgroup) : NULL,
				    .cpu = ev->index,
				    .t_ns = ev->id,
				    .tid = ev->pid};
}

void model_ledger_apply(struct model *m, const struct event *ev)
{
	struct model_look *look = make(m, ev);

	if (!look)
		return;
	switch (ev->type) {
	case EV_LEDGER:
		/* an op of a body looks again: the last word counts */
		drop_spots(look);
		look->run_ns = ev->count;
		look->delay_ns = ev->id;
		look->switches = ev->index;
		look->lost = ev->code > 0 ? (uint64_t)ev->code : 0;
		break;
	case EV_LEDGER_CPU:
	case EV_LEDGER_CGROUP:
		if (look->nspots >= SPOTS_MAX)
			break;
		look->spots = xreallocarray(look->spots, look->nspots + 1, sizeof(*look->spots));
		look->spots[look->nspots++] = spot_of(ev, ev->type == EV_LEDGER_CGROUP);
		break;
	case EV_LEDGER_ESCAPE:
		free(look->escape.cgroup);
		free(look->escape_comm);
		look->escapes = ev->count;
		look->escape = spot_of(ev, true);
		look->escape_comm = clean(ev->text);
		break;
	default:
		break;
	}
}

void model_ledger_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nlooks; i++) {
		drop_spots(&m->looks[i]);
		free(m->looks[i].spots);
		free(m->looks[i].name);
		free(m->looks[i].escape.cgroup);
		free(m->looks[i].escape_comm);
	}
	free(m->looks);
}

const struct model_look *model_look(const struct model *m, uint64_t seq, const char *name)
{
	return find(m, seq, name);
}

uint64_t model_look_seq(const struct model *m, const char *target, size_t nth)
{
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct op *op = m->ops[i].op;
		const struct op_val *v = NULL;

		if (op && (op->def->flags & OPF_LOOKS))
			v = op_arg(op, WARG_PAIR) ? op_arg(op, WARG_PAIR) : op_arg(op, WARG_NAME);
		if (v && !strcmp(v->str, target) && !nth--)
			return m->ops[i].seq;
	}
	return 0;
}
