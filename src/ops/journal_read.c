/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_read - the reading side of session files. The file is untrusted: sizes are capped,
 * every line is parsed on its own, a cut last line is left out and said.
 *
 * The scenario for a replay is made of the ops that were carried out, with the guest time that
 * lay between them. Invariant: nothing is left out without a word in `warning`.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/event_json.h"
#include "ops/journal.h"
#include "ops/scenario.h"
#include "ops/sample_json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_MAX   (1ull << 31)
#define MEMORY_MAX (1u << 24) /* MiB */
#define MS_NS      1000000u
#define TEMPO_MAX                                                                                  \
	(UINT64_C(86400) * 1000 * MS_NS) /* a longer pause is a broken clock or a broken file */

struct reading {
	const char *name;
	struct json_tokener *tok;
	struct session_info *info;
	struct model *model;
	struct scenario *follow; /* journal_follow(); else NULL */
	struct buf *warning;
	struct buf scratch;
	struct sample_lines samples;
	unsigned unknown, malformed, baseless;
};

static char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v;
	char *s;
	size_t len;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, json_type_string))
		return xstrdup("");
	len = (size_t)json_object_get_string_len(v);
	s = xcalloc(1, len + 1);
	text_sanitise(s, len + 1, json_object_get_string(v), len);
	return s;
}

static uint64_t num_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v)
		       ? json_object_get_uint64(v)
		       : 0;
}

static bool is_true(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) &&
	       json_object_get_boolean(v);
}

static void read_include(struct json_object *guest, struct session_info *info)
{
	struct json_object *list;
	size_t n = 0, i;

	if (json_object_is_type(guest, json_type_object) &&
	    json_object_object_get_ex(guest, "include", &list) &&
	    json_object_is_type(list, json_type_array))
		n = json_object_array_length(list);
	else
		list = NULL;
	if (n > 4096)
		n = 4096;
	info->include = xcalloc(n + 1, sizeof(*info->include));
	for (i = 0; i < n; i++) {
		const char *s = json_object_get_string(json_object_array_get_idx(list, i));

		info->include[i] = xstrdup(s ? s : "");
	}
}

static int read_head(struct reading *r, struct json_object *o, struct err *err)
{
	struct json_object *version, *guest = NULL;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, "scxplore", &version))
		return err_set(err, EPROTO,
			       "'%s' is not a session file: its first line has no \"scxplore\"",
			       r->name);
	if (json_object_get_int64(version) != JOURNAL_VERSION)
		return err_set(err, EPROTONOSUPPORT,
			       "'%s' is a session of format version %" PRId64
			       ", this program reads version %d; "
			       "use a newer scxplore",
			       r->name, json_object_get_int64(version), JOURNAL_VERSION);
	json_object_object_get_ex(o, "guest", &guest);
	if (!r->info)
		return 0;
	r->info->created = text_of(o, "created");
	r->info->version = text_of(o, "version");
	r->info->topology = text_of(guest, "topology");
	r->info->memory_mib = num_of(guest, "memory_mib") > MEMORY_MAX
				      ? 0
				      : (unsigned)num_of(guest, "memory_mib");
	r->info->kernel = text_of(guest, "kernel");
	r->info->accel = text_of(guest, "accel");
	r->info->workload_root = text_of(guest, "workload_root");
	r->info->watchdog_ns = num_of(guest, "watchdog_ns");
	r->info->duration_ns = num_of(guest, "duration_ns");
	r->info->append = text_of(guest, "append");
	r->info->exact = is_true(guest, "exact");
	r->info->seed = r->info->exact ? num_of(guest, "seed") : 0;
	read_include(guest, r->info);
	return 0;
}

static bool all_exited(const struct model *m, const char *name)
{
	const struct model_group *g = model_group(m, name);
	size_t i;

	for (i = 0; g && i < g->ntasks; i++)
		if (!g->tasks[i].exited)
			return false;
	return g;
}

/* As the session told its scenario when it was written. */
static void follow(struct scenario *s, const struct model *m, const struct event *ev)
{
	const struct model_op *mo = model_op(m, ev->seq);
	struct err err = ERR_INIT;
	struct op *op;

	if (ev->type == EV_OP && mo && mo->op) {
		op = op_clone(mo->op);
		op->seq = ev->seq;
		if (scenario_add(s, op, &err) < 0)
			op_destroy(op);
	}
	if (ev->type == EV_FAILED)
		scenario_undo(s, ev->seq);
	if ((ev->type == EV_EXIT && all_exited(m, ev->name)) || (ev->type == EV_ROUNDS && ev->flag))
		scenario_ended(s, ev->name);
}

static void read_line(struct reading *r, struct json_object *o)
{
	struct event ev;
	int kind = event_json_read(o, &ev, &r->scratch);

	if (kind == 1) {
		model_apply(r->model, &ev);
		if (r->follow)
			follow(r->follow, r->model, &ev);
		return;
	}
	if (kind == 0 && (kind = sample_lines_take(&r->samples, o)) == 1) {
		model_sample(r->model, &r->samples.last);
		return;
	}
	if (kind == 0)
		kind = trace_json_read(o, r->model->trace, &r->scratch);
	if (kind == -ENOENT)
		r->baseless++;
	else if (kind < 0)
		r->malformed++;
	else if (kind == 0)
		r->unknown++;
}

static struct json_object *parse(struct reading *r, const char *line, size_t len)
{
	struct json_object *o;

	json_tokener_reset(r->tok);
	if (len > JOURNAL_LINE_MAX)
		return NULL;
	o = json_tokener_parse_ex(r->tok, line, (int)len);
	if (json_tokener_get_error(r->tok) != json_tokener_success) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

static int read_lines(struct reading *r, const char *text, size_t len, struct err *err)
{
	bool head = true;
	size_t at = 0;
	int rc = 0;

	while (at < len && rc == 0) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text - at) : len - at;
		struct json_object *o = parse(r, text + at, n);

		if (head)
			rc = o ? read_head(r, o, err)
			       : err_set(err, EPROTO,
					 "'%s' is not a session file: its first line is no JSON",
					 r->name);
		else if (!o && !end)
			buf_addf(r->warning, "the last line was cut and is left out; ");
		else if (!o && n)
			r->malformed++;
		else if (o)
			read_line(r, o);
		json_object_put(o);
		head = false;
		at += n + 1;
	}
	if (rc == 0 && head)
		rc = err_set(err, EPROTO, "'%s' is empty", r->name);
	if (r->malformed)
		buf_addf(r->warning, "%u malformed line%s left out; ", r->malformed,
			 r->malformed == 1 ? "" : "s");
	if (r->baseless)
		buf_addf(r->warning, "%u sample%s left out, for the one before is missing; ",
			 r->baseless, r->baseless == 1 ? "" : "s");
	if (r->unknown)
		buf_addf(r->warning, "%u line%s of a kind unknown to this version left out; ",
			 r->unknown, r->unknown == 1 ? "" : "s");
	return rc;
}

/* Guest time between the end of the op before and the beginning of this one, in whole ms. */
static uint64_t tempo(const struct model_op *before, const struct model_op *op)
{
	uint64_t ns;

	if (!before || !before->end_ns || op->begin_ns <= before->end_ns)
		return 0;
	ns = op->begin_ns - before->end_ns;
	/* below one ms nobody has waited: the program itself took that long */
	return ns < MS_NS || ns > TEMPO_MAX ? 0 : (ns + MS_NS / 2) / MS_NS * MS_NS;
}

static void left_out(struct buf *warning, const struct model_op *mo, const char *why)
{
	buf_addf(warning, "op %" PRIu64 " '%s' %s and is left out; ", mo->seq, mo->text, why);
}

/* A hold that a person cut short is repeated as long as it really was. */
static void shorten_hold(struct op *op, const struct model_op *mo, struct buf *warning)
{
	const struct op_val *asked = op_arg(op, WARG_DURATION);
	uint64_t held = mo->end_ns > mo->begin_ns ? mo->end_ns - mo->begin_ns : 0;
	char text[32];

	held = (held + MS_NS / 2) / MS_NS * MS_NS;
	/* the agent says that it was cut; time alone could be a slow clock of an old file */
	if (op->def->id != OP_HOLD || !asked || !mo->note || !strstr(mo->note, "cut short") ||
	    held + MS_NS >= (uint64_t)asked->num)
		return;
	op_set_num(op, WARG_DURATION, (int64_t)held);
	text_format_duration(text, sizeof(text), held);
	buf_addf(warning, "op %" PRIu64 " '%s' was cut short and is repeated for %s; ", mo->seq,
		 mo->text, text);
}

/*
 * The ops that were carried out; expectations whatever their verdict was. What depends on an op
 * that failed cannot stand without it (an expectation of a group that was never started).
 * A body stays whole: that one of its ops failed in some round is part of what was done.
 */
static void build_scenario(const struct model *m, bool asap, unsigned cpus, struct scenario **out,
			   struct buf *warning)
{
	const struct model_op *before = NULL;
	bool exact = model_exact(m);
	size_t i;

	*out = scenario_create(cpus);
	for (i = 0; i < m->nops; i++) {
		const struct model_op *mo = &m->ops[i];
		unsigned flags = mo->op ? mo->op->def->flags : 0;
		bool in_body = scenario_body_open(*out) && mo->state != OPS_QUEUED;
		struct err err = ERR_INIT;
		struct op *op;

		/* an exact run is repeated with what fails in it: it is a part of what happens */
		if (!mo->op || (!(flags & OPF_EXPECT) && !in_body && mo->state != OPS_DONE &&
				!(exact && mo->state == OPS_FAILED))) {
			left_out(warning, mo,
				 !mo->op                   ? "is unknown to this version"
				 : mo->state == OPS_FAILED ? "failed"
							   : "was never finished");
			continue;
		}
		op = op_clone(mo->op);
		op->seq = 0;
		op->after_ns = asap || in_body ? 0 : tempo(before, mo);
		shorten_hold(op, mo, warning);
		if (scenario_add(*out, op, &err) < 0) {
			cleanup_free char *why = xasprintf("cannot be repeated (%s)", err.msg);

			left_out(warning, mo, why);
			op_destroy(op);
			continue;
		}
		before = mo;
	}
}

static unsigned cpus_of(const char *topology)
{
	unsigned n, l, c, t;

	if (!topology || sscanf(topology, "%un%ul%uc%ut", &n, &l, &c, &t) != 4 || l > 4096 ||
	    c > 4096 || t > 16)
		return 0;
	return l * c * t;
}

/* The events know better than the head line what the guest really was. */
static void improve_info(struct session_info *info, const struct model *m)
{
	if (m->kernel && *m->kernel) {
		free(info->kernel);
		info->kernel = xstrdup(m->kernel);
	}
	if (m->accel && *m->accel) {
		free(info->accel);
		info->accel = xstrdup(m->accel);
	}
}

static int read_text(struct reading *r, const char *text, size_t len, struct err *err)
{
	int rc;

	r->tok = json_tokener_new_ex(32);
	rc = read_lines(r, text, len, err);
	if (rc == 0)
		improve_info(r->info, r->model);
	json_tokener_free(r->tok);
	sample_lines_finish(&r->samples);
	buf_finish(&r->scratch);
	return rc;
}

int journal_read_memory(const char *name, const char *text, size_t len, bool asap,
			struct session_info *info, struct model *model, struct scenario **scenario,
			struct buf *warning, struct err *err)
{
	struct session_info own_info = {0};
	struct model *own = model ? NULL : model_create();
	struct buf own_warning = BUF_INIT;
	struct reading r = {.name = name,
			    .info = info ? info : &own_info,
			    .model = model ? model : own,
			    .warning = warning ? warning : &own_warning};
	int rc = read_text(&r, text, len, err);

	if (rc == 0 && scenario)
		build_scenario(r.model, asap, cpus_of(r.info->topology), scenario, r.warning);
	if (r.warning->len >= 2 && !strcmp(r.warning->data + r.warning->len - 2, "; "))
		r.warning->data[r.warning->len -= 2] = '\0';
	buf_finish(&own_warning);
	session_info_finish(&own_info);
	model_destroy(own);
	return rc;
}

/* The whole file; *map for munmap(). */
static int map_file(const char *path, const char **map, size_t *len, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "read session '%s'", path);
	if (!S_ISREG(st.st_mode) || !st.st_size || (unsigned long long)st.st_size > FILE_MAX)
		return err_set(err, EINVAL, "read session '%s': not a file of 1 byte to 2 GiB",
			       path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return err_sys(err, errno, "read session '%s'", path);
	*map = at;
	*len = (size_t)st.st_size;
	return 0;
}

int journal_read(const char *path, bool asap, struct session_info *info, struct model *model,
		 struct scenario **scenario, struct buf *warning, struct err *err)
{
	const char *map;
	size_t len;
	int r = map_file(path, &map, &len, err);

	if (r < 0)
		return r;
	r = journal_read_memory(path, map, len, asap, info, model, scenario, warning, err);
	munmap((void *)map, len);
	return r;
}

int journal_follow(const char *path, struct model *model, struct scenario *scenario, struct err *err)
{
	struct session_info info = {0};
	struct buf warning = BUF_INIT;
	struct reading reading = {.name = path,
				  .info = &info,
				  .model = model,
				  .follow = scenario,
				  .warning = &warning};
	const char *map;
	size_t len;
	int r = map_file(path, &map, &len, err);

	if (r < 0)
		return r;
	r = read_text(&reading, map, len, err);
	munmap((void *)map, len);
	buf_finish(&warning);
	session_info_finish(&info);
	return r;
}

bool journal_is_session(const char *path)
{
	cleanup_file FILE *f = fopen(path, "re");
	char head[256];
	size_t n = f ? fread(head, 1, sizeof(head) - 1, f) : 0;

	head[n] = '\0';
	return head[0] == '{' && strstr(head, "\"scxplore\"");
}
