/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_explain.h - where in a message a rule holds: for `sluicectl explain`.
 *
 * match_eval() says that a rule holds; this says by what: for each option of the rule the field's
 * instance and the octets in it, one choice of places that satisfies them all. It is slow, for a
 * person who asks, and takes no part in what holds.
 *
 * What is written here travels from who judges a message to who prints it (struct match_explained).
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_EXPLAIN_H
#define SLUICE_PARSER_MATCH_MATCH_EXPLAIN_H

#include "parser/match/match.h"

#ifdef __cplusplus
extern "C" {
#endif

enum match_found_kind {
        MATCH_FOUND_HERE = 0, /* content: octets [from, to) of the instance */
        MATCH_FOUND_END,      /* expression: a match ends at `to` */
        MATCH_FOUND_NOWHERE,  /* negated content or expression: not where it would count */
        MATCH_FOUND_FIELD,    /* a size, or nothing is asked but that the field is there */
        MATCH_FOUND_ABSENT,   /* the field is not there, as the rule wants it */
        MATCH_FOUND_VALUE,    /* number or word: `value` */
        MATCH_FOUND_NO_VALUE, /* number or word: the message has none */
        MATCH_FOUND_FLAG,     /* flowbits: looked at, or set by this rule */
        MATCH_FOUND_LOST,     /* the rule holds, and no places were found: a fault of this file */
        MATCH_FOUND_CNT,
};

#define MATCH_FOUND_BYTES 64u

struct match_found {
        uint8_t kind;                      /* enum match_found_kind */
        const struct match_buffer *buffer; /* the field; NULL: of the message as a whole */
        const struct match_step *step;     /* the option; NULL: the field alone */
        uint32_t instance;                 /* of the field, from 1; 0: none */
        uint32_t len;                      /* octets of the instance */
        uint32_t from;                     /* HERE: octets of the instance */
        uint32_t to;                       /* HERE, END */
        uint32_t at;    /* HERE: `from`, END: `to`, FIELD: the instance's start, as an offset in the
                         * datagram; MATCH_NONE: it does not stand there as it is (folded, decoded) */
        uint64_t value; /* VALUE */
        uint8_t bytes_len;                /* HERE: the first octets of it */
        uint8_t bytes[MATCH_FOUND_BYTES]; /* ... */
};

struct match_explain; /* of one thread and one set */

/* 0 or -ENOMEM. The set is borrowed. */
int match_explain_create(struct match_explain **out, const struct match_set *s);
void match_explain_destroy(struct match_explain *e);

/*
 * By what rule i holds for a message that match_eval() found it to hold for, under the same facts:
 * one entry for each option, in the rule's order. At most `cap` go to `out`. Returns how many there
 * are.
 */
uint32_t match_explain_rule(struct match_explain *e, const struct match_facts *facts, uint32_t i,
                            struct match_found *out, uint32_t cap);

/* ---- what is said of one message ---- */

#define MATCH_EXPLAINED_RULES 64u
#define MATCH_EXPLAINED_FOUND 128u

/* Why a rule that holds is not carried out. */
enum match_kept {
        MATCH_KEPT_NOT = 0,   /* nothing keeps it */
        MATCH_KEPT_EXPIRED,   /* its day is over */
        MATCH_KEPT_FILTER,    /* detection_filter: not often enough yet */
        MATCH_KEPT_THRESHOLD, /* threshold: likewise */
        MATCH_KEPT_MONITOR,   /* mode monitor */
        MATCH_KEPT_SHARE,     /* mode enforce N%: this call is not among them */
        MATCH_KEPT_CNT,
};

struct match_explained_rule {
        const struct match_rule *rule;
        uint8_t kept;    /* enum match_kept */
        bool told;       /* its sid is in the event */
        bool decisive;   /* of those in force, the first in the order of actions */
        uint32_t first;  /* in `found` */
        uint32_t cnt;    /* of them that are there... */
        uint32_t missed; /* ...and for which there was no room */
};

struct match_explained {
        const struct match_set *set;
        uint32_t rule_cnt;
        uint32_t found_cnt;
        struct match_explained_rule rule[MATCH_EXPLAINED_RULES]; /* in the set's order */
        struct match_found found[MATCH_EXPLAINED_FOUND];
};

#ifdef __cplusplus
}
#endif

#endif
