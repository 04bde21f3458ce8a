/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/classify.h"

#include <string.h>

#include "parser/sip_class.h"

/* A call for help, or a text (RFC 6881 9). Nothing else needs the door that is never shut: a
 * REGISTER to 112 is somebody who has read our manual. */
static bool may_be_emergency(const struct sip_msg *m)
{
        return m->kind == SIP_KIND_REQUEST &&
               (m->method == SIP_METHOD_INVITE || m->method == SIP_METHOD_ACK ||
                m->method == SIP_METHOD_CANCEL || m->method == SIP_METHOD_MESSAGE);
}

/* A bit of 256 by length and first octet, which tells nearly all users from all numbers. */
static inline unsigned user_bit(const uint8_t *user, size_t len)
{
        return (unsigned)(len < 15 ? len : 15) << 4 | (user[0] & 15u);
}

void dp_classify_init(struct dp_classify *self, const char *const *emergency, uint32_t cnt)
{
        self->emergency = emergency;
        self->emergency_cnt = cnt;
        for (uint32_t i = 0; i < cnt; i++) {
                const unsigned bit = user_bit((const uint8_t *)emergency[i], strlen(emergency[i]));

                self->emergency_users[bit / 64] |= UINT64_C(1) << bit % 64;
        }
}

static bool is_number(const struct dp_classify *self, const uint8_t *user, size_t len)
{
        const unsigned bit = user_bit(user, len);

        if ((self->emergency_users[bit / 64] >> bit % 64 & 1u) == 0)
                return false;
        for (uint32_t i = 0; i < self->emergency_cnt; i++)
                if (strlen(self->emergency[i]) == len && memcmp(self->emergency[i], user, len) == 0)
                        return true;
        return false;
}

/* urn:service:sos and its sub-services (RFC 5031), or a configured number as the user part. */
static bool is_emergency(const struct dp_classify *self, const struct sip_msg *m)
{
        const struct sip_uri *u = &m->ruri;

        if (u->scheme == SIP_SCHEME_URN)
                return sip_class_is_sos(m);
        return u->user.len != 0 && is_number(self, sip_span_at(m, u->user), u->user.len);
}

/* `peer`: it comes from a known peer or from the inside. `in_dialog`: it is part of a dialog or
 * transaction that is known. */
static enum shm_class class_of(const struct dp_classify *self, const struct sip_msg *msg, bool peer,
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

static void count(struct dp_classify *self, const struct sip_msg *m, uint8_t cls)
{
        const struct sip_class_known known = {.emergency = cls == SHM_CLASS_EMERGENCY};

        self->counters->by_purpose[sip_class_purpose(m, &known)]++;
        self->counters->by_class[cls]++;
        if (m->kind == SIP_KIND_REQUEST)
                self->counters->by_method[m->method]++;
        else if (m->kind == SIP_KIND_RESPONSE)
                self->counters->by_code_class[m->status / 100u]++;
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

                p->cls = (uint8_t)class_of(self, m, peer, dp_track_in_dialog(self->track, i));
                if (p->cls == SHM_CLASS_EMERGENCY)
                        p->lane = SHM_LANE_PRIORITY;
                if (m->kind != SIP_KIND_REQUEST || m->method == SIP_METHOD_ACK)
                        p->flags |= DP_PKT_NO_REPLY;
                count(self, m, p->cls);
        }
}
