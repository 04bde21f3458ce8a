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

/* "a<>b" or "a-b" */
static int between(struct cp_build *b, struct cp_piece value, struct match_step *s, uint64_t low,
                   uint64_t high)
{
        const char *sign = find(value, "<>");
        size_t len = 2;
        struct cp_piece from, to;

        s->op = MATCH_BETWEEN;
        if (sign == NULL) {
                sign = find(value, "-");
                len = 1;
                s->op = MATCH_WITHIN;
        }
        from = cp_piece_trim((struct cp_piece){value.at, (size_t)(sign - value.at)});
        to = cp_piece_trim(
            (struct cp_piece){sign + len, value.len - (size_t)(sign - value.at) - len});
        if (!cp_piece_number(from, low, high, &s->a) || !cp_piece_number(to, low, high, &s->b))
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
        if (!cp_piece_number(rest, low, high, &s->a))
                return not_a_number(b, value, low, high);
        return 0;
}
