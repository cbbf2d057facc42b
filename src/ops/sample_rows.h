/* SPDX-License-Identifier: BSD-2-Clause */
/* sample_rows - memory for samples on the host. */
#ifndef OPS_SAMPLE_ROWS_H
#define OPS_SAMPLE_ROWS_H

#include "guest/wire_sample.h"

/* Room for every row up to the caps, columns absent; sample_free() takes it back. */
void sample_alloc(struct sample *s);
void sample_free(struct sample *s);

#endif
