/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_trace - the stream of switches from a hostile guest or file: the first byte says whether the
 * rest is a pack, the frame that says where the rings are, or slots of a ring; all of it goes into a
 * store.
 */
#include "tests/fuzz/fuzz.h"

#include "guest/wire_trace.h"
#include "ops/trace_pack.h"

#include <string.h>

const char *const fuzz_words[] = {"\x80", "\xff\xff\xff\xff\x0f", "\xe0", "\xfc", "\x1b", NULL};

struct taken {
	struct trace *trace;
	struct trace_pack *pack;
	size_t n;
};

/* What was read can be written. */
static void on_record(void *arg, const struct trace_record *r)
{
	struct taken *t = arg;

	t->n++;
	trace_add(t->trace, r);
	fuzz_must(trace_pack_add(t->pack, r));
}

static void read_pack(const uint8_t *data, size_t len)
{
	struct taken t = {.trace = trace_create(1 << 16), .pack = trace_pack_create()};

	trace_pack_read(data, len, on_record, &t);
	fuzz_must(t.n <= len);
	fuzz_must(t.pack->n == t.n);
	trace_destroy(t.trace);
	trace_pack_destroy(t.pack);
}

static void read_rings(const uint8_t *data, size_t len)
{
	struct wire_reader r = {.data = data, .len = len};
	struct wire_trace_rings t;
	uint32_t i;

	if (wire_trace_read(&r, &t) < 0)
		return;
	fuzz_must((uint64_t)t.ncpus * TRACE_RING((uint64_t)t.slots) <= (uint64_t)t.records.n * WIRE_TRACE_PAGE);
	for (i = 0; i < t.records.n; i++)
		fuzz_must(wire_trace_page(&t.records, i) <= UINT64_MAX - WIRE_TRACE_PAGE);
}

static void read_slots(const uint8_t *data, size_t len)
{
	struct trace *trace = trace_create(1 << 16);
	struct wire_trace_record w;
	struct trace_slot slot;
	size_t at;

	for (at = 0; (at + 1) * sizeof(slot) <= len; at++) {
		memcpy(&slot, data + at * sizeof(slot), sizeof(slot));
		if (wire_trace_slot(&slot, at, &w) != WIRE_TRACE_SLOT_FULL)
			continue;
		fuzz_must(strchr("rSDTtXZIP?W", w.state) && w.state);
		fuzz_must(w.tid >= 0 && w.other >= 0);
		trace_add(trace, &(struct trace_record){.t_ns = w.t_low, .type = (enum trace_type)w.type, .state = w.type == TRACE_RING_SWITCH ? w.state : 0,
							.cpu = 1, .to = w.to, .tid = w.tid, .other = w.other});
	}
	trace_destroy(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (!len)
		return 0;
	if (data[0] % 3 == 0)
		read_pack(data + 1, len - 1);
	else if (data[0] % 3 == 1)
		read_rings(data + 1, len - 1);
	else
		read_slots(data + 1, len - 1);
	return 0;
}

static void seed_pack(void (*add)(const void *data, size_t len))
{
	struct trace_pack *p = trace_pack_create();
	uint8_t bytes[512] = {0};
	unsigned i;

	for (i = 0; i < 40; i++) {
		trace_pack_add(p, &(struct trace_record){.t_ns = 1000 * i, .type = TRACE_WAKE, .cpu = i & 1, .to = 1, .tid = 300 + (int)i % 9,
							 .other = 4000});
		trace_pack_add(p, &(struct trace_record){.t_ns = 1000 * i + 5, .type = TRACE_SWITCH, .state = 'D', .cpu = i & 1,
							 .tid = 300 + (int)i % 9, .other = (int)i % 3});
	}
	trace_pack_add(p, &(struct trace_record){.t_ns = 90000, .type = TRACE_MIGRATE, .cpu = 0, .to = 1, .tid = 4});
	trace_pack_add(p, &(struct trace_record){.t_ns = 90000, .type = TRACE_LOST, .cpu = 1, .count = 12345});
	if (p->bytes.len < sizeof(bytes)) {
		memcpy(bytes + 1, p->bytes.data, p->bytes.len);
		add(bytes, 1 + p->bytes.len);
	}
	trace_pack_destroy(p);
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static uint64_t pages[TRACE_NAMES * sizeof(struct trace_name_slot) / WIRE_TRACE_PAGE];
	static uint8_t frame[16 << 10];
	struct wire_trace_rings t = {.ncpus = 1, .slots = 64};
	struct wire_writer w;
	uint8_t slots[1 + 64 * sizeof(struct trace_slot)];
	size_t i;

	seed_pack(add);
	t.heads = t.records = (struct wire_trace_pages){(uint8_t *)pages, 1};
	t.names = (struct wire_trace_pages){(uint8_t *)pages, sizeof(pages) / 8};
	wire_begin(&w, frame, sizeof(frame));
	wire_trace_put(&w, &t);
	if (wire_end(&w, WIRE_TRACE_RINGS, 0, 0)) {
		frame[WIRE_HEADER_SIZE - 1] = 1;
		add(frame + WIRE_HEADER_SIZE - 1, w.len - WIRE_HEADER_SIZE + 1);
	}
	slots[0] = 2;
	for (i = 0; i < 64; i++) {
		struct trace_slot word = {.t_ns = i * 1000,
					  .task = i,
					  .other = (int)i % 5,
					  .state = (unsigned short)(i % 3 ? i % 4 : 1u << i % 12),
					  .at = (unsigned short)(i % 4),
					  .end = (i + 1) * sizeof(word) + 1 + i % 4};

		memcpy(slots + 1 + i * sizeof(word), &word, sizeof(word));
	}
	add(slots, sizeof(slots));
}
