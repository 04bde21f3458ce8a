/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/ban_terms.h"

#include <string.h>

#define MINUTE_NS UINT64_C(60000000000)

uint32_t cp_ban_budget_allowed(uint32_t proven, uint32_t percent)
{
        uint32_t n = (uint32_t)((uint64_t)proven * percent / 100u);

        return n == 0 && percent != 0 ? 1 : n;
}

static bool recent(uint64_t at_ns, uint64_t now_ns)
{
        return at_ns != 0 && at_ns + MINUTE_NS > now_ns;
}

uint32_t cp_ban_budget_spent(const struct cp_ban_budget *b, uint64_t now_ns)
{
        uint32_t n = 0;

        for (unsigned i = 0; i < CP_BAN_SPENDS_MAX; i++)
                n += recent(b->spend[i].at_ns, now_ns) ? b->spend[i].sources : 0;
        return n;
}

bool cp_ban_budget_take(struct cp_ban_budget *b, uint32_t sources, uint32_t allowed,
                        uint64_t now_ns)
{
        uint32_t spent = cp_ban_budget_spent(b, now_ns);
        bool first = spent == 0 && allowed != 0 && sources <= CP_BAN_ALWAYS_MAX;

        if ((uint64_t)spent + sources > allowed && !first)
                return false;
        for (unsigned i = 0; i < CP_BAN_SPENDS_MAX; i++) {
                if (recent(b->spend[i].at_ns, now_ns))
                        continue;
                b->spend[i].at_ns = now_ns;
                b->spend[i].sources = sources;
                return true;
        }
        return false;
}

static bool same(const struct cp_offence *x, const struct cp_prefix *p)
{
        return x->bans != 0 && x->prefix.len == p->len && x->prefix.port == p->port &&
               memcmp(&x->prefix.ip, &p->ip, sizeof(p->ip)) == 0;
}

uint32_t cp_offences_get(const struct cp_offences *o, const struct cp_prefix *p, uint64_t now_ns)
{
        for (unsigned i = 0; i < CP_OFFENCES_MAX; i++)
                if (same(&o->of[i], p) && o->of[i].until_ns > now_ns)
                        return o->of[i].bans;
        return 0;
}

void cp_offences_set(struct cp_offences *o, const struct cp_prefix *p, uint32_t bans,
                     uint64_t until_ns)
{
        struct cp_offence *place = &o->of[0];

        for (unsigned i = 0; i < CP_OFFENCES_MAX; i++) {
                struct cp_offence *x = &o->of[i];

                if (same(x, p)) {
                        place = x;
                        break;
                }
                if (place->bans != 0 && (x->bans == 0 || x->until_ns < place->until_ns))
                        place = x;
        }
        if (bans != 0 || same(place, p))
                *place = (struct cp_offence){.prefix = *p, .bans = bans, .until_ns = until_ns};
}

uint32_t cp_ban_ttl_s(const struct cp_detect_bans *terms, uint32_t before)
{
        uint64_t ttl_s = terms->ttl_s;

        for (uint32_t i = 0; i < before && ttl_s < terms->ttl_max_s; i++)
                ttl_s *= 2;
        return ttl_s < terms->ttl_max_s ? (uint32_t)ttl_s : terms->ttl_max_s;
}
