/* SPDX-License-Identifier: Apache-2.0 */
/* The targets of PROXY decisions: found under their own key only, whatever came and went between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/forwards.h"

#define ENTRIES 64u

static _Alignas(struct dp_forward) uint8_t buffer[DP_FORWARD_BYTES_MAX];

/* A target that tells its number everywhere. */
static const struct dp_forward *target(unsigned n, size_t ruri_len)
{
        uint8_t rec[SHM_FORWARD_BYTES_MAX];
        struct shm_forward head = {.hop_cnt = 2, .ruri_len = (uint16_t)ruri_len, .route_len = 3};
        struct shm_hop hops[2] = {{.port = (uint16_t)n}, {.port = (uint16_t)(n + 1)}};
        uint8_t *at = rec;
        struct dp_forward *f = (struct dp_forward *)(void *)buffer;

        memcpy(at, &head, sizeof(head));
        memcpy(at + sizeof(head), hops, sizeof(hops));
        at += sizeof(head) + sizeof(hops);
        memset(at, 'r', ruri_len);
        snprintf((char *)at + ruri_len, 16, "<r>h:%03u\r\n", n % 1000);
        dp_forward_read(f, rec, 7);
        return f;
}

static struct dp_key key(unsigned n)
{
        return (struct dp_key){{n * UINT64_C(0x9e3779b97f4a7c15) + 1, n}};
}

static void assert_is(const struct dp_forward *f, unsigned n, size_t ruri_len)
{
        char headers[16];

        assert_non_null(f);
        assert_int_equal(f->head.hop_cnt, 2);
        assert_int_equal(dp_forward_hops(f)[0].port, (uint16_t)n);
        assert_int_equal(dp_forward_hops(f)[1].port, (uint16_t)(n + 1));
        assert_int_equal(f->head.ruri_len, ruri_len);
        assert_memory_equal(dp_forward_route(f), "<r>", 3);
        assert_int_equal(f->headers_len, 7);
        snprintf(headers, sizeof(headers), "h:%03u\r\n", n % 1000);
        assert_memory_equal(dp_forward_headers(f), headers, 7);
        if (ruri_len != 0)
                assert_int_equal(dp_forward_ruri(f)[ruri_len - 1], 'r');
}

static void found_as_put(void **state)
{
        struct dp_forwards *t = dp_forwards_create(ENTRIES);
        struct dp_key k = key(7), none = {{0, 0}};

        (void)state;
        assert_null(dp_forwards_get(t, &k));
        assert_true(dp_forwards_put(t, &k, target(7, 20)));
        assert_is(dp_forwards_get(t, &k), 7, 20);
        assert_true(dp_forwards_put(t, &k, target(8, 0)));
        assert_is(dp_forwards_get(t, &k), 8, 0);
        assert_false(dp_forwards_put(t, &none, target(9, 0)));
        assert_null(dp_forwards_get(t, &none));
        dp_forwards_flush(t);
        assert_null(dp_forwards_get(t, &k));
        dp_forwards_destroy(t);
}

/* One that is too long leaves nothing, least of all the old one. */
static void too_long(void **state)
{
        struct dp_forwards *t = dp_forwards_create(ENTRIES);
        struct dp_key k = key(7);
        size_t fits = DP_FORWARD_SLOT_BYTES - 32 - sizeof(struct dp_forward) -
                      2 * sizeof(struct shm_hop) - 10;

        (void)state;
        assert_true(dp_forwards_put(t, &k, target(1, fits)));
        assert_is(dp_forwards_get(t, &k), 1, fits);
        assert_false(dp_forwards_put(t, &k, target(2, fits + 1)));
        assert_null(dp_forwards_get(t, &k));
        dp_forwards_destroy(t);
}

/* More than there is room for: what is found is right, the newest is there, and a table that is not
 * over-full in any set loses nothing. */
static void many(void **state)
{
        struct dp_forwards *t = dp_forwards_create(ENTRIES);
        unsigned found = 0;

        (void)state;
        for (unsigned n = 1; n <= 100 * ENTRIES; n++) {
                struct dp_key k = key(n);

                assert_true(dp_forwards_put(t, &k, target(n, n % 200)));
                assert_is(dp_forwards_get(t, &k), n, n % 200);
        }
        for (unsigned n = 1; n <= 100 * ENTRIES; n++) {
                struct dp_key k = key(n);
                const struct dp_forward *f = dp_forwards_get(t, &k);

                if (f != NULL) {
                        assert_is(f, n, n % 200);
                        found++;
                }
        }
        assert_int_equal(found, ENTRIES);
        dp_forwards_destroy(t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(found_as_put),
            cmocka_unit_test(too_long),
            cmocka_unit_test(many),
        };

        assert_null(dp_forwards_create(0));
        assert_null(dp_forwards_create(DP_FORWARD_ENTRIES_MAX + 1));
        return cmocka_run_group_tests(tests, NULL, NULL);
}
