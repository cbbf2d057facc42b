/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * panic - what a kernel has said of its panic on its console.
 */
#ifndef VMM_PANIC_H
#define VMM_PANIC_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The reason, and where the kernel told them what went wrong and in which function, on one line,
 * safe to be shown: "Fatal exception (kernel NULL pointer dereference, in: do_idle+0x1/0x2)".
 * false, and dst is "": this console tells of no panic. Words of kernel/panic.c and
 * arch/x86/kernel/dumpstack.c, Linux 6.16 and 7.3.
 */
bool panic_words(const char *console, char *dst, size_t size);

#endif
