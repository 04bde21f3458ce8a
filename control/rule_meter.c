/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rule_meter.h"

#include <string.h>

static struct cp_rule_meter_place *place_of(struct cp_rule_meter *m, const struct shm_ip *ip)
{
        return &m->place[cp_siphash(&m->key, ip, sizeof(*ip)) % CP_RULE_METER_PLACES];
}

static int is_of(const struct cp_rule_meter_place *p, const struct shm_ip *ip, uint64_t now_ns)
{
        return memcmp(&p->ip, ip, sizeof(*ip)) == 0 && p->time_ns != 0 &&
               now_ns < p->time_ns + CP_RULE_METER_NS;
}

void cp_rule_meter_stopped(struct cp_rule_meter *m, const struct shm_event *ev, uint32_t sid)
{
        struct cp_rule_meter_place *p = place_of(m, &ev->flow.src);

        if (!is_of(p, &ev->flow.src, ev->time_ns))
                *p = (struct cp_rule_meter_place){.ip = ev->flow.src};
        p->time_ns = ev->time_ns;
        for (unsigned i = 0; i < CP_RULE_METER_SIDS; i++) {
                if (p->sid[i] == sid)
                        return;
        }
        memmove(p->sid + 1, p->sid, sizeof(p->sid) - sizeof(p->sid[0]));
        p->sid[0] = sid;
}

unsigned cp_rule_meter_proven(struct cp_rule_meter *m, const struct shm_event *ev,
                              uint32_t out[CP_RULE_METER_SIDS])
{
        /* an ACK comes from the caller, a 2xx goes to whom it lets in */
        const struct shm_ip *ip = (ev->known & SHM_KNOWN_CALL) != 0         ? &ev->flow.src
                                  : (ev->known & SHM_KNOWN_REGISTERED) != 0 ? &ev->flow.dst
                                                                            : NULL;
        struct cp_rule_meter_place *p;
        unsigned n = 0;

        if (ip == NULL)
                return 0;
        p = place_of(m, ip);
        if (!is_of(p, ip, ev->time_ns))
                return 0;
        for (unsigned i = 0; i < CP_RULE_METER_SIDS; i++) {
                if (p->sid[i] != 0)
                        out[n++] = p->sid[i];
        }
        memset(p, 0, sizeof(*p));
        return n;
}
