/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_sample.h - a text that a regular expression matches, by chance: for tests. Knows literals,
 * classes, groups, alternatives, repeats and the usual escapes; of what it does not know it makes
 * something, so whoever asks tries what came out.
 */
#ifndef SLUICE_TESTS_CONTROL_RULES_REGEX_SAMPLE_H
#define SLUICE_TESTS_CONTROL_RULES_REGEX_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/control/rules/rule_maker.h"

/* Octets that a match of `regex` (len octets) may have; at most cap. How many. */
size_t regex_sample(struct maker_rng *rng, const uint8_t *regex, size_t len, uint8_t *out,
                    size_t cap);

#endif
