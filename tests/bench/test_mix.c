/* SPDX-License-Identifier: Apache-2.0 */
/* Every message of every profile: a good frame, in order for the product's parser, and of its size.
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

#include "bench/harness/engine/ports.h"
#include "bench/harness/traffic/mix.h"
#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

static struct rte_mempool *pool;
static struct rte_ring *ring;
static uint16_t port;
static struct sb_counts counts;
static struct sb_hist times[SB_TIME_CNT];
static struct sb_out out;

static int lab_up(void **state)
{
        const struct rte_eth_conf conf = {0};
        struct sb_ports_setup s = {.worker_cnt = 0};
        int id;

        (void)state;
        if (sb_eal_start(&s) != 0)
                return -1;
        pool = rte_pktmbuf_pool_create("t", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
        ring = rte_ring_create("r", 64, SOCKET_ID_ANY, 0);
        id = rte_eth_from_rings("t", &ring, 1, &ring, 1, 0);
        if (pool == NULL || id < 0)
                return -1;
        port = (uint16_t)id;
        out = (struct sb_out){.port = port, .pool = pool, .counts = &counts};
        return rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
               rte_eth_rx_queue_setup(port, 0, 64, 0, NULL, pool) != 0 ||
               rte_eth_tx_queue_setup(port, 0, 64, 0, NULL) != 0 || rte_eth_dev_start(port) != 0;
}

struct world {
        struct sb_ident ident;
        struct sb_env env;
        struct sb_mix *mix;
};

static void mix_up(struct world *w, const char *profile, bool v6, uint32_t size)
{
        char error[SB_ERROR_BYTES];
        bool is6;
        struct sb_mix_setup set = {.profile = profile,
                                   .env = &w->env,
                                   .size = size,
                                   .worker = 3,
                                   .user_cnt = 20000 * 7,
                                   .shuffle = size == 0};

        assert_int_equal(
            sb_ident_init(&w->ident, v6 ? "fd00:5::10" : "198.18.0.1", 20000, 10000, 7), 0);
        w->env = (struct sb_env){.local = &w->ident, .v6 = v6};
        sb_addr_parse(v6 ? "fd00:5::20" : "198.51.100.20", &w->env.remote.addr, &is6);
        w->env.remote.port = 5060;
        set.link = (struct sb_link){.vlan = size == 0 ? 5 : SB_VLAN_NONE, .v6 = v6};
        counts = (struct sb_counts){0};
        for (uint32_t i = 0; i < SB_TIME_CNT; i++)
                sb_hist_init(&times[i]);
        if (sb_mix_create(&w->mix, &set, &out, times, error) != 0)
                fail_msg("%s: %s", profile, error);
}

static struct rte_mbuf *one(struct world *w, uint64_t now_ns)
{
        void *m = NULL;

        sb_mix_start(w->mix, now_ns, now_ns);
        sb_out_flush(&out);
        assert_int_equal(rte_ring_dequeue(ring, &m), 0);
        return m;
}

static void messages_are_in_order(void **state)
{
        static const char *const profiles[] = {"trunk",     "enterprise", "registrar", "presence",
                                               "avalanche", "spec-like",  "options"};
        static struct sip_msg msg;

        (void)state;
        for (uint32_t row = 0; row < 7 * 2 * 2; row++) {
                const char *profile = profiles[row / 4];
                uint32_t size = (row & 1u) != 0 ? 1200 : 0;
                struct world w;

                mix_up(&w, profile, (row & 2u) != 0, size);
                for (uint32_t i = 0; i < 3000; i++) {
                        struct rte_mbuf *m = one(&w, i * 1000u);
                        const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
                        struct dp_decap_result r;
                        struct sb_end from = {0};

                        assert_int_equal(dp_decap_core(frame, m->data_len, DP_UDP_SUM_VERIFY, &r),
                                         SHM_REASON_NONE);
                        if (size != 0)
                                assert_int_equal(r.payload_len, size);
                        memcpy(from.addr.b, (row & 2u) != 0 ? r.flow.src.b : r.flow.src.b + 12,
                               (row & 2u) != 0 ? 16 : 4);
                        assert_true(sb_ident_owns(&w.ident, &from.addr));
                        assert_true(r.flow.sport >= 10000 && r.flow.sport < 10007);
                        (void)sip_parse(frame + r.payload_off, r.payload_len, &msg);
                        for (int a = 1; a < SIP_ANOM_CNT; a++)
                                if (sip_anom_has(&msg.anomalies, (enum sip_anomaly)a))
                                        fail_msg("%s: %s", profile,
                                                 sip_anomaly_name((enum sip_anomaly)a));
                        if (msg.kind == SIP_KIND_REQUEST)
                                assert_int_equal(msg.via.port, r.flow.sport);
                        rte_pktmbuf_free(m);
                }
                sb_out_fini(&out);
                assert_int_equal(rte_mempool_avail_count(pool), 1023);
                sb_mix_destroy(w.mix);
        }
}

/* The answer brings the time at which its request was meant to be sent. */
static void answers_bring_their_latency(void **state)
{
        struct world w;
        uint32_t answered = 0;

        (void)state;
        mix_up(&w, "options", false, 0);
        for (uint64_t i = 1; i <= 1000; i++) {
                struct rte_mbuf *m = one(&w, i * 1000000);
                const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
                struct dp_decap_result r;
                struct sb_rx rx;
                struct sb_datagram d = {.rx = &rx};

                assert_int_equal(dp_decap_core(frame, m->data_len, DP_UDP_SUM_VERIFY, &r),
                                 SHM_REASON_NONE);
                assert_true(sb_read(frame + r.payload_off, r.payload_len, &rx));
                rx.status = i % 4 == 0 ? 100 : 200;
                answered += rx.status == 200;
                assert_int_equal(sb_mix_receive(w.mix, &d, i * 1000000 + 7000 * i), 1);
                rte_pktmbuf_free(m);
        }
        assert_true(counts.requests_open == 1000 && counts.requests_answered == answered);
        assert_true(times[SB_TIME_RESPONSE].min == 7000 &&
                    times[SB_TIME_RESPONSE].max == 7000 * 999);
        sb_mix_destroy(w.mix);
}

static void attacks_are_what_they_say(void **state)
{
        static const char *const kinds[] = {"options-flood",  "register-flood", "invite-flood",
                                            "response-flood", "malformed",      "crlf",
                                            "fragments"};
        static struct sip_msg msg;

        (void)state;
        for (uint32_t k = 0; k < 7; k++) {
                struct world w;
                uint32_t fragments = 0, faults = 0;

                mix_up(&w, kinds[k], false, 0);
                assert_true(w.mix->attack);
                for (uint32_t i = 0; i < 600; i++) {
                        struct rte_mbuf *m = one(&w, 0);
                        const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
                        struct dp_decap_result r;

                        (void)dp_decap_core(frame, m->data_len, DP_UDP_SUM_VERIFY, &r);
                        fragments += (r.flags & DP_PKT_FRAGMENT) != 0;
                        if ((r.flags & DP_PKT_FRAGMENT) == 0)
                                faults += sip_parse(frame + r.payload_off, r.payload_len, &msg) !=
                                          SIP_ANOM_NONE;
                        rte_pktmbuf_free(m);
                }
                assert_int_equal(counts.attack_frames, 600);
                assert_int_equal(fragments, k == 6 ? 600 : 0);
                assert_int_equal(faults, k == 4 || k == 5 ? 600 : 0);
                sb_mix_destroy(w.mix);
        }
        char error[SB_ERROR_BYTES];
        struct world w = {.env = {.local = &w.ident}};
        const struct sb_mix_setup set = {.profile = "no such", .env = &w.env, .user_cnt = 1};

        assert_int_not_equal(sb_mix_create(&w.mix, &set, &out, times, error), 0);
        assert_string_equal(error, "no profile \"no such\"");
}

/* A message of an attack, read by the product's parser; the source port it came from in *from. */
static const char *attacked(struct world *w, struct sip_msg *msg, uint16_t *from,
                            struct rte_mbuf **m)
{
        const uint8_t *frame;
        struct dp_decap_result r;

        *m = one(w, 0);
        frame = rte_pktmbuf_mtod(*m, const uint8_t *);
        assert_int_equal(dp_decap_core(frame, (*m)->data_len, DP_UDP_SUM_VERIFY, &r),
                         SHM_REASON_NONE);
        (void)sip_parse(frame + r.payload_off, r.payload_len, msg);
        *from = r.flow.sport;
        return (const char *)frame + r.payload_off;
}

static bool in(const struct sip_msg *msg, const char *text, const char *word)
{
        return memmem(text, msg->len, word, strlen(word)) != NULL;
}

/* OPTIONS in order, by a scanner that says so, each to another number, from many sources. */
static void a_scan_tries_numbers(void **state)
{
        static struct sip_msg msg;
        char last[9] = "";
        uint32_t others = 0;
        uint32_t ports = 0;
        struct world w;

        (void)state;
        mix_up(&w, "scan", false, 0);
        assert_true(w.mix->attack);
        for (uint32_t i = 0; i < 500; i++) {
                struct rte_mbuf *m;
                uint16_t from;
                const char *text = attacked(&w, &msg, &from, &m);

                assert_true(sip_anom_empty(&msg.anomalies));
                assert_int_equal(msg.method, SIP_METHOD_OPTIONS);
                assert_true(in(&msg, text, "User-Agent: friendly-scanner\r\n"));
                assert_memory_equal(text, "OPTIONS sip:", 12);
                others += memcmp(text + 12, last, 8) != 0;
                memcpy(last, text + 12, 8);
                ports |= 1u << (from - 10000u);
                rte_pktmbuf_free(m);
        }
        assert_int_equal(others, 500);
        assert_int_equal(ports, 0x7f);
        assert_int_equal(counts.attack_frames, 500);
        sb_mix_destroy(w.mix);
}

/* REGISTERs in order with Digest, each with another response; a slow guess is one at a low rate. */
static void a_guess_has_another_word_each_time(void **state)
{
        static struct sip_msg msg;
        char last[33] = "";
        struct world w;

        (void)state;
        mix_up(&w, "guess", true, 0);
        for (uint32_t i = 0; i < 500; i++) {
                struct rte_mbuf *m;
                uint16_t from;
                const char *text = attacked(&w, &msg, &from, &m), *response;

                assert_true(sip_anom_empty(&msg.anomalies));
                assert_int_equal(msg.method, SIP_METHOD_REGISTER);
                assert_true(in(&msg, text, "Authorization: Digest username=\""));
                response = memmem(text, msg.len, "response=\"", 10);
                assert_non_null(response);
                response += 10;
                assert_int_equal(strspn(response, "0123456789abcdef"), 32);
                assert_memory_not_equal(response, last, 32);
                memcpy(last, response, 32);
                rte_pktmbuf_free(m);
        }
        sb_mix_destroy(w.mix);
}

static void file(const char *folder, const char *name, const void *octets, size_t len)
{
        char path[256];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        f = fopen(path, "we");
        assert_non_null(f);
        assert_int_equal(fwrite(octets, 1, len, f), len);
        assert_int_equal(fclose(f), 0);
}

/* Each file is a datagram, octet for octet but for marks; what cannot be one is left out. */
static void files_are_sent_as_they_are(void **state)
{
        static const char *const texts[] = {"INVITE sip:a@b SIP/2.0\r\nVia: broken\r\n\r\n",
                                            "no message at all", "\r\n\xff\xfe:::"};
        static const char *const names[] = {"1", "2", "3", "empty", "nul", "long"};
        static char big[4000];
        char folder[] = "/tmp/test-mix-XXXXXX", profile[64], path[256];
        uint32_t seen[3] = {0};
        struct world w;

        (void)state;
        assert_non_null(mkdtemp(folder));
        for (uint32_t i = 0; i < 3; i++)
                file(folder, names[i], texts[i], strlen(texts[i]));
        file(folder, "empty", "", 0);
        file(folder, "nul", "INVITE\0sip", 10);
        memset(big, 'x', sizeof(big));
        file(folder, "long", big, sizeof(big));
        snprintf(profile, sizeof(profile), "files:%s", folder);
        mix_up(&w, profile, false, 0);
        assert_int_equal(w.mix->image_cnt, 3);
        for (uint32_t i = 0; i < 600; i++) {
                struct rte_mbuf *m = one(&w, 0);
                const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
                struct dp_decap_result r;
                uint32_t k = 0;

                assert_int_equal(dp_decap_core(frame, m->data_len, DP_UDP_SUM_VERIFY, &r),
                                 SHM_REASON_NONE);
                while (k < 3 && (r.payload_len != strlen(texts[k]) ||
                                 memcmp(frame + r.payload_off, texts[k], r.payload_len) != 0))
                        k++;
                assert_true(k < 3);
                seen[k]++;
                rte_pktmbuf_free(m);
        }
        assert_true(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
        sb_mix_destroy(w.mix);
        for (uint32_t i = 0; i < 6; i++) {
                snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
                unlink(path);
        }
        assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(messages_are_in_order),
            cmocka_unit_test(answers_bring_their_latency),
            cmocka_unit_test(attacks_are_what_they_say),
            cmocka_unit_test(a_scan_tries_numbers),
            cmocka_unit_test(a_guess_has_another_word_each_time),
            cmocka_unit_test(files_are_sent_as_they_are),
        };

        return cmocka_run_group_tests(tests, lab_up, NULL);
}
