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

/* whole: one database of all patterns, for the message as it is. Ends the program on failure. */
struct rules_rig *rules_rig_create(int count, int mixed, int whole);
void rules_rig_destroy(struct rules_rig *rig);
/* Parse and keep a message; the octets stay the caller's. */
void rules_rig_message(struct rules_rig *rig, const uint8_t *at, size_t len);
/* Rules that hold for message i, or patterns that are in it. */
unsigned rules_rig_eval(struct rules_rig *rig, size_t i);

#ifdef __cplusplus
}
#endif

#endif
