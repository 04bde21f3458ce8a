/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/edge/edge_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cp_config *edge_config(const char *yaml)
{
        struct cp_config *c = NULL;
        struct cp_config_error err;

        if (cp_config_parse(&c, "t", (const uint8_t *)yaml, strlen(yaml), &err) != 0)
                fail_msg("%s", err.text);
        return c;
}

struct edge_world *edge_make(const char *yaml, const char *state_dir)
{
        struct edge_world *f = calloc(1, sizeof(*f));
        char why[512] = "";

        assert_non_null(f);
        f->now_s = NOW_S;
        fake_dp_make(&f->dp, 1, 1, 12);
        cp_link_init(&f->link, "");
        assert_int_equal(cp_link_bind(&f->link, f->dp.to_control.fd, f->dp.to_dataplane.fd), 0);
        f->policy = cp_policy_create(edge_config(yaml), 1, NOW, NULL);
        assert_non_null(f->policy);
        f->policy->bans = &f->bans;
        if (cp_edge_create(&f->edge, &f->policy->config->edge, state_dir, why, sizeof(why)) != 0)
                fail_msg("%s", why);
        f->decider.edge = cp_edge_hook(f->edge);
        return f;
}

void edge_drop(struct edge_world *f)
{
        cp_edge_destroy(f->edge);
        cp_link_detach(&f->link);
        fake_dp_free(&f->dp);
        cp_policy_destroy(f->policy);
        cp_bans_fini(&f->bans);
        free(f);
}

bool edge_release(struct edge_world *f)
{
        struct cp_link *links[] = {&f->link};
        const bool live[] = {true};

        return cp_edge_release(f->edge, links, live, 1, f->now_s) != 0;
}

bool edge_ask_as(struct edge_world *f, const struct client *c, uint8_t cls)
{
        static struct client_request request;
        struct shm_request req = {
            .id = ++f->id,
            .time_ns = f->now_s * UINT64_C(1000000000),
            .flow = fake_flow("192.0.2.7"),
            .cls = cls,
        };

        client_request(c, &request);
        req.msg_len = (uint16_t)request.msg.len;
        assert_true(fake_dp_ask(&f->dp, 0, &req, request.text));
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, req.time_ns, 8), 1);
        if (!fake_dp_reply(&f->dp, 0, &f->r, NULL))
                return false;
        assert_int_equal(f->r.id, f->id);
        return true;
}

unsigned edge_code(const struct edge_world *f)
{
        if (f->r.action == SHM_ACTION_PASS)
                return 0;
        assert_int_equal(f->r.action, SHM_ACTION_REPLY);
        assert_int_equal(f->r.scopes, 0);
        return f->r.code;
}

void edge_take_nonce(struct edge_world *f)
{
        const char *at = strstr(f->dp.lines, "nonce=\"");

        assert_non_null(at);
        snprintf(f->nonce, sizeof(f->nonce), "%s", at + 7);
}

void edge_log_in(struct edge_world *f, unsigned nc)
{
        assert_true(ASK(f, .user = NULL));
        assert_int_equal(edge_code(f), 401);
        edge_take_nonce(f);
        if (!ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce, .nc = nc)) {
                for (unsigned i = 0; i < 5000 && !fake_dp_reply(&f->dp, 0, &f->r, NULL); i++) {
                        (void)edge_release(f);
                        usleep(1000);
                }
                assert_int_equal(f->r.id, f->id);
        }
}

void edge_register(struct edge_world *f, const char *contact, const char *headers)
{
        assert_true(ASK(f, .user = NULL));
        edge_take_nonce(f);
        if (!ASK(f, .user = "alice", .password = "wonderland", .nonce = f->nonce,
                 .nc = (unsigned)f->id + 1, .contact = contact, .headers = headers)) {
                for (unsigned i = 0; i < 5000 && !fake_dp_reply(&f->dp, 0, &f->r, NULL); i++) {
                        (void)edge_release(f);
                        usleep(1000);
                }
                assert_int_equal(f->r.id, f->id);
        }
        assert_int_equal(edge_code(f), 200);
        (void)edge_release(f);
}
