/* SPDX-License-Identifier: Apache-2.0 */
#include "control/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define V4_BITS 96u /* length of ::ffff:0:0/96 */

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool cp_ip_is_v4(const struct shm_ip *ip)
{
        return memcmp(ip->b, v4_mapped, sizeof(v4_mapped)) == 0;
}

void cp_ip_mask(struct shm_ip *ip, unsigned len)
{
        for (unsigned i = 0; i < 16; i++) {
                unsigned bits = len > i * 8 ? len - i * 8 : 0;

                if (bits < 8)
                        ip->b[i] &= (uint8_t)(0xff00u >> bits);
        }
}

/* Decimal without sign or leading blanks, at most three digits; -1 when it is anything else. */
static int parse_len(const char *text)
{
        int n = 0;
        size_t digits = strlen(text);

        if (digits == 0 || digits > 3)
                return -1;
        for (; *text != '\0'; text++) {
                if (*text < '0' || *text > '9')
                        return -1;
                n = n * 10 + (*text - '0');
        }
        return n;
}

int cp_prefix_parse(const char *text, struct cp_prefix *out)
{
        char addr[CP_PREFIX_TEXT_BYTES];
        const char *slash = strchr(text, '/');
        size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
        struct cp_prefix p = {0};
        int bits = -1;
        int max;

        if (len >= sizeof(addr))
                return -EINVAL;
        memcpy(addr, text, len);
        addr[len] = '\0';
        if (slash != NULL) {
                bits = parse_len(slash + 1);
                if (bits < 0)
                        return -EINVAL;
        }
        if (inet_pton(AF_INET, addr, &p.ip.b[12]) == 1) {
                memcpy(p.ip.b, v4_mapped, sizeof(v4_mapped));
                max = 32;
        } else if (inet_pton(AF_INET6, addr, p.ip.b) == 1) {
                max = 128;
        } else {
                return -EINVAL;
        }
        if (bits > max)
                return -EINVAL;
        if (bits < 0)
                bits = max;
        p.len = (uint8_t)(bits + 128 - max);
        cp_ip_mask(&p.ip, p.len);
        *out = p;
        return 0;
}

/* 1..65535 in decimal digits; 0 when it is anything else. */
static uint16_t parse_port(const char *text)
{
        uint32_t n = 0;

        for (; *text >= '0' && *text <= '9' && n <= UINT16_MAX; text++)
                n = n * 10 + (uint32_t)(*text - '0');
        return *text == '\0' && n <= UINT16_MAX ? (uint16_t)n : 0;
}

int cp_endpoint_parse(const char *text, struct cp_prefix *out)
{
        bool bracket = text[0] == '[';
        const char *colon = strrchr(text, ':');
        const char *end = bracket ? strchr(text, ']') : colon;
        char addr[CP_PREFIX_TEXT_BYTES];
        struct cp_prefix p;
        size_t len;

        if (!bracket && (colon == NULL || strchr(text, ':') != colon))
                return cp_prefix_parse(text, out);
        if (end == NULL || (bracket && end + 1 != colon))
                return -EINVAL;
        len = (size_t)(end - text) - bracket;
        if (len >= sizeof(addr))
                return -EINVAL;
        memcpy(addr, text + bracket, len);
        addr[len] = '\0';
        if (cp_prefix_parse(addr, &p) != 0 || p.len != 128 || cp_ip_is_v4(&p.ip) == bracket ||
            strchr(addr, '/') != NULL)
                return -EINVAL;
        p.port = parse_port(colon + 1);
        if (p.port == 0)
                return -EINVAL;
        *out = p;
        return 0;
}

const char *cp_ip_print(const struct shm_ip *ip, char buf[CP_PREFIX_TEXT_BYTES])
{
        if (cp_ip_is_v4(ip))
                inet_ntop(AF_INET, &ip->b[12], buf, CP_PREFIX_TEXT_BYTES);
        else
                inet_ntop(AF_INET6, ip->b, buf, CP_PREFIX_TEXT_BYTES);
        return buf;
}

const char *cp_prefix_print(const struct cp_prefix *p, char buf[CP_PREFIX_TEXT_BYTES])
{
        bool v4 = p->len >= V4_BITS && cp_ip_is_v4(&p->ip);
        size_t n;

        if (p->port != 0) {
                char addr[CP_PREFIX_TEXT_BYTES - sizeof("[]:65535") + 1];

                v4 = cp_ip_is_v4(&p->ip);
                inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? &p->ip.b[12] : p->ip.b, addr, sizeof(addr));
                snprintf(buf, CP_PREFIX_TEXT_BYTES, v4 ? "%s:%u" : "[%s]:%u", addr, p->port);
                return buf;
        }
        cp_ip_print(&p->ip, buf);
        if (p->len == 128)
                return buf;
        n = strlen(buf);
        snprintf(buf + n, CP_PREFIX_TEXT_BYTES - n, "/%u", v4 ? p->len - V4_BITS : p->len);
        return buf;
}

static bool bits_equal(const struct shm_ip *a, const struct shm_ip *b, unsigned len)
{
        unsigned whole = len / 8;
        unsigned rest = len % 8;

        if (memcmp(a->b, b->b, whole) != 0)
                return false;
        return rest == 0 || ((a->b[whole] ^ b->b[whole]) >> (8 - rest)) == 0;
}

bool cp_prefix_match(const struct cp_prefix *p, const struct shm_ip *ip)
{
        if (p->len < V4_BITS && cp_ip_is_v4(ip))
                return false;
        return bits_equal(&p->ip, ip, p->len);
}

bool cp_prefix_covers(const struct cp_prefix *a, const struct cp_prefix *b)
{
        if (a->len > b->len || (a->port != 0 && a->port != b->port))
                return false;
        return cp_prefix_match(a, &b->ip);
}

size_t cp_prefix_split(const struct cp_prefix *p, struct cp_prefix out[96])
{
        struct shm_ip v4 = {0};
        size_t n = 0;

        memcpy(v4.b, v4_mapped, sizeof(v4_mapped));
        if (p->len >= V4_BITS || !bits_equal(&p->ip, &v4, p->len)) {
                out[0] = *p;
                return 1;
        }
        /* Walk down towards ::ffff:0:0/96 and keep the sibling that is left aside at each step. */
        for (unsigned bit = p->len; bit < V4_BITS; bit++) {
                struct cp_prefix *o = &out[n++];

                o->ip = v4;
                o->len = (uint8_t)(bit + 1);
                cp_ip_mask(&o->ip, bit + 1);
                o->ip.b[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
        }
        return n;
}

/* The last address of a prefix. */
static struct shm_ip last_of(const struct shm_ip *ip, unsigned len)
{
        struct shm_ip last = *ip;

        for (unsigned bit = len; bit < 128; bit++)
                last.b[bit / 8] |= (uint8_t)(0x80u >> (bit % 8));
        return last;
}

/* The one behind it; false: there is none. */
static bool next_of(struct shm_ip *ip)
{
        for (unsigned i = 16; i-- > 0;) {
                if (++ip->b[i] != 0)
                        return true;
        }
        return false;
}

size_t cp_prefix_range(const struct shm_ip *low, const struct shm_ip *high,
                       struct cp_prefix out[CP_PREFIX_RANGE_MAX])
{
        struct shm_ip at = *low;
        size_t n = 0;

        if (cp_ip_is_v4(low) != cp_ip_is_v4(high))
                return 0;
        while (memcmp(&at, high, sizeof(at)) <= 0) {
                struct cp_prefix *p = &out[n++];
                struct shm_ip last = at;
                unsigned len = 128;

                /* as long as it begins here and does not reach too far */
                for (unsigned wider = 127; wider < 128; wider--) {
                        struct shm_ip first = at;

                        cp_ip_mask(&first, wider);
                        if (memcmp(&first, &at, sizeof(at)) != 0)
                                break;
                        first = last_of(&at, wider);
                        if (memcmp(&first, high, sizeof(first)) > 0)
                                break;
                        last = first;
                        len = wider;
                }
                *p = (struct cp_prefix){.ip = at, .len = (uint8_t)len};
                at = last;
                if (!next_of(&at))
                        break;
        }
        return n;
}
