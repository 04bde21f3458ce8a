/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_metamorphic.c - two spellings of one message: compact or long names, their case, folds, the
 * order of unlike headers, white space, octets behind the body. The verdict is the same, when what
 * is merely odd in a spelling is allowed for, and so is every typed field.
 *
 *     test_metamorphic [--pairs N]    of each kind; the usual run is 30,000 of each of ten kinds
 */
#include <stdlib.h>

#include "tests/parser/meaning.h"
#include "tests/parser/spell.h"
#include "tests/parser/whole.h"

#if defined(__SANITIZE_ADDRESS__)
#define PAIRS 3000u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PAIRS 3000u
#endif
#endif
#ifndef PAIRS
#define PAIRS 30000u
#endif

static unsigned long pairs = PAIRS;

static uint8_t plain[PLAN_TEXT_BYTES], other[PLAN_TEXT_BYTES], unused[PLAN_TEXT_BYTES];

static void show(const char *what, size_t n, size_t len)
{
        /* longer than what fail_msg() shows */
        fprintf(stderr, "%s\nplain:\n%.*s\nother:\n%.*s\n", what, (int)n, (const char *)plain,
                (int)len, (const char *)other);
        fail();
}

/* The anomalies that a kind of spelling brings with it, and nothing else may. */
struct kind {
        const char *name;
        struct spelling how;
        enum sip_anomaly brings[4];
};

static const struct kind kinds[] = {
    {"compact names", {.compact = 50}, {0}},
    {"case of names", {.other_case = 30, .compact = 10}, {0}},
    {"folds", {.fold = 10}, {SIP_ANOM_HDR_FOLDED}},
    {"folds in URIs", {.uri_fold = 40}, {SIP_ANOM_HDR_FOLDED, SIP_ANOM_URI_FOLDED}},
    {"order", {.shuffle = 100}, {0}},
    {"octets behind the body",
     {.trailing = 100},
     {SIP_ANOM_BODY_TRAILING, SIP_ANOM_SECOND_MESSAGE}},
    {"white space", {.wide = 40, .colon_space = 20}, {SIP_ANOM_HDR_SPACE_BEFORE_COLON}},
    {"line ends", {.lf_only = 100, .leading = 50}, {SIP_ANOM_HDR_LF_ONLY, SIP_ANOM_LEADING_CRLF}},
    {"misprints",
     {.empty_param = 30, .comma_last = 40, .stray = 40},
     {SIP_ANOM_PARAM_EMPTY, SIP_ANOM_LIST_EMPTY_LAST, SIP_ANOM_ADDR_STRAY_BRACKET}},
    {"all of it",
     {.compact = 30, .other_case = 10, .fold = 5, .shuffle = 50, .trailing = 20, .wide = 20},
     {SIP_ANOM_HDR_FOLDED, SIP_ANOM_BODY_TRAILING, SIP_ANOM_SECOND_MESSAGE}},
};
#define KIND_CNT (sizeof(kinds) / sizeof(kinds[0]))

static void check_pair(const struct kind *k, size_t n, size_t len)
{
        static struct sip_msg a, b;
        struct sip_anom_set left;
        const char *what;

        sip_parse(plain, n, &a);
        sip_parse(other, len, &b);
        if (a.error != b.error)
                show("fault", n, len);
        /* What the kind brings is not in the plain one, and without it the sets are the same. */
        left = b.anomalies;
        for (size_t i = 0; i < sizeof(k->brings) / sizeof(k->brings[0]); i++) {
                enum sip_anomaly an = k->brings[i];

                if (an == SIP_ANOM_NONE)
                        continue;
                if (sip_anom_has(&a.anomalies, an))
                        show(sip_anomaly_name(an), n, len);
                left.w[(an - 1u) / 64u] &= ~(UINT64_C(1) << ((an - 1u) % 64u));
        }
        if (memcmp(&left, &a.anomalies, sizeof(left)) != 0)
                show("anomalies", n, len);
        what = meaning_differs(&a, &b);
        if (what != NULL)
                show(what, n, len);
        b.anomalies = left;
        if (sip_check(&a).verdict != sip_check(&b).verdict ||
            sip_check(&a).reason != sip_check(&b).reason)
                show("verdict", n, len);
}

/* Does `spoil` make a plan faulty: both spellings must then be refused for the same. */
static void spoil(struct plan *p, struct rng *r)
{
        struct plan_hdr *h = &p->hdr[rng_below(r, p->hdr_cnt)];
        static const char *const bad[] = {"",    "a b c", "<sip:a@b",    "99999999999",
                                          "\"x", "*,*",   "SIP/2.0/UDP", "sip:a@@b"};

        if (h->id != SIP_HDR_OTHER)
                snprintf(h->value, sizeof(h->value), "%s",
                         bad[rng_below(r, sizeof(bad) / sizeof(bad[0]))]);
}

static void all_kinds(void **state)
{
        struct rng r = rng_seeded("metamorphic");
        unsigned long refused = 0;

        (void)state;
        for (size_t k = 0; k < KIND_CNT; k++) {
                unsigned long same = 0;
                struct plan p;

                for (unsigned long i = 0; i < pairs; i++) {
                        static const struct spelling usual;
                        static struct sip_msg m;
                        bool faulty = i % 8 == 7;
                        size_t n, len, ignored;

                        plan_make(&p, &r);
                        if (faulty)
                                spoil(&p, &r);
                        n = plan_spell(&p, &usual, &r, plain, unused, &ignored);
                        len = plan_spell(&p, &kinds[k].how, &r, other, unused, &ignored);
                        same += len == n && memcmp(plain, other, n) == 0;
                        if (!faulty) {
                                check_pair(&kinds[k], n, len);
                                continue;
                        }
                        sip_parse(plain, n, &m);
                        enum sip_verdict v = sip_check(&m).verdict;

                        sip_parse(other, len, &m);
                        refused += v == SIP_VERDICT_REJECT;
                        if ((v == SIP_VERDICT_REJECT) !=
                            (sip_check(&m).verdict == SIP_VERDICT_REJECT))
                                show("one of them refused", n, len);
                }
                printf("%s: %lu pairs, %lu of them spelt alike\n", kinds[k].name, pairs, same);
                assert_true(same < pairs / 2);
        }
        printf("%lu refused both ways\n", refused);
        assert_true(refused > KIND_CNT * pairs / 32);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(all_kinds),
        };

        if (argc == 3 && strcmp(argv[1], "--pairs") == 0)
                pairs = strtoul(argv[2], NULL, 0);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
