/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_conform.h"

#include <string.h>

#include "parser/sip_auth.h"
#include "parser/sip_body.h"
#include "parser/sip_hname.h"
#include "parser/sip_host.h"
#include "parser/sip_repeat.h"
#include "parser/sip_state.h"
#include "parser/sip_via.h"

static void note(struct sip_msg *m, enum sip_anomaly a, bool is)
{
        if (is)
                sip_anom_add(&m->anomalies, a);
}

/* Has a field that may occur once been given in both of its forms? */
static bool long_and_compact(const struct sip_msg *m)
{
        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];

                if (h->next_same != SIP_HDR_NONE && sip_hname_single((enum sip_hdr_id)h->id) &&
                    ((h->flags ^ m->hdrs[h->next_same].flags) & SIP_HDR_F_COMPACT) != 0)
                        return true;
        }
        return false;
}

/* IANA's registry of SIP transports, and UDP of RFC 3261. Names compare without regard to case. */
static bool transport_known(const struct sip_msg *m)
{
        static const struct {
                const char *name;
                uint8_t len;
        } known[] = {{"udp", 3}, {"tcp", 3},  {"tls", 3},     {"ws", 2},
                     {"wss", 3}, {"sctp", 4}, {"tls-sctp", 8}};

        for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (sip_span_ieq(m->buf, m->via.transport, known[i].name, known[i].len))
                        return true;
        return false;
}

/* The three that nearly all messages have, in their usual spelling. */
static bool transport_usual(const struct sip_msg *m)
{
        const uint8_t *p = sip_span_at(m, m->via.transport);
        uint32_t w;

        if (m->via.transport.len != 3)
                return false;
        w = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        return (w == 0x554450) | (w == 0x544350) | (w == 0x544c53); /* UDP TCP TLS */
}

/* ";" behind an address that is not in brackets. */
static bool bare_params(const struct sip_addr *a)
{
        return (a->params.len != 0) & (a->uri.all.off == a->all.off);
}

static bool content_type_empty(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_CONTENT_TYPE);

        return h && h->value.len == 0;
}

static struct sip_cur cursor(struct sip_msg *m, struct sip_span v)
{
        return (struct sip_cur){m->buf, v.off, (uint32_t)v.off + v.len, &m->anomalies};
}

static bool content_type_bad(struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_CONTENT_TYPE);
        struct sip_body_type type;
        struct sip_cur c;

        if (!h)
                return false;
        c = cursor(m, h->value);
        return sip_body_type_parse(&c, &type) != SIP_VALUE_OK;
}

/* Every field of the name is one set of credentials. */
static bool auth_bad(struct sip_msg *m, enum sip_hdr_id id)
{
        for (unsigned i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_cur c = cursor(m, m->hdrs[i].value);
                struct sip_auth auth;

                if (sip_auth_parse(&c, SIP_AUTH_CREDENTIALS, &auth) != SIP_VALUE_OK ||
                    c.pos != c.end)
                        return true;
        }
        return false;
}

/* "%00" to "%1F", and "%7F". Where '%' stands in a user that was read, two digits follow. */
static bool user_has_ctl(const struct sip_msg *m, struct sip_span user)
{
        const uint8_t *p = m->buf + user.off;

        for (uint32_t i = 0; i + 2 < user.len; i++)
                if (p[i] == '%' && (p[i + 1] == '0' || p[i + 1] == '1' ||
                                    (p[i + 1] == '7' && (p[i + 2] | 0x20) == 'f')))
                        return true;
        return false;
}

static bool any_user_has_ctl(const struct sip_msg *m)
{
        return user_has_ctl(m, m->ruri.user) || user_has_ctl(m, m->from.uri.user) ||
               user_has_ctl(m, m->to.uri.user) || user_has_ctl(m, m->contact.uri.user);
}

static bool is_broadcast(const uint8_t *buf, const struct sip_via *via)
{
        static const char broadcast[] = "255.255.255.255";

        return via->host.len == sizeof(broadcast) - 1 &&
               memcmp(buf + via->host.off, broadcast, sizeof(broadcast) - 1) == 0;
}

/* Only IPv6 addresses have a colon. */
static bool received_is_name(const uint8_t *buf, const struct sip_via *via)
{
        const uint8_t *p = buf + via->received.off;

        return via->received.len != 0 && !memchr(p, ':', via->received.len) &&
               !sip_ip4_ok(p, via->received.len);
}

/* Is it so of any Via? Behind the topmost there may be the one that answers are sent to later. */
static bool any_via(struct sip_msg *m, bool (*is)(const uint8_t *buf, const struct sip_via *via))
{
        for (unsigned i = m->first[SIP_HDR_VIA]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_cur c = cursor(m, m->hdrs[i].value);
                struct sip_via via;

                while (sip_via_parse(&c, &via) == SIP_ANOM_NONE) {
                        if (is(m->buf, &via))
                                return true;
                        if (c.pos >= c.end || c.buf[c.pos++] != ',')
                                break;
                }
        }
        return false;
}

/* Does the profile want to know? */
static bool asked(const struct sip_profile *p, enum sip_anomaly a)
{
        return sip_profile_verdict(p, a) != SIP_VERDICT_ACCEPT;
}

static void read_again(const struct sip_profile *p, struct sip_msg *m)
{
        if (asked(p, SIP_ANOM_CONTENT_TYPE_SYNTAX))
                note(m, SIP_ANOM_CONTENT_TYPE_SYNTAX, content_type_bad(m));
        if (asked(p, SIP_ANOM_AUTH_SYNTAX))
                note(m, SIP_ANOM_AUTH_SYNTAX,
                     auth_bad(m, SIP_HDR_AUTHORIZATION) ||
                         auth_bad(m, SIP_HDR_PROXY_AUTHORIZATION));
        if (asked(p, SIP_ANOM_URI_ESCAPED_CTL))
                note(m, SIP_ANOM_URI_ESCAPED_CTL, any_user_has_ctl(m));
        if (asked(p, SIP_ANOM_VIA_BROADCAST))
                note(m, SIP_ANOM_VIA_BROADCAST, any_via(m, is_broadcast));
        if (asked(p, SIP_ANOM_VIA_RECEIVED_NAME))
                note(m, SIP_ANOM_VIA_RECEIVED_NAME, any_via(m, received_is_name));
}

static __attribute__((noinline)) void note_all(struct sip_msg *m)
{
        if (sip_anom_has(&m->anomalies, SIP_ANOM_DUP_SINGLETON))
                note(m, SIP_ANOM_DUP_COMPACT, long_and_compact(m));
        note(m, SIP_ANOM_CONTENT_TYPE_EMPTY, content_type_empty(m));
        note(m, SIP_ANOM_RURI_SCHEME, m->ruri.scheme == SIP_SCHEME_OTHER);
        note(m, SIP_ANOM_PROXY_REQUIRE, m->first[SIP_HDR_PROXY_REQUIRE] != SIP_HDR_NONE);
        note(m, SIP_ANOM_MAX_FORWARDS_ZERO, m->max_forwards == 0);
        note(m, SIP_ANOM_VIA_MADDR, m->via.maddr.len != 0);
        note(m, SIP_ANOM_VIA_TRANSPORT, m->via.transport.len != 0 && !transport_known(m));
        note(m, SIP_ANOM_ADDR_BARE_PARAMS,
             bare_params(&m->from) || bare_params(&m->to) || bare_params(&m->contact));
}

/* Could any of these be there? One branch for a message that is in order; not exact otherwise. */
static bool suspect(const struct sip_msg *m)
{
        unsigned is = !transport_usual(m);

        is |= sip_anom_has(&m->anomalies, SIP_ANOM_DUP_SINGLETON);
        is |= content_type_empty(m);
        is |= m->ruri.scheme == SIP_SCHEME_OTHER;
        is |= m->first[SIP_HDR_PROXY_REQUIRE] != SIP_HDR_NONE;
        is |= m->max_forwards == 0;
        is |= m->via.maddr.len != 0;
        is |= bare_params(&m->from);
        is |= bare_params(&m->to);
        is |= bare_params(&m->contact);
        return is != 0;
}

void sip_conform(const struct sip_profile *p, struct sip_msg *m)
{
        if (suspect(m))
                note_all(m);
        note(m, SIP_ANOM_PARAM_DUP, sip_repeats(m));
        if (p->reads_again)
                read_again(p, m);
}
