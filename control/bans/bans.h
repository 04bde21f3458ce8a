/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bans.h - bans in memory, the operator's and those of detections: who, why, since when, until
 * when. One with a rate is a limit: not all is dropped, but new requests above it.
 *
 * Not thread-safe: control changes the table only while no decision is being made (gate.h).
 */
#ifndef SLUICE_CONTROL_BANS_BANS_H
#define SLUICE_CONTROL_BANS_BANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/prefix_map.h"

#define CP_BANS_MAX           65536u
#define CP_BAN_REASON_BYTES   256u /* with terminator */
#define CP_BAN_ORIGIN_BYTES   32u
#define CP_BAN_EVIDENCE_BYTES 256u
#define CP_BAN_TTL_S_MAX      (UINT32_C(10) * 366 * 24 * 3600)

struct cp_ban {
        struct cp_prefix prefix;
        uint64_t added_ns;   /* CLOCK_REALTIME */
        uint64_t expires_ns; /* 0 = never */
        uint32_t rate;       /* 0 = a ban, else new requests a minute, up to SHM_LIMIT_RATE_MAX */
        char reason[CP_BAN_REASON_BYTES];
        /* Of an automatic ban; empty and 0 of an operator's. */
        char origin[CP_BAN_ORIGIN_BYTES];     /* name of the detection */
        char evidence[CP_BAN_EVIDENCE_BYTES]; /* for people */
        uint64_t first_ns;                    /* first and last sign of the attack */
        uint64_t last_ns;
};

struct cp_bans {
        struct cp_prefix_map map; /* to struct cp_ban, owned */
};

/* A zeroed struct is empty and valid. */
void cp_bans_fini(struct cp_bans *b);
/* Add or replace a copy. Returns 0, -ENOSPC when CP_BANS_MAX are there, -ENOMEM. */
int cp_bans_put(struct cp_bans *b, const struct cp_ban *ban);
bool cp_bans_del(struct cp_bans *b, const struct cp_prefix *p);
const struct cp_ban *cp_bans_get(const struct cp_bans *b, const struct cp_prefix *p);
size_t cp_bans_count(const struct cp_bans *b);

/* The first one that is in force against an address and its source port, the narrowest first; a
 * limit is none. NULL: there is none. port 0: only what is against every port. */
const struct cp_ban *cp_bans_find(const struct cp_bans *b, const struct shm_ip *ip, uint16_t port,
                                  uint64_t now_ns);

/* Copy up to `max` bans that expire at or before now_ns. Returns how many. */
size_t cp_bans_expired(const struct cp_bans *b, uint64_t now_ns, struct cp_prefix *out, size_t max);

/* Iterate in no order: start with *i = 0, call until NULL. Do not change the table meanwhile. */
const struct cp_ban *cp_bans_next(const struct cp_bans *b, size_t *i);

#endif
