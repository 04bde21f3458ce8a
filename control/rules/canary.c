/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/canary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_set.h"
#include "parser/sip_parse.h"

struct trial {
        const struct cp_rule_set *set;
        struct match_set *compiled;
        struct match_scratch *scratch;
        struct sip_msg *msg;
        struct cp_rule_errors *errors;
        uint8_t buf[SIP_MSG_BYTES_MAX];
};

static int bad(struct trial *t, const struct cp_rule *r, const char *what, const char *file)
{
        struct cp_config_error *e;

        if (t->errors->all++, t->errors->cnt == CP_RULE_ERRORS_MAX)
                return -EINVAL;
        e = &t->errors->e[t->errors->cnt++];
        *e = (struct cp_config_error){.line = r->place.line, .column = r->place.column};
        snprintf(e->file, sizeof(e->file), "%s", r->place.file);
        snprintf(e->text, sizeof(e->text), "canary: %s%s%.128s", what, file[0] != '\0' ? " " : "",
                 file);
        return -EINVAL;
}

/* ---- the author's ---- */

static int read_datagram(struct trial *t, const char *path, uint32_t *len)
{
        FILE *f = fopen(path, "re");

        if (f == NULL)
                return -errno;
        *len = (uint32_t)fread(t->buf, 1, sizeof(t->buf), f);
        (void)fclose(f);
        return 0;
}

static bool holds(struct trial *t, uint32_t rule, uint32_t len)
{
        static const uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
        struct match_facts f = {.payload = t->buf,
                                .payload_len = len,
                                .src = ip,
                                .dst = ip,
                                .sport = 5060,
                                .dport = 5060,
                                .ip_proto = 17};
        uint32_t hits[64];
        uint32_t n;

        if (sip_sniff(t->buf, len) == SIP_SNIFF_SIP) {
                (void)sip_parse(t->buf, len, t->msg);
                f.msg = t->msg;
        }
        n = match_eval(t->compiled, t->scratch, &f, 0, hits, 64);
        for (uint32_t i = 0; i < n && i < 64; i++) {
                if (hits[i] == rule)
                        return true;
        }
        return false;
}

static int try_author(struct trial *t, const struct cp_rule *r, uint32_t index)
{
        const char *const files[2] = {r->canary_miss, r->canary_match};
        int rc = 0;

        for (int want = 0; want < 2; want++) {
                uint32_t len = 0;

                if (files[want] == NULL)
                        continue;
                if (read_datagram(t, files[want], &len) != 0)
                        rc = bad(t, r, "can not be read:", files[want]);
                else if (holds(t, index, len) != (want == 1))
                        rc = bad(t, r, want == 1 ? "does not match" : "matches", files[want]);
        }
        return rc;
}

/* ---- made here ---- */

/* A field's text in which the contents of a group stand where they must: false when they can not be
 * put so simply (negated ones, expressions, sizes). */
static bool write_text(const struct match_set *s, const struct match_group *g, uint8_t *buf,
                       uint32_t *len)
{
        uint32_t at = 0;

        for (uint32_t i = 0; i < g->step_cnt; i++) {
                const struct match_step *t = &s->steps[g->step_first + i];
                bool relative = (t->flags & MATCH_STEP_RELATIVE) != 0;
                int64_t place = t->from + (relative ? (int64_t)at : 0);

                if (t->kind != MATCH_STEP_CONTENT || (t->flags & MATCH_STEP_NEGATED) != 0 ||
                    (!relative && place < (int64_t)at && (t->end != MATCH_NO_END || i == 0)) ||
                    ((t->flags & MATCH_STEP_STARTS) != 0 && at != 0) ||
                    ((t->flags & MATCH_STEP_ENDS) != 0 && i + 1 != g->step_cnt))
                        return false;
                if (place < (int64_t)at)
                        place = at;
                if (place + t->text.len > SIP_MSG_BYTES_MAX ||
                    (t->end != MATCH_NO_END &&
                     place + t->text.len > t->end + (relative ? (int64_t)at : 0)))
                        return false;
                memset(buf + at, 0xff, (size_t)(place - at));
                memcpy(buf + place, s->text + t->text.off, t->text.len);
                at = (uint32_t)place + t->text.len;
        }
        *len = at;
        return g->step_cnt != 0;
}

/* The patterns of the group's field must find the rule in that text, its steps must hold there, and
 * neither must be so in text that has nothing of it. */
static int try_group(struct trial *t, const struct cp_rule *r, uint32_t index, uint32_t group)
{
        const struct match_set *s = t->compiled;
        const struct match_group *g = &s->groups[group];
        struct match_candidates *c = &t->scratch->candidates;
        struct match_bytes in = {t->buf, 0};
        const struct match_buffer *b;
        struct match_hs_rules rules;
        bool guards = false;
        bool found;

        if (g->buffer == MATCH_NONE || g->flags != 0 || !write_text(s, g, t->buf, &in.len))
                return 0;
        b = &s->buffers[g->buffer];
        rules = (struct match_hs_rules){s->patterns + b->pattern_first, b->pattern_cnt};
        for (uint32_t i = 0; i < rules.cnt; i++)
                guards = guards || rules.rule[i] == index;
        memset(c, 0, sizeof(*c));
        if (s->buffer_dbs[g->buffer] != NULL)
                match_hs_candidates(s->buffer_dbs[g->buffer], t->scratch->hs, &in, &rules, c);
        found = (c->w[index / 64] >> (index % 64) & 1) != 0;
        memset(c, 0, sizeof(*c));
        /* of several groups with one field only one has the pattern */
        if (guards && !found && r->group_cnt == 1)
                return bad(t, r, "its pattern is not found in text made of it", "");
        if (!match_steps_hold(s, t->scratch, g, in))
                return bad(t, r, "it does not hold for text made of its contents", "");
        memset(t->buf, 0xff, in.len);
        if (match_steps_hold(s, t->scratch, g, (struct match_bytes){t->buf, 0}))
                return bad(t, r, "it holds for an empty field", "");
        return 0;
}

static int try_all(struct trial *t)
{
        uint32_t index = 0;
        int rc = 0;

        for (uint32_t i = 0; i < t->set->cnt; i++) {
                const struct cp_rule *r = &t->set->rules[i];
                int one;

                if (r->off)
                        continue;
                one = try_author(t, r, index);
                for (uint32_t g = 0; g < t->compiled->rules[index].group_cnt && one == 0; g++)
                        one = try_group(t, r, index, t->compiled->rules[index].group_first + g);
                rc = one != 0 ? one : rc;
                index++;
        }
        return rc;
}

int cp_canary_try(const struct cp_rule_set *set, const struct cp_image *image,
                  struct cp_rule_errors *errors)
{
        struct trial *t = calloc(1, sizeof(*t));
        enum match_fault f;
        int rc = -ENOMEM;

        if (t == NULL)
                return -ENOMEM;
        t->set = set;
        t->errors = errors;
        t->msg = malloc(sizeof(*t->msg));
        f = match_set_create(&t->compiled, image->at, image->bytes);
        if (f == MATCH_OK && t->msg != NULL && match_scratch_create(&t->scratch, t->compiled) == 0)
                rc = try_all(t);
        else if (f != MATCH_OK && f != MATCH_FAULT_MEMORY && set->cnt != 0)
                rc = bad(t, &set->rules[0], "the compiled set does not load:", match_fault_name(f));
        match_scratch_destroy(t->scratch);
        match_set_destroy(t->compiled);
        free(t->msg);
        free(t);
        return rc;
}
