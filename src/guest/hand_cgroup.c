/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_cgroup - making cgroups and setting their files, in a hand.
 *
 * Controllers are enabled down the path only where a setting needs them, so that a cgroup stays
 * free for tasks as long as the kernel allows it. Invariant: a cgroup whose settings cannot all
 * be made is not left behind.
 */
#include "guest/hand.h"
#include "guest/fault_switch.h"
#include "guest/hand_cpus.h"
#include "guest/hand_partition.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const controllers[] = {"cpu", "cpuset", "memory", "pids", "io"};

static const struct {
	const char *file, *hint;
} hints[] = {
	{"cpu.weight", "a number from 1 to 10000 is wanted"},
	{"cpu.weight.nice", "a number from -20 to 19 is wanted"},
	{"cpu.max", "'MAX PERIOD' in microseconds is wanted, MAX may be 'max'"},
	{"cpu.idle", "0 or 1 is wanted"},
	{"cpuset.cpus", "CPUs of the guest as in '0-3,5' are wanted"},
	{"cpuset.mems", "NUMA nodes of the guest as in '0-1' are wanted"},
	{"memory.max", "bytes (K, M, G) or 'max' are wanted"},
	{"memory.high", "bytes (K, M, G) or 'max' are wanted"},
	{"memory.low", "bytes (K, M, G) or 'max' are wanted"},
	{"pids.max", "a number or 'max' is wanted"},
	{"cgroup.freeze", "0 or 1 is wanted"},
};

static uint64_t dir_id(const char *path)
{
	struct stat st;

	return fstatat(shared_cgroup_fd, *path ? path : ".", &st, 0) < 0 ? 0 : (uint64_t)st.st_ino;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *p = text;

	while ((p = strstr(p, word))) {
		if ((p == text || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
		p += len;
	}
	return false;
}

/* dir is relative to the mount, "" for its root. */
static int enable(const char *dir, const char *controller)
{
	char file[512], text[512];

	snprintf(file, sizeof(file), "%s%scgroup.subtree_control", dir, *dir ? "/" : "");
	if (hand_read_at(shared_cgroup_fd, file, text, sizeof(text)) >= 0 &&
	    has_word(text, controller))
		return 0;
	snprintf(text, sizeof(text), "+%s", controller);
	return hand_write_at(shared_cgroup_fd, file, text);
}

static int explain_enable(struct hand *h, int code, const char *dir, const char *controller,
			  const char *key)
{
	if (code == EBUSY)
		return hand_fail(h, code,
				 "'%s' needs the %s controller in '/%s', but there are processes "
				 "there: with controllers the kernel allows processes only in the "
				 "leaves; move them to a child first",
				 key, controller, dir);
	if (code == ENOENT)
		return hand_fail(h, code,
				 "'%s' needs the %s controller, which this kernel does not "
				 "have",
				 key, controller);
	if (code == EOPNOTSUPP)
		return hand_fail(h, code,
				 "'%s' needs the %s controller, which counts whole processes: the "
				 "kernel does not pass it on in '/%s', for there are threaded "
				 "cgroups below or it is one",
				 key, controller, dir);
	return hand_fail_sys(h, code, "cannot enable the %s controller in '/%s' for '%s'",
			     controller, dir, key);
}

/* Every directory above path has to pass the controller of this file on. */
static int enable_for(struct hand *h, const char *path, const char *key)
{
	char controller[32], dir[512];
	const char *p;
	int r;

	snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(key, "."), key);
	if (!strcmp(controller, "cgroup"))
		return 0;
	for (p = path; p; p = strchr(p + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
		r = enable(dir, controller);
		if (r)
			return explain_enable(h, -r, dir, controller, key);
	}
	return 0;
}

static int explain_set(struct hand *h, int code, const char *path, const char *key,
		       const char *value)
{
	const char *hint = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hints); i++)
		if (!strcmp(hints[i].file, key))
			hint = hints[i].hint;
	if (code == ENOENT)
		return hand_fail(h, code, "cannot set %s of '/%s': this kernel has no such file",
				 key, path);
	if (!strcmp(key, "cgroup.type") && code == EOPNOTSUPP)
		return hand_fail(h, code,
				 "cannot make '/%s' threaded: the kernel wants it empty, without "
				 "controllers passed on but cpu, cpuset and pids, and so its parent, "
				 "which must have no children with processes but threaded ones; "
				 "the workload root passes on memory: make it a child of a cgroup of its "
				 "own",
				 path);
	return hand_fail(h, code, "cannot set %s of '/%s' to '%s': %s%s%s", key, path, value,
			 strerror(code), hint ? ": " : "", hint ? hint : "");
}

/* Names the files that were set in done. */
static int apply(struct hand *h, const char *path, char *done, size_t size)
{
	uint64_t seed = wire_get_u64(&h->in);
	uint32_t n = wire_get_u32(&h->in), i;
	char file[768], cpus[4096];
	struct cpu_mask mask;
	int r;

	for (i = 0; i < n; i++) {
		const char *key = wire_get_str(&h->in), *value = wire_get_str(&h->in);

		if (!strcmp(key, "cpuset.cpus") && *value > '9') {
			r = hand_cpus_resolve(h, value, seed, &mask);
			if (r)
				return r;
			cpu_mask_format(&mask, cpus, sizeof(cpus));
			value = cpus;
		}

		if (h->in.bad || !*key || strchr(key, '/'))
			return hand_fail(h, EINVAL, "'%s' is no file of a cgroup", key);
		r = enable_for(h, path, key);
		if (r)
			return r;
		snprintf(file, sizeof(file), "%s/%s", path, key);
		if (!strcmp(key, "cpuset.cpus.partition")) {
			r = hand_partition(h, path, value);
			if (r)
				return r;
		} else {
			r = fault_is(FAULT_SETTING_DROPPED)
				    ? 0
				    : hand_write_at(shared_cgroup_fd, file, value);
			if (r)
				return explain_set(h, -r, path, key, value);
		}
		r = (int)strlen(done);
		snprintf(done + r, size - (size_t)r, "%s%s", r ? ", " : "", key);
	}
	return 0;
}

static const char *get_path(struct hand *h)
{
	const char *path = wire_get_str(&h->in);

	return path[0] == '/' ? path + 1 : path;
}

int hand_cgroup_add(struct hand *h, struct job_reply *r)
{
	static char done[1024];
	const char *path = get_path(h);
	int code;

	done[0] = '\0';
	if (mkdirat(shared_cgroup_fd, path, 0755) < 0) {
		if (errno == EAGAIN)
			return hand_fail(h, errno,
					 "cannot add cgroup '/%s': cgroup.max.depth or "
					 "cgroup.max.descendants is reached",
					 path);
		return hand_fail_sys(h, errno, "cannot add cgroup '/%s'", path);
	}
	code = apply(h, path, done, sizeof(done));
	if (code) {
		unlinkat(shared_cgroup_fd, path, AT_REMOVEDIR);
		return code;
	}
	r->id = dir_id(path);
	r->text = done;
	return 0;
}

int hand_cgroup_set(struct hand *h, struct job_reply *r)
{
	static char done[1024];
	const char *path = get_path(h);

	done[0] = '\0';
	r->text = done;
	return apply(h, path, done, sizeof(done));
}

int hand_cgroup_setup(struct hand *h, struct job_reply *r)
{
	static char text[256];
	const char *path = get_path(h);
	size_t i, end = 0;
	char dir[512];

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(controllers); i++) {
		if (enable("", controllers[i]))
			continue;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
			 controllers[i]);
	}
	/* "/a/b" is made part by part */
	do {
		end++;
		end += strcspn(path + end, "/");
		snprintf(dir, sizeof(dir), "%.*s", (int)end, path);
		if (mkdirat(shared_cgroup_fd, dir, 0755) < 0 && errno != EEXIST)
			return hand_fail_sys(h, errno, "cannot add the workload root '/%s'", path);
		for (i = 0; i < ARRAY_SIZE(controllers); i++)
			enable(dir, controllers[i]);
	} while (path[end]);
	r->id = dir_id(path);
	r->text = text;
	return 0;
}

/* The file's text, which may be empty; enabling the controller first. */
static int read_cpus(struct hand *h, const char *path, const char *name, char *dst, size_t size)
{
	char file[768];
	ssize_t n;
	int r = enable_for(h, path, "cpuset.cpus");

	if (r)
		return r;
	snprintf(file, sizeof(file), "%s/%s", path, name);
	n = hand_read_at(shared_cgroup_fd, file, dst, size);
	return n < 0 ? hand_fail_sys(h, (int)-n, "cannot read '/%s'", file) : 0;
}

static int write_cpus(struct hand *h, const char *path, const char *value)
{
	char file[768], seen[4096];
	struct cpu_mask wanted = {.bits = {0}}, got = {.bits = {0}};
	ssize_t n;
	int r;

	snprintf(file, sizeof(file), "%s/cpuset.cpus", path);
	r = fault_is(FAULT_CPUSET_DROPPED)
		    ? 0
		    : hand_write_at(shared_cgroup_fd, file, *value ? value : "\n");
	if (r)
		return explain_set(h, -r, path, "cpuset.cpus", value);
	n = hand_read_at(shared_cgroup_fd, file, seen, sizeof(seen));
	if (n < 0 || (*value && cpu_mask_parse(value, &wanted, NULL)) ||
	    (*seen && cpu_mask_parse(seen, &got, NULL)) || memcmp(&wanted, &got, sizeof(got)))
		return hand_fail(h, EIO, "cpuset.cpus of '/%s' was set to '%s', but reads '%s'",
				 path, value, n < 0 ? "?" : seen);
	return 0;
}

int hand_cpuset(struct hand *h, struct job_reply *r)
{
	static char one[4096], two[4096];
	const char *path = get_path(h), *other = get_path(h), *word = wire_get_str(&h->in);
	uint64_t seed = wire_get_u64(&h->in);
	struct cpu_mask mask;
	int code = read_cpus(h, path, "cpuset.cpus", one, sizeof(one));

	if (!code && *other)
		code = read_cpus(h, other, "cpuset.cpus", two, sizeof(two));
	if (code)
		return code;
	if (*other && (!*one || !*two))
		return hand_fail(h, EINVAL,
				 "cpusets cannot be swapped: '/%s' has none of its own, it uses all "
				 "its parent has",
				 *one ? other : path);
	if (*other) {
		code = write_cpus(h, path, two);
		if (!code)
			code = write_cpus(h, other, one);
	} else if (*word) {
		code = hand_cpus_resolve(h, word, seed, &mask);
		if (code)
			return code;
		cpu_mask_format(&mask, two, sizeof(two));
		code = write_cpus(h, path, two);
	} else {
		code = write_cpus(h, path, "");
	}
	if (!code)
		code = read_cpus(h, path, "cpuset.cpus.effective", one, sizeof(one));
	r->text = one;
	return code;
}
