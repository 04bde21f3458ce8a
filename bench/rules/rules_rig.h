/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_rig.h - a rule set of a given size, and messages to hold it against.
 */
#ifndef SLUICE_BENCH_RULES_RULES_RIG_H
#define SLUICE_BENCH_RULES_RULES_RIG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rules_rig;

/* Messages that are parsed and then judged together, as workers do it. */
#define RULES_RIG_BURST 32u

enum rules_mix {
        RULES_LITERAL = 0, /* contents in four fields */
        RULES_MIXED,       /* half of them expressions */
        RULES_WIDE,        /* the same in 13 fields */
        RULES_OPEN, /* as mixed; a tenth of the expressions hold no text that must be there */
        RULES_NONE,
};

/* whole: one database of all patterns, for the message as it is. Ends the program on failure. */
struct rules_rig *rules_rig_create(int count, enum rules_mix mix, int whole);
void rules_rig_destroy(struct rules_rig *rig);
/* Parse and keep message i < RULES_RIG_BURST; the octets stay the caller's. */
void rules_rig_message(struct rules_rig *rig, size_t i, const uint8_t *at, size_t len);
/* Rules that hold for message i, or 0 after a scan for patterns. */
unsigned rules_rig_eval(struct rules_rig *rig, size_t i);

#ifdef __cplusplus
}
#endif

#endif
