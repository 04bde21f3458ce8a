/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for the dearest datagram by the octet: mutants of the long inputs, of which those that take
 * the most instructions are mutated further. Fails when it finds one above what is allowed here,
 * which leaves room above the dearest that long searches have found. That one is kept in
 * tests/corpus/sip/cost-dearest.sip, and the search begins with it.
 *
 *   --steps N    mutants (1000)        --write FILE   keep the dearest
 */
#include <stdbool.h>
#include <string.h>

#include "tests/contract/rng.h"
#include "tests/parser/cost/cost_count.h"

#define BYTES_MIN 256u  /* below, what every message costs alike is most of it */
#define BYTES_MAX 1472u /* a datagram on Ethernet */
#define BEST_CNT  16u   /* those that are gone on from */
#define ALLOWED   250.0 /* instructions an octet */

struct candidate {
        double cost; /* instructions an octet */
        size_t len;
        uint8_t b[BYTES_MAX];
};

static struct candidate best[BEST_CNT];
static struct rng rng;

static const char *const words[] = {
    "\r\n",
    "\r\n ",
    " ",
    "\t",
    ",",
    ";",
    ":",
    "<",
    ">",
    "\"",
    "\\",
    "=",
    "@",
    "%41",
    "?",
    "&",
    "[",
    "]",
    "::",
    "1.2.3.4",
    "sip:a",
    "tel:+1",
    "q=0.1",
    "x=y",
    "\xff",
    "\xc3\xa9",
    "\x01",
    "A",
    "SIP/2.0/UDP h",
    "SIP/2.0",
    "<sip:a@b>",
    "tag=",
    "branch=z9hG4bK",
    "\r\nm:",
    "\r\nv:",
    "\r\nContact: ",
    "\r\nRoute: ",
    "\r\nt:",
    "\r\nx:",
    "expires=1",
    "%",
    ",sip:a@b",
    ";lr",
    "\"a\" ",
    "[::1]",
    "rport",
    "received=",
    "urn:a:b",
};

static void weigh(struct candidate *c)
{
        c->cost = (double)cost_count(COST_MSG, c->b, c->len) / (double)c->len;
}

/* Put n octets in at `at`, over others or in front of them; what is too much falls off the end. */
static void put(struct candidate *c, size_t at, const void *p, size_t n, bool over)
{
        size_t room = BYTES_MAX - at, tail;

        n = n < room ? n : room;
        if (!over) {
                tail = c->len - at < room - n ? c->len - at : room - n;
                memmove(c->b + at + n, c->b + at, tail);
                c->len = at + n + tail;
        }
        memcpy(c->b + at, p, n);
        if (at + n > c->len)
                c->len = at + n;
}

static void mutate(struct candidate *c)
{
        uint8_t copy[BYTES_MAX];

        for (unsigned k = 1 + (unsigned)rng_below(&rng, 4); k > 0; k--) {
                size_t at = (size_t)rng_below(&rng, c->len), n = 1 + (size_t)rng_below(&rng, 24);
                size_t from = (size_t)rng_below(&rng, c->len);
                const char *word = words[rng_below(&rng, sizeof(words) / sizeof(words[0]))];

                n = n < c->len - from ? n : c->len - from;
                memcpy(copy, c->b + from, n);
                switch (rng_below(&rng, 5)) {
                case 0: /* a word over or in front of what is there */
                        put(c, at, word, strlen(word), rng_below(&rng, 2) == 0);
                        break;
                case 1: /* a piece from elsewhere */
                        put(c, at, copy, n, rng_below(&rng, 2) == 0);
                        break;
                case 2: /* a piece again and again, to the end */
                        while (at < BYTES_MAX) {
                                put(c, at, copy, n, true);
                                at += n;
                        }
                        break;
                case 3: /* a word again and again */
                        for (unsigned i = 0; i < 64 && at < BYTES_MAX; i++, at += strlen(word))
                                put(c, at, word, strlen(word), true);
                        break;
                default: /* a piece less */
                        if (c->len - n >= BYTES_MIN) {
                                memmove(c->b + from, c->b + from + n, c->len - from - n);
                                c->len -= n;
                        }
                }
        }
}

/* Takes the place of the cheapest one unless it is cheaper still. */
static void keep(const struct candidate *c)
{
        struct candidate *cheapest = &best[0];

        for (unsigned i = 0; i < BEST_CNT; i++) {
                if (best[i].cost == c->cost) /* most likely the same again */
                        return;
                if (best[i].cost < cheapest->cost)
                        cheapest = &best[i];
        }
        if (c->cost > cheapest->cost)
                *cheapest = *c;
}

static void write_to(const char *path, const struct candidate *c)
{
        FILE *f = fopen(path, "wb");

        if (!f || fwrite(c->b, 1, c->len, f) != c->len || fclose(f) != 0) {
                perror(path);
                exit(2);
        }
}

static void begin_with_kept(void)
{
        static struct candidate c;
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4096];
        FILE *f;

        snprintf(path, sizeof(path), "%s/tests/corpus/sip/cost-dearest.sip", root ? root : ".");
        f = fopen(path, "rb");
        if (!f) {
                perror(path);
                exit(2);
        }
        c.len = fread(c.b, 1, sizeof(c.b), f);
        fclose(f);
        weigh(&c);
        keep(&c);
}

int main(int argc, char **argv)
{
        static struct candidate c;
        const struct candidate *most = &best[0];
        unsigned long steps = 1000;
        const char *path = NULL;

        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--steps") == 0)
                        steps = strtoul(argv[i + 1], NULL, 10);
                else if (strcmp(argv[i], "--write") == 0)
                        path = argv[i + 1];
        }
        (void)cost_out_file();
        rng = rng_seeded("dearest datagram");
        for (size_t i = 0; i < cost_input_cnt; i++) {
                if (cost_inputs[i].reader != COST_MSG)
                        continue;
                c.len = cost_make(&cost_inputs[i], c.b, BYTES_MAX);
                weigh(&c);
                keep(&c);
        }
        begin_with_kept();
        for (unsigned long i = 0; i < steps; i++) {
                c = best[rng_below(&rng, BEST_CNT)];
                mutate(&c);
                weigh(&c);
                keep(&c);
        }
        for (unsigned i = 1; i < BEST_CNT; i++) {
                if (best[i].cost > most->cost)
                        most = &best[i];
        }
        if (path)
                write_to(path, most);
        printf("%lu mutants: the dearest takes %.1f instructions an octet (%zu octets)\n", steps,
               most->cost, most->len);
        return most->cost <= ALLOWED ? 0 : 1;
}
