/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/eal_args.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct dp_eal_args *a, char *word)
{
        if (a->argc >= DP_EAL_ARGS_MAX)
                return -E2BIG;
        a->argv[a->argc++] = word;
        a->argv[a->argc] = NULL;
        return 0;
}

/* Takes over a string from asprintf(). */
static int add_owned(struct dp_eal_args *a, char *word)
{
        if (word == NULL)
                return -ENOMEM;
        a->owned[a->owned_cnt++] = word;
        return add(a, word);
}

static bool is_virtual(const char *interface)
{
        return strncmp(interface, "net_", 4) == 0 || strncmp(interface, "eth_", 4) == 0;
}

static bool names_cores(const struct dp_eal_args *a)
{
        for (int i = 1; i < a->argc; i++)
                if (strncmp(a->argv[i], "-l", 2) == 0 || strncmp(a->argv[i], "-c", 2) == 0 ||
                    strncmp(a->argv[i], "--lcores", 8) == 0)
                        return true;
        return false;
}

static int add_lcores(struct dp_eal_args *a, uint32_t workers)
{
        int cpus[CPU_SETSIZE];
        char list[2048] = "--lcores=";
        unsigned cpu_cnt = 0;
        size_t at = strlen(list);
        cpu_set_t set;

        if (sched_getaffinity(0, sizeof(set), &set) != 0)
                return -errno;
        for (int i = 0; i < CPU_SETSIZE; i++)
                if (CPU_ISSET((size_t)i, &set))
                        cpus[cpu_cnt++] = i;
        for (uint32_t i = 0; i <= workers; i++) {
                int n = snprintf(list + at, sizeof(list) - at, "%s%u@%d", i == 0 ? "" : ",", i,
                                 cpus[i % cpu_cnt]);

                if (n < 0 || (size_t)n >= sizeof(list) - at)
                        return -E2BIG;
                at += (size_t)n;
        }
        return add_owned(a, strdup(list));
}

static int add_ports(struct dp_eal_args *a, const struct dp_config *c)
{
        uint32_t virtual_cnt = 0;
        int rc = 0;

        for (uint32_t i = 0; rc == 0 && i < c->port_cnt; i++) {
                bool is_vdev = is_virtual(c->ports[i].interface);
                char *word = NULL;

                virtual_cnt += is_vdev;
                if (asprintf(&word, "%s%s",
                             is_vdev ? "--vdev=" : "--allow=", c->ports[i].interface) < 0)
                        word = NULL;
                rc = add_owned(a, word);
        }
        if (rc == 0 && c->port_cnt != 0 && virtual_cnt == c->port_cnt)
                rc = add_owned(a, strdup("--no-pci"));
        return rc;
}

int dp_eal_args_render(struct dp_eal_args *a, int argc, char **argv, const struct dp_config *c)
{
        int rc = 0;

        memset(a, 0, sizeof(*a));
        for (int i = 0; rc == 0 && i < argc; i++)
                rc = add(a, argv[i]);
        for (uint32_t i = 0; rc == 0 && i < c->eal_param_cnt; i++)
                rc = add(a, c->eal_params[i]);
        if (rc == 0)
                rc = add_ports(a, c);
        if (rc == 0 && !names_cores(a))
                rc = add_lcores(a, c->workers);
        return rc;
}

void dp_eal_args_free(struct dp_eal_args *a)
{
        for (int i = 0; i < a->owned_cnt; i++)
                free(a->owned[i]);
        memset(a, 0, sizeof(*a));
}
