/* SPDX-License-Identifier: Apache-2.0 */
/* The event package reg behind real rings: SUBSCRIBE, the NOTIFYs that follow, their answers, and
 * what the documents say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/edge/reg_event.h"
#include "parser/sip_parse.h"
#include "tests/control/edge/edge_world.h"

#define EDGE(more)                                                             \
        "edge:\n  domains: [example.com]\n  calls: proxy\n  answer: at-once\n" \
        "  contacts: 16\n" more "  users:\n"                                   \
        "    - {name: alice, password: wonderland}\n"                          \
        "    - {name: bob, password: builder}\n"

#define ALICE "sip:alice@example.com"
#define EVENT "Event: reg\r\nAccept: application/reginfo+xml\r\n"

static struct edge_world *f;
static uint64_t ms;
static unsigned nc;
static struct sip_msg notify;

/* ---- what the user does ---- */

static const struct client alice = {.method = "SUBSCRIBE",
                                    .ruri = ALICE,
                                    .user = "alice",
                                    .password = "wonderland",
                                    .headers = EVENT};

static void begin(const char *yaml)
{
        f = edge_make(yaml, "");
        ms = 1000000;
        nc = 1;
        assert_true(ASK(f, .method = "SUBSCRIBE", .ruri = ALICE, .headers = EVENT));
        assert_int_equal(edge_code(f), 407);
        edge_take_nonce(f);
}

static void end(void)
{
        edge_drop(f);
}

/* The code that this request, with the next count, is answered with. */
static unsigned ask(struct client c)
{
        c.nonce = f->nonce;
        c.nc = nc++;
        assert_true(edge_ask_as(f, &c, SHM_CLASS_OTHER));
        return edge_code(f);
}

static void bind_contact(const char *contact)
{
        const struct client c = {
            .user = "alice", .password = "wonderland", .contact = contact, .cseq = nc};

        assert_int_equal(ask(c), 200);
}

/* ---- what the notifier does ---- */

/* So many milliseconds later; how many messages were sent meanwhile, the last of them in notify. */
static unsigned pass(unsigned for_ms)
{
        struct cp_link *links[] = {&f->link};
        const bool live[] = {true};
        unsigned before = f->dp.sent_cnt;

        for (uint64_t until = ms + for_ms;; ms += 10) {
                f->now_s = NOW_S + (uint32_t)((ms - 1000000) / 1000);
                const struct cp_edge_now now = {ms, f->now_s};

                (void)edge_release(f);
                (void)cp_edge_notify(f->edge, links, live, 1, &now);
                assert_false(fake_dp_reply(&f->dp, 0, &f->r, NULL));
                if (ms >= until)
                        break;
        }
        if (f->dp.sent_cnt != before) {
                assert_int_equal(
                    sip_parse((const uint8_t *)f->dp.sent_text, f->dp.sent.msg_len, &notify),
                    SIP_ANOM_NONE);
                assert_true(f->dp.sent.msg_len <= CP_REG_NOTIFY_BYTES);
                assert_int_equal(notify.via_cnt, 1);
        }
        return f->dp.sent_cnt - before;
}

static void respond(unsigned status)
{
        struct shm_request req = {.id = ++f->id,
                                  .time_ns = f->now_s * UINT64_C(1000000000),
                                  .flow = fake_flow("192.0.2.7"),
                                  .cls = SHM_CLASS_IN_DIALOG};
        char text[2048];
        int n = snprintf(text, sizeof(text), "SIP/2.0 %u X\r\n", status);

        for (uint16_t i = 0; i < notify.hdr_cnt; i++) {
                const struct sip_hdr *h = &notify.hdrs[i];

                if (h->id == SIP_HDR_VIA || h->id == SIP_HDR_FROM || h->id == SIP_HDR_TO ||
                    h->id == SIP_HDR_CALL_ID || h->id == SIP_HDR_CSEQ)
                        n += snprintf(text + n, sizeof(text) - (size_t)n, "%.*s: %.*s\r\n",
                                      (int)h->name.len, (const char *)notify.buf + h->name.off,
                                      (int)h->value.len, (const char *)notify.buf + h->value.off);
        }
        n += snprintf(text + n, sizeof(text) - (size_t)n, "Content-Length: 0\r\n\r\n");
        req.msg_len = (uint16_t)n;
        assert_true(fake_dp_ask(&f->dp, 0, &req, text));
        assert_int_equal(cp_decider_run(&f->decider, &f->link, f->policy, req.time_ns, 8), 1);
        assert_true(fake_dp_reply(&f->dp, 0, &f->r, NULL));
        assert_int_equal(f->r.action, SHM_ACTION_DROP);
        assert_int_equal(f->r.reason, SHM_REASON_RESPONSE_OURS);
}

static void has(const char *text)
{
        if (strstr(f->dp.sent_text, text) == NULL)
                fail_msg("no '%s' in\n%s", text, f->dp.sent_text);
}

static void has_not(const char *text)
{
        if (strstr(f->dp.sent_text, text) != NULL)
                fail_msg("'%s' in\n%s", text, f->dp.sent_text);
}

static unsigned live(void)
{
        struct cp_edge_stats s;

        cp_edge_stats(f->edge, &s);
        return (unsigned)s.subscribed;
}

/* ---- tests ---- */

static void what_a_subscriber_is_told(void **state)
{
        char tag[SHM_REPLY_TAG_MAX + 1];

        (void)state;
        begin(EDGE("  max-expires-s: 4000\n"));
        assert_int_equal(ask(alice), 200);
        assert_int_equal(f->r.reason, SHM_REASON_SUBSCRIPTION);
        assert_int_equal(f->r.proven, 1);
        assert_string_equal(f->dp.lines, "Expires: 3761\r\nContact: <sip:192.0.2.100:5060>\r\n");
        snprintf(tag, sizeof(tag), "%s", f->dp.tag);
        assert_int_equal(strlen(tag), 24);
        assert_int_equal(pass(0), 1); /* at once, and everything: nobody is there */
        assert_true(fake_dp_hop_is(&f->dp.sent.to, "192.0.2.7", 5060, 17));
        has("NOTIFY sip:alice@192.0.2.7 SIP/2.0\r\n");
        has("Via: SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bK");
        has("Event: reg\r\n");
        has("Subscription-State: active;expires=3761\r\n");
        has("version=\"0\" state=\"full\">");
        has("aor=\"sip:alice@example.com\"");
        has("state=\"init\"></registration>");
        assert_non_null(strstr(f->dp.sent_text, tag));
        respond(200);
        assert_int_equal(pass(1000), 0);

        bind_contact("<sip:alice@192.0.2.7?a=1&b=2>;expires=60;q=0.5");
        assert_int_equal(pass(3900), 0); /* not twice in five seconds */
        assert_int_equal(pass(200), 1);
        has("version=\"1\" state=\"partial\">");
        has("state=\"active\"><contact");
        has("state=\"active\" event=\"registered\" expires=\"56\" q=\"0.500\"");
        has("<uri>sip:alice@192.0.2.7?a=1&amp;b=2</uri>");
        respond(200);

        bind_contact("<sip:alice@192.0.2.7?a=1&b=2>;expires=70");
        assert_int_equal(pass(5000), 1);
        has("version=\"2\" state=\"partial\">");
        has("event=\"refreshed\"");
        respond(200);
        bind_contact("<sip:alice@192.0.2.7?a=1&b=2>;expires=61, <sip:alice@192.0.2.8>;expires=300");
        assert_int_equal(pass(5000), 1);
        has("event=\"shortened\"");
        has("event=\"registered\"");
        respond(200);
        assert_int_equal(pass(56000), 1); /* the first one ends by itself */
        has("state=\"active\"><contact");
        has("state=\"terminated\" event=\"expired\"><uri>sip:alice@192.0.2.7?a=1&amp;b=2</uri>");
        has_not("192.0.2.8");
        respond(200);
        bind_contact("<sip:alice@192.0.2.8>;expires=0");
        assert_int_equal(pass(5000), 1);
        has("state=\"terminated\"><contact");
        has("state=\"terminated\" event=\"unregistered\"");
        has("version=\"5\"");
        respond(200);
        assert_int_equal(pass(100000), 0);
        end();
}

static void a_dialog_goes_on_and_ends(void **state)
{
        char tag[SHM_REPLY_TAG_MAX + 1];
        struct client c = alice;

        (void)state;
        begin(EDGE(""));
        c.headers = EVENT "Expires: 100\r\n";
        assert_int_equal(ask(c), 200);
        snprintf(tag, sizeof(tag), "%s", f->dp.tag);
        assert_int_equal(pass(0), 1);
        respond(200);
        assert_int_equal(pass(90000), 0);
        /* Refreshed: all again, in the same dialog. */
        c.ruri = "sip:192.0.2.100:5060";
        c.to_tag = tag;
        c.cseq = 2;
        assert_int_equal(ask(c), 200);
        assert_string_equal(f->dp.tag, tag);
        assert_int_equal(pass(0), 1);
        has("version=\"1\" state=\"full\">");
        has("CSeq: 2 NOTIFY");
        respond(200);
        c.cseq = 2;
        assert_int_equal(ask(c), 500); /* not in order */
        /* Somebody else's, and one that nobody knows. */
        c.cseq = 3;
        c.user = "bob";
        c.password = "builder";
        assert_int_equal(ask(c), 481);
        c = (struct client){.method = "SUBSCRIBE",
                            .ruri = "sip:192.0.2.100:5060",
                            .user = "alice",
                            .password = "wonderland",
                            .headers = EVENT,
                            .to_tag = "00000000deadbeefdeadbeef",
                            .cseq = 3};
        assert_int_equal(ask(c), 481);
        /* It ends by itself, and says so. */
        assert_int_equal(pass(99000), 0);
        assert_int_equal(pass(1100), 1);
        has("Subscription-State: terminated;reason=timeout\r\n");
        has("state=\"full\"");
        respond(200);
        c.to_tag = tag;
        assert_int_equal(ask(c), 481);
        end();
}

static void unsubscribing_and_fetching(void **state)
{
        char tag[SHM_REPLY_TAG_MAX + 1];
        struct client c = alice;

        (void)state;
        begin(EDGE(""));
        assert_int_equal(ask(c), 200);
        snprintf(tag, sizeof(tag), "%s", f->dp.tag);
        assert_int_equal(pass(0), 1);
        respond(200);
        c.ruri = "sip:192.0.2.100:5060";
        c.to_tag = tag;
        c.cseq = 2;
        c.headers = EVENT "Expires: 0\r\n";
        assert_int_equal(ask(c), 200);
        assert_int_equal(pass(0), 1);
        has("Subscription-State: terminated;reason=timeout\r\n");
        respond(200);
        c.cseq = 3;
        assert_int_equal(ask(c), 481);
        /* A fetch is a subscription that ends at once. */
        c = alice;
        c.headers = EVENT "Expires: 0\r\n";
        assert_int_equal(ask(c), 200);
        assert_int_equal(pass(0), 1);
        has("Subscription-State: terminated;reason=timeout\r\n");
        respond(200);
        assert_int_equal(pass(60000), 0);
        end();
}

static void what_is_refused(void **state)
{
        struct client c = alice;

        (void)state;
        begin(EDGE("  subscriptions: 2\n"));
        c.ruri = "sip:bob@example.com";
        assert_int_equal(ask(c), 403);
        c = alice;
        c.headers = "Event: reg\r\nExpires: 59\r\n";
        assert_int_equal(ask(c), 423);
        assert_string_equal(f->dp.lines, "Min-Expires: 60\r\n");
        c.headers = "Event: reg.winfo\r\n";
        assert_int_equal(ask(c), 489);
        assert_string_equal(f->dp.lines, "Allow-Events: reg\r\n");
        c.headers = "Event: reg\r\nAccept: application/pidf+xml\r\n";
        assert_int_equal(ask(c), 406);
        c.headers = "Event: reg\r\nAccept: application/pidf+xml, application/Reginfo+xml\r\n";
        c.call_id = "a";
        assert_int_equal(ask(c), 200);
        c.call_id = "b";
        assert_int_equal(ask(c), 200);
        c.call_id = "c";
        assert_int_equal(ask(c), 503);
        assert_int_equal(f->r.retry_after_s, 60);
        c.password = "guess";
        assert_int_equal(ask(c), 407);
        /* Another package is no business of ours. */
        c = alice;
        c.headers = "Event: presence\r\n";
        c.user = NULL;
        assert_int_equal(ask(c), 404);
        assert_int_equal(live(), 2);
        end();
        f = edge_make(EDGE("  reg-events: off\n"), "");
        assert_true(ASK(f, .method = "SUBSCRIBE", .ruri = ALICE, .headers = EVENT));
        assert_int_equal(edge_code(f), 404);
        end();
        begin(EDGE("  reg-events: all\n"));
        c = alice;
        c.ruri = "sip:bob@example.com";
        assert_int_equal(ask(c), 200);
        end();
}

/* Timer E: 0, 0.5, 1.5, 3.5, 7.5, 11.5 ... 31.5 s; timer F: 32 s. */
static void a_notify_is_repeated_and_given_up(void **state)
{
        static const unsigned at[] = {500,   1500,  3500,  7500,  11500,
                                      15500, 19500, 23500, 27500, 31500};
        struct client c = alice;
        struct cp_edge_stats s;
        char first[SHM_SEND_MSG_MAX + 1];
        unsigned now = 0;

        (void)state;
        begin(EDGE(""));
        assert_int_equal(ask(alice), 200);
        assert_int_equal(pass(0), 1);
        memcpy(first, f->dp.sent_text, sizeof(first));
        for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
                assert_int_equal(pass(at[i] - now - 20), 0);
                assert_int_equal(pass(40), 1);
                assert_string_equal(f->dp.sent_text, first);
                now = at[i] + 20;
        }
        assert_int_equal(pass(60000), 0);
        cp_edge_stats(f->edge, &s);
        assert_int_equal(s.unanswered, 1);
        assert_int_equal(s.notified, 1);
        c.ruri = "sip:192.0.2.100:5060";
        c.to_tag = f->dp.tag;
        c.cseq = 2;
        assert_int_equal(ask(c), 481);
        /* Who answers 481 has forgotten it, and is sent nothing more. */
        assert_int_equal(ask(alice), 200);
        assert_int_equal(pass(0), 1);
        respond(481);
        bind_contact(NULL);
        assert_int_equal(pass(60000), 0);
        cp_edge_stats(f->edge, &s);
        assert_int_equal(s.unanswered, 2);
        end();
}

/* The same request once more is told the same, and begins nothing. */
static void a_repeated_subscribe(void **state)
{
        struct client c = alice;
        char tag[SHM_REPLY_TAG_MAX + 1];

        (void)state;
        begin(EDGE(""));
        c.nonce = f->nonce;
        c.nc = 1;
        for (unsigned i = 0; i < 3; i++) {
                assert_true(edge_ask_as(f, &c, SHM_CLASS_OTHER));
                assert_int_equal(edge_code(f), 200);
                if (i != 0)
                        assert_string_equal(f->dp.tag, tag);
                snprintf(tag, sizeof(tag), "%s", f->dp.tag);
        }
        assert_int_equal(pass(0), 1);
        assert_int_equal(live(), 1);
        end();
}

/* Sixteen contacts make no datagram that UDP could not carry: they follow one document after the
 * other, and each is told once. */
static void many_contacts(void **state)
{
        char contact[64], id[40];
        unsigned told = 0, documents = 0;

        (void)state;
        begin(EDGE(""));
        for (unsigned i = 0; i < 14; i++) {
                snprintf(contact, sizeof(contact), "<sip:alice@192.0.2.7:%u>", 6000 + i);
                bind_contact(contact);
        }
        assert_int_equal(ask(alice), 200);
        while (pass(documents == 0 ? 0 : 5100) != 0) {
                unsigned here = 0;

                has(documents == 0 ? "state=\"full\"" : "state=\"partial\"");
                for (unsigned i = 0; i < 14; i++) {
                        snprintf(id, sizeof(id), "<uri>sip:alice@192.0.2.7:%u</uri>", 6000 + i);
                        here += strstr(f->dp.sent_text, id) != NULL;
                }
                assert_true(here != 0);
                told += here;
                documents++;
                respond(200);
        }
        assert_int_equal(told, 14);
        assert_true(documents > 1 && documents < 6);
        end();
}

/* Texts that leave no room for a document are refused at once. */
static void too_long(void **state)
{
        struct client c = alice;
        char headers[900];

        (void)state;
        begin(EDGE(""));
        snprintf(headers, sizeof(headers), EVENT "Record-Route: <sip:192.0.2.7;lr;x=%0600u>\r\n",
                 1);
        c.headers = headers;
        assert_int_equal(ask(c), 513);
        snprintf(headers, sizeof(headers),
                 EVENT "Record-Route: <sip:192.0.2.7;lr>\r\n"
                       "Record-Route: <sip:192.0.2.9;lr>\r\n");
        assert_int_equal(ask(c), 200);
        assert_non_null(
            strstr(f->dp.lines, "Record-Route: <sip:192.0.2.7;lr>, <sip:192.0.2.9;lr>\r\n"));
        assert_int_equal(pass(0), 1);
        has("Route: <sip:192.0.2.7;lr>, <sip:192.0.2.9;lr>\r\n");
        end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_a_subscriber_is_told),
            cmocka_unit_test(a_dialog_goes_on_and_ends),
            cmocka_unit_test(unsubscribing_and_fetching),
            cmocka_unit_test(what_is_refused),
            cmocka_unit_test(a_notify_is_repeated_and_given_up),
            cmocka_unit_test(a_repeated_subscribe),
            cmocka_unit_test(many_contacts),
            cmocka_unit_test(too_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
