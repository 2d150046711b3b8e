/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/pointwise_s8.h"

#include "tinygen/mve/bytes.h"

void tg_mve_pointwise_s8(const tg_mve_pointwise *p, const tg_mve_product_set *product,
                         const int8_t *in, int8_t *scratch, int8_t *out)
{
    int32_t left = p->pixels;
    int32_t pairs = p->direct / 2;
    for (;;) {
        for (left -= 2 * pairs; pairs > 0; pairs--) {
            product->two(&p->product, in, in + p->in_c, out);
            in += 2 * p->in_c;
            out += 2 * p->product.out_step;
        }
        if (left == 0) {
            return;
        }
        if (p->direct != p->pixels) {
            tg_mve_copy(scratch, in, left * p->in_c);
            in = scratch;
        }
        if (left == 1) {
            product->one(&p->product, in, out);
            return;
        }
        pairs = left / 2;
    }
}
