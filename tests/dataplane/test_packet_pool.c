/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers for net_af_xdp: side by side, and as good as any others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "dataplane/packet_pool.h"
#include "tests/dataplane/chain.h"

#define BUFFERS 5000u

struct extent {
        uintptr_t low, high;
        uint32_t cnt;
};

static void widen(struct rte_mempool *pool, void *ctx, void *obj, unsigned i)
{
        struct extent *e = ctx;
        uintptr_t at = (uintptr_t)obj;

        (void)pool;
        (void)i;
        e->low = e->cnt == 0 || at < e->low ? at : e->low;
        e->high = at > e->high ? at : e->high;
        e->cnt++;
}

static uintptr_t between_first_and_last(struct rte_mempool *pool)
{
        struct extent e = {0};

        rte_mempool_obj_iter(pool, widen, &e);
        assert_int_equal(e.cnt, BUFFERS);
        return e.high - e.low;
}

static void buffers_lie_side_by_side(void **state)
{
        struct rte_mempool *pool = dp_pool_side_by_side("side_by_side", BUFFERS, 64);
        struct rte_mempool *usual =
            rte_pktmbuf_pool_create("usual", BUFFERS, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
        struct rte_mempool_objsz size;
        size_t each;

        (void)state;
        assert_non_null(pool);
        assert_non_null(usual);
        each = rte_mempool_calc_obj_size(pool->elt_size, pool->flags, &size);
        assert_int_equal(pool->nb_mem_chunks, 1);
        assert_int_equal(between_first_and_last(pool), (BUFFERS - 1) * each);
        printf("%u buffers: %zu octets side by side, %zu as usual\n", BUFFERS,
               (size_t)between_first_and_last(pool), (size_t)between_first_and_last(usual));
        rte_mempool_free(pool);
        rte_mempool_free(usual);
}

static void each_is_a_buffer(void **state)
{
        static struct rte_mbuf *all[BUFFERS];
        struct rte_mempool *pool = dp_pool_side_by_side("each", BUFFERS, 0);

        (void)state;
        assert_non_null(pool);
        for (uint32_t i = 0; i < BUFFERS; i++) {
                all[i] = rte_pktmbuf_alloc(pool);
                assert_non_null(all[i]);
                assert_int_equal(all[i]->buf_len, RTE_MBUF_DEFAULT_BUF_SIZE);
                assert_int_equal(rte_pktmbuf_headroom(all[i]), RTE_PKTMBUF_HEADROOM);
                assert_non_null(rte_pktmbuf_append(all[i], 1500));
        }
        assert_null(rte_pktmbuf_alloc(pool));
        rte_pktmbuf_free_bulk(all, BUFFERS);
        assert_int_equal(rte_mempool_avail_count(pool), BUFFERS);
        rte_mempool_free(pool);
}

static void no_memory_is_told(void **state)
{
        (void)state;
        assert_null(dp_pool_side_by_side("too_many", 100000000, 0));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(buffers_lie_side_by_side),
            cmocka_unit_test(each_is_a_buffer),
            cmocka_unit_test(no_memory_is_told),
        };

        chain_eal_start("test_packet_pool");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
