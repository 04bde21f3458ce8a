/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialogs.h - calls and subscriptions that are going on (RFC 3261 12, RFC 6665 4): who may speak in
 * them, and which CSeq came last.
 *
 * A dialog is a Call-ID and two tags; its key is the same for both directions, and each fork of a
 * call, having a tag of its own, is a dialog of its own. It is learnt from responses that pass.
 * For each tag the addresses are kept that have spoken for it from the outside: two, so that a
 * party may move, and one call may be seen on both legs of a proxy.
 *
 * Confirmed dialogs are never evicted. Threads: see calls.h.
 */
#ifndef SLUICE_DATAPLANE_STATE_DIALOGS_H
#define SLUICE_DATAPLANE_STATE_DIALOGS_H

#include "dataplane/state/calls.h"

/* An early dialog lives as long as its INVITE may ring; one that has ended, as long as somebody may
 * still repeat something in it, or tell how a transfer went. */
#define DP_DIALOG_EARLY_NS   UINT64_C(200000000000)
#define DP_DIALOG_CLOSING_NS UINT64_C(64000000000)
/* A subscriber is notified at once (RFC 6665 4.2.1.2), often before its response. */
#define DP_DIALOG_HALF_NS    UINT64_C(34000000000)

/* Later ones replace earlier ones, never the other way round. */
enum dp_dialog_state {
        DP_DIALOG_NONE = 0,
        DP_DIALOG_HALF = 1, /* SUBSCRIBE passed: its Call-ID and From tag, no second tag yet */
        DP_DIALOG_EARLY = 2,
        DP_DIALOG_SUBSCRIBED = 3,
        DP_DIALOG_CONFIRMED = 4,
        DP_DIALOG_CLOSING = 5,
};

/* Which dialog a message names, and in which direction it speaks. */
struct dp_dialog_id {
        struct dp_key key;
        uint64_t from;            /* keyed hash of the From tag */
        uint64_t to;              /* of the To-tag, 0 without one */
        struct dp_rec_sight seen; /* of the key, once dp_dialog_ahead() has looked */
};

struct dp_dialog {
        struct dp_rec_ref ref;
        bool reverse;  /* the message's From tag is the dialog's second tag */
        bool known;    /* `addr` has spoken for the From tag before */
        bool open;     /* nobody outside has: it is the inside's, or a known peer's */
        bool moved;    /* who speaks for the From tag may have had the other one from elsewhere */
        uint8_t state; /* enum dp_dialog_state; NONE when there is none */
        uint32_t cseq; /* last one in the direction of the message */
        bool has_cseq;
};

/* From dp_calls_hash() of the Call-ID and the octets of both tags; no To-tag: the half dialog. */
struct dp_dialog_id dp_dialog_id_make(const struct dp_calls *c, uint64_t call_id,
                                      struct dp_octets from, struct dp_octets to);

/* As dp_trans_ahead(). */
static inline void dp_dialog_ahead(const struct dp_calls *c, struct dp_dialog_id *id,
                                   uint64_t now_ns)
{
        dp_rec_look(c->dialogs, &id->key, now_ns, &id->seen);
}

/* The dialog as a message sees it that comes from `addr`. False: there is none, out->state NONE.
 */
bool dp_dialog_find(const struct dp_calls *c, const struct dp_dialog_id *id, uint32_t addr,
                    uint64_t now_ns, struct dp_dialog *out);

/* A request in it passes. CSeq never goes back, whoever comes first. */
void dp_dialog_advance(struct dp_calls *c, const struct dp_dialog *d, uint32_t cseq);

/* What a response that passes says of its dialog. */
struct dp_dialog_news {
        uint8_t state;      /* enum dp_dialog_state that it has reached */
        uint64_t life_ns;   /* from now on */
        uint32_t cseq;      /* of the request, by the From tag's party */
        uint32_t from_addr; /* who spoke for the From tag and */
        uint32_t to_addr;   /* for the To-tag; DP_ADDR_NONE for the inside, which is not judged */
        bool from_knew;     /* from_addr showed the To-tag before any response went there */
        bool kept;
};

/* Add the dialog, or bring it up to date. False: the table has no room. */
bool dp_dialog_learn(struct dp_calls *c, const struct dp_dialog_id *id, uint64_t now_ns,
                     const struct dp_dialog_news *news, struct dp_calls_change *change);

/* It has ended: nothing to do when it is not there or beyond `if_below`. */
void dp_dialog_end(struct dp_calls *c, const struct dp_dialog_id *id, uint8_t if_below,
                   uint64_t now_ns);

#endif
