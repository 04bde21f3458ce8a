/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_routes.h - `gateways` and `routes` of the policy, and conditions of time: how they are
 * written, and what is wrong with them.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_ROUTES_H
#define SLUICE_CONTROL_CONFIG_CONFIG_ROUTES_H

#include <cyaml/cyaml.h>

#include "control/config/config_check.h"

extern const cyaml_schema_value_t cp_config_gateways_value;
extern const cyaml_schema_value_t cp_config_route_value;
extern const cyaml_schema_value_t cp_config_forward_value; /* of a user of `edge` */

/* Check and complete. */
int cp_config_check_routes(struct cp_check *ck, struct cp_config_policy *p);
int cp_config_check_forwards(struct cp_check *ck, const struct cp_config_user *u, uint32_t user);
/* path: of the mapping that has days, hours and timezone. */
int cp_config_check_times(struct cp_check *ck, const char *path, const struct cp_config_times *t);

#endif
