/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's control in the engine: what a dataplane is told from its attachment on, and by a
 * control that was started anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/engine.h"
#include "tests/control/edge/edge_world.h"

#define TURNS 20000u

static char dir[64];

struct world {
        struct cp_engine engine;
        struct fake_dp dp;
        struct cp_link link;
        struct shm_reply reply;
        char nonce[33];
        char seen[4096]; /* records but replies, in order */
        uint64_t id;
};

static void start(struct world *w, uint64_t incarnation)
{
        struct cp_config *config;
        char yaml[1024];

        snprintf(yaml, sizeof(yaml),
                 "control: {state-dir: %s, eve-file: '', dataplanes: []}\n"
                 "edge:\n  domains: [example.com]\n  calls: proxy\n"
                 "  users: [{name: alice, password: wonderland}]\n",
                 dir);
        config = edge_config(yaml);
        if (incarnation == 1)
                fake_dp_make(&w->dp, 1, 1, 12);
        else
                fake_dp_renew(&w->dp, incarnation, 12);
        assert_int_equal(cp_engine_init(&w->engine, NULL, config), 0);
        cp_link_init(&w->link, "");
        assert_int_equal(cp_link_bind(&w->link, w->dp.to_control.fd, w->dp.to_dataplane.fd), 0);
        w->engine.links[0] = &w->link;
        w->engine.links_live[0] = true;
        w->engine.link_cnt = 1;
}

static void stop(struct world *w)
{
        w->engine.link_cnt = 0; /* the link is ours */
        cp_engine_fini(&w->engine);
        cp_link_detach(&w->link);
}

static void see(struct world *w, const char *what, const char *text, size_t len)
{
        size_t at = strlen(w->seen);

        snprintf(w->seen + at, sizeof(w->seen) - at, "%s%.*s ", what, (int)len, text);
}

static void take(struct world *w, uint16_t type, const uint8_t *rec, size_t bytes)
{
        static const char *const ops[] = {"?", "+", "-", "{", "}"};
        struct shm_table_update u;
        struct shm_binding b;

        if (type == SHM_REC_BINDING) {
                assert_true(shm_binding_check(rec, bytes));
                memcpy(&b, rec, sizeof(b));
                see(w, ops[b.op], (const char *)rec + sizeof(b), b.aor_len + b.uri_len);
        } else if (type == SHM_REC_TABLE) {
                memcpy(&u, rec, sizeof(u));
                if (u.op == SHM_TABLE_FLUSH_CACHE)
                        see(w, "flush", "", 0);
        } else {
                assert_int_equal(type, SHM_REC_REPLY);
                assert_true(shm_reply_check(rec, bytes));
                memcpy(&w->reply, rec, sizeof(w->reply));
                snprintf(w->dp.lines, sizeof(w->dp.lines), "%.*s", (int)w->reply.headers_len,
                         (const char *)rec + bytes - w->reply.headers_len);
        }
}

/* A turn of the decider, and all that it says. */
static void turn(struct world *w)
{
        uint8_t rec[4096];
        uint16_t type;
        uint32_t bytes;

        (void)cp_engine_decide(&w->engine);
        while (shm_ring_read(&w->dp.rep[0], rec, sizeof(rec), &type, &bytes) == 1)
                take(w, type, rec, bytes);
        shm_ring_release(&w->dp.rep[0]);
}

static void until_seen(struct world *w, const char *text)
{
        for (unsigned i = 0; i < TURNS && strstr(w->seen, text) == NULL; i++) {
                turn(w);
                usleep(500);
        }
        if (strstr(w->seen, text) == NULL)
                fail_msg("'%s' and not '%s'", w->seen, text);
}

static void ask(struct world *w, const struct client *c)
{
        static struct client_request request;
        struct shm_request req = {
            .id = ++w->id,
            .time_ns = (uint64_t)time(NULL) * UINT64_C(1000000000),
            .flow = fake_flow("192.0.2.7"),
        };

        client_request(c, &request);
        req.msg_len = (uint16_t)request.msg.len;
        assert_true(fake_dp_ask(&w->dp, 0, &req, request.text));
        for (unsigned i = 0; i < TURNS && w->reply.id != w->id; i++) {
                turn(w);
                usleep(500);
        }
        assert_int_equal(w->reply.id, w->id);
}

static void log_in(struct world *w, const char *contact)
{
        const char *at;

        ask(w, &(struct client){.user = NULL});
        assert_int_equal(w->reply.code, 401);
        at = strstr(w->dp.lines, "nonce=\"");
        assert_non_null(at);
        snprintf(w->nonce, sizeof(w->nonce), "%.32s", at + 7);
        ask(w, &(struct client){.user = "alice",
                                .password = "wonderland",
                                .nonce = w->nonce,
                                .nc = (unsigned)w->id,
                                .contact = contact});
        assert_int_equal(w->reply.code, 200);
}

#define ALICE "sip:alice@example.com"

static void told_over_restarts(void **state)
{
        struct world *w = calloc(1, sizeof(*w));

        (void)state;
        assert_non_null(w);
        start(w, 1);
        until_seen(w, "{ } "); /* there is nobody, and that is said */
        log_in(w, "<sip:alice@192.0.2.7>");
        until_seen(w, "+" ALICE "sip:alice@192.0.2.7 ");
        stop(w);
        w->seen[0] = '\0';
        start(w, 2); /* another control, and the same state */
        until_seen(w, "{ +" ALICE "sip:alice@192.0.2.7 } ");
        /* Who was told where she is forgets it when she goes. */
        ask(w, &(struct client){.method = "INVITE", .ruri = ALICE});
        assert_int_equal(w->reply.action, SHM_ACTION_PROXY);
        w->seen[0] = '\0';
        log_in(w, "<sip:alice@192.0.2.8>;q=0.5, <sip:alice@192.0.2.7>;expires=0");
        until_seen(w, "flush ");
        until_seen(w, "+" ALICE "sip:alice@192.0.2.8 ");
        stop(w);
        fake_dp_free(&w->dp);
        free(w);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(told_over_restarts),
        };
        char command[128];
        int rc;

        snprintf(dir, sizeof(dir), "/tmp/sluice-engine-XXXXXX");
        if (mkdtemp(dir) == NULL)
                return 1;
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command) != 0 ? 1 : rc;
}
