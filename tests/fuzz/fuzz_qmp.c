/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_qmp - lines of a monitor that may be anything.
 */
#include "tests/fuzz/fuzz.h"

#include "vmm/qmp.h"

#include <string.h>

const char *const fuzz_words[] = {"\"QMP\"", "\"event\"", "\"return\"", "\"error\"", "\"desc\"", "\"data\"", "\"reason\"",
				  "{", "}", "[", "]", ":", ",", "null", "1e308", "\\u0000", "\\ud83d", "\xff", "\x1b[2J", NULL};

static const char *const lines[] = {
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, "
	"\"capabilities\": [\"oob\"]}}",
	"{\"return\": {}}",
	"{\"return\": {\"status\": \"internal-error\", \"running\": false}, \"id\": \"x\"}",
	"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"SHUTDOWN\", "
	"\"data\": {\"guest\": true, \"reason\": \"guest-shutdown\"}}",
	"{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command x has not been found\"}}",
	"{\"event\": \"STOP\"}",
	"{\"return\": \"Waiting for gdb connection on device 'chardev:x'\\r\\n\", \"id\": \"stub-server\"}",
};

static void terminated(const char *s, size_t size)
{
	fuzz_must(memchr(s, '\0', size));
	fuzz_must(!strpbrk(s, "\x1b\n\r\x7f"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct qmp_message m;

	qmp_parse((const char *)data, len, &m);
	fuzz_must(m.kind <= QMP_MALFORMED);
	terminated(m.event, sizeof(m.event));
	terminated(m.reason, sizeof(m.reason));
	terminated(m.status, sizeof(m.status));
	terminated(m.error, sizeof(m.error));
	terminated(m.id, sizeof(m.id));
	terminated(m.text, sizeof(m.text));
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add(lines[i], strlen(lines[i]));
}
