/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qmp - reads the lines of QEMU's monitor protocol and says what they are.
 *
 * One JSON object a line, at most QMP_LINE_MAX bytes. Source: QEMU docs/interop/qmp-spec.rst.
 */
#ifndef VMM_QMP_H
#define VMM_QMP_H

#include <stddef.h>

#define QMP_LINE_MAX (256u << 10)
#define QMP_WORD_MAX 64
#define QMP_CPUS_MAX 256

enum qmp_kind { QMP_GREETING, QMP_RETURN, QMP_ERROR, QMP_EVENT, QMP_OTHER, QMP_MALFORMED };

struct qmp_message {
	enum qmp_kind kind;
	char event[QMP_WORD_MAX];  /* "STOP", "SHUTDOWN", ... */
	char reason[QMP_WORD_MAX]; /* data.reason of an event, "guest-reset" */
	char status[QMP_WORD_MAX]; /* return.status of query-status, "internal-error"; data.status of an
				      event, "completed" */
	char id[QMP_WORD_MAX];     /* of the command this answers; "" = it had none */
	char error[256];           /* error.desc, sanitised */
	char text[256];            /* return, where it is a text: of a human monitor's command */
	int major;                 /* greeting: QEMU's version */
	/* query-cpus-fast: the host's thread of each CPU of the guest, by its index; all or none */
	int thread[QMP_CPUS_MAX];
	size_t nthreads;
};

void qmp_parse(const char *line, size_t len, struct qmp_message *out);

#endif
