/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_base.h - words that both processes use: version, sizes, addresses, classes, actions, reasons.
 *
 * The contract folder depends on nothing but C11, POSIX and Linux; both sides include it. Whatever
 * is declared here and in shm_msg.h, shm_ring.h, shm_cnc.h and shm_stats.h crosses the process
 * border as bytes, so: exact-width types, no pointers, no bool, explicit padding, host byte order
 * (both processes run on one machine), offsets pinned by tests/contract/test_layout.c.
 */
#ifndef SLUICE_CONTRACT_SHM_BASE_H
#define SLUICE_CONTRACT_SHM_BASE_H

#include <stdbool.h>
#include <stdint.h>

/* Different MAJOR: refuse. A side may attach to a peer of the same MAJOR and a MINOR >= its own. */
#define SHM_ABI_MAJOR 1u
#ifndef SHM_ABI_MINOR /* tests/contract/test_version.c builds a later one */
#define SHM_ABI_MINOR 0u
#endif

#define SHM_CACHE_LINE  64u
#define SHM_GRANULE     64u /* unit of ring space, octets */
#define SHM_WORKERS_MAX 64u /* one bit each in a uint64_t */

/* An IP address in 16 octets, network order; IPv4 as ::ffff:a.b.c.d, so that IPv4 and IPv6 take the
 * same path everywhere. */
struct shm_ip {
        uint8_t b[16];
};

/* Who sent what to whom. Ports and VLAN ids in host order; vlan 0 = untagged, outer tag otherwise.
 */
struct shm_flow {
        struct shm_ip src;
        struct shm_ip dst;
        uint16_t sport;
        uint16_t dport;
        uint16_t vlan;
        uint8_t ip_proto; /* IPPROTO_UDP, ... */
        uint8_t side;     /* enum shm_side: where the packet came in */
};

enum shm_side {
        SHM_SIDE_OUTSIDE = 0,
        SHM_SIDE_INSIDE = 1,
        SHM_SIDE_CNT,
};

/*
 * Class of a message: what the exception table and the punt shares are keyed by (DESIGN 3).
 * Ordered by who is shed first.
 */
enum shm_class {
        SHM_CLASS_OTHER = 0, /* unproven, any other new request (OPTIONS, MESSAGE, SUBSCRIBE...) */
        SHM_CLASS_REGISTER = 1,  /* unproven REGISTER */
        SHM_CLASS_INVITE = 2,    /* unproven dialog-forming INVITE */
        SHM_CLASS_PEER = 3,      /* new request from a known peer or from the inside */
        SHM_CLASS_IN_DIALOG = 4, /* request in a dialog that is known, ACK or CANCEL of an INVITE
                                  * that is, responses; a To-tag alone is not enough */
        SHM_CLASS_EMERGENCY = 5, /* request to an emergency number or urn:service:sos */
        SHM_CLASS_CNT,
};

enum shm_lane {
        SHM_LANE_UNPROVEN = 0,
        SHM_LANE_PROVEN = 1,
        SHM_LANE_PEER = 2,
        SHM_LANE_PRIORITY = 3,
        SHM_LANE_CNT,
};

/* What becomes of a packet. */
enum shm_action {
        SHM_ACTION_NONE = 0, /* not decided yet; never in a reply */
        SHM_ACTION_PASS = 1,
        SHM_ACTION_DROP = 2,
        SHM_ACTION_REJECT = 3, /* consume the request, answer it with a SIP response */
        SHM_ACTION_REPLY = 4,  /* the same, and control wrote header lines of the response */
        SHM_ACTION_PROXY = 5,  /* forward it as a stateless proxy (RFC 3261 16.11); edge mode */
        SHM_ACTION_CNT,
};

/* Why: one line of reasons.def each. The number is stable for ever; append only. */
enum shm_reason {
#define SHM_REASON(num, ID, name, stage, text) SHM_REASON_##ID = (num),
#include "control/contract/reasons.def"
#undef SHM_REASON
};
#define SHM_REASONS_MAX          512u /* slots in the counter page; every number is below */
#define SHM_REASONS_DECISION_MAX 256u /* reasons that a decision may give are below this */

/* Which later messages a decision answers without asking again; bits of shm_reply.scopes.
 * The dataplane computes the key from the message that was asked about:
 *   ROUTE   source address, side, method, Request-URI, User-Agent; not for class IN_DIALOG
 *   DIALOG  Call-ID and the unordered pair of addresses; only for class IN_DIALOG
 *   SRC_UA  source address and User-Agent, any message that has that User-Agent
 *   DOMAIN  source address, side, method, host and port of the Request-URI; not for class IN_DIALOG
 */
enum shm_scope {
        SHM_SCOPE_ROUTE = 1u << 0,
        SHM_SCOPE_DIALOG = 1u << 1,
        SHM_SCOPE_SRC_UA = 1u << 2,
        SHM_SCOPE_DOMAIN = 1u << 3,
        SHM_SCOPE_ALL = 15u,
};

/* Stable names for output; "unknown" for a value outside the enumeration. */
const char *shm_class_name(unsigned cls);
const char *shm_lane_name(unsigned lane);
const char *shm_action_name(unsigned action);
const char *shm_reason_name(unsigned reason);
/* True when reasons.def has that number. */
bool shm_reason_known(unsigned reason);
/* Stage of DESIGN section 2 that may end a packet for this reason, e.g. "guard"; "" for NONE. */
const char *shm_reason_stage(unsigned reason);
/* One sentence for people; "" when unknown. */
const char *shm_reason_text(unsigned reason);
/* The number of a reason name, -1 when there is none. */
int shm_reason_by_name(const char *name);

#endif
