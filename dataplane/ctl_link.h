/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_link.h - a worker's side of the link to control.
 *
 * Returns only checked decisions; behaves the same with control absent, slow or lying: every call
 * is wait-free and the worst that a peer can do is to be ignored. A struct dp_ctl belongs to one
 * worker; the dp_link under it is made and retired by ctl_server on the main lcore and reaches the
 * worker through one atomic pointer, under RCU quiescence (the worker reports once per turn).
 */
#ifndef SLUICE_DATAPLANE_CTL_LINK_H
#define SLUICE_DATAPLANE_CTL_LINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_send.h"
#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/rules_account.h"
#include "dataplane/swap.h"

struct dp_link_worker {
        struct shm_ring_producer req;
        struct shm_ring_producer evt;
        struct shm_ring_consumer rep;
};

/* One attachment of control. */
struct dp_link {
        struct shm_region to_control;
        struct shm_region to_dataplane;
        uint64_t incarnation;
        _Atomic bool broken; /* a worker found control breaking the protocol: give the link up */
        struct dp_link *next_retired;
        uint64_t retired_token;
        uint16_t worker_cnt;
        struct dp_link_worker worker[];
};

/* Where the main lcore publishes the current link, and what control sent as a whole. */
struct dp_link_slot {
        _Atomic(struct dp_link *) link; /* NULL: control absent */
        struct rte_rcu_qsbr *qsbr;
        struct dp_swap blocklist; /* of struct dp_blocklist */
        struct dp_swap rules;     /* of struct dp_rules */
        struct dp_rules_account rules_account;
        uint16_t worker_cnt;
};

struct dp_ctl {
        struct dp_link_slot *slot; /* NULL: no control can ever attach */
        struct dp_link *link;      /* as of this turn */
        struct dp_link_worker *me; /* NULL: control absent or given up */
        struct shm_counters *counters;
        uint16_t index;
};

/* What control sent: *type is SHM_REC_REPLY, SHM_REC_TABLE, SHM_REC_BINDING or SHM_REC_SEND. */
union dp_ctl_record {
        struct shm_reply reply; /* its header lines and tag, or where to, behind it */
        struct shm_table_update table;
        struct shm_binding binding; /* its text behind it */
        struct shm_send send;       /* its message behind it */
        uint8_t octets[sizeof(struct shm_reply) + SHM_FORWARD_BYTES_MAX];
};

void dp_ctl_init(struct dp_ctl *ctl, struct dp_link_slot *slot, uint16_t index,
                 struct shm_counters *counters);

/* Top of a turn: take up the link that is published now. Anything got from the old one is void. */
void dp_ctl_refresh(struct dp_ctl *ctl);
/* Bottom of a turn: nothing of the link is in use; publish what was written. */
void dp_ctl_quiesce(struct dp_ctl *ctl);
/* Number of the attachment, 0 when control is absent. */
uint64_t dp_ctl_incarnation(const struct dp_ctl *ctl);

/*
 * Ask about one packet. The message is copied; p stays the caller's.
 * Returns 0, -ENOTCONN without control, -ENOBUFS when the ring has no room.
 */
int dp_ctl_ask(struct dp_ctl *ctl, const struct dp_pkt *p, uint64_t id, uint32_t age_limit_us);
/* The next checked record. Returns 1, or 0 when there is none (or no control). *left says how many
 * records may be read, bad ones too, and is counted down: a peer that writes as fast as we read
 * must not keep us. */
int dp_ctl_poll(struct dp_ctl *ctl, unsigned *left, uint16_t *type, union dp_ctl_record *out);
/* Space for an event with msg_len octets behind it, visible at the end of the turn; NULL: lost. */
struct shm_event *dp_ctl_event(struct dp_ctl *ctl, uint16_t msg_len);
/* Likewise for what `cnt` rules cost, 1..SHM_RULE_COSTS_MAX. */
struct shm_rule_costs *dp_ctl_rule_costs(struct dp_ctl *ctl, uint32_t cnt);

#endif
