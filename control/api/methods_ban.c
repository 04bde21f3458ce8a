/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "control/api/entry_json.h"
#include "control/api/methods.h"
#include "control/engine.h"

static json_t *entry_json(const struct cp_prefix *prefix, const char *reason, const char *source,
                          uint64_t added_ns, uint64_t expires_ns)
{
        json_t *o = cp_entry_json(prefix, reason, "source", source);

        cp_entry_json_times(o, added_ns, expires_ns);
        return o;
}

/* Of a detection's ban with its evidence. */
static json_t *ban_json(struct cp_engine *e, const struct cp_ban *b)
{
        json_t *o = entry_json(&b->prefix, b->reason, b->origin[0] != '\0' ? b->origin : "operator",
                               b->added_ns, b->expires_ns);

        cp_entry_json_rate(o, b);
        cp_entry_json_origin(o, b, cp_auto_ban_hits(e, &b->prefix));
        return o;
}

static int get_prefix(struct cp_rpc_call *call, struct cp_prefix *out)
{
        const char *text = cp_rpc_text(call, "prefix");

        if (text == NULL)
                return -1;
        if (cp_endpoint_parse(text, out) != 0)
                return cp_rpc_fail(
                    call, CP_RPC_INVALID_PARAMS,
                    "'%.64s' is not an IP address, a prefix, or an address with a port", text);
        return 0;
}

int cp_method_ban_add(struct cp_rpc_call *call)
{
        const json_t *reason = json_object_get(call->params, "reason");
        struct cp_ban ban = {0};
        json_int_t ttl_s, rate;
        int rc;

        if (get_prefix(call, &ban.prefix) != 0)
                return -1;
        ttl_s = cp_rpc_number(call, "ttl_s", CP_BAN_TTL_S_MAX, 0);
        rate = ttl_s < 0 ? -1 : cp_rpc_number(call, "rate", SHM_LIMIT_RATE_MAX, 0);
        if (rate < 0)
                return -1;
        ban.rate = (uint32_t)rate;
        if (reason != NULL) {
                const char *text = cp_rpc_text(call, "reason");

                if (text == NULL)
                        return -1;
                if (strlen(text) >= sizeof(ban.reason))
                        return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS,
                                           "a reason has at most %zu octets",
                                           sizeof(ban.reason) - 1);
                memcpy(ban.reason, text, strlen(text));
        }
        rc = cp_engine_ban(call->ctx, &ban, (uint32_t)ttl_s);
        if (rc == -ENOSPC)
                return cp_rpc_fail(call, CP_RPC_FAILED, "there are %u bans already", CP_BANS_MAX);
        if (rc != 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "the ban could not be stored: %s",
                                   strerror(-rc));
        call->result =
            entry_json(&ban.prefix, ban.reason, "operator", ban.added_ns, ban.expires_ns);
        cp_entry_json_rate(call->result, &ban);
        return 0;
}

int cp_method_ban_lift(struct cp_rpc_call *call)
{
        struct cp_prefix prefix;
        int rc;

        if (get_prefix(call, &prefix) != 0)
                return -1;
        rc = cp_engine_lift(call->ctx, &prefix);
        if (rc < 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "the ban could not be removed: %s",
                                   strerror(-rc));
        call->result = json_pack("{s:b}", "lifted", rc);
        return 0;
}

int cp_method_ban_list(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        const struct cp_policy *p = e->policy;
        uint64_t now_ns = cp_clock_real_ns();
        json_t *list = json_array();
        const struct cp_ban *b;
        size_t i = 0;

        while ((b = cp_bans_next(&e->bans, &i)) != NULL) {
                if (b->expires_ns == 0 || b->expires_ns > now_ns)
                        json_array_append_new(list, ban_json(e, b));
        }
        for (uint32_t k = 0; k < p->config->policy.deny_count; k++) {
                const struct cp_policy_entry *d = &p->deny[k];

                if (d->expires_ns == 0 || d->expires_ns > now_ns)
                        json_array_append_new(list, entry_json(&d->prefix, d->reason, "config",
                                                               d->added_ns, d->expires_ns));
        }
        call->result = json_pack("{s:o}", "bans", list);
        return 0;
}
