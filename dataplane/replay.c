/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/replay.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/capture.h"
#include "dataplane/config.h"
#include "dataplane/explain.h"
#include "dataplane/replay_control.h"
#include "dataplane/replay_inside.h"
#include "dataplane/ring_ports.h"
#include "dataplane/runtime_dir.h"
#include "dataplane/state/tables.h"
#include "dataplane/worker.h"

#define EXIT_NOT_EXACT 1
#define EXIT_CANNOT    2

/* Frames that enter together: one burst of a worker... */
#define BATCH_FRAMES  DP_RX_BURST
/* ...as long as the questions about them fit the smallest share of a request ring... */
#define BATCH_BYTES   (256u * 1024u)
/* ...and no table notices that their times differ: it counts in milliseconds. */
#define BATCH_SPAN_NS UINT64_C(1000000)
#define SECOND_NS     UINT64_C(1000000000)
/* Every batch is decided before the next one enters, so this many slots are never full. */
#define PENDING_SLOTS (2u * BATCH_FRAMES)

struct options {
        const char *in;
        const char *out;
        const char *events;
        const char *config;
        const char *rules;
        struct dp_replay_inside inside;
        const char *control; /* API socket, "none", or NULL for the usual one */
        bool explain;
};

struct replay {
        struct options options;
        struct dp_config config;
        struct dp_capture *capture;
        struct dp_capture_writer *out; /* NULL: nobody wants it */
        struct dp_ring_ports ports;
        struct dp_replay_control control;
        struct dp_explain *explain; /* NULL: nobody asks why */
        struct dp_worker *worker;
        struct dp_tables *tables;
        struct dp_capture_frame next; /* read, not fed yet */
        bool has_next;
        enum shm_side next_side;
        bool eal_runs;
        uint64_t fed;
        uint64_t now_ns;
        struct dp_runtime_dir runtime_dir;
};

static const char help[] =
    "usage: sluice-dataplane --replay IN [options]\n"
    "\n"
    "Run a capture (pcap or pcapng, \"-\" = standard input) through the chain of stages: no NIC, "
    "no\n"
    "root, no huge pages. Time is capture time.\n"
    "\n"
    "  --replay IN         the capture\n"
    "  --out OUT.pcap      what the chain sends: forwarded packets and replies, as Ethernet\n"
    "  --events FILE       one JSON line per SIP message in capture order, and a closing line\n"
    "                      with the counters (\"-\" = standard output)\n"
    "  --inside PREFIX     frames from this source came in at the inside port; up to 16 times.\n"
    "                      Without it every frame enters from the outside\n"
    "  --config FILE       sluice.yaml; without it the defaults\n"
    "  --rules FILE        detection rules\n"
    "  --control SOCKET    ask the sluice-control behind this socket (default: the usual one, if\n"
    "                      it runs; else, or with \"none\", its logic runs in this process)\n"
    "  --explain           each event also says why: which rules hold, where, and what became of "
    "them;\n"
    "                      of every message, whatever the configuration leaves out; decides here\n"
    "  --help              this page\n"
    "\n"
    "Exit status: 0 every frame is accounted for, 1 not, 2 usage or a file that can not be used.\n";

static int cannot(const char *what, const char *why)
{
        fprintf(stderr, "sluice-dataplane: %s: %s\n", what, why);
        return EXIT_CANNOT;
}

/* 0; -1 = help was asked for; EXIT_CANNOT. */
static int options_parse(int argc, char **argv, struct options *o)
{
        static const struct option longs[] = {
            {"replay", required_argument, NULL, 'r'},
            {"out", required_argument, NULL, 'o'},
            {"events", required_argument, NULL, 'e'},
            {"config", required_argument, NULL, 'c'},
            {"rules", required_argument, NULL, 'R'},
            {"control", required_argument, NULL, 'C'},
            {"inside", required_argument, NULL, 'i'},
            {"explain", no_argument, NULL, 'E'},
            {NULL, 0, NULL, 0},
        };
        int opt;

        *o = (struct options){0};
        for (int i = 1; i < argc; i++)
                if (strcmp(argv[i], "--help") == 0) { /* also where a file name is due */
                        fputs(help, stdout);
                        return -1;
                }
        optind = 1;
        while ((opt = getopt_long(argc, argv, "o:e:c:", longs, NULL)) != -1) {
                switch (opt) {
                case 'r':
                        o->in = optarg;
                        break;
                case 'o':
                        o->out = optarg;
                        break;
                case 'e':
                        o->events = optarg;
                        break;
                case 'c':
                        o->config = optarg;
                        break;
                case 'R':
                        o->rules = optarg;
                        break;
                case 'C':
                        o->control = optarg;
                        break;
                case 'E':
                        o->explain = true;
                        break;
                case 'i':
                        if (dp_replay_inside_add(&o->inside, optarg) != 0)
                                return cannot(optarg, "not one of at most 16 prefixes");
                        break;
                default:
                        return EXIT_CANNOT; /* getopt has said why */
                }
        }
        if (optind < argc)
                return cannot(argv[optind], "not an option of --replay (see --replay IN --help)");
        if (o->in == NULL)
                return cannot("--replay", "needs a capture");
        return 0;
}

/* ---- EAL ---- */

static int first_cpu(void)
{
        cpu_set_t set;

        if (sched_getaffinity(0, sizeof(set), &set) != 0)
                return 0;
        for (int i = 0; i < CPU_SETSIZE; i++)
                if (CPU_ISSET((size_t)i, &set))
                        return i;
        return 0;
}

static int eal_start(struct replay *r)
{
        static char words[][32] = {"sluice-dataplane",
                                   "--no-huge",
                                   "--no-pci",
                                   "--no-telemetry",
                                   "--no-shconf",
                                   "--iova-mode=va",
                                   "-m",
                                   "128",
                                   "--log-level=*:4",
                                   DP_RUNTIME_DIR_EAL_ARG,
                                   ""};
        enum { WORDS = sizeof(words) / sizeof(words[0]) };
        static char *args[WORDS + 1]; /* EAL keeps it */
        int rc = dp_runtime_dir_make(&r->runtime_dir);

        if (rc != 0)
                return cannot("runtime directory", strerror(-rc));
        snprintf(words[WORDS - 1], sizeof(words[0]), "--lcores=0@%d", first_cpu());
        for (int i = 0; i < WORDS; i++)
                args[i] = words[i];
        if (rte_eal_init(WORDS, args) < 0)
                return cannot("EAL does not start", rte_strerror(rte_errno));
        r->eal_runs = true;
        return 0;
}

/* ---- the two sides ---- */

static int control_start(struct replay *r)
{
        const struct cp_inproc_args args = {
            .config_path = r->options.config,
            .rules_path = r->options.rules,
            .events_path = r->options.events,
            .explained = r->explain != NULL ? dp_explain_find : NULL,
            .explained_arg = r->explain,
        };
        const char *api = r->options.control;

        if (r->explain != NULL || (api != NULL && strcmp(api, "none") == 0))
                api = NULL;
        else if (api == NULL)
                api = r->config.control_socket;
        return dp_replay_control_start(&r->control, &args, api, r->runtime_dir.path) == 0
                   ? 0
                   : EXIT_CANNOT;
}

static int chain_start(struct replay *r)
{
        int rc = dp_ring_ports_create(&r->ports);

        if (rc != 0)
                return cannot("virtual ports", strerror(-rc));
        r->config.workers = 1;
        r->config.pending_messages = PENDING_SLOTS;
        r->tables = dp_tables_create(&r->config);
        if (r->tables == NULL)
                return cannot("shared tables", "no memory");
        r->tables->share_key = (struct dp_siphash_key){0}; /* the same calls each time */
        const struct dp_worker_args args = {
            .config = &r->config,
            .tables = r->tables,
            .ctl_server = dp_replay_control_decides(&r->control),
            .report_server = dp_replay_control_reports(&r->control),
            .stats = dp_ctl_server_stats(dp_replay_control_decides(&r->control), 0),
            .reply_pool = r->ports.big_pool,
            .port_ids = {r->ports.ids[SHM_SIDE_OUTSIDE], r->ports.ids[SHM_SIDE_INSIDE]},
            .port_cnt = SHM_SIDE_CNT,
            .socket_id = SOCKET_ID_ANY,
            .ip_bytes_max = UINT16_MAX, /* a capture can be of any network */
            .virtual_clock = true,
            .explain = r->explain,
            .one_way = true,
        };

        rc = dp_worker_create(&r->worker, &args);
        return rc == 0 ? 0 : cannot("worker", strerror(-rc));
}

/* Whoever asks why asks of every message. */
static int explain_start(struct replay *r)
{
        if (!r->options.explain)
                return 0;
        r->config.events = DP_EVENTS_ALL;
        r->explain = dp_explain_create(BATCH_FRAMES);
        return r->explain != NULL ? 0 : cannot("--explain", "no memory");
}

static int files_open(struct replay *r)
{
        char error[DP_CAPTURE_ERROR_BYTES];

        if (dp_capture_open(&r->capture, r->options.in, error) != 0)
                return cannot(r->options.in, error);
        if (r->options.out != NULL && dp_capture_create(&r->out, r->options.out, error) != 0)
                return cannot(r->options.out, error);
        return 0;
}

static void fini(struct replay *r)
{
        dp_worker_destroy(r->worker);
        dp_tables_destroy(r->tables);
        dp_ring_ports_destroy(&r->ports);
        dp_explain_destroy(r->explain); /* borrows the rule set */
        dp_replay_control_fini(&r->control);
        dp_capture_close(r->capture);
        if (r->out != NULL)
                (void)dp_capture_finish(r->out);
        dp_config_free(&r->config);
        if (r->eal_runs)
                (void)rte_eal_cleanup();
        dp_runtime_dir_remove(&r->runtime_dir);
}

/* ---- running ---- */

/* Fill r->next. A damaged file ends the capture there: what came before counts. */
static int look_ahead(struct replay *r)
{
        int rc = dp_capture_next(r->capture, &r->next);

        r->has_next = rc == 1;
        if (r->has_next)
                r->next_side = dp_replay_inside_side(&r->options.inside, r->next.data, r->next.len);
        if (rc == -EBADMSG)
                fprintf(stderr, "sluice-dataplane: %s: damaged after frame %" PRIu64 ": %s\n",
                        r->options.in, r->fed, dp_capture_error(r->capture));
        return rc == -ENOMEM ? cannot(r->options.in, strerror(ENOMEM)) : 0;
}

/* The second of the capture that the next frame belongs to. */
static uint64_t second_of(const struct replay *r)
{
        uint64_t time_ns = r->next.time_ns > r->now_ns ? r->next.time_ns : r->now_ns;

        return time_ns / SECOND_NS;
}

/* Frames of one side: the worker takes the ports in turn, so two sides would lose their order. */
static int batch_feed(struct replay *r)
{
        uint64_t last_ns = r->next.time_ns + BATCH_SPAN_NS;
        enum shm_side side = r->next_side;
        uint32_t bytes = 0;

        if (r->next.time_ns > r->now_ns)
                r->now_ns = r->next.time_ns;
        dp_worker_set_time(r->worker, r->now_ns);
        for (unsigned n = 0;
             n < BATCH_FRAMES && bytes < BATCH_BYTES && r->has_next && r->next_side == side &&
             r->next.time_ns <= last_ns && second_of(r) == r->now_ns / SECOND_NS;
             n++) {
                int rc = dp_ring_ports_feed(&r->ports, side, &r->next);

                if (rc != 0)
                        return cannot("packet buffers", strerror(-rc));
                bytes += r->next.len;
                r->fed++;
                rc = look_ahead(r);
                if (rc != 0)
                        return rc;
        }
        return 0;
}

static void drain(struct replay *r)
{
        struct rte_mbuf *m;
        uint64_t stamp_ns;

        while ((m = dp_ring_ports_take(&r->ports, r->now_ns, &stamp_ns)) != NULL) {
                /* decap has made every packet one segment, and replies are born so */
                const struct dp_capture_frame frame = {
                    .data = rte_pktmbuf_mtod(m, const uint8_t *),
                    .len = m->data_len,
                    .time_ns = stamp_ns,
                };

                if (r->out != NULL)
                        dp_capture_write(r->out, &frame);
                rte_pktmbuf_free(m);
        }
}

static uint64_t held(const struct replay *r)
{
        return dp_worker_counters(r->worker)->held_pending;
}

/* Turn until everything that was fed is decided and gone, and control's table updates are in. */
static int settle(struct replay *r)
{
        int answered;
        unsigned moved;

        do {
                moved = dp_worker_turn(r->worker);
                answered = dp_replay_control_answer(&r->control, held(r));
                drain(r);
                if (answered < 0)
                        return cannot("control", strerror(-answered));
        } while (moved != 0 || answered != 0 || dp_ring_ports_waiting(&r->ports) != 0);
        if (held(r) != 0) { /* control has no answer to give: what would happen on the wire */
                dp_worker_flush_pending(r->worker, SHM_REASON_DEADLINE);
                drain(r);
        }
        answered = cp_inproc_events(r->control.local, UINT64_MAX); /* nothing is undecided */
        if (r->explain != NULL)
                dp_explain_clear(r->explain);
        return answered < 0 ? cannot("events", strerror(-answered)) : 0;
}

/* The classes of a second, once the next frame lies behind it or there is none. */
static int classes(struct replay *r)
{
        uint64_t end_ns = (r->now_ns / SECOND_NS + 1) * SECOND_NS;
        int rc;

        if (r->has_next && second_of(r) == r->now_ns / SECOND_NS)
                return 0;
        rc = cp_inproc_classes(r->control.local, dp_worker_counters(r->worker), end_ns);
        return rc == 0 ? 0 : cannot("events", strerror(-rc));
}

static int run(struct replay *r)
{
        int rc = settle(r); /* the tables that control starts with */

        if (rc == 0)
                rc = look_ahead(r);
        while (rc == 0 && r->has_next) {
                rc = batch_feed(r);
                if (rc == 0)
                        rc = settle(r);
                if (rc == 0)
                        rc = classes(r);
        }
        if (rc != 0)
                return rc;
        rc = cp_inproc_stats(r->control.local, dp_worker_counters(r->worker), r->now_ns);
        return rc == 0 ? 0 : cannot("events", strerror(-rc));
}

/* ---- the summary ---- */

static void list_reasons(const char *what, uint64_t total,
                         const uint64_t by_reason[SHM_REASONS_MAX])
{
        const char *sep = ":";

        fprintf(stderr, "  %-9s %" PRIu64, what, total);
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                if (by_reason[i] == 0)
                        continue;
                fprintf(stderr, "%s %s %" PRIu64, sep, shm_reason_name(i), by_reason[i]);
                sep = ",";
        }
        fputc('\n', stderr);
}

static bool summary(const struct replay *r, double seconds)
{
        const struct shm_counters *c = dp_worker_counters(r->worker);
        uint64_t held = c->held_pending + c->held_reassembly;
        bool exact = c->received == r->fed && c->received == shm_counters_accounted(c);

        fprintf(stderr,
                "%s: %" PRIu64 " packets (%" PRIu64 " of a link type that is not decoded), %" PRIu64
                " SIP messages (%" PRIu64 " malformed)\n",
                r->options.in, r->fed, dp_capture_undecodable(r->capture), c->sip_messages,
                c->malformed);
        if (r->ports.offloaded != 0)
                fprintf(stderr,
                        "  %" PRIu64 " caught before a NIC filled in their UDP checksum: taken as "
                        "right\n",
                        r->ports.offloaded);
        list_reasons("passed", c->sent + c->observed, c->passed);
        list_reasons("dropped", shm_counters_dropped(c), c->dropped);
        fprintf(stderr, "  answered  %" PRIu64 " (%" PRIu64 " replies sent)\n", c->consumed,
                c->replies_sent);
        fprintf(stderr,
                "  decisions %" PRIu64 " asked, %" PRIu64 " answered, %" PRIu64 " from the cache\n",
                c->decisions_asked, c->decisions_answered, c->decisions_cached);
        fprintf(stderr,
                "  conservation: received %" PRIu64 " = sent %" PRIu64 " + observed %" PRIu64
                " + dropped %" PRIu64 " + consumed %" PRIu64 " + held %" PRIu64 ": %s\n",
                c->received, c->sent, c->observed, shm_counters_dropped(c), c->consumed, held,
                exact ? "exact" : "WRONG");
        fprintf(stderr, "  %.3f s, %.0f packets/s\n", seconds,
                seconds > 0 ? (double)r->fed / seconds : 0.0);
        return exact;
}

static int measured_run(struct replay *r)
{
        struct timespec start, end;
        int rc;

        clock_gettime(CLOCK_MONOTONIC, &start);
        rc = run(r);
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (rc == 0 && !summary(r, (double)(end.tv_sec - start.tv_sec) +
                                       (double)(end.tv_nsec - start.tv_nsec) / 1e9))
                rc = EXIT_NOT_EXACT;
        if (r->out != NULL && dp_capture_finish(r->out) != 0 && rc == 0)
                rc = cannot(r->options.out, "not written completely");
        r->out = NULL;
        return rc;
}

int dp_replay_main(int argc, char **argv)
{
        static struct replay r;
        int rc = options_parse(argc, argv, &r.options);

        if (rc != 0)
                return rc < 0 ? EXIT_SUCCESS : rc;
        if (dp_config_load(r.options.config, &r.config) != 0)
                return EXIT_CANNOT;
        rc = files_open(&r);
        if (rc == 0)
                rc = explain_start(&r);
        if (rc == 0)
                rc = eal_start(&r);
        if (rc == 0)
                rc = control_start(&r);
        if (rc == 0)
                rc = chain_start(&r);
        if (rc == 0)
                rc = measured_run(&r);
        fini(&r);
        return rc;
}
