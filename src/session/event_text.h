/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_text - one event as one line of text for people without a screen (`do`, replay logs).
 */
#ifndef SESSION_EVENT_TEXT_H
#define SESSION_EVENT_TEXT_H

#include "base/buf.h"
#include "guest/wire_event.h"

/*
 * "   1.234 placed    probe.1[81] in /placement/cg_dst before its first instruction".
 * Everything is sanitised; output is split into lines. Events nobody wants to read (begin, pong) give nothing.
 */
void event_text(struct buf *out, const struct event *ev);

#endif
