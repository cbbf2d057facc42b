/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api_scenario - the public structs of <scxplore/scxplore.h> to a scenario and a guest
 * configuration.
 *
 * The way in for C tests, beside ops/parse: it ends in the same struct op and the same
 * scenario_add(), so a C test is checked exactly as a typed line is.
 */
#ifndef LIB_API_SCENARIO_H
#define LIB_API_SCENARIO_H

#include "ops/scenario.h"
#include "scxplore/scxplore.h"
#include "vmm/guest.h"

/*
 * How large the caller's structs are: those of the header it was compiled with. Smaller ones are
 * those of an older header, whose missing fields are 0; of larger ones only what is not 0 is
 * refused.
 */
struct api_sizes {
	size_t guest, op, step;
};
extern const struct api_sizes api_sizes_here; /* of this library's own header */

/* Are these sizes of a header that there has been? */
int api_sizes_check(const struct api_sizes *sizes, struct err *err);

/* Appends backdrop and steps (either may be NULL). Errors say where: "step 2, op 3: ...". works:
 * what "custom:NAME" may name, functions of this very program; NULL = none. */
int api_scenario(struct scenario *s, const struct api_sizes *sizes, const struct sxp_work *works,
		 const struct sxp_op *backdrop, const struct sxp_step *steps, struct err *err);

/*
 * The guest as configured, SXP_KERNEL, SXP_TOPOLOGY and SXP_ACCEL from the environment winning.
 * Strings are borrowed from guest and environment.
 */
int api_guest_config(const struct sxp_guest *guest, struct guest_config *out, struct err *err);

/* The caller's struct as one of this library's; NULL is a guest of defaults. */
int api_guest_copy(struct sxp_guest *to, const struct sxp_guest *from,
		   const struct api_sizes *sizes, struct err *err);

#endif
