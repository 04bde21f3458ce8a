/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_words.h - the words that a WORD field can be compared with, and their numbers.
 *
 * The lists for class, lane, side, trust and seen are those of the process that fills in struct
 * match_facts; a test compares them with the contract's names.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_WORDS_H
#define SLUICE_PARSER_MATCH_MATCH_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "parser/match/match_image.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MATCH_WORDS_MAX      256u /* of one field */
#define MATCH_WORD_SET_BYTES (MATCH_WORDS_MAX / 8u)

/* The word with this number, NULL when there is none. Static storage. */
const char *match_word(enum match_field field, unsigned number);
/* The number of a word (`len` octets), -1 when the field has no such word. */
int match_word_find(enum match_field field, const char *word, size_t len);

/* The number of a transport by its IP protocol. */
unsigned match_word_transport(uint8_t ip_proto);

#ifdef __cplusplus
}
#endif

#endif
