/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt_pen - how the next characters look: the numbers of an SGR sequence to a pen.
 * Invariant: numbers are read through vt_number(), so that a short sequence reads as zeros.
 */
#include "tui/vt_private.h"

int vt_number(const struct vt *vt, int n, int otherwise)
{
	return n < vt->nparams && vt->params[n] ? vt->params[n] : otherwise;
}

void vt_set_pen(struct vt *vt)
{
	int i;

	if (!vt->nparams)
		vt->pen = (struct vt_pen){.colour = 8};
	for (i = 0; i < vt->nparams; i++) {
		int n = vt->params[i];

		if (n == 0)
			vt->pen = (struct vt_pen){.colour = 8};
		else if (n == 1 || n == 22)
			vt->pen.bold = n == 1;
		else if (n == 7 || n == 27)
			vt->pen.reverse = n == 7;
		else if (n >= 30 && n <= 37)
			vt->pen.colour = (uint8_t)(n - 30);
		else if (n >= 90 && n <= 97)
			vt->pen.colour = (uint8_t)(n - 90);
		else if (n == 39)
			vt->pen.colour = 8;
		else if ((n == 38 || n == 48) && vt_number(vt, i + 1, 0) == 5) {
			if (n == 38)
				vt->pen.colour = (uint8_t)(vt_number(vt, i + 2, 0) < 16
								   ? vt_number(vt, i + 2, 0) % 8
								   : 8);
			i += 2;
		} else if (n == 38 || n == 48) {
			i += 4;
		}
	}
}
