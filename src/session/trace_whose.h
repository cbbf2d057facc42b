/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_whose - whose task_struct is at an address of the guest's kernel, and since when: a switch
 * of the stream tells who comes by the address alone (bpf/trace.h).
 *
 * An address that is given to a new task is remembered for the old one, too. Addresses are hostile:
 * they are compared and never followed, and of more than TRACE_WHOSE_MAX the new ones are not kept.
 */
#ifndef SESSION_TRACE_WHOSE_H
#define SESSION_TRACE_WHOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_WHOSE_MAX (1u << 18) /* as many task_structs fill some GiB of a guest */

struct trace_whose;

struct trace_whose *trace_whose_create(void);
void trace_whose_destroy(struct trace_whose *w); /* NULL is fine */
/* From t_ns on the task at `address` has this tid (0 = an idle task). Times may come in any order.
 */
void trace_whose_put(struct trace_whose *w, uint64_t address, int32_t tid, uint64_t t_ns);
/* false: who it was at that moment is not known. */
bool trace_whose_get(const struct trace_whose *w, uint64_t address, uint64_t t_ns, int32_t *tid);

#endif
