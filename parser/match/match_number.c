/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and words of a message, as rules compare them.
 */
#include "parser/match/match_field.h"

#include "parser/match/match_words.h"
#include "parser/sip_num.h"

static uint32_t header_count(const struct sip_msg *m, unsigned id)
{
        uint32_t n = 0;

        for (uint8_t i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same)
                n++;
        return n;
}

static bool header_number(const struct sip_msg *m, unsigned id, uint64_t *out)
{
        const struct sip_hdr *h = sip_msg_first(m, (enum sip_hdr_id)id);
        uint32_t v = 0;

        if (h == NULL || sip_num_parse(m->buf, h->value, UINT32_MAX, &v) != SIP_NUM_OK)
                return false;
        *out = v;
        return true;
}

static bool port(uint16_t p, uint64_t *out)
{
        *out = p;
        return p != 0;
}

static bool scheme(const struct sip_uri *u, uint64_t *out)
{
        *out = u->scheme;
        return u->scheme != SIP_SCHEME_NONE;
}

/* Of the datagram alone. */
static bool packet_number(enum match_field field, const struct match_facts *f, uint64_t *out)
{
        switch (field) {
        case MATCH_FIELD_PKT_LENGTH:
                *out = f->payload_len;
                return true;
        case MATCH_FIELD_PKT_VLAN:
                *out = f->vlan;
                return f->vlan != 0;
        case MATCH_FIELD_PKT_SPORT:
                *out = f->sport;
                return true;
        case MATCH_FIELD_PKT_DPORT:
                *out = f->dport;
                return true;
        case MATCH_FIELD_TRANSPORT:
                *out = match_word_transport(f->ip_proto);
                return true;
        case MATCH_FIELD_SIDE:
                *out = f->side;
                return true;
        case MATCH_FIELD_LANE:
                *out = f->lane;
                return true;
        case MATCH_FIELD_TRUST:
                *out = f->trust;
                return true;
        case MATCH_FIELD_KIND:
                *out = f->msg != NULL ? f->msg->kind : SIP_KIND_NONE;
                return f->msg != NULL;
        default:
                return false;
        }
}

/* The first anomaly; a set of them is asked for with MATCH_HAS (match_step.c). */
static bool first_anomaly(const struct sip_msg *m, uint64_t *out)
{
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(&m->anomalies, (enum sip_anomaly)a)) {
                        *out = a;
                        return true;
                }
        }
        return false;
}

static bool start_number(enum match_field field, const struct sip_msg *m, uint64_t *out)
{
        bool request = m->kind == SIP_KIND_REQUEST;

        switch (field) {
        case MATCH_FIELD_CODE:
                *out = m->status;
                return m->kind == SIP_KIND_RESPONSE && m->status != 0;
        case MATCH_FIELD_KNOWN_METHOD:
                *out = m->method != SIP_METHOD_OTHER;
                return request;
        case MATCH_FIELD_RURI_SCHEME:
                return request && scheme(&m->ruri, out);
        case MATCH_FIELD_RURI_PORT:
                return request && port(m->ruri.port, out);
        default:
                return false;
        }
}

bool match_number(enum match_field field, const struct match_facts *f, struct match_work *work,
                  uint64_t *out)
{
        const struct sip_msg *m = f->msg;

        if (m == NULL)
                return packet_number(field, f, out);
        switch (field) {
        case MATCH_FIELD_CSEQ_NUM:
                *out = m->cseq.number;
                return m->cseq.method_name.len != 0;
        case MATCH_FIELD_MAX_FORWARDS:
                *out = m->max_forwards;
                return m->max_forwards != SIP_MAX_FORWARDS_ABSENT;
        case MATCH_FIELD_VIA_COUNT:
                *out = m->via_cnt;
                return true;
        case MATCH_FIELD_ROUTE_COUNT:
                *out = header_count(m, SIP_HDR_ROUTE);
                return true;
        case MATCH_FIELD_RECORD_ROUTE_COUNT:
                *out = header_count(m, SIP_HDR_RECORD_ROUTE);
                return true;
        case MATCH_FIELD_CONTACT_COUNT:
                *out = header_count(m, SIP_HDR_CONTACT);
                return true;
        case MATCH_FIELD_HEADER_COUNT:
                *out = m->hdr_cnt;
                return true;
        case MATCH_FIELD_BODY_LENGTH:
                *out = m->body_len;
                return m->header_end != 0;
        case MATCH_FIELD_CONTENT_LENGTH_NUM:
                *out = m->content_length;
                return m->content_length != SIP_CONTENT_LENGTH_ABSENT;
        case MATCH_FIELD_EXPIRES:
                return header_number(m, SIP_HDR_EXPIRES, out);
        case MATCH_FIELD_FROM_PORT:
                return port(m->from.uri.port, out);
        case MATCH_FIELD_TO_PORT:
                return port(m->to.uri.port, out);
        case MATCH_FIELD_CONTACT_PORT:
                return port(m->contact.uri.port, out);
        case MATCH_FIELD_VIA_PORT:
                return port(m->via.port, out);
        case MATCH_FIELD_SDP_MEDIA_COUNT:
                *out = match_sdp_media_count(f, work);
                return work->sdp.len != 0;
        case MATCH_FIELD_FROM_SCHEME:
                return scheme(&m->from.uri, out);
        case MATCH_FIELD_TO_SCHEME:
                return scheme(&m->to.uri, out);
        case MATCH_FIELD_VIA_COOKIE:
                *out = m->via.cookie;
                return m->via.branch.len != 0;
        case MATCH_FIELD_ANOMALY:
                return first_anomaly(m, out);
        case MATCH_FIELD_CLASS:
                *out = f->cls;
                return true;
        case MATCH_FIELD_SEEN:
                *out = f->seen;
                return true;
        default:
                return start_number(field, m, out) || packet_number(field, f, out);
        }
}
