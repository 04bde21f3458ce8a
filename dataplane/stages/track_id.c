/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/track_id.h"

#include <string.h>

#include "dataplane/stages/nonce_shown.h"
#include "parser/sip_auth.h"
#include "parser/sip_timer.h"

/* Each kind of key begins with its own octet; fields of free length come with it. */
enum key_kind {
        KEY_TX = 'T',
        KEY_TX_CANCEL = 'C',
        KEY_TX_2543 = 't',
        KEY_TX_2543_CANCEL = 'c',
        KEY_NONCE = 'N',
        KEY_NONCE_ALONE = 'n',
};

/* Odd, so that no two numbers of 64 bits give the same product. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

#define DEFAULT_PORT 5060u

#define COOKIE_BYTES 7u /* of z9hG4bK: alone it makes no branch */

static struct dp_octets octets(const struct sip_msg *m, struct sip_span s)
{
        return (struct dp_octets){.at = sip_span_at(m, s), .len = s.len};
}

static void take(struct dp_siphash *h, const struct sip_msg *m, struct sip_span s)
{
        dp_siphash_update(h, sip_span_at(m, s), s.len);
}

/* Method, CSeq number and Call-ID. Methods that we have no number for go by their name. */
static uint64_t ident(const struct dp_calls *c, const struct sip_msg *m, uint64_t call_id,
                      enum sip_method method)
{
        uint64_t number = (uint64_t)m->cseq.number << 8 | (uint64_t)method;
        uint64_t name =
            method == SIP_METHOD_OTHER ? dp_calls_hash(c, octets(m, m->cseq.method_name)) : 0;

        return (call_id ^ name) + number * SPREAD;
}

/* A message, and the Via in it that names its transaction. */
struct named {
        const struct dp_calls *c;
        const struct sip_msg *m;
        const struct sip_via *via;
};

/* All is laid side by side, which is hashed faster than pieces, unless the branch is too long. */

static inline size_t put(uint8_t *text, size_t at, const struct sip_msg *m, struct sip_span s)
{
        memcpy(text + at, sip_span_at(m, s), s.len);
        return at + s.len;
}

/* What a key begins with: a word, so that what follows is taken in by words. */
static inline uint64_t head_of(const struct sip_via *via, enum key_kind kind)
{
        const uint64_t port = via->port != 0 ? via->port : DEFAULT_PORT;

        return (uint64_t)kind | (uint64_t)via->branch.len << 16 | (uint64_t)via->host.len << 32 |
               port << 48;
}

/* A branch that is as RFC 3261 wants it, and has a place in a text. */
static inline bool is_plain(const struct sip_via *via)
{
        return via->cookie && via->branch.len > COOKIE_BYTES &&
               sizeof(uint64_t) + via->branch.len + via->host.len <= DP_TRACK_TX_BYTES;
}

/* How long the text is. */
static inline size_t plain_text(const struct named *n, enum key_kind kind,
                                struct dp_track_text *text)
{
        const uint64_t head = head_of(n->via, kind);
        size_t len = sizeof(head);

        memcpy(text->octets, &head, sizeof(head));
        len = put(text->octets, len, n->m, n->via->branch);
        return put(text->octets, len, n->m, n->via->host);
}

/* Of branches that are not plain: those of RFC 2543 with `more`. */
static void odd_key(const struct named *n, bool cancel, uint64_t more, struct dp_key *key)
{
        bool old = !n->via->cookie || n->via->branch.len <= COOKIE_BYTES;
        const uint64_t head = head_of(n->via, old      ? cancel ? KEY_TX_2543_CANCEL : KEY_TX_2543
                                              : cancel ? KEY_TX_CANCEL
                                                       : KEY_TX);
        struct dp_siphash h;

        dp_siphash_init128(&h, &n->c->seed);
        dp_siphash_update(&h, &head, sizeof(head));
        if (old)
                dp_siphash_update(&h, &more, sizeof(more));
        take(&h, n->m, n->via->branch);
        take(&h, n->m, n->via->host);
        dp_siphash_final128(&h, key->w);
}

/* Without a `later` the key is made at once. In line, for its callers know half of it. */
static inline __attribute__((always_inline)) void tx_id(const struct named *n,
                                                        const struct dp_track_hashes *hashes,
                                                        bool invite,
                                                        const struct dp_track_later *later,
                                                        struct dp_trans_id *out)
{
        const struct sip_msg *m = n->m;
        enum sip_method method = (enum sip_method)m->cseq.method;
        bool cancel = method == SIP_METHOD_CANCEL && !invite;
        bool request = m->kind == SIP_KIND_REQUEST;
        enum key_kind kind = cancel ? KEY_TX_CANCEL : KEY_TX;
        struct dp_track_text own;

        if (invite || method == SIP_METHOD_ACK)
                method = SIP_METHOD_INVITE;
        out->ident = ident(n->c, m, hashes->call_id, method);
        /* the ACK for a 2xx goes to another URI, and may have kept the branch */
        out->target = request && m->method != SIP_METHOD_ACK ? hashes->ruri | 1u : 0;
        out->seen.made = false;
        if (!is_plain(n->via))
                odd_key(n, cancel,
                        out->ident + SPREAD * dp_calls_hash(n->c, octets(m, m->from.tag)),
                        &out->key);
        else if (later != NULL)
                dp_siphash_jobs_add(later->jobs, later->text->octets,
                                    (uint32_t)plain_text(n, kind, later->text), &out->key);
        else
                dp_siphash13_once128(&n->c->seed, own.octets, plain_text(n, kind, &own),
                                     out->key.w);
}

void dp_track_tx_id(const struct dp_calls *c, const struct sip_msg *m,
                    const struct dp_track_hashes *hashes, bool invite, struct dp_trans_id *out)
{
        const struct named n = {c, m, &m->via};

        tx_id(&n, hashes, invite, NULL, out);
}

void dp_track_tx_id_begin(const struct dp_calls *c, const struct sip_msg *m,
                          const struct dp_track_hashes *hashes, const struct dp_track_later *later,
                          struct dp_trans_id *out)
{
        const struct named n = {c, m, &m->via};

        tx_id(&n, hashes, false, later, out);
}

void dp_track_tx_id_behind(const struct dp_calls *c, const struct sip_msg *m,
                           const struct sip_via *via, const struct dp_track_hashes *hashes,
                           struct dp_trans_id *out)
{
        const struct named n = {c, m, via};

        tx_id(&n, hashes, false, NULL, out);
}

struct dp_dialog_id dp_track_dialog_id(const struct dp_calls *c, const struct sip_msg *m,
                                       uint64_t call_id)
{
        return dp_dialog_id_make(c, call_id, octets(m, m->from.tag), octets(m, m->to.tag));
}

struct dp_dialog_id dp_track_half_id(const struct dp_calls *c, const struct sip_msg *m,
                                     uint64_t call_id)
{
        return dp_dialog_id_make(c, call_id, octets(m, m->to.tag), (struct dp_octets){"", 0});
}

/* ---- values that are read only here ---- */

static struct sip_cur cursor(const struct sip_msg *m, const struct sip_hdr *h,
                             struct sip_anom_set *notes)
{
        return (struct sip_cur){
            .buf = m->buf,
            .pos = h->value.off,
            .end = (uint32_t)h->value.off + h->value.len,
            .notes = notes,
        };
}

/* The first nonce of each header: challenges that offer several algorithms repeat theirs or send a
 * header each. */
static unsigned nonces_sent(const struct sip_msg *m, enum sip_hdr_id id, struct dp_octets *out,
                            unsigned room)
{
        const struct sip_hdr *h = sip_msg_first(m, id);
        unsigned cnt = 0;

        while (h != NULL && cnt < room) {
                struct sip_anom_set notes = {{0}};
                struct sip_cur c = cursor(m, h, &notes);
                struct sip_auth auth;

                if (sip_auth_parse(&c, SIP_AUTH_CHALLENGE, &auth) == SIP_VALUE_OK &&
                    auth.scheme == SIP_AUTH_DIGEST && auth.nonce.len != 0)
                        out[cnt++] = octets(m, auth.nonce);
                h = h->next_same != SIP_HDR_NONE ? &m->hdrs[h->next_same] : NULL;
        }
        return cnt;
}

static unsigned nonces_shown(const struct sip_msg *m, enum sip_hdr_id id, struct dp_octets *out,
                             unsigned room)
{
        const struct sip_hdr *h = sip_msg_first(m, id);
        unsigned cnt = 0;

        while (h != NULL && cnt < room) {
                cnt += dp_nonce_shown(sip_span_at(m, h->value), h->value.len, &out[cnt]);
                h = h->next_same != SIP_HDR_NONE ? &m->hdrs[h->next_same] : NULL;
        }
        return cnt;
}

static unsigned nonces_of(const struct sip_msg *m, struct dp_octets out[DP_TRACK_NONCES])
{
        unsigned cnt;

        if (m->kind == SIP_KIND_REQUEST) {
                cnt = nonces_shown(m, SIP_HDR_AUTHORIZATION, out, DP_TRACK_NONCES);
                return cnt + nonces_shown(m, SIP_HDR_PROXY_AUTHORIZATION, out + cnt,
                                          DP_TRACK_NONCES - cnt);
        }
        cnt = nonces_sent(m, SIP_HDR_WWW_AUTHENTICATE, out, DP_TRACK_NONCES);
        return cnt + nonces_sent(m, SIP_HDR_PROXY_AUTHENTICATE, out + cnt, DP_TRACK_NONCES - cnt);
}

/* Kind, port, address and nonce side by side, as in tx_key(). */
static struct dp_key nonce_key(const struct dp_calls *c, enum key_kind kind, struct dp_octets nonce,
                               const struct shm_ip *ip, uint16_t port)
{
        const uint16_t head[4] = {(uint16_t)kind, port};
        const size_t own_bytes = sizeof(head) + sizeof(*ip);
        struct dp_track_text text;
        struct dp_siphash h;
        struct dp_key key;

        if (own_bytes + nonce.len <= sizeof(text.octets)) {
                memcpy(text.octets, head, sizeof(head));
                memcpy(text.octets + sizeof(head), ip, sizeof(*ip));
                memcpy(text.octets + own_bytes, nonce.at, nonce.len);
                dp_siphash13_once128(&c->seed, text.octets, own_bytes + nonce.len, key.w);
                return key;
        }
        dp_siphash_init128(&h, &c->seed);
        dp_siphash_update(&h, head, sizeof(head));
        dp_siphash_update(&h, ip, sizeof(*ip));
        dp_siphash_update(&h, nonce.at, nonce.len);
        dp_siphash_final128(&h, key.w);
        return key;
}

unsigned dp_track_nonce_ids(const struct dp_calls *c, const struct sip_msg *m,
                            const struct dp_track_where *where,
                            struct dp_nonce_id out[DP_TRACK_NONCES])
{
        static const struct shm_ip nowhere;
        struct dp_octets nonce[DP_TRACK_NONCES];
        unsigned cnt = nonces_of(m, nonce);

        for (unsigned i = 0; i < cnt; i++)
                out[i] = (struct dp_nonce_id){
                    .there = nonce_key(c, KEY_NONCE, nonce[i], where->ip, where->port),
                    .alone = nonce_key(c, KEY_NONCE_ALONE, nonce[i], &nowhere, 0),
                    .addr = where->addr,
                };
        return cnt;
}

uint32_t dp_track_session_s(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_SESSION_EXPIRES);
        struct sip_anom_set notes = {{0}};
        struct sip_timer timer;

        if (h == NULL)
                return 0;
        struct sip_cur c = cursor(m, h, &notes);

        return sip_session_expires_parse(&c, &timer) == SIP_VALUE_OK ? timer.seconds : 0;
}

uint32_t dp_track_expires_s(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_EXPIRES);
        uint64_t n = 0;

        for (uint32_t i = 0; h != NULL && i < h->value.len; i++) {
                uint8_t octet = m->buf[h->value.off + i];

                if (octet < '0' || octet > '9') /* the parser has refused it, or this profile not */
                        return 0;
                n = n * 10 + (uint64_t)(octet - '0');
                if (n > UINT32_MAX)
                        return UINT32_MAX;
        }
        return (uint32_t)n;
}
