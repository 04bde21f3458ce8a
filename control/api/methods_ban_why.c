/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands about an address: every entry of every list that holds it, the one that decides
 * first, as the dataplane's guard decides (stages/guard.h).
 */
#include <string.h>

#include "control/api/entry_json.h"
#include "control/api/methods.h"
#include "control/engine.h"

static bool live(uint64_t expires_ns, uint64_t now_ns)
{
        return expires_ns == 0 || expires_ns > now_ns;
}

struct found {
        json_t *entries;
        struct cp_engine *engine;
        struct shm_ip ip;
        uint16_t port; /* 0 = not asked for */
        uint64_t now_ns;
};

static json_t *add(struct found *f, const char *table, const struct cp_prefix *prefix,
                   const char *reason)
{
        json_t *o = cp_entry_json(prefix, reason, "table", table);

        json_array_append_new(f->entries, o);
        return o;
}

static void add_config(struct found *f, const char *table, const struct cp_prefix_map *map)
{
        const struct cp_policy_entry *e;
        unsigned len = 129;

        while ((e = cp_prefix_map_match(map, &f->ip, &len)) != NULL) {
                if (live(e->expires_ns, f->now_ns))
                        cp_entry_json_times(add(f, table, &e->prefix, e->reason), e->added_ns,
                                            e->expires_ns);
        }
}

static json_t *add_ban(struct found *f, const struct cp_ban *b)
{
        json_t *o = add(f, b->rate != 0 ? "limit" : "ban", &b->prefix, b->reason);

        cp_entry_json_times(o, b->added_ns, b->expires_ns);
        cp_entry_json_rate(o, b);
        return o;
}

static void add_found(struct found *f, const struct cp_ban *b, bool limit)
{
        if (b != NULL && live(b->expires_ns, f->now_ns) && (b->rate != 0) == limit)
                cp_entry_json_origin(add_ban(f, b), b, cp_auto_ban_hits(f->engine, &b->prefix));
}

/* Of one port first, then of all; only bans, or only limits. */
static void add_bans(struct found *f, bool limit)
{
        const struct cp_prefix endpoint = {.ip = f->ip, .len = 128, .port = f->port};
        const struct cp_ban *b;
        unsigned len = 129;

        if (f->port != 0)
                add_found(f, cp_bans_get(&f->engine->bans, &endpoint), limit);
        while ((b = cp_prefix_map_match(&f->engine->bans.map, &f->ip, &len)) != NULL)
                add_found(f, b, limit);
}

/* What is against single ports of an address, when nobody asked for one: it decides nothing about
 * the others. */
static void add_ports(struct found *f)
{
        const struct cp_ban *b;
        size_t i = 0;

        while (f->port == 0 && (b = cp_bans_next(&f->engine->bans, &i)) != NULL)
                if (b->prefix.port != 0 && cp_prefix_match(&b->prefix, &f->ip))
                        add_found(f, b, b->rate != 0);
}

static void add_blocklist(struct found *f)
{
        const struct shm_blocklist_prefix *hit = cp_blocklist_find(f->engine->blocklist, &f->ip);
        const struct cp_config_policy *c = &f->engine->policy->config->policy;
        struct cp_prefix prefix;
        json_t *o;

        if (hit == NULL || hit->list > c->blocklists_count)
                return;
        prefix = (struct cp_prefix){.ip = hit->ip, .len = hit->prefix_len};
        o = add(f, "blocklist", &prefix, c->blocklists[hit->list - 1].name);
        json_object_set_new(o, "file", json_string(c->blocklists[hit->list - 1].file));
}

int cp_method_ban_why(struct cp_rpc_call *call)
{
        struct found f = {.engine = call->ctx, .now_ns = cp_clock_real_ns()};
        const char *text = cp_rpc_text(call, "address");
        struct cp_prefix address;
        const char *verdict = "none";

        if (text == NULL)
                return -1;
        if (cp_endpoint_parse(text, &address) != 0 || address.len != 128)
                return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "'%.64s' is not an IP address",
                                   text);
        f.ip = address.ip;
        f.port = address.port;
        f.entries = json_array();
        add_config(&f, "allow", &f.engine->policy->allow_map);
        add_bans(&f, false);
        add_config(&f, "deny", &f.engine->policy->deny_map);
        add_blocklist(&f);
        add_bans(&f, true);
        if (json_array_size(f.entries) != 0)
                verdict = json_string_value(json_object_get(json_array_get(f.entries, 0), "table"));
        add_ports(&f);
        call->result =
            json_pack("{s:s, s:s, s:o}", "address", text, "decides", verdict, "entries", f.entries);
        return 0;
}
