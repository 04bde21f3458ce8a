/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_class_memory.h"

#include <string.h>

/* Confidence in what follows from a message before: a retransmission with a reused CSeq, or two
 * Call-IDs with one key, could say otherwise. */
#define CONFIDENCE_ANSWER 95u

static uint64_t hash(const struct sip_msg *m, struct sip_span s, uint64_t h)
{
        const uint8_t *at = sip_span_at(m, s);

        for (uint32_t i = 0; i < s.len; i++) {
                h = (h ^ at[i]) * UINT64_C(0x9e3779b97f4a7c15);
                h ^= h >> 29;
        }
        return h;
}

/* The entry of this key, or the one of its pair that makes room: a free one, else the first, which
 * the key in use moves out of. */
static struct sip_class_call *find(struct sip_class_memory *memory, uint64_t key)
{
        struct sip_class_call *pair = &memory->calls[(key >> 20) & memory->mask & ~UINT32_C(1)];

        if (pair[1].key == key) { /* the younger one stands first */
                struct sip_class_call moved = pair[1];

                pair[1] = pair[0];
                pair[0] = moved;
        } else if (pair[0].key != key) {
                pair[1] = pair[0];
                memset(&pair[0], 0, sizeof(pair[0]));
                pair[0].key = key;
        }
        return &pair[0];
}

static void take_request(struct sip_class_call *call, const struct sip_msg *m, uint16_t sender,
                         bool emergency, struct sip_class *out)
{
        const struct sip_class_known known = {
            .emergency = emergency,
            .bound = call->bound,
            .held = call->holder != 0 && call->holder == sender,
        };

        sip_classify(m, &known, out);
        if (m->method == SIP_METHOD_INVITE && out->purpose == SIP_PURPOSE_CALL_SETUP &&
            call->purpose == SIP_PURPOSE_FORWARDING && call->cseq == m->cseq.number) {
                out->purpose = SIP_PURPOSE_FORWARDING; /* a 181 went back on this call */
                out->confidence = CONFIDENCE_ANSWER;
        }
        if (m->method == SIP_METHOD_ACK || m->method == SIP_METHOD_CANCEL)
                return; /* the INVITE's answer is still to come */
        call->cseq = m->cseq.number;
        call->purpose = out->purpose;
}

static void take_response(struct sip_class_call *call, const struct sip_msg *m, uint16_t sender,
                          struct sip_class *out)
{
        static const struct sip_class_known nothing;

        sip_classify(m, &nothing, out);
        if (m->cseq.number != call->cseq || call->purpose == SIP_PURPOSE_NONE ||
            m->cseq.method == SIP_METHOD_CANCEL)
                return;
        if (m->status / 100 == 2) {
                if (call->purpose == SIP_PURPOSE_HOLD)
                        call->holder = sender;
                else if (call->purpose == SIP_PURPOSE_RESUME)
                        call->holder = 0;
                if (m->cseq.method == SIP_METHOD_REGISTER && call->purpose != SIP_PURPOSE_FETCH)
                        call->bound = call->purpose != SIP_PURPOSE_UNREGISTER;
        }
        if (out->purpose == SIP_PURPOSE_FORWARDING)
                call->purpose = out->purpose;
        if (out->purpose == SIP_PURPOSE_REDIRECT || out->purpose == SIP_PURPOSE_EARLY_MEDIA ||
            out->purpose == SIP_PURPOSE_FORWARDING)
                return; /* says more than its request */
        out->purpose = call->purpose;
        out->confidence = CONFIDENCE_ANSWER;
}

void sip_classify_next(struct sip_class_memory *memory, const struct sip_msg *m, bool emergency,
                       struct sip_class *out)
{
        struct sip_class_call *call = find(memory, hash(m, m->call_id, memory->seed) | 1u);
        /* 0 stands for nobody */
        uint16_t sender = (uint16_t)(hash(m, m->from.tag, memory->seed) >> 48 | 1u);

        if (m->kind == SIP_KIND_RESPONSE)
                take_response(call, m, sender, out);
        else
                take_request(call, m, sender, emergency, out);
}
