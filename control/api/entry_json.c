/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/entry_json.h"

#include "control/api/eve.h"

json_t *cp_entry_json(const struct cp_prefix *prefix, const char *reason, const char *key,
                      const char *where)
{
        char text[CP_PREFIX_TEXT_BYTES];
        json_t *o = json_object();

        json_object_set_new(o, "prefix", json_string(cp_prefix_print(prefix, text)));
        json_object_set_new(o, "reason", json_string(reason));
        json_object_set_new(o, key, json_string(where));
        return o;
}

static json_t *time_json(uint64_t ns)
{
        char text[CP_EVE_TIME_BYTES];

        return ns == 0 ? json_null() : json_string(cp_eve_time(ns, text));
}

void cp_entry_json_times(json_t *entry, uint64_t added_ns, uint64_t expires_ns)
{
        json_object_set_new(entry, "added", time_json(added_ns));
        json_object_set_new(entry, "expires", time_json(expires_ns));
}

void cp_entry_json_rate(json_t *entry, const struct cp_ban *ban)
{
        if (ban->rate != 0)
                json_object_set_new(entry, "rate", json_integer((json_int_t)ban->rate));
}

void cp_entry_json_origin(json_t *entry, const struct cp_ban *ban, uint64_t hits)
{
        json_object_set_new(entry, "hits", json_integer((json_int_t)hits));
        if (ban->origin[0] == '\0')
                return;
        json_object_set_new(entry, "origin", json_string(ban->origin));
        json_object_set_new(entry, "evidence", json_string(ban->evidence));
        json_object_set_new(entry, "first_seen", time_json(ban->first_ns));
        json_object_set_new(entry, "last_seen", time_json(ban->last_ns));
}
