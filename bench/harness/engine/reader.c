/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/reader.h"

#include <string.h>
#include <strings.h>

#include "bench/harness/engine/octets.h"
#include "parser/sip_method.h"

static struct sip_span span(const struct sb_rx *rx, const uint8_t *from, const uint8_t *end)
{
        return (struct sip_span){(uint16_t)(from - rx->buf), (uint16_t)(end - from)};
}

/* "SIP/2.0 200 OK" or "INVITE sip:x SIP/2.0", [p, end) without the line end. */
static bool start_line(struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *space, *last;

        if (end - p >= 11 && memcmp(p, "SIP/2.0 ", 8) == 0) {
                uint32_t a = p[8] - '0', b = p[9] - '0', c = p[10] - '0';

                if (a < 1 || a > 6 || b > 9 || c > 9)
                        return false;
                rx->status = (uint16_t)(a * 100 + b * 10 + c);
                return true;
        }
        space = memchr(p, ' ', (size_t)(end - p));
        if (space == NULL || end - space < 9 || memcmp(end - 8, " SIP/2.0", 8) != 0)
                return false;
        last = end - 8;
        rx->method_name = span(rx, p, space);
        rx->method = (uint8_t)sip_method_find(p, (size_t)(space - p));
        rx->uri = span(rx, space + 1, last > space ? last : space + 1);
        return true;
}

/* The value of ";tag=" behind the angle brackets of an address. */
static struct sip_span tag_of(const struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *limit = rx->buf + rx->len;
        const uint8_t *close = sb_octet_find(p, end, limit, '>');

        for (p = close == end ? p : close; end - p > 5;) {
                p = sb_octet_find(p, end, limit, ';');
                if (end - p < 6)
                        break;
                p++;
                if (memcmp(p, "tag=", 4) == 0)
                        return span(rx, p + 4, sb_value_end(p + 4, end, limit));
        }
        return (struct sip_span){0, 0};
}

struct sip_span sb_rx_tag(const struct sb_rx *rx, enum sb_header id)
{
        const struct sb_line *l = sb_rx_first(rx, id);

        if (l == NULL)
                return (struct sip_span){0, 0};
        return tag_of(rx, rx->buf + l->value_off, rx->buf + l->off + l->len);
}

static struct sip_span branch_of(const struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *limit = rx->buf + rx->len;

        while ((p = sb_octet_find(p, end, limit, ';')) != end && end - p >= 8) {
                if (memcmp(p, ";branch=", 8) == 0)
                        return span(rx, p + 8, sb_value_end(p + 8, end, limit));
                p++;
        }
        return (struct sip_span){0, 0};
}

static void cseq(struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        uint32_t n = 0;

        for (; p < end && (uint32_t)(*p - '0') < 10u; p++)
                n = n * 10u + (uint32_t)(*p - '0');
        while (p < end && *p == ' ')
                p++;
        rx->cseq = n;
        rx->cseq_method = (uint8_t)sip_method_find(p, (size_t)(end - p));
}

static enum sb_header compact_find(uint8_t c)
{
        switch (c | 0x20) {
        case 'v':
                return SB_HEADER_VIA;
        case 'f':
                return SB_HEADER_FROM;
        case 't':
                return SB_HEADER_TO;
        case 'i':
                return SB_HEADER_CALL_ID;
        case 'm':
                return SB_HEADER_CONTACT;
        default:
                return SB_HEADER_OTHER;
        }
}

/* Four letters or hyphens, whatever their case, against a word in lower case. */
static inline bool same4(const uint8_t *name, const char word[4])
{
        uint32_t a, b;

        memcpy(&a, name, sizeof(a));
        memcpy(&b, word, sizeof(b));
        return ((a | 0x20202020u) ^ b) == 0;
}

/* Lengths tell nearly all of them apart. */
static inline enum sb_header find(const uint8_t *name, uint32_t len)
{
        switch (len) {
        case 1:
                return compact_find(name[0]);
        case 2:
                return (name[0] | 0x20) == 't' && (name[1] | 0x20) == 'o' ? SB_HEADER_TO
                                                                          : SB_HEADER_OTHER;
        case 3:
                return (name[0] | 0x20) == 'v' && (name[1] | 0x20) == 'i' && (name[2] | 0x20) == 'a'
                           ? SB_HEADER_VIA
                           : SB_HEADER_OTHER;
        case 4:
                if (same4(name, "cseq"))
                        return SB_HEADER_CSEQ;
                return same4(name, "from") ? SB_HEADER_FROM : SB_HEADER_OTHER;
        case 5:
                return same4(name, "rout") && same4(name + 1, "oute") ? SB_HEADER_ROUTE
                                                                      : SB_HEADER_OTHER;
        case 7:
                if (same4(name, "call") && same4(name + 3, "l-id"))
                        return SB_HEADER_CALL_ID;
                return same4(name, "cont") && same4(name + 3, "tact") ? SB_HEADER_CONTACT
                                                                      : SB_HEADER_OTHER;
        case 12:
                return same4(name, "reco") && same4(name + 4, "rd-r") && same4(name + 8, "oute")
                           ? SB_HEADER_RECORD_ROUTE
                           : SB_HEADER_OTHER;
        default:
                return SB_HEADER_OTHER;
        }
}

enum sb_header sb_header_find(const uint8_t *name, uint32_t len)
{
        return find(name, len);
}

static inline bool blank(uint8_t c)
{
        return c == ' ' || c == '\t';
}

/* The colon of a line [p, end), which is in nearly every one among the first 16 octets; or end. */
static inline const uint8_t *colon_of(const uint8_t *p, const uint8_t *end, const uint8_t *limit)
{
        uint32_t found = limit - p >= 16 ? sb_octets_16(p, ':') : 0;

        if (found == 0)
                return sb_octet_find(p, end, limit, ':');
        p += __builtin_ctz(found);
        return p < end ? p : end;
}

/* A line without its end as the n-th header field; how many there are now. */
static inline uint32_t line_split(struct sb_rx *rx, uint32_t n, const uint8_t *p,
                                  const uint8_t *end, uint8_t last[])
{
        const uint8_t *buf = rx->buf;
        const uint8_t *colon = colon_of(p, end, buf + rx->len), *value = colon + 1;
        const uint8_t *name_end = colon;
        struct sb_line *l = &rx->lines[n];
        enum sb_header id;

        if (colon == end || n == SB_LINES_MAX)
                return n;
        if (*value == ' ') /* as nearly everybody writes it */
                value++;
        while (value < end && blank(*value))
                value++;
        while (name_end > p && blank(name_end[-1]))
                name_end--;
        if (name_end == p)
                return n;
        id = find(p, (uint32_t)(name_end - p));
        *l = (struct sb_line){.off = (uint16_t)(p - buf),
                              .len = (uint16_t)(end - p),
                              .name_len = (uint16_t)(name_end - p),
                              .value_off = (uint16_t)(value - buf),
                              .id = (uint8_t)id,
                              .next = SB_LINE_NONE};
        if (id == SB_HEADER_OTHER)
                return n + 1;
        if (rx->first[id] == SB_LINE_NONE)
                rx->first[id] = (uint8_t)n;
        else
                rx->lines[last[id]].next = (uint8_t)n;
        last[id] = (uint8_t)n;
        if (id == SB_HEADER_VIA && rx->branch.off == 0)
                rx->branch = branch_of(rx, value, end);
        else if (id == SB_HEADER_CALL_ID)
                rx->call_id = span(rx, value, end);
        else if (id == SB_HEADER_CSEQ)
                cseq(rx, value, end);
        return n + 1;
}

/* Line feeds, 64 octets at a time. */
struct feeds {
        const uint8_t *base; /* of the octets that left stands for */
        const uint8_t *end;
        uint64_t left;
};

static inline uint64_t feeds_at(const uint8_t *p, const uint8_t *end, uint32_t len)
{
        uint64_t found = 0;

        if (end - p >= 64)
                return sb_octets_64(p, '\n');
        if (len >= 64) /* the last 64 octets, less those that were seen */
                return sb_octets_64(end - 64, '\n') >> (64 - (end - p));
        for (uint32_t i = 0; p + i < end; i++)
                found |= (uint64_t)(p[i] == '\n') << i;
        return found;
}

/* The next one; NULL behind the last. */
static inline const uint8_t *feed_next(struct feeds *f, uint32_t len)
{
        const uint8_t *at;

        while (f->left == 0) {
                f->base += 64;
                if (f->base >= f->end)
                        return NULL;
                f->left = feeds_at(f->base, f->end, len);
        }
        at = f->base + __builtin_ctzll(f->left);
        f->left &= f->left - 1;
        return at;
}

bool sb_read(const uint8_t *buf, uint32_t len, struct sb_rx *rx)
{
        const uint8_t *p = buf, *end = buf + len, *lf;
        struct feeds feeds = {.base = buf, .end = end};
        uint8_t last[SB_HEADER_CNT] = {0};
        uint32_t n = 0;

        memset(rx, 0, offsetof(struct sb_rx, first));
        memset(rx->first, 0xff, sizeof(rx->first));
        rx->buf = buf;
        rx->len = len;
        if (len == 0)
                return false;
        feeds.left = feeds_at(buf, end, len);
        lf = feed_next(&feeds, len);
        if (lf == NULL || !start_line(rx, p, lf > p && lf[-1] == '\r' ? lf - 1 : lf))
                return false;
        for (p = lf + 1; p < end; p = lf + 1) {
                const uint8_t *stop;

                lf = feed_next(&feeds, len);
                if (lf == NULL)
                        return false;
                if (lf == p || (lf == p + 1 && *p == '\r')) {
                        rx->body_off = (uint16_t)(lf + 1 - buf);
                        rx->line_cnt = (uint16_t)n;
                        return rx->call_id.len != 0 && rx->cseq_method + rx->cseq != 0;
                }
                while (lf != NULL && lf + 1 < end && blank(lf[1]))
                        lf = feed_next(&feeds, len); /* folded */
                if (lf == NULL)
                        return false;
                stop = lf[-1] == '\r' ? lf - 1 : lf;
                n = line_split(rx, n, p, stop, last);
        }
        return false;
}

static char compact_of(const char *name, uint32_t len)
{
        static const struct {
                const char *name;
                char compact;
        } table[] = {{"Content-Length", 'l'}, {"Event", 'o'},    {"Content-Type", 'c'},
                     {"Subject", 's'},        {"Refer-To", 'r'}, {"Session-Expires", 'x'},
                     {"Supported", 'k'}};

        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (strlen(table[i].name) == len && strncasecmp(table[i].name, name, len) == 0)
                        return table[i].compact;
        return 0;
}

static bool named(const uint8_t *p, uint32_t len, const char *name, uint32_t name_len, char compact)
{
        return (len == name_len && strncasecmp((const char *)p, name, len) == 0) ||
               (len == 1 && compact != 0 && (*p | 0x20) == compact);
}

const struct sb_line *sb_rx_find(const struct sb_rx *rx, const char *name, uint32_t name_len,
                                 uint32_t from, uint32_t *next)
{
        enum sb_header id = sb_header_find((const uint8_t *)name, name_len);
        char compact = id != SB_HEADER_OTHER ? 0 : compact_of(name, name_len);

        for (uint32_t i = from; i < rx->line_cnt; i++) {
                const struct sb_line *l = &rx->lines[i];

                if (id != SB_HEADER_OTHER
                        ? l->id == id
                        : named(rx->buf + l->off, l->name_len, name, name_len, compact)) {
                        *next = i + 1;
                        return l;
                }
        }
        *next = rx->line_cnt;
        return NULL;
}
