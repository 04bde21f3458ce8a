/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REGISTER case by case, and a long random sequence against a model that is a plain list.
 * `test_control_registrar --steps N` for a longer one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_contact.h"
#include "tests/contract/rng.h"
#include "tests/control/location/register.h"

static unsigned steps = 60000;
static struct cp_register_reply reply;
static struct cp_bindings *table;

static int set_up(void **state)
{
        (void)state;
        table = cp_bindings_create(REG_NOW);
        return table == NULL;
}

static int tear_down(void **state)
{
        (void)state;
        cp_bindings_destroy(table);
        return 0;
}

#define REGISTER(...) reg_handle(table, &reg_policy, &(struct reg){__VA_ARGS__}, &reply)

static void a_fetch_of_nothing(void **state)
{
        (void)state;
        assert_int_equal(REGISTER(0), 200);
        assert_string_equal(reply.headers, "");
        assert_false(reply.changed);
        assert_int_equal(cp_bindings_aors(table), 0);
}

static void several_contacts(void **state)
{
        char text[64];
        const struct cp_binding *best;

        (void)state;
        assert_int_equal(REGISTER(.contacts = "<sip:a@192.0.2.7>;q=0.5;expires=100, "
                                              "\"A\" <sip:b@192.0.2.8;transport=udp>;q=0.7",
                                  .expires = "200"),
                         200);
        assert_true(reply.changed);
        assert_string_equal(reply.headers,
                            "Contact: <sip:a@192.0.2.7>;expires=100;q=0.500\r\n"
                            "Contact: <sip:b@192.0.2.8;transport=udp>;expires=200;q=0.700\r\n");
        best = cp_aor_best(cp_bindings_find(table, reg_aor("alice", text)), REG_NOW);
        assert_int_equal(best->q_milli, 700);
        best = cp_aor_best(cp_bindings_find(table, reg_aor("alice", text)), REG_NOW + 300);
        assert_null(best);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "<sip:A@192.0.2.7>"), 200);
        assert_int_equal(cp_bindings_count(table), 3); /* the user part has a case */
        assert_int_equal(REGISTER(.cseq = 3, .contacts = "<sip:%61@192.0.2.7>;expires=0"), 200);
        assert_int_equal(cp_bindings_count(table), 2); /* and escapes */
}

static void how_long(void **state)
{
        (void)state;
        assert_int_equal(REGISTER(.contacts = "<sip:a@h>;expires=59"), 423);
        assert_string_equal(reply.headers, "Min-Expires: 60\r\n");
        assert_int_equal(cp_bindings_count(table), 0);
        assert_int_equal(REGISTER(.contacts = "<sip:a@h>;expires=600, <sip:b@h>;expires=1"), 423);
        assert_int_equal(cp_bindings_count(table), 0); /* all or nothing */
        assert_int_equal(REGISTER(.contacts = "<sip:a@h>;expires=60"), 200);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "<sip:a@h>;expires=4294967295"), 200);
        assert_string_equal(reply.headers, "Contact: <sip:a@h>;expires=7200\r\n");
        assert_int_equal(REGISTER(.cseq = 3, .contacts = "<sip:a@h>", .expires = "soon"), 200);
        assert_string_equal(reply.headers, "Contact: <sip:a@h>;expires=3600\r\n");
        assert_int_equal(REGISTER(.cseq = 4, .contacts = "<sip:a@h>", .now_s = REG_NOW + 9), 200);
        assert_int_equal(REGISTER(.now_s = REG_NOW + 19, .call_id = "x"), 200);
        assert_string_equal(reply.headers, "Contact: <sip:a@h>;expires=3590\r\n");
        assert_int_equal(cp_bindings_expire(table, REG_NOW + 3608, 10), 0);
        assert_int_equal(cp_bindings_expire(table, REG_NOW + 3609, 10), 1);
        assert_int_equal(cp_bindings_count(table), 0);
}

static void star(void **state)
{
        (void)state;
        assert_int_equal(REGISTER(.contacts = "*", .expires = "0"), 200);
        assert_int_equal(REGISTER(.contacts = "<sip:a@h>, <sip:b@h>"), 200);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "*"), 400);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "*", .expires = "10"), 400);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "*, <sip:a@h>", .expires = "0"), 400);
        assert_int_equal(cp_bindings_count(table), 2);
        assert_int_equal(REGISTER(.cseq = 0x7fffffff, .call_id = "y", .contacts = "<sip:a@h>"),
                         200);
        assert_int_equal(REGISTER(.cseq = 3, .call_id = "y", .contacts = "*", .expires = "0"), 500);
        assert_int_equal(cp_bindings_count(table), 2);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "*", .expires = "0"), 200);
        assert_true(reply.changed);
        assert_int_equal(cp_bindings_count(table), 0);
}

static void order(void **state)
{
        (void)state;
        assert_int_equal(REGISTER(.cseq = 5, .contacts = "<sip:a@h>"), 200);
        assert_int_equal(REGISTER(.cseq = 4, .contacts = "<sip:a@h>;expires=0"), 500);
        assert_int_equal(REGISTER(.cseq = 4, .contacts = "<sip:b@h>, <sip:a@h>"), 500);
        assert_int_equal(cp_bindings_count(table), 1);
        assert_int_equal(REGISTER(.cseq = 5, .contacts = "<sip:a@h>"), 200); /* again */
        assert_int_equal(REGISTER(.cseq = 1, .call_id = "2", .contacts = "<sip:a@h>;expires=0"),
                         200);
        assert_int_equal(cp_bindings_count(table), 0);
}

static void flows(void **state)
{
        const char *first = "<sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=1";
        const char *moved = "<sip:a@elsewhere>;+sip.instance=\"<urn:uuid:1>\";reg-id=1";
        const char *second = "<sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=2";

        (void)state;
        assert_int_equal(REGISTER(.contacts = first, .extra = "Supported: path, outbound\r\n"),
                         200);
        assert_string_equal(reply.headers,
                            "Contact: <sip:a@h>;expires=3600;+sip.instance=\"<urn:uuid:1>\";"
                            "reg-id=1\r\nRequire: outbound\r\n");
        assert_int_equal(REGISTER(.call_id = "2", .contacts = second), 200);
        assert_int_equal(cp_bindings_count(table), 2);
        assert_int_equal(REGISTER(.call_id = "3", .contacts = moved), 200);
        assert_int_equal(cp_bindings_count(table), 2);
        assert_non_null(strstr(reply.headers, "<sip:a@elsewhere>"));
}

static void path_service_route_and_nat(void **state)
{
        struct cp_registrar_policy policy = reg_policy;
        struct reg r = {
            .contacts = "<sip:a@10.0.0.1>",
            .extra = "Path: <sip:p1.example.com;lr>\r\nPath: <sip:p2.example.com;lr>\r\n",
            .port = 31337,
        };
        struct cp_binding_value v;
        char text[64];

        (void)state;
        policy.service_route = "<sip:edge.example.com;lr>";
        assert_int_equal(reg_handle(table, &policy, &r, &reply), 200);
        assert_string_equal(reply.headers,
                            "Contact: <sip:a@10.0.0.1>;expires=3600\r\n"
                            "Path: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n"
                            "Service-Route: <sip:edge.example.com;lr>\r\n");
        cp_binding_get(cp_aor_best(cp_bindings_find(table, reg_aor("alice", text)), REG_NOW), &v);
        assert_true(v.behind_nat);
        assert_int_equal(v.port, 31337);
        assert_int_equal(v.received.b[15], 7);
        r = (struct reg){.call_id = "2", .contacts = "<sip:a@10.0.0.1>"};
        assert_int_equal(reg_handle(table, &policy, &r, &reply), 200);
        cp_binding_get(cp_aor_best(cp_bindings_find(table, reg_aor("alice", text)), REG_NOW), &v);
        assert_false(v.behind_nat);
        assert_int_equal(v.text[CP_BINDING_PATH].len, 0);
}

static void limits(void **state)
{
        struct cp_registrar_policy policy = reg_policy;
        char many[1024] = "<sip:u0@h>";
        char longer[1400];

        (void)state;
        for (unsigned i = 1; i < 11; i++)
                snprintf(many + strlen(many), sizeof(many) - strlen(many), ", <sip:u%u@h>", i);
        assert_int_equal(REGISTER(.contacts = many), 403);
        assert_int_equal(REGISTER(.contacts = "<sip:a@h>, <sip:a@h>"), 200);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "<sip:a@h>, <sip:a@h>"), 400);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = "<sip:a@h"), 400);
        memset(longer, 'x', sizeof(longer));
        memcpy(longer, "<sip:", 5);
        memcpy(longer + 600, "@h>", 4);
        assert_int_equal(REGISTER(.cseq = 2, .contacts = longer), 400);
        policy.bindings_max = cp_bindings_count(table);
        assert_int_equal(reg_handle(table, &policy,
                                    &(struct reg){.user = "bob", .contacts = "<sip:b@h>"}, &reply),
                         503);
        assert_int_equal(
            reg_handle(table, &policy, &(struct reg){.cseq = 2, .contacts = "<sip:a@h>"}, &reply),
            200);
}

/* ---- a long sequence ---- */

#define USERS    6u
#define CONTACTS 8u
#define CALLS    3u

struct known { /* the model: what each contact of each user ought to be */
        bool there;
        uint32_t expires_s;
        uint32_t cseq;
        unsigned call;
        unsigned q_milli;
};

static struct known model[USERS][CONTACTS];

static void compare(uint32_t now_s)
{
        unsigned live = 0;

        for (unsigned u = 0; u < USERS; u++) {
                char name[8], text[64], uri[32];
                struct cp_aor *aor;

                snprintf(name, sizeof(name), "u%u", u);
                aor = cp_bindings_find(table, reg_aor(name, text));
                for (unsigned c = 0; c < CONTACTS; c++) {
                        const struct known *k = &model[u][c];
                        const struct cp_binding *found = NULL;

                        snprintf(uri, sizeof(uri), "sip:c%u@h", c);
                        for (struct cp_binding *x = aor != NULL ? aor->first : NULL; x != NULL;
                             x = x->next) {
                                struct cp_text t = cp_binding_text(x, CP_BINDING_CONTACT);

                                if (t.len == strlen(uri) && memcmp(t.at, uri, t.len) == 0)
                                        found = x;
                        }
                        if (!k->there || k->expires_s <= now_s) {
                                assert_null(found);
                                continue;
                        }
                        live++;
                        assert_non_null(found);
                        assert_int_equal(found->expires_s, k->expires_s);
                        assert_int_equal(found->cseq, k->cseq);
                        assert_int_equal(found->q_milli, k->q_milli);
                }
        }
        assert_int_equal(cp_bindings_count(table), live);
}

/* One request on the model: the status. */
static unsigned model_register(unsigned u, const int *expires, const unsigned *q, struct known with,
                               bool star)
{
        struct known after[CONTACTS];
        uint32_t now_s = with.expires_s; /* borrowed for the time */

        memcpy(after, model[u], sizeof(after));
        for (unsigned c = 0; c < CONTACTS; c++) {
                struct known *k = &after[c];

                k->there = k->there && k->expires_s > now_s;
                if (!star && expires[c] > 0 && expires[c] < 60)
                        return 423;
        }
        for (unsigned c = 0; c < CONTACTS; c++) {
                struct known *k = &after[c];

                if (!star && expires[c] < 0)
                        continue;
                if (k->there && k->call == with.call && with.cseq < k->cseq)
                        return 500;
                k->there = !star && expires[c] > 0;
                k->expires_s = now_s + (uint32_t)(expires[c] > 7200 ? 7200 : expires[c]);
                k->cseq = with.cseq;
                k->call = with.call;
                k->q_milli = q[c];
        }
        memcpy(model[u], after, sizeof(after));
        return 200;
}

static void random_sequence(void **state)
{
        struct rng r = rng_seeded("random_sequence");
        uint32_t now_s = REG_NOW;
        unsigned seen[600] = {0};

        (void)state;
        memset(model, 0, sizeof(model));
        for (unsigned i = 0; i < steps; i++) {
                static const int choices[] = {0, 30, 60, 100, 900, 9000};
                char contacts[512] = "", name[8], call[8];
                unsigned u = (unsigned)rng_below(&r, USERS), q[CONTACTS], want;
                struct known with = {.expires_s = now_s,
                                     .cseq = 1 + (uint32_t)rng_below(&r, 40),
                                     .call = (unsigned)rng_below(&r, CALLS)};
                bool star = rng_below(&r, 20) == 0;
                int expires[CONTACTS];

                for (unsigned c = 0; c < CONTACTS; c++) {
                        expires[c] = rng_below(&r, 4) != 0 ? -1 : choices[rng_below(&r, 6)];
                        if (expires[c] == 30 && rng_below(&r, 4) != 0)
                                expires[c] = 61;
                        q[c] = (unsigned)rng_below(&r, 1000);
                        if (!star && expires[c] >= 0)
                                snprintf(contacts + strlen(contacts),
                                         sizeof(contacts) - strlen(contacts),
                                         "%s<sip:c%u@h>;q=0.%03u;expires=%d",
                                         contacts[0] != '\0' ? "," : "", c, q[c], expires[c]);
                }
                snprintf(name, sizeof(name), "u%u", u);
                snprintf(call, sizeof(call), "call%u", with.call);
                want = model_register(u, expires, q, with, star);
                assert_int_equal(REGISTER(.user = name, .call_id = call, .cseq = with.cseq,
                                          .now_s = now_s,
                                          .contacts = star                  ? "*"
                                                      : contacts[0] != '\0' ? contacts
                                                                            : NULL,
                                          .expires = star ? "0" : NULL),
                                 want);
                seen[want]++;
                now_s += (uint32_t)rng_below(&r, rng_below(&r, 50) == 0 ? 20000 : 30);
                while (cp_bindings_expire(table, now_s, 3) == 3)
                        ;
                compare(now_s);
                while (rng_below(&r, 2) != 0 && cp_bindings_dirty(table) != NULL)
                        cp_bindings_clean(table, cp_bindings_dirty(table));
        }
        printf("%u steps: %u x 200, %u x 423, %u x 500\n", steps, seen[200], seen[423], seen[500]);
        assert_true(seen[200] > steps / 10 && seen[423] > 0 && seen[500] > 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(a_fetch_of_nothing, set_up, tear_down),
            cmocka_unit_test_setup_teardown(several_contacts, set_up, tear_down),
            cmocka_unit_test_setup_teardown(how_long, set_up, tear_down),
            cmocka_unit_test_setup_teardown(star, set_up, tear_down),
            cmocka_unit_test_setup_teardown(order, set_up, tear_down),
            cmocka_unit_test_setup_teardown(flows, set_up, tear_down),
            cmocka_unit_test_setup_teardown(path_service_route_and_nat, set_up, tear_down),
            cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
            cmocka_unit_test_setup_teardown(random_sequence, set_up, tear_down),
        };

        if (argc == 3 && strcmp(argv[1], "--steps") == 0)
                steps = (unsigned)strtoul(argv[2], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
