/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_wire - a stream of frames from a hostile peer: ops as the agent reads them, events and
 * samples as the host does, all of it applied to a model.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "ops/check.h"
#include "ops/model.h"

#include <string.h>

const char *const fuzz_words[] = {"/scxplore/low", "0::/scxplore/low", "probe", "placed", "\xff\xfe", "\x1b[2J", NULL};

static void read_op(struct wire_reader *r)
{
	const char *list[WIRE_LIST_MAX + 1];
	struct wire_op op;
	unsigned tag;

	if (wire_op_read(r, &op) < 0)
		return;
	for (tag = 0; tag < 256; tag++) {
		const char *s = wire_op_str(&op, (enum wire_arg)tag);
		uint32_t n = wire_op_list(&op, (enum wire_arg)tag, list, ARRAY_SIZE(list)), i;

		fuzz_must(!s || strlen(s) < WIRE_PAYLOAD_MAX);
		for (i = 0; i < n; i++)
			fuzz_must(list[i] && strlen(list[i]) < WIRE_PAYLOAD_MAX);
		wire_op_u64(&op, (enum wire_arg)tag, 0);
	}
}

/* What was read can be written and is read the same. */
static void again(const struct wire_header *h, const struct event *ev)
{
	static uint8_t frame[WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX];
	struct wire_header head;
	struct wire_reader payload;
	struct wire_writer w;
	struct event back;

	wire_begin(&w, frame, sizeof(frame));
	wire_event_put(&w, ev);
	fuzz_must(wire_end(&w, WIRE_EVENT, h->seq, h->t_ns));
	fuzz_must(wire_frame(frame, w.len, &head, &payload) == (ssize_t)w.len);
	fuzz_must(wire_event_read(&head, &payload, &back) == 0);
	fuzz_must(back.type == ev->type && back.seq == ev->seq && back.t_ns == ev->t_ns);
	fuzz_must(!strcmp(back.name, ev->name) && !strcmp(back.cgroup, ev->cgroup) && !strcmp(back.text, ev->text));
	fuzz_must(back.data_len == ev->data_len && !memcmp(back.data, ev->data, ev->data_len));
	fuzz_must(back.pid == ev->pid && back.code == ev->code && back.flag == ev->flag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct sample_cpu cpus[SAMPLE_CPUS_MAX];
	static struct sample_task tasks[SAMPLE_TASKS_MAX];
	static struct sample_cgroup cgroups[SAMPLE_CGROUPS_MAX];
	static struct sample_dsq dsqs[SAMPLE_DSQS_MAX];
	static struct sample_mask masks[SAMPLE_MASKS_MAX];
	struct sample sample = {.cpus = cpus, .tasks = tasks, .cgroups = cgroups, .dsqs = dsqs, .masks = masks};
	struct model *model = model_create();
	cleanup_buf struct buf why = BUF_INIT;
	struct wire_reader payload;
	struct wire_header h;
	struct event ev;
	ssize_t n;

	while ((n = wire_frame(data, len, &h, &payload)) > 0) {
		fuzz_must((size_t)n <= len && n >= WIRE_HEADER_SIZE);
		if (h.type == WIRE_OP)
			read_op(&payload);
		if (h.type == WIRE_EVENT && wire_event_read(&h, &payload, &ev) == 0) {
			again(&h, &ev);
			model_apply(model, &ev);
		}
		if (h.type == WIRE_SAMPLE && wire_sample_read(&h, &payload, &sample) == 0)
			model_sample(model, &sample);
		data += n;
		len -= (size_t)n;
	}
	check_session(model, &why);
	model_destroy(model);
	return 0;
}

static size_t seed_event(uint8_t *frame, size_t size, const struct event_def *d, uint64_t seq)
{
	struct event ev = {.type = d->type, .name = "probe", .cgroup = "/scxplore/low", .path = "/tmp/where",
			   .text = "0::/scxplore/low", .data = "bytes", .data_len = 5, .index = 1, .pid = 77,
			   .stream = 1, .count = 2, .id = 3, .level = 4, .flag = true};
	struct wire_writer w;

	if (d->type == EV_TASKS) {
		ev.data = "77 77 spin\n77 78 spin\n";
		ev.data_len = strlen(ev.data);
	}
	if (d->type == EV_REPORT)
		ev.text = "begun=1 units=5 wall=9 gap=3 gap-cpu=1 cpus=0-1,3 numa=0:5,1:6 wake=9:1,200:4 wakes=5";
	wire_begin(&w, frame, size);
	wire_event_put(&w, &ev);
	return wire_end(&w, WIRE_EVENT, seq, 1000 * seq) ? w.len : 0;
}

static size_t seed_sample(uint8_t *frame, size_t size, uint64_t t_ns)
{
	struct sample_cpu cpu = {.cpu = 1, .pid = 77, .nr_running = SAMPLE_ABSENT, .switches = t_ns, .busy_ns = t_ns * 9,
				 .scx_running = 2, .local_dsq = 3, .clock = t_ns, .comm = "spin"};
	struct sample_task task = {.pid = 77, .tid = 78, .cpu = 1, .state = 'R', .run_ns = t_ns, .comm = "spin"};
	struct sample_cgroup cgroup = {.id = 3, .usage_ns = t_ns, .path = "/scxplore/low"};
	struct sample_dsq dsq = {.id = 1, .nr = 2, .head_vtime = SAMPLE_ABSENT, .cpu = SAMPLE_ABSENT};
	struct sample_mask mask = {{3}};
	struct sample s = {.dsqs = &dsq, .ndsqs = 1, .masks = &mask, .nmasks = 1, .ncpus = 1, .ntasks = 1, .ncgroups = 1, .cpus = &cpu, .tasks = &task, .cgroups = &cgroup,
			   .nscx = 2, .scx_enables = 1, .steal_ns = t_ns,
			   .scx = {{"SCX_EV_SELECT_CPU_FALLBACK", t_ns}, {"SCX_EV_DISPATCH_KEEP_LAST", 5}}};
	struct wire_writer w;

	wire_begin(&w, frame, size);
	wire_sample_put(&w, &s);
	return wire_end(&w, WIRE_SAMPLE, 0, t_ns) ? w.len : 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static uint8_t frame[65536];
	cleanup_buf struct buf all = BUF_INIT;
	const struct event_def *d;
	const struct op_def *o;
	size_t i, n;

	for (i = 0; (o = op_def_at(i)); i++) {
		struct op *op = NULL;

		fuzz_must(op_parse(o->example, &op, NULL) == 0);
		op->seq = i + 1;
		op->after_ns = i;
		n = (size_t)op_encode(op, frame, sizeof(frame), NULL);
		add(frame, n);
		op_destroy(op);
	}
	for (i = 0; (d = event_def_at(i)); i++) {
		n = seed_event(frame, sizeof(frame), d, i);
		add(frame, n);
		buf_add(&all, frame, n);
	}
	for (i = 1; i < 4; i++) {
		n = seed_sample(frame, sizeof(frame), i * 100000000);
		buf_add(&all, frame, n);
		add(frame, n);
	}
	add(all.data, all.len);
}
