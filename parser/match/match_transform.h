/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_transform.h - Suricata's transforms of a buffer. Private to this folder and its tests.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_TRANSFORM_H
#define SLUICE_PARSER_MATCH_MATCH_TRANSFORM_H

#include "parser/match/match_field.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Apply the transforms (enum match_transform) to len octets; the result is in `copy`, which has
 * room for len + 1 and may be the same memory. */
struct match_bytes match_transform(uint32_t transforms, const uint8_t *p, uint32_t len,
                                   uint8_t *copy);

#ifdef __cplusplus
}
#endif

#endif
