/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes that struct sip_sdp holds; all others are passed over. */
#include <string.h>

#include "parser/sip_num.h"
#include "parser/sip_sdp_line.h"

/* An a= line under way. */
struct attr {
        struct sip_sdp *s;
        struct sip_sdp_media *m; /* NULL in the session's section */
        struct sip_sdp_attrs *at;
        struct sip_cur v; /* the value, behind ":" */
};

/* What became of a line. */
enum taken { TAKEN, BAD, AGAIN };

/* A number that ends at a blank, at the given octet or at the end of the value. */
static bool number(struct sip_cur *v, uint32_t max, uint32_t *out)
{
        uint32_t from = v->pos;

        sip_cur_skip(v, SIP_CT_DIGIT);
        return sip_num_parse(v->buf, sip_span_make(from, v->pos), max, out) == SIP_NUM_OK;
}

/* The format of this media that the value begins with; NULL when there is none. */
static struct sip_sdp_format *format(struct attr *a)
{
        struct sip_span fmt = sip_sdp_word(&a->v);

        for (unsigned i = 0; a->m && i < a->m->format_cnt; i++) {
                struct sip_sdp_format *f = &a->s->formats[a->m->format_first + i];

                if (f->fmt.len == fmt.len &&
                    memcmp(a->v.buf + f->fmt.off, a->v.buf + fmt.off, fmt.len) == 0)
                        return f;
        }
        return NULL;
}

/* rtpmap:fmt name "/" clock [ "/" channels ], RFC 8866 6.6 */
static enum taken rtpmap(struct attr *a)
{
        struct sip_sdp_format *f = format(a);
        struct sip_cur *v = &a->v;
        uint32_t from = v->pos;
        uint32_t clock, channels = 0;
        struct sip_span name;

        if (!f)
                return BAD;
        while (v->pos < v->end && v->buf[v->pos] != '/')
                v->pos++;
        name = sip_span_make(from, v->pos);
        if (name.len == 0 || v->pos == v->end)
                return BAD;
        v->pos++;
        if (!number(v, SIP_SDP_ABSENT - 1, &clock))
                return BAD;
        if (sip_cur_at(v, '/')) {
                v->pos++;
                if (!number(v, UINT16_MAX, &channels))
                        return BAD;
        }
        if (sip_sdp_word(v).len != 0 || v->pos != v->end)
                return BAD;
        if (f->name.off != 0)
                return AGAIN;
        f->name = name;
        f->clock_hz = clock;
        f->channels = (uint16_t)channels;
        return TAKEN;
}

static enum taken fmtp(struct attr *a)
{
        struct sip_sdp_format *f = format(a);

        if (!f || a->v.pos == a->v.end)
                return BAD;
        if (f->params.off == 0)
                f->params = sip_span_make(a->v.pos, a->v.end);
        return TAKEN;
}

/* rtcp:port [ nettype addrtype address ], RFC 3605 2.1 */
static enum taken rtcp(struct attr *a)
{
        struct sip_sdp_conn conn = {.version = 0};
        uint32_t port;

        if (!number(&a->v, UINT16_MAX, &port) || port == 0)
                return BAD;
        if (a->v.pos < a->v.end) {
                if (sip_sdp_word(&a->v).len != 0 || !sip_sdp_conn_parse(&a->v, &conn))
                        return BAD;
        }
        if (a->at->rtcp_port != 0)
                return AGAIN;
        a->at->rtcp_port = (uint16_t)port;
        a->at->rtcp_address = conn.address;
        return TAKEN;
}

/* crypto:tag suite key-params [ session-params ], RFC 4568 9.1 */
static enum taken crypto(struct attr *a)
{
        struct sip_span suite;
        uint32_t tag;

        if (!number(&a->v, 999999999, &tag) || !sip_cur_at(&a->v, ' '))
                return BAD;
        (void)sip_sdp_word(&a->v);
        suite = sip_sdp_word(&a->v);
        if (suite.len == 0 || a->v.pos == a->v.end)
                return BAD;
        if (a->at->crypto_cnt == 0) {
                a->at->crypto_suite = suite;
                a->at->crypto_key = sip_span_make(a->v.pos, a->v.end);
        }
        a->at->crypto_cnt++; /* a message has no room for 65,536 of them */
        return TAKEN;
}

/* fingerprint:hash 2HEX *( ":" 2HEX ), RFC 8122 5; one a hash may follow, the first counts */
static enum taken fingerprint(struct attr *a)
{
        struct sip_span hash = sip_sdp_word(&a->v);
        struct sip_span hex = sip_sdp_word(&a->v);

        if (hash.len == 0 || hex.len % 3 != 2 || a->v.pos != a->v.end)
                return BAD;
        for (uint32_t i = 0; i < hex.len; i++) {
                uint8_t c = a->v.buf[hex.off + i];

                if (i % 3 == 2 ? c != ':' : !sip_is(c, SIP_CT_HEX))
                        return BAD;
        }
        if (a->at->fingerprint.off == 0) {
                a->at->fingerprint_hash = hash;
                a->at->fingerprint = hex;
        }
        return TAKEN;
}

/* ice-char = ALPHA / DIGIT / "+" / "/", RFC 8839 5.4; browsers add "-", "_" and "=" */
static enum taken ice(struct attr *a, uint32_t min, struct sip_span *out)
{
        struct sip_span s = sip_span_make(a->v.pos, a->v.end);

        if (s.len < min || s.len > 256)
                return BAD;
        for (uint32_t i = 0; i < s.len; i++) {
                uint8_t c = a->v.buf[s.off + i];

                if (!sip_is(c, SIP_CT_ALPHA | SIP_CT_DIGIT) && !memchr("+/-_=", c, 5))
                        return BAD;
        }
        if (out->off != 0)
                return AGAIN;
        *out = s;
        return TAKEN;
}

static enum taken word(struct attr *a, struct sip_span *out)
{
        struct sip_span s = sip_sdp_word(&a->v);

        if (s.len == 0 || a->v.pos != a->v.end)
                return BAD;
        if (out->off != 0)
                return AGAIN;
        *out = s;
        return TAKEN;
}

static enum taken direction(struct attr *a, enum sip_sdp_direction d)
{
        if (a->at->direction != SIP_SDP_DIRECTION_NONE)
                return AGAIN;
        a->at->direction = (uint8_t)d;
        return TAKEN;
}

/* ptime and maxptime: whole milliseconds, as RFC 8866 6.4 has them; others write fractions. */
static enum taken milliseconds(struct attr *a, uint32_t *out)
{
        uint32_t v;

        if (!number(&a->v, SIP_SDP_ABSENT - 1, &v) || a->v.pos != a->v.end)
                return BAD;
        if (*out != SIP_SDP_ABSENT)
                return AGAIN;
        *out = v;
        return TAKEN;
}

static bool is(const struct attr *a, struct sip_span name, const char *want)
{
        return name.len == strlen(want) && memcmp(a->v.buf + name.off, want, name.len) == 0;
}

/* Attributes without a value; names are case-sensitive (RFC 8866 5.13). */
static enum taken flag(struct attr *a, struct sip_span name)
{
        if (is(a, name, "sendrecv"))
                return direction(a, SIP_SDP_SENDRECV);
        if (is(a, name, "sendonly"))
                return direction(a, SIP_SDP_SENDONLY);
        if (is(a, name, "recvonly"))
                return direction(a, SIP_SDP_RECVONLY);
        if (is(a, name, "inactive"))
                return direction(a, SIP_SDP_INACTIVE);
        if (is(a, name, "rtcp-mux"))
                a->at->rtcp_mux = true;
        if (is(a, name, "ice-lite"))
                a->at->ice_lite = true;
        return TAKEN;
}

static enum taken valued(struct attr *a, struct sip_span name)
{
        if (is(a, name, "rtpmap"))
                return rtpmap(a);
        if (is(a, name, "fmtp"))
                return fmtp(a);
        if (is(a, name, "rtcp"))
                return rtcp(a);
        if (is(a, name, "crypto"))
                return crypto(a);
        if (is(a, name, "fingerprint"))
                return fingerprint(a);
        if (is(a, name, "setup"))
                return word(a, &a->at->setup);
        if (is(a, name, "mid"))
                return word(a, &a->at->mid);
        if (is(a, name, "ice-ufrag"))
                return ice(a, 4, &a->at->ice_ufrag);
        if (is(a, name, "ice-pwd"))
                return ice(a, 22, &a->at->ice_pwd);
        if (is(a, name, "ptime"))
                return milliseconds(a, &a->at->ptime_ms);
        if (is(a, name, "maxptime"))
                return milliseconds(a, &a->at->maxptime_ms);
        if (is(a, name, "candidate"))
                a->at->candidate_cnt++;
        return TAKEN;
}

void sip_sdp_attr_take(struct sip_sdp *s, struct sip_sdp_media *m, struct sip_cur *l)
{
        struct attr a = {.s = s, .m = m, .at = m ? &m->attrs : &s->attrs, .v = *l};
        uint32_t from = l->pos;
        struct sip_span name;
        enum taken t;

        sip_cur_skip(&a.v, SIP_CT_TOKEN);
        name = sip_span_make(from, a.v.pos);
        if (name.len == 0 || (a.v.pos < a.v.end && a.v.buf[a.v.pos] != ':')) {
                sip_sdp_note(s, SIP_SDP_ATTRIBUTE, a.v.pos);
                return;
        }
        if (a.v.pos == a.v.end) {
                t = flag(&a, name);
        } else {
                a.v.pos++;
                t = valued(&a, name);
        }
        if (t == BAD)
                sip_sdp_note(s, SIP_SDP_ATTRIBUTE, from);
        else if (t == AGAIN)
                sip_sdp_note(s, SIP_SDP_ATTRIBUTE_DUP, from);
}
