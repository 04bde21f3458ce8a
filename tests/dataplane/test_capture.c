/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_capture.c - files of every link type in, Ethernet out; what is written is what is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/capture.h"

#define UNDECODABLE 0x88b5u

static char path[] = "/tmp/sluice_capture_XXXXXX";
static char error[DP_CAPTURE_ERROR_BYTES];

static int set_up(void **state)
{
        int fd = mkstemp(strcpy(path, "/tmp/sluice_capture_XXXXXX"));

        (void)state;
        return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
        (void)state;
        return unlink(path);
}

static void put32(FILE *f, uint32_t v)
{
        assert_int_equal(fwrite(&v, sizeof(v), 1, f), 1);
}

/* A pcap file with microseconds: one frame, of which `caught` octets are in the file. */
static void file_with(uint32_t link_type, const uint8_t *frame, uint32_t caught, uint32_t on_wire)
{
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        put32(f, 0xa1b2c3d4);
        put32(f, 4u << 16 | 2u);
        put32(f, 0);
        put32(f, 0);
        put32(f, 262144);
        put32(f, link_type);
        put32(f, 1700000000);
        put32(f, 123456);
        put32(f, caught);
        put32(f, on_wire);
        if (caught > 0)
                assert_int_equal(fwrite(frame, caught, 1, f), 1);
        assert_int_equal(fclose(f), 0);
}

static void every_link_type(void **state)
{
        static const struct {
                uint32_t link_type;
                unsigned off;  /* where the packet begins in the frame */
                unsigned type; /* ethertype that comes out */
                unsigned len;
                uint8_t frame[24];
        } rows[] = {
            {101, 0, 0x0800, 3, {0x45, 1, 2}},
            {101, 0, 0x86dd, 3, {0x60, 1, 2}},
            {101, 0, UNDECODABLE, 3, {0x50, 1, 2}},
            {101, 0, UNDECODABLE, 0, {0}},
            {228, 0, 0x0800, 2, {0x45, 1}},
            {229, 0, 0x86dd, 2, {0x60, 1}},
            {113, 16, 0x0800, 18, {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0, 0x45, 7}},
            {113, 16, 0x8100, 16, {[14] = 0x81}},
            {113, 0, UNDECODABLE, 18, {[15] = 4}},
            {113, 0, UNDECODABLE, 15, {[14] = 8}},
            {276, 20, 0x86dd, 22, {0x86, 0xdd, [20] = 0x60, 9}},
            {276, 0, UNDECODABLE, 19, {8}},
            {0, 4, 0x0800, 6, {2, 0, 0, 0, 0x45, 5}},
            {0, 4, 0x0800, 6, {0, 0, 0, 2, 0x45, 5}},
            {0, 4, 0x86dd, 6, {30, 0, 0, 0, 0x60, 5}},
            {0, 4, 0x86dd, 6, {24, 0, 0, 0, 0x60, 5}},
            {0, 4, 0x86dd, 6, {28, 0, 0, 0, 0x60, 5}},
            {0, 0, UNDECODABLE, 6, {2, 0, 0, 2, 0x45, 5}},
            {0, 0, UNDECODABLE, 3, {2, 0, 0}},
            {108, 4, 0x86dd, 6, {0, 0, 0, 10, 0x60, 5}},
            {9, 4, 0x0800, 6, {0xff, 3, 0, 0x21, 0x45, 6}},
            {9, 2, 0x86dd, 4, {0, 0x57, 0x60, 6}},
            {9, 1, 0x0800, 3, {0x21, 0x45, 6}},
            {50, 3, 0x0800, 5, {0xff, 3, 0x21, 0x45, 6}},
            {50, 0, UNDECODABLE, 6, {0xff, 3, 0xc0, 0x21, 1, 1}},
            {9, 0, UNDECODABLE, 1, {0}},
            {105, 0, UNDECODABLE, 5, {1, 2, 3, 4, 5}}, /* 802.11 */
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_capture_frame got;
                struct dp_capture *c;

                file_with(rows[i].link_type, rows[i].frame, rows[i].len, rows[i].len);
                assert_int_equal(dp_capture_open(&c, path, error), 0);
                assert_int_equal(dp_capture_next(c, &got), 1);
                if (got.len != 14 + rows[i].len - rows[i].off ||
                    (got.data[12] << 8 | got.data[13]) != (int)rows[i].type)
                        fail_msg("row %zu: %u octets of type %02x%02x", i, got.len, got.data[12],
                                 got.data[13]);
                assert_memory_equal(got.data, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
                assert_memory_equal(got.data + 14, rows[i].frame + rows[i].off,
                                    rows[i].len - rows[i].off);
                assert_int_equal(dp_capture_undecodable(c), rows[i].type == UNDECODABLE);
                assert_true(got.time_ns == UINT64_C(1700000000123456000));
                assert_int_equal(dp_capture_next(c, &got), 0);
                dp_capture_close(c);
        }
}

static void ethernet_as_caught(void **state)
{
        static const uint8_t frame[60] = {1, 2, 3};
        struct dp_capture_frame got;
        struct dp_capture *c;

        (void)state;
        for (uint32_t len = 0; len <= sizeof(frame); len += 20) {
                file_with(1, frame, len, 1514);
                assert_int_equal(dp_capture_open(&c, path, error), 0);
                assert_int_equal(dp_capture_next(c, &got), 1);
                assert_int_equal(got.len, len);
                assert_memory_equal(got.data, frame, len);
                assert_int_equal(dp_capture_undecodable(c), 0);
                dp_capture_close(c);
        }
}

static void files_that_are_none(void **state)
{
        static const uint8_t frame[60];
        struct dp_capture_frame got;
        struct dp_capture *c;

        (void)state;
        error[0] = '\0';
        assert_int_equal(dp_capture_open(&c, "/nonexistent/file", error), -EBADMSG);
        assert_true(strlen(error) > 0);
        assert_int_equal(dp_capture_open(&c, path, error), -EBADMSG); /* empty */
        /* cut in the middle of a frame, and of a header */
        file_with(1, frame, 60, 60);
        assert_int_equal(truncate(path, 24 + 16 + 30), 0);
        assert_int_equal(dp_capture_open(&c, path, error), 0);
        assert_int_equal(dp_capture_next(c, &got), -EBADMSG);
        assert_true(strlen(dp_capture_error(c)) > 0);
        dp_capture_close(c);
        assert_int_equal(truncate(path, 24 + 7), 0);
        assert_int_equal(dp_capture_open(&c, path, error), 0);
        assert_int_equal(dp_capture_next(c, &got), -EBADMSG);
        dp_capture_close(c);
        /* a header and no frames is a capture */
        assert_int_equal(truncate(path, 24), 0);
        assert_int_equal(dp_capture_open(&c, path, error), 0);
        assert_int_equal(dp_capture_next(c, &got), 0);
        dp_capture_close(c);
        dp_capture_close(NULL);
}

static void written_and_read(void **state)
{
        static uint8_t data[70000];
        static const uint32_t lens[] = {0, 1, 60, 1514, 65535, 70000};
        struct dp_capture_writer *w;
        struct dp_capture_frame got;
        struct dp_capture *c;

        (void)state;
        for (size_t i = 0; i < sizeof(data); i++)
                data[i] = (uint8_t)(i * 7);
        assert_int_equal(dp_capture_create(&w, path, error), 0);
        for (size_t i = 0; i < 6; i++)
                dp_capture_write(w, &(struct dp_capture_frame){data, lens[i],
                                                               UINT64_C(1700000000123456789) + i});
        assert_int_equal(dp_capture_finish(w), 0);
        assert_int_equal(dp_capture_open(&c, path, error), 0);
        for (size_t i = 0; i < 6; i++) {
                assert_int_equal(dp_capture_next(c, &got), 1);
                assert_int_equal(got.len, lens[i]);
                assert_memory_equal(got.data, data, lens[i]);
                assert_true(got.time_ns == UINT64_C(1700000000123456789) + i);
        }
        assert_int_equal(dp_capture_next(c, &got), 0);
        dp_capture_close(c);
}

static void writing_that_fails(void **state)
{
        static const uint8_t data[60];
        struct dp_capture_writer *w;

        (void)state;
        error[0] = '\0';
        assert_int_equal(dp_capture_create(&w, "/nonexistent/file", error), -EIO);
        assert_true(strlen(error) > 0);
        assert_int_equal(dp_capture_create(&w, "/dev/full", error), 0);
        dp_capture_write(w, &(struct dp_capture_frame){data, sizeof(data), 0});
        assert_int_equal(dp_capture_finish(w), -EIO);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(every_link_type, set_up, tear_down),
            cmocka_unit_test_setup_teardown(ethernet_as_caught, set_up, tear_down),
            cmocka_unit_test_setup_teardown(files_that_are_none, set_up, tear_down),
            cmocka_unit_test_setup_teardown(written_and_read, set_up, tear_down),
            cmocka_unit_test_setup_teardown(writing_that_fails, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
