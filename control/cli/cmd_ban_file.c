/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_ban_file.c - `sluicectl ban export | import`: bans as a file.
 *
 *   text   PREFIX UNTIL [rate=N] [REASON...], a ban a line; UNTIL is a UTC time or "-" for ever;
 *          with a rate it is a limit of N new requests a minute, with rate=0 a ban as without;
 *          lines that begin with # are comments
 *   JSON   what `ban list --json` prints
 *
 * A file is read as a whole before the first ban is set: a line that is none, and nothing changes.
 * A prefix that control refuses ends the import there, and is told with its line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/escape.h"
#include "control/cli/field.h"

#define FILE_BYTES_MAX (64u << 20)
#define RATE           "rate="
#define BOM            "\xef\xbb\xbf" /* some editors begin a file with it */

/* ---- export ---- */

static void print_line(struct cp_cli *cli, const json_t *ban)
{
        const char *until = cp_field_raw(ban, "expires", NULL);
        const char *reason = cp_field_raw(ban, "reason", "");
        char *text = cp_cli_escape(reason, strlen(reason), 0);

        fprintf(cli->out, "%s %.19s%s", cp_field_raw(ban, "prefix", ""), until ? until : "-",
                until ? "Z" : "");
        if (cp_field(ban, "rate") != NULL || strncmp(reason, RATE, strlen(RATE)) == 0)
                fprintf(cli->out, " " RATE "%lld", (long long)cp_field_int(ban, "rate"));
        fprintf(cli->out, "%s%s\n", text && *text ? " " : "", text ? text : "");
        free(text);
}

int cp_cmd_ban_export(struct cp_cli *cli, const struct cp_cli_args *args)
{
        json_t *r = NULL, *bans, *ban;
        size_t i;
        int rc = cp_cli_call(cli, "ban.list", NULL, &r);

        (void)args;
        if (rc != CP_CLI_YES)
                return rc;
        bans = cp_field(r, "bans");
        if (cli->json)
                cp_cli_print_json(cli, r);
        else
                json_array_foreach(bans, i, ban)
                {
                        if (strcmp(cp_field_raw(ban, "source", ""), "operator") == 0)
                                print_line(cli, ban);
                }
        json_decref(r);
        return CP_CLI_YES;
}

/* ---- import ---- */

struct import {
        struct cp_cli *cli;
        const char *name;
        json_t *bans; /* {"line", "params" of ban.add} */
        time_t now;
        unsigned expired;
};

static int bad(const struct import *im, unsigned line, const char *what)
{
        fprintf(im->cli->err, "sluicectl: %s:%u: %s\n", im->name, line, what);
        return CP_CLI_USAGE;
}

/* "2026-01-02T03:04:05" and what may follow; -1 when it is none. */
static time_t parse_time(const char *text)
{
        struct tm tm = {0};
        const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

        return end == NULL ? (time_t)-1 : timegm(&tm);
}

struct entry {
        const char *prefix;
        const char *until; /* NULL or "-": for ever */
        json_int_t rate;   /* 0: a ban */
        const char *reason;
};

static int take(struct import *im, unsigned line, const struct entry *e)
{
        const char *until = e->until;
        json_int_t ttl_s = 0;
        json_t *params;

        if (until != NULL && strcmp(until, "-") != 0) {
                time_t t = parse_time(until);

                if (t == (time_t)-1)
                        return bad(im, line,
                                   "the end of a ban is 2026-01-02T03:04:05Z, or - for ever");
                if (t <= im->now) {
                        im->expired++;
                        return CP_CLI_YES;
                }
                ttl_s = t - im->now;
        }
        params = json_pack("{s:i, s:{s:s, s:I, s:s}}", "line", (int)line, "params", "prefix",
                           e->prefix, "ttl_s", ttl_s, "reason", e->reason);
        if (params == NULL)
                return bad(im, line, "not UTF-8");
        if (e->rate != 0)
                json_object_set_new(cp_field(params, "params"), "rate", json_integer(e->rate));
        json_array_append_new(im->bans, params);
        return CP_CLI_YES;
}

/* "rate=N" at the beginning of what is left; past it, or NULL when N is none. */
static char *take_rate(char *text, json_int_t *rate)
{
        char *end;

        if (strncmp(text, RATE, strlen(RATE)) != 0)
                return text;
        *rate = strtol(text + strlen(RATE), &end, 10);
        if (*rate < 0 || (*end != '\0' && strchr(" \t\r", *end) == NULL))
                return NULL;
        return end + strspn(end, " \t");
}

static int take_line(struct import *im, char *text, unsigned line)
{
        struct entry e = {0};
        char *save = NULL;

        e.prefix = strtok_r(text, " \t\r", &save);
        if (e.prefix == NULL || *e.prefix == '#')
                return CP_CLI_YES;
        e.until = strtok_r(NULL, " \t\r", &save);
        if (e.until == NULL)
                return bad(im, line, "PREFIX UNTIL [REASON] is due");
        save = take_rate(save + strspn(save, " \t"), &e.rate);
        if (save == NULL)
                return bad(im, line, "rate= takes a number of new requests a minute");
        save[strcspn(save, "\r")] = '\0';
        e.reason = save;
        return take(im, line, &e);
}

static int take_text(struct import *im, char *text)
{
        unsigned line = 1;
        int rc = CP_CLI_YES;

        for (char *next; rc == CP_CLI_YES && text != NULL; text = next, line++) {
                next = strchr(text, '\n');
                if (next != NULL)
                        *next++ = '\0';
                rc = take_line(im, text, line);
        }
        return rc;
}

static int take_json(struct import *im, const char *text, size_t len)
{
        json_error_t err;
        json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err), *bans, *ban;
        int rc = CP_CLI_YES;
        size_t i;

        if (root == NULL)
                return bad(im, (unsigned)err.line, err.text);
        bans = cp_field(root, "bans");
        if (!json_is_array(bans))
                rc = bad(im, 1, "there is no list \"bans\" in it");
        json_array_foreach(bans, i, ban)
        {
                const struct entry e = {
                    .prefix = cp_field_raw(ban, "prefix", NULL),
                    .until = cp_field_raw(ban, "expires", NULL),
                    .rate = cp_field_int(ban, "rate"),
                    .reason = cp_field_raw(ban, "reason", ""),
                };

                if (rc != CP_CLI_YES || strcmp(cp_field_raw(ban, "source", ""), "config") == 0)
                        continue;
                rc = e.prefix == NULL ? bad(im, 1, "an entry without a prefix") : take(im, 1, &e);
        }
        json_decref(root);
        return rc;
}

/* The whole file, terminated, without a byte order mark; NULL after telling why not. */
static char *read_all(const struct import *im, size_t *len)
{
        bool input = strcmp(im->name, "-") == 0;
        FILE *f = input ? stdin : fopen(im->name, "re");
        char *text = f == NULL ? NULL : malloc(FILE_BYTES_MAX + 1);

        *len = text == NULL ? 0 : fread(text, 1, FILE_BYTES_MAX, f);
        if (text == NULL || ferror(f) || !feof(f) || memchr(text, '\0', *len) != NULL) {
                fprintf(im->cli->err, "sluicectl: %s: %s\n", im->name,
                        text == NULL || ferror(f) ? strerror(errno)
                                                  : "not a list of bans, or too long");
                free(text);
                text = NULL;
        } else {
                if (*len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0)
                        memmove(text, text + strlen(BOM), *len -= strlen(BOM));
                text[*len] = '\0';
        }
        if (f != NULL && !input)
                fclose(f);
        return text;
}

static int send_all(struct import *im, size_t *sent)
{
        json_t *ban;
        size_t i;

        json_array_foreach(im->bans, i, ban)
        {
                json_t *r = NULL;
                int rc = cp_cli_call(im->cli, "ban.add", json_incref(cp_field(ban, "params")), &r);

                if (rc != CP_CLI_YES) {
                        fprintf(im->cli->err, "sluicectl: that was %s:%d\n", im->name,
                                (int)cp_field_int(ban, "line"));
                        return rc;
                }
                json_decref(r);
                ++*sent;
        }
        return CP_CLI_YES;
}

int cp_cmd_ban_import(struct cp_cli *cli, const struct cp_cli_args *args)
{
        struct import im = {.cli = cli, .name = args->word[0], .now = time(NULL)};
        size_t len, sent = 0;
        char *text = read_all(&im, &len);
        int rc;

        if (text == NULL)
                return CP_CLI_NO;
        im.bans = json_array();
        rc =
            text[strspn(text, " \t\r\n")] == '{' ? take_json(&im, text, len) : take_text(&im, text);
        if (rc == CP_CLI_YES)
                rc = send_all(&im, &sent);
        if (sent != 0 || rc == CP_CLI_YES)
                fprintf(cli->out, "%zu bans set, %u had ended\n", sent, im.expired);
        json_decref(im.bans);
        free(text);
        return rc;
}
