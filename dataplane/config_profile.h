/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_profile.h - the mapping `dataplane.parser` of sluice.yaml: a profile of the parser, the
 * verdicts and caps in which the operator wants another, and the scan kernel. Private to config.c.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_PROFILE_H
#define SLUICE_DATAPLANE_CONFIG_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include <cyaml/cyaml.h>

#include "parser/scan/scan_select.h"
#include "parser/sip_profile.h"

/* What libcyaml fills; an absent key is 0 or NULL. */
struct dp_yaml_verdicts {
        uint8_t of[SIP_ANOM_CNT]; /* enum sip_verdict + 1 */
};

struct dp_yaml_caps {
        uint32_t *of[SIP_CAP_CNT];
};

struct dp_yaml_parser {
        uint8_t profile; /* enum sip_profile_id + 1 */
        uint8_t kernel;  /* which of kernel_names + 1 */
        struct dp_yaml_verdicts *anomalies;
        struct dp_yaml_caps *caps;
};

/* The keys of the mapping, for libcyaml. */
extern const cyaml_schema_field_t dp_yaml_parser_fields[];

/* What is wrong, and the key that it stands at. */
struct dp_profile_fault {
        const char *key;
        char text[128];
};

/* Fill *p by what was given; y may be NULL. 0, or -EINVAL and *fault. */
int dp_profile_apply(const struct dp_yaml_parser *y, struct sip_profile *p,
                     struct dp_profile_fault *fault);

/* Fill *k by the kernel that was named, or its name by NULL for "auto"; y may be NULL. 0, or
 * -EINVAL and *fault when this CPU does not run it: nothing takes its place. */
int dp_kernel_apply(const struct dp_yaml_parser *y, struct scan_variant *k,
                    struct dp_profile_fault *fault);

#endif
