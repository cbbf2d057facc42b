/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cleanup - scope-bound release of plain C resources, and the hand-over of them.
 *
 * `cleanup_free char *p = ...;` frees at scope end; `return STEAL(p);` hands it to the caller.
 * A type with its own _destroy declares its own macro beside it with CLEANUP_DEFINE.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_p(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define cleanup_free __attribute__((cleanup(cleanup_free_p)))
#define cleanup_fd   __attribute__((cleanup(cleanup_fd_p)))
#define cleanup_file __attribute__((cleanup(cleanup_file_p)))

#define STEAL(p)                                                                                   \
	({                                                                                         \
		__typeof__(p) stolen_ = (p);                                                       \
		(p) = NULL;                                                                        \
		stolen_;                                                                           \
	})
#define STEAL_FD(fd)                                                                               \
	({                                                                                         \
		int stolen_fd_ = (fd);                                                             \
		(fd) = -1;                                                                         \
		stolen_fd_;                                                                        \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
