/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse_body.h"

#include <string.h>

#include "control/cli/parse_text.h"
#include "parser/sip_body.h"
#include "parser/sip_sdp.h"
#include "parser/sip_sdp_value.h"

static void put(json_t *o, const char *key, const struct sip_msg *m, struct sip_span s)
{
        if (s.off != 0)
                json_object_set_new(o, key, cp_cli_text(sip_span_at(m, s), s.len));
}

static void put_number(json_t *o, const char *key, uint32_t n)
{
        if (n != SIP_SDP_ABSENT)
                json_object_set_new(o, key, json_integer(n));
}

static json_t *candidates(const struct sip_msg *m, struct sip_span section)
{
        static const char *const types[] = {"other", "host", "srflx", "prflx", "relay"};
        json_t *list = json_array();
        struct sip_sdp_candidate c;
        struct sip_span value;

        while (sip_sdp_attribute(m->buf, &section, "candidate", &value)) {
                json_t *o;

                if (sip_sdp_candidate_parse(m->buf, value, &c) != SIP_VALUE_OK)
                        continue;
                o = json_object();
                put(o, "address", m, c.address);
                json_object_set_new(o, "port", json_integer(c.port));
                json_object_set_new(o, "component", json_integer(c.component));
                put(o, "transport", m, c.transport);
                json_object_set_new(o, "type", json_string(types[c.type]));
                json_object_set_new(o, "priority", json_integer(c.priority));
                put(o, "related_address", m, c.rel_address);
                json_array_append_new(list, o);
        }
        return list;
}

static json_t *keys(const struct sip_msg *m, struct sip_span section)
{
        json_t *list = json_array();
        struct sip_sdp_crypto c;
        struct sip_span value;

        while (sip_sdp_attribute(m->buf, &section, "crypto", &value)) {
                json_t *o;

                if (sip_sdp_crypto_parse(m->buf, value, &c) != SIP_VALUE_OK)
                        continue;
                o = json_object();
                json_object_set_new(o, "tag", json_integer(c.tag));
                put(o, "suite", m, c.suite);
                put(o, "params", m, c.params);
                json_array_append_new(list, o);
        }
        return list;
}

static json_t *groups(const struct sip_msg *m, struct sip_span section)
{
        json_t *list = json_array();
        struct sip_sdp_group g;
        struct sip_span value;

        while (sip_sdp_attribute(m->buf, &section, "group", &value)) {
                json_t *o;

                if (sip_sdp_group_parse(m->buf, value, &g) != SIP_VALUE_OK)
                        continue;
                o = json_object();
                put(o, "semantics", m, g.semantics);
                put(o, "mids", m, g.mids);
                json_array_append_new(list, o);
        }
        return list;
}

/* What the session and its media say alike. */
static void put_attrs(json_t *o, const struct sip_msg *m, const struct sip_sdp_attrs *at)
{
        static const char *const directions[] = {NULL, "sendrecv", "sendonly", "recvonly",
                                                 "inactive"};

        put(o, "info", m, at->info);
        put(o, "address", m, at->conn.address);
        put_number(o, "as_kbit_s", at->as);
        put_number(o, "ct_kbit_s", at->ct);
        put_number(o, "tias_bit_s", at->tias);
        if (at->direction != SIP_SDP_DIRECTION_NONE)
                json_object_set_new(o, "direction", json_string(directions[at->direction]));
        if (at->rtcp_port != 0)
                json_object_set_new(o, "rtcp_port", json_integer(at->rtcp_port));
        put(o, "rtcp_address", m, at->rtcp_address);
        if (at->rtcp_mux)
                json_object_set_new(o, "rtcp_mux", json_true());
        put_number(o, "ptime_ms", at->ptime_ms);
        put_number(o, "maxptime_ms", at->maxptime_ms);
        put(o, "fingerprint_hash", m, at->fingerprint_hash);
        put(o, "fingerprint", m, at->fingerprint);
        put(o, "setup", m, at->setup);
        put(o, "ice_ufrag", m, at->ice_ufrag);
        if (at->ice_lite)
                json_object_set_new(o, "ice_lite", json_true());
        put(o, "mid", m, at->mid);
        json_object_set_new(o, "candidates", candidates(m, at->section));
        json_object_set_new(o, "crypto", keys(m, at->section));
}

static json_t *media(const struct sip_msg *m, const struct sip_sdp *s,
                     const struct sip_sdp_media *d)
{
        json_t *o = json_object();
        json_t *formats = json_array();

        put(o, "type", m, d->type);
        json_object_set_new(o, "port", json_integer(d->port));
        json_object_set_new(o, "port_count", json_integer(d->port_cnt));
        put(o, "proto", m, d->proto);
        for (unsigned i = 0; i < d->format_cnt; i++) {
                const struct sip_sdp_format *f = &s->formats[d->format_first + i];
                json_t *j = json_object();

                put(j, "format", m, f->fmt);
                put(j, "encoding", m, f->name);
                put_number(j, "clock_hz", f->clock_hz);
                if (f->channels != 0)
                        json_object_set_new(j, "channels", json_integer(f->channels));
                put(j, "params", m, f->params);
                json_array_append_new(formats, j);
        }
        json_object_set_new(o, "formats", formats);
        put_attrs(o, m, &d->attrs);
        return o;
}

static json_t *sdp_anomalies(uint32_t bits)
{
        static const char *const names[32] = {
            "line",         "nul",          "version",   "no_origin",     "origin",
            "connection",   "media",        "port",      "format",        "media_count",
            "format_count", [16] = "order", "dup",       "no_name",       "no_connection",
            "bandwidth",    "time",         "attribute", "attribute_dup", "obsolete",
            "unknown",      "lf",           "cut",       "blank",         "origin_number",
        };
        json_t *list = json_array();

        for (unsigned i = 0; i < 32; i++) {
                if ((bits >> i & 1u) != 0 && names[i])
                        json_array_append_new(list, json_string(names[i]));
        }
        return list;
}

static json_t *sdp(const struct sip_msg *m, struct sip_span body, size_t skipped)
{
        static struct sip_sdp s;
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {m->buf, body.off, (uint32_t)body.off + body.len, &notes};
        bool usable = sip_sdp_parse(&c, &s);
        json_t *o = json_object();
        json_t *list = json_array();

        json_object_set_new(o, "usable", json_boolean(usable));
        json_object_set_new(o, "anomalies", sdp_anomalies(s.anomalies));
        json_object_set_new(o, "fault_offset",
                            usable ? json_null()
                                   : json_integer((json_int_t)(s.fault_off + skipped)));
        put(o, "user", m, s.user);
        put(o, "session_id", m, s.sess_id);
        put(o, "session_version", m, s.sess_version);
        put(o, "origin_address", m, s.origin_address);
        put(o, "name", m, s.name);
        put(o, "uri", m, s.uri);
        put(o, "email", m, s.email);
        put(o, "phone", m, s.phone);
        put(o, "start", m, s.start);
        put(o, "stop", m, s.stop);
        put_attrs(o, m, &s.attrs);
        json_object_set_new(o, "groups", groups(m, s.attrs.section));
        for (unsigned i = 0; i < s.media_cnt; i++)
                json_array_append_new(list, media(m, &s, &s.media[i]));
        json_object_set_new(o, "media", list);
        return o;
}

static json_t *part(const struct sip_msg *m, const struct sip_body_part *p, size_t skipped)
{
        static const char *const kinds[] = {"other", "sdp", "multipart", "sipfrag", "sip"};
        json_t *o = json_object();

        put(o, "type", m, p->type.type);
        put(o, "subtype", m, p->type.subtype);
        json_object_set_new(o, "kind", json_string(kinds[p->type.kind]));
        put(o, "content_id", m, p->content_id);
        put(o, "disposition", m, p->disposition);
        json_object_set_new(o, "offset", json_integer((json_int_t)(p->body.off + skipped)));
        json_object_set_new(o, "length", json_integer(p->body.len));
        json_object_set_new(o, "parent", json_integer(p->parent));
        json_object_set_new(o, "depth", json_integer(p->depth));
        return o;
}

void cp_cli_put_body(json_t *o, const struct sip_msg *m, size_t skipped)
{
        static const char *const faults[] = {NULL,     "type",    "boundary", "no_part",
                                             "no_end", "headers", "parts",    "depth"};
        static struct sip_body b;
        const struct sip_hdr *type = sip_msg_first(m, SIP_HDR_CONTENT_TYPE);
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {m->buf, m->body_off, (uint32_t)m->body_off + m->body_len, &notes};
        json_t *first_sdp = NULL;
        json_t *parts, *body;

        if (m->header_end == 0 || m->body_len == 0) {
                json_object_set_new(o, "body", json_null());
                json_object_set_new(o, "sdp", json_null());
                return;
        }
        (void)sip_body_parse(&c, type ? type->value : (struct sip_span){0, 0}, &b);
        parts = json_array();
        for (unsigned i = 0; i < b.parts_cnt; i++) {
                json_array_append_new(parts, part(m, &b.parts[i], skipped));
                if (!first_sdp && b.parts[i].type.kind == SIP_BODY_SDP)
                        first_sdp = sdp(m, b.parts[i].body, skipped);
        }
        body = json_object();
        json_object_set_new(body, "fault",
                            faults[b.fault] ? json_string(faults[b.fault]) : json_null());
        json_object_set_new(body, "parts", parts);
        json_object_set_new(o, "body", body);
        json_object_set_new(o, "sdp", first_sdp ? first_sdp : json_null());
}
