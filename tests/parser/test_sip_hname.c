/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include <ctype.h>

#include "parser/sip_hname.h"

static const struct {
        const char *name;
        char compact;
        enum sip_hdr_id id;
} table[] = {
#define X(ID, name, compact, multiplicity) {name, compact, SIP_HDR_##ID},
#include "parser/sip_headers.def"
#undef X
};
#define TABLE_CNT (sizeof(table) / sizeof(table[0]))

/* From memory that ends with the name: no octet past it may be read. */
static enum sip_hdr_id find(struct guard *g, const char *name, size_t n)
{
        return sip_hname_find(guard_tail(g, name, n), n);
}

static void every_name_in_any_case(void **state)
{
        struct guard g = guard_create(64);

        (void)state;
        for (size_t i = 0; i < TABLE_CNT; i++) {
                char s[64];
                size_t n = strlen(table[i].name);

                for (unsigned form = 0; form < 3; form++) {
                        for (size_t k = 0; k <= n; k++) {
                                int c = table[i].name[k];

                                s[k] = (char)(form == 0 ? c : form == 1 ? toupper(c) : tolower(c));
                        }
                        assert_int_equal(find(&g, s, n), table[i].id);
                }
                assert_string_equal(sip_hname_str(table[i].id), table[i].name);
        }
        guard_destroy(&g);
}

static void compact_forms(void **state)
{
        struct guard g = guard_create(64);

        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                enum sip_hdr_id want = SIP_HDR_OTHER;
                char s = (char)c;

                for (size_t i = 0; i < TABLE_CNT; i++) {
                        if (table[i].compact && (c | 0x20) == (unsigned char)table[i].compact &&
                            isalpha((int)c))
                                want = table[i].id;
                }
                assert_int_equal(find(&g, &s, 1), want);
        }
        guard_destroy(&g);
}

/* One octet of a name replaced by any other that is not its other case: never the same header. */
static void one_octet_off(void **state)
{
        struct guard g = guard_create(64);

        (void)state;
        for (size_t i = 0; i < TABLE_CNT; i++) {
                size_t n = strlen(table[i].name);

                for (size_t at = 0; at < n; at++) {
                        for (unsigned c = 0; c < 256; c++) {
                                char s[64];

                                memcpy(s, table[i].name, n + 1);
                                s[at] = (char)c;
                                if (tolower((int)c) == tolower((unsigned char)table[i].name[at]))
                                        continue;
                                assert_int_not_equal(find(&g, s, n), table[i].id);
                        }
                }
        }
        guard_destroy(&g);
}

static void prefixes_and_suffixes(void **state)
{
        struct guard g = guard_create(128);
        char s[80];

        (void)state;
        for (size_t i = 0; i < TABLE_CNT; i++) {
                size_t n = strlen(table[i].name);

                if (n > 2) /* "T" is To */
                        assert_int_not_equal(find(&g, table[i].name, n - 1), table[i].id);
                snprintf(s, sizeof(s), "%s-", table[i].name);
                assert_int_not_equal(find(&g, s, n + 1), table[i].id);
                snprintf(s, sizeof(s), "%sx", table[i].name);
                assert_int_not_equal(find(&g, s, n + 1), table[i].id);
        }
        memset(s, 'a', sizeof(s));
        for (size_t n = 2; n <= sizeof(s); n++)
                assert_int_equal(find(&g, s, n), SIP_HDR_OTHER);
        assert_int_equal(find(&g, "", 0), SIP_HDR_OTHER);
        assert_int_equal(find(&g, "To\x01", 3), SIP_HDR_OTHER);
        assert_int_equal(find(&g, "From-Person", 11), SIP_HDR_OTHER);
        assert_int_equal(find(&g, "C%6Fntact", 9), SIP_HDR_OTHER);
        guard_destroy(&g);
}

static void multiplicity(void **state)
{
        (void)state;
        assert_true(sip_hname_single(SIP_HDR_FROM));
        assert_true(sip_hname_single(SIP_HDR_CONTENT_LENGTH));
        assert_false(sip_hname_single(SIP_HDR_VIA));
        assert_false(sip_hname_single(SIP_HDR_OTHER));
        assert_false(sip_hname_single(SIP_HDR_CNT));
        assert_string_equal(sip_hname_str(SIP_HDR_CNT), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_name_in_any_case), cmocka_unit_test(compact_forms),
            cmocka_unit_test(one_octet_off),          cmocka_unit_test(prefixes_and_suffixes),
            cmocka_unit_test(multiplicity),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
