/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of Via. */
#include "parser/sip_edit.h"

#include "parser/sip_ctype.h"
#include "parser/sip_edit_list.h"
#include "parser/sip_host.h"
#include "parser/sip_via.h"
#include "parser/sip_via_source.h"

static bool token_ok(struct sip_text t)
{
        for (size_t i = 0; i < t.len; i++) {
                if (!sip_is((uint8_t)t.at[i], SIP_CT_TOKEN))
                        return false;
        }
        return t.len > 0;
}

static bool branch_ok(struct sip_text t)
{
        return t.len >= 7 && memcmp(t.at, "z9hG4bK", 7) == 0 && token_ok(t) &&
               t.len <= SIP_BRANCH_BYTES_MAX;
}

/* "name=value" and the same behind each ';'. */
static bool extra_ok(struct sip_text t)
{
        bool token = false, value = false;

        for (size_t i = 0; i < t.len; i++) {
                if (token && !value && t.at[i] == '=')
                        value = true;
                else if (token && t.at[i] == ';')
                        value = false;
                else if (!sip_is((uint8_t)t.at[i], SIP_CT_TOKEN))
                        return false;
                token = sip_is((uint8_t)t.at[i], SIP_CT_TOKEN);
        }
        return t.len == 0 || token;
}

static bool bare_ip6(struct sip_text t)
{
        bool three = false;

        return t.len != 0 && memchr(t.at, ':', t.len) != NULL &&
               sip_ip6_ok((const uint8_t *)t.at, t.len, &three) && !three;
}

static bool host_ok(struct sip_text t)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {.buf = (const uint8_t *)t.at, .notes = &notes};
        struct sip_span all;

        if (t.len == 0 || t.len > SIP_HOST_BYTES_MAX)
                return false;
        c.end = (uint32_t)t.len;
        return sip_host_parse(&c, &all) == SIP_ANOM_NONE && c.pos == c.end &&
               !sip_anom_has(&notes, SIP_ANOM_IPV6_THREE_COLONS);
}

static void put_host(struct sip_edit *e, struct sip_text host)
{
        bool bare = bare_ip6(host);

        if (bare)
                sip_edit_put(e, "[", 1);
        sip_edit_put_text(e, host);
        if (bare)
                sip_edit_put(e, "]", 1);
}

enum sip_edit_status sip_edit_via_push(struct sip_edit *e, const struct sip_edit_via *via)
{
        uint32_t from = e->text_len;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (!token_ok(via->transport) || !branch_ok(via->branch) || !extra_ok(via->extra) ||
            !(bare_ip6(via->host) || host_ok(via->host)))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (!sip_edit_count(e, 1, 1))
                return (enum sip_edit_status)e->status;
        sip_edit_put(e, "Via: SIP/2.0/", 13);
        sip_edit_put_text(e, via->transport);
        sip_edit_put(e, " ", 1);
        put_host(e, via->host);
        if (via->port != 0) {
                sip_edit_put(e, ":", 1);
                sip_edit_put_number(e, via->port);
        }
        sip_edit_put(e, ";branch=", 8);
        sip_edit_put_text(e, via->branch);
        if (via->extra.len != 0)
                sip_edit_put(e, ";", 1);
        sip_edit_put_text(e, via->extra);
        sip_edit_put(e, "\r\n", 2);
        return sip_edit_commit(e, sip_edit_line(e->msg, e->msg->first[SIP_HDR_VIA]), 0, from);
}

/* Take the client's own received and rport out. */
static void drop_claims(struct sip_edit *e)
{
        uint32_t off = e->msg->via.all.off;
        const uint8_t *p = e->msg->buf + off;
        size_t bytes = e->msg->via.all.len;
        size_t at = sip_via_param_end(p, 0, bytes);

        while (at < bytes) {
                size_t end = sip_via_param_end(p, at + 1, bytes);

                if (sip_via_param_is_source(p + at + 1, end - at - 1))
                        (void)sip_edit_commit(e, off + (uint32_t)at, (uint32_t)(end - at),
                                              e->text_len);
                at = end;
        }
}

enum sip_edit_status sip_edit_via_received(struct sip_edit *e, struct sip_text src, uint16_t port)
{
        const struct sip_via *v = &e->msg->via;
        uint32_t from;

        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        if (port == 0 || !(bare_ip6(src) || sip_ip4_ok((const uint8_t *)src.at, src.len)))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (!sip_edit_first(e, SIP_EDIT_ONCE_RECEIVED))
                return (enum sip_edit_status)e->status;
        if (v->has_rport || v->received.off != 0)
                drop_claims(e);
        if (!v->has_rport && sip_via_is_from(e->msg, src.at, src.len))
                return (enum sip_edit_status)e->status;
        from = e->text_len;
        sip_edit_put(e, ";received=", 10);
        sip_edit_put_text(e, src);
        if (v->has_rport) {
                sip_edit_put(e, ";rport=", 7);
                sip_edit_put_number(e, port);
        }
        return sip_edit_commit(e, (uint32_t)v->all.off + v->all.len, 0, from);
}

enum sip_edit_status sip_edit_via_pop(struct sip_edit *e)
{
        const struct sip_msg *m = e->msg;
        const struct sip_hdr *h;
        uint32_t at, end;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        h = &m->hdrs[m->first[SIP_HDR_VIA]];
        at = (uint32_t)m->via.all.off + m->via.all.len;
        end = (uint32_t)h->value.off + h->value.len;
        while (at < end && sip_is(m->buf[at], SIP_CT_LWS))
                at++;
        if (at == end)
                return sip_edit_hdr_remove(e, m->first[SIP_HDR_VIA]);
        do { /* the comma, and what separates it from the next value */
                at++;
        } while (at < end && sip_is(m->buf[at], SIP_CT_LWS));
        return sip_edit_commit(e, h->value.off, at - h->value.off, e->text_len);
}
