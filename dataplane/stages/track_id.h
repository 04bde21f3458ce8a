/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track_id.h - which transaction, dialog and nonce a message names: its fields as keyed hashes.
 * Pure; the message has passed the parser's check.
 */
#ifndef SLUICE_DATAPLANE_STAGES_TRACK_ID_H
#define SLUICE_DATAPLANE_STAGES_TRACK_ID_H

#include "dataplane/state/dialogs.h"
#include "dataplane/state/siphash_lanes.h"
#include "dataplane/state/transactions.h"
#include "parser/sip_msg.h"

/* Of a message, under the key of the tables (pkt_digest.h). */
struct dp_track_hashes {
        uint64_t call_id;
        uint64_t ruri; /* of a request */
};

/*
 * The transaction of a message. By RFC 3261 17.2.3 that is branch and sent-by, an ACK belonging to
 * its INVITE; of a branch without the magic cookie Call-ID, CSeq and From tag besides (RFC 2543). A
 * CANCEL has one of its own under the same branch: with `invite` it is that of the INVITE it means
 * (9.2).
 */
void dp_track_tx_id(const struct dp_calls *c, const struct sip_msg *m,
                    const struct dp_track_hashes *hashes, bool invite, struct dp_trans_id *out);

/* Where the key of one message of a burst waits to be hashed with the others. */
#define DP_TRACK_TX_BYTES 256u
struct dp_track_text {
        _Alignas(64) uint8_t octets[DP_TRACK_TX_BYTES];
};
struct dp_track_later {
        struct dp_siphash_jobs *jobs;
        struct dp_track_text *text;
};

/* The same, not `invite`, but for out->key, which is there when the jobs are run under the key of
 * the tables; the text is theirs until then. What is too long for that, or old, is hashed at once.
 */
void dp_track_tx_id_begin(const struct dp_calls *c, const struct sip_msg *m,
                          const struct dp_track_hashes *hashes, const struct dp_track_later *later,
                          struct dp_trans_id *out);

/* The same of a response that comes back through us, by the Via of who had sent the request. */
void dp_track_tx_id_behind(const struct dp_calls *c, const struct sip_msg *m,
                           const struct sip_via *via, const struct dp_track_hashes *hashes,
                           struct dp_trans_id *out);

/* The dialog that the tags name; without a To-tag the half dialog. */
struct dp_dialog_id dp_track_dialog_id(const struct dp_calls *c, const struct sip_msg *m,
                                       uint64_t call_id);
/* The half dialog of a SUBSCRIBE that a NOTIFY answers: its To-tag is the other's From tag. */
struct dp_dialog_id dp_track_half_id(const struct dp_calls *c, const struct sip_msg *m,
                                     uint64_t call_id);

/* The nonces of all credentials, or of all Digest challenges, in a message: each as it came from,
 * or goes to, an address and port. How many there are, up to a bound. */
#define DP_TRACK_NONCES 4u
struct dp_track_where {
        const struct shm_ip *ip;
        uint32_t addr; /* its dp_calls_addr() */
        uint16_t port;
};
unsigned dp_track_nonce_ids(const struct dp_calls *c, const struct sip_msg *m,
                            const struct dp_track_where *where,
                            struct dp_nonce_id out[DP_TRACK_NONCES]);

/* Seconds that a 2xx gives a session or a subscription: Session-Expires, or Expires; 0 = none. */
uint32_t dp_track_session_s(const struct sip_msg *m);
uint32_t dp_track_expires_s(const struct sip_msg *m);

#endif
