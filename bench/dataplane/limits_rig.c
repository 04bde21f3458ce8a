/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/limits_rig.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_prefetch.h>

#include "dataplane/state/limits.h"
#include "dataplane/state/source.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

struct limits_rig {
        struct dp_limits *limits;
        uint32_t keys;
        uint64_t now_ns;
        uint64_t random;
        uint8_t *memory;
        size_t memory_bytes;
        struct dp_rate rate;
};

/* splitmix64: the n-th key again and again without a list of keys, which would be memory too */
static uint64_t mix(uint64_t z)
{
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

static struct dp_key key_of(uint32_t n)
{
        return (struct dp_key){{mix(2 * (uint64_t)n + 1), mix(2 * (uint64_t)n + 2)}};
}

static struct dp_limit_claim claim_of(const struct limits_rig *r, uint32_t n)
{
        const struct dp_key key = key_of(n);

        return dp_limits_claim(r->limits, &key, &r->rate, 0);
}

struct limits_rig *limits_rig_create(uint32_t keys)
{
        struct limits_rig *r = calloc(1, sizeof(*r));

        if (r == NULL)
                return NULL;
        r->keys = keys;
        r->now_ns = START;
        /* every key stays live, and none is ever over: an event advances its word by 1 us */
        r->rate = (struct dp_rate){1000, DP_RATE_NS_MAX};
        r->limits = dp_limits_create(keys);
        r->memory_bytes = (size_t)keys * DP_LIMITS_KEY_BYTES;
        r->memory =
            mmap(NULL, r->memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (r->memory == MAP_FAILED)
                r->memory = NULL;
        if (r->limits == NULL || r->memory == NULL) {
                limits_rig_destroy(r);
                return NULL;
        }
        (void)madvise(r->memory, r->memory_bytes, MADV_HUGEPAGE);
        memset(r->memory, 1, r->memory_bytes);
        for (uint32_t n = 0; n < keys; n++) {
                struct dp_limit_claim c = claim_of(r, n);

                (void)dp_limits_charge(r->limits, &c, r->now_ns);
        }
        return r;
}

void limits_rig_destroy(struct limits_rig *r)
{
        dp_limits_destroy(r->limits);
        if (r->memory != NULL)
                munmap(r->memory, r->memory_bytes);
        free(r);
}

static uint32_t next(struct limits_rig *r)
{
        return (uint32_t)((mix(++r->random) >> 32) * r->keys >> 32);
}

unsigned limits_rig_charge(struct limits_rig *r, bool ahead)
{
        struct dp_limit_claim claims[LIMITS_RIG_BURST];
        unsigned admitted = 0;

        for (unsigned i = 0; i < LIMITS_RIG_BURST; i++) {
                claims[i] = claim_of(r, next(r));
                if (ahead)
                        dp_limits_prefetch(&claims[i]);
        }
        for (unsigned i = 0; i < LIMITS_RIG_BURST; i++)
                admitted += dp_limits_charge(r->limits, &claims[i], r->now_ns) == DP_LIMIT_OK;
        return admitted;
}

uint64_t limits_rig_read(struct limits_rig *r, bool ahead)
{
        const uint8_t *at[LIMITS_RIG_BURST];
        uint64_t sum = 0;

        for (unsigned i = 0; i < LIMITS_RIG_BURST; i++) {
                at[i] = r->memory + next(r) * (size_t)DP_LIMITS_KEY_BYTES;
                if (ahead)
                        rte_prefetch0(at[i]);
        }
        for (unsigned i = 0; i < LIMITS_RIG_BURST; i++) /* each waits for the one before it */
                sum += at[i][sum & 1u ? 1 : 0];
        return sum;
}

uint64_t limits_rig_keys(struct limits_rig *r)
{
        const struct dp_siphash_key key = {{1, 2}};
        uint64_t sum = 0;

        for (unsigned i = 0; i < LIMITS_RIG_BURST; i++) {
                struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};
                struct dp_source s;
                uint32_t host = next(r);

                memcpy(ip.b + 12, &host, sizeof(host));
                dp_source_of(&key, &ip, 5060, &s);
                sum += s.endpoint.w[0] ^ s.address.w[0];
        }
        return sum;
}
