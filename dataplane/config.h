/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the dataplane's part of sluice.yaml (sections `dpdk` and `dataplane`).
 *
 * Read once at start, constant afterwards; any thread may read it. control/sluice.yaml documents
 * every key and its default.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_H
#define SLUICE_DATAPLANE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/config_challenge.h"
#include "dataplane/config_limits.h"
#include "dataplane/config_links.h"
#include "dataplane/config_shedding.h"
#include "parser/scan/scan_select.h"
#include "parser/sip_profile.h"

enum dp_mode {
        DP_MODE_INLINE = 1, /* bump in the wire between an outside and an inside port */
        DP_MODE_TAP = 2,    /* never transmits */
        DP_MODE_EDGE = 3,   /* owns addresses; a proxy, redirect server and registrar front */
};

enum dp_idle {
        DP_IDLE_SPIN = 1,  /* poll without rest: lowest latency, one core burnt per worker */
        DP_IDLE_PAUSE = 2, /* CPU pause first, short sleeps after a while */
        DP_IDLE_SLEEP = 3, /* sleep at once when nothing arrives */
};

enum dp_policy {
        DP_POLICY_PASS = 1,
        DP_POLICY_DROP = 2,
        DP_POLICY_REJECT = 3, /* exception table only: SIP 503 */
};

/* Requests of dialogs that we have not seen begin. */
enum dp_strays {
        DP_STRAYS_ASK = 1,  /* judged like a new request: routes, limits */
        DP_STRAYS_DROP = 2, /* dropped when they come from the outside */
        DP_STRAYS_PASS = 3, /* taken for what they say they are */
};

enum dp_events {
        DP_EVENTS_ALL = 1,   /* every SIP message */
        DP_EVENTS_DROPS = 2, /* those that did not pass */
        DP_EVENTS_OFF = 3,
};

#define DP_PORTS_MAX     2u
#define DP_SIP_PORTS_MAX 16u
#define DP_EMERGENCY_MAX 32u

struct dp_port_config {
        const char *interface; /* PCI address, or a virtual device with its arguments */
        enum shm_side side;
};

/* What tunnels may carry (EVASION 9). */
enum dp_tunnels {
        DP_TUNNELS_PASS = 1, /* anything: nobody looks */
        DP_TUNNELS_DROP,     /* nothing */
        DP_TUNNELS_INSPECT,  /* what can be told not to be SIP, one level deep */
};

struct dp_config {
        char **eal_params;
        uint32_t eal_param_cnt;
        struct dp_port_config ports[DP_PORTS_MAX];
        uint32_t port_cnt;

        enum dp_mode mode;
        enum dp_idle idle;
        enum dp_policy non_sip;
        enum dp_policy stream_sip; /* SIP over TCP, TLS and SCTP, which nobody looks into */
        enum dp_policy fragments;
        enum dp_tunnels tunnels;
        enum dp_policy exceptions[SHM_CLASS_CNT]; /* by enum shm_class */
        enum dp_strays unknown_dialogs;
        enum dp_policy unsolicited_responses;
        enum dp_events events;
        const char *socket;         /* where control attaches */
        const char *control_socket; /* control's API: replay asks it to attach */
        uint32_t workers;           /* 1..SHM_WORKERS_MAX */
        uint32_t mempool_size;      /* packets */
        uint32_t rx_descriptors;
        uint32_t tx_descriptors;
        uint32_t decision_deadline_ms;
        uint32_t pending_messages;    /* per worker */
        uint32_t cache_entries;       /* per worker */
        uint32_t forward_entries;     /* per worker: where requests go that are proxied */
        uint32_t neighbour_entries;   /* all workers together */
        uint32_t ban_entries;         /* per worker */
        uint32_t binding_entries;     /* users whose binding is known; 0 = none are kept */
        uint32_t limit_entries;       /* live keys of the limits, all workers together */
        uint32_t trust_entries;       /* proven sources, all workers together */
        struct dp_links_config links; /* mode edge */
        struct dp_limits_config limits;
        struct dp_challenge_config challenge;
        struct dp_shedding_config shedding;
        uint32_t transaction_entries; /* of all workers together, as those of dialogs */
        uint32_t dialog_entries;
        uint32_t dialog_lifetime_s;
        uint32_t learning_s;
        uint16_t sip_ports[DP_SIP_PORTS_MAX];
        uint32_t sip_port_cnt;
        const char *emergency[DP_EMERGENCY_MAX]; /* user parts, compared octet by octet */
        uint32_t emergency_cnt;
        struct sip_profile profile; /* what is wrong with a message, and what follows from it */
        struct scan_variant kernel; /* what it is read with; name NULL: the fastest, measured */

        void *yaml; /* owner of the strings above */
};

/*
 * Fill with the defaults, then with what the file says. path NULL: defaults only.
 * On a fault one line "FILE:LINE:COLUMN: text" goes to standard error and -EINVAL (or the errno of
 * opening the file) comes back; *c is then empty.
 */
int dp_config_load(const char *path, struct dp_config *c);
void dp_config_free(struct dp_config *c);

#define DP_SIPS_PORT 5061u /* RFC 3261 19.1.2 */

static inline bool dp_config_is_sip_port(const struct dp_config *c, uint16_t port)
{
        for (uint32_t i = 0; i < c->sip_port_cnt; i++)
                if (port == c->sip_ports[i])
                        return true;
        return false;
}

#endif
