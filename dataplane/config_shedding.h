/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_shedding.h - `dataplane: shedding`: what a worker turns down when it has too much to do.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_SHEDDING_H
#define SLUICE_DATAPLANE_CONFIG_SHEDDING_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/load.h"

enum dp_shedding_mode {
        DP_SHEDDING_OFF = 1,
        DP_SHEDDING_ON = 2,
};

struct dp_shedding_config {
        enum dp_shedding_mode mode;
        struct dp_load_config load;
        uint32_t retry_after_s; /* Retry-After is this at least, and at most twice as much */
};

void dp_shedding_config_default(struct dp_shedding_config *c);

#endif
