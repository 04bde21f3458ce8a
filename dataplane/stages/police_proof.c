/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_proof.h"

#include "dataplane/stages/police_refusals.h"

/* Proofs that an address is real, and those that somebody knows who is there. */
#define REAL_ADDRESS (DP_PROOF_NONCE | DP_PROOF_TO_TAG | DP_PROOF_BRANCH)

static void prove(struct dp_tables *tables, const struct dp_source *source, uint8_t proof,
                  uint64_t now_ns, struct shm_counters *counters)
{
        static const struct {
                enum dp_proof proof;
                enum dp_trust_evidence evidence;
        } rows[] = {
            {DP_PROOF_REGISTERED, DP_TRUST_REGISTER_OK}, {DP_PROOF_CALL, DP_TRUST_CALL_COMPLETED},
            {DP_PROOF_NONCE, DP_TRUST_NONCE_ECHO},       {DP_PROOF_TO_TAG, DP_TRUST_TO_TAG_ECHO},
            {DP_PROOF_BRANCH, DP_TRUST_BRANCH_ECHO},
        };

        /* the strongest says all that the others would */
        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if ((proof & rows[i].proof) != 0) {
                        dp_trust_tell(
                            dp_trust_prove(tables->trust, source, rows[i].evidence, now_ns),
                            counters);
                        return;
                }
}

void dp_police_proofs(const struct dp_limits_config *config, struct dp_tables *tables,
                      const struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters)
{
        struct dp_source receiver;

        /* who is registered, or has had a call, gains nothing by being there */
        if (p->has_source && p->lane != SHM_LANE_PEER &&
            !(p->trust >= DP_TRUST_AUTHENTICATED && (p->proof_src & ~REAL_ADDRESS) == 0))
                prove(tables, &p->source, p->proof_src, now_ns, counters);
        if (p->proof_dst == 0)
                return;
        dp_source_of(&tables->key, &p->receiver, p->receiver_port, &receiver);
        prove(tables, &receiver, p->proof_dst, now_ns, counters);
        if ((p->proof_dst & DP_PROOF_CHALLENGED) != 0)
                dp_trust_tell(dp_trust_lift(tables->trust, &receiver, now_ns), counters);
        if ((p->proof_dst & DP_PROOF_REFUSED) != 0) {
                counters->refusals++;
                dp_refusals_charge(config, tables, p, &receiver, now_ns);
        }
}
