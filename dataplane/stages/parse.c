/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/parse.h"

#include "dataplane/verdict.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "parser/sip_payload.h"

/* One drop reason for each anomaly. The list is made from the parser's own, so an anomaly without a
 * line in reasons_sip.def does not compile. */
static const uint16_t reason_of[SIP_ANOM_CNT] = {
    [SIP_ANOM_NONE] = SHM_REASON_SIP_MALFORMED,
#define X(ID, name, severity, verdict, rfc, text) [SIP_ANOM_##ID] = SHM_REASON_SIP_##ID,
#include "parser/sip_anomaly.def"
#undef X
};

/* A keep-alive of any kind is shorter; no SIP stack reads a start line from so little. */
#define UNCLEAR_BYTES_MIN 16u

static bool is_sip_port(const struct dp_parse *self, uint16_t port)
{
        for (uint32_t i = 0; i < self->sip_port_cnt; i++)
                if (port == self->sip_ports[i])
                        return true;
        return false;
}

/*
 * What listens on a SIP port may read SIP where sip_sniff() does not: every stack forgives
 * something else. So nothing goes there as "other traffic" that is long enough to be a message.
 */
static bool is_unclear(const struct dp_parse *self, const struct dp_pkt *p,
                       enum sip_payload payload)
{
        /* A phone keeps its binding open with STUN (RFC 5626 4.4.2). */
        return payload != SIP_PAYLOAD_STUN && p->payload_len >= UNCLEAR_BYTES_MIN &&
               is_sip_port(self, p->flow.dport);
}

static void take_other(struct dp_parse *self, struct dp_pkt *p)
{
        self->counters->non_sip++;
        if ((p->flags & DP_PKT_UDP) == 0)
                return;
        enum sip_payload payload = sip_payload_find(dp_pkt_at(p, p->payload_off), p->payload_len);

        self->counters->by_payload[payload]++;
        if (is_unclear(self, p, payload))
                p->malformed = SHM_REASON_UNCLEAR;
}

static void take_sip(struct dp_parse *self, struct dp_pkt *p, struct sip_msg *msg)
{
        struct shm_counters *c = self->counters;

        p->flags |= DP_PKT_SIP;
        p->msg = msg;
        struct sip_judgement j = sip_check_profile(&self->profile, msg);

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
                p->normalise = j.verdict == SIP_VERDICT_NORMALISE;
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
                        what = sip_sniff_parse(self->fast, dp_pkt_at(p, p->payload_off),
                                               p->payload_len, &b->msg[i]);
                if (what == SIP_SNIFF_SIP) {
                        take_sip(self, p, &b->msg[i]);
                } else if (what == SIP_SNIFF_KEEPALIVE &&
                           (is_sip_port(self, p->flow.dport) || is_sip_port(self, p->flow.sport))) {
                        self->counters->keepalives++;
                        p->flags |= DP_PKT_KEEPALIVE;
                } else {
                        take_other(self, p);
                }
        }
}
