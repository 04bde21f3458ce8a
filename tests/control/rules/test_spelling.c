/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways of writing a rule that Suricata takes: each comes to the same image, to the octet, as the
 * plain spelling beside it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_set.h"
#include "parser/match/match_transform.h"

struct loaded {
        struct cp_rule_set set;
        struct cp_rule_errors errors;
        struct cp_image image;
        int rc;
};

static struct loaded *load(const char *text, size_t len)
{
        struct loaded *l = calloc(1, sizeof(*l));

        l->rc = cp_rules_read(&l->set, "t.rules", text, len, &cp_rule_default_vars, &l->errors);
        if (l->rc == 0)
                l->rc = cp_image_make(&l->set, MATCH_PLATFORM_HOST, 1, NULL, &l->image, &l->errors);
        return l;
}

static void unload(struct loaded *l)
{
        free(l->image.at);
        cp_rule_set_fini(&l->set);
        free(l);
}

static void same(const char *odd, const char *plain)
{
        struct loaded *a = load(odd, strlen(odd));
        struct loaded *b = load(plain, strlen(plain));

        if (a->rc != 0)
                fail_msg("%s\n%u:%u: %s", odd, a->errors.e[0].line, a->errors.e[0].column,
                         a->errors.e[0].text);
        if (b->rc != 0)
                fail_msg("%s\n%s", plain, b->errors.e[0].text);
        if (a->image.bytes != b->image.bytes ||
            memcmp(a->image.at, b->image.at, a->image.bytes) != 0)
                fail_msg("%s\nis not what this is:\n%s", odd, plain);
        unload(a);
        unload(b);
}

#define U       "alert udp any any -> any any ("
#define R(text) U text " sid:1;)\n"

static void letter_case_of_words(void **state)
{
        (void)state;
        same("ALERT UDP Any ANY -> any any (Msg:\"Hi\"; SIP.Method; Content:\"a\"; NoCase; "
             "Flow:To_Server; Threshold:Type Limit, Track By_Src, Count 1, Seconds 2; SID:1; "
             "REV:2;)",
             "alert udp any any -> any any (msg:\"Hi\"; sip.method; content:\"a\"; nocase; "
             "flow:to_server; threshold:type limit, track by_src, count 1, seconds 2; sid:1; "
             "rev:2;)");
        same("RejectSrc sip any any -> any any (sid:1;)", "reject sip any any -> any any (sid:1;)");
}

/* Of names the case counts: these are two flags. */
static void letter_case_of_names(void **state)
{
        static const char text[] = R("flowbits:set,a;") U "flowbits:isset,A; sid:2;)\n";
        struct loaded *l = load(text, strlen(text));

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(l->set.flag_cnt, 2);
        unload(l);
}

static void lines(void **state)
{
        (void)state;
        same("\xef\xbb\xbf" R("content:\"a\";"), R("content:\"a\";"));
        same(U "msg:\"a \\\r\nb\"; content:\"c\\\nd|0d\\\n 0a|\"; \\\r\n pcre:\"/e\\\nf/\"; "
               "sid:1;)\r\n",
             R("msg:\"a b\"; content:\"cd|0d 0a|\"; pcre:\"/ef/\";"));
        same("alert udp any any \\\n  -> [10.0.0.1, \\\n  10.0.0.2] any (content:\"a\"; sid:1;)",
             "alert udp any any -> [10.0.0.1,10.0.0.2] any (content:\"a\"; sid:1;)");
        /* a comment is one line, whatever it ends in */
        same(" # what follows is a rule \\\n" R("content:\"a\";"), R("content:\"a\";"));
}

static void contents(void **state)
{
        (void)state;
        same(R("content:\"a|0D,0a 0 B|c\";"), R("content:\"a|0d 0a 0b|c\";"));
        same(R("content : \"a\" ; content: ! \"b\" ;"), R("content:\"a\"; content:!\"b\";"));
        same(R("content:\"abc\"; content:!\"de\"; fast_pattern;"),
             R("content:\"abc\"; content:!\"de\";"));
        same(R("content:\"a\"; content:\"b\"; within:1048576; distance:-1048576;"),
             R("content:\"a\"; content:\"b\"; distance:-1048576; within:1048576;"));
}

static void numbers(void **state)
{
        (void)state;
        same(R("sip.uri; bsize:0x10;"), R("sip.uri; bsize:16;"));
        same(R("sip.uri; bsize:=0XfF;"), R("sip.uri; bsize:255;"));
        same(R("sip.uri; bsize:<1KiB; dsize:>2kb;"), R("sip.uri; bsize:<1024; dsize:>2048;"));
        same(R("sip.uri; bsize: 3 <> 6 ;"), R("sip.uri; bsize:3<>6;"));
        /* of Suricata's own keywords a hyphen leaves the ends out, too */
        same(R("sip.uri; bsize:3-6; dsize:10-20;"), R("sip.uri; bsize:3<>6; dsize:10<>20;"));
        same(U "sid:\"1\"; rev:\"2\"; priority:\"3\";)", U "sid:1; rev:2; priority:3;)");
}

static void addresses(void **state)
{
        (void)state;
        same("alert udp [10.0.0.0/255.0.0.0,!10.1.0.0/255.255.0.0] [80: 82] -> any [1024: ] "
             "(sid:1;)",
             "alert udp [10.0.0.0/8,!10.1.0.0/16] [80:82] -> any [1024:] (sid:1;)");
}

static void transforms(void **state)
{
        (void)state;
        same(R("sip.from; strip_whitespace; to_lowercase; content:\"a\";"),
             R("sip.from; to_lowercase; strip_whitespace; content:\"a\";"));
        same(R("sip.from; to_uppercase; to_lowercase; compress_whitespace; content:\"a\";"),
             R("sip.from; compress_whitespace; to_lowercase; content:\"a\";"));
        same(R("sip.from.host; dotprefix; to_lowercase; content:\".a\";"),
             R("sip.from.host; to_lowercase; dotprefix; content:\".a\";"));
}

static void a_dot_before_it(void **state)
{
        uint8_t text[16] = "Example.ORG";
        struct match_bytes b =
            match_transform(MATCH_TRANSFORM_LOWER | MATCH_TRANSFORM_DOT_PREFIX, text, 11, text);

        (void)state;
        assert_int_equal(b.len, 12);
        assert_memory_equal(b.at, ".example.org", 12);
}

/* ---- what is more than spelling ---- */

/* A number that is not in a range, ends included, since a range is without its ends. */
static void not_in_a_range(void **state)
{
        static const char text[] = R("sip.uri; bsize:!19-22;") U "dsize:!5<>9; sid:2;)\n";
        struct loaded *l = load(text, strlen(text));
        const struct match_step *s = &l->set.rules[0].groups[0].steps[0].s;

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(s->op, MATCH_BETWEEN);
        assert_int_equal(s->flags, MATCH_STEP_NEGATED);
        assert_int_equal(s->a, 19);
        assert_int_equal(s->b, 22);
        assert_int_equal(l->set.rules[1].groups[0].steps[0].s.flags, MATCH_STEP_NEGATED);
        unload(l);
}

/* A priority that is said counts, wherever the class is named. */
static void priority_before_the_class(void **state)
{
        static const char text[] = R("priority:1; classtype:misc-activity;") //
            U "classtype:misc-activity; priority:2; sid:2;)\n"               //
            U "classtype:credential-theft; sid:3;)\n";
        struct loaded *l = load(text, strlen(text));

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(l->set.rules[0].r.priority, 1);
        assert_int_equal(l->set.rules[1].r.priority, 2);
        assert_int_equal(l->set.rules[2].r.priority, 1);
        unload(l);
}

static void a_newer_revision_replaces(void **state)
{
        static const char text[] = U "msg:\"old\"; sid:1; rev:1;)\n" //
            U "msg:\"other\"; sid:2;)\n"                             //
            U "msg:\"new\"; sid:1; rev:2;)\n"                        //
            U "msg:\"third\"; gid:2; sid:1; rev:1;)\n"               //
            U "msg:\"late\"; sid:1; rev:2;)\n";
        struct loaded *l = load(text, strlen(text));

        (void)state;
        assert_int_equal(l->rc, -EINVAL);
        assert_int_equal(l->errors.all, 1);
        assert_int_equal(l->errors.e[0].line, 5);
        assert_string_equal(l->errors.e[0].text, "sid: 1 is that of the rule in t.rules:3");
        assert_int_equal(l->set.cnt, 3);
        assert_string_equal(l->set.rules[0].msg, "new");
        assert_int_equal(l->set.rules[0].r.position, 0);
        assert_string_equal(l->set.rules[1].msg, "other");
        assert_string_equal(l->set.rules[2].msg, "third");
        unload(l);
}

/* All IPv6 is no IPv4, though here IPv4 is written as a part of it. */
static void all_of_ipv6_is_no_ipv4(void **state)
{
        static const char text[] = "alert udp ::/0 any -> !::/0 any (sid:1;)\n";
        struct loaded *l = load(text, strlen(text));
        const struct cp_rule *r = &l->set.rules[0];

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(r->src.in_cnt, 96);
        assert_int_equal(r->dst.except_cnt, 96);
        for (uint32_t i = 0; i < r->src.in_cnt; i++)
                assert_true(r->src.in[i].prefix_len >= 1 && r->src.in[i].prefix_len <= 96);
        unload(l);
}

/* As many rules as there may be are read in less than a second, and one more is told once. */
static void as_many_rules_as_there_may_be(void **state)
{
        const size_t cnt = MATCH_RULES_MAX + 30000;
        char *text = malloc(cnt * 64);
        size_t n = 0;
        struct loaded *l;

        (void)state;
        assert_non_null(text);
        for (size_t i = 1; i <= cnt; i++)
                n += (size_t)sprintf(text + n, "alert udp any any -> any any (sid:%zu;)\n", i);
        l = load(text, n);
        assert_int_equal(l->rc, -EINVAL);
        assert_int_equal(l->set.cnt, MATCH_RULES_MAX);
        assert_int_equal(l->errors.all, 1);
        assert_int_equal(l->errors.e[0].line, MATCH_RULES_MAX + 1);
        assert_string_equal(l->errors.e[0].text, "more than 65536 rules");
        unload(l);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(letter_case_of_words),
            cmocka_unit_test(letter_case_of_names),
            cmocka_unit_test(lines),
            cmocka_unit_test(contents),
            cmocka_unit_test(numbers),
            cmocka_unit_test(addresses),
            cmocka_unit_test(transforms),
            cmocka_unit_test(a_dot_before_it),
            cmocka_unit_test(not_in_a_range),
            cmocka_unit_test(priority_before_the_class),
            cmocka_unit_test(a_newer_revision_replaces),
            cmocka_unit_test(all_of_ipv6_is_no_ipv4),
            cmocka_unit_test(as_many_rules_as_there_may_be),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
