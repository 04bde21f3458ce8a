/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "dataplane/config_challenge_yaml.h"
#include "dataplane/config_limits_yaml.h"
#include "dataplane/config_links_yaml.h"
#include "dataplane/config_profile.h"
#include "dataplane/config_shedding_yaml.h"
#include "dataplane/state/bindings.h"
#include "dataplane/state/forwards.h"
#include "dataplane/state/neighbours.h"

/* ---- what the YAML parser fills; an absent key is a NULL pointer ---- */

struct yaml_interface {
        char *interface;
        enum shm_side role;
};

struct yaml_dpdk {
        char **eal_params;
        uint32_t eal_params_count;
        struct yaml_interface *interfaces;
        uint32_t interfaces_count;
};

struct yaml_exceptions {
        enum dp_policy cls[SHM_CLASS_CNT]; /* 0 = not given */
};

struct yaml_dataplane {
        enum dp_mode mode;
        enum dp_idle idle;
        enum dp_policy non_sip;
        enum dp_policy stream_sip;
        enum dp_policy fragments;
        enum dp_tunnels tunnels;
        enum dp_strays unknown_dialogs;
        enum dp_policy unsolicited_responses;
        enum dp_events events;
        char *socket;
        uint32_t *workers;
        uint32_t *mempool_size;
        uint32_t *rx_descriptors;
        uint32_t *tx_descriptors;
        uint32_t *decision_deadline_ms;
        uint32_t *pending_messages;
        uint32_t *cache_entries;
        uint32_t *forward_entries;
        uint32_t *neighbour_entries;
        uint32_t *ban_entries;
        uint32_t *transaction_entries;
        uint32_t *dialog_entries;
        uint32_t *dialog_lifetime_s;
        uint32_t *learning_s;
        uint32_t *binding_entries;
        uint32_t *limit_entries;
        uint32_t *trust_entries;
        uint16_t *sip_ports;
        uint32_t sip_ports_count;
        char **emergency_numbers;
        uint32_t emergency_numbers_count;
        struct yaml_exceptions *exceptions;
        struct dp_yaml_parser *parser;
        struct dp_yaml_guard *guard;
        struct dp_yaml_limits *limits;
        struct dp_yaml_trust *trust;
        struct dp_yaml_challenge *challenge;
        struct dp_yaml_shedding *shedding;
        struct dp_yaml_links *links;
};

struct yaml_root {
        struct yaml_dpdk *dpdk;
        struct yaml_dataplane *dataplane;
};

/* ---- schema ---- */

static const cyaml_strval_t side_names[] = {
    {"outside", SHM_SIDE_OUTSIDE},
    {"inside", SHM_SIDE_INSIDE},
};
static const cyaml_strval_t mode_names[] = {
    {"inline", DP_MODE_INLINE},
    {"tap", DP_MODE_TAP},
    {"edge", DP_MODE_EDGE},
};
static const cyaml_strval_t idle_names[] = {
    {"spin", DP_IDLE_SPIN},
    {"pause", DP_IDLE_PAUSE},
    {"sleep", DP_IDLE_SLEEP},
};
static const cyaml_strval_t pass_drop_names[] = {
    {"pass", DP_POLICY_PASS},
    {"drop", DP_POLICY_DROP},
};
static const cyaml_strval_t exception_names[] = {
    {"pass", DP_POLICY_PASS},
    {"drop", DP_POLICY_DROP},
    {"reject", DP_POLICY_REJECT},
};
static const cyaml_strval_t tunnels_names[] = {
    {"pass", DP_TUNNELS_PASS},
    {"drop", DP_TUNNELS_DROP},
    {"inspect", DP_TUNNELS_INSPECT},
};
static const cyaml_strval_t strays_names[] = {
    {"ask", DP_STRAYS_ASK},
    {"drop", DP_STRAYS_DROP},
    {"pass", DP_STRAYS_PASS},
};
static const cyaml_strval_t events_names[] = {
    {"all", DP_EVENTS_ALL},
    {"drops", DP_EVENTS_DROPS},
    {"off", DP_EVENTS_OFF},
};

static const cyaml_schema_value_t string_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};
static const cyaml_schema_value_t udp_port_value = {
    CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint16_t),
};

#define ENUM_FIELD(key, type, member, names)                                                \
        CYAML_FIELD_ENUM(key, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, type, member, names, \
                         CYAML_ARRAY_LEN(names))
#define NUMBER_FIELD(key, member)                                                                  \
        CYAML_FIELD_UINT_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_dataplane, \
                             member)

static const cyaml_schema_field_t interface_fields[] = {
    CYAML_FIELD_STRING_PTR("interface", CYAML_FLAG_POINTER, struct yaml_interface, interface, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_ENUM("role", CYAML_FLAG_STRICT, struct yaml_interface, role, side_names,
                     CYAML_ARRAY_LEN(side_names)),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t interface_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_interface, interface_fields),
};

static const cyaml_schema_field_t dpdk_fields[] = {
    CYAML_FIELD_SEQUENCE("eal-params", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_dpdk,
                         eal_params, &string_value, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("interfaces", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_dpdk,
                         interfaces, &interface_value, 0, DP_PORTS_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t exception_fields[] = {
    ENUM_FIELD("other", struct yaml_exceptions, cls[SHM_CLASS_OTHER], exception_names),
    ENUM_FIELD("register", struct yaml_exceptions, cls[SHM_CLASS_REGISTER], exception_names),
    ENUM_FIELD("invite", struct yaml_exceptions, cls[SHM_CLASS_INVITE], exception_names),
    ENUM_FIELD("peer", struct yaml_exceptions, cls[SHM_CLASS_PEER], exception_names),
    ENUM_FIELD("in-dialog", struct yaml_exceptions, cls[SHM_CLASS_IN_DIALOG], exception_names),
    ENUM_FIELD("emergency", struct yaml_exceptions, cls[SHM_CLASS_EMERGENCY], exception_names),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t dataplane_fields[] = {
    ENUM_FIELD("mode", struct yaml_dataplane, mode, mode_names),
    ENUM_FIELD("idle", struct yaml_dataplane, idle, idle_names),
    ENUM_FIELD("non-sip", struct yaml_dataplane, non_sip, pass_drop_names),
    ENUM_FIELD("stream-sip", struct yaml_dataplane, stream_sip, pass_drop_names),
    ENUM_FIELD("fragments", struct yaml_dataplane, fragments, pass_drop_names),
    ENUM_FIELD("tunnels", struct yaml_dataplane, tunnels, tunnels_names),
    ENUM_FIELD("unknown-dialogs", struct yaml_dataplane, unknown_dialogs, strays_names),
    ENUM_FIELD("unsolicited-responses", struct yaml_dataplane, unsolicited_responses,
               pass_drop_names),
    ENUM_FIELD("events", struct yaml_dataplane, events, events_names),
    CYAML_FIELD_STRING_PTR("socket", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_dataplane, socket, 1, 107),
    NUMBER_FIELD("workers", workers),
    NUMBER_FIELD("mempool-size", mempool_size),
    NUMBER_FIELD("rx-descriptors", rx_descriptors),
    NUMBER_FIELD("tx-descriptors", tx_descriptors),
    NUMBER_FIELD("decision-deadline-ms", decision_deadline_ms),
    NUMBER_FIELD("pending-messages", pending_messages),
    NUMBER_FIELD("cache-entries", cache_entries),
    NUMBER_FIELD("forward-entries", forward_entries),
    NUMBER_FIELD("neighbour-entries", neighbour_entries),
    NUMBER_FIELD("ban-entries", ban_entries),
    NUMBER_FIELD("transaction-entries", transaction_entries),
    NUMBER_FIELD("dialog-entries", dialog_entries),
    NUMBER_FIELD("dialog-lifetime-s", dialog_lifetime_s),
    NUMBER_FIELD("learning-s", learning_s),
    NUMBER_FIELD("binding-entries", binding_entries),
    NUMBER_FIELD("limit-entries", limit_entries),
    NUMBER_FIELD("trust-entries", trust_entries),
    CYAML_FIELD_SEQUENCE("sip-ports", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_dataplane, sip_ports, &udp_port_value, 0, DP_SIP_PORTS_MAX),
    CYAML_FIELD_SEQUENCE("emergency-numbers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_dataplane, emergency_numbers, &string_value, 0,
                         DP_EMERGENCY_MAX),
    CYAML_FIELD_MAPPING_PTR("exceptions", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, exceptions, exception_fields),
    CYAML_FIELD_MAPPING_PTR("parser", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, parser, dp_yaml_parser_fields),
    CYAML_FIELD_MAPPING_PTR("guard", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, guard, dp_yaml_guard_fields),
    CYAML_FIELD_MAPPING_PTR("limits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, limits, dp_yaml_limits_fields),
    CYAML_FIELD_MAPPING_PTR("trust", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, trust, dp_yaml_trust_fields),
    CYAML_FIELD_MAPPING_PTR("challenge", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, challenge, dp_yaml_challenge_fields),
    CYAML_FIELD_MAPPING_PTR("shedding", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, shedding, dp_yaml_shedding_fields),
    CYAML_FIELD_MAPPING_PTR("links", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct yaml_dataplane, links, dp_yaml_links_fields),
    CYAML_FIELD_END,
};

/* control's sections are its own business: known by name, not read. */
static const cyaml_schema_field_t root_fields[] = {
    CYAML_FIELD_MAPPING_PTR("dpdk", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_root,
                            dpdk, dpdk_fields),
    CYAML_FIELD_MAPPING_PTR("dataplane", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_root,
                            dataplane, dataplane_fields),
    CYAML_FIELD_IGNORE("control", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("policy", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("edge", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("detections", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t root_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_root, root_fields),
};

/* ---- faults, with their place ---- */

struct fault {
        char text[256]; /* first error told */
        unsigned line;
        unsigned column;
};

/* libcyaml tells the error first and then a backtrace from the inside out: its first line with a
 * position is the culprit. */
static void fault_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
        struct fault *f = ctx;
        char line[256];
        const char *at;

        if (level < CYAML_LOG_ERROR)
                return;
        vsnprintf(line, sizeof(line), fmt, args);
        line[strcspn(line, "\n")] = '\0';
        at = strstr(line, "(line: ");
        if (at != NULL && f->line == 0) {
                (void)sscanf(at, "(line: %u, column: %u", &f->line, &f->column);
        } else if (f->text[0] == '\0') {
                const char *text = strncmp(line, "Load: ", 6) == 0 ? line + 6 : line;

                snprintf(f->text, sizeof(f->text), "%s", text);
        }
}

static int fault_tell(const char *path, const struct fault *f)
{
        if (f->line != 0)
                fprintf(stderr, "%s:%u:%u: %s\n", path, f->line, f->column, f->text);
        else
                fprintf(stderr, "%s: %s\n", path, f->text);
        return -EINVAL;
}

/* Follow a path like "limits.proven.invite" as far as a line goes: where its last key stands there,
 * behind white space or in a flow mapping, or NULL with *keys at what other lines must have. */
static const char *keys_in(const char *line, const char **keys)
{
        size_t len = strcspn(*keys, ".");

        for (const char *at = line; *at != '\0'; at++) {
                if ((at != line && strchr(" {,", at[-1]) == NULL) || strncmp(at, *keys, len) != 0 ||
                    at[len] != ':')
                        continue;
                if ((*keys)[len] == '\0')
                        return at;
                *keys += len + 1;
                len = strcspn(*keys, ".");
        }
        return NULL;
}

/* The place of a key, or of the last of a path of them, in our sections of the file. */
static void fault_locate(const char *path, const char *keys, struct fault *f)
{
        char line[1024];
        bool ours = false;
        FILE *in = fopen(path, "re");

        if (in == NULL)
                return;
        for (unsigned n = 1; fgets(line, sizeof(line), in) != NULL; n++) {
                const char *at;

                line[strcspn(line, "#\n")] = '\0';
                if (line[0] != ' ' && line[0] != '\0')
                        ours =
                            strncmp(line, "dpdk:", 5) == 0 || strncmp(line, "dataplane:", 10) == 0;
                at = ours ? keys_in(line, &keys) : NULL;
                if (at != NULL) {
                        f->line = n;
                        f->column = (unsigned)(at - line) + 1;
                        break;
                }
        }
        fclose(in);
}

/* ---- ranges and defaults ---- */

static void config_default(struct dp_config *c)
{
        static const char *const emergency[] = {"112", "911", "999", "110", "118", "119"};

        memset(c, 0, sizeof(*c));
        c->mode = DP_MODE_INLINE;
        c->idle = DP_IDLE_PAUSE;
        c->non_sip = DP_POLICY_PASS;
        c->stream_sip = DP_POLICY_PASS;
        c->fragments = DP_POLICY_DROP;
        c->tunnels = DP_TUNNELS_INSPECT;
        c->unknown_dialogs = DP_STRAYS_ASK;
        c->unsolicited_responses = DP_POLICY_DROP;
        c->events = DP_EVENTS_ALL;
        c->socket = "/run/sluice/dataplane.sock";
        c->control_socket = "/run/sluice/control.sock";
        c->workers = 1;
        c->mempool_size = 16384;
        c->rx_descriptors = 512;
        c->tx_descriptors = 512;
        c->decision_deadline_ms = 200;
        c->pending_messages = 4096;
        c->cache_entries = 65536;
        c->forward_entries = 16384;
        c->neighbour_entries = 1024;
        c->links.mtu_margin = DP_PROXY_MTU_MARGIN;
        c->ban_entries = 65536;
        c->limit_entries = 131072;
        c->trust_entries = 65536;
        dp_limits_config_default(&c->limits);
        dp_challenge_config_default(&c->challenge);
        dp_shedding_config_default(&c->shedding);
        c->transaction_entries = 131072;
        c->dialog_entries = 131072;
        c->dialog_lifetime_s = 12 * 3600;
        c->learning_s = 180;
        c->sip_ports[0] = 5060;
        c->sip_port_cnt = 1;
        for (uint32_t i = 0; i < sizeof(emergency) / sizeof(emergency[0]); i++)
                c->emergency[c->emergency_cnt++] = emergency[i];
        c->exceptions[SHM_CLASS_OTHER] = DP_POLICY_DROP;
        c->exceptions[SHM_CLASS_REGISTER] = DP_POLICY_DROP;
        c->exceptions[SHM_CLASS_INVITE] = DP_POLICY_DROP;
        c->exceptions[SHM_CLASS_PEER] = DP_POLICY_PASS;
        c->exceptions[SHM_CLASS_IN_DIALOG] = DP_POLICY_PASS;
        c->exceptions[SHM_CLASS_EMERGENCY] = DP_POLICY_PASS;
        sip_profile_init(&c->profile, SIP_PROFILE_DEFAULT);
}

/* One row per number: its place in the file, its range, where it goes. */
struct number {
        const char *key;
        const uint32_t *given;
        uint32_t min;
        uint32_t max;
        uint32_t *into;
};

static int numbers_apply(const char *path, const struct yaml_dataplane *y, struct dp_config *c)
{
        const struct number rows[] = {
            {"workers", y->workers, 1, SHM_WORKERS_MAX, &c->workers},
            {"mempool-size", y->mempool_size, 1024, 1u << 22, &c->mempool_size},
            {"rx-descriptors", y->rx_descriptors, 64, 8192, &c->rx_descriptors},
            {"tx-descriptors", y->tx_descriptors, 64, 8192, &c->tx_descriptors},
            {"decision-deadline-ms", y->decision_deadline_ms, 1, 10000, &c->decision_deadline_ms},
            {"pending-messages", y->pending_messages, 16, 1u << 16, &c->pending_messages},
            {"cache-entries", y->cache_entries, 64, 1u << 24, &c->cache_entries},
            {"forward-entries", y->forward_entries, 64, DP_FORWARD_ENTRIES_MAX,
             &c->forward_entries},
            {"neighbour-entries", y->neighbour_entries, 8, DP_NEIGHBOURS_MAX,
             &c->neighbour_entries},
            {"ban-entries", y->ban_entries, 64, 1u << 24, &c->ban_entries},
            {"binding-entries", y->binding_entries, 0, DP_BINDINGS_MAX, &c->binding_entries},
            {"limit-entries", y->limit_entries, 1024, DP_LIMITS_ENTRIES_MAX, &c->limit_entries},
            {"transaction-entries", y->transaction_entries, 64, 1u << 26, &c->transaction_entries},
            {"dialog-entries", y->dialog_entries, 64, 1u << 26, &c->dialog_entries},
            {"dialog-lifetime-s", y->dialog_lifetime_s, 60, 86400, &c->dialog_lifetime_s},
            {"learning-s", y->learning_s, 0, 3600, &c->learning_s},
            {"trust-entries", y->trust_entries, 1024, DP_LIMITS_ENTRIES_MAX, &c->trust_entries},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct number *n = &rows[i];
                struct fault f = {0};

                if (n->given == NULL)
                        continue;
                if (*n->given < n->min || *n->given > n->max) {
                        snprintf(f.text, sizeof(f.text), "%s is %u, not within %u..%u", n->key,
                                 *n->given, n->min, n->max);
                        fault_locate(path, n->key, &f);
                        return fault_tell(path, &f);
                }
                *n->into = *n->given;
        }
        return 0;
}

static int ports_apply(const char *path, const struct yaml_dpdk *y, struct dp_config *c)
{
        struct fault f = {0};

        c->eal_params = y->eal_params;
        c->eal_param_cnt = y->eal_params_count;
        for (uint32_t i = 0; i < y->interfaces_count; i++) {
                c->ports[i].interface = y->interfaces[i].interface;
                c->ports[i].side = y->interfaces[i].role;
        }
        c->port_cnt = y->interfaces_count;
        if (c->port_cnt == 2 && c->ports[0].side == c->ports[1].side) {
                snprintf(f.text, sizeof(f.text),
                         "two interfaces need one role outside, one inside");
                fault_locate(path, "interfaces", &f);
                return fault_tell(path, &f);
        }
        return 0;
}

static void lists_apply(const struct yaml_dataplane *y, struct dp_config *c)
{
        if (y->sip_ports != NULL) {
                memcpy(c->sip_ports, y->sip_ports, y->sip_ports_count * sizeof(c->sip_ports[0]));
                c->sip_port_cnt = y->sip_ports_count;
        }
        if (y->emergency_numbers != NULL) {
                for (uint32_t i = 0; i < y->emergency_numbers_count; i++)
                        c->emergency[i] = y->emergency_numbers[i];
                c->emergency_cnt = y->emergency_numbers_count;
        }
        for (unsigned i = 0; y->exceptions != NULL && i < SHM_CLASS_CNT; i++)
                if (y->exceptions->cls[i] != 0)
                        c->exceptions[i] = y->exceptions->cls[i];
}

static int profile_apply(const char *path, const struct yaml_dataplane *y, struct dp_config *c)
{
        struct dp_profile_fault why;
        struct fault f = {0};

        if (dp_profile_apply(y->parser, &c->profile, &why) == 0 &&
            dp_kernel_apply(y->parser, &c->kernel, &why) == 0)
                return 0;
        snprintf(f.text, sizeof(f.text), "%s", why.text);
        fault_locate(path, why.key, &f);
        return fault_tell(path, &f);
}

static int limits_apply(const char *path, const struct yaml_dataplane *y, struct dp_config *c)
{
        struct dp_limits_fault found = {"", ""};
        struct fault f = {0};

        if (dp_limits_config_apply(&c->limits, y->guard, y->limits, y->trust, &found) == 0 &&
            dp_challenge_config_apply(&c->challenge, y->challenge, &found) == 0 &&
            dp_shedding_config_apply(&c->shedding, y->shedding, &found) == 0)
                return 0;
        snprintf(f.text, sizeof(f.text), "%s", found.text);
        fault_locate(path, found.keys, &f);
        return fault_tell(path, &f);
}

static int links_apply(const char *path, const struct yaml_dataplane *y, struct dp_config *c)
{
        struct dp_limits_fault found = {"", ""};
        struct fault f = {0};
        int rc = dp_links_config_apply(&c->links, y->links, &found);

        if (rc == 0 && c->mode == DP_MODE_EDGE)
                rc = dp_links_config_check(&c->links, c->port_cnt, &found);
        if (rc == 0)
                return 0;
        snprintf(f.text, sizeof(f.text), "%s", found.text);
        fault_locate(path, found.keys, &f);
        if (f.line == 0)
                fault_locate(path, "mode", &f);
        return fault_tell(path, &f);
}

static int dataplane_apply(const char *path, const struct yaml_dataplane *y, struct dp_config *c)
{
        c->mode = y->mode != 0 ? y->mode : c->mode;
        c->idle = y->idle != 0 ? y->idle : c->idle;
        c->non_sip = y->non_sip != 0 ? y->non_sip : c->non_sip;
        c->stream_sip = y->stream_sip != 0 ? y->stream_sip : c->stream_sip;
        c->fragments = y->fragments != 0 ? y->fragments : c->fragments;
        c->tunnels = y->tunnels != 0 ? y->tunnels : c->tunnels;
        c->unknown_dialogs = y->unknown_dialogs != 0 ? y->unknown_dialogs : c->unknown_dialogs;
        if (y->unsolicited_responses != 0)
                c->unsolicited_responses = y->unsolicited_responses;
        c->events = y->events != 0 ? y->events : c->events;
        c->socket = y->socket != NULL ? y->socket : c->socket;
        lists_apply(y, c);
        int rc = profile_apply(path, y, c);

        if (rc == 0)
                rc = numbers_apply(path, y, c);
        if (rc == 0)
                rc = limits_apply(path, y, c);
        return rc == 0 ? links_apply(path, y, c) : rc;
}

static cyaml_config_t yaml_config(struct fault *f)
{
        return (cyaml_config_t){
            .log_fn = fault_log,
            .log_ctx = f,
            .mem_fn = cyaml_mem,
            .log_level = CYAML_LOG_ERROR,
            .flags = CYAML_CFG_DEFAULT,
        };
}

int dp_config_load(const char *path, struct dp_config *c)
{
        struct fault f = {0};
        cyaml_config_t conf = yaml_config(&f);
        struct yaml_root *y = NULL;
        int rc = 0;

        config_default(c);
        if (path == NULL)
                return 0;
        FILE *probe = fopen(path, "re");
        if (probe == NULL) {
                rc = -errno;
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return rc;
        }
        fclose(probe);
        cyaml_err_t err = cyaml_load_file(path, &conf, &root_value, (cyaml_data_t **)&y, NULL);
        if (err != CYAML_OK) {
                if (f.text[0] == '\0')
                        snprintf(f.text, sizeof(f.text), "%s", cyaml_strerror(err));
                return fault_tell(path, &f);
        }
        c->yaml = y;
        if (y->dpdk != NULL)
                rc = ports_apply(path, y->dpdk, c);
        if (rc == 0 && y->dataplane != NULL)
                rc = dataplane_apply(path, y->dataplane, c);
        if (rc != 0)
                dp_config_free(c);
        return rc;
}

void dp_config_free(struct dp_config *c)
{
        struct fault f = {0};
        cyaml_config_t conf = yaml_config(&f);

        if (c->yaml != NULL)
                (void)cyaml_free(&conf, &root_value, c->yaml, 0);
        memset(c, 0, sizeof(*c));
}
