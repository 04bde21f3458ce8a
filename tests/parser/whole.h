/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole.h - whole messages under test: parsed from memory that ends, and begins, at a page that
 * cannot be touched.
 */
#ifndef SLUICE_TESTS_PARSER_WHOLE_H
#define SLUICE_TESTS_PARSER_WHOLE_H

#include "tests/parser/probe.h"

struct whole {
        struct guard g;
        struct sip_msg m;
        struct sip_judgement j;
};

/* The invariant of sip_msg.h for one span. */
static inline void whole_span_inside(const struct sip_msg *m, struct sip_span s)
{
        assert_true((uint32_t)s.off + s.len <= m->len);
}

/* Everything that sip_msg.h promises of any message, good or bad. */
static inline void whole_invariants(const struct sip_msg *m)
{
        const struct sip_span spans[] = {
            m->method_name, m->reason,       m->version,     m->start_line,       m->ruri.all,
            m->ruri.user,   m->ruri.host,    m->ruri.params, m->ruri.headers,     m->via.all,
            m->via.host,    m->via.branch,   m->from.all,    m->from.display,     m->from.tag,
            m->from.params, m->from.uri.all, m->to.all,      m->to.tag,           m->to.uri.all,
            m->contact.all, m->call_id,      m->via.maddr,   m->cseq.method_name, m->via.received,
        };
        unsigned chained = 0;
        unsigned known = 0;

        for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
                whole_span_inside(m, spans[i]);
        assert_true(m->len <= SIP_MSG_BYTES_MAX);
        assert_true(m->hdr_cnt <= SIP_MSG_HDRS_MAX);
        assert_true((uint32_t)m->body_off + m->body_len <= m->len);
        assert_true(m->err_off <= m->len);
        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                whole_span_inside(m, m->hdrs[i].name);
                whole_span_inside(m, m->hdrs[i].value);
                assert_true(m->hdrs[i].id < SIP_HDR_CNT);
                known += m->hdrs[i].id != SIP_HDR_OTHER;
        }
        /* Each known header is reached once from first[], in order, and no other is. */
        assert_int_equal(m->first[SIP_HDR_OTHER], SIP_HDR_NONE);
        for (unsigned id = 1; id < SIP_HDR_CNT; id++) {
                unsigned before = 0;

                for (unsigned i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                        assert_true(i < m->hdr_cnt && (before == 0 || i >= before));
                        assert_int_equal(m->hdrs[i].id, id);
                        before = i + 1;
                        chained++;
                }
        }
        assert_int_equal(chained, known);
        if (m->error != SIP_ANOM_NONE)
                assert_true(sip_anom_has(&m->anomalies, (enum sip_anomaly)m->error));
}

/* Parse n octets flush against the page behind them; the result stays valid until whole_end(). */
static inline struct whole *whole_parse(struct whole *w, const void *text, size_t n)
{
        enum sip_anomaly a;

        w->g = guard_create(n + 1);
        a = sip_parse(guard_tail(&w->g, text, n), n, &w->m);
        assert_int_equal(a, w->m.error);
        whole_invariants(&w->m);
        w->j = sip_check(&w->m);
        return w;
}

static inline void whole_end(struct whole *w)
{
        guard_destroy(&w->g);
}

/* The message's verdict and reason are these; label and text tell which row failed. */
static inline void whole_expect(const char *text, size_t n, enum sip_verdict verdict,
                                enum sip_anomaly reason)
{
        struct whole w;

        whole_parse(&w, text, n);
        if (w.j.verdict != verdict || w.j.reason != reason)
                fail_msg("got %s/%s, want %s/%s for:\n%.*s", sip_verdict_name(w.j.verdict),
                         sip_anomaly_name(w.j.reason), sip_verdict_name(verdict),
                         sip_anomaly_name(reason), (int)n, text);
        whole_end(&w);
}

/* The mandatory headers of a request, and the end of the section, for tests of something else. */
#define WHOLE_VIA             "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
#define WHOLE_FROM            "From: <sip:a@h>;tag=1\r\n"
#define WHOLE_TO              "To: <sip:b@h>\r\n"
#define WHOLE_CALL_ID         "Call-ID: c@h\r\n"
#define WHOLE_REST(method)    "Max-Forwards: 70\r\nCSeq: 1 " method "\r\n"
#define WHOLE_HEADERS(method) WHOLE_VIA WHOLE_FROM WHOLE_TO WHOLE_CALL_ID WHOLE_REST(method)
#define WHOLE_START           "OPTIONS sip:b@h SIP/2.0\r\n"

#endif
