/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config_limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/config_limits_yaml.h"

#define SECOND_NS UINT64_C(1000000000)

/* ---- defaults ---- */

#define RATE(per_s, burst)                                               \
        {                                                                \
                SECOND_NS / (per_s), ((burst)-1) * (SECOND_NS / (per_s)) \
        }
#define PER_MINUTE(n, burst)                                               \
        {                                                                  \
                60 * SECOND_NS / (n), ((burst)-1) * (60 * SECOND_NS / (n)) \
        }
#define NONE         \
        {            \
                0, 0 \
        }

/*
 * An office with a thousand phones behind one address loses its power and comes back: a thousand
 * REGISTERs at once from one address, each with a port of its own, or a hundred from the one port
 * of a gateway. They are in after some seconds. A flood meets all limits.
 *
 * What all unproven sources get together (`all`) is what a server of modest size stands beside its
 * calls: measured with the lab's Kamailio, which answers some 4000 requests a second on a core. Its
 * burst is what such a server works off within 10 ms or so, for the calls of others wait behind it.
 */
static const struct dp_limits_config defaults =
    {
        .guard =
            {
                [SHM_LANE_UNPROVEN] = {RATE(1000, 5000), RATE(5000, 20000)},
                [SHM_LANE_PROVEN] = {RATE(5000, 20000), NONE},
            },
        /* by kind: endpoint, aor, address, prefix, all */
        .rates =
            {
                [SHM_LANE_UNPROVEN] =
                    {
                        {RATE(20, 200), RATE(2, 30), RATE(200, 500), RATE(200, 500), RATE(300, 40)},
                        {RATE(50, 100), RATE(50, 200), RATE(80, 150), RATE(80, 150), RATE(100, 20)},
                        {RATE(20, 100), RATE(10, 50), RATE(80, 150), RATE(80, 150), RATE(100, 20)},
                        {RATE(20, 100), RATE(10, 50), RATE(80, 150), RATE(80, 150), RATE(100, 20)},
                        {RATE(200, 500), NONE, RATE(500, 1000), NONE, RATE(1000, 100)},
                        {RATE(50, 200), NONE, RATE(100, 500), NONE, RATE(200, 20)},
                        {RATE(2, 20), NONE, RATE(500, 1000), NONE, RATE(1000, 100)},
                        {RATE(20, 100), NONE, RATE(100, 500), RATE(200, 500), NONE},
                    },
                [SHM_LANE_PROVEN] =
                    {
                        {RATE(50, 500), RATE(5, 50), RATE(2000, 20000), NONE, NONE},
                        {RATE(500, 2000), NONE, RATE(2000, 10000), NONE, NONE},
                        {RATE(50, 500), RATE(20, 200), RATE(1000, 5000), NONE, NONE},
                        {RATE(50, 500), NONE, RATE(1000, 5000), NONE, NONE},
                        {RATE(2000, 10000), NONE, NONE, NONE, NONE},
                        {NONE, NONE, NONE, NONE, NONE},
                        {RATE(20, 200), NONE, NONE, NONE, NONE},
                        {RATE(500, 2000), NONE, RATE(1000, 5000), NONE, NONE},
                    },
            },
        /* Who mistypes a password, or a number, does so some times; who guesses them does not stop.
         */
        .refusals = {PER_MINUTE(6, 20), PER_MINUTE(60, 200), PER_MINUTE(60, 200), NONE, NONE},
        /* A phone that is up shows itself within some minutes (RFC 5626 4.4.1), and renews its
         * registration within an hour. */
        .trust =
            {
                .proven_ns = 300 * SECOND_NS,
                .authenticated_ns = 3600 * SECOND_NS,
                .lift_ns = 10 * SECOND_NS,
                .hold_down_ns = 60 * SECOND_NS,
                .tolerance =
                    {
                        [DP_TRUST_FAULT_INVALID] = PER_MINUTE(30, 50),
                        [DP_TRUST_FAULT_ADMISSION] = RATE(20, 1000),
                        [DP_TRUST_FAULT_UNANSWERED] = PER_MINUTE(30, 50),
                    },
                .admission = RATE(64, 4096),
            },
};

void dp_limits_config_default(struct dp_limits_config *c)
{
        *c = defaults;
}

/* ---- rates as text ---- */

static uint64_t unit_ns(char unit)
{
        switch (unit) {
        case 's':
                return SECOND_NS;
        case 'm':
                return 60 * SECOND_NS;
        case 'h':
                return 3600 * SECOND_NS;
        default:
                return 0;
        }
}

/* Digits only, 1..10^9. */
static bool number_parse(const char *text, char **end, unsigned long *out)
{
        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        *out = strtoul(text, end, 10);
        return errno == 0 && *out >= 1 && *out <= 1000000000ul;
}

int dp_rate_parse(const char *text, struct dp_rate *out)
{
        unsigned long events, burst;
        uint64_t span_ns;
        char *at;

        if (strcmp(text, "none") == 0) {
                *out = (struct dp_rate)NONE;
                return 0;
        }
        if (!number_parse(text, &at, &events) || at[0] != '/')
                return -EINVAL;
        span_ns = unit_ns(at[1]);
        if (span_ns == 0)
                return -EINVAL;
        at += 2;
        burst = events;
        if (*at != '\0' &&
            (strncmp(at, " burst ", 7) != 0 || !number_parse(at + 7, &at, &burst) || *at != '\0'))
                return -EINVAL;
        *out = dp_rate_make(events, span_ns, burst);
        return 0;
}

/* ---- the schema ---- */

#define RATE_FIELD(name, type, member) \
        CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1, 32)
#define PART_FIELD(name, type, member, fields) \
        CYAML_FIELD_MAPPING(name, CYAML_FLAG_OPTIONAL, type, member, fields)

static const cyaml_schema_field_t guard_key_fields[] = {
    RATE_FIELD("endpoint", struct dp_yaml_guard_keys, key[DP_GUARD_ENDPOINT]),
    RATE_FIELD("address", struct dp_yaml_guard_keys, key[DP_GUARD_ADDRESS]),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_guard_fields[] = {
    PART_FIELD("unproven", struct dp_yaml_guard, lane[SHM_LANE_UNPROVEN], guard_key_fields),
    PART_FIELD("proven", struct dp_yaml_guard, lane[SHM_LANE_PROVEN], guard_key_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t key_fields[] = {
    RATE_FIELD("endpoint", struct dp_yaml_keys, key[DP_LIMIT_ENDPOINT]),
    RATE_FIELD("aor", struct dp_yaml_keys, key[DP_LIMIT_AOR]),
    RATE_FIELD("address", struct dp_yaml_keys, key[DP_LIMIT_ADDRESS]),
    RATE_FIELD("prefix", struct dp_yaml_keys, key[DP_LIMIT_PREFIX]),
    RATE_FIELD("all", struct dp_yaml_keys, key[DP_LIMIT_ALL]),
    CYAML_FIELD_END,
};

/* Nobody is slowed down for what others were refused. */
static const cyaml_schema_field_t refusal_fields[] = {
    RATE_FIELD("endpoint", struct dp_yaml_keys, key[DP_LIMIT_ENDPOINT]),
    RATE_FIELD("aor", struct dp_yaml_keys, key[DP_LIMIT_AOR]),
    RATE_FIELD("address", struct dp_yaml_keys, key[DP_LIMIT_ADDRESS]),
    RATE_FIELD("prefix", struct dp_yaml_keys, key[DP_LIMIT_PREFIX]),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t class_fields[] = {
    PART_FIELD("register", struct dp_yaml_classes, cls[DP_LIMIT_REGISTER], key_fields),
    PART_FIELD("invite", struct dp_yaml_classes, cls[DP_LIMIT_INVITE], key_fields),
    PART_FIELD("message", struct dp_yaml_classes, cls[DP_LIMIT_MESSAGE], key_fields),
    PART_FIELD("other", struct dp_yaml_classes, cls[DP_LIMIT_OTHER], key_fields),
    PART_FIELD("ongoing", struct dp_yaml_classes, cls[DP_LIMIT_ONGOING], key_fields),
    PART_FIELD("repeat", struct dp_yaml_classes, cls[DP_LIMIT_REPEAT], key_fields),
    PART_FIELD("keepalive", struct dp_yaml_classes, cls[DP_LIMIT_KEEPALIVE], key_fields),
    PART_FIELD("question", struct dp_yaml_classes, cls[DP_LIMIT_QUESTION], key_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_limits_fields[] = {
    PART_FIELD("unproven", struct dp_yaml_limits, lane[SHM_LANE_UNPROVEN], class_fields),
    PART_FIELD("proven", struct dp_yaml_limits, lane[SHM_LANE_PROVEN], class_fields),
    PART_FIELD("peer", struct dp_yaml_limits, lane[SHM_LANE_PEER], class_fields),
    PART_FIELD("refusals", struct dp_yaml_limits, refusals, refusal_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t tolerance_fields[] = {
    RATE_FIELD("invalid", struct dp_yaml_tolerance, fault[DP_TRUST_FAULT_INVALID]),
    RATE_FIELD("admission", struct dp_yaml_tolerance, fault[DP_TRUST_FAULT_ADMISSION]),
    RATE_FIELD("unanswered", struct dp_yaml_tolerance, fault[DP_TRUST_FAULT_UNANSWERED]),
    CYAML_FIELD_END,
};

#define SECONDS_FIELD(name, member)                                                                \
        CYAML_FIELD_UINT_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct dp_yaml_trust, \
                             member)

const cyaml_schema_field_t dp_yaml_trust_fields[] = {
    SECONDS_FIELD("proven-s", proven_s),
    SECONDS_FIELD("authenticated-s", authenticated_s),
    SECONDS_FIELD("lift-s", lift_s),
    SECONDS_FIELD("hold-down-s", hold_down_s),
    PART_FIELD("tolerance", struct dp_yaml_trust, tolerance, tolerance_fields),
    RATE_FIELD("sources-per-address", struct dp_yaml_trust, per_address),
    CYAML_FIELD_END,
};

/* ---- from there into the configuration ---- */

static const char *const lane_names[DP_LIMIT_LANES] = {
    [SHM_LANE_UNPROVEN] = "unproven",
    [SHM_LANE_PROVEN] = "proven",
    [SHM_LANE_PEER] = "peer",
};
static const char *const class_names[DP_LIMIT_CLASS_CNT] = {
    [DP_LIMIT_REGISTER] = "register",   [DP_LIMIT_INVITE] = "invite",
    [DP_LIMIT_MESSAGE] = "message",     [DP_LIMIT_OTHER] = "other",
    [DP_LIMIT_ONGOING] = "ongoing",     [DP_LIMIT_REPEAT] = "repeat",
    [DP_LIMIT_KEEPALIVE] = "keepalive", [DP_LIMIT_QUESTION] = "question",
};

static int rate_apply(const char *text, struct dp_rate *into, struct dp_limits_fault *fault)
{
        if (text == NULL || dp_rate_parse(text, into) == 0)
                return 0;
        snprintf(fault->text, sizeof(fault->text),
                 "\"%s\" is no rate like \"20/s burst 100\" (s, m, h), nor none", text);
        return -EINVAL;
}

static int seconds_apply(const char *key, const uint32_t *given, uint64_t *into_ns,
                         struct dp_limits_fault *fault)
{
        if (given == NULL)
                return 0;
        if (*given < 1 || *given > 86400) {
                snprintf(fault->keys, sizeof(fault->keys), "trust.%s", key);
                snprintf(fault->text, sizeof(fault->text), "%s is %u, not within 1..86400", key,
                         *given);
                return -EINVAL;
        }
        *into_ns = *given * SECOND_NS;
        return 0;
}

static int guard_apply(struct dp_limits_config *c, const struct dp_yaml_guard *y,
                       struct dp_limits_fault *fault)
{
        int rc = 0;

        for (unsigned lane = 0; rc == 0 && lane < DP_GUARD_LANES; lane++) {
                snprintf(fault->keys, sizeof(fault->keys), "guard.%s", lane_names[lane]);
                for (unsigned k = 0; rc == 0 && k < DP_GUARD_KEY_CNT; k++)
                        rc = rate_apply(y->lane[lane].key[k], &c->guard[lane][k], fault);
        }
        return rc;
}

static int rates_apply(struct dp_limits_config *c, const struct dp_yaml_limits *y,
                       struct dp_limits_fault *fault)
{
        for (unsigned lane = 0; lane < DP_LIMIT_LANES; lane++) {
                for (unsigned cls = 0; cls < DP_LIMIT_CLASS_CNT; cls++) {
                        snprintf(fault->keys, sizeof(fault->keys), "limits.%s.%s", lane_names[lane],
                                 class_names[cls]);
                        for (unsigned k = 0; k < DP_LIMIT_KEY_CNT; k++)
                                if (rate_apply(y->lane[lane].cls[cls].key[k],
                                               &c->rates[lane][cls][k], fault) != 0)
                                        return -EINVAL;
                }
        }
        snprintf(fault->keys, sizeof(fault->keys), "limits.refusals");
        for (unsigned k = 0; k < DP_LIMIT_KEY_CNT; k++)
                if (rate_apply(y->refusals.key[k], &c->refusals[k], fault) != 0)
                        return -EINVAL;
        return 0;
}

static int trust_apply(struct dp_trust_config *c, const struct dp_yaml_trust *y,
                       struct dp_limits_fault *fault)
{
        int rc = seconds_apply("proven-s", y->proven_s, &c->proven_ns, fault);

        if (rc == 0)
                rc = seconds_apply("authenticated-s", y->authenticated_s, &c->authenticated_ns,
                                   fault);
        if (rc == 0)
                rc = seconds_apply("lift-s", y->lift_s, &c->lift_ns, fault);
        if (rc == 0)
                rc = seconds_apply("hold-down-s", y->hold_down_s, &c->hold_down_ns, fault);
        if (rc != 0)
                return rc;
        snprintf(fault->keys, sizeof(fault->keys), "trust.tolerance");
        for (unsigned i = 0; rc == 0 && i < DP_TRUST_FAULT_CNT; i++)
                rc = rate_apply(y->tolerance.fault[i], &c->tolerance[i], fault);
        if (rc != 0)
                return rc;
        snprintf(fault->keys, sizeof(fault->keys), "trust.sources-per-address");
        return rate_apply(y->per_address, &c->admission, fault);
}

int dp_limits_config_apply(struct dp_limits_config *c, const struct dp_yaml_guard *guard,
                           const struct dp_yaml_limits *limits, const struct dp_yaml_trust *trust,
                           struct dp_limits_fault *fault)
{
        int rc = 0;

        if (guard != NULL)
                rc = guard_apply(c, guard, fault);
        if (rc == 0 && limits != NULL)
                rc = rates_apply(c, limits, fault);
        if (rc == 0 && trust != NULL)
                rc = trust_apply(&c->trust, trust, fault);
        return rc;
}
