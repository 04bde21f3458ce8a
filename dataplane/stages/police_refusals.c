/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_refusals.h"

#include "parser/sip_auth.h"

/* The nonce was too old, which says nothing about the password. */
static bool is_stale(const struct sip_msg *m)
{
        static const enum sip_hdr_id ids[] = {SIP_HDR_WWW_AUTHENTICATE, SIP_HDR_PROXY_AUTHENTICATE};

        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
                const struct sip_hdr *h = sip_msg_first(m, ids[i]);
                struct sip_anom_set notes = {{0}};
                struct sip_auth auth;

                if (h == NULL)
                        continue;
                struct sip_cur c = {.buf = m->buf,
                                    .pos = h->value.off,
                                    .end = (uint32_t)h->value.off + h->value.len,
                                    .notes = &notes};
                if (sip_auth_parse(&c, SIP_AUTH_CHALLENGE, &auth) == SIP_VALUE_OK && auth.stale)
                        return true;
        }
        return false;
}

bool dp_refusal_is_status(uint16_t status)
{
        switch (status) {
        case 403: /* Forbidden */
        case 404: /* Not Found */
        case 410: /* Gone */
        case 484: /* Address Incomplete */
        case 485: /* Ambiguous */
        case 604: /* Does Not Exist Anywhere */
                return true;
        default:
                return false;
        }
}

bool dp_refusal_is(const struct sip_msg *response, bool credentials)
{
        if (response->status == 401 || response->status == 407)
                return credentials && !is_stale(response);
        return dp_refusal_is_status(response->status);
}

/* Of who is sent a response. */
static bool receiver_subject(struct dp_tables *t, const struct dp_source *source,
                             const struct dp_pkt *p, enum dp_limit_key which, struct dp_key *out)
{
        switch (which) {
        case DP_LIMIT_ENDPOINT:
                *out = source->endpoint;
                break;
        case DP_LIMIT_AOR:
                return dp_police_aor_key(&t->key, p->msg, &p->msg->to.uri, out);
        case DP_LIMIT_ADDRESS:
                *out = source->address;
                break;
        default:
                dp_source_prefix(&t->key, &p->receiver, out);
                break;
        }
        return true;
}

static struct dp_limit_claim claim_of(const struct dp_limits_config *config,
                                      const struct dp_tables *t, const struct dp_key *subject,
                                      unsigned which)
{
        const struct dp_key key = dp_key_kind(subject, DP_KEY_REFUSAL);

        return dp_limits_claim(t->limits, &key, &config->refusals[which], DP_TRUST_UNPROVEN);
}

static void charge(struct dp_tables *t, const struct dp_limit_claim *c,
                   const struct dp_key *subject, uint64_t now_ns)
{
        (void)dp_limits_charge(t->limits, c, now_ns);
        /* the arrival time is at most a burst ahead, and then what was charged */
        dp_recent_note(t->refused, subject, now_ns + c->rate.burst_ns + c->rate.interval_ns);
}

void dp_refusals_charge(const struct dp_limits_config *config, struct dp_tables *tables,
                        const struct dp_pkt *p, const struct dp_source *receiver, uint64_t now_ns)
{
        for (unsigned which = 0; which < DP_LIMIT_KEY_CNT; which++) {
                struct dp_limit_claim c;
                struct dp_key subject;

                if (config->refusals[which].interval_ns == 0 ||
                    !receiver_subject(tables, receiver, p, (enum dp_limit_key)which, &subject))
                        continue;
                c = claim_of(config, tables, &subject, which);
                charge(tables, &c, &subject, now_ns);
        }
}

/* Whose new requests are slowed down. */
static bool is_concerned(const struct dp_pkt *p)
{
        return p->has_source && p->lane <= SHM_LANE_PROVEN && p->trust < DP_TRUST_AUTHENTICATED &&
               p->txn == DP_TXN_NEW && p->cls != SHM_CLASS_IN_DIALOG;
}

/* NULL: the message names no such user. */
static inline const struct dp_key *subject_of(struct dp_tables *t, struct dp_pkt *p,
                                              enum dp_limit_key which)
{
        switch (which) {
        case DP_LIMIT_ENDPOINT:
                return &p->source.endpoint;
        case DP_LIMIT_AOR:
                return dp_police_pkt_key(t, p, DP_PKT_KEY_TO);
        case DP_LIMIT_ADDRESS:
                return &p->source.address;
        default:
                return dp_police_pkt_key(t, p, DP_PKT_KEY_PREFIX);
        }
}

void dp_refusals_charge_sender(const struct dp_limits_config *config, struct dp_tables *tables,
                               struct dp_pkt *p, uint64_t now_ns)
{
        for (unsigned which = 0; which < DP_LIMIT_KEY_CNT; which++) {
                const struct dp_key *subject;
                struct dp_limit_claim c;

                if (config->refusals[which].interval_ns == 0 ||
                    (subject = subject_of(tables, p, (enum dp_limit_key)which)) == NULL)
                        continue;
                c = claim_of(config, tables, subject, which);
                charge(tables, &c, subject, now_ns);
        }
}

static __attribute__((noinline)) void claims_make(const struct dp_limits_config *config,
                                                  struct dp_tables *tables, struct dp_pkt *p,
                                                  unsigned keys, struct dp_police_claims *out)
{
        static const uint16_t reasons[DP_LIMIT_KEY_CNT] = {
            [DP_LIMIT_ENDPOINT] = SHM_REASON_REFUSALS_ENDPOINT,
            [DP_LIMIT_AOR] = SHM_REASON_REFUSALS_AOR,
            [DP_LIMIT_ADDRESS] = SHM_REASON_REFUSALS_ADDRESS,
            [DP_LIMIT_PREFIX] = SHM_REASON_REFUSALS_ADDRESS,
        };

        for (unsigned which = 0; which < DP_LIMIT_KEY_CNT; which++) {
                struct dp_limit_claim *c = &out->claim[out->cnt];

                if ((keys & 1u << which) == 0)
                        continue;
                *c = claim_of(config, tables, subject_of(tables, p, (enum dp_limit_key)which),
                              which);
                out->reason[out->cnt++] = reasons[which];
                dp_limits_prefetch(c);
        }
}

void dp_refusals_make(const struct dp_limits_config *config, struct dp_tables *tables,
                      struct dp_pkt *p, uint64_t now_ns, struct dp_police_claims *out)
{
        unsigned keys = 0; /* bits by enum dp_limit_key: of nearly all messages none */

        out->cnt = 0;
        if (!is_concerned(p))
                return;
#pragma GCC unroll 5 /* each turn knows its key, so that nothing is left of the switch */
        for (unsigned which = 0; which < DP_LIMIT_KEY_CNT; which++) {
                const struct dp_key *subject;

                if (config->refusals[which].interval_ns != 0 &&
                    (subject = subject_of(tables, p, (enum dp_limit_key)which)) != NULL &&
                    dp_recent_may_have(tables->refused, subject, now_ns))
                        keys |= 1u << which;
        }
        if (keys != 0)
                claims_make(config, tables, p, keys, out);
}

enum shm_reason dp_refusals_judge(const struct dp_police_claims *made, const struct dp_pkt *p,
                                  uint64_t now_ns)
{
        for (unsigned i = 0; i < made->cnt; i++) {
                enum shm_reason reason = (enum shm_reason)made->reason[i];

                /* a user that others guess about is not kept out where he is known to be */
                if (reason == SHM_REASON_REFUSALS_AOR && p->trust != DP_TRUST_UNPROVEN)
                        continue;
                if (!dp_limits_conforms(&made->claim[i], now_ns))
                        return reason;
        }
        return SHM_REASON_NONE;
}
