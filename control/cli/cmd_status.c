/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_status.c - `sluicectl status`: is everything there, and do the numbers add up? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/call.h"
#include "control/cli/command.h"
#include "control/cli/duration.h"
#include "control/cli/field.h"
#include "control/cli/table.h"

static void label(struct cp_table *t, const char *text)
{
        cp_table_cellf(t, "%s", text);
}

/* Where the packets are, as one side of the equation: only the terms that are not zero. */
static void equation_cell(struct cp_table *t, const json_t *c)
{
        static const struct {
                const char *key;
                const char *word;
        } term[] = {{"sent", "sent"},
                    {"observed", "observed"},
                    {"dropped", "dropped"},
                    {"consumed", "answered"},
                    {"held_pending", "held for a decision"},
                    {"held_reassembly", "held for reassembly"},
                    {"held_neighbour", "held for a neighbour"}};
        bool exact = json_is_true(cp_field(c, "exact"));
        char text[512];
        size_t n = (size_t)snprintf(text, sizeof(text), "%s: %" JSON_INTEGER_FORMAT " received",
                                    exact ? "exact" : "NOT exact", cp_field_int(c, "received"));
        const char *glue = " =";

        for (size_t i = 0; i < sizeof(term) / sizeof(term[0]) && n < sizeof(text); i++) {
                json_int_t v = cp_field_int(c, term[i].key);

                if (v == 0)
                        continue;
                n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %" JSON_INTEGER_FORMAT " %s",
                                      glue, v, term[i].word);
                glue = " +";
        }
        if (!exact && n < sizeof(text))
                snprintf(text + n, sizeof(text) - n, "; accounted for: %" JSON_INTEGER_FORMAT,
                         cp_field_int(c, "accounted"));
        cp_table_cellf(t, "%s", text);
}

static void add_control(struct cp_table *t, const json_t *r)
{
        char up[32];
        const char *config = cp_field_raw(r, "policy.config", "");

        label(t, "control");
        cp_table_cellf(t, "version %s, pid %" JSON_INTEGER_FORMAT ", up %s",
                       cp_field_raw(r, "version", "?"), cp_field_int(r, "pid"),
                       cp_duration_format(up, sizeof(up), (uint64_t)cp_field_int(r, "uptime_s")));
        label(t, "policy");
        cp_table_cellf(t, "generation %" JSON_INTEGER_FORMAT " of %s",
                       cp_field_int(r, "policy.generation"), *config ? config : "the defaults");
        label(t, "");
        cp_table_cellf(t,
                       "%" JSON_INTEGER_FORMAT " routes, %" JSON_INTEGER_FORMAT
                       " allowed and %" JSON_INTEGER_FORMAT
                       " denied prefixes, %" JSON_INTEGER_FORMAT " bans, %" JSON_INTEGER_FORMAT
                       " scanner names, %" JSON_INTEGER_FORMAT " prefixes on block lists",
                       cp_field_int(r, "policy.routes"), cp_field_int(r, "policy.allow"),
                       cp_field_int(r, "policy.deny"), cp_field_int(r, "policy.bans"),
                       cp_field_int(r, "policy.scanners"), cp_field_int(r, "policy.blocked"));
        if (cp_field(r, "auto_bans") == NULL)
                return;
        label(t, "bans by detections");
        cp_table_cellf(t,
                       "%" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT
                       " waiting; in this minute %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
                       " (%" JSON_INTEGER_FORMAT " %% of %" JSON_INTEGER_FORMAT " proven sources)",
                       cp_field_int(r, "auto_bans.banned"), cp_field_int(r, "auto_bans.waiting"),
                       cp_field_int(r, "auto_bans.budget_spent"),
                       cp_field_int(r, "auto_bans.budget_allowed"),
                       cp_field_int(r, "auto_bans.budget_percent"),
                       cp_field_int(r, "auto_bans.proven_sources"));
}

/* What came from the outside, lane by lane: "unproven 120 (30 dropped), peer 9". */
static void lanes_cell(struct cp_table *t, const json_t *lanes)
{
        static const char *const name[] = {"unproven", "proven", "peer", "priority"};
        char text[256] = "none";
        size_t n = 0;

        for (size_t i = 0; i < sizeof(name) / sizeof(name[0]) && n < sizeof(text); i++) {
                const json_t *lane = cp_field(lanes, name[i]);
                json_int_t messages = cp_field_int(lane, "messages");
                json_int_t dropped = cp_field_int(lane, "dropped");

                if (messages == 0)
                        continue;
                n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %" JSON_INTEGER_FORMAT,
                                      n ? ", " : "", name[i], messages);
                if (dropped != 0 && n < sizeof(text))
                        n += (size_t)snprintf(text + n, sizeof(text) - n,
                                              " (%" JSON_INTEGER_FORMAT " dropped)", dropped);
        }
        cp_table_cellf(t, "%s", text);
}

static void add_lanes(struct cp_table *t, const json_t *d)
{
        static const char *const counts[] = {"limits", "trust", "challenge", "shedding"};

        if (!cp_field(d, "lanes"))
                return;
        label(t, "lanes");
        lanes_cell(t, cp_field(d, "lanes"));
        for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
                if (!cp_field(d, counts[i]))
                        continue;
                label(t, counts[i]);
                cp_field_members(t, d, counts[i]);
        }
}

/* Returns whether all is well with it. */
static bool add_dataplane(struct cp_table *t, const json_t *d)
{
        bool attached = json_is_true(cp_field(d, "attached"));
        const char *error = cp_field_raw(d, "last_error", "");

        label(t, "");
        label(t, "");
        label(t, "dataplane");
        cp_field_cell(t, d, "socket");
        label(t, "");
        if (attached)
                cp_table_cellf(t,
                               "attached, %s, pid %" JSON_INTEGER_FORMAT
                               ", incarnation %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT
                               " worker%s, heartbeat %" JSON_INTEGER_FORMAT " ms ago",
                               cp_field_raw(d, "state", "?"), cp_field_int(d, "pid"),
                               cp_field_int(d, "incarnation"), cp_field_int(d, "workers"),
                               cp_field_int(d, "workers") == 1 ? "" : "s",
                               cp_field_int(d, "heartbeat_age_ms"));
        else
                cp_table_cellf(t, "NOT attached%s%s", *error ? ": " : "", error);
        if (attached && strcmp(cp_field_raw(d, "blocklist", "in force"), "in force") != 0) {
                label(t, "block list");
                cp_table_cellf(t, "NOT in force: %s", cp_field_raw(d, "blocklist", ""));
        }
        if (cp_field(d, "decisions")) {
                label(t, "decisions");
                cp_field_members(t, d, "decisions");
        }
        add_lanes(t, d);
        if (cp_field(d, "calls")) {
                label(t, "calls");
                cp_field_members(t, d, "calls");
        }
        if (cp_field(d, "conservation")) {
                label(t, "packets");
                equation_cell(t, cp_field(d, "conservation"));
        }
        return attached && strcmp(cp_field_raw(d, "state", ""), "run") == 0 &&
               json_is_true(cp_field(d, "conservation.exact"));
}

int cp_cmd_status(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *list, *d;
        struct cp_table t;
        size_t i;
        bool well;
        int rc = cp_cli_call(cli, "status", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        list = cp_field(r, "dataplanes");
        well = json_array_size(list) > 0;
        cp_table_init(&t, "ll", 0);
        add_control(&t, r);
        json_array_foreach(list, i, d) well = add_dataplane(&t, d) && well;
        if (json_array_size(list) == 0) {
                label(&t, "dataplane");
                label(&t, "none is configured");
        }
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
        json_decref(r);
        return well ? CP_CLI_YES : CP_CLI_NO;
}
