/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/neighbours.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8u

#define NS_PER_S     UINT64_C(1000000000)
#define REACHABLE_NS (30u * NS_PER_S) /* REACHABLE_TIME of RFC 4861 10 */
#define RETRANS_NS   NS_PER_S         /* RETRANS_TIMER */
#define TRIES_MAX    3u               /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
#define FAILED_NS    (5u * NS_PER_S)
#define ANSWER_NS    (3u * NS_PER_S) /* so long after a question its answer counts */
#define IN_USE_NS    (30u * NS_PER_S)

/* The word: state in 3 bits, how often the entry changed hands in 13, the MAC address in 48. */
enum state {
        FREE = 0,
        BUSY, /* its key is being written */
        INCOMPLETE,
        REACHABLE,
        PROBE,
        FAILED,
};
#define STATE_BITS 3u
#define GEN_MASK   ((1u << 13) - 1u)

struct entry {
        _Alignas(64) _Atomic uint64_t word;
        _Atomic uint64_t ip[2];
        _Atomic uint64_t side;
        _Atomic uint64_t since_ns; /* in this state; REACHABLE: confirmed */
        _Atomic uint64_t asked_ns;
        _Atomic uint64_t used_ns;
        _Atomic uint64_t tries; /* in this state */
};
_Static_assert(sizeof(struct entry) == 64, "an entry is a cache line");

struct dp_neighbours {
        struct entry *entries;
        uint32_t set_mask;
        struct dp_siphash_key key;
};

static uint64_t word_of(enum state state, uint32_t gen, uint64_t mac)
{
        return mac << 16 | (uint64_t)(gen & GEN_MASK) << STATE_BITS | (uint64_t)state;
}

static enum state state_of(uint64_t word)
{
        return (enum state)(word & ((1u << STATE_BITS) - 1u));
}

static uint32_t gen_of(uint64_t word)
{
        return (uint32_t)(word >> STATE_BITS) & GEN_MASK;
}

static uint64_t mac_pack(const uint8_t mac[6])
{
        uint64_t v = 0;

        for (unsigned i = 0; i < 6; i++)
                v = v << 8 | mac[i];
        return v;
}

static void mac_unpack(uint64_t word, uint8_t mac[6])
{
        for (unsigned i = 0; i < 6; i++)
                mac[i] = (uint8_t)(word >> (16u + 8u * (5u - i)));
}

static uint64_t get(const _Atomic uint64_t *p)
{
        return atomic_load_explicit(p, memory_order_relaxed);
}

static void set(_Atomic uint64_t *p, uint64_t v)
{
        atomic_store_explicit(p, v, memory_order_relaxed);
}

/* How long ago; a clock that went back makes it long ago, and so the question is asked anew. */
static uint64_t since(uint64_t now_ns, uint64_t then_ns)
{
        return now_ns >= then_ns ? now_ns - then_ns : UINT64_MAX;
}

struct dp_neighbours *dp_neighbours_create(uint32_t entries, const struct dp_siphash_key *key)
{
        struct dp_neighbours *t;
        uint32_t sets = 1;

        if (entries == 0 || entries > DP_NEIGHBOURS_MAX)
                return NULL;
        while (sets * WAYS < entries)
                sets *= 2;
        t = calloc(1, sizeof(*t));
        if (t == NULL)
                return NULL;
        t->entries = aligned_alloc(64, (size_t)sets * WAYS * sizeof(struct entry));
        if (t->entries == NULL) {
                free(t);
                return NULL;
        }
        memset(t->entries, 0, (size_t)sets * WAYS * sizeof(struct entry));
        t->set_mask = sets - 1;
        t->key = *key;
        return t;
}

void dp_neighbours_destroy(struct dp_neighbours *t)
{
        if (t == NULL)
                return;
        free(t->entries);
        free(t);
}

struct name {
        uint64_t ip[2];
        uint64_t side;
};

static struct name name_of(uint8_t side, const struct shm_ip *ip)
{
        struct name n = {.side = side};

        memcpy(n.ip, ip->b, sizeof(n.ip));
        return n;
}

static struct entry *set_of(const struct dp_neighbours *t, const struct name *n)
{
        uint64_t hash = dp_siphash13_once(&t->key, n, sizeof(*n));

        return &t->entries[(size_t)((uint32_t)hash & t->set_mask) * WAYS];
}

/* The entry of that name, and its word as it was while the name was compared; or NULL. */
static struct entry *entry_of(struct entry *ways, const struct name *n, uint64_t *word)
{
        for (unsigned i = 0; i < WAYS; i++) {
                struct entry *e = &ways[i];
                uint64_t w = atomic_load_explicit(&e->word, memory_order_acquire);

                if (state_of(w) < INCOMPLETE || get(&e->ip[0]) != n->ip[0] ||
                    get(&e->ip[1]) != n->ip[1] || get(&e->side) != n->side)
                        continue;
                atomic_thread_fence(memory_order_acquire);
                uint64_t again = get(&e->word);

                if (gen_of(again) != gen_of(w) || state_of(again) < INCOMPLETE)
                        continue;
                *word = again;
                return e;
        }
        return NULL;
}

/* From one state to the next; false when another worker was first. */
static bool move(struct entry *e, uint64_t word, enum state to, uint64_t mac, uint64_t now_ns)
{
        if (!atomic_compare_exchange_strong_explicit(&e->word, &word,
                                                     word_of(to, gen_of(word), mac),
                                                     memory_order_acq_rel, memory_order_relaxed))
                return false;
        set(&e->since_ns, now_ns);
        return true;
}

/* One of those who come by sends the question. */
static bool ask(struct entry *e, uint64_t now_ns, uint64_t tries)
{
        uint64_t asked = get(&e->asked_ns);

        if (since(now_ns, asked) < RETRANS_NS ||
            !atomic_compare_exchange_strong_explicit(&e->asked_ns, &asked, now_ns,
                                                     memory_order_relaxed, memory_order_relaxed))
                return false;
        set(&e->tries, tries);
        return true;
}

/* What may make room: nobody's, then who did not answer, then who is not there yet, then who has
 * not been sent to for long. 0 = it stays. */
static uint64_t worth_taking(const struct entry *e, uint64_t now_ns)
{
        uint64_t idle = since(now_ns, get(&e->used_ns)) >> 2;

        switch (state_of(get(&e->word))) {
        case FREE:
                return UINT64_MAX;
        case FAILED:
                return UINT64_C(3) << 62 | idle;
        case INCOMPLETE:
                return since(now_ns, get(&e->used_ns)) < RETRANS_NS ? 0 : UINT64_C(1) << 63 | idle;
        case REACHABLE:
        case PROBE:
                return since(now_ns, get(&e->used_ns)) < IN_USE_NS ? 0 : idle;
        default:
                return 0;
        }
}

/* A new entry for a name: true when there is one, and so a question to send. */
static bool claim(struct entry *ways, const struct name *n, uint64_t now_ns)
{
        struct entry *best = NULL;
        uint64_t best_worth = 0, word;

        for (unsigned i = 0; i < WAYS; i++) {
                uint64_t worth = worth_taking(&ways[i], now_ns);

                if (worth > best_worth) {
                        best_worth = worth;
                        best = &ways[i];
                }
        }
        if (best == NULL)
                return false;
        word = get(&best->word);
        if (state_of(word) == BUSY || !atomic_compare_exchange_strong_explicit(
                                          &best->word, &word, word_of(BUSY, gen_of(word) + 1u, 0),
                                          memory_order_acq_rel, memory_order_relaxed))
                return false;
        set(&best->ip[0], n->ip[0]);
        set(&best->ip[1], n->ip[1]);
        set(&best->side, n->side);
        set(&best->since_ns, now_ns);
        set(&best->asked_ns, now_ns);
        set(&best->used_ns, now_ns);
        set(&best->tries, 1);
        atomic_store_explicit(&best->word, word_of(INCOMPLETE, gen_of(word) + 1u, 0),
                              memory_order_release);
        return true;
}

/* A known one: as it is, and asked when it was long ago that it spoke. */
static enum dp_neighbour_state known(struct entry *e, uint64_t word, uint64_t now_ns,
                                     struct dp_neighbour *out)
{
        uint64_t mac = word >> 16, tries;

        mac_unpack(word, out->mac);
        if (state_of(word) == REACHABLE) {
                if (since(now_ns, get(&e->since_ns)) < REACHABLE_NS ||
                    !move(e, word, PROBE, mac, now_ns))
                        return DP_NEIGHBOUR_KNOWN;
                out->ask = out->alone = ask(e, now_ns, 1);
                return DP_NEIGHBOUR_KNOWN;
        }
        tries = get(&e->tries);
        if (since(now_ns, get(&e->asked_ns)) < RETRANS_NS)
                return DP_NEIGHBOUR_KNOWN;
        if (tries < TRIES_MAX) {
                out->ask = out->alone = ask(e, now_ns, tries + 1);
                return DP_NEIGHBOUR_KNOWN;
        }
        if (!move(e, word, INCOMPLETE, 0, now_ns))
                return DP_NEIGHBOUR_KNOWN;
        out->ask = ask(e, now_ns, 1);
        return DP_NEIGHBOUR_WAIT;
}

static enum dp_neighbour_state unknown(struct entry *e, uint64_t word, uint64_t now_ns,
                                       struct dp_neighbour *out)
{
        uint64_t tries = get(&e->tries);

        if (state_of(word) == FAILED) {
                if (since(now_ns, get(&e->since_ns)) < FAILED_NS ||
                    !move(e, word, INCOMPLETE, 0, now_ns))
                        return DP_NEIGHBOUR_FAILED;
                out->ask = ask(e, now_ns, 1);
                return DP_NEIGHBOUR_WAIT;
        }
        if (since(now_ns, get(&e->asked_ns)) < RETRANS_NS)
                return DP_NEIGHBOUR_WAIT;
        if (tries >= TRIES_MAX) {
                (void)move(e, word, FAILED, 0, now_ns);
                return DP_NEIGHBOUR_FAILED;
        }
        out->ask = ask(e, now_ns, tries + 1);
        return DP_NEIGHBOUR_WAIT;
}

enum dp_neighbour_state dp_neighbours_find(struct dp_neighbours *t, uint8_t side,
                                           const struct shm_ip *ip, uint64_t now_ns,
                                           struct dp_neighbour *out)
{
        struct name n = name_of(side, ip);
        struct entry *ways = set_of(t, &n);
        uint64_t word;
        struct entry *e = entry_of(ways, &n, &word);

        *out = (struct dp_neighbour){0};
        if (e == NULL) {
                out->ask = claim(ways, &n, now_ns);
                return out->ask ? DP_NEIGHBOUR_WAIT : DP_NEIGHBOUR_FAILED;
        }
        set(&e->used_ns, now_ns);
        if (state_of(word) == REACHABLE || state_of(word) == PROBE)
                return known(e, word, now_ns, out);
        return unknown(e, word, now_ns, out);
}

bool dp_neighbours_heard(struct dp_neighbours *t, uint8_t side, const struct shm_ip *ip,
                         const uint8_t mac[6], uint64_t now_ns)
{
        struct name n = name_of(side, ip);
        uint64_t word, packed = mac_pack(mac);
        struct entry *e = entry_of(set_of(t, &n), &n, &word);

        if (e == NULL || since(now_ns, get(&e->asked_ns)) > ANSWER_NS)
                return false;
        if (state_of(word) != INCOMPLETE && (state_of(word) != PROBE || word >> 16 != packed))
                return false;
        return move(e, word, REACHABLE, packed, now_ns);
}
