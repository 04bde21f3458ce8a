/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/route_answer.h"

#include <stdio.h>
#include <string.h>

#include "control/policy/routes.h"

bool cp_begins_dialog(const struct sip_msg *m)
{
        return m->method == SIP_METHOD_INVITE || m->method == SIP_METHOD_SUBSCRIBE ||
               m->method == SIP_METHOD_REFER || m->method == SIP_METHOD_OTHER;
}

void cp_answer_proxy(struct cp_answer *a, enum shm_reason reason)
{
        a->reply.action = SHM_ACTION_PROXY;
        a->reply.reason = (uint16_t)reason;
        a->reply.scopes &= (uint8_t)~SHM_SCOPE_DIALOG;
        if (a->reply.scopes == 0)
                a->reply.lifetime_ms = 0;
}

static void forward(const struct cp_config_route *r, const struct sip_msg *m, struct cp_answer *a)
{
        bool record = r->record_route == NULL || *r->record_route;

        cp_answer_proxy(a, SHM_REASON_ROUTED);
        a->to.fixed = (struct shm_forward){.hop_cnt = (uint8_t)r->to->hop_cnt};
        memcpy(a->to.hop, r->to->hop, r->to->hop_cnt * sizeof(a->to.hop[0]));
        if (record && cp_begins_dialog(m))
                a->to.fixed.flags |= SHM_FORWARD_RECORD_ROUTE;
        if (r->path != 0 && m->method == SIP_METHOD_REGISTER)
                a->to.fixed.flags |= SHM_FORWARD_PATH;
}

static void end_with(struct cp_answer *a, enum shm_action action, enum shm_reason reason,
                     uint16_t code)
{
        a->reply.action = (uint8_t)action;
        a->reply.reason = (uint16_t)reason;
        a->reply.code = code;
        a->reply.scopes = 0;
        a->reply.lifetime_ms = 0;
}

/* "sip:gw.example.net" or "sip:bob@gw.example.net": the first gets the user that was called. */
static int contact(const struct cp_config_contact *c, const struct sip_msg *m, char *out,
                   size_t cap)
{
        const char *host = strchr(c->uri, ':') + 1; /* checked before */
        bool has_user = strchr(c->uri, '@') != NULL || m->ruri.user.len == 0;
        unsigned q = c->q != NULL ? (unsigned)(*c->q * 1000 + 0.5) : 1000;

        return snprintf(out, cap, "Contact: <%.*s%.*s%s%s>;q=%u.%03u\r\n", (int)(host - c->uri),
                        c->uri, has_user ? 0 : (int)m->ruri.user.len,
                        (const char *)sip_span_at(m, m->ruri.user), has_user ? "" : "@", host,
                        q / 1000, q % 1000);
}

static void redirect(const struct cp_config_route *r, const struct sip_msg *m, struct cp_answer *a)
{
        size_t at = 0;

        if (m->kind != SIP_KIND_REQUEST || m->method == SIP_METHOD_ACK) {
                end_with(a, SHM_ACTION_DROP, SHM_REASON_NO_REPLY_ACK, 0);
                return;
        }
        end_with(a, SHM_ACTION_REPLY, SHM_REASON_ROUTE_REDIRECT, r->code);
        for (uint32_t i = 0; i < r->contacts_count; i++) {
                size_t room = sizeof(a->headers) - at;
                int n = contact(&r->contacts[i], m, a->headers + at, room);

                if (n > 0 && (size_t)n < room) /* what does not fit is left out */
                        at += (size_t)n;
        }
        a->reply.headers_len = (uint16_t)at;
}

void cp_route_answer(const struct cp_asked *q, struct cp_answer *a)
{
        const struct cp_config_route *r = q->route;

        if (r == NULL || a->reply.action != SHM_ACTION_PASS)
                return;
        if (r->action == CP_ROUTE_FORWARD)
                forward(r, q->msg, a);
        else if (r->action == CP_ROUTE_REDIRECT)
                redirect(r, q->msg, a);
        else if (q->msg->method == SIP_METHOD_ACK)
                end_with(a, SHM_ACTION_DROP, SHM_REASON_NO_REPLY_ACK, 0);
        else
                end_with(a, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, 404);
}
