/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transactions.h - requests that went through lately: is this one the same again, whose response is
 * that, which INVITE does this CANCEL mean (RFC 3261 17.1.3, 17.2.3, 9.2).
 *
 * Messages come as hashes; how they are made of a message is the caller's business (stages/track).
 * An entry lives as long as its sender may repeat the request: 34 s, 34 s more from the final
 * response on, and up to 200 s while an INVITE rings. Threads: see calls.h.
 */
#ifndef SLUICE_DATAPLANE_STATE_TRANSACTIONS_H
#define SLUICE_DATAPLANE_STATE_TRANSACTIONS_H

#include "dataplane/state/calls.h"

/* Timer B, F, H and J are 64*T1 = 32 s (RFC 3261 17); the rest is the way there. */
#define DP_TRANS_LIFE_NS       UINT64_C(34000000000)
/* Timer C, more than three minutes (RFC 3261 16.6): how long a phone may ring. */
#define DP_TRANS_RINGING_NS    UINT64_C(200000000000)
/*
 * Repetitions that a transaction may make: as many as the timers allow by then (T1 = 500 ms doubled
 * up to T2 = 4 s, ten in 32 s; RFC 3261 17.1.2.2) and three for clients with a shorter T1 and for
 * packets that the network doubles.
 */
#define DP_TRANS_REPEATS_MAX   10u
#define DP_TRANS_REPEATS_SLACK 3u
/* Responses come as often, and by themselves: provisional ones, and those of other forks. */
#define DP_TRANS_ANSWERS_SLACK 32u

struct dp_trans_id {
        struct dp_key key; /* of the branch and who set it */
        uint64_t ident;    /* method, CSeq number and Call-ID: the same in the response */
        uint64_t target; /* Request-URI: the same in an ACK and a CANCEL; 0 = a response, or an ACK
                          * for a 2xx */
        struct dp_rec_sight seen; /* of the key, once dp_trans_ahead() has looked */
};

enum dp_trans_seen {
        DP_TRANS_NEW = 0,
        DP_TRANS_REPEAT,   /* the same request from the same address */
        DP_TRANS_CONFLICT, /* this branch with another meaning or from another address */
};

enum dp_trans_flag {
        DP_TRANS_IN_DIALOG = 1u << 0, /* the request had a To-tag */
        DP_TRANS_ECHOED = 1u << 1,    /* it had credentials with a nonce that went to its sender */
        DP_TRANS_INSIDE = 1u << 2,    /* it came from the inside */
        DP_TRANS_COOKIE = 1u << 3,    /* its credentials were for us: the server will ask again */
        DP_TRANS_CONTROL = 1u << 4,   /* control's own: responses are for it */
        DP_TRANS_SOLE = 1u << 5,      /* as ECHOED, and the nonce went to nobody else */
};

enum dp_trans_state {
        DP_TRANS_TRYING = 1,
        DP_TRANS_PROCEEDING = 2,
        DP_TRANS_COMPLETED = 3,
};

/* A transaction as it was found. */
struct dp_transaction {
        struct dp_rec_ref ref;
        uint32_t src; /* address (hash) that the request came from */
        uint32_t dst; /* address that it went to */
        uint8_t flags;
        uint8_t state; /* enum dp_trans_state; 0 = none */
        bool kept;
};

/* Look ahead: what is found or put with this id next goes by what is seen now. Its memory is on its
 * way when dp_rec_prefetch() was called for the key some time before, and from then on is that of
 * its entry. */
static inline void dp_trans_ahead(const struct dp_calls *c, struct dp_trans_id *id, uint64_t now_ns)
{
        dp_rec_look(c->transactions, &id->key, now_ns, &id->seen);
}

/* dp_trans_ahead() has looked, and no entry could be the id's: the table says NEW, and nothing of
 * it. */
static inline bool dp_trans_unseen(const struct dp_trans_id *id)
{
        return id->seen.made && id->seen.same == 0;
}

/*
 * What the table says of a request that may begin a transaction. *out is the entry, state 0 when
 * there is none. NEW with an entry: its sender has used the branch again after the final response,
 * against RFC 3261 8.1.1.7 but known of phones; dp_trans_add() then takes the old one away.
 */
enum dp_trans_seen dp_trans_look(const struct dp_calls *c, const struct dp_trans_id *id,
                                 uint32_t src, uint64_t now_ns, struct dp_transaction *out);

/* Find the transaction of a response, or with the INVITE's id that of an ACK or CANCEL. CONFLICT:
 * the branch is there with another meaning. NEW: it is not; *out has state 0 then. Addresses are
 * the caller's to compare. */
enum dp_trans_seen dp_trans_match(const struct dp_calls *c, const struct dp_trans_id *id,
                                  uint64_t now_ns, struct dp_transaction *out);

/* Take one repetition, or one response, from the transaction's own budget. False: none is left. */
bool dp_trans_repeat(struct dp_calls *c, const struct dp_transaction *tx, uint64_t now_ns);
bool dp_trans_answer(struct dp_calls *c, const struct dp_transaction *tx, uint64_t now_ns);

/* Put a request that passes. src, dst and flags of *tx are read; an entry that dp_trans_look() found
 * (ref, state) is taken away first. False: the table has no room for it. */
bool dp_trans_add(struct dp_calls *c, const struct dp_trans_id *id, bool kept, uint64_t now_ns,
                  const struct dp_transaction *tx, struct dp_calls_change *change);

/* A response with this status passed; `ringing`: it is a provisional one to an INVITE. */
void dp_trans_progress(struct dp_calls *c, const struct dp_transaction *tx, uint16_t status,
                       bool ringing, uint64_t now_ns);

/*
 * Nonces of challenges, in the same table. sent: remember for 64 s that it went there; echoed: did
 * it? Then it is remembered for an hour more, for clients count on with the nonce that they have
 * (RFC 7616 3.4.3, nc).
 *
 * There are servers, Kamailio as it comes is one, that give the same nonce to everybody within a
 * second. Who gets it can show it in the name of another who was sent it, too.
 */
struct dp_nonce_id {
        struct dp_key there; /* of the nonce, with the address and port that it was sent to */
        struct dp_key alone; /* of nothing but the nonce */
        uint32_t addr;       /* hash of the address: who has one port of it has all */
};

enum dp_nonce_seen {
        DP_NONCE_UNKNOWN = 0, /* it was not sent there */
        DP_NONCE_SHARED,      /* it was, and to other addresses, or nobody knows any more */
        DP_NONCE_SOLE,        /* it was, and to no other address */
};

void dp_trans_nonce_sent(struct dp_calls *c, const struct dp_nonce_id *id, bool kept,
                         uint64_t now_ns, struct dp_calls_change *change);
enum dp_nonce_seen dp_trans_nonce_echoed(struct dp_calls *c, const struct dp_nonce_id *id,
                                         uint64_t now_ns);

#endif
