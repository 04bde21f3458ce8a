/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/parser/bad/bad_make.h"

#define HANG_S      10u
#define INPUTS_MAX  100000u
#define INPUT_SHOWN 300u

struct tally {
        size_t rows, inputs, distinct, octets;
};

/* What the watchdog says; written before each input. */
static char doing[512];

static void hang(int sig)
{
        static const char text[] = "HANG: ";

        (void)sig;
        /* Nothing can be done about a message that cannot be written. */
        if (write(2, text, sizeof(text) - 1) < 0 || write(2, doing, strlen(doing)) < 0)
                _exit(3);
        abort();
}

struct bad_args bad_args_read(int argc, char **argv)
{
        struct bad_args a = {.inputs = 64};

        for (int i = 1; i < argc; i++) {
                if (strcmp(argv[i], "--inputs") == 0 && i + 1 < argc) {
                        a.inputs = (unsigned)strtoul(argv[++i], NULL, 10);
                } else if (strcmp(argv[i], "--row") == 0 && i + 1 < argc) {
                        a.row = argv[++i];
                } else {
                        fprintf(stderr, "usage: %s [--inputs N] [--row NAME]\n", argv[0]);
                        exit(2);
                }
        }
        if (a.inputs < 1 || a.inputs > INPUTS_MAX) {
                fprintf(stderr, "--inputs wants 1..%u\n", INPUTS_MAX);
                exit(2);
        }
        a.seed = rng_seeded("bad inputs").state;
        return a;
}

static uint64_t fnv(const void *p, size_t n)
{
        const uint8_t *b = p;
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        for (size_t i = 0; i < n; i++)
                h = (h ^ b[i]) * UINT64_C(0x100000001b3);
        return h;
}

void bad_input(const struct bad_row *row, uint64_t seed, unsigned number, struct rng *r,
               struct bad_text *out)
{
        r->state = seed ^ fnv(row->name, strlen(row->name));
        r->state = rng_next(r) + number;
        (void)rng_next(r);
        bad_make(row->base, row->edits, r, out);
}

static int by_value(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return x < y ? -1 : x > y;
}

static size_t distinct(uint64_t *hashes, size_t n)
{
        size_t cnt = n > 0;

        qsort(hashes, n, sizeof(*hashes), by_value);
        for (size_t i = 1; i < n; i++)
                cnt += hashes[i] != hashes[i - 1];
        return cnt;
}

static void show(const struct bad_row *row, unsigned number, const char *got,
                 const struct bad_text *t)
{
        printf("B%u %s, input %u: want %s, got %s\n    ", row->cls, row->name, number, row->want,
               got);
        for (size_t i = 0; i < t->len && i < INPUT_SHOWN; i++) {
                if (t->b[i] >= 0x20 && t->b[i] < 0x7f)
                        putchar(t->b[i]);
                else
                        printf("\\x%02x", t->b[i]);
        }
        printf("%s (%zu octets)\n", t->len > INPUT_SHOWN ? "..." : "", t->len);
}

/* All inputs of a row; returns how many had another outcome than the table's. */
static size_t run_row(const struct bad_row *row, const struct bad_args *args, bad_reader *read,
                      struct tally *tally)
{
        static uint64_t hashes[INPUTS_MAX];
        static struct bad_text text;
        size_t wrong = 0;

        for (unsigned i = 0; i < args->inputs; i++) {
                char got[BAD_OUTCOME_BYTES] = "";
                struct rng r;

                bad_input(row, args->seed, i, &r, &text);
                hashes[i] = fnv(text.b, text.len);
                snprintf(doing, sizeof(doing), "B%u %s, input %u, SLUICE_SEED=%llu\n", row->cls,
                         row->name, i, (unsigned long long)args->seed);
                alarm(HANG_S);
                read(text.b, text.len, &r, got);
                alarm(0);
                tally->octets += text.len;
                if (bad_outcome(row->want, got))
                        continue;
                if (wrong++ == 0)
                        show(row, i, got, &text);
        }
        tally->rows++;
        tally->inputs += args->inputs;
        tally->distinct += distinct(hashes, args->inputs);
        return wrong;
}

size_t bad_run(const struct bad_table *t, const struct bad_args *args,
               bad_reader *(*find)(const char *name))
{
        struct tally tallies[BAD_CLASSES + 1] = {{0}}, all = {0};
        size_t wrong = 0, wrong_rows = 0;

        signal(SIGALRM, hang);
        for (size_t i = 0; i < t->cnt; i++) {
                const struct bad_row *row = &t->rows[i];
                bad_reader *read = find(row->reader);
                size_t bad;

                if (!read || (args->row && strcmp(args->row, row->name) != 0))
                        continue;
                bad = run_row(row, args, read, &tallies[row->cls]);
                wrong += bad;
                wrong_rows += bad > 0;
        }
        printf("class   rows  inputs  different    octets\n");
        for (unsigned c = 1; c <= BAD_CLASSES; c++) {
                const struct tally *one = &tallies[c];

                if (one->rows == 0)
                        continue;
                printf("B%-4u %6zu %7zu %10zu %9zu\n", c, one->rows, one->inputs, one->distinct,
                       one->octets);
                all.rows += one->rows;
                all.inputs += one->inputs;
                all.distinct += one->distinct;
                all.octets += one->octets;
        }
        printf("all   %6zu %7zu %10zu %9zu; %zu not as tabled, in %zu rows\n", all.rows, all.inputs,
               all.distinct, all.octets, wrong, wrong_rows);
        fflush(stdout);
        assert_true(all.rows > 0);
        assert_int_equal(wrong, 0);
        return all.distinct;
}
