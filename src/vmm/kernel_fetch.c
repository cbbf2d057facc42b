/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_fetch - a kernel from Debian's archive, through apt: its mirror, its signatures.
 *
 * apt is pointed at a folder of our own for lists and cache, so that the system's configuration is
 * read for the mirror and never changed. Since 7.x the image is in linux-binary-VERSION and the
 * configuration in linux-base-VERSION; before, both are in linux-image-VERSION.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/kernel.h"
#include "vmm/kernel_modules.h"
#include "vmm/paths.h"
#include "vmm/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define OLDEST  "6.16" /* Debian switched CONFIG_SCHED_CLASS_EXT on with it */
#define FLAVOUR "-cloud-amd64"
#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

static const char *const suites[] = {"trixie-backports", "trixie", "sid"};

struct fetch {
	char *dir; /* CACHE/apt */
	char *options[5];
	void (*progress)(void *arg, unsigned percent, const char *what);
	void *arg;
};

static void tell(struct fetch *f, unsigned percent, const char *what)
{
	if (f->progress)
		f->progress(f->arg, percent, what);
}

/* "dlstatus:1:45.2:text" and "pmstatus:..." of APT::Status-Fd */
static void on_status(void *arg, const char *line)
{
	const char *p = strchr(line, ':');

	p = p ? strchr(p + 1, ':') : NULL;
	if (p)
		tell(arg, (unsigned)strtoul(p + 1, NULL, 10), "downloading");
}

static int run_apt(struct fetch *f, const char *dir, const char *const *words, struct buf *out,
		   struct err *err)
{
	const char *argv[32];
	size_t n = 0, i;

	argv[n++] = words[0];
	for (i = 0; i < ARRAY_SIZE(f->options); i++)
		argv[n++] = f->options[i];
	for (i = 1; words[i]; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
	return spawn_run(&(struct spawn){.argv = argv,
					 .dir = dir,
					 .out_fd = -1,
					 .out = out,
					 .status = on_status,
					 .arg = f},
			 err);
}

static int find_mirror(struct buf *mirror, struct err *err)
{
	cleanup_buf struct buf all = BUF_INIT;
	char *p, *line;
	int r = spawn_run(
		&(struct spawn){.argv = (const char *const[]){"apt-get", "indextargets", "--format",
							      "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
							      "Created-By: Packages", NULL},
				.out_fd = -1,
				.out = &all},
		err);

	if (r < 0)
		return err_wrap(err, "ask apt for its mirror (Debian only; elsewhere use 'scxplore "
				     "kernel add PATH')");
	for (p = all.data; p && (line = strsep(&p, "\n"));) {
		if (!strncmp(line, "Debian|Debian|", 14)) {
			buf_adds(mirror, line + 14);
			return 0;
		}
	}
	return err_set(
		err, ENOTSUP,
		"apt has no Debian mirror configured; run 'apt-get update', or add a kernel with "
		"'scxplore kernel add PATH'");
}

static int prepare(struct fetch *f, struct err *err)
{
	cleanup_free char *lists = NULL, *archives = NULL, *sources = NULL;
	cleanup_buf struct buf mirror = BUF_INIT;
	cleanup_file FILE *out = NULL;
	size_t i;

	f->dir = paths_cache("apt", 1, err);
	lists = f->dir ? paths_cache("apt/lists/partial", 1, err) : NULL;
	archives = lists ? paths_cache("apt/archives/partial", 1, err) : NULL;
	if (!archives || find_mirror(&mirror, err) < 0)
		return -err->code;
	sources = xasprintf("%s/sources.list", f->dir);
	out = fopen(sources, "we");
	if (!out)
		return err_sys(err, errno, "write '%s'", sources);
	for (i = 0; i < ARRAY_SIZE(suites); i++)
		fprintf(out, "deb [signed-by=" KEYRING "] %s %s main\n", buf_text(&mirror),
			suites[i]);
	f->options[0] = xasprintf("-oDir::Etc::SourceList=%s", sources);
	f->options[1] = xstrdup("-oDir::Etc::SourceParts=/dev/null");
	f->options[2] = xasprintf("-oDir::State::Lists=%s/lists", f->dir);
	f->options[3] = xasprintf("-oDir::Cache=%s", f->dir);
	f->options[4] = xstrdup("-oAPT::Sandbox::User=root");
	return 0;
}

static bool is_image(const char *name, const char **version)
{
	static const char *const heads[] = {"linux-binary-", "linux-image-"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		size_t n = strlen(heads[i]);

		if (!strncmp(name, heads[i], n) && isdigit((unsigned char)name[n])) {
			*version = name + n;
			return true;
		}
	}
	return false;
}

/* "linux-binary-7.3.4+deb13-cloud-amd64 - words" lines to the newest version. */
static char *choose(struct buf *names, const char *wanted)
{
	char *p = names->data, *line, *best = NULL;

	while (p && (line = strsep(&p, "\n"))) {
		const char *version;
		size_t n;

		line[strcspn(line, " ")] = '\0';
		n = strlen(line);
		if (!is_image(line, &version) || n < strlen(FLAVOUR) ||
		    strcmp(line + n - strlen(FLAVOUR), FLAVOUR) ||
		    strverscmp(version, OLDEST) < 0 || strncmp(version, wanted, strlen(wanted)))
			continue;
		if (!best || strverscmp(version, best) > 0) {
			free(best);
			best = xstrdup(version);
		}
	}
	return best;
}

static int unpack_debs(const char *work, struct err *err)
{
	cleanup_free char *command = NULL;

	/* the shell is given no foreign word: the folder is our own */
	command = xasprintf("set -e; for d in *.deb; do dpkg-deb -x \"$d\" tree; done");
	return spawn_run(&(struct spawn){.argv = (const char *const[]){"sh", "-c", command, NULL},
					 .dir = work,
					 .out_fd = -1},
			 err);
}

/* Where the two forms of the packages put the image; the configuration goes beside it. */
static int take_in(const char *work, const char *version, char **release, struct err *err)
{
	cleanup_free char *modules = xasprintf("%s/tree/usr/lib/modules/%s/vmlinuz", work, version);
	cleanup_free char *boot = xasprintf("%s/tree/boot/vmlinuz-%s", work, version);

	return kernel_add(access(modules, R_OK) == 0 ? modules : boot, release, err);
}

static bool has_package(struct buf *names, const char *head, const char *version)
{
	cleanup_free char *name = xasprintf("%s%s", head, version);

	return memmem(names->data, names->len, name, strlen(name)) != NULL;
}

static int fetch(struct fetch *f, const char *wanted, char **release, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT, copy = BUF_INIT;
	cleanup_free char *version = NULL, *work = NULL, *image = NULL, *base = NULL;
	int r;

	tell(f, 0, "reading the package lists");
	r = run_apt(
		f, NULL,
		(const char *const[]){"apt-get", "-q", "-y", "-oAPT::Status-Fd=3", "update", NULL},
		NULL, err);
	if (r == 0)
		r = run_apt(f, NULL,
			    (const char *const[]){"apt-cache", "search", "--names-only",
						  "^linux-(binary|image|base)-[0-9].*cloud-amd64$",
						  NULL},
			    &names, err);
	if (r < 0)
		return err_wrap(err, "look for kernels");
	buf_add(&copy, buf_text(&names), names.len);
	version = choose(&copy, wanted);
	if (!version)
		return err_set(err, ENOENT,
			       "Debian's archive has no cloud kernel '%s' from " OLDEST " on",
			       wanted);
	/* the lock is ours: what lies here was left by a fetch that was killed */
	work = xasprintf("%s/work", f->dir);
	kernel_remove_tree(work);
	if (mkdir(work, 0700) < 0)
		return err_sys(err, errno, "create '%s'", work);
	image = xasprintf("%s%s",
			  has_package(&names, "linux-binary-", version) ? "linux-binary-"
									: "linux-image-",
			  version);
	base = has_package(&names, "linux-base-", version) ? xasprintf("linux-base-%s", version)
							   : NULL;
	tell(f, 0, version);
	r = run_apt(f, work,
		    (const char *const[]){"apt-get", "-q", "-y", "-oAPT::Status-Fd=3", "download",
					  image, base, NULL},
		    NULL, err);
	if (r == 0) {
		tell(f, 100, "unpacking");
		r = unpack_debs(work, err);
	}
	if (r == 0)
		r = take_in(work, version, release, err);
	kernel_remove_tree(work);
	return r < 0 ? err_wrap(err, "fetch kernel %s", version) : 0;
}

int kernel_fetch(const char *version,
		 void (*progress)(void *arg, unsigned percent, const char *what), void *arg,
		 char **release, struct err *err)
{
	struct fetch f = {.progress = progress, .arg = arg};
	cleanup_free char *lock = NULL;
	cleanup_fd int fd = -1;
	size_t i;
	int r;

	*release = NULL;
	r = prepare(&f, err);
	if (r == 0) {
		lock = xasprintf("%s/.lock", f.dir);
		fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || flock(fd, LOCK_EX) < 0)
			r = err_sys(err, errno, "lock '%s'", lock);
	}
	if (r == 0)
		r = fetch(&f, version ? version : "", release, err);
	free(f.dir);
	for (i = 0; i < ARRAY_SIZE(f.options); i++)
		free(f.options[i]);
	return r;
}
