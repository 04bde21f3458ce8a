/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/peers/forms.h"

/* Where a second value stands beside the first, its user is z; its tag, number or length is 9. */
#define LF_HEADERS                                                                            \
        "Via: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: " \
        "c@h\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n"
#define FROM(value)                                           \
        {                                                     \
                .without = "F", .with = "From: " value "\r\n" \
        }
#define RURI_IS(uri)                               \
        {                                          \
                .start = "OPTIONS " uri " SIP/2.0" \
        }
#define CSEQ_IS(text)                                        \
        {                                                    \
                .without = "C", .with = "CSeq: " text "\r\n" \
        }
#define VIA_IS(text)                                        \
        {                                                   \
                .without = "V", .with = "Via: " text "\r\n" \
        }
#define LENGTH(lines)                                          \
        {                                                      \
                .with = "c: a/b\r\n" lines, .end = "\r\n12345" \
        }
#define START(line)           \
        {                     \
                .start = line \
        }

const struct form forms[] = {
    {"Line ends", "none: a plain message", READING_FROM_USER, {0}},
    {NULL,
     "every line ends in LF",
     READING_FROM_USER,
     {.start = "OPTIONS sip:b@h SIP/2.0\n" LF_HEADERS, .without = "VFTICMS", .end = "\n"}},
    {NULL,
     "one line ends in LF",
     READING_FROM_USER,
     {.without = "F", .with = "X: y\nFrom: <sip:a@h>;tag=1\r\n"}},
    {NULL,
     "CR alone, a header behind it",
     READING_FROM_USER,
     {.without = "F", .with = "X: y\rFrom: <sip:z@h>;tag=9\r\nFrom: <sip:a@h>;tag=1\r\n"}},
    {NULL, "no empty line at the end", READING_FROM_USER, {.end = ""}},
    {NULL,
     "last line without its end",
     READING_FROM_USER,
     {.without = "F", .end = "From: <sip:a@h>;tag=1"}},
    {NULL, "empty lines in front", READING_METHOD, START("\r\n\r\nOPTIONS sip:b@h SIP/2.0")},
    {NULL, "NULs in front", READING_METHOD, START("@0@0@0@0OPTIONS sip:b@h SIP/2.0")},
    {NULL, "a blank in front", READING_METHOD, START(" OPTIONS sip:b@h SIP/2.0")},

    {"Folding", "value on the second line", READING_FROM_USER, FROM("\r\n <sip:a@h>;tag=1")},
    {NULL, "fold before a parameter", READING_FROM_TAG, FROM("<sip:a@h>\r\n ;tag=1")},
    {NULL, "fold inside a URI", READING_FROM_USER, FROM("<sip:a@h;x=1\r\n ;y=2>;tag=1")},
    {NULL,
     "fold of blanks alone, a header behind it",
     READING_FROM_USER,
     {.without = "F", .with = "X: y\r\n \r\nFrom: <sip:a@h>;tag=1\r\n"}},
    {NULL,
     "header behind a blank, as a fold of another",
     READING_FROM_USER,
     {.with = "X: y\r\n From: <sip:z@h>;tag=9\r\n"}},
    {NULL, "fold before the first header", READING_FROM_USER,
     START("OPTIONS sip:b@h SIP/2.0\r\n From: <sip:z@h>;tag=9")},
    {NULL, "fold in Content-Length", READING_BODY, LENGTH("Content-Length:\r\n 3\r\n")},

    {"Names of headers",
     "blank before the colon",
     READING_FROM_USER,
     {.without = "F", .with = "From : <sip:a@h>;tag=1\r\n"}},
    {NULL,
     "tab before the colon",
     READING_FROM_USER,
     {.without = "F", .with = "From\t: <sip:a@h>;tag=1\r\n"}},
    {NULL,
     "control character before the colon",
     READING_FROM_USER,
     {.with = "From\001: <sip:z@h>;tag=9\r\n"}},
    {NULL, "blank inside the name", READING_FROM_USER, {.with = "From x: <sip:z@h>;tag=9\r\n"}},
    {NULL,
     "name in other case",
     READING_FROM_USER,
     {.without = "F", .with = "fROM: <sip:a@h>;tag=1\r\n"}},
    {NULL,
     "compact name in upper case",
     READING_FROM_USER,
     {.without = "F", .with = "F: <sip:a@h>;tag=1\r\n"}},
    {NULL, "line without a colon", READING_FROM_USER, {.with = "From <sip:z@h>;tag=9\r\n"}},
    {NULL, "empty name", READING_FROM_USER, {.with = ": <sip:z@h>;tag=9\r\n"}},

    {"Fields given twice", "two From", READING_FROM_USER, {.with = "From: <sip:z@h>;tag=9\r\n"}},
    {NULL, "From and its compact form", READING_FROM_USER, {.with = "f: <sip:z@h>;tag=9\r\n"}},
    {NULL, "two To", READING_TO_USER, {.with = "To: <sip:z@h>;tag=9\r\n"}},
    {NULL, "two Call-ID", READING_CALL_ID, {.with = "Call-ID: z@h\r\n"}},
    {NULL, "Call-ID and its compact form", READING_CALL_ID, {.with = "i: z@h\r\n"}},
    {NULL, "two CSeq", READING_CSEQ, {.with = "CSeq: 9 OPTIONS\r\n"}},
    {NULL, "two Content-Length that agree", READING_BODY,
     LENGTH("Content-Length: 3\r\nContent-Length: 3\r\n")},
    {NULL, "two Content-Length that do not", READING_BODY,
     LENGTH("Content-Length: 3\r\nContent-Length: 5\r\n")},
    {NULL, "Content-Length and l that do not", READING_BODY,
     LENGTH("l: 3\r\nContent-Length: 5\r\n")},
    {NULL, "Via and v", READING_VIAS, {.with = "v: SIP/2.0/UDP g;branch=z9hG4bKy\r\n"}},

    {"Where the body ends", "no Content-Length", READING_BODY, LENGTH("")},
    {NULL, "octets behind the body", READING_BODY, LENGTH("Content-Length: 3\r\n")},
    {NULL, "body shorter than declared", READING_BODY, LENGTH("Content-Length: 9\r\n")},
    {NULL,
     "second message in the datagram",
     READING_BODY,
     {.with = "c: a/b\r\nl: 3\r\n",
      .end = "\r\n123INVITE sip:z@h SIP/2.0\r\nFrom: <sip:z@h>;tag=9\r\n\r\n"}},
    {NULL, "Content-Length: +3", READING_BODY, LENGTH("Content-Length: +3\r\n")},
    {NULL, "Content-Length: -1", READING_BODY, LENGTH("Content-Length: -1\r\n")},
    {NULL, "Content-Length: 3 5", READING_BODY, LENGTH("Content-Length: 3 5\r\n")},
    {NULL, "Content-Length: 0x3", READING_BODY, LENGTH("Content-Length: 0x3\r\n")},
    {NULL, "Content-Length: 3;a", READING_BODY, LENGTH("Content-Length: 3;a\r\n")},
    {NULL, "Content-Length: 4294967299", READING_BODY, LENGTH("Content-Length: 4294967299\r\n")},
    {NULL, "Content-Length without a value", READING_BODY, LENGTH("Content-Length:\r\n")},

    {"Addresses", "`<` and `>` in a quoted name", READING_FROM_USER,
     FROM("\"x <sip:z@h>\" <sip:a@h>;tag=1")},
    {NULL, "escaped quote in a quoted name", READING_FROM_USER,
     FROM("\"x\\\" <sip:z@h>\" <sip:a@h>;tag=1")},
    {NULL, "quote without its end", READING_FROM_USER, FROM("\"x <sip:a@h>;tag=1")},
    {NULL, "comma in a name without quotes", READING_FROM_USER, FROM("x, y <sip:a@h>;tag=1")},
    {NULL, "`@` in a name without quotes", READING_FROM_USER, FROM("z@h <sip:a@h>;tag=1")},
    {NULL, "no blank before `<`", READING_FROM_USER, FROM("x<sip:a@h>;tag=1")},
    {NULL, "two addresses", READING_FROM_USER, FROM("<sip:a@h>;tag=1, <sip:z@h>;tag=9")},
    {NULL, "no `>`", READING_FROM_USER, FROM("<sip:a@h;tag=1")},
    {NULL, "one `>` too many", READING_FROM_TAG, FROM("<sip:a@h>;tag=1>")},
    {NULL, "`<<` and `>>`", READING_FROM_USER, FROM("<<sip:a@h>>;tag=1")},
    {NULL, "word behind `>`", READING_FROM_TAG, FROM("<sip:a@h>x;tag=1")},
    {NULL, "no brackets, a tag", READING_FROM_TAG, FROM("sip:a@h;tag=1")},
    {NULL, "no brackets, a parameter of URIs and a tag", READING_FROM_TAG,
     FROM("sip:a@h;transport=tcp;tag=1")},
    {NULL, "no brackets, `?`", READING_FROM_USER, FROM("sip:a@h?x=y;tag=1")},
    {NULL, "tag inside the brackets", READING_FROM_TAG, FROM("<sip:a@h;tag=9>")},
    {NULL, "no scheme", READING_FROM_USER, FROM("<a@h>;tag=1")},
    {NULL, "NUL in a name", READING_FROM_USER, FROM("\"x@0\" <sip:a@h>;tag=1")},
    {NULL, "octets that are not UTF-8 in a name", READING_FROM_USER,
     FROM("\"\xff\xc0\" <sip:a@h>;tag=1")},

    {"Parameters", "two tags", READING_FROM_TAG, FROM("<sip:a@h>;tag=1;tag=9")},
    {NULL, "tag in a quoted parameter", READING_FROM_TAG, FROM("<sip:a@h>;x=\";tag=9\";tag=1")},
    {NULL, "tag in quotes", READING_FROM_TAG, FROM("<sip:a@h>;tag=\"1\"")},
    {NULL, "empty tag", READING_FROM_TAG, FROM("<sip:a@h>;tag=")},
    {NULL, "TAG", READING_FROM_TAG, FROM("<sip:a@h>;TAG=1")},
    {NULL, "empty parameter", READING_FROM_TAG, FROM("<sip:a@h>;;tag=1")},
    {NULL, "blanks around `=`", READING_FROM_TAG, FROM("<sip:a@h>;tag = 1")},

    {"Request-URI", "two `@`", READING_RURI, RURI_IS("sip:b@g@h")},
    {NULL, "escaped `@`", READING_RURI, RURI_IS("sip:b%40g@h")},
    {NULL, "`#` in the user", READING_RURI, RURI_IS("sip:b#1@h")},
    {NULL, "escaped NUL", READING_RURI, RURI_IS("sip:b%00z@h")},
    {NULL, "half an escape", READING_RURI, RURI_IS("sip:b%4@h")},
    {NULL, "escaped host", READING_RURI, RURI_IS("sip:b@%68")},
    {NULL, "`;` and `?` in the user", READING_RURI, RURI_IS("sip:b;x?y@h")},
    {NULL, "password", READING_RURI, RURI_IS("sip:b:p@h")},
    {NULL, "empty user", READING_RURI, RURI_IS("sip:@h")},
    {NULL, "scheme in upper case", READING_RURI, RURI_IS("SIP:b@h")},
    {NULL, "IPv6 without brackets", READING_RURI, RURI_IS("sip:b@2001:db8::5060")},
    {NULL, "IPv6 that ends in IPv4", READING_RURI, RURI_IS("sip:b@[::ffff:192.0.2.1]")},
    {NULL, "IPv6 with a zone", READING_RURI, RURI_IS("sip:b@[fe80::1%25eth0]")},
    {NULL, "port 70596", READING_RURI, RURI_IS("sip:b@h:70596")},
    {NULL, "port 0", READING_RURI, RURI_IS("sip:b@h:0")},
    {NULL, "empty port", READING_RURI, RURI_IS("sip:b@h:")},
    {NULL, "headers", READING_RURI, RURI_IS("sip:b@h?Route=x")},
    {NULL, "in brackets", READING_RURI, RURI_IS("<sip:b@h>")},
    {NULL, "empty parameter", READING_RURI, RURI_IS("sip:b@h;;lr")},

    {"Start line", "blank in the URI", READING_RURI, RURI_IS("sip:b@h; lr")},
    {NULL, "two blanks", READING_METHOD, START("OPTIONS  sip:b@h SIP/2.0")},
    {NULL, "tabs", READING_METHOD, START("OPTIONS\tsip:b@h\tSIP/2.0")},
    {NULL, "blank at the end", READING_METHOD, START("OPTIONS sip:b@h SIP/2.0 ")},
    {NULL,
     "method in lower case",
     READING_METHOD,
     {.start = "options sip:b@h SIP/2.0", .without = "C", .with = "CSeq: 1 options\r\n"}},
    {NULL,
     "escape in the method",
     READING_METHOD,
     {.start = "OPT%49ONS sip:b@h SIP/2.0", .without = "C", .with = "CSeq: 1 OPT%49ONS\r\n"}},
    {NULL, "sip/2.0", READING_METHOD, START("OPTIONS sip:b@h sip/2.0")},
    {NULL, "SIP/3.0", READING_METHOD, START("OPTIONS sip:b@h SIP/3.0")},
    {NULL, "SIP/2.00", READING_METHOD, START("OPTIONS sip:b@h SIP/2.00")},
    {NULL, "status of four digits", READING_METHOD, START("SIP/2.0 2000 OK")},
    {NULL, "status 099", READING_METHOD, START("SIP/2.0 099 OK")},
    {NULL, "status without a phrase and its blank", READING_METHOD, START("SIP/2.0 200")},

    {"Via, CSeq, Call-ID", "two values in one Via", READING_VIAS,
     VIA_IS("SIP/2.0/UDP h;branch=z9hG4bKx,SIP/2.0/UDP g")},
    {NULL, "comma in a quoted parameter of Via", READING_VIAS,
     VIA_IS("SIP/2.0/UDP h;branch=z9hG4bKx;y=\"a,b\"")},
    {NULL, "blanks in the protocol of Via", READING_VIAS,
     VIA_IS("SIP / 2.0 / UDP h;branch=z9hG4bKx")},
    {NULL, "two branches", READING_VIAS, VIA_IS("SIP/2.0/UDP h;branch=z9hG4bKx;branch=z9hG4bKz")},
    {NULL, "Via of another protocol", READING_VIAS, VIA_IS("SIP/3.0/UDP h;branch=z9hG4bKx")},
    {NULL, "CSeq of another method", READING_CSEQ, CSEQ_IS("1 INVITE")},
    {NULL, "CSeq 4294967297", READING_CSEQ, CSEQ_IS("4294967297 OPTIONS")},
    {NULL, "CSeq 2147483648", READING_CSEQ, CSEQ_IS("2147483648 OPTIONS")},
    {NULL, "CSeq 0001", READING_CSEQ, CSEQ_IS("0001 OPTIONS")},
    {NULL, "CSeq -1", READING_CSEQ, CSEQ_IS("-1 OPTIONS")},
    {NULL, "CSeq without its blank", READING_CSEQ, CSEQ_IS("1OPTIONS")},
    {NULL, "blank in Call-ID", READING_CALL_ID, {.without = "I", .with = "Call-ID: c z\r\n"}},
    {NULL, "two `@` in Call-ID", READING_CALL_ID, {.without = "I", .with = "Call-ID: c@d@e\r\n"}},
    {NULL, "empty Call-ID", READING_CALL_ID, {.without = "I", .with = "Call-ID:\r\n"}},
};

const size_t form_cnt = sizeof(forms) / sizeof(forms[0]);
