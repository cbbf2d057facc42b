/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys - the codes of keys inside the program: a character is its code point, the rest are these.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

enum {
	KEY_CTRL_A = 1,
	KEY_CTRL_C = 3,
	KEY_CTRL_D = 4,
	KEY_CTRL_E = 5,
	KEY_TAB = 9,
	KEY_CTRL_K = 11,
	KEY_CTRL_L = 12,
	KEY_RETURN = 13,
	KEY_CTRL_U = 21,
	KEY_CTRL_W = 23,
	KEY_CTRL_Z = 26,
	KEY_ESCAPE = 27,
	KEY_SPECIAL = 0x200000,
	KEY_GO_UP,
	KEY_GO_DOWN,
	KEY_GO_LEFT,
	KEY_GO_RIGHT,
	KEY_GO_HOME,
	KEY_GO_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_RUB_OUT,
	KEY_REMOVE,
	KEY_BACK_TAB,
	KEY_PASTED,   /* a bracketed paste: its text is with the key */
	KEY_FUNCTION, /* + n for Fn */
};

#endif
