/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve_explain.h - the part of an event that says why: the place of its packet in the capture, and
 * of each rule that holds what became of it and where in the message it holds. Replays alone.
 */
#ifndef SLUICE_CONTROL_API_EVE_EXPLAIN_H
#define SLUICE_CONTROL_API_EVE_EXPLAIN_H

#include "control/api/json_out.h"
#include "control/contract/shm_msg.h"
#include "parser/match/match_explain.h"

/* Octets of text that are shown of an option, and of a rule's msg. */
#define CP_EVE_EXPLAIN_TEXT 64u
#define CP_EVE_EXPLAIN_MSG  256u
/* Room for all of it: an octet of text takes at most 6. */
#define CP_EVE_EXPLAIN_BYTES                                                                       \
        (MATCH_EXPLAINED_FOUND * (6u * (2u * CP_EVE_EXPLAIN_TEXT + MATCH_NAME_BYTES_MAX) + 320u) + \
         MATCH_EXPLAINED_RULES * (6u * CP_EVE_EXPLAIN_MSG + 320u))

/* Write the keys frame and explain; `said` NULL: nothing was held against it. */
void cp_eve_explain_write(struct cp_json *j, const struct shm_event *ev,
                          const struct match_explained *said);

/* The name of an action, as rules have it. */
const char *cp_eve_rule_action(const struct match_rule *r);

#endif
