/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The corpora: our own (tests/corpus, every row exact), and one of others' messages that may lie
 * beside the source tree (SLUICE_CORPUS, default ../shared/corpus), whose manifest says which
 * messages are well formed by their RFC.
 */
#include "tests/parser/whole.h"

#include <stdlib.h>

#define FILE_BYTES_MAX 200000u

static char root[3072]; /* of the source tree */

/* Where the manifest and the RFC's own grammar disagree, or two requirements do; with the reason.
 */
static const struct {
        const char *file;
        enum sip_verdict verdict;
        const char *why;
} exceptions[] = {
    {"rfc4475/insuf.dat", SIP_VERDICT_REJECT,
     "no Call-ID, From or To: mandatory (RFC 3261 8.1.1), refused before state is touched"},
    {"rfc4475/multi01.dat", SIP_VERDICT_REJECT,
     "several From, To, Call-ID, CSeq: which one counts differs between parsers"},
};
#define EXCEPTION_CNT (sizeof(exceptions) / sizeof(exceptions[0]))

struct tally {
        unsigned rows, verdicts[3], excepted, bad;
};

/* The file's octets, flush against an inaccessible page; false when it cannot be read. */
static bool judge(const char *dir, const char *file, struct whole *w)
{
        static uint8_t buf[FILE_BYTES_MAX];
        char path[8192];
        size_t n;
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", dir, file);
        f = fopen(path, "rb");
        if (!f)
                return false;
        n = fread(buf, 1, sizeof(buf), f);
        fclose(f);
        whole_parse(w, buf, n);
        return true;
}

static FILE *open_manifest(const char *dir)
{
        char path[8192];

        snprintf(path, sizeof(path), "%s/manifest.tsv", dir);
        return fopen(path, "r");
}

static void own(void **state)
{
        char dir[4096], line[1024];
        unsigned rows = 0, bad = 0;
        FILE *f;

        (void)state;
        snprintf(dir, sizeof(dir), "%s/tests/corpus", root);
        f = open_manifest(dir);
        assert_non_null(f);
        assert_non_null(fgets(line, sizeof(line), f));
        while (fgets(line, sizeof(line), f)) {
                const char *file = strtok(line, "\t\n");
                const char *verdict = strtok(NULL, "\t\n");
                const char *reason = strtok(NULL, "\t\n");
                struct whole w;

                assert_true(file && verdict && reason);
                if (!judge(dir, file, &w))
                        fail_msg("%s cannot be read", file);
                if (strcmp(sip_verdict_name(w.j.verdict), verdict) != 0 ||
                    strcmp(sip_anomaly_name(w.j.reason), reason) != 0) {
                        print_error("%s: got %s/%s, want %s/%s\n", file,
                                    sip_verdict_name(w.j.verdict), sip_anomaly_name(w.j.reason),
                                    verdict, reason);
                        bad++;
                }
                whole_end(&w);
                rows++;
        }
        fclose(f);
        printf("own corpus: %u rows\n", rows);
        assert_int_equal(bad, 0);
        assert_true(rows > 100);
}

/* Is this verdict what the manifest's word allows? */
static bool allowed(const char *expected, enum sip_verdict v)
{
        if (strcmp(expected, "invalid") == 0)
                return v == SIP_VERDICT_REJECT;
        return v != SIP_VERDICT_REJECT;
}

static const char *const words[] = {"valid",           "valid-semantic",  "tolerate", "invalid",
                                    "accept-by-suite", "reject-by-suite", "no-crash"};
#define WORD_CNT      (sizeof(words) / sizeof(words[0]))
#define WORDS_BINDING 4u /* the first ones are the RFC's word; the others are only compared */

static void take_row(const char *dir, const char *file, const char *expected, struct tally *tallies)
{
        struct whole w;
        size_t k, e;

        for (k = 0; k < WORD_CNT && strcmp(expected, words[k]) != 0; k++)
                ;
        if (k == WORD_CNT)
                return;
        if (!judge(dir, file, &w)) {
                print_error("%s cannot be read\n", file);
                tallies[k].bad++;
                return;
        }
        tallies[k].rows++;
        tallies[k].verdicts[w.j.verdict]++;
        for (e = 0; e < EXCEPTION_CNT && strcmp(file, exceptions[e].file) != 0; e++)
                ;
        if (e < EXCEPTION_CNT) {
                tallies[k].excepted++;
                printf("exception %s: %s\n", file, exceptions[e].why);
        }
        if (k < WORDS_BINDING && (e < EXCEPTION_CNT ? w.j.verdict != exceptions[e].verdict
                                                    : !allowed(expected, w.j.verdict))) {
                print_error("%s: manifest says %s, got %s/%s\n", file, expected,
                            sip_verdict_name(w.j.verdict), sip_anomaly_name(w.j.reason));
                tallies[k].bad++;
        }
        whole_end(&w);
}

static void outside(void **state)
{
        const char *env = getenv("SLUICE_CORPUS");
        struct tally tallies[WORD_CNT] = {{0}};
        char dir[4096], line[4096];
        unsigned bad = 0;
        FILE *f;

        (void)state;
        if (env)
                snprintf(dir, sizeof(dir), "%s", env);
        else
                snprintf(dir, sizeof(dir), "%s/../shared/corpus", root);
        f = open_manifest(dir);
        if (!f) {
                printf("SKIPPED: no corpus of others' messages at %s (set SLUICE_CORPUS)\n", dir);
                skip();
        }
        while (fgets(line, sizeof(line), f)) {
                char *rest = line;
                const char *file = strsep(&rest, "\t\n");
                const char *expected = strsep(&rest, "\t\n");
                const char *kind = rest && strsep(&rest, "\t\n") ? strsep(&rest, "\t\n") : NULL;

                if (!file || !expected || !kind)
                        continue;
                if (strcmp(kind, "sip-message") == 0 || strcmp(kind, "fuzz-seed") == 0)
                        take_row(dir, file, expected, tallies);
        }
        fclose(f);
        printf("%-16s %6s %7s %10s %7s %10s\n", "manifest says", "files", "accept", "normalise",
               "reject", "exceptions");
        for (size_t k = 0; k < WORD_CNT; k++) {
                const struct tally *t = &tallies[k];

                printf("%-16s %6u %7u %10u %7u %10u\n", words[k], t->rows, t->verdicts[0],
                       t->verdicts[1], t->verdicts[2], t->excepted);
                bad += t->bad;
        }
        assert_int_equal(bad, 0);
        assert_true(tallies[0].rows > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(own), cmocka_unit_test(outside)};

        const char *env = getenv("SLUICE_SOURCE_ROOT");

        snprintf(root, sizeof(root), "%s", env ? env : SLUICE_SOURCE_ROOT);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
