/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include <stdlib.h>
#include <time.h>

#include "parser/sip_date.h"

static void dates(void **state)
{
        static const struct {
                const char *text;
                bool ok;
        } rows[] = {
            {"Sat, 13 Nov 2010 23:29:00 GMT", true},
            {"Fri, 01 Jan 2010 16:00:00 EST", false},
            {"sat, 13 nov 2010 23:29:60 gmt", true},
            {"Sat, 13 Nov 2010 24:00:00 GMT", false},
            {"Sat, 32 Nov 2010 23:29:00 GMT", false},
            {"Sat, 00 Nov 2010 23:29:00 GMT", false},
            {"Sat, 13 Nov 2010 23:60:00 GMT", false},
            {"Sat, 13 Nov 2010 23:29:61 GMT", false},
            {"Sat, 13 Now 2010 23:29:00 GMT", false},
            {"Sat 13 Nov 2010 23:29:00 GMT", false},
            {"Sat, 13 Nov 2010 23:29:00 GM", false},
            {"Sat, 13 Nov 2010 23:29:00 GMT ", false},
            {"Sat, 3 Nov 2010 23:29:00 GMT", false},
            {"", false},
            /* a fold is one SP, whatever is beside it; and not a part of a word */
            {"Sat,\r\n 13 Nov 2010 23:29:00 GMT", true},
            {"Sat, \t\r\n\t 13 Nov\r\n 2010\n 23:29:00\r\n GMT", true},
            {"Sat, \r\n 13 Nov 2010 23:29:00 GMT\r\n ", false},
            {"Sat, \r\n 13 Nov 2010 23:29:00 GMT x", false},
            {"Sat, 13 Nov 2010 23:\r\n 29:00 GMT", false},
            {"Sat,  13 Nov 2010 23:29:00 GMT", false},
            {"Sat, 13 \r\n Nov 20 23:29:00 GMT", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));

                if (sip_date_ok(c->buf, sip_span_make(c->pos, c->end)) != rows[i].ok)
                        fail_msg("%s", rows[i].text);
                probe_end(&p);
        }
}

static bool seconds(const char *text, uint64_t *out)
{
        struct probe p;
        struct sip_cur *c = probe_value(&p, text, strlen(text));
        bool ok = sip_date_seconds(c->buf, sip_span_make(c->pos, c->end), out);

        probe_end(&p);
        return ok;
}

/* As the C library counts, from 1970 to 9999. */
static void epoch(void **state)
{
        uint64_t got;

        (void)state;
        srandom(3261);
        for (unsigned i = 0; i < 20000; i++) {
                int64_t want = (int64_t)((uint64_t)random() * (uint64_t)random() % 253402300800u);
                time_t t = (time_t)want;
                struct tm tm;
                char text[64];

                assert_non_null(gmtime_r(&t, &tm));
                assert_int_equal(strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm),
                                 29);
                if (!seconds(text, &got) || got != (uint64_t)want)
                        fail_msg("%s", text);
        }
        assert_true(seconds("Thu, 01 Jan 1970 00:00:00 GMT", &got) && got == 0);
        assert_true(seconds("Tue, 29 Feb 2000 23:59:60 GMT", &got) && got == 951868800);
        assert_true(seconds("Tue,\r\n 29 Feb\r\n 2000 23:59:60 GMT", &got) && got == 951868800);
        assert_false(seconds("Thu,\r\n 29 Feb 1900 00:00:00 GMT", &got));
        assert_false(seconds("Wed, 31 Dec 1969 23:59:59 GMT", &got));
        assert_false(seconds("Thu, 29 Feb 1900 00:00:00 GMT", &got));
        assert_false(seconds("Tue, 29 Feb 2100 00:00:00 GMT", &got));
        assert_false(seconds("Fri, 31 Apr 2015 00:00:00 GMT", &got));
        assert_false(seconds("Fri, 25 Sep 2015 19:12:25 EST", &got));
        assert_false(seconds("", &got));
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(epoch), cmocka_unit_test(dates)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
