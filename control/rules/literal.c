/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression is read only as far as it is understood: whatever is not, ends a literal, or makes
 * that there is none. So what is found is right, and what is missed costs time and no match.
 */
#include "control/rules/literal.h"

#include <string.h>

#define DEPTH_MAX 8u

struct reader {
        const uint8_t *at;
        const uint8_t *end;
        bool starts; /* ^ is the start of the field */
        bool lost;   /* something that is not understood */
        unsigned depth;
};

/* ---- sets of literals ---- */

static uint32_t shortest(const struct cp_literals *l)
{
        uint32_t least = 0;

        for (uint32_t i = 0; i < l->cnt; i++)
                least = i == 0 || l->l[i].len < least ? l->l[i].len : least;
        return least;
}

/* Keep the set whose shortest literal is longer; of equals that with fewer. */
static void keep_better(struct cp_literals *best, const struct cp_literals *l)
{
        uint32_t was = shortest(best);
        uint32_t is = shortest(l);

        if (is > was || (is == was && l->cnt < best->cnt))
                *best = *l;
}

static void add_octet(struct cp_literals *run, uint8_t c)
{
        struct cp_literal *l = &run->l[0];

        if (l->len < MATCH_LITERAL_MAX)
                l->at[l->len++] = c | MATCH_FOLD;
}

/* The literal that has been read so far is at its end. */
static void end_run(struct cp_literals *run, struct cp_literals *best)
{
        run->cnt = run->l[0].len != 0 ? 1 : 0;
        keep_better(best, run);
        run->cnt = 0;
        run->l[0].len = 0;
}

/* ---- reading ---- */

static bool is_digit(uint8_t c)
{
        return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* {n}, {n,} or {n,m}: n; anything else is not understood. */
static unsigned braces(struct reader *r)
{
        unsigned least = 0;

        r->at++;
        r->lost = r->lost || r->at == r->end || !is_digit(*r->at);
        while (r->at < r->end && is_digit(*r->at) && least < 1000)
                least = least * 10 + (unsigned)(*r->at++ - '0');
        if (r->at < r->end && *r->at == ',')
                r->at++;
        while (r->at < r->end && is_digit(*r->at))
                r->at++;
        if (r->at == r->end || *r->at != '}')
                r->lost = true;
        else
                r->at++;
        return least;
}

/* How often at least the atom before has to be there; *exact: once, without a quantifier. */
static unsigned quantifier(struct reader *r, bool *exact)
{
        unsigned least = 1;

        *exact = true;
        if (r->at == r->end)
                return least;
        if (*r->at == '{') {
                least = braces(r);
        } else if (*r->at == '*' || *r->at == '?' || *r->at == '+') {
                least = *r->at == '+' ? 1 : 0;
                r->at++;
        } else {
                return least;
        }
        *exact = false;
        if (r->at < r->end && (*r->at == '?' || *r->at == '+'))
                r->at++; /* lazy or possessive */
        if (r->at < r->end && (*r->at == '*' || *r->at == '+' || *r->at == '?' || *r->at == '{'))
                r->lost = true;
        return least;
}

/* Behind [:name:] within a class; anything else that begins so is read one way here and another
 * there. */
static const uint8_t *posix_class(struct reader *r, const uint8_t *p)
{
        const uint8_t *q = p + 2;

        while (q < r->end && (*q == '^' || (*q >= 'a' && *q <= 'z')))
                q++;
        if (p[1] != ':' || r->end - q < 2 || q[0] != ':' || q[1] != ']') {
                r->lost = true;
                return r->end;
        }
        return q + 2;
}

/* Pass over [...]. */
static void skip_class(struct reader *r)
{
        const uint8_t *p = r->at + 1;

        if (p < r->end && *p == '^')
                p++;
        if (p < r->end && *p == ']')
                p++;
        while (p < r->end && *p != ']') {
                if (*p == '\\' && p + 1 < r->end && (p[1] == 'Q' || p[1] == 'E'))
                        r->lost = true;
                if (*p == '[' && p + 1 < r->end && strchr(":.=", p[1]) != NULL)
                        p = posix_class(r, p);
                else
                        p += *p == '\\' ? 2 : 1;
        }
        if (p >= r->end)
                r->lost = true;
        r->at = p < r->end ? p + 1 : r->end;
}

static int hex(uint8_t c)
{
        if (is_digit(c))
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum atom { ATOM_OCTET, ATOM_OTHER, ATOM_START, ATOM_NOTHING };

/* Behind a backslash. */
static enum atom escape(struct reader *r, uint8_t *c)
{
        static const char plain[] = "n\nr\rt\tf\fe\x1b";
        int high, low;

        if (r->at == r->end) {
                r->lost = true;
                return ATOM_OTHER;
        }
        *c = *r->at++;
        if (!is_alnum(*c))
                return ATOM_OCTET;
        for (unsigned i = 0; i + 1 < sizeof(plain); i += 2) {
                if (*c == (uint8_t)plain[i]) {
                        *c = (uint8_t)plain[i + 1];
                        return ATOM_OCTET;
                }
        }
        if (*c == 'x' && r->end - r->at >= 2) {
                high = hex(r->at[0]);
                low = hex(r->at[1]);
                if (high >= 0 && low >= 0) {
                        r->at += 2;
                        *c = (uint8_t)(high * 16 + low);
                        return ATOM_OCTET;
                }
        }
        if (*c == 'A')
                return ATOM_START;
        if (strchr("bBzZ", *c) != NULL)
                return ATOM_NOTHING;
        if (strchr("dDwWsShHvVN", *c) == NULL)
                r->lost = true;
        return ATOM_OTHER;
}

static enum atom next_atom(struct reader *r, uint8_t *c)
{
        *c = *r->at;
        switch (*c) {
        case '[':
                skip_class(r);
                return ATOM_OTHER;
        case '\\':
                r->at++;
                return escape(r, c);
        case '.':
                r->at++;
                return ATOM_OTHER;
        case '^':
                r->at++;
                return r->starts ? ATOM_START : ATOM_NOTHING;
        case '$':
                r->at++;
                return ATOM_NOTHING;
        case '*':
        case '+':
        case '?':
        case '{':
                r->lost = true;
                return ATOM_OTHER;
        default:
                r->at++;
                return ATOM_OCTET;
        }
}

static void alternatives(struct reader *r, bool outer, struct cp_literals *out);

/* (...) or (?:...) with what stands behind it. */
static void group(struct reader *r, struct cp_literals *best)
{
        struct cp_literals in = {.cnt = 0};
        bool exact;

        r->at++;
        if (r->at < r->end && *r->at == '?') {
                r->lost = r->lost || r->end - r->at < 2 || r->at[1] != ':';
                r->at += 2;
        } else if (r->at < r->end && *r->at == '*') {
                r->lost = true; /* a verb */
        }
        if (r->lost || ++r->depth > DEPTH_MAX) {
                r->lost = true;
                return;
        }
        alternatives(r, false, &in);
        r->depth--;
        if (r->at == r->end || *r->at != ')') {
                r->lost = true;
                return;
        }
        r->at++;
        if (quantifier(r, &exact) != 0)
                keep_better(best, &in);
}

/* One alternative: the best of what has to be there. */
static void sequence(struct reader *r, bool outer, struct cp_literals *best)
{
        struct cp_literals run = {.cnt = 0};
        const uint8_t *first = r->at;
        bool exact;
        uint8_t c;

        best->cnt = 0;
        while (!r->lost && r->at < r->end && *r->at != '|' && *r->at != ')') {
                const bool at_first = r->at == first;
                enum atom a;

                if (*r->at == '(') {
                        end_run(&run, best);
                        group(r, best);
                        continue;
                }
                a = next_atom(r, &c);
                if (a == ATOM_OCTET) {
                        unsigned least = quantifier(r, &exact);

                        if (least != 0)
                                add_octet(&run, c);
                        if (!exact)
                                end_run(&run, best);
                        continue;
                }
                end_run(&run, best);
                if (a == ATOM_START && at_first && outer)
                        add_octet(&run, MATCH_EDGE);
                (void)quantifier(r, &exact);
                if (a != ATOM_OTHER && !exact)
                        r->lost = true;
        }
        end_run(&run, best);
}

static void alternatives(struct reader *r, bool outer, struct cp_literals *out)
{
        bool none = false;

        out->cnt = 0;
        for (;;) {
                struct cp_literals one;

                sequence(r, outer, &one);
                if (one.cnt == 0 || out->cnt + one.cnt > CP_LITERALS_MAX)
                        none = true;
                for (uint32_t i = 0; !none && i < one.cnt; i++)
                        out->l[out->cnt++] = one.l[i];
                if (r->lost || r->at == r->end || *r->at != '|')
                        break;
                r->at++;
        }
        if (none || r->lost)
                out->cnt = 0;
}

/* ---- steps ---- */

static void of_regex(const struct cp_rule_step *s, struct cp_literals *out)
{
        struct reader r = {.at = s->bytes,
                           .end = s->bytes + s->len,
                           .starts = (s->s.regex_flags & MATCH_REGEX_MULTILINE) == 0};

        if ((s->s.regex_flags & MATCH_REGEX_EXTENDED) != 0)
                return;
        alternatives(&r, true, out);
        if (r.lost || r.at != r.end)
                out->cnt = 0;
}

static void of_content(const struct cp_rule_step *s, struct cp_literals *out)
{
        bool relative = (s->s.flags & MATCH_STEP_RELATIVE) != 0;
        bool starts = (s->s.flags & MATCH_STEP_STARTS) != 0 ||
                      (!relative && s->s.from == 0 && s->s.end == (int32_t)s->len);

        if (starts)
                add_octet(out, MATCH_EDGE);
        for (uint32_t i = 0; i < s->len; i++)
                add_octet(out, s->bytes[i]);
        if ((s->s.flags & MATCH_STEP_ENDS) != 0)
                add_octet(out, MATCH_EDGE);
        out->cnt = 1;
}

void cp_literals_find(const struct cp_rule_step *s, struct cp_literals *out)
{
        *out = (struct cp_literals){.cnt = 0};
        if (s->s.kind == MATCH_STEP_PCRE)
                of_regex(s, out);
        else
                of_content(s, out);
        for (uint32_t i = 0; i < out->cnt; i++) {
                if (out->l[i].len < MATCH_LITERAL_MIN) {
                        out->cnt = 0;
                        break;
                }
        }
}
