/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meaning.h - do two parsed messages say the same? Offsets, the form of names, the order of unlike
 * header fields and white space may differ; so may what the default profile normalises inside a
 * value: brackets of received, a third colon.
 */
#ifndef SLUICE_TESTS_PARSER_MEANING_H
#define SLUICE_TESTS_PARSER_MEANING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

/* NULL when they do, else the name of a field in which they differ. */
const char *meaning_differs(const struct sip_msg *a, const struct sip_msg *b);

#endif
