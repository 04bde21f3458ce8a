/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rules/build.h"
#include "control/rules/sids.h"
#include "parser/match/match_field.h"

static const struct cp_rule_var default_vars[] = {
    {"HOME_NET", "any"},        {"EXTERNAL_NET", "any"}, {"SIP_SERVERS", "$HOME_NET"},
    {"SIP_PORTS", "5060"},      {"HTTP_PORTS", "80"},    {"SIP_PROXY_IP", "any"},
    {"SIP_PROXY_PORTS", "any"},
};

const struct cp_rule_vars cp_rule_default_vars = {default_vars,
                                                  sizeof(default_vars) / sizeof(default_vars[0])};

/* ---- options ---- */

static const struct cp_option *find_in(const struct cp_option *table, struct cp_piece name)
{
        for (; table->name != NULL; table++) {
                if (cp_piece_is(name, table->name))
                        return table;
        }
        return NULL;
}

static const struct cp_option *find_option(struct cp_piece name)
{
        const struct cp_option *o = find_in(cp_options_content, name);

        if (o == NULL)
                o = find_in(cp_options_rule, name);
        return o != NULL ? o : find_in(cp_options_state, name);
}

static int find_field(struct cp_piece name)
{
        for (int f = 0; f < MATCH_FIELD_CNT; f++) {
                if (f != MATCH_FIELD_PAYLOAD &&
                    memchr(match_fields[f].name, ':', strlen(match_fields[f].name)) == NULL &&
                    cp_piece_is(name, match_fields[f].name))
                        return f;
        }
        return -1;
}

static int value_check(struct cp_build *b, unsigned wanted, struct cp_piece value)
{
        if (wanted == CP_VALUE_NONE && value.at != NULL)
                return cp_build_bad(b, value.at, "takes no value");
        if (wanted == CP_VALUE_NEEDED && (value.at == NULL || value.len == 0))
                return cp_build_bad(b, b->option.at, "a value is missing");
        return 0;
}

static int field_read(struct cp_build *b, uint16_t field, struct cp_piece value)
{
        const struct match_field_info *info = &match_fields[field];
        bool bytes = info->type == MATCH_TYPE_BYTES;
        int rc;

        rc = value_check(
            b, bytes && info->param == MATCH_PARAM_NONE ? CP_VALUE_NONE : CP_VALUE_NEEDED, value);
        if (rc != 0)
                return rc;
        return bytes ? cp_option_buffer(b, field, value) : cp_option_fact(b, field, value);
}

static int option_read(struct cp_build *b, struct cp_piece text)
{
        struct cp_piece value;
        const struct cp_option *o;
        int field;
        int rc;

        b->option = cp_piece_cut(text, ':', &value);
        o = find_option(b->option);
        if (o != NULL) {
                rc = value_check(b, o->value, value);
                return rc != 0 ? rc : o->fn(b, value);
        }
        field = find_field(b->option);
        if (field < 0)
                return cp_build_bad(b, b->option.at, "this option is not supported");
        return field_read(b, (uint16_t)field, value);
}

/* Options end in a semicolon, and one with a backslash before it is text, quotes or not. */
static int options_read(struct cp_build *b, const char *at, const char *end)
{
        const char *from = at;
        bool escaped = false;

        for (; at < end; at++) {
                struct cp_piece p;

                if (*at != ';' || escaped) {
                        escaped = *at == '\\' && !escaped;
                        continue;
                }
                p = cp_piece_trim((struct cp_piece){from, (size_t)(at - from)});
                from = at + 1;
                if (p.len != 0) {
                        int rc = option_read(b, p);

                        if (rc != 0)
                                return rc;
                }
        }
        b->option = (struct cp_piece){NULL, 0};
        from = cp_piece_trim((struct cp_piece){from, (size_t)(end - from)}).at;
        if (from < end)
                return cp_build_bad(b, from, "the last option has no semicolon");
        return 0;
}

/* ---- the end of a rule ---- */

static int content_finish(struct cp_build *b, struct cp_rule_step *s)
{
        struct match_step *m = &s->s;
        bool relative = (m->flags & MATCH_STEP_RELATIVE) != 0;
        bool bounded = m->end != MATCH_NO_END;

        m->reserved = 0; /* build-time notes of option_content.c */
        if (bounded && m->end < (int32_t)s->len) {
                struct cp_config_error *e;

                cp_build_bad(b, b->rule->text, "%s: %d octets are too few for a content of %u",
                             relative ? "within" : "depth", m->end, s->len);
                e = &b->errors->e[b->errors->cnt - 1];
                if (b->errors->all <= CP_RULE_ERRORS_MAX) {
                        e->line = s->place.line;
                        e->column = s->place.column;
                }
                return -EINVAL;
        }
        /* both count from where the search begins */
        if (bounded)
                m->end += m->from;
        if ((m->flags & MATCH_STEP_NOCASE) != 0) {
                uint8_t *low = cp_arena_take(&b->set->arena, s->len);

                if (low == NULL)
                        return -ENOMEM;
                for (uint32_t i = 0; i < s->len; i++)
                        low[i] = s->bytes[i] >= 'A' && s->bytes[i] <= 'Z'
                                     ? (uint8_t)(s->bytes[i] | 0x20)
                                     : s->bytes[i];
                s->bytes = low;
        }
        return 0;
}

/* Steps whose end somebody counts from. */
static void mark_next(struct cp_rule_group *g)
{
        struct cp_rule_step *from = NULL;

        for (uint32_t i = 0; i < g->step_cnt; i++) {
                struct cp_rule_step *s = &g->steps[i];

                if ((s->s.flags & MATCH_STEP_RELATIVE) != 0 && from != NULL)
                        from->s.flags |= MATCH_STEP_NEXT;
                if ((s->s.kind == MATCH_STEP_CONTENT || s->s.kind == MATCH_STEP_PCRE) &&
                    (s->s.flags & MATCH_STEP_NEGATED) == 0)
                        from = s;
        }
}

int cp_build_finish(struct cp_build *b)
{
        struct cp_rule *r = b->rule;

        const struct cp_rule *other;

        if (!r->has_sid)
                return cp_build_bad(b, r->text, "sid: a rule needs one");
        other = cp_sids_find(b->set, r->r.gid, r->r.sid);
        if (other != NULL && other->r.rev >= r->r.rev)
                return cp_build_bad(b, r->text, "sid: %u is that of the rule in %s:%u", r->r.sid,
                                    other->place.file, other->place.line);
        for (uint32_t i = 0; i < r->group_cnt; i++) {
                struct cp_rule_group *g = &r->groups[i];

                if (!g->message && g->step_cnt == 0 && !g->exists &&
                    (g->flags & MATCH_GROUP_ABSENT) == 0)
                        return cp_build_bad(b, r->text, "%s: nothing is asked of this field",
                                            match_fields[g->field].name);
                for (uint32_t k = 0; k < g->step_cnt; k++) {
                        int rc = g->steps[k].s.kind == MATCH_STEP_CONTENT
                                     ? content_finish(b, &g->steps[k])
                                     : 0;

                        if (rc != 0)
                                return rc;
                }
                mark_next(g);
        }
        if (r->r.action == MATCH_ACTION_REJECT && r->r.code == 0)
                r->r.code = 403;
        if (r->r.action == MATCH_ACTION_BAN && r->r.seconds == 0)
                r->r.seconds = 600;
        if (r->r.action == MATCH_ACTION_LIMIT && r->r.rate.type == MATCH_THRESHOLD_NONE)
                return cp_build_bad(b, r->text, "rate: the action limit needs one");
        if (r->r.priority == 0)
                r->r.priority = 3;
        return 0;
}

/* ---- files ---- */

static struct cp_rule *rule_add(struct cp_rule_set *set)
{
        struct cp_rule *more = cp_arena_grow(&set->arena, set->rules, set->cnt, sizeof(*more));

        if (more == NULL)
                return NULL;
        set->rules = more;
        memset(&more[set->cnt], 0, sizeof(*more));
        more[set->cnt].r = (struct match_rule){
            .gid = 1,
            .rev = 1,
            .percent = 100,
            .mode = MATCH_MODE_ENFORCE,
            .position = set->cnt,
        };
        more[set->cnt].msg = "";
        more[set->cnt].classtype = "";
        return &more[set->cnt++];
}

/* The last rule of the set has a sid that no other one has, or takes the place of one whose
 * revision is older. */
static int rule_keep(struct cp_build *b)
{
        struct cp_rule_set *set = b->set;
        struct cp_rule *r = b->rule;
        struct cp_rule *old = cp_sids_find(set, r->r.gid, r->r.sid);

        r->text = cp_arena_text(&set->arena, r->text, b->rule_len);
        if (r->text == NULL)
                return -ENOMEM;
        if (old == NULL)
                return cp_sids_keep(set);
        r->r.position = old->r.position;
        *old = *r;
        set->cnt--;
        return 0;
}

static int rule_read(struct cp_build *b, const char *at, const char *end)
{
        const char *open = memchr(at, '(', (size_t)(end - at));
        struct cp_rule *r = rule_add(b->set);
        int rc;

        if (r == NULL)
                return -ENOMEM;
        b->rule = NULL;
        r->place = cp_build_place(b, at);
        b->known = at;
        b->rule_len = (size_t)(end - at);
        b->known_line = r->place.line;
        b->known_column = r->place.column;
        r->text = at; /* of the file, until it is known to be right */
        b->rule = r;
        b->option = (struct cp_piece){NULL, 0};
        b->group = MATCH_NONE;
        b->last = MATCH_NONE;
        b->established = false;
        b->priority = false;
        b->failed = false;
        if (open == NULL)
                rc = cp_build_bad(b, at, "a rule's options stand in parentheses");
        else if (end[-1] != ')')
                rc = cp_build_bad(b, end - 1, "the closing parenthesis is missing");
        else
                rc = cp_header_read(b, &at, open);
        if (rc == 0)
                rc = options_read(b, open + 1, end - 1);
        if (rc == 0)
                rc = cp_build_finish(b);
        if (rc == 0)
                rc = rule_keep(b);
        if (rc != 0)
                b->set->cnt--;
        return rc;
}

/* The end of the rule that begins at `at`: of its line, or of the last line that is joined to it. A
 * comment ends with its line. */
static const char *rule_end(const char *at, const char *end)
{
        size_t blank = 0;

        while (at + blank < end && (at[blank] == ' ' || at[blank] == '\t'))
                blank++;
        if (at + blank < end && at[blank] == '#') {
                const char *lf = memchr(at, '\n', (size_t)(end - at));

                return lf != NULL ? lf : end;
        }
        for (;;) {
                const char *lf = memchr(at, '\n', (size_t)(end - at));
                const char *last = lf != NULL ? lf : end;

                if (lf == NULL)
                        return end;
                if (last > at && last[-1] == '\r')
                        last--;
                if (last == at || last[-1] != '\\')
                        return lf;
                at = lf + 1;
        }
}

/* Said once: nothing behind it is read. */
static int too_many(struct cp_build *b, const char *at)
{
        b->rule = NULL;
        b->option = (struct cp_piece){NULL, 0};
        return cp_build_bad(b, at, "more than %u rules", MATCH_RULES_MAX);
}

int cp_rules_read(struct cp_rule_set *set, const char *file, const char *text, size_t len,
                  const struct cp_rule_vars *vars, struct cp_rule_errors *errors)
{
        struct cp_build b = {.set = set, .vars = vars, .errors = errors, .text = text, .len = len};
        const char *at = text;
        const char *end = text + len;
        int worst = 0;

        b.file = cp_arena_text(&set->arena, file, strlen(file));
        if (b.file == NULL)
                return -ENOMEM;
        if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) /* an editor's mark of UTF-8 */
                at += 3;
        while (at < end) {
                const char *stop = rule_end(at, end);
                struct cp_piece p = cp_piece_trim((struct cp_piece){at, (size_t)(stop - at)});
                int rc = 0;

                if (p.len > CP_RULE_BYTES_MAX) {
                        b.rule = NULL;
                        b.option = (struct cp_piece){NULL, 0};
                        rc = cp_build_bad(&b, p.at, "a rule longer than %u octets",
                                          CP_RULE_BYTES_MAX);
                } else if (p.len != 0 && p.at[0] != '#') {
                        if (set->cnt == MATCH_RULES_MAX)
                                return too_many(&b, p.at);
                        rc = rule_read(&b, p.at, p.at + p.len);
                }
                if (rc == -ENOMEM)
                        return rc;
                if (rc != 0)
                        worst = rc;
                at = stop < end ? stop + 1 : end;
        }
        return worst;
}

static int file_error(struct cp_rule_errors *errors, const char *path, const char *why)
{
        if (errors->all++ < CP_RULE_ERRORS_MAX) {
                struct cp_config_error *e = &errors->e[errors->cnt++];

                *e = (struct cp_config_error){0};
                snprintf(e->file, sizeof(e->file), "%s", path);
                snprintf(e->text, sizeof(e->text), "%s", why);
        }
        return -EINVAL;
}

int cp_rules_read_file(struct cp_rule_set *set, const char *path, const struct cp_rule_vars *vars,
                       struct cp_rule_errors *errors)
{
        FILE *f = fopen(path, "re");
        char *text = NULL;
        size_t len = 0;
        size_t cap = 0;
        int rc;

        if (f == NULL)
                return file_error(errors, path, strerror(errno));
        do {
                char *more = len == cap ? realloc(text, cap == 0 ? 65536 : 2 * cap) : text;

                if (more == NULL) {
                        free(text);
                        (void)fclose(f);
                        return -ENOMEM;
                }
                cap = len == cap ? (cap == 0 ? 65536 : 2 * cap) : cap;
                text = more;
                len += fread(text + len, 1, cap - len, f);
        } while (len == cap && len <= CP_RULE_FILE_BYTES_MAX);
        rc = ferror(f) != 0 ? file_error(errors, path, strerror(errno)) : 0;
        (void)fclose(f);
        if (rc == 0 && len > CP_RULE_FILE_BYTES_MAX)
                rc = file_error(errors, path, "larger than a rule file may be");
        if (rc == 0)
                rc = cp_rules_read(set, path, text, len, vars, errors);
        free(text);
        return rc;
}

void cp_rule_set_fini(struct cp_rule_set *set)
{
        cp_arena_fini(&set->arena);
        *set = (struct cp_rule_set){0};
}
