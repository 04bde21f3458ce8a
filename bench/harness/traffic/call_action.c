/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/traffic/calls.h"

static void assign(struct sb_var *v, const void *text, uint32_t len)
{
        if (len >= SB_VAR_MAX)
                len = SB_VAR_MAX - 1;
        memmove(v->text, text, len);
        v->text[len] = '\0';
        v->len = (uint16_t)len;
        v->number = strtod(v->text, NULL);
        v->set = true;
}

static void assign_number(struct sb_var *v, double number)
{
        char text[64];
        int n = snprintf(text, sizeof(text), "%.15g", number);

        assign(v, text, (uint32_t)n);
        v->number = number;
}

/* SIPp's truth: what test= and condexec= ask for. */
static void assign_truth(struct sb_var *v, bool truth)
{
        assign(v, truth ? "1" : "0", 1);
        v->set = truth;
}

struct place {
        const uint8_t *at;
        uint32_t len;
};

static struct place header_value(const struct sb_action *a, const struct sb_rx *rx)
{
        const struct sb_line *l = NULL;
        uint32_t from = 0;

        for (uint32_t i = 0; i < (a->occurrence == 0 ? 1u : a->occurrence); i++) {
                l = sb_rx_find(rx, a->header, (uint32_t)strlen(a->header), from, &from);
                if (l == NULL)
                        return (struct place){NULL, 0};
        }
        return (struct place){rx->buf + l->value_off, (uint32_t)(l->off + l->len - l->value_off)};
}

static struct place searched(struct sb_calls *c, uint32_t slot, const struct sb_action *a,
                             const struct sb_rx *rx)
{
        const struct sb_var *v;

        if (a->search == SB_SEARCH_VAR) {
                v = sb_call_var(c, slot, a->var);
                return (struct place){v->set ? (const uint8_t *)v->text : NULL, v->len};
        }
        if (rx == NULL)
                return (struct place){NULL, 0};
        if (a->search == SB_SEARCH_HEADER)
                return header_value(a, rx);
        if (a->search == SB_SEARCH_BODY)
                return (struct place){rx->buf + rx->body_off, rx->len - rx->body_off};
        return (struct place){rx->buf, rx->len};
}

static bool ereg(struct sb_calls *c, uint32_t slot, const struct sb_action *a,
                 const struct sb_rx *rx)
{
        struct place in = searched(c, slot, a, rx);
        regmatch_t groups[SB_GROUPS_MAX];
        bool matched;

        groups[0].rm_so = 0;
        groups[0].rm_eo = (regoff_t)in.len;
        matched = in.at != NULL &&
                  regexec(a->regex, (const char *)in.at, SB_GROUPS_MAX, groups, REG_STARTEND) == 0;
        for (uint32_t i = 0; i < a->var_cnt; i++) {
                struct sb_var *v = sb_call_var(c, slot, a->vars[i]);

                v->set = false;
                if (matched && groups[i].rm_so >= 0)
                        assign(v, in.at + groups[i].rm_so,
                               (uint32_t)(groups[i].rm_eo - groups[i].rm_so));
        }
        return !(a->check && !matched) && !(a->check_inverse && matched);
}

static bool compared(const struct sb_action *a, double x, double y)
{
        switch (a->compare) {
        case SB_EQ:
                return x >= y && x <= y;
        case SB_NE:
                return x < y || x > y;
        case SB_GT:
                return x > y;
        case SB_LT:
                return x < y;
        case SB_GE:
                return x >= y;
        default:
                return x <= y;
        }
}

static void arithmetic(struct sb_calls *c, uint32_t slot, const struct sb_action *a)
{
        struct sb_var *v = sb_call_var(c, slot, a->vars[0]);
        double by = a->var == SB_VAR_NONE ? a->value : sb_call_var(c, slot, a->var)->number;
        double was = v->set ? v->number : 0.0;

        switch (a->kind) {
        case SB_ACT_ADD:
                by = was + by;
                break;
        case SB_ACT_SUBTRACT:
                by = was - by;
                break;
        case SB_ACT_MULTIPLY:
                by = was * by;
                break;
        case SB_ACT_DIVIDE:
                by = by < 0 || by > 0 ? was / by : 0.0;
                break;
        default:
                break;
        }
        assign_number(v, by);
}

static void compare(struct sb_calls *c, uint32_t slot, const struct sb_action *a, uint64_t now_ns)
{
        const struct sb_var *x = sb_call_var(c, slot, a->var);
        const struct sb_var *y = a->var2 == SB_VAR_NONE ? NULL : sb_call_var(c, slot, a->var2);
        struct sb_var *out = sb_call_var(c, slot, a->vars[0]);
        uint8_t text[SB_MESSAGE_ROOM];
        uint32_t len;
        int order;

        if (a->kind == SB_ACT_TEST) {
                assign_truth(out, compared(a, x->set ? x->number : 0.0,
                                           y == NULL ? a->value
                                           : y->set  ? y->number
                                                     : 0.0));
                return;
        }
        if (y == NULL) {
                len = sb_call_render(c, slot, a->text, text, now_ns);
        } else {
                len = y->set ? y->len : 0;
                memcpy(text, y->text, len);
        }
        order = memcmp(x->text, text, x->set && x->len < len ? x->len : x->set ? len : 0);
        if (order == 0 && (x->set ? x->len : 0u) != len)
                order = (x->set ? x->len : 0u) < len ? -1 : 1;
        assign_number(out, order);
}

static void trim(struct sb_var *v)
{
        uint32_t from = 0, to = v->len;

        if (!v->set)
                return;
        while (from < to && v->text[from] == ' ')
                from++;
        while (to > from && v->text[to - 1] == ' ')
                to--;
        assign(v, v->text + from, to - from);
}

/* Actions that cannot fail. */
static void plain(struct sb_calls *c, uint32_t slot, const struct sb_action *a, uint64_t now_ns)
{
        uint8_t text[SB_MESSAGE_ROOM];

        switch (a->kind) {
        case SB_ACT_LOG:
                if (c->set.log != NULL)
                        fprintf(c->set.log, "%.*s\n",
                                (int)sb_call_render(c, slot, a->text, text, now_ns),
                                (const char *)text);
                break;
        case SB_ACT_ASSIGN_TEXT:
                assign(sb_call_var(c, slot, a->vars[0]), text,
                       sb_call_render(c, slot, a->text, text, now_ns));
                break;
        case SB_ACT_TEST:
        case SB_ACT_STRCMP:
                compare(c, slot, a, now_ns);
                break;
        case SB_ACT_TRIM:
                trim(sb_call_var(c, slot, a->vars[0]));
                break;
        case SB_ACT_STOP_SOON:
                c->stop_soon = true;
                break;
        case SB_ACT_STOP_NOW:
                c->stop_now = true;
                break;
        case SB_ACT_MEDIA:
                c->counts->media_actions++;
                break;
        default:
                arithmetic(c, slot, a);
                break;
        }
}

enum sb_failure sb_call_actions(struct sb_calls *c, uint32_t slot, const struct sb_action *a,
                                const struct sb_rx *rx, uint32_t *jump, uint64_t now_ns)
{
        double to;

        *jump = SB_STEP_NONE;
        for (; a != NULL; a = a->next) {
                switch (a->kind) {
                case SB_ACT_EREG:
                        if (!ereg(c, slot, a, rx))
                                return SB_FAIL_CHECK;
                        break;
                case SB_ACT_FAIL:
                case SB_ACT_STOP_CALL:
                        return SB_FAIL_CHECK;
                case SB_ACT_JUMP:
                        to =
                            a->var == SB_VAR_NONE ? a->value : sb_call_var(c, slot, a->var)->number;
                        if (to < 0 || to > c->set.scenario->step_cnt)
                                return SB_FAIL_CHECK;
                        *jump = (uint32_t)to;
                        break;
                default:
                        plain(c, slot, a, now_ns);
                        break;
                }
        }
        return SB_FAIL_CNT;
}
