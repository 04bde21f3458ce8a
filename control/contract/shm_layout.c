/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_blocklist.h"
#include "control/contract/shm_cnc.h"
#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_send.h"
#include "control/contract/shm_stats.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

struct field {
        const char *name; /* of the structure and the field */
        size_t off;
        size_t bytes;
};

static const struct field fields[] = {
#define SHM_FIELD(s, f) {#s "." #f, offsetof(struct s, f), sizeof(((struct s *)NULL)->f)},
#include "control/contract/shm_layout.def"
#undef SHM_FIELD
};

static uint64_t mix(uint64_t h, uint8_t octet)
{
        return (h ^ octet) * FNV_PRIME;
}

static uint64_t mix_size(uint64_t h, size_t n)
{
        for (unsigned i = 0; i < 4; i++)
                h = mix(h, (uint8_t)(n >> (8 * i)));
        return h;
}

uint64_t shm_layout_hash(void)
{
        uint64_t h = FNV_BASIS;

        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
                for (const char *c = fields[i].name; *c; c++)
                        h = mix(h, (uint8_t)*c);
                h = mix_size(h, fields[i].off);
                h = mix_size(h, fields[i].bytes);
        }
        return h;
}
