/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/peers/generator.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct writer {
        struct rng *rng;
        uint8_t *out;
        size_t len;
        const char *method;
        bool plain; /* no spelling that is out of the ordinary */
};

#define PICK(w, list) ((list)[rng_below((w)->rng, sizeof(list) / sizeof((list)[0]))])

static bool chance(struct writer *w, unsigned percent)
{
        return rng_below(w->rng, 100) < percent;
}

/* For what only a message that is not plain has. */
static bool odd(struct writer *w, unsigned percent)
{
        return !w->plain && chance(w, percent);
}

static void put(struct writer *w, const char *text)
{
        size_t n = strlen(text);

        if (w->len + n <= GENERATOR_BYTES_MAX) {
                memcpy(w->out + w->len, text, n);
                w->len += n;
        }
}

static void put_number(struct writer *w, uint64_t from, uint64_t to)
{
        char text[24];

        snprintf(text, sizeof(text), "%llu",
                 (unsigned long long)(from + rng_below(w->rng, to - from + 1)));
        put(w, text);
}

/* n octets of an alphabet. */
static void put_of(struct writer *w, const char *alphabet, size_t n)
{
        size_t cnt = strlen(alphabet);
        char c[2] = {0};

        while (n-- > 0) {
                c[0] = alphabet[rng_below(w->rng, cnt)];
                put(w, c);
        }
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define TOKEN ALNUM "-.!%*_+`'~"

static void put_token(struct writer *w)
{
        put_of(w, w->plain ? ALNUM : TOKEN, 1 + rng_below(w->rng, 14));
}

/* LWS where the grammar has SWS or LWS. */
static void put_sws(struct writer *w)
{
        static const char *const spaces[] = {" ", "  ", "\t", "\r\n ", " \r\n\t", " \t "};

        if (odd(w, 6))
                put(w, PICK(w, spaces));
}

static void put_host(struct writer *w)
{
        static const char *const names[] = {"example.com",     "a",
                                            "sip.example.net", "EXAMPLE.org",
                                            "x-1.example.com", "xn--bcher-kva.example",
                                            "b.c.d.e.",        "10.example.com",
                                            "localhost"};
        static const char *const six[] = {"[2001:db8::1]", "[::1]", "[::ffff:192.0.2.1]",
                                          "[2001:DB8:0:1:2:3:4:5]", "[::]"};

        if (chance(w, 12)) {
                put(w, PICK(w, six));
        } else if (chance(w, 40)) {
                for (unsigned i = 0; i < 4; i++) {
                        if (i > 0)
                                put(w, ".");
                        put_number(w, 0, 255);
                }
        } else {
                put(w, PICK(w, names));
        }
}

static void put_user(struct writer *w)
{
        static const char *const users[] = {"alice", "bob", "+15551234", "100", "carol.smith"};
        static const char *const strange[] = {"a%41",
                                              "%2bx",
                                              "j%40z",
                                              "a;b=c",
                                              "x?y",
                                              "a/b",
                                              "$,&=+;?/",
                                              "%61dmin",
                                              "-_.!~*'()",
                                              "a,b",
                                              "tel;phone-context=x",
                                              "q%25q",
                                              "%e2%82%ac",
                                              "A%3a"};

        if (odd(w, 25))
                put(w, PICK(w, strange));
        else if (odd(w, 20))
                put_of(w, ALNUM "-_.!~*'()&=+$,;?/", 1 + rng_below(w->rng, 10));
        else
                put(w, PICK(w, users));
        if (odd(w, 4)) {
                put(w, ":");
                put_of(w, ALNUM "&=+$,-_.!~*'()", rng_below(w->rng, 6));
        }
}

static void put_uri_params(struct writer *w)
{
        static const char *const params[] = {
            ";transport=udp", ";user=phone", ";lr",           ";ttl=3",
            ";method=INVITE", ";x=%41",      ";comp=sigcomp", ";ob",
            ";LR=on",         ";tag=uri",    ";a=b",          ";maddr=10.0.0.1"};

        while (chance(w, 25))
                put(w, PICK(w, params));
}

static void put_sip_uri(struct writer *w, bool headers)
{
        static const char *const schemes[] = {"sip:", "sip:", "sip:", "sips:"};

        put(w, odd(w, 3) ? "SiP:" : PICK(w, schemes));
        if (chance(w, 90)) {
                put_user(w);
                put(w, "@");
        }
        put_host(w);
        if (chance(w, 35)) {
                put(w, ":");
                put_number(w, 1, 65535);
        }
        put_uri_params(w);
        if (headers && odd(w, 8))
                put(w, "?Subject=a%20b&Route=x");
}

static void put_uri(struct writer *w, bool headers)
{
        static const char *const tels[] = {"tel:+1-201-555-0123",
                                           "tel:7042;phone-context=example.com",
                                           "tel:+358(55)1234567;postd=pp22"};

        if (odd(w, 6))
                put(w, PICK(w, tels));
        else
                put_sip_uri(w, headers);
}

static void put_display(struct writer *w)
{
        static const char *const quoted[] = {
            "\"Alice\"",   "\"Doe, John\"", "\"<sip:x@y>\"", "\"a \\\"b\\\" c\"",  "\"\"",
            "\"x;tag=q\"", "\"\\\\\"",      "\"a@b\"",       "\"sip:x@y>;tag=z\"", "\"\xc3\xa9\"",
            "\"a\\,b\""};
        static const char *const tokens[] = {"Bob", "Bob Smith", "Mr. X", "A  B", "a.b-c!"};

        if (chance(w, 35)) {
                put(w, w->plain ? "\"Alice\"" : PICK(w, quoted));
                put(w, odd(w, 25) ? "" : " ");
        } else if (chance(w, 30)) {
                put(w, w->plain ? "Bob" : PICK(w, tokens));
                put(w, " ");
        }
        put_sws(w);
}

static void put_param(struct writer *w)
{
        static const char *const params[] = {"a=b",        "x",         "y=\"q;r,s>\"",
                                             "z=\"\\\"\"", "tagx=1",    "TAGS",
                                             "b=[::1]",    "c=1.2.3.4", "n=\"\""};

        put_sws(w);
        put(w, ";");
        put_sws(w);
        put(w, PICK(w, params));
}

/* From and To. */
static void put_party(struct writer *w, bool tag)
{
        bool bare = odd(w, 10);

        if (bare) {
                put(w, "sip:");
                put(w, chance(w, 50) ? "alice@" : "");
                put_host(w);
        } else {
                put_display(w);
                put(w, "<");
                put_uri(w, true);
                put(w, ">");
        }
        while (odd(w, 12))
                put_param(w);
        if (tag) {
                put_sws(w);
                put(w, ";");
                put(w, odd(w, 8) ? "TAG" : "tag");
                put_sws(w);
                put(w, "=");
                put_sws(w);
                put_token(w);
        }
        while (odd(w, 12))
                put_param(w);
}

static void put_name(struct writer *w, const char *name, const char *compact)
{
        char text[40];
        size_t n;

        snprintf(text, sizeof(text), "%s", compact && chance(w, 15) ? compact : name);
        n = strlen(text);
        for (size_t i = 0; !w->plain && i < n && chance(w, 30); i++)
                text[i] = (char)(text[i] >= 'a' && text[i] <= 'z' && chance(w, 50) ? text[i] & ~0x20
                                                                                   : text[i]);
        put(w, text);
        if (odd(w, 4))
                put(w, chance(w, 50) ? " " : "\t ");
        put(w, ":");
        put(w, odd(w, 8) ? "" : odd(w, 5) ? "\r\n " : " ");
}

static void put_end(struct writer *w)
{
        if (odd(w, 3))
                put(w, chance(w, 50) ? " " : "\t");
        put(w, "\r\n");
}

static void put_via(struct writer *w)
{
        static const char *const transports[] = {"UDP", "TCP", "TLS", "WSS", "udp", "SCTP", "FOO"};

        put(w, odd(w, 5) ? "SIP / 2.0 / " : "SIP/2.0/");
        put(w, w->plain ? "UDP" : PICK(w, transports));
        put(w, " ");
        put_sws(w);
        put_host(w);
        if (chance(w, 40)) {
                put(w, ":");
                put_number(w, 1, 65535);
        }
        if (chance(w, 40))
                put(w, ";rport");
        put_sws(w);
        put(w, ";branch=z9hG4bK");
        put_token(w);
        if (odd(w, 15))
                put(w, ";received=192.0.2.7");
        while (odd(w, 10))
                put_param(w);
}

static void put_vias(struct writer *w)
{
        for (unsigned i = 0, n = 1 + (unsigned)rng_below(w->rng, 3); i < n; i++) {
                put_name(w, "Via", "v");
                put_via(w);
                while (odd(w, 20)) {
                        put_sws(w);
                        put(w, ",");
                        put_sws(w);
                        put_via(w);
                }
                put_end(w);
        }
}

static void put_call_id(struct writer *w)
{
        static const char *const strange[] = {"()<>:\\/\"[]?{}", "a@b",     "\"@x",
                                              "<>@<>",           "x:y@[z]", "{a}"};

        put_name(w, "Call-ID", "i");
        if (odd(w, 15)) {
                put(w, PICK(w, strange));
        } else {
                put_token(w);
                if (chance(w, 50)) {
                        put(w, "@");
                        put_host(w);
                }
        }
        put_end(w);
}

static void put_other(struct writer *w)
{
        static const char *const lines[] = {
            "User-Agent: x/1 (comment; with \"quotes\")\r\n",
            "Supported: replaces,timer\r\n",
            "Subject: From: <sip:mallory@evil>;tag=9\r\n",
            "X-From: <sip:mallory@evil>;tag=9\r\n",
            "X-Folded: a\r\n To: <sip:mallory@evil>;tag=9\r\n",
            "Fromage: brie\r\nToo: much\r\nT2: x\r\n",
            "Allow: INVITE, ACK\r\n",
            "s: \xc3\xa9t\xc3\xa9\r\n",
            "Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n",
            "Warning: 307 isi.edu \"Session parameter 'foo' not understood\"\r\n",
            "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n",
            "Accept:\r\n",
            "X-Empty:\r\n",
            "x: 1800\r\n",
            "Authorization: Digest username=\"a\", realm=\"b,c\", nonce=\"d\", uri=\"sip:e\"\r\n",
            "Organization: To: you\r\n",
        };

        put(w, PICK(w, lines));
}

static void put_cseq(struct writer *w)
{
        put_name(w, "CSeq", NULL);
        put_number(w, 0, chance(w, 10) ? 2147483647 : 9999);
        put(w, odd(w, 6) ? "  " : odd(w, 4) ? "\t" : " ");
        put(w, w->method);
        put_end(w);
}

/* The mandatory headers in any order, others between them. */
static void put_headers(struct writer *w, bool response)
{
        unsigned order[] = {0, 1, 2, 3, 4, 5, 6};

        for (unsigned i = 6; !w->plain && i > 0; i--) {
                unsigned k = (unsigned)rng_below(w->rng, i + 1);
                unsigned t = order[i];

                order[i] = order[k];
                order[k] = t;
        }
        for (unsigned i = 0; i < 7; i++) {
                if (chance(w, 30))
                        put_other(w);
                switch (order[i]) {
                case 0:
                        put_vias(w);
                        break;
                case 1:
                        put_name(w, "From", "f");
                        put_party(w, true);
                        put_end(w);
                        break;
                case 2:
                        put_name(w, "To", "t");
                        put_party(w, response || chance(w, 40));
                        put_end(w);
                        break;
                case 3:
                        put_call_id(w);
                        break;
                case 4:
                        put_cseq(w);
                        break;
                case 5:
                        if (!response)
                                put(w, "Max-Forwards: 70\r\n");
                        break;
                default:
                        put_name(w, "Contact", "m");
                        put_party(w, false);
                        put_end(w);
                }
        }
}

static void put_body(struct writer *w)
{
        static const char *const bodies[] = {"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n",
                                             "hello", "From: <sip:mallory@evil>\r\n\r\nx", "\r\n"};
        const char *body = chance(w, 50) ? PICK(w, bodies) : "";
        char text[16];

        if (body[0])
                put(w, "Content-Type: text/plain\r\n");
        if (!odd(w, 8)) {
                put_name(w, "Content-Length", "l");
                snprintf(text, sizeof(text), odd(w, 6) ? "%04zu" : "%zu", strlen(body));
                put(w, text);
                put_end(w);
        }
        put(w, "\r\n");
        put(w, body);
}

size_t generator_message(struct rng *rng, uint8_t out[GENERATOR_BYTES_MAX])
{
        static const char *const methods[] = {"INVITE",  "REGISTER", "ACK",       "BYE",
                                              "CANCEL",  "OPTIONS",  "SUBSCRIBE", "NOTIFY",
                                              "PUBLISH", "REFER",    "MESSAGE",   "UPDATE",
                                              "PRACK",   "INFO",     "DANCE",     "x-1.!%*_+`'~"};
        static const char *const lines[] = {
            "100 Trying",    "180 Ringing",       "200 OK",          "200 ", "404 Not Found",
            "486 Busy Here", "699 sip:x SIP/2.0", "302 Moved: To: x"};
        struct writer w = {.rng = rng, .out = out};
        bool response;

        w.plain = chance(&w, 20);
        response = chance(&w, 35);
        w.method = PICK(&w, methods);
        if (response) {
                put(&w, "SIP/2.0 ");
                put(&w, PICK(&w, lines));
        } else {
                put(&w, w.method);
                put(&w, " ");
                put_uri(&w, false);
                put(&w, " SIP/2.0");
        }
        put(&w, "\r\n");
        put_headers(&w, response);
        put_body(&w);
        return w.len;
}

static size_t insert(uint8_t *text, size_t n, size_t at, const char *what)
{
        size_t k = strlen(what);

        if (n + k > GENERATOR_BYTES_MAX)
                return n;
        memmove(text + at + k, text + at, n - at);
        memcpy(text + at, what, k);
        return n + k;
}

size_t generator_mutate(struct rng *rng, uint8_t text[GENERATOR_BYTES_MAX], size_t n)
{
        static const char *const pieces[] = {
            " ",  "\t",     "\r\n ", ";", ",", ":", "@",    "<",    ">",    "\"",
            "\\", "%41",    "%",     "=", "?", "&", "[",    "]",    "\r\n", "\n",
            "\r", ";tag=m", "sip:",  "/", "0", "A", "\xff", "\x01", "(",    ")"};

        for (unsigned times = 1 + (unsigned)rng_below(rng, 3); times > 0 && n > 2; times--) {
                size_t at = rng_below(rng, n < 1500 ? n : 1500);
                size_t from;

                switch (rng_below(rng, 5)) {
                case 0: /* another octet */
                        text[at] = (uint8_t)(0x20 + rng_below(rng, 0x5f));
                        break;
                case 1: /* one missing */
                        memmove(text + at, text + at + 1, n - at - 1);
                        n--;
                        break;
                case 2: /* one twice */
                        memmove(text + at + 1, text + at,
                                n < GENERATOR_BYTES_MAX ? n - at : n - at - 1);
                        n += n < GENERATOR_BYTES_MAX;
                        break;
                case 3: /* one like another of this message */
                        from = rng_below(rng, n);
                        text[at] = text[from];
                        break;
                default:
                        n = insert(text, n, at,
                                   pieces[rng_below(rng, sizeof(pieces) / sizeof(pieces[0]))]);
                }
        }
        return n;
}
