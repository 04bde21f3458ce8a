/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/bans.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOST_LEN        128u
#define PORT_LEN        129u /* the "length" of an address with its port */
#define LEN_CNT         130u
/* Slots that a refused ADD looks at for dead entries: a full copy that replaces another one finds
 * room although housekeeping had no turn in between. */
#define SWEEP_WHEN_FULL 1024u

struct prefix {
        uint64_t hi; /* address, host order, host bits zero */
        uint64_t lo;
        uint8_t len;   /* 0..128, PORT_LEN */
        uint16_t port; /* PORT_LEN: not 0 */
};

/* 28 bits of generation: one sync a second wraps after eight years. */
#define GENERATION_BITS 28
#define GENERATION_MASK ((1u << GENERATION_BITS) - 1)
#define TABLE_BITS      4
#define TABLE_MASK      ((1u << TABLE_BITS) - 1)

struct slot {
        uint64_t hi;
        uint64_t lo;
        uint64_t expires_ns; /* 0 = never */
        uint32_t generation : GENERATION_BITS;
        uint32_t table : TABLE_BITS; /* enum shm_table; SHM_TABLE_NONE = empty */
        uint8_t len;
        uint8_t reason;
        uint16_t port;
};
_Static_assert(sizeof(struct slot) == 32, "a slot is half a cache line");
_Static_assert(SHM_REASONS_DECISION_MAX == 256, "a reason fits the slot");
_Static_assert(SHM_TABLE_CNT <= 1u << TABLE_BITS, "a table fits the slot");

struct sync {
        uint32_t stamp; /* what ADD writes */
        uint32_t floor; /* older entries are dead */
};

struct dp_bans {
        struct slot *slots;
        uint32_t *rates; /* of LIMIT entries, by slot */
        uint32_t mask;
        uint32_t capacity; /* at most half of the slots: probe runs stay short */
        uint32_t taken;
        uint32_t sweep_next;
        struct dp_siphash_key key;
        struct sync sync[SHM_TABLE_CNT];
        uint32_t len_cnt;             /* valid entries of lens */
        uint8_t lens[LEN_CNT];        /* prefix lengths in use, longest first */
        uint32_t len_users[LEN_CNT];  /* slots by prefix length */
        uint32_t peer_users[LEN_CNT]; /* of these, peers' */
        uint32_t peer_lens;           /* from this index of lens on no length has a peer */
};

struct dp_bans *dp_bans_create(uint32_t entries, const struct dp_siphash_key *key)
{
        struct dp_bans *b;
        uint32_t slots = 2;

        if (entries == 0 || entries > DP_BANS_ENTRIES_MAX)
                return NULL;
        while (slots < 2 * entries)
                slots *= 2;
        b = calloc(1, sizeof(*b));
        if (b == NULL)
                return NULL;
        b->slots = aligned_alloc(64, slots * sizeof(struct slot));
        b->rates = calloc(slots, sizeof(*b->rates));
        if (b->slots == NULL || b->rates == NULL) {
                dp_bans_destroy(b);
                return NULL;
        }
        memset(b->slots, 0, slots * sizeof(struct slot));
        b->mask = slots - 1;
        b->capacity = entries;
        b->key = *key;
        return b;
}

void dp_bans_destroy(struct dp_bans *b)
{
        if (b == NULL)
                return;
        free(b->rates);
        free(b->slots);
        free(b);
}

uint32_t dp_bans_count(const struct dp_bans *b)
{
        return b->taken;
}

uint32_t dp_bans_longest_run(const struct dp_bans *b)
{
        uint32_t longest = 0, run = 0;

        /* twice round: a run may lie over the end; never all of them are taken */
        for (uint64_t i = 0; i < 2 * ((uint64_t)b->mask + 1); i++) {
                run = b->slots[i & b->mask].table != SHM_TABLE_NONE ? run + 1 : 0;
                longest = run > longest ? run : longest;
        }
        return longest;
}

/* The bits that count of an address, for each length. */
static inline struct prefix mask_of(uint8_t len)
{
        struct prefix m = {.len = len, .port = len == PORT_LEN ? UINT16_MAX : 0};

        if (len > 0)
                m.hi = len >= 64 ? UINT64_MAX : UINT64_MAX << (64 - len);
        if (len > 64)
                m.lo = len >= HOST_LEN ? UINT64_MAX : UINT64_MAX << (HOST_LEN - len);
        return m;
}

static inline struct prefix masked(const struct shm_ip *ip, uint16_t port, const struct prefix *m)
{
        uint64_t w[2];

        memcpy(w, ip->b, sizeof(w));
        return (struct prefix){
            .hi = be64toh(w[0]) & m->hi,
            .lo = be64toh(w[1]) & m->lo,
            .len = m->len,
            .port = port & m->port,
        };
}

/* What is hashed of a prefix: length, port and 4 or 16 octets of address. */
#define IP4_OCTETS UINT64_C(7)
#define IP6_OCTETS UINT64_C(19)

/* Where the run of a prefix begins. All kinds of one prefix share it, so that a lookup hashes once
 * for each length. */
static inline uint32_t home(const struct dp_bans *b, const struct prefix *p)
{
        struct dp_siphash_state v = dp_siphash_begin(&b->key);
        uint64_t last = (uint64_t)p->port << 8 | p->len;

        if (p->hi == 0 && p->lo >> 32 == 0xffffu)
                return (uint32_t)dp_siphash13_end(&v, (p->lo & UINT32_MAX) << 24 | last |
                                                          IP4_OCTETS << 56) &
                       b->mask;
        dp_siphash13_word(&v, p->hi);
        dp_siphash13_word(&v, p->lo);
        return (uint32_t)dp_siphash13_end(&v, last | IP6_OCTETS << 56) & b->mask;
}

static inline bool slot_is(const struct slot *s, const struct prefix *p)
{
        return s->hi == p->hi && s->lo == p->lo && s->len == p->len && s->port == p->port;
}

static inline bool slot_dead(const struct dp_bans *b, const struct slot *s, uint64_t now_ns)
{
        return s->generation < b->sync[s->table].floor ||
               (s->expires_ns != 0 && s->expires_ns <= now_ns);
}

/* The slot of (prefix, table), or the empty one at the end of its run. */
static uint32_t find(const struct dp_bans *b, const struct prefix *p, uint8_t table)
{
        uint32_t i = home(b, p);

        while (b->slots[i].table != SHM_TABLE_NONE &&
               !(b->slots[i].table == table && slot_is(&b->slots[i], p)))
                i = (i + 1) & b->mask;
        return i;
}

static void peer_lens_find(struct dp_bans *b)
{
        b->peer_lens = b->len_cnt;
        while (b->peer_lens > 0 && b->peer_users[b->lens[b->peer_lens - 1]] == 0)
                b->peer_lens--;
}

static void len_add(struct dp_bans *b, uint8_t len)
{
        uint32_t i = b->len_cnt;

        for (; i > 0 && b->lens[i - 1] < len; i--)
                b->lens[i] = b->lens[i - 1];
        b->lens[i] = len;
        b->len_cnt++;
}

static void len_remove(struct dp_bans *b, uint8_t len)
{
        uint32_t i = 0;

        while (b->lens[i] != len)
                i++;
        b->len_cnt--;
        for (; i < b->len_cnt; i++)
                b->lens[i] = b->lens[i + 1];
}

static void slot_count(struct dp_bans *b, const struct slot *s)
{
        if (b->len_users[s->len]++ == 0)
                len_add(b, s->len);
        b->peer_users[s->len] += s->table == SHM_TABLE_PEER;
        peer_lens_find(b);
}

static void slot_uncount(struct dp_bans *b, const struct slot *s)
{
        b->peer_users[s->len] -= s->table == SHM_TABLE_PEER;
        if (--b->len_users[s->len] == 0)
                len_remove(b, s->len);
        peer_lens_find(b);
}

/*
 * Empty slot i and close the gap: an entry further along the run moves back when its home is not
 * between the gap and itself. No tombstones, so runs do not grow with age.
 */
static void slot_free(struct dp_bans *b, uint32_t i)
{
        uint32_t gap = i;

        slot_uncount(b, &b->slots[i]);
        b->taken--;
        for (;;) {
                struct prefix p;

                i = (i + 1) & b->mask;
                if (b->slots[i].table == SHM_TABLE_NONE)
                        break;
                p = (struct prefix){b->slots[i].hi, b->slots[i].lo, b->slots[i].len,
                                    b->slots[i].port};
                if (((i - home(b, &p)) & b->mask) >= ((i - gap) & b->mask)) {
                        b->slots[gap] = b->slots[i];
                        b->rates[gap] = b->rates[i];
                        gap = i;
                }
        }
        memset(&b->slots[gap], 0, sizeof(struct slot));
}

uint32_t dp_bans_sweep(struct dp_bans *b, uint64_t now_ns, uint32_t slots)
{
        uint32_t freed = 0;

        if (b->taken == 0)
                return 0;
        for (uint32_t n = 0; n < slots; n++) {
                const struct slot *s = &b->slots[b->sweep_next];

                /* after a free the slot holds the next of the run: look at it again */
                if (s->table != SHM_TABLE_NONE && slot_dead(b, s, now_ns)) {
                        slot_free(b, b->sweep_next);
                        freed++;
                } else {
                        b->sweep_next = (b->sweep_next + 1) & b->mask;
                }
        }
        return freed;
}

static struct prefix named(const struct shm_table_update *u)
{
        const struct prefix mask = mask_of(u->port != 0 ? PORT_LEN : u->prefix_len);

        return masked(&u->ip, u->port, &mask);
}

static int entry_add(struct dp_bans *b, const struct shm_table_update *u)
{
        struct prefix p = named(u);
        uint32_t i = find(b, &p, u->table);
        bool is_new = b->slots[i].table == SHM_TABLE_NONE;

        if (is_new) {
                if (b->taken >= b->capacity) {
                        /* time 0: only what a sync has left behind is dead */
                        if (dp_bans_sweep(b, 0, SWEEP_WHEN_FULL) == 0)
                                return -ENOSPC;
                        i = find(b, &p, u->table);
                }
                b->taken++;
        }
        b->slots[i] = (struct slot){.hi = p.hi,
                                    .lo = p.lo,
                                    .expires_ns = u->expires_ns,
                                    .generation = b->sync[u->table].stamp & GENERATION_MASK,
                                    .table = u->table & TABLE_MASK,
                                    .len = p.len,
                                    .reason = (uint8_t)u->reason,
                                    .port = p.port};
        b->rates[i] = u->rate;
        if (is_new)
                slot_count(b, &b->slots[i]);
        return 0;
}

static int entry_del(struct dp_bans *b, const struct shm_table_update *u)
{
        struct prefix p = named(u);
        uint32_t i = find(b, &p, u->table);

        if (b->slots[i].table == SHM_TABLE_NONE)
                return -ENOENT;
        slot_free(b, i);
        return 0;
}

int dp_bans_apply(struct dp_bans *b, const struct shm_table_update *u)
{
        struct sync *sync;

        if ((u->table != SHM_TABLE_BAN && u->table != SHM_TABLE_PEER &&
             u->table != SHM_TABLE_LIMIT) ||
            u->prefix_len > HOST_LEN || (u->port != 0 && u->prefix_len != HOST_LEN) ||
            u->reason >= SHM_REASONS_DECISION_MAX)
                return -EINVAL;
        sync = &b->sync[u->table];
        switch (u->op) {
        case SHM_TABLE_ADD:
                return entry_add(b, u);
        case SHM_TABLE_DEL:
                return entry_del(b, u);
        case SHM_TABLE_SYNC_BEGIN:
                /* A second BEGIN means that the first copy was cut short: its part of the entries
                 * stays until the END of this one. */
                sync->stamp++;
                return 0;
        case SHM_TABLE_SYNC_END:
                if (sync->floor == sync->stamp)
                        return -ENOENT;
                sync->floor = sync->stamp;
                return 0;
        default:
                return -EINVAL;
        }
}

/* What the entries of one prefix say, to what longer ones have said. True: nothing can change it.
 */
static bool probe(const struct dp_bans *b, const struct prefix *p, uint32_t at, uint64_t now_ns,
                  struct dp_bans_hit *hit)
{
        for (; b->slots[at].table != SHM_TABLE_NONE; at = (at + 1) & b->mask) {
                const struct slot *s = &b->slots[at];

                if (!slot_is(s, p) || slot_dead(b, s, now_ns))
                        continue;
                if (s->table == SHM_TABLE_PEER) {
                        *hit = (struct dp_bans_hit){.table = SHM_TABLE_PEER, .reason = s->reason};
                        return true;
                }
                if (s->table == SHM_TABLE_BAN && hit->table != SHM_TABLE_BAN)
                        *hit = (struct dp_bans_hit){.table = SHM_TABLE_BAN, .reason = s->reason};
                if (s->table == SHM_TABLE_LIMIT && hit->table == SHM_TABLE_NONE)
                        *hit = (struct dp_bans_hit){.table = SHM_TABLE_LIMIT,
                                                    .reason = s->reason,
                                                    .prefix_len = p->port != 0 ? HOST_LEN : p->len,
                                                    .port = p->port,
                                                    .rate = b->rates[at]};
        }
        return false;
}

/* A source of a burst, and where its prefix of this length begins. */
struct ask {
        struct prefix p;
        uint32_t at;
        uint32_t source; /* index */
};

void dp_bans_lookup_burst(const struct dp_bans *b, const struct dp_bans_query *q, uint32_t n,
                          uint64_t now_ns, struct dp_bans_hit *hit)
{
        struct ask ask[DP_BANS_BURST];
        uint32_t cnt = n;

        for (uint32_t i = 0; i < n; i++) {
                hit[i] = (struct dp_bans_hit){.table = SHM_TABLE_NONE};
                ask[i].source = i;
        }
        for (uint32_t k = 0; k < b->len_cnt && cnt != 0; k++) {
                const struct prefix mask = mask_of(b->lens[k]);
                /* who is banned stays so, unless a wider prefix is a peer's */
                bool bans_stand = k + 1 >= b->peer_lens;
                uint32_t left = 0;

                for (uint32_t i = 0; i < cnt; i++) {
                        struct ask *a = &ask[i];

                        a->p = masked(q[a->source].ip, q[a->source].port, &mask);
                        a->at = home(b, &a->p);
                        __builtin_prefetch(&b->slots[a->at]);
                }
                for (uint32_t i = 0; i < cnt; i++) {
                        const uint32_t of = ask[i].source;
                        bool asked = b->lens[k] != PORT_LEN || q[of].port != 0;

                        if (asked && probe(b, &ask[i].p, ask[i].at, now_ns, &hit[of]))
                                continue;
                        ask[left].source = of;
                        left += !bans_stand || hit[of].table != SHM_TABLE_BAN;
                }
                cnt = left;
        }
}

bool dp_bans_lookup(const struct dp_bans *b, const struct shm_ip *ip, uint64_t now_ns,
                    struct dp_bans_hit *hit)
{
        const struct dp_bans_query q = {.ip = ip};
        struct dp_bans_hit found;

        dp_bans_lookup_burst(b, &q, 1, now_ns, &found);
        if (found.table == SHM_TABLE_NONE)
                return false;
        *hit = found;
        return true;
}
