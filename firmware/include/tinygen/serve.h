/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_SERVE_H
#define TINYGEN_SERVE_H

/* Announce the model in model.h to the host and answer its requests, for ever. */
_Noreturn void tg_serve(void);

#endif
