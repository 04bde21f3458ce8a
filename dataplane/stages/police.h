/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police.h - what is settled without a routing decision: malformed SIP goes, and so does what is
 * unclear on a SIP port; other traffic follows the operator's word.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_H
#define SLUICE_DATAPLANE_STAGES_POLICE_H

#include "dataplane/burst.h"
#include "dataplane/config.h"

struct dp_police {
        enum dp_policy non_sip;
};

void dp_police_run(struct dp_police *self, struct dp_burst *b);

#endif
