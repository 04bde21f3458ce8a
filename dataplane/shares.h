/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shares.h - what each class is sure of when messages wait for a decision.
 *
 * Punting is policed before it is fast (DESIGN 3). Of the slots for held messages each class has
 * some of its own that no flood of another class can take; an eighth is for whoever comes first.
 * Of control's time each class has a weight: when more questions wait than control answers, each
 * class gets at least its weight's part, and what one leaves is shared by the others. Emergencies
 * are asked about before all others.
 */
#ifndef SLUICE_DATAPLANE_SHARES_H
#define SLUICE_DATAPLANE_SHARES_H

#include <stdint.h>

#include "control/contract/shm_base.h"

/* Slots of `capacity` that are kept for a class. cls < SHM_CLASS_CNT. */
static inline uint32_t dp_share_slots(uint8_t cls, uint32_t capacity)
{
        static const uint8_t own_64ths[SHM_CLASS_CNT] = {
            [SHM_CLASS_OTHER] = 8, [SHM_CLASS_REGISTER] = 8,   [SHM_CLASS_INVITE] = 12,
            [SHM_CLASS_PEER] = 12, [SHM_CLASS_IN_DIALOG] = 12, [SHM_CLASS_EMERGENCY] = 4,
        };

        return (uint32_t)((uint64_t)capacity * own_64ths[cls] / 64u);
}

/* Weight of a class in control's time, a power of two up to DP_SHARE_WEIGHT_MAX; 0 = before all
 * that have one. */
#define DP_SHARE_WEIGHT_MAX 8u
static inline uint8_t dp_share_weight(uint8_t cls)
{
        static const uint8_t weight[SHM_CLASS_CNT] = {
            [SHM_CLASS_OTHER] = 2, [SHM_CLASS_REGISTER] = 4,  [SHM_CLASS_INVITE] = 4,
            [SHM_CLASS_PEER] = 8,  [SHM_CLASS_IN_DIALOG] = 8, [SHM_CLASS_EMERGENCY] = 0,
        };

        return weight[cls];
}

#endif
