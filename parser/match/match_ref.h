/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_ref.h - what match_eval() has to say, worked out another way: each rule of a set in full,
 * one after the other, by trying all places a content may have, with PCRE2 for regular
 * expressions. Slow, and for tests; of match_eval() it shares only the fields' places.
 *
 * The meaning: options of one field are gone through in their order. A content or expression that
 * is relative counts from an end of the one before it that was not negated, or from the start of
 * the field; the rule holds when some choice of places satisfies all. Of an expression any match
 * counts, at any start and of any length.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_REF_H
#define SLUICE_PARSER_MATCH_MATCH_REF_H

#include "parser/match/match.h"

#ifdef __cplusplus
extern "C" {
#endif

struct match_ref;

/* NULL: no memory, or PCRE2 does not compile an expression of the set: *bad is its step. */
struct match_ref *match_ref_create(const struct match_set *s, uint32_t *bad);
void match_ref_destroy(struct match_ref *ref);

/* As match_eval(). */
uint32_t match_ref_eval(struct match_ref *ref, const struct match_facts *facts, uint32_t flags,
                        uint32_t *hits, uint32_t cap);
/* Was the last evaluation given up, since it took PCRE2 too long, so that what it said may be
 * wrong? */
bool match_ref_incomplete(const struct match_ref *ref);

#ifdef __cplusplus
}
#endif

#endif
