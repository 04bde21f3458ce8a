/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_auth.h"

/* How a value is written, RFC 7616 3.3 to 3.5 and RFC 3261 25.1. */
enum form { QUOTED, TOKEN, EITHER, EXTENDED };

#define NO_SPAN 0xffffu

static const struct name_row {
        const char *name;
        uint32_t bit;
        uint16_t span; /* where the value's span goes in struct sip_auth, or NO_SPAN */
        uint8_t form;
} known[] = {
    {"username", SIP_AUTH_USERNAME, offsetof(struct sip_auth, username), QUOTED},
    {"username*", SIP_AUTH_USERNAME_EXT, offsetof(struct sip_auth, username), EXTENDED},
    {"realm", SIP_AUTH_REALM, offsetof(struct sip_auth, realm), QUOTED},
    {"nonce", SIP_AUTH_NONCE, offsetof(struct sip_auth, nonce), QUOTED},
    {"uri", SIP_AUTH_URI, offsetof(struct sip_auth, uri), QUOTED},
    {"response", SIP_AUTH_RESPONSE, offsetof(struct sip_auth, response), QUOTED},
    {"algorithm", SIP_AUTH_ALGORITHM, offsetof(struct sip_auth, algorithm_name), TOKEN},
    {"cnonce", SIP_AUTH_CNONCE, offsetof(struct sip_auth, cnonce), QUOTED},
    {"opaque", SIP_AUTH_OPAQUE, offsetof(struct sip_auth, opaque), QUOTED},
    {"qop", SIP_AUTH_QOP, offsetof(struct sip_auth, qop_list), EITHER},
    {"nc", SIP_AUTH_NC, NO_SPAN, TOKEN},
    {"stale", SIP_AUTH_STALE, NO_SPAN, TOKEN},
    {"domain", SIP_AUTH_DOMAIN, offsetof(struct sip_auth, domain), QUOTED},
    {"userhash", SIP_AUTH_USERHASH, NO_SPAN, TOKEN},
    {"charset", SIP_AUTH_CHARSET, NO_SPAN, TOKEN},
    {"auts", SIP_AUTH_AUTS, offsetof(struct sip_auth, auts), QUOTED},
    {"nextnonce", SIP_AUTH_NEXTNONCE, offsetof(struct sip_auth, nextnonce), QUOTED},
    {"rspauth", SIP_AUTH_RSPAUTH, offsetof(struct sip_auth, rspauth), QUOTED},
};

static const struct name_row *find(const uint8_t *buf, const struct sip_param *p)
{
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
                if (sip_param_is(buf, p, known[i].name))
                        return &known[i];
        }
        return NULL;
}

static enum sip_auth_algorithm algorithm_of(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {
            [SIP_AUTH_ALG_MD5] = "md5",
            [SIP_AUTH_ALG_MD5_SESS] = "md5-sess",
            [SIP_AUTH_ALG_SHA_256] = "sha-256",
            [SIP_AUTH_ALG_SHA_256_SESS] = "sha-256-sess",
            [SIP_AUTH_ALG_SHA_512_256] = "sha-512-256",
            [SIP_AUTH_ALG_SHA_512_256_SESS] = "sha-512-256-sess",
            [SIP_AUTH_ALG_AKAV1_MD5] = "akav1-md5",
            [SIP_AUTH_ALG_AKAV2_MD5] = "akav2-md5",
        };

        for (unsigned i = SIP_AUTH_ALG_MD5; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (enum sip_auth_algorithm)i;
        }
        return SIP_AUTH_ALG_OTHER;
}

/* name [LWS] "=" [LWS] value; a name may be username*, whose value is a run of its own. */
static enum sip_value take_pair(struct sip_cur *c, struct sip_param *p)
{
        uint32_t from;

        p->name = sip_value_token(c);
        p->quoted = false;
        sip_cur_lws(c);
        if (p->name.len == 0 || !sip_cur_at(c, '='))
                return SIP_VALUE_SYNTAX;
        c->pos++;
        sip_cur_lws(c);
        if (sip_cur_at(c, '"')) {
                p->quoted = true;
                return sip_quoted_parse(c, &p->value) ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
        }
        from = c->pos;
        sip_cur_skip(c, SIP_CT_TOKEN | SIP_CT_PVAL);
        p->value = sip_span_make(from, c->pos);
        return p->value.len > 0 ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

/* "auth", "auth-int" and others, separated by commas (quoted) or one of them (token). */
static enum sip_value take_qop(const struct sip_cur *c, struct sip_span list, struct sip_auth *out)
{
        struct sip_cur q = *c;

        q.pos = list.off;
        q.end = (uint32_t)list.off + list.len;
        for (;;) {
                struct sip_span word;

                sip_cur_lws(&q);
                word = sip_value_token(&q);
                if (word.len == 0)
                        return SIP_VALUE_PARAM;
                if (sip_span_ieq(c->buf, word, "auth", 4))
                        out->qop |= SIP_AUTH_QOP_AUTH;
                else if (sip_span_ieq(c->buf, word, "auth-int", 8))
                        out->qop |= SIP_AUTH_QOP_AUTH_INT;
                else
                        out->qop |= SIP_AUTH_QOP_OTHER;
                sip_cur_lws(&q);
                if (q.pos == q.end)
                        return SIP_VALUE_OK;
                if (!sip_cur_at(&q, ','))
                        return SIP_VALUE_PARAM;
                q.pos++;
        }
}

/* nc-value = 8LHEX */
static enum sip_value take_nc(const struct sip_cur *c, struct sip_span s, struct sip_auth *out)
{
        uint32_t v = 0;

        if (s.len != 8)
                return SIP_VALUE_PARAM;
        for (uint32_t i = 0; i < s.len; i++) {
                uint8_t o = sip_lower(c->buf[s.off + i]);

                if (!sip_is(o, SIP_CT_HEX))
                        return SIP_VALUE_CHARSET;
                v = v << 4 | (uint32_t)(o <= '9' ? o - '0' : o - 'a' + 10);
        }
        out->nc = v;
        return SIP_VALUE_OK;
}

static enum sip_value take_bool(const struct sip_cur *c, struct sip_span s, bool *out)
{
        *out = sip_span_ieq(c->buf, s, "true", 4);
        return *out || sip_span_ieq(c->buf, s, "false", 5) ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

/* What the value must be, beyond its form. */
static enum sip_value take_known(const struct sip_cur *c, const struct sip_param *p, uint32_t bit,
                                 struct sip_auth *out)
{
        switch (bit) {
        case SIP_AUTH_QOP:
                return take_qop(c, p->value, out);
        case SIP_AUTH_NC:
                return take_nc(c, p->value, out);
        case SIP_AUTH_STALE:
                /* Any value but TRUE means false (RFC 7616 3.3). */
                (void)take_bool(c, p->value, &out->stale);
                return SIP_VALUE_OK;
        case SIP_AUTH_USERHASH:
                return take_bool(c, p->value, &out->userhash);
        case SIP_AUTH_CHARSET:
                return sip_span_ieq(c->buf, p->value, "utf-8", 5) ? SIP_VALUE_OK : SIP_VALUE_PARAM;
        case SIP_AUTH_ALGORITHM:
                out->algorithm = (uint8_t)algorithm_of(c->buf, p->value);
                return p->value.len > 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
        case SIP_AUTH_RESPONSE:
        case SIP_AUTH_RSPAUTH:
                return p->value.len == 0 || sip_value_all(c->buf, p->value, SIP_CT_HEX)
                           ? SIP_VALUE_OK
                           : SIP_VALUE_CHARSET;
        case SIP_AUTH_URI:
        case SIP_AUTH_USERNAME:
        case SIP_AUTH_USERNAME_EXT:
                return p->value.len > 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
        default:
                return SIP_VALUE_OK;
        }
}

static enum sip_value take_param(const struct sip_cur *c, const struct sip_param *p,
                                 struct sip_auth *out)
{
        const struct name_row *k = find(c->buf, p);

        if (!k)
                return SIP_VALUE_OK;
        if (out->present & k->bit)
                return SIP_VALUE_DUP;
        out->present |= k->bit;
        if (k->form == EXTENDED && p->quoted)
                return SIP_VALUE_PARAM;
        out->odd_quotes |= (k->form == QUOTED && !p->quoted) || (k->form == TOKEN && p->quoted);
        if (k->span != NO_SPAN) {
                struct sip_span s = p->value;

                memcpy((uint8_t *)out + k->span, &s, sizeof(s));
        }
        return take_known(c, p, k->bit, out);
}

/* At a parameter or list element: is it a scheme, a token and another one behind white space? */
static bool scheme_ahead(const struct sip_cur *c)
{
        struct sip_cur ahead = *c;

        if (sip_value_token(&ahead).len == 0 || !sip_cur_is(&ahead, SIP_CT_LWS))
                return false;
        sip_cur_lws(&ahead);
        return sip_cur_is(&ahead, SIP_CT_TOKEN);
}

/* #auth-param; ends at the end or in front of a scheme. */
static enum sip_value params(struct sip_cur *c, struct sip_auth *out)
{
        for (;;) {
                struct sip_param p;
                uint32_t from = c->pos;
                enum sip_value v = take_pair(c, &p);

                if (v == SIP_VALUE_OK)
                        v = out->scheme == SIP_AUTH_DIGEST ? take_param(c, &p, out) : v;
                if (v != SIP_VALUE_OK) {
                        if (v != SIP_VALUE_SYNTAX)
                                c->pos = from;
                        return v;
                }
                out->all.len = (uint16_t)(c->pos - out->all.off);
                sip_cur_lws(c);
                if (c->pos == c->end)
                        return SIP_VALUE_OK;
                if (!sip_cur_at(c, ','))
                        return SIP_VALUE_SYNTAX;
                c->pos++;
                sip_cur_lws(c);
                if (scheme_ahead(c))
                        return SIP_VALUE_OK;
        }
}

/* token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=", alone behind its scheme
 */
static bool token68(struct sip_cur *c, struct sip_auth *out)
{
        struct sip_cur t = *c;

        while (t.pos < t.end && (sip_is(t.buf[t.pos], SIP_CT_SCHEME) || t.buf[t.pos] == '_' ||
                                 t.buf[t.pos] == '~' || t.buf[t.pos] == '/'))
                t.pos++;
        if (t.pos == c->pos)
                return false;
        while (sip_cur_at(&t, '='))
                t.pos++;
        out->token68 = sip_span_make(c->pos, t.pos);
        sip_cur_lws(&t);
        if (t.pos < t.end && t.buf[t.pos] != ',') {
                out->token68 = (struct sip_span){0, 0};
                return false;
        }
        out->all.len = (uint16_t)(out->token68.off + out->token68.len - out->all.off);
        c->pos = t.pos;
        return true;
}

/* What Digest needs, RFC 7616 3.3, 3.4; which of the two user names has no matter. */
static enum sip_value complete(const struct sip_auth *a, enum sip_auth_kind kind)
{
        uint32_t need = SIP_AUTH_REALM | SIP_AUTH_NONCE;
        uint32_t users = a->present & (SIP_AUTH_USERNAME | SIP_AUTH_USERNAME_EXT);

        if (a->scheme != SIP_AUTH_DIGEST || kind == SIP_AUTH_INFO)
                return SIP_VALUE_OK;
        if (kind == SIP_AUTH_CREDENTIALS) {
                need |= SIP_AUTH_URI | SIP_AUTH_RESPONSE;
                if (a->present & SIP_AUTH_QOP)
                        need |= SIP_AUTH_CNONCE | SIP_AUTH_NC;
                if (users == 0)
                        return SIP_VALUE_MISSING;
                if (users == (SIP_AUTH_USERNAME | SIP_AUTH_USERNAME_EXT))
                        return SIP_VALUE_DUP;
        }
        return (a->present & need) == need ? SIP_VALUE_OK : SIP_VALUE_MISSING;
}

enum sip_value sip_auth_parse(struct sip_cur *c, enum sip_auth_kind kind, struct sip_auth *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->all = sip_span_make(c->pos, c->pos);
        if (kind == SIP_AUTH_INFO) {
                out->scheme = SIP_AUTH_DIGEST;
        } else {
                out->scheme_name = sip_value_token(c);
                if (out->scheme_name.len == 0 || !sip_cur_is(c, SIP_CT_LWS))
                        return SIP_VALUE_SYNTAX;
                sip_cur_lws(c);
                if (sip_span_ieq(c->buf, out->scheme_name, "digest", 6))
                        out->scheme = SIP_AUTH_DIGEST;
        }
        if (out->scheme == SIP_AUTH_OTHER && token68(c, out)) {
                if (!sip_cur_at(c, ','))
                        return SIP_VALUE_OK;
                c->pos++;
                sip_cur_lws(c);
                return scheme_ahead(c) ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
        }
        v = params(c, out);
        return v == SIP_VALUE_OK ? complete(out, kind) : v;
}
