/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - sluice-control: what the command line says, then service.h.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/config/config.h"
#include "control/service.h"

/* Exit codes: 0 done, 1 failed, 2 wrong use. */
#define EXIT_USAGE 2

static const char help[] =
    "usage: sluice-control [-c FILE] [-T]\n"
    "Decides what the Sluice dataplane asks, and serves sluicectl. Runs in the foreground.\n"
    "\n"
    "  -c, --config FILE  configuration (default " CP_CONFIG_DEFAULT_PATH ",\n"
    "                     or built-in defaults where that does not exist)\n"
    "  -T, --test         test the configuration and exit\n"
    "  -h, --help         show this\n"
    "  -V, --version      show the version\n"
    "\n"
    "SIGHUP reloads the policy, SIGUSR1 reopens the event file, SIGTERM stops.\n";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 'T'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static int run(const char *path, bool test)
{
        struct cp_config *config = NULL;
        struct cp_config_error err;
        char text[600];

        if (cp_config_load(&config, path, &err) != 0) {
                fprintf(stderr, "%s\n", cp_config_error_print(&err, text, sizeof(text)));
                return EXIT_FAILURE;
        }
        if (test) {
                printf("%s: ok\n", err.file);
                cp_config_free(config);
                return EXIT_SUCCESS;
        }
        return cp_service_run(path, config) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
        const char *path = NULL;
        bool test = false;
        int opt;

        while ((opt = getopt_long(argc, argv, "c:ThV", options, NULL)) != -1) {
                switch (opt) {
                case 'c':
                        path = optarg;
                        break;
                case 'T':
                        test = true;
                        break;
                case 'h':
                        fputs(help, stdout);
                        return EXIT_SUCCESS;
                case 'V':
                        printf("sluice-control %s\n", SLUICE_VERSION);
                        return EXIT_SUCCESS;
                default:
                        return EXIT_USAGE;
                }
        }
        if (optind != argc) {
                fprintf(stderr, "sluice-control: unexpected argument '%s'\n", argv[optind]);
                return EXIT_USAGE;
        }
        return run(path, test);
}
