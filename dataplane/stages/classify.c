/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/classify.h"

#include <string.h>

#include "parser/sip_class.h"

static bool span_is(const struct sip_msg *m, struct sip_span s, const char *text)
{
        return s.len == strlen(text) && memcmp(sip_span_at(m, s), text, s.len) == 0;
}

/* A call for help, or a text (RFC 6881 9). Nothing else needs the door that is never shut: a
 * REGISTER to 112 is somebody who has read our manual. */
static bool may_be_emergency(const struct sip_msg *m)
{
        return m->kind == SIP_KIND_REQUEST &&
               (m->method == SIP_METHOD_INVITE || m->method == SIP_METHOD_ACK ||
                m->method == SIP_METHOD_CANCEL || m->method == SIP_METHOD_MESSAGE);
}

/* urn:service:sos and its sub-services (RFC 5031), or a configured number as the user part. */
static bool is_emergency(const struct dp_classify *self, const struct sip_msg *m)
{
        const struct sip_uri *u = &m->ruri;

        if (u->scheme == SIP_SCHEME_URN)
                return sip_class_is_sos(m);
        if (u->user.len == 0)
                return false;
        /* the first octet tells nearly all users from all numbers */
        for (uint32_t i = 0; i < self->emergency_cnt; i++)
                if (self->emergency[i][0] == (char)*sip_span_at(m, u->user) &&
                    span_is(m, u->user, self->emergency[i]))
                        return true;
        return false;
}

enum shm_class dp_classify_msg(const struct dp_classify *self, const struct sip_msg *msg, bool peer,
                               bool in_dialog)
{
        if (may_be_emergency(msg) && is_emergency(self, msg))
                return SHM_CLASS_EMERGENCY;
        if (in_dialog || msg->kind == SIP_KIND_RESPONSE)
                return SHM_CLASS_IN_DIALOG;
        if (peer)
                return SHM_CLASS_PEER;
        if (msg->method == SIP_METHOD_INVITE)
                return SHM_CLASS_INVITE;
        if (msg->method == SIP_METHOD_REGISTER)
                return SHM_CLASS_REGISTER;
        return SHM_CLASS_OTHER;
}

static void count_purpose(struct dp_classify *self, const struct dp_pkt *p)
{
        const struct sip_class_known known = {.emergency = p->cls == SHM_CLASS_EMERGENCY};
        struct sip_class c;

        sip_classify(p->msg, &known, &c);
        self->counters->by_purpose[c.purpose]++;
}

void dp_classify_run(struct dp_classify *self, struct dp_burst *b)
{
        dp_track_look(self->track, b);
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!dp_pkt_open(p) || (p->flags & DP_PKT_SIP) == 0)
                        continue;
                const struct sip_msg *m = p->msg;
                bool peer = p->lane == SHM_LANE_PEER || p->flow.side == SHM_SIDE_INSIDE;

                p->cls =
                    (uint8_t)dp_classify_msg(self, m, peer, dp_track_in_dialog(self->track, i));
                if (p->cls == SHM_CLASS_EMERGENCY)
                        p->lane = SHM_LANE_PRIORITY;
                if (m->kind != SIP_KIND_REQUEST || m->method == SIP_METHOD_ACK)
                        p->flags |= DP_PKT_NO_REPLY;
                count_purpose(self, p);
                self->counters->by_class[p->cls]++;
                if (m->kind == SIP_KIND_REQUEST)
                        self->counters->by_method[m->method]++;
                else if (m->kind == SIP_KIND_RESPONSE)
                        self->counters->by_code_class[m->status / 100u]++;
        }
}
