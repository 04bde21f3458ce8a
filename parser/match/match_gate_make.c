/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_set.h"

_Static_assert(MATCH_LITERAL_MIN == MATCH_GRAM, "every literal has one");

/* What fields of every day hold, folded: octets that are rare in it are good, and four together
 * that are in it are a poor choice. */
static const char everyday[] =
    "sip:+12025550143@example.com;user=phone;transport=udp;lr;tag=as58f4b1cc sips:tel:example.org "
    "anonymous@anonymous.invalid 192.168.10.20:5060 10.0.0.15:5061 172.16.3.1 \"alice\" \"bob\" "
    "asterisk pbx 18.20.0 yealink sip-t46s 66.86.0.15 grandstream gxp2170 1.0.11 zoiper rv2.10 "
    "linphone/4.4 polycomvvx-vvx_411-ua/5.9 cisco-cp8851/12.8 snom320/8.7 "
    "freeswitch-mod_sofia/1.10 "
    "kamailio (5.7.2) opensips microsip/3.21 bria 6 pjsua v2.13 fritz!os application/sdp "
    "sip/2.0/udp "
    "branch=z9hg4bk776asdhds;rport;received= invite register options subscribe notify message "
    "session-expires timer replaces 100rel path outbound gruu sendrecv rtp/avp 0 8 101 "
    "telephone-event/8000 pcmu/8000 pcma/8000 opus/48000/2 office gateway trunk call server proxy";

struct maker {
        struct match_gate *g;
        unsigned often[256]; /* octets of every day */
        unsigned cover[256]; /* literals that have a gram which begins with it */
        unsigned all;
};

static void count_octets(struct maker *m, const struct match_set *s)
{
        for (size_t i = 0; i + 1 < sizeof(everyday); i++)
                m->often[(uint8_t)(everyday[i] | (char)MATCH_FOLD)]++;
        /* numbers are longer in traffic than here: phones, addresses, tags */
        for (unsigned c = '0'; c <= '9'; c++)
                m->often[c] *= 2;
        m->often[MATCH_EDGE] = 4; /* one for each field */
        m->all = s->head->literals.cnt;
        for (uint32_t i = 0; i < m->all; i++) {
                const struct match_text t = s->literals[i].text;
                bool seen[256] = {false};

                for (uint32_t k = 0; k + MATCH_GRAM <= t.len; k++)
                        seen[s->text[t.off + k]] = true;
                for (unsigned c = 0; c < 256; c++)
                        m->cover[c] += seen[c];
        }
}

/* What it costs that a gram is looked for: lower is better. */
static unsigned cost(const struct maker *m, const uint8_t *p)
{
        const struct match_gate *g = m->g;
        uint32_t gram = match_gram_at(p);
        unsigned n = 0;

        /* places that begin with it have to be looked at, unless they have to be anyhow */
        if ((g->classes[p[0]] & 1u) == 0)
                n += 1 + 8 * m->often[p[0]] * m->all / (m->cover[p[0]] + m->all / 16 + 1);
        for (unsigned k = 1; k < MATCH_GRAM; k++) {
                if ((g->classes[p[k]] >> k & 1u) == 0)
                        n += m->often[p[k]] / 4;
        }
        for (uint32_t i = g->buckets[match_gram_hash(gram) >> g->shift]; i != MATCH_NONE;
             i = g->slots[i].next)
                n += g->slots[i].gram == gram ? 16u : 1u;
        return memmem(everyday, sizeof(everyday) - 1, p, MATCH_GRAM) != NULL ? n + 64u : n;
}

static uint16_t best_gram(const struct maker *m, const uint8_t *text, uint32_t len)
{
        unsigned least = UINT32_MAX;
        uint16_t best = 0;

        for (uint32_t i = 0; i + MATCH_GRAM <= len && least != 0; i++) {
                unsigned c = cost(m, text + i);

                if (c < least) {
                        least = c;
                        best = (uint16_t)i;
                }
        }
        return best;
}

static bool same(const struct match_gate_slot *a, const struct match_gate_slot *b)
{
        return a->gram == b->gram && a->buffer == b->buffer && a->len == b->len &&
               memcmp(a->text, b->text, a->len) == 0;
}

/* How many of the slots in the bucket are for this gram; `has`: this very slot is among them. */
static unsigned chain(const struct match_gate *g, const struct match_gate_slot *slot, bool *has)
{
        unsigned n = 0;

        for (uint32_t i = g->buckets[match_gram_hash(slot->gram) >> g->shift]; i != MATCH_NONE;
             i = g->slots[i].next) {
                n += g->slots[i].gram == slot->gram ? 1u : 0u;
                *has = *has || same(&g->slots[i], slot);
        }
        return n;
}

static void class_add(struct match_gate *g, unsigned k, uint8_t c)
{
        /* of 2, 3, 6, 7, a, b, e, f the two upper bits and the lowest tell which */
        unsigned half = c / 16u;
        uint8_t bit = (uint8_t)(1u << ((half >> 2 & 3u) * 2u + (half & 1u)));

        g->classes[c] |= (uint8_t)(1u << k);
        g->low[k][c % 16] |= bit;
        g->high[k][half] = bit;
}

static void slot_add(struct maker *m, const uint8_t *text, uint32_t len, uint32_t buffer)
{
        struct match_gate *g = m->g;
        uint16_t back = best_gram(m, text, len);
        struct match_gate_slot slot = {.gram = match_gram_at(text + back),
                                       .text = text,
                                       .len = (uint16_t)len,
                                       .back = back,
                                       .buffer = buffer};
        uint64_t h = match_gram_hash(slot.gram);
        bool has = false;

        /* When a gram has too many literals its own presence is enough from there on. */
        if (chain(g, &slot, &has) >= MATCH_GATE_CHAIN - 1u && !has) {
                slot.text += back;
                slot.len = MATCH_GRAM;
                slot.back = 0;
                (void)chain(g, &slot, &has);
        }
        if (has)
                return;
        for (unsigned k = 0; k < MATCH_GRAM; k++)
                class_add(g, k, text[back + k]);
        slot.next = g->buckets[h >> g->shift];
        g->buckets[h >> g->shift] = g->cnt;
        g->slots[g->cnt++] = slot;
        g->words[h >> g->shift] |= match_gram_bits(h);
}

/* So that a word holds half a gram, or two where more would not stay in the cache. */
static unsigned words_log2(uint32_t literals)
{
        unsigned n = 6;

        while (n < 20 && (UINT32_C(1) << n) < 2 * literals)
                n++;
        while (n > 13 && (UINT32_C(1) << n) > literals / 2)
                n--;
        return n;
}

struct match_gate *match_gate_create(const struct match_set *s)
{
        struct match_gate *g = calloc(1, sizeof(*g));
        uint32_t cnt = s->head->literals.cnt;
        unsigned log2 = words_log2(cnt);
        struct maker m = {.g = g};

        if (g == NULL)
                return NULL;
        g->shift = 64u - log2;
        g->words = aligned_alloc(64, sizeof(uint64_t) << log2);
        g->buckets = malloc(sizeof(*g->buckets) << log2);
        g->slots = calloc(cnt + 1u, sizeof(*g->slots));
        if (g->words == NULL || g->buckets == NULL || g->slots == NULL) {
                match_gate_destroy(g);
                return NULL;
        }
        memset(g->words, 0, sizeof(uint64_t) << log2);
        memset(g->buckets, 0xff, sizeof(*g->buckets) << log2);
        g->avx2 = match_gate_has_avx2();
        count_octets(&m, s);
        for (uint32_t i = 0; i < cnt; i++) {
                const struct match_literal *l = &s->literals[i];

                slot_add(&m, s->text + l->text.off, l->text.len, l->buffer);
        }
        return g;
}

void match_gate_destroy(struct match_gate *g)
{
        if (g == NULL)
                return;
        free(g->words);
        free(g->buckets);
        free(g->slots);
        free(g);
}
