/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - rules as they are understood: what the parser makes of text and what images are made of.
 *
 * A rule set owns all that its rules point to. It is built by one thread and then only read.
 */
#ifndef SLUICE_CONTROL_RULES_RULE_H
#define SLUICE_CONTROL_RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config/config_yaml.h"
#include "control/rules/arena.h"
#include "parser/match/match_image.h"

#define CP_RULE_BYTES_MAX      65536u /* of one rule's text */
#define CP_RULE_FILE_BYTES_MAX (64u << 20)
#define CP_RULE_ERRORS_MAX     100u /* told of one set */

/* A place in the operator's text. */
struct cp_rule_place {
        const char *file;
        uint32_t line; /* from 1 */
        uint32_t column;
};

/* One option that asks something: `s` as in the image, but for what refers to other parts. */
struct cp_rule_step {
        struct match_step s;
        const uint8_t *bytes; /* CONTENT and PCRE; of WORD the set */
        uint32_t len;
        bool fast;        /* fast_pattern */
        uint8_t fast_off; /* the part of it to look for first, fast_len 0: all */
        uint8_t fast_len;
        struct cp_rule_place place;
};

struct cp_rule_group {
        bool message; /* numbers and words: no buffer */
        bool exists;  /* that the field is there is asked for */
        uint16_t field;
        uint16_t hdr;
        uint32_t transform;
        uint32_t flags;   /* enum match_group_flag */
        const char *name; /* parameter, "" without */
        struct cp_rule_step *steps;
        uint32_t step_cnt;
        struct cp_rule_place place;
};

struct cp_rule_addresses {
        struct match_address *in; /* none: any */
        uint32_t in_cnt;
        struct match_address *except;
        uint32_t except_cnt;
};

struct cp_rule_ports {
        struct match_ports *in;
        uint32_t in_cnt;
        struct match_ports *except;
        uint32_t except_cnt;
};

struct cp_rule {
        struct match_rule r; /* but for what refers to other parts */
        bool off;            /* mode off: checked, and then left out */
        bool has_sid;
        struct cp_rule_addresses src, dst;
        struct cp_rule_ports sport, dport;
        struct cp_rule_group *groups;
        uint32_t group_cnt;
        const char *msg;
        const char *classtype;
        const char *owner;
        const char *references;   /* "type,value type,value" */
        const char *canary_match; /* files with a datagram each, NULL: generated */
        const char *canary_miss;
        const char *text; /* as written, without line ends */
        struct cp_rule_place place;
};

struct cp_rule_errors {
        struct cp_config_error e[CP_RULE_ERRORS_MAX];
        uint32_t cnt; /* that are there */
        uint32_t all; /* that there were */
};

struct cp_rule_set {
        struct cp_arena arena;
        struct cp_rule *rules; /* in the operator's order */
        uint32_t cnt;
        const char **flags; /* names of flowbits */
        uint32_t flag_cnt;
        uint32_t *sid_slots; /* sids.c */
        uint32_t sid_room;
};

/* $NAME in addresses and ports. */
struct cp_rule_var {
        const char *name;  /* without the dollar sign */
        const char *value; /* as in a rule's header */
};

struct cp_rule_vars {
        const struct cp_rule_var *v;
        uint32_t cnt;
};

#endif
