/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_hs.h - Hyperscan (or Vectorscan) as far as rule sets use it. Private to this folder, its
 * tests, and the compiler of rules.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_HS_H
#define SLUICE_PARSER_MATCH_MATCH_HS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/match/match.h"

#ifdef __cplusplus
extern "C" {
#endif

struct match_hs;         /* a database */
struct match_hs_scratch; /* of one thread */

/* Make a database of serialised octets. MATCH_OK, DATABASE, PLATFORM or MEMORY. */
enum match_fault match_hs_load(struct match_hs **out, const uint8_t *code, size_t bytes);
void match_hs_free(struct match_hs *db);

/* Make *scratch, NULL at first, fit db as well. 0 or -ENOMEM. */
int match_hs_fit(struct match_hs_scratch **scratch, const struct match_hs *db);
void match_hs_scratch_free(struct match_hs_scratch *scratch);

/* The rule of each pattern of a database. */
struct match_hs_rules {
        const uint32_t *rule;
        uint32_t cnt;
};

/* Set the bit of every rule one of whose patterns is in the octets. */
struct match_bytes;
struct match_candidates;
void match_hs_candidates(const struct match_hs *db, struct match_hs_scratch *scratch,
                         const struct match_bytes *in, const struct match_hs_rules *rules,
                         struct match_candidates *out);
/* Is the one pattern of db in the octets? */
bool match_hs_holds(const struct match_hs *db, struct match_hs_scratch *scratch, const uint8_t *at,
                    uint32_t len);
/* Add to *ends every place, counted from `base`, where a match of the one pattern ends. */
struct match_places;
bool match_hs_ends(const struct match_hs *db, struct match_hs_scratch *scratch,
                   const struct match_bytes *in, uint32_t base, struct match_places *ends);

/* ---- compiling: control and benchmarks ---- */

enum match_platform { /* hs_tune_family and cpu features */
                      MATCH_PLATFORM_HOST = 0,
                      MATCH_PLATFORM_GENERIC, /* SSSE3 or what the library needs at least */
                      MATCH_PLATFORM_AVX2,
                      MATCH_PLATFORM_AVX512,
                      MATCH_PLATFORM_CNT,
};

struct match_hs_pattern {
        const char *regex; /* terminated */
        unsigned id;
        uint32_t flags; /* enum match_regex_flag */
        bool once;      /* that it is there is all that matters */
};

struct match_hs_code {
        uint8_t *at; /* free() */
        size_t bytes;
        unsigned bad;  /* the pattern that is wrong, an index... */
        char why[256]; /* ...and what is */
};

/* Compile to serialised octets. 0, -ENOMEM, or -EINVAL with `bad` and `why`. */
int match_hs_compile(const struct match_hs_pattern *p, unsigned cnt, enum match_platform platform,
                     struct match_hs_code *out);
const char *match_hs_version(void);
const char *match_platform_name(enum match_platform p);
/* -1: no platform of that name. */
int match_platform_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
