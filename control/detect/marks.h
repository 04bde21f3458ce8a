/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks.h - what each observation says for and against somebody: the detections' knowledge of SIP.
 *
 * A normal challenge is no attack: it is held against a source only when no credentials follow.
 * Known peers are left out altogether, and so is what repeats a request that passed.
 */
#ifndef SLUICE_CONTROL_DETECT_MARKS_H
#define SLUICE_CONTROL_DETECT_MARKS_H

#include "control/detect/detect.h"
#include "control/detect/observe.h"

/* Of a source that the parser could read nothing of: its verdict alone. */
void cp_marks_of_verdict(struct cp_detect *d, const struct cp_observation *o);
/* Requests and responses from the outside, and from the inside. */
void cp_marks_of_request(struct cp_detect *d, const struct cp_observation *o);
void cp_marks_of_stranger(struct cp_detect *d, const struct cp_observation *o);
void cp_marks_of_answer(struct cp_detect *d, const struct cp_observation *o);
/* Requests from the outside that control answered itself (SHM_ACTION_REPLY). */
void cp_marks_of_own_answer(struct cp_detect *d, const struct cp_observation *o);
/* An endpoint has shown to be there: the reply that it had before was not misled. */
void cp_marks_of_proof(struct cp_detect *d, const struct cp_observation *o);
/* Calls that begin and end, from either side. */
void cp_marks_of_calls(struct cp_detect *d, const struct cp_observation *o);

/* A mark about the observation's outside; the caller adds what is special. */
struct cp_mark cp_mark_of(enum cp_detection detection, const struct cp_observation *o);
/* The same for an AoR. */
struct cp_mark cp_mark_aor(enum cp_detection detection, const struct cp_observation *o,
                           const struct cp_observed_text *aor);

#endif
