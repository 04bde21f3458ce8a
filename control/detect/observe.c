/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/observe.h"

#include <string.h>

#include "parser/sip_aor.h"

void cp_dialled_read(const uint8_t *user, size_t len, struct cp_dialled *out)
{
        out->len = 0;
        for (size_t i = 0; i < len && user[i] != ';'; i++) {
                bool digit = user[i] >= '0' && user[i] <= '9';
                bool star = user[i] == '*' || user[i] == '#';

                if (memchr("-.()", user[i], 4) != NULL && i != 0)
                        continue;
                if ((!digit && !star && !(user[i] == '+' && i == 0)) ||
                    out->len == CP_DIAL_DIGITS_MAX) {
                        out->len = 0;
                        return;
                }
                out->at[out->len++] = (char)user[i];
        }
}

static void aor(const struct sip_msg *msg, const struct sip_uri *u, struct cp_observed_text *out)
{
        out->len = sip_aor_write(msg->buf, u, (uint8_t *)out->at, sizeof(out->at));
        if (out->len > sizeof(out->at))
                out->len = 0; /* longer than any user of ours */
}

static bool is_one_of(uint8_t method, enum sip_method a, enum sip_method b)
{
        return method == a || method == b;
}

bool cp_observe(const struct shm_event *ev, const struct sip_msg *msg, struct cp_observation *out)
{
        bool from_outside = ev->flow.side == SHM_SIDE_OUTSIDE;
        struct sip_span dialled;

        memset(out, 0, sizeof(*out));
        out->ev = ev;
        out->msg = msg;
        out->from_outside = from_outside;
        out->outside = from_outside ? &ev->flow.src : &ev->flow.dst;
        out->inside = from_outside ? &ev->flow.dst : &ev->flow.src;
        out->port = from_outside ? ev->flow.sport : ev->flow.dport;
        out->passed = ev->action == SHM_ACTION_PASS;
        out->request = msg->kind == SIP_KIND_REQUEST;
        if (msg->kind == SIP_KIND_NONE || msg->call_id.len == 0)
                return false;
        out->method = out->request ? msg->method : msg->cseq.method;
        out->begins = out->request && msg->to.tag.len == 0 &&
                      !is_one_of(out->method, SIP_METHOD_ACK, SIP_METHOD_CANCEL);
        out->credentials = sip_msg_has_credentials(msg);
        aor(msg, &msg->to.uri, &out->to);
        aor(msg, &msg->from.uri, &out->from);
        out->account = out->method == SIP_METHOD_REGISTER ? out->to : out->from;
        dialled =
            out->request && out->method == SIP_METHOD_INVITE ? msg->ruri.user : msg->to.uri.user;
        cp_dialled_read(sip_span_at(msg, dialled), dialled.len, &out->dialled);
        return true;
}
