/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_target.h"

#include <netinet/in.h>
#include <string.h>

#include "parser/sip_route.h"

/* The hop of the first element of a Path. */
static bool path_hop(struct cp_text path, struct shm_hop *out)
{
        const uint8_t *at = (const uint8_t *)path.at;
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {at, 0, (uint32_t)path.len, &notes};
        struct sip_route first;

        return sip_route_parse(&c, &first) == SIP_VALUE_OK &&
               cp_target_parsed(at, &first.addr.uri, out);
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
