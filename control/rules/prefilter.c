/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/prefilter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- which pattern ---- */

static bool is_text(const struct cp_rule_step *s)
{
        return s->s.kind == MATCH_STEP_CONTENT && (s->s.flags & MATCH_STEP_NEGATED) == 0;
}

/* A relative expression begins where another ended, so `^` means another place. */
static bool is_regex(const struct cp_rule_step *s)
{
        return s->s.kind == MATCH_STEP_PCRE &&
               (s->s.flags & (MATCH_STEP_NEGATED | MATCH_STEP_RELATIVE)) == 0;
}

/* How much is won by looking for it first: long and rare is good; and a short field is read faster
 * than the whole datagram, while a method is in every request. */
static int worth(const struct cp_rule_group *g, const struct cp_rule_step *s)
{
        int w;

        if (s->fast)
                return 1000;
        if (s->s.kind == MATCH_STEP_PCRE)
                return 1;
        w = 10 + (int)(s->len < 16 ? s->len : 16) * 4;
        if (g->field == MATCH_FIELD_PAYLOAD || g->field == MATCH_FIELD_FRAME_PDU)
                w /= 2;
        if (g->field == MATCH_FIELD_METHOD || g->field == MATCH_FIELD_STAT_CODE ||
            g->field == MATCH_FIELD_PROTOCOL)
                w = 5;
        return w;
}

struct cp_prefilter_pick cp_prefilter_choose(const struct cp_rule *r)
{
        struct cp_prefilter_pick pick = {NULL, NULL, NULL};
        int best = 0;

        for (uint32_t i = 0; i < r->group_cnt; i++) {
                const struct cp_rule_group *g = &r->groups[i];

                if (g->message || (g->flags & MATCH_GROUP_ABSENT) != 0)
                        continue;
                for (uint32_t k = 0; k < g->step_cnt; k++) {
                        const struct cp_rule_step *s = &g->steps[k];

                        if ((!is_text(s) && !is_regex(s)) || worth(g, s) <= best)
                                continue;
                        best = worth(g, s);
                        pick.group = g;
                        pick.step = s;
                }
        }
        if (pick.step != NULL && pick.group->step_cnt == 1 && is_regex(pick.step))
                pick.proven = pick.step;
        return pick;
}

/* ---- patterns of a buffer ---- */

static bool same_buffer(const struct cp_rule_group *a, const struct cp_rule_group *b)
{
        return a->field == b->field && a->transform == b->transform && a->hdr == b->hdr &&
               (a->hdr != 0 || strcasecmp(a->name, b->name) == 0);
}

int cp_prefilter_buffer(struct cp_prefilter *p, const struct cp_rule_group *g, uint32_t *index)
{
        for (uint32_t i = 0; i < p->buffer_cnt; i++) {
                if (same_buffer(p->buffers[i].group, g)) {
                        *index = i;
                        return 0;
                }
        }
        if (p->buffer_cnt == MATCH_BUFFERS_MAX)
                return -E2BIG;
        *index = p->buffer_cnt;
        p->buffers[p->buffer_cnt++].group = g;
        return 0;
}

static int grow(struct cp_prefilter_buffer *b)
{
        unsigned room = b->room == 0 ? 16 : 2 * b->room;
        void *more;

        if (b->cnt < b->room)
                return 0;
        more = realloc(b->patterns, room * sizeof(*b->patterns));
        if (more == NULL)
                return -ENOMEM;
        b->patterns = more;
        more = realloc(b->rules, room * sizeof(*b->rules));
        if (more == NULL)
                return -ENOMEM;
        b->rules = more;
        more = realloc(b->places, room * sizeof(*b->places));
        if (more == NULL)
                return -ENOMEM;
        b->places = more;
        more = realloc(b->open, room * sizeof(*b->open));
        if (more == NULL)
                return -ENOMEM;
        b->open = more;
        b->room = room;
        return 0;
}

/* A content as an expression, held to the start or end where it has to be there. */
static char *text_regex(const struct cp_rule_step *s)
{
        uint32_t off = s->fast ? s->fast_off : 0;
        uint32_t len = s->fast && s->fast_len != 0 ? s->fast_len : s->len - off;
        bool whole = off == 0 && len == s->len;
        bool relative = (s->s.flags & MATCH_STEP_RELATIVE) != 0;
        bool starts = (s->s.flags & MATCH_STEP_STARTS) != 0 ||
                      (!relative && s->s.from == 0 && s->s.end == (int32_t)s->len);
        char *t = malloc(4 * (size_t)len + 8);
        size_t n = 0;

        if (t == NULL)
                return NULL;
        if (whole && starts)
                n += (size_t)sprintf(t + n, "\\A");
        for (uint32_t i = 0; i < len; i++)
                n += (size_t)sprintf(t + n, "\\x%02x", s->bytes[off + i]);
        if (whole && (s->s.flags & MATCH_STEP_ENDS) != 0)
                sprintf(t + n, "\\z");
        return t;
}

/* Long fields: there Hyperscan's look at the text costs less than the gate's. */
static bool is_long(uint16_t field)
{
        return field == MATCH_FIELD_PAYLOAD || field == MATCH_FIELD_FRAME_PDU ||
               field == MATCH_FIELD_FRAME_REQUEST_HEADERS ||
               field == MATCH_FIELD_FRAME_REQUEST_BODY ||
               field == MATCH_FIELD_FRAME_RESPONSE_HEADERS ||
               field == MATCH_FIELD_FRAME_RESPONSE_BODY || field == MATCH_FIELD_HEADER_ORDER ||
               field == MATCH_FIELD_BODY;
}

int cp_prefilter_add(struct cp_prefilter *p, const struct cp_prefilter_pick *pick, uint32_t rule,
                     uint32_t *index, struct cp_literals *l)
{
        const struct cp_rule_step *s = pick->step;
        struct cp_prefilter_buffer *b;
        char *text;

        l->cnt = 0;
        if (cp_prefilter_buffer(p, pick->group, index) != 0)
                return -E2BIG;
        b = &p->buffers[*index];
        if (!is_long(pick->group->field))
                cp_literals_find(s, l);
        text =
            s->s.kind == MATCH_STEP_PCRE ? strndup((const char *)s->bytes, s->len) : text_regex(s);
        if (text == NULL || grow(b) != 0) {
                free(text);
                return -ENOMEM;
        }
        b->patterns[b->cnt] = (struct match_hs_pattern){
            .regex = text,
            .id = b->cnt,
            .flags = s->s.kind == MATCH_STEP_PCRE            ? s->s.regex_flags
                     : (s->s.flags & MATCH_STEP_NOCASE) != 0 ? MATCH_REGEX_CASELESS
                                                             : 0,
            .once = true,
        };
        b->rules[b->cnt] = rule;
        b->places[b->cnt] = &s->place;
        b->open[b->cnt] = l->cnt == 0;
        b->open_cnt += l->cnt == 0 ? 1u : 0u;
        b->cnt++;
        return 0;
}

void cp_prefilter_fini(struct cp_prefilter *p)
{
        for (uint32_t i = 0; i < p->buffer_cnt; i++) {
                struct cp_prefilter_buffer *b = &p->buffers[i];

                for (unsigned k = 0; k < b->cnt; k++)
                        free((char *)(uintptr_t)b->patterns[k].regex);
                free(b->patterns);
                free(b->rules);
                free(b->places);
                free(b->open);
        }
        memset(p, 0, sizeof(*p));
}
