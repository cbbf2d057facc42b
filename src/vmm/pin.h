/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pin - a guest's vCPU threads each onto one CPU of this host, so that the host's scheduler does
 * not move them about under the guest's.
 */
#ifndef VMM_PIN_H
#define VMM_PIN_H

#include "base/err.h"

#include <stddef.h>

/*
 * thread[i] onto the (from + i)th CPU, from 1, of those this program may use. All or none: too few
 * CPUs (ERANGE), one thread for two vCPUs (EINVAL), or a thread that is gone (ESRCH), is an error.
 */
int pin_threads(const int *thread, size_t n, unsigned from, struct err *err);

#endif
