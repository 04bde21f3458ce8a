/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario.h - a call as a list of steps, read from SIPp's XML or its shorter form in YAML.
 *
 * Made at set-up, constant afterwards and shared by workers, but for the counters of its steps,
 * which each worker keeps for itself (struct sb_step_counts).
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_SCENARIO_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_SCENARIO_H

#include <regex.h>

#include "bench/harness/traffic/inject.h"
#include "bench/harness/traffic/template.h"

#define SB_STEPS_MAX  512u
#define SB_VARS_MAX   64u
#define SB_RTDS_MAX   8u
#define SB_FILES_MAX  8u
#define SB_NAME_BYTES 64u
#define SB_GROUPS_MAX 10u /* of one regular expression, the whole match included */
#define SB_STEP_NONE  UINT32_MAX
#define SB_VAR_NONE   UINT8_MAX

enum sb_step_kind {
        SB_STEP_SEND = 0,
        SB_STEP_RECV,
        SB_STEP_PAUSE,
        SB_STEP_NOP,
        SB_STEP_TIMEWAIT,
};

enum sb_action_kind {
        SB_ACT_EREG = 0,
        SB_ACT_LOG,  /* log and warning */
        SB_ACT_FAIL, /* error */
        SB_ACT_ASSIGN,
        SB_ACT_ASSIGN_TEXT,
        SB_ACT_ADD,
        SB_ACT_SUBTRACT,
        SB_ACT_MULTIPLY,
        SB_ACT_DIVIDE,
        SB_ACT_STRCMP,
        SB_ACT_TEST,
        SB_ACT_TO_DOUBLE,
        SB_ACT_TRIM,
        SB_ACT_JUMP,
        SB_ACT_STOP_CALL,
        SB_ACT_STOP_SOON, /* no new calls */
        SB_ACT_STOP_NOW,
        SB_ACT_MEDIA, /* sound and video: counted, not played */
};

enum sb_where { SB_SEARCH_MESSAGE = 0, SB_SEARCH_HEADER, SB_SEARCH_BODY, SB_SEARCH_VAR };

enum sb_relation { SB_EQ = 0, SB_NE, SB_GT, SB_LT, SB_GE, SB_LE };

struct sb_action {
        uint8_t kind;
        uint8_t search;  /* enum sb_where */
        uint8_t compare; /* enum sb_relation */
        bool check;
        bool check_inverse;
        bool start_line;
        uint8_t var;                 /* operand; SB_VAR_NONE: the value */
        uint8_t var2;                /* second operand of test */
        uint8_t var_cnt;             /* of vars */
        uint8_t vars[SB_GROUPS_MAX]; /* assign_to */
        uint16_t occurrence;         /* of the header, from 1 */
        double value;
        char header[SB_NAME_BYTES];
        regex_t *regex;
        struct sb_template *text;
        struct sb_action *next;
};

struct sb_step {
        uint8_t kind;
        bool optional;
        bool record_routes; /* rrs */
        bool regexp_method; /* request= is an expression */
        bool cond_inverse;
        uint8_t cond_var; /* condexec; SB_VAR_NONE */
        uint8_t test_var;
        uint8_t rtd_start; /* masks of RTDs; bit 0 is the one called 1 or true */
        uint8_t rtd_stop;
        uint8_t method; /* recv request */
        uint8_t pause_var;
        uint8_t start_txn; /* named transaction + 1; 0: none */
        uint8_t response_txn;
        uint8_t lost_percent;
        bool wants_last;       /* the message received here is needed later */
        uint16_t status;       /* recv response */
        uint16_t cseq_methods; /* mask over enum sip_method: requests sent before this response */
        uint32_t retrans_ms;   /* T1; 0: not sent again */
        uint32_t timeout_ms;   /* 0: the run's */
        uint32_t pause_ms;     /* PAUSE_RUN: the run's hold time */
        uint32_t pause_max_ms; /* above pause_ms: evenly distributed between the two */
        uint32_t next;         /* step; SB_STEP_NONE */
        uint32_t on_timeout;
        double chance;                   /* of taking next */
        uint32_t line;                   /* of the file */
        char method_name[SB_NAME_BYTES]; /* recv request */
        regex_t *method_regex;
        struct sb_template *message;
        struct sb_action *actions;
};
#define SB_PAUSE_RUN UINT32_MAX

struct sb_scenario {
        char name[SB_NAME_BYTES];
        char *path;
        struct sb_step *steps; /* step_cnt, ending with the end of the call */
        uint32_t step_cnt;
        bool serves;     /* begins with receiving a request */
        bool needs_last; /* received messages are kept with the call */
        bool needs_tag;  /* the peer's tag is written somewhere */
        bool plain_id;   /* every Call-ID is [call_id] alone */
        bool logs;
        char vars[SB_VARS_MAX][SB_NAME_BYTES];
        uint64_t global_vars; /* mask: one value for all calls of a worker */
        uint32_t var_cnt;
        uint32_t rtd_cnt; /* highest in use */
        struct sb_inject *files[SB_FILES_MAX];
        uint32_t file_cnt;
};

struct sb_step_counts {
        uint64_t messages;
        uint64_t retransmitted;
        uint64_t timeouts;
        uint64_t unexpected;
        uint64_t lost; /* left out on purpose */
};

/*
 * Read FILE, or the scenario that is built in under this name (uac, uas, register, options). files:
 * values for [fieldN], by the order given. 0, or -EINVAL | -ENOENT | -ENOMEM with one line
 * "FILE:LINE: <element>: what" in error.
 */
int sb_scenario_load(struct sb_scenario **out, const char *path, const struct sb_env *env,
                     struct sb_inject *const *files, uint32_t file_cnt, char error[SB_ERROR_BYTES]);
/* The same from memory; path is for messages only. */
int sb_scenario_parse(struct sb_scenario **out, const char *path, const char *text, size_t len,
                      const struct sb_env *env, struct sb_inject *const *files, uint32_t file_cnt,
                      char error[SB_ERROR_BYTES]);
void sb_scenario_free(struct sb_scenario *s);

/* The YAML form (see the README) as SIPp's XML, line for line, so that errors name the right line;
 * freed by the caller. NULL with one line in error. */
char *sb_scenario_yaml(const char *path, const char *text, size_t len, char error[SB_ERROR_BYTES]);

/* The XML of a built-in scenario; NULL when there is none of that name. */
const char *sb_scenario_builtin(const char *name);

#endif
