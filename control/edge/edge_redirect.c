/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_redirect.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "control/location/registrar.h"
#include "parser/sip_uri.h"

/* "sip:user@address:port" of a contact whose own host nobody else can reach. */
static bool mapped_uri(const struct cp_binding *x, char *out, size_t cap)
{
        static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff};
        const struct cp_text stored = cp_binding_text(x, CP_BINDING_CONTACT);
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {(const uint8_t *)stored.at, 0, (uint32_t)stored.len, &notes};
        bool is_v4 = memcmp(x->received.b, v4, sizeof(v4)) == 0;
        char address[INET6_ADDRSTRLEN];
        struct sip_uri uri;
        int n;

        if (sip_uri_parse(&c, &uri) != SIP_ANOM_NONE ||
            inet_ntop(is_v4 ? AF_INET : AF_INET6, x->received.b + (is_v4 ? 12 : 0), address,
                      sizeof(address)) == NULL)
                return false;
        n = snprintf(out, cap, "sip:%.*s%s%s%s%s:%u", (int)uri.user.len, stored.at + uri.user.off,
                     uri.user.len != 0 ? "@" : "", is_v4 ? "" : "[", address, is_v4 ? "" : "]",
                     x->port);
        return n > 0 && (size_t)n < cap;
}

static size_t write_contact(const struct cp_binding *x, uint32_t now_s, char *out, size_t cap)
{
        const struct cp_text stored = cp_binding_text(x, CP_BINDING_CONTACT);
        char mapped[640];
        int n;

        if (x->behind_nat != 0 && mapped_uri(x, mapped, sizeof(mapped)))
                n = snprintf(out, cap, "Contact: <%s>", mapped);
        else
                n = snprintf(out, cap, "Contact: <%.*s>", (int)stored.len, stored.at);
        if (n > 0 && (size_t)n < cap)
                n += snprintf(out + n, cap - (size_t)n, ";q=%u.%03u;expires=%u\r\n",
                              x->q_milli / 1000u, x->q_milli % 1000u, x->expires_s - now_s);
        return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

static bool is_better(const struct cp_binding *a, const struct cp_binding *b)
{
        return b == NULL || a->q_milli > b->q_milli ||
               (a->q_milli == b->q_milli && a->updated_s > b->updated_s);
}

size_t cp_edge_contacts(const struct cp_aor *aor, uint32_t now_s,
                        char out[SHM_REPLY_HEADERS_MAX + 1])
{
        const struct cp_binding *listed[CP_REGISTER_CONTACTS_MAX];
        unsigned cnt = 0;
        size_t at = 0;

        out[0] = '\0';
        while (cnt < CP_REGISTER_CONTACTS_MAX) {
                const struct cp_binding *best = NULL;
                size_t n;

                for (const struct cp_binding *x = aor->first; x != NULL; x = x->next) {
                        bool taken = x->expires_s <= now_s;

                        for (unsigned i = 0; i < cnt && !taken; i++)
                                taken = listed[i] == x;
                        if (!taken && is_better(x, best))
                                best = x;
                }
                if (best == NULL)
                        break;
                listed[cnt++] = best;
                n = write_contact(best, now_s, out + at, SHM_REPLY_HEADERS_MAX + 1 - at);
                out[at + n] = '\0';
                at += n;
        }
        return at;
}
