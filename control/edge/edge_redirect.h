/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_redirect.h - the Contacts of a redirection (RFC 3261 8.3, 21.3.3).
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_REDIRECT_H
#define SLUICE_CONTROL_EDGE_EDGE_REDIRECT_H

#include "control/contract/shm_msg.h"
#include "control/location/bindings.h"

/*
 * Write a Contact line for each binding that stands, best first, with q and what is left of its
 * time; those that do not fit any more are left out. One behind a NAT is named by where its
 * REGISTER came from. Octets written, terminated; 0 = the user is nowhere.
 */
size_t cp_edge_contacts(const struct cp_aor *aor, uint32_t now_s,
                        char out[SHM_REPLY_HEADERS_MAX + 1]);

#endif
