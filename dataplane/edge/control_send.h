/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_send.h - a request of control's own (contract/shm_send.h), sent as a datagram from one of
 * our addresses.
 *
 * What control says is not believed: the message has to parse as a request whose topmost Via names
 * the address and port that it leaves from, these have to be ours, and the way there has to begin
 * at them. Its transaction is remembered, so that a response from there is known for one, and goes
 * to control. One worker's, in its own turn.
 */
#ifndef SLUICE_DATAPLANE_EDGE_CONTROL_SEND_H
#define SLUICE_DATAPLANE_EDGE_CONTROL_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_send.h"
#include "dataplane/edge/proxy.h"
#include "dataplane/edge/send.h"
#include "dataplane/stages/track.h"
#include "parser/sip_msg.h"

struct dp_control_send {
        struct dp_send *send; /* borrowed, as all below */
        const struct dp_proxy *proxy;
        struct dp_track *track;
        struct sip_msg msg; /* scratch */
};

/* Send the message behind a record that passed its check. False: it is none that we send; then
 * nothing has changed. Counts control_sent and control_lost. */
bool dp_control_send(struct dp_control_send *self, const struct shm_send *rec, uint64_t now_ns);

#endif
