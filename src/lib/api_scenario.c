/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api_scenario - loops over the op table: each argument knows its field in struct sxp_op.
 * Invariant: no op is named here; a new row in the op table works in C without a change.
 */
#include "lib/api_scenario.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_custom.h"
#include "vmm/topologies.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRUCT_MAX 65536 /* bytes of a struct of any header to come */

/* ---- structs of other headers ---- */

#define END_OF(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

const struct api_sizes api_sizes_here = {
	.guest = sizeof(struct sxp_guest),
	.op = sizeof(struct sxp_op),
	.step = sizeof(struct sxp_step),
};

/* The smallest that any header has had: up to the last field of 0.1. */
static const struct api_sizes oldest = {
	.guest = END_OF(struct sxp_guest, append),
	.op = END_OF(struct sxp_op, after),
	.step = END_OF(struct sxp_step, hold),
};

int api_sizes_check(const struct api_sizes *sizes, struct err *err)
{
	const struct {
		const char *name;
		size_t size, oldest;
	} all[] = {
		{"struct sxp_guest", sizes->guest, oldest.guest},
		{"struct sxp_op", sizes->op, oldest.op},
		{"struct sxp_step", sizes->step, oldest.step},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].size < all[i].oldest || all[i].size > STRUCT_MAX ||
		    all[i].size % _Alignof(uint64_t))
			return err_set(
				err, EINVAL,
				"%s of %zu bytes: no header of scxplore has had it (the first "
				"had %zu, this library's has its own); compile the program anew",
				all[i].name, all[i].size, all[i].oldest);
	return 0;
}

/* What the caller's header lacks is 0; what this library lacks must be 0. */
static int copy_struct(void *to, size_t here, const void *from, size_t there, const char *name,
		       struct err *err)
{
	const char *bytes = from;
	size_t i;

	memset(to, 0, here);
	memcpy(to, from, there < here ? there : here);
	for (i = here; i < there; i++)
		if (bytes[i])
			return err_set(
				err, EINVAL,
				"a field at byte %zu of %s is set, which libscxplore %s does "
				"not know: the program was compiled with a newer header, and "
				"needs the library of that version",
				i, name, SCXPLORE_VERSION);
	return 0;
}

static const void *next_of(const void *element, size_t size)
{
	return (const char *)element + size;
}

int api_guest_copy(struct sxp_guest *to, const struct sxp_guest *from,
		   const struct api_sizes *sizes, struct err *err)
{
	static const struct sxp_guest defaults;

	return from ? copy_struct(to, sizeof(*to), from, sizes->guest, "struct sxp_guest", err)
		    : copy_struct(to, sizeof(*to), &defaults, sizeof(defaults), "", err);
}

/* ---- ops ---- */

static const struct op_def *def_of(int type)
{
	const struct op_def *d;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++)
		if (d->api && d->api_type == type)
			return d;
	return NULL;
}

static void set_list(struct op_val *v, const char *const *list, size_t n)
{
	size_t i;

	v->list = xcalloc(n + 1, sizeof(*v->list));
	for (i = 0; i < n; i++)
		v->list[i] = xstrdup(list[i]);
	v->n = n;
	v->set = n > 0;
}

static void set_settings(struct op_val *v, const struct sxp_setting *set)
{
	size_t n = 0, i;

	while (set && set[n].key)
		n++;
	v->list = xcalloc(2 * n + 1, sizeof(*v->list));
	for (i = 0; i < n; i++) {
		v->list[2 * i] = xstrdup(set[i].key);
		v->list[2 * i + 1] = xstrdup(set[i].value ? set[i].value : "");
	}
	v->n = 2 * n;
	v->set = n > 0;
}

static void set_string(struct op_val *v, const char *s)
{
	if (!s)
		return;
	v->str = xstrdup(s);
	v->set = true;
}

/* A target is written as a name, a cgroup or (to be moved) a process id. */
static void set_target(struct op_val *v, const struct sxp_op *in, bool pid)
{
	if (in->name)
		v->str = xstrdup(in->name);
	else if (in->cgroup)
		v->str = xasprintf("@%s", in->cgroup);
	else if (pid && in->pid > 0)
		v->str = xasprintf("%" PRId64, in->pid);
	v->set = v->str != NULL;
}

static void set_arg(struct op_val *v, const struct arg_def *a, const struct sxp_op *in)
{
	const char *field = (const char *)in + a->api_offset;
	const char *const *list;
	size_t n = 0;

	switch (a->type) {
	case ARG_TARGET:
	case ARG_MOVER:
		set_target(v, in, a->type == ARG_MOVER);
		break;
	case ARG_COUNT:
		v->num = *(const unsigned *)field;
		v->set = v->num != 0 || !a->optional;
		break;
	case ARG_CODE:
		v->num = *(const int64_t *)field;
		v->set = v->num != 0 || !a->optional;
		break;
	case ARG_HOLD:
		/* what is out of range goes on to the parser, which says so */
		v->num = in->percent > 0 && in->percent <= 100
				 ? -(int64_t)(in->percent * 10000 + 0.5)
			 : in->duration > INT64_MAX ? INT64_MAX
						    : (int64_t)in->duration;
		v->set = true;
		break;
	case ARG_DURATION:
		v->num = (int64_t) * (const uint64_t *)field;
		v->set = v->num != 0 || !a->optional;
		break;
	case ARG_ARGV:
		list = *(const char *const *const *)field;
		while (list && list[n])
			n++;
		set_list(v, list, n);
		break;
	case ARG_PARAMS:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		set_settings(v, *(const struct sxp_setting *const *)field);
		break;
	default:
		set_string(v, *(const char *const *)field);
		break;
	}
}

/*
 * Through the canonical text and the parser once more: values from C get the very same checks of
 * words, ranges and names as typed ones, and are normalised alike.
 */
static int add_checked(struct scenario *s, struct op *made, struct err *err)
{
	cleanup_op struct op *owned = made;
	cleanup_free char *text = op_format(made);
	cleanup_op struct op *op = NULL;
	int r = op_parse(text, &op, err);
	size_t i;

	if (r < 0)
		return r;
	if (!op)
		return err_set(err, EINVAL, "an op is empty");
	/* a name with an '@' in it must not name a cgroup by the way; a count may be filled in */
	for (i = 0; i < OP_ARGS_MAX && made->def->args[i].key; i++)
		if (op->def != made->def ||
		    (op->val[i].set != made->val[i].set && made->def->args[i].type != ARG_COUNT))
			return err_set(err, EINVAL,
				       "'%.200s' means something else than its fields say; "
				       "look at its %s",
				       text, made->def->args[i].key);
	op->after_ns = made->after_ns;
	r = scenario_add(s, op, err);
	if (r == 0)
		op = NULL;
	return r;
}

/* "custom:NAME" with this program's path in it; work is left alone when it is something else. */
static int own_work(const struct sxp_work *works, struct op_val *work, struct err *err)
{
	struct custom_work custom;
	char self[CUSTOM_PROGRAM_MAX];
	ssize_t n;

	if (!work->set || !custom_is(work->str) || custom_parse(work->str, true, &custom, NULL) ||
	    *custom.program)
		return 0;
	while (works && works->name && strcmp(works->name, custom.function))
		works++;
	if (!works || !works->name)
		return err_set(err, ENOENT,
			       "work 'custom:%s': the guest's .works has no such function",
			       custom.function);
	n = readlink("/proc/self/exe", self, sizeof(self));
	if (n < 0 || (size_t)n >= sizeof(self))
		return err_set(err, ENAMETOOLONG,
			       "work 'custom:%s': this program's own path cannot be told",
			       custom.function);
	free(work->str);
	work->str = xasprintf(CUSTOM_PREFIX "%.*s:%s", (int)n, self, custom.function);
	return 0;
}

static int add_op(struct scenario *s, const struct sxp_work *works, const struct sxp_op *in,
		  struct err *err)
{
	const struct op_def *def = def_of(in->type);
	struct op *op;
	size_t i;

	if (!def)
		return err_set(err, EINVAL, "op type %d is not known to libscxplore %s",
			       (int)in->type, SCXPLORE_VERSION);
	op = op_create(def);
	op->after_ns = in->after;
	for (i = 0; i < OP_ARGS_MAX && def->args[i].key; i++) {
		if (def->args[i].api)
			set_arg(&op->val[i], &def->args[i], in);
		if (def->args[i].type == ARG_WORK && own_work(works, &op->val[i], err) < 0) {
			op_destroy(op);
			return -err->code;
		}
		if (!op->val[i].set && !def->args[i].optional) {
			int r = err_set(err, EINVAL, "%s needs .%s", def->api,
					def->args[i].api ? def->args[i].api : def->args[i].key);

			op_destroy(op);
			return r;
		}
	}
	return add_checked(s, op, err);
}

static int add_ops(struct scenario *s, const struct api_sizes *sizes, const struct sxp_work *works,
		   const struct sxp_op *ops, const char *where, unsigned step, struct err *err)
{
	struct sxp_op op;
	unsigned n;
	int r;

	for (n = 0; ops; n++, ops = next_of(ops, sizes->op)) {
		r = copy_struct(&op, sizeof(op), ops, sizes->op, "struct sxp_op", err);
		if (r == 0 && op.type == SXP_END)
			break;
		if (r == 0 && add_op(s, works, &op, err) == 0)
			continue;
		return step ? err_wrap(err, "%s %u, op %u", where, step, n + 1)
			    : err_wrap(err, "%s, op %u", where, n + 1);
	}
	return 0;
}

static int add_simple(struct scenario *s, enum wire_op_id id, enum wire_arg tag, const char *str,
		      int64_t num, struct err *err)
{
	struct op *op = op_create(op_def_by_id(id));

	if (str)
		op_set_str(op, tag, str);
	else
		op_set_num(op, tag, num);
	return add_checked(s, op, err);
}

int api_scenario(struct scenario *s, const struct api_sizes *sizes, const struct sxp_work *works,
		 const struct sxp_op *backdrop, const struct sxp_step *steps, struct err *err)
{
	struct sxp_step step;
	unsigned n;
	int r = add_ops(s, sizes, works, backdrop, "backdrop", 0, err);

	for (n = 0; r == 0 && steps; n++, steps = next_of(steps, sizes->step)) {
		r = copy_struct(&step, sizeof(step), steps, sizes->step, "struct sxp_step", err);
		if (r < 0)
			return err_wrap(err, "step %u", n + 1);
		if (!step.ops)
			break;
		r = add_simple(s, OP_STEP, WARG_LABEL, step.label ? step.label : "", 0, err);
		if (r == 0)
			r = add_ops(s, sizes, works, step.ops, "step", n + 1, err);
		if (r == 0 && step.hold)
			r = add_simple(s, OP_HOLD, WARG_DURATION, NULL, (int64_t)step.hold, err);
	}
	return r;
}

int api_guest_config(const struct sxp_guest *guest, struct guest_config *out, struct err *err)
{
	const char *topology = getenv("SXP_TOPOLOGY"), *accel = getenv("SXP_ACCEL");
	const char *kernel = getenv("SXP_KERNEL"), *fault = getenv("SCXPLORE_FAULT");
	const struct sxp_topology *t = &guest->topology;
	char text[64];
	int r;

	*out = (struct guest_config){
		.memory_mib = guest->memory_mib,
		.kernel = kernel && *kernel ? kernel : guest->kernel,
		.include = guest->include,
		.workload_root = guest->workload_root,
		.watchdog_ns = guest->watchdog,
		.duration_ns = guest->duration,
		.append = guest->append,
		.exact = guest->exact != 0,
		.seed = guest->seed,
		.fault = fault && *fault ? fault : NULL,
	};
	if (topology && *topology) {
		r = topology_word(topology, &out->topology, err);
		if (r < 0)
			return err_wrap(err, "SXP_TOPOLOGY");
	} else {
		snprintf(text, sizeof(text), "%un%ul%uc%ut", t->nodes ? t->nodes : 1,
			 t->llcs ? t->llcs : 1, t->cores ? t->cores : 2,
			 t->threads ? t->threads : 1);
		r = topology_parse(text, &out->topology, err);
		if (r < 0)
			return r;
	}
	if (!accel || !*accel)
		accel = guest->accel ? guest->accel : "auto";
	return accel_parse(accel, &out->accel, err);
}
