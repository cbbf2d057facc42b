/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb - packets of gdb's remote protocol as QEMU's stub sends them: taken apart, and put together.
 *
 * "$BODY#XX", XX the sum of BODY's bytes; each packet is answered by a '+'. Of bodies only what a
 * write-watch needs: "OK", "E22", "T05thread:01;watch:ADDR;", the registers. Invariant: pure
 * functions of their bytes, which are another program's and may be anything.
 * Sources: GDB manual, appendix "Remote Serial Protocol"; QEMU gdbstub/system.c, 7.2 to 10.0.
 */
#ifndef VMM_GDB_H
#define VMM_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { GDB_BODY_MAX = 16384, GDB_THREAD_MAX = 4096, GDB_RIP = 16 /* its place among them */ };

enum gdb_kind { GDB_ACK, GDB_NAK, GDB_PACKET };

/*
 * What stands at the beginning of the bytes: how many of them it takes, 0 when it is not all there
 * yet, -EPROTO when it is nothing of the kind (a sum that is wrong, a body above GDB_BODY_MAX). The
 * body of a packet is copied to body, terminated; it has room for GDB_BODY_MAX + 1 bytes.
 */
ssize_t gdb_take(const char *bytes, size_t len, enum gdb_kind *kind, char *body);

/* "$BODY#XX", terminated, into dst; its length, 0 when it does not fit. */
size_t gdb_put(char *dst, size_t size, const char *body);

struct gdb_stop {
	unsigned signal;
	unsigned thread; /* from 1; 0 = not said */
	bool watched;    /* by a write-watch, at this address: */
	uint64_t address;
};

/* false = the body tells of no stop. */
bool gdb_stop_parse(const char *body, struct gdb_stop *out);
/* The nth 64 bit register of an answer to "g"; false = not there, or not known to the stub. */
bool gdb_register(const char *body, unsigned n, uint64_t *out);

#endif
