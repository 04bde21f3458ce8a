/* SPDX-License-Identifier: Apache-2.0 */
/* Files of addresses as their makers write them, and the blob that they become. */
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

#include "control/policy/blocklist.h"
#include "control/policy/blocklist_file.h"
#include "tests/contract/rng.h"

static char path[] = "/tmp/sluice_list_XXXXXX";

static void write_file(const char *text, size_t len)
{
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, len, f), len);
        fclose(f);
}

/* All prefixes of a file, blank between them. */
static int read_as(enum cp_blocklist_format format, uint32_t column, char *out, size_t cap,
                   struct cp_config_error *err)
{
        const struct cp_config_blocklist c = {
            .name = (char[]){"x"}, .file = path, .format = (uint8_t)format, .column = column};
        struct cp_blocklist_prefixes l = {0};
        int rc = cp_blocklist_file_read(&c, 7, &l, err);
        size_t n = 0;

        out[0] = '\0';
        for (size_t i = 0; rc == 0 && i < l.cnt; i++) {
                const struct cp_prefix p = {.ip = l.p[i].ip, .len = l.p[i].prefix_len};
                char text[CP_PREFIX_TEXT_BYTES];

                assert_int_equal(l.p[i].list, 7);
                n += (size_t)snprintf(out + n, cap - n, "%s%s", i == 0 ? "" : " ",
                                      cp_prefix_print(&p, text));
        }
        cp_blocklist_prefixes_fini(&l);
        return rc;
}

static void test_formats(void **state)
{
        static const struct {
                enum cp_blocklist_format format;
                uint32_t column;
                const char *text;
                const char *prefixes;
        } rows[] = {
            {CP_BLOCKLIST_AUTO, 1, "", ""},
            {CP_BLOCKLIST_AUTO, 1, "# nothing\n\n  ; still nothing\n", ""},
            {CP_BLOCKLIST_AUTO, 1, "192.0.2.7\n2001:db8::/32\r\n \t10.0.0.0/8 ; SBL1\n10.1.2.3#x",
             "192.0.2.7 2001:db8::/32 10.0.0.0/8 10.1.2.3"},
            {CP_BLOCKLIST_TEXT, 1, "10.1.2.3/8\n", "10.0.0.0/8"}, /* host bits go */
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.1-10.0.0.6\n",
             "10.0.0.1 10.0.0.2/31 10.0.0.4/31 10.0.0.6"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.0-10.0.255.255\n", "10.0.0.0/16"},
            {CP_BLOCKLIST_TEXT, 1, "0.0.0.0-255.255.255.255\n", "0.0.0.0/0"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.9-10.0.0.9\n", "10.0.0.9"},
            {CP_BLOCKLIST_TEXT, 1, "2001:db8::-2001:db8::3\n", "2001:db8::/126"},
            {CP_BLOCKLIST_TEXT, 1, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n", "::/1 8000::/1"},
            {CP_BLOCKLIST_AUTO, 1,
             "create bad hash:net family inet hashsize 1024 maxelem 65536\n"
             "add bad 192.0.2.0/24\nadd bad 198.51.100.7 packets 5 bytes 900 comment \"a b\"\n",
             "192.0.2.0/24 198.51.100.7"},
            {CP_BLOCKLIST_AUTO, 1, "add bad 192.0.2.9\n", "192.0.2.9"},
            {CP_BLOCKLIST_AUTO, 1,
             "create bad hash:ip family inet timeout 3600 comment\nadd bad 192.0.2.9 timeout 0\n"
             "add bad 192.0.2.8 timeout 0 comment \"timeout 5\"\n",
             "192.0.2.9 192.0.2.8"},
            /* a byte order mark, as some editors and spreadsheets begin a file */
            {CP_BLOCKLIST_AUTO, 1,
             "\xef\xbb\xbf"
             "192.0.2.9\r\n192.0.2.8\r\n",
             "192.0.2.9 192.0.2.8"},
            {CP_BLOCKLIST_AUTO, 1,
             "\xef\xbb\xbf"
             "add bad 192.0.2.9\n",
             "192.0.2.9"},
            {CP_BLOCKLIST_CSV, 1, "\xef\xbb\xbf\"192.0.2.1\",\"a\"\r\n\"192.0.2.2\",\"b\"\r\n",
             "192.0.2.1 192.0.2.2"},
            {CP_BLOCKLIST_TEXT, 1, "\xef\xbb\xbf", ""},
            {CP_BLOCKLIST_TEXT, 1, "::ffff:192.0.2.9\n::FFFF:10.1.2.3/104\n2001:DB8:0::9\n",
             "192.0.2.9 10.0.0.0/8 2001:db8::9"},
            {CP_BLOCKLIST_CSV, 2, "# made today\nfirst_seen,ip,port\n2026-01-01,192.0.2.1,5060\n",
             "192.0.2.1"},
            {CP_BLOCKLIST_CSV, 1, "\"192.0.2.1\",\"a \"\"b\"\", c\"\r\n 192.0.2.2 ,x\n",
             "192.0.2.1 192.0.2.2"},
            {CP_BLOCKLIST_CSV, 2, "\"a,b\" , \"2001:db8::1\" ,z\n", "2001:db8::1"},
            {CP_BLOCKLIST_AUTO, 1, "192.0.2.1,0.9,spam\n192.0.2.2,0.8,spam\n",
             "192.0.2.1 192.0.2.2"},
        };
        struct cp_config_error err;
        char out[512];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                write_file(rows[i].text, strlen(rows[i].text));
                if (read_as(rows[i].format, rows[i].column, out, sizeof(out), &err) != 0)
                        fail_msg("row %zu: %u:%u: %s", i, err.line, err.column, err.text);
                assert_string_equal(out, rows[i].prefixes);
        }
}

static void test_complaints(void **state)
{
        static const struct {
                enum cp_blocklist_format format;
                uint32_t column;
                const char *text;
                unsigned line;
                unsigned at;
                const char *says;
        } rows[] = {
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.1\n  nonsense\n", 2, 3, "'nonsense' is not an IP"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.0/33\n", 1, 1, "not an IP address or prefix"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.1 spammer\n", 1, 10, "comments begin with"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.9-10.0.0.1\n", 1, 1, "to a later one"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.9-2001:db8::1\n", 1, 1, "to a later one"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.0/8-10.0.0.9\n", 1, 1, "not an IP address"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.1-\n", 1, 10, "not an IP address"},
            {CP_BLOCKLIST_TEXT, 1, "10.0.0.1,x\n", 1, 1, "not an IP address"},
            {CP_BLOCKLIST_IPSET, 1, "create a hash:net,port\n", 1, 10, "hash:ip and hash:net"},
            {CP_BLOCKLIST_IPSET, 1, "create a hash:ip\nadd a 10.0.0.1 timeout 300\n", 2, 16,
             "'timeout'"},
            {CP_BLOCKLIST_IPSET, 1, "add a 10.0.0.1 timeout\n", 1, 16, "'timeout'"},
            {CP_BLOCKLIST_IPSET, 1, "add a 10.0.0.1 timeout 0x9\n", 1, 16, "'timeout'"},
            {CP_BLOCKLIST_TEXT, 1,
             "10.0.0.1\n\xef\xbb\xbf"
             "10.0.0.2\n",
             2, 1, "not an IP"},
            {CP_BLOCKLIST_IPSET, 1, "add a 10.0.0.0/8 nomatch\n", 1, 18, "'nomatch'"},
            {CP_BLOCKLIST_IPSET, 1, "add a 10.0.0.1 comment \"x\n", 1, 26, "closing quote"},
            {CP_BLOCKLIST_IPSET, 1, "add a\n", 1, 6, "not an IP"},
            {CP_BLOCKLIST_IPSET, 1, "flush a\n", 1, 1, "'flush'"},
            {CP_BLOCKLIST_CSV, 3, "10.0.0.1,b\n", 1, 10, "no column 3"},
            {CP_BLOCKLIST_CSV, 1, "ip\n10.0.0.1\nip\n", 3, 1, "not an IP"},
            {CP_BLOCKLIST_CSV, 1, "10.0.0.999\n", 1, 1, "not an IP"},
            {CP_BLOCKLIST_CSV, 2, "a,\"10.0.0.1\n", 1, 3, "closing quote"},
            {CP_BLOCKLIST_CSV, 2, "\"a\"b,10.0.0.1\n", 1, 4, "comma is due"},
        };
        struct cp_config_error err;
        char out[512];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                write_file(rows[i].text, strlen(rows[i].text));
                assert_int_equal(read_as(rows[i].format, rows[i].column, out, sizeof(out), &err),
                                 -EINVAL);
                if (err.line != rows[i].line || err.column != rows[i].at ||
                    strstr(err.text, rows[i].says) == NULL)
                        fail_msg("row %zu: %u:%u: %s", i, err.line, err.column, err.text);
                assert_string_equal(err.file, path);
        }
        write_file("10.0.0.1\n10.0\0.2\n", 17);
        assert_int_equal(read_as(CP_BLOCKLIST_AUTO, 1, out, sizeof(out), &err), -EINVAL);
        assert_int_equal(err.line, 2);
        assert_int_equal(err.column, 5);
        unlink(path);
        assert_int_equal(read_as(CP_BLOCKLIST_AUTO, 1, out, sizeof(out), &err), -ENOENT);
}

/* Octets at random: a result or a complaint, nothing else. */
static void test_noise(void **state)
{
        static const char octets[] = "0123456789abcdef.:/-,\"#; \t\n\r\nadd create hash:ip x\x80";
        struct rng r = rng_seeded("list noise");
        struct cp_config_error err;
        char out[1 << 16];

        (void)state;
        for (unsigned i = 0; i < 3000; i++) {
                char text[400];
                size_t len = rng_below(&r, sizeof(text));

                for (size_t k = 0; k < len; k++)
                        text[k] = octets[rng_below(&r, sizeof(octets))];
                write_file(text, len);
                int rc = read_as((enum cp_blocklist_format)rng_below(&r, 4),
                                 1 + (uint32_t)rng_below(&r, 3), out, sizeof(out), &err);
                if (rc != 0)
                        assert_true(err.line >= 1 && err.column >= 1 && err.text[0] != '\0');
        }
}

/* ---- the blob ---- */

static void test_blob(void **state)
{
        char second[] = "/tmp/sluice_list_XXXXXX";
        struct cp_config_blocklist lists[2] = {
            {.name = (char[]){"a"}, .file = path, .column = 1},
            {.name = (char[]){"b"}, .file = second, .column = 1},
        };
        const struct cp_config_policy policy = {.blocklists = lists, .blocklists_count = 2};
        const struct shm_blocklist_prefix *hit;
        struct cp_blocklist *b = NULL;
        struct cp_config_error err;
        struct cp_prefix p;
        uint32_t count = 0;
        int fd = mkstemp(second);
        static const char text[] = "192.0.2.0/24\n10.0.0.0/8\n::/0\n";

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
        close(fd);
        write_file("192.0.2.9\n10.0.0.0/8\n", 21);
        assert_int_equal(cp_blocklist_create(&b, &policy, &err), 0);
        assert_non_null(shm_blocklist_open(b->blob, b->bytes, &count));
        assert_int_equal(count, 4); /* 10.0.0.0/8 once, of the first list */
        assert_int_equal(cp_prefix_parse("10.9.9.9", &p), 0);
        hit = cp_blocklist_find(b, &p.ip);
        assert_non_null(hit);
        assert_int_equal(hit->list, 1);
        assert_int_equal(cp_prefix_parse("192.0.2.9", &p), 0);
        assert_int_equal(cp_blocklist_find(b, &p.ip)->list, 1);
        assert_int_equal(cp_prefix_parse("192.0.2.8", &p), 0);
        assert_int_equal(cp_blocklist_find(b, &p.ip)->list, 2);
        assert_int_equal(cp_prefix_parse("2001:db8::1", &p), 0);
        assert_int_equal(cp_blocklist_find(b, &p.ip)->list, 2);
        assert_int_equal(cp_prefix_parse("192.0.3.1", &p), 0);
        assert_null(cp_blocklist_find(b, &p.ip)); /* ::/0 is not IPv4 */
        cp_blocklist_destroy(b);

        write_file("192.0.2.9\nx\n", 12);
        b = NULL;
        assert_int_equal(cp_blocklist_create(&b, &policy, &err), -EINVAL);
        assert_int_equal(err.line, 2);
        assert_null(b);
        unlink(second);
        unlink(path);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_formats),
            cmocka_unit_test(test_complaints),
            cmocka_unit_test(test_noise),
            cmocka_unit_test(test_blob),
        };
        int fd = mkstemp(path);

        if (fd < 0)
                return 1;
        close(fd);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
