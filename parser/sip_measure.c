/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_measure.h"

#include <string.h>

/* What one field has of a size that is counted once a message; header values come apart. */
static void measure_fields(const struct sip_msg *m, uint32_t size[SIP_CAP_CNT])
{
        size[SIP_CAP_MESSAGE] = m->len;
        size[SIP_CAP_HEADER_SECTION] = m->header_end;
        size[SIP_CAP_HEADERS] = m->hdr_cnt;
        size[SIP_CAP_METHOD] = m->method_name.len;
        size[SIP_CAP_RURI] = m->ruri.all.len;
        size[SIP_CAP_CALL_ID] = m->call_id.len;
        size[SIP_CAP_TAG] = m->from.tag.len > m->to.tag.len ? m->from.tag.len : m->to.tag.len;
        size[SIP_CAP_BRANCH] = m->via.branch.len;
        size[SIP_CAP_VIAS] = m->via_cnt;
        size[SIP_CAP_BODY] = m->body_len;
}

static enum sip_cap cap_of(enum sip_hdr_id id)
{
        switch (id) {
        case SIP_HDR_FROM:
                return SIP_CAP_FROM;
        case SIP_HDR_TO:
                return SIP_CAP_TO;
        case SIP_HDR_CONTACT:
                return SIP_CAP_CONTACT;
        case SIP_HDR_VIA:
                return SIP_CAP_VIA;
        default:
                return SIP_CAP_HEADER;
        }
}

/* Values and how often one name stands there. Names outside the table are not told apart: the cap
 * on all headers bounds them. */
static void measure_headers(const struct sip_msg *m, uint32_t size[SIP_CAP_CNT])
{
        uint8_t times[SIP_HDR_CNT] = {0};

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                enum sip_hdr_id id = (enum sip_hdr_id)m->hdrs[i].id;
                enum sip_cap cap = cap_of(id);

                if (m->hdrs[i].value.len > size[cap])
                        size[cap] = m->hdrs[i].value.len;
                if (id == SIP_HDR_ROUTE || id == SIP_HDR_RECORD_ROUTE)
                        size[SIP_CAP_ROUTES]++;
                else if (id != SIP_HDR_OTHER && id != SIP_HDR_VIA &&
                         ++times[id] > size[SIP_CAP_REPEAT])
                        size[SIP_CAP_REPEAT] = times[id];
        }
}

static __attribute__((noinline)) void measure_all(const struct sip_profile *p, struct sip_msg *m)
{
        uint32_t size[SIP_CAP_CNT] = {0};

        measure_fields(m, size);
        measure_headers(m, size);
        for (unsigned c = 0; c < SIP_CAP_CNT; c++)
                if (size[c] > p->cap[c])
                        sip_anom_add(&m->anomalies, sip_cap_anomaly((enum sip_cap)c));
}

/* The longest header value, by two chains of comparisons that do not wait for each other. */
static uint32_t longest_value(const struct sip_msg *m)
{
        uint32_t a = 0;
        uint32_t b = 0;
        unsigned i = 0;

        for (; i + 2 <= m->hdr_cnt; i += 2) {
                uint32_t x = m->hdrs[i].value.len;
                uint32_t y = m->hdrs[i + 1].value.len;

                a = x > a ? x : a;
                b = y > b ? y : b;
        }
        if (i < m->hdr_cnt && m->hdrs[i].value.len > a)
                a = m->hdrs[i].value.len;
        return a > b ? a : b;
}

void sip_measure(const struct sip_profile *p, struct sip_msg *m)
{
        const uint32_t *cap = p->cap;
        bool over = m->len > cap[SIP_CAP_MESSAGE] || m->body_len > cap[SIP_CAP_BODY] ||
                    m->header_end > cap[SIP_CAP_HEADER_SECTION] || m->hdr_cnt > p->count_min ||
                    m->via_cnt > cap[SIP_CAP_VIAS] || m->method_name.len > cap[SIP_CAP_METHOD] ||
                    m->ruri.all.len > cap[SIP_CAP_RURI] || m->call_id.len > cap[SIP_CAP_CALL_ID] ||
                    m->from.tag.len > cap[SIP_CAP_TAG] || m->to.tag.len > cap[SIP_CAP_TAG] ||
                    m->via.branch.len > cap[SIP_CAP_BRANCH];

        /* No value is longer than all of the section, which for most messages is short enough. */
        if (over || (m->header_end - 1u >= p->value_min && longest_value(m) > p->value_min))
                measure_all(p, m);
}
