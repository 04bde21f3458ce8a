/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse_json.h"

#include "control/cli/parse_body.h"
#include "control/cli/parse_fields.h"
#include "control/cli/parse_text.h"
#include "parser/sip_hname.h"

static json_t *headers(const struct sip_msg *m, size_t skipped)
{
        json_t *list = json_array();

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];
                json_t *o = json_object();

                json_object_set_new(o, "name", cp_cli_text(sip_span_at(m, h->name), h->name.len));
                json_object_set_new(o, "value", cp_cli_unfolded(m, h->value));
                json_object_set_new(o, "field",
                                    h->id == SIP_HDR_OTHER
                                        ? json_null()
                                        : json_string(sip_hname_str((enum sip_hdr_id)h->id)));
                json_object_set_new(o, "offset", json_integer((json_int_t)(h->name.off + skipped)));
                cp_cli_put_values(o, m, h);
                json_array_append_new(list, o);
        }
        return list;
}

static json_t *anomalies(const struct sip_msg *m)
{
        json_t *list = json_array();

        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(&m->anomalies, (enum sip_anomaly)a))
                        json_array_append_new(list,
                                              json_string(sip_anomaly_name((enum sip_anomaly)a)));
        }
        return list;
}

/* The same with all that is known of each. */
static json_t *findings(const struct sip_profile *p, const struct sip_msg *m)
{
        json_t *list = json_array();

        for (unsigned i = 1; i < SIP_ANOM_CNT; i++) {
                enum sip_anomaly a = (enum sip_anomaly)i;

                if (!sip_anom_has(&m->anomalies, a))
                        continue;
                json_array_append_new(
                    list, json_pack("{ss ss ss ss ss}", "name", sip_anomaly_name(a), "severity",
                                    sip_anomaly_is_fault(a) ? "fault" : "note", "verdict",
                                    sip_verdict_name(sip_profile_verdict(p, a)), "rfc",
                                    sip_anomaly_rfc(a), "text", sip_anomaly_text(a)));
        }
        return list;
}

static json_t *first_fault(const struct sip_msg *m, size_t skipped)
{
        if (m->error == SIP_ANOM_NONE)
                return json_null();
        return json_pack("{ss sI}", "name", sip_anomaly_name((enum sip_anomaly)m->error), "offset",
                         (json_int_t)(m->err_off + skipped));
}

static json_t *number_if(bool present, uint32_t v)
{
        return present ? json_integer((json_int_t)v) : json_null();
}

static json_t *addr_if(const struct sip_msg *m, const struct sip_addr *a)
{
        return a->star || a->uri.scheme != SIP_SCHEME_NONE ? cp_cli_addr(m, a) : json_null();
}

/* The topmost Via; null when its sent-by could not be read. */
static json_t *via(const struct sip_msg *m)
{
        const struct sip_via *v = &m->via;
        json_t *o;

        if (v->host.len == 0)
                return json_null();
        o = json_object();
        json_object_set_new(o, "transport", cp_cli_span(m, v->transport));
        json_object_set_new(o, "host", cp_cli_span(m, v->host));
        json_object_set_new(o, "port", number_if(v->port != 0, v->port));
        json_object_set_new(o, "branch", cp_cli_span(m, v->branch));
        json_object_set_new(o, "cookie", json_boolean(v->cookie));
        json_object_set_new(o, "received", cp_cli_span(m, v->received));
        json_object_set_new(o, "maddr", cp_cli_span(m, v->maddr));
        json_object_set_new(o, "rport", json_boolean(v->has_rport));
        json_object_set_new(o, "rport_value", number_if(v->rport != 0, v->rport));
        return o;
}

static void put_start(json_t *o, const struct sip_msg *m)
{
        static const char *const kinds[] = {NULL, "request", "response"};

        json_object_set_new(o, "kind", kinds[m->kind] ? json_string(kinds[m->kind]) : json_null());
        /* The method stands at offset 0, where "absent" would too. */
        json_object_set_new(o, "method",
                            m->method_name.len ? cp_cli_text(m->buf, m->method_name.len)
                                               : json_null());
        json_object_set_new(o, "status", number_if(m->status != 0, m->status));
        json_object_set_new(o, "reason_phrase",
                            m->kind == SIP_KIND_RESPONSE
                                ? cp_cli_text(sip_span_at(m, m->reason), m->reason.len)
                                : json_null());
        json_object_set_new(o, "request_uri", cp_cli_span(m, m->ruri.all));
        json_object_set_new(
            o, "ruri", m->ruri.scheme != SIP_SCHEME_NONE ? cp_cli_uri(m, &m->ruri) : json_null());
}

static void put_fields(json_t *o, const struct sip_msg *m, size_t skipped)
{
        json_object_set_new(o, "call_id", cp_cli_span(m, m->call_id));
        json_object_set_new(o, "cseq",
                            number_if(m->cseq.method_name.len != 0 &&
                                          !sip_anom_has(&m->anomalies, SIP_ANOM_CSEQ_RANGE),
                                      m->cseq.number));
        json_object_set_new(o, "cseq_method", cp_cli_span(m, m->cseq.method_name));
        json_object_set_new(o, "from_tag", cp_cli_span(m, m->from.tag));
        json_object_set_new(o, "to_tag", cp_cli_span(m, m->to.tag));
        json_object_set_new(o, "from", addr_if(m, &m->from));
        json_object_set_new(o, "to", addr_if(m, &m->to));
        json_object_set_new(o, "contact", addr_if(m, &m->contact));
        json_object_set_new(o, "via", via(m));
        json_object_set_new(o, "via_branch", cp_cli_span(m, m->via.branch));
        json_object_set_new(o, "via_count", json_integer(m->via_cnt));
        json_object_set_new(o, "max_forwards",
                            number_if(m->max_forwards != SIP_MAX_FORWARDS_ABSENT, m->max_forwards));
        json_object_set_new(
            o, "content_length",
            number_if(m->content_length != SIP_CONTENT_LENGTH_ABSENT, m->content_length));
        json_object_set_new(o, "body_offset",
                            number_if(m->header_end != 0, (uint32_t)(m->body_off + skipped)));
        json_object_set_new(o, "body_length", number_if(m->header_end != 0, m->body_len));
        json_object_set_new(o, "headers", headers(m, skipped));
}

json_t *cp_cli_message_json(const struct sip_profile *p, const struct sip_msg *m, size_t skipped)
{
        struct sip_judgement j = sip_check_set(p, &m->anomalies);
        json_t *o = json_object();

        json_object_set_new(o, "verdict", json_string(sip_verdict_name(j.verdict)));
        json_object_set_new(o, "reason",
                            j.reason == SIP_ANOM_NONE ? json_null()
                                                      : json_string(sip_anomaly_name(j.reason)));
        json_object_set_new(o, "error", first_fault(m, skipped));
        put_start(o, m);
        put_fields(o, m, skipped);
        cp_cli_put_body(o, m, skipped);
        json_object_set_new(o, "anomalies", anomalies(m));
        json_object_set_new(o, "findings", findings(p, m));
        return o;
}
