/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/worker.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf_dyn.h>
#include <rte_pause.h>

#include "dataplane/burst.h"
#include "dataplane/clock.h"
#include "dataplane/config.h"
#include "dataplane/ctl_link.h"
#include "dataplane/ctl_server.h"
#include "dataplane/edge/edge.h"
#include "dataplane/report.h"
#include "dataplane/stages/act.h"
#include "dataplane/stages/classify.h"
#include "dataplane/stages/decap.h"
#include "dataplane/stages/decide.h"
#include "dataplane/stages/guard.h"
#include "dataplane/stages/housekeep.h"
#include "dataplane/stages/match.h"
#include "dataplane/stages/parse.h"
#include "dataplane/stages/pending.h"
#include "dataplane/stages/police.h"
#include "dataplane/stages/reassemble.h"
#include "dataplane/stages/resume.h"
#include "dataplane/stages/rx.h"
#include "dataplane/stages/track.h"
#include "dataplane/stages/tx.h"
#include "dataplane/state/forwards.h"
#include "dataplane/state/tables.h"
#include "parser/scan/scan_measure.h"

struct dp_worker {
        const struct dp_config *config;
        struct dp_clock clock;
        struct dp_ctl ctl;        /* who decides */
        struct dp_ctl report_ctl; /* who is told, if that is somebody else */
        struct dp_pending pending;
        struct dp_cache *cache;
        struct dp_forwards *forwards; /* beside the cache; NULL: not mode edge */
        struct dp_bans *bans;
        struct dp_tables *tables;       /* borrowed */
        struct dp_challenge *challenge; /* NULL: no challenges */
        const char *kernel;             /* name of the scan kernel; static */
        struct dp_track track;

        struct dp_resume resume;
        struct dp_rx rx;
        struct dp_decap decap;
        struct dp_guard guard;
        struct dp_edge *edge;       /* NULL: a bump in the wire, or a tap */
        struct dp_act_proxy *proxy; /* the same */
        struct dp_control_send control_send;
        struct dp_reassemble reassemble;
        struct dp_parse parse;
        struct dp_match match;
        struct dp_classify classify;
        struct dp_police police;
        struct dp_police_shed shed;
        struct dp_decide decide;
        struct dp_act act;
        struct dp_report report;
        struct dp_tx tx;
        struct dp_housekeep housekeep;

        struct shm_counters counters;
        struct dp_burst burst;
};

/* Bottom of a turn: publish what was written, and let links go. */
static void links_quiesce(struct dp_worker *w)
{
        dp_ctl_quiesce(&w->ctl);
        if (w->report.ctl == &w->report_ctl) {
                dp_ctl_quiesce(&w->report_ctl);
                dp_ctl_refresh(&w->report_ctl);
        }
}

/* How full the rings are, per cent: those of the ports where a driver tells, and the slots for what
 * waits for control, of which strangers may have half (shares.h). */
static uint32_t rings_full(const struct dp_worker *w)
{
        uint32_t most = (uint32_t)(w->counters.held_pending * 200u / w->config->pending_messages);

        for (uint16_t i = 0; i < w->rx.port_cnt; i++) {
                int waiting = rte_eth_rx_queue_count(w->rx.port_ids[i], w->rx.queue);

                if (waiting > 0)
                        most = RTE_MAX(most, (uint32_t)waiting * 100u / w->config->rx_descriptors);
        }
        return most;
}

/* What the last turn took, and once a millisecond what follows from that. */
static void load_look(struct dp_worker *w, uint64_t now_ns)
{
        if (dp_load_meter_turn(&w->shed.meter, now_ns))
                dp_police_shed_sample(&w->shed, now_ns, rings_full(w));
}

static unsigned receive(struct dp_worker *w, struct dp_burst *b)
{
        unsigned port = w->rx.turn;
        unsigned got = dp_rx_run(&w->rx, b);

        dp_load_meter_poll(&w->shed.meter, port, got, DP_RX_BURST);
        return got;
}

/* The data path, on one screen. */
unsigned dp_worker_turn(struct dp_worker *w)
{
        struct dp_burst *b = &w->burst;
        unsigned moved;

        b->now_ns = dp_clock_tick(&w->clock);
        load_look(w, b->now_ns);
        moved = dp_resume_run(&w->resume, b);
        moved += receive(w, b);
        if (b->cnt != 0) {
                dp_decap_run(&w->decap, b);
                dp_guard_run(&w->guard, b);
                if (w->edge != NULL)
                        dp_edge_run(w->edge, b);
                if (dp_burst_open(b)) {
                        dp_reassemble_run(&w->reassemble, b);
                        dp_parse_run(&w->parse, b);
                        dp_match_run(&w->match, b);
                        dp_classify_run(&w->classify, b);
                        dp_police_run(&w->police, b);
                        dp_decide_run(&w->decide, b);
                }
                dp_act_run(&w->act, b);
                dp_tx_run(&w->tx, b);
        }
        if (w->edge != NULL && dp_edge_turn(w->edge, b->now_ns) != 0)
                moved += dp_tx_outbox(&w->tx);
        dp_decide_ask(&w->decide, b->now_ns);
        w->counters.loops++;
        w->counters.loops_idle += moved == 0;
        dp_load_meter_end(&w->shed.meter, moved != 0);
        links_quiesce(w);
        dp_housekeep_run(&w->housekeep);
        return moved;
}

/* ---- the loop ---- */

/* Turns without work before `pause` begins to sleep: some 20 us of polling on an idle queue. */
#define IDLE_TURNS_BEFORE_SLEEP 512u
#define IDLE_SLEEP_US           50u

static void idle(enum dp_idle policy, unsigned idle_turns)
{
        if (policy == DP_IDLE_SLEEP ||
            (policy == DP_IDLE_PAUSE && idle_turns > IDLE_TURNS_BEFORE_SLEEP))
                usleep(IDLE_SLEEP_US);
        else if (policy == DP_IDLE_PAUSE)
                rte_pause();
}

int dp_worker_main(struct dp_worker *w, const _Atomic bool *stop)
{
        unsigned idle_turns = 0;

        while (!atomic_load_explicit(stop, memory_order_relaxed)) {
                idle_turns = dp_worker_turn(w) != 0 ? 0 : idle_turns + 1;
                if (idle_turns != 0)
                        idle(w->config->idle, idle_turns);
        }
        dp_worker_flush_pending(w, SHM_REASON_SHUTDOWN);
        dp_housekeep_force(&w->housekeep);
        return 0;
}

void dp_worker_flush_pending(struct dp_worker *w, uint8_t reason)
{
        struct dp_burst *b = &w->burst;

        /* The last turn has said that it holds no link any more, so that one may be gone by now. */
        dp_ctl_refresh(&w->ctl);
        while (dp_resume_flush(&w->resume, b, reason) != 0) {
                dp_act_run(&w->act, b);
                dp_tx_run(&w->tx, b);
        }
        if (w->edge != NULL && dp_send_flush(&w->edge->send) != 0)
                (void)dp_tx_outbox(&w->tx);
        links_quiesce(w);
}

void dp_worker_set_time(struct dp_worker *w, uint64_t now_ns)
{
        if (now_ns > w->clock.now_ns)
                w->clock.now_ns = now_ns;
}

void dp_worker_apply_table(struct dp_worker *w, const struct shm_table_update *u)
{
        dp_resume_apply_table(&w->resume, u);
}

uint32_t dp_worker_generation(const struct dp_worker *w)
{
        return atomic_load_explicit(&w->resume.generation, memory_order_relaxed);
}

const char *dp_worker_kernel(const struct dp_worker *w)
{
        return w->kernel;
}

const struct shm_counters *dp_worker_counters(const struct dp_worker *w)
{
        return &w->counters;
}

/* ---- making one ---- */

static int tables_create(struct dp_worker *w, const struct dp_worker_args *args,
                         const struct dp_siphash_key *seed)
{
        const struct dp_config *c = args->config;

        w->cache = dp_cache_create(c->cache_entries);
        w->bans = dp_bans_create(c->ban_entries, seed);
        if (w->cache == NULL || w->bans == NULL)
                return -ENOMEM;
        if (args->net != NULL) {
                w->forwards = dp_forwards_create(c->forward_entries);
                w->edge = rte_zmalloc_socket("dp_edge", sizeof(*w->edge), RTE_CACHE_LINE_SIZE,
                                             args->socket_id);
                w->proxy = rte_zmalloc_socket("dp_act_proxy", sizeof(*w->proxy),
                                              RTE_CACHE_LINE_SIZE, args->socket_id);
                if (w->forwards == NULL || w->edge == NULL || w->proxy == NULL)
                        return -ENOMEM;
                if (!dp_act_proxy_init(w->proxy, &w->tables->proxy_key, args->net, c->sip_ports,
                                       c->sip_port_cnt))
                        return -E2BIG;
        }
        if (w->tables->cookie_keys != NULL && !args->one_way && c->mode != DP_MODE_TAP) {
                w->challenge =
                    dp_challenge_create(w->tables->cookie_keys, c->challenge.realm,
                                        c->challenge.algorithms, c->challenge.lifetime_s);
                if (w->challenge == NULL)
                        return -ENOMEM;
        }
        return dp_pending_init(&w->pending, c->pending_messages,
                               c->decision_deadline_ms * UINT64_C(1000000), args->socket_id);
}

static void ports_init(struct dp_worker *w, const struct dp_worker_args *args)
{
        int offset = 0;
        uint64_t flag = 0;

        /* only replay says when a packet was captured; a NIC's own stamp has other units */
        if (args->virtual_clock)
                (void)rte_mbuf_dyn_rx_timestamp_register(&offset, &flag);
        w->rx = (struct dp_rx){
            .port_ids = {args->port_ids[0], args->port_ids[1]},
            .sides = {SHM_SIDE_OUTSIDE, SHM_SIDE_INSIDE},
            .port_cnt = args->port_cnt,
            .queue = args->queue,
            .timestamp_offset = (size_t)offset,
            .timestamp_flag = flag,
            .counters = &w->counters,
        };
        w->tx = (struct dp_tx){
            .queue = args->queue,
            .passive = args->config->mode == DP_MODE_TAP,
            .report = &w->report,
            .counters = &w->counters,
        };
        for (unsigned i = 0; i < RTE_MAX_ETHPORTS; i++)
                w->tx.peer_of[i] = DP_NO_PORT;
        if (args->port_cnt == 2) {
                w->tx.peer_of[args->port_ids[0]] = args->port_ids[1];
                w->tx.peer_of[args->port_ids[1]] = args->port_ids[0];
        }
}

static void edge_init(struct dp_worker *w, const struct dp_worker_args *args)
{
        if (w->edge == NULL)
                return;
        dp_edge_init(w->edge, w->config, args->net, args->kernel, args->index == 0);
        w->edge->counters = &w->counters;
        w->edge->send.net = args->net;
        w->edge->send.neighbours = w->tables->neighbours;
        w->edge->send.pool = args->reply_pool;
        w->edge->send.counters = &w->counters;
        w->proxy->send = &w->edge->send;
        w->proxy->self.mtu_margin = (uint16_t)w->config->links.mtu_margin;
        for (uint32_t i = 0; i < w->config->links.name_cnt; i++) /* the configuration is checked */
                (void)dp_proxy_add_name(&w->proxy->self, w->config->links.names[i]);
        w->control_send.send = &w->edge->send;
        w->control_send.proxy = &w->proxy->self;
        w->control_send.track = &w->track;
        w->proxy->bindings = w->tables->bindings;
        w->tx.outbox = &w->edge->send.outbox;
        w->tx.kernel = w->edge->kernel;
        w->tx.port_of[SHM_SIDE_OUTSIDE] = args->port_ids[0];
        w->tx.port_of[SHM_SIDE_INSIDE] = args->port_ids[1];
}

static void front_init(struct dp_worker *w, const struct dp_worker_args *args)
{
        const struct dp_config *c = w->config;
        const struct scan_variant kernel =
            c->kernel.name != NULL ? c->kernel : scan_measure(dp_clock_monotonic_ns);
        const struct dp_guard_budget budget = {
            .config = c,
            .tables = w->tables,
            .counters = &w->counters,
        };

        w->kernel = kernel.name;
        dp_decap_init(&w->decap, args->config);
        dp_guard_init(&w->guard, w->bans, w->ctl.slot != NULL ? &w->ctl.slot->blocklist : NULL,
                      &budget);
        w->reassemble = (struct dp_reassemble){.fragments = c->fragments, .counters = &w->counters};
        w->parse = (struct dp_parse){
            .sip_port_cnt = c->sip_port_cnt,
            .profile = c->profile,
            .fast = kernel.fast,
            .counters = &w->counters,
        };
        for (uint32_t i = 0; i < c->sip_port_cnt; i++)
                w->parse.sip_ports[i] = c->sip_ports[i];
        w->match = (struct dp_match){
            .seed = w->tables->key, .hash = w->tables->hash, .edge = w->edge != NULL};
        w->classify = (struct dp_classify){.track = &w->track, .counters = &w->counters};
        dp_classify_init(&w->classify, c->emergency, c->emergency_cnt);
        dp_police_shed_init(&w->shed, &c->shedding, !args->one_way && c->mode != DP_MODE_TAP,
                            &w->counters);
        dp_police_init(&w->police, c, w->tables, &w->track, w->challenge, &w->shed, &w->counters);
        w->police.rules.rules = w->ctl.slot != NULL ? &w->ctl.slot->rules : NULL;
        w->police.rules.bans = w->bans;
        w->police.rules.explain = args->explain;
        w->police.rules.report = &w->report;
        w->police.rules.worker = w->ctl.index;
}

static void track_init(struct dp_worker *w)
{
        const struct dp_config *c = w->config;

        w->track.calls = w->tables->calls;
        w->track.hash = w->tables->hash;
        w->track.proxy = w->proxy != NULL ? &w->proxy->self : NULL;
        w->track.unknown_dialogs = c->unknown_dialogs;
        w->track.unsolicited = c->unsolicited_responses;
        w->track.exceptions = c->exceptions;
        w->track.learning_ns = c->learning_s * UINT64_C(1000000000);
        w->track.dialog_ns = c->dialog_lifetime_s * UINT64_C(1000000000);
        w->track.counters = &w->counters;
}

/* The smallest MTU: a message that grows must leave by either port. */
static uint32_t ip_bytes_max(const struct dp_worker_args *args)
{
        uint32_t least = UINT16_MAX;

        if (args->ip_bytes_max != 0)
                return args->ip_bytes_max;
        for (uint16_t i = 0; i < args->port_cnt; i++) {
                uint16_t mtu;

                if (rte_eth_dev_get_mtu(args->port_ids[i], &mtu) == 0)
                        least = RTE_MIN(least, mtu);
        }
        return least;
}

static void back_init(struct dp_worker *w, const struct dp_worker_args *args)
{
        const struct dp_config *c = w->config;

        if (args->index == 0 && w->tables->bindings != NULL && w->ctl.slot != NULL)
                dp_bindings_readers(w->tables->bindings, w->ctl.slot->qsbr);

        w->resume = (struct dp_resume){
            .ctl = &w->ctl,
            .pending = &w->pending,
            .cache = w->cache,
            .forwards = w->forwards,
            .bans = w->bans,
            .limits = &c->limits,
            .tables = w->tables,
            .bindings = args->index == 0 ? w->tables->bindings : NULL,
            .send = w->edge != NULL ? &w->control_send : NULL,
            .exceptions = c->exceptions,
            .deadline_ns = c->decision_deadline_ms * UINT64_C(1000000),
            .counters = &w->counters,
        };
        w->decide = (struct dp_decide){
            .cache = w->cache,
            .forwards = w->forwards,
            .proxy = w->proxy != NULL ? &w->proxy->self : NULL,
            .pending = &w->pending,
            .ctl = &w->ctl,
            .exceptions = c->exceptions,
            .limits = &c->limits,
            .tables = w->tables,
            .deadline_us = args->virtual_clock ? 0 : c->decision_deadline_ms * 1000u,
            .counters = &w->counters,
        };
        /* field by field: it is large, and zero already */
        w->act.profile = &c->profile;
        w->act.report = &w->report;
        w->act.counters = &w->counters;
        w->act.ip_bytes_max = ip_bytes_max(args);
        w->act.reply_pool = args->reply_pool;
        w->act.tag_key = w->tables->key;
        w->act.challenge = w->challenge;
        w->act.proxy = w->proxy;
        w->act.passive = c->mode == DP_MODE_TAP;
        w->report = (struct dp_report){
            .ctl = args->report_server != NULL ? &w->report_ctl : &w->ctl,
            .events = c->events,
            .guard_budget =
                args->virtual_clock ? DP_GUARD_EVENTS_UNLIMITED : DP_GUARD_EVENTS_PER_ROUND,
            .generation = &w->resume.generation,
            .worker = (uint8_t)args->index,
            .counters = &w->counters,
        };
        w->housekeep = (struct dp_housekeep){
            .clock = &w->clock,
            .bans = w->bans,
            .tables = args->index == 0 ? w->tables : NULL,
            .calls = w->tables->calls,
            .report = &w->report,
            .page = args->stats,
            .counters = &w->counters,
        };
        dp_housekeep_init(&w->housekeep);
}

int dp_worker_create(struct dp_worker **out, const struct dp_worker_args *args)
{
        struct dp_siphash_key seed;
        struct dp_worker *w;
        int rc;

        if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
                return -errno;
        w = rte_zmalloc_socket("dp_worker", sizeof(*w), RTE_CACHE_LINE_SIZE, args->socket_id);
        if (w == NULL)
                return -ENOMEM;
        w->config = args->config;
        w->tables = args->tables;
        dp_clock_init(&w->clock, args->virtual_clock);
        dp_ctl_init(&w->ctl, args->ctl_server != NULL ? dp_ctl_server_slot(args->ctl_server) : NULL,
                    args->index, &w->counters);
        if (args->report_server != NULL) {
                dp_ctl_init(&w->report_ctl, dp_ctl_server_slot(args->report_server), args->index,
                            &w->counters);
                dp_ctl_refresh(&w->report_ctl);
        }
        rc = tables_create(w, args, &seed);
        if (rc != 0) {
                dp_worker_destroy(w);
                return rc;
        }
        ports_init(w, args);
        edge_init(w, args);
        front_init(w, args);
        track_init(w);
        back_init(w, args);
        *out = w;
        return 0;
}

void dp_worker_destroy(struct dp_worker *w)
{
        if (w == NULL)
                return;
        dp_pending_fini(&w->pending);
        dp_cache_destroy(w->cache);
        dp_forwards_destroy(w->forwards);
        rte_free(w->edge);
        rte_free(w->proxy);
        dp_bans_destroy(w->bans);
        dp_challenge_destroy(w->challenge);
        rte_free(w);
}
