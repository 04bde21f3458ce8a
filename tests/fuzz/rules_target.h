/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_target.h - what the fuzz targets of rule sets share: a set that came out of an image is
 * held against two datagrams, and what it says is in range.
 */
#ifndef SLUICE_TESTS_FUZZ_RULES_TARGET_H
#define SLUICE_TESTS_FUZZ_RULES_TARGET_H

#include "parser/match/match.h"
#include "parser/sip_parse.h"
#include "tests/fuzz/exact.h"

#define TARGET_HITS 64u

static const char rules_target_message[] =
    "INVITE sip:0900123@b.example;user=phone SIP/2.0\r\n"
    "Via: SIP/2.0/UDP a.example;branch=z9hG4bKa\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bKb\r\n"
    "From: \"friendly-scanner\" <sip:100@a.example>;tag=t\r\n"
    "To: <sip:0900123@b.example>\r\n"
    "Contact: <sip:100@192.0.2.1>, <sip:101@192.0.2.1>\r\n"
    "Call-ID: c@a\r\nCSeq: 7 INVITE\r\nMax-Forwards: 70\r\nUser-Agent: sipcli/v1.8\r\n"
    "X-Test: aB0b\r\nContent-Type: application/sdp\r\nContent-Length: 79\r\n\r\n"
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";

static inline void rules_target_hold(const struct match_set *s, struct match_scratch *scratch,
                                     const struct match_facts *f)
{
        uint32_t hits[TARGET_HITS];
        uint32_t flags = 0;
        uint32_t n = match_eval(s, scratch, f, MATCH_NONE, hits, TARGET_HITS);

        must(n <= match_set_rules(s));
        for (uint32_t i = 0; i < n && i < TARGET_HITS; i++) {
                const struct match_rule *r = match_set_rule(s, hits[i]);

                must(hits[i] < match_set_rules(s) && (i == 0 || hits[i] > hits[i - 1]));
                flags = match_flags_after(s, hits[i], flags);
                if (r->msg.len != 0)
                        (void)*(volatile const uint8_t *)(match_set_text(s, r->msg) + r->msg.len -
                                                          1);
        }
}

/* Hold a good set against a message, the same cut short, and what is no message. */
static inline void rules_target_use(struct match_set *s)
{
        static const uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
        static struct sip_msg msg;
        struct match_scratch *scratch = NULL;
        struct match_facts f = {.payload = (const uint8_t *)rules_target_message,
                                .payload_len = sizeof(rules_target_message) - 1,
                                .src = ip,
                                .dst = ip,
                                .sport = 5060,
                                .dport = 5060,
                                .ip_proto = 17};

        must(match_scratch_create(&scratch, s) == 0);
        rules_target_hold(s, scratch, &f);
        f.msg = &msg;
        (void)sip_parse(f.payload, f.payload_len, &msg);
        rules_target_hold(s, scratch, &f);
        f.payload_len = 200;
        (void)sip_parse(f.payload, f.payload_len, &msg);
        rules_target_hold(s, scratch, &f);
        match_scratch_destroy(scratch);
}

#endif
