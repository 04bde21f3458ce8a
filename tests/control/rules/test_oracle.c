/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that match_eval() finds are those of the reference, which works with PCRE2 and by
 * trying: rule sets by chance, compiled for each platform that this CPU can run, over messages and
 * other datagrams by chance.
 *
 *   test_rules_oracle [--buffers N] [--seed S]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_ref.h"
#include "parser/match/match_set.h"
#include "parser/sip_parse.h"
#include "tests/control/rules/rule_maker.h"

#define RULES_PER_SET   24u
#define BUFFERS_PER_SET 2000u
#define HITS_MAX        256u

static unsigned long buffers_wanted = 20000;
static uint64_t seed = 20261122;

struct built {
        struct match_set *set;
        struct match_scratch *scratch;
};

struct round {
        char text[RULES_PER_SET * 4096];
        struct cp_rule_set rules;
        struct built built[MATCH_PLATFORM_CNT];
        struct match_ref *ref;
};

static unsigned long skipped_rules, compared, hits_seen;
static unsigned ran[MATCH_PLATFORM_CNT];

/* Rules that Hyperscan refuses are left out: that is what happens to them. */
static size_t take_rules(struct maker_rng *rng, char *text, size_t cap)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        size_t n = 0;

        for (uint32_t sid = 1; sid <= RULES_PER_SET; sid++) {
                size_t len = maker_rule(rng, sid, text + n, cap - n);
                struct cp_rule_set set = {0};
                struct cp_image image;
                int rc = cp_rules_read(&set, "r", text + n, len, &cp_rule_default_vars, e);

                if (rc == 0)
                        rc = cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &image, e);
                if (rc == 0) {
                        free(image.at);
                        n += len;
                } else {
                        skipped_rules++;
                }
                cp_rule_set_fini(&set);
        }
        free(e);
        return n;
}

static void build(struct round *r, size_t len)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        uint32_t bad;

        assert_int_equal(cp_rules_read(&r->rules, "r", r->text, len, &cp_rule_default_vars, e), 0);
        for (unsigned p = 0; p < MATCH_PLATFORM_CNT; p++) {
                struct cp_image image;
                enum match_fault f;

                assert_int_equal(
                    cp_image_make(&r->rules, (enum match_platform)p, 1, NULL, &image, e), 0);
                f = match_set_create(&r->built[p].set, image.at, image.bytes);
                free(image.at);
                if (f == MATCH_FAULT_PLATFORM)
                        continue; /* this CPU can not run it */
                assert_int_equal(f, MATCH_OK);
                ran[p]++;
                assert_int_equal(match_scratch_create(&r->built[p].scratch, r->built[p].set), 0);
        }
        r->ref = match_ref_create(r->built[0].set, &bad);
        assert_non_null(r->ref);
        free(e);
}

static void unbuild(struct round *r)
{
        match_ref_destroy(r->ref);
        for (unsigned p = 0; p < MATCH_PLATFORM_CNT; p++) {
                match_scratch_destroy(r->built[p].scratch);
                match_set_destroy(r->built[p].set);
        }
        cp_rule_set_fini(&r->rules);
}

static void show(const struct round *r, const char *who, const uint32_t *hits, uint32_t n)
{
        fprintf(stderr, "%s:", who);
        for (uint32_t i = 0; i < n; i++)
                fprintf(stderr, " %u", match_set_rule(r->built[0].set, hits[i])->sid);
        fprintf(stderr, "\n");
}

struct wanted {
        uint32_t hits[HITS_MAX];
        uint32_t n;
};

static void compare_one(struct round *r, const struct match_facts *f, const struct wanted *want,
                        unsigned p, const char *how)
{
        const struct built *b = &r->built[p];
        uint32_t got[HITS_MAX];
        uint32_t k = match_eval(b->set, b->scratch, f, 0, got, HITS_MAX);

        if (k == want->n && memcmp(want->hits, got, k * sizeof(*got)) == 0)
                return;
        fprintf(stderr, "%s--\n%.*s\n--\n", r->text, (int)f->payload_len, f->payload);
        show(r, "reference", want->hits, want->n);
        fprintf(stderr, "%s ", how);
        show(r, match_platform_name((enum match_platform)p), got, k);
        fail();
}

/* On every platform; and the first without its gate, and with the gate of a CPU without AVX2. */
static void compare(struct round *r, const struct match_facts *f)
{
        struct match_set *first = r->built[MATCH_PLATFORM_HOST].set;
        struct wanted want;

        want.n = match_ref_eval(r->ref, f, 0, want.hits, HITS_MAX);
        hits_seen += want.n;
        for (unsigned p = 0; p < MATCH_PLATFORM_CNT; p++) {
                if (r->built[p].set != NULL)
                        compare_one(r, f, &want, p, "gate");
        }
        first->ungated = true;
        compare_one(r, f, &want, MATCH_PLATFORM_HOST, "no gate");
        first->ungated = false;
        first->gate->avx2 = false;
        compare_one(r, f, &want, MATCH_PLATFORM_HOST, "plain gate");
        first->gate->avx2 = match_gate_has_avx2();
        compared++;
}

static void same_rules_hold_as_for_the_reference(void **state)
{
        static const uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
        struct maker_rng rng = {seed * 2654435761u + 1};
        struct round *r = calloc(1, sizeof(*r));
        struct sip_msg *msg = malloc(sizeof(*msg));
        struct match_facts f = {.src = ip, .dst = ip, .sport = 5060, .dport = 5060, .ip_proto = 17};

        (void)state;
        print_message("seed %llu\n", (unsigned long long)seed);
        while (compared < buffers_wanted) {
                memset(r, 0, sizeof(*r));
                build(r, take_rules(&rng, r->text, sizeof(r->text)));
                for (unsigned i = 0; i < BUFFERS_PER_SET && compared < buffers_wanted; i++) {
                        char buf[4096];

                        f.payload = (const uint8_t *)buf;
                        f.msg = NULL;
                        if (i % 2 != 0) {
                                f.payload_len = (uint32_t)maker_junk(&rng, (uint8_t *)buf);
                        } else {
                                f.payload_len = (uint32_t)maker_message(&rng, buf, sizeof(buf));
                                (void)sip_parse(f.payload, f.payload_len, msg);
                                f.msg = msg;
                        }
                        compare(r, &f);
                }
                assert_false(match_ref_incomplete(r->ref));
                unbuild(r);
        }
        print_message("%lu buffers, %lu rules held, %lu rules that Hyperscan does not compile\n",
                      compared, hits_seen, skipped_rules);
        for (unsigned p = 0; p < MATCH_PLATFORM_CNT; p++)
                print_message("  platform %s: %s\n", match_platform_name((enum match_platform)p),
                              ran[p] != 0 ? "ran" : "skipped, not of this CPU");
        assert_true(hits_seen > compared / 10);
        assert_true(ran[MATCH_PLATFORM_HOST] != 0 && ran[MATCH_PLATFORM_GENERIC] != 0);
        free(msg);
        free(r);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(same_rules_hold_as_for_the_reference),
        };

        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--buffers") == 0)
                        buffers_wanted = strtoul(argv[i + 1], NULL, 10);
                else if (strcmp(argv[i], "--seed") == 0)
                        seed = strtoull(argv[i + 1], NULL, 10);
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
