/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario in YAML is SIPp's, written shorter: a list of steps, the first key of each its kind.
 * It is turned into SIPp's XML, each element on the line where its step stands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "bench/harness/traffic/scenario.h"

struct page {
        yaml_document_t doc;
        const char *path;
        char *error;
        char *out;
        size_t len;
        size_t room;
        size_t line; /* of the output, from 0 */
        bool failed;
};

static void wrong(struct page *p, const yaml_node_t *n, const char *what)
{
        if (!p->failed)
                snprintf(p->error, SB_ERROR_BYTES, "%s:%zu: %s", p->path,
                         n == NULL ? 1 : n->start_mark.line + 1, what);
        p->failed = true;
}

static void put(struct page *p, const char *text, size_t len)
{
        if (p->len + len + 1 > p->room) {
                size_t room = (p->len + len + 1) * 2;
                char *grown = realloc(p->out, room);

                if (grown == NULL) {
                        wrong(p, NULL, "no memory");
                        return;
                }
                p->out = grown;
                p->room = room;
        }
        memcpy(p->out + p->len, text, len);
        p->len += len;
        p->out[p->len] = '\0';
        for (size_t i = 0; i < len; i++)
                p->line += text[i] == '\n';
}

static void word(struct page *p, const char *text)
{
        put(p, text, strlen(text));
}

/* Line ends until the output stands where the node does. */
static void align(struct page *p, const yaml_node_t *n)
{
        while (!p->failed && p->line < n->start_mark.line)
                put(p, "\n", 1);
}

static const char *text_of(const yaml_node_t *n)
{
        return n != NULL && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

static void attribute(struct page *p, const char *name, const char *value)
{
        put(p, " ", 1);
        word(p, name);
        word(p, "=\"");
        for (; *value != '\0'; value++)
                switch (*value) {
                case '&':
                        word(p, "&amp;");
                        break;
                case '<':
                        word(p, "&lt;");
                        break;
                case '"':
                        word(p, "&quot;");
                        break;
                case '\n':
                        word(p, " ");
                        break;
                default:
                        put(p, value, 1);
                }
        put(p, "\"", 1);
}

static bool is_name(const char *name)
{
        return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
                                                    "QRSTUVWXYZ0123456789_-")] == '\0';
}

/* The pairs of a mapping as attributes, from the one at `from` on, but for `actions`. */
static void attributes(struct page *p, const yaml_node_t *map, size_t from)
{
        yaml_node_pair_t *pair = map->data.mapping.pairs.start + from;

        for (; pair < map->data.mapping.pairs.top && !p->failed; pair++) {
                yaml_node_t *key = yaml_document_get_node(&p->doc, pair->key);
                const char *name = text_of(key);
                const char *value = text_of(yaml_document_get_node(&p->doc, pair->value));

                if (name != NULL && strcmp(name, "actions") == 0)
                        continue;
                if (name == NULL || value == NULL || !is_name(name)) {
                        wrong(p, key, "a name and one value are wanted here");
                        return;
                }
                attribute(p, name, value);
        }
}

/* "- ereg: {regexp: ..., assign_to: x}": an action each. */
static void actions(struct page *p, const yaml_node_t *list)
{
        yaml_node_item_t *item;

        if (list->type != YAML_SEQUENCE_NODE) {
                wrong(p, list, "actions: is a list");
                return;
        }
        word(p, "<action>");
        for (item = list->data.sequence.items.start;
             item < list->data.sequence.items.top && !p->failed; item++) {
                yaml_node_t *n = yaml_document_get_node(&p->doc, *item), *of = NULL;
                const char *name = NULL;

                if (n->type == YAML_MAPPING_NODE &&
                    n->data.mapping.pairs.top - n->data.mapping.pairs.start == 1) {
                        name = text_of(
                            yaml_document_get_node(&p->doc, n->data.mapping.pairs.start->key));
                        of = yaml_document_get_node(&p->doc, n->data.mapping.pairs.start->value);
                }
                if (name == NULL || of->type != YAML_MAPPING_NODE || !is_name(name)) {
                        wrong(p, n, "an action is one name with its settings");
                        return;
                }
                align(p, n);
                put(p, "<", 1);
                word(p, name);
                attributes(p, of, 0);
                word(p, "/>");
        }
        word(p, "</action>");
}

static void opening(struct page *p, const char *kind, const yaml_node_t *value,
                    const yaml_node_t *map)
{
        const char *text = text_of(value);

        put(p, "<", 1);
        word(p, kind);
        if (strcmp(kind, "recv") == 0 && text != NULL)
                attribute(p, text[strspn(text, "0123456789")] == '\0' ? "response" : "request",
                          text);
        else if ((strcmp(kind, "pause") == 0 || strcmp(kind, "timewait") == 0) && text != NULL &&
                 text[0] != '\0' && strcmp(text, "~") != 0)
                attribute(p, "milliseconds", text);
        else if (strcmp(kind, "label") == 0 && text != NULL)
                attribute(p, "id", text);
        attributes(p, map, 1);
        put(p, ">", 1);
}

static void step(struct page *p, const yaml_node_t *n)
{
        static const char *const kinds[] = {"send", "recv", "pause", "timewait", "nop", "label"};
        yaml_node_t *value = NULL;
        const char *kind = NULL;
        size_t i = 0;

        if (n->type == YAML_MAPPING_NODE &&
            n->data.mapping.pairs.start < n->data.mapping.pairs.top) {
                kind = text_of(yaml_document_get_node(&p->doc, n->data.mapping.pairs.start->key));
                value = yaml_document_get_node(&p->doc, n->data.mapping.pairs.start->value);
        }
        while (kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kind, kinds[i]) != 0)
                i++;
        if (kind == NULL || i == sizeof(kinds) / sizeof(kinds[0])) {
                wrong(p, n, "a step begins with send, recv, pause, timewait, nop or label");
                return;
        }
        align(p, n);
        opening(p, kind, value, n);
        if (i == 0) {
                if (text_of(value) == NULL || strstr(text_of(value), "]]>") != NULL) {
                        wrong(p, n, "send: wants the message as text");
                        return;
                }
                word(p, "<![CDATA[\n");
                word(p, text_of(value));
                word(p, "]]>");
        }
        for (yaml_node_pair_t *pair = n->data.mapping.pairs.start;
             pair < n->data.mapping.pairs.top && !p->failed; pair++) {
                const char *name = text_of(yaml_document_get_node(&p->doc, pair->key));

                if (name != NULL && strcmp(name, "actions") == 0)
                        actions(p, yaml_document_get_node(&p->doc, pair->value));
        }
        word(p, "</");
        word(p, kind);
        put(p, ">", 1);
}

static yaml_node_t *child(struct page *p, const yaml_node_t *map, const char *name)
{
        for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
             pair < map->data.mapping.pairs.top; pair++) {
                const char *key = text_of(yaml_document_get_node(&p->doc, pair->key));

                if (key != NULL && strcmp(key, name) == 0)
                        return yaml_document_get_node(&p->doc, pair->value);
        }
        return NULL;
}

static void whole(struct page *p)
{
        yaml_node_t *root = yaml_document_get_root_node(&p->doc), *steps, *name;

        if (root == NULL || root->type != YAML_MAPPING_NODE) {
                wrong(p, root, "a scenario has name: and steps:");
                return;
        }
        steps = child(p, root, "steps");
        name = child(p, root, "name");
        if (steps == NULL || steps->type != YAML_SEQUENCE_NODE) {
                wrong(p, root, "steps: is missing, or no list");
                return;
        }
        word(p, "<scenario");
        attribute(p, "name", text_of(name) == NULL ? p->path : text_of(name));
        put(p, ">", 1);
        for (yaml_node_item_t *item = steps->data.sequence.items.start;
             item < steps->data.sequence.items.top && !p->failed; item++)
                step(p, yaml_document_get_node(&p->doc, *item));
        word(p, "</scenario>\n");
}

char *sb_scenario_yaml(const char *path, const char *text, size_t len, char error[SB_ERROR_BYTES])
{
        struct page p = {.path = path, .error = error};
        yaml_parser_t parser;

        if (yaml_parser_initialize(&parser) == 0) {
                snprintf(error, SB_ERROR_BYTES, "no memory");
                return NULL;
        }
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
        if (yaml_parser_load(&parser, &p.doc) == 0) {
                snprintf(error, SB_ERROR_BYTES, "%s:%zu: %s", path, parser.problem_mark.line + 1,
                         parser.problem == NULL ? "no YAML" : parser.problem);
                yaml_parser_delete(&parser);
                return NULL;
        }
        whole(&p);
        yaml_document_delete(&p.doc);
        yaml_parser_delete(&parser);
        if (p.failed) {
                free(p.out);
                return NULL;
        }
        return p.out;
}
