/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h - tells SIP from the rest and reads it.
 *
 * Malformed messages, and what goes to a SIP port without being SIP, stay live and carry their
 * reason to police. Only keep-alives end here.
 */
#ifndef SLUICE_DATAPLANE_STAGES_PARSE_H
#define SLUICE_DATAPLANE_STAGES_PARSE_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"

struct dp_parse {
        uint16_t sip_ports[DP_SIP_PORTS_MAX];
        uint32_t sip_port_cnt;
        struct sip_profile profile;
        sip_fast_fn *fast; /* of the scan kernel to read with; NULL: the reference */
        struct shm_counters *counters;
};

void dp_parse_run(struct dp_parse *self, struct dp_burst *b);

#endif
