/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways' names, looked up again by a resolver that says what a test wants: other addresses are
 * in force without a reload, a name without an answer keeps those of before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/engine.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

#define SECOND UINT64_C(1000000000)

/* ---- the resolver ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *addresses[SHM_HOPS_MAX + 4];
static unsigned address_cnt;
static int failure;
static unsigned asked;
static sem_t gate, entered; /* of look_up_slowly() */

static void answer(int error, const char *const *list, unsigned cnt)
{
        pthread_mutex_lock(&mutex);
        failure = error;
        address_cnt = cnt;
        for (unsigned i = 0; i < cnt; i++)
                addresses[i] = list[i];
        pthread_mutex_unlock(&mutex);
}

static int look_up(const char *host, struct cp_host_addresses *out)
{
        int rc;

        pthread_mutex_lock(&mutex);
        asked++;
        rc = strcmp(host, "localhost") == 0 ? failure : EAI_NONAME;
        out->cnt = 0;
        for (unsigned i = 0; rc == 0 && i < address_cnt; i++)
                out->ip[out->cnt++] = fake_ip(addresses[i]);
        pthread_mutex_unlock(&mutex);
        return rc;
}

static int look_up_slowly(const char *host, struct cp_host_addresses *out)
{
        (void)host;
        sem_post(&entered);
        sem_wait(&gate);
        out->cnt = 1;
        out->ip[0] = fake_ip("192.0.2.1");
        return 0;
}

/* ---- the thread alone ---- */

static struct cp_name *list_of(const char *host)
{
        struct cp_name *list = calloc(1, sizeof(*list));

        assert_non_null(list);
        snprintf(list->host, sizeof(list->host), "%s", host);
        return list;
}

static struct cp_name *until_taken(struct cp_names *n, uint32_t *cnt)
{
        struct cp_name *list;

        while ((list = cp_names_take(n, cnt)) == NULL)
                usleep(200);
        return list;
}

static void one_list_at_a_time(void **state)
{
        struct cp_names *n = cp_names_create(look_up_slowly);
        struct cp_name *second = list_of("b.example"), *got;
        uint32_t cnt = 0;

        (void)state;
        sem_init(&gate, 0, 0);
        sem_init(&entered, 0, 0);
        assert_non_null(n);
        assert_null(cp_names_take(n, &cnt));
        assert_true(cp_names_ask(n, list_of("a.example"), 1));
        sem_wait(&entered);
        assert_false(cp_names_ask(n, second, 1)); /* the first is under way */
        assert_null(cp_names_take(n, &cnt));
        sem_post(&gate);
        got = until_taken(n, &cnt);
        assert_int_equal(cnt, 1);
        assert_string_equal(got->host, "a.example");
        assert_int_equal(got->error, 0);
        assert_int_equal(got->found.cnt, 1);
        free(got);
        assert_true(cp_names_ask(n, second, 1));
        sem_wait(&entered);
        cp_names_destroy(n); /* does not wait; the thread still has its list */
        sem_post(&gate);
}

/* Numbers and "localhost" need no network. */
static void as_the_system_does(void **state)
{
        struct cp_host_addresses all;

        (void)state;
        assert_int_equal(cp_host_look_up("192.0.2.7", &all), 0);
        assert_int_equal(all.cnt, 1);
        assert_int_equal(cp_host_look_up("localhost", &all), 0);
        assert_in_range(all.cnt, 1, 2);
        assert_int_equal(cp_host_look_up("224.0.0.1", &all), CP_HOST_UNFIT);
        assert_int_not_equal(cp_host_look_up("no such host", &all), 0);
}

/* ---- in the engine ---- */

struct world {
        struct cp_engine engine;
        struct fake_dp dp;
        struct cp_link link;
        uint64_t now_ns;
        uint64_t id;
        unsigned flushes;
};

static struct world *start(const char *hops, const char *keys)
{
        struct world *w = calloc(1, sizeof(*w));
        struct cp_config *config = NULL;
        struct cp_config_error err;
        char yaml[1024];

        assert_non_null(w);
        snprintf(
            yaml, sizeof(yaml),
            "control: {state-dir: '', eve-file: '', dataplanes: []}\n"
            "policy:\n%s  gateways:\n    - {name: carrier, hops: [%s]}\n"
            "  routes:\n    - {match: {method: [INVITE]}, action: forward, gateways: carrier}\n",
            keys, hops);
        if (cp_config_parse(&config, "t", (const uint8_t *)yaml, strlen(yaml), &err) != 0)
                fail_msg("%s", err.text);
        fake_dp_make(&w->dp, 1, 1, 12);
        assert_int_equal(cp_engine_init(&w->engine, NULL, config), 0);
        cp_link_init(&w->link, "");
        assert_int_equal(cp_link_bind(&w->link, w->dp.to_control.fd, w->dp.to_dataplane.fd), 0);
        w->engine.links[0] = &w->link;
        w->engine.links_live[0] = true;
        w->engine.link_cnt = 1;
        w->engine.watch.names = cp_names_create(look_up);
        assert_non_null(w->engine.watch.names);
        w->now_ns = 1000 * SECOND;
        assert_false(cp_engine_names_run(&w->engine, w->now_ns));
        return w;
}

static void stop(struct world *w)
{
        w->engine.link_cnt = 0;
        cp_engine_fini(&w->engine);
        cp_link_detach(&w->link);
        fake_dp_free(&w->dp);
        free(w);
}

/* One turn of the decider; what it says about caches is counted. */
static bool turn(struct world *w, struct shm_reply *r)
{
        uint8_t rec[sizeof(*r) + SHM_FORWARD_BYTES_MAX];
        uint16_t type;
        uint32_t bytes;
        bool replied = false;

        (void)cp_engine_decide(&w->engine);
        while (shm_ring_read(&w->dp.rep[0], rec, sizeof(rec), &type, &bytes) == 1) {
                struct shm_table_update u;

                if (type == SHM_REC_TABLE) {
                        memcpy(&u, rec, sizeof(u));
                        w->flushes += u.op == SHM_TABLE_FLUSH_CACHE;
                } else if (type == SHM_REC_REPLY) {
                        memcpy(r, rec, sizeof(*r));
                        memcpy(&w->dp.to, rec + sizeof(*r), sizeof(w->dp.to));
                        memcpy(w->dp.hop, rec + sizeof(*r) + sizeof(w->dp.to),
                               w->dp.to.hop_cnt * sizeof(w->dp.hop[0]));
                        replied = true;
                }
                shm_ring_release(&w->dp.rep[0]);
        }
        return replied;
}

/* The hops of a decision now. */
static void decide(struct world *w)
{
        static const char invite[] = "INVITE sip:1@example.com SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
                                     "Max-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"
                                     "To: <sip:1@example.com>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
                                     "Contact: <sip:a@192.0.2.7>\r\nContent-Length: 0\r\n\r\n";
        struct shm_request req = {
            .id = ++w->id,
            .time_ns = (uint64_t)time(NULL) * SECOND,
            .flow = fake_flow("192.0.2.7"),
            .msg_len = sizeof(invite) - 1,
        };
        struct shm_reply r;

        assert_true(fake_dp_ask(&w->dp, 0, &req, invite));
        while (!turn(w, &r))
                usleep(200);
        assert_int_equal(r.action, SHM_ACTION_PROXY);
}

/* The interval passes, and what the resolver said is taken. True when it was news. */
static bool look_again(struct world *w)
{
        unsigned before, now;
        uint64_t lookups = w->engine.watch.gateway_lookups;
        bool any = false;

        pthread_mutex_lock(&mutex);
        before = asked;
        pthread_mutex_unlock(&mutex);
        w->now_ns += 59 * SECOND;
        assert_false(cp_engine_names_run(&w->engine, w->now_ns)); /* not yet */
        w->now_ns += SECOND;
        while (w->engine.watch.gateway_lookups == lookups) {
                any |= cp_engine_names_run(&w->engine, w->now_ns);
                usleep(200);
        }
        pthread_mutex_lock(&mutex);
        now = asked;
        pthread_mutex_unlock(&mutex);
        assert_int_equal(now, before + 1); /* each name once */
        return any;
}

static bool has(const struct world *w, const char *address, uint16_t port)
{
        for (unsigned i = 0; i < w->dp.to.hop_cnt; i++) {
                if (fake_dp_hop_is(&w->dp.hop[i], address, port, IPPROTO_UDP))
                        return true;
        }
        return false;
}

static void until_flushed(struct world *w, unsigned flushes)
{
        struct shm_reply r;

        for (unsigned i = 0; i < 20000 && w->flushes < flushes; i++) {
                (void)turn(w, &r);
                usleep(500);
        }
        assert_int_equal(w->flushes, flushes);
}

static void other_addresses_are_in_force(void **state)
{
        static const char *const first[] = {"192.0.2.10"};
        static const char *const more[] = {"192.0.2.20", "2001:db8::20"};
        static const char *const turned[] = {"2001:db8::20", "192.0.2.20"};
        struct world *w = start("{address: 'localhost:5080'}, {address: 192.0.2.99}", "");
        unsigned flushes;

        (void)state;
        decide(w);
        flushes = w->flushes;
        assert_true(has(w, "192.0.2.99", 5060));
        assert_false(has(w, "192.0.2.10", 5080));
        answer(0, first, 1);
        assert_true(look_again(w));
        until_flushed(w, flushes + 1);
        decide(w);
        assert_int_equal(w->dp.to.hop_cnt, 2);
        assert_true(has(w, "192.0.2.10", 5080) && has(w, "192.0.2.99", 5060));
        assert_false(look_again(w)); /* the same again is no change */
        answer(0, more, 2);
        assert_true(look_again(w));
        until_flushed(w, flushes + 2);
        decide(w);
        assert_int_equal(w->dp.to.hop_cnt, 3);
        assert_true(has(w, "192.0.2.20", 5080) && has(w, "2001:db8::20", 5080));
        assert_false(has(w, "192.0.2.10", 5080));
        answer(0, turned, 2);
        assert_false(look_again(w)); /* neither is another order */
        assert_int_equal(w->engine.watch.gateway_lookups, 4);
        assert_int_equal(w->engine.watch.gateway_changes, 2);
        assert_int_equal(w->engine.watch.gateway_lookups_failed, 0);
        stop(w);
}

static void without_an_answer_the_old_stay(void **state)
{
        static const char *const first[] = {"192.0.2.10"};
        static const char *const other[] = {"192.0.2.11"};
        struct world *w = start("{address: localhost}", "");
        const struct cp_config_hop *h = &w->engine.policy->config->policy.gateways[0].hops[0];

        (void)state;
        answer(0, first, 1);
        assert_true(look_again(w));
        answer(EAI_AGAIN, NULL, 0);
        for (unsigned i = 1; i <= 3; i++) {
                assert_false(look_again(w));
                assert_int_equal(h->error, EAI_AGAIN);
                assert_int_equal(w->engine.watch.gateway_lookups_failed, i);
                decide(w);
                assert_int_equal(w->dp.to.hop_cnt, 1);
                assert_true(has(w, "192.0.2.10", 5060));
        }
        answer(0, other, 1);
        assert_true(look_again(w));
        assert_int_equal(h->error, 0);
        decide(w);
        assert_true(has(w, "192.0.2.11", 5060));
        stop(w);
}

/* More addresses than there is room for: every hop of the configuration keeps one. */
static void room_for_every_hop(void **state)
{
        static const char *const many[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
                                           "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"};
        struct world *w =
            start("{address: localhost}, {address: 198.51.100.1}, {address: 198.51.100.2}", "");

        (void)state;
        answer(0, many, 8);
        assert_true(look_again(w));
        decide(w);
        assert_int_equal(w->dp.to.hop_cnt, SHM_HOPS_MAX);
        assert_true(has(w, "198.51.100.1", 5060) && has(w, "198.51.100.2", 5060));
        assert_true(has(w, "192.0.2.6", 5060));
        assert_false(has(w, "192.0.2.7", 5060));
        stop(w);
}

static void never(void **state)
{
        struct world *w = start("{address: localhost}", "  gateway-lookup-s: 0\n");
        struct world *addresses_alone = start("{address: 192.0.2.1}", "");

        (void)state;
        assert_false(cp_engine_names_run(&w->engine, w->now_ns + 100000 * SECOND));
        assert_int_equal(w->engine.watch.asked_ns, w->now_ns);
        assert_false(cp_engine_names_run(&addresses_alone->engine, w->now_ns + 100000 * SECOND));
        usleep(1000);
        assert_false(cp_engine_names_run(&addresses_alone->engine, w->now_ns + 100001 * SECOND));
        assert_int_equal(addresses_alone->engine.watch.gateway_lookups, 0);
        stop(w);
        stop(addresses_alone);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(one_list_at_a_time),
            cmocka_unit_test(as_the_system_does),
            cmocka_unit_test(other_addresses_are_in_force),
            cmocka_unit_test(without_an_answer_the_old_stay),
            cmocka_unit_test(room_for_every_hop),
            cmocka_unit_test(never),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
