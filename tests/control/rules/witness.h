/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.h - a datagram that a rule of a compiled set was made for, by chance: its contents and
 * texts of its expressions, in the fields that it names. Whether the rule holds for it is for a
 * matcher to say: often it does, and for each rule that can hold at all, sooner or later.
 */
#ifndef SLUICE_TESTS_CONTROL_RULES_WITNESS_H
#define SLUICE_TESTS_CONTROL_RULES_WITNESS_H

#include <stdbool.h>

#include "parser/match/match_set.h"
#include "tests/control/rules/rule_maker.h"

#define WITNESS_BYTES 8192u

struct witness {
        char at[WITNESS_BYTES];
        size_t n;
        bool sip; /* it is meant as SIP */
        uint8_t ip_proto;
        uint16_t sport;
        uint16_t dport;
};

/* Write one for rule `index`. */
void witness_make(struct maker_rng *rng, const struct match_set *s, uint32_t index,
                  struct witness *w);

#endif
