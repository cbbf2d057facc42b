/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - frames between host and agent over one virtio-serial port, used by both programs.
 *
 * A frame is a 24-byte little-endian header {u32 len, u16 type, u16 zero, u64 seq, u64 t_ns} and
 * `len` payload bytes. Payloads are written and read with the cursor functions below: numbers are
 * little-endian, a string is u32 length + bytes + NUL (the NUL is not counted), so that a reader
 * may use it in place. Every read is bounds-checked; after the first bad one the cursor is `bad`
 * and yields zeros and "". No allocation. Frame types and ids are never reused.
 */
#ifndef GUEST_WIRE_H
#define GUEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_VERSION     1
#define WIRE_HEADER_SIZE 24
#define WIRE_PAYLOAD_MAX (1u << 20)
#define WIRE_PORT_NAME   "scxplore.wire" /* /dev/virtio-ports/NAME in the guest */
/*
 * Of an exact run: what the host would have sent, frame after frame, from WIRE_CONFIG to WIRE_END.
 * Where this file is, the agent takes its frames from there, keeps what it says from WIRE_START on to
 * itself, and says it when all is torn down.
 */
#define WIRE_SCRIPT_PATH "/scenario.frames"

enum wire_type {
	/* host to guest */
	WIRE_CONFIG = 1, /* list of key, value strings; see enum below; answered by EV_READY */
	WIRE_OP = 2, /* an op (wire_op.h); queued on the agent's main line in order of arrival */
	WIRE_CANCEL =
		3,     /* seq: cut the hold or wait with this seq short; 0 = whatever is running */
	WIRE_PING = 4, /* u64 token; answered at once by EV_PONG */
	WIRE_RATE = 5, /* u64 ns between samples; 0 = none */
	WIRE_END = 6,  /* no more ops: when the queue is empty tear all down, then EV_END */
	WIRE_POWEROFF = 7, /* power the guest off at once */
	WIRE_START = 8,    /* ops wait in the queue until this comes (scripts); interactive sends it
			      first */
	WIRE_PROBES = 9,   /* u8: 0 = take all probes off, 1 = attach them anew; EV_PROBES says when.
			      Their counters begin again: for measuring what they cost */
	WIRE_WATCH = 10,   /* u8: 1 = look at every switch and wake-up, which costs the guest something: what
			      wakes_*, since_ns, waker of tasks and switches, busy_ns, wakeups and the current task of CPUs
			      in its samples come from; 0 = no more, they are absent */
	/*
	 * A guest shell (guest/shell.h); seq is the host's number of it, frames with another one are
	 * left out. Each side counts what the other has taken, so that neither buffers more than a
	 * window.
	 */
	WIRE_SHELL = 11, /* u8 terminal, u16 rows, u16 columns, str TERM, str cgroup, list argv;
			    answered by EV_SHELL or EV_SHELL_END */
	WIRE_SHELL_INPUT = 12, /* bytes typed; none = the end of standard input */
	WIRE_SHELL_SIZE = 13,  /* u16 rows, u16 columns */
	WIRE_SHELL_SHOWN = 14, /* u64 bytes of output the host has dealt with so far */
	/* Files (wire_files.h); seq is the op's. */
	WIRE_FILE_ENTRY = 20,	/* struct files_entry, or the end of them */
	WIRE_FILE_DATA = 21,	/* struct files_chunk */
	WIRE_FILE_SENT = 22,	/* u32 index: that was its content, and nobody wrote to it meanwhile */
	WIRE_FILE_REFUSED = 23, /* struct files_refusal: the op fails with it */
	WIRE_PULL_TAKEN = 24,	/* struct files_taken */
	WIRE_HOST_DONE = 40, /* u32 errno, str words: what became of WIRE_HOST_TURN; seq is the op's */
	WIRE_TRACE = 30, /* u8 enum wire_trace_want, u32 slots of each CPU's ring; answered by EV_TRACE */
	/*
	 * A copy of the whole guest (vmm/moment): between WIRE_FROZEN and WIRE_THAW nothing crosses in
	 * either direction, so that the copy has no frame cut in two.
	 */
	WIRE_FREEZE = 100, /* nothing: what is queued now is said, WIRE_FROZEN behind it, then silence */
	WIRE_THAW = 101,   /* u8 enum wire_thaw, u64 host CLOCK_REALTIME in ns, bytes of chance */
	WIRE_SCHED_LOOK = 31, /* u64 ns between EV_SCHED_PARTS; 0 = none any more */
	/* guest to host */
	WIRE_EVENT = 64,  /* struct event (wire_event.h) */
	WIRE_SAMPLE = 65, /* struct sample (wire_sample.h) */
	WIRE_SHELL_OUTPUT = 68, /* u64 stream (1 or 2), bytes */
	WIRE_SHELL_TAKEN = 69,  /* u64 bytes of input taken so far, no bytes */
	WIRE_TRACE_RINGS = 70,  /* struct wire_trace_rings: the stream begins */
	WIRE_FROZEN = 102, /* nothing: the last that is said before WIRE_THAW */
	WIRE_HOST_TURN = 90, /* nothing: the host does what the op of this seq asks for (kernel_ops.h) */
	WIRE_FILE_ASK = 80,	/* struct files_ask */
	WIRE_FILE_WANT = 81,	/* struct files_want */
	WIRE_PULL_BEGIN = 82,	/* struct files_begin */
	WIRE_PULL_DATA = 83,	/* struct files_chunk */
	WIRE_PULL_END = 84,	/* u64 bytes there were in all */
};

/* What has become of the guest since WIRE_FROZEN. */
enum wire_thaw {
	THAW_ON = 0,      /* the copy was made, it goes on */
	THAW_ANEW = 1,    /* it is a copy, for another session: EV_HELLO, then WIRE_CONFIG as after a boot */
	THAW_REWOUND = 2, /* it is a copy of the same session: EV_HELLO, and it goes on */
};
#define WIRE_CHANCE_BYTES 64

/* Keys of WIRE_CONFIG (strings on the wire, unknown ones are ignored and logged). */
#define WIRE_CONFIG_ROOT   "root"   /* workload root, "/scxplore" */
#define WIRE_CONFIG_FAULT  "fault"  /* a name of wire_fault.h, or "" */
#define WIRE_CONFIG_SAMPLE "sample" /* ns between samples, decimal */
#define WIRE_CONFIG_WATCH  "watch"  /* as WIRE_WATCH, "1" or "0", from the beginning on */
#define WIRE_CONFIG_WATCHDOG                                                                       \
	"watchdog" /* ns every sched_ext scheduler gets as its watchdog time-out, 0 = its own */
#define WIRE_CONFIG_SEED     "seed" /* of the kernel's random numbers in an exact run, decimal */
#define WIRE_CONFIG_SHAKE    "shake" /* what an exact run is disturbed by (guest/shake.h), decimal; 0 = nothing */
#define WIRE_CONFIG_CAME     "came" /* "SEQ PATH": what the op's file is called that came along */
#define WIRE_CONFIG_PROBE    "probe"    /* functions to probe until a scheduler ends, spaces between */
#define WIRE_CONFIG_DURATION "duration" /* ns of guest time the scenario may take, 0 = no limit */

/* Bytes on the way to the other side and not yet dealt with there: host to guest, guest to host. */
#define WIRE_SHELL_INPUT_WINDOW  (64u << 10)
#define WIRE_SHELL_OUTPUT_WINDOW (32u << 10)

struct wire_header {
	uint32_t len;
	uint16_t type;
	uint64_t seq;
	uint64_t t_ns; /* guest CLOCK_MONOTONIC; 0 from the host */
};

struct wire_writer {
	uint8_t *data;
	size_t size;
	size_t len;
	bool bad; /* did not fit */
};

struct wire_reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool bad; /* read past the end or malformed */
};

/* A frame in the making: reserves the header, wire_end() fills it in. false = did not fit. */
void wire_begin(struct wire_writer *w, void *data, size_t size);
bool wire_end(struct wire_writer *w, enum wire_type type, uint64_t seq, uint64_t t_ns);

void wire_put_u8(struct wire_writer *w, uint8_t v);
void wire_put_u16(struct wire_writer *w, uint16_t v);
void wire_put_u32(struct wire_writer *w, uint32_t v);
void wire_put_u64(struct wire_writer *w, uint64_t v);
void wire_put_bytes(struct wire_writer *w, const void *data, size_t len); /* u32 len, bytes, NUL */
void wire_put_str(struct wire_writer *w, const char *s);                  /* NULL is "" */

uint8_t wire_get_u8(struct wire_reader *r);
uint16_t wire_get_u16(struct wire_reader *r);
uint32_t wire_get_u32(struct wire_reader *r);
uint64_t wire_get_u64(struct wire_reader *r);
const void *wire_get_bytes(struct wire_reader *r, size_t *len); /* points into the frame */
const char *wire_get_str(struct wire_reader *r); /* a string with an inner NUL is malformed */
/* Everything was read and nothing was malformed. */
bool wire_reader_done(const struct wire_reader *r);

/*
 * Look for one whole frame at data. Returns its total size (header included) and fills header and
 * payload reader; 0 when more bytes are needed; -EPROTO when the bytes cannot be a frame.
 */
ssize_t wire_frame(const void *data, size_t len, struct wire_header *h,
		   struct wire_reader *payload);

#endif
