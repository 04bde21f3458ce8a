/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps in one instance of a field.
 *
 * A step that is relative counts from where the step before ended, and that may be any of several
 * places. All of them are followed at once, as a set: each step turns the set of places where the
 * one before may have ended into the set of places where it may end itself. So nothing is ever
 * tried again, and the time is linear in the field for each step.
 */
#include "parser/match/match_set.h"

#include <string.h>

#include "parser/sip_ctype.h"

/* A regular expression for which it matters what stands before its start is run from each place on
 * its own, the lowest first, until it was given so many octets, each run counted as some of them:
 * from every place of a datagram of Ethernet's size, and no longer than a millisecond or two. */
#define REGEX_OCTETS_MAX (1u << 21)
#define REGEX_RUN_OCTETS 128u

/* ---- sets of places ---- */

static void places_clear(struct match_places *p, uint32_t len)
{
        memset(p->w, 0, (len / 64 + 1) * sizeof(p->w[0]));
}

static void places_add(struct match_places *p, uint32_t place)
{
        p->w[place / 64] |= UINT64_C(1) << (place % 64);
}

/* The first place from `from` on, or -1. */
static int64_t places_next(const struct match_places *p, uint32_t from, uint32_t len)
{
        uint32_t i = from / 64;
        uint64_t w;

        if (from > len)
                return -1;
        w = p->w[i] & (UINT64_MAX << (from % 64));
        while (w == 0) {
                if (++i > len / 64)
                        return -1;
                w = p->w[i];
        }
        return (int64_t)i * 64 + __builtin_ctzll(w);
}

/* ---- finding text ---- */

static int64_t find_caseless(struct match_bytes in, uint32_t from, uint32_t last,
                             struct match_bytes text)
{
        for (uint32_t p = from; p <= last; p++) {
                uint32_t i = 0;

                while (i < text.len && sip_lower(in.at[p + i]) == text.at[i])
                        i++;
                if (i == text.len)
                        return p;
        }
        return -1;
}

int64_t match_find(struct match_bytes in, uint32_t from, uint32_t end, struct match_bytes text,
                   bool caseless)
{
        const uint8_t *hit;

        if (end > in.len)
                end = in.len;
        if (from > end || end - from < text.len)
                return -1;
        if (caseless)
                return find_caseless(in, from, end - text.len, text);
        hit = memmem(in.at + from, end - from, text.at, text.len);
        return hit != NULL ? hit - in.at : -1;
}

/* ---- contents ---- */

struct content {
        const struct match_step *step;
        struct match_bytes text;
        bool caseless;
};

/* Where an absolute content may lie: [*from, *end). False: nowhere. */
static bool absolute_window(const struct content *c, struct match_bytes in, uint32_t *from,
                            uint32_t *end)
{
        const struct match_step *s = c->step;
        int64_t lo = s->from;
        int64_t hi = s->end < (int64_t)in.len ? s->end : (int64_t)in.len;

        if ((s->flags & MATCH_STEP_STARTS) != 0 && hi > c->text.len)
                hi = c->text.len;
        if ((s->flags & MATCH_STEP_ENDS) != 0 && lo < (int64_t)in.len - c->text.len)
                lo = (int64_t)in.len - c->text.len;
        if (lo < 0)
                lo = 0;
        if (hi < lo)
                return false;
        *from = (uint32_t)lo;
        *end = (uint32_t)hi;
        return true;
}

/* At its end, when it has to end there: the window alone lets a shorter content lie before it. */
static bool place_right(const struct content *c, struct match_bytes in, int64_t p)
{
        return (c->step->flags & MATCH_STEP_ENDS) == 0 || p + c->text.len == (int64_t)in.len;
}

static bool absolute(const struct content *c, struct match_bytes in, struct match_scratch *scratch)
{
        bool keep = (c->step->flags & MATCH_STEP_NEXT) != 0;
        bool any = false;
        uint32_t from, end;
        int64_t p;

        if (keep)
                places_clear(&scratch->next, in.len);
        if (!absolute_window(c, in, &from, &end))
                return false;
        while ((p = match_find(in, from, end, c->text, c->caseless)) >= 0) {
                if (place_right(c, in, p)) {
                        any = true;
                        if (!keep)
                                break;
                        places_add(&scratch->next, (uint32_t)p + c->text.len);
                }
                from = (uint32_t)p + 1;
        }
        return any;
}

/* All places where it lies within reach of one of the places in `here`. Both only grow: the
 * greatest place that is not too late is the best. */
static bool relative(const struct content *c, struct match_bytes in, struct match_scratch *scratch)
{
        int64_t here = places_next(&scratch->here, 0, in.len); /* the next one not passed yet */
        int64_t best = -1;
        uint32_t from = 0;
        bool any = false;
        int64_t p;

        places_clear(&scratch->next, in.len);
        while ((p = match_find(in, from, in.len, c->text, c->caseless)) >= 0) {
                while (here >= 0 && here + c->step->from <= p) {
                        best = here;
                        here = places_next(&scratch->here, (uint32_t)here + 1, in.len);
                }
                if (best >= 0 && p + c->text.len <= best + (int64_t)c->step->end &&
                    place_right(c, in, p)) {
                        places_add(&scratch->next, (uint32_t)p + c->text.len);
                        any = true;
                }
                from = (uint32_t)p + 1;
        }
        return any;
}

/* Of the places in `here` those stay that have none of it within reach. */
static bool relative_absent(const struct content *c, struct match_bytes in,
                            struct match_scratch *scratch)
{
        bool any = false;
        int64_t p = -2; /* the first place of it from `start` on; -1: none; -2: not looked */

        places_clear(&scratch->next, in.len);
        for (int64_t here = places_next(&scratch->here, 0, in.len); here >= 0;
             here = places_next(&scratch->here, (uint32_t)here + 1, in.len)) {
                int64_t start = here + c->step->from;

                if (start < 0)
                        start = 0;
                if (p != -1 && p < start)
                        p = start > in.len
                                ? -1
                                : match_find(in, (uint32_t)start, in.len, c->text, c->caseless);
                if (p >= 0 && p + c->text.len <= here + (int64_t)c->step->end)
                        continue;
                places_add(&scratch->next, (uint32_t)here);
                any = true;
        }
        return any;
}

static void advance(struct match_scratch *scratch, uint32_t len)
{
        memcpy(scratch->here.w, scratch->next.w, (len / 64 + 1) * sizeof(scratch->here.w[0]));
}

static bool content_holds(const struct match_set *s, struct match_scratch *scratch,
                          const struct match_step *step, struct match_bytes in)
{
        const struct content c = {
            .step = step,
            .text = {s->text + step->text.off, step->text.len},
            .caseless = (step->flags & MATCH_STEP_NOCASE) != 0,
        };
        bool negated = (step->flags & MATCH_STEP_NEGATED) != 0;

        if ((step->flags & MATCH_STEP_RELATIVE) == 0) {
                if (absolute(&c, in, scratch) == negated)
                        return false;
                if (!negated && (step->flags & MATCH_STEP_NEXT) != 0)
                        advance(scratch, in.len);
                return true;
        }
        if (!(negated ? relative_absent(&c, in, scratch) : relative(&c, in, scratch)))
                return false;
        advance(scratch, in.len);
        return true;
}

/* ---- regular expressions ---- */

static bool regex_from(const struct match_set *s, struct match_scratch *scratch,
                       const struct match_step *step, struct match_bytes in, uint32_t from)
{
        const struct match_hs *db = s->regex_dbs[step->regex];
        const struct match_bytes rest = {in.at + from, in.len - from};

        if ((step->flags & MATCH_STEP_NEXT) == 0 || (step->flags & MATCH_STEP_NEGATED) != 0)
                return match_hs_holds(db, scratch->hs, rest.at, rest.len);
        return match_hs_ends(db, scratch->hs, &rest, from, &scratch->next);
}

/* Of the places in `here` those stay behind which it is not; what is before a place is no matter,
 * so from some place on it is behind none. */
static bool regex_absent(const struct match_set *s, struct match_scratch *scratch,
                         const struct match_step *step, struct match_bytes in)
{
        uint32_t low = (uint32_t)places_next(&scratch->here, 0, in.len);
        uint32_t high = in.len + 1; /* behind all places from here on it is not */
        bool any = false;

        while (low < high) {
                uint32_t middle = low + (high - low) / 2;

                if (regex_from(s, scratch, step, in, middle))
                        low = middle + 1;
                else
                        high = middle;
        }
        for (int64_t here = places_next(&scratch->here, low, in.len); here >= 0;
             here = places_next(&scratch->here, (uint32_t)here + 1, in.len)) {
                places_add(&scratch->next, (uint32_t)here);
                any = true;
        }
        return any;
}

static bool regex_relative(const struct match_set *s, struct match_scratch *scratch,
                           const struct match_step *step, struct match_bytes in)
{
        bool negated = (step->flags & MATCH_STEP_NEGATED) != 0;
        bool each = (step->regex_flags & MATCH_REGEX_CONTEXT) != 0;
        int64_t here = places_next(&scratch->here, 0, in.len);
        uint32_t octets = 0;
        bool any = false;

        if (negated && !each)
                return regex_absent(s, scratch, step, in);
        for (; here >= 0 && octets < REGEX_OCTETS_MAX;
             here = places_next(&scratch->here, (uint32_t)here + 1, in.len)) {
                bool hit = regex_from(s, scratch, step, in, (uint32_t)here);

                if (negated && !hit)
                        places_add(&scratch->next, (uint32_t)here);
                any = any || hit != negated;
                if (!each)
                        break; /* from the lowest place on it meets what it would from the others */
                octets += in.len - (uint32_t)here + REGEX_RUN_OCTETS;
        }
        return any;
}

static bool regex_holds(const struct match_set *s, struct match_scratch *scratch,
                        const struct match_step *step, struct match_bytes in)
{
        bool negated = (step->flags & MATCH_STEP_NEGATED) != 0;
        bool keep = (step->flags & MATCH_STEP_NEXT) != 0;

        places_clear(&scratch->next, in.len);
        if ((step->flags & MATCH_STEP_RELATIVE) == 0) {
                if (regex_from(s, scratch, step, in, 0) == negated)
                        return false;
                if (keep && !negated)
                        advance(scratch, in.len);
                return true;
        }
        if (!regex_relative(s, scratch, step, in))
                return false;
        if (keep || negated)
                advance(scratch, in.len);
        return true;
}

/* ---- sizes ---- */

static bool data_holds(struct match_scratch *scratch, const struct match_step *step, uint32_t len)
{
        bool negated = (step->flags & MATCH_STEP_NEGATED) != 0;
        bool any = false;

        if ((step->flags & MATCH_STEP_RELATIVE) == 0)
                return ((int64_t)step->from < (int64_t)len) != negated;
        places_clear(&scratch->next, len);
        for (int64_t here = places_next(&scratch->here, 0, len); here >= 0;
             here = places_next(&scratch->here, (uint32_t)here + 1, len)) {
                if ((here + step->from <= (int64_t)len) != negated) {
                        places_add(&scratch->next, (uint32_t)here);
                        any = true;
                }
        }
        if (any)
                advance(scratch, len);
        return any;
}

bool match_steps_hold(const struct match_set *s, struct match_scratch *scratch,
                      const struct match_group *g, struct match_bytes in)
{
        places_clear(&scratch->here, in.len);
        places_add(&scratch->here, 0);
        for (uint32_t i = 0; i < g->step_cnt; i++) {
                const struct match_step *step = &s->steps[g->step_first + i];
                bool holds = false;

                if ((step->flags & MATCH_STEP_PROVEN) != 0)
                        continue;
                switch (step->kind) {
                case MATCH_STEP_CONTENT:
                        holds = content_holds(s, scratch, step, in);
                        break;
                case MATCH_STEP_PCRE:
                        holds = regex_holds(s, scratch, step, in);
                        break;
                case MATCH_STEP_SIZE:
                        holds = match_compare((enum match_compare)step->op, in.len, step->a,
                                              step->b) != ((step->flags & MATCH_STEP_NEGATED) != 0);
                        break;
                default: /* MATCH_STEP_DATA */
                        holds = data_holds(scratch, step, in.len);
                        break;
                }
                if (!holds)
                        return false;
        }
        return true;
}
