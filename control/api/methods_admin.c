/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "control/api/methods.h"
#include "control/engine.h"
#include "control/log.h"
#include "control/supervisor.h"

#define ATTACH_TIMEOUT_MS 500

int cp_method_reload(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        struct cp_config_error err;
        char text[600];
        int rc = cp_engine_reload(e, &err);

        if (rc != 0) {
                cp_config_error_print(&err, text, sizeof(text));
                cp_log(CP_LOG_ERROR, "the old policy stays: %s", text);
                call->data = json_pack("{s:s, s:i, s:i, s:s}", "file", err.file, "line",
                                       (int)err.line, "column", (int)err.column, "text", err.text);
                return cp_rpc_fail(call, CP_RPC_FAILED, "%s", text);
        }
        cp_log(CP_LOG_INFO, "policy reloaded: generation %u", e->policy->generation);
        call->result = json_pack("{s:I}", "generation", (json_int_t)e->policy->generation);
        return 0;
}

int cp_method_attach(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        const char *path = cp_rpc_text(call, "socket");
        int index;

        if (path == NULL)
                return -1;
        if (path[0] == '\0' || strlen(path) >= sizeof(e->links[0]->path))
                return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "not the path of a socket");
        index = cp_supervisor_add(e, path, true);
        if (index == -EEXIST)
                return cp_rpc_fail(call, CP_RPC_FAILED, "%s is one of our dataplanes already",
                                   path);
        if (index < 0)
                return cp_rpc_fail(call, CP_RPC_FAILED, "cannot attach to more dataplanes");
        if (cp_supervisor_attach(e, (unsigned)index, ATTACH_TIMEOUT_MS) != 0) {
                /* A link that was lost on the way has removed itself; links only grow at the end.
                 */
                bool there = (unsigned)index < e->link_cnt;

                cp_rpc_fail(call, CP_RPC_FAILED, "%s: %s", path,
                            there && e->links[index]->error[0] != '\0' ? e->links[index]->error
                                                                       : "no answer");
                if (there)
                        cp_supervisor_remove(e, (unsigned)index);
                return -1;
        }
        call->result = json_pack("{s:b}", "attached", 1);
        return 0;
}
