/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_md_private - how foreign text gets into a report, and the parts of one that have a file of
 * their own. Invariant: what is inside can close neither a code span nor a block.
 */
#ifndef OPS_EXPORT_MD_PRIVATE_H
#define OPS_EXPORT_MD_PRIVATE_H

#include "ops/export.h"

/* `text` as a code span, as lines of an indented block; sanitised. */
void export_md_code(struct buf *out, const char *text);
void export_md_block(struct buf *out, const char *data, size_t len);

/* "## Post-mortem": how each scheduler ended that an error ended, and the last one however it did.
 * Nothing where none has. In export_md_post.c. */
void export_md_post(const struct model *m, struct buf *out);

#endif
