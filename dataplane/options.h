/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the dataplane's own command line: what follows EAL's arguments and "--".
 */
#ifndef SLUICE_DATAPLANE_OPTIONS_H
#define SLUICE_DATAPLANE_OPTIONS_H

#include <stdbool.h>

#define DP_CONFIG_PATH "/etc/sluice/sluice.yaml"

struct dp_options {
        const char *config_path; /* NULL: the default path if it exists, else built-in defaults */
        bool test_only;          /* -T: read the configuration and leave */
        int eal_argc;            /* arguments for EAL, argv[0] included */
        char **eal_argv;
};

/*
 * Split argv at "--" and read the right part. --help and --version also work without "--".
 * Returns 0 to go on, 1 when all is done (help, version), -EINVAL after telling what is wrong.
 */
int dp_options_parse(int argc, char **argv, struct dp_options *o);

#endif
