/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The neighbour table: when it is asked, whose answers count, what failing and coming back looks
 * like, room; and several workers at it at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/neighbours.h"

#define S UINT64_C(1000000000)

static const struct dp_siphash_key key = {{1, 2}};
static const uint8_t first[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t other[6] = {2, 0, 0, 0, 0, 2};

static struct shm_ip host(unsigned n)
{
        return (struct shm_ip){
            {[10] = 0xff, [11] = 0xff, 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
}

struct world {
        struct dp_neighbours *t;
        uint64_t now_ns;
        struct dp_neighbour nb;
};

static struct world world(uint32_t entries)
{
        return (struct world){.t = dp_neighbours_create(entries, &key), .now_ns = 1000 * S};
}

static enum dp_neighbour_state find(struct world *w, unsigned n)
{
        struct shm_ip ip = host(n);

        return dp_neighbours_find(w->t, 0, &ip, w->now_ns, &w->nb);
}

static bool heard(struct world *w, unsigned n, const uint8_t mac[6])
{
        struct shm_ip ip = host(n);

        return dp_neighbours_heard(w->t, 0, &ip, mac, w->now_ns);
}

static void asked_and_answered(void **state)
{
        struct world w = world(64);

        (void)state;
        assert_false(heard(&w, 1, first)); /* nobody wants to know */
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_WAIT);
        assert_true(w.nb.ask);
        assert_false(w.nb.alone);
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_WAIT);
        assert_false(w.nb.ask); /* not twice a second */
        assert_false(heard(&w, 2, other));
        assert_true(heard(&w, 1, first));
        assert_false(heard(&w, 1, other)); /* the first answer counts */
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_KNOWN);
        assert_memory_equal(w.nb.mac, first, 6);
        assert_false(w.nb.ask);
        /* the same address on another side is another neighbour */
        struct shm_ip ip = host(1);

        assert_int_equal(dp_neighbours_find(w.t, 1, &ip, w.now_ns, &w.nb), DP_NEIGHBOUR_WAIT);
        dp_neighbours_destroy(w.t);
}

/* After 30 s it is asked alone, and believed alone; packets go on all the time. */
static void confirmed(void **state)
{
        struct world w = world(64);

        (void)state;
        (void)find(&w, 1);
        assert_true(heard(&w, 1, first));
        w.now_ns += 31 * S;
        assert_false(heard(&w, 1, other)); /* nobody asked */
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_KNOWN);
        assert_true(w.nb.ask);
        assert_true(w.nb.alone);
        assert_memory_equal(w.nb.mac, first, 6);
        assert_false(heard(&w, 1, other)); /* not who was asked */
        assert_true(heard(&w, 1, first));
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_KNOWN);
        assert_false(w.nb.ask);
        dp_neighbours_destroy(w.t);
}

/* It is somebody else now: three questions to the old, then one to all. */
static void moved(void **state)
{
        struct world w = world(64);
        unsigned alone = 0;

        (void)state;
        (void)find(&w, 1);
        assert_true(heard(&w, 1, first));
        w.now_ns += 31 * S;
        while (find(&w, 1) == DP_NEIGHBOUR_KNOWN) {
                alone += w.nb.ask && w.nb.alone;
                w.now_ns += S / 10;
                assert_true(w.now_ns < 1040 * S);
        }
        assert_int_equal(alone, 3);
        assert_true(w.nb.ask);
        assert_false(w.nb.alone);
        assert_true(heard(&w, 1, other));
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_KNOWN);
        assert_memory_equal(w.nb.mac, other, 6);
        dp_neighbours_destroy(w.t);
}

static void silent(void **state)
{
        struct world w = world(64);
        unsigned asked = 0;

        (void)state;
        while (find(&w, 1) == DP_NEIGHBOUR_WAIT) {
                asked += w.nb.ask;
                w.now_ns += S / 10;
                assert_true(w.now_ns < 1010 * S);
        }
        assert_int_equal(asked, 3);
        assert_false(heard(&w, 1, first));
        for (unsigned i = 0; i < 40; i++, w.now_ns += S / 10)
                assert_int_equal(find(&w, 1), DP_NEIGHBOUR_FAILED);
        w.now_ns += 2 * S;
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_WAIT);
        assert_true(w.nb.ask);
        assert_true(heard(&w, 1, first));
        assert_int_equal(find(&w, 1), DP_NEIGHBOUR_KNOWN);
        dp_neighbours_destroy(w.t);
}

/* More neighbours than room: those in use stay, who does not answer goes first. */
static void room(void **state)
{
        struct world w = world(8);

        (void)state;
        for (unsigned n = 0; n < 8; n++) {
                assert_int_equal(find(&w, n), DP_NEIGHBOUR_WAIT);
                assert_true(heard(&w, n, first));
        }
        assert_int_equal(find(&w, 100), DP_NEIGHBOUR_FAILED);
        w.now_ns += 29 * S;
        for (unsigned n = 0; n < 7; n++)
                assert_int_equal(find(&w, n), DP_NEIGHBOUR_KNOWN);
        w.now_ns += 2 * S;
        assert_int_equal(find(&w, 100), DP_NEIGHBOUR_WAIT); /* in place of 7 */
        for (unsigned n = 0; n < 7; n++)
                assert_int_equal(find(&w, n), DP_NEIGHBOUR_KNOWN);
        w.now_ns += 2 * S;
        for (unsigned n = 0; n < 7; n++)
                (void)find(&w, n);
        assert_int_equal(find(&w, 101), DP_NEIGHBOUR_WAIT); /* in place of 100 */
        assert_false(heard(&w, 100, other));
        assert_true(heard(&w, 101, other));
        dp_neighbours_destroy(w.t);
}

/* ---- several workers ---- */

#define THREADS 3u
#define ROUNDS  60000u
#define HOSTS   40u

struct racer {
        struct dp_neighbours *t;
        unsigned index;
        _Atomic unsigned *wrong;
};

/* The last octets of the MAC are the host's: whoever finds another has read a torn entry. */
static void *race(void *arg)
{
        struct racer *r = arg;
        unsigned at = r->index * 7;

        for (unsigned i = 0; i < ROUNDS; i++) {
                unsigned n = at++ % HOSTS;
                struct shm_ip ip = host(n);
                uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)n, (uint8_t)(n + 1)};
                uint64_t now_ns = 1000 * S + (uint64_t)i * S / 500;
                struct dp_neighbour nb;

                if (dp_neighbours_find(r->t, 0, &ip, now_ns, &nb) == DP_NEIGHBOUR_KNOWN &&
                    memcmp(nb.mac, mac, 6) != 0)
                        atomic_fetch_add(r->wrong, 1);
                (void)dp_neighbours_heard(r->t, 0, &ip, mac, now_ns);
                if (i % 50 == 0)
                        at += 13;
        }
        return NULL;
}

static void several(void **state)
{
        struct dp_neighbours *t = dp_neighbours_create(16, &key);
        _Atomic unsigned wrong = 0;
        struct racer racers[THREADS];
        pthread_t threads[THREADS];

        (void)state;
        for (unsigned i = 0; i < THREADS; i++) {
                racers[i] = (struct racer){t, i, &wrong};
                assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        }
        for (unsigned i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        assert_int_equal(wrong, 0);
        dp_neighbours_destroy(t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(asked_and_answered),
            cmocka_unit_test(confirmed),
            cmocka_unit_test(moved),
            cmocka_unit_test(silent),
            cmocka_unit_test(room),
            cmocka_unit_test(several),
        };

        assert_null(dp_neighbours_create(0, &key));
        assert_null(dp_neighbours_create(DP_NEIGHBOURS_MAX + 1, &key));
        return cmocka_run_group_tests(tests, NULL, NULL);
}
