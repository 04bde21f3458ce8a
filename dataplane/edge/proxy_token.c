/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy_token.h"

#include <endian.h>
#include <string.h>

#include "dataplane/edge/proxy_branch.h"

#define SIGNATURE_CHARS 16u
#define HEAD_CHARS      2u /* kind and flags */

/* The flags digit: the low two bits are `present`, the next two say which address is IPv6. */
#define FLAG_IP6(party) (4u << (party))

static size_t addr_chars(bool v6)
{
        return v6 ? 36 : 12;
}

static size_t put_addr(char *out, const struct dp_proxy_addr *a, bool v6)
{
        const uint8_t *b = v6 ? a->ip.b : a->ip.b + 12;
        unsigned octets = v6 ? 16 : 4;

        for (unsigned i = 0; i < octets; i += 4) {
                uint32_t word;

                memcpy(&word, b + i, sizeof(word));
                dp_proxy_put_hex(out + 2 * i, be32toh(word), 8);
        }
        dp_proxy_put_hex(out + 2 * (size_t)octets, a->port, 4);
        return addr_chars(v6);
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is signed is hexadecimal: it is checked before. */
static unsigned get_hex(const char *p, unsigned digits)
{
        unsigned v = 0;

        for (unsigned i = 0; i < digits; i++)
                v = v << 4 | (unsigned)hex_digit(p[i]);
        return v;
}

static void get_addr(const char *p, struct dp_proxy_addr *a, bool v6)
{
        unsigned octets = v6 ? 16 : 4;
        uint8_t *b = v6 ? a->ip.b : a->ip.b + 12;

        a->ip = (struct shm_ip){{0}};
        if (!v6)
                a->ip.b[10] = a->ip.b[11] = 0xff;
        for (unsigned i = 0; i < octets; i++)
                b[i] = (uint8_t)get_hex(p + 2 * i, 2);
        a->port = (uint16_t)get_hex(p + 2 * (size_t)octets, 4);
}

/* Of a Path nothing but the address counts: it is used in other calls than the REGISTER's own. */
static void sign(const struct dp_proxy *px, const struct sip_msg *m, struct sip_span tag,
                 struct sip_text said, char out[SIGNATURE_CHARS])
{
        const uint16_t head[4] = {'T', (uint16_t)said.len, m->call_id.len, tag.len};
        struct dp_siphash h;

        dp_siphash_init(&h, &px->key);
        if (said.at[0] == DP_PROXY_TOKEN_DIALOG) {
                dp_siphash_update(&h, head, sizeof(head));
                dp_siphash_update(&h, sip_span_at(m, m->call_id), m->call_id.len);
                dp_siphash_update(&h, sip_span_at(m, tag), tag.len);
        } else {
                dp_siphash_update(&h, head, 2 * sizeof(head[0]));
        }
        dp_siphash_update(&h, said.at, said.len);
        dp_proxy_put_hex(out, dp_siphash_final(&h), SIGNATURE_CHARS);
}

size_t dp_proxy_token_write(const struct dp_proxy *px, const struct sip_msg *m,
                            const struct dp_proxy_token *t, char *out)
{
        unsigned flags = t->present;
        size_t len = HEAD_CHARS;

        for (unsigned i = 0; i < DP_PROXY_PARTIES; i++) {
                bool v6 = !dp_ip_is_v4(&t->addr[i].ip);

                if ((t->present & 1u << i) == 0)
                        continue;
                flags |= v6 ? FLAG_IP6(i) : 0;
                len += put_addr(out + len, &t->addr[i], v6);
        }
        out[0] = (char)t->kind;
        dp_proxy_put_hex(out + 1, flags, 1);
        sign(px, m, m->from.tag, (struct sip_text){out, len}, out + len);
        return len + SIGNATURE_CHARS;
}

static bool signed_by(const struct dp_proxy *px, const struct sip_msg *m, struct sip_span tag,
                      struct sip_text said)
{
        char signature[SIGNATURE_CHARS];

        sign(px, m, tag, said, signature);
        return memcmp(signature, said.at + said.len, sizeof(signature)) == 0;
}

/* The caller sends under the tag that began the dialog; the callee's requests have it in To. */
static bool check(const struct dp_proxy *px, const struct sip_msg *m, struct sip_text said,
                  uint8_t *sender)
{
        *sender = DP_PROXY_CALLER;
        if (signed_by(px, m, m->from.tag, said))
                return true;
        *sender = DP_PROXY_CALLEE;
        return said.at[0] == DP_PROXY_TOKEN_DIALOG && signed_by(px, m, m->to.tag, said);
}

bool dp_proxy_token_read(const struct dp_proxy *px, const struct sip_msg *m, struct sip_text text,
                         struct dp_proxy_token *t)
{
        struct sip_text said = {text.at, text.len - SIGNATURE_CHARS};
        size_t at = HEAD_CHARS;
        int flags;

        if (!dp_proxy_token_may_be(text) || (flags = hex_digit(text.at[1])) < 0)
                return false;
        for (unsigned i = 0; i < DP_PROXY_PARTIES; i++)
                at += ((unsigned)flags & 1u << i) != 0
                          ? addr_chars(((unsigned)flags & FLAG_IP6(i)) != 0)
                          : 0;
        *t = (struct dp_proxy_token){.kind = (uint8_t)text.at[0], .present = (uint8_t)(flags & 3)};
        if (at != said.len || !check(px, m, said, &t->sender))
                return false;
        at = HEAD_CHARS;
        for (unsigned i = 0; i < DP_PROXY_PARTIES; i++) {
                bool v6 = ((unsigned)flags & FLAG_IP6(i)) != 0;

                if ((t->present & 1u << i) == 0)
                        continue;
                get_addr(said.at + at, &t->addr[i], v6);
                at += addr_chars(v6);
        }
        return true;
}
