/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_schema.h"

#include "control/config/config_routes.h"
#include "control/contract/shm_base.h"

#define TEXT_MAX      1024u
#define PATH_TEXT_MAX 4096u
#define OPT           (CYAML_FLAG_OPTIONAL)
#define OPT_PTR       (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define OPT_WORD      (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

static const cyaml_strval_t idle_words[] = {
    {"spin", CP_IDLE_SPIN},
    {"pause", CP_IDLE_PAUSE},
    {"sleep", CP_IDLE_SLEEP},
};

static const cyaml_strval_t default_words[] = {
    {"pass", SHM_ACTION_PASS},
    {"drop", SHM_ACTION_DROP},
};

static const cyaml_strval_t format_words[] = {
    {"auto", CP_BLOCKLIST_AUTO},
    {"text", CP_BLOCKLIST_TEXT},
    {"ipset", CP_BLOCKLIST_IPSET},
    {"csv", CP_BLOCKLIST_CSV},
};

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_MAX),
};

static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("prefix", CYAML_FLAG_POINTER, struct cp_config_entry, prefix, 1,
                           TEXT_MAX),
    CYAML_FIELD_UINT("ttl-s", OPT, struct cp_config_entry, ttl_s),
    CYAML_FIELD_STRING_PTR("reason", OPT_PTR, struct cp_config_entry, reason, 0, TEXT_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t entry_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_entry, entry_fields),
};

static const cyaml_schema_field_t blocklist_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct cp_config_blocklist, name, 1,
                           TEXT_MAX),
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, struct cp_config_blocklist, file, 1,
                           PATH_TEXT_MAX),
    CYAML_FIELD_ENUM("format", OPT_WORD, struct cp_config_blocklist, format, format_words,
                     CYAML_ARRAY_LEN(format_words)),
    CYAML_FIELD_UINT("column", OPT, struct cp_config_blocklist, column),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t blocklist_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_blocklist, blocklist_fields),
};

#define TEXTS(key, structure, member) \
        CYAML_FIELD_SEQUENCE(key, OPT_PTR, structure, member, &text_value, 0, CP_LIST_MAX)

static const cyaml_schema_field_t rule_var_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct cp_config_rule_var, name, 1,
                           TEXT_MAX),
    CYAML_FIELD_STRING_PTR("value", CYAML_FLAG_POINTER, struct cp_config_rule_var, value, 1,
                           TEXT_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t rule_var_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_rule_var, rule_var_fields),
};

static const cyaml_schema_field_t control_fields[] = {
    CYAML_FIELD_STRING_PTR("socket", OPT_PTR, struct cp_raw_control, socket, 1, PATH_TEXT_MAX),
    CYAML_FIELD_SEQUENCE("dataplanes", OPT_PTR, struct cp_raw_control, dataplanes, &text_value, 0,
                         CP_DATAPLANES_MAX),
    CYAML_FIELD_ENUM("idle", OPT_WORD, struct cp_raw_control, idle, idle_words,
                     CYAML_ARRAY_LEN(idle_words)),
    CYAML_FIELD_STRING_PTR("state-dir", OPT_PTR, struct cp_raw_control, state_dir, 0,
                           PATH_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("eve-file", OPT_PTR, struct cp_raw_control, eve_file, 0, PATH_TEXT_MAX),
    CYAML_FIELD_UINT_PTR("why-entries", OPT_PTR, struct cp_raw_control, why_entries),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t policy_fields[] = {
    CYAML_FIELD_ENUM("default", OPT_WORD, struct cp_raw_policy, fallback, default_words,
                     CYAML_ARRAY_LEN(default_words)),
    CYAML_FIELD_UINT_PTR("decision-lifetime-s", OPT_PTR, struct cp_raw_policy, decision_lifetime_s),
    CYAML_FIELD_UINT_PTR("gateway-lookup-s", OPT_PTR, struct cp_raw_policy, gateway_lookup_s),
    TEXTS("scanners", struct cp_raw_policy, scanners),
    CYAML_FIELD_SEQUENCE("allow", OPT_PTR, struct cp_raw_policy, allow, &entry_value, 0,
                         CP_ENTRIES_MAX),
    CYAML_FIELD_SEQUENCE("deny", OPT_PTR, struct cp_raw_policy, deny, &entry_value, 0,
                         CP_ENTRIES_MAX),
    CYAML_FIELD_SEQUENCE("blocklists", OPT_PTR, struct cp_raw_policy, blocklists, &blocklist_value,
                         0, CP_BLOCKLISTS_MAX),
    CYAML_FIELD_SEQUENCE("gateways", OPT_PTR, struct cp_raw_policy, gateways,
                         &cp_config_gateways_value, 0, CP_GATEWAYS_MAX),
    CYAML_FIELD_SEQUENCE("routes", OPT_PTR, struct cp_raw_policy, routes, &cp_config_route_value, 0,
                         CP_ROUTES_MAX),
    TEXTS("rules", struct cp_raw_policy, rules),
    CYAML_FIELD_SEQUENCE("rule-vars", OPT_PTR, struct cp_raw_policy, rule_vars, &rule_var_value, 0,
                         CP_LIST_MAX),
    CYAML_FIELD_END,
};

/* enum cp_digest_alg: the order of strength */
static const cyaml_strval_t algorithm_words[] = {
    {"SHA-512-256", 1u << 0},
    {"SHA-256", 1u << 1},
    {"MD5", 1u << 2},
};

static const cyaml_strval_t calls_words[] = {
    {"redirect", CP_EDGE_REDIRECT},
    {"pass", CP_EDGE_PASS},
    {"proxy", CP_EDGE_PROXY},
};

static const cyaml_strval_t decide_for_words[] = {
    {"user", CP_EDGE_FOR_USER},
    {"domain", CP_EDGE_FOR_DOMAIN},
};

static const cyaml_strval_t forwarding_words[] = {
    {"redirect", CP_EDGE_FORWARD_REDIRECT},
    {"retarget", CP_EDGE_FORWARD_RETARGET},
};

static const cyaml_strval_t answer_words[] = {
    {"safe", CP_EDGE_WHEN_SAFE},
    {"at-once", CP_EDGE_AT_ONCE},
};

static const cyaml_strval_t reg_events_words[] = {
    {"own", CP_EDGE_REG_OWN},
    {"all", CP_EDGE_REG_ALL},
    {"off", CP_EDGE_REG_OFF},
};

static const cyaml_schema_value_t algorithm_value = {
    CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, uint32_t, algorithm_words,
                     CYAML_ARRAY_LEN(algorithm_words)),
};

#define USER_TEXT(key, member) \
        CYAML_FIELD_STRING_PTR(key, OPT_PTR, struct cp_config_user, member, 1, TEXT_MAX)

static const cyaml_schema_field_t user_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct cp_config_user, name, 1, TEXT_MAX),
    USER_TEXT("password", password),
    USER_TEXT("ha1-md5", ha1_md5),
    USER_TEXT("ha1-sha-256", ha1_sha256),
    USER_TEXT("ha1-sha-512-256", ha1_sha512_256),
    USER_TEXT("aor", aor),
    USER_TEXT("forward", forward),
    CYAML_FIELD_SEQUENCE("forwards", OPT_PTR, struct cp_config_user, forwards,
                         &cp_config_forward_value, 0, CP_LIST_MAX),
    CYAML_FIELD_BOOL("refused", OPT, struct cp_config_user, refused),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t user_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_user, user_fields),
};

static const cyaml_schema_field_t edge_fields[] = {
    TEXTS("domains", struct cp_config_edge, domains),
    CYAML_FIELD_STRING_PTR("realm", OPT_PTR, struct cp_config_edge, realm, 1, TEXT_MAX),
    CYAML_FIELD_SEQUENCE("algorithms", OPT_PTR, struct cp_config_edge, algorithms, &algorithm_value,
                         1, 3),
    CYAML_FIELD_BOOL("auth-int", OPT, struct cp_config_edge, auth_int),
    CYAML_FIELD_UINT("nonce-lifetime-s", OPT, struct cp_config_edge, nonce_lifetime_s),
    CYAML_FIELD_STRING_PTR("nonce-secret", OPT_PTR, struct cp_config_edge, nonce_secret, 1,
                           PATH_TEXT_MAX),
    TEXTS("authenticate", struct cp_config_edge, authenticate),
    CYAML_FIELD_SEQUENCE("users", OPT_PTR, struct cp_config_edge, users, &user_value, 0,
                         CP_USERS_MAX),
    CYAML_FIELD_UINT("expires-s", OPT, struct cp_config_edge, expires_s),
    CYAML_FIELD_UINT("min-expires-s", OPT, struct cp_config_edge, min_expires_s),
    CYAML_FIELD_UINT("max-expires-s", OPT, struct cp_config_edge, max_expires_s),
    CYAML_FIELD_UINT("contacts", OPT, struct cp_config_edge, contacts),
    CYAML_FIELD_STRING_PTR("service-route", OPT_PTR, struct cp_config_edge, service_route, 1,
                           TEXT_MAX),
    CYAML_FIELD_STRING_PTR("numbers", OPT_PTR, struct cp_config_edge, numbers, 1, PATH_TEXT_MAX),
    CYAML_FIELD_ENUM("calls", OPT_WORD, struct cp_config_edge, calls, calls_words,
                     CYAML_ARRAY_LEN(calls_words)),
    CYAML_FIELD_ENUM("forwarding", OPT_WORD, struct cp_config_edge, forwarding, forwarding_words,
                     CYAML_ARRAY_LEN(forwarding_words)),
    CYAML_FIELD_ENUM("decide-for", OPT_WORD, struct cp_config_edge, decide_for, decide_for_words,
                     CYAML_ARRAY_LEN(decide_for_words)),
    CYAML_FIELD_BOOL_PTR("record-route", OPT_PTR, struct cp_config_edge, record_route),
    CYAML_FIELD_ENUM("answer", OPT_WORD, struct cp_config_edge, answer, answer_words,
                     CYAML_ARRAY_LEN(answer_words)),
    CYAML_FIELD_ENUM("reg-events", OPT_WORD, struct cp_config_edge, reg_events, reg_events_words,
                     CYAML_ARRAY_LEN(reg_events_words)),
    CYAML_FIELD_UINT("subscriptions", OPT, struct cp_config_edge, subscriptions),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t root_fields[] = {
    CYAML_FIELD_IGNORE("dpdk", OPT),
    CYAML_FIELD_IGNORE("dataplane", OPT),
    CYAML_FIELD_MAPPING_PTR("control", OPT_PTR, struct cp_raw_config, control, control_fields),
    CYAML_FIELD_MAPPING_PTR("policy", OPT_PTR, struct cp_raw_config, policy, policy_fields),
    CYAML_FIELD_MAPPING_PTR("edge", OPT_PTR, struct cp_raw_config, edge, edge_fields),
    CYAML_FIELD_MAPPING_PTR("detections", OPT_PTR, struct cp_raw_config, detections,
                            cp_config_detect_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t cp_config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct cp_raw_config, root_fields),
};
