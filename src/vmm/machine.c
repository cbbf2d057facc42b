/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine - see machine.h. Invariant: nothing of the word depends on where files lie on this
 * machine.
 */
#include "vmm/machine.h"
#include "base/cleanup.h"
#include "base/sha256.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int add_file(struct sha256 *s, const char *path, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	static uint8_t chunk[256 << 10];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
		sha256_add(s, chunk, (size_t)n);
	return n < 0 ? err_sys(err, errno, "read '%s'", path) : 0;
}

/* "QEMU emulator version 10.0.2 (Debian ...)": its number. */
static void short_version(const char *line, char *dst, size_t size)
{
	const char *at = strstr(line, "version ");
	size_t n = 0;

	for (at = at ? at + 8 : ""; n + 1 < size && (isdigit((unsigned char)*at) || *at == '.');
	     at++)
		dst[n++] = *at;
	dst[n] = '\0';
	if (!n)
		text_copy(dst, size, "unknown");
}

/* A release may hold anything its maker liked. */
static void add_word(char *dst, size_t size, const char *word)
{
	size_t n = strlen(dst);

	for (; *word && n + 1 < size; word++)
		dst[n++] = isgraph((unsigned char)*word) && !strchr("'\"\\#", *word) ? *word : '_';
	dst[n] = '\0';
}

int machine_word(const struct qemu_spec *spec, const struct kernel *kernel,
		 const char *const *files, char dst[MACHINE_MAX], struct err *err)
{
	cleanup_free char *args = qemu_arguments(spec);
	char line[256], version[32], hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	struct sha256 s;
	size_t i;
	int r;

	qemu_version_line(spec->binary, line, sizeof(line));
	short_version(line, version, sizeof(version));
	sha256_init(&s);
	sha256_add(&s, line, strlen(line) + 1);
	sha256_add(&s, args, strlen(args) + 1);
	r = add_file(&s, kernel->image, err);
	for (i = 0; r == 0 && kernel->modules && kernel->modules[i]; i++)
		r = add_file(&s, kernel->modules[i], err);
	for (i = 0; r == 0 && files[i]; i++)
		r = add_file(&s, files[i], err);
	if (r < 0)
		return err_wrap(err, "tell this machine from others");
	sha256_end(&s, hash);
	sha256_hex(hash, hex);
	snprintf(dst, MACHINE_MAX, "qemu-%s:max:", version);
	add_word(dst, MACHINE_MAX - 40, kernel->release ? kernel->release : "");
	snprintf(dst + strlen(dst), MACHINE_MAX - strlen(dst), ":%.8s", hex);
	return 0;
}
