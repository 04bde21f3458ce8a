/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/harness/traffic/scenario_build.h"

static const char *wanted(struct sb_build *b, sb_attributes a, const char *name)
{
        const char *v = sb_attribute(a, name);

        if (v == NULL)
                (void)sb_build_fail(b, "wants %s=", name);
        return v;
}

static int assign_to(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        const char *p = wanted(b, a, "assign_to");

        if (p == NULL)
                return -EINVAL;
        while (*p != '\0') {
                size_t len = strcspn(p, ",");
                int at = sb_build_variable(b, p, len);

                if (at < 0 || act->var_cnt == SB_GROUPS_MAX)
                        return sb_build_fail(b, "assign_to: too many variables, or no name");
                act->vars[act->var_cnt++] = (uint8_t)at;
                p += len + (p[len] == ',');
        }
        return 0;
}

static int search_in(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        const char *where = sb_attribute(a, "search_in");
        const char *header = sb_attribute(a, "header");
        const char *nth = sb_attribute(a, "occurence");
        size_t len;

        act->occurrence = (uint16_t)(nth == NULL ? 1 : strtoul(nth, NULL, 10));
        act->start_line = sb_attribute_true(a, "start_line");
        if (where == NULL || strcmp(where, "msg") == 0)
                return 0;
        if (strcmp(where, "body") == 0) {
                act->search = SB_SEARCH_BODY;
                return 0;
        }
        if (strcmp(where, "var") == 0) {
                act->search = SB_SEARCH_VAR;
                return sb_build_variable_of(b, a, "variable", &act->var);
        }
        if (strcmp(where, "hdr") != 0)
                return sb_build_fail(b, "search_in=\"%.60s\" is not supported", where);
        if (header == NULL)
                return sb_build_fail(b, "search_in=\"hdr\" wants header=");
        header += strspn(header, " ");
        len = strcspn(header, ": ");
        if (len == 0 || len >= SB_NAME_BYTES)
                return sb_build_fail(b, "header=\"%.60s\" is no name", header);
        act->search = SB_SEARCH_HEADER;
        memcpy(act->header, header, len);
        return 0;
}

static int ereg(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        static const char *const names[] = {
            "regexp",           "search_in", "header",     "check_it",
            "check_it_inverse", "assign_to", "case_indep", "occurence",
            "start_line",       "variable",  NULL};
        const char *text = wanted(b, a, "regexp");
        int rc;

        for (sb_attributes p = a; p[0] != NULL; p += 2) {
                bool found = false;

                for (uint32_t i = 0; names[i] != NULL; i++)
                        found = found || strcmp(names[i], p[0]) == 0;
                if (!found)
                        return sb_build_fail(b, "attribute %.60s is not supported", p[0]);
        }
        act->kind = SB_ACT_EREG;
        act->check = sb_attribute_true(a, "check_it");
        act->check_inverse = sb_attribute_true(a, "check_it_inverse");
        if (text == NULL)
                return -EINVAL;
        act->regex = calloc(1, sizeof(*act->regex));
        if (act->regex == NULL)
                return -ENOMEM;
        rc = regcomp(act->regex, text,
                     REG_EXTENDED | (sb_attribute_true(a, "case_indep") ? REG_ICASE : 0));
        if (rc != 0) {
                free(act->regex);
                act->regex = NULL;
                return sb_build_fail(b, "regexp=\"%.100s\" is no regular expression", text);
        }
        rc = search_in(b, act, a);
        if (rc == 0 && sb_attribute(a, "assign_to") != NULL)
                rc = assign_to(b, act, a);
        return rc;
}

static int text_of(struct sb_build *b, struct sb_action *act, sb_attributes a, const char *name)
{
        const char *text = wanted(b, a, name);

        return text == NULL ? -EINVAL : sb_build_text(b, text, false, &act->text);
}

static int arithmetic(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        const char *value = sb_attribute(a, "value");
        char *end;
        int rc = assign_to(b, act, a);

        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable", &act->var);
        if (rc != 0 || act->var != SB_VAR_NONE)
                return rc;
        if (value == NULL)
                return sb_build_fail(b, "wants value= or variable=");
        act->value = strtod(value, &end);
        if (end == value || *end != '\0')
                return sb_build_fail(b, "value=\"%.60s\" is no number", value);
        return 0;
}

static int comparison(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        static const char *const names[] = {"equal",     "not_equal",          "greater_than",
                                            "less_than", "greater_than_equal", "less_than_equal"};
        const char *how = sb_attribute(a, "compare");
        const char *value = sb_attribute(a, "value");
        int rc = assign_to(b, act, a);

        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable", &act->var);
        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable2", &act->var2);
        if (rc != 0)
                return rc;
        if (act->var == SB_VAR_NONE || (act->var2 == SB_VAR_NONE && value == NULL))
                return sb_build_fail(b, "wants variable=, and value= or variable2=");
        if (value != NULL)
                act->value = strtod(value, NULL);
        for (uint32_t i = 0; how != NULL && i < sizeof(names) / sizeof(names[0]); i++)
                if (strcmp(names[i], how) == 0) {
                        act->compare = (uint8_t)i;
                        return 0;
                }
        return sb_build_fail(b, "compare=\"%.60s\" is not supported", how == NULL ? "" : how);
}

static int strings_compared(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        const char *value = sb_attribute(a, "value");
        int rc = assign_to(b, act, a);

        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable", &act->var);
        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable2", &act->var2);
        if (rc == 0 && act->var == SB_VAR_NONE)
                rc = sb_build_fail(b, "wants variable=");
        if (rc == 0 && act->var2 == SB_VAR_NONE && value == NULL)
                rc = sb_build_fail(b, "wants value= or variable2=");
        return rc != 0 || value == NULL ? rc : sb_build_text(b, value, false, &act->text);
}

static int exec(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        static const char *const media[] = {"rtp_stream",      "rtp_echo",        "play_pcap_audio",
                                            "play_pcap_video", "play_pcap_image", "play_dtmf"};
        static const struct {
                const char *name;
                uint8_t kind;
        } commands[] = {{"stop_call", SB_ACT_STOP_CALL},
                        {"stop_gracefully", SB_ACT_STOP_SOON},
                        {"stop_now", SB_ACT_STOP_NOW}};
        const char *command = sb_attribute(a, "int_cmd");

        for (uint32_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
                if (sb_attribute(a, media[i]) != NULL) {
                        act->kind = SB_ACT_MEDIA;
                        return 0;
                }
        for (uint32_t i = 0; command != NULL && i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(commands[i].name, command) == 0) {
                        act->kind = commands[i].kind;
                        return 0;
                }
        return sb_build_fail(b, "only int_cmd of stop_call, stop_gracefully, stop_now, and media");
}

static int jump(struct sb_build *b, struct sb_action *act, sb_attributes a)
{
        const char *value = sb_attribute(a, "value");
        char *end;
        int rc;

        act->kind = SB_ACT_JUMP;
        rc = sb_build_variable_of(b, a, "variable", &act->var);
        if (rc != 0 || act->var != SB_VAR_NONE)
                return rc;
        if (value == NULL)
                return sb_build_fail(b, "wants value= or variable=");
        act->value = strtod(value, &end);
        return *end == '\0' ? 0 : sb_build_fail(b, "value=\"%.60s\" is no step", value);
}

static int fill(struct sb_build *b, struct sb_action *act, const char *element, sb_attributes a)
{
        static const struct {
                const char *name;
                uint8_t kind;
                int (*fill)(struct sb_build *, struct sb_action *, sb_attributes);
        } table[] = {
            {"ereg", SB_ACT_EREG, ereg},
            {"exec", SB_ACT_MEDIA, exec},
            {"jump", SB_ACT_JUMP, jump},
            {"test", SB_ACT_TEST, comparison},
            {"strcmp", SB_ACT_STRCMP, strings_compared},
            {"assign", SB_ACT_ASSIGN, arithmetic},
            {"add", SB_ACT_ADD, arithmetic},
            {"subtract", SB_ACT_SUBTRACT, arithmetic},
            {"multiply", SB_ACT_MULTIPLY, arithmetic},
            {"divide", SB_ACT_DIVIDE, arithmetic},
            {"todouble", SB_ACT_TO_DOUBLE, arithmetic},
            {"trim", SB_ACT_TRIM, assign_to},
        };
        int rc;

        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (strcmp(table[i].name, element) == 0) {
                        act->kind = table[i].kind;
                        return table[i].fill(b, act, a);
                }
        if (strcmp(element, "log") == 0 || strcmp(element, "warning") == 0 ||
            strcmp(element, "error") == 0) {
                act->kind = element[0] == 'e' ? SB_ACT_FAIL : SB_ACT_LOG;
                return text_of(b, act, a, "message");
        }
        if (strcmp(element, "rtp_echo") == 0) {
                act->kind = SB_ACT_MEDIA;
                return 0;
        }
        if (strcmp(element, "assignstr") == 0) {
                act->kind = SB_ACT_ASSIGN_TEXT;
                rc = assign_to(b, act, a);
                return rc != 0 ? rc : text_of(b, act, a, "value");
        }
        return sb_build_fail(b, "this action is not supported");
}

int sb_build_action(struct sb_build *b, const char *element, sb_attributes a)
{
        struct sb_action *act = calloc(1, sizeof(*act));
        struct sb_action **at;

        if (act == NULL)
                return -ENOMEM;
        act->var = act->var2 = SB_VAR_NONE;
        at = &b->s->steps[b->s->step_cnt - 1].actions;
        while (*at != NULL)
                at = &(*at)->next;
        *at = act;
        return fill(b, act, element, a);
}

void sb_actions_free(struct sb_action *a)
{
        while (a != NULL) {
                struct sb_action *next = a->next;

                if (a->regex != NULL) {
                        regfree(a->regex);
                        free(a->regex);
                }
                sb_template_free(a->text);
                free(a);
                a = next;
        }
}
