/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_bodies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "parser/sip_body.h"
#include "parser/sip_sdp.h"
#include "tests/parser/bad/bad_read.h"

static const struct {
        uint32_t bit;
        const char *name;
} sdp_names[] = {
    {SIP_SDP_LINE, "line"},
    {SIP_SDP_NUL, "nul"},
    {SIP_SDP_VERSION, "version"},
    {SIP_SDP_NO_ORIGIN, "no_origin"},
    {SIP_SDP_ORIGIN, "origin"},
    {SIP_SDP_CONNECTION, "connection"},
    {SIP_SDP_MEDIA, "media"},
    {SIP_SDP_PORT, "port"},
    {SIP_SDP_FORMAT, "format"},
    {SIP_SDP_MEDIA_COUNT, "media_count"},
    {SIP_SDP_FORMAT_COUNT, "format_count"},
    {SIP_SDP_ORDER, "order"},
    {SIP_SDP_DUP, "dup"},
    {SIP_SDP_NO_NAME, "no_name"},
    {SIP_SDP_NO_CONNECTION, "no_connection"},
    {SIP_SDP_BANDWIDTH, "bandwidth"},
    {SIP_SDP_TIME, "time"},
    {SIP_SDP_ATTRIBUTE, "attribute"},
    {SIP_SDP_ATTRIBUTE_DUP, "attribute_dup"},
    {SIP_SDP_OBSOLETE, "obsolete"},
    {SIP_SDP_UNKNOWN, "unknown"},
    {SIP_SDP_LF, "lf"},
    {SIP_SDP_CUT, "cut"},
    {SIP_SDP_BLANK, "blank"},
    {SIP_SDP_ORIGIN_NUMBER, "origin_number"},
};

void bad_read_sdp(struct sip_cur *c, char *out)
{
        static struct sip_sdp s;
        bool ok = sip_sdp_parse(c, &s), first = true;
        size_t at = (size_t)snprintf(out, BAD_OUTCOME_BYTES, ok ? "ok:" : "fault:");

        assert_int_equal(ok, (s.anomalies & SIP_SDP_FAULTS) == 0);
        assert_true(s.media_cnt <= SIP_SDP_MEDIA_MAX && s.format_cnt <= SIP_SDP_FORMATS_MAX);
        for (size_t i = 0; i < sizeof(sdp_names) / sizeof(sdp_names[0]); i++) {
                if ((s.anomalies & sdp_names[i].bit) == 0)
                        continue;
                at += (size_t)snprintf(out + at, BAD_OUTCOME_BYTES - at, "%s%s", first ? "" : "+",
                                       sdp_names[i].name);
                first = false;
        }
        if (first)
                snprintf(out + at, BAD_OUTCOME_BYTES - at, "none");
}

void bad_read_body(struct sip_cur *c, char *out)
{
        static const char *const names[] = {
            [SIP_BODY_OK] = "ok",
            [SIP_BODY_TYPE] = "type",
            [SIP_BODY_BOUNDARY] = "boundary",
            [SIP_BODY_NO_PART] = "no_part",
            [SIP_BODY_NO_END] = "no_end",
            [SIP_BODY_HEADERS] = "headers",
            [SIP_BODY_PARTS] = "parts",
            [SIP_BODY_DEPTH] = "depth",
        };
        static struct sip_body b;
        const uint8_t *lf = memchr(c->buf + 1, '\n', c->end - 1);
        struct sip_span type = {0, 0};
        enum sip_body_fault fault;

        if (lf) {
                if (lf > c->buf + 1)
                        type = sip_span_make(1, (uint32_t)(lf - c->buf));
                c->pos = (uint32_t)(lf - c->buf) + 1;
        }
        fault = sip_body_parse(c, type, &b);
        assert_int_equal(fault, b.fault);
        assert_true(b.parts_cnt >= 1 && b.parts_cnt <= SIP_BODY_PARTS_MAX);
        for (unsigned i = 0; i < b.parts_cnt; i++) {
                const struct sip_body_part *p = &b.parts[i];

                assert_true(p->depth <= SIP_BODY_DEPTH_MAX && p->parent <= i);
                assert_true((uint32_t)p->body.off + p->body.len <= c->end);
        }
        snprintf(out, BAD_OUTCOME_BYTES, "body:%s", names[b.fault]);
}
