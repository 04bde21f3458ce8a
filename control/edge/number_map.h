/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_map.h - where telephone numbers go: the longest prefix of a list decides.
 *
 *   file: PREFIX,TARGET a line, e.g. "+4930,gw1.example.net:5070"; "# " begins a comment
 *
 * A trie over the digits, + * and #, of 12 octets a node: a set of the symbols that follow, where
 * those nodes lie one beside the other, and the target. A look-up touches one node a digit.
 * Immutable; any thread.
 */
#ifndef SLUICE_CONTROL_EDGE_NUMBER_MAP_H
#define SLUICE_CONTROL_EDGE_NUMBER_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "control/config/config_yaml.h"

#define CP_NUMBER_PREFIX_MAX   32u /* symbols; E.164 has 15 digits */
#define CP_NUMBER_TARGET_BYTES 255u

struct cp_number_map;

/*
 * Read a file. A target is what may stand behind the "@" of a SIP URI: a host, a port, parameters.
 * Returns 0 and *out; or a negative errno and *err with file and line: -EINVAL for a line that is
 * neither, or a prefix that stands there twice.
 */
int cp_number_map_load(struct cp_number_map **out, const char *path, struct cp_config_error *err);
void cp_number_map_destroy(struct cp_number_map *m);

uint32_t cp_number_map_count(const struct cp_number_map *m); /* prefixes */
size_t cp_number_map_bytes(const struct cp_number_map *m);

/*
 * The target of the longest prefix of a user part, and how many of its symbols that has; NULL when
 * there is none. Visual separators (RFC 3966 5.1.1) are passed over, at anything else the number
 * ends.
 */
const char *cp_number_map_find(const struct cp_number_map *m, const char *user, size_t len,
                               unsigned *matched);

#endif
