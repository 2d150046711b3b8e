/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's main: start-up code has brought the board up, now serve the model. */
#include "model.h"
#include "tinygen/serve.h"

#ifndef TG_MAIN /* a framework has a main of its own */
#define TG_MAIN main
#endif

int TG_MAIN(void);

int TG_MAIN(void)
{
#ifdef MODEL_START
    (void)MODEL_START(); /* when it fails, model_run says so */
#endif
    tg_serve();
}
