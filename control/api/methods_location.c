/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/api/entry_json.h"
#include "control/api/methods.h"
#include "control/edge/number_map.h"
#include "control/engine.h"

#define LIST_MAX 1000u
#define NS_PER_S UINT64_C(1000000000)

static json_t *text_json(struct cp_text t)
{
        json_t *s = json_stringn(t.at, t.len);

        return s != NULL ? s : json_string("(no UTF-8)");
}

static json_t *source_json(const struct cp_binding *x)
{
        static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff};
        bool is_v4 = memcmp(x->received.b, v4, sizeof(v4)) == 0;
        char address[INET6_ADDRSTRLEN] = "";
        char text[INET6_ADDRSTRLEN + 16];

        (void)inet_ntop(is_v4 ? AF_INET : AF_INET6, x->received.b + (is_v4 ? 12 : 0), address,
                        sizeof(address));
        snprintf(text, sizeof(text), is_v4 ? "%s:%u" : "[%s]:%u", address, x->port);
        return json_string(text);
}

static json_t *binding_json(const struct cp_aor *aor, const struct cp_binding *x)
{
        json_t *o = json_object();

        json_object_set_new(o, "aor", text_json((struct cp_text){aor->text, aor->len}));
        json_object_set_new(o, "contact", text_json(cp_binding_text(x, CP_BINDING_CONTACT)));
        json_object_set_new(o, "q", json_real(x->q_milli / 1000.0));
        json_object_set_new(o, "source", source_json(x));
        json_object_set_new(o, "behind_nat", json_boolean(x->behind_nat));
        json_object_set_new(o, "path", text_json(cp_binding_text(x, CP_BINDING_PATH)));
        json_object_set_new(o, "instance", text_json(cp_binding_text(x, CP_BINDING_INSTANCE)));
        json_object_set_new(o, "reg_id", json_integer(x->reg_id));
        cp_entry_json_times(o, x->updated_s * NS_PER_S, x->expires_s * NS_PER_S);
        return o;
}

struct cp_edge *cp_method_edge(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;

        if (e->edge == NULL)
                (void)cp_rpc_fail(call, CP_RPC_FAILED,
                                  "there is no registrar: sluice.yaml has no section edge");
        return e->edge;
}

static void add_bindings(json_t *list, const struct cp_aor *aor, size_t max)
{
        uint32_t now_s = (uint32_t)time(NULL);

        for (struct cp_binding *x = aor->first; x != NULL && json_array_size(list) < max;
             x = x->next) {
                if (x->expires_s > now_s)
                        json_array_append_new(list, binding_json(aor, x));
        }
}

int cp_method_location_list(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_edge *edge = cp_method_edge(call);
        json_int_t limit = cp_rpc_number(call, "limit", LIST_MAX, LIST_MAX);
        const char *only = NULL;
        struct cp_bindings *b;
        const struct cp_aor *aor;
        json_t *list;
        uint32_t at = 0;

        if (edge == NULL || limit < 0)
                return -1;
        if (json_object_get(call->params, "aor") != NULL) {
                only = cp_rpc_text(call, "aor");
                if (only == NULL)
                        return -1;
        }
        list = json_array();
        cp_gate_close(&e->decide_gate);
        b = cp_location_bindings(cp_edge_location(edge));
        if (only != NULL) {
                aor = cp_bindings_find(b, (struct cp_text){only, strlen(only)});
                if (aor != NULL)
                        add_bindings(list, aor, (size_t)limit);
        }
        while (only == NULL && json_array_size(list) < (size_t)limit &&
               (aor = cp_bindings_next(b, &at)) != NULL)
                add_bindings(list, aor, (size_t)limit);
        call->result =
            json_pack("{s:o, s:I}", "bindings", list, "total", (json_int_t)cp_bindings_count(b));
        cp_gate_open(&e->decide_gate);
        return 0;
}

int cp_method_location_remove(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_edge *edge = cp_method_edge(call);
        const char *name = edge != NULL ? cp_rpc_text(call, "aor") : NULL;
        struct cp_bindings *b;
        struct cp_aor *aor;
        json_int_t removed = 0;

        if (name == NULL)
                return -1;
        cp_gate_close(&e->decide_gate);
        b = cp_location_bindings(cp_edge_location(edge));
        aor = cp_bindings_find(b, (struct cp_text){name, strlen(name)});
        for (; aor != NULL && aor->first != NULL; removed++)
                cp_bindings_remove(b, aor->first);
        cp_gate_open(&e->decide_gate);
        call->result = json_pack("{s:I}", "removed", removed);
        return 0;
}

int cp_method_location_status(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_edge *edge = cp_method_edge(call);
        struct cp_location_stats store;
        struct cp_edge_stats s;
        struct cp_bindings *b;
        json_t *o;

        if (edge == NULL)
                return -1;
        o = json_object();
        cp_gate_close(&e->decide_gate);
        b = cp_location_bindings(cp_edge_location(edge));
        cp_edge_stats(edge, &s);
        json_object_set_new(o, "bindings", json_integer(cp_bindings_count(b)));
        json_object_set_new(o, "aors", json_integer(cp_bindings_aors(b)));
        json_object_set_new(o, "bytes", json_integer((json_int_t)cp_bindings_bytes(b)));
        cp_gate_open(&e->decide_gate);
        cp_location_stats(cp_edge_location(edge), &store);
#define X(field, what) json_object_set_new(o, #field, json_integer((json_int_t)s.field));
        CP_EDGE_COUNTERS(X)
#undef X
        json_object_set_new(o, "store_batches", json_integer((json_int_t)store.batches));
        json_object_set_new(o, "store_rows", json_integer((json_int_t)store.rows));
        json_object_set_new(o, "store_failures", json_integer((json_int_t)store.failures));
        json_object_set_new(o, "store_error",
                            store.error != 0 ? json_string(strerror(-store.error)) : json_null());
        call->result = o;
        return 0;
}

/* Numbers change on reload alone, which is in this thread: no gate. */
int cp_method_routes_find(struct cp_rpc_call *call)
{
        struct cp_edge *edge = cp_method_edge(call);
        const char *number = edge != NULL ? cp_rpc_text(call, "number") : NULL;
        const struct cp_number_map *map;
        const char *target;
        unsigned matched;

        if (number == NULL)
                return -1;
        map = cp_edge_numbers(edge);
        if (map == NULL)
                return cp_rpc_fail(call, CP_RPC_FAILED, "sluice.yaml names no file of numbers");
        target = cp_number_map_find(map, number, strlen(number), &matched);
        call->result = json_pack("{s:s?, s:i, s:I}", "target", target, "matched", (int)matched,
                                 "prefixes", (json_int_t)cp_number_map_count(map));
        return 0;
}
