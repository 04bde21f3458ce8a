/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst.h - the packets that travel through the stages together, and what is known of each.
 *
 * A burst is a worker's own memory. Stages fill fields from left to right in the order of DESIGN 2;
 * a field is valid after the stage named beside it. A packet whose action is not NONE is decided:
 * the stages before act leave it alone.
 */
#ifndef SLUICE_DATAPLANE_BURST_H
#define SLUICE_DATAPLANE_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "control/contract/shm_base.h"
#include "control/contract/shm_msg.h"
#include "dataplane/state/key.h"
#include "dataplane/state/source.h"
#include "parser/sip_msg.h"

#define DP_RX_BURST     32u /* packets asked of a queue at once: DPDK's own sweet spot */
#define DP_RESUME_BURST 32u /* held messages that re-enter in one turn */
#define DP_BURST_MAX    (DP_RX_BURST + DP_RESUME_BURST)

enum dp_pkt_flag {
        DP_PKT_IP4 = 1u << 0,
        DP_PKT_IP6 = 1u << 1,
        DP_PKT_FRAGMENT = 1u << 2,  /* any piece but a whole datagram */
        DP_PKT_UDP = 1u << 3,       /* payload_off and payload_len are a UDP payload */
        DP_PKT_SIP = 1u << 4,       /* sip_sniff says SIP; msg is parsed */
        DP_PKT_HELD = 1u << 5,      /* waits in the pending table: this burst no longer owns it */
        DP_PKT_RESUMED = 1u << 6,   /* came back from the pending table */
        DP_PKT_NO_REPLY = 1u << 7,  /* an ACK or a response: never answered (RFC 3261 17) */
        DP_PKT_KEEPALIVE = 1u << 8, /* sip_sniff says so, to or from a SIP port */
        DP_PKT_TUNNEL = 1u << 9,    /* decap: a tunnel with something in it (tunnel_core.h) */
};

/* What the transaction and dialog tables know of a message. */
enum dp_txn {
        DP_TXN_NEW = 0,        /* nothing: it begins something, or only says that it does not */
        DP_TXN_REPEAT = 1,     /* the same again of a transaction that passed (RFC 3261 17) */
        DP_TXN_CONTINUING = 2, /* part of a transaction or dialog that passed, from a party to it */
};

/* What a message is to the calls that are known (state/calls.h). */
enum dp_seen {
        DP_SEEN_NONE = 0,    /* not looked at: not SIP, malformed, or back from the pending table */
        DP_SEEN_NEW,         /* a request that begins something */
        DP_SEEN_REPEAT,      /* a request that passed before, from the same address */
        DP_SEEN_IN_DIALOG,   /* a request in a known dialog, the ACK or CANCEL of a known INVITE */
        DP_SEEN_STRAY,       /* To-tag, ACK or CANCEL of nothing that is known: judged as new */
        DP_SEEN_RESPONSE,    /* answers a request that passed */
        DP_SEEN_UNSOLICITED, /* a response to nothing that is known */
};

/* What a message proves, or says of its receiver: bits. */
enum dp_proof {
        DP_PROOF_NONCE = 1u << 0,      /* credentials with a nonce that went to this source alone */
        DP_PROOF_TO_TAG = 1u << 1,     /* speaks in a dialog with the tag that went to it */
        DP_PROOF_BRANCH = 1u << 2,     /* a response with the branch that went to it */
        DP_PROOF_REGISTERED = 1u << 3, /* 2xx to a REGISTER that echoed a nonce */
        DP_PROOF_CALL = 1u << 4,       /* ACK for its 2xx: the call is up */
        DP_PROOF_CHALLENGED = 1u << 5, /* no proof: 401 or 407, credentials may follow */
        DP_PROOF_REFUSED = 1u << 6,    /* no proof: its request was turned down */
        DP_PROOF_ECHOED = 1u << 7,     /* no proof: as NONCE, but others were sent it, too */
};

struct dp_forward;

/* Keys of a message that several stages need: each is made once, by whoever needs it first. */
enum dp_pkt_key {
        DP_PKT_KEY_TO = 0, /* the user in To, in From (police_limits.h) */
        DP_PKT_KEY_FROM,
        DP_PKT_KEY_PREFIX,  /* of the source (source.h) */
        DP_PKT_KEY_CALL_ID, /* as it is written (pkt_digest.h) */
        DP_PKT_KEY_RURI,
        DP_PKT_KEYS
};

struct dp_pkt {
        struct rte_mbuf *m;
        uint64_t time_ns; /* rx: CLOCK_REALTIME, or capture time in replay */
        uint64_t serial;  /* rx: counts the packets of this worker */

        /* decap, of every packet: offsets in octets from the start of the frame; the mbuf is one
         * segment */
        uint16_t l3_off;
        uint16_t l4_off;
        uint16_t payload_off;
        uint16_t payload_len;
        uint16_t l4_len;  /* octets from l4_off to the end of the IP packet */
        uint16_t sum_dst; /* UDP whose checksum guard verifies: where its destination stands */
        uint16_t flags;   /* enum dp_pkt_flag */
        uint8_t port;     /* rx: ethdev port it came from */
        struct shm_flow flow;

        /* From here on rx clears: */

        /* guard: of UDP to a SIP port, police: of other SIP; from the outside and no known peer */
        bool has_source;
        uint8_t trust;            /* enum dp_trust_level */
        uint8_t keys_made;        /* bits by enum dp_pkt_key: valid in `key` below */
        uint8_t keys_none;        /* likewise: there is no such user */
        uint8_t limit_prefix_len; /* of the entry of limit_rate: prefix length... */
        uint16_t limit_port;      /* ...and source port, 0 = any */
        uint32_t limit_rate;      /* guard: new requests a minute by a LIMIT entry, 0 = none */

        /* classify */
        uint8_t cls;       /* enum shm_class */
        uint8_t lane;      /* enum shm_lane; guard for known peers and proven sources */
        uint8_t txn;       /* enum dp_txn */
        uint8_t seen;      /* enum dp_seen */
        uint8_t proof_src; /* enum dp_proof: what the message proves of its source... */
        uint8_t proof_dst; /* ...and a response, once police lets it pass, of its receiver */

        /* the verdict: set once, by dp_verdict_set() */
        uint8_t action;  /* enum shm_action */
        uint16_t reason; /* enum shm_reason, < SHM_REASONS_MAX */
        uint16_t code;   /* REJECT and REPLY: SIP status */
        uint16_t retry_after_s;
        uint8_t credentials; /* police: enum dp_challenge_answer, what the request shows us */
        uint32_t rule;
        uint32_t held_us;

        /* rules */
        bool ask;                 /* control decides, whatever is cached */
        uint8_t rule_cnt;         /* sids in rules */
        uint8_t rules_more;       /* that matched besides */
        uint32_t rule_generation; /* of the set that was held against it, 0: none */

        struct sip_msg *msg; /* parse; NULL when not SIP or RESUMED */
        uint16_t malformed;  /* parse: enum shm_reason that police drops it for, 0 = well formed */

        bool normalise; /* parse: one meaning, but written oddly */
        uint8_t strip;  /* police: 1 + index of the header with credentials for us, 0 = none */
        bool stale;     /* police: a server's challenge that must say stale=true */

        /* resume, for act: of a REPLY */
        const char *headers; /* header lines, terminated; good for this turn. NULL = none */
        bool proven;         /* control has seen that the source is where it says */
        const char *to_tag;  /* terminated, as `headers`; NULL: act makes one */

        /* resume and decide, of a PROXY: where it goes, good for this turn. With any other verdict
         * of edge mode NULL: a message that passes says itself where it goes. */
        const struct dp_forward *forward;

        /* act */
        bool rewritten;         /* the frame is not any more what came; `event` was made before */
        struct rte_mbuf *reply; /* our answer to a rejected request */
        struct rte_mbuf *out;   /* edge mode: what leaves in its place (edge/send.h)... */
        uint8_t out_side;       /* ...and by which enum shm_side */
        bool out_waits;         /* it waits for its neighbour: `out` is not the packet's any more */
        struct shm_event *event; /* NULL: not made, or nobody wants it */

        /* What follows rx does not clear: other fields say whether it is there. */

        struct dp_source source; /* where has_source says so */

        /* classify, of well-formed SIP: its destination; in edge mode whom its next Via names */
        struct shm_ip receiver;
        uint16_t receiver_port;

        /* match, of well-formed SIP: what decisions are keyed by (shm_base.h, enum shm_scope) */
        struct dp_key key_route;
        struct dp_key key_dialog;
        struct dp_key key_src_ua;
        struct dp_key key_domain;            /* edge mode */
        struct dp_key key[DP_PKT_KEYS];      /* where keys_made says so and keys_none does not */
        uint32_t rules[SHM_EVENT_RULES_MAX]; /* rule_cnt of them */
};

/* Octets of a packet that rx clears, at least: [FROM, TO). Those before are rx's own, and decap's.
 */
#define DP_PKT_CLEAR_FROM offsetof(struct dp_pkt, has_source)
#define DP_PKT_CLEAR_TO   offsetof(struct dp_pkt, source)

struct dp_burst {
        uint16_t cnt;
        uint64_t now_ns; /* the worker's clock at the top of the turn; CLOCK_REALTIME based */
        struct dp_pkt pkt[DP_BURST_MAX];
        struct sip_msg msg[DP_BURST_MAX];
};

static inline uint8_t *dp_pkt_at(const struct dp_pkt *p, uint16_t off)
{
        return rte_pktmbuf_mtod_offset(p->m, uint8_t *, off);
}

/* Still to be decided, and still ours. */
static inline bool dp_pkt_open(const struct dp_pkt *p)
{
        return p->action == SHM_ACTION_NONE && (p->flags & DP_PKT_HELD) == 0;
}

/* Is anything left for the stages between guard and act? In a flood of banned sources nothing is.
 */
static inline bool dp_burst_open(const struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++)
                if (dp_pkt_open(&b->pkt[i]))
                        return true;
        return false;
}

#endif
