/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/transactions.h"

/* Words of an entry. */
#define VAR_ADDRS    0u /* src, dst << DP_ADDR_BITS */
#define VAR_REPEATS  1u /* ticks of its birth, repetitions << BIRTH_BITS */
#define VAR_ANSWERS  2u /* the same of responses */
#define VAR_FLAGS    3u
#define FIXED_IDENT  0u
#define FIXED_TARGET 1u
#define ADDR_MASK    ((UINT64_C(1) << DP_ADDR_BITS) - 1)
_Static_assert(2 * DP_ADDR_BITS <= DP_REC_VAR_BITS, "two addresses do not fit a word");

#define BIRTH_BITS 36u
#define BIRTH_MASK ((UINT64_C(1) << BIRTH_BITS) - 1)

#define NS_PER_MS      UINT64_C(1000000)
#define T1_MS          UINT64_C(500)
#define T2_MS          UINT64_C(4000)
#define DOUBLINGS      4u /* T1, 2*T1, 4*T1, 8*T1 = T2 */
#define NONCE_SENT_NS  UINT64_C(64000000000)
#define NONCE_KNOWN_NS UINT64_C(3600000000000)

/* Other threads may have taken a repetition meanwhile: so often we look again. */
#define TRIES 8u

/* State of a nonce's entry: out of the way of enum dp_trans_state. */
#define STATE_NONCE_SENT   8u
#define STATE_NONCE_ECHOED 9u
#define STATE_NONCE_SHARED 10u

static struct dp_transaction tx_of(const struct dp_rec_entry *e)
{
        return (struct dp_transaction){
            .ref = e->ref,
            .src = (uint32_t)(e->var[VAR_ADDRS] & ADDR_MASK),
            .dst = (uint32_t)(e->var[VAR_ADDRS] >> DP_ADDR_BITS & ADDR_MASK),
            .flags = (uint8_t)e->var[VAR_FLAGS],
            .state = e->state,
            .kept = e->kept,
        };
}

enum dp_trans_seen dp_trans_match(const struct dp_calls *c, const struct dp_trans_id *id,
                                  uint64_t now_ns, struct dp_transaction *out)
{
        struct dp_rec_entry e;

        *out = (struct dp_transaction){0};
        if (!dp_rec_find_seen(c->transactions, &id->key, now_ns, &id->seen, &e))
                return DP_TRANS_NEW;
        *out = tx_of(&e);
        if (e.fixed[FIXED_IDENT] != id->ident ||
            (id->target != 0 && e.fixed[FIXED_TARGET] != id->target))
                return DP_TRANS_CONFLICT;
        return DP_TRANS_REPEAT;
}

enum dp_trans_seen dp_trans_look(const struct dp_calls *c, const struct dp_trans_id *id,
                                 uint32_t src, uint64_t now_ns, struct dp_transaction *out)
{
        enum dp_trans_seen seen = dp_trans_match(c, id, now_ns, out);

        if (seen == DP_TRANS_NEW)
                return DP_TRANS_NEW;
        if (out->src != src)
                return DP_TRANS_CONFLICT;
        return seen == DP_TRANS_CONFLICT && out->state == DP_TRANS_COMPLETED ? DP_TRANS_NEW : seen;
}

/* Repetitions that RFC 3261's timers make within so many milliseconds. */
static uint32_t repeats_due(uint64_t ms)
{
        uint64_t at = T1_MS, step = T1_MS;
        uint32_t n = 0;

        for (; n < DOUBLINGS && ms >= at; n++) {
                step *= 2;
                at += step;
        }
        if (n == DOUBLINGS) /* the last one was sent at `at - step` */
                n += (uint32_t)((ms - (at - step)) / T2_MS);
        return n < DP_TRANS_REPEATS_MAX ? n : DP_TRANS_REPEATS_MAX;
}

static bool take(struct dp_calls *c, const struct dp_transaction *tx, unsigned var, uint32_t slack,
                 uint64_t now_ns)
{
        const uint64_t now = now_ns / DP_REC_TICK_NS & BIRTH_MASK;

        for (unsigned n = 0; n < TRIES; n++) {
                uint64_t word;

                if (!dp_rec_var(c->transactions, tx->ref, var, &word))
                        return true; /* it has ended just now: the next one is new */
                uint64_t age = (now - (word & BIRTH_MASK)) & BIRTH_MASK;
                uint64_t taken = word >> BIRTH_BITS;
                /* one tick more: birth and now are both rounded down */
                uint64_t ms = age > BIRTH_MASK / 2 ? 0 : (age + 1) * DP_REC_TICK_NS / NS_PER_MS;

                if (taken >= repeats_due(ms) + slack)
                        return false;
                if (dp_rec_set_var(c->transactions, tx->ref, var, word,
                                   word + (UINT64_C(1) << BIRTH_BITS)))
                        return true;
        }
        return false;
}

bool dp_trans_repeat(struct dp_calls *c, const struct dp_transaction *tx, uint64_t now_ns)
{
        return take(c, tx, VAR_REPEATS, DP_TRANS_REPEATS_SLACK, now_ns);
}

bool dp_trans_answer(struct dp_calls *c, const struct dp_transaction *tx, uint64_t now_ns)
{
        return take(c, tx, VAR_ANSWERS, DP_TRANS_ANSWERS_SLACK, now_ns);
}

static void change_add(struct dp_calls_change *change, const struct dp_rec_put *put)
{
        change->added += put->added;
        change->removed += put->removed;
        change->evicted += put->evicted;
}

bool dp_trans_add(struct dp_calls *c, const struct dp_trans_id *id, bool kept, uint64_t now_ns,
                  const struct dp_transaction *tx, struct dp_calls_change *change)
{
        struct dp_rec_entry e = {
            .var = {[VAR_ADDRS] = tx->src | (uint64_t)tx->dst << DP_ADDR_BITS,
                    [VAR_REPEATS] = now_ns / DP_REC_TICK_NS & BIRTH_MASK,
                    [VAR_ANSWERS] = now_ns / DP_REC_TICK_NS & BIRTH_MASK,
                    [VAR_FLAGS] = tx->flags},
            .fixed = {[FIXED_IDENT] = id->ident, [FIXED_TARGET] = id->target},
            .state = DP_TRANS_TRYING,
            .kept = kept,
            .seen = &id->seen,
        };
        struct dp_rec_put put;

        if (tx->state != 0)
                change->removed += dp_rec_remove(c->transactions, tx->ref);
        put = dp_rec_put(c->transactions, &id->key, now_ns, DP_TRANS_LIFE_NS, &e);
        change_add(change, &put);
        return put.status != DP_REC_NO_ROOM;
}

void dp_trans_progress(struct dp_calls *c, const struct dp_transaction *tx, uint16_t status,
                       bool ringing, uint64_t now_ns)
{
        if (status >= 200)
                (void)dp_rec_raise(c->transactions, tx->ref, DP_TRANS_COMPLETED, false, now_ns,
                                   DP_TRANS_LIFE_NS);
        else
                (void)dp_rec_raise(c->transactions, tx->ref, DP_TRANS_PROCEEDING, false, now_ns,
                                   ringing ? DP_TRANS_RINGING_NS : DP_TRANS_LIFE_NS);
}

static struct dp_rec_put nonce_put(struct dp_calls *c, const struct dp_key *key, bool kept,
                                   uint64_t now_ns, struct dp_rec_entry *e,
                                   struct dp_calls_change *change)
{
        struct dp_rec_put put;

        e->state = STATE_NONCE_SENT;
        e->kept = kept;
        put = dp_rec_put(c->transactions, key, now_ns, NONCE_SENT_NS, e);
        change_add(change, &put);
        return put;
}

void dp_trans_nonce_sent(struct dp_calls *c, const struct dp_nonce_id *id, bool kept,
                         uint64_t now_ns, struct dp_calls_change *change)
{
        struct dp_rec_entry there = {.state = 0};
        struct dp_rec_entry alone = {.fixed = {[FIXED_IDENT] = id->addr}};

        (void)nonce_put(c, &id->there, kept, now_ns, &there, change);
        if (nonce_put(c, &id->alone, kept, now_ns, &alone, change).status == DP_REC_EXISTS &&
            alone.fixed[FIXED_IDENT] != id->addr)
                (void)dp_rec_raise(c->transactions, alone.ref, STATE_NONCE_SHARED, false, now_ns,
                                   NONCE_KNOWN_NS);
}

enum dp_nonce_seen dp_trans_nonce_echoed(struct dp_calls *c, const struct dp_nonce_id *id,
                                         uint64_t now_ns)
{
        struct dp_rec_entry e;

        if (!dp_rec_find(c->transactions, &id->there, now_ns, &e))
                return DP_NONCE_UNKNOWN;
        (void)dp_rec_raise(c->transactions, e.ref, STATE_NONCE_ECHOED, true, now_ns,
                           NONCE_KNOWN_NS);
        if (!dp_rec_find(c->transactions, &id->alone, now_ns, &e) ||
            e.state == STATE_NONCE_SHARED || e.fixed[FIXED_IDENT] != id->addr)
                return DP_NONCE_SHARED;
        (void)dp_rec_raise(c->transactions, e.ref, STATE_NONCE_ECHOED, true, now_ns,
                           NONCE_KNOWN_NS);
        return DP_NONCE_SOLE;
}
