/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_random.h>

#include "bench/harness/engine/digits.h"
#include "bench/harness/traffic/calls.h"

/* The texts of a call that most of its messages have: up to its Call-ID. */
#define PREFETCH_TEXT (offsetof(struct sb_call_text, id) + 64u)

#define TOUCHED 4096u

/* Zeroed memory of which only touched pages cost anything. */
static void *reserve(size_t bytes)
{
        void *p = mmap(NULL, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (p == MAP_FAILED)
                return NULL;
        (void)madvise(p, bytes, MADV_HUGEPAGE); /* calls lie anywhere: fewer pages to look up */
        return p;
}

static void release(void *p, size_t bytes)
{
        if (p != NULL)
                (void)munmap(p, bytes == 0 ? 1 : bytes);
}

/* The slots that are used first are there before the load begins: the kernel clears what is touched
 * for the first time, 2 MiB at once, and nobody is called meanwhile. */
static void touch(const struct sb_calls *c)
{
        const uint32_t cnt = c->set.slot_cnt < TOUCHED ? c->set.slot_cnt : TOUCHED;

        memset(c->calls, 0, cnt * sizeof(*c->calls));
        memset(c->texts, 0, cnt * sizeof(*c->texts));
}

static size_t vars_bytes(const struct sb_calls *c)
{
        return (size_t)c->set.slot_cnt * c->set.scenario->var_cnt * sizeof(*c->vars);
}

int sb_calls_create(struct sb_calls **out, const struct sb_calls_setup *set, struct sb_out *tx,
                    struct sb_hist *times, uint64_t now_ns)
{
        struct sb_calls *c = calloc(1, sizeof(*c));
        uint32_t buckets = 1024;
        char address[SB_ADDR_TEXT_MAX];

        if (c == NULL)
                return -ENOMEM;
        c->set = *set;
        c->out = tx;
        c->counts = tx->counts;
        c->times = times;
        c->random = 1;
        c->hash_seed = rte_rand();
        while (buckets < set->slot_cnt)
                buckets *= 2;
        c->hash_mask = buckets - 1;
        c->calls = reserve(set->slot_cnt * sizeof(*c->calls));
        c->texts = reserve(set->slot_cnt * sizeof(*c->texts));
        c->vars = reserve(vars_bytes(c));
        c->globals = calloc(SB_VARS_MAX, sizeof(*c->globals));
        c->steps = calloc(SB_STEPS_MAX, sizeof(*c->steps));
        c->free_slots = reserve(set->slot_cnt * sizeof(*c->free_slots));
        c->hash = malloc(buckets * sizeof(*c->hash));
        if (c->calls == NULL || c->texts == NULL || c->vars == NULL || c->globals == NULL ||
            c->steps == NULL || c->free_slots == NULL || c->hash == NULL ||
            sb_wheel_create(&c->wheel, set->slot_cnt, now_ns) != 0) {
                sb_calls_destroy(c);
                return -ENOMEM;
        }
        memset(c->hash, 0xff, buckets * sizeof(*c->hash));
        touch(c);
        for (uint32_t i = 0; i < set->slot_cnt; i++)
                c->free_slots[i] = set->slot_cnt - 1 - i;
        c->free_cnt = set->slot_cnt;
        c->next_number = set->first_number;
        sb_addr_text(&set->env->local->base, set->env->v6, false, address);
        c->id_tail_len =
            (uint32_t)snprintf(c->id_tail, sizeof(c->id_tail), "-%08x@%s",
                               (unsigned)(set->env->pid ^ (set->first_number >> 20)), address);
        *out = c;
        return 0;
}

void sb_calls_destroy(struct sb_calls *c)
{
        if (c == NULL)
                return;
        for (uint32_t i = 0; c->calls != NULL && i < c->set.slot_cnt && c->live != 0; i++)
                if (c->calls[i].live)
                        sb_call_slot_give(c, i);
        sb_wheel_destroy(c->wheel);
        release(c->calls, c->set.slot_cnt * sizeof(*c->calls));
        release(c->texts, c->set.slot_cnt * sizeof(*c->texts));
        release(c->vars, vars_bytes(c));
        release(c->free_slots, c->set.slot_cnt * sizeof(*c->free_slots));
        free(c->globals);
        free(c->steps);
        free(c->hash);
        free(c);
}

uint32_t sb_call_slot_take(struct sb_calls *c)
{
        struct sb_call *call;
        struct sb_call_text *text;
        uint32_t slot, gen;

        if (c->free_cnt == 0)
                return SB_STEP_NONE;
        slot = c->free_slots[--c->free_cnt];
        call = &c->calls[slot];
        text = &c->texts[slot];
        gen = call->gen + 1;
        memset(call, 0, sizeof(*call));
        call->gen = gen;
        call->live = true;
        call->sent_step = call->again_step = SB_STEP_NONE;
        call->hash_next = SB_STEP_NONE;
        memset(text->len, 0, sizeof(text->len));
        text->routes_len = 0;
        for (uint32_t i = 0; i < c->set.scenario->var_cnt; i++)
                c->vars[(size_t)slot * c->set.scenario->var_cnt + i].set = false;
        if (++c->live > c->live_peak)
                c->live_peak = c->live;
        return slot;
}

static uint64_t hash_of(const struct sb_calls *c, const uint8_t *id, uint32_t len)
{
        uint64_t h = c->hash_seed ^ len;
        uint64_t word;

        for (; len >= 8; len -= 8, id += 8) {
                memcpy(&word, id, 8);
                h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
                h ^= h >> 32;
        }
        word = 0;
        memcpy(&word, id, len);
        h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
        return h ^ h >> 29;
}

void sb_call_hash_add(struct sb_calls *c, uint32_t slot, const uint8_t *id, uint32_t len)
{
        struct sb_call *call = &c->calls[slot];
        struct sb_call_text *text = &c->texts[slot];
        uint32_t *head;

        if (call->hashed || len > SB_CALL_ID_MAX || len == 0)
                return;
        memcpy(text->id, id, len);
        text->len[SB_TEXT_ID] = (uint16_t)len;
        call->id_hash = hash_of(c, id, len);
        call->hashed = true;
        head = &c->hash[call->id_hash & c->hash_mask];
        call->hash_next = *head;
        *head = slot;
}

static void hash_remove(struct sb_calls *c, uint32_t slot)
{
        struct sb_call *call = &c->calls[slot];
        uint32_t *at = &c->hash[call->id_hash & c->hash_mask];

        while (*at != slot)
                at = &c->calls[*at].hash_next;
        *at = call->hash_next;
}

void sb_call_slot_give(struct sb_calls *c, uint32_t slot)
{
        struct sb_call *call = &c->calls[slot];

        if (call->hashed)
                hash_remove(c, slot);
        sb_wheel_clear(c->wheel, slot);
        rte_pktmbuf_free(call->last);
        call->last = NULL;
        call->live = false;
        c->live--;
        c->free_slots[c->free_cnt++] = slot;
}

uint32_t sb_call_find(struct sb_calls *c, const uint8_t *id, uint32_t len, bool *own)
{
        uint64_t both, h;
        uint32_t slot;

        *own = false;
        if (len == 16 + c->id_tail_len && memcmp(id + 16, c->id_tail, c->id_tail_len) == 0 &&
            sb_unhex16(id, &both)) {
                slot = (uint32_t)(both >> 32);
                *own = true;
                if (slot < c->set.slot_cnt && c->calls[slot].live &&
                    c->calls[slot].gen == (uint32_t)both)
                        return slot;
                if (c->set.scenario->plain_id)
                        return SB_STEP_NONE;
        }
        if (len > SB_CALL_ID_MAX)
                return SB_STEP_NONE;
        h = hash_of(c, id, len);
        for (slot = c->hash[h & c->hash_mask]; slot != SB_STEP_NONE;
             slot = c->calls[slot].hash_next)
                if (c->calls[slot].id_hash == h && c->texts[slot].len[SB_TEXT_ID] == len &&
                    memcmp(c->texts[slot].id, id, len) == 0)
                        return slot;
        return SB_STEP_NONE;
}

void sb_calls_prefetch(const struct sb_calls *c, const struct sb_rx *rx)
{
        const uint8_t *id = rx->buf + rx->call_id.off;
        const char *call, *text;
        uint32_t slot;

        if (rx->call_id.len == 16 + c->id_tail_len && c->set.scenario->plain_id)
                slot = sb_unhex8_trusted(id);
        else
                slot = c->hash[hash_of(c, id, rx->call_id.len) & c->hash_mask];
        if (slot >= c->set.slot_cnt)
                return;
        call = (const char *)&c->calls[slot];
        text = (const char *)&c->texts[slot];
        for (uint32_t i = 0; i < sizeof(struct sb_call); i += 64)
                __builtin_prefetch(call + i, 1);
        for (uint32_t i = 0; i < PREFETCH_TEXT; i += 64)
                __builtin_prefetch(text + i, 1);
        __builtin_prefetch(&c->wheel->links[slot], 1);
}

struct sb_var *sb_call_var(struct sb_calls *c, uint32_t slot, uint32_t var)
{
        const struct sb_scenario *s = c->set.scenario;

        if ((s->global_vars >> var & 1u) != 0)
                return &c->globals[var];
        return &c->vars[(size_t)slot * s->var_cnt + var];
}

const struct sb_rx *sb_call_last(struct sb_calls *c, uint32_t slot)
{
        const struct sb_call *call = &c->calls[slot];
        const uint8_t *at;

        if (call->last == NULL)
                return NULL;
        if (call->last == c->current) /* it is being received: read already */
                return c->current_rx;
        at = rte_pktmbuf_mtod_offset(call->last, const uint8_t *, call->last_off);
        return sb_read(at, call->last_len, &c->scratch) ? &c->scratch : NULL;
}
