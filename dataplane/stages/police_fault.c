/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_fault.h"

void dp_police_fault(struct dp_tables *tables, const struct dp_pkt *p, enum dp_trust_fault fault,
                     uint64_t now_ns, struct shm_counters *counters)
{
        enum dp_trust_result rc;

        if (!p->has_source || p->lane == SHM_LANE_PEER)
                return;
        rc = dp_trust_fault(tables->trust, &p->source, fault, now_ns);
        dp_trust_tell(rc, counters);
}

void dp_police_malformed(const struct dp_limits_config *config, struct dp_tables *tables,
                         const struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters)
{
        if (p->trust != DP_TRUST_UNPROVEN) {
                dp_police_fault(tables, p, DP_TRUST_FAULT_INVALID, now_ns, counters);
                return;
        }
        if (!p->has_source || p->lane != SHM_LANE_UNPROVEN)
                return;
        const struct dp_key key =
            dp_key_kind(&p->source.endpoint, DP_KEY_GUARD + SHM_LANE_UNPROVEN);
        const struct dp_limit_claim budget = dp_limits_claim(
            tables->limits, &key, &config->guard[SHM_LANE_UNPROVEN][DP_GUARD_ENDPOINT],
            DP_TRUST_UNPROVEN);

        (void)dp_limits_charge_many(tables->limits, &budget, DP_MALFORMED_WEIGHT, now_ns);
}
