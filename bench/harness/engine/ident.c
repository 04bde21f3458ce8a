/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/ident.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIRST_OCTET 100u
#define OCTETS      156u /* 100..255: three digits each */

int sb_addr_parse(const char *text, struct sb_addr *out, bool *v6)
{
        memset(out, 0, sizeof(*out));
        *v6 = strchr(text, ':') != NULL;
        return inet_pton(*v6 ? AF_INET6 : AF_INET, text, out->b) == 1 ? 0 : -EINVAL;
}

/* Each octet as text with a full stop behind it, lowest octet first as little-endian memory has it.
 */
struct octet_text {
        uint32_t digits;
        uint32_t len; /* without the full stop */
};

#define CHAR(v, n) ((uint32_t)(v) << 8 * (n))
#define OCTET(v)                                                                               \
        {                                                                                      \
                (v) >= 100 ? CHAR('0' + (v) / 100, 0) | CHAR('0' + (v) / 10 % 10, 1) |         \
                                 CHAR('0' + (v) % 10, 2) | CHAR('.', 3)                        \
                : (v) >= 10 ? CHAR('0' + (v) / 10, 0) | CHAR('0' + (v) % 10, 1) | CHAR('.', 2) \
                            : CHAR('0' + (v), 0) | CHAR('.', 1),                               \
                    (v) >= 100  ? 3                                                            \
                    : (v) >= 10 ? 2                                                            \
                                : 1                                                            \
        }
#define OCTETS_4(v)  OCTET(v), OCTET((v) + 1), OCTET((v) + 2), OCTET((v) + 3)
#define OCTETS_16(v) OCTETS_4(v), OCTETS_4((v) + 4), OCTETS_4((v) + 8), OCTETS_4((v) + 12)
#define OCTETS_64(v) OCTETS_16(v), OCTETS_16((v) + 16), OCTETS_16((v) + 32), OCTETS_16((v) + 48)

static const struct octet_text octet_texts[256] = {OCTETS_64(0), OCTETS_64(64), OCTETS_64(128),
                                                   OCTETS_64(192)};

/* Four characters are written for each octet, and those kept that it has. */
static uint32_t text4(const struct sb_addr *a, char out[SB_ADDR_TEXT_MAX])
{
        uint32_t at = 0;

        for (uint32_t i = 0; i < 4; i++) {
                const struct octet_text *t = &octet_texts[a->b[i]];

                memcpy(out + at, &t->digits, sizeof(t->digits));
                at += t->len + 1;
        }
        out[--at] = '\0';
        return at;
}

/* Every group has four digits, or :: could make two addresses of different length. */
uint32_t sb_addr_text(const struct sb_addr *a, bool v6, bool brackets, char out[SB_ADDR_TEXT_MAX])
{
        static const char hex[] = "0123456789abcdef";
        uint32_t at = 0;

        if (!v6)
                return text4(a, out);
        if (brackets)
                out[at++] = '[';
        for (uint32_t i = 0; i < 16; i++) {
                if (i != 0 && i % 2 == 0)
                        out[at++] = ':';
                out[at++] = hex[a->b[i] >> 4];
                out[at++] = hex[a->b[i] & 15u];
        }
        if (brackets)
                out[at++] = ']';
        out[at] = '\0';
        return at;
}

int sb_ident_init(struct sb_ident *s, const char *addr, uint32_t addr_cnt, uint16_t port,
                  uint32_t port_cnt)
{
        uint64_t room = 1;

        memset(s, 0, sizeof(*s));
        if (sb_addr_parse(addr, &s->base, &s->v6) != 0)
                return -EINVAL;
        if (addr_cnt == 0 || port_cnt == 0 || (uint32_t)port + port_cnt > 65536u)
                return -ERANGE;
        s->addr_cnt = addr_cnt;
        s->port = port;
        s->port_cnt = port_cnt;
        if (addr_cnt == 1)
                return 0;
        if (s->v6) {
                s->octets_cnt = 4;
                return 0;
        }
        while (room < addr_cnt && s->octets_cnt < 3) {
                room *= OCTETS;
                s->octets_cnt++;
        }
        return room < addr_cnt ? -ERANGE : 0;
}

static void end_of(const struct sb_ident *s, uint32_t n, uint32_t p, struct sb_end *out)
{
        out->addr = s->base;
        out->port = (uint16_t)(s->port + p);
        if (s->v6 && s->octets_cnt != 0) {
                uint32_t be = htonl(n);

                memcpy(out->addr.b + 12, &be, sizeof(be));
                return;
        }
        for (uint32_t k = 0; k < s->octets_cnt; k++, n /= OCTETS)
                out->addr.b[3 - k] = (uint8_t)(FIRST_OCTET + n % OCTETS);
}

void sb_ident_at(const struct sb_ident *s, uint64_t i, struct sb_end *out)
{
        uint32_t n = 0, p = 0;

        if (i <= UINT32_MAX) { /* divisions of half the width take half the time */
                uint32_t rest = (uint32_t)i / s->addr_cnt;

                n = (uint32_t)i - rest * s->addr_cnt;
                p = s->port_cnt == 1 ? 0 : rest % s->port_cnt;
        } else {
                n = (uint32_t)(i % s->addr_cnt);
                p = (uint32_t)(i / s->addr_cnt % s->port_cnt);
        }

        end_of(s, n, p, out);
}

uint32_t sb_ident_walk(const struct sb_ident *s, struct sb_ident_walk *w, uint32_t cnt,
                       struct sb_end *out)
{
        uint32_t i = w->i;

        end_of(s, w->addr, w->port, out);
        if (++w->addr == s->addr_cnt) {
                w->addr = 0;
                w->port = w->port + 1 == s->port_cnt ? 0 : w->port + 1;
        }
        if (++w->i == cnt)
                *w = (struct sb_ident_walk){0};
        return i;
}

bool sb_ident_owns(const struct sb_ident *s, const struct sb_addr *a)
{
        uint32_t fixed = (s->v6 ? 16u : 4u) - s->octets_cnt;
        uint64_t n = 0;

        if (memcmp(a->b, s->base.b, fixed) != 0)
                return false;
        for (uint32_t k = 0; k < s->octets_cnt; k++) {
                uint32_t octet = a->b[fixed + k];

                if (!s->v6 && octet < FIRST_OCTET)
                        return false;
                n = s->v6 ? n << 8 | octet : n * OCTETS + (octet - FIRST_OCTET);
        }
        return n < s->addr_cnt;
}
