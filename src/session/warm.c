/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * warm - the copy that the first start of a guest leaves for later ones: taken when a person has
 * seen the guest and before its first op, which waits for it.
 */
#include "session/session_private.h"
#include "base/cleanup.h"

void session_let_ops_go(struct session *s)
{
	s->holding = false;
	session_flush_pending(s);
	if (s->begun)
		session_send(s, WIRE_START, 0, NULL);
	if (s->ending)
		session_send(s, WIRE_END, 0, NULL);
}

void session_copied(void *arg, int code, const char *why)
{
	struct session *s = arg;
	cleanup_buf struct buf text = BUF_INIT;

	if (checkpoint_copied(s, code, why))
		return;
	if (code < 0) {
		buf_addf(&text,
			 "the next start will not be a warm one, the guest could not be copied: %s",
			 why);
		session_log(s, 4, buf_text(&text));
	}
	if (s->holding && !checkpoint_save_turn(s))
		session_let_ops_go(s);
}

void session_copy_for_later(struct session *s)
{
	struct err err = ERR_INIT;

	if (!s->holding || !s->copyable || !guest_leaves_copy(s->guest))
		return;
	if (guest_copy(s->guest, false, &err) < 0)
		session_copied(s, -err.code, err.msg);
}
