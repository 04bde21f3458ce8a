/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/blocklist.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>

#define TOP_BITS  16u
#define TOP_CNT   (1u << TOP_BITS)
#define V4_PREFIX 96u /* ::ffff:0:0/96 */

/* An IPv6 address as a number; octet 0 is its highest. */
#define addr128 unsigned __int128

/* list[i] is the answer from at[i] up to at[i + 1]; below at[0] it is "none". */
struct dp_blocklist {
        uint32_t cnt4;
        uint32_t cnt6;
        uint32_t *at4;
        uint16_t *list4;
        addr128 *at6;
        uint16_t *list6;
        uint32_t top[TOP_CNT + 1]; /* the first boundary of at4 at or above this upper half */
};

/* ---- making one ---- */

static addr128 number(const struct shm_ip *ip)
{
        uint64_t half[2];

        memcpy(half, ip->b, sizeof(half));
        return (addr128)rte_be_to_cpu_64(half[0]) << 64 | rte_be_to_cpu_64(half[1]);
}

static addr128 host_mask(unsigned prefix_len)
{
        return prefix_len == 0 ? ~(addr128)0 : ~(addr128)0 >> (prefix_len - 1) >> 1;
}

struct range {
        addr128 first;
        addr128 last;
        uint32_t place; /* in the input */
        uint16_t list;
};

/* By address; outer before inner; of equal ones the first named comes last, so that it decides. */
static int range_cmp(const void *pa, const void *pb)
{
        const struct range *a = pa;
        const struct range *b = pb;

        if (a->first != b->first)
                return a->first < b->first ? -1 : 1;
        if (a->last != b->last)
                return a->last > b->last ? -1 : 1;
        return a->place > b->place ? -1 : 1;
}

/* Boundaries as they are found, in order. */
struct edges {
        addr128 *at;
        uint16_t *list;
        uint32_t cnt;
};

static void edge(struct edges *e, addr128 at, uint16_t list)
{
        if (e->cnt != 0 && e->at[e->cnt - 1] == at)
                e->cnt--; /* nothing lies between them */
        if (list == (e->cnt == 0 ? 0 : e->list[e->cnt - 1]))
                return;
        e->at[e->cnt] = at;
        e->list[e->cnt++] = list;
}

/* Prefixes nest or are apart, never cross: a stack of the open ones, one a length at most once the
 * equal ones are left out. */
static void flatten(const struct range *r, size_t n, struct edges *e)
{
        const struct range *open[130];
        unsigned depth = 0;

        for (size_t i = 0; i <= n; i++) {
                while (depth != 0 && (i == n || open[depth - 1]->last < r[i].first)) {
                        addr128 past = open[--depth]->last + 1;

                        if (past != 0) /* 0: there is no address behind it */
                                edge(e, past, depth == 0 ? 0 : open[depth - 1]->list);
                }
                if (i == n)
                        break;
                if (depth != 0 && open[depth - 1]->last == r[i].last &&
                    open[depth - 1]->first == r[i].first)
                        depth--;
                open[depth++] = &r[i];
                edge(e, r[i].first, r[i].list);
        }
}

static bool is_mapped(const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

        return memcmp(ip->b, mapped, sizeof(mapped)) == 0;
}

static void edges_destroy(struct edges *e)
{
        free(e->at);
        free(e->list);
}

/* The boundaries of one family. 0 or -ENOMEM; edges_destroy() either way. */
static int edges_create(const struct shm_blocklist_prefix *p, size_t n, bool v4, struct edges *e)
{
        struct range *r = malloc((n + 1) * sizeof(*r));
        size_t cnt = 0;

        if (r == NULL)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                addr128 host = host_mask(p[i].prefix_len);
                addr128 first = number(&p[i].ip) & ~host;

                if ((is_mapped(&p[i].ip) && p[i].prefix_len >= V4_PREFIX) != v4)
                        continue;
                r[cnt++] = (struct range){first, first | host, (uint32_t)i, p[i].list};
        }
        qsort(r, cnt, sizeof(*r), range_cmp);
        e->at = malloc((2 * cnt + 1) * sizeof(*e->at));
        e->list = malloc((2 * cnt + 1) * sizeof(*e->list));
        if (e->at != NULL && e->list != NULL)
                flatten(r, cnt, e);
        free(r);
        return e->at == NULL || e->list == NULL ? -ENOMEM : 0;
}

/* The last boundary of IPv4 may lie behind 255.255.255.255, where nobody asks. */
static int v4_create(struct dp_blocklist *b, struct edges *e)
{
        if (e->cnt != 0 && (e->at[e->cnt - 1] >> 32) != 0xffff)
                e->cnt--;
        b->cnt4 = e->cnt;
        b->list4 = e->list;
        e->list = NULL;
        b->at4 = malloc((e->cnt + 1u) * sizeof(*b->at4));
        if (b->at4 == NULL)
                return -ENOMEM;
        for (uint32_t i = 0; i < e->cnt; i++)
                b->at4[i] = (uint32_t)e->at[i];
        for (uint32_t i = 0, t = 0; t <= TOP_CNT; t++) {
                while (i < e->cnt && b->at4[i] >> (32 - TOP_BITS) < t)
                        i++;
                b->top[t] = i;
        }
        return 0;
}

static int tables_create(struct dp_blocklist *b, const struct shm_blocklist_prefix *p, size_t n)
{
        struct edges e4 = {0};
        struct edges e6 = {0};
        int rc = edges_create(p, n, true, &e4);

        if (rc == 0)
                rc = v4_create(b, &e4);
        if (rc == 0)
                rc = edges_create(p, n, false, &e6);
        if (rc == 0) {
                b->cnt6 = e6.cnt;
                b->at6 = e6.at;
                b->list6 = e6.list;
                e6 = (struct edges){0};
        }
        edges_destroy(&e4);
        edges_destroy(&e6);
        return rc;
}

int dp_blocklist_create(struct dp_blocklist **out, const struct shm_blocklist_prefix *p, size_t n,
                        size_t *bad)
{
        struct dp_blocklist *b;
        int rc;

        for (size_t i = 0; i < n; i++) {
                if (p[i].prefix_len > 128 || p[i].list == 0 || i >= SHM_BLOCKLIST_PREFIXES_MAX) {
                        *bad = i;
                        return -EINVAL;
                }
        }
        b = calloc(1, sizeof(*b));
        if (b == NULL)
                return -ENOMEM;
        rc = tables_create(b, p, n);
        if (rc != 0) {
                dp_blocklist_destroy(b);
                return rc;
        }
        *out = b;
        return 0;
}

void dp_blocklist_destroy(struct dp_blocklist *b)
{
        if (b == NULL)
                return;
        free(b->at4);
        free(b->list4);
        free(b->at6);
        free(b->list6);
        free(b);
}

/* ---- asking it ---- */

static uint32_t v4_number(const struct shm_ip *ip)
{
        uint32_t a;

        memcpy(&a, ip->b + 12, sizeof(a));
        return rte_be_to_cpu_32(a);
}

/* Boundaries at or below the address, from those of its upper half. */
static uint32_t v4_rank(const struct dp_blocklist *b, uint32_t a)
{
        uint32_t from = b->top[a >> (32 - TOP_BITS)];
        uint32_t n = b->top[(a >> (32 - TOP_BITS)) + 1] - from;

        while (n != 0) {
                uint32_t half = n / 2;

                if (b->at4[from + half] <= a) {
                        from += half + 1;
                        n -= half + 1;
                } else {
                        n = half;
                }
        }
        return from;
}

/* Addresses of one family in a burst. */
struct v4_walk {
        uint32_t a[DP_BLOCKLIST_BURST];
        uint32_t who[DP_BLOCKLIST_BURST];
        uint32_t cnt;
};

struct v6_walk {
        addr128 a[DP_BLOCKLIST_BURST];
        uint32_t base[DP_BLOCKLIST_BURST]; /* boundaries below are known to be at or below a */
        uint32_t who[DP_BLOCKLIST_BURST];
        uint32_t cnt;
};

/* First where each one's part begins, then its first boundary, is asked for on behalf of all. */
static void v4_run(const struct dp_blocklist *b, const struct v4_walk *w, uint16_t *list)
{
        for (uint32_t i = 0; i < w->cnt; i++)
                __builtin_prefetch(&b->top[w->a[i] >> (32 - TOP_BITS)]);
        for (uint32_t i = 0; i < w->cnt; i++)
                __builtin_prefetch(&b->at4[b->top[w->a[i] >> (32 - TOP_BITS)]]);
        for (uint32_t i = 0; i < w->cnt; i++) {
                uint32_t rank = v4_rank(b, w->a[i]);

                list[w->who[i]] = rank == 0 ? 0 : b->list4[rank - 1];
        }
}

/* Everybody halves at once: the lines of all are on their way before the first is read. */
static void v6_run(const struct dp_blocklist *b, struct v6_walk *w, uint16_t *list)
{
        uint32_t n = b->cnt6;

        while (n != 0) {
                uint32_t half = n / 2;

                for (uint32_t i = 0; i < w->cnt; i++)
                        __builtin_prefetch(&b->at6[w->base[i] + half]);
                for (uint32_t i = 0; i < w->cnt; i++)
                        w->base[i] += b->at6[w->base[i] + half] <= w->a[i] ? n - half : 0;
                n = half;
        }
        for (uint32_t i = 0; i < w->cnt; i++)
                list[w->who[i]] = w->base[i] == 0 ? 0 : b->list6[w->base[i] - 1];
}

void dp_blocklist_lookup(const struct dp_blocklist *b, const struct shm_ip *const *ip, uint32_t n,
                         uint16_t *list)
{
        struct v4_walk v4;
        struct v6_walk v6;

        v4.cnt = v6.cnt = 0;
        for (uint32_t i = 0; i < n; i++) {
                if (is_mapped(ip[i])) {
                        v4.a[v4.cnt] = v4_number(ip[i]);
                        v4.who[v4.cnt++] = i;
                } else {
                        v6.a[v6.cnt] = number(ip[i]);
                        v6.base[v6.cnt] = 0;
                        v6.who[v6.cnt++] = i;
                }
        }
        v4_run(b, &v4, list);
        v6_run(b, &v6, list);
}

size_t dp_blocklist_boundaries(const struct dp_blocklist *b)
{
        return (size_t)b->cnt4 + b->cnt6;
}

size_t dp_blocklist_bytes(const struct dp_blocklist *b)
{
        return sizeof(*b) + b->cnt4 * (sizeof(*b->at4) + sizeof(*b->list4)) +
               b->cnt6 * (sizeof(*b->at6) + sizeof(*b->list6));
}
