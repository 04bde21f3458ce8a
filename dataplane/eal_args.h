/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eal_args.h - the arguments for rte_eal_init(): the command line's, then what sluice.yaml adds.
 */
#ifndef SLUICE_DATAPLANE_EAL_ARGS_H
#define SLUICE_DATAPLANE_EAL_ARGS_H

#include "dataplane/config.h"

#define DP_EAL_ARGS_MAX 128

struct dp_eal_args {
        int argc;
        char *argv[DP_EAL_ARGS_MAX + 1];
        char *owned[DP_EAL_ARGS_MAX]; /* the strings made here */
        int owned_cnt;
};

/*
 * Render. An interface of the file becomes --vdev (names that begin with "net_" or "eth_") or -a;
 * with only virtual devices, --no-pci. Without -l, --lcores or -c on either side, --lcores gives
 * the main lcore and each worker a core of this process's CPU set, shared when there are too few.
 * Returns 0, -E2BIG or -ENOMEM.
 */
int dp_eal_args_render(struct dp_eal_args *a, int argc, char **argv, const struct dp_config *c);
void dp_eal_args_free(struct dp_eal_args *a);

#endif
