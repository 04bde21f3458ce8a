/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_budget.h - guard's second look: how many packets a source sends to the SIP ports.
 *
 * Each such packet from the outside that is not a known peer's gets its source and trust here, and
 * the lane PROVEN if it has earned it. Then it is counted: for its address and port first, so that
 * one flooding port does not use up what its neighbours behind the same address share.
 *
 * What is over is dropped unparsed with the reason OVER_BUDGET. Only a packet that begins like a
 * call to an emergency number goes on, and is judged as what it turns out to be.
 */
#ifndef SLUICE_DATAPLANE_STAGES_GUARD_BUDGET_H
#define SLUICE_DATAPLANE_STAGES_GUARD_BUDGET_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/state/tables.h"

struct dp_guard_budget {
        const struct dp_config *config; /* borrowed, as the tables are */
        struct dp_tables *tables;
        struct shm_counters *counters;
};

void dp_guard_budget_run(struct dp_guard_budget *self, struct dp_burst *b);

/* Whether `len` octets begin with INVITE and an emergency service URN or number; of these,
 * `numbers` are the user parts. Reads no further than the Request-URI. */
bool dp_guard_begins_emergency(const uint8_t *at, uint16_t len, const char *const *numbers,
                               uint32_t number_cnt);

/* Source and trust of a packet from the outside, for SIP on other ports too. The lane rises to
 * PROVEN when it is UNPROVEN. */
void dp_guard_source(struct dp_tables *tables, struct dp_pkt *p, uint64_t now_ns);

#endif
