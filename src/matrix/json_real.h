/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_real - a number as JSON: the shortest text that reads back as the same number, and null for
 * what is none, for JSON has no word for that.
 */
#ifndef MATRIX_JSON_REAL_H
#define MATRIX_JSON_REAL_H

struct json_object;

struct json_object *json_real(double v); /* NULL (null) when it is not finite; caller puts */

#endif
