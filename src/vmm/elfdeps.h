/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elfdeps - what one file needs to run: ELF interpreter, DT_NEEDED libraries, `#!` interpreter.
 *
 * elf_needs_read() works on a memory image and trusts none of it (a fuzz target); finding the
 * files on the host is library_find()'s part. The walk over the closure is include.c's.
 */
#ifndef VMM_ELFDEPS_H
#define VMM_ELFDEPS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define ELF_NEEDED_MAX 256

enum file_kind { FILE_OTHER, FILE_ELF, FILE_SCRIPT };

struct elf_needs {
	enum file_kind kind;
	char *interpreter;     /* PT_INTERP or the path after "#!"; NULL = none */
	char *interpreter_arg; /* a script's argument: "bash" of "#!/usr/bin/env bash"; NULL = none
				*/
	char **needed;         /* DT_NEEDED names */
	size_t n;
	char *rpath, *runpath; /* colon lists, unexpanded; NULL = none */
};

/* 0 also for files that are neither ELF nor script (kind says). -ENOEXEC with words for a broken or
 * foreign ELF. */
int elf_needs_read(const void *image, size_t len, struct elf_needs *out, struct err *err);
int elf_needs_file(const char *path, struct elf_needs *out, struct err *err);
void elf_needs_finish(struct elf_needs *needs);

struct elf_object {
	const struct elf_needs *needs;
	const char *origin; /* its folder */
};

/*
 * The host file a library name stands for, searched as ld.so(8) does: RPATH (without RUNPATH) of
 * the object and of the program, LD_LIBRARY_PATH, RUNPATH, the folders of /etc/ld.so.conf, the
 * default folders. `program` is what is started, NULL = the object itself. *standard says that the
 * guest's ld.so finds it there by itself. Caller frees; NULL when there is none.
 */
char *library_find(const char *name, const struct elf_object *by, const struct elf_object *program,
		   bool *standard);

#endif
