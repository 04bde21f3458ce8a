/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/reassemble.h"

#include "dataplane/verdict.h"

void dp_reassemble_run(struct dp_reassemble *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p) || (p->flags & DP_PKT_FRAGMENT) == 0)
                        continue;
                self->counters->fragments++;
                if (self->fragments == DP_POLICY_PASS)
                        dp_verdict_pass(p, SHM_REASON_PASS_FRAGMENT);
                else
                        dp_verdict_drop(p, SHM_REASON_FRAGMENT);
        }
}
