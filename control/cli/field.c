/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/field.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"

#define KEY_BYTES_MAX 64u

json_t *cp_field(const json_t *object, const char *path)
{
        json_t *found = NULL;
        char key[KEY_BYTES_MAX];

        while (*path) {
                size_t n = strcspn(path, ".");

                if (n >= sizeof(key))
                        return NULL;
                memcpy(key, path, n);
                key[n] = '\0';
                found = json_object_get(object, key);
                if (!found)
                        return NULL;
                object = found;
                path += n + (path[n] == '.');
        }
        return found;
}

struct growing {
        char *text;
        size_t len;
};

static void append(struct growing *g, const char *s, size_t n)
{
        char *more = realloc(g->text, g->len + n + 1);

        if (!more) {
                fputs("sluicectl: out of memory\n", stderr);
                abort();
        }
        memcpy(more + g->len, s, n);
        g->text = more;
        g->len += n;
        g->text[g->len] = '\0';
}

static void append_value(struct growing *g, const json_t *v)
{
        char number[40];
        const json_t *item;
        size_t i;

        if (json_is_string(v)) {
                append(g, json_string_value(v), json_string_length(v));
        } else if (json_is_integer(v)) {
                snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
                append(g, number, strlen(number));
        } else if (json_is_real(v)) {
                snprintf(number, sizeof(number), "%.3g", json_real_value(v));
                append(g, number, strlen(number));
        } else if (json_is_boolean(v)) {
                append(g, json_is_true(v) ? "yes" : "no", json_is_true(v) ? 3 : 2);
        } else if (json_is_array(v)) {
                json_array_foreach(v, i, item)
                {
                        if (i)
                                append(g, ", ", 2);
                        append_value(g, item);
                }
        }
}

char *cp_field_text(const json_t *object, const char *path, size_t max_cols)
{
        const json_t *v = cp_field(object, path);
        struct growing g = {.text = NULL};
        char *escaped;

        if (!v || json_is_null(v))
                return NULL;
        append(&g, "", 0);
        append_value(&g, v);
        escaped = cp_cli_escape(g.text, g.len, max_cols);
        free(g.text);
        return escaped;
}

const char *cp_field_raw(const json_t *object, const char *path, const char *otherwise)
{
        const char *s = json_string_value(cp_field(object, path));

        return s ? s : otherwise;
}

json_int_t cp_field_int(const json_t *object, const char *path)
{
        return json_integer_value(cp_field(object, path));
}

void cp_field_cell(struct cp_table *t, const json_t *object, const char *path)
{
        const json_t *v = cp_field(object, path);
        struct growing g = {.text = NULL};

        append(&g, "", 0);
        append_value(&g, v);
        cp_table_cell(t, g.text, g.len);
        free(g.text);
}

void cp_field_members(struct cp_table *t, const json_t *object, const char *path)
{
        json_t *o = cp_field(object, path), *v;
        struct growing g = {.text = NULL};
        const char *key;

        append(&g, "", 0);
        json_object_foreach(o, key, v)
        {
                if (json_is_integer(v) && json_integer_value(v) == 0)
                        continue;
                if (g.len)
                        append(&g, ", ", 2);
                append(&g, key, strlen(key));
                append(&g, " ", 1);
                append_value(&g, v);
        }
        cp_table_cell(t, g.len ? g.text : "none", g.len ? g.len : strlen("none"));
        free(g.text);
}
