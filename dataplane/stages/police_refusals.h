/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_refusals.h - requests that the server behind turned down: numbers that nobody has,
 * passwords that are wrong. Who collects them is guessing, and is slowed down to the pace of people
 * who mistype; so a scan or a search for a password does not end in a lifetime.
 *
 * Counted are final responses on their way out and those of control's own, 401 and 407 only when
 * credentials had been shown: the first challenge is no refusal. They can be provoked in another's
 * name, so they never ban: over the limit, the requests of that endpoint (address, user) are
 * dropped, and one goes on as each interval has passed. Never concerned: who is authenticated,
 * known peers, dialogs, emergencies.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_REFUSALS_H
#define SLUICE_DATAPLANE_STAGES_POLICE_REFUSALS_H

#include "control/contract/shm_base.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/stages/police_limits.h"
#include "dataplane/state/tables.h"

/* Is this final response a refusal? `credentials`: the request had shown some that were its own. */
bool dp_refusal_is(const struct sip_msg *response, bool credentials);
/* The same of a status alone: of one that asks for credentials nothing can be said. */
bool dp_refusal_is_status(uint16_t status);

/* A refusal p passes on its way to `receiver`, which is p->flow.dst: charge it. */
void dp_refusals_charge(const struct dp_limits_config *config, struct dp_tables *tables,
                        const struct dp_pkt *p, const struct dp_source *receiver, uint64_t now_ns);
/* Control turns the request p down: charge its sender. By the keys that it was judged by, for its
 * parse result may be gone; none when it was not concerned. */
void dp_refusals_charge_sender(const struct dp_limits_config *config, struct dp_tables *tables,
                               struct dp_pkt *p, uint64_t now_ns);

/* The keys that a request is judged by, of those by which anybody was turned down lately, and their
 * memory asked for; none of what is not concerned. What another worker charges from here on is for
 * its next burst. */
void dp_refusals_make(const struct dp_limits_config *config, struct dp_tables *tables,
                      struct dp_pkt *p, uint64_t now_ns, struct dp_police_claims *out);

/* A new request, open, with what was made of it: the reason to drop it for, or SHM_REASON_NONE. */
enum shm_reason dp_refusals_judge(const struct dp_police_claims *made, const struct dp_pkt *p,
                                  uint64_t now_ns);

#endif
