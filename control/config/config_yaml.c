/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_place(struct cp_config_error *err, const yaml_mark_t *mark)
{
        err->line = (unsigned)mark->line + 1;
        err->column = (unsigned)mark->column + 1;
}

static bool scalar_is(const yaml_node_t *node, const char *text, size_t len)
{
        return node != NULL && node->type == YAML_SCALAR_NODE && node->data.scalar.length == len &&
               memcmp(node->data.scalar.value, text, len) == 0;
}

/* The first pair of a mapping whose key has this text, or NULL. */
static const yaml_node_pair_t *find_pair(yaml_document_t *doc, const yaml_node_t *map,
                                         const char *key, size_t len)
{
        for (const yaml_node_pair_t *p = map->data.mapping.pairs.start;
             p < map->data.mapping.pairs.top; p++) {
                if (scalar_is(yaml_document_get_node(doc, p->key), key, len))
                        return p;
        }
        return NULL;
}

static int refuse_duplicates(yaml_document_t *doc, struct cp_config_error *err)
{
        for (const yaml_node_t *n = doc->nodes.start; n < doc->nodes.top; n++) {
                if (n->type != YAML_MAPPING_NODE)
                        continue;
                for (const yaml_node_pair_t *p = n->data.mapping.pairs.start;
                     p < n->data.mapping.pairs.top; p++) {
                        const yaml_node_t *key = yaml_document_get_node(doc, p->key);

                        if (key == NULL || key->type != YAML_SCALAR_NODE)
                                continue;
                        if (find_pair(doc, n, (const char *)key->data.scalar.value,
                                      key->data.scalar.length) == p)
                                continue;
                        set_place(err, &key->start_mark);
                        snprintf(err->text, sizeof(err->text), "key '%.64s' is given twice",
                                 (const char *)key->data.scalar.value);
                        return -EINVAL;
                }
        }
        return 0;
}

/* A second document would be ignored in silence by a loader that reads one. */
static int refuse_second(yaml_parser_t *parser, struct cp_config_error *err)
{
        yaml_document_t second;
        int rc = 0;

        if (!yaml_parser_load(parser, &second))
                return 1;
        if (yaml_document_get_root_node(&second) != NULL) {
                set_place(err, &second.start_mark);
                snprintf(err->text, sizeof(err->text), "a second document in one file");
                rc = -EINVAL;
        }
        yaml_document_delete(&second);
        return rc;
}

int cp_yaml_load(struct cp_yaml *y, const uint8_t *text, size_t len, struct cp_config_error *err)
{
        yaml_parser_t parser;
        int rc = 1;

        memset(y, 0, sizeof(*y));
        if (!yaml_parser_initialize(&parser))
                return -ENOMEM;
        yaml_parser_set_input_string(&parser, text, len);
        if (yaml_parser_load(&parser, &y->doc)) {
                y->loaded = true;
                rc = yaml_document_get_root_node(&y->doc) == NULL ? 0 : refuse_second(&parser, err);
        }
        if (rc > 0) { /* the parser itself failed */
                set_place(err, &parser.problem_mark);
                snprintf(err->text, sizeof(err->text), "YAML: %.200s",
                         parser.problem != NULL ? parser.problem : "not readable");
                rc = -EINVAL;
        }
        yaml_parser_delete(&parser);
        if (rc == 0)
                rc = refuse_duplicates(&y->doc, err);
        if (rc != 0)
                cp_yaml_free(y);
        return rc;
}

void cp_yaml_free(struct cp_yaml *y)
{
        if (y->loaded)
                yaml_document_delete(&y->doc);
        y->loaded = false;
}

static yaml_node_t *child(yaml_document_t *doc, const yaml_node_t *node, const char *name,
                          size_t len)
{
        if (node->type == YAML_MAPPING_NODE) {
                const yaml_node_pair_t *p = find_pair(doc, node, name, len);

                return p == NULL ? NULL : yaml_document_get_node(doc, p->value);
        }
        if (node->type == YAML_SEQUENCE_NODE) {
                size_t idx = (size_t)strtoul(name, NULL, 10);
                const yaml_node_item_t *items = node->data.sequence.items.start;

                if (items + idx >= node->data.sequence.items.top)
                        return NULL;
                return yaml_document_get_node(doc, items[idx]);
        }
        return NULL;
}

bool cp_yaml_find(struct cp_yaml *y, const char *path, unsigned *line, unsigned *column)
{
        yaml_node_t *node = y->loaded ? yaml_document_get_root_node(&y->doc) : NULL;
        yaml_node_t *next = node;

        while (next != NULL && *path != '\0') {
                size_t len = strcspn(path, "/");

                node = next;
                next = child(&y->doc, node, path, len);
                path += len;
                if (*path == '/')
                        path++;
        }
        if (next != NULL)
                node = next;
        if (line != NULL)
                *line = node == NULL ? 0 : (unsigned)node->start_mark.line + 1;
        if (column != NULL)
                *column = node == NULL ? 0 : (unsigned)node->start_mark.column + 1;
        return next != NULL;
}

static bool before(const yaml_mark_t *a, size_t line, size_t column)
{
        return a->line != line ? a->line < line : a->column < column;
}

bool cp_yaml_find_key(struct cp_yaml *y, const char *key, unsigned *line, unsigned *column)
{
        const yaml_mark_t *best = NULL;

        if (!y->loaded || *line == 0 || *column == 0)
                return false;
        for (const yaml_node_t *n = y->doc.nodes.start; n < y->doc.nodes.top; n++) {
                const yaml_node_pair_t *p =
                    n->type != YAML_MAPPING_NODE ? NULL : find_pair(&y->doc, n, key, strlen(key));
                const yaml_mark_t *mark;

                if (p == NULL)
                        continue;
                mark = &yaml_document_get_node(&y->doc, p->key)->start_mark;
                if (before(mark, *line - 1, *column - 1))
                        continue;
                if (best == NULL || before(mark, best->line, best->column))
                        best = mark;
        }
        if (best == NULL)
                return false;
        *line = (unsigned)best->line + 1;
        *column = (unsigned)best->column + 1;
        return true;
}
