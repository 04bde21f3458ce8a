/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_aor.h"

#include <string.h>

/* Where octets go: counted always, stored while there is room. */
struct sink {
        uint8_t *out;
        size_t cap;
        size_t n;
        bool refused;
};

static void put(struct sink *s, uint8_t c)
{
        if (s->n < s->cap)
                s->out[s->n] = c;
        s->n++;
}

static inline bool has_room(const struct sink *s, size_t n)
{
        return s->n <= s->cap && n <= s->cap - s->n;
}

static inline void put_octets(struct sink *s, const void *at, size_t n)
{
        if (has_room(s, n))
                memcpy(s->out + s->n, at, n);
        s->n += n;
}

#define EACH UINT64_C(0x0101010101010101)

/* Of eight octets at once bit 7 of each that is A to Z. */
static inline uint64_t uppers(uint64_t w)
{
        uint64_t low = w & EACH * 0x7f;
        uint64_t from_a = low + EACH * (0x80 - 'A');
        uint64_t past_z = low + EACH * (0x7f - 'Z');

        return (from_a ^ past_z) & ~w & EACH * 0x80;
}

/* The difference of the cases is a quarter of bit 7. */
static inline uint64_t lower_word(uint64_t w)
{
        return w | uppers(w) >> 2;
}

/* The last eight octets may overlap those before them. */
static inline void lower_copy(uint8_t *to, const uint8_t *from, size_t n)
{
        if (n < sizeof(uint64_t)) {
                for (size_t i = 0; i < n; i++)
                        to[i] = sip_lower(from[i]);
                return;
        }
        for (size_t at = 0;; at = at + 16 <= n ? at + 8 : n - 8) {
                uint64_t w;

                memcpy(&w, from + at, sizeof(w));
                w = lower_word(w);
                memcpy(to + at, &w, sizeof(w));
                if (at + 8 == n)
                        return;
        }
}

static void put_lower(struct sink *s, const uint8_t *buf, struct sip_span span)
{
        if (span.len == 0)
                return;
        if (has_room(s, span.len)) {
                lower_copy(s->out + s->n, buf + span.off, span.len);
                s->n += span.len;
                return;
        }
        for (uint32_t i = 0; i < span.len; i++)
                put(s, sip_lower(buf[span.off + i]));
}

static unsigned hex(uint8_t c)
{
        return c <= '9' ? (unsigned)(c - '0') : (unsigned)(sip_lower(c) - 'a' + 10);
}

static void put_decoded(struct sink *s, const uint8_t *buf, struct sip_span span)
{
        const uint8_t *p = buf + span.off;
        const uint8_t *end = p + span.len;

        if (has_room(s, span.len) && memchr(p, '%', span.len) == NULL) {
                memcpy(s->out + s->n, p, span.len);
                s->n += span.len;
                return;
        }
        while (p < end) {
                uint8_t c = *p++;

                if (c == '%' && end - p >= 2) {
                        c = (uint8_t)(hex(p[0]) << 4 | hex(p[1]));
                        p += 2;
                        s->refused |= c == 0;
                }
                put(s, c);
        }
}

static void put_port(struct sink *s, uint16_t port)
{
        uint8_t digits[5];
        unsigned n = 0;

        put(s, ':');
        for (unsigned v = port; v > 0; v /= 10)
                digits[n++] = (uint8_t)('0' + v % 10);
        while (n > 0)
                put(s, digits[--n]);
}

/* The value of phone-context (RFC 3966 3). */
static struct sip_span context(const uint8_t *buf, struct sip_span params)
{
        static const char name[] = "phone-context=";
        uint32_t end = (uint32_t)params.off + params.len;
        uint32_t from = params.off;

        while (from < end) {
                const uint8_t *semi = memchr(buf + from, ';', end - from);
                uint32_t to = semi ? (uint32_t)(semi - buf) : end;
                uint32_t value = from + (uint32_t)sizeof(name) - 1;

                if (to > value && sip_span_ieq(buf, sip_span_make(from, value), name, value - from))
                        return sip_span_make(value, to);
                from = to + 1;
        }
        return (struct sip_span){0, 0};
}

static void tel(struct sink *s, const uint8_t *buf, const struct sip_uri *u)
{
        struct sip_span ctx;

        put_octets(s, "tel:", 4);
        for (uint32_t i = 0; i < u->user.len; i++) {
                uint8_t c = buf[u->user.off + i];

                if (!memchr("-.()", c, 4))
                        put(s, sip_lower(c));
        }
        if (buf[u->user.off] == '+')
                return;
        ctx = context(buf, u->params);
        s->refused |= ctx.len == 0;
        put_octets(s, ";phone-context=", 15);
        put_lower(s, buf, ctx);
}

static void sip(struct sink *s, const uint8_t *buf, const struct sip_uri *u)
{
        bool secure = u->scheme == SIP_SCHEME_SIPS;

        if (secure)
                put_octets(s, "sips:", 5);
        else
                put_octets(s, "sip:", 4);
        put_decoded(s, buf, u->user);
        put(s, '@');
        put_lower(s, buf, u->host);
        if (u->port != 0 && u->port != (secure ? 5061 : 5060))
                put_port(s, u->port);
}

static struct sink emit(const uint8_t *buf, const struct sip_uri *u, uint8_t *out, size_t cap)
{
        struct sink s = {.out = out, .cap = cap};

        if (u->user.len == 0)
                s.refused = true;
        else if (u->scheme == SIP_SCHEME_SIP || u->scheme == SIP_SCHEME_SIPS)
                sip(&s, buf, u);
        else if (u->scheme == SIP_SCHEME_TEL)
                tel(&s, buf, u);
        else
                s.refused = true;
        return s;
}

size_t sip_aor_write(const uint8_t *buf, const struct sip_uri *u, uint8_t *out, size_t cap)
{
        /* no AoR is longer than its URI: with room for that there is no need to count first */
        bool roomy = u->all.len <= cap;
        struct sink s = roomy ? emit(buf, u, out, cap) : emit(buf, u, NULL, 0);

        if (s.refused)
                return 0;
        if (!roomy && s.n <= cap)
                (void)emit(buf, u, out, cap);
        return s.n;
}

typedef uint8_t octets __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

/* Ones where an octet is written otherwise in an AoR: A to Z, and '%'. */
static inline octets changes(octets v)
{
        return (octets)((v - (uint8_t)'A' < (uint8_t)26) | (v == (uint8_t)'%'));
}

/* Of n octets, 8 or more; the last ones may overlap those before them. */
static inline bool stays(const uint8_t *from, uint32_t n)
{
        octets v, found = {0};
        halves h;

        if (n < sizeof(v)) {
                uint64_t first, last;

                memcpy(&first, from, sizeof(first));
                memcpy(&last, from + n - sizeof(last), sizeof(last));
                found = changes((octets)(halves){first, last});
        } else {
                for (uint32_t at = 0; at < n - sizeof(v); at += (uint32_t)sizeof(v)) {
                        memcpy(&v, from + at, sizeof(v));
                        found |= changes(v);
                }
                memcpy(&v, from + n - sizeof(v), sizeof(v));
                found |= changes(v);
        }
        h = (halves)found;
        return (h[0] | h[1]) == 0;
}

struct sip_span sip_aor_plain(const uint8_t *buf, const struct sip_uri *u)
{
        const uint8_t *from = buf + u->all.off;
        uint32_t end = (uint32_t)u->host.off + u->host.len;
        uint32_t n = end - u->all.off;

        if (u->scheme != SIP_SCHEME_SIP || u->user.len == 0 || u->host.len == 0 ||
            u->user.off != u->all.off + 4u || u->host.off != u->user.off + u->user.len + 1u ||
            buf[u->host.off - 1] != '@' || memcmp(from, "sip:", 4) != 0 || n < 8 || !stays(from, n))
                return (struct sip_span){0, 0};
        return sip_span_make(u->all.off, end);
}
