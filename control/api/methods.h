/* SPDX-License-Identifier: Apache-2.0 */
/*
 * methods.h - what the API can do; one line of methods.c each. The context is the engine.
 */
#ifndef SLUICE_CONTROL_API_METHODS_H
#define SLUICE_CONTROL_API_METHODS_H

#include "control/api/rpc.h"

struct cp_edge;

extern const struct cp_rpc_method cp_methods[];

/* methods_status.c */
int cp_method_version(struct cp_rpc_call *call);
int cp_method_status(struct cp_rpc_call *call);
int cp_method_stats(struct cp_rpc_call *call);
/* methods_ban.c */
int cp_method_ban_add(struct cp_rpc_call *call);
int cp_method_ban_lift(struct cp_rpc_call *call);
int cp_method_ban_list(struct cp_rpc_call *call);
/* methods_ban_why.c */
int cp_method_ban_why(struct cp_rpc_call *call);
/* methods_events.c */
int cp_method_why(struct cp_rpc_call *call);
int cp_method_events_subscribe(struct cp_rpc_call *call);
/* methods_top.c */
int cp_method_top(struct cp_rpc_call *call);
/* methods_location.c */
/* The registrar of a call; NULL after cp_rpc_fail() when there is none. */
struct cp_edge *cp_method_edge(struct cp_rpc_call *call);
int cp_method_location_list(struct cp_rpc_call *call);
int cp_method_location_remove(struct cp_rpc_call *call);
int cp_method_location_status(struct cp_rpc_call *call);
int cp_method_routes_find(struct cp_rpc_call *call);
/* methods_users.c */
int cp_method_users_list(struct cp_rpc_call *call);
int cp_method_users_add(struct cp_rpc_call *call);
int cp_method_users_passwd(struct cp_rpc_call *call);
int cp_method_users_remove(struct cp_rpc_call *call);
/* methods_routes.c */
int cp_method_routes_list(struct cp_rpc_call *call);
int cp_method_routes_diff(struct cp_rpc_call *call);
int cp_method_routes_rollback(struct cp_rpc_call *call);
int cp_method_gateways_list(struct cp_rpc_call *call);
/* methods_alerts.c */
int cp_method_alerts(struct cp_rpc_call *call);
/* methods_admin.c */
int cp_method_reload(struct cp_rpc_call *call);
int cp_method_rules_hits(struct cp_rpc_call *call);
int cp_method_rules_diff(struct cp_rpc_call *call);
int cp_method_rules_apply(struct cp_rpc_call *call);
int cp_method_rules_rollback(struct cp_rpc_call *call);
int cp_method_attach(struct cp_rpc_call *call);

#endif
