/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_sched_pin - the job that gives a map of the scheduler in force a name under /sys/fs/bpf.
 *
 * A pin keeps its map, whatever becomes of the scheduler: others open it by its name. Invariant: a
 * name that is there already is never taken over from another map.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/bpf_parts.h"
#include "guest/fault_switch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIN_DIR      "/sys/fs/bpf/"
#define PIN_NAME_MAX 60

/* The kernel keeps dots and slashes for itself. */
static bool name_fits(const char *name)
{
	return *name && strlen(name) <= PIN_NAME_MAX &&
	       !name[strspn(name,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")];
}

static const char *safe(const struct bpf_part_map *m)
{
	static char text[BPF_OBJ_NAME_LEN];

	text_sanitise(text, sizeof(text), m->info.name,
		      strnlen(m->info.name, sizeof(m->info.name)));
	return text;
}

static const char *listed(const struct bpf_parts *p)
{
	static char text[400];
	size_t at = 0;
	uint32_t i;

	text[0] = '\0';
	for (i = 0; i < p->nmaps; i++) {
		int len = snprintf(text + at, sizeof(text) - at, "%s%s", at ? ", " : "",
				   safe(&p->maps[i]));

		if (len < 0 || (size_t)len >= sizeof(text) - at - 5) {
			snprintf(text + at, sizeof(text) - at, " ...");
			break;
		}
		at += (size_t)len;
	}
	return at ? text : "none";
}

/* The kernel keeps 15 bytes of a map's name: two may look the same. */
static const struct bpf_part_map *find(struct hand *h, const struct bpf_parts *p, const char *sched,
				       const char *name, int *code)
{
	const struct bpf_part_map *found = NULL;
	uint32_t i, hits = 0;

	for (i = 0; i < p->nmaps; i++)
		if (*name && !strncmp(p->maps[i].info.name, name, BPF_OBJ_NAME_LEN - 1)) {
			found = &p->maps[i];
			hits++;
		}
	if (hits == 1)
		return found;
	*code = hits ? hand_fail(h, EINVAL,
				 "scheduler '%.60s' has %u maps whose first 15 bytes are those of "
				 "'%.60s', and the kernel keeps no more of a name",
				 sched, hits, name)
		     : hand_fail(h, ENOENT, "scheduler '%.60s' has no map '%.60s'; it has: %s",
				 sched, name, listed(p));
	return NULL;
}

/* The id of the map under that path; 0 = there is none, or it is no map. */
static uint32_t pinned_id(const char *path)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	cleanup_fd int fd = bpf_obj_get(path);

	return fd >= 0 && !bpf_map_get_info_by_fd(fd, &info, &len) ? info.id : 0;
}

static int pin(struct hand *h, const struct bpf_part_map *m, const char *path)
{
	int e = fault_is(FAULT_PIN_DROPPED) || !bpf_obj_pin(m->fd, path) ? 0 : errno;
	uint32_t id = pinned_id(path);

	if (e == EEXIST && id != m->info.id)
		return hand_fail(h, e,
				 "'%s' is there already and is not this map: take another name, or "
				 "remove it first (run NAME -- rm %s)",
				 path, path);
	if (e && e != EEXIST)
		return hand_fail_sys(h, e, "cannot pin map '%s' as '%s'%s", safe(m), path,
				     e == EINVAL || e == EPERM ? " (is a bpf file system there?)"
							       : "");
	if (id != m->info.id)
		return hand_fail(h, EIO, "map '%s' was pinned, but '%s' does not hold it", safe(m),
				 path);
	return 0;
}

int hand_sched_pin(struct hand *h, struct job_reply *r)
{
	static struct bpf_parts parts;
	static char text[256];
	const char *sched = wire_get_str(&h->in), *map = wire_get_str(&h->in);
	const char *name = wire_get_str(&h->in);
	char path[sizeof(PIN_DIR) + PIN_NAME_MAX];
	const struct bpf_part_map *m;
	struct err err = ERR_INIT;
	int code = 0;

	r->leaving = true;
	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to pin a map makes no sense");
	if (!name_fits(name))
		return hand_fail(
			h, EINVAL,
			"a map cannot be pinned as '%.60s': 1 to %d letters, digits, '-' and "
			"'_' are wanted",
			name, PIN_NAME_MAX);
	snprintf(path, sizeof(path), PIN_DIR "%s", name);
	libbpf_set_print(NULL);
	if (bpf_parts_open(&parts, sched, &err) < 0)
		return hand_fail(h, err.code, "%s", err.msg);
	m = find(h, &parts, sched, map, &code);
	if (m)
		code = pin(h, m, path);
	if (m && !code) {
		snprintf(text, sizeof(text), "map %s of %.60s is at %s", safe(m), sched, path);
		r->text = text;
	}
	bpf_parts_close(&parts);
	return code;
}
