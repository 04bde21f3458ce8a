/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the `control`, `policy` and `detections` sections of sluice.yaml as structures.
 *
 * `dpdk` and `dataplane` belong to the other process and are passed over; any other key that is not
 * known is an error, and so is a value that makes no sense. A loaded configuration is immutable;
 * any thread may read it. Strings are owned by it.
 */
#ifndef SLUICE_CONTROL_CONFIG_CONFIG_H
#define SLUICE_CONTROL_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config/config_yaml.h"
#include "control/contract/shm_forward.h"
#include "control/detect/detection.h"

#define CP_CONFIG_DEFAULT_PATH "/etc/sluice/sluice.yaml"
#define CP_CONFIG_BYTES_MAX    (8u << 20)
#define CP_DATAPLANES_MAX      16u    /* attached at once, those of `sluicectl attach` included */
#define CP_ENTRIES_MAX         65536u /* allow and deny entries each; bans */
#define CP_BLOCKLISTS_MAX      64u
#define CP_ROUTES_MAX          4096u
#define CP_GATEWAYS_MAX        1024u
#define CP_USERS_MAX           100000u
#define CP_LIST_MAX            1024u /* any other list */

enum cp_idle {
        CP_IDLE_SLEEP = 0,
        CP_IDLE_PAUSE,
        CP_IDLE_SPIN,
};

struct cp_config_entry { /* of allow and deny; `prefix` parses */
        char *prefix;
        uint32_t ttl_s; /* 0 = for ever */
        char *reason;   /* may be NULL */
};

enum cp_blocklist_format {
        CP_BLOCKLIST_AUTO = 0, /* by the first line */
        CP_BLOCKLIST_TEXT,
        CP_BLOCKLIST_IPSET,
        CP_BLOCKLIST_CSV,
};

struct cp_config_blocklist {
        char *name;
        char *file;
        uint8_t format;  /* enum cp_blocklist_format */
        uint32_t column; /* csv: 1.. */
};

struct cp_config_times { /* nothing: always */
        uint32_t *days;  /* bits 1 << day, Sunday is 0; one each */
        uint32_t days_count;
        char **hours; /* such as 08:00-18:30 */
        uint32_t hours_count;
        char *timezone; /* NULL = UTC */
};

struct cp_config_header {
        char *name;
        char *value;  /* all of it, NULL = any */
        char *prefix; /* how it begins, NULL = any */
};

struct cp_config_match { /* every list may be empty: no condition */
        char **method;
        uint32_t method_count;
        char **user_prefix;
        uint32_t user_prefix_count;
        char **host;
        uint32_t host_count;
        char **source; /* each parses */
        uint32_t source_count;
        struct cp_config_header *header; /* all of them, each in any line of that name */
        uint32_t header_count;
        uint32_t *cls; /* bits 1 << enum shm_class, one each */
        uint32_t cls_count;
        struct cp_config_times times;
        uint8_t side; /* enum shm_side */
};

/* What a route says; the first three as enum shm_action has them. */
enum cp_route_action {
        CP_ROUTE_PASS = SHM_ACTION_PASS,
        CP_ROUTE_DROP = SHM_ACTION_DROP,
        CP_ROUTE_REJECT = SHM_ACTION_REJECT,
        CP_ROUTE_REDIRECT = SHM_ACTION_REPLY, /* answer with where to try instead */
        CP_ROUTE_FORWARD = SHM_ACTION_PROXY,  /* to a gateway */
        CP_ROUTE_LOCATE = SHM_ACTION_CNT,     /* to where the user is registered */
};

struct cp_config_hop {
        char *address;      /* address or name, with or without port */
        uint32_t weight;    /* 1..65535 */
        uint32_t transport; /* IPPROTO_UDP, IPPROTO_TCP or IPPROTO_SCTP */
        uint16_t port;
        struct shm_ip ip[SHM_HOPS_MAX]; /* what its host stands for */
        uint32_t ip_cnt;
        int error; /* of the last look-up, as getaddrinfo() has it; 0 = none */
};

struct cp_config_gateways {
        char *name;
        struct cp_config_hop *hops;
        uint32_t hops_count;
        struct shm_hop hop[SHM_HOPS_MAX]; /* what their names stand for, by now */
        uint32_t hop_cnt;
};

struct cp_config_contact {
        char *uri; /* without a user: that of the Request-URI is put in */
        double *q; /* 0..1, NULL = 1 */
};

struct cp_config_route {
        char *name; /* may be NULL */
        struct cp_config_match match;
        uint8_t action;                      /* enum cp_route_action */
        uint16_t code;                       /* REJECT: 400..699, REDIRECT: 300..399, else 0 */
        uint16_t retry_after_s;              /* REJECT only */
        char *gateways;                      /* FORWARD: their name */
        const struct cp_config_gateways *to; /* the same */
        struct cp_config_contact *contacts;  /* REDIRECT: at least one */
        uint32_t contacts_count;
        bool *record_route; /* FORWARD: stay in the way of dialogs; NULL = yes */
        uint8_t path;       /* FORWARD: stay in the way of registrations */
};

struct cp_config_rule_var {
        char *name;  /* without the dollar sign */
        char *value; /* as in the head of a rule */
};

struct cp_config_control {
        char *socket;
        char **dataplanes;
        uint32_t dataplanes_count;
        uint8_t idle; /* enum cp_idle */
        char *state_dir;
        char *eve_file;       /* "" = none */
        uint32_t why_entries; /* 0 = none */
};

struct cp_config_policy {
        uint8_t fallback; /* key `default`: SHM_ACTION_PASS or _DROP */
        uint32_t decision_lifetime_s;
        uint32_t gateway_lookup_s; /* how often gateways' names are looked up again; 0 = never */
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
        char **rules; /* files of detection rules */
        uint32_t rules_count;
        struct cp_config_rule_var *rule_vars;
        uint32_t rule_vars_count;
};

enum cp_edge_calls {
        CP_EDGE_REDIRECT = 0, /* answer requests for users with where they are */
        CP_EDGE_PASS,         /* let them through */
        CP_EDGE_PROXY,        /* send them on to where they are */
};

enum cp_edge_decide_for {
        CP_EDGE_FOR_USER = 0, /* a decision about a user is kept for him alone */
        CP_EDGE_FOR_DOMAIN,   /* it is kept for his domain, and bindings say where to */
};

enum cp_edge_answer_when {
        CP_EDGE_WHEN_SAFE = 0, /* a 200 to a REGISTER when its binding is on disk */
        CP_EDGE_AT_ONCE,
};

struct cp_config_forward { /* of a user, of a caller, at times */
        char *to;
        char **from; /* beginnings of AoRs; none = of anybody */
        uint32_t from_count;
        struct cp_config_times times;
};

enum cp_edge_forwarding {
        CP_EDGE_FORWARD_REDIRECT = 0, /* tell the caller where to */
        CP_EDGE_FORWARD_RETARGET,     /* send the call on */
};

enum cp_edge_reg_events {
        CP_EDGE_REG_OWN = 0, /* users may subscribe to their own registrations */
        CP_EDGE_REG_ALL,     /* to those of all users */
        CP_EDGE_REG_OFF,     /* such a SUBSCRIBE goes where its Request-URI says, as any request */
};

struct cp_config_user {
        char *name;
        char *password; /* or one HA1 or more, as hexadecimal digits */
        char *ha1_md5;  /* NULL = none, all three */
        char *ha1_sha256;
        char *ha1_sha512_256;
        char *aor;                          /* user part that it may use; NULL = name */
        char *forward;                      /* URI where its calls go; NULL = none */
        struct cp_config_forward *forwards; /* looked at before */
        uint32_t forwards_count;
        uint8_t refused; /* 1: kept, but not let in */
};

struct cp_config_edge { /* no domains: there is no registrar */
        char **domains;
        uint32_t domains_count;
        char *realm;          /* NULL = the first domain */
        uint32_t *algorithms; /* enum cp_digest_alg as bits, one each; none = SHA-256 */
        uint32_t algorithms_count;
        uint8_t auth_int;
        uint32_t nonce_lifetime_s;
        char *nonce_secret;  /* file of a secret that the dataplane has, too; NULL = none */
        char **authenticate; /* methods; REGISTER is always among them */
        uint32_t authenticate_count;
        struct cp_config_user *users;
        uint32_t users_count;
        uint32_t expires_s;
        uint32_t min_expires_s;
        uint32_t max_expires_s;
        uint32_t contacts;
        char *service_route;    /* NULL = none */
        char *numbers;          /* file of prefixes, NULL = none */
        uint8_t calls;          /* enum cp_edge_calls */
        uint8_t forwarding;     /* enum cp_edge_forwarding */
        uint8_t decide_for;     /* enum cp_edge_decide_for */
        bool *record_route;     /* stay in the way of dialogs; NULL = yes */
        uint8_t answer;         /* enum cp_edge_answer_when */
        uint8_t reg_events;     /* enum cp_edge_reg_events */
        uint32_t subscriptions; /* to registrations, of all users together */
};

struct cp_config {
        struct cp_config_control control;
        struct cp_config_policy policy;
        struct cp_config_edge edge;
        struct cp_detect_config detections;
        uint64_t digest; /* of the policy section's content: equal text, equal digest */
        void *parsed;    /* owned tree that most strings point into */
};

/*
 * Load a file. path NULL = the default path, where a missing file means defaults.
 * Returns 0 and *out, or a negative errno and *err: -EINVAL for a bad file.
 */
int cp_config_load(struct cp_config **out, const char *path, struct cp_config_error *err);
/* The same from memory; `name` stands for the file in *err. */
int cp_config_parse(struct cp_config **out, const char *name, const uint8_t *text, size_t len,
                    struct cp_config_error *err);
void cp_config_free(struct cp_config *c);

/* "FILE:LINE:COL: text", without a place when there is none. Returns buf. */
const char *cp_config_error_print(const struct cp_config_error *err, char *buf, size_t len);

#endif
