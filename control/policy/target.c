/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/target.h"

#include <netinet/in.h>
#include <string.h>

#include "parser/sip_ip.h"
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

bool cp_target_parsed(const uint8_t *at, const struct sip_uri *uri, struct shm_hop *out)
{
        struct sip_uri_part maddr;

        if (uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS)
                return false;
        *out = (struct shm_hop){.weight = 1};
        read_transport(at, uri, out);
        return read_address(at, sip_uri_param(at, uri, "maddr", &maddr) ? maddr.value : uri->host,
                            &out->ip);
}

enum cp_target_kind cp_target_uri(const char *uri, size_t len, struct shm_hop *out)
{
        const uint8_t *at = (const uint8_t *)uri;
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {at, 0, (uint32_t)len, &notes};
        struct sip_uri parsed;

        if (len > SHM_URI_BYTES_MAX || sip_uri_parse(&c, &parsed) != SIP_ANOM_NONE ||
            c.pos != c.end || (parsed.scheme != SIP_SCHEME_SIP && parsed.scheme != SIP_SCHEME_SIPS))
                return CP_TARGET_NONE;
        return cp_target_parsed(at, &parsed, out) ? CP_TARGET_ADDRESS : CP_TARGET_NAME;
}

bool cp_target_hop(const char *uri, size_t len, struct shm_hop *out)
{
        return cp_target_uri(uri, len, out) == CP_TARGET_ADDRESS;
}
