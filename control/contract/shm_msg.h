/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_msg.h - the records that travel in the rings, and the check that each must pass.
 *
 *   dataplane worker -> control   SHM_REC_REQUEST   struct shm_request + the SIP message
 *                                 SHM_REC_EVENT     struct shm_event + the SIP message (maybe cut)
 *                                 SHM_REC_RULE_COST struct shm_rule_costs, as much as is used
 *   control -> dataplane worker   SHM_REC_REPLY     struct shm_reply + header lines and tag (action
 *                                                   REPLY),
 *                                                   + where to (action PROXY, shm_forward.h)
 *                                 SHM_REC_TABLE     struct shm_table_update
 *                                 SHM_REC_BINDING   struct shm_binding + text (shm_forward.h)
 *                                 SHM_REC_SEND      struct shm_send + a SIP message (shm_send.h)
 *
 * The reader copies a record out of the ring, calls the check on its copy, and uses only the copy.
 * A check is pure: it looks at lengths, ranges and enumerations, and says nothing about truth.
 */
#ifndef SLUICE_CONTRACT_SHM_MSG_H
#define SLUICE_CONTRACT_SHM_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

/* Longest SIP message in a record (a UDP payload); a record is this plus its fixed part at most. */
#define SHM_MSG_BYTES_MAX 65535u

enum shm_rec_type {
        SHM_REC_PAD = 1, /* fills the rest of a ring up to its end; the ring eats it */
        SHM_REC_REQUEST = 2,
        SHM_REC_EVENT = 3,
        SHM_REC_REPLY = 4,
        SHM_REC_TABLE = 5,
        SHM_REC_BINDING = 6,
        SHM_REC_RULE_COST = 7,
        SHM_REC_SEND = 8,
};

/* "What shall I do with this?" Followed by msg_len octets: the message from its start line on. */
struct shm_request {
        uint64_t id;      /* slot + generation of the held message; opaque to control */
        uint64_t time_ns; /* CLOCK_REALTIME when the packet was received; replay: capture time */
        struct shm_flow flow;
        uint8_t cls;  /* enum shm_class */
        uint8_t lane; /* enum shm_lane */
        uint16_t msg_len;
        uint32_t age_limit_us; /* an answer later than this is useless: control may skip it */
};

/* "Do this." */
struct shm_reply {
        uint64_t id;            /* as in the request */
        uint8_t action;         /* enum shm_action, not NONE */
        uint8_t scopes;         /* bits of enum shm_scope; 0 = for this message only */
        uint16_t reason;        /* enum shm_reason, below SHM_REASONS_DECISION_MAX */
        uint16_t code;          /* REJECT: SIP status 400..699; REPLY: 200..699; else 0 */
        uint16_t retry_after_s; /* REJECT and REPLY: Retry-After in seconds, 0 = none */
        uint32_t lifetime_ms;   /* how long the cached decision stands, 1..SHM_LIFETIME_MS_MAX if
                                 * scopes != 0 */
        uint32_t rule;          /* number of the route or rule that decided, 0 = none */
        uint16_t headers_len;   /* REPLY: octets that follow; PROXY: the last of them; else 0 */
        uint8_t proven;         /* REPLY: 1 = the request showed that its source is where it says */
        uint8_t tag_len;        /* REPLY: octets of a To-tag behind the header lines, a token,
                                 * 0 = the dataplane makes one; else 0 */
        uint8_t reserved[4];    /* zero */
};
#define SHM_REPLY_TAG_MAX     32u
/* Header lines of a REPLY, which is for one message alone (scopes 0): each of printable octets, not
 * empty, with a name of letters, digits and hyphens and a colon, and ended by CRLF. */
#define SHM_REPLY_HEADERS_MAX 1024u
#define SHM_LIFETIME_MS_MAX   (24u * 3600u * 1000u)

/* Changes to the tables of one worker. Adding an entry twice replaces it. */
enum shm_table_op {
        SHM_TABLE_ADD = 1,
        SHM_TABLE_DEL = 2,
        SHM_TABLE_SYNC_BEGIN = 3, /* a full copy follows: entries not named until SYNC_END go */
        SHM_TABLE_SYNC_END = 4,
        SHM_TABLE_FLUSH_CACHE = 5, /* policy changed: forget every cached decision */
};
enum shm_table {
        SHM_TABLE_NONE = 0, /* with FLUSH_CACHE */
        SHM_TABLE_BAN = 1,
        SHM_TABLE_PEER = 2,  /* allow list: lane PEER */
        SHM_TABLE_LIMIT = 3, /* new requests of a source are held to a rate */
        SHM_TABLE_CNT,
};
#define SHM_LIMIT_RATE_MAX 60000u
struct shm_table_update {
        uint8_t op;         /* enum shm_table_op */
        uint8_t table;      /* enum shm_table */
        uint8_t prefix_len; /* ADD, DEL: 0..128 over the 16 octets (IPv4 /24 is 120) */
        uint8_t reserved;
        uint16_t reason; /* enum shm_reason that the entry gives, below SHM_REASONS_DECISION_MAX */
        uint16_t port;   /* BAN, LIMIT of a single address: this source port alone; else 0 */
        struct shm_ip ip;
        uint64_t expires_ns; /* CLOCK_REALTIME; 0 = never */
        uint32_t generation; /* of the policy that this belongs to */
        uint32_t rate;       /* ADD to LIMIT: requests a minute, 1..SHM_LIMIT_RATE_MAX; else 0 */
};

/* What was changed of a message that passed. */
enum shm_rewrite {
        SHM_REWRITE_NONE = 0,
        SHM_REWRITE_NORMALISED = 1, /* written oddly, it went on in its plain spelling */
        SHM_REWRITE_CNT,
};

/* What the dataplane knew of a message and its source; bits. */
enum shm_known {
        SHM_KNOWN_PROVEN = 1u << 0, /* its source had shown before that it is where it says... */
        SHM_KNOWN_AUTHENTICATED = 1u << 1, /* ...and logged in, or had a call */
        SHM_KNOWN_PROVES = 1u << 2,        /* the message shows it by itself: nonce, tag, branch */
        SHM_KNOWN_REPEAT = 1u << 3,        /* a request that passed before */
        SHM_KNOWN_IN_DIALOG = 1u << 4,     /* part of a known dialog, or ACK, CANCEL of an INVITE */
        SHM_KNOWN_REFUSED = 1u << 5, /* a response that turns a request of its receiver down: with
                                      * PROVES, credentials that only he can have made... */
        SHM_KNOWN_ECHOED = 1u << 5,  /* ...of a request: a nonce that went to it, and to others */
        SHM_KNOWN_REGISTERED = 1u << 6, /* a 2xx to a REGISTER with fresh credentials */
        SHM_KNOWN_CALL = 1u << 7,       /* an ACK that completes a call */
};

/* Sids in one event. More match a message only when rules say the same twice. */
#define SHM_EVENT_RULES_MAX 12u

/* What happened to one message; lossy. Followed by msg_len octets of the message as it
 * came. */
struct shm_event {
        uint64_t time_ns; /* when the packet was received, as in shm_request */
        uint64_t serial;  /* of the packet on its worker; in replay its place in the capture */
        struct shm_flow flow;
        uint8_t action; /* enum shm_action */
        uint8_t cls;    /* enum shm_class */
        uint8_t lane;   /* enum shm_lane */
        uint8_t worker;
        uint16_t reason;   /* enum shm_reason */
        uint16_t msg_len;  /* octets that follow */
        uint16_t full_len; /* octets that the message had */
        uint16_t code;     /* REJECT and REPLY: status sent */
        uint32_t rule;
        uint32_t held_us;         /* time between hold and verdict, 0 when not held */
        uint32_t generation;      /* policy generation of the verdict */
        uint8_t rewrite;          /* enum shm_rewrite */
        uint8_t rule_cnt;         /* sids in rules, 0..SHM_EVENT_RULES_MAX */
        uint8_t rules_more;       /* rules that matched besides, 255 = that many or more */
        uint8_t known;            /* bits of enum shm_known */
        uint32_t rule_generation; /* rule set that was held against it, 0 = none */
        uint32_t rules[SHM_EVENT_RULES_MAX]; /* sids of rules that matched, in the set's order */
};

/* What it took a worker to look at rules in full, of one message in many: in the event ring, and
 * lost without a trace when that is full. */
#define SHM_RULE_COSTS_MAX 64u
struct shm_rule_cost {
        uint32_t sid;
        uint32_t cycles; /* of the time stamp counter, what reading it takes included */
};
struct shm_rule_costs {
        uint32_t generation; /* of the rule set, not 0 */
        uint32_t cnt; /* 1..SHM_RULE_COSTS_MAX: that many of `rule` follow, the rest is cut off */
        struct shm_rule_cost rule[SHM_RULE_COSTS_MAX];
};
#define SHM_RULE_COSTS_BYTES(n) \
        (offsetof(struct shm_rule_costs, rule) + (n) * sizeof(struct shm_rule_cost))

/* True when `len` octets at `rec` (a private copy) are a whole record of that kind with every field
 * in range. len counts the fixed part and what follows it. */
bool shm_request_check(const void *rec, size_t len);
bool shm_reply_check(const void *rec, size_t len);
bool shm_table_update_check(const void *rec, size_t len);
bool shm_event_check(const void *rec, size_t len);
bool shm_rule_costs_check(const void *rec, size_t len);

#endif
