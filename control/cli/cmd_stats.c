/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_stats.c - `sluicectl stats`: the counter pages, with what each counter means. */
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/field.h"
#include "control/cli/table.h"
#include "control/contract/shm_stats.h"
#include "control/decider.h"
#include "parser/sip_class.h"

struct meaning {
        const char *name;
        const char *help;
};

#define X(field, help) {#field, help},
static const struct meaning dataplane_counters[] = {SHM_COUNTERS(X){NULL, ""}};
static const struct meaning control_counters[] = {
    CP_DECIDER_COUNTERS(X){"events", "events written to the event file"},
    {"events_lost", "events that the event file did not take"},
    {NULL, ""}};
#undef X

static const char *meaning_of(const struct meaning *m, const char *name)
{
        while (m->name && strcmp(m->name, name) != 0)
                m++;
        return m->help;
}

static const char *dataplane_help(const char *name)
{
        return meaning_of(dataplane_counters, name);
}

static const char *control_help(const char *name)
{
        return meaning_of(control_counters, name);
}

static const char *reason_help(const char *name)
{
        int number = shm_reason_by_name(name);

        return number < 0 ? "" : shm_reason_text((unsigned)number);
}

static const char *purpose_help(const char *name)
{
        for (unsigned k = 0; k < SIP_PURPOSE_CNT; k++)
                if (strcmp(sip_purpose_name(k), name) == 0)
                        return sip_purpose_text(k);
        return "";
}

static const char *no_help(const char *name)
{
        (void)name;
        return "";
}

/* The numbers of one object: count, name, meaning. Objects within it are left to the caller. */
static void print_counts(struct cp_cli *cli, const char *title, json_t *o, bool zeros,
                         const char *(*help)(const char *name))
{
        struct cp_table t;
        const char *key;
        json_t *v;

        cp_table_init(&t, "rll", 2);
        json_object_foreach(o, key, v)
        {
                if (!json_is_number(v) || (!zeros && json_integer_value(v) == 0))
                        continue;
                cp_field_cell(&t, o, key);
                cp_table_cell(&t, key, strlen(key));
                cp_table_cellf(&t, "%s", help(key));
        }
        if (t.cell_cnt) {
                fprintf(cli->out, "\n%s\n", title);
                cp_table_print(&t, cli->out, cli->width);
        }
        cp_table_fini(&t);
}

static void print_workers(struct cp_cli *cli, const json_t *workers)
{
        static const char *const column[] = {"received",         "sent",         "observed",
                                             "consumed",         "sip_messages", "decisions_asked",
                                             "decisions_cached", "events_lost"};
        const size_t columns = sizeof(column) / sizeof(column[0]);
        struct cp_table t;
        json_t *w;
        size_t i;

        cp_table_init(&t, "rrrrrrrrr", 2);
        cp_table_cellf(&t, "worker");
        for (size_t c = 0; c < columns; c++) {
                static const char *const head[] = {"received", "sent",  "observed", "answered",
                                                   "SIP",      "asked", "cached",   "ev-lost"};

                cp_table_cellf(&t, "%s", head[c]);
        }
        json_array_foreach(workers, i, w)
        {
                cp_table_cellf(&t, "%zu", i);
                for (size_t c = 0; c < columns; c++)
                        cp_field_cell(&t, w, column[c]);
        }
        fputs("\nworkers\n", cli->out);
        cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
}

static void print_page(struct cp_cli *cli, json_t *page, bool zeros)
{
        print_counts(cli, "counters", page, zeros, dataplane_help);
        print_counts(cli, "dropped, by reason", cp_field(page, "dropped"), zeros, reason_help);
        print_counts(cli, "passed, by reason", cp_field(page, "passed"), zeros, reason_help);
        print_counts(cli, "messages, by class", cp_field(page, "by_class"), zeros, no_help);
        print_counts(cli, "messages, by purpose", cp_field(page, "by_purpose"), zeros,
                     purpose_help);
        print_counts(cli, "UDP that is not SIP", cp_field(page, "by_payload"), zeros, no_help);
        print_counts(cli, "messages from outside, by lane", cp_field(page, "by_lane"), zeros,
                     no_help);
        print_counts(cli, "dropped of these, by lane", cp_field(page, "dropped_by_lane"), zeros,
                     no_help);
        print_counts(cli, "requests, by method", cp_field(page, "by_method"), zeros, no_help);
        print_counts(cli, "responses, by class of code", cp_field(page, "by_code_class"), zeros,
                     no_help);
}

int cp_cmd_stats(struct cp_cli *cli, const struct cp_cli_args *args)
{
        bool zeros = cp_cli_opt_value(args, "all") != NULL;
        json_t *r = NULL, *d;
        size_t i;
        int rc = cp_cli_call(cli, "stats", NULL, &r);

        if (rc != CP_CLI_YES)
                return rc;
        if (cli->json) {
                cp_cli_print_json(cli, r);
                json_decref(r);
                return CP_CLI_YES;
        }
        json_array_foreach(cp_field(r, "dataplanes"), i, d)
        {
                char *socket = cp_field_text(d, "socket", 0);

                fprintf(cli->out, "%sdataplane %s\n", i ? "\n" : "", socket ? socket : "?");
                free(socket);
                print_page(cli, cp_field(d, "total"), zeros);
                if (cp_cli_opt_value(args, "workers"))
                        print_workers(cli, cp_field(d, "workers"));
        }
        if (json_array_size(cp_field(r, "dataplanes")) == 0)
                fputs("no dataplane is attached\n", cli->out);
        print_counts(cli, "control", cp_field(r, "control"), zeros, control_help);
        print_counts(cli, "decisions of control, by reason", cp_field(r, "control.by_reason"),
                     zeros, reason_help);
        json_decref(r);
        return CP_CLI_YES;
}
