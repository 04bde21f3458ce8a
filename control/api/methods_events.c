/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "control/api/methods.h"
#include "control/api/server.h"
#include "control/engine.h"
#include "control/events/verdict_log.h"

#define WHY_LIMIT_MAX     10000 /* with lines of at most 4 KiB, less than a client may be sent */
#define WHY_LIMIT_DEFAULT 20

static void add_verdict(void *arg, const char *line, size_t len)
{
        json_t *v = json_loadb(line, len, JSON_ALLOW_NUL, NULL);

        if (v != NULL)
                json_array_append_new(arg, v);
}

int cp_method_why(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        const char *key = cp_rpc_text(call, "key");
        json_int_t limit;
        json_t *found;

        if (key == NULL)
                return -1;
        limit = cp_rpc_number(call, "limit", WHY_LIMIT_MAX, WHY_LIMIT_DEFAULT);
        if (limit < 0)
                return -1;
        found = json_array();
        cp_verdict_log_find(e->writer->log, key, (size_t)limit, add_verdict, found);
        call->result = json_pack("{s:o}", "verdicts", found);
        return 0;
}

int cp_method_events_subscribe(struct cp_rpc_call *call)
{
        const char *filter = "all";

        if (json_object_get(call->params, "filter") != NULL) {
                filter = cp_rpc_text(call, "filter");
                if (filter == NULL)
                        return -1;
        }
        if (strcmp(filter, "all") == 0)
                cp_client_follow(call->client, CP_FOLLOW_ALL);
        else if (strcmp(filter, "drops") == 0)
                cp_client_follow(call->client, CP_FOLLOW_DROPS);
        else
                return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "filter is 'all' or 'drops'");
        call->result = json_pack("{s:b}", "subscribed", 1);
        return 0;
}
