/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_stats - see sched_stats.h.
 */
#include "ops/sched_stats.h"

#include "base/text.h"

#include <json-c/json.h>
#include <string.h>

enum { DEPTH_MAX = 24 };

static void add_clean(struct buf *out, const char *text)
{
	char safe[200];

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	buf_adds(out, safe);
}

static struct json_object *parse(const char *data, size_t len, struct buf *why)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o = NULL;

	if (len > STATS_ANSWER_MAX || !tok) {
		buf_adds(why, "its answer is too long");
	} else {
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
		o = json_tokener_parse_ex(tok, data, (int)len);
		if (json_tokener_get_error(tok) != json_tokener_success) {
			json_object_put(o);
			o = NULL;
		}
		if (!o)
			buf_adds(why, "its answer is no JSON");
	}
	if (tok)
		json_tokener_free(tok);
	return o;
}

bool sched_stats_read(const char *data, size_t len, struct buf *json, struct buf *why)
{
	struct json_object *o = parse(data, len, why), *code = NULL, *args = NULL, *resp = NULL;
	bool found;

	if (!o)
		return false;
	found = json_object_is_type(o, json_type_object) &&
		json_object_object_get_ex(o, "errno", &code) &&
		json_object_is_type(code, json_type_int) &&
		json_object_object_get_ex(o, "args", &args) &&
		json_object_is_type(args, json_type_object) &&
		json_object_object_get_ex(args, "resp", &resp);
	if (!found) {
		buf_adds(why, "its answer has no errno, or no args.resp");
	} else if (json_object_get_int64(code)) {
		buf_addf(why, "it refused with errno %lld", (long long)json_object_get_int64(code));
		if (json_object_is_type(resp, json_type_string)) {
			buf_adds(why, ": ");
			add_clean(why, json_object_get_string(resp));
		}
		found = false;
	} else {
		buf_addf(json, "{\"" SCHED_STATS_PREFIX "\":%s}\n",
			 json_object_to_json_string_ext(resp, JSON_C_TO_STRING_PLAIN));
	}
	json_object_put(o);
	return found;
}
