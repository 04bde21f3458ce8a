/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/explain_text.h"

#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "control/cli/field.h"
#include "control/cli/paint.h"

static const char rule_indent[] = "    ", where_indent[] = "                     ";

/* The value at a path, escaped, or nothing. */
static void put(struct cp_cli *cli, const char *before, const json_t *o, const char *path,
                const char *after)
{
        char *text = cp_field_text(o, path, 0);

        if (text)
                fprintf(cli->out, "%s%s%s", before, text, after);
        free(text);
}

static void put_endpoint(struct cp_cli *cli, const json_t *e, const char *ip, const char *port)
{
        bool six = strchr(cp_field_raw(e, ip, ""), ':') != NULL;

        put(cli, six ? "[" : "", e, ip, six ? "]" : "");
        put(cli, ":", e, port, "");
}

static void put_message(struct cp_cli *cli, const json_t *e)
{
        fputs(rule_indent, cli->out);
        put_endpoint(cli, e, "src_ip", "src_port");
        fputs(" -> ", cli->out);
        put_endpoint(cli, e, "dest_ip", "dest_port");
        if (cp_field(e, "sip.method")) {
                put(cli, "  ", e, "sip.method", "");
                put(cli, " ", e, "sip.uri", "");
        } else {
                put(cli, "  ", e, "sip.code", "");
                put(cli, " ", e, "sip.reason", "");
        }
        put(cli, "  Call-ID ", e, "sip.call_id", "");
        fputc('\n', cli->out);
}

/* What the option asks, in front of what was found. */
static void put_option(struct cp_cli *cli, const json_t *w, const char *option)
{
        bool pcre = strcmp(option, "pcre") == 0;

        if (json_is_true(cp_field(w, "negated")))
                fputs("not ", cli->out);
        if (strcmp(option, "number") != 0 && strcmp(option, "word") != 0)
                put(cli, "", w, "option", "");
        if (pcre || strcmp(option, "content") == 0)
                put(cli, pcre ? " /" : " \"", w, "text", pcre ? "/" : "\"");
        else
                put(cli, strcmp(option, "bsize") == 0 ? " " : "", w, "text", "");
}

static void put_where(struct cp_cli *cli, const json_t *w)
{
        const char *option = cp_field_raw(w, "option", "?");

        fputs(where_indent, cli->out);
        put(cli, "", w, "field", "");
        put(cli, "#", w, "instance", "");
        if (cp_field(w, "field"))
                fputs(": ", cli->out);
        put_option(cli, w, option);
        put(cli, " at ", w, "offset", "");
        put(cli, " up to ", w, "end", "");
        if (!cp_field(w, "offset"))
                put(cli, ", ", w, "length", " octets");
        put(cli, cp_field(w, "text") ? ", is " : "is ", w, "value", "");
        put(cli, ", octet ", w, "datagram_offset", " of the datagram");
        fputc('\n', cli->out);
}

static void put_rule(struct cp_cli *cli, const json_t *rule)
{
        const json_t *w;
        size_t i;

        fprintf(cli->out, "%s%-15s  ", rule_indent, cp_field_raw(rule, "state", "?"));
        put(cli, "rule ", rule, "sid", "");
        put(cli, " ", rule, "action", "");
        put(cli, " ", rule, "mode", "");
        if (cp_field_int(rule, "percent") != 100)
                put(cli, " ", rule, "percent", "%");
        put(cli, "  \"", rule, "msg", "\"\n");
        json_array_foreach(cp_field(rule, "where"), i, w) put_where(cli, w);
        if (cp_field(rule, "where_more"))
                put(cli, where_indent, rule, "where_more", " more\n");
}

void cp_explain_print(struct cp_cli *cli, const json_t *event)
{
        const char *action = cp_field_raw(event, "verdict.action", "?");
        const json_t *rule;
        size_t i;

        put(cli, "frame ", event, "frame", "  ");
        put(cli, "", event, "timestamp", "  ");
        cp_paint(cli, strcmp(action, "pass") == 0 ? CP_COLOUR_GOOD : CP_COLOUR_BAD, action);
        put(cli, " ", event, "verdict.code", "");
        put(cli, "  ", event, "verdict.reason", "");
        put(cli, " (", event, "reason_text", ")");
        put(cli, ", rule ", event, "verdict.rule", "");
        fputc('\n', cli->out);
        put_message(cli, event);
        json_array_foreach(cp_field(event, "explain"), i, rule) put_rule(cli, rule);
        if (json_array_size(cp_field(event, "explain")) == 0)
                fprintf(cli->out, "%sno rule holds\n", rule_indent);
}
