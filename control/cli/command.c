/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/command.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

#define END                  \
        {                    \
                .name = NULL \
        }

const struct cp_cli_opt cp_cli_global_opts[] = {
    {"socket", 's', "PATH", "talk to control at this UNIX socket"},
    {"config", 'c', "FILE", "take the socket and other places from this sluice.yaml"},
    {"json", 'j', NULL, "print JSON, one line for each answer or event"},
    {"read-only", 'r', NULL, "refuse the commands that change something"},
    {"help", 'h', NULL, "show help, of a command if one is named"},
    {"version", 'V', NULL, "show the version of sluicectl"},
    END};

static const struct cp_cli_opt no_opts[] = {END};

static const struct cp_cli_opt ban_add_opts[] = {
    {"ttl", 't', "TIME", "end the ban after this time: 90s, 15m, 1h, 7d; 0 = never (default)"},
    {"rate", 0, "N", "only limit it, to N new requests a minute, 1 to 60000"},
    {"reason", 'R', "TEXT", "why, for whoever reads the list later"},
    END};

static const struct cp_cli_opt why_opts[] = {
    {"limit", 'n', "N", "show at most N verdicts, 1 to 1000 (default 10)"}, END};

static const struct cp_cli_opt top_opts[] = {
    {"by", 'b', "WHAT", "source (default), caller, callee or device"},
    {"purpose", 'p', "NAME", "only messages with this purpose, as events have it"},
    {"limit", 'n', "N", "show at most N, 1 to 1000 (default 10)"},
    END};

static const struct cp_cli_opt stats_opts[] = {
    {"all", 'a', NULL, "show the counters that are zero, too"},
    {"workers", 'w', NULL, "show the workers side by side"},
    END};

static const struct cp_cli_opt events_opts[] = {
    {"follow", 'f', NULL, "print messages as they come, until interrupted"},
    {"drops", 'd', NULL, "only messages that were dropped or rejected"},
    {"limit", 'n', "N", "begin with the last N messages, 0 to 1000 (default 10; 0 with -f)"},
    END};

static const struct cp_cli_opt location_opts[] = {
    {"limit", 'n', "N", "show at most N bindings, 1 to 1000 (default 100)"}, END};

static const struct cp_cli_opt users_add_opts[] = {
    {"aor", 0, "USER", "user part that the user registers and is called as (default: the name)"},
    {"forward", 0, "URI", "where the user's calls go"},
    {"refused", 0, NULL, "keep the user, and do not let him in"},
    END};

static const struct cp_cli_opt alerts_opts[] = {{"active", 'a', NULL, "only those that go on"},
                                                END};

static const struct cp_cli_opt explain_opts[] = {
    {"rules", 0, "FILE", "these rules besides those of the configuration"},
    {"inside", 0, "PREFIX", "frames from this source came in at the inside port; up to 16 times"},
    END};

static const struct cp_cli_opt doctor_opts[] = {
    {"sysroot", 0, "DIR", NULL}, /* another /sys, /proc and /usr, for tests */
    END};

const struct cp_cli_cmd cp_cli_commands[] = {
    {"status", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_status,
     "show what runs, what is in force and whether the counters add up",
     "Exit status 1 when a dataplane is not attached or does not run, or when packets are "
     "unaccounted for."},
    {"stats", "", 0, 0, CP_CLI_CONTROL, stats_opts, cp_cmd_stats,
     "show every counter of the dataplane and of control", NULL},
    {"ban add", "PREFIX", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, ban_add_opts, cp_cmd_ban_add,
     "ban, or limit, a prefix, an address, or one port of an address",
     "From now on what it sends from the outside is dropped before it is parsed, unless the allow "
     "list names it. One port is 192.0.2.7:5062 or [2001:db8::7]:5062: neighbours at the same "
     "address live on. A second ban of the same prefix "
     "replaces the first."},
    {"ban lift", "PREFIX", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_ban_lift,
     "end a ban or a limit",
     "Of an address also those of its ports. Exit status 1 when there was none."},
    {"ban list", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_ban_list, "list the bans in force",
     NULL},
    {"ban export", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_ban_export,
     "print the bans as lines that ban import reads",
     "PREFIX UNTIL [rate=N] REASON, a ban a line; - is for ever. Those of the configuration are "
     "left "
     "out."},
    {"ban import", "FILE", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES | CP_CLI_FILES, no_opts,
     cp_cmd_ban_import, "set the bans of a file: lines of ban export, or JSON of ban list --json",
     "FILE - is standard input. A line that is none of these is told, and then nothing is set."},
    {"ban why", "ADDRESS", 1, 1, CP_CLI_CONTROL, no_opts, cp_cmd_ban_why,
     "show what stands about an address: allow list, bans, deny list, block lists",
     "The entry that decides comes first. Exit status 1 when there is none."},
    {"why", "ADDRESS|CALL-ID", 1, 1, CP_CLI_CONTROL, why_opts, cp_cmd_why,
     "show the last verdicts on an address or a call, and their reasons",
     "The address may be a prefix. The newest verdict comes first. Exit status 1 when none is "
     "remembered."},
    {"top", "", 0, 0, CP_CLI_CONTROL, top_opts, cp_cmd_top,
     "show who sends the most, over the last one to two minutes",
     "A count may be too high by what --json shows as `over`, and is never too low. Messages whose "
     "events were lost are not in it. IPv6 sources are counted by /64."},
    {"events", "", 0, 0, CP_CLI_CONTROL, events_opts, cp_cmd_events,
     "show the last messages, or follow them as they come", NULL},
    {"location list", "[AOR]", 0, 1, CP_CLI_CONTROL, location_opts, cp_cmd_location_list,
     "show where users are registered: all, or one address-of-record such as sip:bob@example.com",
     "Exit status 1 when there is nobody."},
    {"location status", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_location_status,
     "show the counters of the registrar and of its store",
     "Exit status 1 when the store can not be written at present."},
    {"location remove", "AOR", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts,
     cp_cmd_location_remove, "remove all bindings of a user", "Exit status 1 when there was none."},
    {"location repair", "DIRECTORY", 1, 1, CP_CLI_CHANGES | CP_CLI_FILES, no_opts,
     cp_cmd_location_repair,
     "save what can be read of a damaged location.db in control's state directory",
     "Only while control does not run, as the user that it runs as. The damaged file stays beside "
     "the new one."},
    {"routes list", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_routes_list,
     "show the routes in force", "Exit status 1 when there are none."},
    {"routes check", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_routes_check,
     "let control read its configuration and say what is wrong with it",
     "Nothing is put in force. Exit status 1 when anything is wrong."},
    {"routes diff", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_routes_diff,
     "show what a reload would change of routes and gateways",
     "Exit status 1 when there is a difference."},
    {"routes rollback", "", 0, 0, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_routes_rollback,
     "go back to the policy and the users that were in force before the last reload", NULL},
    {"routes find", "NUMBER", 1, 1, CP_CLI_CONTROL, no_opts, cp_cmd_routes_find,
     "show which prefix of the file of numbers a number has, and where it leads",
     "Exit status 1 when there is none."},
    {"gateways list", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_gateways_list,
     "show the gateways and the addresses that their names stand for",
     "Exit status 1 when there are none."},
    {"users list", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_users_list,
     "show the users who may log in", NULL},
    {"users add", "NAME", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, users_add_opts, cp_cmd_users_add,
     "add a user to control's store",
     "The password is asked for, or read from standard input: its first line. It is not kept: of "
     "it "
     "an HA1 is, for each algorithm of the configuration. In force at once."},
    {"users passwd", "NAME", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_users_passwd,
     "give a user of the store another password",
     "Read as users add does. Where the user is registered stays until it ends."},
    {"users remove", "NAME", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_users_remove,
     "remove a user from the store, and where he is registered",
     "Users of sluice.yaml are removed there."},

    {"alerts", "", 0, 0, CP_CLI_CONTROL, alerts_opts, cp_cmd_alerts,
     "show the attacks that go on, and the last ones that ended",
     "Exit status 1 while one goes on."},
    {"reload", "", 0, 0, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_reload,
     "read the policy of sluice.yaml again",
     "A file with a fault changes nothing: the fault is shown, the old policy stays in force, and "
     "the exit status is 1."},
    {"rules check", "FILE...", 1, UCHAR_MAX, CP_CLI_FILES, no_opts, cp_cmd_rules_check,
     "compile rule files and show what is wrong with them",
     "Needs no control. Exit status 1 when anything is wrong."},
    {"rules diff", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_rules_diff,
     "show what the rule files would change", "Exit status 1 when there is a difference."},
    {"rules apply", "", 0, 0, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_rules_apply,
     "read the rule files again and put them in force",
     "A file with a fault changes nothing: the fault is shown and the exit status is 1."},
    {"rules rollback", "", 0, 0, CP_CLI_CONTROL | CP_CLI_CHANGES, no_opts, cp_cmd_rules_rollback,
     "go back to the rules that were in force before", NULL},
    {"rules hits", "", 0, 0, CP_CLI_CONTROL, no_opts, cp_cmd_rules_hits,
     "list the rules in force and how often each matched", NULL},
    {"attach", "SOCKET", 1, 1, CP_CLI_CONTROL | CP_CLI_CHANGES | CP_CLI_FILES, no_opts,
     cp_cmd_attach, "let control serve one more dataplane, until that one ends", NULL},
    {"explain", "CAPTURE", 1, 1, CP_CLI_FILES, explain_opts, cp_cmd_explain,
     "run the policy over a capture and show for each message the verdict and why",
     "Needs no control: sluice-dataplane judges in a process of its own, by the sluice.yaml of "
     "--config or the one at the usual place. Of each rule that holds it shows what became of it "
     "and where in the message it holds. CAPTURE - is standard input."},
    {"parse", "[--json] [--profile NAME] FILE...", 1, UCHAR_MAX, CP_CLI_RAW | CP_CLI_FILES, no_opts,
     cp_cmd_parse,
     "parse files that hold one SIP message each and show what the dataplane would read",
     "The profile, strict, default or lenient, says what is accepted, normalised or rejected. Exit "
     "status 1 when a message was rejected."},
    {"doctor", "", 0, 0, 0, doctor_opts, cp_cmd_doctor,
     "look for what keeps this machine from running well, and say what mends it",
     "Needs neither control nor dataplane. Exit status 1 when a check fails; warnings do not "
     "count."},
    {"version", "", 0, 0, 0, no_opts, cp_cmd_version,
     "show the versions of sluicectl and of a running control", NULL},
    {"help", "[COMMAND]", 0, 2, 0, no_opts, cp_cmd_help, "show help", NULL},
    {"completion", "bash", 1, 1, 0, no_opts, cp_cmd_completion,
     "print the completion script of a shell", "To use it: source <(sluicectl completion bash)"},
};

const size_t cp_cli_command_cnt = sizeof(cp_cli_commands) / sizeof(cp_cli_commands[0]);

/* The n-th word of a command's name, NULL when it has none such. */
static const char *name_word(const struct cp_cli_cmd *cmd, size_t n, size_t *bytes)
{
        const char *word = cmd->name;

        for (; n; n--) {
                word = strchr(word, ' ');
                if (!word)
                        return NULL;
                word++;
        }
        *bytes = strcspn(word, " ");
        return word;
}

/* Does the n-th word of the name begin with `typed`; 2 = is it. */
static int word_fits(const struct cp_cli_cmd *cmd, size_t n, const char *typed)
{
        size_t bytes, len = strlen(typed);
        const char *word = name_word(cmd, n, &bytes);

        if (!word || len > bytes || strncmp(word, typed, len) != 0)
                return 0;
        return len == bytes ? 2 : 1;
}

struct pick { /* commands that fit so far */
        const struct cp_cli_cmd *cmd[48];
        size_t cnt;
};

_Static_assert(sizeof(cp_cli_commands) / sizeof(cp_cli_commands[0]) <= 48, "struct pick");

/* Keep the commands whose n-th word is what was typed, else those whose n-th word begins so.
 * Returns whether all that are left agree in that word. */
static bool narrow(struct pick *p, size_t n, const char *typed)
{
        struct pick fit = {.cnt = 0};
        bool same = true;

        for (int want = 2; want >= 1 && fit.cnt == 0; want--)
                for (size_t i = 0; i < p->cnt; i++)
                        if (word_fits(p->cmd[i], n, typed) == want)
                                fit.cmd[fit.cnt++] = p->cmd[i];
        for (size_t i = 1; i < fit.cnt; i++) {
                size_t a = 0, b = 0;
                const char *x = name_word(fit.cmd[0], n, &a), *y = name_word(fit.cmd[i], n, &b);

                same = same && x && y && a == b && strncmp(x, y, a) == 0;
        }
        *p = fit;
        return same;
}

static void say(char *why, size_t cap, const char *start, const struct pick *p)
{
        size_t len = (size_t)snprintf(why, cap, "%s", start);

        for (size_t i = 0; i < p->cnt && len < cap; i++)
                len += (size_t)snprintf(why + len, cap - len, "%s%s", i ? ", " : ": ",
                                        p->cmd[i]->name);
}

const struct cp_cli_cmd *cp_cli_find(const char *const *words, size_t cnt, size_t *used, char *why,
                                     size_t why_cap)
{
        struct pick p = {.cnt = cp_cli_command_cnt}, before;
        char start[96];
        size_t bytes;

        for (size_t i = 0; i < cp_cli_command_cnt; i++)
                p.cmd[i] = &cp_cli_commands[i];
        for (size_t n = 0; n < cnt; n++) {
                before = p;
                if (!narrow(&p, n, words[n])) {
                        snprintf(start, sizeof(start), "\"%.32s\" can mean", words[n]);
                        say(why, why_cap, start, &p);
                        return NULL;
                }
                if (p.cnt == 0 && n == 0) {
                        snprintf(why, why_cap, "there is no command \"%.32s\"", words[n]);
                        return NULL;
                }
                if (p.cnt == 0) {
                        snprintf(start, sizeof(start), "\"%.32s\" is none of", words[n]);
                        say(why, why_cap, start, &before);
                        return NULL;
                }
                *used = n + 1;
                if (p.cnt == 1 && !name_word(p.cmd[0], n + 1, &bytes))
                        return p.cmd[0];
        }
        say(why, why_cap, cnt ? "one word more is needed" : "no command given", &p);
        return NULL;
}
