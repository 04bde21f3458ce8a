/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_set.h - a checked rule set and a thread's scratch. Private to this folder and its tests.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_SET_H
#define SLUICE_PARSER_MATCH_MATCH_SET_H

#include "parser/match/match.h"
#include "parser/match/match_field.h"
#include "parser/match/match_gate.h"
#include "parser/match/match_hs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A field with patterns, and how to look at it. */
struct match_look {
        const struct match_buffer *buffer;
        const struct match_hs *db;   /* all patterns */
        const struct match_hs *open; /* those without literals, NULL: none */
        struct match_hs_rules rules;
        uint32_t shapes; /* the kinds of message in which a rule needs it */
        uint16_t index;  /* of the buffer */
        bool gated;
        struct match_place place;
};

struct match_set {
        void *image; /* private copy; everything below points into it, checked */
        const struct match_head *head;
        const struct match_rule *rules;
        const struct match_group *groups;
        const struct match_step *steps;
        const struct match_buffer *buffers;
        const uint32_t *patterns;
        const uint32_t *always;
        const struct match_address_set *address_sets;
        const struct match_address *addresses;
        const struct match_port_set *port_sets;
        const struct match_ports *ports;
        const struct match_db *regexes;
        const struct match_text *flags;
        const uint8_t *text;
        const uint8_t *code;
        const struct match_literal *literals;
        struct match_hs **buffer_dbs; /* one for each buffer, NULL without patterns */
        struct match_hs **open_dbs;
        struct match_hs **regex_dbs;
        struct match_gate *gate;
        uint32_t *shapes; /* of each rule */
        struct match_look *looks;
        const struct match_look **look_of; /* of each buffer, NULL: it has no patterns */
        uint32_t look_cnt;
        bool ungated; /* tests: look at every field as if there were no gate */
};

/* A set of places in a field, 0..65535 and the one behind the last octet. */
#define MATCH_PLACE_WORDS ((SIP_MSG_BYTES_MAX + 1u) / 64u + 1u)
struct match_places {
        uint64_t w[MATCH_PLACE_WORDS];
};

/* Rules that may hold: a bit each, and a bit for each word of these. */
#define MATCH_CANDIDATE_WORDS (MATCH_RULES_MAX / 64u)
struct match_candidates {
        uint64_t top[MATCH_CANDIDATE_WORDS / 64u];
        uint64_t w[MATCH_CANDIDATE_WORDS];
};

struct match_scratch {
        struct match_hs_scratch *hs;
        struct match_candidates candidates;
        struct match_places here; /* where the step before may have ended */
        struct match_places next;
        struct match_joined joined;
        struct match_work work;
};

/* Do the steps of a group hold in one instance of its buffer? */
bool match_steps_hold(const struct match_set *s, struct match_scratch *scratch,
                      const struct match_group *g, struct match_bytes in);
/* Does one step that looks at the message as a whole hold? */
bool match_fact_holds(const struct match_set *s, struct match_work *work,
                      const struct match_step *step, const struct match_facts *f, uint32_t flags);
/* Do protocol, direction, addresses and ports of a rule fit? */
bool match_header_fits(const struct match_set *s, const struct match_rule *r,
                       const struct match_facts *f);
/* The one bit of a message's kind; NULL: not SIP (match_shape.c). */
uint32_t match_shape(const struct sip_msg *m);
/* The bits of all that a rule of a checked set can hold for. */
uint32_t match_rule_shapes(const struct match_set *s, struct match_scratch *scratch,
                           const struct match_rule *r);
bool match_compare(enum match_compare op, uint64_t v, uint64_t a, uint64_t b);

/* The place of the first octet of `text` in [from, end) of `in`, -1 when it is not there. Caseless:
 * text is in lower case. */
int64_t match_find(struct match_bytes in, uint32_t from, uint32_t end, struct match_bytes text,
                   bool caseless);

#ifdef __cplusplus
}
#endif

#endif
