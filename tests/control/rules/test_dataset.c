/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataset: a field is one of a list that stands in a file beside the rules, or is not; and what of
 * lists is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match.h"
#include "parser/sip_parse.h"

static char dir[] = "/tmp/sluice-dataset-XXXXXX";

static void write_file(const char *name, const char *text)
{
        char path[64];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", dir, name);
        f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static int read_rule(struct cp_rule_set *set, const char *options, struct cp_rule_errors *e)
{
        char path[64];
        char text[512];

        snprintf(path, sizeof(path), "%s/a.rules", dir);
        snprintf(text, sizeof(text), "alert sip any any -> any any (%s sid:1;)\n", options);
        memset(e, 0, sizeof(*e));
        memset(set, 0, sizeof(*set));
        return cp_rules_read(set, path, text, strlen(text), &cp_rule_default_vars, e);
}

/* Does the rule hold for a message of this user agent? */
static bool holds(struct match_set *s, const char *agent)
{
        static const uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
        static struct sip_msg msg;
        struct match_scratch *scratch;
        char text[512];
        uint32_t hit;
        uint32_t n;
        struct match_facts f = {.src = ip, .dst = ip, .ip_proto = 17, .msg = &msg};

        f.payload = (const uint8_t *)text;
        f.payload_len = (uint32_t)snprintf(text, sizeof(text),
                                           "OPTIONS sip:b@b.example SIP/2.0\r\nUser-Agent: %s\r\n"
                                           "Via: SIP/2.0/UDP a.example;branch=z9hG4bKa\r\n"
                                           "From: <sip:a@a.example>;tag=t\r\nCall-ID: c\r\n"
                                           "To: <sip:b@b.example>\r\nCSeq: 7 OPTIONS\r\n\r\n",
                                           agent);
        (void)sip_parse(f.payload, f.payload_len, &msg);
        assert_int_equal(match_scratch_create(&scratch, s), 0);
        n = match_eval(s, scratch, &f, 0, &hit, 1);
        match_scratch_destroy(scratch);
        return n == 1;
}

static void says(const char *options, const char *agents[4], const bool want[4])
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set;
        struct cp_image image;
        struct match_set *s;

        assert_int_equal(read_rule(&set, options, e), 0);
        assert_int_equal(cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &image, e), 0);
        assert_int_equal(match_set_create(&s, image.at, image.bytes), MATCH_OK);
        for (int i = 0; i < 4; i++)
                assert_int_equal(holds(s, agents[i]), want[i]);
        match_set_destroy(s);
        free(image.at);
        cp_rule_set_fini(&set);
        free(e);
}

static void a_field_is_one_of_a_list(void **state)
{
        static const char *agents[] = {"sipcli/v1.8", "a.b(c|d)*", "sipcli/v1.88", "aXb(c|d)*"};

        (void)state;
        /* "sipcli/v1.8", "a.b(c|d)*", "x" */
        write_file("ua.lst", "c2lwY2xpL3YxLjg=\n\nYS5iKGN8ZCkq\r\neA==\n");
        says("sip.user_agent; dataset:isset,ua,type string,load ua.lst;", agents,
             (const bool[]){true, true, false, false});
        says("sip.user_agent; dataset:isnotset, ua, type string, load ua.lst;", agents,
             (const bool[]){false, false, true, true});
        says("sip.user_agent; content:\"cli\"; dataset:isset,ua,type string,load ua.lst;", agents,
             (const bool[]){true, false, false, false});
}

/* As many values as documents promise, each found, and none besides. */
static void a_thousand_values(void **state)
{
        static const char digits[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        static const char *agents[] = {"ua00000", "ua00999", "ua01000", "ua0000"};
        char *list = calloc(1000, 16);

        (void)state;
        for (unsigned i = 0; i < 1000; i++) {
                char value[8];
                char line[16];
                unsigned n = 0;

                snprintf(value, sizeof(value), "ua%05u", i);
                for (unsigned k = 0; k < 7; k += 3) {
                        unsigned w = (unsigned)(uint8_t)value[k] << 16;

                        w |= k + 1 < 7 ? (unsigned)(uint8_t)value[k + 1] << 8 : 0;
                        w |= k + 2 < 7 ? (unsigned)(uint8_t)value[k + 2] : 0;
                        line[n++] = digits[w >> 18];
                        line[n++] = digits[w >> 12 & 63];
                        line[n++] = k + 1 < 7 ? digits[w >> 6 & 63] : '=';
                        line[n++] = k + 2 < 7 ? digits[w & 63] : '=';
                }
                line[n] = '\0';
                strcat(strcat(list, line), "\n");
        }
        write_file("many.lst", list);
        says("sip.user_agent; dataset:isset,ua,type string,load many.lst;", agents,
             (const bool[]){true, true, false, false});
        free(list);
}

static void refused_with(const char *options, const char *text)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set;

        assert_int_equal(read_rule(&set, options, e), -EINVAL);
        assert_int_equal(e->all, 1);
        assert_non_null(strstr(e->e[0].text, text));
        assert_int_equal(e->e[0].line, 1);
        cp_rule_set_fini(&set);
        free(e);
}

static void what_is_refused(void **state)
{
        (void)state;
        write_file("bad.lst", "YWI=\nno base64\n");
        write_file("empty.lst", "\n\n");
        refused_with("dataset:set,a,type string,load ua.lst;", "isset and isnotset are known");
        refused_with("dataset:isset,a,type md5,load ua.lst;", "type string and load are known");
        refused_with("dataset:isset,a,type string,state ua.lst;", "type string and load are known");
        refused_with("dataset:isset,a,type string;", "a type and a file to load are due");
        refused_with("dataset:isset;", "a name, a type and a file are due");
        refused_with("dataset:isset,a,type string,load none.lst;", "is no list that can be read");
        refused_with("dataset:isset,a,type string,load /dev/zero;", "is no list that can be read");
        refused_with("dataset:isset,a,type string,load bad.lst;", "line 2 is no base64");
        refused_with("dataset:isset,a,type string,load empty.lst;", "is empty");
}

static int end(void **state)
{
        static const char *const names[] = {"ua.lst", "many.lst", "bad.lst", "empty.lst"};

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                char path[64];

                snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
                (void)unlink(path);
        }
        return rmdir(dir);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_field_is_one_of_a_list),
            cmocka_unit_test(a_thousand_values),
            cmocka_unit_test(what_is_refused),
        };

        if (mkdtemp(dir) == NULL)
                return 1;
        return cmocka_run_group_tests(tests, NULL, end);
}
