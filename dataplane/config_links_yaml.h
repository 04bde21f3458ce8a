/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_links_yaml.h - `links` as libcyaml reads it, for config.c.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_LINKS_YAML_H
#define SLUICE_DATAPLANE_CONFIG_LINKS_YAML_H

#include <cyaml/cyaml.h>

#include "dataplane/config_limits_yaml.h"
#include "dataplane/config_links.h"

/* NULL = not given. */
struct dp_yaml_link {
        char **addresses;
        uint32_t addresses_count;
        char **networks;
        uint32_t networks_count;
        char *gateway;
        char *gateway6;
        char *tap;
};

struct dp_yaml_links {
        struct dp_yaml_link *outside;
        struct dp_yaml_link *inside;
        char **names;
        uint32_t names_count;
        uint32_t *mtu_margin;
};

extern const cyaml_schema_field_t dp_yaml_links_fields[];

/* What the file gives; y may be NULL. 0, or -EINVAL and *fault filled. */
int dp_links_config_apply(struct dp_links_config *c, const struct dp_yaml_links *y,
                          struct dp_limits_fault *fault);
/* Whether edge mode with so many ports has what it needs. 0, or -EINVAL and *fault filled. */
int dp_links_config_check(const struct dp_links_config *c, uint32_t port_cnt,
                          struct dp_limits_fault *fault);

#endif
