/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decap.h - finds addresses and UDP payload of every packet of a burst; ends the damaged ones.
 *
 * Afterwards each open packet is one segment and its offsets and flow are valid (burst.h). rx has
 * set flow.side; it is kept. Packets that came back from the pending table are left alone.
 */
#ifndef SLUICE_DATAPLANE_STAGES_DECAP_H
#define SLUICE_DATAPLANE_STAGES_DECAP_H

#include "dataplane/burst.h"

struct dp_decap {
        uint64_t linearised; /* packets that came in several segments and were made one */
};

void dp_decap_init(struct dp_decap *self);
void dp_decap_run(struct dp_decap *self, struct dp_burst *b);

#endif
