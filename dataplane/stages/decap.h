/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decap.h - finds addresses and UDP payload of every packet of a burst; ends the damaged ones.
 *
 * What tunnels carry is told by tunnel_core.h, and goes by the policy of config.h: nothing in a
 * tunnel is judged as SIP, so what may be SIP there does not pass unless the operator says so.
 *
 * A UDP checksum is read over the whole payload, so it waits until guard knows that the packet is
 * wanted. Afterwards each open packet is one segment and its offsets and flow are valid (burst.h).
 * rx has set flow.side; it is kept. Packets that came back from the pending table are left alone.
 */
#ifndef SLUICE_DATAPLANE_STAGES_DECAP_H
#define SLUICE_DATAPLANE_STAGES_DECAP_H

#include "dataplane/burst.h"
#include "dataplane/config.h"

struct dp_decap {
        const struct dp_config *config; /* borrowed */
        uint64_t linearised; /* packets that came in several segments and were made one */
};

void dp_decap_init(struct dp_decap *self, const struct dp_config *config);
void dp_decap_run(struct dp_decap *self, struct dp_burst *b);
/* Verify what run has left for later, the UDP checksums, of what is still open: guard's last step.
 */
void dp_decap_verify(struct dp_burst *b);

#endif
