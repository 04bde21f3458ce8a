/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.h - carries out what was decided: what passes goes on without the octets that nobody judged,
 * and a rejected request gets its stateless SIP response.
 *
 * The reply goes to the packet's own source, out of the port it came in by; never to an ACK or a
 * response (decide sees to that).
 */
#ifndef SLUICE_DATAPLANE_STAGES_ACT_H
#define SLUICE_DATAPLANE_STAGES_ACT_H

#include "dataplane/burst.h"
#include "dataplane/state/siphash.h"

/* A response copies header fields of a request that came in one frame; it fits one frame too. */
#define DP_REPLY_BYTES_MAX 2048u

struct dp_act {
        struct rte_mempool *reply_pool;
        struct dp_siphash_key tag_seed; /* To-tags: the same for a retransmission (8.2.7) */
        bool passive;                   /* tap: nothing is ever sent */
        struct sip_msg scratch;         /* of a message whose parse result is gone */
        uint8_t text[DP_REPLY_BYTES_MAX];
};

void dp_act_run(struct dp_act *self, struct dp_burst *b);

#endif
