/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "control/api/methods.h"
#include "control/engine.h"
#include "control/log.h"
#include "control/prefix.h"

/* Routes and gateways change in this thread alone: no gate. */

static const char *action_name(unsigned action)
{
        return action == CP_ROUTE_FORWARD    ? "forward"
               : action == CP_ROUTE_REDIRECT ? "redirect"
               : action == CP_ROUTE_LOCATE   ? "locate"
                                             : shm_action_name(action);
}

static void add_texts(json_t *to, const char *key, char *const *texts, uint32_t count)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < count; i++)
                json_array_append_new(list, json_string(texts[i]));
        if (count != 0)
                json_object_set(to, key, list);
        json_decref(list);
}

static void add_headers(json_t *to, const struct cp_config_match *m)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < m->header_count; i++) {
                const struct cp_config_header *h = &m->header[i];

                json_array_append_new(
                    list, json_sprintf("%s%s%s%s", h->name,
                                       h->value != NULL || h->prefix != NULL ? ": " : "",
                                       h->value != NULL    ? h->value
                                       : h->prefix != NULL ? h->prefix
                                                           : "",
                                       h->prefix != NULL ? "..." : ""));
        }
        if (m->header_count != 0)
                json_object_set(to, "header", list);
        json_decref(list);
}

static void add_classes(json_t *to, const struct cp_config_match *m)
{
        json_t *list = json_array();

        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++) {
                for (uint32_t i = 0; i < m->cls_count; i++) {
                        if (m->cls[i] == 1u << cls)
                                json_array_append_new(list, json_string(shm_class_name(cls)));
                }
        }
        if (m->cls_count != 0)
                json_object_set(to, "class", list);
        json_decref(list);
}

static void add_times(json_t *to, const struct cp_config_times *t)
{
        static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
        json_t *days = json_array();

        for (unsigned day = 0; day < 7; day++) {
                for (uint32_t i = 0; i < t->days_count; i++) {
                        if (t->days[i] == 1u << day)
                                json_array_append_new(days, json_string(names[day]));
                }
        }
        if (t->days_count != 0)
                json_object_set(to, "days", days);
        json_decref(days);
        add_texts(to, "hours", t->hours, t->hours_count);
        if (t->timezone != NULL)
                json_object_set_new(to, "timezone", json_string(t->timezone));
}

static json_t *match_json(const struct cp_config_match *m)
{
        json_t *o = json_object();

        add_texts(o, "method", m->method, m->method_count);
        add_texts(o, "user_prefix", m->user_prefix, m->user_prefix_count);
        add_texts(o, "host", m->host, m->host_count);
        add_texts(o, "source", m->source, m->source_count);
        add_headers(o, m);
        add_classes(o, m);
        add_times(o, &m->times);
        if (m->side == SHM_SIDE_INSIDE)
                json_object_set_new(o, "side", json_string("inside"));
        return o;
}

static json_t *route_json(const struct cp_config_route *r)
{
        json_t *o = json_object();

        if (r->name != NULL)
                json_object_set_new(o, "name", json_string(r->name));
        json_object_set_new(o, "match", match_json(&r->match));
        json_object_set_new(o, "action", json_string(action_name(r->action)));
        if (r->code != 0)
                json_object_set_new(o, "code", json_integer(r->code));
        if (r->retry_after_s != 0)
                json_object_set_new(o, "retry_after_s", json_integer(r->retry_after_s));
        if (r->gateways != NULL)
                json_object_set_new(o, "gateways", json_string(r->gateways));
        if (r->contacts_count != 0) {
                json_t *list = json_array();

                for (uint32_t i = 0; i < r->contacts_count; i++)
                        json_array_append_new(
                            list, json_pack("{s:s, s:f}", "uri", r->contacts[i].uri, "q",
                                            r->contacts[i].q != NULL ? *r->contacts[i].q : 1.0));
                json_object_set_new(o, "contacts", list);
        }
        return o;
}

static json_t *routes_json(const struct cp_config *c)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < c->policy.routes_count; i++)
                json_array_append_new(list, route_json(&c->policy.routes[i]));
        return list;
}

static const char *proto_name(uint8_t proto)
{
        return proto == IPPROTO_TCP ? "tcp" : proto == IPPROTO_SCTP ? "sctp" : "udp";
}

static json_t *gateways_json(const struct cp_config *c)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < c->policy.gateways_count; i++) {
                const struct cp_config_gateways *g = &c->policy.gateways[i];
                json_t *hops = json_array();

                for (uint32_t k = 0; k < g->hop_cnt; k++) {
                        char ip[CP_PREFIX_TEXT_BYTES];

                        json_array_append_new(hops, json_pack("{s:s, s:i, s:i, s:s}", "address",
                                                              cp_ip_print(&g->hop[k].ip, ip),
                                                              "port", (int)g->hop[k].port, "weight",
                                                              (int)g->hop[k].weight, "transport",
                                                              proto_name(g->hop[k].ip_proto)));
                }
                json_array_append_new(list, json_pack("{s:s, s:o}", "name", g->name, "hops", hops));
        }
        return list;
}

int cp_method_routes_list(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;

        call->result = json_pack("{s:o, s:I}", "routes", routes_json(e->policy->config),
                                 "generation", (json_int_t)e->policy->generation);
        return 0;
}

/* Names that had no answer when they were looked up last. */
static json_t *failing_json(const struct cp_config *c)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < c->policy.gateways_count; i++) {
                const struct cp_config_gateways *g = &c->policy.gateways[i];

                for (uint32_t k = 0; k < g->hops_count; k++) {
                        if (g->hops[k].error != 0)
                                json_array_append_new(
                                    list, json_pack("{s:s, s:s, s:s}", "name", g->name, "address",
                                                    g->hops[k].address, "error",
                                                    cp_host_error(g->hops[k].error)));
                }
        }
        return list;
}

int cp_method_gateways_list(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;

        call->result = json_pack("{s:o, s:o}", "gateways", gateways_json(e->policy->config),
                                 "failing", failing_json(e->policy->config));
        return 0;
}

static int fail(struct cp_rpc_call *call, const struct cp_config_error *err)
{
        char text[600];

        cp_config_error_print(err, text, sizeof(text));
        call->data = json_pack("{s:s, s:i, s:i, s:s}", "file", err->file, "line", (int)err->line,
                               "column", (int)err->column, "text", err->text);
        return cp_rpc_fail(call, CP_RPC_FAILED, "%s", text);
}

/* One direction of a difference: what `these` have and `those` have not. */
static void add_missing(json_t *changes, const char *change, json_t *these, json_t *those)
{
        json_t *a, *b;
        size_t i, k;

        json_array_foreach(these, i, a)
        {
                bool there = false;

                json_array_foreach(those, k, b) there = there || json_equal(a, b);
                if (!there)
                        json_array_append_new(changes,
                                              json_pack("{s:s, s:I, s:O}", "change", change,
                                                        "number", (json_int_t)i + 1, "entry", a));
        }
}

/* Those that both have, in another order: the first that wins may be another. */
static bool is_reordered(json_t *now, json_t *then)
{
        size_t i, k, at = 0;
        json_t *a, *b;

        json_array_foreach(now, i, a)
        {
                json_array_foreach(then, k, b)
                {
                        if (!json_equal(a, b))
                                continue;
                        if (k < at)
                                return true;
                        at = k;
                        break;
                }
        }
        return false;
}

/* The file as it is now against what is in force; "check" is the same without the answer. */
int cp_method_routes_diff(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        json_t *now, *then, *old_gateways, *new_gateways, *changes;
        struct cp_config *config = NULL;
        struct cp_config_error err;

        if (cp_engine_check(e, &config, &err) != 0)
                return fail(call, &err);
        now = routes_json(e->policy->config);
        then = routes_json(config);
        old_gateways = gateways_json(e->policy->config);
        new_gateways = gateways_json(config);
        changes = json_array();
        add_missing(changes, "removed", now, then);
        add_missing(changes, "added", then, now);
        add_missing(changes, "removed", old_gateways, new_gateways);
        add_missing(changes, "added", new_gateways, old_gateways);
        call->result =
            json_pack("{s:o, s:b, s:I}", "changes", changes, "reordered", is_reordered(now, then),
                      "routes", (json_int_t)config->policy.routes_count);
        json_decref(now);
        json_decref(then);
        json_decref(old_gateways);
        json_decref(new_gateways);
        cp_config_free(config);
        return 0;
}

int cp_method_routes_rollback(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_config_error err = {.line = 0};
        int rc = cp_engine_rollback(e, &err);

        if (rc != 0)
                return rc == -ENOENT
                           ? cp_rpc_fail(call, CP_RPC_FAILED, "there was no reload to go back from")
                           : fail(call, &err);
        cp_log(CP_LOG_INFO, "policy rolled back: generation %u", e->policy->generation);
        call->result = json_pack("{s:I, s:I}", "generation", (json_int_t)e->policy->generation,
                                 "routes", (json_int_t)e->policy->config->policy.routes_count);
        return 0;
}
