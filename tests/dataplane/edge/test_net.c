/* SPDX-License-Identifier: Apache-2.0 */
/* Which side and neighbour lead to an address, and which addresses are ours or nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "dataplane/edge/net.h"

static struct shm_ip ip(const char *text)
{
        struct shm_ip a = {{[10] = 0xff, [11] = 0xff}};

        if (inet_pton(AF_INET, text, a.b + 12) != 1)
                assert_int_equal(inet_pton(AF_INET6, text, a.b), 1);
        return a;
}

static struct dp_edge_prefix prefix(const char *text, uint8_t len)
{
        return (struct dp_edge_prefix){ip(text), len};
}

static struct dp_edge_net world(void)
{
        struct dp_edge_net net = {.side_cnt = 2};
        struct dp_edge_side *out = &net.side[0], *in = &net.side[1];

        out->address[out->address_cnt++] = prefix("198.51.100.1", 96 + 24);
        out->address[out->address_cnt++] = prefix("2001:db8:1::1", 64);
        out->address[out->address_cnt++] = prefix("198.51.100.65", 96 + 26);
        out->gateway4 = ip("198.51.100.254");
        out->has_gateway4 = true;
        out->gateway6 = ip("fe80::1");
        out->has_gateway6 = true;
        in->address[in->address_cnt++] = prefix("10.1.0.1", 96 + 31);
        in->gateway4 = ip("10.1.0.0");
        in->has_gateway4 = true;
        in->network[in->network_cnt++] = prefix("10.0.0.0", 96 + 8);
        dp_edge_net_mac(out, (const uint8_t[]){0x02, 0, 0, 0, 0, 1}, 1500);
        dp_edge_net_mac(in, (const uint8_t[]){0x02, 0, 0, 0, 0, 2}, 9000);
        return net;
}

struct row {
        const char *to;
        const char *neighbour; /* NULL: reason */
        const char *from;
        unsigned side;
        enum shm_reason reason;
};

static void paths(void **state)
{
        static const struct row rows[] = {
            {"198.51.100.7", "198.51.100.7", "198.51.100.1", 0, SHM_REASON_NONE},
            {"198.51.100.70", "198.51.100.70", "198.51.100.65", 0, SHM_REASON_NONE},
            {"203.0.113.9", "198.51.100.254", "198.51.100.1", 0, SHM_REASON_NONE},
            {"10.200.1.1", "10.1.0.0", "10.1.0.1", 1, SHM_REASON_NONE},
            {"10.1.0.0", "10.1.0.0", "10.1.0.1", 1, SHM_REASON_NONE},
            {"2001:db8:1::77", "2001:db8:1::77", "2001:db8:1::1", 0, SHM_REASON_NONE},
            {"2001:db8:2::77", "fe80::1", "2001:db8:1::1", 0, SHM_REASON_NONE},
            {"198.51.100.1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"10.1.0.1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"fe80::ff:fe00:1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"198.51.100.255", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"198.51.100.0", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"198.51.100.127", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"0.0.0.0", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"127.0.0.1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"224.0.1.75", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"255.255.255.255", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"::", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"::1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
            {"ff02::1", NULL, NULL, 0, SHM_REASON_HOP_FORBIDDEN},
        };
        const struct dp_edge_net net = world();

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct shm_ip to = ip(rows[i].to);
                struct dp_edge_path path;

                print_message("%s\n", rows[i].to);
                assert_int_equal(dp_edge_net_path(&net, &to, &path), rows[i].reason);
                if (rows[i].neighbour == NULL)
                        continue;
                struct shm_ip neighbour = ip(rows[i].neighbour), from = ip(rows[i].from);

                assert_memory_equal(&path.neighbour, &neighbour, sizeof(neighbour));
                assert_memory_equal(&path.from, &from, sizeof(from));
                assert_int_equal(path.side, rows[i].side);
                assert_int_equal(path.ip_bytes_max, rows[i].side == 0 ? 1500 : 9000);
        }
}

static void no_way(void **state)
{
        struct dp_edge_net net = world();
        struct shm_ip far4 = ip("203.0.113.9"), far6 = ip("2001:db8:9::1");
        struct dp_edge_path path;

        (void)state;
        net.side[0].has_gateway4 = false;
        /* the inside's gateway is better than none */
        assert_int_equal(dp_edge_net_path(&net, &far4, &path), SHM_REASON_NONE);
        assert_int_equal(path.side, 1);
        net.side[1].has_gateway4 = false;
        assert_int_equal(dp_edge_net_path(&net, &far4, &path), SHM_REASON_HOP_UNREACHABLE);
        net.side[0].has_gateway6 = false;
        assert_int_equal(dp_edge_net_path(&net, &far6, &path), SHM_REASON_HOP_UNREACHABLE);
}

static void owned(void **state)
{
        const struct dp_edge_net net = world();
        struct shm_ip mine = ip("198.51.100.1"), local = ip("fe80::ff:fe00:1"),
                      inner = ip("10.1.0.1");

        (void)state;
        assert_true(dp_edge_net_owns(&net.side[0], &mine));
        assert_true(dp_edge_net_owns(&net.side[0], &local));
        assert_false(dp_edge_net_owns(&net.side[0], &inner));
        assert_true(dp_edge_net_owns(&net.side[1], &inner));
        assert_false(dp_edge_net_owns(&net.side[1], &local)); /* it has no IPv6 */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(paths),
            cmocka_unit_test(no_way),
            cmocka_unit_test(owned),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
