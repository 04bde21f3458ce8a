/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanners.h - is this User-Agent one of the tools that people scan SIP servers with?
 *
 * A set of case-insensitive (ASCII) substrings. Immutable after create; any thread.
 */
#ifndef SLUICE_CONTROL_POLICY_SCANNERS_H
#define SLUICE_CONTROL_POLICY_SCANNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

struct cp_scanners;

/* Copies the words; empty ones are left out. NULL when memory is short. */
struct cp_scanners *cp_scanners_create(char *const *words, uint32_t count);
void cp_scanners_destroy(struct cp_scanners *s);
uint32_t cp_scanners_count(const struct cp_scanners *s);

/* True when any word occurs in the text. Time: length times the words that share a first octet. */
bool cp_scanners_match(const struct cp_scanners *s, const uint8_t *text, size_t len);
/* The same over every User-Agent header of a message (a second one is no way round). */
bool cp_scanners_match_msg(const struct cp_scanners *s, const struct sip_msg *msg);

#endif
