/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_challenge.h - who is asked to prove its address before anything is spent on its request,
 * and who has (state/challenge.h).
 *
 * Asked is the request of an unproven source that begins something, of the configured methods, as
 * the mode says; never an emergency, a known peer, the inside, or what belongs to a call. Nothing
 * is kept of it. Who echoes the cookie is proven: its request goes on in the lane PROVEN and
 * without the credentials that were for us, and the challenge that the real server then makes says
 * stale (track.h carries that over), so that the client answers it by itself.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_CHALLENGE_H
#define SLUICE_DATAPLANE_STAGES_POLICE_CHALLENGE_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/state/challenge.h"
#include "dataplane/state/pressure.h"
#include "dataplane/state/tables.h"

struct dp_police_challenge {
        struct dp_challenge *maker; /* borrowed; NULL: no challenges */
        const struct dp_challenge_config *config;
        struct dp_tables *tables;
        struct shm_counters *counters;
        struct dp_pressure pressure; /* of unproven requests */
};

/* `workers` share the rate that is configured. */
void dp_police_challenge_init(struct dp_police_challenge *self, struct dp_challenge *maker,
                              const struct dp_config *config, struct dp_tables *tables,
                              struct shm_counters *counters);

/* Top of a burst: how things stand now. A worker that sheds is under pressure. */
void dp_police_challenge_tick(struct dp_police_challenge *self, bool shedding, uint64_t now_ns);

/* Look at the credentials of an open, well-formed SIP message, before its limits are made: sets
 * credentials and strip, and of an echo also lane, trust and proof_src. */
void dp_police_cookies(struct dp_police_challenge *self, struct dp_pkt *p, uint64_t now_ns);

/* Challenge it, if it is to be: then it has its verdict, REJECT for CHALLENGE. */
void dp_police_challenge(struct dp_police_challenge *self, struct dp_pkt *p, uint64_t now_ns);

/* The same because a rule wants it, whatever the pressure. False: no challenges, or not of this
 * request; it is still open. */
bool dp_police_challenge_rule(struct dp_police_challenge *self, struct dp_pkt *p);

static inline struct dp_cookie_from dp_cookie_from_pkt(const struct dp_pkt *p)
{
        return (struct dp_cookie_from){.addr = p->flow.src, .port = p->flow.sport};
}

static inline uint32_t dp_cookie_time(uint64_t now_ns)
{
        return (uint32_t)(now_ns / UINT64_C(1000000000));
}

#endif
