/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkt_digest.h - keyed hashes of single fields of a message, made once and shared by the stages
 * that make keys out of them.
 */
#ifndef SLUICE_DATAPLANE_STAGES_PKT_DIGEST_H
#define SLUICE_DATAPLANE_STAGES_PKT_DIGEST_H

#include "dataplane/burst.h"
#include "dataplane/state/siphash.h"
#include "dataplane/state/siphash_lanes.h"

static inline struct dp_key dp_span_digest(const struct dp_siphash_key *key,
                                           const struct sip_msg *m, struct sip_span s)
{
        struct dp_key out;

        dp_siphash13_once128(key, sip_span_at(m, s), s.len, out.w);
        return out;
}

static inline struct sip_span dp_pkt_digest_span(const struct dp_pkt *p, enum dp_pkt_key which)
{
        return which == DP_PKT_KEY_RURI ? p->msg->ruri.all : p->msg->call_id;
}

/* What follows, for one of many: it is made when the jobs are run, under the same key. */
static inline void dp_pkt_digest_begin(struct dp_siphash_jobs *jobs, struct dp_pkt *p,
                                       enum dp_pkt_key which)
{
        struct sip_span s = dp_pkt_digest_span(p, which);

        p->keys_made |= (uint8_t)(1u << which);
        dp_siphash_jobs_add(jobs, sip_span_at(p->msg, s), s.len, &p->key[which]);
}

/* CALL_ID or RURI of a packet with a message, always under the same key. Good while p is. */
static inline const struct dp_key *dp_pkt_digest(const struct dp_siphash_key *key, struct dp_pkt *p,
                                                 enum dp_pkt_key which)
{
        uint8_t bit = (uint8_t)(1u << which);

        if ((p->keys_made & bit) == 0) {
                p->keys_made |= bit;
                p->key[which] = dp_span_digest(key, p->msg, dp_pkt_digest_span(p, which));
        }
        return &p->key[which];
}

#endif
