/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_reader - reads the stream of switches out of the guest's memory (guest/wire_trace.h) and
 * hands it on in order of time.
 *
 * Every record a CPU has produced is either delivered or told as TRACE_LOST where it is missing:
 * produced = delivered + dropped, also when the guest is quicker than this program. The memory is
 * hostile and is written while it is read: a slot is only believed when it still was its position's
 * after it was read. Nothing blocks, and nothing is written to the guest.
 */
#ifndef SESSION_TRACE_READER_H
#define SESSION_TRACE_READER_H

#include "base/err.h"
#include "guest/wire_trace.h"
#include "ops/trace.h"
#include "vmm/memory.h"

struct trace_sink {
	void (*record)(void *arg, const struct trace_record *r);
	void (*name)(void *arg, const struct trace_task *n);
	/* All records before this moment were handed on. */
	void (*seen)(void *arg, uint64_t t_ns);
};

struct trace_reader;

/* Rings that somebody else than the guest writes: in this program's memory, without holes. */
struct trace_rings {
	const uint8_t *bytes; /* ncpus * TRACE_RING(slots) of them */
	uint32_t ncpus, slots;
};

/*
 * NULL with err set when the rings are not in the memory, which must outlive the reader. seen: where
 * the records are instead of in the guest's rings (only names are there then), or NULL.
 */
struct trace_reader *trace_reader_create(const struct guest_memory *memory,
					 const struct wire_trace_rings *rings,
					 const struct trace_rings *seen,
					 const struct trace_sink *sink, void *arg, struct err *err);
void trace_reader_destroy(struct trace_reader *r); /* NULL is fine */

/*
 * What has come since the last time. now_ns: the guest's time of the newest frame. A record may
 * be held back until the next call, for the order's sake; `last`: none is, and what is half
 * written counts as lost.
 */
void trace_reader_poll(struct trace_reader *r, uint64_t now_ns, bool last);

/* Up to the last poll; delivered includes what is held back. names: lost ones. */
struct trace_account trace_reader_account(const struct trace_reader *r);
struct trace_account trace_reader_cpu_account(const struct trace_reader *r, unsigned cpu);
uint64_t trace_reader_names_lost(const struct trace_reader *r);

#endif
