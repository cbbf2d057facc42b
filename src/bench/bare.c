/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare - see bare.h. Everything waits with a deadline.
 */
#include "bench/bare.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "bench/figures.h"
#include "vmm/initramfs.h"
#include "vmm/paths.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BOOT_MS 180000
#define ECHO_MS 10000

/* Beside the agent, or in a build tree beside its folder. */
static char *find_init(struct err *err)
{
	cleanup_free char *agent = paths_agent(err);
	size_t i;

	if (!agent)
		return NULL;
	*(strrchr(agent, '/') ? strrchr(agent, '/') : agent) = '\0';
	for (i = 0; i < 2; i++) {
		char *path = xasprintf(
			i ? "%s/../bench/scxplore-bare-init" : "%s/scxplore-bare-init", agent);

		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	err_set(err, ENOENT, "find 'scxplore-bare-init' beside the agent in '%s'", agent);
	return NULL;
}

static int wait_for(int fd, const char *word, double end, struct err *err)
{
	static char text[1 << 20];
	size_t len = 0;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		double left = end - wall_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left + 1) <= 0)
			return err_set(err, ETIMEDOUT, "the bare guest did not say '%s'", word);
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			return err_set(err, EPIPE, "the bare guest ended: %.*s", 200,
				       len > 200 ? text + len - 200 : text);
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, word))
			return 0;
		if (len > sizeof(text) / 2) {
			memmove(text, text + len - 4096, 4096);
			len = 4096;
		}
	}
}

int bare_boot(struct bare *b, const struct guest_config *config, double *ms, struct err *err)
{
	static const struct include_set nothing;
	static const struct buf no_script;
	struct qemu_spec spec = {
		.topology = config->topology, .accel = ACCEL_TCG, .memory = &b->memory};
	unsigned mib = config->memory_mib ? config->memory_mib
					  : topology_memory_default(&config->topology);
	double began;
	int r;

	*b = (struct bare){.initramfs_fd = -1, .qemu.pidfd = -1};
	b->binary = qemu_find(config->qemu, err);
	b->init = b->binary ? find_init(err) : NULL;
	if (!b->init)
		return -err->code;
	r = kernel_resolve(config->kernel, &b->kernel, err);
	if (r < 0)
		return r;
	b->initramfs_fd = initramfs_pack(b->init, &b->kernel, &nothing, &no_script, err);
	if (b->initramfs_fd < 0)
		return b->initramfs_fd;
	spec.binary = b->binary;
	spec.version = qemu_version(b->binary);
	spec.kernel_image = b->kernel.image;
	spec.initramfs_fd = b->initramfs_fd;
	began = wall_ms();
	r = memory_init(&b->memory, config->topology.nodes, mib, err);
	if (r == 0)
		r = qemu_spawn(&b->qemu, &spec, err);
	if (r == 0)
		r = wait_for(b->qemu.console_fd, "bare-up", began + BOOT_MS, err);
	*ms = wall_ms() - began;
	return r;
}

int bare_echo(struct bare *b, double *ms, struct err *err)
{
	static const char line[] =
		"0123456789012345678901234567890123456789012345678901234567890\n";
	double began = wall_ms();
	int r;

	if (write(b->qemu.wire_fd, line, sizeof(line) - 1) != (ssize_t)sizeof(line) - 1)
		return err_sys(err, errno, "send a line to the bare guest");
	r = wait_for(b->qemu.wire_fd, "\n", began + ECHO_MS, err);
	*ms = wall_ms() - began;
	return r;
}

void bare_end(struct bare *b)
{
	qemu_kill(&b->qemu);
	memory_finish(&b->memory);
	kernel_finish(&b->kernel);
	if (b->initramfs_fd >= 0)
		close(b->initramfs_fd);
	free(b->binary);
	free(b->init);
}
