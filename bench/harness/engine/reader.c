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
        const uint8_t *at = memmem(p, (size_t)(end - p), ";branch=", 8);
        const uint8_t *to;

        if (at == NULL)
                return (struct sip_span){0, 0};
        at += 8;
        for (to = at; to < end && *to != ';' && *to != ',' && *to != ' '; to++)
                ;
        return span(rx, at, to);
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

static void header(struct sb_rx *rx, const struct sb_line *l)
{
        const uint8_t *name = rx->buf + l->off;
        const uint8_t *value = rx->buf + l->value_off;
        const uint8_t *end = rx->buf + l->off + l->len;

        switch (*name | 0x20) {
        case 'v':
                if (rx->branch.off == 0 && named(name, l->name_len, "Via", 3, 'v'))
                        rx->branch = branch_of(rx, value, end);
                break;
        case 'f':
                if (named(name, l->name_len, "From", 4, 'f'))
                        rx->from_tag = tag_of(rx, value, end);
                break;
        case 't':
                if (named(name, l->name_len, "To", 2, 't'))
                        rx->to_tag = tag_of(rx, value, end);
                break;
        case 'i':
                if (l->name_len == 1)
                        rx->call_id = span(rx, value, end);
                break;
        case 'c':
                if (named(name, l->name_len, "Call-ID", 7, 0))
                        rx->call_id = span(rx, value, end);
                else if (named(name, l->name_len, "CSeq", 4, 0))
                        cseq(rx, value, end);
                break;
        default:
                break;
        }
}

static void line_split(struct sb_rx *rx, const uint8_t *p, const uint8_t *end)
{
        const uint8_t *colon = memchr(p, ':', (size_t)(end - p));
        const uint8_t *value, *name_end;
        struct sb_line *l = &rx->lines[rx->line_cnt];

        if (colon == NULL || rx->line_cnt == SB_LINES_MAX)
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
        } table[] = {{"Via", 'v'},
                     {"From", 'f'},
                     {"To", 't'},
                     {"Call-ID", 'i'},
                     {"Contact", 'm'},
                     {"Content-Length", 'l'},
                     {"Event", 'o'},
                     {"Content-Type", 'c'},
                     {"Subject", 's'},
                     {"Refer-To", 'r'},
                     {"Session-Expires", 'x'},
                     {"Supported", 'k'}};

        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (strlen(table[i].name) == len && strncasecmp(table[i].name, name, len) == 0)
                        return table[i].compact;
        return 0;
}

const struct sb_line *sb_rx_find(const struct sb_rx *rx, const char *name, uint32_t name_len,
                                 uint32_t from, uint32_t *next)
{
        char compact = compact_of(name, name_len);

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
