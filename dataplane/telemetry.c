/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

/* Telemetry's callbacks take no context, and run on a thread of EAL's. */
static pthread_mutex_t source_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
        struct dp_ctl_server *server;
        uint16_t worker_cnt;
} source;

int dp_telemetry_sum(struct dp_ctl_server *s, uint16_t worker_cnt, struct shm_counters *out)
{
        struct shm_counters one;

        memset(out, 0, sizeof(*out));
        for (uint16_t i = 0; i < worker_cnt; i++) {
                int rc = shm_stats_read(dp_ctl_server_stats(s, i), &one, NULL);

                if (rc != 0)
                        return rc;
                shm_counters_add(out, &one);
        }
        return 0;
}

/* No parameter: all workers. With the lock held. */
static int counters_locked(const char *params, struct shm_counters *out)
{
        char *end;

        if (source.server == NULL)
                return -ENODEV;
        if (params == NULL || params[0] == '\0')
                return dp_telemetry_sum(source.server, source.worker_cnt, out);
        unsigned long worker = strtoul(params, &end, 10);

        if (*end != '\0' || worker >= source.worker_cnt)
                return -EINVAL;
        return shm_stats_read(dp_ctl_server_stats(source.server, (uint16_t)worker), out, NULL);
}

static int counters_of(const char *params, struct shm_counters *out)
{
        int rc;

        pthread_mutex_lock(&source_lock);
        rc = counters_locked(params, out);
        pthread_mutex_unlock(&source_lock);
        return rc;
}

static int stats_cb(const char *cmd, const char *params, struct rte_tel_data *d)
{
        struct shm_counters c;
        int rc = counters_of(params, &c);

        (void)cmd;
        if (rc != 0)
                return rc;
        rte_tel_data_start_dict(d);
#define X(field, help) rte_tel_data_add_dict_u64(d, #field, c.field);
        SHM_COUNTERS(X)
#undef X
        return 0;
}

static int dropped_cb(const char *cmd, const char *params, struct rte_tel_data *d)
{
        struct shm_counters c;
        int rc = counters_of(params, &c);

        (void)cmd;
        if (rc != 0)
                return rc;
        rte_tel_data_start_dict(d);
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++)
                if (c.dropped[i] != 0)
                        rte_tel_data_add_dict_u64(d, shm_reason_name(i), c.dropped[i]);
        return 0;
}

static int lanes_cb(const char *cmd, const char *params, struct rte_tel_data *d)
{
        struct shm_counters c;
        int rc = counters_of(params, &c);
        char name[32];

        (void)cmd;
        if (rc != 0)
                return rc;
        rte_tel_data_start_dict(d);
        for (unsigned i = 0; i < SHM_LANE_CNT; i++) {
                rte_tel_data_add_dict_u64(d, shm_lane_name(i), c.by_lane[i]);
                snprintf(name, sizeof(name), "%s_dropped", shm_lane_name(i));
                rte_tel_data_add_dict_u64(d, name, c.dropped_by_lane[i]);
        }
        return 0;
}

static int conservation_cb(const char *cmd, const char *params, struct rte_tel_data *d)
{
        struct shm_counters c;
        int rc = counters_of(NULL, &c);

        (void)cmd;
        (void)params;
        if (rc != 0)
                return rc;
        rte_tel_data_start_dict(d);
        rte_tel_data_add_dict_u64(d, "received", c.received);
        rte_tel_data_add_dict_u64(d, "accounted", shm_counters_accounted(&c));
        rte_tel_data_add_dict_u64(d, "errors", c.conservation_errors);
        return 0;
}

static int rules_cb(const char *cmd, const char *params, struct rte_tel_data *d)
{
        const struct dp_rules_account *a;

        (void)cmd;
        (void)params;
        pthread_mutex_lock(&source_lock);
        if (source.server == NULL) {
                pthread_mutex_unlock(&source_lock);
                return -ENODEV;
        }
        a = &dp_ctl_server_slot(source.server)->rules_account;
        rte_tel_data_start_dict(d);
        rte_tel_data_add_dict_u64(d, "generation", a->generation);
        rte_tel_data_add_dict_u64(d, "rules", a->rules);
        rte_tel_data_add_dict_u64(d, "taken", a->taken);
        rte_tel_data_add_dict_u64(d, "refused", a->refused);
        rte_tel_data_add_dict_u64(d, "ready_us", a->ready_us);
        rte_tel_data_add_dict_u64(d, "publish_ns", a->publish_ns);
        rte_tel_data_add_dict_u64(d, "publish_longest_ns", a->publish_longest_ns);
        pthread_mutex_unlock(&source_lock);
        return 0;
}

int dp_telemetry_register(struct dp_ctl_server *s, uint16_t worker_cnt)
{
        int rc;

        pthread_mutex_lock(&source_lock);
        source.server = s;
        source.worker_cnt = worker_cnt;
        pthread_mutex_unlock(&source_lock);
        rc = rte_telemetry_register_cmd("/sluice/stats", stats_cb,
                                        "Every counter. Parameter: worker (default: the sum)");
        if (rc == 0)
                rc = rte_telemetry_register_cmd(
                    "/sluice/dropped", dropped_cb,
                    "Drops by reason. Parameter: worker (default: the sum)");
        if (rc == 0)
                rc = rte_telemetry_register_cmd(
                    "/sluice/lanes", lanes_cb,
                    "SIP from the outside by lane. Parameter: worker (default: the sum)");
        if (rc == 0)
                rc =
                    rte_telemetry_register_cmd("/sluice/conservation", conservation_cb,
                                               "Packets received and accounted for. No parameters");
        if (rc == 0)
                rc = rte_telemetry_register_cmd("/sluice/rules", rules_cb,
                                                "The rule set in force and what its swaps took. "
                                                "No parameters");
        return rc;
}

void dp_telemetry_unregister(void)
{
        pthread_mutex_lock(&source_lock);
        source.server = NULL;
        pthread_mutex_unlock(&source_lock);
}
