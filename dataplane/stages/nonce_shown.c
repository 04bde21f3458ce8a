/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/nonce_shown.h"

#include <emmintrin.h>

#include "parser/sip_ctype.h"

/* What is still unread: at <= end. */
struct rest {
        const uint8_t *at;
        const uint8_t *end;
};

/* The first of two octets, or `end`. */
static const uint8_t *find_either(const uint8_t *at, const uint8_t *end, char a, char b)
{
        for (; end - at >= 16; at += 16) {
                const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
                const unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(
                    _mm_cmpeq_epi8(x, _mm_set1_epi8(a)), _mm_cmpeq_epi8(x, _mm_set1_epi8(b))));

                if (hits != 0)
                        return at + __builtin_ctz(hits);
        }
        while (at < end && *at != (uint8_t)a && *at != (uint8_t)b)
                at++;
        return at;
}

/* In any case; `word` is letters in lower case. */
static inline bool spells(const uint8_t *at, const char *word, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if ((at[i] | 0x20u) != (uint8_t)word[i])
                        return false;
        return true;
}

/* Line folding too (RFC 3261 25.1, LWS). */
static void skip_blanks(struct rest *r)
{
        while (r->at < r->end && sip_is(*r->at, SIP_CT_LWS))
                r->at++;
}

/* A quoted string from its first quote on, or what stands up to a comma or blank. What it holds. */
static struct dp_octets take_value(struct rest *r)
{
        const uint8_t *begin = r->at;
        const uint8_t *end = r->end;

        if (begin < end && *begin == '"') {
                begin++;
                r->at = find_either(begin, r->end, '"', '\\');
                while (r->at < r->end && *r->at == '\\') {
                        r->at += r->end - r->at > 1 ? 2 : 1;
                        r->at = find_either(r->at, r->end, '"', '\\');
                }
                end = r->at;
                r->at += r->at < r->end;
        } else {
                while (r->at < r->end && *r->at != ',' && !sip_is(*r->at, SIP_CT_LWS))
                        r->at++;
                end = r->at;
        }
        return (struct dp_octets){.at = begin, .len = (uint16_t)(end - begin)};
}

/* A parameter's name, up to its "=" or to the comma behind one that has none. Is it "nonce"? */
static bool take_name(struct rest *r)
{
        const uint8_t *begin, *end;

        skip_blanks(r);
        begin = r->at;
        r->at = find_either(begin, r->end, '=', ',');
        end = r->at;
        while (end > begin && sip_is(end[-1], SIP_CT_LWS))
                end--;
        return end - begin == 5 && spells(begin, "nonce", 5);
}

bool dp_nonce_shown(const uint8_t *value, uint16_t len, struct dp_octets *out)
{
        static const char scheme[] = "digest";
        const size_t scheme_len = sizeof(scheme) - 1;
        struct rest r;

        if (len <= scheme_len || !spells(value, scheme, scheme_len) ||
            !sip_is(value[scheme_len], SIP_CT_LWS))
                return false;
        r = (struct rest){value + scheme_len, value + len};
        while (r.at < r.end) {
                bool is_nonce = take_name(&r);

                if (r.at == r.end || *r.at++ != '=')
                        continue;
                skip_blanks(&r);
                struct dp_octets found = take_value(&r);

                if (is_nonce && found.len != 0)
                        *out = found;
                if (is_nonce)
                        return found.len != 0;
                while (r.at < r.end && *r.at++ != ',')
                        ;
        }
        return false;
}
