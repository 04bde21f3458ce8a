/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_date.h"

static void dates(void **state)
{
        static const struct {
                const char *text;
                bool ok;
        } rows[] = {
            {"Sat, 13 Nov 2010 23:29:00 GMT", true},  {"Fri, 01 Jan 2010 16:00:00 EST", false},
            {"sat, 13 nov 2010 23:29:60 gmt", true},  {"Sat, 13 Nov 2010 24:00:00 GMT", false},
            {"Sat, 32 Nov 2010 23:29:00 GMT", false}, {"Sat, 00 Nov 2010 23:29:00 GMT", false},
            {"Sat, 13 Nov 2010 23:60:00 GMT", false}, {"Sat, 13 Nov 2010 23:29:61 GMT", false},
            {"Sat, 13 Now 2010 23:29:00 GMT", false}, {"Sat 13 Nov 2010 23:29:00 GMT", false},
            {"Sat, 13 Nov 2010 23:29:00 GM", false},  {"Sat, 13 Nov 2010 23:29:00 GMT ", false},
            {"Sat, 3 Nov 2010 23:29:00 GMT", false},  {"", false},
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

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(dates)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
