/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_users.h - users of the store, changed while everything runs: on disk first, then in force,
 * as a whole and at once. Log-ins and decisions wait for neither hash nor disk.
 *
 * Thread: the owner of the engine, whose registrar must be there. Failures: a negative errno and
 * one line in `why`; then nothing changed.
 */
#ifndef SLUICE_CONTROL_ENGINE_USERS_H
#define SLUICE_CONTROL_ENGINE_USERS_H

#include <stddef.h>

#include "control/engine.h"

int cp_engine_user_add(struct cp_engine *e, const struct cp_edge_account *a, char *why,
                       size_t why_len);
int cp_engine_user_passwd(struct cp_engine *e, const char *name, const char *password, char *why,
                          size_t why_len);
/* *ended: bindings that went with him. */
int cp_engine_user_remove(struct cp_engine *e, const char *name, unsigned *ended, char *why,
                          size_t why_len);

#endif
