/* SPDX-License-Identifier: Apache-2.0 */
#include "control/bans/rule_bans.h"

#include <stdio.h>
#include <string.h>

#include "control/engine.h"
#include "control/log.h"

#define NS_PER_S UINT64_C(1000000000)

void cp_rule_bans_ask(struct cp_rule_bans *self, const struct shm_event *ev,
                      const struct cp_rulebook_entry *e)
{
        const struct match_rule *r = e->rule;
        struct cp_rule_ban *w;

        for (uint32_t i = 0; i < self->cnt; i++) {
                if (memcmp(&self->wish[i].ban.prefix.ip, &ev->flow.src, sizeof(ev->flow.src)) == 0)
                        return;
        }
        if (self->cnt == CP_RULE_BANS_MAX)
                return;
        w = &self->wish[self->cnt++];
        *w = (struct cp_rule_ban){.ttl_s = r->seconds};
        w->ban.prefix = (struct cp_prefix){.ip = ev->flow.src, .len = 128};
        w->ban.first_ns = ev->time_ns;
        w->ban.last_ns = ev->time_ns;
        snprintf(w->ban.reason, sizeof(w->ban.reason), "%.*s", (int)r->msg.len, e->msg);
        snprintf(w->ban.origin, sizeof(w->ban.origin), "rule");
        snprintf(w->ban.evidence, sizeof(w->ban.evidence), "sid %u, rev %u, rule set %u", r->sid,
                 r->rev, ev->rule_generation);
        if (w->ban.reason[0] == '\0')
                snprintf(w->ban.reason, sizeof(w->ban.reason), "sid %u", r->sid);
}

/* A ban of this address that is not over before the new one would be. */
static bool is_there(struct cp_engine *e, const struct cp_rule_ban *w, uint64_t now_ns)
{
        const struct cp_ban *b = cp_bans_get(&e->bans, &w->ban.prefix);

        return b != NULL && (b->expires_ns == 0 || b->expires_ns >= now_ns + w->ttl_s * NS_PER_S);
}

static void carry_out(struct cp_engine *e, struct cp_rule_ban *w, uint64_t now_ns)
{
        char text[CP_PREFIX_TEXT_BYTES];
        int rc;

        cp_prefix_print(&w->ban.prefix, text);
        if (cp_auto_ban_allowed(e->policy, &w->ban.prefix, now_ns) || is_there(e, w, now_ns))
                return;
        rc = cp_engine_ban(e, &w->ban, w->ttl_s);
        if (rc != 0)
                cp_log(CP_LOG_WARNING, "%s is not banned: %s", text, strerror(-rc));
        else
                cp_log(CP_LOG_INFO, "%s banned for %u s: %s", text, w->ttl_s, w->ban.evidence);
}

void cp_rule_bans_run(struct cp_engine *e)
{
        struct cp_rule_bans taken;
        uint64_t now_ns = cp_clock_real_ns();

        cp_gate_close(&e->event_gate);
        taken = e->writer->rule_bans;
        e->writer->rule_bans.cnt = 0;
        cp_gate_open(&e->event_gate);
        for (uint32_t i = 0; i < taken.cnt; i++)
                carry_out(e, &taken.wish[i], now_ns);
}
