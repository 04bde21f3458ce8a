/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/eve_text.h"

#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "control/cli/field.h"
#include "control/cli/paint.h"
#include "control/cli/table.h"
#include "control/contract/shm_base.h"

#define NAME_COLS_MAX   24u /* room for names that control chose: actions, reasons, classes */
#define CLOCK_COLS      12u /* 03:04:05.678 */
#define ACTION_COLS     6u  /* "reject" */
#define REASON_COLS     13u /* most reasons; a longer one moves the rest of its line */
#define METHOD_COLS_MAX 16u
#define ADDR_COLS_MAX   45 /* INET6_ADDRSTRLEN - 1 */

static char *text_or(const json_t *o, const char *path, size_t cols, const char *otherwise)
{
        char *text = cp_field_text(o, path, cols);

        return text ? text : cp_cli_escape(otherwise, strlen(otherwise), cols);
}

/* "192.0.2.1:5060", "[2001:db8::1]:5060"; not escaped */
static void print_endpoint(const json_t *o, const char *ip_key, const char *port_key, char *buf,
                           size_t cap)
{
        const char *ip = cp_field_raw(o, ip_key, "?");
        bool six = strchr(ip, ':') != NULL;

        snprintf(buf, cap, "%s%.*s%s:%" JSON_INTEGER_FORMAT, six ? "[" : "", ADDR_COLS_MAX, ip,
                 six ? "]" : "", cp_field_int(o, port_key));
}

struct flow_text {
        char src[80];
        char dst[80];
};

static struct flow_text flow_of(const json_t *event)
{
        struct flow_text f;

        print_endpoint(event, "src_ip", "src_port", f.src, sizeof(f.src));
        print_endpoint(event, "dest_ip", "dest_port", f.dst, sizeof(f.dst));
        return f;
}

static enum cp_colour action_colour(const char *action)
{
        if (strcmp(action, "pass") == 0)
                return CP_COLOUR_GOOD;
        return strcmp(action, "drop") == 0 ? CP_COLOUR_BAD : CP_COLOUR_ODD;
}

static void print_verdict(struct cp_cli *cli, const json_t *event)
{
        char *when = text_or(event, "timestamp", 31, "?");
        char *action = text_or(event, "verdict.action", NAME_COLS_MAX, "?");
        char *reason = text_or(event, "verdict.reason", NAME_COLS_MAX, "?");
        int number = shm_reason_by_name(reason);
        struct cp_wrap w = {.indent = 2, .width = cli->width};
        char *line = NULL;

        fprintf(cli->out, "%s  ", when);
        cp_paint(cli, action_colour(action), action);
        w.at = cp_cli_columns(when) + 2 + cp_cli_columns(action);
        if (cp_field(event, "verdict.code"))
                w.at += (size_t)fprintf(cli->out, " %" JSON_INTEGER_FORMAT,
                                        cp_field_int(event, "verdict.code"));
        if (asprintf(&line, "  %s%s%s%s", reason, number > 0 ? " (" : "",
                     number > 0 ? shm_reason_text((unsigned)number) : "",
                     number > 0 ? ")" : "") >= 0) {
                cp_cli_wrap(cli->out, w, line);
                free(line);
        }
        free(when);
        free(action);
        free(reason);
}

void cp_eve_print_full(struct cp_cli *cli, const json_t *event)
{
        static const struct {
                const char *label;
                const char *path;
        } row[] = {{"VLAN", "vlan"},
                   {"class", "class"},
                   {"lane", "lane"},
                   {"rule", "verdict.rule"},
                   {"normalised", "verdict.normalised"},
                   {"rules", "rules"},
                   {"anomalies", "anomalies"},
                   {"message", "sip.request_line"},
                   {"message", "sip.response_line"},
                   {"Call-ID", "sip.call_id"},
                   {"CSeq", "sip.cseq"},
                   {"From", "sip.from"},
                   {"To", "sip.to"},
                   {"User-Agent", "sip.user_agent"},
                   {"branch", "sip.via_branch"}};
        struct flow_text f = flow_of(event);
        struct cp_table t;

        print_verdict(cli, event);
        cp_table_init(&t, "ll", 2);
        cp_field_cell(&t, event, "proto");
        cp_table_cellf(&t, "%s -> %s", f.src, f.dst);
        for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
                const json_t *v = cp_field(event, row[i].path);

                if (!v || (json_is_array(v) && json_array_size(v) == 0))
                        continue;
                cp_table_cellf(&t, "%s", row[i].label);
                if (strcmp(row[i].path, "sip.cseq") == 0)
                        cp_table_cellf(&t, "%" JSON_INTEGER_FORMAT " %s", json_integer_value(v),
                                       cp_field_raw(event, "sip.cseq_method", ""));
                else
                        cp_field_cell(&t, event, row[i].path);
        }
        cp_table_print(&t, cli->out, cli->width);
        cp_table_fini(&t);
}

/* "INVITE sip:user@host", "200 OK": what is left of the first line without the version. */
static char *brief_line(const json_t *event, size_t cols)
{
        bool request = cp_field(event, "sip.method") != NULL;
        char *first = text_or(event, request ? "sip.method" : "sip.code", METHOD_COLS_MAX, "");
        size_t used = cp_cli_columns(first) + 1;
        char *second = text_or(event, request ? "sip.uri" : "sip.reason",
                               cols > used + 3 ? cols - used : 3, "");
        char *both = NULL;

        if (asprintf(&both, "%s%s%s", first, *second ? " " : "", second) < 0)
                both = NULL;
        free(first);
        free(second);
        return both;
}

static void print_padded(struct cp_cli *cli, const char *text, size_t cols)
{
        size_t taken = cp_cli_columns(text);

        fprintf(cli->out, "%s%*s", text, (int)(taken < cols ? cols - taken : 0), "");
}

/* An alert among the messages: what, about whom, begun or ended. */
static void print_alert_line(struct cp_cli *cli, const json_t *event)
{
        char *when = text_or(event, "timestamp", 31, "?");
        char *state = text_or(event, "detection.state", NAME_COLS_MAX, "?");
        char *name = text_or(event, "detection.name", NAME_COLS_MAX, "?");
        char *src = text_or(event, "detection.address", ADDR_COLS_MAX, "");
        char *what = text_or(event, "alert.signature", 0, "");

        fprintf(cli->out, "%.12s  ", strlen(when) == 31 ? when + 11 : when);
        cp_paint(cli, CP_COLOUR_BAD, "alert");
        fprintf(cli->out, "%*s  ", (int)ACTION_COLS - 5, "");
        print_padded(cli, name, REASON_COLS);
        fprintf(cli->out, "  %s%s%s: %s\n", src, *src ? "  " : "", state, what);
        free(when);
        free(state);
        free(name);
        free(src);
        free(what);
}

void cp_eve_print_line(struct cp_cli *cli, const json_t *event)
{
        if (cp_field(event, "detection.name") != NULL) {
                print_alert_line(cli, event);
                return;
        }
        struct flow_text f = flow_of(event);
        char *when = text_or(event, "timestamp", 31, "?");
        char *action = text_or(event, "verdict.action", NAME_COLS_MAX, "?");
        char *reason = text_or(event, "verdict.reason", NAME_COLS_MAX, "?");
        char *src = cp_cli_escape(f.src, strlen(f.src), 0);
        size_t at = CLOCK_COLS + 2 + ACTION_COLS + 2 + REASON_COLS + 2 + cp_cli_columns(src) + 2;
        char *what = brief_line(event, cli->width > at ? cli->width - at : 0);

        /* "2026-01-02T03:04:05.678901+0000": the time of day is enough while one looks on. */
        fprintf(cli->out, "%.12s  ", strlen(when) == 31 ? when + 11 : when);
        cp_paint(cli, action_colour(action), action);
        print_padded(cli, "",
                     ACTION_COLS - (strlen(action) < ACTION_COLS ? strlen(action) : ACTION_COLS));
        fputs("  ", cli->out);
        print_padded(cli, reason, REASON_COLS);
        fprintf(cli->out, "  %s  %s\n", src, what ? what : "");
        free(when);
        free(action);
        free(reason);
        free(src);
        free(what);
}
