/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/engine/frame.h"

static const char usage[] =
    "usage: sluice-bench run     [OPTIONS] [-- EAL ARGUMENTS]   one load, measured\n"
    "\n"
    "       sluice-bench search  [OPTIONS] [-- EAL ARGUMENTS]   the highest rate that is borne\n"
    "       sluice-bench attack  [OPTIONS] [-- EAL ARGUMENTS]   what is left of calls under an "
    "attack\n"
    "       sluice-bench replay FILE [OPTIONS] [-- EAL ARGUMENTS]  a capture, sent again\n"
    "       sluice-bench compare A.json B.json                  what got slower from A to B\n"
    "       sluice-bench report FILE.json [--html FILE] [--csv FILE]  other forms of a result\n"
    "       sluice-bench micro DIRECTORY [--json FILE]          the bench_* programs in DIRECTORY\n"
    "\n"
    "What is sent\n"
    "  --scenario FILE   calls by a scenario in SIPp's XML, or uac, uas, register, options (uac)\n"
    "  --answer FILE     the other side of --device loop (uas)\n"
    "  --inject FILE     values for [field0], [field1], ...; may be given again\n"
    "  --key NAME=VALUE  a keyword of your own; may be given again\n"
    "  --service NAME    [service] (service)        --media-port PORT  [media_port] (6000)\n"
    "  --auth-user NAME, --auth-password WORD       for [authentication] (service, password)\n"
    "  --mix PROFILE     single messages, answers not waited for: trunk, enterprise, registrar, "
    "presence,\n"
    "                    avalanche, spec-like, options\n"
    "  --size OCTETS     fills messages of a mix or attack up to so many\n"
    "  --attack KIND     beside all else: options-flood, register-flood, invite-flood, "
    "response-flood,\n"
    "                    malformed, crlf, fragments, scan, guess, files:DIRECTORY (each file a "
    "message)\n"
    "  --attack-rate N   frames a second (1000)     --attack-local ADDRESS, --attack-locals N  "
    "spoofed\n"
    "                    sources (10.100.100.100 on, 3000000)\n"
    "  --replay FILE     a capture                  --speed X  so many times faster; 0 at once "
    "(1)\n"
    "Between whom\n"
    "  --device DEVICE   a DPDK port: net_af_packet0,iface=veth0 or a PCI address, or loop for a "
    "pair\n"
    "                    of rings to an answering side in this process; one worker each\n"
    "  --local ADDRESS   ours, which no kernel may have (198.18.0.1)\n"
    "  --locals N        addresses; octets that vary run from 100 to 255 (1)\n"
    "  --port PORT       the first of ours (5060)   --ports N  how many (1)\n"
    "  --remote ADDRESS[:PORT]   whom to call       --remote-mac MAC   instead of asking for it\n"
    "  --vlan ID         802.1Q tag\n"
    "How much\n"
    "  --rate N          begun a second, whatever the answers do; 0 as fast as it goes (10)\n"
    "  --calls N         stop after so many         --time SECONDS  stop after so long\n"
    "  --hold MS         pauses without a time (0)  --slots N  calls at the same time (65536)\n"
    "  --live N          calls at the same time of each worker; those due beyond begin late\n"
    "  --linger MS       timewaits without a time (4000)\n"
    "  --drain SECONDS   to let calls end in (40)\n"
    "  --window SECONDS  soak: figures of each window, and whether any of them drifts\n"
    "  --rate-scale N    of the keys + - (1 a second) and * / (10), p pause, q end, Q stop (1)\n"
    "Search\n"
    "  --low N, --high N rates to begin with and never to exceed (100, 10000000)\n"
    "  --find WHAT       rate; burst: back to back, how many at once; sessions: how many live at\n"
    "                    the same time, begun at --rate (rate)\n"
    "  --goals A,B,...   several goals in one search, trials shared\n"
    "  --goal SHARE      that may fail (0)          --trials N  of each rate; most decide (3)\n"
    "  --precision SHARE to which the bounds are to agree (0.01); --time of a trial (5)\n"
    "  --first-time S    of the first trials, doubled up to --time (an eighth, 0.5 at least)\n"
    "Compare\n"
    "  --tolerance SHARE that a figure may be worse (0.05)\n"
    "Micro\n"
    "  --filter REGEX    only the benchmarks of these names\n"
    "Timers\n"
    "  --t1 MS           instead of the scenario's  --t2 MS  (4000)\n"
    "  --wait MS         for a response (32000)     --no-retrans  nothing is sent again\n"
    "Results\n"
    "  --json FILE, --csv FILE, --sipp-csv FILE, --html FILE; - is standard output\n"
    "  --log FILE        what <log> actions say     --quiet   nothing on the screen\n"
    "  --check N         every N-th message is read by Sluice's parser as well (64); 0 never\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 done, 1 calls failed or the search found nothing, 2 wrong command line or "
    "set-up,\n"
    "3 done, but the result may not be trusted (the report says why).\n";

enum option_id {
        O_DEVICE = 256,
        O_MIX,
        O_SIZE,
        O_ATTACK,
        O_ATTACK_RATE,
        O_ATTACK_LOCAL,
        O_ATTACK_LOCALS,
        O_REPLAY,
        O_SPEED,
        O_LOW,
        O_HIGH,
        O_GOAL,
        O_TRIALS,
        O_PRECISION,
        O_FIRST_TIME,
        O_SCENARIO,
        O_ANSWER,
        O_INJECT,
        O_KEY,
        O_SERVICE,
        O_MEDIA_PORT,
        O_USER,
        O_PASSWORD,
        O_LOCAL,
        O_LOCALS,
        O_PORT,
        O_PORTS,
        O_REMOTE,
        O_REMOTE_MAC,
        O_VLAN,
        O_RATE,
        O_CALLS,
        O_TIME,
        O_HOLD,
        O_LINGER,
        O_SLOTS,
        O_LIVE,
        O_DRAIN,
        O_WINDOW,
        O_TOLERANCE,
        O_FILTER,
        O_RATE_SCALE,
        O_FIND,
        O_GOALS,
        O_T1,
        O_T2,
        O_WAIT,
        O_NO_RETRANS,
        O_JSON,
        O_CSV,
        O_SIPP_CSV,
        O_HTML,
        O_LOG,
        O_QUIET,
        O_CHECK,
        O_HELP,
        O_VERSION,
};

static const struct option table[] = {
    {"device", required_argument, NULL, O_DEVICE},
    {"mix", required_argument, NULL, O_MIX},
    {"size", required_argument, NULL, O_SIZE},
    {"attack", required_argument, NULL, O_ATTACK},
    {"attack-rate", required_argument, NULL, O_ATTACK_RATE},
    {"attack-local", required_argument, NULL, O_ATTACK_LOCAL},
    {"attack-locals", required_argument, NULL, O_ATTACK_LOCALS},
    {"replay", required_argument, NULL, O_REPLAY},
    {"speed", required_argument, NULL, O_SPEED},
    {"low", required_argument, NULL, O_LOW},
    {"high", required_argument, NULL, O_HIGH},
    {"goal", required_argument, NULL, O_GOAL},
    {"trials", required_argument, NULL, O_TRIALS},
    {"precision", required_argument, NULL, O_PRECISION},
    {"first-time", required_argument, NULL, O_FIRST_TIME},
    {"scenario", required_argument, NULL, O_SCENARIO},
    {"answer", required_argument, NULL, O_ANSWER},
    {"inject", required_argument, NULL, O_INJECT},
    {"key", required_argument, NULL, O_KEY},
    {"service", required_argument, NULL, O_SERVICE},
    {"media-port", required_argument, NULL, O_MEDIA_PORT},
    {"auth-user", required_argument, NULL, O_USER},
    {"auth-password", required_argument, NULL, O_PASSWORD},
    {"local", required_argument, NULL, O_LOCAL},
    {"locals", required_argument, NULL, O_LOCALS},
    {"port", required_argument, NULL, O_PORT},
    {"ports", required_argument, NULL, O_PORTS},
    {"remote", required_argument, NULL, O_REMOTE},
    {"remote-mac", required_argument, NULL, O_REMOTE_MAC},
    {"vlan", required_argument, NULL, O_VLAN},
    {"rate", required_argument, NULL, O_RATE},
    {"calls", required_argument, NULL, O_CALLS},
    {"time", required_argument, NULL, O_TIME},
    {"hold", required_argument, NULL, O_HOLD},
    {"linger", required_argument, NULL, O_LINGER},
    {"slots", required_argument, NULL, O_SLOTS},
    {"live", required_argument, NULL, O_LIVE},
    {"drain", required_argument, NULL, O_DRAIN},
    {"tolerance", required_argument, NULL, O_TOLERANCE},
    {"filter", required_argument, NULL, O_FILTER},
    {"window", required_argument, NULL, O_WINDOW},
    {"rate-scale", required_argument, NULL, O_RATE_SCALE},
    {"find", required_argument, NULL, O_FIND},
    {"goals", required_argument, NULL, O_GOALS},
    {"t1", required_argument, NULL, O_T1},
    {"t2", required_argument, NULL, O_T2},
    {"wait", required_argument, NULL, O_WAIT},
    {"no-retrans", no_argument, NULL, O_NO_RETRANS},
    {"json", required_argument, NULL, O_JSON},
    {"csv", required_argument, NULL, O_CSV},
    {"sipp-csv", required_argument, NULL, O_SIPP_CSV},
    {"html", required_argument, NULL, O_HTML},
    {"log", required_argument, NULL, O_LOG},
    {"quiet", no_argument, NULL, O_QUIET},
    {"check", required_argument, NULL, O_CHECK},
    {"help", no_argument, NULL, O_HELP},
    {"version", no_argument, NULL, O_VERSION},
    {NULL, 0, NULL, 0},
};

struct words { /* options that are words */
        int id;
        const char **to;
};

struct numbers {
        int id;
        double least;
        double most;
        double *real; /* one of these */
        uint32_t *u32;
        uint16_t *u16;
        uint64_t *u64;
};

static int wrong(const char *name, const char *value)
{
        fprintf(stderr, "sluice-bench: --%s: \"%s\" will not do (see --help)\n", name, value);
        return -EINVAL;
}

static int word(const struct sb_options *o, const struct words *w, uint32_t cnt, int id)
{
        (void)o;
        for (uint32_t i = 0; i < cnt; i++)
                if (w[i].id == id) {
                        *w[i].to = optarg;
                        return 0;
                }
        return 1;
}

static int number(const struct numbers *n, uint32_t cnt, int id, const char *name)
{
        for (uint32_t i = 0; i < cnt; i++) {
                char *end;
                double v;

                if (n[i].id != id)
                        continue;
                v = strtod(optarg, &end);
                if (end == optarg || *end != '\0' || !(v >= n[i].least && v <= n[i].most))
                        return wrong(name, optarg);
                if (n[i].real != NULL)
                        *n[i].real = v;
                else if (n[i].u32 != NULL)
                        *n[i].u32 = (uint32_t)v;
                else if (n[i].u16 != NULL)
                        *n[i].u16 = (uint16_t)v;
                else
                        *n[i].u64 = (uint64_t)v;
                return 0;
        }
        return 1;
}

/* Options that may be given again. */
static int listed(struct sb_options *o, int id, const char *name)
{
        char *equals;

        switch (id) {
        case O_DEVICE:
                if (o->ports.device_cnt == SB_PORTS_MAX)
                        return wrong(name, optarg);
                o->ports.devices[o->ports.device_cnt++] = optarg;
                return 0;
        case O_INJECT:
                if (o->inject_cnt == SB_FILES_MAX)
                        return wrong(name, optarg);
                o->inject[o->inject_cnt++] = optarg;
                return 0;
        case O_KEY:
                equals = strchr(optarg, '=');
                if (equals == NULL || o->key_cnt == SB_KEYS_MAX)
                        return wrong(name, optarg);
                *equals = '\0';
                o->keys[2 * o->key_cnt] = optarg;
                o->keys[2 * o->key_cnt++ + 1] = equals + 1;
                return 0;
        case O_NO_RETRANS:
                o->no_retrans = true;
                return 0;
        case O_QUIET:
                o->quiet = true;
                return 0;
        default:
                return 1;
        }
}

static int one(struct sb_options *o, int id, const char *name)
{
        const struct words words[] = {
            {O_MIX, &o->mix},
            {O_ATTACK, &o->attack},
            {O_ATTACK_LOCAL, &o->attack_local},
            {O_REPLAY, &o->replay},
            {O_SCENARIO, &o->scenario},
            {O_ANSWER, &o->answer},
            {O_SERVICE, &o->service},
            {O_USER, &o->user},
            {O_PASSWORD, &o->password},
            {O_LOCAL, &o->local},
            {O_REMOTE, &o->remote},
            {O_REMOTE_MAC, &o->remote_mac},
            {O_JSON, &o->json},
            {O_FIND, &o->find},
            {O_GOALS, &o->goals},
            {O_FILTER, &o->filter},
            {O_CSV, &o->csv},
            {O_SIPP_CSV, &o->sipp_csv},
            {O_HTML, &o->html},
            {O_LOG, &o->log},
        };
        const struct numbers numbers[] = {
            {.id = O_MEDIA_PORT, .least = 1, .most = 65000, .u16 = &o->media_port},
            {.id = O_SIZE, .least = 0, .most = 1450, .u32 = &o->size},
            {.id = O_ATTACK_RATE, .least = 0, .most = 1e9, .real = &o->attack_rate},
            {.id = O_ATTACK_LOCALS, .least = 1, .most = 4e9, .u32 = &o->attack_local_cnt},
            {.id = O_SPEED, .least = 0, .most = 1e6, .real = &o->speed},
            {.id = O_LOW, .least = 0.001, .most = 1e9, .real = &o->search_low},
            {.id = O_HIGH, .least = 0.001, .most = 1e9, .real = &o->search_high},
            {.id = O_GOAL, .least = 0, .most = 1, .real = &o->loss_goal},
            {.id = O_TRIALS, .least = 1, .most = 99, .u32 = &o->trials},
            {.id = O_FIRST_TIME, .least = 0.05, .most = 1e6, .real = &o->first_seconds},
            {.id = O_PRECISION, .least = 0.0001, .most = 0.5, .real = &o->precision},
            {.id = O_LOCALS, .least = 1, .most = 4e9, .u32 = &o->local_cnt},
            {.id = O_PORT, .least = 1, .most = 65535, .u16 = &o->local_port},
            {.id = O_PORTS, .least = 1, .most = 65535, .u32 = &o->local_port_cnt},
            {.id = O_VLAN, .least = 0, .most = 4094, .u16 = &o->vlan},
            {.id = O_RATE, .least = 0, .most = 1e9, .real = &o->rate},
            {.id = O_CALLS, .least = 1, .most = 1e15, .u64 = &o->limit},
            {.id = O_TIME, .least = 0.001, .most = 1e7, .real = &o->seconds},
            {.id = O_HOLD, .least = 0, .most = 1e9, .real = &o->hold_ms},
            {.id = O_LINGER, .least = 0, .most = 1e9, .real = &o->linger_ms},
            {.id = O_SLOTS, .least = 1, .most = 16777216, .u32 = &o->slots},
            {.id = O_LIVE, .least = 1, .most = 16777216, .u32 = &o->live},
            {.id = O_DRAIN, .least = 0, .most = 1e6, .real = &o->drain_seconds},
            {.id = O_TOLERANCE, .least = 0, .most = 100, .real = &o->tolerance},
            {.id = O_WINDOW, .least = 0.1, .most = 86400, .real = &o->window},
            {.id = O_RATE_SCALE, .least = 0.001, .most = 1e6, .real = &o->rate_scale},
            {.id = O_T1, .least = 1, .most = 60000, .u32 = &o->t1_ms},
            {.id = O_T2, .least = 1, .most = 600000, .u32 = &o->t2_ms},
            {.id = O_WAIT, .least = 1, .most = 4e9, .u32 = &o->wait_ms},
            {.id = O_CHECK, .least = 0, .most = 4e9, .u32 = &o->check_every},
        };
        int rc = listed(o, id, name);

        if (rc == 1)
                rc = word(o, words, sizeof(words) / sizeof(words[0]), id);
        if (rc == 1)
                rc = number(numbers, sizeof(numbers) / sizeof(numbers[0]), id, name);
        return rc;
}

static void defaults(struct sb_options *o)
{
        *o = (struct sb_options){
            .local = "198.18.0.1",
            .local_cnt = 1,
            .local_port = 5060,
            .local_port_cnt = 1,
            .vlan = SB_VLAN_NONE,
            .rate = 10,
            .attack_rate = 1000,
            .attack_local_cnt = 3000000,
            .speed = 1,
            .search_low = 100,
            .search_high = 10e6,
            .trials = 3,
            .precision = 0.01,
            .tolerance = 0.05,
            .limit = UINT64_MAX,
            .drain_seconds = 40,
            .rate_scale = 1,
            .find = "rate",
            .slots = 65536,
            .live = UINT32_MAX,
            .linger_ms = 4000,
            .check_every = 64,
            .t2_ms = 4000,
            .wait_ms = 32000,
            .service = "service",
            .media_port = 6000,
            .user = "service",
            .password = "password",
            .answer = "uas",
        };
}

int sb_options_parse(struct sb_options *o, int argc, char **argv)
{
        int id, at = 0, rc = 0;

        defaults(o);
        if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
                fputs(usage, argc < 2 ? stderr : stdout);
                return argc < 2 ? -EINVAL : 1;
        }
        if (strcmp(argv[1], "--version") == 0) {
                printf("sluice-bench %s\n", SLUICE_VERSION);
                return 1;
        }
        o->command = argv[1];
        optind = 2;
        /* Files come first or last. */
        while (optind < argc && argv[optind][0] != '-')
                optind++;
        o->files = argv + 2;
        o->file_cnt = (uint32_t)(optind - 2);
        while (rc == 0 && (id = getopt_long(argc, argv, "+h", table, &at)) != -1) {
                if (id == 'h' || id == O_HELP) {
                        fputs(usage, stdout);
                        return 1;
                }
                rc = id == '?' ? -EINVAL : one(o, id, table[at].name);
        }
        if (rc != 0)
                return -EINVAL;
        if (strcmp(argv[optind - 1], "--") == 0) { /* what follows is EAL's */
                o->ports.eal = argv + optind;
                o->ports.eal_cnt = (uint32_t)(argc - optind);
        } else if (optind < argc && o->file_cnt == 0) {
                o->files = argv + optind;
                o->file_cnt = (uint32_t)(argc - optind);
        } else if (optind < argc) {
                fprintf(stderr, "sluice-bench: \"%s\" is too much (see --help)\n", argv[optind]);
                return -EINVAL;
        }
        return 0;
}
