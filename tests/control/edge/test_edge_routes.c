/* SPDX-License-Identifier: Apache-2.0 */
/* Routes that say where to: by whom, for whom, when, and what of it a worker may keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "control/edge/edge_push.h"
#include "tests/control/edge/edge_world.h"

#define EDGE                                                                   \
        "edge:\n  domains: [example.com]\n  answer: at-once\n  calls: proxy\n" \
        "  authenticate: [MESSAGE]\n  users:\n"                                \
        "    - {name: alice, password: wonderland}\n"

#define GATEWAYS                                                   \
        "policy:\n  gateways:\n    - name: carrier\n      hops:\n" \
        "        - {address: '198.51.100.1:5070', weight: 3}\n"    \
        "        - {address: '[2001:db8::2]', transport: tcp}\n"   \
        "    - {name: sos, hops: [{address: 198.51.100.112}]}\n"   \
        "    - {name: here, hops: [{address: localhost}]}\n"

#define INVITE(f, uri) ASK(f, .method = "INVITE", .ruri = (uri))

static bool as(struct edge_world *f, const char *method, const char *uri, uint8_t cls)
{
        return edge_ask_as(f, &(struct client){.method = method, .ruri = uri}, cls);
}

static void to_gateways(void **state)
{
        struct edge_world *f =
            edge_make(GATEWAYS "  routes:\n"
                               "    - {match: {user-prefix: ['+49']}, action: forward, "
                               "gateways: carrier}\n" EDGE,
                      "");

        (void)state;
        assert_true(INVITE(f, "sip:+49-30-1@example.com"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.reason, SHM_REASON_ROUTED);
        assert_int_equal(f->r.rule, 1);
        assert_int_equal(f->r.scopes, SHM_SCOPE_ROUTE);
        assert_int_equal(f->dp.to.hop_cnt, 2);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "198.51.100.1", 5070, IPPROTO_UDP));
        assert_int_equal(f->dp.hop[0].weight, 3);
        assert_true(fake_dp_hop_is(&f->dp.hop[1], "2001:db8::2", 5060, IPPROTO_TCP));
        assert_int_equal(f->dp.hop[1].weight, 1);
        assert_string_equal(f->dp.uri, "");
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_RECORD_ROUTE);
        /* Any method by the same rule, of which a REGISTER only by its name. */
        assert_true(ASK(f, .method = "SUBSCRIBE", .ruri = "sip:+491@example.org"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(ASK(f, .method = "WHATEVER", .ruri = "sip:+491@example.org"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(ASK(f, .method = "REGISTER", .ruri = "sip:+491@example.com"));
        assert_int_equal(edge_code(f), 401);
        /* The way of an INVITE is that of its CANCEL and of the ACK of a refusal. */
        assert_true(as(f, "CANCEL", "sip:+491@example.com", SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.scopes, 0);
        assert_int_equal(f->dp.to.hop_cnt, 2);
        assert_true(as(f, "ACK", "sip:+491@example.com", SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(edge_ask_as(f,
                                &(struct client){.method = "ACK",
                                                 .ruri = "sip:+491@192.0.2.1",
                                                 .headers = "Route: <sip:192.0.2.100;lr>\r\n"},
                                SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PASS); /* of a 2xx: by its Route */
        assert_true(as(f, "BYE", "sip:+491@192.0.2.1", SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        /* Who says that he is ours shows it first. */
        assert_true(ASK(f, .method = "MESSAGE", .ruri = "sip:+491@example.org"));
        assert_int_equal(edge_code(f), 407);
        edge_drop(f);
}

static void registers_of_others(void **state)
{
        struct edge_world *f =
            edge_make(GATEWAYS "  routes:\n    - {match: {method: [REGISTER]}, action: forward, "
                               "gateways: here, path: true}\n" EDGE,
                      "");

        (void)state;
        assert_true(ASK(f, .user = NULL));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_PATH);
        assert_true(f->dp.to.hop_cnt >= 1); /* a name, looked up when it was read */
        edge_drop(f);
}

static void redirections(void **state)
{
        struct edge_world *f =
            edge_make("policy:\n  routes:\n    - match: {host: [example.net]}\n"
                      "      action: redirect\n      code: 301\n      contacts:\n"
                      "        - {uri: 'sip:gw.example.org;x=1', q: 0.25}\n"
                      "        - {uri: 'sips:desk@example.org'}\n" EDGE,
                      "");

        (void)state;
        assert_true(INVITE(f, "sip:bob@example.net"));
        assert_int_equal(edge_code(f), 301);
        assert_int_equal(f->r.reason, SHM_REASON_ROUTE_REDIRECT);
        assert_string_equal(f->dp.lines, "Contact: <sip:bob@gw.example.org;x=1>;q=0.250\r\n"
                                         "Contact: <sips:desk@example.org>;q=1.000\r\n");
        assert_true(ASK(f, .method = "ACK", .ruri = "sip:bob@example.net"));
        assert_int_equal(f->r.action, SHM_ACTION_DROP);
        edge_drop(f);
}

static void headers_and_classes(void **state)
{
        struct edge_world *f = edge_make(
            GATEWAYS "  routes:\n"
                     "    - {match: {header: [{name: x-tenant, value: gold}]}, action: forward, "
                     "gateways: carrier}\n"
                     "    - {match: {header: [{name: Subject, prefix: 'Buy '}]}, action: reject, "
                     "code: 606}\n"
                     "    - {match: {class: [peer]}, action: forward, gateways: sos}\n" EDGE,
            "");

        (void)state;
        assert_true(
            ASK(f, .method = "INVITE", .ruri = "sip:b@x.net", .headers = "X-Tenant: Gold\r\n"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.scopes, 0); /* the next one may have another header */
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:b@x.net", .headers = "s: buy me\r\n"));
        assert_int_equal(f->r.action, SHM_ACTION_REJECT);
        assert_int_equal(f->r.code, 606);
        assert_int_equal(f->r.scopes, 0);
        assert_true(as(f, "INVITE", "sip:b@x.net", SHM_CLASS_PEER));
        assert_int_equal(f->r.rule, 3);
        assert_true(as(f, "INVITE", "sip:b@x.net", SHM_CLASS_INVITE));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        assert_int_equal(f->r.scopes & SHM_SCOPE_ROUTE, 0);
        edge_drop(f);
}

/* NOW_S is Friday, 15 January 2027, 08:00 UTC: 09:00 in Berlin, 03:00 in New York. */
static void hours_and_days(void **state)
{
        struct edge_world *f = edge_make(
            GATEWAYS "  routes:\n"
                     "    - {match: {user-prefix: [a], days: [mon, fri], hours: ['09:00-17:00'], "
                     "timezone: Europe/Berlin}, action: forward, gateways: carrier}\n"
                     "    - {match: {user-prefix: [n], hours: ['22:00-04:00'], days: [thu], "
                     "timezone: America/New_York}, action: forward, gateways: sos}\n" EDGE,
            "");

        (void)state;
        f->now_s += 10;
        assert_true(INVITE(f, "sip:a@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.lifetime_ms, 50000); /* then it may be another time */
        f->now_s -= 11;
        assert_true(INVITE(f, "sip:a@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        assert_int_equal(f->r.lifetime_ms, 1000);
        assert_true(INVITE(f, "sip:n@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY); /* Thursday's night */
        f->now_s += 3601;
        assert_true(INVITE(f, "sip:n@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        f->now_s = NOW_S + 182 * 86400 + 6 * 86400; /* a Thursday in July: 10:00 and 04:00 */
        assert_true(INVITE(f, "sip:n@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        f->now_s -= 1; /* Wednesday's night */
        assert_true(INVITE(f, "sip:n@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        edge_drop(f);
}

/* An emergency call finds its gateway past every list and lock, and is asked for nothing. */
static void emergencies(void **state)
{
        struct edge_world *f = edge_make(
            GATEWAYS "  deny: [{prefix: 192.0.2.0/24}]\n  default: drop\n  routes:\n"
                     "    - {action: reject, code: 603}\n"
                     "    - {match: {class: [emergency]}, action: forward, gateways: sos}\n" EDGE,
            "");

        (void)state;
        assert_true(as(f, "MESSAGE", "urn:service:sos.fire", SHM_CLASS_EMERGENCY));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "198.51.100.112", 5060, IPPROTO_UDP));
        assert_true(as(f, "INVITE", "sip:112@example.com", SHM_CLASS_EMERGENCY));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(as(f, "INVITE", "sip:112@example.com", SHM_CLASS_INVITE));
        assert_int_equal(f->r.action, SHM_ACTION_DROP);
        edge_drop(f);
        f = edge_make("policy:\n  deny: [{prefix: 192.0.2.0/24}]\n" EDGE, "");
        assert_true(as(f, "INVITE", "sip:112@example.com", SHM_CLASS_EMERGENCY));
        assert_int_equal(f->r.action, SHM_ACTION_PASS);
        edge_drop(f);
}

/* Whom the allow list names is not filtered; where his requests go is said all the same. */
static void peers_are_routed(void **state)
{
        struct edge_world *f = edge_make(
            GATEWAYS "  allow: [{prefix: 192.0.2.7}]\n  routes:\n"
                     "    - {match: {user-prefix: [b]}, action: drop}\n"
                     "    - {match: {user-prefix: [b]}, action: forward, gateways: sos}\n" EDGE,
            "");

        (void)state;
        assert_true(INVITE(f, "sip:b@x.net"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.rule, 2);
        assert_true(INVITE(f, "sip:c@x.net"));
        assert_int_equal(f->r.reason, SHM_REASON_PASS_ALLOW);
        edge_drop(f);
}

/* With decide-for: domain one decision serves all users whom the worker knows. */
static void for_a_whole_domain(void **state)
{
        struct edge_world *f =
            edge_make(GATEWAYS "  routes:\n    - {match: {user-prefix: ['+'], host: [example.com], "
                               "method: [MESSAGE]}, action: drop}\n" EDGE "  decide-for: domain\n",
                      "");
        uint8_t rec[SHM_BINDING_BYTES_MAX];
        uint16_t type;
        uint32_t bytes;

        (void)state;
        edge_register(f, NULL, NULL);
        assert_true(INVITE(f, "sip:alice@example.com"));
        assert_int_equal(f->r.scopes, SHM_SCOPE_ROUTE); /* the worker does not know her yet */
        (void)cp_edge_push(f->edge, &f->link.bindings, &f->link.rep[0], 1, f->now_s);
        while (shm_ring_read(&f->dp.rep[0], rec, sizeof(rec), &type, &bytes) == 1)
                shm_ring_release(&f->dp.rep[0]);
        assert_true(INVITE(f, "sip:alice@example.com"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.scopes, SHM_SCOPE_DOMAIN);
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_LOCATE | SHM_FORWARD_RECORD_ROUTE);
        assert_int_equal(f->dp.to.hop_cnt, 0);
        assert_int_equal(f->r.lifetime_ms, 300000);
        assert_true(INVITE(f, "sip:nobody@example.com"));
        assert_int_equal(edge_code(f), 404);
        /* Of these a route looks at the user. */
        assert_true(ASK(f, .method = "MESSAGE", .from = "sip:x@example.org",
                        .ruri = "sip:alice@example.com"));
        assert_int_equal(f->r.scopes, SHM_SCOPE_ROUTE);
        edge_drop(f);
}

static void what_is_wrong_is_shown(void **state)
{
        static const struct {
                const char *yaml;
                const char *text;
        } rows[] = {
            {"policy:\n  gateways:\n  - name: x\n    hops:\n    - address: 'no such host'\n",
             "t:5:16: 'no such host' has no address"},
            {"policy:\n  gateways:\n  - name: x\n    hops:\n    - address: '192.0.2.1:0'\n",
             "t:5:16: '192.0.2.1:0' is no address or name"},
            {"policy:\n  gateways:\n  - name: x\n    hops:\n    - address: 224.0.0.1\n",
             "t:5:16: '224.0.0.1' is not one host"},
            {"policy:\n  gateways:\n  - {name: x, hops: [{address: 192.0.2.1, weight: 0}]}\n",
             "t:3:51: a weight is 1 to 65535"},
            {"policy:\n  routes:\n  - action: forward\n    gateways: y\n",
             "t:4:15: there are no gateways 'y'"},
            {"policy:\n  routes:\n  - action: forward\n",
             "t:3:13: a route with action: forward needs gateways"},
            {"policy:\n  routes:\n  - action: redirect\n",
             "t:3:13: a route with action: redirect needs contacts"},
            {"policy:\n  routes:\n  - action: redirect\n    contacts: [{uri: 'tel:1'}]\n",
             "t:4:22: 'tel:1' is no SIP URI"},
            {"policy:\n  routes:\n  - action: redirect\n    code: 200\n",
             "t:4:11: a redirect code is 300 to 399, not 200"},
            {"policy:\n  routes:\n  - action: pass\n    match: {hours: ['8-9']}\n",
             "t:4:20: '8-9' are no hours"},
            {"policy:\n  routes:\n  - action: pass\n    match: {days: [mon], timezone: Atlantis}\n",
             "t:4:36: 'Atlantis' is no time zone"},
            {"policy:\n  routes:\n  - action: pass\n    match: {header: [{name: 'a b'}]}\n",
             "t:4:29: 'a b' is not a header name"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct cp_config *c = NULL;
                struct cp_config_error err;
                char text[600];

                assert_int_not_equal(cp_config_parse(&c, "t", (const uint8_t *)rows[i].yaml,
                                                     strlen(rows[i].yaml), &err),
                                     0);
                (void)cp_config_error_print(&err, text, sizeof(text));
                if (strncmp(text, rows[i].text, strlen(rows[i].text)) != 0)
                        fail_msg("'%s' and not '%s'", text, rows[i].text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(to_gateways),
            cmocka_unit_test(registers_of_others),
            cmocka_unit_test(redirections),
            cmocka_unit_test(headers_and_classes),
            cmocka_unit_test(hours_and_days),
            cmocka_unit_test(emergencies),
            cmocka_unit_test(peers_are_routed),
            cmocka_unit_test(for_a_whole_domain),
            cmocka_unit_test(what_is_wrong_is_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
