/* SPDX-License-Identifier: Apache-2.0 */
/* Text of addresses, ports and digits, beside what the C library says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "dataplane/edge/ip_text.h"
#include "dataplane/edge/net.h"

static uint64_t state;

static uint64_t next(void)
{
        state += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = state;

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

/* Groups are often zero, and often have fewer than four digits. */
static struct shm_ip random_ip(bool v4)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};

        if (v4) {
                uint32_t a = (uint32_t)next();

                memcpy(ip.b + 12, &a, sizeof(a));
                return ip;
        }
        for (unsigned i = 0; i < 16; i += 2) {
                uint64_t r = next();
                uint32_t g = (r & 3) == 0 ? 0 : (uint32_t)(r >> 32 & 0xffff) >> (r >> 8 & 12);

                ip.b[i] = (uint8_t)(g >> 8);
                ip.b[i + 1] = (uint8_t)g;
        }
        return ip;
}

static void check_ip(const struct shm_ip *ip)
{
        bool v4 = dp_ip_is_v4(ip);
        char mine[DP_IP_TEXT_CHARS_MAX + 1], theirs[INET6_ADDRSTRLEN];
        struct shm_ip back = *ip;
        size_t len = dp_ip_text(ip, mine);

        assert_in_range(len, 1, DP_IP_TEXT_CHARS_MAX);
        mine[len] = '\0';
        assert_non_null(
            inet_ntop(v4 ? AF_INET : AF_INET6, ip->b + (v4 ? 12 : 0), theirs, sizeof(theirs)));
        if (v4 || strchr(theirs, '.') == NULL) /* there IPv4 is written inside of IPv6 */
                assert_string_equal(mine, theirs);
        memset(back.b + (v4 ? 12 : 0), 0x5a, v4 ? 4 : 16);
        assert_int_equal(inet_pton(v4 ? AF_INET : AF_INET6, mine, back.b + (v4 ? 12 : 0)), 1);
        assert_memory_equal(back.b, ip->b, sizeof(back.b));
}

static void test_addresses(void **unused)
{
        static const char *const rows[] = {
            "::",
            "::1",
            "1::",
            "fe80::1",
            "1:0:0:2::",
            "0:1::",
            "1:0:2:3:4:5:6:7",
            "1::2:0:0:3",
            "0:0:1::",
            "2001:db8::a:b",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "::192.0.2.1",
            "a:0:b:0:c:0:d:0",
        };

        (void)unused;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct shm_ip ip;

                assert_int_equal(inet_pton(AF_INET6, rows[i], ip.b), 1);
                check_ip(&ip);
        }
        for (unsigned i = 0; i < 200000; i++) {
                struct shm_ip ip = random_ip((i & 1) != 0);

                check_ip(&ip);
        }
        for (unsigned i = 0; i < 256; i++) { /* each number in each place */
                struct shm_ip ip = {{[10] = 0xff,
                                     [11] = 0xff,
                                     (uint8_t)i,
                                     (uint8_t)(i + 64),
                                     (uint8_t)(i + 128),
                                     (uint8_t)(i + 192)}};

                check_ip(&ip);
        }
}

static void test_ports(void **unused)
{
        (void)unused;
        for (unsigned i = 0; i <= UINT16_MAX; i++) {
                char mine[DP_PORT_TEXT_CHARS_MAX + 1], theirs[16];

                mine[dp_port_text((uint16_t)i, mine)] = '\0';
                snprintf(theirs, sizeof(theirs), "%u", i);
                assert_string_equal(mine, theirs);
        }
}

static void test_digits(void **unused)
{
        (void)unused;
        for (unsigned i = 0; i < 100000; i++) {
                uint64_t v = i < 64 ? UINT64_C(1) << i : next();
                char mine[17], theirs[17];

                dp_hex_text(v, mine);
                mine[16] = '\0';
                snprintf(theirs, sizeof(theirs), "%016llx", (unsigned long long)v);
                assert_string_equal(mine, theirs);
        }
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_addresses),
            cmocka_unit_test(test_ports),
            cmocka_unit_test(test_digits),
        };

        state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
        printf("seed %llu\n", (unsigned long long)state);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
