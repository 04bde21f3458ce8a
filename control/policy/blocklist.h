/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocklist.h - all block lists of a configuration as the one blob that dataplanes take
 * (contract/shm_blocklist.h), and as a table to ask why an address is blocked.
 *
 * Immutable once made; any thread may read it.
 */
#ifndef SLUICE_CONTROL_POLICY_BLOCKLIST_H
#define SLUICE_CONTROL_POLICY_BLOCKLIST_H

#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"
#include "control/contract/shm_attach.h"
#include "control/contract/shm_blocklist.h"
#include "control/prefix.h"

struct cp_blocklist {
        struct shm_blocklist_head *blob; /* head and prefixes, sorted by address and length */
        size_t bytes;
        uint8_t digest[32]; /* SHA-256 of the blob */
        uint64_t lens[3];   /* bit n: there is a prefix of length n */
};

/* Read every file that the configuration names. 0, or a negative errno and *err with file, line and
 * column; *out is then untouched. cp_blocklist_destroy() frees. */
int cp_blocklist_create(struct cp_blocklist **out, const struct cp_config_policy *policy,
                        struct cp_config_error *err);
void cp_blocklist_destroy(struct cp_blocklist *b);

static inline uint32_t cp_blocklist_count(const struct cp_blocklist *b)
{
        return b->blob->count;
}

/* The longest prefix that holds the address, as the dataplane would decide it, or NULL. Its `list`
 * counts the configuration's lists from 1. */
const struct shm_blocklist_prefix *cp_blocklist_find(const struct cp_blocklist *b,
                                                     const struct shm_ip *ip);

#endif
