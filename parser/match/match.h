/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h - which rules of a set hold for a message.
 *
 * A set is immutable and may be shared; a scratch belongs to one thread. match_set_create() and
 * match_scratch_create() take memory, match_eval() does not, and its time is bounded: each regular
 * expression is run by Hyperscan in time linear in the field, and a chain of contents is followed
 * for all its places at once, so no rule can make it go back and try again.
 *
 * What holds is what match_ref.h says: that is the specification.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_H
#define SLUICE_PARSER_MATCH_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "parser/match/match_facts.h"
#include "parser/match/match_image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct match_set;
struct match_scratch;

/* Why an image is refused. */
enum match_fault {
        MATCH_OK = 0,
        MATCH_FAULT_SIZE,    /* truncated, too large, or not what its head says */
        MATCH_FAULT_VERSION, /* no image, or of another version */
        MATCH_FAULT_PART,    /* a part out of range, overlapping or misplaced */
        MATCH_FAULT_RULE,    /* a field of a rule out of range */
        MATCH_FAULT_GROUP,
        MATCH_FAULT_STEP,
        MATCH_FAULT_BUFFER,
        MATCH_FAULT_SET,      /* addresses, ports */
        MATCH_FAULT_DATABASE, /* Hyperscan does not take it: broken, or of another version */
        MATCH_FAULT_PLATFORM, /* compiled for another CPU */
        MATCH_FAULT_MEMORY,
        MATCH_FAULT_DIGEST, /* changed since it was sealed */
        MATCH_FAULT_CNT,
};

/* Check an image and make a set of a private copy. Start-up or main lcore. On MATCH_OK *out is the
 * caller's, to be destroyed. `image` needs no alignment. */
enum match_fault match_set_create(struct match_set **out, const void *image, size_t bytes);
void match_set_destroy(struct match_set *s);
const char *match_fault_name(enum match_fault f);

uint32_t match_set_rules(const struct match_set *s);
/* Rule i < match_set_rules(), and text of the set. */
const struct match_rule *match_set_rule(const struct match_set *s, uint32_t i);
const uint8_t *match_set_text(const struct match_set *s, struct match_text t);
const struct match_head *match_set_head(const struct match_set *s);

/* A scratch that fits this set. It must be given to sets that it was made for, or grown to: 0, or
 * -ENOMEM and the scratch still fits what it did. */
int match_scratch_create(struct match_scratch **out, const struct match_set *s);
int match_scratch_grow(struct match_scratch *scratch, const struct match_set *s);
void match_scratch_destroy(struct match_scratch *scratch);

/*
 * The rules of s that hold, in the order of their positions: at most `cap` indices go to `hits`.
 * Returns how many hold, which may be more than cap. Actions, modes, expiry and thresholds are the
 * caller's business; flowbits are read from `flags` and not changed.
 */
uint32_t match_eval(const struct match_set *s, struct match_scratch *scratch,
                    const struct match_facts *facts, uint32_t flags, uint32_t *hits, uint32_t cap);

/* What looking at rules in full took, of one message: `clock` counts cycles. */
#define MATCH_COSTS_MAX 64u
struct match_costs {
        uint64_t (*clock)(void);
        uint32_t skip; /* leave this many rules that are looked at out, round and round */
        uint32_t seen; /* result: how many were looked at */
        uint32_t cnt;  /* result: how many of them are here */
        struct {
                uint32_t rule;
                uint32_t cycles;
        } of[MATCH_COSTS_MAX];
};
/* match_eval(), measured. */
uint32_t match_eval_costs(const struct match_set *s, struct match_scratch *scratch,
                          const struct match_facts *facts, uint32_t flags, uint32_t *hits,
                          uint32_t cap, struct match_costs *costs);

/* What `flags` are once rule i has matched. */
uint32_t match_flags_after(const struct match_set *s, uint32_t i, uint32_t flags);
/* Does any rule use flowbits? */
int match_set_has_flags(const struct match_set *s);

#ifdef __cplusplus
}
#endif

#endif
