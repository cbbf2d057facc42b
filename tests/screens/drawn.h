/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drawn - keys into a screen and its picture out, without a terminal; shared by the tests here.
 */
#ifndef TESTS_SCREENS_DRAWN_H
#define TESTS_SCREENS_DRAWN_H

#include "base/buf.h"
#include "tui/tui.h"

void press(struct tui *tui, int code);
void type(struct tui *tui, const char *text); /* a line feed is Return */
void picture(struct tui *tui, int rows, int cols, bool ascii, struct buf *out);
/* The picture is that of golden/NAME.txt; SXP_REGENERATE=1 writes it anew. */
void assert_golden(struct tui *tui, const char *name, int rows, int cols);

/* What a host without a guest says, for struct tui_host. */
int no_guest_submit(void *arg, const char *line, struct err *err);
int no_guest_block(void *arg, const char *text, size_t len, struct err *err);
const char *no_guest_console(void *arg, size_t *len);
void no_guest_act(void *arg);

#endif
