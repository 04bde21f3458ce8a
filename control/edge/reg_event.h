/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reg_event.h - the notifier of the event package `reg` (RFC 3680, RFC 6665): who wants to hear of
 * the registrations of an AoR, and the NOTIFYs that tell him.
 *
 * A subscriber is told everything at first, and then what changes: at most one NOTIFY every
 * CP_REG_PACE_MS, and none while one is not answered. A NOTIFY is repeated by timer E; without an
 * answer in 64*T1, or with one that is no 2xx, the subscription ends. NOTIFYs go where the
 * SUBSCRIBE came from, so nobody has them sent elsewhere, and are no longer than UDP may carry (RFC
 * 3261 18.1.1): contacts that do not fit follow in the next one.
 *
 * Subscriptions live in memory: after a restart of control the next SUBSCRIBE of a dialog gets 481,
 * and its sender subscribes anew (RFC 6665 4.1.2.4). Thread: the decider, as edge.h.
 */
#ifndef SLUICE_CONTROL_EDGE_REG_EVENT_H
#define SLUICE_CONTROL_EDGE_REG_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "control/decider.h"
#include "control/edge/edge.h"
#include "control/identity/users.h"
#include "control/link.h"
#include "control/location/changes.h"
#include "control/siphash.h"

#define CP_REG_DEFAULT_S     3761u /* RFC 3680 4.4 */
#define CP_REG_PACE_MS       5000u /* RFC 3680 4.10 */
#define CP_REG_EACH_MAX      8u    /* subscriptions of one user */
#define CP_REG_SUBSCRIPTIONS 1000u /* of all, when the configuration does not say */
#define CP_REG_NOTIFY_BYTES  1300u

struct cp_reg_policy {
        uint32_t subscriptions_max; /* of all */
        uint32_t min_expires_s;     /* less is refused with 423, up to an hour */
        uint32_t max_expires_s;     /* more becomes this */
        bool of_all;                /* users may subscribe to others */
};

struct cp_reg_stats {
        uint64_t subscribed; /* subscriptions that began */
        uint64_t notified;   /* NOTIFYs, repetitions apart */
        uint64_t unanswered; /* subscriptions that ended because a NOTIFY was not answered well */
        uint32_t live;
};

/* What a run needs of others. */
struct cp_reg_world {
        struct cp_bindings *bindings;
        const struct cp_changes *changes;
        struct cp_link *const *links;
        const bool *live;
        unsigned link_cnt;
        struct cp_edge_now now;
};

struct cp_reg_event;

/* NULL without memory. */
struct cp_reg_event *cp_reg_event_create(const struct cp_siphash_key *key);
void cp_reg_event_destroy(struct cp_reg_event *r);
void cp_reg_event_stats(const struct cp_reg_event *r, struct cp_reg_stats *out);

/* Is it a SUBSCRIBE with an Event of package reg? */
bool cp_reg_is_subscribe(const struct sip_msg *m);
/* Does it belong to a dialog with this notifier, or claim to: is it for the address that it came
 * to? */
bool cp_reg_is_in_dialog(const struct cp_asked *q);

/* Answer a SUBSCRIBE of `user`, who has shown that he is. `again`: it was answered before, and is
 * only told the same. own: the AoR is the user's. */
struct cp_reg_request {
        const struct cp_user *user;
        bool own;
        bool again;
        struct cp_text aor; /* canonical; of one within a dialog empty */
};
void cp_reg_subscribe(struct cp_reg_event *r, const struct cp_reg_policy *policy,
                      const struct cp_asked *q, const struct cp_reg_request *who,
                      struct cp_answer *a);

/* A response came: true when it answers a NOTIFY of ours, and *a says so. */
bool cp_reg_response(struct cp_reg_event *r, const struct cp_asked *q, struct cp_answer *a);

/* Send what is to be sent now. Returns how many messages; 0 = nothing to do. */
unsigned cp_reg_run(struct cp_reg_event *r, const struct cp_reg_world *w);

#endif
