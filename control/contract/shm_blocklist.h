/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_blocklist.h - a block list as it travels: a sealed blob (shm_attach.h, SHM_BLOB_BLOCKLIST)
 * that holds struct shm_blocklist_head and then `count` struct shm_blocklist_prefix.
 *
 * A blob replaces the list before it; count 0 empties it.
 */
#ifndef SLUICE_CONTRACT_SHM_BLOCKLIST_H
#define SLUICE_CONTRACT_SHM_BLOCKLIST_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

/* Enough for every feed there is; bounds what a broken control can make the dataplane build. */
#define SHM_BLOCKLIST_PREFIXES_MAX (UINT32_C(1) << 24)

struct shm_blocklist_head {
        uint64_t magic; /* SHM_BLOCKLIST_MAGIC */
        uint32_t count;
        uint32_t reserved;
};
#define SHM_BLOCKLIST_MAGIC UINT64_C(0x534c434b4c495354) /* "SLCKLIST" */

struct shm_blocklist_prefix {
        struct shm_ip ip;   /* IPv4 as ::ffff:a.b.c.d; host bits are ignored */
        uint8_t prefix_len; /* 0..128 over the 16 octets (IPv4 /24 is 120) */
        uint8_t reserved;
        uint16_t list; /* 1..: which of the operator's lists, by their order */
        uint32_t reserved2;
};

/* The prefixes in a blob of `bytes` octets, or NULL when its head or size is not right. */
const struct shm_blocklist_prefix *shm_blocklist_open(const void *blob, size_t bytes,
                                                      uint32_t *count);

#endif
