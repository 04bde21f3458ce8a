/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_detect.c - the machine behind all detections: order and loss of events, fixed memory, what
 * an alert shows, when a ban may be asked for, and forgiving.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/prefix.h"
#include "tests/control/detect/detect_world.h"

static struct world w;
static uint64_t rng = UINT64_C(0x1234567890abcdef);

static uint64_t draw(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return rng;
}

static int begin(void **state)
{
        (void)state;
        world_make(&w, CP_DETECT_ENFORCE);
        return 0;
}

static int end(void **state)
{
        (void)state;
        world_free(&w);
        return 0;
}

static void wrong_password(const char *src, uint16_t port)
{
        world_say(&w, &(struct said){.src = src,
                                     .port = port,
                                     .inside = true,
                                     .status = 401,
                                     .method = "REGISTER",
                                     .known = SHM_KNOWN_REFUSED});
}

/* Whatever the order in which the events of one window come, and with a second's mix between
 * workers, the same alerts start. */
static void test_order(void **state)
{
        enum { EVENTS = 120 };
        struct said said[EVENTS];
        uint64_t at[EVENTS];
        char user[EVENTS][16];

        (void)state;
        for (unsigned round = 0; round < 20; round++) {
                world_free(&w);
                world_make(&w, CP_DETECT_ENFORCE);
                for (unsigned i = 0; i < EVENTS; i++) {
                        snprintf(user[i], sizeof(user[i]), "%u", 2000 + i);
                        said[i] = (struct said){.user = user[i]};
                        at[i] = w.now_ns + i * 100 * MS;
                }
                for (unsigned i = EVENTS - 1; i > 0; i--) {
                        unsigned k = (unsigned)(draw() % (i + 1));
                        struct said s = said[i];
                        uint64_t t = at[i];

                        said[i] = said[k];
                        at[i] = at[k];
                        said[k] = s;
                        at[k] = t;
                }
                for (unsigned i = 0; i < EVENTS; i++)
                        world_say_at(&w, &said[i], at[i]);
                w.now_ns += 12 * S;
                cp_detect_tick(w.d, NULL, w.now_ns);
                assert_int_equal(w.started[CP_DETECTION_SCAN], 1);
                assert_int_equal(w.started[CP_DETECTION_SEQUENTIAL_DIALLING], 2); /* two blocks */
                assert_int_equal(world_started(&w, 0), 3);
        }
}

/* Half of the events lost: no alert that would not have started with all of them. */
static void test_loss_starts_nothing(void **state)
{
        (void)state;
        for (unsigned round = 0; round < 10; round++) {
                world_free(&w);
                world_make(&w, CP_DETECT_ENFORCE);
                for (unsigned i = 0; i < 2000; i++) {
                        char user[16];
                        struct said s = {
                            .method = "REGISTER", .user = user, .port = (uint16_t)(i + 1)};

                        snprintf(user, sizeof(user), "u%u", i % 10);
                        for (unsigned k = 0; k < 4; k++) {
                                s.inside = k % 2 != 0;
                                s.status = k == 1 ? 401 : k == 3 ? 200 : 0;
                                s.credentials = k == 2;
                                s.known = k == 2   ? SHM_KNOWN_PROVES
                                          : k == 3 ? SHM_KNOWN_REGISTERED
                                                   : 0;
                                if (draw() % 2 == 0)
                                        world_say(&w, &s);
                        }
                        if (i % 100 == 0)
                                world_pass(&w, 1);
                }
                assert_int_equal(world_started(&w, CP_DETECTION_REGISTER_AVALANCHE), 0);
        }
}

static long resident_kb(void)
{
        FILE *f = fopen("/proc/self/statm", "r");
        long all;
        long res;

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%ld %ld", &all, &res), 2);
        fclose(f);
        return res * (sysconf(_SC_PAGESIZE) / 1024);
}

static void strangers(unsigned from, unsigned to)
{
        for (unsigned i = from; i < to; i++) {
                char src[64];
                char user[32];

                snprintf(src, sizeof(src), "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
                snprintf(user, sizeof(user), "u%u", i);
                world_say(&w, &(struct said){.src = src,
                                             .port = (uint16_t)(i | 1),
                                             .method = "OPTIONS",
                                             .user = user,
                                             .known = i % 2 != 0 ? SHM_KNOWN_PROVES : 0});
                w.now_ns += MS / 10;
        }
}

static void test_memory_is_fixed(void **state)
{
        unsigned cnt = 300000;
        long before;

        (void)state;
        if (getenv("SLUICE_DETECT_KEYS") != NULL)
                cnt = (unsigned)strtoul(getenv("SLUICE_DETECT_KEYS"), NULL, 10);
        strangers(0, 1000);
        before = resident_kb();
        strangers(1000, cnt);
        print_message("resident: %ld kB before, %ld kB after %u sources with as many Call-IDs\n",
                      before, resident_kb(), cnt);
        /* The kernel's own count is 64 pages behind at times; 2 octets a source would be more. */
        assert_true(resident_kb() - before <= 512);
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 0; i < 20; i++) /* an attack among all of them is seen */
                wrong_password("198.51.100.7", 5060);
        assert_int_equal(w.started[CP_DETECTION_CRACKING], 1);
}

static void test_too_many_alerts_are_counted(void **state)
{
        (void)state;
        for (unsigned i = 0; i < CP_ALERTS_MAX + 10; i++) {
                char src[32];

                snprintf(src, sizeof(src), "10.0.%u.%u", i / 250, 1 + i % 250);
                for (unsigned k = 0; k < 20; k++)
                        wrong_password(src, 5060);
        }
        assert_int_equal(w.d->active, CP_ALERTS_MAX);
        assert_true(w.d->stats.alerts_lost >= 10);
        world_pass(&w, 610);
        assert_int_equal(w.d->active, 0);
        for (unsigned k = 0; k < 20; k++)
                wrong_password("198.51.100.7", 5060);
        assert_int_equal(w.d->active, 1);
}

static void test_alert_shows_its_evidence(void **state)
{
        const struct cp_alert *a = &w.last[CP_DETECTION_CRACKING];
        uint64_t first_ns = w.now_ns;

        (void)state;
        for (unsigned k = 0; k < 30; k++) {
                wrong_password("198.51.100.7", 5060);
                w.now_ns += 100 * MS;
        }
        world_pass(&w, 1);
        world_pass(&w, 200);
        assert_int_equal(a->peak, 30);
        assert_int_equal(a->marks, 30);
        assert_true(a->first_ns == first_ns && a->last_ns == first_ns + 2900 * MS);
        assert_true(a->start_ns == first_ns + 1900 * MS && a->stop_ns > a->last_ns);
        for (unsigned i = 0; i < CP_ALERT_CALL_IDS; i++)
                assert_true(a->call_id[i].len != 0);
        assert_memory_not_equal(a->call_id[0].at, a->call_id[1].at, CP_DETECT_TEXT_BYTES);
}

/* It starts once and does not flap while the attack goes on near its threshold. */
static void test_hysteresis(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 600; i++) {
                wrong_password("198.51.100.7", 5060); /* 17 to 24 in a window */
                world_pass(&w, 5);
        }
        assert_int_equal(w.started[CP_DETECTION_CRACKING], 1);
        assert_int_equal(w.stopped[CP_DETECTION_CRACKING], 0);
}

static void dial_prefixes(uint8_t invite_known, uint8_t ack_known)
{
        static const char *const prefix[] = {"", "00", "9", "900", "+", "011", "8"};

        for (unsigned i = 0; i < 7; i++) {
                char user[32];

                snprintf(user, sizeof(user), "%s442071234567", prefix[i]);
                world_say(&w, &(struct said){.user = user, .known = invite_known});
                world_say(&w,
                          &(struct said){
                              .user = user, .method = "ACK", .to_tag = true, .known = ack_known});
        }
}

/* Marks that a third party could have made in this name are no ground for a ban. */
static void test_forgeable_evidence_asks_for_no_ban(void **state)
{
        (void)state;
        dial_prefixes(SHM_KNOWN_PROVEN | SHM_KNOWN_AUTHENTICATED, 0);
        assert_int_equal(w.started[CP_DETECTION_TOLL_FRAUD], 1);
        assert_int_equal(w.last[CP_DETECTION_TOLL_FRAUD].ban, CP_ALERT_BAN_UNPROVEN);
        dial_prefixes(SHM_KNOWN_PROVEN, SHM_KNOWN_PROVES);
        world_pass(&w, 1);
        assert_int_equal(w.last[CP_DETECTION_TOLL_FRAUD].ban, CP_ALERT_BAN_ASKED);
}

static void test_forgive(void **state)
{
        struct cp_prefix p;

        (void)state;
        for (unsigned k = 0; k < 25; k++) {
                wrong_password("198.51.100.7", 5060);
                wrong_password("198.51.100.8", 5060);
        }
        assert_int_equal(w.d->active, 2);
        assert_int_equal(cp_prefix_parse("198.51.100.7", &p), 0);
        cp_detect_forgive(w.d, &p, w.now_ns);
        assert_int_equal(w.d->active, 1);
        assert_int_equal(w.stopped[CP_DETECTION_CRACKING], 1);
        for (unsigned k = 0; k < 19; k++)
                wrong_password("198.51.100.7", 5060);
        assert_int_equal(w.d->active, 1); /* old evidence is gone */
        wrong_password("198.51.100.7", 5060);
        assert_int_equal(w.d->active, 2);
}

static void test_off_and_other_thresholds(void **state)
{
        struct cp_detect_config c = w.d->config;

        (void)state;
        for (unsigned k = 0; k < 25; k++)
                wrong_password("198.51.100.7", 5060);
        c.rule[CP_DETECTION_CRACKING].mode = CP_DETECT_OFF;
        cp_detect_configure(w.d, &c);
        world_pass(&w, 1);
        assert_int_equal(w.stopped[CP_DETECTION_CRACKING], 1);
        for (unsigned k = 0; k < 50; k++)
                wrong_password("198.51.100.8", 5060);
        assert_int_equal(w.d->active, 0);
        c.rule[CP_DETECTION_CRACKING].mode = CP_DETECT_MONITOR;
        c.rule[CP_DETECTION_CRACKING].threshold = 3;
        c.rule[CP_DETECTION_CRACKING].window_s = 4;
        cp_detect_configure(w.d, &c);
        for (unsigned k = 0; k < 3; k++)
                wrong_password("198.51.100.9", 5060);
        assert_int_equal(w.d->active, 1);
        world_pass(&w, 6);
        assert_int_equal(w.d->active, 0);
}

static void test_sources(void **state)
{
        struct cp_sources s = {0};
        struct shm_ip ip = world_ip("198.51.100.7");
        struct cp_prefix p = {.ip = ip, .len = 128};
        struct cp_sources_count n;
        uint64_t t = w.now_ns;

        (void)state;
        assert_int_equal(cp_sources_init(&s, 64, &(struct cp_siphash_key){{5, 6}}), 0);
        cp_sources_learn(&s, &ip, 5060, CP_SOURCE_AUTHENTICATED, t);
        cp_sources_learn(&s, &ip, 5060, CP_SOURCE_PROVEN, t + S); /* no step back */
        cp_sources_learn(&s, &ip, 5061, CP_SOURCE_PROVEN, t);
        cp_sources_learn(&s, &ip, 5062, CP_SOURCE_PEER, t);
        assert_int_equal(cp_sources_level(&s, &ip, 5060, t), CP_SOURCE_AUTHENTICATED);
        assert_int_equal(cp_sources_level(&s, &ip, 5099, t), CP_SOURCE_UNKNOWN);
        n = cp_sources_count(&s, &p, UINT64_C(1) << (5061 % 64), t);
        assert_int_equal(n.proven, 2);
        assert_int_equal(n.innocent, 1);
        n = cp_sources_count(&s, NULL, UINT64_C(1) << (5060 % 64), t);
        assert_int_equal(n.innocent, 0);
        for (unsigned i = 0; i < 5000; i++) { /* strangers do not take that place */
                struct shm_ip other = ip;

                other.b[10] = (uint8_t)(i >> 8);
                other.b[11] = (uint8_t)i;
                cp_sources_learn(&s, &other, 5060, CP_SOURCE_PROVEN, t + 2 * S);
        }
        assert_int_equal(cp_sources_level(&s, &ip, 5060, t), CP_SOURCE_AUTHENTICATED);
        assert_int_equal(cp_sources_level(&s, &ip, 5060, t + CP_SOURCE_RECENT_NS),
                         CP_SOURCE_UNKNOWN);
        cp_sources_fini(&s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
            T(test_order),
            T(test_loss_starts_nothing),
            T(test_memory_is_fixed),
            T(test_too_many_alerts_are_counted),
            T(test_alert_shows_its_evidence),
            T(test_hysteresis),
            T(test_forgeable_evidence_asks_for_no_ban),
            T(test_forgive),
            T(test_off_and_other_thresholds),
            T(test_sources),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
