/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_sdp_value.h"

#include "parser/sip_num.h"
#include "parser/sip_sdp_line.h"

static struct sip_cur over(const uint8_t *buf, struct sip_span value)
{
        return (struct sip_cur){buf, value.off, (uint32_t)value.off + value.len, NULL};
}

/* A word, which is not empty; false otherwise. */
static bool word(struct sip_cur *c, struct sip_span *out)
{
        *out = sip_sdp_word(c);
        return out->len > 0;
}

static enum sip_value number(struct sip_cur *c, uint32_t min, uint32_t max, uint32_t *out)
{
        switch (sip_num_parse(c->buf, sip_sdp_word(c), max, out)) {
        case SIP_NUM_OK:
                return *out >= min ? SIP_VALUE_OK : SIP_VALUE_RANGE;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_SYNTAX;
        }
}

/* ice-char, which is the alphabet of base64 but for "=" */
static bool base64(const uint8_t *buf, struct sip_span s)
{
        for (uint32_t i = 0; i < s.len; i++) {
                uint8_t o = buf[s.off + i];

                if (!sip_is(o, SIP_CT_ALPHA | SIP_CT_DIGIT) && o != '+' && o != '/' && o != '=')
                        return false;
        }
        return s.len > 0;
}

static enum sip_sdp_candidate_type type_of(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {"host", "srflx", "prflx", "relay"};

        for (unsigned i = 0; i < 4; i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (enum sip_sdp_candidate_type)(SIP_SDP_CANDIDATE_HOST + i);
        }
        return SIP_SDP_CANDIDATE_OTHER;
}

/* *( SP name SP value ), raddr and rport among them */
static enum sip_value extensions(struct sip_cur *c, struct sip_sdp_candidate *out)
{
        while (c->pos < c->end) {
                struct sip_span name, value;
                uint32_t n;

                if (!word(c, &name) || !word(c, &value))
                        return SIP_VALUE_SYNTAX;
                if (sip_span_ieq(c->buf, name, "raddr", 5)) {
                        out->rel_address = value;
                } else if (sip_span_ieq(c->buf, name, "rport", 5)) {
                        if (sip_num_parse(c->buf, value, UINT16_MAX, &n) != SIP_NUM_OK)
                                return SIP_VALUE_RANGE;
                        out->rel_port = (uint16_t)n;
                }
        }
        return SIP_VALUE_OK;
}

enum sip_value sip_sdp_candidate_parse(const uint8_t *buf, struct sip_span value,
                                       struct sip_sdp_candidate *out)
{
        struct sip_cur c = over(buf, value);
        struct sip_span typ;
        uint32_t component = 0, port = 0;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        if (!word(&c, &out->foundation))
                return SIP_VALUE_SYNTAX;
        if (out->foundation.len > 32 || !base64(buf, out->foundation))
                return SIP_VALUE_CHARSET;
        v = number(&c, 1, 256, &component);
        if (v == SIP_VALUE_OK && !word(&c, &out->transport))
                v = SIP_VALUE_SYNTAX;
        if (v == SIP_VALUE_OK)
                v = number(&c, 1, 0x7fffffff, &out->priority);
        if (v == SIP_VALUE_OK && !word(&c, &out->address))
                v = SIP_VALUE_SYNTAX;
        if (v == SIP_VALUE_OK)
                v = number(&c, 0, UINT16_MAX, &port);
        if (v != SIP_VALUE_OK)
                return v;
        out->component = (uint16_t)component;
        out->port = (uint16_t)port;
        if (!word(&c, &typ) || !sip_span_ieq(buf, typ, "typ", 3) || !word(&c, &out->type_name))
                return SIP_VALUE_SYNTAX;
        out->type = (uint8_t)type_of(buf, out->type_name);
        return extensions(&c, out);
}

/* Up to the next octet of `stops` or the end of s; what is left stays in *s, that octet first. */
static struct sip_span cut(const uint8_t *buf, struct sip_span *s, const char *stops)
{
        uint32_t end = (uint32_t)s->off + s->len;
        uint32_t to = s->off;
        struct sip_span head;

        while (to < end && !strchr(stops, buf[to]))
                to++;
        head = sip_span_make(s->off, to);
        *s = sip_span_make(to, end);
        return head;
}

/* "|" lifetime and "|" mki ":" length, both optional */
static enum sip_value key_info(const uint8_t *buf, struct sip_span rest, struct sip_sdp_crypto *out)
{
        while (rest.len > 0 && buf[rest.off] == '|') {
                struct sip_span part, mki;

                rest = sip_span_make(rest.off + 1u, (uint32_t)rest.off + rest.len);
                part = cut(buf, &rest, "|;");
                mki = cut(buf, &part, ":");
                if (part.len == 0) {
                        if (mki.len == 0 || out->lifetime.off != 0 || out->mki_octets != 0)
                                return SIP_VALUE_SYNTAX;
                        out->lifetime = mki;
                        continue;
                }
                part = sip_span_make(part.off + 1u, (uint32_t)part.off + part.len);
                if (out->mki_octets != 0)
                        return SIP_VALUE_SYNTAX;
                if (sip_num_parse(buf, mki, SIP_VALUE_ABSENT - 1, &out->mki) != SIP_NUM_OK ||
                    sip_num_parse(buf, part, 128, &out->mki_octets) != SIP_NUM_OK ||
                    out->mki_octets == 0)
                        return SIP_VALUE_RANGE;
        }
        return rest.len == 0 || buf[rest.off] == ';' ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_sdp_crypto_parse(const uint8_t *buf, struct sip_span value,
                                    struct sip_sdp_crypto *out)
{
        struct sip_cur c = over(buf, value);
        struct sip_span keys, method;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        out->mki = SIP_VALUE_ABSENT;
        v = number(&c, 0, 999999999, &out->tag);
        if (v != SIP_VALUE_OK)
                return v;
        if (!word(&c, &out->suite) || !word(&c, &keys))
                return SIP_VALUE_SYNTAX;
        if (c.pos < c.end)
                out->params = sip_span_make(c.pos, c.end);
        method = cut(buf, &keys, ":");
        if (keys.len == 0)
                return SIP_VALUE_SYNTAX;
        if (!sip_span_ieq(buf, method, "inline", 6))
                return SIP_VALUE_PARAM;
        keys = sip_span_make(keys.off + 1u, (uint32_t)keys.off + keys.len);
        out->key = cut(buf, &keys, "|;");
        if (!base64(buf, out->key))
                return SIP_VALUE_CHARSET;
        return key_info(buf, keys, out);
}

enum sip_value sip_sdp_group_parse(const uint8_t *buf, struct sip_span value,
                                   struct sip_sdp_group *out)
{
        struct sip_cur c = over(buf, value);

        memset(out, 0, sizeof(*out));
        if (!word(&c, &out->semantics) || !sip_value_all(buf, out->semantics, SIP_CT_TOKEN))
                return SIP_VALUE_SYNTAX;
        if (c.pos < c.end)
                out->mids = sip_span_make(c.pos, c.end);
        while (c.pos < c.end) {
                struct sip_span mid;

                if (!word(&c, &mid) || !sip_value_all(buf, mid, SIP_CT_TOKEN))
                        return SIP_VALUE_SYNTAX;
        }
        return SIP_VALUE_OK;
}

static bool one_of(const uint8_t *buf, struct sip_span s, const char *const *names, unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return true;
        }
        return false;
}

enum sip_value sip_sdp_qos_parse(const uint8_t *buf, struct sip_span value,
                                 enum sip_sdp_qos_kind kind, struct sip_sdp_qos *out)
{
        static const char *const strengths[] = {"mandatory", "optional", "none", "failure",
                                                "unknown"};
        static const char *const statuses[] = {"e2e", "local", "remote"};
        static const char *const directions[] = {"none", "send", "recv", "sendrecv"};
        struct sip_cur c = over(buf, value);

        memset(out, 0, sizeof(*out));
        if (!word(&c, &out->type) || (kind == SIP_SDP_QOS_DESIRED && !word(&c, &out->strength)) ||
            !word(&c, &out->status) || !word(&c, &out->direction) || c.pos != c.end)
                return SIP_VALUE_SYNTAX;
        if ((kind == SIP_SDP_QOS_DESIRED && !one_of(buf, out->strength, strengths, 5)) ||
            !one_of(buf, out->status, statuses, 3) || !one_of(buf, out->direction, directions, 4))
                return SIP_VALUE_PARAM;
        return SIP_VALUE_OK;
}
