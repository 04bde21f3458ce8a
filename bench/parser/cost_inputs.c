/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/parser/cost_inputs.h"

#include <string.h>

#include "parser/sip_auth.h"
#include "parser/sip_body.h"
#include "parser/sip_check.h"
#include "parser/sip_frame.h"
#include "parser/sip_identity.h"
#include "parser/sip_parse.h"
#include "parser/sip_sdp.h"
#include "parser/sip_uri.h"
#include "parser/sip_via.h"

#define START "OPTIONS sip:a@b SIP/2.0\r\n"
#define SDP   "\nv=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n"

const struct cost_input cost_inputs[] = {
    {"B11 vias", COST_MSG, START "Via: SIP/2.0/UDP h", ",SIP/2.0/UDP h"},
    {"B11 headers", COST_MSG, START, "x:\r\n"},
    {"B11 long headers", COST_MSG, START, "Subject: an ordinary line of text\r\n"},
    {"B11 contacts", COST_MSG, START "Contact: sip:a@b", ",sip:a@b"},
    {"B11 contacts with names", COST_MSG, START "m: <sip:a@b>", ",\"A\" <sip:a@b>;q=0.1"},
    {"B11 routes", COST_MSG, START "Route: <sip:p;lr>", ",<sip:p;lr>"},
    {"B11 parameters", COST_MSG, START "To: <sip:a@b>", ";x=y"},
    {"B11 URI parameters", COST_MSG, "OPTIONS sip:a@b", ";x=y"},
    {"B11 Via parameters", COST_MSG, START "v: SIP/2.0/UDP h", ";x=y"},
    {"B11 media", COST_SDP, SDP, "m=a 9 RTP/AVP 0\r\n"},
    {"B11 formats", COST_SDP, SDP "m=a 9 RTP/AVP 0", " 1"},
    {"B11 rtpmaps", COST_SDP, SDP "m=a 9 RTP/AVP 0\r\n", "a=rtpmap:0 P/8000\r\n"},
    {"B11 parts", COST_BODY, "\nmultipart/mixed;boundary=b\n", "--b\r\n\r\n\r\n"},
    {"B11 near delimiters", COST_BODY, "\nmultipart/mixed;boundary=b\n--b\r\n\r\n", "--bb\r\n"},
    {"B11 challenges", COST_AUTH, "\nA b=c", ",A b=c"},
    {"B11 auth parameters", COST_AUTH, "\nA b=c", ",d=\"e\""},
    {"B11 messages", COST_FRAME, "", "A b C\r\nl:1\r\n\r\nx"},
    {"B12 Via blanks", COST_VIA, "\nSIP/2.0/UDP", " "},
    {"B12 Via slashes", COST_VIA, "\nSIP/2.0/UDP h;a=", "/"},
    {"B12 Via colons", COST_MSG, START "v: SIP/2.0/UDP ", ":"},
    {"B12 Via dots", COST_MSG, START "v: SIP/2.0/UDP h", ".h"},
    {"B12 Via digits", COST_MSG, START "v: SIP/2.0/UDP 1", ".1"},
    {"B13 folds", COST_MSG, START "X: y\r\n", " z\r\n"},
    {"B13 blank folds", COST_MSG, START "X: y\r\n", " \r\n"},
    {"B13 folds in From", COST_MSG, START "f: A", "\r\n A"},
    {"B14 NULs", COST_MSG, START "X: ", "\x01\x02"},
    {"B14 stray octets", COST_MSG, START "X: ", "\xff"},
    {"B14 UTF-8", COST_MSG, START "X: ", "\xf0\x9f\x98\x80"},
    {"B14 UTF-8 cut", COST_MSG, START "X: ", "\xf0\x9f"},
    {"B15 bare CR", COST_MSG, START "X: ", "\r"},
    {"B15 bare LF", COST_MSG, START "X: y\r\n", "x:y\n"},
    {"B15 no colon", COST_MSG, START, "y\r\n"},
    {"B15 SDP lines", COST_SDP, "\n", "a=\n"},
    {"B16 line ends", COST_MSG, "", "\r\n"},
    {"B16 line ends, stream", COST_FRAME, "", "\r\n"},
    {"B16 spaces", COST_MSG, START "To:", " "},
    {"B16 spaces in front", COST_MSG, "", " "},
    {"B16 spaces in the start line", COST_MSG, "OPTIONS", " "},
    {"B16 SDP line ends", COST_SDP, "\n", "\r\n"},
    {"B17 quotes", COST_MSG, START "To: \"", "\\\""},
    {"B17 quoted strings", COST_MSG, START "To: ", "\"\""},
    {"B17 backslashes", COST_MSG, START "To: \"", "\\"},
    {"B17 brackets", COST_MSG, START "To: ", "<"},
    {"B17 tokens", COST_MSG, START "Contact: ", "a "},
    {"B17 commas", COST_MSG, START "Contact: ", ","},
    {"B17 semicolons", COST_MSG, START "To: <sip:a@b>", ";"},
    {"B17 escapes", COST_MSG, "OPTIONS sip:", "%41"},
    {"B17 ats", COST_MSG, "OPTIONS sip:", "@"},
    {"B17 ats in From", COST_MSG, START "f: sip:a", "@"},
    {"B17 colons", COST_URI, "\nsip:a", ":"},
    {"B17 URI headers", COST_URI, "\nsip:a@b?a=b", "&a=b"},
    {"B17 Identity dots", COST_IDENTITY, "\nabcd.abcd.abcd;info=<https://a>", ";a=b"},
    {"B17 auth quotes", COST_AUTH, "\nDigest a=\"", "\\\""},
};
const size_t cost_input_cnt = sizeof(cost_inputs) / sizeof(cost_inputs[0]);

size_t cost_make(const struct cost_input *in, uint8_t *buf, size_t n)
{
        size_t len = strlen(in->head), unit = strlen(in->unit);

        memcpy(buf, in->head, len);
        for (; len + unit <= n; len += unit)
                memcpy(buf + len, in->unit, unit);
        return len;
}

static void read_msg(const uint8_t *p, size_t n)
{
        static struct sip_msg m;

        sip_parse(p, n, &m);
        sip_check(&m);
}

static void read_frame(const uint8_t *p, size_t n)
{
        struct sip_frame f;
        size_t used = 0;

        sip_frame_init(&f, 32767, 32767);
        for (size_t at = 0; at < n && f.fault == SIP_FRAME_OK; at += used)
                sip_frame_feed(&f, p + at, n - at, &used);
}

static struct sip_cur value(const uint8_t *p, size_t n)
{
        static struct sip_anom_set notes;

        return (struct sip_cur){.buf = p, .pos = 1, .end = (uint32_t)n, .notes = &notes};
}

static void read_sdp(const uint8_t *p, size_t n)
{
        static struct sip_sdp s;
        struct sip_cur c = value(p, n);

        sip_sdp_parse(&c, &s);
}

static void read_body(const uint8_t *p, size_t n)
{
        static struct sip_body b;
        struct sip_cur c = value(p, n);
        const uint8_t *lf = memchr(p + 1, '\n', n - 1);

        c.pos = (uint32_t)(lf - p) + 1;
        sip_body_parse(&c, sip_span_make(1, (uint32_t)(lf - p)), &b);
}

static void read_auth(const uint8_t *p, size_t n)
{
        struct sip_cur c = value(p, n);
        struct sip_auth a;

        while (c.pos < c.end && sip_auth_parse(&c, SIP_AUTH_CHALLENGE, &a) == SIP_VALUE_OK)
                ;
}

static void read_identity(const uint8_t *p, size_t n)
{
        struct sip_cur c = value(p, n);
        struct sip_identity i;

        sip_identity_parse(&c, &i);
}

static void read_via(const uint8_t *p, size_t n)
{
        struct sip_cur c = value(p, n);
        struct sip_via v;

        while (c.pos < c.end && sip_via_parse(&c, &v) == SIP_ANOM_NONE)
                c.pos += c.pos < c.end;
}

static void read_uri(const uint8_t *p, size_t n)
{
        struct sip_cur c = value(p, n);
        struct sip_uri u;

        sip_uri_parse(&c, &u);
}

void cost_read(enum cost_reader reader, const uint8_t *p, size_t n)
{
        static void (*const readers[])(const uint8_t *p, size_t n) = {
            [COST_MSG] = read_msg,   [COST_FRAME] = read_frame, [COST_SDP] = read_sdp,
            [COST_BODY] = read_body, [COST_AUTH] = read_auth,   [COST_IDENTITY] = read_identity,
            [COST_VIA] = read_via,   [COST_URI] = read_uri,
        };

        readers[reader](p, n);
}
