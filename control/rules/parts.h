/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - the parts of an image while it grows. Private to this folder.
 */
#ifndef SLUICE_CONTROL_RULES_PARTS_H
#define SLUICE_CONTROL_RULES_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/rules/image.h"
#include "parser/match/match_image.h"

struct cp_part { /* zero is empty */
        uint8_t *at;
        size_t bytes;
        size_t room;
        uint32_t cnt; /* elements */
};

enum cp_part_id {
        CP_PART_RULES = 0,
        CP_PART_GROUPS,
        CP_PART_STEPS,
        CP_PART_BUFFERS,
        CP_PART_PATTERNS,
        CP_PART_ALWAYS,
        CP_PART_ADDRESS_SETS,
        CP_PART_ADDRESSES,
        CP_PART_PORT_SETS,
        CP_PART_PORTS,
        CP_PART_REGEXES,
        CP_PART_FLAGS,
        CP_PART_TEXT,
        CP_PART_CODE,
        CP_PART_LITERALS,
        CP_PART_CNT,
};

struct cp_parts {
        struct cp_part part[CP_PART_CNT];
        bool failed; /* out of memory at some time */
};

/* Append cnt elements of `size` octets. Returns the index of the first; when memory is short it
 * sets p->failed, and what it returns means nothing. */
uint32_t cp_parts_add(struct cp_parts *p, enum cp_part_id id, const void *elements, size_t size,
                      uint32_t cnt);
/* Append octets to TEXT. */
struct match_text cp_parts_text(struct cp_parts *p, const void *text, size_t len);
/* Append a database to CODE, aligned. */
struct match_db cp_parts_code(struct cp_parts *p, const uint8_t *code, size_t bytes);
/* An element that was appended. */
void *cp_parts_at(struct cp_parts *p, enum cp_part_id id, size_t size, uint32_t index);
/* Put the parts behind a head. 0, -ENOMEM or -E2BIG. */
int cp_parts_join(struct cp_parts *p, uint64_t made_s, struct cp_image *out);
void cp_parts_fini(struct cp_parts *p);

#endif
