/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms.h - the ambiguous forms of AMBIGUITY.md: messages that stacks may read differently, and the
 * field in which that shows.
 */
#ifndef SLUICE_TESTS_PARSER_PEERS_FORMS_H
#define SLUICE_TESTS_PARSER_PEERS_FORMS_H

#include "tests/parser/peers/reading.h"
#include "tests/parser/triggers.h"

struct form {
        const char *group; /* heading; NULL: that of the row above */
        const char *title;
        enum reading_field watch;
        struct trigger message; /* its anomaly is not used */
};

extern const struct form forms[];
extern const size_t form_cnt;

#endif
