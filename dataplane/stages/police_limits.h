/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_limits.h - the limits of one message: which keys it is charged to, and what happens to it
 * when one of them refuses.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_LIMITS_H
#define SLUICE_DATAPLANE_STAGES_POLICE_LIMITS_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/state/tables.h"

/* Those of the configuration, and one of the table LIMIT. */
#define DP_POLICE_CLAIMS_MAX (DP_LIMIT_KEY_CNT + 1u)
_Static_assert(DP_POLICE_CLAIMS_MAX <= DP_LIMITS_CLAIMS_MAX, "charged together");

/* The keys of a message, made for a whole burst before the first is charged. */
struct dp_police_claims {
        uint8_t cnt; /* 0: nothing to charge */
        uint8_t cls; /* enum dp_limit_class, of a message that is charged */
        struct dp_limit_claim claim[DP_POLICE_CLAIMS_MAX];
        uint16_t reason[DP_POLICE_CLAIMS_MAX]; /* enum shm_reason when that key refuses */
};

/* Longer than any address-of-record that is in use. All that are longer count as one user, so that
 * length is no way round the limit. */
#define DP_POLICE_AOR_BYTES_MAX 512u

/* What keys are made of that is not in the message. */
struct dp_police_texts {
        uint64_t prefix[2];
        uint8_t aor[DP_POLICE_AOR_BYTES_MAX];
};

/*
 * Of a SIP message, well formed and open, or of a packet that is no SIP: is it charged? Not an
 * emergency, nor the inside, nor what goes on or, of proven sources, is repeated (dp_pkt.txn): of
 * these the claims are none, and false is returned.
 *
 * Of what is charged, add at most two jobs, for those of its keys that take a hash. They are run
 * under the key of the tables before anything else is done with the packet, and `texts` stays until
 * then.
 */
bool dp_police_claims_begin(const struct dp_limits_config *config, struct dp_pkt *p,
                            struct dp_police_claims *claims, struct dp_siphash_jobs *jobs,
                            struct dp_police_texts *texts);

/* Then make its claims, and bring their memory towards the CPU. */
void dp_police_claims_make(const struct dp_limits_config *config, struct dp_tables *tables,
                           struct dp_pkt *p, struct dp_police_claims *claims);

/* Charge them, one at least. A message that is over gets its verdict: dropped, or of a proven
 * source turned down with 503. */
void dp_police_claims_charge(struct dp_tables *tables, const struct dp_police_claims *claims,
                             struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters);

/* May control be asked about this open SIP message? Charges its source for the question. */
bool dp_police_question(const struct dp_limits_config *config, struct dp_tables *tables,
                        struct dp_pkt *p, uint64_t now_ns);

/* The user that a URI of m names, whatever its scheme and port. False: it names none. */
bool dp_police_aor_key(const struct dp_siphash_key *key, const struct sip_msg *m,
                       const struct sip_uri *uri, struct dp_key *out);

void dp_police_pkt_key_make(const struct dp_tables *t, struct dp_pkt *p, enum dp_pkt_key which);

/* A key that p carries, made now if nobody has asked for it before; good while p is. NULL: there is
 * none, the message names no such user. */
static inline const struct dp_key *dp_police_pkt_key(const struct dp_tables *t, struct dp_pkt *p,
                                                     enum dp_pkt_key which)
{
        if ((p->keys_made & 1u << which) == 0)
                dp_police_pkt_key_make(t, p, which);
        return (p->keys_none & 1u << which) == 0 ? &p->key[which] : NULL;
}

/* What a message is charged as. */
enum dp_limit_class dp_police_class(const struct dp_pkt *p);

#endif
