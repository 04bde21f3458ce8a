/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "control/api/counters_json.h"
#include "control/api/methods.h"
#include "control/contract/shm_attach.h"
#include "control/engine.h"
#include "control/policy/scanners.h"

int cp_method_version(struct cp_rpc_call *call)
{
        char abi[24];

        snprintf(abi, sizeof(abi), "%u.%u", SHM_ABI_MAJOR, SHM_ABI_MINOR);
        call->result = json_pack("{s:s, s:s, s:{s:s}, s:i}", "version", SLUICE_VERSION, "abi", abi,
                                 "parser", "scan", "ref", "pid", (int)getpid());
        return 0;
}

static json_t *policy_json(const struct cp_engine *e)
{
        const struct cp_policy *p = e->policy;
        const struct cp_config_policy *c = &p->config->policy;

        return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "generation",
                         (json_int_t)p->generation, "routes", (json_int_t)c->routes_count, "allow",
                         (json_int_t)c->allow_count, "deny", (json_int_t)c->deny_count, "bans",
                         (json_int_t)cp_bans_count(&e->bans), "scanners",
                         (json_int_t)cp_scanners_count(p->scanners), "blocked",
                         (json_int_t)cp_blocklist_count(e->blocklist), "config",
                         e->config_path != NULL ? e->config_path : "");
}

static const char *state_name(enum shm_cnc_state state)
{
        switch (state) {
        case SHM_CNC_BOOT:
                return "boot";
        case SHM_CNC_RUN:
                return "run";
        case SHM_CNC_HALT:
                return "halt";
        default:
                return "fail";
        }
}

static void add_peer(json_t *o, const struct cp_link *l)
{
        uint64_t now_ns = cp_clock_mono_ns();
        struct shm_cnc_view peer;
        json_int_t age_ms = 0;

        if (!cp_link_peer(l, &peer))
                return;
        if (peer.heartbeat_ns < now_ns)
                age_ms = (json_int_t)((now_ns - peer.heartbeat_ns) / 1000000u);
        json_object_set_new(o, "pid", json_integer((json_int_t)l->peer_pid));
        json_object_set_new(o, "heartbeat_age_ms", json_integer(age_ms));
        json_object_set_new(o, "state", json_string(state_name(peer.state)));
}

/* What the dataplane said to the block list that it was sent last. */
static json_t *blocklist_json(const struct cp_link_blob *b)
{
        const char *state = b->answered != b->offered ? "sent"
                            : b->status == 0          ? "in force"
                                                      : "refused";

        return json_string(state);
}

static json_t *link_json(const struct cp_link *l)
{
        bool attached = l->state == CP_LINK_STATE_ATTACHED;
        struct shm_counters total;
        json_t *o = json_pack("{s:s, s:b, s:s}", "socket", l->path, "attached", attached,
                              "last_error", l->error);

        if (!attached) {
                json_object_set_new(o, "state", json_string("down"));
                return o;
        }
        cp_counters_total(l, &total);
        json_object_set_new(o, "incarnation", json_integer((json_int_t)l->incarnation));
        json_object_set_new(o, "workers", json_integer(l->worker_cnt));
        add_peer(o, l);
        json_object_set_new(o, "blocklist", blocklist_json(&l->blobs[SHM_BLOB_BLOCKLIST]));
        json_object_set_new(o, "decisions", cp_decisions_json(&total));
        json_object_set_new(o, "lanes", cp_lanes_json(&total));
        json_object_set_new(o, "limits", cp_limits_json(&total));
        json_object_set_new(o, "trust", cp_trust_json(&total));
        json_object_set_new(o, "challenge", cp_challenge_json(&total));
        json_object_set_new(o, "shedding", cp_shedding_json(&total));
        json_object_set_new(o, "calls", cp_calls_json(&total));
        json_object_set_new(o, "conservation", cp_conservation_json(&total));
        return o;
}

/* How much automation has banned, and may. */
static json_t *auto_bans_json(const struct cp_engine *e)
{
        const struct cp_auto_ban *a = &e->auto_ban;
        uint32_t percent = e->policy->config->detections.bans.budget_percent;

        return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "banned", (json_int_t)a->banned,
                         "waiting", (json_int_t)a->waiting, "proven_sources", (json_int_t)a->proven,
                         "budget_percent", (json_int_t)percent, "budget_allowed",
                         (json_int_t)cp_ban_budget_allowed(a->proven, percent), "budget_spent",
                         (json_int_t)cp_ban_budget_spent(&a->budget, cp_clock_real_ns()));
}

int cp_method_status(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        json_int_t uptime_s = (json_int_t)((cp_clock_mono_ns() - e->started_ns) / 1000000000u);
        json_t *links = json_array();

        for (unsigned i = 0; i < e->link_cnt; i++)
                json_array_append_new(links, link_json(e->links[i]));
        call->result = json_pack("{s:s, s:i, s:I, s:o, s:o, s:o}", "version", SLUICE_VERSION, "pid",
                                 (int)getpid(), "uptime_s", uptime_s, "policy", policy_json(e),
                                 "auto_bans", auto_bans_json(e), "dataplanes", links);
        return 0;
}

static json_t *link_stats(const struct cp_link *l)
{
        struct shm_counters c;
        json_t *workers = json_array();

        for (uint16_t w = 0; w < l->worker_cnt; w++) {
                (void)cp_counters_read(l, w, &c);
                json_array_append_new(workers, cp_counters_json(&c));
        }
        cp_counters_total(l, &c);
        return json_pack("{s:s, s:o, s:o}", "socket", l->path, "total", cp_counters_json(&c),
                         "workers", workers);
}

static json_t *control_stats(struct cp_engine *e)
{
        struct cp_decider_stats s;
        json_t *o = json_object();

        cp_engine_stats(e, &s);
        s.malformed_records += atomic_load(&e->writer->malformed);
#define X(field, what) json_object_set_new(o, #field, json_integer((json_int_t)s.field));
        CP_DECIDER_COUNTERS(X)
#undef X
#define X(field, what) json_object_set_new(o, #field, json_integer((json_int_t)e->watch.field));
        CP_NAME_COUNTERS(X)
#undef X
        json_object_set_new(o, "events", json_integer((json_int_t)atomic_load(&e->writer->events)));
        json_object_set_new(o, "events_lost",
                            json_integer((json_int_t)atomic_load(&e->writer->lost)));
        json_object_set_new(o, "by_reason", cp_reasons_json(s.by_reason));
        return o;
}

int cp_method_stats(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        json_t *links = json_array();

        for (unsigned i = 0; i < e->link_cnt; i++) {
                if (e->links[i]->state == CP_LINK_STATE_ATTACHED)
                        json_array_append_new(links, link_stats(e->links[i]));
        }
        call->result = json_pack("{s:o, s:o}", "dataplanes", links, "control", control_stats(e));
        return 0;
}
