/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate lets no field pass by that holds one of its literals: literals and fields by chance over
 * few letters, held against looking for each literal in each field. Both ways of finding places say
 * the same. And an image's seal tells every bit.
 *
 *   test_match_gate [--seed S]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parser/match/match_seal.h"
#include "parser/match/match_set.h"

#define LITERALS_MAX 2000u
#define BUFFERS      5u
#define ROUNDS       300u

static uint64_t seed = 20261122;
static uint64_t rng;

static uint32_t below(uint32_t n)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return (uint32_t)(rng >> 16) % n;
}

/* Few letters find much, many little; the last kind has every octet. */
static uint8_t letter(unsigned kind)
{
        static const char few[] = "aAb0";

        return kind == 0   ? (uint8_t)few[below(4)]
               : kind == 1 ? (uint8_t)('a' + below(20))
                           : (uint8_t)below(256);
}

struct world {
        struct match_head head;
        struct match_set set;
        struct match_literal literals[LITERALS_MAX];
        uint8_t text[LITERALS_MAX * 24u];
        uint8_t octets[MATCH_GATE_BYTES];
};

static void literals_make(struct world *w, unsigned kind)
{
        uint32_t cnt = 1 + below(below(4) == 0 ? LITERALS_MAX - 1 : 60);
        uint32_t at = 0;

        memset(w, 0, sizeof(*w));
        for (uint32_t i = 0; i < cnt; i++) {
                uint32_t len = MATCH_LITERAL_MIN + below(i % 3 == 0 ? 18 : 3);

                w->literals[i] =
                    (struct match_literal){.text = {at, len}, .buffer = below(BUFFERS)};
                for (uint32_t k = 0; k < len; k++)
                        w->text[at + k] = letter(kind) | MATCH_FOLD;
                if (below(4) == 0)
                        w->text[at] = MATCH_EDGE;
                if (below(4) == 0)
                        w->text[at + len - 1] = MATCH_EDGE;
                at += len;
        }
        w->head.literals.cnt = cnt;
        w->set.head = &w->head;
        w->set.literals = w->literals;
        w->set.text = w->text;
        w->set.gate = match_gate_create(&w->set);
        assert_non_null(w->set.gate);
}

/* The buffers whose literals are in the field. */
static uint64_t literals_in(const struct world *w, uint32_t buffer, struct match_bytes in)
{
        uint8_t whole[MATCH_GATE_FIELD_MAX + 2u];

        whole[0] = whole[in.len + 1] = MATCH_EDGE;
        for (uint32_t i = 0; i < in.len; i++)
                whole[i + 1] = in.at[i] | MATCH_FOLD;
        for (uint32_t i = 0; i < w->head.literals.cnt; i++) {
                const struct match_literal *l = &w->literals[i];

                if (l->buffer == buffer &&
                    memmem(whole, in.len + 2, w->text + l->text.off, l->text.len) != NULL)
                        return UINT64_C(1) << buffer;
        }
        return 0;
}

static void no_field_with_a_literal_is_passed_by(void **state)
{
        struct world *w = malloc(sizeof(*w));
        unsigned long fields = 0, held = 0, opened = 0;

        (void)state;
        rng = seed * 2654435761u + 1;
        print_message("seed %llu\n", (unsigned long long)seed);
        for (unsigned round = 0; round < ROUNDS; round++) {
                literals_make(w, round % 3);
                for (unsigned message = 0; message < 40; message++) {
                        struct match_joined j;
                        struct match_gate_hits a = {{0}}, b = {{0}};
                        uint64_t want = 0;

                        match_joined_clear(&j);
                        for (uint32_t n = below(70); n > 0; n--) {
                                uint32_t len = below(8) == 0 ? below(280) : below(24);
                                uint32_t buffer = below(BUFFERS);
                                /* at the very end of what may be read, now and then */
                                uint32_t off = (uint32_t)sizeof(w->octets) - len - below(9);
                                struct match_bytes in = {w->octets + off, len};

                                for (uint32_t i = 0; i < len; i++)
                                        w->octets[off + i] = letter(round % 3);
                                if (!match_joined_add(&j, (uint16_t)buffer, in,
                                                      w->octets + sizeof(w->octets)))
                                        continue;
                                want |= literals_in(w, buffer, in);
                                fields++;
                        }
                        match_gate_run(w->set.gate, &j, &a);
                        assert_int_equal(want & ~a.w[0], 0);
                        w->set.gate->avx2 = false;
                        match_gate_run(w->set.gate, &j, &b);
                        w->set.gate->avx2 = match_gate_has_avx2();
                        assert_memory_equal(&a, &b, sizeof(a));
                        held += (unsigned)__builtin_popcountll(want);
                        opened += (unsigned)__builtin_popcountll(a.w[0]);
                }
                match_gate_destroy(w->set.gate);
        }
        print_message("%lu fields, %lu buffers had a literal, %lu were let through\n", fields, held,
                      opened);
        assert_true(held > 1000 && opened < held * 2);
        free(w);
}

static void a_field_that_does_not_fit_is_told(void **state)
{
        static uint8_t octets[MATCH_GATE_FIELD_MAX + 1u];
        const uint8_t *end = octets + sizeof(octets);
        struct match_joined j;
        uint32_t n = 0;

        (void)state;
        match_joined_clear(&j);
        assert_false(match_joined_add(&j, 0, (struct match_bytes){octets, sizeof(octets)}, end));
        while (match_joined_add(&j, 0, (struct match_bytes){octets, MATCH_GATE_FIELD_MAX}, end))
                n++;
        assert_int_equal(n, 3); /* a kibibyte, with an edge before each and behind the last */
        match_joined_clear(&j);
        for (n = 0; match_joined_add(&j, 0, (struct match_bytes){octets, 0}, end); n++)
                ;
        assert_int_equal(n, MATCH_GATE_FIELDS);
}

static void every_bit_is_sealed(void **state)
{
        union {
                struct match_head head;
                uint8_t at[sizeof(struct match_head) + 1021];
        } image;
        uint64_t digest;

        (void)state;
        for (size_t i = 0; i < sizeof(image.at); i++)
                image.at[i] = (uint8_t)(i * 7);
        match_seal_set(&image, sizeof(image.at));
        digest = match_seal(&image, sizeof(image.at));
        assert_true(image.head.digest == digest);
        for (size_t bit = 0; bit < 8 * sizeof(image.at); bit++) {
                image.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
                assert_false(match_seal(&image, sizeof(image.at)) == image.head.digest);
                image.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t len = sizeof(struct match_head); len < sizeof(image.at); len++)
                assert_false(match_seal(&image, len) == digest);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(no_field_with_a_literal_is_passed_by),
            cmocka_unit_test(a_field_that_does_not_fit_is_told),
            cmocka_unit_test(every_bit_is_sealed),
        };

        if (argc == 3 && strcmp(argv[1], "--seed") == 0)
                seed = strtoull(argv[2], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
