/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy_branch.h"

#include <string.h>

#include "dataplane/edge/ip_text.h"

#define COOKIE       "z9hG4bK"
#define COOKIE_CHARS 7u
#define SEAL_AT      39u /* of the branch */

/* What is hashed; the first octet of each input. */
enum {
        HASH_RFC3261 = 'B',
        HASH_RFC2543 = 'b',
        HASH_SEAL = 'S',
        HASH_MARK = 'L',
};

void dp_proxy_put_hex(char *out, uint64_t v, unsigned digits)
{
        char text[16];

        dp_hex_text(v, text);
        memcpy(out, text + sizeof(text) - digits, digits);
}

/* A span and how long it is: so no two lists of spans are alike. */
static void put_span(struct dp_siphash *h, const struct sip_msg *m, struct sip_span s)
{
        dp_siphash_update(h, &s.len, sizeof(s.len));
        dp_siphash_update(h, sip_span_at(m, s), s.len);
}

/* All fields of a kind, and that they end. */
static void put_fields(struct dp_siphash *h, const struct sip_msg *m, enum sip_hdr_id id)
{
        static const uint16_t end = UINT16_MAX;

        for (uint8_t i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same)
                put_span(h, m, m->hdrs[i].value);
        dp_siphash_update(h, &end, sizeof(end));
}

/* z9hG4bK with nothing behind it names nothing. */
static bool is_rfc3261(const struct sip_via *v)
{
        return v->cookie && v->branch.len > COOKIE_CHARS;
}

static void transaction(const struct dp_proxy *px, const struct sip_msg *m, uint64_t out[2])
{
        struct dp_siphash h;

        dp_siphash_init128(&h, &px->key);
        if (is_rfc3261(&m->via)) {
                const uint16_t head[2] = {HASH_RFC3261, m->via.port};

                dp_siphash_update(&h, head, sizeof(head));
                put_span(&h, m, m->via.branch);
                put_span(&h, m, m->via.host);
        } else {
                const uint32_t head[2] = {HASH_RFC2543, m->cseq.number};

                dp_siphash_update(&h, head, sizeof(head));
                put_span(&h, m, m->via.all);
                put_span(&h, m, m->from.tag);
                put_span(&h, m, m->call_id);
                put_span(&h, m, m->ruri.all);
        }
        dp_siphash_final128(&h, out);
}

/* `digits` are the 32 of the transaction. */
static uint64_t seal(const struct dp_proxy *px, const char *digits, const struct shm_ip *ip)
{
        static const uint64_t head = HASH_SEAL;
        struct dp_siphash h;

        dp_siphash_init(&h, &px->key);
        dp_siphash_update(&h, &head, sizeof(head));
        dp_siphash_update(&h, ip, sizeof(*ip));
        dp_siphash_update(&h, digits, SEAL_AT - COOKIE_CHARS);
        return dp_siphash_final(&h);
}

void dp_proxy_branch(const struct dp_proxy *px, const struct sip_msg *m, const struct shm_ip *src,
                     char out[DP_PROXY_BRANCH_CHARS])
{
        uint64_t t[2];

        transaction(px, m, t);
        memcpy(out, COOKIE, COOKIE_CHARS);
        dp_proxy_put_hex(out + COOKIE_CHARS, t[0], 16);
        dp_proxy_put_hex(out + COOKIE_CHARS + 16, t[1], 16);
        dp_proxy_put_hex(out + SEAL_AT, seal(px, out + COOKIE_CHARS, src), 16);
}

bool dp_proxy_branch_is_ours(const struct dp_proxy *px, struct sip_text branch,
                             const struct shm_ip *dst)
{
        char digits[16];

        if (branch.len != DP_PROXY_BRANCH_CHARS || memcmp(branch.at, COOKIE, COOKIE_CHARS) != 0)
                return false;
        dp_proxy_put_hex(digits, seal(px, branch.at + COOKIE_CHARS, dst), sizeof(digits));
        return memcmp(digits, branch.at + SEAL_AT, sizeof(digits)) == 0;
}

void dp_proxy_mark(const struct dp_proxy *px, const struct sip_msg *m, const struct shm_ip *src,
                   char out[DP_PROXY_MARK_CHARS])
{
        const uint32_t head[2] = {HASH_MARK, m->cseq.number};
        struct dp_siphash h;

        dp_siphash_init(&h, &px->key);
        dp_siphash_update(&h, head, sizeof(head));
        dp_siphash_update(&h, src, sizeof(*src));
        put_span(&h, m, m->ruri.all);
        put_span(&h, m, m->call_id);
        put_span(&h, m, m->from.tag);
        put_span(&h, m, m->to.tag);
        put_fields(&h, m, SIP_HDR_ROUTE);
        put_fields(&h, m, SIP_HDR_PROXY_REQUIRE);
        put_fields(&h, m, SIP_HDR_PROXY_AUTHORIZATION);
        dp_proxy_put_hex(out, dp_siphash_final(&h), DP_PROXY_MARK_CHARS);
}

/* Does the mark follow a '=' in these octets? However a proxy on the way has written our Via
 * anew, it did not change a value; and there are few '=' in a Via. */
static bool holds(const char *at, size_t bytes, const char mark[DP_PROXY_MARK_CHARS])
{
        const char *end = at + bytes;

        while ((at = memchr(at, '=', (size_t)(end - at))) != NULL) {
                at++;
                while (at < end && (*at == ' ' || *at == '\t' || *at == '"'))
                        at++;
                if ((size_t)(end - at) >= DP_PROXY_MARK_CHARS &&
                    memcmp(at, mark, DP_PROXY_MARK_CHARS) == 0)
                        return true;
        }
        return false;
}

bool dp_proxy_mark_seen(const struct sip_msg *m, const char mark[DP_PROXY_MARK_CHARS])
{
        for (uint8_t i = m->first[SIP_HDR_VIA]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_span v = m->hdrs[i].value;

                if (v.len > DP_PROXY_MARK_CHARS &&
                    holds((const char *)sip_span_at(m, v), v.len, mark))
                        return true;
        }
        return false;
}
