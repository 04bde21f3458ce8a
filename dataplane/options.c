/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: sluice-dataplane [EAL options] -- [options]\n"
    "       sluice-dataplane --replay IN.pcap [replay options]\n"
    "\n"
    "The packet process of Sluice: takes packets from two ports (outside, inside), judges the SIP\n"
    "among them, and asks sluice-control what it does not know.\n"
    "\n"
    "  -c, --config FILE   sluice.yaml (default: " DP_CONFIG_PATH " if it is there)\n"
    "  -T, --test          read the configuration, tell what is wrong with it, and leave\n"
    "  -h, --help          this page\n"
    "  -V, --version       version and DPDK's version\n"
    "\n"
    "Ports come from `dpdk: interfaces:` in FILE, or from EAL's own -a and --vdev: the first is "
    "the\n"
    "outside port, the second the inside port. Cores come from EAL's -l or --lcores; without them\n"
    "one core is taken for each worker, and one for the link to control.\n"
    "\n"
    "  --replay IN         run a capture (pcap, pcapng) through the same chain: no root, no huge\n"
    "                      pages, no NIC; `sluice-dataplane --replay --help` lists its options\n";

static int split_at(int argc, char **argv)
{
        for (int i = 1; i < argc; i++)
                if (strcmp(argv[i], "--") == 0)
                        return i;
        return argc;
}

/* Words that a person tries first; EAL would not understand them, or not mean us. */
static int alone(const char *word)
{
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
                fputs(help, stdout);
                return 1;
        }
        if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
                puts("sluice-dataplane " SLUICE_VERSION);
                return 1;
        }
        return 0;
}

int dp_options_parse(int argc, char **argv, struct dp_options *o)
{
        static const struct option longs[] = {
            {"config", required_argument, NULL, 'c'},
            {"test", no_argument, NULL, 'T'},
            {"help", no_argument, NULL, 'h'},
            {"version", no_argument, NULL, 'V'},
            {NULL, 0, NULL, 0},
        };
        int split = split_at(argc, argv);
        int ch;

        *o = (struct dp_options){.eal_argc = split, .eal_argv = argv};
        for (int i = 1; i < split; i++)
                if (alone(argv[i]) != 0)
                        return 1;
        if (split < argc) {
                argv[split] = argv[0];
                optind = 1;
                while ((ch = getopt_long(argc - split, argv + split, "c:ThV", longs, NULL)) != -1) {
                        switch (ch) {
                        case 'c':
                                o->config_path = optarg;
                                break;
                        case 'T':
                                o->test_only = true;
                                break;
                        case 'h':
                                return alone("--help");
                        case 'V':
                                return alone("--version");
                        default:
                                return -EINVAL;
                        }
                }
                if (optind < argc - split) {
                        fprintf(stderr, "sluice-dataplane: what is \"%s\"? See --help\n",
                                argv[split + optind]);
                        return -EINVAL;
                }
        }
        if (o->config_path == NULL && access(DP_CONFIG_PATH, R_OK) == 0)
                o->config_path = DP_CONFIG_PATH;
        return 0;
}
