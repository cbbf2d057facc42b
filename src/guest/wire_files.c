/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_files - the codec of wire_files.h. Invariant: what a reader has let pass is in range.
 */
#include "guest/wire_files.h"

#include <string.h>

bool files_path_fits(const char *path)
{
	const char *p = path;

	if (*p != '/' || !p[1] || strlen(path) >= FILES_PATH_MAX)
		return false;
	while (*p) {
		size_t n = strcspn(++p, "/");

		if (!n || n > 255 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
	}
	return true;
}

void files_put_entry(struct wire_writer *w, const struct files_entry *e)
{
	wire_put_u32(w, e->index);
	wire_put_u8(w, (uint8_t)e->kind);
	wire_put_u32(w, e->mode);
	wire_put_u64(w, e->size);
	wire_put_bytes(w, e->hash, sizeof(e->hash));
	wire_put_str(w, e->path);
	wire_put_str(w, e->target);
}

bool files_get_entry(struct wire_reader *r, struct files_entry *e)
{
	const void *hash;
	size_t len;
	uint8_t kind;

	*e = (struct files_entry){.index = wire_get_u32(r)};
	kind = wire_get_u8(r);
	e->kind = kind;
	e->mode = wire_get_u32(r);
	e->size = wire_get_u64(r);
	hash = wire_get_bytes(r, &len);
	e->path = wire_get_str(r);
	e->target = wire_get_str(r);
	if (!wire_reader_done(r) || len != sizeof(e->hash))
		return false;
	memcpy(e->hash, hash, len);
	if (kind > FILES_FOLDER || e->index > FILES_MAX || e->mode > 07777 ||
	    e->size > FILES_SIZE_MAX)
		return false;
	if (kind == FILES_END)
		return !*e->path || files_path_fits(e->path);
	if (kind == FILES_LINK && (!*e->target || strlen(e->target) >= FILES_PATH_MAX))
		return false;
	return files_path_fits(e->path) && e->index < FILES_MAX;
}

void files_put_ask(struct wire_writer *w, const struct files_ask *a)
{
	wire_put_u32(w, a->index);
	wire_put_u64(w, a->of);
	wire_put_u8(w, a->fresh);
}

bool files_get_ask(struct wire_reader *r, struct files_ask *a)
{
	*a = (struct files_ask){.index = wire_get_u32(r)};
	a->of = wire_get_u64(r);
	a->fresh = wire_get_u8(r) != 0;
	return wire_reader_done(r) && a->index <= FILES_MAX;
}

void files_put_want(struct wire_writer *w, const struct files_want *f)
{
	wire_put_u32(w, f->index);
	wire_put_u64(w, f->upto);
}

bool files_get_want(struct wire_reader *r, struct files_want *f)
{
	*f = (struct files_want){.index = wire_get_u32(r)};
	f->upto = wire_get_u64(r);
	return wire_reader_done(r) && f->index < FILES_MAX;
}

void files_put_chunk(struct wire_writer *w, const struct files_chunk *c)
{
	wire_put_u32(w, c->index);
	wire_put_u64(w, c->offset);
	wire_put_bytes(w, c->data, c->len);
}

bool files_get_chunk(struct wire_reader *r, struct files_chunk *c)
{
	*c = (struct files_chunk){.index = wire_get_u32(r)};
	c->offset = wire_get_u64(r);
	c->data = wire_get_bytes(r, &c->len);
	return wire_reader_done(r) && c->len <= FILES_CHUNK && c->offset <= FILES_SIZE_MAX;
}

void files_put_refusal(struct wire_writer *w, const struct files_refusal *f)
{
	wire_put_u32(w, f->code);
	wire_put_str(w, f->text);
}

bool files_get_refusal(struct wire_reader *r, struct files_refusal *f)
{
	*f = (struct files_refusal){.code = wire_get_u32(r)};
	f->text = wire_get_str(r);
	return wire_reader_done(r);
}

void files_put_begin(struct wire_writer *w, const struct files_begin *b)
{
	wire_put_u64(w, b->size);
	wire_put_u32(w, b->mode);
	wire_put_str(w, b->path);
}

bool files_get_begin(struct wire_reader *r, struct files_begin *b)
{
	*b = (struct files_begin){.size = wire_get_u64(r)};
	b->mode = wire_get_u32(r);
	b->path = wire_get_str(r);
	return wire_reader_done(r) && b->mode <= 07777 && *b->path == '/' &&
	       strlen(b->path) < FILES_PATH_MAX;
}

void files_put_taken(struct wire_writer *w, const struct files_taken *t)
{
	wire_put_u64(w, t->bytes);
	wire_put_u8(w, (uint8_t)t->state);
	wire_put_u32(w, t->code);
	wire_put_str(w, t->text);
}

bool files_get_taken(struct wire_reader *r, struct files_taken *t)
{
	uint8_t state;

	*t = (struct files_taken){.bytes = wire_get_u64(r)};
	state = wire_get_u8(r);
	t->state = state;
	t->code = wire_get_u32(r);
	t->text = wire_get_str(r);
	return wire_reader_done(r) && state < FILES_TAKEN_STATES;
}

void files_put_made(struct wire_writer *w, const struct files_made *m)
{
	wire_put_u8(w, m->replaced);
	wire_put_u8(w, m->above);
	wire_put_u32(w, m->index);
	wire_put_str(w, m->path);
}

bool files_get_made(struct wire_reader *r, struct files_made *m)
{
	*m = (struct files_made){.replaced = wire_get_u8(r) != 0};
	m->above = wire_get_u8(r);
	m->index = wire_get_u32(r);
	m->path = wire_get_str(r);
	if (!r->bad && !files_path_fits(m->path))
		r->bad = true;
	return !r->bad;
}
