/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "control/api/eve.h"
#include "control/api/eve_counts.h"
#include "control/api/json_out.h"
#include "parser/sip_payload.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"

static struct cp_eve eve;

/* The line as an object; fails the test when it is not exactly one line of JSON. */
static json_t *parsed(size_t len)
{
        json_error_t err;
        json_t *o;

        assert_true(len > 2 && eve.line[len - 1] == '\n');
        assert_null(memchr(eve.line, '\n', len - 1));
        o = json_loadb(eve.line, len - 1, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &err);
        if (o == NULL)
                print_message("%s: %.*s\n", err.text, (int)len, eve.line);
        assert_non_null(o);
        return o;
}

static struct shm_event event(size_t len)
{
        return (struct shm_event){
            .time_ns = UINT64_C(1767323045678901234),
            .flow = fake_flow("2001:db8::1"),
            .action = SHM_ACTION_DROP,
            .reason = SHM_REASON_SCANNER,
            .cls = SHM_CLASS_INVITE,
            .msg_len = (uint16_t)len,
            .full_len = (uint16_t)len,
        };
}

static void test_time(void **state)
{
        char text[CP_EVE_TIME_BYTES];

        (void)state;
        assert_string_equal(cp_eve_time(UINT64_C(1767323045678901234), text),
                            "2026-01-02T03:04:05.678901+0000");
        assert_string_equal(cp_eve_time(0, text), "1970-01-01T00:00:00.000000+0000");
        cp_eve_time(UINT64_MAX, text);
}

static void assert_text(const json_t *o, const char *a, const char *b, const char *want)
{
        const json_t *v = json_object_get(o, a);

        if (b != NULL)
                v = json_object_get(v, b);
        assert_non_null(v);
        assert_string_equal(json_string_value(v), want);
}

static void test_request(void **state)
{
        const struct message m = {.user_agent = "caf\xc3\xa9 \xff \"q\" \\ \x01\x7f",
                                  .to_tag = "tt"};
        char text[4096];
        size_t len = message_write(&m, text, sizeof(text));
        struct shm_event ev = event(len);
        json_t *o;

        (void)state;
        ev.rule = 7;
        ev.code = 0;
        ev.flow.vlan = 12;
        o = parsed(cp_eve_event(&eve, &ev, (const uint8_t *)text, 0));
        assert_text(o, "timestamp", NULL, "2026-01-02T03:04:05.678901+0000");
        assert_text(o, "event_type", NULL, "sip");
        assert_text(o, "src_ip", NULL, "2001:db8::1");
        assert_text(o, "dest_ip", NULL, "192.0.2.100");
        assert_int_equal(json_integer_value(json_object_get(o, "src_port")), 5061);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(o, "vlan"), 0)), 12);
        assert_text(o, "proto", NULL, "UDP");
        assert_text(o, "verdict", "action", "drop");
        assert_text(o, "verdict", "reason", "scanner");
        assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "verdict"), "rule")),
                         7);
        assert_null(json_object_get(json_object_get(o, "verdict"), "code"));
        assert_text(o, "sip", "method", "INVITE");
        assert_text(o, "sip", "uri", "sip:bob@example.com");
        assert_text(o, "sip", "version", "SIP/2.0");
        assert_text(o, "sip", "request_line", "INVITE sip:bob@example.com SIP/2.0");
        assert_text(o, "sip", "call_id", "call-1@test");
        assert_text(o, "sip", "cseq_method", "INVITE");
        assert_text(o, "sip", "from", "Alice <sip:alice@example.com>;tag=9fxced76sl");
        assert_text(o, "sip", "to", "Bob <sip:bob@example.com>;tag=tt");
        assert_text(o, "sip", "via_branch", "z9hG4bK74bf9");
        /* é is UTF-8 and stays; the lone ff becomes U+00FF. */
        assert_text(o, "sip", "user_agent", "caf\xc3\xa9 \xc3\xbf \"q\" \\ \x01\x7f");
        assert_null(json_object_get(json_object_get(o, "sip"), "code"));
        assert_null(json_object_get(json_object_get(o, "verdict"), "normalised"));
        assert_text(o, "direction", NULL, "inbound");
        assert_text(o, "purpose", NULL, "call_change");
        assert_int_equal(json_integer_value(json_object_get(o, "confidence")), 70);
        assert_int_equal(strlen(json_string_value(json_object_get(o, "header_order"))), 8);
        assert_null(json_object_get(o, "device"));
        assert_null(json_object_get(o, "alg"));
        json_decref(o);
        ev.action = SHM_ACTION_PASS;
        ev.rewrite = SHM_REWRITE_NORMALISED;
        o = parsed(cp_eve_event(&eve, &ev, (const uint8_t *)text, 0));
        assert_true(json_is_true(json_object_get(json_object_get(o, "verdict"), "normalised")));
        json_decref(o);
}

static void test_response(void **state)
{
        const struct message m = {.status = "486 Busy Here"};
        char text[4096];
        size_t len = message_write(&m, text, sizeof(text));
        struct shm_event ev = event(len);
        json_t *o;

        (void)state;
        memset(&eve.class, 0, sizeof(eve.class)); /* the request before had this Call-ID */
        o = parsed(cp_eve_event(&eve, &ev, (const uint8_t *)text, 0));
        assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "sip"), "code")),
                         486);
        assert_text(o, "sip", "reason", "Busy Here");
        assert_text(o, "sip", "response_line", "SIP/2.0 486 Busy Here");
        assert_null(json_object_get(json_object_get(o, "sip"), "method"));
        assert_null(json_object_get(o, "vlan"));
        assert_text(o, "purpose", NULL, "call_setup");
        json_decref(o);
        /* A cut message tells no anomalies: they would be the cut's. */
        ev.msg_len = (uint16_t)(len / 2);
        o = parsed(cp_eve_event(&eve, &ev, (const uint8_t *)text, 0));
        assert_int_equal(json_array_size(json_object_get(o, "anomalies")), 0);
        json_decref(o);
}

/* A phone behind a router that rewrites Via and forgets Contact. */
static void test_sender(void **state)
{
        static const char text[] = "INVITE sip:b@b.example SIP/2.0\r\n"
                                   "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\n"
                                   "Max-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=1\r\n"
                                   "To: <sip:b@b.example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
                                   "Contact: <sip:a@192.168.1.2>\r\n"
                                   "User-Agent: Yealink SIP-T46S 66.84.0.15\r\n\r\n";
        struct shm_event ev = event(sizeof(text) - 1);

        (void)state;
        ev.flow = fake_flow("192.0.2.9");
        ev.flow.side = SHM_SIDE_INSIDE;
        json_t *o = parsed(cp_eve_event(&eve, &ev, (const uint8_t *)text, 0));

        assert_text(o, "direction", NULL, "outbound");
        assert_text(o, "device", "vendor", "Yealink");
        assert_text(o, "device", "kind", "phone");
        assert_string_equal(json_string_value(json_array_get(json_object_get(o, "alg"), 0)),
                            "contact");
        json_decref(o);
}

static unsigned rnd(unsigned n)
{
        return (unsigned)rand() % n;
}

static void test_random_octets(void **state)
{
        static uint8_t text[SHM_MSG_BYTES_MAX];

        (void)state;
        for (unsigned round = 0; round < 3000; round++) {
                const struct message m = {.user_agent = "a"};
                size_t len = rnd(2000);
                struct shm_event ev;

                for (size_t i = 0; i < len; i++)
                        text[i] = (uint8_t)rand();
                if (round % 2) { /* a good message with some octets replaced */
                        len = message_write(&m, (char *)text, sizeof(text));
                        for (unsigned k = 0; k < 1 + rnd(20); k++)
                                text[rnd((unsigned)len)] = (uint8_t)rand();
                }
                ev = event(len);
                json_decref(parsed(cp_eve_event(&eve, &ev, text, 0)));
                json_decref(parsed(cp_eve_event(&eve, &ev, text, 1 + rnd(50))));
        }
}

/* The longest line there can be: every octet escaped, in the texts that stand twice. */
static void test_longest(void **state)
{
        static uint8_t text[SHM_MSG_BYTES_MAX];
        static const char head[] = "INVITE sip:";
        static const char tail[] = "@x SIP/2.0\r\n\r\n";
        struct shm_event ev = event(sizeof(text));

        (void)state;
        memset(text, 0x80, sizeof(text));
        memcpy(text, head, sizeof(head) - 1);
        memcpy(text + sizeof(text) - sizeof(tail) + 1, tail, sizeof(tail) - 1);
        json_decref(parsed(cp_eve_event(&eve, &ev, text, 0)));
}

static json_int_t member(const json_t *o, const char *group, const char *key)
{
        return json_integer_value(json_object_get(json_object_get(o, group), key));
}

/* What came since the line before, and no line when nothing came. */
static void test_counts_line(void **state)
{
        static struct cp_eve_counts counts;
        static struct shm_counters c;
        char line[CP_EVE_COUNTS_BYTES];
        json_t *o, *s;

        (void)state;
        assert_int_equal(cp_eve_counts_line(&counts, &c, 1000000000u, line), 0);
        c.sip_messages = 5;
        c.by_purpose[SIP_PURPOSE_PROBE] = 3;
        c.by_purpose[SIP_PURPOSE_TEARDOWN] = 2;
        c.by_class[SHM_CLASS_OTHER] = 5;
        c.by_payload[SIP_PAYLOAD_STUN] = 7;
        assert_true(cp_eve_counts_line(&counts, &c, 2000000000u, line) > 0);
        c.sip_messages = 6;
        c.by_purpose[SIP_PURPOSE_PROBE] = 4;
        o = json_loads(line, 0, NULL);
        assert_non_null(o);
        assert_text(o, "event_type", NULL, "sip_class");
        s = json_object_get(o, "sip_class");
        assert_int_equal(json_integer_value(json_object_get(s, "messages")), 5);
        assert_int_equal(member(s, "by_purpose", "probe"), 3);
        assert_int_equal(member(s, "by_purpose", "teardown"), 2);
        assert_int_equal(member(s, "by_class", "other"), 5);
        assert_int_equal(member(s, "by_payload", "stun"), 7);
        json_decref(o);
        assert_true(cp_eve_counts_line(&counts, &c, 3000000000u, line) > 0);
        o = json_loads(line, 0, NULL);
        s = json_object_get(o, "sip_class");
        assert_int_equal(json_integer_value(json_object_get(s, "messages")), 1);
        assert_int_equal(member(s, "by_purpose", "probe"), 1);
        assert_null(json_object_get(json_object_get(s, "by_purpose"), "teardown"));
        json_decref(o);
        assert_int_equal(cp_eve_counts_line(&counts, &c, 4000000000u, line), 0);
        memset(&c, 0, sizeof(c)); /* another dataplane */
        c.sip_messages = 2;
        assert_true(cp_eve_counts_line(&counts, &c, 5000000000u, line) > 0);
        assert_non_null(strstr(line, "\"messages\":2"));
        memset(&c, 0xff, sizeof(c)); /* the longest line fits */
        memset(&counts, 0, sizeof(counts));
        assert_true(cp_eve_counts_line(&counts, &c, 1, line) > 0);
}

static void test_stats_line(void **state)
{
        static struct shm_counters c;
        json_t *o;
        json_t *s;

        (void)state;
        c.received = 10;
        c.sent = 7;
        c.dropped[SHM_REASON_SCANNER] = 2;
        c.held_pending = 1;
        o = parsed(cp_eve_stats(&eve, &c, 1));
        assert_text(o, "event_type", NULL, "stats");
        s = json_object_get(json_object_get(o, "stats"), "conservation");
        assert_true(json_is_true(json_object_get(s, "exact")));
        assert_int_equal(json_integer_value(json_object_get(s, "dropped")), 2);
        assert_int_equal(
            json_integer_value(json_object_get(json_object_get(s, "dropped_by_reason"), "scanner")),
            2);
        json_decref(o);
        c.sent = 8;
        o = parsed(cp_eve_stats(&eve, &c, 1));
        s = json_object_get(json_object_get(o, "stats"), "conservation");
        assert_true(json_is_false(json_object_get(s, "exact")));
        json_decref(o);
}

static void test_utf8(void **state)
{
        static const struct {
                const char *text;
                size_t len;
        } rows[] = {
            {"a", 1},
            {"\xc3\xa9", 2},
            {"\xe2\x82\xac", 3},
            {"\xf0\x9f\x98\x80", 4},
            {"\x80", 0},
            {"\xc0\x80", 0},
            {"\xc1\xbf", 0},
            {"\xe0\x80\x80", 0},
            {"\xed\xa0\x80", 0},
            {"\xf4\x90\x80\x80", 0},
            {"\xf5\x80\x80\x80", 0},
            {"\xe2\x82", 0},
            {"\xc3", 0},
            {"\xe2\x28\xa1", 0},
            {"\xff", 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_int_equal(cp_utf8_len((const uint8_t *)rows[i].text, strlen(rows[i].text)),
                                 rows[i].len);
}

static void test_overflow_is_told(void **state)
{
        char buf[16];
        struct cp_json j;

        (void)state;
        cp_json_init(&j, buf, sizeof(buf));
        cp_json_open(&j, NULL, '{');
        cp_json_string(&j, "key", "a text that is too long");
        assert_true(j.overflow);
        assert_true(j.len <= sizeof(buf));
}

static unsigned walk(const char *dir)
{
        static uint8_t text[SHM_MSG_BYTES_MAX];
        char path[4096];
        struct dirent *d;
        DIR *h = opendir(dir);
        unsigned n = 0;

        while (h != NULL && (d = readdir(h)) != NULL) {
                struct shm_event ev;
                struct stat st;
                size_t len;
                FILE *f;

                snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
                if (d->d_name[0] == '.' || stat(path, &st) != 0)
                        continue;
                if (S_ISDIR(st.st_mode)) {
                        n += walk(path);
                        continue;
                }
                f = fopen(path, "rb");
                assert_non_null(f);
                len = fread(text, 1, sizeof(text), f);
                fclose(f);
                ev = event(len);
                json_decref(parsed(cp_eve_event(&eve, &ev, text, 0)));
                n++;
        }
        if (h != NULL)
                closedir(h);
        return n;
}

static void test_corpus(void **state)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        const char *corpus = getenv("SLUICE_CORPUS");
        char path[4096];
        unsigned n;

        (void)state;
        if (corpus == NULL) {
                assert_non_null(root);
                snprintf(path, sizeof(path), "%s/../shared/corpus", root);
                corpus = path;
        }
        n = walk(corpus);
        if (n == 0) {
                print_message("SKIPPED: no corpus at %s\n", corpus);
                skip();
        }
        print_message("%u corpus files\n", n);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_time),          cmocka_unit_test(test_request),
            cmocka_unit_test(test_response),      cmocka_unit_test(test_sender),
            cmocka_unit_test(test_random_octets), cmocka_unit_test(test_longest),
            cmocka_unit_test(test_counts_line),   cmocka_unit_test(test_stats_line),
            cmocka_unit_test(test_utf8),          cmocka_unit_test(test_overflow_is_told),
            cmocka_unit_test(test_corpus),
        };

        srand(20260104);
        print_message("seed 20260104\n");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
