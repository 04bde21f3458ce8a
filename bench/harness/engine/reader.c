/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/reader.h"

#include <string.h>
#include <strings.h>

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

/* The value of ";name=" behind the angle brackets of an address. */
static struct sip_span tag_of(const struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *close = memchr(p, '>', (size_t)(end - p));

        for (p = close == NULL ? p : close; p != NULL && end - p > 5;) {
                p = memchr(p, ';', (size_t)(end - p));
                if (p == NULL || end - p < 6)
                        break;
                p++;
                if (memcmp(p, "tag=", 4) == 0) {
                        const uint8_t *to = p + 4;

                        while (to < end && *to != ';' && *to != ' ' && *to != ',')
                                to++;
                        return span(rx, p + 4, to);
                }
        }
        return (struct sip_span){0, 0};
}

static struct sip_span branch_of(const struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *to;

        while ((p = memchr(p, ';', (size_t)(end - p))) != NULL && end - p >= 8) {
                if (memcmp(p, ";branch=", 8) != 0) {
                        p++;
                        continue;
                }
                p += 8;
                for (to = p; to < end && *to != ';' && *to != ',' && *to != ' '; to++)
                        ;
                return span(rx, p, to);
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

static bool named(const uint8_t *p, uint32_t len, const char *name, uint32_t name_len, char compact)
{
        return (len == name_len && strncasecmp((const char *)p, name, len) == 0) ||
               (len == 1 && compact != 0 && (*p | 0x20) == compact);
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

/* Lengths tell nearly all of them apart; letters have no case with that bit set, and a hyphen
 * keeps it. */
enum sb_header sb_header_find(const uint8_t *name, uint32_t len)
{
        static const struct {
                const char *name;
                uint8_t len;
                uint8_t id;
        } table[] = {
            {"to", 2, SB_HEADER_TO},           {"via", 3, SB_HEADER_VIA},
            {"from", 4, SB_HEADER_FROM},       {"cseq", 4, SB_HEADER_CSEQ},
            {"route", 5, SB_HEADER_ROUTE},     {"call-id", 7, SB_HEADER_CALL_ID},
            {"contact", 7, SB_HEADER_CONTACT}, {"record-route", 12, SB_HEADER_RECORD_ROUTE}};

        if (len == 1)
                return compact_find(name[0]);
        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                uint32_t k = 0;

                if (table[i].len != len || (name[0] | 0x20) != table[i].name[0])
                        continue;
                while (k < len && (name[k] | 0x20) == table[i].name[k])
                        k++;
                if (k == len)
                        return (enum sb_header)table[i].id;
        }
        return SB_HEADER_OTHER;
}

static void header(struct sb_rx *rx, struct sb_line *l)
{
        const uint8_t *value = rx->buf + l->value_off;
        const uint8_t *end = rx->buf + l->off + l->len;

        l->id = (uint8_t)sb_header_find(rx->buf + l->off, l->name_len);
        switch (l->id) {
        case SB_HEADER_VIA:
                if (rx->branch.off == 0)
                        rx->branch = branch_of(rx, value, end);
                break;
        case SB_HEADER_FROM:
                rx->from_tag = tag_of(rx, value, end);
                break;
        case SB_HEADER_TO:
                rx->to_tag = tag_of(rx, value, end);
                break;
        case SB_HEADER_CALL_ID:
                rx->call_id = span(rx, value, end);
                break;
        case SB_HEADER_CSEQ:
                cseq(rx, value, end);
                break;
        default:
                break;
        }
}

static void line_split(struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *colon = p, *value, *name_end;
        struct sb_line *l = &rx->lines[rx->line_cnt];

        while (colon < end && *colon != ':') /* names are short */
                colon++;
        if (colon == end || rx->line_cnt == SB_LINES_MAX)
                return;
        for (name_end = colon; name_end > p && (name_end[-1] == ' ' || name_end[-1] == '\t');)
                name_end--;
        for (value = colon + 1; value < end && (*value == ' ' || *value == '\t');)
                value++;
        l->off = (uint16_t)(p - rx->buf);
        l->len = (uint16_t)(end - p);
        l->name_len = (uint16_t)(name_end - p);
        l->value_off = (uint16_t)(value - rx->buf);
        if (l->name_len == 0)
                return;
        rx->line_cnt++;
        header(rx, l);
}

bool sb_read(const uint8_t *buf, uint32_t len, struct sb_rx *rx)
{
        const uint8_t *p = buf, *end = buf + len;
        bool first = true;

        memset(rx, 0, offsetof(struct sb_rx, lines));
        rx->buf = buf;
        rx->len = len;
        while (p < end) {
                const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
                const uint8_t *stop;

                if (lf == NULL)
                        return false;
                while (lf + 1 < end && (lf[1] == ' ' || lf[1] == '\t') && !first) {
                        const uint8_t *more = memchr(lf + 1, '\n', (size_t)(end - lf - 1));

                        if (more == NULL)
                                return false;
                        lf = more;
                }
                stop = lf > p && lf[-1] == '\r' ? lf - 1 : lf;
                if (stop == p && !first) {
                        rx->body_off = (uint16_t)(lf + 1 - buf);
                        return rx->call_id.len != 0 && rx->cseq_method + rx->cseq != 0;
                }
                if (first && !start_line(rx, p, stop))
                        return false;
                if (!first)
                        line_split(rx, p, stop);
                first = false;
                p = lf + 1;
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

const struct sb_line *sb_rx_find(const struct sb_rx *rx, const char *name, uint32_t name_len,
                                 uint32_t from, uint32_t *next)
{
        enum sb_header id = sb_header_find((const uint8_t *)name, name_len);
        char compact;

        if (id != SB_HEADER_OTHER)
                return sb_rx_next(rx, id, from, next);
        compact = compact_of(name, name_len);
        for (uint32_t i = from; i < rx->line_cnt; i++) {
                const struct sb_line *l = &rx->lines[i];

                if (named(rx->buf + l->off, l->name_len, name, name_len, compact)) {
                        *next = i + 1;
                        return l;
                }
        }
        *next = rx->line_cnt;
        return NULL;
}
