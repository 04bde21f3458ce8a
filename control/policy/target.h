/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h - from a URI to a next hop: an address, for the dataplane looks no name up.
 *
 * Pure; any thread.
 */
#ifndef SLUICE_CONTROL_POLICY_TARGET_H
#define SLUICE_CONTROL_POLICY_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "control/contract/shm_forward.h"
#include "parser/sip_msg.h"

/*
 * The hop of a SIP URI whose host, or maddr, is an address: its port or the usual one, its
 * transport (RFC 3263 4.1; TCP for sips and tls), weight 1. False for a name, or what is no SIP
 * URI.
 */
bool cp_target_hop(const char *uri, size_t len, struct shm_hop *out);

enum cp_target_kind {
        CP_TARGET_NONE = 0, /* no SIP URI */
        CP_TARGET_NAME,
        CP_TARGET_ADDRESS,
};
/* The same, and what is there besides an address. */
enum cp_target_kind cp_target_uri(const char *uri, size_t len, struct shm_hop *out);
/* The same of a URI that has been parsed, of these octets. */
bool cp_target_parsed(const uint8_t *at, const struct sip_uri *uri, struct shm_hop *out);

#endif
