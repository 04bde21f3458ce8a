/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/avalanche.h"

#include <string.h>

#include "control/detect/sketch.h"

static void advance(struct cp_avalanche *a, uint32_t slot)
{
        uint32_t steps = slot - a->newest;

        if (steps > CP_AVALANCHE_SLOTS)
                steps = CP_AVALANCHE_SLOTS;
        for (uint32_t i = 0; i < steps; i++) {
                unsigned s = (slot - i) % CP_AVALANCHE_SLOTS;

                memset(a->tried[s], 0, sizeof(a->tried[s]));
                memset(a->logged_in[s], 0, sizeof(a->logged_in[s]));
        }
        a->newest = slot;
}

void cp_avalanche_add(struct cp_avalanche *a, uint32_t slot, uint64_t endpoint, bool credentials)
{
        uint32_t bit = (uint32_t)(endpoint % CP_AVALANCHE_BITS);
        uint64_t mask = UINT64_C(1) << (bit % 64u);
        unsigned s = slot % CP_AVALANCHE_SLOTS;

        if ((int32_t)(slot - a->newest) > 0)
                advance(a, slot);
        else if (a->newest - slot >= 2 * CP_AVALANCHE_SLOTS) /* the clock was set back */
                *a = (struct cp_avalanche){.newest = slot};
        else if (a->newest - slot >= CP_AVALANCHE_SLOTS)
                return;
        a->tried[s][bit / 64u] |= mask;
        if (credentials)
                a->logged_in[s][bit / 64u] |= mask;
}

static uint32_t endpoints(const uint64_t plane[CP_AVALANCHE_SLOTS][CP_AVALANCHE_WORDS],
                          unsigned slots)
{
        uint32_t set = 0;

        for (unsigned w = 0; w < CP_AVALANCHE_WORDS; w++) {
                uint64_t any = 0;

                for (unsigned s = 0; s < CP_AVALANCHE_SLOTS; s++)
                        if ((slots >> s & 1u) != 0)
                                any |= plane[s][w];
                set += (uint32_t)__builtin_popcountll(any);
        }
        return cp_sketch_estimate(set, CP_AVALANCHE_BITS);
}

uint32_t cp_avalanche_level(const struct cp_avalanche *a, uint32_t now_slot)
{
        uint32_t oldest = now_slot - (CP_AVALANCHE_SLOTS - 1);
        unsigned slots = 0;
        uint32_t tried;
        uint32_t logged_in;

        for (uint32_t back = 0; back < CP_AVALANCHE_SLOTS; back++) {
                uint32_t slot = a->newest - back;

                if ((int32_t)(slot - oldest) >= 0)
                        slots |= 1u << (slot % CP_AVALANCHE_SLOTS);
        }
        tried = endpoints(a->tried, slots);
        logged_in = endpoints(a->logged_in, slots);
        return (uint64_t)logged_in * 100 >= (uint64_t)tried * CP_AVALANCHE_PERCENT ? tried : 0;
}
