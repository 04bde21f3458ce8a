/* SPDX-License-Identifier: Apache-2.0 */
/* methods_users.c - the users who may log in, and those of the store added, changed, removed. */
#include <string.h>

#include "control/api/methods.h"
#include "control/engine_users.h"

static json_t *text_json(const char *text)
{
        json_t *s = json_string(text);

        return s != NULL ? s : json_string("(no UTF-8)");
}

static json_t *user_json(const struct cp_user *u)
{
        json_t *o = json_object();
        json_t *algs = json_array();

        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                if ((u->algs >> i & 1u) != 0)
                        json_array_append_new(
                            algs, json_string(cp_digest_alg_name((enum cp_digest_alg)i)));
        }
        json_object_set_new(o, "name", text_json(u->name));
        json_object_set_new(o, "aor", text_json(u->aor));
        json_object_set_new(o, "algorithms", algs);
        json_object_set_new(o, "source", json_string(u->stored ? "store" : "config"));
        json_object_set_new(o, "refused", json_boolean(u->refused));
        json_object_set_new(o, "forward", text_json(u->forward));
        return o;
}

/* Users change in this thread alone: no gate. */
int cp_method_users_list(struct cp_rpc_call *call)
{
        struct cp_edge *edge = cp_method_edge(call);
        const struct cp_user *u;
        uint32_t at = 0;
        json_t *list;

        if (edge == NULL)
                return -1;
        list = json_array();
        while ((u = cp_users_next(cp_edge_users(edge), &at)) != NULL)
                json_array_append_new(list, user_json(u));
        call->result = json_pack("{s:o}", "users", list);
        return 0;
}

/* A text parameter that may be missing; false after cp_rpc_fail(). */
static bool text_if_any(struct cp_rpc_call *call, const char *name, const char **out)
{
        *out = NULL;
        if (json_object_get(call->params, name) == NULL)
                return true;
        *out = cp_rpc_text(call, name);
        return *out != NULL;
}

int cp_method_users_add(struct cp_rpc_call *call)
{
        struct cp_edge_account a = {
            .refused = json_is_true(json_object_get(call->params, "refused")),
        };
        struct cp_engine *e = call->ctx;
        char why[200];

        if (cp_method_edge(call) == NULL || (a.name = cp_rpc_text(call, "name")) == NULL ||
            (a.password = cp_rpc_text(call, "password")) == NULL ||
            !text_if_any(call, "aor", &a.aor) || !text_if_any(call, "forward", &a.forward))
                return -1;
        if (cp_engine_user_add(e, &a, why, sizeof(why)) != 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "%.40s: %s", a.name, why);
        call->result = user_json(cp_users_get(cp_edge_users(e->edge), a.name));
        return 0;
}

int cp_method_users_passwd(struct cp_rpc_call *call)
{
        const char *name = cp_method_edge(call) != NULL ? cp_rpc_text(call, "name") : NULL;
        const char *password = name != NULL ? cp_rpc_text(call, "password") : NULL;
        struct cp_engine *e = call->ctx;
        char why[200];

        if (password == NULL)
                return -1;
        if (cp_engine_user_passwd(e, name, password, why, sizeof(why)) != 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "%.40s: %s", name, why);
        call->result = user_json(cp_users_get(cp_edge_users(e->edge), name));
        return 0;
}

int cp_method_users_remove(struct cp_rpc_call *call)
{
        const char *name = cp_method_edge(call) != NULL ? cp_rpc_text(call, "name") : NULL;
        struct cp_engine *e = call->ctx;
        unsigned ended = 0;
        char why[200];

        if (name == NULL)
                return -1;
        if (cp_engine_user_remove(e, name, &ended, why, sizeof(why)) != 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "%.40s: %s", name, why);
        call->result = json_pack("{s:i}", "bindings_ended", (int)ended);
        return 0;
}
