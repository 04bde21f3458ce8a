/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police.h"

#include "dataplane/verdict.h"

void dp_police_run(struct dp_police *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p))
                        continue;
                if (p->malformed != 0)
                        dp_verdict_drop(p, p->malformed);
                else if ((p->flags & DP_PKT_SIP) != 0)
                        continue;
                else if (self->non_sip == DP_POLICY_PASS)
                        dp_verdict_pass(p, SHM_REASON_PASS_NON_SIP);
                else
                        dp_verdict_drop(p, SHM_REASON_NON_SIP);
        }
}
