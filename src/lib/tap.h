/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap - the rewriting behind sxp_tap_begin() and sxp_tap_end(), apart for its test.
 */
#ifndef LIB_TAP_H
#define LIB_TAP_H

#include <stdio.h>

/*
 * Copies TAP from one stream to another; what cmocka says of a skipped test, "not ok 3 # SKIP
 * NAME", becomes "ok 3 - NAME # SKIP REASON" with the reason of the last "# skipped: REASON" before
 * it.
 */
void tap_retell(FILE *from, FILE *to);

#endif
