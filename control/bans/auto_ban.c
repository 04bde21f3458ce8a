/* SPDX-License-Identifier: Apache-2.0 */
#include "control/bans/auto_ban.h"

#include <stdio.h>
#include <string.h>

#include "control/engine.h"
#include "control/log.h"

#define BANS_PER_TURN 32u
#define NS_PER_S      UINT64_C(1000000000)

/* An alert whose ban has been granted; it may end before the ban is in force. */
struct grant {
        uint64_t number;
        struct cp_ban ban;
        uint32_t ttl_s;
        uint32_t before; /* earlier bans */
        int result;
};

static bool live(uint64_t expires_ns, uint64_t now_ns)
{
        return expires_ns == 0 || expires_ns > now_ns;
}

bool cp_auto_ban_allowed(const struct cp_policy *p, const struct cp_prefix *prefix, uint64_t now_ns)
{
        for (uint32_t i = 0; i < p->config->policy.allow_count; i++) {
                const struct cp_policy_entry *e = &p->allow[i];

                if (live(e->expires_ns, now_ns) &&
                    (cp_prefix_covers(&e->prefix, prefix) || cp_prefix_covers(prefix, &e->prefix)))
                        return true;
        }
        return false;
}

/* By this prefix or a wider one; of a limit, by a limit too. */
static bool is_banned(const struct cp_bans *b, const struct cp_prefix *prefix, bool limit,
                      uint64_t now_ns)
{
        unsigned len = prefix->len + 1u;
        const struct cp_ban *ban = prefix->port != 0 ? cp_bans_get(b, prefix) : NULL;

        if (ban != NULL && live(ban->expires_ns, now_ns) && (limit || ban->rate == 0))
                return true;
        while ((ban = cp_prefix_map_match(&b->map, &prefix->ip, &len)) != NULL)
                if (live(ban->expires_ns, now_ns) && (limit || ban->rate == 0))
                        return true;
        return false;
}

/* The narrowest that all marks came from: one port of an address, the address, the /64. */
static struct cp_prefix guilty(const struct cp_alert *a)
{
        struct cp_prefix p = {.ip = a->several ? a->ip : a->exact, .len = a->several ? 64 : 128};

        if (!a->several && !a->many_ports)
                p.port = a->port;
        return p;
}

static bool is_limit(const struct cp_alert *a)
{
        return a->rule.action == CP_DETECT_LIMIT;
}

static enum cp_alert_ban judge(struct cp_engine *e, const struct cp_alert *a, uint64_t now_ns)
{
        struct cp_auto_ban *self = &e->auto_ban;
        struct cp_prefix prefix = guilty(a);
        struct cp_sources_count there =
            cp_sources_count(&e->detect->sources, &prefix, a->ports, now_ns);
        uint32_t percent = e->policy->config->detections.bans.budget_percent;

        if (cp_auto_ban_allowed(e->policy, &prefix, now_ns))
                return CP_ALERT_BAN_ALLOWED;
        if (is_banned(&e->bans, &prefix, is_limit(a), now_ns))
                return CP_ALERT_BAN_DONE;
        if (is_limit(a))
                return CP_ALERT_BAN_DONE; /* those who share it can still call */
        if (there.innocent != 0 && prefix.port == 0)
                return CP_ALERT_BAN_SHARED;
        if (!cp_ban_budget_take(&self->budget, prefix.port != 0 ? 1 : 1 + there.bystanders,
                                cp_ban_budget_allowed(self->proven, percent), now_ns))
                return CP_ALERT_BAN_WAITING;
        return CP_ALERT_BAN_DONE;
}

/* A Call-ID comes from the attacker: what is no plain character becomes one. */
static void plain(char *text)
{
        for (; *text != 0; text++)
                if (*text < 0x20 || *text > 0x7e)
                        *text = '?';
}

static void fill(struct cp_engine *e, struct grant *g, const struct cp_alert *a, uint64_t now_ns)
{
        enum cp_detection d = (enum cp_detection)a->detection;

        *g = (struct grant){.number = a->number};
        g->ban.prefix = guilty(a);
        g->ban.first_ns = a->first_ns;
        g->ban.last_ns = a->last_ns;
        g->before = cp_offences_get(&e->auto_ban.offences, &g->ban.prefix, now_ns);
        g->ban.rate = is_limit(a) ? e->policy->config->detections.bans.limit_rate : 0;
        g->ttl_s = cp_ban_ttl_s(&e->policy->config->detections.bans, g->before);
        snprintf(g->ban.reason, sizeof(g->ban.reason), "%s", cp_detection_text(d));
        snprintf(g->ban.origin, sizeof(g->ban.origin), "%s", cp_detection_name(d));
        snprintf(g->ban.evidence, sizeof(g->ban.evidence),
                 "alert %llu: %u of %u in %u s, %u proven, %u earlier bans, Call-ID %.*s",
                 (unsigned long long)a->number, a->peak, a->rule.threshold, a->rule.window_s,
                 a->proven, g->before, a->call_id[0].len, a->call_id[0].at);
        plain(g->ban.evidence);
}

/* Behind the event gate. Returns how many were granted. */
static unsigned look(struct cp_engine *e, struct grant *grants, uint64_t now_ns)
{
        struct cp_auto_ban *self = &e->auto_ban;
        struct cp_alert *a;
        unsigned n = 0;
        uint32_t i = 0;

        self->waiting = 0;
        self->proven = cp_sources_count(&e->detect->sources, NULL, 0, now_ns).proven;
        while ((a = cp_detect_alert_next(e->detect, &i)) != NULL && n < BANS_PER_TURN) {
                struct cp_prefix prefix = guilty(a);
                bool banned = is_banned(&e->bans, &prefix, is_limit(a), now_ns);

                if (a->stop_ns != 0 ||
                    (a->ban != CP_ALERT_BAN_ASKED && a->ban != CP_ALERT_BAN_WAITING))
                        continue;
                a->ban = (uint8_t)judge(e, a, now_ns);
                self->waiting += a->ban == CP_ALERT_BAN_WAITING;
                if (a->ban == CP_ALERT_BAN_DONE && !banned)
                        fill(e, &grants[n++], a, now_ns);
        }
        cp_detect_level(e->detect, CP_DETECTION_BAN_BUDGET, self->waiting, now_ns);
        return n;
}

static void carry_out(struct cp_engine *e, struct grant *g, uint64_t now_ns)
{
        char text[CP_PREFIX_TEXT_BYTES];
        uint64_t until_ns = now_ns + g->ttl_s * NS_PER_S + CP_OFFENCE_KEEP_NS;

        cp_prefix_print(&g->ban.prefix, text);
        g->result = cp_engine_ban(e, &g->ban, g->ttl_s);
        if (g->result != 0) {
                cp_log(CP_LOG_WARNING, "%s is not banned: %s", text, strerror(-g->result));
                return;
        }
        e->auto_ban.banned += g->ban.rate == 0;
        e->auto_ban.limited += g->ban.rate != 0;
        cp_offences_set(&e->auto_ban.offences, &g->ban.prefix, g->before + 1, until_ns);
        if (e->db != NULL)
                (void)cp_state_db_put_offence(e->db, &g->ban.prefix, g->before + 1, until_ns);
        cp_log(CP_LOG_INFO, "%s %s for %u s: %s", text, g->ban.rate == 0 ? "banned" : "limited",
               g->ttl_s, g->ban.origin);
}

/* What could not be carried out is asked for again. */
static void take_back(struct cp_engine *e, const struct grant *grants, unsigned cnt)
{
        for (unsigned k = 0; k < cnt; k++) {
                struct cp_alert *a;
                uint32_t i = 0;

                while (grants[k].result != 0 && (a = cp_detect_alert_next(e->detect, &i)) != NULL)
                        if (a->number == grants[k].number)
                                a->ban = CP_ALERT_BAN_WAITING;
        }
}

void cp_auto_ban_run(struct cp_engine *e)
{
        struct grant grants[BANS_PER_TURN];
        uint64_t now_ns = cp_clock_real_ns();
        bool failed = false;
        unsigned cnt;

        cp_gate_close(&e->event_gate);
        cnt = look(e, grants, now_ns);
        cp_gate_open(&e->event_gate);
        for (unsigned i = 0; i < cnt; i++) {
                carry_out(e, &grants[i], now_ns);
                failed = failed || grants[i].result != 0;
        }
        if (!failed)
                return;
        cp_gate_close(&e->event_gate);
        take_back(e, grants, cnt);
        cp_gate_open(&e->event_gate);
}

void cp_auto_ban_forgive(struct cp_engine *e, const struct cp_prefix *prefix)
{
        cp_offences_set(&e->auto_ban.offences, prefix, 0, 0);
        if (e->db != NULL)
                (void)cp_state_db_put_offence(e->db, prefix, 0, 0);
        cp_gate_close(&e->event_gate);
        cp_detect_forgive(e->detect, prefix, cp_clock_real_ns());
        cp_gate_open(&e->event_gate);
}

uint64_t cp_auto_ban_hits(struct cp_engine *e, const struct cp_prefix *prefix)
{
        uint64_t hits;

        cp_gate_close(&e->event_gate);
        hits = cp_detect_hits(e->detect, prefix);
        cp_gate_open(&e->event_gate);
        return hits;
}
