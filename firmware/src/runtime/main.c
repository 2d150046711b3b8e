/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's main: start-up code has brought the board up, now serve the model. */
#include "tinygen/serve.h"

int main(void)
{
    tg_serve();
}
