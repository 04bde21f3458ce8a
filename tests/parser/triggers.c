/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/triggers.h"

#include <string.h>

#define T(ID) .anomaly = SIP_ANOM_##ID
#define LF_HEADERS                                                                            \
        "Via: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: " \
        "c@h\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n"

const struct trigger triggers[] = {
    {T(MSG_TOO_LONG), .end = "\r\n@@", .long_cnt = 65536, .long_text = "x"},
    {T(EMPTY), .start = "", .without = "VFTICM", .end = "\r\n"},
    {T(START_LINE), .start = "OPTIONS sip:b@h"},
    {T(START_LINE), .start = "OPTIONS  SIP/2.0"},
    {T(START_LINE_SPACE), .start = "OPTIONS sip:b@h  SIP/2.0"},
    {T(METHOD_TOKEN), .start = "OPT{ONS sip:b@h SIP/2.0"},
    {T(METHOD_TOO_LONG), .start = "@@ sip:b@h SIP/2.0", .long_cnt = 65, .long_text = "M",
     .without = "C", .with = "CSeq: 1 @@\r\n"},
    {T(METHOD_CASE), .start = "options sip:b@h SIP/2.0", .without = "C",
     .with = "CSeq: 1 options\r\n"},
    {T(VERSION), .start = "OPTIONS sip:b@h SIP/7.0"},
    {T(STATUS_RANGE), .start = "SIP/2.0 99 Low"},
    {T(RURI_BRACKETS), .start = "OPTIONS <sip:b@h> SIP/2.0"},
    {T(RURI_SPACE), .start = "OPTIONS sip:b@h; lr SIP/2.0"},
    {T(RURI_HEADERS), .start = "OPTIONS sip:b@h?Route=x SIP/2.0"},
    {T(RURI), .start = "OPTIONS sip:b@ SIP/2.0"},

    {T(HDR_COUNT), .with = "@@", .long_cnt = 130, .long_text = "X: y\r\n"},
    {T(HDR_END_MISSING), .end = "Subject: x"},
    {T(HDR_NUL), .with = "Subject: a@0b\r\n"},
    {T(HDR_CTL), .with = "Subject: a\001b\r\n"},
    {T(HDR_BARE_CR), .with = "Subject: a\rb\r\n"},
    {T(HDR_BARE_LF), .with = "Subject: a\n"},
    {T(HDR_FIRST_FOLD), .start = "OPTIONS sip:b@h SIP/2.0\r\n fold"},
    {T(HDR_FOLD_BLANK), .with = "Subject: a\r\n \r\n"},
    {T(HDR_NO_COLON), .with = "Subject a\r\n"},
    {T(HDR_NAME), .with = "Sub{ect: a\r\n"},

    {T(CONTENT_LENGTH_SYNTAX), .with = "Content-Length: -1\r\n"},
    {T(CONTENT_LENGTH_RANGE), .with = "Content-Length: 4294967296\r\n"},
    {T(CONTENT_LENGTH_CONFLICT), .with = "Content-Length: 1\r\nContent-Length: 2\r\n"},
    {T(CONTENT_LENGTH_BEYOND), .with = "Content-Length: 5\r\n"},

    {T(DUP_SINGLETON), .with = "From: <sip:z@h>;tag=2\r\n"},
    {T(VIA_MISSING), .without = "V"},
    {T(FROM_MISSING), .without = "F"},
    {T(TO_MISSING), .without = "T"},
    {T(CALL_ID_MISSING), .without = "I"},
    {T(CSEQ_MISSING), .without = "C"},
    {T(VIA_SYNTAX), .without = "V", .with = "Via:\r\n"},
    {T(VIA_COUNT), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=z9hG4bKx@@\r\n",
     .long_cnt = 128, .long_text = ",SIP/2.0/UDP h"},
    {T(FROM_SYNTAX), .without = "F", .with = "From:\r\n"},
    {T(TO_SYNTAX), .without = "T", .with = "To:\r\n"},
    {T(CONTACT_SYNTAX), .with = "Contact:\r\n"},
    {T(ROUTE_SYNTAX), .with = "Route: sip:h\r\n"},
    {T(CALL_ID_SYNTAX), .without = "I", .with = "Call-ID:\r\n"},
    {T(CSEQ_SYNTAX), .without = "C", .with = "CSeq: OPTIONS\r\n"},
    {T(CSEQ_RANGE), .without = "C", .with = "CSeq: 2147483648 OPTIONS\r\n"},
    {T(CSEQ_METHOD_MISMATCH), .without = "C", .with = "CSeq: 1 INVITE\r\n"},
    {T(MAX_FORWARDS_SYNTAX), .without = "M", .with = "Max-Forwards: x\r\n"},
    {T(MAX_FORWARDS_RANGE), .without = "M", .with = "Max-Forwards: 256\r\n"},
    {T(DELTA_SYNTAX), .with = "Expires: soon\r\n"},
    {T(DELTA_RANGE), .with = "Expires: 4294967296\r\n"},
    {T(DATE_SYNTAX), .with = "Date: yesterday\r\n"},

    {T(VIA_PROTOCOL), .without = "V", .with = "Via: SIP/3.0/UDP h;branch=z9hG4bKx\r\n"},
    {T(VIA_PARAM), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=z9hG4bKx;branch=y\r\n"},
    {T(ADDR_QUOTES), .without = "F", .with = "From: \"a <sip:a@h>;tag=1\r\n"},
    {T(ADDR_BRACKETS), .without = "F", .with = "From: <sip:a@h;tag=1\r\n"},
    {T(ADDR_DISPLAY), .without = "F", .with = "From: a@b <sip:a@h>;tag=1\r\n"},
    {T(ADDR_SPEC_HEADERS), .without = "F", .with = "From: sip:a@h?x=y;tag=1\r\n"},
    {T(ADDR_PARAM), .without = "F", .with = "From: <sip:a@h>;=1\r\n"},
    {T(ADDR_LIST), .with = "Contact: <sip:a@h>,,<sip:b@h>\r\n"},
    {T(TAG_SYNTAX), .without = "F", .with = "From: <sip:a@h>;tag=\r\n"},
    {T(TAG_DUP), .without = "F", .with = "From: <sip:a@h>;tag=1;tag=2\r\n"},
    {T(URI_SCHEME), .without = "F", .with = "From: <a@h>;tag=1\r\n"},
    {T(URI_USER), .without = "F", .with = "From: <sip:@h>;tag=1\r\n"},
    {T(URI_HOST), .without = "F", .with = "From: <sip:a@2001:db8::1>;tag=1\r\n"},
    {T(URI_PORT), .without = "F", .with = "From: <sip:a@h:65536>;tag=1\r\n"},
    {T(URI_PARAM), .without = "F", .with = "From: <sip:a@h;;lr>;tag=1\r\n"},
    {T(URI_HEADERS), .without = "F", .with = "From: <sip:a@h?x>;tag=1\r\n"},
    {T(URI_ESCAPE), .without = "F", .with = "From: <sip:a%4@h>;tag=1\r\n"},
    {T(URI_OTHER), .without = "F", .with = "From: <tel:>;tag=1\r\n"},
    {T(TAG_TOO_LONG), .without = "F", .with = "From: <sip:a@h>;tag=@@\r\n", .long_cnt = 129,
     .long_text = "t"},
    {T(BRANCH_TOO_LONG), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=z9hG4bK@@\r\n",
     .long_cnt = 122, .long_text = "b"},
    {T(CALL_ID_TOO_LONG), .without = "I", .with = "Call-ID: @@\r\n", .long_cnt = 257,
     .long_text = "c"},
    {T(HDR_NAME_TOO_LONG), .with = "@@: x\r\n", .long_cnt = 257, .long_text = "N"},

    {T(HDR_LF_ONLY), .start = "OPTIONS sip:b@h SIP/2.0\n" LF_HEADERS "X: y\n", .without = "VFTICMS",
     .end = "\n"},
    {T(HDR_END_IMPLIED), .end = ""},
    {T(HDR_SPACE_BEFORE_COLON), .with = "Subject : a\r\n"},
    {T(HDR_FOLDED), .with = "Subject: a\r\n b\r\n"},
    {T(SECOND_MESSAGE), .with = "Content-Length: 0\r\n", .end = "\r\nINVITE sip:a@h SIP/2.0\r\n"},
    {T(BODY_TRAILING), .with = "Content-Length: 0\r\n", .end = "\r\nabc"},
    {T(CONTENT_LENGTH_STALE), .start = "OPTIONS sip:b@h SIP/2.0\n" LF_HEADERS "l: 9\n",
     .without = "VFTICMS", .end = "\nv=0\n"},
    {T(URI_FOLDED), .with = "Contact: <sip:a@h;x\r\n ;y>\r\n"},
    {T(VERSION_CASE), .start = "OPTIONS sip:b@h sip/2.0"},
    {T(ADDR_NO_LWS), .without = "F", .with = "From: a<sip:a@h>;tag=1\r\n"},
    {T(VIA_RECEIVED_BRACKETS), .without = "V",
     .with = "Via: SIP/2.0/UDP h;branch=z9hG4bKx;received=[2001:db8::1]\r\n"},
    {T(IPV6_THREE_COLONS), .with = "Contact: <sip:a@[2001:db8:::192.0.2.1]>\r\n"},

    {T(LEADING_CRLF), .start = "\r\nOPTIONS sip:b@h SIP/2.0"},
    {T(METHOD_UNKNOWN), .start = "DANCE sip:b@h SIP/2.0", .without = "C",
     .with = "CSeq: 1 DANCE\r\n"},
    {T(HDR_NOT_UTF8), .with = "Subject: \xff\r\n"},
    {T(HDR_QUOTED_CTL), .with = "Contact: \"a\\\001\" <sip:a@h>\r\n"},
    {T(MAX_FORWARDS_MISSING), .without = "M"},
    {T(CONTACT_MISSING), .start = "INVITE sip:b@h SIP/2.0", .without = "C",
     .with = "CSeq: 1 INVITE\r\n"},
    {T(FROM_TAG_MISSING), .without = "F", .with = "From: <sip:a@h>\r\n"},
    {T(VIA_BRANCH_MISSING), .without = "V", .with = "Via: SIP/2.0/UDP h\r\n"},
    {T(VIA_NO_COOKIE), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=1\r\n"},
    {T(VIA_BRANCH_EMPTY), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=z9hG4bK\r\n"},
    {T(CONTENT_TYPE_MISSING), .end = "\r\nabc"},
    {T(HOST_UNDERSCORE), .with = "Contact: <sip:a@my_host>\r\n"},

    {T(PARAM_EMPTY), .without = "F", .with = "From: <sip:a@h>;;tag=1\r\n"},
    {T(LIST_EMPTY_LAST), .with = "Contact: <sip:a@h>,\r\n"},
    {T(ADDR_STRAY_BRACKET), .without = "F", .with = "From: <sip:a@h>;tag=1>\r\n"},

    {T(RURI_TOO_LONG), .start = "OPTIONS sip:@@@h SIP/2.0", .long_cnt = 260, .long_text = "u"},
    {T(FROM_TOO_LONG), .without = "F", .with = "From: \"@@\" <sip:a@h>;tag=1\r\n", .long_cnt = 260,
     .long_text = "d"},
    {T(TO_TOO_LONG), .without = "T", .with = "To: <sip:@@@h>\r\n", .long_cnt = 260,
     .long_text = "d"},
    {T(CONTACT_TOO_LONG), .with = "Contact: <sip:a@h>;x=@@\r\n", .long_cnt = 260, .long_text = "c"},
    {T(VIA_TOO_LONG), .without = "V", .with = "Via: SIP/2.0/UDP h;branch=z9hG4bKx;y=@@\r\n",
     .long_cnt = 1030, .long_text = "v"},
    {T(HDR_TOO_LONG), .with = "Subject: @@\r\n", .long_cnt = 4097, .long_text = "s"},
    {T(HDRS_TOO_LONG), .with = "@@", .long_cnt = 100,
     .long_text =
         "X: "
         "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
         "\r\n"},
    {T(HDR_REPEAT), .with = "@@", .long_cnt = 17, .long_text = "Accept: a/b\r\n"},
    {T(ROUTE_COUNT), .with = "@@", .long_cnt = 33, .long_text = "Route: <sip:h;lr>\r\n"},
    {T(BODY_TOO_LONG), .with = "c: a/b\r\n", .end = "\r\n@@", .long_cnt = 8193, .long_text = "x"},

    {T(DUP_COMPACT), .with = "f: <sip:z@h>;tag=2\r\n"},
    {T(CONTENT_TYPE_EMPTY), .with = "Content-Type:\r\n"},
    {T(RURI_SCHEME), .start = "OPTIONS soap.beep://h:3000 SIP/2.0"},
    {T(PROXY_REQUIRE), .with = "Proxy-Require: nothing\r\n"},
    {T(MAX_FORWARDS_ZERO), .without = "M", .with = "Max-Forwards: 0\r\n"},
    {T(VIA_MADDR), .without = "V",
     .with = "Via: SIP/2.0/UDP h;branch=z9hG4bKx;maddr=192.0.2.1\r\n"},
    {T(VIA_TRANSPORT), .without = "V", .with = "Via: SIP/2.0/PIGEON h;branch=z9hG4bKx\r\n"},
    {T(ADDR_BARE_PARAMS), .without = "F", .with = "From: sip:a@h;tag=1\r\n"},
    {T(CONTENT_TYPE_SYNTAX), .with = "Content-Type: sdp\r\n"},
    {T(AUTH_SYNTAX), .with = "Authorization: Digest username=\"a\"\r\n"},
    {T(AUTH_SYNTAX), .with = "Proxy-Authorization: Digest realm=\"a\r\n"},
    {T(URI_ESCAPED_CTL), .start = "OPTIONS sip:b%00@h SIP/2.0"},
    {T(VIA_BROADCAST),
     .with = "Via: SIP/2.0/UDP h, SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKy\r\n"},
    {T(VIA_RECEIVED_NAME),
     .with = "Via: SIP/2.0/UDP h, SIP/2.0/UDP h;received=h.example;branch=z9hG4bKy\r\n"},
    {T(URI_USER_HASH), .start = "OPTIONS sip:*21#@h SIP/2.0"},
    {T(PARAM_DUP), .start = "OPTIONS sip:b@h;transport=udp;lr;Transport=tcp SIP/2.0"},
};

const size_t trigger_cnt = sizeof(triggers) / sizeof(triggers[0]);

struct writer {
        const struct trigger *t;
        uint8_t *out;
        size_t len;
};

static void put(struct writer *w, const char *text)
{
        for (; *text; text++) {
                if (text[0] == '@' && text[1] == '@') {
                        for (unsigned i = 0; i < w->t->long_cnt; i++) {
                                memcpy(w->out + w->len, w->t->long_text, strlen(w->t->long_text));
                                w->len += strlen(w->t->long_text);
                        }
                        text++;
                } else if (text[0] == '@' && text[1] == '0') {
                        w->out[w->len++] = '\0';
                        text++;
                } else {
                        w->out[w->len++] = (uint8_t)*text;
                }
        }
}

size_t trigger_write(const struct trigger *t, uint8_t *out)
{
        static const struct {
                char letter;
                const char *line;
        } mandatory[] = {
            {'V', "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"},
            {'F', "From: <sip:a@h>;tag=1\r\n"},
            {'T', "To: <sip:b@h>\r\n"},
            {'I', "Call-ID: c@h\r\n"},
            {'C', "CSeq: 1 OPTIONS\r\n"},
            {'M', "Max-Forwards: 70\r\n"},
        };
        struct writer w = {t, out, 0};
        const char *without = w.t->without ? w.t->without : "";

        put(&w, w.t->start ? w.t->start : "OPTIONS sip:b@h SIP/2.0");
        if (!strchr(without, 'S') && (!w.t->start || w.t->start[0] != '\0'))
                put(&w, "\r\n");
        for (size_t k = 0; k < sizeof(mandatory) / sizeof(mandatory[0]); k++)
                if (!strchr(without, mandatory[k].letter))
                        put(&w, mandatory[k].line);
        if (w.t->with)
                put(&w, w.t->with);
        put(&w, w.t->end ? w.t->end : "\r\n");
        return w.len;
}
