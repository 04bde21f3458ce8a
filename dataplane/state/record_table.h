/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_table.h - a table of fixed size that all workers read and write at once, without locks.
 *
 *   key -> two sets of 8 ways; a set is one line of heads and one line of 64 octets for each way
 *
 * A head is one 64-bit word: when the entry ends, its state, whether it may be evicted, a
 * fingerprint of its key, and a generation that counts the uses of the way. Whoever wants a way
 * claims it with one compare-and-swap of its head, fills the body, and publishes it with a store.
 * A reader copies the body and looks at the head again: another generation means that the entry
 * went away meanwhile, and then it is not there. Every loop is bounded; nobody waits for anybody.
 *
 * Entries end by time: dead ones are invisible and their ways are taken again, no scan needed.
 * A new entry takes a free or dead way of its two sets; else it evicts the entry nearest to its end
 * of those that may be evicted; else there is no room. Kept entries are never evicted.
 *
 * Key of an entry: a keyed 128-bit hash; that is its identity. Time is nanoseconds of any clock
 * that starts far from 0; it is kept in ticks of 67 ms modulo 2^28 (208 days), so a life is bounded
 * by DP_REC_LIFE_MAX_NS, and dp_rec_sweep() must visit an entry once in that time.
 *
 * Thread: any, all functions but create and destroy. No heap, no system call, no clock after start.
 */
#ifndef SLUICE_DATAPLANE_STATE_RECORD_TABLE_H
#define SLUICE_DATAPLANE_STATE_RECORD_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"

struct dp_records;
struct dp_rec_scan; /* record_scan.h */

/* Words of the caller in each entry: these may change while the entry lives... */
#define DP_REC_VARS     4u
#define DP_REC_VAR_BITS 52u /* and hold so many bits: the generation has the rest */
/* ...and these are as they were put. */
#define DP_REC_FIXED    2u

#define DP_REC_TICK_NS     (UINT64_C(1) << 26)
#define DP_REC_LIFE_MAX_NS (UINT64_C(48) * 3600 * 1000000000)
#define DP_REC_ENTRIES_MAX (1u << 26) /* 6 GiB */
#define DP_REC_STATE_MAX   15u

/* Where an entry is and which use of the place it is. Worthless, but harmless, once it has gone. */
struct dp_rec_ref {
        uint32_t set;
        uint16_t generation;
        uint8_t way;
};

/*
 * What one look at the heads of a key's two sets said. Whatever has become of them since, who goes
 * by it does nothing wrong: find misses what came later, and put looks again.
 */
struct dp_rec_sight {
        uint64_t head;   /* of the way that a put would take... */
        uint32_t set[2]; /* ...in one of these */
        uint16_t same;   /* bits by place: the fingerprint is the key's */
        uint8_t place;
        bool has_way; /* head and place are good */
        bool made;    /* the rest is good; false: nothing was seen */
};

struct dp_rec_entry {
        uint64_t var[DP_REC_VARS];
        uint64_t fixed[DP_REC_FIXED];
        uint8_t state; /* the caller's, 0..DP_REC_STATE_MAX */
        bool kept;     /* never evicted */
        struct dp_rec_ref ref;
        const struct dp_rec_sight *seen; /* put: of this key a moment ago, or NULL */
};

enum dp_rec_status {
        DP_REC_ADDED = 0,
        DP_REC_EXISTS, /* the key was there, or another thread was quicker */
        DP_REC_NO_ROOM,
};

struct dp_rec_put {
        enum dp_rec_status status;
        bool evicted;     /* a live entry made room */
        uint32_t added;   /* what the table won and lost by it, in entries: status alone does not */
        uint32_t removed; /* tell when threads race, or dead entries are found on the way */
};

/* Room for `entries` live entries, at 90 octets each; the last per cent of them in luck's hands.
 * Start-up only. NULL when entries is 0 or above DP_REC_ENTRIES_MAX, or without memory. */
struct dp_records *dp_rec_create(uint32_t entries);
void dp_rec_destroy(struct dp_records *t);
uint64_t dp_rec_bytes(const struct dp_records *t);

/* Which instructions heads are compared with: those that every x86-64 has, or what
 * dp_rec_scan_for() says. Start-up only. */
void dp_rec_use(struct dp_records *t, const struct dp_rec_scan *scan);

/* What goes with the parser's scan kernel of this name, which the configuration has found usable:
 * an operator who forces one means the instructions. NULL: the best that this CPU runs. */
const struct dp_rec_scan *dp_rec_scan_for(const char *kernel);

/* Bring the heads of both sets of a key towards the CPU. */
void dp_rec_prefetch(const struct dp_records *t, const struct dp_key *key);

/* Look at the heads, and bring what find or put will touch next towards the CPU. */
void dp_rec_look(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                 struct dp_rec_sight *out);

/* The live entry of a key: false, *out untouched, when there is none. */
bool dp_rec_find(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                 struct dp_rec_entry *out);
/* The same, going by what was seen of this key, if anything was. */
bool dp_rec_find_seen(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                      const struct dp_rec_sight *seen, struct dp_rec_entry *out);

/*
 * Put an entry: var, fixed, state, kept and seen of *e are read, e->ref is filled. When the key
 * exists *e becomes what the table has. life_ns is cut to DP_REC_LIFE_MAX_NS.
 */
struct dp_rec_put dp_rec_put(struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                             uint64_t life_ns, struct dp_rec_entry *e);

/*
 * Raise an entry. A higher state replaces the old one, and its end with it; for the same state the
 * end is the later of both; a lower state changes nothing. `kept` can be set, not taken back.
 * False: the entry has gone.
 */
bool dp_rec_raise(struct dp_records *t, struct dp_rec_ref ref, uint8_t state, bool kept,
                  uint64_t now_ns, uint64_t life_ns);

/* One of the words that may change. set: false when it is no longer `from` (or no longer there). */
bool dp_rec_var(const struct dp_records *t, struct dp_rec_ref ref, unsigned var, uint64_t *value);
bool dp_rec_set_var(struct dp_records *t, struct dp_rec_ref ref, unsigned var, uint64_t from,
                    uint64_t to);

/* False: it has gone already. */
bool dp_rec_remove(struct dp_records *t, struct dp_rec_ref ref);

/* Free the dead entries of the next `sets` sets; returns how many. Threads share one round. */
uint32_t dp_rec_sweep(struct dp_records *t, uint64_t now_ns, uint32_t sets);

#endif
