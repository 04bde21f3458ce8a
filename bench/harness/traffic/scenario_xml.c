/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/traffic/scenario_build.h"

struct reader {
        struct sb_build b;
        XML_Parser xml;
        uint32_t depth;
        bool in_action;
        bool in_scenario;
        char *text; /* of the <send> being read */
        size_t text_len;
        size_t text_room;
        int rc;
};

const char *sb_attribute(sb_attributes a, const char *name)
{
        for (; a[0] != NULL; a += 2)
                if (strcmp(a[0], name) == 0)
                        return a[1];
        return NULL;
}

bool sb_attribute_true(sb_attributes a, const char *name)
{
        const char *v = sb_attribute(a, name);

        return v != NULL && strcasecmp(v, "false") != 0 && strcmp(v, "0") != 0;
}

int sb_build_fail(struct sb_build *b, const char *format, ...)
{
        va_list args;
        int n;

        if (b->error[0] != '\0')
                return -EINVAL;
        n = snprintf(b->error, SB_ERROR_BYTES, "%s:%u: <%s>: ", b->path, b->line, b->element);
        if (n < 0 || n >= (int)SB_ERROR_BYTES)
                return -EINVAL;
        va_start(args, format);
        vsnprintf(b->error + n, SB_ERROR_BYTES - (size_t)n, format, args);
        va_end(args);
        return -EINVAL;
}

int sb_build_variable(struct sb_build *b, const char *name, size_t len)
{
        struct sb_scenario *s = b->s;

        while (len > 0 && *name == ' ') {
                name++;
                len--;
        }
        while (len > 0 && name[len - 1] == ' ')
                len--;
        for (uint32_t i = 0; i < s->var_cnt; i++)
                if (strlen(s->vars[i]) == len && memcmp(s->vars[i], name, len) == 0)
                        return (int)i;
        if (s->var_cnt == SB_VARS_MAX || len >= SB_NAME_BYTES || len == 0)
                return -EINVAL;
        memcpy(s->vars[s->var_cnt], name, len);
        return (int)s->var_cnt++;
}

int sb_build_variable_of(struct sb_build *b, sb_attributes a, const char *name, uint8_t *out)
{
        const char *v = sb_attribute(a, name);
        int at;

        *out = SB_VAR_NONE;
        if (v == NULL)
                return 0;
        at = sb_build_variable(b, v, strlen(v));
        if (at < 0)
                return sb_build_fail(b, "%s=\"%.60s\": too many variables, or no name", name, v);
        *out = (uint8_t)at;
        return 0;
}

static int variable_name(void *ctx, const char *name, size_t len)
{
        return sb_build_variable(ctx, name, len);
}

/* By its name as given, or by the last part of the path. */
static int file_name(void *ctx, const char *name, size_t len)
{
        const struct sb_scenario *s = ((struct sb_build *)ctx)->s;

        if (name == NULL)
                return s->file_cnt > 0 ? 0 : -1;
        for (uint32_t i = 0; i < s->file_cnt; i++) {
                const char *have = s->files[i]->name;
                const char *slash = strrchr(have, '/');

                if ((strlen(have) == len && memcmp(have, name, len) == 0) ||
                    (slash != NULL && strlen(slash + 1) == len &&
                     memcmp(slash + 1, name, len) == 0))
                        return (int)i;
        }
        return -1;
}

int sb_build_text(struct sb_build *b, const char *text, bool is_message, struct sb_template **out)
{
        char why[SB_ERROR_BYTES] = "";
        const struct sb_source src = {
            .env = b->env,
            .names = &b->names,
            .step = b->s->step_cnt == 0 ? 0 : b->s->step_cnt - 1,
            .branch_step = b->ack_step,
        };
        int rc = sb_template_compile(out, text, is_message, &src, why);

        return rc == 0 ? 0 : sb_build_fail(b, "%.300s", why);
}

int sb_build_use(struct sb_build *b, const char *label, bool timeout, struct sb_action *jump)
{
        struct sb_label_use *u = &b->uses[b->use_cnt];

        if (b->use_cnt == SB_STEPS_MAX || strlen(label) >= SB_NAME_BYTES)
                return sb_build_fail(b, "too many labels, or one too long: %.80s", label);
        snprintf(u->name, sizeof(u->name), "%s", label);
        u->step = b->s->step_cnt - 1;
        u->timeout = timeout;
        u->jump = jump;
        b->use_cnt++;
        return 0;
}

uint32_t sb_build_txn(struct sb_build *b, const char *name, bool make)
{
        for (uint32_t i = 0; i < b->txn_cnt; i++)
                if (strcmp(b->txns[i], name) == 0)
                        return i + 1;
        if (!make || b->txn_cnt == SB_TXNS_MAX || strlen(name) >= SB_NAME_BYTES)
                return 0;
        snprintf(b->txns[b->txn_cnt], SB_NAME_BYTES, "%s", name);
        return ++b->txn_cnt;
}

static int label(struct sb_build *b, sb_attributes a)
{
        const char *id = sb_attribute(a, "id");

        if (id == NULL || strlen(id) >= SB_NAME_BYTES || b->label_cnt == SB_LABELS_MAX)
                return sb_build_fail(b, "wants an id, and there may be %u labels", SB_LABELS_MAX);
        snprintf(b->labels[b->label_cnt], SB_NAME_BYTES, "%s", id);
        b->label_steps[b->label_cnt++] = b->s->step_cnt;
        return 0;
}

/* <Global variables="a,b"/>, <User>, <Reference>. */
static int variables(struct sb_build *b, sb_attributes a, bool global)
{
        const char *p = sb_attribute(a, "variables");

        if (p == NULL)
                return sb_build_fail(b, "wants variables=");
        while (*p != '\0') {
                size_t len = strcspn(p, ",");
                int at = sb_build_variable(b, p, len);

                if (at < 0)
                        return sb_build_fail(b, "more than %u variables, or no name", SB_VARS_MAX);
                if (global)
                        b->s->global_vars |= UINT64_C(1) << at;
                p += len + (p[len] == ',');
        }
        return 0;
}

static int open_element(struct reader *r, const char *name, sb_attributes a)
{
        struct sb_build *b = &r->b;

        if (!r->in_scenario) {
                const char *title = sb_attribute(a, "name");

                if (strcmp(name, "scenario") != 0)
                        return sb_build_fail(b, "the outermost element must be <scenario>");
                r->in_scenario = true;
                snprintf(b->s->name, sizeof(b->s->name), "%s", title == NULL ? "" : title);
                return 0;
        }
        if (r->in_action)
                return sb_build_action(b, name, a);
        if (strcmp(name, "action") == 0) {
                if (r->depth != 2)
                        return sb_build_fail(b, "belongs into a step");
                r->in_action = true;
                return 0;
        }
        if (r->depth != 1)
                return sb_build_fail(b, "not known here");
        if (strcmp(name, "label") == 0)
                return label(b, a);
        if (strcmp(name, "Global") == 0 || strcmp(name, "User") == 0)
                return variables(b, a, true);
        if (strcmp(name, "Reference") == 0)
                return variables(b, a, false);
        /* SIPp's tables: here every time goes into a histogram. */
        if (strcmp(name, "ResponseTimeRepartition") == 0 ||
            strcmp(name, "CallLengthRepartition") == 0)
                return 0;
        r->text_len = 0;
        return sb_build_step(b, name, a);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
        struct reader *r = ctx;

        if (r->rc != 0)
                return;
        r->b.line = (uint32_t)XML_GetCurrentLineNumber(r->xml);
        r->b.element = name;
        r->rc = open_element(r, name, attributes);
        r->depth++;
}

static int close_send(struct reader *r)
{
        struct sb_build *b = &r->b;
        struct sb_step *step = &b->s->steps[b->s->step_cnt - 1];

        b->line = step->line;
        b->element = "send";
        if (r->text_len == 0)
                return sb_build_fail(b, "no message in it");
        return sb_build_text(b, r->text, true, &step->message);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
        struct reader *r = ctx;

        if (r->rc != 0)
                return;
        r->depth--;
        if (strcmp(name, "action") == 0)
                r->in_action = false;
        else if (strcmp(name, "send") == 0 && r->depth == 1)
                r->rc = close_send(r);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
        struct reader *r = ctx;

        if (r->rc != 0 || r->depth != 2 || r->in_action)
                return;
        if (r->text_len + (size_t)len + 1 > r->text_room) {
                size_t room = (r->text_len + (size_t)len) * 2 + 1024;
                char *grown = realloc(r->text, room);

                if (grown == NULL) {
                        r->rc = -ENOMEM;
                        return;
                }
                r->text = grown;
                r->text_room = room;
        }
        memcpy(r->text + r->text_len, text, (size_t)len);
        r->text_len += (size_t)len;
        r->text[r->text_len] = '\0';
        if (strspn(r->text, " \t\r\n") == r->text_len)
                r->text_len = 0;
}

static int read_xml(struct reader *r, const char *text, size_t len)
{
        size_t clean_len = 0;
        char *clean = sb_xml_lenient(text, len, &clean_len);

        r->xml = XML_ParserCreate("ISO-8859-1");
        if (clean == NULL || r->xml == NULL) {
                free(clean);
                return -ENOMEM;
        }
        XML_SetUserData(r->xml, r);
        XML_SetElementHandler(r->xml, on_start, on_end);
        XML_SetCharacterDataHandler(r->xml, on_text);
        if (XML_Parse(r->xml, clean, (int)clean_len, 1) == XML_STATUS_ERROR && r->rc == 0) {
                r->b.line = (uint32_t)XML_GetCurrentLineNumber(r->xml);
                r->b.element = "?";
                r->rc = sb_build_fail(&r->b, "%s", XML_ErrorString(XML_GetErrorCode(r->xml)));
        }
        XML_ParserFree(r->xml);
        free(clean);
        return r->rc;
}

int sb_scenario_parse(struct sb_scenario **out, const char *path, const char *text, size_t len,
                      const struct sb_env *env, struct sb_inject *const *files, uint32_t file_cnt,
                      char error[SB_ERROR_BYTES])
{
        struct reader *r = calloc(1, sizeof(*r));
        struct sb_scenario *s = calloc(1, sizeof(*s));
        int rc = -ENOMEM;

        error[0] = '\0';
        *out = NULL;
        if (s != NULL)
                s->steps = calloc(SB_STEPS_MAX, sizeof(*s->steps));
        if (r == NULL || s == NULL || s->steps == NULL || (s->path = strdup(path)) == NULL)
                goto done;
        s->file_cnt = file_cnt < SB_FILES_MAX ? file_cnt : SB_FILES_MAX;
        for (uint32_t i = 0; i < s->file_cnt; i++)
                s->files[i] = files[i];
        r->b = (struct sb_build){.s = s, .env = env, .path = path, .error = error, .ack_step = -1};
        r->b.names = (struct sb_names){&r->b, variable_name, file_name};
        rc = read_xml(r, text, len);
        if (rc == 0)
                rc = sb_build_finish(&r->b);
done:
        if (rc != 0 && error[0] == '\0')
                snprintf(error, SB_ERROR_BYTES, "%s: no memory", path);
        if (r != NULL)
                free(r->text);
        free(r);
        if (rc != 0)
                sb_scenario_free(s);
        else
                *out = s;
        return rc;
}

static bool is_yaml(const char *path)
{
        const char *dot = strrchr(path, '.');

        return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

int sb_scenario_load(struct sb_scenario **out, const char *path, const struct sb_env *env,
                     struct sb_inject *const *files, uint32_t file_cnt, char error[SB_ERROR_BYTES])
{
        const char *builtin = sb_scenario_builtin(path);
        char *text = NULL;
        size_t room = 0;
        ssize_t got;
        FILE *f;
        int rc;

        if (builtin != NULL)
                return sb_scenario_parse(out, path, builtin, strlen(builtin), env, files, file_cnt,
                                         error);
        f = fopen(path, "re");
        if (f == NULL) {
                snprintf(error, SB_ERROR_BYTES, "%s: %s", path, strerror(errno));
                return -ENOENT;
        }
        got = getdelim(&text, &room, '\0', f);
        fclose(f);
        if (got < 0)
                got = 0;
        if (is_yaml(path)) {
                char *xml = sb_scenario_yaml(path, text == NULL ? "" : text, (size_t)got, error);

                free(text);
                if (xml == NULL)
                        return -EINVAL;
                text = xml;
                got = (ssize_t)strlen(xml);
        }
        rc = sb_scenario_parse(out, path, text == NULL ? "" : text, (size_t)got, env, files,
                               file_cnt, error);
        free(text);
        return rc;
}

void sb_scenario_free(struct sb_scenario *s)
{
        if (s == NULL)
                return;
        for (uint32_t i = 0; s->steps != NULL && i < s->step_cnt; i++) {
                struct sb_step *step = &s->steps[i];

                sb_template_free(step->message);
                sb_actions_free(step->actions);
                if (step->method_regex != NULL) {
                        regfree(step->method_regex);
                        free(step->method_regex);
                }
        }
        free(s->steps);
        free(s->path);
        free(s);
}
