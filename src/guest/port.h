/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port - the agent's line to the host: finds and opens the virtio port, takes frames apart,
 * and queues what is to be said.
 *
 * Nothing here ever blocks: when the host does not read, events wait in a bounded queue, bulk
 * (output) is refused above its share and samples are dropped, both counted by who sends them.
 * Invariant: an event once queued reaches the host in order and whole; only a pong overtakes.
 */
#ifndef GUEST_PORT_H
#define GUEST_PORT_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/wire_event.h"
#include "guest/wire_sample.h"

#include <stdbool.h>

typedef void (*port_frame_fn)(const struct wire_header *h, struct wire_reader *payload);

/* opened() is called once, when the host can be talked to; what is said before is dropped. */
int port_init(struct loop *loop, port_frame_fn frame, void (*opened)(void), struct err *err);

/* Stamps the time, unless it has one (not later than now), and queues. Lost only when the whole queue is full, which is counted. */
void port_event(const struct event *ev);
/* Ahead of everything but a frame half sent. */
void port_event_first(const struct event *ev);
/* An EV_LOG; fmt as in printf. */
void port_log(unsigned level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A frame {u64 number, bytes} of a shell; false = no room. The caller keeps to a window. */
bool port_shell(enum wire_type type, uint64_t seq, uint64_t number, const void *data, size_t len);

/*
 * Any other frame: what port_begin() gives is filled in, port_end() queues it; false = no room or
 * too long. The caller keeps to a window of its own.
 */
struct wire_writer *port_begin(void);
bool port_end(struct wire_writer *w, enum wire_type type, uint64_t seq);

/* From now on what is said waits in the queue, as if the host did not read; or goes again. */
void port_hold(bool hold);

/*
 * WIRE_FROZEN behind what is queued now, and then nothing any more, until it is let go: drop = what has
 * come together meanwhile is for nobody. false = the queue is full: it is not said.
 */
bool port_freeze(void);
void port_thaw(bool drop);

/* Room for this many bytes of output now? Leaves space for events. */
bool port_takes_bulk(size_t len);
/* false = dropped, the host is behind. */
bool port_sample(const struct sample *s);

#endif
