/* SPDX-License-Identifier: Apache-2.0 */
/* The search against servers of known capacity, in virtual time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/harness/measure/search.h"

#define RUNS    100u
#define SECONDS 4.0

/* One server with a queue: a piece of work takes 1 / capacity, give or take a tenth. */
struct server {
        double capacity;
        uint32_t places; /* in the queue */
        double hiccups;  /* share of trials in which something else goes wrong */
        uint32_t seed;
        uint32_t invalid_above; /* rate that the generator cannot reach; 0: none */
        uint32_t invalid_first; /* so many trials in which something keeps the generator */
        uint32_t trials;
        double seconds; /* that they took */
};

static double uniform(struct server *s)
{
        s->seed = s->seed * 1664525u + 1013904223u;
        return ((double)(s->seed >> 8) + 0.5) / (double)(1u << 24);
}

static int trial(void *ctx, struct sb_trial *t)
{
        struct server *s = ctx;
        const double seconds = t->seconds > 0 ? t->seconds : SECONDS;
        uint64_t cnt = (uint64_t)(t->rate * seconds), lost = 0;
        double free_at = 0.0;

        s->trials++;
        s->seconds += seconds;
        t->invalid =
            (s->invalid_above != 0 && t->rate > s->invalid_above) || s->trials <= s->invalid_first;
        for (uint64_t i = 0; i < cnt; i++) {
                double now = (double)i / t->rate;

                if (free_at < now)
                        free_at = now;
                if ((free_at - now) * s->capacity > s->places) {
                        lost++;
                        continue;
                }
                free_at += (0.9 + 0.2 * uniform(s)) / s->capacity;
        }
        if (uniform(s) < s->hiccups)
                lost += cnt / 100 + 1;
        t->failed_ratio = cnt == 0 ? 1.0 : (double)lost / (double)cnt;
        return 0;
}

static double first_seconds; /* 0: all trials are alike */

static struct sb_search_result *found(struct server *s, double goal, uint32_t trials)
{
        static struct sb_search_result r;
        const struct sb_search search = {.low = 100,
                                         .high = 1e6,
                                         .goal = goal,
                                         .precision = 0.005,
                                         .trials = trials,
                                         .seconds = SECONDS,
                                         .first_seconds = first_seconds,
                                         .trial = trial,
                                         .ctx = s};

        sb_search_run(&search, &r);
        return &r;
}

static void the_capacity_is_found(void **state)
{
        uint32_t near = 0;

        (void)state;
        for (uint32_t run = 0; run < RUNS; run++) {
                struct server s = {
                    .capacity = 1000 + 190 * run, .places = 1000, .seed = run, .hiccups = 0.02};
                struct sb_search_result *r = found(&s, 0.001, 3);

                assert_int_equal(r->end, SB_SEARCH_FOUND);
                /* What a queue forgives in so short a time belongs to it. */
                double want = s.capacity + s.places / SECONDS;

                if (fabs(r->rate - want) <= 0.02 * want + s.places / SECONDS)
                        near++;
        }
        printf("within 2 %% of the capacity: %u of %u runs\n", near, RUNS);
        assert_true(near >= 95);
}

static void the_ends(void)
{
        struct server s = {.capacity = 1e9, .places = 1000};

        assert_int_equal(found(&s, 0, 1)->end, SB_SEARCH_ALL_PASS);
        assert_true(found(&s, 0, 1)->rate >= 1e6);
        s = (struct server){.capacity = 1e9, .places = 1000, .hiccups = 1.0};
        assert_int_equal(found(&s, 0, 1)->end, SB_SEARCH_NONE);
        assert_true(found(&s, 0, 1)->rate <= 0);
        s = (struct server){.capacity = 1e9, .places = 1000, .invalid_above = 20000};
        assert_int_equal(found(&s, 0, 3)->end, SB_SEARCH_LIMIT);
        assert_true(found(&s, 0, 3)->rate <= 20000 && found(&s, 0, 3)->rate > 19800);
        assert_true(found(&s, 0, 3)->failed_at <= 0);
        /* The generator has no lasting trouble: nothing is said by it. */
        s = (struct server){.capacity = 5000, .places = 1000, .invalid_first = SB_TRIALS_AGAIN};
        assert_int_equal(found(&s, 0.001, 1)->end, SB_SEARCH_FOUND);
        assert_true(s.trials > 10);
        /* Below what the generator cannot reach the system fails: that is the end. */
        s = (struct server){.capacity = 3000, .places = 10, .invalid_above = 6000};
        assert_int_equal(found(&s, 0, 1)->end, SB_SEARCH_FOUND);
        assert_true(found(&s, 0, 1)->failed_at < 3200);
        /* Below what it began with. */
        s = (struct server){.capacity = 20, .places = 5};
        assert_int_equal(found(&s, 0.01, 3)->end, SB_SEARCH_FOUND);
        assert_true(found(&s, 0.01, 3)->rate < 30);
}

static void ends_are_named(void **state)
{
        (void)state;
        the_ends();
        first_seconds = SECONDS / 4;
        the_ends();
        first_seconds = 0.0;
}

/* Nothing but the capacity counts here: a queue of ten forgives nothing. */
static void the_capacity_itself_is_found(void **state)
{
        uint32_t near = 0;

        (void)state;
        for (uint32_t run = 0; run < RUNS; run++) {
                struct server s = {.capacity = 1500 + 170 * run,
                                   .places = 10,
                                   .seed = 4000 + run,
                                   .hiccups = 0.02};
                struct sb_search_result *r = found(&s, 0.001, 3);

                near += fabs(r->rate - s.capacity) <= 0.02 * s.capacity;
        }
        printf("within 2 %% of the capacity: %u of %u runs\n", near, RUNS);
        assert_true(near >= 95);
}

/* The longest trials of the rate that was found, and of the one that failed, are what it rests on.
 */
static void decided_by_whole_trials(const struct sb_search_result *r)
{
        uint32_t low = 0, high = 0;

        for (uint32_t i = 0; i < r->trial_cnt; i++) {
                const struct sb_trial *t = &r->trials[i];

                if (t->seconds < SECONDS)
                        continue;
                low += fabs(t->rate - r->rate) < 1e-6 && t->failed_ratio <= 0.001;
                high += fabs(t->rate - r->failed_at) < 1e-6 && t->failed_ratio > 0.001;
        }
        assert_true(low >= 2 && high >= 2);
}

/* Trials that begin at an eighth of their length find the same in less time; what a queue of a
 * thousand forgives a short one is no part of it. */
static void trials_grow(void **state)
{
        static struct sb_search_result r;

        (void)state;
        for (uint32_t places = 10; places <= 1000; places *= 100) {
                double grown = 0.0, whole = 0.0;
                uint32_t near = 0;

                for (uint32_t run = 0; run < RUNS; run++) {
                        struct server s = {.capacity = 1500 + 170 * run,
                                           .places = places,
                                           .seed = 9000 + run,
                                           .hiccups = 0.02};
                        struct sb_search search = {.low = 100,
                                                   .high = 1e6,
                                                   .goal = 0.001,
                                                   .precision = 0.005,
                                                   .trials = 3,
                                                   .seconds = SECONDS,
                                                   .first_seconds = SECONDS / 8,
                                                   .trial = trial,
                                                   .ctx = &s};
                        double want = s.capacity + (places > 10 ? places / SECONDS : 0.0);

                        sb_search_run(&search, &r);
                        assert_int_equal(r.end, SB_SEARCH_FOUND);
                        near += fabs(r.rate - want) <= 0.02 * want;
                        decided_by_whole_trials(&r);
                        grown += s.seconds;
                        s.seconds = 0.0;
                        search.first_seconds = 0.0;
                        sb_search_run(&search, &r);
                        whole += s.seconds;
                }
                printf("queue of %u: within 2 %% in %u of %u runs, in %.2f of the time\n", places,
                       near, RUNS, grown / whole);
                assert_true(near >= 95 && grown < whole * 0.8);
        }
}

/* Loses a share that grows evenly above a rate: every goal has a rate of its own. */
static int leaky(void *ctx, struct sb_trial *t)
{
        struct server *s = ctx;

        s->trials++;
        t->failed_ratio = t->rate <= s->capacity ? 0.0 : (t->rate - s->capacity) / s->capacity;
        return 0;
}

static void goals_share_their_trials(void **state)
{
        static struct sb_search_result r[3];
        static struct sb_rate_stats stats[SB_TRIALS_MAX + 1];
        static const double goals[] = {0.1, 0.01, 0.0};
        struct server s = {.capacity = 7777};
        const struct sb_search search = {
            .low = 100, .high = 1e6, .precision = 0.002, .trials = 3, .trial = leaky, .ctx = &s};
        uint32_t alone = 0, cnt, sum = 0;

        (void)state;
        sb_search_goals(&search, goals, 3, r);
        for (uint32_t i = 0; i < 3; i++) {
                double want = s.capacity * (1.0 + goals[i]);

                assert_int_equal(r[i].end, SB_SEARCH_FOUND);
                assert_true(r[i].rate <= want * 1.0001 && r[i].rate >= want * 0.997);
        }
        assert_int_equal(s.trials, r[2].trial_cnt);
        for (uint32_t i = 0; i < 3; i++) {
                static struct sb_search_result one;
                struct sb_search only = search;

                only.goal = goals[i];
                sb_search_run(&only, &one);
                assert_true(fabs(one.rate - r[i].rate) < 1e-6);
                alone += one.trial_cnt;
        }
        printf("%u trials for three goals together, %u one by one\n", r[2].trial_cnt, alone);
        assert_true(r[2].trial_cnt * 10 < alone * 8);
        cnt = sb_search_stats(&r[2], stats);
        assert_true(cnt > 3);
        for (uint32_t i = 0; i < cnt; i++) {
                sum += stats[i].cnt;
                assert_true(i == 0 || stats[i].rate > stats[i - 1].rate);
                assert_true(stats[i].deviation < 1e-12 && stats[i].worst >= stats[i].mean - 1e-12);
        }
        assert_int_equal(sum, r[2].trial_cnt);
}

static void trials_have_statistics(void **state)
{
        static struct sb_search_result r = {.trial_cnt = 5,
                                            .trials = {{.rate = 20, .failed_ratio = 0.1},
                                                       {.rate = 10, .failed_ratio = 0.0},
                                                       {.rate = 20, .failed_ratio = 0.2},
                                                       {.rate = 20, .failed_ratio = 0.3},
                                                       {.rate = 30, .invalid = true}}};
        struct sb_rate_stats s[6];

        (void)state;
        assert_int_equal(sb_search_stats(&r, s), 2);
        assert_int_equal(s[1].cnt, 3);
        assert_true(fabs(s[1].mean - 0.2) < 1e-9 && fabs(s[1].deviation - 0.1) < 1e-9);
        assert_true(fabs(s[1].worst - 0.3) < 1e-9 && s[0].cnt == 1);
}

/* A trial in ten goes wrong for reasons of its own: the majority does not mind. */
static void one_bad_trial_does_not_decide(void **state)
{
        uint32_t near = 0;

        (void)state;
        for (uint32_t run = 0; run < RUNS; run++) {
                struct server s = {
                    .capacity = 3000, .places = 10, .seed = 77 + run, .hiccups = 0.02};

                near += found(&s, 0.001, 5)->rate > 2940;
        }
        assert_true(near >= 95);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_capacity_is_found),
            cmocka_unit_test(the_capacity_itself_is_found),
            cmocka_unit_test(trials_grow),
            cmocka_unit_test(goals_share_their_trials),
            cmocka_unit_test(trials_have_statistics),
            cmocka_unit_test(ends_are_named),
            cmocka_unit_test(one_bad_trial_does_not_decide),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
