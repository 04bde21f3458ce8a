/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/dialogs.h"

/* Words of an entry: the first tag is the one whose party sent the request that we learnt it from.
 */
#define VAR_CSEQ(reverse)  ((reverse) ? 1u : 0u)
#define VAR_ADDRS(reverse) ((reverse) ? 3u : 2u)
#define FIXED_FIRST_TAG    0u

#define CSEQ_MASK UINT64_C(0xffffffff)
#define CSEQ_SET  (UINT64_C(1) << 32)
#define MOVED     (UINT64_C(1) << 33) /* beside it, for the same tag: once set it stays */
#define ADDR_MASK ((UINT64_C(1) << DP_ADDR_BITS) - 1)

/* Others may change a word at the same time: so often we look again. */
#define TRIES 8u

static uint64_t tag_hash(const struct dp_calls *c, struct dp_octets tag)
{
        uint64_t h = tag.len != 0 ? dp_calls_hash(c, tag) : 0;

        return tag.len != 0 && h == 0 ? 1 : h;
}

struct dp_dialog_id dp_dialog_id_make(const struct dp_calls *c, uint64_t call_id,
                                      struct dp_octets from, struct dp_octets to)
{
        struct dp_dialog_id id = {.from = tag_hash(c, from), .to = tag_hash(c, to)};
        const uint64_t words[3] = {
            id.from < id.to ? id.from : id.to,
            id.from < id.to ? id.to : id.from,
            call_id,
        };

        dp_siphash13_words128(&c->seed, words, 3, id.key.w);
        return id;
}

static bool addrs_have(uint64_t addrs, uint32_t addr)
{
        return addr != DP_ADDR_NONE &&
               ((addrs & ADDR_MASK) == addr || (addrs >> DP_ADDR_BITS & ADDR_MASK) == addr);
}

bool dp_dialog_find(const struct dp_calls *c, const struct dp_dialog_id *id, uint32_t addr,
                    uint64_t now_ns, struct dp_dialog *out)
{
        struct dp_rec_entry e;

        *out = (struct dp_dialog){0};
        if (!dp_rec_find_seen(c->dialogs, &id->key, now_ns, &id->seen, &e))
                return false;
        out->ref = e.ref;
        out->state = e.state;
        out->reverse = e.fixed[FIXED_FIRST_TAG] != id->from;
        out->known = addrs_have(e.var[VAR_ADDRS(out->reverse)], addr);
        out->open = e.var[VAR_ADDRS(out->reverse)] == 0;
        out->moved = (e.var[VAR_CSEQ(out->reverse)] & MOVED) != 0;
        out->has_cseq = (e.var[VAR_CSEQ(out->reverse)] & CSEQ_SET) != 0;
        out->cseq = (uint32_t)(e.var[VAR_CSEQ(out->reverse)] & CSEQ_MASK);
        return true;
}

static void cseq_raise(struct dp_calls *c, struct dp_rec_ref ref, bool reverse, uint32_t cseq)
{
        for (unsigned n = 0; n < TRIES; n++) {
                uint64_t word;

                if (!dp_rec_var(c->dialogs, ref, VAR_CSEQ(reverse), &word) ||
                    (word & ~MOVED) >= (CSEQ_SET | cseq) ||
                    dp_rec_set_var(c->dialogs, ref, VAR_CSEQ(reverse), word,
                                   (word & MOVED) | CSEQ_SET | cseq))
                        return;
        }
}

/* False: others were faster each time. */
static bool moved_set(struct dp_calls *c, struct dp_rec_ref ref, bool reverse)
{
        for (unsigned n = 0; n < TRIES; n++) {
                uint64_t word;

                if (!dp_rec_var(c->dialogs, ref, VAR_CSEQ(reverse), &word))
                        return false;
                if ((word & MOVED) != 0 ||
                    dp_rec_set_var(c->dialogs, ref, VAR_CSEQ(reverse), word, word | MOVED))
                        return true;
        }
        return false;
}

/* The newest address comes first; the one before it stays. `knew`: it is said of the tag before it
 * is there. */
static void addr_add(struct dp_calls *c, struct dp_rec_ref ref, bool reverse, uint32_t addr,
                     bool knew)
{
        for (unsigned n = 0; n < TRIES; n++) {
                uint64_t word;

                if (addr == DP_ADDR_NONE ||
                    !dp_rec_var(c->dialogs, ref, VAR_ADDRS(reverse), &word) ||
                    addrs_have(word, addr) || (knew && !moved_set(c, ref, reverse)) ||
                    dp_rec_set_var(c->dialogs, ref, VAR_ADDRS(reverse), word,
                                   (word & ADDR_MASK) << DP_ADDR_BITS | addr))
                        return;
        }
}

void dp_dialog_advance(struct dp_calls *c, const struct dp_dialog *d, uint32_t cseq)
{
        cseq_raise(c, d->ref, d->reverse, cseq);
}

bool dp_dialog_learn(struct dp_calls *c, const struct dp_dialog_id *id, uint64_t now_ns,
                     const struct dp_dialog_news *news, struct dp_calls_change *change)
{
        struct dp_rec_entry e = {
            .var = {[VAR_CSEQ(false)] = CSEQ_SET | news->cseq | (news->from_knew ? MOVED : 0),
                    [VAR_ADDRS(false)] = news->from_addr,
                    [VAR_ADDRS(true)] = news->to_addr},
            .fixed = {[FIXED_FIRST_TAG] = id->from},
            .state = news->state,
            .kept = news->kept,
            .seen = &id->seen,
        };
        struct dp_rec_put put = dp_rec_put(c->dialogs, &id->key, now_ns, news->life_ns, &e);

        change->added += put.added;
        change->removed += put.removed;
        change->evicted += put.evicted;
        if (put.status == DP_REC_NO_ROOM)
                return false;
        if (put.status == DP_REC_EXISTS) {
                bool reverse = e.fixed[FIXED_FIRST_TAG] != id->from;

                (void)dp_rec_raise(c->dialogs, e.ref, news->state, news->kept, now_ns,
                                   news->life_ns);
                cseq_raise(c, e.ref, reverse, news->cseq);
                addr_add(c, e.ref, reverse, news->from_addr, news->from_knew);
                addr_add(c, e.ref, !reverse, news->to_addr, false);
        }
        return true;
}

void dp_dialog_end(struct dp_calls *c, const struct dp_dialog_id *id, uint8_t if_below,
                   uint64_t now_ns)
{
        struct dp_rec_entry e;

        if (dp_rec_find(c->dialogs, &id->key, now_ns, &e) && e.state < if_below)
                (void)dp_rec_raise(c->dialogs, e.ref, DP_DIALOG_CLOSING, false, now_ns,
                                   DP_DIALOG_CLOSING_NS);
}
