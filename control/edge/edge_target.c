/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_target.h"

#include <netinet/in.h>
#include <string.h>

#include "parser/sip_ip.h"
#include "parser/sip_route.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_part.h"

#define SIP_PORT  5060u
#define SIPS_PORT 5061u

static bool read_address(const uint8_t *at, struct sip_span s, struct shm_ip *out)
{
        struct sip_ip ip;

        if (!sip_ip_parse(at, s, &ip))
                return false;
        *out = (struct shm_ip){{[10] = 0xff, [11] = 0xff}};
        if (ip.family == 4)
                memcpy(out->b + 12, ip.octets, 4);
        else
                memcpy(out->b, ip.octets, sizeof(out->b));
        return true;
}

/* Protocol and usual port by scheme and transport. */
static void read_transport(const uint8_t *at, const struct sip_uri *uri, struct shm_hop *out)
{
        struct sip_uri_part t;
        bool tls = uri->scheme == SIP_SCHEME_SIPS;

        out->ip_proto = tls ? IPPROTO_TCP : IPPROTO_UDP;
        if (sip_uri_param(at, uri, "transport", &t)) {
                tls = tls || sip_span_ieq(at, t.value, "tls", 3);
                if (tls || sip_span_ieq(at, t.value, "tcp", 3) ||
                    sip_span_ieq(at, t.value, "ws", 2) || sip_span_ieq(at, t.value, "wss", 3))
                        out->ip_proto = IPPROTO_TCP;
                else if (sip_span_ieq(at, t.value, "sctp", 4))
                        out->ip_proto = IPPROTO_SCTP;
        }
        out->port = (uint16_t)(tls ? SIPS_PORT : SIP_PORT);
        if (uri->port != 0)
                out->port = uri->port;
}

static bool hop_of(const uint8_t *at, const struct sip_uri *uri, struct shm_hop *out)
{
        struct sip_uri_part maddr;

        if (uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS)
                return false;
        *out = (struct shm_hop){.weight = 1};
        read_transport(at, uri, out);
        return read_address(at, sip_uri_param(at, uri, "maddr", &maddr) ? maddr.value : uri->host,
                            &out->ip);
}

bool cp_target_hop(const char *uri, size_t len, struct shm_hop *out)
{
        const uint8_t *at = (const uint8_t *)uri;
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {at, 0, (uint32_t)len, &notes};
        struct sip_uri parsed;

        return len <= SHM_URI_BYTES_MAX && sip_uri_parse(&c, &parsed) == SIP_ANOM_NONE &&
               hop_of(at, &parsed, out);
}

/* The hop of the first element of a Path. */
static bool path_hop(struct cp_text path, struct shm_hop *out)
{
        const uint8_t *at = (const uint8_t *)path.at;
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {at, 0, (uint32_t)path.len, &notes};
        struct sip_route first;

        return sip_route_parse(&c, &first) == SIP_VALUE_OK && hop_of(at, &first.addr.uri, out);
}

/* The contact without its headers, which a Request-URI has not (RFC 3261 19.1.1). */
static size_t request_uri(struct cp_text contact)
{
        const char *end = memchr(contact.at, '?', contact.len);

        return end != NULL ? (size_t)(end - contact.at) : contact.len;
}

bool cp_target_of(const struct cp_binding *x, struct cp_forward *out)
{
        const struct cp_text contact = cp_binding_text(x, CP_BINDING_CONTACT);
        const struct cp_text path = cp_binding_text(x, CP_BINDING_PATH);
        size_t uri_len = request_uri(contact);
        struct shm_hop named;
        bool known =
            path.len != 0 ? path_hop(path, &named) : cp_target_hop(contact.at, contact.len, &named);

        if (uri_len == 0 || uri_len > sizeof(out->uri) || path.len > sizeof(out->route))
                return false;
        out->fixed = (struct shm_forward){
            .hop_cnt = 1,
            .ruri_len = (uint16_t)uri_len,
            .route_len = (uint16_t)path.len,
        };
        memcpy(out->uri, contact.at, uri_len);
        memcpy(out->route, path.at, path.len);
        if (known && (x->behind_nat == 0 || path.len != 0))
                out->hop[0] = named;
        else
                out->hop[0] = (struct shm_hop){
                    .ip = x->received, .port = x->port, .weight = 1, .ip_proto = IPPROTO_UDP};
        return out->hop[0].port != 0;
}

static uint32_t mix(uint32_t h, const void *data, size_t len)
{
        const uint8_t *at = data;

        for (size_t i = 0; i < len; i++)
                h = (h ^ at[i]) * UINT32_C(0x01000193);
        return h;
}

uint32_t cp_target_mark(const struct cp_forward *to)
{
        uint32_t h = UINT32_C(0x811c9dc5);

        h = mix(h, to->hop, to->fixed.hop_cnt * sizeof(to->hop[0]));
        h = mix(h, to->uri, to->fixed.ruri_len);
        h = mix(h, to->route, to->fixed.route_len);
        return h != 0 ? h : 1;
}
