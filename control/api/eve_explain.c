/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parser/match/match_field.h"
#include "parser/match/match_words.h"

const char *cp_eve_rule_action(const struct match_rule *r)
{
        static const char *const names[MATCH_ACTION_CNT] = {
            "pass", "drop", "reject", "ban", "challenge", "limit", "ask", "tag", "alert"};

        return names[r->action];
}

/* ---- what became of a rule ---- */

static const char *state_of(const struct match_explained_rule *r, const struct shm_event *ev)
{
        static const char *const kept[MATCH_KEPT_CNT] = {
            [MATCH_KEPT_EXPIRED] = "expired",           [MATCH_KEPT_FILTER] = "below_filter",
            [MATCH_KEPT_THRESHOLD] = "below_threshold", [MATCH_KEPT_MONITOR] = "monitor",
            [MATCH_KEPT_SHARE] = "not_in_share",
        };

        if (r->kept != MATCH_KEPT_NOT)
                return kept[r->kept];
        if (r->rule->action >= MATCH_ACTION_TAG)
                return "told";
        if (!r->decisive)
                return "behind";
        return ev->lane == SHM_LANE_PRIORITY ? "exempt" : "decides";
}

/* ---- where it holds ---- */

struct where {
        struct cp_json *j;
        const struct match_set *set;
        const struct match_found *f;
};

static void write_cut(struct cp_json *j, const char *key, const uint8_t *text, uint32_t len)
{
        cp_json_text(j, key, text, len < CP_EVE_EXPLAIN_TEXT ? len : CP_EVE_EXPLAIN_TEXT);
}

static void write_field(const struct where *w)
{
        const struct match_buffer *b = w->f->buffer;
        enum match_field field = (enum match_field)(b != NULL ? b->field : w->f->step->field);
        char name[32 + MATCH_NAME_BYTES_MAX];
        int n;

        if (b == NULL && w->f->step->kind == MATCH_STEP_FLAG)
                return;
        n = snprintf(name, sizeof(name), "%s%s%.*s", match_fields[field].name,
                     b != NULL && b->name.len != 0 ? ":" : "", b != NULL ? (int)b->name.len : 0,
                     b != NULL ? (const char *)match_set_text(w->set, b->name) : "");
        cp_json_text(w->j, "field", name, (size_t)n < sizeof(name) ? (size_t)n : sizeof(name) - 1);
        if (w->f->instance != 0 && match_fields[field].many != 0)
                cp_json_number(w->j, "instance", w->f->instance);
}

static const char *option_of(const struct match_found *f)
{
        static const char *const names[MATCH_STEP_CNT] = {
            [MATCH_STEP_CONTENT] = "content", [MATCH_STEP_PCRE] = "pcre",
            [MATCH_STEP_SIZE] = "bsize",      [MATCH_STEP_DATA] = "isdataat",
            [MATCH_STEP_NUMBER] = "number",   [MATCH_STEP_WORD] = "word",
            [MATCH_STEP_FLAG] = "flowbits",
        };

        if (f->step != NULL)
                return names[f->step->kind];
        return f->kind == MATCH_FOUND_ABSENT ? "absent" : "exists";
}

static void write_compare(const struct where *w)
{
        static const char *const before[MATCH_COMPARE_CNT] = {
            [MATCH_EQ] = "",  [MATCH_NE] = "!",  [MATCH_LT] = "<",       [MATCH_LE] = "<=",
            [MATCH_GT] = ">", [MATCH_GE] = ">=", [MATCH_PRESENT] = "any"};
        const struct match_step *s = w->f->step;
        char text[64];

        switch (s->op) {
        case MATCH_BETWEEN:
        case MATCH_WITHIN:
                snprintf(text, sizeof(text), "%" PRIu64 "%s%" PRIu64, s->a,
                         s->op == MATCH_BETWEEN ? "<>" : "-", s->b);
                break;
        case MATCH_PRESENT:
                snprintf(text, sizeof(text), "any");
                break;
        default:
                snprintf(text, sizeof(text), "%s%" PRIu64, before[s->op], s->a);
                break;
        }
        cp_json_string(w->j, "text", text);
}

static void write_option(const struct where *w)
{
        const struct match_step *s = w->f->step;

        cp_json_string(w->j, "option", option_of(w->f));
        write_field(w);
        if (s == NULL)
                return;
        if ((s->flags & MATCH_STEP_NEGATED) != 0)
                cp_json_bool(w->j, "negated", true);
        if (s->kind == MATCH_STEP_CONTENT || s->kind == MATCH_STEP_PCRE)
                write_cut(w->j, "text", match_set_text(w->set, s->text), s->text.len);
        else if (s->kind == MATCH_STEP_NUMBER || s->kind == MATCH_STEP_SIZE)
                write_compare(w);
}

static void write_value(const struct where *w)
{
        const struct match_step *s = w->f->step;
        const char *word = s->kind == MATCH_STEP_WORD
                               ? match_word((enum match_field)s->field, (unsigned)w->f->value)
                               : NULL;

        if (word != NULL)
                cp_json_string(w->j, "value", word);
        else
                cp_json_number(w->j, "value", w->f->value);
}

static void write_found(const struct where *w)
{
        const struct match_found *f = w->f;

        cp_json_open(w->j, NULL, '{');
        write_option(w);
        switch (f->kind) {
        case MATCH_FOUND_HERE:
                cp_json_number(w->j, "offset", f->from);
                cp_json_number(w->j, "length", f->to - f->from);
                write_cut(w->j, "found", f->bytes, f->bytes_len);
                break;
        case MATCH_FOUND_END:
                cp_json_number(w->j, "end", f->to);
                break;
        case MATCH_FOUND_FIELD:
                cp_json_number(w->j, "length", f->len);
                break;
        case MATCH_FOUND_VALUE:
                write_value(w);
                break;
        case MATCH_FOUND_LOST:
                cp_json_bool(w->j, "lost", true);
                break;
        default: /* it is not there */
                break;
        }
        if (f->at != MATCH_NONE && f->kind != MATCH_FOUND_NOWHERE)
                cp_json_number(w->j, "datagram_offset", f->at);
        cp_json_close(w->j, '}');
}

static void write_rule(struct cp_json *j, const struct shm_event *ev,
                       const struct match_explained *said, const struct match_explained_rule *e)
{
        const struct match_rule *r = e->rule;

        cp_json_open(j, NULL, '{');
        cp_json_number(j, "sid", r->sid);
        cp_json_number(j, "rev", r->rev);
        cp_json_string(j, "action", cp_eve_rule_action(r));
        cp_json_string(j, "mode", r->mode == MATCH_MODE_MONITOR ? "monitor" : "enforce");
        cp_json_number(j, "percent", r->percent);
        cp_json_text(j, "msg", match_set_text(said->set, r->msg),
                     r->msg.len < CP_EVE_EXPLAIN_MSG ? r->msg.len : CP_EVE_EXPLAIN_MSG);
        cp_json_string(j, "state", state_of(e, ev));
        cp_json_bool(j, "told", e->told);
        cp_json_open(j, "where", '[');
        for (uint32_t i = 0; i < e->cnt; i++) {
                const struct where w = {j, said->set, &said->found[e->first + i]};

                write_found(&w);
        }
        cp_json_close(j, ']');
        if (e->missed != 0)
                cp_json_number(j, "where_more", e->missed);
        cp_json_close(j, '}');
}

void cp_eve_explain_write(struct cp_json *j, const struct shm_event *ev,
                          const struct match_explained *said)
{
        cp_json_number(j, "frame", ev->serial + 1);
        cp_json_string(j, "reason_text", shm_reason_text(ev->reason));
        cp_json_open(j, "explain", '[');
        for (uint32_t i = 0; said != NULL && i < said->rule_cnt; i++)
                write_rule(j, ev, said, &said->rule[i]);
        cp_json_close(j, ']');
}
