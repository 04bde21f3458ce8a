/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rendezvous.c - the hop of a call: shares as the weights say, whatever the order, and when a
 * hop goes or another weighs more no call moves but to or from it.
 */
#include <math.h>
#include <netinet/in.h>

#include "dataplane/edge/rendezvous.h"
#include "tests/dataplane/edge/proxy_world.h"

#define CALLS 20000u

static const struct dp_siphash_key key = {{1, 2}};

static const struct sip_msg *call(unsigned n)
{
        static struct sip_msg m;
        static char id[32];

        m.buf = (const uint8_t *)id;
        m.call_id.len = (uint16_t)snprintf(id, sizeof(id), "call-%u@h", n);
        return &m;
}

static struct shm_hop hop(unsigned n, uint16_t weight)
{
        struct dp_proxy_addr a = addr("198.51.100.0", (uint16_t)(5060 + n % 2));
        struct shm_hop h = {.port = a.port, .weight = weight, .ip_proto = IPPROTO_UDP};

        a.ip.b[15] = (uint8_t)n;
        h.ip = a.ip;
        return h;
}

static void shares(void **state)
{
        static const uint16_t weights[] = {1, 2, 3, 10, 100, 84};
        struct shm_hop hops[6], turned[6];
        unsigned got[6] = {0};

        (void)state;
        for (unsigned i = 0; i < 6; i++)
                hops[i] = turned[5 - i] = hop(i, weights[i]);
        for (unsigned n = 0; n < CALLS; n++) {
                unsigned at = dp_rendezvous(&key, call(n), hops, 6);

                assert_int_equal(dp_rendezvous(&key, call(n), turned, 6), 5 - at);
                got[at]++;
        }
        for (unsigned i = 0; i < 6; i++) {
                double p = weights[i] / 200.0, want = CALLS * p;

                if (fabs(got[i] - want) > 5 * sqrt(want * (1 - p)))
                        fail_msg("hop %u has %u of %u calls, not %g", i, got[i], CALLS, want);
        }
        assert_int_equal(dp_rendezvous(&key, call(1), hops, 1), 0);
}

static void only_its_own_move(void **state)
{
        struct shm_hop hops[4] = {hop(0, 5), hop(1, 5), hop(2, 10), hop(3, 1)}, more[4];
        unsigned left = 0;

        (void)state;
        memcpy(more, hops, sizeof(more));
        more[3].weight = 20;
        for (unsigned n = 0; n < CALLS; n++) {
                unsigned before = dp_rendezvous(&key, call(n), hops, 4);
                unsigned without = dp_rendezvous(&key, call(n), hops, 3);
                unsigned heavier = dp_rendezvous(&key, call(n), more, 4);

                assert_true(before == 3 || without == before);
                assert_true(heavier == 3 || heavier == before);
                left += before == 3;
        }
        assert_true(left > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(shares),
                                           cmocka_unit_test(only_its_own_move)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
