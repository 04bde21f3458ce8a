/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_schema.h - the tables that tell libcyaml how sluice.yaml becomes structures.
 *
 * A pointer here is NULL when its key is absent; config.c fills in the defaults.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_SCHEMA_H
#define SLUICE_CONTROL_CONFIG_CONFIG_SCHEMA_H

#include <cyaml/cyaml.h>

#include "control/config/config.h"
#include "control/config/config_detect.h"

struct cp_raw_control {
        char *socket;
        char **dataplanes;
        uint32_t dataplanes_count;
        uint8_t idle;
        char *state_dir;
        char *eve_file;
        uint32_t *why_entries;
};

struct cp_raw_policy {
        uint8_t fallback; /* 0 when absent */
        uint32_t *decision_lifetime_s;
        uint32_t *gateway_lookup_s;
        char **scanners;
        uint32_t scanners_count;
        struct cp_config_entry *allow;
        uint32_t allow_count;
        struct cp_config_entry *deny;
        uint32_t deny_count;
        struct cp_config_blocklist *blocklists;
        uint32_t blocklists_count;
        struct cp_config_gateways *gateways;
        uint32_t gateways_count;
        struct cp_config_route *routes;
        uint32_t routes_count;
        char **rules;
        uint32_t rules_count;
        struct cp_config_rule_var *rule_vars;
        uint32_t rule_vars_count;
};

/* What is absent is 0; the check fills it in. */
struct cp_raw_config {
        struct cp_raw_control *control;
        struct cp_raw_policy *policy;
        struct cp_config_edge *edge;
        struct cp_raw_detections *detections;
};

extern const cyaml_schema_value_t cp_config_schema;

#endif
