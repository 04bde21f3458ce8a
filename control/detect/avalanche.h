/* SPDX-License-Identifier: Apache-2.0 */
/*
 * avalanche.h - phones that register all at once, as after a power cut, told from a flood of
 * REGISTERs: how many different endpoints try in the window, and how many of them log in.
 *
 * Endpoints are estimated by linear counting over four slots, to about 60,000. Fixed size, zeroed =
 * empty, no heap, no clock.
 */
#ifndef SLUICE_CONTROL_DETECT_AVALANCHE_H
#define SLUICE_CONTROL_DETECT_AVALANCHE_H

#include <stdbool.h>
#include <stdint.h>

#define CP_AVALANCHE_SLOTS   4u
#define CP_AVALANCHE_BITS    16384u
#define CP_AVALANCHE_WORDS   (CP_AVALANCHE_BITS / 64u)
/* So many of a hundred endpoints must have shown credentials with a nonce that went to them. */
#define CP_AVALANCHE_PERCENT 30u

struct cp_avalanche {
        uint32_t newest; /* slot number */
        uint64_t tried[CP_AVALANCHE_SLOTS][CP_AVALANCHE_WORDS];
        uint64_t logged_in[CP_AVALANCHE_SLOTS][CP_AVALANCHE_WORDS];
};

/* A REGISTER of an endpoint (by its hash) in a slot; `credentials`: with a nonce it was sent. */
void cp_avalanche_add(struct cp_avalanche *a, uint32_t slot, uint64_t endpoint, bool credentials);
/* Endpoints of the window when enough of them log in, else 0. */
uint32_t cp_avalanche_level(const struct cp_avalanche *a, uint32_t now_slot);

#endif
