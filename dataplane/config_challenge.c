/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config_challenge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/config_challenge_yaml.h"
#include "dataplane/state/challenge.h"
#include "parser/sip_method.h"

#define METHOD_BIT(m) (UINT32_C(1) << (m))
_Static_assert(SIP_METHOD_CNT <= 32, "a bit for each method");

/* Not ACK and CANCEL, which can not be challenged, and not what is sent within dialogs. */
#define METHODS_FIT                                                         \
        (METHOD_BIT(SIP_METHOD_REGISTER) | METHOD_BIT(SIP_METHOD_INVITE) |  \
         METHOD_BIT(SIP_METHOD_OPTIONS) | METHOD_BIT(SIP_METHOD_MESSAGE) |  \
         METHOD_BIT(SIP_METHOD_SUBSCRIBE) | METHOD_BIT(SIP_METHOD_NOTIFY) | \
         METHOD_BIT(SIP_METHOD_PUBLISH) | METHOD_BIT(SIP_METHOD_REFER) |    \
         METHOD_BIT(SIP_METHOD_INFO))

void dp_challenge_config_default(struct dp_challenge_config *c)
{
        *c = (struct dp_challenge_config){
            .mode = DP_CHALLENGE_PRESSURE,
            .role = DP_CHALLENGE_PROXY,
            .realm = "",
            .algorithms = DP_CHALLENGE_MD5,
            .methods = METHOD_BIT(SIP_METHOD_REGISTER) | METHOD_BIT(SIP_METHOD_INVITE) |
                       METHOD_BIT(SIP_METHOD_OPTIONS),
            .lifetime_s = 60,
            .rotate_s = 300,
            .unproven = dp_rate_make(60, UINT64_C(1000000000), 120),
            .hold_ns = UINT64_C(2000000000),
        };
}

/* ---- the schema ---- */

static const cyaml_strval_t mode_names[] = {
    {"off", DP_CHALLENGE_OFF},
    {"pressure", DP_CHALLENGE_PRESSURE},
    {"always", DP_CHALLENGE_ALWAYS},
};
static const cyaml_strval_t role_names[] = {
    {"proxy", DP_CHALLENGE_PROXY},
    {"server", DP_CHALLENGE_SERVER},
};
static const cyaml_strval_t algorithm_names[] = {
    {"SHA-512-256", DP_CHALLENGE_SHA_512_256},
    {"SHA-256", DP_CHALLENGE_SHA_256},
    {"MD5", DP_CHALLENGE_MD5},
};
static const cyaml_schema_value_t algorithm_value = {
    CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, unsigned, algorithm_names,
                     CYAML_ARRAY_LEN(algorithm_names)),
};
static const cyaml_schema_value_t method_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, SIP_METHOD_BYTES_MAX),
};

static const cyaml_schema_field_t pressure_fields[] = {
    CYAML_FIELD_STRING_PTR("unproven", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct dp_yaml_pressure, unproven, 1, 32),
    CYAML_FIELD_UINT_PTR("hold-ms", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct dp_yaml_pressure, hold_ms),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_challenge_fields[] = {
    CYAML_FIELD_ENUM("mode", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_challenge,
                     mode, mode_names, CYAML_ARRAY_LEN(mode_names)),
    CYAML_FIELD_ENUM("as", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct dp_yaml_challenge, role,
                     role_names, CYAML_ARRAY_LEN(role_names)),
    CYAML_FIELD_STRING_PTR("realm", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct dp_yaml_challenge, realm, 0, DP_COOKIE_REALM_BYTES),
    CYAML_FIELD_SEQUENCE("algorithms", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct dp_yaml_challenge, algorithms, &algorithm_value, 1,
                         DP_CHALLENGE_ALGORITHMS),
    CYAML_FIELD_SEQUENCE("methods", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct dp_yaml_challenge, methods, &method_value, 1, SIP_METHOD_CNT),
    CYAML_FIELD_UINT_PTR("lifetime-s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct dp_yaml_challenge, lifetime_s),
    CYAML_FIELD_UINT_PTR("rotate-s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct dp_yaml_challenge, rotate_s),
    CYAML_FIELD_STRING_PTR("secret", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct dp_yaml_challenge, secret, 1, 4096),
    CYAML_FIELD_MAPPING("pressure", CYAML_FLAG_OPTIONAL, struct dp_yaml_challenge, pressure,
                        pressure_fields),
    CYAML_FIELD_END,
};

/* ---- from there into the configuration ---- */

static int number_apply(const uint32_t *given, uint32_t min, uint32_t max, const char *key,
                        struct dp_limits_fault *fault)
{
        if (given == NULL || (*given >= min && *given <= max))
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "challenge.%s", key);
        snprintf(fault->text, sizeof(fault->text), "%s is %u, not within %u..%u", key, *given, min,
                 max);
        return -EINVAL;
}

static int realm_apply(struct dp_challenge_config *c, const char *realm,
                       struct dp_limits_fault *fault)
{
        snprintf(fault->keys, sizeof(fault->keys), "challenge.realm");
        for (const char *at = realm; *at != '\0'; at++) {
                if (*at >= ' ' && *at <= '~' && *at != '"' && *at != '\\')
                        continue;
                snprintf(fault->text, sizeof(fault->text),
                         "a realm is plain text without quotes and backslashes");
                return -EINVAL;
        }
        c->realm = realm;
        return 0;
}

static int methods_apply(struct dp_challenge_config *c, const struct dp_yaml_challenge *y,
                         struct dp_limits_fault *fault)
{
        uint32_t methods = 0;

        snprintf(fault->keys, sizeof(fault->keys), "challenge.methods");
        for (uint32_t i = 0; i < y->methods_count; i++) {
                uint32_t bit = METHOD_BIT(
                    sip_method_find((const uint8_t *)y->methods[i], strlen(y->methods[i])));

                if ((bit & METHODS_FIT) == 0) {
                        snprintf(fault->text, sizeof(fault->text),
                                 "%s is no method that can be challenged", y->methods[i]);
                        return -EINVAL;
                }
                methods |= bit;
        }
        if (methods != 0)
                c->methods = methods;
        return 0;
}

static int times_apply(struct dp_challenge_config *c, const struct dp_yaml_challenge *y,
                       struct dp_limits_fault *fault)
{
        if (number_apply(y->lifetime_s, 5, 3600, "lifetime-s", fault) != 0 ||
            number_apply(y->rotate_s, 5, 86400, "rotate-s", fault) != 0 ||
            number_apply(y->pressure.hold_ms, 1, 600000, "pressure.hold-ms", fault) != 0)
                return -EINVAL;
        c->lifetime_s = y->lifetime_s != NULL ? *y->lifetime_s : c->lifetime_s;
        c->rotate_s = y->rotate_s != NULL ? *y->rotate_s : c->rotate_s;
        if (y->pressure.hold_ms != NULL)
                c->hold_ns = *y->pressure.hold_ms * UINT64_C(1000000);
        if (c->rotate_s >= c->lifetime_s)
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "challenge.%s",
                 y->rotate_s != NULL ? "rotate-s" : "lifetime-s");
        snprintf(fault->text, sizeof(fault->text),
                 "rotate-s is %u, and a nonce lives longer: lifetime-s is %u", c->rotate_s,
                 c->lifetime_s);
        return -EINVAL;
}

static int pressure_apply(struct dp_challenge_config *c, const char *rate,
                          struct dp_limits_fault *fault)
{
        if (rate == NULL || dp_rate_parse(rate, &c->unproven) == 0)
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "challenge.pressure.unproven");
        snprintf(fault->text, sizeof(fault->text),
                 "\"%s\" is no rate like \"20/s burst 100\" (s, m, h), nor none", rate);
        return -EINVAL;
}

static int secret_apply(struct dp_challenge_config *c, const char *path,
                        struct dp_limits_fault *fault)
{
        int rc = path == NULL ? 0 : shm_secret_load(path, c->secret);

        c->shared = path != NULL;
        if (rc == 0)
                return 0;
        snprintf(fault->keys, sizeof(fault->keys), "challenge.secret");
        snprintf(fault->text, sizeof(fault->text), "%.64s: %s", path,
                 rc == -EINVAL  ? "64 hexadecimal digits are wanted"
                 : rc == -EPERM ? "a secret that everybody may read is none"
                                : strerror(-rc));
        return -EINVAL;
}

int dp_challenge_config_apply(struct dp_challenge_config *c, const struct dp_yaml_challenge *y,
                              struct dp_limits_fault *fault)
{
        if (y == NULL)
                return 0;
        c->mode = y->mode != 0 ? y->mode : c->mode;
        c->role = y->role != 0 ? y->role : c->role;
        if (y->algorithms_count != 0)
                c->algorithms = 0;
        for (uint32_t i = 0; i < y->algorithms_count; i++)
                c->algorithms |= y->algorithms[i];
        if ((y->realm != NULL && realm_apply(c, y->realm, fault) != 0) ||
            methods_apply(c, y, fault) != 0 || times_apply(c, y, fault) != 0)
                return -EINVAL;
        if (secret_apply(c, y->secret, fault) != 0)
                return -EINVAL;
        if (c->mode == DP_CHALLENGE_ALWAYS && c->realm[0] == '\0') {
                snprintf(fault->keys, sizeof(fault->keys), "challenge.mode");
                snprintf(fault->text, sizeof(fault->text), "mode always needs a realm");
                return -EINVAL;
        }
        return pressure_apply(c, y->pressure.unproven, fault);
}
