/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes.h - the list of routes: which requests pass, are dropped or are rejected.
 *
 * The first route whose conditions all hold decides. Compiled from the configuration, which must
 * outlive it; immutable; any thread.
 */
#ifndef SLUICE_CONTROL_ROUTES_H
#define SLUICE_CONTROL_ROUTES_H

#include <stdint.h>

#include "control/config.h"
#include "control/contract/shm_base.h"
#include "parser/sip_msg.h"

struct cp_routes;

/* NULL when memory is short. */
struct cp_routes *cp_routes_create(const struct cp_config_route *routes, uint32_t count);
void cp_routes_destroy(struct cp_routes *r);

/*
 * The first route that holds for this request from this flow, or NULL. *number counts from 1.
 * Compared are: method, octet for octet (RFC 3261 7.1); the host of the Request-URI, without case
 * and without one trailing dot; the beginning of its user part with escapes decoded (19.1.4), and,
 * where the prefix is a number, without visual separators (RFC 3966 5.1.1).
 */
const struct cp_config_route *cp_routes_find(const struct cp_routes *r, const struct shm_flow *flow,
                                             const struct sip_msg *msg, uint32_t *number);

#endif
