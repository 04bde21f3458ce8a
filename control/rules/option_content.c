/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content and what modifies it.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <string.h>

#include "parser/sip_msg.h"

#define RELATIVE_MAX 1048576u

/* Between bars: hexadecimal digits, an even number of them, with blanks and commas anywhere. *at
 * goes behind the closing bar. */
static int hex_part(struct cp_build *b, const char **at, const char *end, uint8_t *out, uint32_t *n)
{
        static const char due[] = "pairs of hexadecimal digits stand between |";
        const char *open = (*at)++;
        int high = -1;

        for (; *at < end && **at != '|'; (*at)++) {
                int digit = cp_hex_digit(**at);
                size_t join = cp_join_len(*at, end);

                if (join != 0) {
                        *at += join - 1;
                        continue;
                }
                if (**at == ' ' || **at == ',')
                        continue;
                if (digit < 0)
                        return cp_build_bad(b, *at, due);
                if (high >= 0)
                        out[(*n)++] = (uint8_t)(high << 4 | digit);
                high = high >= 0 ? -1 : digit;
        }
        if (*at == end)
                return cp_build_bad(b, open, "the second | is missing");
        if (high >= 0)
                return cp_build_bad(b, *at, due);
        (*at)++;
        return 0;
}

/* What the text between the quotes means. `out` has room for one octet of each of its own. */
static int decode(struct cp_build *b, struct cp_piece p, uint8_t *out, uint32_t *n)
{
        const char *at = p.at;
        const char *end = p.at + p.len;

        while (at < end) {
                size_t join = cp_join_len(at, end);

                if (join != 0) {
                        at += join;
                } else if (*at == '|') {
                        int rc = hex_part(b, &at, end, out, n);

                        if (rc != 0)
                                return rc;
                } else if (*at == '\\') {
                        if (at + 1 == end || strchr("\"\\;:|", at[1]) == NULL)
                                return cp_build_bad(b, at, "a backslash stands before \" \\ ; : |");
                        out[(*n)++] = (uint8_t)at[1];
                        at += 2;
                } else if (*at == '"') {
                        return cp_build_bad(b, at, "a quote in the text needs a backslash");
                } else {
                        out[(*n)++] = (uint8_t)*at++;
                }
        }
        return 0;
}

/* `"text"` or `!"text"`: the text, and whether it is negated. */
static int quoted(struct cp_build *b, struct cp_piece value, struct cp_piece *text, bool *negated)
{
        *negated = value.len > 0 && value.at[0] == '!';
        if (*negated)
                value = cp_piece_trim((struct cp_piece){value.at + 1, value.len - 1});
        if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
                return cp_build_bad(b, value.len != 0 ? value.at : b->option.at,
                                    "its value stands in double quotes");
        *text = (struct cp_piece){value.at + 1, value.len - 2};
        return 0;
}

static int read_content(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g;
        struct cp_rule_step *s;
        struct cp_piece text = {NULL, 0};
        uint8_t *bytes;
        uint32_t n = 0;
        bool negated;
        int rc = quoted(b, value, &text, &negated);

        if (rc != 0)
                return rc;
        bytes = cp_arena_take(&b->set->arena, text.len + 1);
        if (bytes == NULL)
                return -ENOMEM;
        rc = decode(b, text, bytes, &n);
        if (rc != 0)
                return rc;
        if (n == 0 || n > MATCH_CONTENT_MAX)
                return cp_build_bad(b, text.at, "a content has 1 to %u octets, not %u",
                                    MATCH_CONTENT_MAX, n);
        g = cp_build_group(b);
        s = g != NULL ? cp_build_step(b, g, b->option.at) : NULL;
        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.kind = MATCH_STEP_CONTENT;
        s->s.flags = negated ? MATCH_STEP_NEGATED : 0;
        s->bytes = bytes;
        s->len = n;
        b->last = g->step_cnt - 1;
        return 0;
}

static int read_nocase(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = cp_build_last_content(b, value);

        if (s == NULL)
                return -EINVAL;
        s->s.flags |= MATCH_STEP_NOCASE;
        return 0;
}

static int read_rawbytes(struct cp_build *b, struct cp_piece value)
{
        return cp_build_last_content(b, value) != NULL ? 0 : -EINVAL;
}

/* ---- where ---- */

/* What was said of the last content's place; one bit each. */
enum said { OFFSET = 1, DEPTH = 2, DISTANCE = 4, WITHIN = 8, STARTS = 16, ENDS = 32 };

static const char *const said_names[] = {"offset", "depth",      "distance",
                                         "within", "startswith", "endswith"};

/* Nothing of `others` may have been said too. `said` is kept in the step until the rule ends. */
static struct cp_rule_step *place_of(struct cp_build *b, enum said now, unsigned others)
{
        struct cp_rule_step *s = cp_build_last_content(b, (struct cp_piece){NULL, 0});
        unsigned clash;

        if (s == NULL)
                return NULL;
        clash = s->s.reserved & (others | now);
        if (clash != 0) {
                cp_build_bad(b, b->option.at,
                             (clash & now) != 0 ? "%s is said twice of one content"
                                                : "can not be said of a content that has %s",
                             said_names[__builtin_ctz(clash)]);
                return NULL;
        }
        s->s.reserved |= (uint8_t)now;
        return s;
}

/* `negative`: of a place that is relative, which may lie before and is as far as Suricata allows.
 */
static int signed_number(struct cp_build *b, struct cp_piece value, bool negative, int32_t *out)
{
        bool minus = value.len > 0 && value.at[0] == '-';
        struct cp_piece digits = {value.at + minus, value.len - minus};
        uint64_t v;

        if ((minus && !negative) ||
            !cp_piece_number(digits, 0, negative ? RELATIVE_MAX : SIP_MSG_BYTES_MAX, &v))
                return cp_build_bad(b, value.at, "'%.*s' is no number %s",
                                    (int)(value.len < 64 ? value.len : 64), value.at,
                                    negative ? "-1048576 to 1048576" : "0 to 65535");
        *out = minus ? -(int32_t)v : (int32_t)v;
        return 0;
}

static int read_offset(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, OFFSET, DISTANCE | WITHIN | STARTS | ENDS);

        return s == NULL ? -EINVAL : signed_number(b, value, false, &s->s.from);
}

static int read_depth(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, DEPTH, DISTANCE | WITHIN | STARTS);

        return s == NULL ? -EINVAL : signed_number(b, value, false, &s->s.end);
}

static int read_distance(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, DISTANCE, OFFSET | DEPTH | STARTS | ENDS);

        if (s == NULL)
                return -EINVAL;
        s->s.flags |= MATCH_STEP_RELATIVE;
        return signed_number(b, value, true, &s->s.from);
}

static int read_within(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, WITHIN, OFFSET | DEPTH | STARTS | ENDS);

        if (s == NULL)
                return -EINVAL;
        s->s.flags |= MATCH_STEP_RELATIVE;
        return signed_number(b, value, true, &s->s.end);
}

static int read_startswith(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, STARTS, OFFSET | DEPTH | DISTANCE | WITHIN);

        (void)value;
        if (s == NULL)
                return -EINVAL;
        s->s.flags |= MATCH_STEP_STARTS;
        return 0;
}

static int read_endswith(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = place_of(b, ENDS, OFFSET | DISTANCE | WITHIN);

        (void)value;
        if (s == NULL)
                return -EINVAL;
        s->s.flags |= MATCH_STEP_ENDS;
        return 0;
}

/* "", "only", "offset,length" */
static int read_fast_pattern(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s = cp_build_last_content(b, value);
        struct cp_piece len_text;
        uint64_t off = 0;
        uint64_t len = 0;

        if (s == NULL)
                return -EINVAL;
        for (uint32_t i = 0; i < b->rule->group_cnt; i++) {
                for (uint32_t k = 0; k < b->rule->groups[i].step_cnt; k++) {
                        if (b->rule->groups[i].steps[k].fast)
                                return cp_build_bad(b, b->option.at, "a rule has one of them");
                }
        }
        /* Suricata takes it as a hint; what is not there is nothing to look for here */
        if ((s->s.flags & MATCH_STEP_NEGATED) != 0 && value.at == NULL && s->s.reserved == 0)
                return 0;
        if ((s->s.flags & MATCH_STEP_NEGATED) != 0)
                return cp_build_bad(b, b->option.at,
                                    "what must not be there can not be looked for first");
        s->fast = true;
        if (value.at == NULL || cp_piece_is(value, "only"))
                return 0;
        value = cp_piece_cut(value, ',', &len_text);
        if (!cp_piece_number(value, 0, MATCH_CONTENT_MAX, &off) ||
            !cp_piece_number(len_text, 1, MATCH_CONTENT_MAX, &len) || off + len > s->len)
                return cp_build_bad(b, value.at, "'only', or offset,length inside the content");
        s->fast_off = (uint8_t)off;
        s->fast_len = (uint8_t)len;
        return 0;
}

/* ---- sizes ---- */

static int read_bsize(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g;
        struct cp_rule_step *s;

        if (b->group == MATCH_NONE)
                return cp_build_bad(b, b->option.at, "no field before it");
        g = &b->rule->groups[b->group];
        s = cp_build_step(b, g, b->option.at);
        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.kind = MATCH_STEP_SIZE;
        return cp_number_read(b, value, &s->s, 0, SIP_MSG_BYTES_MAX);
}

static int read_dsize(struct cp_build *b, struct cp_piece value)
{
        return cp_option_fact(b, MATCH_FIELD_PKT_LENGTH, value);
}

/* [!]N[,relative][,rawbytes] */
static int read_isdataat(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g = cp_build_group(b);
        struct cp_rule_step *s = g != NULL ? cp_build_step(b, g, b->option.at) : NULL;
        struct cp_piece rest;
        bool negated = value.len > 0 && value.at[0] == '!';
        int rc;

        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.kind = MATCH_STEP_DATA;
        if (negated) {
                s->s.flags |= MATCH_STEP_NEGATED;
                value = cp_piece_trim((struct cp_piece){value.at + 1, value.len - 1});
        }
        value = cp_piece_cut(value, ',', &rest);
        rc = signed_number(b, value, false, &s->s.from);
        while (rc == 0 && rest.at != NULL) {
                struct cp_piece w = cp_piece_cut(rest, ',', &rest);

                if (cp_piece_is(w, "relative"))
                        s->s.flags |= MATCH_STEP_RELATIVE;
                else if (!cp_piece_is(w, "rawbytes"))
                        return cp_build_bad(b, w.at, "'%.*s': relative is known",
                                            (int)(w.len < 64 ? w.len : 64), w.at);
        }
        return rc;
}

/* ---- regular expressions ---- */

static int pcre_flag(struct cp_build *b, const char *at, struct cp_rule_step *s)
{
        switch (*at) {
        case 'i':
                s->s.regex_flags |= MATCH_REGEX_CASELESS;
                return 0;
        case 'm':
                s->s.regex_flags |= MATCH_REGEX_MULTILINE;
                return 0;
        case 's':
                s->s.regex_flags |= MATCH_REGEX_DOTALL;
                return 0;
        case 'x':
                s->s.regex_flags |= MATCH_REGEX_EXTENDED;
                return 0;
        case 'A':
                s->s.regex_flags |= MATCH_REGEX_ANCHORED | MATCH_REGEX_CONTEXT;
                return 0;
        case 'R':
                s->s.flags |= MATCH_STEP_RELATIVE;
                return 0;
        case 'B': /* raw octets: all fields are */
        case 'G': /* which of several ends is taken first does not matter here */
        case 'O': /* no limits that could be overridden */
                return 0;
        default:
                return cp_build_bad(b, at,
                                    *at == 'E'
                                        ? "flag E is not supported: write \\z for $"
                                        : "flag %c is not supported: name the field before it",
                                    *at);
        }
}

/* May it matter to the expression what stands before the place it starts at? */
static bool looks_back(const char *p, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                if (p[i] == '^' || (p[i] == '\\' && i + 1 < n && strchr("AbBG", p[i + 1]) != NULL))
                        return true;
        }
        return false;
}

static int read_pcre(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g;
        struct cp_rule_step *s;
        struct cp_piece text = {NULL, 0};
        struct cp_piece pattern;
        const char *end;
        bool negated;
        int rc = quoted(b, value, &text, &negated);

        if (rc != 0)
                return rc;
        end = text.len != 0 ? memrchr(text.at, '/', text.len) : NULL;
        if (end == NULL || text.at[0] != '/' || end == text.at)
                return cp_build_bad(b, text.at, "an expression stands between slashes");
        if (memchr(text.at, '\0', text.len) != NULL)
                return cp_build_bad(b, text.at, "a NUL is written \\x00");
        g = cp_build_group(b);
        s = g != NULL ? cp_build_step(b, g, text.at + 1) : NULL;
        if (s == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        s->s.kind = MATCH_STEP_PCRE;
        s->s.flags = negated ? MATCH_STEP_NEGATED : 0;
        pattern = cp_piece_join(b, (struct cp_piece){text.at + 1, (size_t)(end - text.at - 1)});
        if (pattern.at == NULL)
                return -ENOMEM;
        s->len = (uint32_t)pattern.len;
        s->bytes = (const uint8_t *)pattern.at;
        if (looks_back(pattern.at, pattern.len))
                s->s.regex_flags |= MATCH_REGEX_CONTEXT;
        for (const char *at = end + 1; at < text.at + text.len; at++) {
                rc = pcre_flag(b, at, s);
                if (rc != 0)
                        return rc;
        }
        b->last = g->step_cnt - 1;
        return 0;
}

const struct cp_option cp_options_content[] = {
    {"content", read_content, CP_VALUE_NEEDED},
    {"nocase", read_nocase, CP_VALUE_NONE},
    {"rawbytes", read_rawbytes, CP_VALUE_NONE},
    {"offset", read_offset, CP_VALUE_NEEDED},
    {"depth", read_depth, CP_VALUE_NEEDED},
    {"distance", read_distance, CP_VALUE_NEEDED},
    {"within", read_within, CP_VALUE_NEEDED},
    {"startswith", read_startswith, CP_VALUE_NONE},
    {"endswith", read_endswith, CP_VALUE_NONE},
    {"fast_pattern", read_fast_pattern, CP_VALUE_OPTIONAL},
    {"bsize", read_bsize, CP_VALUE_NEEDED},
    {"dsize", read_dsize, CP_VALUE_NEEDED},
    {"isdataat", read_isdataat, CP_VALUE_NEEDED},
    {"pcre", read_pcre, CP_VALUE_NEEDED},
    {NULL, NULL, 0},
};
