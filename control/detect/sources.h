/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - the addresses outside that have shown to be where they say, as the dataplane's events
 * tell it: by address and port. Fixed memory, sets of eight, the oldest goes. One thread.
 *
 * The dataplane's own table (its trust table) decides about packets; this one answers what bans
 * need to know: how many proven sources there are, and who else lives at an address.
 */
#ifndef SLUICE_CONTROL_DETECT_SOURCES_H
#define SLUICE_CONTROL_DETECT_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "control/siphash.h"
#include "control/prefix.h"

/* In order. */
enum cp_source_level {
        CP_SOURCE_UNKNOWN = 0,
        CP_SOURCE_PROVEN,        /* returned what only its address could have received */
        CP_SOURCE_AUTHENTICATED, /* logged in, or had a call */
        CP_SOURCE_PEER,          /* on the allow list */
};

#define CP_SOURCE_RECENT_NS UINT64_C(600000000000) /* "recently proven": ten minutes */

struct cp_source {
        struct shm_ip ip;
        uint16_t port;
        uint8_t level; /* enum cp_source_level, 0 = free */
        uint8_t reserved[5];
        uint64_t seen_ns; /* last evidence of its level */
};

struct cp_sources {
        struct cp_source *slots;
        uint32_t sets; /* power of two */
        struct cp_siphash_key key;
};

/* 0 or -ENOMEM. */
int cp_sources_init(struct cp_sources *s, uint32_t entries, const struct cp_siphash_key *key);
void cp_sources_fini(struct cp_sources *s);

/* Evidence of a level, at least PROVEN. A lower one than is held, and still recent, changes
 * nothing. */
void cp_sources_learn(struct cp_sources *s, const struct shm_ip *ip, uint16_t port,
                      enum cp_source_level level, uint64_t now_ns);
/* UNKNOWN when the last evidence is not recent. */
enum cp_source_level cp_sources_level(const struct cp_sources *s, const struct shm_ip *ip,
                                      uint16_t port, uint64_t now_ns);

struct cp_sources_count {
        uint32_t proven;     /* recent ones, peers left out */
        uint32_t bystanders; /* of these, of no port in the mask */
        uint32_t innocent;   /* of those authenticated */
};
/* Of those within a prefix (NULL: everywhere); port_mask has bit (port % 64) of the guilty ports.
 * Walks the table. */
struct cp_sources_count cp_sources_count(const struct cp_sources *s, const struct cp_prefix *within,
                                         uint64_t port_mask, uint64_t now_ns);

#endif
