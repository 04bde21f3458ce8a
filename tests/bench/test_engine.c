/* SPDX-License-Identifier: Apache-2.0 */
/* Small parts of the engine: digits, identities, frames, the schedule, the wheel, the reader. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/harness/engine/digits.h"
#include "bench/harness/engine/frame.h"
#include "bench/harness/engine/pace.h"
#include "bench/harness/engine/reader.h"
#include "bench/harness/engine/wheel.h"
#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/inet_sum.h"

static void digits_are_printfs(void **state)
{
        uint64_t x = 1;

        (void)state;
        for (uint32_t i = 0; i < 200000; i++) {
                char want[32], got[17] = "";
                uint64_t back;

                x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
                sb_hex16((uint8_t *)got, x >> (i % 64));
                snprintf(want, sizeof(want), "%016llx", (unsigned long long)(x >> (i % 64)));
                assert_string_equal(got, want);
                assert_true(sb_unhex((const uint8_t *)got, 16, &back) && back == x >> (i % 64));
                got[8] = '\0';
                sb_dec8((uint8_t *)got, (uint32_t)x);
                snprintf(want, sizeof(want), "%08u", (uint32_t)x % 100000000u);
                assert_string_equal(got, want);
        }
        for (uint32_t c = 0; c < 256; c++) {
                uint8_t octet = (uint8_t)c;
                uint64_t v;
                char text[2] = {(char)c, '\0'};
                char *end;
                unsigned long want = strtoul(text, &end, 16);
                bool is = c != 0 && strchr("0123456789abcdefABCDEF", (int)c) != NULL;

                assert_true(sb_unhex(&octet, 1, &v) == is);
                if (is)
                        assert_true(v == want);
        }
}

static void identities_are_distinct_and_ours(void **state)
{
        static const struct {
                const char *base;
                uint32_t addrs;
                uint16_t port;
                uint32_t ports;
        } rows[] = {{"198.51.100.10", 1, 5060, 1},
                    {"198.18.0.1", 30000, 10000, 3},
                    {"198.18.0.1", 150, 20000, 1000},
                    {"fd00:5::10", 100000, 5060, 2}};

        (void)state;
        for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
                struct sb_ident s;
                struct sb_end e, before = {0};
                uint64_t all = (uint64_t)rows[r].addrs * rows[r].ports;
                uint32_t width = 0;

                assert_int_equal(
                    sb_ident_init(&s, rows[r].base, rows[r].addrs, rows[r].port, rows[r].ports), 0);
                for (uint64_t i = 0; i < (all < 400000 ? all : 400000); i++) {
                        char text[SB_ADDR_TEXT_MAX];
                        uint32_t len;

                        sb_ident_at(&s, i, &e);
                        assert_true(sb_ident_owns(&s, &e.addr));
                        assert_true(e.port >= rows[r].port &&
                                    e.port < rows[r].port + rows[r].ports);
                        assert_true(i == 0 || memcmp(&e, &before, sizeof(e)) != 0);
                        len = sb_addr_text(&e.addr, s.v6, false, text);
                        assert_true(width == 0 || width == len);
                        width = len;
                        before = e;
                }
                e.addr.b[0] ^= 1;
                assert_false(sb_ident_owns(&s, &e.addr));
        }
        struct sb_ident s;

        assert_int_equal(sb_ident_init(&s, "198.51.100", 1, 1, 1), -EINVAL);
        assert_int_equal(sb_ident_init(&s, "198.51.100.1", 4000000, 1, 1), -ERANGE);
        assert_int_equal(sb_ident_init(&s, "198.51.100.1", 1, 65535, 2), -ERANGE);
        assert_int_equal(sb_ident_init(&s, "198.18.0.1", 156, 1, 1), 0);
        sb_ident_at(&s, 155, &(struct sb_end){0});
        assert_false(sb_ident_owns(&s, &(struct sb_addr){{198, 18, 0, 99}}));
        assert_true(sb_ident_owns(&s, &(struct sb_addr){{198, 18, 0, 255}}));
}

/* The dataplane's reader of frames is the judge, checksums included. */
static void frames_are_read_back(void **state)
{
        (void)state;
        for (uint32_t row = 0; row < 4; row++) {
                struct sb_link l = {.dst_mac = {2, 0, 0, 0, 0, 2}, .src_mac = {2, 0, 0, 0, 0, 1}};
                struct sb_end ends[2] = {0};
                uint8_t frame[1600];
                bool v6;

                l.vlan = (row & 1u) != 0 ? 77 : SB_VLAN_NONE;
                l.v6 = (row & 2u) != 0;
                sb_addr_parse(l.v6 ? "fd00:5::10" : "198.51.100.10", &ends[0].addr, &v6);
                sb_addr_parse(l.v6 ? "fd00:5::20" : "198.51.100.20", &ends[1].addr, &v6);
                ends[0].port = 5060;
                ends[1].port = 5062;
                for (uint32_t len = 0; len < 1400; len++) {
                        uint32_t head = sb_frame_head_len(&l);
                        struct dp_decap_result r;

                        for (uint32_t i = 0; i < len; i++)
                                frame[head + i] = (uint8_t)(i * 7 + len);
                        sb_frame_head(frame, &l, ends, (uint16_t)len,
                                      dp_inet_sum(0, frame + head, len));
                        assert_int_equal(dp_decap_core(frame, head + len, DP_UDP_SUM_VERIFY, &r),
                                         SHM_REASON_NONE);
                        assert_int_equal(r.payload_off, head);
                        assert_int_equal(r.payload_len, len);
                        assert_int_equal(r.flow.sport, 5060);
                        assert_int_equal(r.flow.dport, 5062);
                        assert_int_equal(r.flow.vlan, l.vlan == SB_VLAN_NONE ? 0 : 77);
                        assert_true((r.flags & DP_PKT_UDP) != 0);
                        if (len > 0) {
                                frame[head] ^= 1;
                                assert_int_not_equal(
                                    dp_decap_core(frame, head + len, DP_UDP_SUM_VERIFY, &r),
                                    SHM_REASON_NONE);
                        }
                }
        }
}

static void a_late_generator_keeps_what_was_meant(void **state)
{
        struct sb_pace p;
        uint64_t at, n = 0;

        (void)state;
        sb_pace_init(&p, 1000.0, 5000000, 1005000000, UINT64_MAX);
        assert_false(sb_pace_take(&p, 4999999, &at));
        /* It sleeps for half a second; all that was due comes at once, each with its own time. */
        while (sb_pace_take(&p, 505000000, &at)) {
                assert_true(at == 5000000 + n * 1000000);
                n++;
        }
        assert_true(n == 501);
        while (p.due_ns != UINT64_MAX && sb_pace_take(&p, p.due_ns, &at))
                n++;
        assert_true(n == 1000 && sb_pace_missed(&p) == 0);
        sb_pace_init(&p, 1000.0, 0, 1000000000, UINT64_MAX);
        assert_true(sb_pace_take(&p, 1020000000, &at) && !sb_pace_take(&p, 1020000000, &at));
        assert_true(sb_pace_missed(&p) == 999);
        /* It was away when the time ended, and not for longer than is forgiven. */
        sb_pace_init(&p, 1000.0, 0, 1000000000, UINT64_MAX);
        for (n = 0; sb_pace_take(&p, 1019999999, &at); n++)
                assert_true(at == n * 1000000);
        assert_true(n == 1000 && sb_pace_missed(&p) == 0);
        /* Without a rate nothing is meant, so nothing is late. */
        sb_pace_init(&p, 0.0, 0, 1000000000, UINT64_MAX);
        assert_true(sb_pace_take(&p, 1000000000, &at) && !sb_pace_take(&p, 1000000000, &at));
        sb_pace_init(&p, 1000.0, 0, UINT64_MAX / 2, 3);
        for (n = 0; sb_pace_take(&p, 1000000000, &at); n++)
                ;
        assert_true(n == 3);
}

static void deadlines_come_when_due(void **state)
{
        enum { SLOTS = 5000 };
        static uint64_t due[SLOTS];
        struct sb_wheel *w;
        uint64_t x = 9, now = 7000000123;
        uint32_t slot, live = 0;

        (void)state;
        assert_int_equal(sb_wheel_create(&w, SLOTS, now), 0);
        for (uint32_t turn = 0; turn < 60000; turn++) {
                x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
                slot = (uint32_t)(x >> 33) % SLOTS;
                if ((x >> 20 & 3u) != 0) {
                        /* Up to 40 s ahead, five times round; some already past. */
                        live += due[slot] == 0;
                        due[slot] = now - 5000000 + (x >> 12) % 40000000000u;
                        sb_wheel_set(w, slot, due[slot]);
                } else {
                        live -= due[slot] != 0;
                        due[slot] = 0;
                        sb_wheel_clear(w, slot);
                }
                now += (x >> 40) % 3000000;
                while ((slot = sb_wheel_next(w, now)) != SB_WHEEL_NONE) {
                        assert_true(due[slot] != 0 && due[slot] <= now);
                        due[slot] = 0;
                        live--;
                }
                assert_int_equal(w->live, live);
                if (turn % 500 == 0)
                        for (uint32_t i = 0; i < SLOTS; i++)
                                assert_true(due[i] == 0 || due[i] + 1000000 > now);
        }
        sb_wheel_destroy(w);
}

static void a_message_is_read(void **state)
{
        static const char text[] = "SIP/2.0 200 OK\r\n"
                                   "v: SIP/2.0/UDP a;branch=z9hG4bKone;received=1.2.3.4, "
                                   "SIP/2.0/UDP b;branch=z9hG4bKtwo\r\n"
                                   "Via: SIP/2.0/UDP c;branch=z9hG4bKthree\r\n"
                                   "From: <sip:x;tag=no@a>;tag=f1\r\n"
                                   "To:  \"tag=\" <sip:b>\r\n ;tag=t1;x\r\n"
                                   "i : abc@d\r\n"
                                   "CSeq: 4711   INVITE\r\n"
                                   "\r\nbody";
        const struct sb_line *l;
        struct sip_span tag;
        struct sb_rx rx;
        uint32_t next;

        (void)state;
        assert_true(sb_read((const uint8_t *)text, sizeof(text) - 1, &rx));
        assert_int_equal(rx.status, 200);
        assert_int_equal(rx.cseq, 4711);
        assert_int_equal(rx.cseq_method, SIP_METHOD_INVITE);
        assert_memory_equal(text + rx.call_id.off, "abc@d", rx.call_id.len);
        assert_memory_equal(text + rx.branch.off, "z9hG4bKone", rx.branch.len);
        tag = sb_rx_tag(&rx, SB_HEADER_TO);
        assert_int_equal(tag.len, 2);
        assert_memory_equal(text + tag.off, "t1", 2);
        tag = sb_rx_tag(&rx, SB_HEADER_FROM);
        assert_int_equal(tag.len, 2);
        assert_memory_equal(text + tag.off, "f1", 2);
        assert_int_equal(sb_rx_tag(&rx, SB_HEADER_CONTACT).len, 0);
        assert_string_equal(text + rx.body_off, "body");
        assert_non_null(sb_rx_find(&rx, "Via", 3, 0, &next));
        assert_non_null(sb_rx_find(&rx, "via", 3, next, &next));
        assert_null(sb_rx_find(&rx, "Via", 3, next, &next));
        assert_null(sb_rx_find(&rx, "Contact", 7, 0, &next));
        l = sb_rx_first(&rx, SB_HEADER_VIA);
        assert_non_null(l);
        assert_ptr_equal(sb_rx_next(&rx, l), &rx.lines[1]);
        assert_null(sb_rx_next(&rx, &rx.lines[1]));
        assert_null(sb_rx_first(&rx, SB_HEADER_CONTACT));
        /* No prefix of it is a whole message, and none is read beyond its end. */
        for (uint32_t len = 0; len < sizeof(text) - 5; len++) {
                uint8_t *copy = malloc(len + 1);

                assert_non_null(copy);
                memcpy(copy, text, len);
                assert_false(sb_read(copy, len, &rx));
                free(copy);
        }
}

/* A name is what sb_header_find() says of it, however it is written and whatever begins alike. */
static void names_are_told_apart(void **state)
{
        static const char *const names[] = {"Via",
                                            "vIA",
                                            "Vias",
                                            "From",
                                            "FROM",
                                            "Frome",
                                            "To",
                                            "to",
                                            "Tom",
                                            "Call-ID",
                                            "call-id",
                                            "Call-IDs",
                                            "Calling",
                                            "CSeq",
                                            "cseq",
                                            "CSeqs",
                                            "Contact",
                                            "contact",
                                            "Content-Type",
                                            "Contacts",
                                            "Record-Route",
                                            "Record",
                                            "Route",
                                            "route",
                                            "Routes",
                                            "Record-Routed",
                                            "Reconnect",
                                            "v",
                                            "F",
                                            "t",
                                            "i",
                                            "m",
                                            "l",
                                            "Max-Forwards"};
        static const char *const between[] = {":", ": ", " : ", "\t:\t ", ":  "};

        (void)state;
        for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                for (uint32_t k = 0; k < sizeof(between) / sizeof(between[0]); k++) {
                        const uint32_t len = (uint32_t)strlen(names[i]);
                        char text[256];
                        int all = snprintf(text, sizeof(text),
                                           "ACK sip:x SIP/2.0\r\n%s%svalue of it\r\n"
                                           "Call-ID: a\r\nCSeq: 1 ACK\r\n\r\n",
                                           names[i], between[k]);
                        const struct sb_line *l;
                        struct sb_rx rx;

                        assert_true(sb_read((const uint8_t *)text, (uint32_t)all, &rx));
                        assert_int_equal(rx.line_cnt, 3);
                        l = &rx.lines[0];
                        assert_int_equal(l->id, sb_header_find((const uint8_t *)names[i], len));
                        assert_int_equal(l->name_len, len);
                        assert_int_equal(l->off, 19);
                        assert_int_equal(l->len, len + strlen(between[k]) + 11);
                        assert_memory_equal(text + l->value_off, "value of it", 11);
                }
}

/* Wherever its lines lie among the blocks that are looked through at a time, a message reads the
 * same; nothing is read beyond its end (the copy is exactly as long). */
static void lines_lie_anywhere(void **state)
{
        (void)state;
        for (uint32_t pad = 0; pad < 200; pad++)
                for (uint32_t body = 0; body < 80; body += 13) {
                        char text[1024];
                        int len = snprintf(text, sizeof(text),
                                           "BYE sip:x SIP/2.0\r\nX-%.*s: 1\r\n\t2\nRecord-Route: "
                                           "<sip:a>\r\nCALL-ID:\t%u\r\nrecord-route:<sip:b>\r\n"
                                           "Via: a;branch=%u\r\nCSeq: %u BYE\r\n\r\n",
                                           (int)pad,
                                           "-----------------------------------------------"
                                           "-----------------------------------------------"
                                           "-----------------------------------------------"
                                           "-----------------------------------------------"
                                           "------------",
                                           pad, pad, pad + 1);
                        uint8_t *copy = malloc((size_t)len + body);
                        const struct sb_line *l;
                        struct sb_rx rx;
                        char want[16];

                        assert_non_null(copy);
                        memcpy(copy, text, (size_t)len);
                        memset(copy + len, ' ', body);
                        assert_true(sb_read(copy, (uint32_t)len + body, &rx));
                        snprintf(want, sizeof(want), "%u", pad);
                        assert_int_equal(rx.call_id.len, strlen(want));
                        assert_memory_equal(copy + rx.call_id.off, want, strlen(want));
                        assert_int_equal(rx.branch.len, strlen(want));
                        assert_memory_equal(copy + rx.branch.off, want, strlen(want));
                        assert_int_equal(rx.cseq, pad + 1);
                        assert_int_equal(rx.method, SIP_METHOD_BYE);
                        assert_int_equal(rx.body_off, len);
                        assert_int_equal(rx.line_cnt, 6);
                        l = sb_rx_first(&rx, SB_HEADER_RECORD_ROUTE);
                        assert_ptr_equal(l, &rx.lines[1]);
                        assert_ptr_equal(sb_rx_next(&rx, l), &rx.lines[3]);
                        free(copy);
                }
}

/* Walking gives what counting gives, round the last one and on. */
static void a_walk_meets_everybody(void **state)
{
        static const struct {
                const char *base;
                uint32_t addrs, ports, cnt;
        } rows[] = {{"198.18.0.1", 1, 1, 1},       {"198.18.0.1", 1, 7, 7},
                    {"198.18.0.1", 157, 3, 471},   {"198.18.0.1", 200, 3, 450},
                    {"10.0.0.1", 30000, 2, 60000}, {"fd00:5::1", 300, 2, 600}};

        (void)state;
        for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
                struct sb_ident s;
                struct sb_ident_walk w = {0};

                assert_int_equal(
                    sb_ident_init(&s, rows[r].base, rows[r].addrs, 5060, rows[r].ports), 0);
                for (uint32_t i = 0; i < 2 * rows[r].cnt + 3; i++) {
                        struct sb_end a, b;

                        assert_int_equal(sb_ident_walk(&s, &w, rows[r].cnt, &a), i % rows[r].cnt);
                        sb_ident_at(&s, i % rows[r].cnt, &b);
                        assert_memory_equal(a.addr.b, b.addr.b, s.v6 ? 16 : 4);
                        assert_int_equal(a.port, b.port);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(digits_are_printfs),
            cmocka_unit_test(identities_are_distinct_and_ours),
            cmocka_unit_test(frames_are_read_back),
            cmocka_unit_test(a_late_generator_keeps_what_was_meant),
            cmocka_unit_test(deadlines_come_when_due),
            cmocka_unit_test(a_message_is_read),
            cmocka_unit_test(names_are_told_apart),
            cmocka_unit_test(lines_lie_anywhere),
            cmocka_unit_test(a_walk_meets_everybody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
