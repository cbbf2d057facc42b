/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accel - the decision between KVM and TCG before a boot, and its memory in the cache.
 * Invariant: a finding counts only for the machine and host kernel it was made on.
 */
#include "vmm/accel.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "vmm/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

static const char *const names[] = {
	[ACCEL_AUTO] = "auto", [ACCEL_KVM] = "kvm", [ACCEL_TCG] = "tcg"};

int accel_parse(const char *text, enum accel *out, struct err *err)
{
	const char *near;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(text, names[i])) {
			*out = (enum accel)i;
			return 0;
		}
	}
	near = text_nearest(text, names, ARRAY_SIZE(names));
	return err_set(err, EINVAL, "accelerator '%.40s' is none of auto, kvm, tcg%s%s%s", text,
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

const char *accel_name(enum accel a)
{
	return names[a];
}

static void machine_key(char *dst, size_t size)
{
	struct utsname u;
	char id[64] = "";
	cleanup_file FILE *f = fopen("/etc/machine-id", "re");

	uname(&u);
	if (f && fgets(id, sizeof(id), f))
		id[strcspn(id, "\n")] = '\0';
	snprintf(dst, size, "%s %s %s", *id ? id : u.nodename, u.release, u.machine);
}

static char *finding_path(int make)
{
	cleanup_free char *dir = paths_cache("accel", make, NULL);

	return dir ? xasprintf("%s/kvm-broken", dir) : NULL;
}

/* Two lines: the machine, the reason. */
static bool recall(char *why, size_t size)
{
	cleanup_free char *path = finding_path(0);
	cleanup_file FILE *f = path ? fopen(path, "re") : NULL;
	char key[256], line[256];

	if (!f || !fgets(line, sizeof(line), f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	machine_key(key, sizeof(key));
	if (strcmp(line, key) || !fgets(line, sizeof(line), f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	text_sanitise(why, size, line, strlen(line));
	return true;
}

void accel_remember_broken(const char *why)
{
	cleanup_free char *path = finding_path(1), *tmp = path ? xasprintf("%s.new", path) : NULL;
	char key[256];
	FILE *f = tmp ? fopen(tmp, "we") : NULL;

	if (!f)
		return;
	machine_key(key, sizeof(key));
	fprintf(f, "%s\n%.200s\n", key, why);
	if (fclose(f) == 0)
		rename(tmp, path);
}

void accel_remember_works(void)
{
	cleanup_free char *path = finding_path(0);

	if (path)
		unlink(path);
}

int accel_choose(enum accel asked, enum accel *out, char *reason, size_t size, struct err *err)
{
	char why[200];
	int fd = -1, e;

	reason[0] = '\0';
	*out = asked;
	if (asked == ACCEL_TCG) {
		text_copy(reason, size, "asked for");
		return 0;
	}
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	e = errno;
	if (fd >= 0)
		close(fd);
	if (asked == ACCEL_KVM) {
		if (fd < 0)
			return err_set(err, ENOTSUP,
				       "use KVM: open '/dev/kvm': %s; use --accel tcg or auto",
				       strerror(e));
		text_copy(reason, size, "asked for");
		return 0;
	}
	if (fd < 0) {
		*out = ACCEL_TCG;
		snprintf(reason, size, "no KVM here: open '/dev/kvm': %s", strerror(e));
	} else if (recall(why, sizeof(why))) {
		*out = ACCEL_TCG;
		snprintf(reason, size, "KVM cannot run guests on this machine (found earlier): %s",
			 why);
	} else {
		*out = ACCEL_KVM;
		text_copy(reason, size, "/dev/kvm is there");
	}
	return 0;
}
