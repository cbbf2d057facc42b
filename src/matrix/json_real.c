/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_real - a number as JSON.
 */
#include "matrix/json_real.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct json_object *json_real(double v)
{
	char text[40];
	int digits;

	if (!isfinite(v))
		return NULL;
	for (digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return json_object_new_double_s(v, text);
}
