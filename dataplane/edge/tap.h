/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap.h - a TAP device with the addresses of one side of edge mode.
 */
#ifndef SLUICE_DATAPLANE_EDGE_TAP_H
#define SLUICE_DATAPLANE_EDGE_TAP_H

#include "dataplane/edge/net.h"

/* An interface name, less what an address label adds to it (":7"). */
#define DP_TAP_NAME_MAX 13u

/*
 * Make the device, give it the side's MAC address, MTU and addresses, and bring it up. Start-up
 * only. Returns its descriptor, non-blocking, one frame a read or write; or a negative errno, told
 * on standard error. The device is gone when the descriptor is closed.
 */
int dp_tap_open(const char *name, const struct dp_edge_side *side);

#endif
