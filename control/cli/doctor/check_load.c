/* SPDX-License-Identifier: Apache-2.0 */
/* check_load.c - what a running control says of its dataplanes: attached, in overload, asking
 * strangers for a proof. Without one check_running.c has said so. */
#include <limits.h>
#include <stdio.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/rpc.h"

#define WAIT_MS 2000 /* control answers within milliseconds, under load too */

static json_int_t number(const json_t *dataplane, const char *group, const char *name)
{
        return json_integer_value(json_object_get(json_object_get(dataplane, group), name));
}

static void check_shedding(struct cp_doctor *d, const char *socket, const json_t *dp)
{
        json_int_t now = number(dp, "shedding", "workers_now");
        json_int_t turned = number(dp, "shedding", "unproven") + number(dp, "shedding", "proven") +
                            number(dp, "shedding", "refresh") + number(dp, "shedding", "dialog");

        if (now == 0) {
                cp_doctor_add(d, CP_DOCTOR_OK, "load.shedding",
                              "%s: no worker is overloaded; %lld requests turned down so far",
                              socket, (long long)turned);
                return;
        }
        cp_doctor_add(
            d, CP_DOCTOR_WARN, "load.shedding",
            "%s: %lld of %lld workers are overloaded and answer 503; %lld requests turned "
            "down so far",
            socket, (long long)now, (long long)json_integer_value(json_object_get(dp, "workers")),
            (long long)turned);
        cp_doctor_mend(d, "sluicectl top    # who it is; then a limit, a ban, or more workers");
}

static void check_challenge(struct cp_doctor *d, const char *socket, const json_t *dp)
{
        json_int_t now = number(dp, "challenge", "workers_now");

        if (now == 0)
                cp_doctor_add(d, CP_DOCTOR_OK, "load.challenge",
                              "%s: strangers are not challenged now", socket);
        else
                cp_doctor_add(d, CP_DOCTOR_INFO, "load.challenge",
                              "%s: under pressure %lld workers challenge strangers; %lld asked, "
                              "%lld answered so far",
                              socket, (long long)now, (long long)number(dp, "challenge", "given"),
                              (long long)number(dp, "challenge", "echoed"));
}

static void check_dataplane(struct cp_doctor *d, const json_t *dp)
{
        const char *socket = json_string_value(json_object_get(dp, "socket"));

        if (socket == NULL)
                return;
        if (!json_is_true(json_object_get(dp, "attached"))) {
                const char *why = json_string_value(json_object_get(dp, "last_error"));

                cp_doctor_add(d, CP_DOCTOR_WARN, "load.attached", "%s: control is not attached%s%s",
                              socket, why != NULL && *why != '\0' ? ": " : "",
                              why != NULL ? why : "");
                cp_doctor_mend(d, "sluicectl status    # and is the dataplane up?");
                return;
        }
        check_shedding(d, socket, dp);
        check_challenge(d, socket, dp);
}

void cp_doctor_check_load(struct cp_doctor *d)
{
        const json_t *dp;
        struct cp_rpc rpc;
        json_t *status = NULL;
        char path[PATH_MAX];
        size_t i;
        int n = snprintf(path, sizeof(path), "%s%s", d->root, d->settings->control_socket);

        if (n < 0 || (size_t)n >= sizeof(path) || cp_rpc_open(&rpc, path) != CP_RPC_OK)
                return;
        rpc.timeout_ms = WAIT_MS;
        if (cp_rpc_call(&rpc, "status", NULL, &status) == CP_RPC_OK) {
                json_array_foreach(json_object_get(status, "dataplanes"), i, dp)
                    check_dataplane(d, dp);
        } else {
                cp_doctor_add(d, CP_DOCTOR_WARN, "load.control",
                              "control takes calls at %s but gives no status", path);
                cp_doctor_mend(d, "sluicectl status    # says what it answers");
        }
        json_decref(status);
        cp_rpc_close(&rpc);
}
