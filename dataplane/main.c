/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_pdump.h>

#include "dataplane/app.h"
#include "dataplane/config.h"
#include "dataplane/eal_args.h"
#include "dataplane/options.h"
#include "dataplane/replay.h"

static struct dp_app app;

static void on_stop(int signal_number)
{
        (void)signal_number;
        atomic_store_explicit(&app.stop, true, memory_order_relaxed);
}

static void signals_catch(void)
{
        struct sigaction sa = {.sa_handler = on_stop};

        sigaction(SIGINT, &sa, NULL);
        sigaction(SIGTERM, &sa, NULL);
        sa.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &sa, NULL);
}

static bool wants_replay(int argc, char **argv)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (strcmp(argv[i], "--replay") == 0 || strncmp(argv[i], "--replay=", 9) == 0)
                        return true;
        return false;
}

static int eal_start(int argc, char **argv, const struct dp_config *config)
{
        static struct dp_eal_args args; /* EAL keeps pointers into it */
        int rc = dp_eal_args_render(&args, argc, argv, config);

        if (rc != 0) {
                fprintf(stderr, "sluice-dataplane: EAL arguments: %s\n", strerror(-rc));
                return rc;
        }
        if (rte_eal_init(args.argc, args.argv) < 0) {
                fprintf(stderr,
                        "sluice-dataplane: EAL does not start: %s (see `sluicectl doctor`)\n",
                        rte_strerror(rte_errno));
                return -EINVAL;
        }
        return 0;
}

int main(int argc, char **argv)
{
        struct dp_options options;
        struct dp_config config;
        int rc;

        if (wants_replay(argc, argv))
                return dp_replay_main(argc, argv);
        rc = dp_options_parse(argc, argv, &options);
        if (rc != 0)
                return rc == 1 ? EXIT_SUCCESS : 2;
        if (dp_config_load(options.config_path, &config) != 0)
                return 2;
        if (options.test_only) {
                dp_config_free(&config);
                return EXIT_SUCCESS;
        }
        if (eal_start(options.eal_argc, options.eal_argv, &config) != 0)
                return 2;
        if (rte_pdump_init() != 0) /* dpdk-dumpcap will not work; everything else does */
                fprintf(stderr, "sluice-dataplane: packet capture (pdump) is not available\n");
        signals_catch();
        rc = dp_app_start(&app, &config);
        if (rc == 0)
                dp_app_run(&app);
        rc = dp_app_stop(&app) != 0 ? 1 : rc != 0 ? 2 : EXIT_SUCCESS;
        (void)rte_pdump_uninit();
        (void)rte_eal_cleanup();
        dp_config_free(&config);
        return rc;
}
