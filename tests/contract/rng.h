/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rng.h - repeatable random numbers for tests (splitmix64). A test prints its seed; SLUICE_SEED
 * gives it back.
 */
#ifndef SLUICE_TESTS_CONTRACT_RNG_H
#define SLUICE_TESTS_CONTRACT_RNG_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct rng {
        uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
        uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

/* 0..n-1, n > 0. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
        return rng_next(r) % n;
}

/* Seeded from SLUICE_SEED or the clock; says which. */
static inline struct rng rng_seeded(const char *what)
{
        const char *given = getenv("SLUICE_SEED");
        struct timespec t;
        uint64_t seed;

        clock_gettime(CLOCK_REALTIME, &t);
        seed = given ? strtoull(given, NULL, 0) : (uint64_t)t.tv_nsec ^ (uint64_t)t.tv_sec << 20;
        printf("%s: SLUICE_SEED=%llu\n", what, (unsigned long long)seed);
        fflush(stdout);
        return (struct rng){seed};
}

#endif
