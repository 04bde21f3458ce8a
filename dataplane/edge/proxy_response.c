/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy_response.h"

#include "dataplane/edge/proxy_branch.h"
#include "parser/sip_via.h"

/* It is in the same field or in the next. */
bool dp_proxy_second_via(const struct sip_msg *m, struct sip_via *out)
{
        struct sip_anom_set notes = {{0}};
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_VIA);
        struct sip_cur c = {.buf = m->buf, .notes = &notes};

        if (m->via_cnt < 2)
                return false;
        c.pos = (uint32_t)m->via.all.off + m->via.all.len;
        c.end = (uint32_t)h->value.off + h->value.len;
        sip_cur_lws(&c);
        if (sip_cur_at(&c, ',')) {
                c.pos++;
                sip_cur_lws(&c);
        }
        if (c.pos == c.end) {
                if (h->next_same == SIP_HDR_NONE)
                        return false;
                h = &m->hdrs[h->next_same];
                c.pos = h->value.off;
                c.end = (uint32_t)h->value.off + h->value.len;
        }
        return sip_via_parse(&c, out) == SIP_ANOM_NONE;
}

/* 18.2.2. The client's port is that of its Via, or the one that we saw when it asked (RFC 3581 4).
 */
static bool way_of(const uint8_t *buf, const struct sip_via *v, struct dp_proxy_addr *to)
{
        struct sip_span host = v->host;

        if (v->maddr.len != 0)
                host = v->maddr;
        else if (v->received.len != 0)
                host = v->received;
        to->port = v->port != 0 ? v->port : DP_PROXY_PORT_DEFAULT;
        if (v->rport != 0 && v->maddr.len == 0)
                to->port = v->rport;
        return dp_proxy_host_ip(buf, host, &to->ip);
}

enum shm_reason dp_proxy_response_read(const struct dp_proxy *px, const struct sip_msg *m,
                                       struct dp_proxy_addr *to)
{
        struct sip_via next;

        if (!dp_proxy_sent_by_us(px, m->buf, &m->via))
                return SHM_REASON_VIA_FOREIGN;
        if (!dp_proxy_second_via(m, &next) || !way_of(m->buf, &next, to))
                return SHM_REASON_NO_WAY_BACK;
        if (!dp_proxy_branch_is_ours(px, dp_proxy_text(m->buf, m->via.branch), &to->ip))
                return SHM_REASON_VIA_FOREIGN;
        return SHM_REASON_PROXIED;
}

enum shm_reason dp_proxy_response_forward(struct sip_edit *e)
{
        return sip_edit_via_pop(e) == SIP_EDIT_OK ? SHM_REASON_PROXIED : SHM_REASON_CANNOT_REWRITE;
}
