/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * road - the whole road of a scenario: its text is carried out in a guest and recorded, the session
 * replayed and compared, exported as C, compiled without a warning, run as a test of its own.
 */
#ifndef TESTS_GUEST_ROAD_H
#define TESTS_GUEST_ROAD_H

#include "vmm/guest.h"

/*
 * Fails the calling test where the road ends early. Returns what the exported test said, which the
 * caller frees. The files lie in a folder that is removed when all went well.
 */
char *road_travel(const char *name, const char *text, const struct guest_config *guest);

#endif
