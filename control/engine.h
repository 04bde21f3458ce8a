/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - everything that decides, and who may touch it when.
 *
 *   owner (main thread)   links' life, policy, bans, tables: changes them behind both gates
 *   decider thread        cp_engine_decide(): requests, replies, tables, heartbeat (decide gate)
 *   event thread          cp_engine_events(): event rings (event gate)
 *
 * The owner alone reads links' state, stats pages and the policy without a gate, as nobody else
 * changes them.
 */
#ifndef SLUICE_CONTROL_ENGINE_H
#define SLUICE_CONTROL_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/bans/auto_ban.h"
#include "control/bans/bans.h"
#include "control/policy/blocklist.h"
#include "control/config/config.h"
#include "control/decider.h"
#include "control/edge/edge.h"
#include "control/events/event_writer.h"
#include "control/engine_names.h"
#include "control/gate.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "control/ruleset.h"
#include "control/state_db.h"
#include "control/tables.h"

struct cp_engine {
        const char *config_path; /* NULL = default; borrowed */
        struct cp_gate decide_gate;
        struct cp_gate event_gate;

        /* Behind decide_gate. */
        struct cp_policy *policy;
        struct cp_config *before; /* owner: of the policy before the last reload; NULL = none */
        struct cp_bans bans;
        struct cp_tables tables;
        struct cp_decider decider;
        struct cp_edge *edge; /* NULL = none */

        /* Changed behind both gates. */
        struct cp_link *links[CP_DATAPLANES_MAX];
        bool links_live[CP_DATAPLANES_MAX]; /* rings may be used */
        bool links_once[CP_DATAPLANES_MAX]; /* goes away with its dataplane */
        unsigned link_cnt;

        struct cp_blocklist *blocklist; /* owner */
        struct cp_blob blocklist_blob;  /* the same, sealed */
        struct cp_ruleset rules;        /* owner; its counts: event thread */

        struct cp_event_queue queue;
        struct cp_event_writer *writer;       /* event thread */
        struct cp_detect *detect;             /* event thread; owner behind event_gate */
        struct cp_auto_ban auto_ban;          /* owner */
        uint64_t tick_ns;                     /* event thread: of the last look at counters */
        struct cp_name_watch watch;           /* owner, but for what it says */
        struct cp_state_db *db;               /* owner; NULL = memory only */
        const struct cp_policy *allow_policy; /* owner: of which allow_cnt were live last time */
        size_t allow_cnt;
        uint64_t started_ns; /* CLOCK_MONOTONIC */
};

/* Take the configuration over, open the state, make the links (down). 0 or a negative errno, told
 * in the log. Needs cp_engine_fini() either way. */
int cp_engine_init(struct cp_engine *e, const char *config_path, struct cp_config *config);
void cp_engine_fini(struct cp_engine *e);

/* Threads' turns: return how many records they took, 0 = idle. */
unsigned cp_engine_decide(struct cp_engine *e);
unsigned cp_engine_events(struct cp_engine *e);

/* Owner: load the file again; the old policy stays when it is bad. Only `policy` changes; the
 * `control` section is read at start. 0, or a negative errno and *err. */
int cp_engine_reload(struct cp_engine *e, struct cp_config_error *err);
/* Owner: load the file and the list of numbers that it names, and put nothing in force. 0 and *out,
 * or a negative errno and *err. */
int cp_engine_check(struct cp_engine *e, struct cp_config **out, struct cp_config_error *err);
/* Owner: the policy and the users of the configuration before the last reload, which becomes the
 * one to go back to. Detection rules and block lists stay. 0, -ENOENT, or another negative errno
 * and *err. */
int cp_engine_rollback(struct cp_engine *e, struct cp_config_error *err);
/* Owner: compile the rules of a configuration (NULL: of the one in force) and put them in force;
 * the old ones stay when it fails. 0, or a negative errno and *err. */
int cp_engine_rules_load(struct cp_engine *e, const struct cp_config *config,
                         struct cp_config_error *err);
/* Owner: compile those of the configuration in force, and give them to the caller. */
int cp_engine_rules_compile(struct cp_engine *e, struct cp_rulebook **out,
                            struct cp_config_error *err);
/* Owner: the rules that were in force before. 0, -ENOENT, or another negative errno. */
int cp_engine_rules_rollback(struct cp_engine *e);
/* Owner: add or replace a ban, on disk first. ban->added_ns and expires_ns are set from ttl_s.
 * 0, -ENOSPC, -ENOMEM, or the state file's error (then nothing changed). */
int cp_engine_ban(struct cp_engine *e, struct cp_ban *ban, uint32_t ttl_s);
/* Owner: 1 = lifted, 0 = there was none, or a negative errno. */
int cp_engine_unban(struct cp_engine *e, const struct cp_prefix *prefix);
/* Owner: the same by hand; what a detection banned begins anew besides. */
int cp_engine_lift(struct cp_engine *e, const struct cp_prefix *prefix);
/* Owner, now and then: forget what has expired. */
void cp_engine_expire(struct cp_engine *e);
/* Owner: a copy of the decider's counters. */
void cp_engine_stats(struct cp_engine *e, struct cp_decider_stats *out);

uint64_t cp_clock_real_ns(void);
uint64_t cp_clock_mono_ns(void);

#endif
