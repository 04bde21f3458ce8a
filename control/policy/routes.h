/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes.h - the list of routes: what becomes of which requests.
 *
 * The first route whose conditions all hold decides. Compiled from the configuration, which must
 * outlive it; immutable; any thread.
 */
#ifndef SLUICE_CONTROL_POLICY_ROUTES_H
#define SLUICE_CONTROL_POLICY_ROUTES_H

#include <stdint.h>

#include "control/config/config.h"
#include "control/contract/shm_msg.h"
#include "parser/sip_msg.h"

struct cp_routes;

/* NULL when memory is short. */
struct cp_routes *cp_routes_create(const struct cp_config_route *routes, uint32_t count);
void cp_routes_destroy(struct cp_routes *r);

struct cp_route_asked {
        const struct shm_request *req;
        const struct sip_msg *msg;
        uint64_t now_s;    /* seconds since the epoch */
        bool targets_only; /* pass over routes that neither forward, redirect nor locate */
        bool as_invite;    /* as if the method were INVITE */
};

struct cp_route_found {
        const struct cp_config_route *route; /* NULL = none holds */
        uint32_t number;                     /* counts from 1 */
        bool narrow;   /* a header or class was looked at: of this request alone */
        bool timed;    /* the time was looked at: until the minute ends */
        bool one_user; /* the user was looked at: not of all users of the domain */
};

/*
 * The first route that holds. Compared are: method, octet for octet (RFC 3261 7.1); the host of the
 * Request-URI, without case and without one trailing dot; the beginning of its user part with
 * escapes decoded (19.1.4), and, where the prefix is a number, without visual separators
 * (RFC 3966 5.1.1); values of headers without case. What was looked at is told also of routes that
 * did not hold in the end.
 */
void cp_routes_find(const struct cp_routes *r, const struct cp_route_asked *q,
                    struct cp_route_found *out);

/* Route `number`, NULL when there is none such. */
const struct cp_config_route *cp_routes_get(const struct cp_routes *r, uint32_t number);
/* Does the route say where to? */
bool cp_route_is_target(const struct cp_config_route *route);

#endif
