/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_users.h - the users that a configuration names, with their HA1.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_USERS_H
#define SLUICE_CONTROL_EDGE_EDGE_USERS_H

#include "control/config/config.h"
#include "control/identity/users.h"

/* The algorithms of the configuration as bits. */
unsigned cp_edge_algs(const struct cp_config_edge *config);

/* A table of them all: a password gives an HA1 for each algorithm that is offered, an HA1 itself.
 * 0, or a negative errno: -EINVAL when an algorithm is not to be had. */
int cp_edge_users_create(struct cp_users **out, const struct cp_config_edge *config);

#endif
