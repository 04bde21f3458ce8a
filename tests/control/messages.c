/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/messages.h"

#include <stdio.h>

static const char *or_else(const char *s, const char *otherwise)
{
        return s != NULL ? s : otherwise;
}

size_t message_write(const struct message *m, char *buf, size_t len)
{
        const char *method = or_else(m->method, "INVITE");
        char start[2048];
        char agent[1024] = "";

        if (m->status != NULL)
                snprintf(start, sizeof(start), "SIP/2.0 %s", m->status);
        else
                snprintf(start, sizeof(start), "%s %s SIP/2.0", method,
                         or_else(m->uri, "sip:bob@example.com"));
        if (m->user_agent != NULL)
                snprintf(agent, sizeof(agent), "User-Agent: %s\r\n", m->user_agent);
        return (size_t)snprintf(buf, len,
                                "%s\r\n"
                                "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK74bf9\r\n"
                                "From: Alice <sip:alice@example.com>;tag=9fxced76sl\r\n"
                                "To: Bob <sip:bob@example.com>%s%s\r\n"
                                "Call-ID: %s\r\n"
                                "CSeq: 1 %s\r\n"
                                "Max-Forwards: 70\r\n"
                                "Contact: <sip:alice@198.51.100.1>\r\n"
                                "%s"
                                "Content-Length: 0\r\n\r\n",
                                start, m->to_tag != NULL ? ";tag=" : "", or_else(m->to_tag, ""),
                                or_else(m->call_id, "call-1@test"), method, agent);
}
