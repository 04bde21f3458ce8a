/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ban_terms.h - how much automation may ban at once, and for how long. Pure; the caller's memory, a
 * zeroed struct is empty; one thread.
 */
#ifndef SLUICE_CONTROL_DETECT_BAN_TERMS_H
#define SLUICE_CONTROL_DETECT_BAN_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/detect/detection.h"
#include "control/prefix.h"

/* The first address of a minute is within any budget but 0 when no more sources are behind it: an
 * attacker may use several ports. */
#define CP_BAN_ALWAYS_MAX  16u
#define CP_BAN_SPENDS_MAX  256u  /* bans in a minute; more wait, whatever the budget */
#define CP_OFFENCES_MAX    1024u /* sources whose earlier bans are remembered */
/* So long after a ban has ended the next one is a further one. */
#define CP_OFFENCE_KEEP_NS (UINT64_C(7) * 24 * 3600 * 1000000000)

struct cp_ban_budget {
        struct {
                uint64_t at_ns;
                uint32_t sources;
        } spend[CP_BAN_SPENDS_MAX];
};

/* Proven sources that may be banned in a minute when there are so many: percent of them, one at
 * least unless percent is 0. */
uint32_t cp_ban_budget_allowed(uint32_t proven, uint32_t percent);
/* Banned in the last minute. */
uint32_t cp_ban_budget_spent(const struct cp_ban_budget *b, uint64_t now_ns);
/* Spend on an address with `sources` more, if that stays within `allowed` or is the first one. */
bool cp_ban_budget_take(struct cp_ban_budget *b, uint32_t sources, uint32_t allowed,
                        uint64_t now_ns);

struct cp_offence {
        struct cp_prefix prefix;
        uint32_t bans;     /* 0 = free */
        uint64_t until_ns; /* forgotten then */
};

struct cp_offences {
        struct cp_offence of[CP_OFFENCES_MAX];
};

/* Bans that a prefix has had. */
uint32_t cp_offences_get(const struct cp_offences *o, const struct cp_prefix *p, uint64_t now_ns);
/* Remember that many; 0 forgets. A full list gives up the one that would be forgotten first. */
void cp_offences_set(struct cp_offences *o, const struct cp_prefix *p, uint32_t bans,
                     uint64_t until_ns);
/* Seconds of the ban after so many others. */
uint32_t cp_ban_ttl_s(const struct cp_detect_bans *terms, uint32_t before);

#endif
