/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply_budget.h - how much a source may get from us that has proven nothing: it may be somebody
 * else, whom our replies would hit (ATTACKS C12).
 *
 * Every reply answers one packet and is paid by that packet alone: at most 3 octets for 2, counted
 * in whole IP packets. So for any source and any span of time the octets that we send are at most
 * 1.5 times those that came from there, and the packets no more than came, without keeping any
 * account of it.
 */
#ifndef SLUICE_DATAPLANE_STATE_REPLY_BUDGET_H
#define SLUICE_DATAPLANE_STATE_REPLY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define DP_REPLY_OCTETS_OUT 3u
#define DP_REPLY_OCTETS_IN  2u

/* Lengths of the two IP packets, at most 65535 each. */
static inline bool dp_reply_budget_allows(uint32_t request_bytes, uint32_t reply_bytes)
{
        return reply_bytes * DP_REPLY_OCTETS_IN <= request_bytes * DP_REPLY_OCTETS_OUT;
}

#endif
