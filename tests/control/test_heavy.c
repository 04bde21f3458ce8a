/* SPDX-License-Identifier: Apache-2.0 */
/* The promise of Space-Saving against exact counts, over skewed and hostile streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/heavy.h"

#define KEYS 5000u

static uint64_t exact[KEYS];

static void add(struct cp_heavy *h, unsigned k)
{
        char key[16];
        int n = snprintf(key, sizeof(key), "key-%u", k);

        exact[k]++;
        cp_heavy_add(h, key, (size_t)n, (k & 1u) != 0);
}

/* Counts are never too low, too high by at most `over`; who is above total/room is in the list. */
static void check(const struct cp_heavy *h, unsigned room)
{
        uint64_t total = cp_heavy_total(h), sum = 0;
        unsigned n = 0;

        for (unsigned k = 0; k < KEYS; k++) {
                char key[16];
                int len = snprintf(key, sizeof(key), "key-%u", k);
                const struct cp_heavy_entry *e = cp_heavy_find(h, key, (size_t)len);

                if (e == NULL) {
                        assert_true(exact[k] * room <= total);
                        continue;
                }
                assert_true(e->count >= exact[k] && e->count - e->over <= exact[k]);
                assert_true(e->over * room <= total);
                assert_true(e->marked <= ((k & 1u) != 0 ? exact[k] : 0));
                n++;
        }
        for (unsigned i = 0; cp_heavy_at(h, i) != NULL; i++) {
                sum += cp_heavy_at(h, i)->count;
                n--;
        }
        assert_int_equal(n, 0);
        assert_true(sum == total);
}

static void stream(unsigned room, unsigned seed, bool hostile)
{
        struct cp_heavy *h = cp_heavy_create(room);

        assert_non_null(h);
        memset(exact, 0, sizeof(exact));
        srand(seed);
        for (unsigned i = 0; i < 60000; i++) {
                unsigned r = (unsigned)rand() % KEYS;

                /* Skewed, or each key once in turn, which pushes out as much as can be. */
                add(h, hostile ? i % KEYS : r * (unsigned)((unsigned)rand() % KEYS) / KEYS);
        }
        check(h, room);
        cp_heavy_clear(h);
        memset(exact, 0, sizeof(exact));
        assert_null(cp_heavy_at(h, 0));
        add(h, 7);
        check(h, room);
        cp_heavy_destroy(h);
}

static void promise(void **state)
{
        (void)state;
        for (unsigned seed = 1; seed <= 5; seed++) {
                stream(2, seed, false);
                stream(64, seed, false);
                stream(1000, seed, false);
                stream(4096, seed, false);
                stream(64, seed, true);
        }
}

static void long_keys(void **state)
{
        struct cp_heavy *h = cp_heavy_create(4);
        char key[200];

        (void)state;
        memset(key, 'x', sizeof(key));
        cp_heavy_add(h, key, sizeof(key), false);
        cp_heavy_add(h, key, sizeof(key) - 1, true); /* equal in what is kept */
        cp_heavy_add(h, "", 0, false);
        assert_int_equal(cp_heavy_find(h, key, sizeof(key))->count, 2);
        assert_int_equal(cp_heavy_find(h, key, sizeof(key))->key_len, CP_HEAVY_KEY_BYTES);
        assert_int_equal(cp_heavy_find(h, "", 0)->count, 1);
        assert_null(cp_heavy_find(h, "x", 1));
        cp_heavy_destroy(h);
        cp_heavy_destroy(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(promise),
            cmocka_unit_test(long_keys),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
