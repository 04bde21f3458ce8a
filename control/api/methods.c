/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/methods.h"

const struct cp_rpc_method cp_methods[] = {
    {"version", "", cp_method_version},
    {"status", "", cp_method_status},
    {"stats", "", cp_method_stats},
    {"ban.add", "prefix ttl_s reason", cp_method_ban_add},
    {"ban.lift", "prefix", cp_method_ban_lift},
    {"ban.list", "", cp_method_ban_list},
    {"ban.why", "address", cp_method_ban_why},
    {"why", "key limit", cp_method_why},
    {"top", "by purpose limit", cp_method_top},
    {"alerts", "", cp_method_alerts},
    {"events.subscribe", "filter", cp_method_events_subscribe},
    {"location.list", "aor limit", cp_method_location_list},
    {"location.remove", "aor", cp_method_location_remove},
    {"location.status", "", cp_method_location_status},
    {"routes.find", "number", cp_method_routes_find},
    {"users.list", "", cp_method_users_list},
    {"reload", "", cp_method_reload},
    {"rules.hits", "", cp_method_rules_hits},
    {"rules.diff", "", cp_method_rules_diff},
    {"rules.apply", "", cp_method_rules_apply},
    {"rules.rollback", "", cp_method_rules_rollback},
    {"attach", "socket", cp_method_attach},
    {NULL, NULL, NULL},
};
