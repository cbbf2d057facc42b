/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host - what this machine is and does while guests run on it. Reads /proc; what cannot be read is
 * NAN, never 0.
 */
#ifndef MATRIX_HOST_H
#define MATRIX_HOST_H

#include <stdint.h>

double mx_host_load(void);         /* load average of the last minute */
double mx_host_steal_ms(void);     /* taken by this machine's own host, since it booted */
char *mx_host_cpu(void);           /* "MODEL, N CPUs"; NULL = not known; caller frees */
uint64_t mx_host_memory_mib(void); /* available now; 0 = not known */
unsigned mx_host_cpus(void);       /* that this program may use */

#endif
