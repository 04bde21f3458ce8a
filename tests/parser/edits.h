/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edits.h - what the tests of edits share: a message, a list, and the result written in every way.
 */
#ifndef SLUICE_TESTS_PARSER_EDITS_H
#define SLUICE_TESTS_PARSER_EDITS_H

#include "parser/sip_edit.h"
#include "tests/parser/whole.h"

static struct sip_splice splices[SIP_EDIT_SPLICES_USUAL];
static uint8_t text[SIP_EDIT_TEXT_BYTES_USUAL];

static inline struct sip_edit list(const struct sip_msg *m)
{
        struct sip_edit e = {.splices = splices,
                             .text = text,
                             .splice_cap = sizeof(splices) / sizeof(splices[0]),
                             .text_cap = sizeof(text)};

        sip_edit_init(&e, m);
        return e;
}

static inline struct sip_text t(const char *terminated)
{
        return sip_text_of(terminated);
}

/* The result in place, at a shift: the same octets, and those around it as they were. */
static inline void check_in_place(const struct sip_edit *e, const uint8_t *want, size_t size,
                                  int32_t shift)
{
        enum { LEAD = 1024 };
        static uint8_t arena[LEAD + SIP_MSG_BYTES_MAX + LEAD], before[sizeof(arena)];
        uint8_t *at = arena + LEAD;
        uint32_t len = e->msg->len;

        memset(arena, 0xcc, sizeof(arena));
        memcpy(at, e->msg->buf, len);
        memcpy(before, arena, sizeof(arena));
        sip_edit_in_place(e, at, shift);
        assert_memory_equal(at + shift, want, size);
        for (uint8_t *p = arena; p < arena + LEAD + len + LEAD; p++) {
                if ((p < at || p >= at + len) && (p < at + shift || p >= at + shift + size))
                        assert_int_equal(*p, 0xcc);
        }
}

/* Size first, every capacity around it, and in place. Returns the result, valid until the next. */
static inline const uint8_t *written(const struct sip_edit *e, size_t *size)
{
        static struct guard g;
        size_t len;
        uint8_t *out;

        if (g.map == NULL)
                g = guard_create(2 * SIP_MSG_BYTES_MAX);
        assert_int_equal(sip_edit_size(e, size), SIP_EDIT_OK);
        for (size_t less = 1; less < 20 && less <= *size; less += 6) {
                out = g.start + g.bytes - (*size - less);
                memset(out, 0xcc, *size - less);
                assert_int_equal(sip_edit_apply(e, out, *size - less, &len), SIP_EDIT_SPACE);
                for (size_t i = 0; i < *size - less; i++)
                        assert_int_equal(out[i], 0xcc);
        }
        out = g.start + g.bytes - *size;
        assert_int_equal(sip_edit_apply(e, out, *size, &len), SIP_EDIT_OK);
        assert_int_equal(len, *size);
        for (int32_t shift = -40; shift <= 40; shift += 8)
                check_in_place(e, out, *size, shift);
        check_in_place(e, out, *size, -e->growth);
        check_in_place(e, out, *size, sip_edit_shift(e, 42));
        return out;
}

static inline void expect(const struct sip_edit *e, const char *want)
{
        struct whole w;
        size_t size;
        const uint8_t *out;

        assert_string_equal(sip_edit_status_name((enum sip_edit_status)e->status), "ok");
        out = written(e, &size);
        if (size != strlen(want) || memcmp(out, want, size) != 0)
                fail_msg("got:\n%.*s\nwant:\n%s", (int)size, (const char *)out, want);
        whole_parse(&w, out, size);
        if (w.j.verdict == SIP_VERDICT_REJECT)
                fail_msg("%s:\n%s", sip_anomaly_name(w.j.reason), want);
        whole_end(&w);
}

#define LINE "INVITE sip:b@h SIP/2.0\r\n"
#define VIA  "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
#define MF   "Max-Forwards: 70\r\n"
#define BACK "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
#define END  "Content-Length: 4\r\n\r\nbody"

static struct whole w;

static inline struct sip_edit open_text(const char *in)
{
        whole_parse(&w, in, strlen(in));
        return list(&w.m);
}

static inline void close_text(void)
{
        whole_end(&w);
}

/* A Via to push. */
static const struct sip_edit_via udp = {
    {"UDP", 3}, {"192.0.2.9", 9}, 5060, {"z9hG4bKabc", 10}, {"", 0}};

#endif
