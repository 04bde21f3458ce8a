/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan_measure.h"

#include "parser/sip_parse.h"

/* The first rounds also warm up: wide registers may take some microseconds to be powered. */
#define ROUNDS 32u

#define VARIANTS_MAX 8u

#define MESSAGE(text)                                      \
        {                                                  \
                (const uint8_t *)(text), sizeof(text) - 1u \
        }

static const struct {
        const uint8_t *octets;
        size_t len;
} messages[] = {
    MESSAGE("INVITE sip:+493012345@proxy.example.com;user=phone SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 192.0.2.17:5060;rport;branch=z9hG4bK-4f2a91c07be3\r\n"
            "Max-Forwards: 70\r\nFrom: \"Reception\" <sip:100@example.com>;tag=8d1f03ac\r\n"
            "To: <sip:+493012345@proxy.example.com;user=phone>\r\n"
            "Call-ID: 5bd31e90-77a4-4c1b@192.0.2.17\r\nCSeq: 21 INVITE\r\n"
            "Contact: <sip:100@192.0.2.17:5060;transport=udp>\r\n"
            "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, UPDATE\r\n"
            "Supported: 100rel, timer, replaces\r\nUser-Agent: Desk phone 4.2\r\n"
            "Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n"),
    MESSAGE("SIP/2.0 200 OK\r\n"
            "Via: SIP/2.0/UDP 198.51.100.4;branch=z9hG4bK77ef;received=198.51.100.4\r\n"
            "Via: SIP/2.0/TCP pc33.example.org:5062;branch=z9hG4bK.a1~2\r\n"
            "Record-Route: <sip:p2.example.net;lr>\r\n"
            "From: <sip:alice@example.org>;tag=1928301774\r\n"
            "To: \"Bob B.\" <sip:bob@example.net>;tag=a6c85cf\r\n"
            "Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\n"
            "Contact: <sip:bob@203.0.113.80>\r\nContent-Length: 0\r\n\r\n"),
    MESSAGE("REGISTER sip:example.com SIP/2.0\r\n"
            "v: SIP/2.0/UDP [2001:db8::9:1]:5060;branch=z9hG4bKnashds7\r\n"
            "f: <sip:200@example.com>;tag=456248\r\nt: <sip:200@example.com>\r\n"
            "i: 843817637684230@998sdasdh09\r\nCSeq: 1826 REGISTER\r\nMax-Forwards: 70\r\n"
            "m: <sip:200@[2001:db8::9:1]>;expires=600\r\nExpires: 7200\r\nl: 0\r\n\r\n"),
};

static uint64_t one_round(scan_clock_fn *clock, sip_fast_fn *fast)
{
        struct sip_msg m;
        uint64_t from = clock();

        for (unsigned i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
                (void)sip_parse_with(fast, messages[i].octets, messages[i].len, &m);
        return clock() - from;
}

struct scan_variant scan_measure(scan_clock_fn *clock)
{
        uint64_t least[VARIANTS_MAX];
        unsigned best = 0; /* "ref", which runs everywhere */

        for (unsigned r = 0; r < ROUNDS; r++) {
                for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                        struct scan_variant v = scan_variant_at(i);
                        uint64_t t = v.usable ? one_round(clock, v.fast) : UINT64_MAX;

                        if (r == 0 || t < least[i])
                                least[i] = t;
                }
        }
        for (unsigned i = 1; i < scan_variant_cnt(); i++) {
                if (least[i] < least[best] - least[best] / 16)
                        best = i;
        }
        return scan_variant_at(best);
}
