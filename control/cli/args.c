/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader { /* where the reading of a command line stands */
        struct cp_cli_line *line;
        int argc;
        char *const *argv;
        int next;
        char *why;
        size_t why_cap;
};

static const struct cp_cli_opt *opt_by_name(const struct cp_cli_opt *o, const char *name,
                                            size_t bytes)
{
        for (; o && o->name; o++)
                if (strlen(o->name) == bytes && strncmp(o->name, name, bytes) == 0)
                        return o;
        return NULL;
}

static const struct cp_cli_opt *opt_by_letter(const struct cp_cli_opt *o, char letter)
{
        for (; o && o->name; o++)
                if (o->letter == letter)
                        return o;
        return NULL;
}

static const struct cp_cli_opt *command_opts(const struct reader *r)
{
        return r->line->args.cmd ? r->line->args.cmd->opts : NULL;
}

static int refuse(const struct reader *r, const char *what, const char *arg)
{
        snprintf(r->why, r->why_cap, "%s: %.64s", what, arg);
        return -EINVAL;
}

/* Do the words so far name a command in full? Its name is then taken off them. */
static int find_command(struct reader *r)
{
        struct cp_cli_args *a = &r->line->args;
        size_t used = 0;

        a->cmd = cp_cli_find(r->line->word, a->word_cnt, &used, r->why, r->why_cap);
        if (!a->cmd)
                return -EINVAL;
        a->word_cnt -= used;
        memmove(r->line->word, r->line->word + used, a->word_cnt * sizeof(*r->line->word));
        return 0;
}

/* value: what came glued to the option, NULL = nothing. */
static int give(struct reader *r, const struct cp_cli_opt *opt, const char *value)
{
        if (!opt && !r->line->args.cmd && r->line->args.word_cnt)
                return find_command(r); /* the word before it is what is wrong */
        if (!opt)
                return refuse(r, "unknown option", r->argv[r->next - 1]);
        if (!opt->arg && value)
                return refuse(r, "this option takes no value", r->argv[r->next - 1]);
        if (opt->arg && !value) {
                if (r->next == r->argc)
                        return refuse(r, "this option needs a value", r->argv[r->next - 1]);
                value = r->argv[r->next++];
        }
        r->line->given[r->line->args.given_cnt++] =
            (struct cp_cli_given){.opt = opt, .value = value ? value : ""};
        return 0;
}

static int read_long(struct reader *r, const char *name)
{
        size_t bytes = strcspn(name, "=");
        const struct cp_cli_opt *opt = opt_by_name(command_opts(r), name, bytes);

        if (!opt)
                opt = opt_by_name(cp_cli_global_opts, name, bytes);
        return give(r, opt, name[bytes] == '=' ? name + bytes + 1 : NULL);
}

/* One argument may hold several letters: -fd. Room: each letter is an octet of argv, and given[]
 * is sized by octets. */
static int read_letters(struct reader *r, const char *letters)
{
        int rc = 0;

        while (*letters && rc == 0) {
                const struct cp_cli_opt *opt = opt_by_letter(command_opts(r), *letters);

                if (!opt)
                        opt = opt_by_letter(cp_cli_global_opts, *letters);
                letters++;
                if (opt && opt->arg && *letters)
                        return give(r, opt, letters);
                rc = give(r, opt, NULL);
        }
        return rc;
}

static int check_words(struct reader *r)
{
        struct cp_cli_args *a = &r->line->args;

        if (!a->cmd && a->word_cnt)
                return find_command(r);
        if (!a->cmd || cp_cli_opt_value(a, "help"))
                return 0;
        if (a->word_cnt < a->cmd->word_min) {
                snprintf(r->why, r->why_cap, "%s needs %s", a->cmd->name, a->cmd->args);
                return -EINVAL;
        }
        if (a->word_cnt > a->cmd->word_max && !(a->cmd->flags & CP_CLI_RAW))
                return refuse(r, "one argument too many", a->word[a->cmd->word_max]);
        return 0;
}

static int read_all(struct reader *r)
{
        struct cp_cli_args *a = &r->line->args;
        bool opts = true;
        int rc = 0;

        while (r->next < r->argc && rc == 0) {
                const char *s = r->argv[r->next++];
                bool raw = a->cmd && (a->cmd->flags & CP_CLI_RAW);

                if (raw || !opts || s[0] != '-' || s[1] == '\0') {
                        r->line->word[a->word_cnt++] = s;
                        /* A second word is looked for only when the first needs one. */
                        if (!a->cmd)
                                find_command(r);
                } else if (strcmp(s, "--") == 0) {
                        opts = false;
                } else {
                        rc = s[1] == '-' ? read_long(r, s + 2) : read_letters(r, s + 1);
                }
        }
        return rc ? rc : check_words(r);
}

int cp_cli_line_parse(struct cp_cli_line *line, int argc, char *const *argv, char *why,
                      size_t why_cap)
{
        struct reader r = {
            .line = line, .argc = argc, .argv = argv, .next = 1, .why = why, .why_cap = why_cap};
        size_t octets = 1;

        for (int i = 1; i < argc; i++)
                octets += strlen(argv[i]) + 1;
        *line = (struct cp_cli_line){
            .word = calloc((size_t)argc + 1, sizeof(*line->word)),
            .given = calloc(octets, sizeof(*line->given)),
        };
        line->args.word = line->word;
        line->args.given = line->given;
        if (!line->word || !line->given)
                return refuse(&r, "out of memory", "");
        return read_all(&r);
}

void cp_cli_line_fini(struct cp_cli_line *line)
{
        free(line->word);
        free(line->given);
        *line = (struct cp_cli_line){.word = NULL};
}

const char *cp_cli_opt_value(const struct cp_cli_args *args, const char *name)
{
        for (size_t i = args->given_cnt; i-- > 0;)
                if (strcmp(args->given[i].opt->name, name) == 0)
                        return args->given[i].value;
        return NULL;
}

int cp_cli_opt_number(const struct cp_cli_args *args, const char *name, long min, long max,
                      long *value)
{
        const char *text = cp_cli_opt_value(args, name);
        char *end;
        long n;

        if (!text)
                return 0;
        errno = 0;
        n = strtol(text, &end, 10);
        if (errno || end == text || *end || n < min || n > max)
                return -EINVAL;
        *value = n;
        return 0;
}
