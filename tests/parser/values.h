/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.h - tables of values and what a reader must call them; each value and each of its prefixes
 * is read flush against a page that cannot be touched.
 */
#ifndef SLUICE_TESTS_PARSER_VALUES_H
#define SLUICE_TESTS_PARSER_VALUES_H

#include "parser/sip_value.h"
#include "tests/parser/probe.h"

struct value_row {
        const char *text;
        enum sip_value want;
};

/* Reads a value; the result itself is of no interest here. */
typedef enum sip_value value_fn(struct sip_cur *c);

static inline void values_check(const struct value_row *rows, size_t cnt, value_fn *fn)
{
        for (size_t i = 0; i < cnt; i++) {
                size_t len = strlen(rows[i].text);

                for (size_t n = 0; n <= len; n++) {
                        struct probe p;
                        struct sip_cur *c = probe_value(&p, rows[i].text, n);
                        enum sip_value got = fn(c);

                        assert_true(c->pos <= c->end);
                        if (n == len && got != rows[i].want)
                                fail_msg("\"%s\": got %s, want %s", rows[i].text,
                                         sip_value_name(got), sip_value_name(rows[i].want));
                        probe_end(&p);
                }
        }
}

#endif
