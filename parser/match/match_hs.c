/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_hs.h"

#include <errno.h>
#include <hs.h>
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_set.h"

/* ---- databases and scratch: start-up ---- */

enum match_fault match_hs_load(struct match_hs **out, const uint8_t *code, size_t bytes)
{
        hs_database_t *db = NULL;

        switch (hs_deserialize_database((const char *)code, bytes, &db)) {
        case HS_SUCCESS:
                *out = (struct match_hs *)db;
                return MATCH_OK;
        case HS_DB_PLATFORM_ERROR:
                return MATCH_FAULT_PLATFORM;
        case HS_NOMEM:
                return MATCH_FAULT_MEMORY;
        default:
                return MATCH_FAULT_DATABASE;
        }
}

void match_hs_free(struct match_hs *db)
{
        (void)hs_free_database((hs_database_t *)db);
}

int match_hs_fit(struct match_hs_scratch **scratch, const struct match_hs *db)
{
        hs_scratch_t *s = (hs_scratch_t *)*scratch;

        if (hs_alloc_scratch((const hs_database_t *)db, &s) != HS_SUCCESS)
                return -ENOMEM;
        *scratch = (struct match_hs_scratch *)s;
        return 0;
}

void match_hs_scratch_free(struct match_hs_scratch *scratch)
{
        (void)hs_free_scratch((hs_scratch_t *)scratch);
}

/* ---- scanning: the packet path ---- */

struct candidate_ctx {
        const struct match_hs_rules *rules;
        struct match_candidates *out;
};

static int on_candidate(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                        void *arg)
{
        const struct candidate_ctx *c = arg;
        uint32_t rule;

        (void)from, (void)to, (void)flags;
        if (id >= c->rules->cnt)
                return 0; /* not as it was compiled: nobody can ask a database for its ids */
        rule = c->rules->rule[id];
        c->out->w[rule / 64] |= UINT64_C(1) << (rule % 64);
        c->out->top[rule / 4096] |= UINT64_C(1) << (rule / 64 % 64);
        return 0;
}

void match_hs_candidates(const struct match_hs *db, struct match_hs_scratch *scratch,
                         const struct match_bytes *in, const struct match_hs_rules *rules,
                         struct match_candidates *out)
{
        struct candidate_ctx ctx = {rules, out};

        (void)hs_scan((const hs_database_t *)db, (const char *)in->at, in->len, 0,
                      (hs_scratch_t *)scratch, on_candidate, &ctx);
}

static int on_first(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *arg)
{
        (void)id, (void)from, (void)to, (void)flags;
        *(bool *)arg = true;
        return 1;
}

bool match_hs_holds(const struct match_hs *db, struct match_hs_scratch *scratch, const uint8_t *at,
                    uint32_t len)
{
        bool found = false;

        (void)hs_scan((const hs_database_t *)db, (const char *)at, len, 0, (hs_scratch_t *)scratch,
                      on_first, &found);
        return found;
}

struct ends_ctx {
        struct match_places *ends;
        uint32_t base;
        bool any;
};

static int on_end(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *arg)
{
        struct ends_ctx *c = arg;
        uint32_t place = c->base + (uint32_t)to;

        (void)id, (void)from, (void)flags;
        c->ends->w[place / 64] |= UINT64_C(1) << (place % 64);
        c->any = true;
        return 0;
}

bool match_hs_ends(const struct match_hs *db, struct match_hs_scratch *scratch,
                   const struct match_bytes *in, uint32_t base, struct match_places *ends)
{
        struct ends_ctx ctx = {ends, base, false};

        (void)hs_scan((const hs_database_t *)db, (const char *)in->at, in->len, 0,
                      (hs_scratch_t *)scratch, on_end, &ctx);
        return ctx.any;
}
