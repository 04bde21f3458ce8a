/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_limits.h"

#include "dataplane/stages/police_fault.h"
#include "dataplane/verdict.h"
#include "parser/sip_aor.h"

/* What a LIMIT entry allows at once: what it allows in ten seconds. */
#define MINUTE_NS       UINT64_C(60000000000)
#define BURSTS_A_MINUTE 6u

enum dp_limit_class dp_police_class(const struct dp_pkt *p)
{
        if (p->msg == NULL)
                return DP_LIMIT_KEEPALIVE;
        if (p->txn == DP_TXN_REPEAT)
                return DP_LIMIT_REPEAT;
        if (p->cls == SHM_CLASS_IN_DIALOG)
                return DP_LIMIT_ONGOING;
        switch (p->msg->method) {
        case SIP_METHOD_REGISTER:
                return DP_LIMIT_REGISTER;
        case SIP_METHOD_INVITE:
                return DP_LIMIT_INVITE;
        case SIP_METHOD_MESSAGE:
        case SIP_METHOD_SUBSCRIBE:
        case SIP_METHOD_NOTIFY:
        case SIP_METHOD_PUBLISH:
        case SIP_METHOD_REFER:
        case SIP_METHOD_INFO:
                return DP_LIMIT_MESSAGE;
        case SIP_METHOD_ACK:
        case SIP_METHOD_BYE:
        case SIP_METHOD_CANCEL:
        case SIP_METHOD_PRACK:
        case SIP_METHOD_UPDATE: /* of calls that were up before us, or says so */
                return p->seen == DP_SEEN_STRAY ? DP_LIMIT_ONGOING : DP_LIMIT_OTHER;
        default:
                return DP_LIMIT_OTHER;
        }
}

/* Whose share a message takes. An unproven sender can write into From whom it likes, but wants to
 * reach the one in To. */
static enum dp_pkt_key user_of(const struct dp_pkt *p, enum dp_limit_class cls)
{
        return p->lane == SHM_LANE_UNPROVEN || cls == DP_LIMIT_REGISTER ? DP_PKT_KEY_TO
                                                                        : DP_PKT_KEY_FROM;
}

/* What names the user of a URI: in the message itself where it can be, else written to `text`. Its
 * length, which may be more than there is room for; 0: there is none. No other key of the tables is
 * made of such a text: those of addresses have zeros in them or are five octets. */
static size_t aor_text(const struct sip_msg *m, const struct sip_uri *uri,
                       uint8_t text[DP_POLICE_AOR_BYTES_MAX], const uint8_t **at)
{
        struct sip_span span = sip_aor_plain(m->buf, uri);
        struct sip_uri plain;

        if (span.len != 0) {
                *at = sip_span_at(m, span);
                return span.len;
        }
        plain = *uri;
        if (plain.scheme == SIP_SCHEME_SIPS)
                plain.scheme = SIP_SCHEME_SIP;
        plain.port = 0;
        *at = text;
        return sip_aor_write(m->buf, &plain, text, DP_POLICE_AOR_BYTES_MAX);
}

bool dp_police_aor_key(const struct dp_siphash_key *key, const struct sip_msg *m,
                       const struct sip_uri *uri, struct dp_key *out)
{
        uint8_t text[DP_POLICE_AOR_BYTES_MAX];
        const uint8_t *at;
        size_t len = aor_text(m, uri, text, &at);

        if (len == 0)
                return false;
        dp_siphash13_once128(key, at, len <= DP_POLICE_AOR_BYTES_MAX ? len : 0, out->w);
        return true;
}

static const struct sip_uri *user_uri(const struct sip_msg *m, enum dp_pkt_key which)
{
        return which == DP_PKT_KEY_TO ? &m->to.uri : &m->from.uri;
}

static bool pkt_key_make(const struct dp_tables *t, struct dp_pkt *p, enum dp_pkt_key which)
{
        if (which == DP_PKT_KEY_PREFIX) {
                dp_source_prefix(&t->key, &p->flow.src, &p->key[which]);
                return true;
        }
        return p->msg != NULL &&
               dp_police_aor_key(&t->key, p->msg, user_uri(p->msg, which), &p->key[which]);
}

void dp_police_pkt_key_make(const struct dp_tables *t, struct dp_pkt *p, enum dp_pkt_key which)
{
        uint8_t bit = (uint8_t)(1u << which);

        p->keys_made |= bit;
        if (!pkt_key_make(t, p, which))
                p->keys_none |= bit;
}

static const struct dp_key everybody = {{0, 0}};

/* NULL: the packet has no such subject. */
static inline const struct dp_key *subject_key(const struct dp_tables *t, struct dp_pkt *p,
                                               enum dp_limit_class cls, enum dp_limit_key which)
{
        switch (which) {
        case DP_LIMIT_ENDPOINT:
                return &p->source.endpoint;
        case DP_LIMIT_AOR:
                return dp_police_pkt_key(t, p, user_of(p, cls));
        case DP_LIMIT_ADDRESS:
                return &p->source.address;
        case DP_LIMIT_PREFIX:
                return dp_police_pkt_key(t, p, DP_PKT_KEY_PREFIX);
        case DP_LIMIT_ALL:
                return &everybody;
        default:
                return NULL;
        }
}

static inline void claims_make(const struct dp_limits_config *config, struct dp_tables *tables,
                               struct dp_pkt *p, enum dp_limit_class cls,
                               struct dp_police_claims *out)
{
        static const uint16_t reasons[DP_LIMIT_KEY_CNT] = {
            [DP_LIMIT_ENDPOINT] = SHM_REASON_LIMIT_ENDPOINT,
            [DP_LIMIT_AOR] = SHM_REASON_LIMIT_AOR,
            [DP_LIMIT_ADDRESS] = SHM_REASON_LIMIT_ADDRESS,
            [DP_LIMIT_PREFIX] = SHM_REASON_LIMIT_PREFIX,
            [DP_LIMIT_ALL] = SHM_REASON_LIMIT_ALL,
        };
        const struct dp_rate *rates = config->rates[p->lane][cls];
        const struct dp_key kind =
            dp_key_kind(&everybody, DP_KEY_LIMIT + (uint64_t)p->lane * DP_LIMIT_CLASS_CNT + cls);
        const uint8_t level = p->trust;
        struct dp_limit_claim *c = out->claim;
        uint16_t *reason = out->reason;

        /* each turn knows its key: nothing is left of the switch and the table of reasons */
#pragma GCC unroll 5
        for (unsigned which = 0; which < DP_LIMIT_KEY_CNT; which++) {
                const struct dp_key *subject;
                struct dp_key key;

                if (rates[which].interval_ns == 0 ||
                    (subject = subject_key(tables, p, cls, (enum dp_limit_key)which)) == NULL)
                        continue;
                key = (struct dp_key){{subject->w[0] ^ kind.w[0], subject->w[1] ^ kind.w[1]}};
                /* everybody's entry must not make room for somebody's */
                *c = dp_limits_claim(tables->limits, &key, &rates[which],
                                     which == DP_LIMIT_ALL ? DP_TRUST_PEER : level);
                dp_limits_prefetch(c++);
                *reason++ = reasons[which];
        }
        out->cnt = (uint8_t)(reason - out->reason);
}

/* By an entry of the table LIMIT: all that it covers share one bucket. */
static __attribute__((noinline)) void claim_limited(struct dp_tables *tables,
                                                    const struct dp_pkt *p,
                                                    struct dp_police_claims *out)
{
        struct dp_limit_claim *c = &out->claim[out->cnt];
        uint64_t burst = p->limit_rate / BURSTS_A_MINUTE;
        struct dp_rate rate;
        struct dp_key key;

        if (p->msg == NULL || p->txn != DP_TXN_NEW)
                return;
        key = dp_source_within(&tables->key, &p->flow.src, p->limit_prefix_len, p->limit_port);
        rate = dp_rate_make(p->limit_rate, MINUTE_NS, burst);
        /* the operator's or a detection's word: not to be pushed out */
        *c = dp_limits_claim(tables->limits, &key, &rate, DP_TRUST_PEER);
        dp_limits_prefetch(c);
        out->reason[out->cnt++] = SHM_REASON_LIMIT_SOURCE;
}

/* What is repeated was counted once, but strangers could repeat it as fast as they like. */
static inline bool is_charged(const struct dp_pkt *p)
{
        return p->has_source && p->lane < DP_LIMIT_LANES && p->txn != DP_TXN_CONTINUING &&
               (p->txn != DP_TXN_REPEAT || p->lane == SHM_LANE_UNPROVEN);
}

static void aor_begin(struct dp_siphash_jobs *jobs, struct dp_pkt *p, enum dp_pkt_key which,
                      uint8_t text[DP_POLICE_AOR_BYTES_MAX])
{
        uint8_t bit = (uint8_t)(1u << which);
        const uint8_t *at;
        size_t len;

        if ((p->keys_made & bit) != 0)
                return;
        len = aor_text(p->msg, user_uri(p->msg, which), text, &at);
        p->keys_made |= bit;
        if (len == 0)
                p->keys_none |= bit;
        else
                dp_siphash_jobs_add(jobs, at, len <= DP_POLICE_AOR_BYTES_MAX ? (uint32_t)len : 0,
                                    &p->key[which]);
}

bool dp_police_claims_begin(const struct dp_limits_config *config, struct dp_pkt *p,
                            struct dp_police_claims *claims, struct dp_siphash_jobs *jobs,
                            struct dp_police_texts *texts)
{
        const uint8_t bit = 1u << DP_PKT_KEY_PREFIX;
        const struct dp_rate *rates;
        enum dp_limit_class cls;

        claims->cnt = 0;
        if (!is_charged(p))
                return false;
        cls = dp_police_class(p);
        claims->cls = (uint8_t)cls;
        rates = config->rates[p->lane][cls];
        if (p->msg != NULL && rates[DP_LIMIT_AOR].interval_ns != 0)
                aor_begin(jobs, p, user_of(p, cls), texts->aor);
        if (rates[DP_LIMIT_PREFIX].interval_ns != 0 && (p->keys_made & bit) == 0) {
                p->keys_made |= bit;
                dp_source_prefix_begin(jobs, &p->flow.src, texts->prefix,
                                       &p->key[DP_PKT_KEY_PREFIX]);
        }
        return true;
}

void dp_police_claims_make(const struct dp_limits_config *config, struct dp_tables *tables,
                           struct dp_pkt *p, struct dp_police_claims *claims)
{
        claims_make(config, tables, p, (enum dp_limit_class)claims->cls, claims);
        if (p->limit_rate != 0)
                claim_limited(tables, p, claims);
}

bool dp_police_question(const struct dp_limits_config *config, struct dp_tables *tables,
                        struct dp_pkt *p, uint64_t now_ns)
{
        struct dp_police_claims claims;
        unsigned refused;

        if (!p->has_source || p->lane >= DP_LIMIT_LANES)
                return true;
        claims_make(config, tables, p, DP_LIMIT_QUESTION, &claims);
        return claims.cnt == 0 || dp_limits_charge_all(tables->limits, claims.claim, claims.cnt,
                                                       now_ns, &refused) == DP_LIMIT_OK;
}

/* 5 to 12 s: those who are turned down together do not come back together. */
static uint16_t retry_after_s(const struct dp_pkt *p)
{
        return (uint16_t)(5u + (p->serial * UINT64_C(0x9e3779b97f4a7c15) >> 61));
}

/* One of its keys refused. */
static void over(struct dp_tables *tables, struct dp_pkt *p, enum shm_reason reason,
                 uint64_t now_ns, struct shm_counters *counters)
{
        counters->limit_over++;
        dp_police_fault(tables, p, DP_TRUST_FAULT_ADMISSION, now_ns, counters);
        if (p->lane == SHM_LANE_UNPROVEN || p->msg == NULL || (p->flags & DP_PKT_NO_REPLY) != 0) {
                dp_verdict_drop(p, reason);
                return;
        }
        p->code = 503;
        p->retry_after_s = retry_after_s(p);
        dp_verdict_set(p, SHM_ACTION_REJECT, reason);
}

void dp_police_claims_charge(struct dp_tables *tables, const struct dp_police_claims *claims,
                             struct dp_pkt *p, uint64_t now_ns, struct shm_counters *counters)
{
        enum dp_limit_result rc;
        unsigned refused;

        counters->limit_checks++;
        rc = dp_limits_charge_all(tables->limits, claims->claim, claims->cnt, now_ns, &refused);
        if (rc == DP_LIMIT_OK)
                return;
        if (p->msg != NULL && sip_msg_has_credentials(p->msg) &&
            dp_trust_take_lift(tables->trust, &p->source.endpoint, now_ns)) {
                counters->lifts_used++;
                return;
        }
        if (rc == DP_LIMIT_FULL) {
                counters->limit_full++;
                if (p->lane == SHM_LANE_UNPROVEN)
                        dp_verdict_drop(p, SHM_REASON_LIMIT_FULL);
                return;
        }
        over(tables, p, (enum shm_reason)claims->reason[refused], now_ns, counters);
}
