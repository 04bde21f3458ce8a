/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config_profile.h"

#include <errno.h>
#include <stdio.h>

#include "parser/sip_check.h"

static const cyaml_strval_t profile_names[] = {
    {"default", SIP_PROFILE_DEFAULT + 1},
    {"strict", SIP_PROFILE_STRICT + 1},
    {"lenient", SIP_PROFILE_LENIENT + 1},
};
static const cyaml_strval_t kernel_names[] = {
    {"auto", 1}, {"ref", 2}, {"sse42", 3}, {"avx2", 4}, {"avx512", 5},
};
static const cyaml_strval_t verdict_names[] = {
    {"accept", SIP_VERDICT_ACCEPT + 1},
    {"normalise", SIP_VERDICT_NORMALISE + 1},
    {"reject", SIP_VERDICT_REJECT + 1},
};

static const cyaml_schema_field_t verdict_fields[] = {
#define X(ID, name, severity, verdict, rfc, text)                                                \
        CYAML_FIELD_ENUM(name, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_verdicts, \
                         of[SIP_ANOM_##ID], verdict_names, CYAML_ARRAY_LEN(verdict_names)),
#include "parser/sip_anomaly.def"
#undef X
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t cap_fields[] = {
#define X(ID, key, anomaly, most, strict, dflt, lenient, text)                                   \
        CYAML_FIELD_UINT_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct dp_yaml_caps, \
                             of[SIP_CAP_##ID]),
#include "parser/sip_caps.def"
#undef X
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_parser_fields[] = {
    CYAML_FIELD_ENUM("profile", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_parser,
                     profile, profile_names, CYAML_ARRAY_LEN(profile_names)),
    CYAML_FIELD_ENUM("kernel", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_parser,
                     kernel, kernel_names, CYAML_ARRAY_LEN(kernel_names)),
    CYAML_FIELD_MAPPING_PTR("anomalies", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct dp_yaml_parser, anomalies, verdict_fields),
    CYAML_FIELD_MAPPING_PTR("caps", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct dp_yaml_parser,
                            caps, cap_fields),
    CYAML_FIELD_END,
};

static int verdicts_apply(const struct dp_yaml_verdicts *y, struct sip_profile *p,
                          struct dp_profile_fault *fault)
{
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                enum sip_anomaly id = (enum sip_anomaly)a;

                if (y->of[a] == 0 ||
                    sip_profile_set_verdict(p, id, (enum sip_verdict)(y->of[a] - 1)) == 0)
                        continue;
                fault->key = sip_anomaly_name(id);
                snprintf(fault->text, sizeof(fault->text),
                         "%s is a fault that can only be rejected", fault->key);
                return -EINVAL;
        }
        return 0;
}

static int caps_apply(const struct dp_yaml_caps *y, struct sip_profile *p,
                      struct dp_profile_fault *fault)
{
        for (unsigned c = 0; c < SIP_CAP_CNT; c++) {
                enum sip_cap cap = (enum sip_cap)c;

                if (y->of[c] == NULL || sip_profile_set_cap(p, cap, *y->of[c]) == 0)
                        continue;
                fault->key = sip_cap_key(cap);
                snprintf(fault->text, sizeof(fault->text), "%s is %u, not within 1..%u", fault->key,
                         *y->of[c], sip_cap_most(cap));
                return -EINVAL;
        }
        return 0;
}

int dp_profile_apply(const struct dp_yaml_parser *y, struct sip_profile *p,
                     struct dp_profile_fault *fault)
{
        int rc = 0;

        sip_profile_init(p, y == NULL || y->profile == 0 ? SIP_PROFILE_DEFAULT
                                                         : (enum sip_profile_id)(y->profile - 1));
        if (y == NULL)
                return 0;
        if (y->anomalies != NULL)
                rc = verdicts_apply(y->anomalies, p, fault);
        if (rc == 0 && y->caps != NULL)
                rc = caps_apply(y->caps, p, fault);
        return rc;
}

int dp_kernel_apply(const struct dp_yaml_parser *y, struct scan_variant *k,
                    struct dp_profile_fault *fault)
{
        const char *name = y == NULL || y->kernel <= 1 ? NULL : kernel_names[y->kernel - 1].str;

        *k = (struct scan_variant){.name = NULL};
        if (name == NULL)
                return 0;
        *k = scan_find(name);
        if (k->name != NULL)
                return 0;
        fault->key = "kernel";
        snprintf(fault->text, sizeof(fault->text), "this CPU does not run the kernel %s", name);
        return -EINVAL;
}
