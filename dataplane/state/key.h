/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.h - the identity of what a table holds: a 128-bit keyed hash of the fields that make it up.
 */
#ifndef SLUICE_DATAPLANE_STATE_KEY_H
#define SLUICE_DATAPLANE_STATE_KEY_H

#include <stdint.h>

/* All zero = no key. */
struct dp_key {
        uint64_t w[2];
};

#endif
