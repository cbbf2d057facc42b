/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sample_fields - the tables of columns, and their codec. Invariant: a column keeps its place
 * for ever.
 */
#include "guest/wire_sample.h"

#define TABLE(row, FIELDS)                                                                         \
	static const struct sample_field row##_list[] = {FIELDS(ROW_##row)};                       \
	const struct sample_fields row##_fields = {row##_list,                                     \
						   sizeof(row##_list) / sizeof(*row##_list)}
#define ROW_sample_cpu(name, unit)    {#name, offsetof(struct sample_cpu, name), SAMPLE_##unit},
#define ROW_sample_task(name, unit)   {#name, offsetof(struct sample_task, name), SAMPLE_##unit},
#define ROW_sample_cgroup(name, unit) {#name, offsetof(struct sample_cgroup, name), SAMPLE_##unit},
#define ROW_sample_dsq(name, unit)    {#name, offsetof(struct sample_dsq, name), SAMPLE_##unit},
#define ROW_sample_sched(name, unit)  {#name, offsetof(struct sample_sched, name), SAMPLE_##unit},

#define ROW_sample_sub(name, unit)    {#name, offsetof(struct sample_sub, name), SAMPLE_##unit},

#define EVENT(i) {"event" #i, offsetof(struct sample_sub, events[i]), SAMPLE_COUNT},
#define EVENTS_8(i)                                                                                \
	EVENT(i##0) EVENT(i##1) EVENT(i##2) EVENT(i##3) EVENT(i##4) EVENT(i##5) EVENT(i##6) EVENT(i##7)
#define SUB_COLUMNS(X)                                                                             \
	SAMPLE_SUB_FIELDS(X)                                                                       \
	EVENTS_8(0) EVENTS_8(01) EVENTS_8(02) EVENTS_8(03) EVENTS_8(04) EVENTS_8(05)

/* every name below is of a struct in wire_sample.h */
TABLE(sample_cpu, SAMPLE_CPU_FIELDS);
TABLE(sample_task, SAMPLE_TASK_FIELDS);
TABLE(sample_cgroup, SAMPLE_CGROUP_FIELDS);
TABLE(sample_dsq, SAMPLE_DSQ_FIELDS);
TABLE(sample_sched, SAMPLE_SCHED_FIELDS);
TABLE(sample_sub, SUB_COLUMNS);

void sample_clear(void *row, const struct sample_fields *fields)
{
	size_t i;

	for (i = 0; i < fields->n; i++)
		*sample_value(row, &fields->list[i]) = SAMPLE_ABSENT;
}

/* Seven bits a byte, the lowest first: most columns are small. */
static void put_varint(struct wire_writer *w, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		wire_put_u8(w, (uint8_t)(v | 0x80));
	wire_put_u8(w, (uint8_t)v);
}

static uint64_t get_varint(struct wire_reader *r)
{
	uint64_t v = 0;
	unsigned shift;
	uint8_t b;

	for (shift = 0; shift < 64; shift += 7) {
		b = wire_get_u8(r);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

/* Which columns there are, then those. */
void sample_fields_put(struct wire_writer *w, const void *row, const struct sample_fields *fields)
{
	uint64_t there = 0;
	size_t i;

	for (i = 0; i < fields->n; i++)
		if (sample_get(row, &fields->list[i]) != SAMPLE_ABSENT)
			there |= UINT64_C(1) << i;
	put_varint(w, there);
	for (i = 0; i < fields->n; i++)
		if (there >> i & 1)
			put_varint(w, sample_get(row, &fields->list[i]));
}

void sample_fields_read(struct wire_reader *r, void *row, const struct sample_fields *fields)
{
	uint64_t there = get_varint(r);
	size_t i;

	for (i = 0; i < fields->n; i++)
		*sample_value(row, &fields->list[i]) =
			there >> i & 1 ? get_varint(r) : SAMPLE_ABSENT;
	/* columns of a newer agent */
	for (; i < 64 && !r->bad; i++)
		if (there >> i & 1)
			get_varint(r);
}

static size_t varint_size(uint64_t v)
{
	size_t n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

size_t sample_fields_size(const void *row, const struct sample_fields *fields)
{
	uint64_t there = 0, v;
	size_t i, size = 0;

	for (i = 0; i < fields->n; i++) {
		v = sample_get(row, &fields->list[i]);
		if (v == SAMPLE_ABSENT)
			continue;
		there |= UINT64_C(1) << i;
		size += varint_size(v);
	}
	return size + varint_size(there);
}
