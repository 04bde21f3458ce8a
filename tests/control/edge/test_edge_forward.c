/* SPDX-License-Identifier: Apache-2.0 */
/* Call forwarding: by caller, by time, always; told by 302, or sent on with what was changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "parser/sip_history.h"
#include "parser/sip_parse.h"
#include "tests/control/edge/edge_world.h"

#define USERS                                                                            \
        "edge:\n  domains: [example.com]\n  answer: at-once\n  calls: proxy\n  users:\n" \
        "    - {name: alice, password: wonderland}\n"                                    \
        "    - name: carol\n      password: x\n      forward: 'sip:c@elsewhere.net'\n"   \
        "      forwards:\n"                                                              \
        "        - {to: 'sip:alice@example.com', from: ['sip:boss@']}\n"                 \
        "        - {to: 'sip:desk@198.51.100.20:5070', hours: ['08:00-09:00']}\n"        \
        "    - {name: dave, password: x, forward: 'sip:alice@example.com'}\n"            \
        "    - name: erin\n      password: x\n      forwards:\n"                         \
        "        - {to: 'sip:alice@example.com', from: ['sip:boss@']}\n"
#define RETARGET USERS "  forwarding: retarget\n"

static bool from(struct edge_world *f, const char *caller, const char *callee)
{
        return ASK(f, .method = "INVITE", .ruri = callee, .from = caller);
}

static void by_caller_and_time(void **state)
{
        struct edge_world *f = edge_make(USERS, "");

        (void)state;
        assert_true(from(f, "sip:boss@example.net", "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 302);
        assert_string_equal(f->dp.lines, "Contact: <sip:alice@example.com>\r\n");
        assert_true(from(f, "sip:other@example.net", "sip:carol@example.com"));
        assert_string_equal(f->dp.lines, "Contact: <sip:desk@198.51.100.20:5070>\r\n");
        f->now_s += 3600;
        assert_true(from(f, "sip:other@example.net", "sip:carol@example.com"));
        assert_string_equal(f->dp.lines, "Contact: <sip:c@elsewhere.net>\r\n");
        edge_drop(f);
}

static void sent_on_to_another_user(void **state)
{
        struct edge_world *f = edge_make(RETARGET, "");
        struct cp_edge_stats s;
        uint64_t before;

        (void)state;
        assert_true(from(f, "sip:x@example.net", "sip:dave@example.com"));
        assert_int_equal(edge_code(f), 302); /* nobody is there to send it to */
        edge_register(f, NULL, NULL);
        assert_true(from(f, "sip:x@example.net", "sip:dave@example.com"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_int_equal(f->r.reason, SHM_REASON_FORWARDED);
        assert_int_equal(f->r.scopes, SHM_SCOPE_ROUTE);
        assert_int_equal(f->dp.to.flags, SHM_FORWARD_RECORD_ROUTE);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "192.0.2.7", 5061, IPPROTO_UDP));
        assert_string_equal(f->dp.uri, "sip:alice@192.0.2.7");
        assert_string_equal(
            f->dp.lines,
            "Diversion: <sip:dave@example.com>;reason=unconditional;counter=1\r\n"
            "History-Info: <sip:dave@example.com>;index=1, <sip:alice@example.com>;index=1.1;mp=1"
            "\r\n");
        /* One who was forwarded to goes elsewhere: what was told is called back. */
        before = cp_edge_flushes(f->edge);
        f->now_s++;
        edge_register(f, "<sip:alice@192.0.2.8>", NULL);
        assert_int_equal(cp_edge_flushes(f->edge), before + 1);
        cp_edge_stats(f->edge, &s);
        assert_int_equal(s.forwarded, 1);
        edge_drop(f);
}

static void sent_on_to_an_address(void **state)
{
        struct edge_world *f = edge_make(RETARGET, "");

        (void)state;
        f->now_s += 30;
        assert_true(from(f, "sip:x@example.net", "sip:carol@example.com"));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_true(fake_dp_hop_is(&f->dp.hop[0], "198.51.100.20", 5070, IPPROTO_UDP));
        assert_string_equal(f->dp.uri, "sip:desk@198.51.100.20:5070");
        assert_non_null(strstr(f->dp.lines, ";reason=time-of-day;"));
        /* The caller was looked at, so it is decided of this request alone. */
        assert_int_equal(f->r.scopes, 0);
        /* There is a history: ours could only go in front of it. */
        assert_true(ASK(f, .method = "INVITE", .ruri = "sip:carol@example.com",
                        .headers = "History-Info: <sip:z@example.com>;index=1\r\n"));
        assert_null(strstr(f->dp.lines, "History-Info"));
        assert_non_null(strstr(f->dp.lines, "Diversion: <sip:carol@example.com>"));
        /* CANCEL goes the same way, and says nothing of it. */
        assert_true(
            edge_ask_as(f, &(struct client){.method = "CANCEL", .ruri = "sip:carol@example.com"},
                        SHM_CLASS_IN_DIALOG));
        assert_int_equal(f->r.action, SHM_ACTION_PROXY);
        assert_string_equal(f->dp.uri, "sip:desk@198.51.100.20:5070");
        assert_string_equal(f->dp.lines, "");
        f->now_s += 3600; /* to a name: the caller has to look it up */
        assert_true(from(f, "sip:x@example.net", "sip:carol@example.com"));
        assert_int_equal(edge_code(f), 302);
        edge_drop(f);
}

/* Who has rules of which none holds is called as ever, one request at a time. */
static void no_rule_holds(void **state)
{
        struct edge_world *f = edge_make(RETARGET, "");

        (void)state;
        assert_true(from(f, "sip:x@example.net", "sip:erin@example.com"));
        assert_int_equal(edge_code(f), 404);
        edge_drop(f);
}

/* What is added is read alike by the parser of these headers. */
static void the_lines_are_sound(void **state)
{
        struct edge_world *f = edge_make(RETARGET, "");
        const char *at;
        struct sip_anom_set notes = {{0}};
        struct sip_history h;
        struct sip_cur c;
        enum sip_value v;
        unsigned n = 0;

        (void)state;
        assert_true(from(f, "sip:x@example.net", "sip:carol@example.com"));
        at = strstr(f->dp.lines, "History-Info: ");
        assert_non_null(at);
        at += strlen("History-Info: ");
        c = (struct sip_cur){(const uint8_t *)at, 0, (uint32_t)strcspn(at, "\r"), &notes};
        do {
                v = sip_history_parse(&c, &h);
                assert_int_equal(v, SIP_VALUE_OK);
                n++;
        } while (sip_value_more(&c, &v));
        assert_int_equal(v, SIP_VALUE_OK);
        assert_int_equal(n, 2);
        edge_drop(f);
}

static void what_is_wrong_is_shown(void **state)
{
        static const char yaml[] = "edge:\n  domains: [x]\n  users:\n  - name: a\n    password: b\n"
                                   "    forwards:\n    - to: 'nowhere'\n";
        struct cp_config *c = NULL;
        struct cp_config_error err;
        char text[600];

        (void)state;
        assert_int_not_equal(cp_config_parse(&c, "t", (const uint8_t *)yaml, strlen(yaml), &err),
                             0);
        assert_string_equal(cp_config_error_print(&err, text, sizeof(text)),
                            "t:7:11: 'nowhere' is no SIP URI");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(by_caller_and_time),    cmocka_unit_test(sent_on_to_another_user),
            cmocka_unit_test(sent_on_to_an_address), cmocka_unit_test(no_rule_holds),
            cmocka_unit_test(the_lines_are_sound),   cmocka_unit_test(what_is_wrong_is_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
