/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_ims.h"

#include <stddef.h>

#include "parser/sip_uri.h"

static const struct sip_value_param access_params[] = {
    {"utran-cell-id-3gpp", 0, offsetof(struct sip_access, cell), SIP_FORM_TEXT},
    {"cgi-3gpp", 0, offsetof(struct sip_access, cell), SIP_FORM_TEXT},
    {"dsl-location", 0, offsetof(struct sip_access, dsl), SIP_FORM_TEXT},
    {"i-wlan-node-id", 0, offsetof(struct sip_access, node), SIP_FORM_TEXT},
    {"network-provided", 0, offsetof(struct sip_access, network_provided), SIP_FORM_FLAG},
};

enum sip_value sip_access_parse(struct sip_cur *c, struct sip_access *out)
{
        uint32_t from;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->type = sip_value_token(c);
        if (out->type.len == 0)
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        from = c->pos + 1;
        v = sip_value_params(c, access_params, 5, out);
        if (v == SIP_VALUE_OK && c->pos > from)
                out->params = sip_span_make(from, c->pos);
        return v;
}

static const struct sip_value_param charging_params[] = {
    {"icid-value", 0, offsetof(struct sip_charging, icid), SIP_FORM_TEXT},
    {"icid-generated-at", 0, offsetof(struct sip_charging, generated_at), SIP_FORM_TEXT},
    {"orig-ioi", 0, offsetof(struct sip_charging, orig_ioi), SIP_FORM_TEXT},
    {"term-ioi", 0, offsetof(struct sip_charging, term_ioi), SIP_FORM_TEXT},
    {"transit-ioi", 0, offsetof(struct sip_charging, transit_ioi), SIP_FORM_TEXT},
};

enum sip_value sip_charging_parse(struct sip_cur *c, struct sip_charging *out)
{
        struct sip_param p;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_pair(c, &p);
        if (v == SIP_VALUE_OK)
                v = sip_value_take(c, &p, charging_params, 5, out);
        if (v == SIP_VALUE_OK)
                v = sip_value_params(c, charging_params, 5, out);
        if (v != SIP_VALUE_OK)
                return v;
        if (c->pos != c->end)
                return SIP_VALUE_SYNTAX;
        return out->icid.len > 0 ? SIP_VALUE_OK : SIP_VALUE_MISSING;
}

static enum sip_value take_function(const struct sip_cur *c, const struct sip_param *p,
                                    struct sip_charging_addresses *out)
{
        struct sip_span *to;

        if (sip_param_is(c->buf, p, "ccf"))
                to = out->ccf;
        else if (sip_param_is(c->buf, p, "ecf"))
                to = out->ecf;
        else
                return SIP_VALUE_OK;
        if (p->value.len == 0)
                return SIP_VALUE_PARAM;
        to += to->off != 0;
        if (to->off != 0)
                return SIP_VALUE_DUP;
        *to = p->value;
        return SIP_VALUE_OK;
}

enum sip_value sip_charging_addresses_parse(struct sip_cur *c, struct sip_charging_addresses *out)
{
        enum sip_params_step step;
        struct sip_param p;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_pair(c, &p);
        if (v != SIP_VALUE_OK)
                return v;
        do {
                v = take_function(c, &p, out);
                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        } while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE);
        if (step != SIP_PARAMS_END || c->pos != c->end)
                return SIP_VALUE_SYNTAX;
        return out->ccf[0].off != 0 || out->ecf[0].off != 0 ? SIP_VALUE_OK : SIP_VALUE_MISSING;
}

static uint8_t early_media(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {"sendrecv", "sendonly", "recvonly",
                                            "inactive", "gated",    "supported"};

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (uint8_t)(1u << i);
        }
        return SIP_EARLY_MEDIA_OTHER;
}

enum sip_value sip_early_media_add(struct sip_cur *c, uint8_t *out)
{
        enum sip_value v = SIP_VALUE_OK;

        sip_cur_lws(c);
        if (c->pos == c->end)
                return SIP_VALUE_OK;
        do {
                struct sip_span word = sip_value_token(c);

                if (word.len == 0)
                        return SIP_VALUE_SYNTAX;
                *out |= early_media(c->buf, word);
        } while (sip_value_more(c, &v));
        return v;
}

enum sip_value sip_service_parse(struct sip_cur *c, struct sip_uri *out)
{
        struct sip_cur in;
        uint32_t from;

        sip_cur_lws(c);
        from = c->pos;
        while (c->pos < c->end && c->buf[c->pos] != ',' && !sip_cur_is(c, SIP_CT_LWS))
                c->pos++;
        in = *c;
        in.pos = from;
        in.end = c->pos;
        if (sip_uri_parse(&in, out) != SIP_ANOM_NONE) {
                c->pos = in.pos;
                return SIP_VALUE_SYNTAX;
        }
        if (out->scheme != SIP_SCHEME_URN || out->host.len < 7 ||
            !sip_span_ieq(c->buf, sip_span_make(out->host.off, out->host.off + 6u), "urn-7:", 6)) {
                c->pos = from;
                return SIP_VALUE_PARAM;
        }
        sip_cur_lws(c);
        return c->pos == c->end || c->buf[c->pos] == ',' ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

static const struct sip_value_param served_params[] = {
    {"sescase", 0, offsetof(struct sip_served_user, session_case), SIP_FORM_TOKEN},
    {"regstate", 0, offsetof(struct sip_served_user, reg_state), SIP_FORM_TOKEN},
    {"orig-cdiv", 0, offsetof(struct sip_served_user, after_diversion), SIP_FORM_FLAG},
};

enum sip_value sip_served_user_parse(struct sip_cur *c, struct sip_served_user *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, served_params, 3, &out->addr, out);
        return v == SIP_VALUE_OK && c->pos != c->end ? SIP_VALUE_SYNTAX : v;
}
