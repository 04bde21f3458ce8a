/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry_json.h - an entry of the allow list, the deny list, the bans or a block list, as the API
 * shows it.
 */
#ifndef SLUICE_CONTROL_API_ENTRY_JSON_H
#define SLUICE_CONTROL_API_ENTRY_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "control/bans/bans.h"
#include "control/prefix.h"

/* {"prefix", "reason", `key`: where}; `key` says where it stands. */
json_t *cp_entry_json(const struct cp_prefix *prefix, const char *reason, const char *key,
                      const char *where);
/* Adds "added" and "expires", which is null for never. CLOCK_REALTIME. */
void cp_entry_json_times(json_t *entry, uint64_t added_ns, uint64_t expires_ns);

/* Adds "rate" to a limit: new requests a minute. */
void cp_entry_json_rate(json_t *entry, const struct cp_ban *ban);

/* Add why a ban is there when a detection set it (origin, evidence, first_seen, last_seen), and
 * hits: packets of it that events told of, a lower bound. */
void cp_entry_json_origin(json_t *entry, const struct cp_ban *ban, uint64_t hits);

#endif
