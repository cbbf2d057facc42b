/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_json - the scenario alone, as one JSON object: guest, then ops with their arguments by
 * the names of the op table. Text that is not UTF-8 stands in base64 under NAME64, as in a session
 * file.
 */
#include "ops/export.h"
#include "ops/event_json.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <json-c/json.h>
#include <string.h>

#define FORMAT_VERSION 1

static void add_text(struct json_object *o, const char *key, const char *s)
{
	if (s && *s)
		json_add_bytes(o, key, s, strlen(s));
}

static struct json_object *guest(const struct session_info *info)
{
	struct json_object *o = json_object_new_object(), *include = json_object_new_array();
	size_t i;

	add_text(o, "topology", info->topology);
	json_object_object_add(o, "memory_mib", json_object_new_int64(info->memory_mib));
	add_text(o, "workload_root", info->workload_root);
	for (i = 0; info->include && info->include[i]; i++)
		json_object_array_add(include, json_object_new_string(info->include[i]));
	json_object_object_add(o, "include", include);
	if (info->watchdog_ns)
		json_object_object_add(o, "watchdog_ns", json_object_new_uint64(info->watchdog_ns));
	if (info->duration_ns)
		json_object_object_add(o, "duration_ns", json_object_new_uint64(info->duration_ns));
	add_text(o, "append", info->append);
	if (info->exact)
		json_object_object_add(o, "exact", json_object_new_boolean(true));
	if (info->seed)
		json_object_object_add(o, "seed", json_object_new_uint64(info->seed));
	return o;
}

/* A string; what is not UTF-8 has none in JSON and becomes {"text64": ...}. */
static struct json_object *text_or_base64(const char *s)
{
	struct json_object *o = json_object_new_object(), *text;

	json_add_bytes(o, "text", s, strlen(s));
	if (!json_object_object_get_ex(o, "text", &text))
		return o;
	json_object_get(text);
	json_object_put(o);
	return text;
}

static void add_list(struct json_object *args, const char *key, const struct op_val *v)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < v->n; i++)
		json_object_array_add(list, text_or_base64(v->list[i]));
	json_object_object_add(args, key, list);
}

/* Times carry their unit in the name: "timeout_ns". */
static void add_number(struct json_object *args, const struct arg_def *a, int64_t num)
{
	cleanup_free char *key = xasprintf("%s%s", a->key, a->type == ARG_DURATION ? "_ns" : "");

	json_object_object_add(args, key, json_object_new_int64(num));
}

static struct json_object *arguments(const struct op *op)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++) {
		const struct arg_def *a = &op->def->args[i];
		const struct op_val *v = &op->val[i];

		if (!v->set)
			continue;
		if (v->list)
			add_list(o, a->key, v);
		else if (v->str)
			json_add_bytes(o, a->key, v->str, strlen(v->str));
		else
			add_number(o, a, v->num);
	}
	return o;
}

static struct json_object *op_object(const struct op *op)
{
	struct json_object *o = json_object_new_object();
	cleanup_buf struct buf words = BUF_INIT;
	cleanup_free char *line = op_format(op);

	buf_addf(&words, "%s%s%s", op->def->words[0], op->def->words[1] ? " " : "",
		 op->def->words[1] ? op->def->words[1] : "");
	json_object_object_add(o, "op", json_object_new_string(buf_text(&words)));
	if (op->after_ns)
		json_object_object_add(o, "after_ns", json_object_new_uint64(op->after_ns));
	json_object_object_add(o, "args", arguments(op));
	json_add_bytes(o, "line", line, strlen(line));
	return o;
}

int export_json_write(const struct export_input *in, struct buf *out, struct err *err)
{
	struct json_object *o = json_object_new_object(), *ops = json_object_new_array();
	const struct op *op;
	size_t i;

	json_object_object_add(o, "scxplore_scenario", json_object_new_int(FORMAT_VERSION));
	json_object_object_add(o, "guest", guest(in->info));
	for (i = 0; (op = scenario_at(in->scenario, i)); i++)
		json_object_array_add(ops, op_object(op));
	json_object_object_add(o, "ops", ops);
	buf_addf(out, "%s\n",
		 json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
							   JSON_C_TO_STRING_SPACED |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return 0;
}
