/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canary.h - before a compiled set is let out it shows that it works here: each rule holds for what
 * it must hold for and not for what it must not. Hyperscan has had releases that missed matches.
 *
 * A rule's author gives datagrams (metadata: canary_match FILE, canary_miss FILE). Besides, each
 * field's contents and literal expressions are put into text where they must be found, and left out
 * of it.
 */
#ifndef SLUICE_CONTROL_RULES_CANARY_H
#define SLUICE_CONTROL_RULES_CANARY_H

#include "control/rules/image.h"

/* 0; -EINVAL with an error for each rule that fails, or when the image can not be loaded; -ENOMEM.
 */
int cp_canary_try(const struct cp_rule_set *set, const struct cp_image *image,
                  struct cp_rule_errors *errors);

#endif
