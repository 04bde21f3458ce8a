/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/run.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "control/cli/args.h"
#include "control/cli/help.h"
#include "control/config/config.h"

#define PAGE_COLS 80u

/* A terminal may be wider than a page; a file or a pipe is a page. */
static void look_at_output(struct cp_cli *cli)
{
        int fd = fileno(cli->out);
        struct winsize w;

        cli->width = PAGE_COLS;
        if (fd < 0 || !isatty(fd))
                return;
        cli->colour = !getenv("NO_COLOR");
        if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > PAGE_COLS)
                cli->width = w.ws_col;
}

/* A file that was named must be good; a fault in the one at the usual place is only told. */
static int load_settings(struct cp_cli *cli, const char *config)
{
        const char *path = config ? config : CP_CONFIG_DEFAULT_PATH;
        char error[CP_SETTINGS_ERROR_BYTES];

        cp_settings_init(&cli->settings);
        if (!config && access(path, R_OK) != 0)
                return CP_CLI_YES;
        if (cp_settings_load(&cli->settings, path, error) == 0)
                return CP_CLI_YES;
        fprintf(cli->err, "sluicectl: %s: %s\n", path, error);
        return config ? CP_CLI_USAGE : CP_CLI_YES;
}

/* --socket goes before --config, that before the environment, that before the usual file. */
static int choose_places(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const char *config = cp_cli_opt_value(args, "config");
        const char *socket = cp_cli_opt_value(args, "socket");
        const char *env = getenv("SLUICE_SOCKET");
        int rc = load_settings(cli, config);

        cli->socket_path = cli->settings.control_socket;
        if (socket)
                cli->socket_path = socket;
        else if (!config && env && *env)
                cli->socket_path = env;
        return rc;
}

static int run_command(struct cp_cli *cli, const struct cp_cli_args *args)
{
        int rc;

        if (cp_cli_opt_value(args, "version") && !args->cmd) {
                fprintf(cli->out, "sluicectl %s\n", SLUICE_VERSION);
                return CP_CLI_YES;
        }
        if (cp_cli_opt_value(args, "help")) {
                if (args->cmd)
                        cp_cli_help_command(cli, args->cmd);
                else
                        cp_cli_help_all(cli);
                return CP_CLI_YES;
        }
        if (!args->cmd)
                return cp_cli_usage(cli, NULL, "no command given");
        if ((args->cmd->flags & CP_CLI_CHANGES) && cp_cli_opt_value(args, "read-only")) {
                fprintf(cli->err, "sluicectl: %s changes something: refused with --read-only\n",
                        args->cmd->name);
                return CP_CLI_NO;
        }
        rc = choose_places(cli, args);
        if (rc == CP_CLI_YES)
                rc = args->cmd->run(cli, args);
        cp_settings_fini(&cli->settings);
        return rc;
}

int cp_cli_run(int argc, char *const *argv, FILE *out, FILE *err)
{
        struct cp_cli cli = {.out = out, .err = err};
        struct cp_cli_line line;
        char why[256];
        int rc;

        look_at_output(&cli);
        if (cp_cli_line_parse(&line, argc, argv, why, sizeof(why)) != 0) {
                rc = cp_cli_usage(&cli, line.args.cmd, why);
        } else {
                cli.json = cp_cli_opt_value(&line.args, "json") != NULL;
                rc = run_command(&cli, &line.args);
        }
        cp_cli_line_fini(&line);
        if (fflush(out) != 0 && rc == CP_CLI_YES)
                rc = CP_CLI_NO; /* a full disk or a closed pipe: the answer did not get out */
        return rc;
}
