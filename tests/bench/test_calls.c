/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls against a peer of known behaviour, in virtual time: one thread moves frames between two
 * workers and decides which are delayed, lost or sent twice. What the harness reports must be that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>

#include "bench/harness/report/rfc6076.h"
#include "bench/harness/engine/ports.h"
#include "bench/harness/engine/worker.h"
#include "bench/harness/traffic/calls_traffic.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

#define MS      UINT64_C(1000000)
#define STEP_NS UINT64_C(20000) /* of virtual time; what the clock resolves here */
#define ON_WAY  65536u

struct frame {
        struct rte_mbuf *m;
        uint64_t due_ns;
};

struct wire {                  /* one way */
        struct rte_ring *from; /* a worker's transmit ring */
        struct rte_ring *to;
        uint64_t delay_ns;
        uint64_t jitter_ns; /* even, on top of the delay */
        uint32_t loss_1000;
        uint32_t twice_1000;
        uint64_t stall_from_ns; /* nothing arrives in this time; it comes at the end of it */
        uint64_t stall_to_ns;
        uint64_t passed, lost, doubled;
        uint32_t cnt;
        struct frame on_way[ON_WAY];
};

struct side {
        struct sb_worker *w;
        struct sb_calls *calls;
        struct sb_ident ident;
        struct sb_env env;
        struct sb_scenario *scenario;
        uint16_t port;
};

static struct {
        struct rte_mempool *pool;
        struct rte_ring *rings[4]; /* caller tx, rx, answering tx, rx */
        uint16_t ports[2];
        struct side sides[2];
        struct wire *wires[2];
        uint64_t now_ns;
        uint64_t random;
} lab;

static uint32_t random_below(uint32_t n)
{
        lab.random = lab.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        return (uint32_t)(lab.random >> 33) % n;
}

static int lab_up(void **state)
{
        static const char *const names[4] = {"a_tx", "a_rx", "b_tx", "b_rx"};
        struct sb_ports_setup s = {.worker_cnt = 0};

        (void)state;
        if (sb_eal_start(&s) != 0)
                return -1;
        lab.pool =
            rte_pktmbuf_pool_create("t", 32767, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
        for (int i = 0; i < 4; i++)
                lab.rings[i] = rte_ring_create(names[i], 8192, SOCKET_ID_ANY, 0);
        for (int i = 0; i < 2; i++) {
                const struct rte_eth_conf conf = {0};
                int port = rte_eth_from_rings(i == 0 ? "a" : "b", &lab.rings[2 * i + 1], 1,
                                              &lab.rings[2 * i], 1, 0);

                if (port < 0 || rte_eth_dev_configure((uint16_t)port, 1, 1, &conf) != 0 ||
                    rte_eth_rx_queue_setup((uint16_t)port, 0, 512, 0, NULL, lab.pool) != 0 ||
                    rte_eth_tx_queue_setup((uint16_t)port, 0, 512, 0, NULL) != 0 ||
                    rte_eth_dev_start((uint16_t)port) != 0)
                        return -1;
                lab.ports[i] = (uint16_t)port;
                lab.wires[i] = malloc(sizeof(*lab.wires[i]));
        }
        return lab.pool == NULL || lab.wires[1] == NULL;
}

static void side_up(struct side *d, uint32_t i, const char *scenario, bool v6)
{
        static const char *const addrs[2][2] = {{"198.51.100.10", "198.51.100.20"},
                                                {"fd00:5::10", "fd00:5::20"}};
        struct sb_calls_setup set = {.scenario = NULL,
                                     .slot_cnt = 40000,
                                     .linger_ns = 32000 * MS,
                                     .t2_ms = 4000,
                                     .wait_ns = 32000 * MS,
                                     .user = "service",
                                     .password = "password"};
        char error[SB_ERROR_BYTES];

        memset(d, 0, sizeof(*d));
        assert_int_equal(sb_ident_init(&d->ident, addrs[v6][i], i == 0 ? 100 : 1,
                                       i == 0 ? 10000 : 5060, i == 0 ? 100 : 1),
                         0);
        d->env = (struct sb_env){
            .local = &d->ident, .v6 = v6, .pid = 99 + i, .service = "service", .media_port = 6000};
        if (i == 0) {
                (void)sb_addr_parse(addrs[v6][1], &d->env.remote.addr, &v6);
                d->env.remote.port = 5060;
        }
        if (sb_scenario_load(&d->scenario, scenario, &d->env, NULL, 0, error) != 0)
                fail_msg("%s", error);
        d->w = aligned_alloc(64, (sizeof(*d->w) + 63) / 64 * 64);
        assert_non_null(d->w);
        sb_worker_init(d->w, lab.ports[i], lab.pool);
        d->w->check_every = d->w->check_in = 1; /* each message is read by the product's parser */
        d->w->neigh.ours = &d->ident;
        d->w->neigh.vlan = SB_VLAN_NONE;
        set.scenario = d->scenario;
        set.env = &d->env;
        set.link = (struct sb_link){.vlan = i == 0 ? SB_VLAN_NONE : SB_VLAN_NONE, .v6 = v6};
        assert_int_equal(sb_calls_create(&d->calls, &set, &d->w->out, d->w->times, 0), 0);
}

static void both_up(const char *caller, const char *answering, bool v6)
{
        lab.now_ns = MS;
        lab.random = 1;
        for (uint32_t i = 0; i < 2; i++) {
                struct side *d = &lab.sides[i];

                side_up(d, i, i == 0 ? caller : answering, v6);
                d->w->traffics[0] = sb_calls_traffic(d->calls, i != 0, UINT32_MAX);
                d->w->traffic_cnt = 1;
                memset(lab.wires[i], 0, sizeof(*lab.wires[i]));
                lab.wires[i]->from = lab.rings[2 * i];
                lab.wires[i]->to = lab.rings[2 * (1 - i) + 1];
        }
}

static void both_down(void)
{
        for (uint32_t i = 0; i < 2; i++) {
                for (uint32_t k = 0; k < lab.wires[i]->cnt; k++)
                        rte_pktmbuf_free(lab.wires[i]->on_way[k].m);
                sb_calls_destroy(lab.sides[i].calls);
                sb_scenario_free(lab.sides[i].scenario);
                sb_out_fini(&lab.sides[i].w->out);
                free(lab.sides[i].w);
        }
        /* Nothing is lost of the pool, whatever happened. */
        assert_int_equal(rte_mempool_avail_count(lab.pool), 32767);
}

static void put_on_way(struct wire *w, struct rte_mbuf *m)
{
        uint64_t due = lab.now_ns + w->delay_ns;

        if (w->jitter_ns != 0)
                due += random_below((uint32_t)w->jitter_ns);
        if (due >= w->stall_from_ns && due < w->stall_to_ns)
                due = w->stall_to_ns;
        assert_true(w->cnt < ON_WAY);
        w->on_way[w->cnt++] = (struct frame){m, due};
}

static void wire_turn(struct wire *w)
{
        void *obj;
        uint32_t kept = 0;

        while (rte_ring_dequeue(w->from, &obj) == 0) {
                if (random_below(1000) < w->loss_1000) {
                        rte_pktmbuf_free(obj);
                        w->lost++;
                        continue;
                }
                if (random_below(1000) < w->twice_1000) {
                        struct rte_mbuf *copy = rte_pktmbuf_copy(obj, lab.pool, 0, UINT32_MAX);

                        assert_non_null(copy);
                        put_on_way(w, copy);
                        w->doubled++;
                }
                put_on_way(w, obj);
                w->passed++;
        }
        for (uint32_t i = 0; i < w->cnt; i++) {
                if (w->on_way[i].due_ns <= lab.now_ns)
                        assert_int_equal(rte_ring_enqueue(w->to, w->on_way[i].m), 0);
                else
                        w->on_way[kept++] = w->on_way[i];
        }
        w->cnt = kept;
}

/* Calls at a rate until all are over. */
static void run(double rate, uint64_t calls)
{
        struct side *a = &lab.sides[0];

        sb_pace_init(&a->w->traffics[0].pace, rate, lab.now_ns, UINT64_MAX / 2, calls);
        for (uint64_t turn = 0; !sb_worker_started_all(a->w) || a->calls->live != 0; turn++) {
                assert_true(lab.now_ns < 200000 * MS);
                (void)sb_worker_turn(a->w, lab.now_ns);
                wire_turn(lab.wires[0]);
                (void)sb_worker_turn(lab.sides[1].w, lab.now_ns);
                wire_turn(lab.wires[1]);
                /* Nothing to do but timers: a millisecond at a time. */
                lab.now_ns +=
                    sb_worker_started_all(a->w) && lab.wires[0]->cnt + lab.wires[1]->cnt == 0
                        ? MS
                        : STEP_NS;
        }
}

static void assert_near(const char *what, double got, double want, double within)
{
        if (got < want - within || got > want + within)
                fail_msg("%s: %f, wanted %f +- %f", what, got, want, within);
}

static const struct sb_counts *counts(uint32_t i)
{
        return &lab.sides[i].w->counts;
}

static void no_anomaly(void)
{
        for (uint32_t i = 0; i < 2; i++) {
                for (int a = 1; a < SIP_ANOM_CNT; a++)
                        if (sip_anom_has(&lab.sides[i].w->anomaly_set, (enum sip_anomaly)a))
                                fail_msg("anomaly %s", sip_anomaly_name((enum sip_anomaly)a));
                assert_int_equal(counts(i)->rx_not_sip, 0);
        }
        assert_true(counts(0)->rx_checked == counts(0)->rx_frames);
}

static void times_are_those_of_the_wire(void **state)
{
        (void)state;
        for (int v6 = 0; v6 < 2; v6++) {
                const struct sb_hist *setup, *response;

                both_up("uac", "uas", v6 != 0);
                lab.wires[0]->delay_ns = 3 * MS;
                lab.wires[1]->delay_ns = 5 * MS;
                lab.wires[1]->jitter_ns = 10 * MS;
                run(2000, 20000);
                setup = &lab.sides[0].w->times[SB_TIME_SETUP];
                response = &lab.sides[0].w->times[SB_TIME_RESPONSE];
                assert_true(counts(0)->calls_succeeded == 20000 && counts(0)->calls_failed == 0);
                sb_calls_stop(lab.sides[1].calls);
                assert_true(counts(1)->calls_succeeded == 20000);
                assert_true(setup->cnt == 20000 && response->cnt == 40000);
                assert_true(counts(0)->sessions == 20000 && counts(0)->sessions_completed == 20000);
                assert_near("SDD",
                            (double)sb_hist_percentile(&lab.sides[0].w->times[SB_TIME_SDD], 50),
                            13e6, 0.02 * 13e6 + STEP_NS * 2);
                assert_int_equal(lab.sides[0].w->times[SB_TIME_SDT].cnt, 20000);
                for (double p = 10; p < 100; p += 10) /* of the BYEs as well as the INVITEs */
                        assert_near("response", (double)sb_hist_percentile(response, p),
                                    (8 + 10 * p / 100) * 1e6,
                                    0.02 * (8 + 10 * p / 100) * 1e6 + STEP_NS * 2);
                assert_near("p99.9", (double)sb_hist_percentile(response, 99.9), 18e6, 0.02 * 18e6);
                no_anomaly();
                both_down();
        }
}

/* Beyond the limit none is begun, none is forgotten, and how late they were is told. */
static void a_limit_of_live_calls_holds(void **state)
{
        (void)state;
        both_up("uac", "uas", false);
        lab.wires[0]->delay_ns = 10 * MS;
        lab.wires[1]->delay_ns = 10 * MS;
        lab.sides[0].w->traffics[0].live_max = 50;
        run(10000, 2000); /* two exchanges of 20 ms each: 50 at a time are 1,250 a second */
        assert_int_equal(lab.sides[0].calls->live_peak, 50);
        assert_true(counts(0)->calls_succeeded == 2000 && counts(0)->calls_failed == 0);
        assert_true(lab.now_ns > 1500 * MS);
        assert_true(sb_hist_percentile(&lab.sides[0].w->times[SB_TIME_LAG], 99) > 1000 * MS);
        sb_calls_stop(lab.sides[1].calls);
        both_down();
}

/* Without repetition what is lost is failed, and as much as was lost. */
static void loss_is_counted(void **state)
{
        (void)state;
        both_up("uac", "uas", false);
        lab.sides[0].calls->set.no_retrans = lab.sides[1].calls->set.no_retrans = true;
        lab.sides[0].calls->set.wait_ns = 100 * MS;
        lab.wires[0]->delay_ns = lab.wires[1]->delay_ns = MS;
        lab.wires[0]->loss_1000 = 100; /* INVITE or BYE; nobody misses an ACK here */
        run(5000, 20000);
        assert_near("failed", (double)counts(0)->calls_failed, 20000 * (1 - 0.9 * 0.9),
                    20000 * 0.02);
        assert_true(counts(0)->failures[SB_FAIL_WAITING] == counts(0)->calls_failed);
        assert_true(counts(0)->calls_succeeded + counts(0)->calls_failed == 20000);
        assert_true(counts(0)->tx_frames == lab.wires[0]->passed + lab.wires[0]->lost);
        assert_true(counts(1)->rx_frames == lab.wires[0]->passed);
        both_down();
}

/* With it, all calls live, and the tail is the timer's: 500 ms, 1500 ms, ... */
static void loss_is_repaired(void **state)
{
        const struct sb_hist *r;

        (void)state;
        both_up("uac", "uas", false);
        for (uint32_t i = 0; i < 2; i++) {
                lab.wires[i]->delay_ns = 2 * MS;
                lab.wires[i]->loss_1000 = 50;
                lab.wires[i]->twice_1000 = 20;
        }
        run(1000, 5000);
        for (int f = 0; f < SB_FAIL_CNT; f++)
                if (counts(0)->failures[f] != 0)
                        fail_msg("%llu calls failed: %s",
                                 (unsigned long long)counts(0)->failures[f],
                                 sb_failure_name((enum sb_failure)f));
        assert_int_equal(counts(0)->calls_succeeded, 5000);
        assert_true(counts(0)->tx_retransmitted > 400 && counts(0)->rx_retransmitted > 50);
        r = &lab.sides[0].w->times[SB_TIME_RESPONSE];
        assert_near("p50", (double)sb_hist_percentile(r, 50), 4e6, 0.02 * 4e6 + 2 * STEP_NS);
        assert_near("p95", (double)sb_hist_percentile(r, 95), 504e6, 0.02 * 504e6);
        no_anomaly();
        both_down();
}

/*
 * The peer stops for a second. A generator that waited for it would report one slow call; there
 * were a thousand, and half of them waited for more than half a second.
 */
static void a_stall_shows_in_the_tail(void **state)
{
        const struct sb_hist *r;

        (void)state;
        both_up("uac", "uas", false);
        lab.sides[0].calls->set.no_retrans = lab.sides[1].calls->set.no_retrans = true;
        for (uint32_t i = 0; i < 2; i++)
                lab.wires[i]->delay_ns = MS;
        lab.wires[0]->stall_from_ns = 2000 * MS;
        lab.wires[0]->stall_to_ns = 3000 * MS;
        run(1000, 10000);
        r = &lab.sides[0].w->times[SB_TIME_SETUP];
        assert_int_equal(counts(0)->calls_failed, 0);
        assert_near("p50", (double)sb_hist_percentile(r, 50), 2e6, 0.02 * 2e6 + 2 * STEP_NS);
        /* A tenth of the calls began in the stall, and waited 0 to 1 s, evenly. */
        assert_near("p95", (double)sb_hist_percentile(r, 95), 502e6, 0.02 * 502e6);
        assert_near("p99", (double)sb_hist_percentile(r, 99), 902e6, 0.02 * 902e6);
        both_down();
}

/* The generator itself stops: what it meant to send counts from when it meant to. */
static void a_late_generator_hides_nothing(void **state)
{
        struct side *a = &lab.sides[0];
        const struct sb_hist *lag;

        (void)state;
        both_up("uac", "uas", false);
        sb_pace_init(&a->w->traffics[0].pace, 1000, lab.now_ns, UINT64_MAX / 2, 2000);
        while (lab.now_ns < 4000 * MS) {
                bool asleep = lab.now_ns >= 500 * MS && lab.now_ns < 1500 * MS;

                if (!asleep)
                        (void)sb_worker_turn(a->w, lab.now_ns);
                wire_turn(lab.wires[0]);
                (void)sb_worker_turn(lab.sides[1].w, lab.now_ns);
                wire_turn(lab.wires[1]);
                lab.now_ns += STEP_NS;
        }
        lag = &a->w->times[SB_TIME_LAG];
        assert_int_equal(counts(0)->calls_succeeded, 2000);
        assert_near("lag p75", (double)sb_hist_percentile(lag, 75), 500e6, 0.02 * 500e6);
        assert_near("setup p75", (double)sb_hist_percentile(&a->w->times[SB_TIME_SETUP], 75), 500e6,
                    0.02 * 500e6);
        both_down();
}

/* What is due at once, as behind a pause, is begun no faster than calls end: begun 32 a turn, most
 * of these would be live at the same time, and none of them near in memory. */
static void who_is_behind_ends_calls_first(void **state)
{
        (void)state;
        both_up("uac", "uas", false);
        run(1e9, 4000);
        assert_int_equal(counts(0)->calls_succeeded, 4000);
        assert_true(lab.sides[0].calls->live_peak < 400);
        both_down();
}

/* A peer that gives one answer to everything, and what RFC 6076 calls it. */
static void answers_have_their_ratios(void **state)
{
        static const struct {
                const char *caller;
                const char *answer; /* NULL: none in time */
                const char *ratios; /* percent: SER SEER ISA SCR IRA; - without attempts */
        } rows[] = {
            {"uac", "486 Busy Here", "0 100 0 0 -"},
            {"uac", "480 Temporarily Unavailable", "0 100 0 0 -"},
            {"uac", "603 Decline", "0 100 0 0 -"},
            {"uac", "503 Service Unavailable", "0 0 100 0 -"},
            {"uac", "404 Not Found", "0 0 0 0 -"},
            {"uac", "302 Moved Temporarily", "- - 0 0 -"},
            {"uac", NULL, "0 0 100 0 -"},
            {"register", "200 OK", "- - - - 0"},
            {"register", "403 Forbidden", "- - - - 100"},
            {"register", NULL, "- - - - 100"},
        };
        static const char *const names[] = {"SER", "SEER", "ISA", "SCR", "IRA"};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char path[] = "/tmp/test-calls-XXXXXX", got[64] = "";
                int fd = mkstemp(path);
                FILE *f = fdopen(fd, "w");
                json_t *o;

                fprintf(f, "<scenario><recv request=\"%s\"/>",
                        strcmp(rows[i].caller, "uac") == 0 ? "INVITE" : "REGISTER");
                if (rows[i].answer != NULL)
                        fprintf(f,
                                "<send><![CDATA[\nSIP/2.0 %s\n[last_Via:]\n[last_From:]\n"
                                "[last_To:];tag=1\n[last_Call-ID:]\n[last_CSeq:]\n"
                                "Content-Length: 0\n]]></send>",
                                rows[i].answer);
                fprintf(f, "</scenario>");
                fclose(f);
                both_up(rows[i].caller, path, false);
                unlink(path);
                run(1000, 50);
                o = sb_rfc6076(counts(0));
                for (size_t k = 0; k < 5; k++) {
                        json_t *v = json_object_get(o, names[k]);
                        size_t at = strlen(got);

                        if (v == NULL)
                                snprintf(got + at, sizeof(got) - at, "%s-", k == 0 ? "" : " ");
                        else
                                snprintf(got + at, sizeof(got) - at, "%s%.0f", k == 0 ? "" : " ",
                                         json_number_value(v));
                }
                if (strcmp(got, rows[i].ratios) != 0)
                        fail_msg("%s, %s: %s", rows[i].caller,
                                 rows[i].answer == NULL ? "nothing" : rows[i].answer, got);
                json_decref(o);
                both_down();
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(times_are_those_of_the_wire),
            cmocka_unit_test(a_limit_of_live_calls_holds),
            cmocka_unit_test(loss_is_counted),
            cmocka_unit_test(loss_is_repaired),
            cmocka_unit_test(a_stall_shows_in_the_tail),
            cmocka_unit_test(a_late_generator_hides_nothing),
            cmocka_unit_test(who_is_behind_ends_calls_first),
            cmocka_unit_test(answers_have_their_ratios),
        };

        return cmocka_run_group_tests(tests, lab_up, NULL);
}
