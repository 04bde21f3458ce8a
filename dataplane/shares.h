/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shares.h - how much of a resource that questions need is kept from each class.
 *
 * Punting is policed before it is fast (DESIGN 3): unproven work can take at most half of the
 * request ring and of the slots for held messages, so there is always room for peers, then for
 * calls that are up, then for emergencies.
 */
#ifndef SLUICE_DATAPLANE_SHARES_H
#define SLUICE_DATAPLANE_SHARES_H

#include <stdint.h>

#include "control/contract/shm_base.h"

/* Units of `capacity` that must stay free after a class has taken one. cls < SHM_CLASS_CNT. */
static inline uint32_t dp_share_reserved(uint8_t cls, uint32_t capacity)
{
        static const uint8_t reserved_64ths[SHM_CLASS_CNT] = {
            [SHM_CLASS_OTHER] = 32, [SHM_CLASS_REGISTER] = 32, [SHM_CLASS_INVITE] = 28,
            [SHM_CLASS_PEER] = 16,  [SHM_CLASS_IN_DIALOG] = 8, [SHM_CLASS_EMERGENCY] = 0,
        };

        return (uint32_t)((uint64_t)capacity * reserved_64ths[cls] / 64u);
}

#endif
