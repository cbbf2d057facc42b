/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab - a real guest for a test program: boots it, says one op at a time, remembers every event.
 *
 * Everything waits for an event with a deadline; a guest that is gone or silent fails the test
 * with the console's tail. Invariant: an event's strings live as long as the lab.
 */
#ifndef TESTS_GUEST_LAB_H
#define TESTS_GUEST_LAB_H

#include "guest/wire_event.h"
#include "session/session.h"

#include <stdbool.h>

struct lab;

struct lab_config {
	struct topology topology;   /* all 0 = 1n1l2c1t */
	const char *const *include; /* NULL-terminated */
	const char *fault;          /* or NULL */
	uint64_t duration_ns;       /* 0 = no limit */
	const char *journal;        /* session file, or NULL */
	enum observe_from observe;
	bool watch;         /* session_watch() */
	const char *append; /* kernel arguments, or NULL */
	unsigned pin_from;          /* as in struct guest_config */
	bool pin_any;
	bool checkpoints;       /* before every op */
	uint64_t checkpoint_ns; /* so often; 0 = not */
	const struct saved *resume; /* the journal's checkpoint; NULL = boot. It must be gone on from */
};

/* Boots and waits until the agent is ready and its probes are there. Fails the test if not. */
struct lab *lab_boot(const struct lab_config *config);
/* Ends the session, waits until the guest is off; NULL is fine. */
void lab_end(struct lab *lab);

/* One op; returns its EV_DONE or EV_FAILED. Fails the test when the line is refused by the host. */
const struct event *lab_do(struct lab *lab, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* As lab_do(), and the op must be done. Returns its seq. */
uint64_t lab_ok(struct lab *lab, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sends it and returns at once; the op's seq. */
uint64_t lab_send(struct lab *lab, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The EV_DONE or EV_FAILED of an op that was sent after the mark; waits for it. */
const struct event *lab_end_of(struct lab *lab, size_t mark, uint64_t seq);

/* A place in the list of events: what comes after it. */
size_t lab_mark(const struct lab *lab);
/* The first event of the type after the mark that has this name (NULL = any) and text in it (NULL =
 * any); NULL = none. */
const struct event *lab_find(const struct lab *lab, size_t mark, enum event_type type,
			     const char *name, const char *text);
/* As lab_find(), but waits for it up to 30 s and fails the test when it does not come. */
const struct event *lab_wait(struct lab *lab, size_t mark, enum event_type type, const char *name,
			     const char *text);
/* Where an event of the last call stands in the list; ask before anything else is done. */
size_t lab_place(const struct lab *lab, const struct event *ev);
unsigned lab_count(const struct lab *lab, size_t mark, enum event_type type, const char *name);
/* All that a payload has written so far, joined; terminated; valid until the next call. */
const char *lab_output(struct lab *lab, const char *name, unsigned stream, size_t *len);

/* One turn of the loop: waits for what comes next. */
void lab_turn(struct lab *lab);
/* Waits until the guest is gone; the lab, its model and its guest's memory stay until lab_end(). */
void lab_gone(struct lab *lab);
/* Waits until the session is back at a checkpoint, also from a guest that is gone. */
void lab_back(struct lab *lab, size_t mark);
/* session_save(): how it ended (0 or -errno), and the guest is gone. */
int lab_save(struct lab *lab, char screen);
/* Lets the loop run for as long. */
void lab_pass(struct lab *lab, uint64_t ns);
/* Let n samples come. */
void lab_samples(struct lab *lab, unsigned n);
/* The newest sample's row of a thread; it must be there. */
const struct sample_task *lab_task(struct lab *lab, int64_t tid);
/* The stream of switches on or off, with `slots` (0 = enough) of a CPU; nothing of it may be absent.
 * Gives the calls that the kernel left out. */
uint64_t lab_stream(struct lab *lab, bool on, uint32_t slots);
struct session *lab_session(struct lab *lab);

const struct model_group *lab_group(struct lab *lab, const char *name); /* NULL = none of that name */
/* Waits until there is a checkpoint of that name. */
void lab_checkpoint(struct lab *lab, const char *name);

/* The event has this type, and these words in its text. */
void lab_must_say(const struct event *ev, enum event_type type, const char *words);
/* For cmocka: a guest of two CPUs, which the host looks at, or whose agent tells; and its end. */
int lab_setup(void **state);
int lab_setup_told(void **state);
int lab_teardown(void **state);
/* For cmocka: a folder of the test's own, in which lab_journal would be; and its end. */
extern char lab_folder[64], lab_journal[128];
int lab_folder_setup(void **state);
int lab_folder_teardown(void **state);

#endif
