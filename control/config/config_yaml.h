/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_yaml.h - where in a YAML text a value stands, so that every complaint has line and column.
 *
 * libcyaml turns text into structures but forgets where each value was. This keeps libyaml's own
 * tree of the same text beside it. One thread.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_YAML_H
#define SLUICE_CONTROL_CONFIG_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yaml.h>

/* What is wrong with a configuration, and where. line and column count from 1; 0 = no place. */
struct cp_config_error {
        char file[256];
        unsigned line;
        unsigned column;
        char text[256];
};

struct cp_yaml {
        yaml_document_t doc;
        bool loaded;
};

/* Read the text as exactly one document (or none) without a key given twice in one mapping.
 * Returns 0, or -EINVAL with line, column and text of *err set (file is the caller's). */
int cp_yaml_load(struct cp_yaml *y, const uint8_t *text, size_t len, struct cp_config_error *err);
void cp_yaml_free(struct cp_yaml *y);

/*
 * Walk "policy/deny/2/prefix" from the root; a number selects in a sequence. Returns true when the
 * whole path exists. *line and *column (either may be NULL) get the place of the deepest node
 * found.
 */
bool cp_yaml_find(struct cp_yaml *y, const char *path, unsigned *line, unsigned *column);

/* The first key with this text at or behind *line, *column (from 1), as its place; false: none. */
bool cp_yaml_find_key(struct cp_yaml *y, const char *key, unsigned *line, unsigned *column);

#endif
