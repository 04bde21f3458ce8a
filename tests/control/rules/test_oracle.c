/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that match_eval() finds are those of the reference, which works with PCRE2 and by
 * trying: rule sets by chance and the rule files of the outside corpus, compiled for each platform
 * that this CPU can run, over datagrams made for each rule, messages and other octets by chance.
 *
 *   test_rules_oracle [--buffers N] [--seed S]
 *
 * A buffer that takes the reference too long is told and counted, and compared with nothing.
 */
#include <dirent.h>
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
#include "parser/match/match_ref.h"
#include "parser/match/match_set.h"
#include "parser/sip_parse.h"
#include "tests/control/rules/rule_maker.h"
#include "tests/control/rules/witness.h"

#define RULES_PER_SET   24u
#define BUFFERS_PER_SET 2000u
#define RULES_MAX       256u /* of a set */
#define TEXT_MAX        (1u << 18)
#define TRIES_MORE      400u /* for a rule that held for no buffer of its set */

static unsigned long buffers_wanted = 20000;
static uint64_t seed = 20261122;

struct built {
        struct match_set *set;
        struct match_scratch *scratch;
};

struct round {
        char text[TEXT_MAX];
        const char *name; /* of a file, NULL: by chance */
        struct maker_rng *rng;
        struct cp_rule_set rules;
        struct built built[MATCH_PLATFORM_CNT];
        struct match_ref *ref;
        struct sip_msg msg;
        unsigned long positives[RULES_MAX];
        struct witness datagram;
};

static struct {
        unsigned long skipped_rules, rules, with_positives, most, least;
        unsigned long compared, held, given_up;
        unsigned ran[MATCH_PLATFORM_CNT];
} total;

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
                        total.skipped_rules++;
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

        /* of a file of others what can not be honoured is refused, the rest is taken */
        assert_true(cp_rules_read(&r->rules, "r", r->text, len, &cp_rule_default_vars, e) == 0 ||
                    r->name != NULL);
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
                total.ran[p]++;
                assert_int_equal(match_scratch_create(&r->built[p].scratch, r->built[p].set), 0);
        }
        r->ref = match_ref_create(r->built[0].set, &bad);
        assert_non_null(r->ref);
        assert_true(match_set_rules(r->built[0].set) <= RULES_MAX);
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
        memset(&r->rules, 0, sizeof(r->rules));
        memset(r->built, 0, sizeof(r->built));
        memset(r->positives, 0, sizeof(r->positives));
}

static void show(const struct round *r, const char *who, const uint32_t *hits, uint32_t n)
{
        fprintf(stderr, "%s:", who);
        for (uint32_t i = 0; i < n; i++)
                fprintf(stderr, " %u", match_set_rule(r->built[0].set, hits[i])->sid);
        fprintf(stderr, "\n");
}

struct wanted {
        uint32_t hits[RULES_MAX];
        uint32_t n;
};

static void compare_one(struct round *r, const struct match_facts *f, const struct wanted *want,
                        unsigned p, const char *how)
{
        const struct built *b = &r->built[p];
        uint32_t got[RULES_MAX];
        uint32_t k = match_eval(b->set, b->scratch, f, MATCH_NONE, got, RULES_MAX);

        if (k == want->n && memcmp(want->hits, got, k * sizeof(*got)) == 0)
                return;
        fprintf(stderr, "%s--\n%.*s\n--\n", r->name != NULL ? r->name : r->text,
                (int)f->payload_len, f->payload);
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

        want.n = match_ref_eval(r->ref, f, MATCH_NONE, want.hits, RULES_MAX);
        if (match_ref_incomplete(r->ref)) {
                print_message("given up: buffer %lu\n", total.compared + total.given_up++);
                return;
        }
        total.held += want.n;
        for (uint32_t i = 0; i < want.n; i++)
                r->positives[want.hits[i]]++;
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
        total.compared++;
}

/* ---- one set ---- */

static void compare_payload(struct round *r, const struct witness *w)
{
        static const uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
        struct match_facts f = {.payload = (const uint8_t *)w->at,
                                .payload_len = (uint32_t)w->n,
                                .src = ip,
                                .dst = ip,
                                .sport = w->sport,
                                .dport = w->dport,
                                .ip_proto = w->ip_proto};

        if (w->sip) {
                (void)sip_parse(f.payload, f.payload_len, &r->msg);
                f.msg = &r->msg;
        }
        compare(r, &f);
}

static void try_witness(struct round *r, uint32_t index)
{
        witness_make(r->rng, r->built[MATCH_PLATFORM_HOST].set, index, &r->datagram);
        compare_payload(r, &r->datagram);
}

static void any_datagram(struct round *r)
{
        struct witness *w = &r->datagram;

        w->sip = maker_below(r->rng, 2) != 0;
        w->sport = w->dport = 5060;
        w->ip_proto = maker_below(r->rng, 4) == 0 ? 6 : 17;
        w->n = w->sip ? maker_message(r->rng, w->at, sizeof(w->at))
                      : maker_junk(r->rng, (uint8_t *)w->at);
        compare_payload(r, w);
}

/* Buffers for a set that is built, one of three made for one of its rules; then more for those that
 * held for none. */
static void judge(struct round *r, unsigned long buffers)
{
        uint32_t rules = match_set_rules(r->built[0].set);

        for (unsigned long i = 0; i < buffers; i++) {
                if (i % 3 == 0)
                        try_witness(r, (uint32_t)(i / 3 % rules));
                else
                        any_datagram(r);
        }
        for (uint32_t i = 0; i < rules; i++) {
                for (unsigned n = 0; n < TRIES_MORE && r->positives[i] == 0; n++)
                        try_witness(r, i);
                total.rules++;
                if (r->positives[i] == 0) {
                        if (r->name != NULL)
                                print_message("%s: nothing is found that %u holds for\n", r->name,
                                              match_set_rule(r->built[0].set, i)->sid);
                        continue;
                }
                total.with_positives++;
                if (total.least == 0 || r->positives[i] < total.least)
                        total.least = r->positives[i];
                if (r->positives[i] > total.most)
                        total.most = r->positives[i];
        }
}

static void tell(const char *what)
{
        print_message("%s: %lu buffers, 0 differences, %lu given up; %lu rules, %lu with buffers "
                      "that they hold for (%lu to %lu each, %lu in all), none was found for "
                      "the others; %lu more that Hyperscan "
                      "does not compile\n",
                      what, total.compared, total.given_up, total.rules, total.with_positives,
                      total.least, total.most, total.held, total.skipped_rules);
        for (unsigned p = 0; p < MATCH_PLATFORM_CNT; p++)
                print_message("  platform %s: %u sets%s\n",
                              match_platform_name((enum match_platform)p), total.ran[p],
                              total.ran[p] == 0 ? ", not of this CPU" : "");
        assert_true(total.ran[MATCH_PLATFORM_HOST] != 0 && total.ran[MATCH_PLATFORM_GENERIC] != 0);
        assert_true(total.given_up * 10000 <= total.compared);
}

static void same_rules_hold_as_for_the_reference(void **state)
{
        struct maker_rng rng = {seed * 2654435761u + 1};
        struct round *r = calloc(1, sizeof(*r));
        unsigned long told = 0;

        (void)state;
        print_message("seed %llu\n", (unsigned long long)seed);
        memset(&total, 0, sizeof(total));
        r->rng = &rng;
        while (total.compared < buffers_wanted) {
                unsigned long left = buffers_wanted - total.compared;

                build(r, take_rules(&rng, r->text, sizeof(r->text)));
                judge(r, left < BUFFERS_PER_SET ? left : BUFFERS_PER_SET);
                unbuild(r);
                if (total.compared / 100000 != told) {
                        told = total.compared / 100000;
                        print_message("%lu buffers\n", total.compared);
                }
        }
        tell("rules by chance");
        assert_true(total.held > total.compared / 10);
        /* Some can not hold for anything; but half of what chance makes must. */
        assert_true(total.with_positives * 2 >= total.rules);
        free(r);
}

/* ---- the rule files of others ---- */

static size_t read_file(const char *path, char *text, size_t cap)
{
        FILE *f = fopen(path, "re");
        size_t n = f != NULL ? fread(text, 1, cap, f) : 0;

        if (f != NULL)
                (void)fclose(f);
        return n < cap ? n : 0;
}

/* Messages that a file's rules may hold for besides those made for them. */
static void judge_messages(struct round *r, const char *folder)
{
        DIR *d = opendir(folder);
        const struct dirent *e;

        assert_non_null(d);
        while ((e = readdir(d)) != NULL) {
                struct witness *w = &r->datagram;
                char path[4352];

                snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
                w->n = e->d_name[0] != '.' ? read_file(path, w->at, sizeof(w->at)) : 0;
                if (w->n == 0)
                        continue;
                w->sip = sip_sniff((const uint8_t *)w->at, w->n) == SIP_SNIFF_SIP;
                w->sport = w->dport = 5060;
                w->ip_proto = e->d_name[0] % 2 == 0 ? 17 : 6;
                compare_payload(r, w);
        }
        (void)closedir(d);
}

static void judge_file(struct round *r, const char *path, const char *name)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        char folder[4096];
        size_t len = read_file(path, r->text, sizeof(r->text));

        snprintf(folder, sizeof(folder), "%s/tests/corpus/sip", root != NULL ? root : ".");
        assert_true(len > 0);
        r->name = name;
        build(r, len);
        judge_messages(r, folder);
        judge(r, buffers_wanted / 50);
        unbuild(r);
}

static void rule_files_of_others_hold_as_for_the_reference(void **state)
{
        const char *given = getenv("SLUICE_CORPUS");
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        struct maker_rng rng = {seed * 2654435761u + 1};
        struct round *r;
        char path[4400];
        char folder[4096];
        const struct dirent *e;
        DIR *d;

        (void)state;
        snprintf(folder, sizeof(folder), "%s%s",
                 given != NULL  ? given
                 : root != NULL ? root
                                : ".",
                 given != NULL ? "/rules" : "/../shared/corpus/rules");
        if (access(folder, R_OK) != 0) {
                print_message("skipped: no outside corpus (SLUICE_CORPUS)\n");
                skip();
        }
        memset(&total, 0, sizeof(total));
        r = calloc(1, sizeof(*r));
        r->rng = &rng;
        snprintf(path, sizeof(path), "%s/emerging-threats-sip.rules", folder);
        judge_file(r, path, "emerging-threats-sip.rules");
        snprintf(path, sizeof(path), "%s/emerging-threats-gpl-sip.rules", folder);
        judge_file(r, path, "emerging-threats-gpl-sip.rules");
        snprintf(path, sizeof(path), "%s/suricata-sip-events.rules", folder);
        judge_file(r, path, "suricata-sip-events.rules");
        snprintf(path, sizeof(path), "%s/suricata-verify", folder);
        d = opendir(path);
        while (d != NULL && (e = readdir(d)) != NULL) {
                static const char *const names[] = {"test.rules", "sip-frames.rules"};

                for (int i = 0; i < 2; i++) {
                        snprintf(path, sizeof(path), "%s/suricata-verify/%.200s/%s", folder,
                                 e->d_name, names[i]);
                        if (e->d_name[0] != '.' && access(path, R_OK) == 0)
                                judge_file(r, path, e->d_name);
                }
        }
        if (d != NULL)
                (void)closedir(d);
        tell("rule files of others");
        free(r);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(same_rules_hold_as_for_the_reference),
            cmocka_unit_test(rule_files_of_others_hold_as_for_the_reference),
        };

        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--buffers") == 0)
                        buffers_wanted = strtoul(argv[i + 1], NULL, 10);
                else if (strcmp(argv[i], "--seed") == 0)
                        seed = strtoull(argv[i + 1], NULL, 10);
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
