/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_users.h - who may log in: the users that a configuration names, and those of the store.
 *
 * A name that both have is the configuration's: what stands there is never changed from outside it.
 * Of the store's users the registrar keeps all, in a table of their own, and of both one table for
 * log-ins, so that a look-up is the same for all.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_USERS_H
#define SLUICE_CONTROL_EDGE_EDGE_USERS_H

#include "control/config/config.h"
#include "control/identity/users.h"
#include "control/location/store.h"

/* The algorithms of the configuration as bits. */
unsigned cp_edge_algs(const struct cp_config_edge *config);

/* A table of them all: a password gives an HA1 for each algorithm that is offered, an HA1 itself.
 * 0, or a negative errno: -EINVAL when an algorithm is not to be had. */
int cp_edge_users_create(struct cp_users **out, const struct cp_config_edge *config);

/* All users of the store; store: NULL = there are none. 0, or a negative errno and a line in `why`:
 * -EBADMSG when a row is damaged. */
int cp_edge_users_load(struct cp_users **out, struct cp_store *store, char *why, size_t why_len);

/* Add the store's users to those of a configuration. One whose HA1s are of another realm can not
 * log in; that, and names that both have, are told in the log. 0 or -ENOMEM. */
int cp_edge_users_merge(struct cp_users *users, const struct cp_users *stored, const char *realm);

#endif
