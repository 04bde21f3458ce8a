/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_meter.h - was a rule wrong? Who a rule has stopped, or would have, and then registers with a
 * password or completes a call within the hour, was perhaps no attacker: counted for that rule.
 *
 * A fixed table by the source's address; a later source may take the place of an earlier one, so it
 * counts too few rather than too many. Event thread.
 */
#ifndef SLUICE_CONTROL_RULE_METER_H
#define SLUICE_CONTROL_RULE_METER_H

#include <stdint.h>

#include "control/contract/shm_msg.h"
#include "control/siphash.h"

#define CP_RULE_METER_PLACES 4096u
#define CP_RULE_METER_SIDS   4u /* of one source, the last */
#define CP_RULE_METER_NS     (UINT64_C(3600) * 1000000000u)

struct cp_rule_meter_place {
        struct shm_ip ip;
        uint64_t time_ns;
        uint32_t sid[CP_RULE_METER_SIDS]; /* 0: none */
};

struct cp_rule_meter { /* zero but for the key: nobody was stopped */
        struct cp_siphash_key key;
        struct cp_rule_meter_place place[CP_RULE_METER_PLACES];
};

/* Rule `sid` has stopped a message of this event's source, or would have. */
void cp_rule_meter_stopped(struct cp_rule_meter *m, const struct shm_event *ev, uint32_t sid);
/* The rules that stopped whom this event shows to be genuine: their sids go to out, each once.
 * Returns how many, 0..CP_RULE_METER_SIDS. */
unsigned cp_rule_meter_proven(struct cp_rule_meter *m, const struct shm_event *ev,
                              uint32_t out[CP_RULE_METER_SIDS]);

#endif
