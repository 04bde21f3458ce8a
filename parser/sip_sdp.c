/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_sdp.h"

#include <string.h>

#include "parser/sip_host.h"
#include "parser/sip_num.h"
#include "parser/sip_sdp_line.h"

/* A description under way. */
struct walk {
        struct sip_sdp *s;
        struct sip_sdp_media *m; /* the section that lines belong to, NULL for the session's */
        uint32_t seen;           /* letters of this section, bit letter - 'a' */
        uint32_t session_seen;   /* letters of the session's section */
        uint32_t section;        /* where the lines of this section begin */
        unsigned rank;           /* of the last line, in its section */
        bool stop;
};

static unsigned letter_bit(uint8_t letter)
{
        return 1u << (letter - 'a');
}

/* A span of digits only, not empty; any length. */
static bool digits(const uint8_t *buf, struct sip_span s)
{
        for (uint32_t i = 0; i < s.len; i++) {
                if (!sip_is(buf[s.off + i], SIP_CT_DIGIT))
                        return false;
        }
        return s.len > 0;
}

static bool word_is(const uint8_t *buf, struct sip_span s, const char *want)
{
        return sip_span_ieq(buf, s, want, strlen(want));
}

bool sip_sdp_conn_parse(struct sip_cur *l, struct sip_sdp_conn *out)
{
        struct sip_span net = sip_sdp_word(l);
        struct sip_span type = sip_sdp_word(l);
        struct sip_span address = sip_sdp_word(l);
        const uint8_t *p = l->buf + address.off;
        const uint8_t *slash = memchr(p, '/', address.len);
        bool three = false;

        if (slash)
                address.len = (uint16_t)(slash - p);
        if (net.len == 0 || type.len == 0 || address.len == 0 || l->pos != l->end)
                return false;
        out->address = address;
        out->version = 0;
        out->literal = sip_ip4_ok(p, address.len) || (sip_ip6_ok(p, address.len, &three) && !three);
        if (word_is(l->buf, net, "in"))
                out->version = word_is(l->buf, type, "ip4")   ? 4
                               : word_is(l->buf, type, "ip6") ? 6
                                                              : 0;
        if (out->version == 0)
                return true;
        for (uint32_t i = 0; i < address.len && !out->literal; i++) {
                if (!sip_is(p[i], SIP_CT_HOST))
                        return false;
        }
        return true;
}

static void take_origin(struct walk *w, struct sip_cur *l)
{
        struct sip_sdp *s = w->s;
        struct sip_sdp_conn conn;
        uint32_t from = l->pos;

        s->user = sip_sdp_word(l);
        s->sess_id = sip_sdp_word(l);
        s->sess_version = sip_sdp_word(l);
        if (s->user.len == 0 || s->sess_version.len == 0 || !sip_sdp_conn_parse(l, &conn)) {
                sip_sdp_note(s, SIP_SDP_ORIGIN, from);
                return;
        }
        s->origin_address = conn.address;
        if (!digits(l->buf, s->sess_id) || !digits(l->buf, s->sess_version))
                sip_sdp_note(s, SIP_SDP_ORIGIN_NUMBER, from);
}

static void take_connection(struct walk *w, struct sip_cur *l)
{
        struct sip_sdp_attrs *at = w->m ? &w->m->attrs : &w->s->attrs;
        struct sip_sdp_conn conn;
        uint32_t from = l->pos;

        if (!sip_sdp_conn_parse(l, &conn))
                sip_sdp_note(w->s, SIP_SDP_CONNECTION, from);
        else if (at->conn.address.off == 0)
                at->conn = conn;
}

static void take_bandwidth(struct walk *w, struct sip_cur *l)
{
        struct sip_sdp_attrs *at = w->m ? &w->m->attrs : &w->s->attrs;
        uint32_t from = l->pos;
        struct sip_span type;
        uint32_t v, *out = NULL;

        sip_cur_skip(l, SIP_CT_TOKEN);
        type = sip_span_make(from, l->pos);
        if (type.len == 0 || !sip_cur_at(l, ':') ||
            sip_num_parse(l->buf, sip_span_make(l->pos + 1, l->end), SIP_SDP_ABSENT - 1, &v) !=
                SIP_NUM_OK) {
                sip_sdp_note(w->s, SIP_SDP_BANDWIDTH, from);
                return;
        }
        if (word_is(l->buf, type, "as"))
                out = &at->as;
        else if (word_is(l->buf, type, "ct"))
                out = &at->ct;
        else if (word_is(l->buf, type, "tias"))
                out = &at->tias;
        else if (word_is(l->buf, type, "rs"))
                out = &at->rs;
        else if (word_is(l->buf, type, "rr"))
                out = &at->rr;
        if (out && *out == SIP_SDP_ABSENT)
                *out = v;
}

/* t= is two numbers; r= and z= are words of which there are enough. */
static void take_time(struct walk *w, uint8_t letter, struct sip_cur *l)
{
        uint32_t from = l->pos;
        struct sip_span word[2] = {{0, 0}, {0, 0}};
        unsigned words = 0;
        bool plain = true;

        while (l->pos < l->end) {
                struct sip_span one = sip_sdp_word(l);

                plain &= digits(l->buf, one);
                if (words < 2)
                        word[words] = one;
                words++;
        }
        if (letter == 't' && words == 2 && plain && w->s->start.off == 0) {
                w->s->start = word[0];
                w->s->stop = word[1];
        }
        if ((letter == 't' && (words != 2 || !plain)) || (letter == 'r' && words < 3) ||
            (letter == 'z' && (words == 0 || words % 2 != 0)))
                sip_sdp_note(w->s, SIP_SDP_TIME, from);
}

static void clear_attrs(struct sip_sdp_attrs *at)
{
        memset(at, 0, sizeof(*at));
        at->as = at->ct = at->tias = at->rs = at->rr = SIP_SDP_ABSENT;
        at->ptime_ms = at->maxptime_ms = SIP_SDP_ABSENT;
}

/* The formats behind the protocol; those of RTP are payload types (RFC 3551 3). */
static void take_formats(struct walk *w, struct sip_cur *l, bool rtp)
{
        struct sip_sdp *s = w->s;

        while (l->pos < l->end) {
                uint32_t from = l->pos;
                struct sip_span fmt = sip_sdp_word(l);
                struct sip_sdp_format *f = &s->formats[s->format_cnt];
                uint32_t pt;

                if (s->format_cnt == SIP_SDP_FORMATS_MAX) {
                        sip_sdp_note(s, SIP_SDP_FORMAT_COUNT, from);
                        w->stop = true;
                        return;
                }
                if (rtp && sip_num_parse(l->buf, fmt, 127, &pt) != SIP_NUM_OK)
                        sip_sdp_note(s, SIP_SDP_FORMAT, from);
                memset(f, 0, sizeof(*f));
                f->fmt = fmt;
                f->clock_hz = SIP_SDP_ABSENT;
                s->format_cnt++;
                w->m->format_cnt++;
        }
}

/* port [ "/" count ] */
static bool ports(const uint8_t *buf, struct sip_span s, struct sip_sdp_media *m)
{
        const uint8_t *slash = memchr(buf + s.off, '/', s.len);
        uint32_t to = slash ? (uint32_t)(slash - buf) : (uint32_t)s.off + s.len;
        uint32_t v;

        if (sip_num_parse(buf, sip_span_make(s.off, to), UINT16_MAX, &v) != SIP_NUM_OK)
                return false;
        m->port = (uint16_t)v;
        m->port_cnt = 1;
        if (!slash)
                return true;
        if (sip_num_parse(buf, sip_span_make(to + 1, (uint32_t)s.off + s.len), UINT16_MAX, &v) !=
                SIP_NUM_OK ||
            v == 0)
                return false;
        m->port_cnt = (uint16_t)v;
        return true;
}

static bool has_rtp(const uint8_t *buf, struct sip_span proto)
{
        for (uint32_t i = 0; i + 4 <= proto.len; i++) {
                uint32_t at = proto.off + i;

                if (sip_span_ieq(buf, sip_span_make(at, at + 4), "rtp/", 4))
                        return true;
        }
        return false;
}

/* The lines of a section end where an m= line, or nothing, follows. */
static void end_section(struct walk *w, uint32_t to)
{
        struct sip_span *section = w->m ? &w->m->attrs.section : &w->s->attrs.section;

        *section = sip_span_make(w->section, to);
}

static void take_media(struct walk *w, struct sip_cur *l)
{
        struct sip_sdp *s = w->s;
        uint32_t from = l->pos;
        struct sip_span port;

        if (s->media_cnt == SIP_SDP_MEDIA_MAX) {
                sip_sdp_note(s, SIP_SDP_MEDIA_COUNT, from);
                w->stop = true;
                return;
        }
        end_section(w, l->pos - 2);
        if (!w->m)
                w->session_seen = w->seen;
        w->m = &s->media[s->media_cnt++];
        w->seen = 0;
        w->rank = 0;
        memset(w->m, 0, sizeof(*w->m));
        clear_attrs(&w->m->attrs);
        w->m->format_first = s->format_cnt;
        w->m->type = sip_sdp_word(l);
        port = sip_sdp_word(l);
        w->m->proto = sip_sdp_word(l);
        if (!ports(l->buf, port, w->m))
                sip_sdp_note(s, SIP_SDP_PORT, port.off);
        take_formats(w, l, has_rtp(l->buf, w->m->proto));
        if (w->m->type.len == 0 || w->m->format_cnt == 0)
                sip_sdp_note(s, SIP_SDP_MEDIA, from);
}

/* Where a line stands in its section (RFC 8866 9), from 1; 0 for a letter that has no place. */
static unsigned rank_of(uint8_t letter, bool media)
{
        static const char session[] = "vosiuepcbtka";
        static const char section[] = "micbka";
        const char *order = media ? section : session;
        const char *at;

        if (!media && (letter == 'r' || letter == 'z'))
                letter = 't'; /* they belong to a time description, which may be repeated */
        at = memchr(order, letter, media ? sizeof(section) - 1 : sizeof(session) - 1);
        return at ? (unsigned)(at - order) + 1 : 0;
}

/* Order, repetition and what RFC 8866 has not. */
static void judge_place(struct walk *w, uint8_t letter, uint32_t off)
{
        unsigned rank = rank_of(letter, w->m != NULL || letter == 'm');
        const char *once = w->m ? "ik" : "vosiuck";

        if (rank == 0)
                sip_sdp_note(
                    w->s, strchr("vosuepcbtrzkim", letter) ? SIP_SDP_ORDER : SIP_SDP_UNKNOWN, off);
        else if (letter != 'm' && rank < w->rank)
                sip_sdp_note(w->s, SIP_SDP_ORDER, off);
        else
                w->rank = rank;
        if (w->seen == 0 && !w->m && letter != 'v')
                sip_sdp_note(w->s, SIP_SDP_ORDER, off);
        if ((w->seen & letter_bit(letter)) != 0 && strchr(once, letter))
                sip_sdp_note(w->s, SIP_SDP_DUP, off);
}

/* Lines that are text. */
static void take_text(struct walk *w, uint8_t letter, struct sip_span text)
{
        if (letter == 'i')
                (w->m ? &w->m->attrs : &w->s->attrs)->info = text;
        else if (w->m)
                return; /* out of place, which was noted */
        else if (letter == 's')
                w->s->name = text;
        else if (letter == 'u')
                w->s->uri = text;
        else if (letter == 'e')
                w->s->email = text;
        else
                w->s->phone = text;
}

/* One line "x=value"; l over the value. */
static void take_line(struct walk *w, uint8_t letter, struct sip_cur *l)
{
        bool again = (w->seen & letter_bit(letter)) != 0;

        judge_place(w, letter, l->pos);
        if (letter != 'm')
                w->seen |= letter_bit(letter);
        switch (letter) {
        case 'v':
                if (l->end - l->pos != 1 || l->buf[l->pos] != '0')
                        sip_sdp_note(w->s, SIP_SDP_VERSION, l->pos);
                break;
        case 'o':
                if (!again && !w->m)
                        take_origin(w, l);
                break;
        case 's':
        case 'u':
        case 'e':
        case 'p':
        case 'i':
                if (!again)
                        take_text(w, letter, sip_span_make(l->pos, l->end));
                break;
        case 'c':
                take_connection(w, l);
                break;
        case 'b':
                take_bandwidth(w, l);
                break;
        case 't':
        case 'r':
        case 'z':
                take_time(w, letter, l);
                break;
        case 'k':
                sip_sdp_note(w->s, SIP_SDP_OBSOLETE, l->pos);
                break;
        case 'a':
                sip_sdp_attr_take(w->s, w->m, l);
                break;
        case 'm':
                take_media(w, l);
                break;
        default:
                break;
        }
}

/* What the whole must have. */
static void finish(struct walk *w, uint32_t end)
{
        struct sip_sdp *s = w->s;
        uint32_t seen = w->m ? w->session_seen : w->seen;
        uint32_t need = letter_bit('v') | letter_bit('o');
        uint32_t should = letter_bit('s') | letter_bit('t');

        if ((seen & need) != need)
                sip_sdp_note(s, SIP_SDP_NO_ORIGIN, end);
        if ((seen & should) != should)
                sip_sdp_note(s, SIP_SDP_NO_NAME, end);
        for (unsigned i = 0; i < s->media_cnt && s->attrs.conn.address.off == 0; i++) {
                if (s->media[i].attrs.conn.address.off == 0)
                        sip_sdp_note(s, SIP_SDP_NO_CONNECTION, end);
        }
}

bool sip_sdp_parse(struct sip_cur *c, struct sip_sdp *out)
{
        struct walk w = {.s = out, .section = c->pos};

        memset(out, 0, offsetof(struct sip_sdp, media));
        clear_attrs(&out->attrs);
        if (memchr(c->buf + c->pos, 0, c->end - c->pos))
                sip_sdp_note(out, SIP_SDP_NUL, c->pos);
        while (c->pos < c->end && !w.stop) {
                const uint8_t *lf = memchr(c->buf + c->pos, '\n', c->end - c->pos);
                struct sip_cur l = *c;
                uint8_t letter = c->buf[c->pos];

                l.end = lf ? (uint32_t)(lf - c->buf) : c->end;
                c->pos = lf ? l.end + 1 : c->end;
                if (!lf)
                        sip_sdp_note(out, SIP_SDP_CUT, l.end);
                if (l.end > l.pos && l.buf[l.end - 1] == '\r')
                        l.end--;
                else if (lf)
                        sip_sdp_note(out, SIP_SDP_LF, l.end);
                if (l.end == l.pos) {
                        sip_sdp_note(out, SIP_SDP_BLANK, l.pos);
                } else if (l.end - l.pos < 2 || l.buf[l.pos + 1] != '=' || letter < 'a' ||
                           letter > 'z') {
                        sip_sdp_note(out, SIP_SDP_LINE, l.pos);
                } else {
                        l.pos += 2;
                        take_line(&w, letter, &l);
                        if (letter == 'm')
                                w.section = c->pos;
                }
        }
        end_section(&w, c->pos);
        finish(&w, c->end);
        return (out->anomalies & SIP_SDP_FAULTS) == 0;
}

bool sip_sdp_attribute(const uint8_t *buf, struct sip_span *rest, const char *name,
                       struct sip_span *value)
{
        uint32_t end = (uint32_t)rest->off + rest->len;
        uint32_t len = (uint32_t)strlen(name);

        for (uint32_t from = rest->off, next; from < end; from = next) {
                const uint8_t *lf = memchr(buf + from, '\n', end - from);
                uint32_t to = lf ? (uint32_t)(lf - buf) : end;
                uint32_t behind = from + 2 + len;

                next = lf ? to + 1 : end;
                if (to > from && buf[to - 1] == '\r')
                        to--;
                if (to < behind || buf[from] != 'a' || buf[from + 1] != '=' ||
                    memcmp(buf + from + 2, name, len) != 0 || (to > behind && buf[behind] != ':'))
                        continue;
                *value = to > behind ? sip_span_make(behind + 1, to) : (struct sip_span){0, 0};
                *rest = sip_span_make(next, end);
                return true;
        }
        *rest = sip_span_make(end, end);
        return false;
}
