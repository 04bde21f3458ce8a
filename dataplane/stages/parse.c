/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/parse.h"

#include "dataplane/verdict.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

/* One drop reason for each anomaly. The list is made from the parser's own, so an anomaly without a
 * line in reasons_sip.def does not compile. */
static const uint16_t reason_of[SIP_ANOM_CNT] = {
    [SIP_ANOM_NONE] = SHM_REASON_SIP_MALFORMED,
#define X(ID, name, severity, verdict, rfc, text) [SIP_ANOM_##ID] = SHM_REASON_SIP_##ID,
#include "parser/sip_anomaly.def"
#undef X
};

static bool on_sip_port(const struct dp_parse *self, const struct dp_pkt *p)
{
        for (uint32_t i = 0; i < self->sip_port_cnt; i++)
                if (p->flow.dport == self->sip_ports[i] || p->flow.sport == self->sip_ports[i])
                        return true;
        return false;
}

static void parse_sip(struct dp_parse *self, struct dp_pkt *p, struct sip_msg *msg)
{
        struct shm_counters *c = self->counters;

        p->flags |= DP_PKT_SIP;
        p->msg = msg;
        (void)sip_parse(dp_pkt_at(p, p->payload_off), p->payload_len, msg);
        struct sip_judgement j = sip_check(msg);

        c->sip_messages++;
        if (msg->kind == SIP_KIND_REQUEST)
                c->sip_requests++;
        else if (msg->kind == SIP_KIND_RESPONSE)
                c->sip_responses++;
        if (j.verdict == SIP_VERDICT_REJECT) {
                p->malformed = reason_of[j.reason];
                c->malformed++;
        } else if (!sip_anom_empty(&msg->anomalies)) {
                c->anomalous++;
        }
}

void dp_parse_run(struct dp_parse *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p))
                        continue;
                enum sip_sniff what = SIP_SNIFF_NOT_SIP;

                if ((p->flags & DP_PKT_UDP) != 0)
                        what = sip_sniff(dp_pkt_at(p, p->payload_off), p->payload_len);
                if (what == SIP_SNIFF_SIP) {
                        parse_sip(self, p, &b->msg[i]);
                } else if (what == SIP_SNIFF_KEEPALIVE && on_sip_port(self, p)) {
                        self->counters->keepalives++;
                        dp_verdict_pass(p, SHM_REASON_PASS_KEEPALIVE);
                } else {
                        self->counters->non_sip++;
                }
        }
}
