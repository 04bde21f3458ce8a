/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/sids.h"

#include <errno.h>

#define ROOM_MIN 1024u /* slots, a power of two */

/* The slot of gid and sid: the index of their rule and 1, or 0 where they would go. At most half of
 * the slots are taken. */
static uint32_t *slot_of(const struct cp_rule_set *set, uint32_t gid, uint32_t sid)
{
        uint32_t i = (sid * UINT32_C(2654435761)) ^ (gid * UINT32_C(40503));

        for (;; i++) {
                uint32_t *slot = &set->sid_slots[i & (set->sid_room - 1)];

                if (*slot == 0 ||
                    (set->rules[*slot - 1].r.sid == sid && set->rules[*slot - 1].r.gid == gid))
                        return slot;
        }
}

struct cp_rule *cp_sids_find(const struct cp_rule_set *set, uint32_t gid, uint32_t sid)
{
        uint32_t slot = set->sid_room != 0 ? *slot_of(set, gid, sid) : 0;

        return slot != 0 ? &set->rules[slot - 1] : NULL;
}

int cp_sids_keep(struct cp_rule_set *set)
{
        uint32_t room = set->sid_room == 0 ? ROOM_MIN : set->sid_room;
        uint32_t from = set->cnt - 1;

        while (room < 2 * set->cnt)
                room *= 2;
        if (room != set->sid_room) {
                set->sid_slots = cp_arena_take(&set->arena, room * sizeof(*set->sid_slots));
                if (set->sid_slots == NULL) {
                        set->sid_room = 0;
                        return -ENOMEM;
                }
                set->sid_room = room;
                from = 0;
        }
        for (uint32_t i = from; i < set->cnt; i++)
                *slot_of(set, set->rules[i].r.gid, set->rules[i].r.sid) = i + 1;
        return 0;
}
