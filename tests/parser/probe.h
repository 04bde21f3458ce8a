/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h - short forms for tests that look at one value or one message.
 */
#ifndef SLUICE_TESTS_PARSER_PROBE_H
#define SLUICE_TESTS_PARSER_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "parser/sip_check.h"
#include "parser/sip_cur.h"
#include "parser/sip_parse.h"
#include "tests/parser/guard.h"

/* A value under test, flush against an inaccessible page; offsets count from `lead` octets before.
 */
#define PROBE_LEAD 1u

struct probe {
        struct guard g;
        struct sip_anom_set notes;
        struct sip_cur cur;
};

/* A cursor over the n octets of text. One octet stands in front, so that no span is at offset 0. */
static inline struct sip_cur *probe_value(struct probe *p, const char *text, size_t n)
{
        char *copy = malloc(n + PROBE_LEAD);
        uint8_t *at;

        if (!copy)
                abort();
        copy[0] = '\n';
        memcpy(copy + PROBE_LEAD, text, n);
        p->g = guard_create(n + PROBE_LEAD);
        at = guard_tail(&p->g, copy, n + PROBE_LEAD);
        free(copy);
        memset(&p->notes, 0, sizeof(p->notes));
        p->cur = (struct sip_cur){at, PROBE_LEAD, (uint32_t)(n + PROBE_LEAD), &p->notes};
        return &p->cur;
}

static inline void probe_end(struct probe *p)
{
        guard_destroy(&p->g);
}

/* Fail with the text that was being read when a and b differ. */
static inline void probe_same_anomaly(const char *text, enum sip_anomaly got, enum sip_anomaly want)
{
        if (got != want)
                fail_msg("\"%s\": got %s, want %s", text, sip_anomaly_name(got),
                         sip_anomaly_name(want));
}

/* The span's octets are `want`; NULL wants it absent. */
static inline void probe_span(const uint8_t *buf, struct sip_span s, const char *want)
{
        if (!want) {
                assert_int_equal(s.off, 0);
                assert_int_equal(s.len, 0);
                return;
        }
        if (s.len != strlen(want) || memcmp(buf + s.off, want, s.len) != 0)
                fail_msg("got \"%.*s\", want \"%s\"", (int)s.len, (const char *)buf + s.off, want);
}

#endif
