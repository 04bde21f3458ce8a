/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - one message in, one decision out.
 *
 * A policy is compiled from a configuration and never changes afterwards, save that the bans it
 * points to are a live table; whoever calls cp_policy_decide() holds that table still. Nothing here
 * reads a clock or does input or output.
 */
#ifndef SLUICE_CONTROL_POLICY_POLICY_H
#define SLUICE_CONTROL_POLICY_POLICY_H

#include <stdint.h>

#include "control/bans/bans.h"
#include "control/config/config.h"
#include "control/contract/shm_msg.h"
#include "control/prefix_map.h"
#include "parser/sip_profile.h"

struct cp_routes;
struct cp_scanners;

/* An entry of the allow or deny list. */
struct cp_policy_entry {
        struct cp_prefix prefix;
        uint64_t added_ns;   /* CLOCK_REALTIME */
        uint64_t expires_ns; /* 0 = never */
        const char *reason;  /* "" when none was given */
};

struct cp_policy {
        struct cp_config *config; /* owned */
        uint32_t generation;      /* 1.. */
        struct cp_policy_entry *allow;
        struct cp_policy_entry *deny;
        struct cp_prefix_map allow_map; /* to struct cp_policy_entry */
        struct cp_prefix_map deny_map;
        const struct cp_bans *bans; /* borrowed, may be NULL */
        struct cp_scanners *scanners;
        struct cp_routes *routes;
        struct sip_profile weakest; /* what it rejects, every dataplane rejects */
};

/*
 * Compile. Takes the configuration over on success. now_ns is CLOCK_REALTIME; entries with a TTL
 * count from now, or go on as in `previous` (may be NULL) when the same entry stands there.
 * now_ns 0: entries never expire (a replay lives in its capture's time).
 * NULL when memory is short.
 */
struct cp_policy *cp_policy_create(struct cp_config *config, uint32_t generation, uint64_t now_ns,
                                   const struct cp_policy *previous);
void cp_policy_destroy(struct cp_policy *p);
/* Its configuration becomes the caller's; the policy can only be destroyed then. */
struct cp_config *cp_policy_take_config(struct cp_policy *p);

/*
 * Decide about a request record and its parsed message (parsed with whatever result). Fills *out so
 * that it passes shm_reply_check(). Pure; time is what the caller says it is.
 *
 * In this order: a message that no profile of the parser lets through is dropped (the dataplane
 * does not ask about such, so this one was cut or forged); allow list; deny list, bans and scanners
 * (outside only); responses and messages within a dialog pass; routes of the message's side; the
 * default, for requests from the outside. A rejected ACK or response is dropped instead. Emergency
 * calls pass lists, and routes that do not say where to.
 *
 * PASS with a `rule` whose route says where to (cp_route_is_target()) is half a decision:
 * cp_route_answer() makes the rest.
 */
void cp_policy_decide(const struct cp_policy *p, const struct shm_request *req,
                      const struct sip_msg *msg, uint64_t now_ns, struct shm_reply *out);

/* A response, or of the class IN_DIALOG: the dataplane has seen the dialog begin. A To-tag alone
 * can be forged and opens nothing, but to emergency numbers, whose door is never shut. */
bool cp_policy_in_dialog(const struct shm_request *req, const struct sip_msg *msg);

#endif
