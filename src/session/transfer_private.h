/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer_private - the two directions of transfer.h; for transfer.c, push.c and pull.c only.
 */
#ifndef SESSION_TRANSFER_PRIVATE_H
#define SESSION_TRANSFER_PRIVATE_H

#include "base/sha256.h"
#include "session/compile.h"
#include "session/supply.h"
#include "session/transfer.h"

struct push_file {
	bool known; /* hash and size are */
	uint64_t size;
	uint8_t hash[SHA256_SIZE];
};

struct progress {
	uint64_t last_ns; /* it began, or was told; 0 = not yet */
	bool told;
};

struct push {
	bool active;
	uint64_t seq, of;
	struct supply supply;
	struct compile *compile;
	struct push_file *files; /* one for each entry of the set */
	bool told;		 /* EV_PUSHED */
	loop_id timer;		 /* the next piece of a long file that is looked at */
	/* the file that is open: looked at, or sent */
	int fd;
	uint32_t index;
	bool sending, sent;
	struct sha256 sha;
	uint64_t at;
	struct progress progress;
};

struct pull {
	bool active, begun;
	uint64_t seq;
	char *from;	    /* in the guest, as it says */
	char *path, *draft; /* where it will be; where it is until it is whole. NULL = not kept */
	int fd;
	struct sha256 sha;
	uint64_t size, got, told;
	uint32_t mode;
	struct progress progress;
};

struct transfer {
	struct loop *loop;
	const struct transfer_ops *ops;
	void *arg;
	char *folder;
	bool only_there;
	unsigned memory_mib;
	struct push push;
	struct pull pull;
};

void transfer_send(struct transfer *t, struct wire_writer *w, enum wire_type type, uint64_t seq);
struct wire_writer *transfer_begin(void);
void transfer_log(struct transfer *t, int level, const char *text);
/* At most twice a second, and for what is long enough to be waited for. */
void transfer_progress(struct transfer *t, uint64_t seq, const char *path, uint64_t at,
		       uint64_t size, struct progress *p);

void push_init(struct transfer *t);
void push_drop(struct transfer *t);
void push_finish(struct transfer *t);
void push_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *p);

void pull_drop(struct transfer *t);
void pull_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *p);

#endif
