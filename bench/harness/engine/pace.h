/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - the open-loop schedule: when the k-th start is meant to happen.
 *
 * Start k is due at start + k / rate, however late the ones before it were: a generator that fell
 * behind catches up, and every latency is counted from the time that was meant. For that it has a
 * fiftieth of the time more, at most 100 ms: a core that was away when the time ended is none that
 * is too slow.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_PACE_H
#define SLUICE_BENCH_HARNESS_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define SB_PACE_GRACE_SHARE  50u
#define SB_PACE_GRACE_NS_MAX UINT64_C(100000000)

struct sb_pace {
        uint64_t start_ns;
        uint64_t due_ns; /* of the next one; UINT64_MAX when none is left */
        uint64_t done;   /* starts taken */
        uint64_t limit;  /* starts in all; UINT64_MAX: no end */
        uint64_t end_ns; /* no start is meant for this time or later */
        double gap_ns;   /* 0: as fast as it goes, each due when it is asked for */
};

static inline void sb_pace_init(struct sb_pace *p, double rate, uint64_t start_ns, uint64_t end_ns,
                                uint64_t limit)
{
        p->start_ns = start_ns;
        p->due_ns = start_ns < end_ns && limit != 0 ? start_ns : UINT64_MAX;
        p->done = 0;
        p->limit = limit;
        p->end_ns = end_ns;
        p->gap_ns = rate > 0.0 ? 1e9 / rate : 0.0;
}

/* A new rate from now on. */
static inline void sb_pace_rate(struct sb_pace *p, double rate, uint64_t now_ns)
{
        if (p->due_ns == UINT64_MAX)
                return;
        p->limit = p->limit == UINT64_MAX ? UINT64_MAX : p->limit - p->done;
        sb_pace_init(p, rate, now_ns, p->end_ns, p->limit);
}

/* Nothing is due until a new rate is given. */
static inline void sb_pace_pause(struct sb_pace *p)
{
        if (p->due_ns != UINT64_MAX)
                p->due_ns = UINT64_MAX - 1;
        p->gap_ns = 0.0;
}

/* Nothing is due any more. */
static inline void sb_pace_end(struct sb_pace *p)
{
        p->due_ns = UINT64_MAX;
        p->gap_ns = 0.0;
}

/* Until when a start is still made that was meant to be before the end. */
static inline uint64_t sb_pace_last_ns(const struct sb_pace *p)
{
        uint64_t grace = (p->end_ns - p->start_ns) / SB_PACE_GRACE_SHARE;

        if (p->gap_ns <= 0.0 || p->end_ns <= p->start_ns)
                return p->end_ns;
        return p->end_ns + (grace < SB_PACE_GRACE_NS_MAX ? grace : SB_PACE_GRACE_NS_MAX);
}

/* Takes the next start when it is due; *intended_ns is when it was meant to be. */
static inline bool sb_pace_take(struct sb_pace *p, uint64_t now_ns, uint64_t *intended_ns)
{
        if (p->due_ns > now_ns)
                return false;
        *intended_ns = p->gap_ns > 0.0 ? p->due_ns : now_ns;
        p->done++;
        p->due_ns = p->start_ns + (uint64_t)((double)p->done * p->gap_ns);
        if (p->done >= p->limit || p->due_ns >= p->end_ns || now_ns >= sb_pace_last_ns(p))
                p->due_ns = UINT64_MAX;
        return true;
}

/* Starts that were meant before the end and never taken, once the end has passed. */
static inline uint64_t sb_pace_missed(const struct sb_pace *p)
{
        uint64_t meant;

        if (p->gap_ns <= 0.0 || p->end_ns <= p->start_ns)
                return 0;
        meant = (uint64_t)((double)(p->end_ns - p->start_ns) / p->gap_ns);
        if (meant > p->limit)
                meant = p->limit;
        return meant > p->done ? meant - p->done : 0;
}

#endif
