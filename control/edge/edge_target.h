/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_target.h - from a binding to a next hop.
 *
 * Pure; any thread.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_TARGET_H
#define SLUICE_CONTROL_EDGE_EDGE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_forward.h"
#include "control/decider.h"
#include "control/location/bindings.h"
#include "control/policy/target.h"

/*
 * Where a request for this binding goes: one hop, the contact without its header part as
 * Request-URI, and its Path as Route values (RFC 3327 5.3). The hop is where the REGISTER came from
 * when that was behind a NAT, or when the contact, or the first Path, names no address; else the
 * first Path, else the contact. False when it can not be said in the room that a decision has.
 */
bool cp_target_of(const struct cp_binding *x, struct cp_forward *out);

/* Never 0; another one when a hop, the Request-URI or the Route is another. */
uint32_t cp_target_mark(const struct cp_forward *to);

#endif
