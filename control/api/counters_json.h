/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters_json.h - counter pages as JSON objects for the API. New references; NULL never.
 */
#ifndef SLUICE_CONTROL_API_COUNTERS_JSON_H
#define SLUICE_CONTROL_API_COUNTERS_JSON_H

#include <jansson.h>

#include "control/contract/shm_stats.h"

struct cp_link;

/* Read one worker's page; false when the link has none or its writer never stood still. */
bool cp_counters_read(const struct cp_link *link, uint16_t worker, struct shm_counters *out);
/* The sum of all workers that could be read. */
void cp_counters_total(const struct cp_link *link, struct shm_counters *out);

/* Every counter by name, and dropped, passed, by_class, by_method, by_code_class, by_lane,
 * dropped_by_lane, by_purpose and by_payload as objects. */
json_t *cp_counters_json(const struct shm_counters *c);
/* What happened to questions and answers. */
json_t *cp_decisions_json(const struct shm_counters *c);
/* {lane: {messages, dropped}}: SIP from the outside. */
json_t *cp_lanes_json(const struct shm_counters *c);
/* What was counted against limits and packet budgets, and the sources that proved themselves. */
json_t *cp_limits_json(const struct shm_counters *c);
json_t *cp_trust_json(const struct shm_counters *c);
/* Challenges that were given, what came of them, and the workers that challenge now. */
json_t *cp_challenge_json(const struct shm_counters *c);
/* What was turned down in overload, by what it was, and the workers that do so now. */
json_t *cp_shedding_json(const struct shm_counters *c);
/* What the tables of transactions and dialogs hold, all workers together. */
json_t *cp_calls_json(const struct shm_counters *total);
json_t *cp_conservation_json(const struct shm_counters *c);
/* {reason: count} of what is not 0. */
json_t *cp_reasons_json(const uint64_t count[SHM_REASONS_MAX]);

#endif
