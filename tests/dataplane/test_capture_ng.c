/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_capture_ng.c - pcapng files of either byte order, with interfaces that differ in all that
 * they may; each of them cut at every octet, and damaged by chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/capture.h"

#define NS_PER_S UINT64_C(1000000000)

static char path[] = "/tmp/sluice_capture_ng_XXXXXX";
static char error[DP_CAPTURE_ERROR_BYTES];

/* A file while it is made. */
struct made {
        bool swap;
        size_t n;
        uint8_t at[2048];
};

static void put(struct made *m, uint64_t v, size_t octets)
{
        for (size_t i = 0; i < octets; i++)
                m->at[m->n++] = (uint8_t)(v >> 8 * (m->swap ? octets - 1 - i : i));
}

static void put_bytes(struct made *m, const void *p, size_t n)
{
        memcpy(m->at + m->n, p, n);
        m->n += n;
        while (m->n % 4 != 0)
                m->at[m->n++] = 0;
}

static size_t begin(struct made *m, uint32_t type)
{
        size_t start = m->n;

        put(m, type, 4);
        put(m, 0, 4);
        return start;
}

static void end(struct made *m, size_t start)
{
        size_t len = m->n + 4 - start;

        put(m, len, 4);
        m->n = start + 4;
        put(m, len, 4);
        m->n = start + len;
}

static void section(struct made *m)
{
        size_t start = begin(m, 0x0a0d0d0a);

        put(m, 0x1a2b3c4d, 4);
        put(m, 1, 2);
        put(m, 0, 2);
        put(m, UINT64_MAX, 8);
        put(m, 2, 2); /* an option: which hardware */
        put(m, 3, 2);
        put_bytes(m, "box", 3);
        end(m, start);
}

/* resolution 0: none said; offset 0: none said. */
static void interface(struct made *m, uint16_t link, uint32_t snaplen, uint8_t resolution,
                      uint64_t offset)
{
        size_t start = begin(m, 1);

        put(m, link, 2);
        put(m, 0, 2);
        put(m, snaplen, 4);
        put(m, 2, 2);
        put(m, 4, 2);
        put_bytes(m, "eth0", 4);
        if (resolution != 0) {
                put(m, 9, 2);
                put(m, 1, 2);
                put_bytes(m, &resolution, 1);
        }
        if (offset != 0) {
                put(m, 14, 2);
                put(m, 8, 2);
                put(m, offset, 8);
        }
        put(m, 0, 4);
        end(m, start);
}

static void enhanced(struct made *m, uint32_t id, uint64_t stamp, const void *p, uint32_t len)
{
        size_t start = begin(m, 6);

        put(m, id, 4);
        put(m, stamp >> 32, 4);
        put(m, stamp & UINT32_MAX, 4);
        put(m, len, 4);
        put(m, 9000, 4);
        put_bytes(m, p, len);
        put(m, 1, 2); /* a comment */
        put(m, 2, 2);
        put_bytes(m, "hi", 2);
        put(m, 0, 4);
        end(m, start);
}

static void obsolete(struct made *m, uint16_t id, uint64_t stamp, const void *p, uint32_t len)
{
        size_t start = begin(m, 2);

        put(m, id, 2);
        put(m, 0, 2);
        put(m, stamp >> 32, 4);
        put(m, stamp & UINT32_MAX, 4);
        put(m, len, 4);
        put(m, len, 4);
        put_bytes(m, p, len);
        end(m, start);
}

static void simple(struct made *m, uint32_t on_wire, const void *p, uint32_t len)
{
        size_t start = begin(m, 3);

        put(m, on_wire, 4);
        put_bytes(m, p, len);
        end(m, start);
}

static void unknown(struct made *m, uint32_t type)
{
        size_t start = begin(m, type);

        put_bytes(m, "what nobody knows", 17);
        end(m, start);
}

static const uint8_t eth[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 0x45, 99};
static const uint8_t raw6[5] = {0x60, 7, 7, 7, 7};
static const uint8_t cooked[19] = {[14] = 8, [15] = 0, [16] = 0x45, 5, 5};
static const uint8_t hdlc[6] = {0x0f, 0, 8, 0, 0x45, 3};

/* What comes of sections(): the last octet, its length, the EtherType. */
static const struct {
        uint32_t len;
        uint16_t type;
        uint64_t time_ns;
} expected[] = {
    {20, 0x0800, UINT64_C(1700000000) * NS_PER_S + 5},
    {14 + 5, 0x86dd, UINT64_C(1700000001) * NS_PER_S + 9000},
    {14 + 3, 0x0800, UINT64_C(1700000002) * NS_PER_S + NS_PER_S / 2},
    {20, 0x0800, UINT64_C(1700000002) * NS_PER_S + NS_PER_S / 2}, /* without a stamp */
    {14 + 2, 0x0800, UINT64_C(1700000003) * NS_PER_S},
    {14 + 5, 0x86dd, UINT64_C(1700000004) * NS_PER_S},
};
#define FRAMES (sizeof(expected) / sizeof(expected[0]))

/* Two sections: the second in the other byte order, with an interface 0 of another kind. */
static void sections(struct made *m, bool swap)
{
        *m = (struct made){.swap = swap};
        section(m);
        interface(m, 1, 20, 9, 0);
        interface(m, 101, 0, 0, 0);
        enhanced(m, 0, UINT64_C(1700000000) * NS_PER_S + 5, eth, sizeof(eth));
        interface(m, 113, 65535, 0x80 | 20, 1700000000);
        interface(m, 104, 65535, 3, UINT64_MAX); /* milliseconds, of a clock a second ahead */
        enhanced(m, 1, UINT64_C(1700000001) * 1000000 + 9, raw6, sizeof(raw6));
        unknown(m, 0x0bad);
        enhanced(m, 2, (UINT64_C(2) << 20) + (1 << 19), cooked, sizeof(cooked));
        simple(m, 1500, eth, sizeof(eth)); /* of which the interface keeps 20 */
        obsolete(m, 3, UINT64_C(1700000004) * 1000, hdlc, sizeof(hdlc));
        unknown(m, 5);
        m->swap = !swap;
        section(m);
        interface(m, 229, 0, 6, 0);
        enhanced(m, 0, UINT64_C(1700000004) * 1000000, raw6, sizeof(raw6));
}

static void save(const struct made *m, size_t n)
{
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(m->at, 1, n, f), n);
        assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
        int fd = mkstemp(strcpy(path, "/tmp/sluice_capture_ng_XXXXXX"));

        (void)state;
        return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
        (void)state;
        return unlink(path);
}

static void all_interfaces(void **state)
{
        (void)state;
        for (int swap = 0; swap < 2; swap++) {
                struct dp_capture_frame got;
                struct dp_capture *c;
                struct made m;

                sections(&m, swap != 0);
                save(&m, m.n);
                assert_int_equal(dp_capture_open(&c, path, error), 0);
                for (size_t i = 0; i < FRAMES; i++) {
                        assert_int_equal(dp_capture_next(c, &got), 1);
                        assert_int_equal(got.len, expected[i].len);
                        assert_int_equal(got.data[12] << 8 | got.data[13], expected[i].type);
                        if (got.time_ns != expected[i].time_ns)
                                fail_msg("frame %zu: %llu ns", i, (unsigned long long)got.time_ns);
                }
                assert_int_equal(dp_capture_next(c, &got), 0);
                assert_int_equal(dp_capture_undecodable(c), 0);
                dp_capture_close(c);
        }
}

/* What stands before the cut is read, and a cut that is not between two blocks is told. */
static void cut_anywhere(void **state)
{
        struct made m;
        size_t ends = 0;

        (void)state;
        sections(&m, false);
        for (size_t n = 1; n <= m.n; n++) {
                struct dp_capture_frame got;
                struct dp_capture *c;
                size_t frames = 0;
                int rc;

                save(&m, n);
                if (dp_capture_open(&c, path, error) != 0) {
                        assert_true(n < 40 && strlen(error) > 0);
                        continue;
                }
                while ((rc = dp_capture_next(c, &got)) == 1)
                        assert_int_equal(got.len, expected[frames++].len);
                assert_true(rc == 0 || (rc == -EBADMSG && strlen(dp_capture_error(c)) > 0));
                ends += rc == 0;
                assert_true(frames <= FRAMES && (n < m.n || frames == FRAMES));
                dp_capture_close(c);
        }
        assert_int_equal(ends, 15); /* blocks */
}

/* Nothing that is written over it makes more of a file than there is. */
static void damaged_by_chance(void **state)
{
        const unsigned seed = 20261123;
        struct made good;

        (void)state;
        print_message("seed %u\n", seed);
        srandom(seed);
        for (int round = 0; round < 3000; round++) {
                struct dp_capture_frame got;
                struct dp_capture *c;
                unsigned sum = 0;
                unsigned frames = 0;

                sections(&good, round % 2 != 0);
                for (int i = 0; i <= round % 4; i++)
                        good.at[(size_t)random() % good.n] = (uint8_t)random();
                save(&good, good.n);
                if (dp_capture_open(&c, path, error) != 0)
                        continue;
                while (dp_capture_next(c, &got) == 1) {
                        for (uint32_t i = 0; i < got.len; i++)
                                sum += got.data[i];
                        frames++;
                }
                assert_true(frames <= 2 * FRAMES && sum < UINT32_MAX);
                dp_capture_close(c);
        }
}

static void what_can_not_be(void **state)
{
        static const uint8_t resolutions[] = {20, 0x80 | 64};
        struct dp_capture_frame got;
        struct dp_capture *c;
        struct made m;

        (void)state;
        for (size_t i = 0; i < sizeof(resolutions); i++) {
                m = (struct made){0};
                section(&m);
                interface(&m, 1, 0, resolutions[i], 0);
                save(&m, m.n);
                assert_int_equal(dp_capture_open(&c, path, error), 0);
                assert_int_equal(dp_capture_next(c, &got), -EBADMSG);
                assert_string_equal(dp_capture_error(c),
                                    "a clock of a resolution that is not known");
                dp_capture_close(c);
        }
        m = (struct made){0};
        section(&m);
        simple(&m, 20, eth, 20);
        save(&m, m.n);
        assert_int_equal(dp_capture_open(&c, path, error), 0);
        assert_int_equal(dp_capture_next(c, &got), -EBADMSG);
        assert_string_equal(dp_capture_error(c), "a packet of interface 0, which is not there");
        dp_capture_close(c);
}

/* Stamps that no clock shows: the nearer end of what can be, as everywhere. */
static void stamps_out_of_all_bounds(void **state)
{
        static const struct {
                uint8_t resolution;
                uint64_t offset;
                uint64_t stamp;
                uint64_t time_ns;
        } rows[] = {
            {6, 0, UINT64_MAX, UINT64_C(16725225600) * NS_PER_S},
            {0x80, INT64_MAX, UINT64_MAX, UINT64_C(16725225600) * NS_PER_S},
            {6, (uint64_t)INT64_MIN, 5, 0},
            {19, 1, UINT64_C(10000000000000000000), 2 * NS_PER_S},
            {0x80 | 63, 0, UINT64_C(3) << 62, NS_PER_S + NS_PER_S / 2},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_capture_frame got;
                struct dp_capture *c;
                struct made m = {0};

                section(&m);
                interface(&m, 1, 0, rows[i].resolution, rows[i].offset);
                enhanced(&m, 0, rows[i].stamp, eth, sizeof(eth));
                save(&m, m.n);
                assert_int_equal(dp_capture_open(&c, path, error), 0);
                assert_int_equal(dp_capture_next(c, &got), 1);
                if (got.time_ns != rows[i].time_ns)
                        fail_msg("row %zu: %llu ns", i, (unsigned long long)got.time_ns);
                dp_capture_close(c);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(all_interfaces, set_up, tear_down),
            cmocka_unit_test_setup_teardown(cut_anywhere, set_up, tear_down),
            cmocka_unit_test_setup_teardown(damaged_by_chance, set_up, tear_down),
            cmocka_unit_test_setup_teardown(what_can_not_be, set_up, tear_down),
            cmocka_unit_test_setup_teardown(stamps_out_of_all_bounds, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
