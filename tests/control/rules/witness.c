/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/rules/witness.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/control/rules/regex_sample.h"

#define TEXT_BYTES 2048u
#define TEXTS_MAX  16u

struct text {
        char at[TEXT_BYTES];
        uint32_t n;
};

/* ---- one field's text ---- */

static void fill(struct maker_rng *rng, struct text *t, uint32_t to)
{
        while (t->n < to && t->n < TEXT_BYTES)
                t->at[t->n++] = "aAbB01-x"[maker_below(rng, 8)];
}

/* Put n octets at `place`, over what is there. */
static void lay(struct maker_rng *rng, struct text *t, uint32_t place, const uint8_t *p, uint32_t n)
{
        if (place + n > TEXT_BYTES)
                return;
        fill(rng, t, place);
        memcpy(t->at + place, p, n);
        if (t->n < place + n)
                t->n = place + n;
}

static uint32_t content(struct maker_rng *rng, const struct match_set *s,
                        const struct match_step *step, struct text *t, uint32_t cursor)
{
        uint8_t text[MATCH_CONTENT_MAX];
        int64_t base = (step->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;
        int64_t low = base + step->from < 0 ? 0 : base + step->from;
        int64_t high = step->end == MATCH_NO_END ? (int64_t)t->n + 4
                                                 : base + step->end - (int64_t)step->text.len;

        memcpy(text, s->text + step->text.off, step->text.len);
        for (uint32_t i = 0; i < step->text.len && (step->flags & MATCH_STEP_NOCASE) != 0; i++)
                text[i] = (uint8_t)(maker_below(rng, 2) != 0 ? toupper(text[i]) : text[i]);
        if ((step->flags & MATCH_STEP_STARTS) != 0)
                low = high = 0;
        else if ((step->flags & MATCH_STEP_ENDS) != 0 || (low < t->n && maker_below(rng, 2) != 0))
                low = t->n > low ? t->n : low;
        if (high > low + 6)
                high = low + 6;
        if (high > low)
                low += maker_below(rng, (uint32_t)(high - low) + 1);
        lay(rng, t, (uint32_t)low, text, step->text.len);
        return (uint32_t)low + step->text.len;
}

static uint32_t regex(struct maker_rng *rng, const struct match_set *s,
                      const struct match_step *step, struct text *t, uint32_t cursor)
{
        uint8_t text[TEXT_BYTES];
        const uint8_t *p = s->text + step->text.off;
        uint32_t n = (uint32_t)regex_sample(rng, p, step->text.len, text, sizeof(text));
        uint32_t place = t->n;

        if ((step->regex_flags & MATCH_REGEX_MULTILINE) != 0 && maker_below(rng, 2) != 0)
                lay(rng, t, place++, (const uint8_t *)"\n", 1);
        if ((step->flags & MATCH_STEP_RELATIVE) != 0)
                place = cursor + (maker_below(rng, 2) != 0 ? maker_below(rng, 3) : 0);
        else if ((step->regex_flags & MATCH_REGEX_ANCHORED) != 0 || maker_below(rng, 3) == 0)
                place = 0;
        lay(rng, t, place, text, n);
        return place + n;
}

/* What the steps of a group ask for, in their order. */
static void write_text(struct maker_rng *rng, const struct match_set *s,
                       const struct match_group *g, struct text *t)
{
        uint32_t cursor = 0;

        t->n = 0;
        if (maker_below(rng, 4) == 0)
                fill(rng, t, maker_below(rng, 4));
        for (uint32_t i = 0; i < g->step_cnt; i++) {
                const struct match_step *step = &s->steps[g->step_first + i];

                if ((step->flags & MATCH_STEP_NEGATED) != 0)
                        continue;
                if (step->kind == MATCH_STEP_CONTENT)
                        cursor = content(rng, s, step, t, cursor);
                else if (step->kind == MATCH_STEP_PCRE)
                        cursor = regex(rng, s, step, t, cursor);
                else if (step->kind == MATCH_STEP_SIZE && step->a < TEXT_BYTES)
                        fill(rng, t, (uint32_t)step->a + (step->op == MATCH_GT ? 1 : 0));
                else if (step->kind == MATCH_STEP_DATA && step->from >= 0)
                        fill(rng, t, cursor + (uint32_t)step->from + 1);
        }
        if (maker_below(rng, 4) == 0)
                fill(rng, t, t->n + maker_below(rng, 4));
}

/* ---- where fields are ---- */

static const struct {
        uint16_t field;
        char part;        /* L start line, M method, U URI, P protocol, C code, R reason phrase,
                           * H header, D and T parts of one, S session line, m media line, B body */
        const char *name; /* of the header, or the letter of the line */
} places[] = {
    {MATCH_FIELD_FRAME_REQUEST_BODY, 'B', ""},
    {MATCH_FIELD_BODY, 'B', ""},
    {MATCH_FIELD_REQUEST_LINE, 'L', ""},
    {MATCH_FIELD_RESPONSE_LINE, 'L', ""},
    {MATCH_FIELD_FRAME_REQUEST_LINE, 'L', ""},
    {MATCH_FIELD_METHOD, 'M', ""},
    {MATCH_FIELD_URI, 'U', ""},
    {MATCH_FIELD_PROTOCOL, 'P', ""},
    {MATCH_FIELD_STAT_CODE, 'C', ""},
    {MATCH_FIELD_STAT_MSG, 'R', ""},
    {MATCH_FIELD_FROM, 'H', "From"},
    {MATCH_FIELD_TO, 'H', "To"},
    {MATCH_FIELD_VIA, 'H', "Via"},
    {MATCH_FIELD_USER_AGENT, 'H', "User-Agent"},
    {MATCH_FIELD_CONTENT_TYPE, 'H', "Content-Type"},
    {MATCH_FIELD_CONTENT_LENGTH, 'H', "Content-Length"},
    {MATCH_FIELD_FROM_DISPLAY, 'D', "From"},
    {MATCH_FIELD_CONTACT_USER, 'T', "Contact"},
    {MATCH_FIELD_SDP_ORIGIN, 'S', "o"},
    {MATCH_FIELD_SDP_SESSION_NAME, 'S', "s"},
    {MATCH_FIELD_SDP_SESSION_INFO, 'S', "i"},
    {MATCH_FIELD_SDP_URI, 'S', "u"},
    {MATCH_FIELD_SDP_EMAIL, 'S', "e"},
    {MATCH_FIELD_SDP_PHONE_NUMBER, 'S', "p"},
    {MATCH_FIELD_SDP_CONNECTION_DATA, 'S', "c"},
    {MATCH_FIELD_SDP_BANDWIDTH, 'S', "b"},
    {MATCH_FIELD_SDP_TIME, 'S', "t"},
    {MATCH_FIELD_SDP_REPEAT_TIME, 'S', "r"},
    {MATCH_FIELD_SDP_TIMEZONE, 'S', "z"},
    {MATCH_FIELD_SDP_ENCRYPTION_KEY, 'S', "k"},
    {MATCH_FIELD_SDP_ATTRIBUTE, 'S', "a"},
    {MATCH_FIELD_SDP_MEDIA, 'm', "m"},
    {MATCH_FIELD_SDP_MEDIA_INFO, 'm', "i"},
    {MATCH_FIELD_SDP_MEDIA_CONNECTION_DATA, 'm', "c"},
    {MATCH_FIELD_SDP_MEDIA_ENCRYPTION_KEY, 'm', "k"},
};

struct draft {
        char *out;
        size_t n;
        struct text text[TEXTS_MAX];
        char part[TEXTS_MAX];
        char name[TEXTS_MAX][MATCH_NAME_BYTES_MAX + 1];
        uint32_t cnt;
};

__attribute__((format(printf, 2, 3))) static void put(struct draft *d, const char *fmt, ...)
{
        va_list args;
        int n;

        va_start(args, fmt);
        n = vsnprintf(d->out + d->n, WITNESS_BYTES - d->n, fmt, args);
        va_end(args);
        if (n > 0 && d->n + (size_t)n < WITNESS_BYTES)
                d->n += (size_t)n;
}

static void put_text(struct draft *d, const struct text *t)
{
        if (d->n + t->n >= WITNESS_BYTES)
                return;
        memcpy(d->out + d->n, t->at, t->n);
        d->n += t->n;
}

/* The text for a part, or else what is said; the first of its kind is taken. */
static void put_part(struct draft *d, char part, const char *otherwise)
{
        for (uint32_t i = 0; i < d->cnt; i++) {
                if (d->part[i] == part) {
                        put_text(d, &d->text[i]);
                        return;
                }
        }
        put(d, "%s", otherwise);
}

static bool asks(const struct draft *d, char part, const char *name)
{
        for (uint32_t i = 0; i < d->cnt; i++) {
                if (d->part[i] == part && (name == NULL || strcmp(d->name[i], name) == 0))
                        return true;
        }
        return false;
}

static void put_all(struct draft *d, char part, const char *form)
{
        for (uint32_t i = 0; i < d->cnt; i++) {
                if (d->part[i] != part)
                        continue;
                put(d, form, d->name[i]);
                put_text(d, &d->text[i]);
                put(d, "\r\n");
        }
}

static void put_start(struct maker_rng *rng, struct draft *d, uint8_t flow, const char *method)
{
        bool response = asks(d, 'C', NULL) || asks(d, 'R', NULL) || flow == MATCH_FLOW_RESPONSE ||
                        (flow != MATCH_FLOW_REQUEST && maker_below(rng, 4) == 0);

        if (asks(d, 'L', NULL)) {
                put_part(d, 'L', "");
        } else if (response) {
                put_part(d, 'P', "SIP/2.0");
                put(d, " ");
                put_part(d, 'C', "200");
                put(d, " ");
                put_part(d, 'R', "OK");
        } else {
                put_part(d, 'M', method);
                put(d, " ");
                put_part(d, 'U', "sip:a@B0");
                put(d, " ");
                put_part(d, 'P', "SIP/2.0");
        }
        if (d->n < 2 || d->out[d->n - 1] != '\n')
                put(d, "\r\n");
}

static void put_headers(struct maker_rng *rng, struct draft *d, const char *method)
{
        put_all(d, 'H', "%s: ");
        for (uint32_t i = 0; i < d->cnt; i++) {
                if (d->part[i] != 'D' && d->part[i] != 'T')
                        continue;
                put(d, d->part[i] == 'D' ? "From: \"" : "Contact: <sip:");
                put_text(d, &d->text[i]);
                put(d, d->part[i] == 'D' ? "\" <sip:ab@B0>;tag=a1\r\n" : "@a>\r\n");
        }
        if (!asks(d, 'H', "Via"))
                put(d, "Via: SIP/2.0/UDP a1;branch=z9hG4bKab1\r\n");
        if (!asks(d, 'H', "From") && !asks(d, 'D', NULL))
                put(d, "From: <sip:ab@B0>;tag=a1\r\n");
        if (!asks(d, 'H', "To"))
                put(d, "To: <sip:b@B0>\r\n");
        put(d, "Call-ID: a1\r\nCSeq: %u ", maker_below(rng, 5));
        put_part(d, 'M', method);
        put(d, "\r\nMax-Forwards: 70\r\n");
}

static void put_body(struct draft *d)
{
        bool sdp = asks(d, 'S', NULL) || asks(d, 'm', NULL);

        if (sdp && !asks(d, 'H', "Content-Type"))
                put(d, "Content-Type: application/sdp\r\n");
        put(d, "\r\n");
        if (sdp) {
                put(d, "v=0\r\n");
                put_all(d, 'S', "%s=");
                if (asks(d, 'm', NULL) && !asks(d, 'm', "m"))
                        put(d, "m=audio 30000 RTP/AVP 0\r\n");
                put_all(d, 'm', "%s=");
        }
        put_part(d, 'B', "");
}

/* Where the field of a group is; false: nowhere in particular, its text goes wherever. */
static bool place_of(const struct match_set *s, const struct match_buffer *b, char *part,
                     char *name)
{
        if (b->field == MATCH_FIELD_HEADER) {
                *part = 'H';
                snprintf(name, MATCH_NAME_BYTES_MAX + 1, "%.*s", (int)b->name.len,
                         s->text + b->name.off);
                return true;
        }
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
                if (places[i].field != b->field)
                        continue;
                *part = places[i].part;
                strcpy(name, places[i].name);
                return true;
        }
        return false;
}

static uint16_t port_of(const struct match_set *s, uint32_t set)
{
        if (set == MATCH_NONE || s->port_sets[set].cnt == 0)
                return 5060;
        return s->ports[s->port_sets[set].first].low;
}

/* The texts of a rule's groups. Does one of them, or the rule, want a message? */
static bool collect(struct maker_rng *rng, const struct match_set *s, const struct match_rule *r,
                    struct draft *d)
{
        bool sip = r->proto == MATCH_PROTO_SIP || r->flow != 0;

        for (uint32_t i = 0; i < r->group_cnt && d->cnt < TEXTS_MAX; i++) {
                const struct match_group *g = &s->groups[r->group_first + i];

                sip = sip || g->buffer == MATCH_NONE;
                if (g->buffer == MATCH_NONE || (g->flags & MATCH_GROUP_ALL) == MATCH_GROUP_ABSENT ||
                    (g->flags != 0 && maker_below(rng, 2) != 0))
                        continue;
                write_text(rng, s, g, &d->text[d->cnt]);
                if (place_of(s, &s->buffers[g->buffer], &d->part[d->cnt], d->name[d->cnt]))
                        sip = true;
                else
                        d->part[d->cnt] = 'Z', d->name[d->cnt][0] = '\0';
                d->cnt++;
        }
        return sip;
}

void witness_make(struct maker_rng *rng, const struct match_set *s, uint32_t index,
                  struct witness *w)
{
        static const char *const methods[] = {"INVITE", "OPTIONS", "REGISTER", "aB0"};
        static struct draft d; /* of one thread: tests */
        const struct match_rule *r = &s->rules[index];
        const char *method = methods[maker_below(rng, 4)];

        d.out = w->at;
        d.n = 0;
        d.cnt = 0;
        w->sip = collect(rng, s, r, &d);
        w->ip_proto = r->proto == MATCH_PROTO_TCP ? 6 : r->proto == MATCH_PROTO_SCTP ? 132 : 17;
        w->sport = port_of(s, r->sport);
        w->dport = port_of(s, r->dport);
        if (asks(&d, 'Z', NULL) && (!w->sip || maker_below(rng, 2) != 0)) {
                put_part(&d, 'Z', "");
                put(&d, "%s", w->sip ? " sip:a@B0 SIP/2.0\r\n" : "");
        } else if (w->sip) {
                put_start(rng, &d, r->flow, method);
        }
        if (w->sip) {
                put_headers(rng, &d, method);
                put_all(&d, 'Z', "X-Z%s: ");
                put_body(&d);
        }
        w->n = d.n;
}
