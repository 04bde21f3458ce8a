/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bindings.h - the table of the location service (RFC 3261 10): addresses-of-record and where their
 * users are now.
 *
 *   hash slot 16 -> AoR 40 + its text -> binding 80 + its texts -> next binding of the AoR
 *                                           |
 *                                           wheel slot of the second in which it ends
 *
 * Binding and AoR are one allocation each. The table of slots is at most 3/4 full. Expiry looks
 * only at bindings whose second has come: a wheel of CP_WHEEL_SLOTS seconds; what lasts longer is
 * met once each turn of it.
 *
 * An AoR that changed is in the list of dirty ones until its owner has stored it; one whose last
 * binding went stays until then. Thread: one owner. Times are seconds since the epoch.
 */
#ifndef SLUICE_CONTROL_LOCATION_BINDINGS_H
#define SLUICE_CONTROL_LOCATION_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define CP_WHEEL_SLOTS    8192u
#define CP_AOR_BYTES      512u  /* longest text of an AoR */
#define CP_BINDING_BYTES  4096u /* longest sum of a binding's texts */
#define CP_BINDING_NO_REG 0u    /* reg_id: none (RFC 5626 4.2 begins at 1) */

/* Texts of a binding, one behind the other. */
enum cp_binding_text {
        CP_BINDING_CONTACT = 0, /* URI as registered */
        CP_BINDING_PATH,        /* Path values, joined by ", " (RFC 3327); empty: none */
        CP_BINDING_INSTANCE,    /* URN of +sip.instance; empty: none */
        CP_BINDING_CALL_ID,
        CP_BINDING_TEXTS,
};

struct cp_text {
        const char *at;
        size_t len;
};

/* What a binding says; the texts borrowed. */
struct cp_binding_value {
        struct cp_text text[CP_BINDING_TEXTS];
        uint32_t expires_s; /* when it ends */
        uint32_t updated_s; /* when it was registered last */
        uint32_t cseq;
        uint32_t reg_id;
        uint16_t q_milli; /* 0..1000 */
        uint16_t port;    /* with behind_nat: where its REGISTER came from */
        bool behind_nat;  /* reach it at received and port, whatever the contact says */
        struct shm_ip received;
};

struct cp_binding {
        struct cp_binding *next; /* of the same AoR */
        struct cp_aor *aor;
        struct cp_binding *wheel_next;
        struct cp_binding **wheel_link; /* what points here */
        uint32_t expires_s;
        uint32_t updated_s;
        uint32_t cseq;
        uint32_t reg_id;
        struct shm_ip received;
        uint16_t q_milli;
        uint16_t port;
        uint16_t text_len[CP_BINDING_TEXTS];
        uint8_t behind_nat;
        char texts[]; /* not terminated */
};

struct cp_aor {
        uint64_t hash;
        struct cp_binding *first;
        struct cp_aor *dirty_next;
        struct cp_aor **dirty_link; /* NULL = clean */
        uint32_t told;              /* for the owner: 0 at first, and kept while the AoR is there */
        uint16_t len;
        char text[]; /* not terminated */
};

struct cp_bindings;
struct cp_changes;

/* NULL without memory or randomness. Times before now_s have passed. */
struct cp_bindings *cp_bindings_create(uint32_t now_s);
void cp_bindings_destroy(struct cp_bindings *b);
/* From now on the names of AoRs that change are written there (borrowed), and of those whose place
 * in the table moves, which a reader of cp_bindings_below() may have missed. */
void cp_bindings_watch(struct cp_bindings *b, struct cp_changes *changes);

uint32_t cp_bindings_count(const struct cp_bindings *b);
uint32_t cp_bindings_aors(const struct cp_bindings *b);
/* Octets that the table has asked the heap for, the heap's own overhead left out. */
size_t cp_bindings_bytes(const struct cp_bindings *b);

/* The AoR, also one without bindings that is not stored yet; NULL when there is none. */
struct cp_aor *cp_bindings_find(const struct cp_bindings *b, struct cp_text aor);
/* For lists: as above by place; *at one further, NULL at the end. Start at 0. */
struct cp_aor *cp_bindings_next(const struct cp_bindings *b, uint32_t *at);
/* The same downwards: the one in the highest slot below *at. Start at the number of slots. As long
 * as the number of slots is the same, none is passed over but those whose names are written to the
 * changes meanwhile. */
struct cp_aor *cp_bindings_below(const struct cp_bindings *b, uint32_t *at);
uint32_t cp_bindings_slots(const struct cp_bindings *b);

/* Text of a binding. */
struct cp_text cp_binding_text(const struct cp_binding *x, enum cp_binding_text which);
void cp_binding_get(const struct cp_binding *x, struct cp_binding_value *out);

/* Make a binding that is not in the table yet, as one of several that go in together or not at all.
 * NULL without memory, or when its texts are longer than CP_BINDING_BYTES. */
struct cp_binding *cp_binding_create(const struct cp_binding_value *v);
void cp_binding_destroy(struct cp_binding *x);

/* The AoR, made when there is none yet. NULL without memory or when longer than CP_AOR_BYTES. */
struct cp_aor *cp_bindings_aor(struct cp_bindings *b, struct cp_text aor);
/* Put a binding under an AoR; it takes the binding over. The AoR is dirty then. */
void cp_bindings_add(struct cp_bindings *b, struct cp_aor *aor, struct cp_binding *x);
/* Take it out and free it. The AoR is dirty then. */
void cp_bindings_remove(struct cp_bindings *b, struct cp_binding *x);
/* Remove what ends at now_s or before, at most `budget` of it; how many went. When it is the whole
 * budget there may be more. */
unsigned cp_bindings_expire(struct cp_bindings *b, uint32_t now_s, unsigned budget);

/* The AoR is to be stored, though its bindings are as they were. */
void cp_bindings_touch(struct cp_bindings *b, struct cp_aor *aor);
/* The first of the AoRs that are not stored yet, on by dirty_next; NULL when all are. */
struct cp_aor *cp_bindings_dirty(const struct cp_bindings *b);
/* It is stored: clean; and gone when it has no bindings. */
void cp_bindings_clean(struct cp_bindings *b, struct cp_aor *aor);

/* The one to send a request to (RFC 3261 16.6 takes them by q): the highest q, of equals the one
 * that registered last. NULL when there is none. */
const struct cp_binding *cp_aor_best(const struct cp_aor *aor, uint32_t now_s);

#endif
