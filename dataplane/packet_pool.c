/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/packet_pool.h"

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

struct rte_mempool *dp_pool_side_by_side(const char *name, uint32_t buffer_cnt, uint32_t cache)
{
        struct rte_mempool *pool = rte_mempool_create_empty(
            name, buffer_cnt, sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE, cache,
            sizeof(struct rte_pktmbuf_pool_private), (int)rte_socket_id(),
            RTE_MEMPOOL_F_NO_IOVA_CONTIG);
        int rc;

        if (pool == NULL)
                return NULL;
        rte_pktmbuf_pool_init(pool, NULL);
        rc = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL);
        if (rc == 0)
                rc = rte_mempool_populate_default(pool);
        if (rc < 0) {
                rte_mempool_free(pool);
                rte_errno = -rc;
                return NULL;
        }
        rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
        return pool;
}
