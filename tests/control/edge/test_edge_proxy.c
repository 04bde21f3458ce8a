/* SPDX-License-Identifier: Apache-2.0 */
/* `calls: proxy`: where a request goes, for how long, and when that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "tests/control/edge/edge_world.h"

#define YAML                                                                   \
        "edge:\n  domains: [example.com]\n  answer: at-once\n  calls: proxy\n" \
        "  authenticate: [MESSAGE]\n  users:\n"                                \
        "    - {name: alice, password: wonderland}\n"                          \
        "    - {name: bob, password: x, forward: 'sip:bob@elsewhere.net'}\n"   \
        "    - {name: carol, password: x}\n"

#define HERE "<sip:alice@198.51.100.9:5070;ob>"

static bool call(struct edge_world *f, const char *method)
{
        return ASK(f, .method = method, .ruri = "sip:alice@example.com");
}

static void a_call_goes_to_the_contact(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct cp_edge_stats s;

        (void)state;
        /* The Via says another port than the packet: back to where it came from. */
        edge_register(f, NULL, NULL);
        assert_true(call(f, "INVITE"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.reason, SHM_REASON_LOCATED);
        assert_int_equal(f->r.scopes, SHM_SCOPE_ROUTE);
        assert_int_equal(f->r.lifetime_ms, 300000);
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_RECORD_ROUTE);
        assert_int_equal(f->dp.to.hop_cnt, 1);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "192.0.2.7", 5061, IPPROTO_UDP));
        assert_string_equal(f->dp.uri, "sip:alice@192.0.2.7");
        assert_string_equal(f->dp.route, "");
        assert_string_equal(f->dp.lines, "");
        assert_true(call(f, "PUBLISH"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->dp.to.flags, 0); /* no dialog comes of it */
        assert_true(call(f, "WHATEVER"));
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_RECORD_ROUTE);
        cp_edge_stats(f->edge, &s);
        assert_int_equal(s.proxied, 3);
        edge_drop(f);
}

/* The binding decides how long: what is left of it is the most. */
static void not_longer_than_the_binding(void **state)
{
        struct edge_world *f = edge_make(YAML, "");

        (void)state;
        edge_register(f, "<sip:alice@192.0.2.7>;expires=100", NULL);
        f->now_s += 60;
        assert_true(call(f, "INVITE"));
        assert_int_equal(f->r.lifetime_ms, 40000);
        f->now_s += 40;
        assert_true(call(f, "INVITE"));
        assert_int_equal(edge_code(f), 404);
        edge_drop(f);
}

/* The first Path says where to, the contact is the Request-URI (RFC 3327 5.3). */
static void path_is_a_route(void **state)
{
        struct edge_world *f = edge_make(YAML "  record-route: false\n", "");

        (void)state;
        edge_register(f, HERE,
                      "Path: <sip:203.0.113.5:5080;lr>, <sip:inner.example.com;lr>\r\n"
                      "Supported: path\r\n");
        assert_true(call(f, "INVITE"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "203.0.113.5", 5080, IPPROTO_UDP));
        assert_string_equal(f->dp.uri, "sip:alice@198.51.100.9:5070;ob");
        assert_string_equal(f->dp.route, "<sip:203.0.113.5:5080;lr>, <sip:inner.example.com;lr>");
        assert_int_equal(f->dp.to.flags, 0);
        edge_drop(f);
}

static void the_best_contact(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        const char *via = "Path: <sip:198.51.100.1;lr>\r\nSupported: path\r\n";

        (void)state;
        edge_register(f, "<sip:a@192.0.2.7;x=1>;q=0.2", via);
        f->now_s++;
        edge_register(f, "<sip:a@192.0.2.7;x=2>;q=0.9", via);
        f->now_s++;
        edge_register(f, "<sip:a@192.0.2.7;x=3>;q=0.5", via);
        assert_true(call(f, "INVITE"));
        assert_string_equal(f->dp.uri, "sip:a@192.0.2.7;x=2");
        f->now_s++;
        edge_register(f, "<sip:a@192.0.2.7;x=4?Subject=x>;q=0.9", via);
        assert_true(call(f, "INVITE"));
        assert_string_equal(f->dp.uri, "sip:a@192.0.2.7;x=4"); /* of equals the newest */
        edge_drop(f);
}

/* Transport and address of a contact are told as they are: the dataplane refuses what it has not.
 */
static void other_transports_and_names(void **state)
{
        static const struct {
                const char *path;
                const char *address;
                uint16_t port;
                uint8_t proto;
        } rows[] = {
            {"<sip:[2001:db8::5]:5090;lr>", "2001:db8::5", 5090, IPPROTO_UDP},
            {"<sip:198.51.100.3;transport=tcp;lr>", "198.51.100.3", 5060, IPPROTO_TCP},
            {"<sip:198.51.100.3;transport=tls;lr>", "198.51.100.3", 5061, IPPROTO_TCP},
            {"<sips:198.51.100.3;lr>", "198.51.100.3", 5061, IPPROTO_TCP},
            {"<sip:198.51.100.3;transport=sctp;lr>", "198.51.100.3", 5060, IPPROTO_SCTP},
            {"<sip:p.example.net;maddr=198.51.100.4;lr>", "198.51.100.4", 5060, IPPROTO_UDP},
            {"<sip:p.example.net;lr>", "192.0.2.7", 5061, IPPROTO_UDP}, /* where it came from */
        };
        struct edge_world *f = edge_make(YAML, "");
        char header[256];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                f->now_s++;
                snprintf(header, sizeof(header), "Path: %s\r\nSupported: path\r\n", rows[i].path);
                edge_register(f, HERE, header);
                assert_true(call(f, "INVITE"));
                assert_int_equal(f->r.action, SHM_ACTION_PROXY);
                if (!fake_dp_hop_is(&f->dp.hop[0], rows[i].address, rows[i].port, rows[i].proto))
                        fail_msg("%s", rows[i].path);
        }
        edge_drop(f);
}

/* CANCEL and the ACK of a refusal go where the INVITE went; later requests by themselves. */
static void what_follows_an_invite(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        struct client c = {.method = "CANCEL", .ruri = "sip:alice@example.com"};

        (void)state;
        edge_register(f, NULL, NULL);
        assert_true(edge_ask_as(f, &c, SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.scopes, 0);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "192.0.2.7", 5061, IPPROTO_UDP));
        assert_string_equal(f->dp.uri, "sip:alice@192.0.2.7");
        c = (struct client){.method = "ACK", .ruri = "sip:alice@example.com", .to_tag = "9"};
        assert_true(edge_ask_as(f, &c, SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_string_equal(f->dp.uri, "sip:alice@192.0.2.7");
        c = (struct client){.method = "BYE", .ruri = "sip:alice@192.0.2.7", .to_tag = "9"};
        assert_true(edge_ask_as(f, &c, SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        assert_int_equal(f->r.scopes, SHM_SCOPE_DIALOG);
        /* A PRACK may come before a CANCEL, whose way is another. */
        c.method = "PRACK";
        assert_true(edge_ask_as(f, &c, SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        assert_int_equal(f->r.scopes, 0);
        edge_drop(f);
}

static void others_as_without_a_proxy(void **state)
{
        struct edge_world *f = edge_make(YAML, "");

        (void)state;
        edge_register(f, NULL, NULL);
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:bob@example.com"));
        assert_int_equal(edge_code(f), 302);
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 404);
        assert_true(call(f, "MESSAGE"));
        assert_int_equal(edge_code(f), 407);
        edge_take_nonce(f);
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:alice@example.com", .user = "alice",
                        .password = "wonderland", .nonce = f->nonce, .nc = 50));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.scopes, 0); /* the next one shows its password, too */
        edge_drop(f);
}

/* A cached decision is called back when the user went elsewhere, and only then. */
static void what_was_told_is_called_back(void **state)
{
        struct edge_world *f = edge_make(YAML, "");
        const char *via = "Path: <sip:198.51.100.1;lr>\r\nSupported: path\r\n";
        uint64_t before;

        (void)state;
        edge_register(f, NULL, via);
        before = cp_edge_flushes(f->edge);
        f->now_s++;
        edge_register(f, "<sip:alice@192.0.2.8>;q=0.1", via);
        assert_int_equal(cp_edge_flushes(f->edge), before); /* nobody asked for her */
        assert_true(call(f, "INVITE"));
        f->now_s++;
        edge_register(f, NULL, via);
        assert_int_equal(cp_edge_flushes(f->edge), before); /* the same again */
        f->now_s++;
        edge_register(f, "<sip:alice@192.0.2.9>;q=0.1", via);
        assert_int_equal(cp_edge_flushes(f->edge), before); /* not the best */
        f->now_s++;
        edge_register(f, NULL, "Path: <sip:198.51.100.2;lr>\r\nSupported: path\r\n");
        assert_int_equal(cp_edge_flushes(f->edge), before + 1);
        edge_register(f, "<sip:alice@192.0.2.7>;expires=0", NULL);
        assert_int_equal(cp_edge_flushes(f->edge), before + 1); /* not told since */
        assert_true(call(f, "INVITE"));
        edge_register(f, "<sip:alice@192.0.2.8>;expires=0, <sip:alice@192.0.2.9>;expires=0", NULL);
        assert_int_equal(cp_edge_flushes(f->edge), before + 2);
        edge_drop(f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_call_goes_to_the_contact),
            cmocka_unit_test(not_longer_than_the_binding),
            cmocka_unit_test(path_is_a_route),
            cmocka_unit_test(the_best_contact),
            cmocka_unit_test(other_transports_and_names),
            cmocka_unit_test(what_follows_an_invite),
            cmocka_unit_test(others_as_without_a_proxy),
            cmocka_unit_test(what_was_told_is_called_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
