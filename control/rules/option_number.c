/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons with numbers, as Suricata writes them.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <string.h>

static int not_a_number(struct cp_build *b, struct cp_piece value, uint64_t low, uint64_t high)
{
        return cp_build_bad(b, value.len != 0 ? value.at : b->option.at,
                            "'%.*s' is no comparison with numbers %llu to %llu",
                            (int)(value.len < 64 ? value.len : 64), value.len != 0 ? value.at : "",
                            (unsigned long long)low, (unsigned long long)high);
}

static const char *find(struct cp_piece p, const char *what)
{
        return p.at == NULL ? NULL : memmem(p.at, p.len, what, strlen(what));
}

/* 100, 0x64, 4KiB: as Suricata writes integers. */
static bool integer(struct cp_piece p, uint64_t low, uint64_t high, uint64_t *out)
{
        static const char units[] = "kmg";
        unsigned shift = 0;

        for (unsigned i = 0; i < sizeof(units) - 1 && shift == 0; i++) {
                const char plain[] = {units[i], 'b', '\0'};
                const char binary[] = {units[i], 'i', 'b', '\0'};
                size_t n =
                    2u + (p.len > 3 && cp_piece_is((struct cp_piece){p.at + p.len - 3, 3}, binary));

                if (p.len > n &&
                    cp_piece_is((struct cp_piece){p.at + p.len - n, n}, n == 3 ? binary : plain)) {
                        shift = 10 * (i + 1);
                        p = cp_piece_trim((struct cp_piece){p.at, p.len - n});
                }
        }
        if (p.len > 2 && cp_piece_is((struct cp_piece){p.at, 2}, "0x")) {
                *out = 0;
                for (size_t i = 2; i < p.len; i++) {
                        int digit = cp_hex_digit(p.at[i]);

                        if (digit < 0 || *out > UINT64_MAX >> 4)
                                return false;
                        *out = *out << 4 | (uint64_t)digit;
                }
        } else if (!cp_piece_number(p, 0, UINT64_MAX, out)) {
                return false;
        }
        if (*out > high >> shift)
                return false;
        *out <<= shift;
        return *out >= low;
}

/* "a<>b" or "a-b", with '!' before it what is not in there. Without the ends; but of our own
 * fields, "a-b" with them. */
static int between(struct cp_build *b, struct cp_piece value, struct match_step *s, uint64_t low,
                   uint64_t high)
{
        const char *sign = find(value, "<>");
        bool strict =
            sign != NULL || cp_piece_is(b->option, "bsize") || cp_piece_is(b->option, "dsize");
        size_t len = sign != NULL ? 2 : 1;
        struct cp_piece from, to;

        if (sign == NULL)
                sign = find(value, "-");
        s->op = strict ? MATCH_BETWEEN : MATCH_WITHIN;
        from = cp_piece_trim((struct cp_piece){value.at, (size_t)(sign - value.at)});
        to = cp_piece_trim(
            (struct cp_piece){sign + len, value.len - (size_t)(sign - value.at) - len});
        if (from.len > 0 && from.at[0] == '!') {
                s->flags |= MATCH_STEP_NEGATED;
                from = cp_piece_trim((struct cp_piece){from.at + 1, from.len - 1});
        }
        if (!integer(from, low, high, &s->a) || !integer(to, low, high, &s->b))
                return not_a_number(b, value, low, high);
        if (s->op == MATCH_BETWEEN ? s->a + 1 >= s->b : s->a > s->b)
                return cp_build_bad(b, value.at, "no number is in '%.*s'",
                                    (int)(value.len < 64 ? value.len : 64), value.at);
        return 0;
}

int cp_number_read(struct cp_build *b, struct cp_piece value, struct match_step *s, uint64_t low,
                   uint64_t high)
{
        static const struct {
                const char *sign;
                uint8_t op;
        } signs[] = {
            {"<=", MATCH_LE}, {">=", MATCH_GE}, {"!=", MATCH_NE}, {"<", MATCH_LT},
            {">", MATCH_GT},  {"!", MATCH_NE},  {"=", MATCH_EQ},
        };
        struct cp_piece rest = value;

        if (find(value, "<>") != NULL || find(value, "-") != NULL)
                return between(b, value, s, low, high);
        s->op = MATCH_EQ;
        for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
                size_t n = strlen(signs[i].sign);

                if (value.len > n && memcmp(value.at, signs[i].sign, n) == 0) {
                        s->op = signs[i].op;
                        rest = cp_piece_trim((struct cp_piece){value.at + n, value.len - n});
                        break;
                }
        }
        if (!integer(rest, low, high, &s->a))
                return not_a_number(b, value, low, high);
        return 0;
}
