/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt - a terminal inside the screen: bytes of a guest's program in, cells on the canvas out.
 *
 * As much of an xterm as a shell and full-screen programs use, with bounded scroll-back; colours
 * are turned into roles, so that themes hold here, too. Knows no session. Invariant: nothing a
 * program prints reaches the real terminal but as characters in cells; titles, bells and answers
 * about colours are left out.
 */
#ifndef TUI_VT_H
#define TUI_VT_H

#include "tui/canvas.h"

#define VT_SCROLL_MAX 2000 /* lines kept above the screen */

enum { VT_ROWS_MIN = 2, VT_COLS_MIN = 8, VT_ROWS_MAX = 1000, VT_COLS_MAX = 1000 };

struct vt;

struct vt *vt_create(int rows, int cols);
void vt_destroy(struct vt *vt);

void vt_feed(struct vt *vt, const char *data, size_t len);
/* Within the limits above. True when it was another size. */
bool vt_resize(struct vt *vt, int rows, int cols);
void vt_size(const struct vt *vt, int *rows, int *cols);

/* What a key (tui/keys.h) or a paste means to the program; read the bytes with vt_take(). */
void vt_key(struct vt *vt, int code);
void vt_paste(struct vt *vt, const char *text, size_t len);
/* Bytes for the program: of keys, and its questions to the terminal answered. 0 = none. */
size_t vt_take(struct vt *vt, char *dst, size_t size);

/* Lines back (positive) or forth; false in a program that has the whole screen. */
bool vt_scroll(struct vt *vt, int lines);
void vt_scroll_end(struct vt *vt);
int vt_scrolled(const struct vt *vt); /* lines back from the end */

/* Over all of r, the cursor where the program has it. */
void vt_draw(const struct vt *vt, struct canvas *c, struct rect r);

#endif
