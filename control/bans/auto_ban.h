/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auto_ban.h - bans that detections ask for: judged and carried out by the owner.
 *
 *     alert of a detection in mode enforce with action ban, and proof that nobody else can forge
 *       on the allow list?                                  allowed: the list wins
 *       others at the address have logged in, by other ports?  shared: no ban of the address
 *       more proven sources a minute than the budget?       waiting, and an alert of ban_budget
 *       else banned: the one port that all came from, so that neighbours behind the same NAT live
 * on; or the single address, of IPv6 the /64 when several took part
 *
 * Who is banned by his port and goes on from another is judged again, by his address. Evidence that
 * others could have made asks for no ban, but may ask for a limit (action limit): then new requests
 * of the same key are held to a rate.
 *
 * A ban lasts twice as long each time the source comes back. Owner only.
 */
#ifndef SLUICE_CONTROL_BANS_AUTO_BAN_H
#define SLUICE_CONTROL_BANS_AUTO_BAN_H

#include <stdbool.h>
#include <stdint.h>

#include "control/detect/ban_terms.h"

struct cp_engine;
struct cp_policy;

struct cp_auto_ban {
        struct cp_ban_budget budget;
        struct cp_offences offences;
        uint64_t banned;  /* since the start */
        uint64_t limited; /* likewise: held to a rate */
        uint32_t waiting; /* at the last look */
        uint32_t proven;  /* recently proven sources, at the last look */
};

/* Judge what alerts ask for; call a few times a second. */
void cp_auto_ban_run(struct cp_engine *e);
/* A ban was lifted by hand: its source begins anew, with no old evidence and no earlier bans. */
void cp_auto_ban_forgive(struct cp_engine *e, const struct cp_prefix *prefix);

/* Is any address of the prefix on the allow list? */
bool cp_auto_ban_allowed(const struct cp_policy *p, const struct cp_prefix *prefix,
                         uint64_t now_ns);
/* Packets of a banned prefix that events told of: of a flood only a sample is. */
uint64_t cp_auto_ban_hits(struct cp_engine *e, const struct cp_prefix *prefix);

#endif
