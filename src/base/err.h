/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * err - the one error type: owned by the caller, on the stack, nothing to free.
 *
 * A function that can fail takes `struct err *` last and returns 0 or -errno. The message is set
 * where the failure happens (what was tried, on what, why) and wrapped at most once per module
 * boundary. A NULL err is allowed everywhere: the code is returned and the text is dropped.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_MSG_MAX 512

struct err {
	int code; /* positive errno; 0 = no error */
	char msg[ERR_MSG_MAX];
};

#define ERR_INIT ((struct err){0})

/* Set code (positive errno) and text; returns -code so that `return err_set(...)` reads well. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set with ": strerror(code)" appended. Use right after a failed system call. */
int err_sys(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Put "PREFIX: " before the present message; returns -err->code (or -EINVAL when err is NULL). */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
