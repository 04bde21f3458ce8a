/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h - the one table of commands. Lookup, argument checks, help, usage errors, completion
 * and the test of the man page all read it.
 */
#ifndef SLUICE_CONTROL_CLI_COMMAND_H
#define SLUICE_CONTROL_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "control/cli/settings.h"

/* What a command ends with, and so the program. */
enum cp_cli_exit {
        CP_CLI_YES = 0,
        CP_CLI_NO = 1,    /* the answer is no, or control refused */
        CP_CLI_USAGE = 2, /* the command line is wrong, or control cannot be reached */
};

struct cp_cli { /* what every command gets */
        FILE *out;
        FILE *err;
        struct cp_settings settings;
        const char *socket_path;
        bool json;
        bool colour;
        size_t width; /* columns of a line */
};

struct cp_cli_opt {
        const char *name; /* long form without dashes; NULL ends a list */
        char letter;      /* short form, 0 = none */
        const char *arg;  /* what it takes, NULL = nothing */
        const char *help; /* NULL = not listed: for tests */
};

struct cp_cli_args;

enum cp_cli_flag {
        CP_CLI_CONTROL = 1u << 0, /* asks control, so cannot work without it */
        CP_CLI_CHANGES = 1u << 1, /* refused with --read-only */
        CP_CLI_RAW = 1u << 2,     /* reads its own options: they reach it as written */
        CP_CLI_FILES = 1u << 3,   /* its words are files, for completion */
};

struct cp_cli_cmd {
        const char *name; /* one word, or two with one blank between */
        const char *args; /* its words, as help shows them */
        unsigned char word_min;
        unsigned char word_max; /* UCHAR_MAX = any number */
        unsigned flags;         /* enum cp_cli_flag */
        const struct cp_cli_opt *opts;
        int (*run)(struct cp_cli *cli, const struct cp_cli_args *args);
        const char *summary; /* one line */
        const char *detail;  /* more lines, NULL = none */
};

struct cp_cli_args { /* a command line, read and checked */
        const struct cp_cli_cmd *cmd;
        const char *const *word;
        size_t word_cnt;
        const struct cp_cli_given {
                const struct cp_cli_opt *opt;
                const char *value;
        } * given;
        size_t given_cnt;
};

extern const struct cp_cli_cmd cp_cli_commands[];
extern const size_t cp_cli_command_cnt;
extern const struct cp_cli_opt cp_cli_global_opts[];

/*
 * The command that words[0..cnt) begin with; each word may be shortened as long as it stays
 * unique. Returns it and how many words name it in *used; NULL and one line in why otherwise.
 */
const struct cp_cli_cmd *cp_cli_find(const char *const *words, size_t cnt, size_t *used, char *why,
                                     size_t why_cap);

/* The commands' own part; each in the file of its family. */
int cp_cmd_alerts(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_attach(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_add(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_lift(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_list(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_export(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_import(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_ban_why(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_completion(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_doctor(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_events(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_explain(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_help(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_location_list(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_location_status(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_location_remove(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_location_repair(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_parse(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_reload(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_routes_list(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_routes_check(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_routes_diff(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_routes_rollback(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_gateways_list(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_routes_find(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_rules_apply(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_rules_check(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_rules_diff(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_rules_hits(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_rules_rollback(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_stats(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_status(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_users_add(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_users_passwd(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_users_remove(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_users_list(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_version(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_top(struct cp_cli *cli, const struct cp_cli_args *args);
int cp_cmd_why(struct cp_cli *cli, const struct cp_cli_args *args);

#endif
