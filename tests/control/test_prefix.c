/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/prefix.h"
#include "control/prefix_map.h"

static void test_text(void **state)
{
        static const struct {
                const char *in;
                const char *out; /* NULL = refused */
                unsigned len;
        } rows[] = {
            {"192.0.2.7", "192.0.2.7", 128},
            {"192.0.2.7/32", "192.0.2.7", 128},
            {"192.0.2.7/24", "192.0.2.0/24", 120},
            {"0.0.0.0/0", "0.0.0.0/0", 96},
            {"255.255.255.255/1", "128.0.0.0/1", 97},
            {"2001:db8::1", "2001:db8::1", 128},
            {"2001:db8:ffff::/33", "2001:db8:8000::/33", 33},
            {"::/0", "::/0", 0},
            {"::ffff:192.0.2.1", "192.0.2.1", 128},
            {"::ffff:192.0.2.0/120", "192.0.2.0/24", 120},
            {"", NULL, 0},
            {"192.0.2", NULL, 0},
            {"192.0.2.1/33", NULL, 0},
            {"192.0.2.1/", NULL, 0},
            {"192.0.2.1/-1", NULL, 0},
            {"192.0.2.1/+8", NULL, 0},
            {"192.0.2.1/ 8", NULL, 0},
            {"192.0.2.1/0x8", NULL, 0},
            {"192.0.2.1/8/8", NULL, 0},
            {"2001:db8::/129", NULL, 0},
            {"2001:db8::/99999999999", NULL, 0},
            {"example.com", NULL, 0},
            {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct cp_prefix p;
                char text[CP_PREFIX_TEXT_BYTES];
                int rc = cp_prefix_parse(rows[i].in, &p);

                print_message("%s\n", rows[i].in);
                if (rows[i].out == NULL) {
                        assert_int_equal(rc, -EINVAL);
                        continue;
                }
                assert_int_equal(rc, 0);
                assert_int_equal(p.len, rows[i].len);
                assert_string_equal(cp_prefix_print(&p, text), rows[i].out);
        }
}

static bool matches(const char *prefix, const char *ip)
{
        struct cp_prefix p;
        struct cp_prefix a;

        assert_int_equal(cp_prefix_parse(prefix, &p), 0);
        assert_int_equal(cp_prefix_parse(ip, &a), 0);
        return cp_prefix_match(&p, &a.ip);
}

static void test_match(void **state)
{
        (void)state;
        assert_true(matches("192.0.2.0/24", "192.0.2.255"));
        assert_false(matches("192.0.2.0/24", "192.0.3.0"));
        assert_true(matches("192.0.2.128/25", "192.0.2.129"));
        assert_false(matches("192.0.2.128/25", "192.0.2.127"));
        assert_true(matches("0.0.0.0/0", "8.8.8.8"));
        assert_false(matches("0.0.0.0/0", "2001:db8::1"));
        assert_true(matches("::/0", "2001:db8::1"));
        assert_false(matches("::/0", "8.8.8.8"));
        assert_true(matches("2001:db8::/32", "2001:db8:ffff::"));
        assert_false(matches("2001:db8::/32", "2001:db9::"));
}

static unsigned rnd(unsigned n)
{
        return (unsigned)rand() % n;
}

/* Few distinct bits, so that prefixes overlap often. */
static struct cp_prefix random_prefix(bool v4)
{
        struct cp_prefix p = {0};

        if (v4) {
                p.ip.b[10] = p.ip.b[11] = 0xff;
                p.ip.b[12] = (uint8_t)(rnd(2) ? 10 : 192);
                p.ip.b[15] = (uint8_t)rnd(8);
                p.len = (uint8_t)(96 + rnd(33));
        } else {
                p.ip.b[0] = (uint8_t)(rnd(2) ? 0x20 : 0);
                p.ip.b[15] = (uint8_t)rnd(8);
                p.len = (uint8_t)rnd(129);
        }
        cp_ip_mask(&p.ip, p.len);
        return p;
}

static void test_split_means_the_same(void **state)
{
        (void)state;
        for (unsigned round = 0; round < 2000; round++) {
                struct cp_prefix p = random_prefix(rnd(2));
                struct cp_prefix part[96];
                size_t n = cp_prefix_split(&p, part);

                assert_true(n >= 1 && n <= 96);
                for (unsigned k = 0; k < 20; k++) {
                        struct cp_prefix a = random_prefix(rnd(2));
                        unsigned hits = 0;

                        for (size_t i = 0; i < n; i++) {
                                struct shm_ip masked = a.ip; /* as a table that knows no IPv4 */

                                cp_ip_mask(&masked, part[i].len);
                                hits += memcmp(&masked, &part[i].ip, sizeof(masked)) == 0;
                        }
                        assert_int_equal(hits, cp_prefix_match(&p, &a.ip));
                }
        }
}

#define MODEL 300

/* The map against a plain array. */
static void test_map_against_model(void **state)
{
        struct cp_prefix model[MODEL];
        int value[MODEL];
        bool there[MODEL] = {false};
        struct cp_prefix_map map = {0};
        size_t cnt = 0;

        (void)state;
        for (unsigned i = 0; i < MODEL; i++)
                model[i] = random_prefix(rnd(2));
        for (unsigned round = 0; round < 50000; round++) {
                unsigned i = rnd(MODEL);
                bool twin = false;

                for (unsigned k = 0; k < MODEL; k++) /* equal prefixes: keep the first only */
                        twin |= k < i && memcmp(&model[k], &model[i], sizeof(model[i])) == 0;
                if (twin)
                        continue;
                if (rnd(2)) {
                        assert_int_equal(cp_prefix_map_put(&map, &model[i], &value[i], NULL), 0);
                        cnt += !there[i];
                        there[i] = true;
                } else {
                        assert_ptr_equal(cp_prefix_map_del(&map, &model[i]),
                                         there[i] ? &value[i] : NULL);
                        cnt -= there[i];
                        there[i] = false;
                }
                assert_int_equal(map.cnt, cnt);
                if (round % 16 == 0) {
                        struct cp_prefix a = random_prefix(rnd(2));
                        unsigned len = 129;
                        unsigned want = 0;
                        unsigned got = 0;
                        unsigned last = 129;

                        for (unsigned k = 0; k < MODEL; k++)
                                want += there[k] && cp_prefix_match(&model[k], &a.ip);
                        while (cp_prefix_map_match(&map, &a.ip, &len) != NULL) {
                                assert_true(len < last);
                                last = len;
                                got++;
                        }
                        assert_int_equal(got, want);
                }
        }
        cp_prefix_map_fini(&map);
}

static void test_ports(void **state)
{
        static const struct {
                const char *text, *back;
        } good[] = {
            {"192.0.2.7:5062", "192.0.2.7:5062"},   {"[2001:db8::7]:1", "[2001:db8::7]:1"},
            {"192.0.2.7:65535", "192.0.2.7:65535"}, {"2001:db8::7", "2001:db8::7"},
            {"2001:db8::/32", "2001:db8::/32"},     {"192.0.2.0/24", "192.0.2.0/24"},
        };
        static const char *const bad[] = {
            "192.0.2.7:",      "192.0.2.7:0",
            "192.0.2.7:65536", "192.0.2.0/24:5060",
            ":5060",           "[192.0.2.7]:5060",
            "[2001:db8::7]",   "[2001:db8::7]5",
            "[2001:db8::7]:",  "[]:1",
            "192.0.2.7:5060x", "[2001:db8::/64]:1",
            "192.0.2.7/32:1",
        };
        struct cp_prefix a, b;
        char text[CP_PREFIX_TEXT_BYTES];

        (void)state;
        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
                assert_int_equal(cp_endpoint_parse(good[i].text, &a), 0);
                assert_string_equal(cp_prefix_print(&a, text), good[i].back);
        }
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                if (cp_endpoint_parse(bad[i], &a) != -EINVAL)
                        fail_msg("%s is taken", bad[i]);
        assert_int_equal(cp_prefix_parse("192.0.2.7:5062", &a), -EINVAL);
        assert_int_equal(cp_endpoint_parse("192.0.2.7:5062", &a), 0);
        assert_int_equal(cp_endpoint_parse("192.0.2.7", &b), 0);
        assert_true(cp_prefix_covers(&b, &a));
        assert_false(cp_prefix_covers(&a, &b));
        assert_true(cp_prefix_covers(&a, &a));
}

static struct shm_ip ip_of(const char *text)
{
        struct cp_prefix p;

        assert_int_equal(cp_prefix_parse(text, &p), 0);
        assert_int_equal(p.len, 128);
        return p.ip;
}

static void range_says(const char *low, const char *high, const char *want)
{
        struct cp_prefix out[CP_PREFIX_RANGE_MAX];
        struct shm_ip a = ip_of(low);
        struct shm_ip b = ip_of(high);
        size_t n = cp_prefix_range(&a, &b, out);
        char text[1024] = "";

        for (size_t i = 0; i < n && i < 8; i++) {
                char one[CP_PREFIX_TEXT_BYTES];

                strcat(text, i == 0 ? "" : " ");
                strcat(text, cp_prefix_print(&out[i], one));
        }
        assert_string_equal(text, want);
}

static void test_ranges_are_prefixes(void **state)
{
        (void)state;
        range_says("192.0.2.7", "192.0.2.7", "192.0.2.7");
        range_says("192.0.2.5", "192.0.2.10", "192.0.2.5 192.0.2.6/31 192.0.2.8/31 192.0.2.10");
        range_says("192.0.2.0", "192.0.3.255", "192.0.2.0/23");
        range_says("0.0.0.0", "255.255.255.255", "0.0.0.0/0");
        range_says("255.255.255.254", "255.255.255.255", "255.255.255.254/31");
        range_says("2001:db8::", "2001:db8::1:0", "2001:db8::/112 2001:db8::1:0");
        range_says("192.0.2.7", "192.0.2.6", "");
        range_says("192.0.2.7", "2001:db8::1", "");
        range_says("::1", "192.0.2.1", "");
}

/* Of a small range each address is in one of its prefixes, once, and its neighbours in none. */
static void test_ranges_hold_what_they_say(void **state)
{
        (void)state;
        for (unsigned low = 0; low < 40; low++) {
                for (unsigned high = low; high < 70; high++) {
                        struct cp_prefix out[CP_PREFIX_RANGE_MAX];
                        struct shm_ip a = ip_of("10.0.0.100");
                        struct shm_ip b = a;
                        size_t n;

                        a.b[15] = (uint8_t)(100 + low);
                        b.b[15] = (uint8_t)(100 + high);
                        n = cp_prefix_range(&a, &b, out);
                        for (unsigned x = 0; x < 80; x++) {
                                struct shm_ip c = a;
                                unsigned in = 0;

                                c.b[15] = (uint8_t)(100 + x);
                                for (size_t i = 0; i < n; i++)
                                        in += cp_prefix_match(&out[i], &c);
                                assert_int_equal(in, x >= low && x <= high);
                        }
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_text),
            cmocka_unit_test(test_match),
            cmocka_unit_test(test_split_means_the_same),
            cmocka_unit_test(test_ranges_are_prefixes),
            cmocka_unit_test(test_ranges_hold_what_they_say),
            cmocka_unit_test(test_map_against_model),
            cmocka_unit_test(test_ports),
        };

        srand(20260102);
        print_message("seed 20260102\n");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
