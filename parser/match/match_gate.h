/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_gate.h - one look at all short fields of a message that says which of them can be left out.
 * Private to this folder and its tests.
 *
 * Most patterns need a literal (struct match_literal). Of each literal four octets are chosen, rare
 * ones, whose first octet is one of as few as possible. The fields that have such patterns are put
 * together in one block, an edge between them, letters of one case. Places of it whose next four
 * octets are each one of those that are there in a chosen four are found 32 at a time; the few that
 * are found go through a Bloom filter, and what passes that is compared with the literal. A field
 * without any of its literals needs no scan: Hyperscan's 50 ns a call are too long for that.
 *
 * Immutable once made; a block belongs to one thread. Its time is bounded: MATCH_GATE_BYTES places,
 * and at each MATCH_GATE_CHAIN literals at most (where more literals share their rarest octets, one
 * for each field is enough).
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_GATE_H
#define SLUICE_PARSER_MATCH_MATCH_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/match/match_field.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longer fields are scanned at once: for these Hyperscan is the faster one. */
#define MATCH_GATE_FIELD_MAX 256u
#define MATCH_GATE_BYTES     1024u
#define MATCH_GATE_FIELDS    64u
#define MATCH_GATE_CHAIN     8u

struct match_set;

/* Four octets that follow one another in a literal. */
#define MATCH_GRAM 4u

struct match_gate_slot {
        uint32_t gram;
        uint32_t next; /* in the same bucket, MATCH_NONE: no more */
        const uint8_t *text;
        uint16_t len;
        uint16_t back; /* where in the text the gram is */
        uint32_t buffer;
};

/* Octet c is one of class k: classes[c] has bit k; and, as folded octets have eight different upper
 * halves, a bit for each of these in low[k][c % 16] & high[k][c / 16]. */
struct match_gate {
        uint8_t low[MATCH_GRAM][16];
        uint8_t high[MATCH_GRAM][16];
        uint8_t classes[256];
        bool avx2;
        unsigned shift;  /* a hash's bits above are its word's index */
        uint32_t cnt;    /* slots */
        uint64_t *words; /* a word of the filter holds two bits for each gram that falls into it */
        uint32_t *buckets; /* as many as words */
        struct match_gate_slot *slots;
};

static inline uint32_t match_gram_at(const uint8_t *p)
{
        uint32_t v;

        __builtin_memcpy(&v, p, sizeof(v));
        return v;
}

static inline uint64_t match_gram_hash(uint32_t gram)
{
        return gram * UINT64_C(0x9e3779b97f4a7c15);
}

/* The bits of a gram in its word. */
static inline uint64_t match_gram_bits(uint64_t hash)
{
        return UINT64_C(1) << (hash >> 40 & 63u) | UINT64_C(1) << (hash >> 32 & 63u);
}

/* Make the gate of a set whose parts are checked: NULL without memory (match_gate_make.c). */
struct match_gate *match_gate_create(const struct match_set *s);
void match_gate_destroy(struct match_gate *g);

bool match_gate_has_avx2(void);

/* Fields of one message, put together. */
struct match_joined {
        uint32_t len; /* octets of `at`, the edge behind the last field not among them */
        uint32_t cnt; /* fields */
        uint16_t start[MATCH_GATE_FIELDS]; /* where its first octet is */
        uint16_t buffer[MATCH_GATE_FIELDS];
        uint8_t at[MATCH_GATE_BYTES + 64u];
};

static inline void match_joined_clear(struct match_joined *j)
{
        j->len = 0;
        j->cnt = 0;
}

/* Add a field; octets behind it may be read, before `end`. False: it does not fit. */
bool match_joined_add(struct match_joined *j, uint16_t buffer, struct match_bytes in,
                      const uint8_t *end);

/* The buffers one of whose literals is in one of their fields: a bit each. */
struct match_gate_hits {
        uint64_t w[MATCH_BUFFERS_MAX / 64u];
};
void match_gate_run(const struct match_gate *g, struct match_joined *j,
                    struct match_gate_hits *hits);

#ifdef __cplusplus
}
#endif

#endif
