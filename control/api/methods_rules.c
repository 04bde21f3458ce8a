/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "control/api/eve_explain.h"
#include "control/api/methods.h"
#include "control/api/rpc.h"
#include "control/engine.h"
#include "control/log.h"

/* ---- what is in force ---- */

/* `all` cycles of all rules. */
static void put_cost(json_t *rule, const struct cp_rulebook_entry *e, uint64_t all)
{
        double share = all != 0 ? 100.0 * (double)e->cost_cycles / (double)all : 0.0;
        uint64_t mean = e->cost_samples != 0 ? e->cost_cycles / e->cost_samples : 0;

        json_object_set_new(rule, "cost",
                            json_pack("{s:I, s:I, s:f}", "samples", (json_int_t)e->cost_samples,
                                      "cycles", (json_int_t)mean, "share", share));
}

static json_t *rule_json(const struct cp_rulebook_entry *e)
{
        const struct match_rule *r = e->rule;
        bool monitor = r->mode == MATCH_MODE_MONITOR;

        return json_pack("{s:I, s:I, s:s, s:s, s:i, s:s%, s:I, s:I, s:I, s:I, s:I}", "sid",
                         (json_int_t)r->sid, "rev", (json_int_t)r->rev, "action",
                         cp_eve_rule_action(r), "mode", monitor ? "monitor" : "enforce", "percent",
                         (int)r->percent, "msg", e->msg, (size_t)r->msg.len, "hits",
                         (json_int_t)e->hits, "dropped", (json_int_t)e->drops, "would_drop",
                         (json_int_t)e->would, "later_proven", (json_int_t)e->proven, "last_hit_ns",
                         (json_int_t)e->last_ns);
}

int cp_method_rules_hits(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        const struct cp_rulebook *b = e->rules.now;
        json_t *list = json_array();
        uint64_t all = 0;

        cp_gate_close(&e->event_gate);
        for (uint32_t i = 0; b != NULL && i < b->cnt; i++)
                all += b->entries[i].cost_cycles;
        for (uint32_t i = 0; b != NULL && i < b->cnt; i++) {
                json_t *rule = rule_json(&b->entries[i]);

                put_cost(rule, &b->entries[i], all);
                json_array_append_new(list, rule);
        }
        cp_gate_open(&e->event_gate);
        call->result =
            json_pack("{s:I, s:o}", "generation", (json_int_t)e->rules.generation, "rules", list);
        return 0;
}

/* ---- changing it ---- */

static int refused(struct cp_rpc_call *call, const struct cp_config_error *err)
{
        char text[600];

        cp_config_error_print(err, text, sizeof(text));
        cp_log(CP_LOG_ERROR, "the old rules stay: %s", text);
        call->data = json_pack("{s:s, s:i, s:i, s:s}", "file", err->file, "line", (int)err->line,
                               "column", (int)err->column, "text", err->text);
        return cp_rpc_fail(call, CP_RPC_FAILED, "%s", text);
}

static int in_force(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;

        call->result =
            json_pack("{s:I, s:I}", "generation", (json_int_t)e->rules.generation, "rules",
                      (json_int_t)(e->rules.now != NULL ? e->rules.now->cnt : 0));
        return 0;
}

int cp_method_rules_apply(struct cp_rpc_call *call)
{
        struct cp_config_error err;

        return cp_engine_rules_load(call->ctx, NULL, &err) != 0 ? refused(call, &err)
                                                                : in_force(call);
}

int cp_method_rules_rollback(struct cp_rpc_call *call)
{
        int rc = cp_engine_rules_rollback(call->ctx);

        if (rc != 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "%s",
                                   rc == -ENOENT ? "there is no rule set before this one"
                                                 : strerror(-rc));
        return in_force(call);
}

/* ---- what would change ---- */

static void difference(json_t *list, const char *what, const struct cp_rulebook_entry *e)
{
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I, s:s%}", "change", what, "sid",
                                        (json_int_t)e->rule->sid, "rev", (json_int_t)e->rule->rev,
                                        "msg", e->msg, (size_t)e->rule->msg.len));
}

static bool differs(const struct match_rule *a, const struct match_rule *b)
{
        return a->rev != b->rev || a->action != b->action || a->mode != b->mode ||
               a->percent != b->percent;
}

int cp_method_rules_diff(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_rulebook *book = NULL;
        struct cp_config_error err;
        json_t *list;
        int rc = cp_engine_rules_compile(e, &book, &err);

        if (rc != 0)
                return refused(call, &err);
        list = json_array();
        for (uint32_t i = 0; i < book->cnt; i++) {
                const struct cp_rulebook_entry *fresh = &book->entries[i];
                const struct cp_rulebook_entry *old =
                    cp_rulebook_find(e->rules.now, fresh->rule->sid);

                if (old == NULL)
                        difference(list, "added", fresh);
                else if (differs(old->rule, fresh->rule))
                        difference(list, "changed", fresh);
        }
        for (uint32_t i = 0; e->rules.now != NULL && i < e->rules.now->cnt; i++) {
                const struct cp_rulebook_entry *old = &e->rules.now->entries[i];

                if (cp_rulebook_find(book, old->rule->sid) == NULL)
                        difference(list, "removed", old);
        }
        cp_rulebook_destroy(book);
        call->result = json_pack("{s:o}", "changes", list);
        return 0;
}
