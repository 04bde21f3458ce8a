/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_build.h - Private to scenario_*.c: a scenario while it is being read.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_SCENARIO_BUILD_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_SCENARIO_BUILD_H

#include "bench/harness/traffic/scenario.h"

#define SB_LABELS_MAX 128u
#define SB_TXNS_MAX   32u

struct sb_label_use { /* next= or ontimeout= or a jump, resolved at the end */
        char name[SB_NAME_BYTES];
        uint32_t step;
        bool timeout;
        struct sb_action *jump;
};

struct sb_build {
        struct sb_scenario *s;
        const struct sb_env *env;
        struct sb_names names;
        const char *path;
        char *error;
        uint32_t line; /* where reading is */
        const char *element;
        char labels[SB_LABELS_MAX][SB_NAME_BYTES];
        uint32_t label_steps[SB_LABELS_MAX];
        uint32_t label_cnt;
        struct sb_label_use uses[SB_STEPS_MAX];
        uint32_t use_cnt;
        char txns[SB_TXNS_MAX][SB_NAME_BYTES];
        uint32_t txn_steps[SB_TXNS_MAX]; /* of the request */
        uint32_t txn_cnt;
        int ack_step; /* of the message being read; -1 */
};

typedef const char **sb_attributes; /* name, value, ..., NULL, as expat gives them */

/* NULL when it has none of that name. */
const char *sb_attribute(sb_attributes a, const char *name);
/* false without; else true unless it is "false" or "0". */
bool sb_attribute_true(sb_attributes a, const char *name);
/* Writes "FILE:LINE: <element>: what" once, and returns -EINVAL. */
int sb_build_fail(struct sb_build *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Index of a variable, made when it is new; fails with -EINVAL. */
int sb_build_variable(struct sb_build *b, const char *name, size_t len);
/* The same of the variable that an attribute names; SB_VAR_NONE without the attribute. 0, or -1
 * with the error told. */
int sb_build_variable_of(struct sb_build *b, sb_attributes a, const char *name, uint8_t *out);
int sb_build_text(struct sb_build *b, const char *text, bool is_message, struct sb_template **out);
int sb_build_use(struct sb_build *b, const char *label, bool timeout, struct sb_action *jump);
/* Index + 1 of a named transaction; made when new and make is set, else 0. */
uint32_t sb_build_txn(struct sb_build *b, const char *name, bool make);

/* Elements inside <action>: append one to the newest step. 0 or a negative errno, told. */
int sb_build_action(struct sb_build *b, const char *element, sb_attributes a);
/* <send>, <recv>, <pause>, <nop>, <timewait>: a new step. */
int sb_build_step(struct sb_build *b, const char *element, sb_attributes a);
/* Resolve labels, and find out what calls of it need. */
int sb_build_finish(struct sb_build *b);

void sb_actions_free(struct sb_action *a);

/*
 * SIPp reads XML leniently. Blanks out comments (they may hold "--") and writes "<" within quotes
 * as an entity, so that a strict reader takes it; line numbers stay. malloc()ed, NULL without
 * memory.
 */
char *sb_xml_lenient(const char *text, size_t len, size_t *out_len);

#endif
