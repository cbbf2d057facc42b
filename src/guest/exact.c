/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact - see exact.h.
 */
#include "guest/exact.h"

#include "base/cleanup.h"
#include "base/sha256.h"
#include "bpf/exact.h"
#include "guest/pool.h"
#include "guest/shake.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ATTACH_DEADLINE_NS 30000000000ull
#define SEED_BYTES         32
#define HASH_DIGITS        16
#define TRACE_VERSION      "scxplore trace 1"

enum { FD_LANES, FD_RUNNING, FD_PROGRAMS };

static const uint8_t *script;
static size_t script_len;
static int fds[JOB_FDS_MAX];
static int nfds;
static unsigned nprograms;
static struct err trouble; /* why there is no trace */
static void (*begun)(void);

int exact_init(struct err *err)
{
	cleanup_fd int fd = open(WIRE_SCRIPT_PATH, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "open '%s'", WIRE_SCRIPT_PATH);
	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "read '%s'", WIRE_SCRIPT_PATH);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, errno, "read '%s'", WIRE_SCRIPT_PATH);
	script = p;
	script_len = (size_t)st.st_size;
	return 0;
}

bool exact_is(void)
{
	return script != NULL;
}

void exact_feed(port_frame_fn frame)
{
	struct wire_reader payload;
	struct wire_header h;
	size_t at = 0;
	ssize_t n;

	while ((n = wire_frame(script + at, script_len - at, &h, &payload)) > 0) {
		frame(&h, &payload);
		at += (size_t)n;
	}
	if (at < script_len)
		port_log(2, "the scenario that came along is cut: %zu bytes are no frame",
			 script_len - at);
}

void exact_seed(uint64_t seed)
{
	struct {
		int bits, size;
		uint8_t bytes[SEED_BYTES];
	} pool = {.bits = 8 * SEED_BYTES, .size = SEED_BYTES};
	cleanup_fd int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, &seed, sizeof(seed));
	sha256_end(&s, pool.bytes);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) < 0)
		port_log(4, "the seed of random numbers could not be set: %s", strerror(errno));
}

/* ---- the trace ---- */

static int bpf_call(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr)) < 0 ? -errno : 0;
}

static int run_switch(uint64_t on)
{
	uint32_t zero = 0;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)fds[FD_RUNNING];
	attr.key = (uint64_t)(uintptr_t)&zero;
	attr.value = (uint64_t)(uintptr_t)&on;
	return bpf_call(BPF_MAP_UPDATE_ELEM, &attr);
}

static int read_lane(uint32_t cpu, struct exact_lane *out)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)fds[FD_LANES];
	attr.key = (uint64_t)(uintptr_t)&cpu;
	attr.value = (uint64_t)(uintptr_t)out;
	attr.flags = BPF_F_LOCK;
	return bpf_call(BPF_MAP_LOOKUP_ELEM, &attr);
}

/* Records the kernel did not let through; -errno when it does not tell. */
static int missed(uint64_t *n)
{
	unsigned i;

	*n = 0;
	for (i = 0; i < nprograms; i++) {
		struct bpf_prog_info info;
		union bpf_attr attr;
		int e;

		memset(&info, 0, sizeof(info));
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = (uint32_t)fds[FD_PROGRAMS + i];
		attr.info.info_len = sizeof(info);
		attr.info.info = (uint64_t)(uintptr_t)&info;
		e = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr);
		if (e)
			return e;
		*n += info.recursion_misses;
	}
	return 0;
}

static int hash_lanes(char *hex, uint64_t *records)
{
	uint8_t hash[SHA256_SIZE];
	char digits[2 * SHA256_SIZE + 1];
	struct sha256 s;
	uint32_t cpu;

	*records = 0;
	sha256_init(&s);
	sha256_add(&s, TRACE_VERSION, sizeof(TRACE_VERSION));
	for (cpu = 0; cpu < EXACT_CPUS_MAX; cpu++) {
		struct exact_lane lane = {.records = 0};
		int e = read_lane(cpu, &lane);

		if (e)
			return e;
		sha256_add(&s, &lane.records, sizeof(lane) - offsetof(struct exact_lane, records));
		*records += lane.records;
	}
	sha256_end(&s, hash);
	sha256_hex(hash, digits);
	snprintf(hex, HASH_DIGITS + 1, "%.*s", HASH_DIGITS, digits);
	return 0;
}

static void on_attached(void *arg, struct job_reply *r)
{
	int e;

	if (r->code) {
		err_set(&trouble, r->code, "%s", r->text);
	} else {
		memcpy(fds, r->fds, (size_t)r->nfds * sizeof(fds[0]));
		nfds = r->nfds;
		nprograms = (unsigned)r->num;
		r->nfds = 0;
		if (nfds != FD_PROGRAMS + 2 * (int)nprograms)
			err_set(&trouble, EPROTO, "the probes of the trace came in part");
	}
	port_hold(true);
	e = trouble.code ? 0 : run_switch(1);
	if (e)
		err_sys(&trouble, -e, "begin the trace");
	begun();
}

void exact_begin(void (*then)(void))
{
	if (begun)
		return;
	begun = then;
	if (pool_send(pool_job(JOB_EXACT), NULL, 0, ATTACH_DEADLINE_NS, "the trace", on_attached,
		      NULL, &trouble) == 0)
		return;
	port_hold(true);
	then();
}

void exact_end(void)
{
	char hash[HASH_DIGITS + 1] = "";
	uint64_t records = 0, lost = 0;
	int e = 0;

	if (!exact_is())
		return;
	if (!trouble.code) {
		e = run_switch(0);
		if (!e)
			e = hash_lanes(hash, &records);
		if (!e)
			e = missed(&lost);
	}
	shake_end();
	if (e)
		err_sys(&trouble, -e, "read the trace");
	else if (lost)
		err_set(&trouble, ENODATA,
			"%llu records are missing: what wrote them was interrupted by another",
			(unsigned long long)lost);
	port_event(&(struct event){.type = EV_EXACT,
				   .name = trouble.code ? "" : hash,
				   .count = records,
				   .code = trouble.code,
				   .text = trouble.code ? trouble.msg : ""});
}

void exact_speak(void)
{
	if (exact_is())
		port_hold(false);
}
