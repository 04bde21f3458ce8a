/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/rules/rule_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint32_t maker_below(struct maker_rng *r, uint32_t n)
{
        r->s ^= r->s << 13;
        r->s ^= r->s >> 7;
        r->s ^= r->s << 17;
        return (uint32_t)(r->s >> 16) % n;
}

struct out {
        char *at;
        size_t n;
        size_t cap;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *fmt, ...)
{
        va_list args;

        va_start(args, fmt);
        if (o->n < o->cap)
                o->n += (size_t)vsnprintf(o->at + o->n, o->cap - o->n, fmt, args);
        va_end(args);
        if (o->n >= o->cap)
                o->n = o->cap - 1;
}

static const char letters[] = "aAbB01 .";

static void letter(struct maker_rng *r, struct out *o)
{
        put(o, "%c", letters[maker_below(r, 8)]);
}

/* One that may stand in a host or a user. One call in each expression: compilers are free to make
 * arguments in any order, and a seed must mean the same to all of them. */
static char plain(struct maker_rng *r)
{
        return letters[maker_below(r, 6)];
}

/* Longer ones that rules and messages share: whole chains of letters would never meet. */
static void word(struct maker_rng *r, struct out *o)
{
        static const char *const all[] = {"aB0b",   "Ab0B1",    "b0b0b0", "AAAA",
                                          "aaaaa1", "Ba-01-bA", "00b.0",  "bbAaB"};

        put(o, "%s", all[maker_below(r, 8)]);
}

/* ---- expressions ---- */

static void atom(struct maker_rng *r, struct out *o, int depth);

static void sequence(struct maker_rng *r, struct out *o, int depth)
{
        static const char *const repeats[] = {"", "", "", "*", "+", "?", "{1,3}", "{2}", "*?"};
        uint32_t n = 1 + maker_below(r, 3);

        for (uint32_t i = 0; i < n; i++) {
                atom(r, o, depth);
                put(o, "%s", repeats[maker_below(r, 9)]);
        }
}

static void atom(struct maker_rng *r, struct out *o, int depth)
{
        if (maker_below(r, 5) == 0) {
                word(r, o);
                return;
        }
        switch (maker_below(r, depth > 2 ? 6 : 8)) {
        case 0:
                put(o, ".");
                break;
        case 1:
                put(o, "[aB0]");
                break;
        case 2:
                put(o, "[^a1]");
                break;
        case 3:
                put(o, "\\d");
                break;
        case 4:
        case 5:
                put(o, "%c", "aAbB01"[maker_below(r, 6)]);
                break;
        case 6:
                put(o, "(");
                sequence(r, o, depth + 1);
                put(o, ")");
                break;
        default:
                put(o, "(?:");
                sequence(r, o, depth + 1);
                put(o, "|");
                sequence(r, o, depth + 1);
                put(o, ")");
                break;
        }
}

static void regex(struct maker_rng *r, struct out *o)
{
        static const char *const starts[] = {"", "", "", "", "^", "\\A", "\\b"};
        static const char *const ends[] = {"", "", "", "", "$", "\\z", "\\b"};
        static const char flags[] = "imsxAR";

        put(o, "pcre:%s\"/", maker_below(r, 5) == 0 ? "!" : "");
        put(o, "%s", starts[maker_below(r, 7)]);
        sequence(r, o, 0);
        put(o, "%s/", ends[maker_below(r, 7)]);
        for (int i = 0; i < 6; i++) {
                if (maker_below(r, 4) == 0)
                        put(o, "%c", flags[i]);
        }
        put(o, "\"; ");
}

/* ---- contents ---- */

static void content(struct maker_rng *r, struct out *o)
{
        uint32_t len = 1 + maker_below(r, 3);
        uint32_t some = maker_below(r, 12);

        put(o, "content:%s\"", maker_below(r, 5) == 0 ? "!" : "");
        if (maker_below(r, 4) == 0) {
                size_t was = o->n;

                word(r, o);
                len = (uint32_t)(o->n - was);
        } else {
                for (uint32_t i = 0; i < len; i++)
                        letter(r, o);
        }
        put(o, "\"; ");
        if (maker_below(r, 3) == 0)
                put(o, "nocase; ");
        switch (maker_below(r, 10)) {
        case 0:
                put(o, "offset:%u; ", some);
                break;
        case 1:
                put(o, "depth:%u; ", len + some);
                break;
        case 2:
                put(o, "offset:%u; depth:%u; ", some / 2, len + some);
                break;
        case 3:
                put(o, "distance:%d; ", (int)some - 4);
                break;
        case 4:
                put(o, "within:%u; ", len + some);
                break;
        case 5:
                put(o, "distance:%d; within:%u; ", (int)some - 4, len + some);
                break;
        case 6:
                put(o, "startswith; ");
                break;
        case 7:
                put(o, "endswith; ");
                break;
        default:
                break;
        }
}

static void option(struct maker_rng *r, struct out *o)
{
        switch (maker_below(r, 8)) {
        case 0:
        case 1:
                regex(r, o);
                break;
        case 2:
                put(o, "isdataat:%s", maker_below(r, 2) != 0 ? "!" : "");
                put(o, "%u", maker_below(r, 30));
                put(o, "%s; ", maker_below(r, 2) != 0 ? ",relative" : "");
                break;
        default:
                content(r, o);
                break;
        }
}

size_t maker_rule(struct maker_rng *r, uint32_t sid, char *out, size_t cap)
{
        static const char *const fields[] = {
            "",
            "",
            "pkt_data; ",
            "sip.user_agent; ",
            "sip.header:X-Test; ",
            "sip.uri; ",
            "sip.from.display; ",
            "sip.method; ",
            "sip.via; ",
            "sip.user_agent; to_lowercase; ",
            "sip.header:Subject; compress_whitespace; ",
            "sdp.attribute; ",
            "sip.user_agent; absent:or_else; ",
            "sip.contact.user; ",
            "sip.from.user; dotprefix; to_uppercase; ",
        };
        struct out o = {out, 0, cap};
        uint32_t groups = 1 + maker_below(r, 2);

        put(&o, "alert ip any any -> any any (sid:%u; ", sid);
        if (maker_below(r, 10) == 0)
                put(&o, "sip.cseq.num:>%u; ", maker_below(r, 4));
        if (maker_below(r, 10) == 0)
                put(&o, "sip.kind:%s; ", maker_below(r, 2) != 0 ? "request" : "!request");
        for (uint32_t g = 0; g < groups; g++) {
                uint32_t options = 1 + maker_below(r, 3);

                put(&o, "%s", fields[g == 0 ? maker_below(r, 15) : 3 + maker_below(r, 6)]);
                for (uint32_t i = 0; i < options; i++)
                        option(r, &o);
                if (g > 0 && maker_below(r, 6) == 0)
                        put(&o, "bsize:>%u; ", maker_below(r, 12));
                if (maker_below(r, 12) == 0) {
                        put(&o, "bsize:!%u", maker_below(r, 4));
                        put(&o, "-%u; ", 5 + maker_below(r, 8));
                }
        }
        put(&o, ")\n");
        return o.n;
}

/* ---- what rules are held against ---- */

size_t maker_junk(struct maker_rng *r, uint8_t *out)
{
        uint32_t len = maker_below(r, 40);

        for (uint32_t i = 0; i < len; i++)
                out[i] = maker_below(r, 24) == 0 ? '\n' : (uint8_t)letters[maker_below(r, 8)];
        return len;
}

static void words(struct maker_rng *r, struct out *o, uint32_t most)
{
        uint32_t len = maker_below(r, most);

        for (uint32_t i = 0; i < len; i++) {
                if (maker_below(r, 40) == 0)
                        put(o, "\r\n  ");
                if (maker_below(r, 6) == 0)
                        word(r, o);
                else
                        letter(r, o);
        }
}

size_t maker_message(struct maker_rng *r, char *out, size_t cap)
{
        static const char *const methods[] = {"INVITE", "OPTIONS", "aB0", "b"};
        struct out o = {out, 0, cap};
        const char *method = methods[maker_below(r, 4)];

        put(&o, "%s sip:%c", method, plain(r));
        put(&o, "%c@", plain(r));
        put(&o, "%cB0 SIP/2.0\r\n", plain(r));
        for (uint32_t n = 1 + maker_below(r, 3); n > 0; n--) {
                put(&o, "Via: SIP/2.0/UDP a%c", plain(r));
                put(&o, "%u;branch=", maker_below(r, 2));
                put(&o, "z9hG4bKab%u\r\n", maker_below(r, 4));
        }
        put(&o, "From: \"");
        words(r, &o, 8);
        put(&o, "\" <sip:ab@B0>;tag=a1\r\nTo: <sip:b@B0>\r\nCall-ID: a1\r\nCSeq: %u %s\r\n",
            maker_below(r, 5), method);
        for (uint32_t n = maker_below(r, 3); n > 0; n--) {
                put(&o, "m: <sip:%c0@a>, ", plain(r));
                put(&o, "\"a\" <sip:b%c@b>\r\n", plain(r));
        }
        for (uint32_t n = maker_below(r, 3); n > 0; n--) {
                put(&o, "User-Agent: ");
                words(r, &o, 16);
                put(&o, "\r\nx-test: ");
                words(r, &o, 16);
                put(&o, "\r\ns: ");
                words(r, &o, 16);
                put(&o, "\r\n");
        }
        if (maker_below(r, 3) == 0) {
                put(&o, "Content-Type: application/sdp\r\n\r\nv=0\r\na=%c", plain(r));
                put(&o, "%c\r\na=b0\r\nm=a\r\na=B\r\n", plain(r));
        } else {
                put(&o, "\r\n");
        }
        return o.n;
}
