/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_whole.h"

#include <errno.h>

#include "parser/sip_frame.h"
#include "parser/sip_reply.h"
#include "tests/parser/bad/bad_text.h"

#define FRAME_HEADER_MAX 8192u
#define FRAME_BODY_MAX   16384u

/* The input flush against the page behind it, or now and then the page in front of it. */
static const uint8_t *guarded(const uint8_t *p, size_t n, struct rng *r)
{
        static struct guard g;

        if (!g.map)
                g = guard_create(BAD_BYTES_MAX);
        return rng_below(r, 8) == 0 ? guard_head(&g, p, n) : guard_tail(&g, p, n);
}

void bad_say_set(const struct sip_anom_set *s, enum sip_anomaly but, char *out)
{
        size_t at = strlen(out);

        for (unsigned a = 1; a < SIP_ANOM_CNT && at < BAD_OUTCOME_BYTES; a++) {
                if (a != (unsigned)but && sip_anom_has(s, (enum sip_anomaly)a))
                        at += (size_t)snprintf(out + at, BAD_OUTCOME_BYTES - at, "+%s",
                                               sip_anomaly_name((enum sip_anomaly)a));
        }
}

void bad_read_msg(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static struct sip_msg m;
        struct sip_judgement j;

        sip_parse(guarded(p, n, r), n, &m);
        whole_invariants(&m);
        j = sip_check(&m);
        snprintf(out, BAD_OUTCOME_BYTES, "%s:%s", sip_verdict_name(j.verdict),
                 sip_anomaly_name(j.reason));
        bad_say_set(&m.anomalies, j.reason, out);
}

void bad_read_sniff(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static const char *const names[] = {[SIP_SNIFF_NOT_SIP] = "not_sip",
                                            [SIP_SNIFF_SIP] = "sip",
                                            [SIP_SNIFF_KEEPALIVE] = "keepalive"};

        snprintf(out, BAD_OUTCOME_BYTES, "sniff:%s", names[sip_sniff(guarded(p, n, r), n)]);
}

static void say_frame(enum sip_frame_event e, const struct sip_frame *f, char *out)
{
        static const char *const names[] = {[SIP_FRAME_MORE] = "more",
                                            [SIP_FRAME_MESSAGE] = "message",
                                            [SIP_FRAME_KEEPALIVE] = "keepalive"};

        snprintf(out, BAD_OUTCOME_BYTES, "frame:%s",
                 e == SIP_FRAME_FAULT ? sip_frame_fault_name((enum sip_frame_fault)f->fault)
                                      : names[e]);
}

/* Feed [p, p + n) in pieces up to the end or a fault, as a new stream or as more of the same.
 * Returns the last event. */
static enum sip_frame_event feed(struct sip_frame *f, const uint8_t *p, size_t n, struct rng *r,
                                 bool anew)
{
        enum sip_frame_event e = SIP_FRAME_MORE;

        if (anew)
                assert_true(sip_frame_init(f, FRAME_HEADER_MAX, FRAME_BODY_MAX));

        while (n > 0 && e != SIP_FRAME_FAULT) {
                size_t most = n < 1500 ? n : 1500;
                size_t piece = 1 + (size_t)rng_below(r, most), used = 0;

                e = sip_frame_feed(f, p, piece, &used);
                assert_true(used <= piece && (used > 0 || e == SIP_FRAME_FAULT));
                assert_true(f->bytes <= FRAME_HEADER_MAX + FRAME_BODY_MAX + 1);
                p += used;
                n -= used;
        }
        return e;
}

void bad_read_frame(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_frame f;
        enum sip_frame_event e = feed(&f, guarded(p, n, r), n, r, true);

        say_frame(e, &f, out);
}

void bad_read_ws(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_frame f;

        assert_true(sip_frame_init(&f, FRAME_HEADER_MAX, FRAME_BODY_MAX));
        say_frame(sip_frame_ws(&f, guarded(p, n, r), n), &f, out);
}

/*
 * A connection that ends anywhere in a message, and the next one in the same memory: what was left
 * of the first changes nothing for the second. Nothing is taken behind a fault. WebSocket messages
 * begin anew by themselves.
 */
void bad_read_life(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        const uint8_t *at = guarded(p, n, r);
        struct sip_frame fresh, used, ws;
        bool same = true;

        assert_true(sip_frame_init(&ws, FRAME_HEADER_MAX, FRAME_BODY_MAX));
        for (unsigned i = 0; i < 4; i++) {
                enum sip_frame_event a, b;
                struct rng cuts = *r;
                size_t took = 1;

                if (feed(&used, at, (size_t)rng_below(r, n + 1), r, i == 0) == SIP_FRAME_FAULT) {
                        a = sip_frame_feed(&used, at, n, &took);
                        same &= a == SIP_FRAME_FAULT && took == 0;
                }
                (void)sip_frame_ws(&ws, at, (size_t)rng_below(r, n + 1));
                a = feed(&fresh, at, n, &cuts, true);
                b = feed(&used, at, n, r, true);
                same &= a == b && fresh.bytes == used.bytes && fresh.fault == used.fault;
                assert_true(sip_frame_init(&fresh, FRAME_HEADER_MAX, FRAME_BODY_MAX));
                same &= sip_frame_ws(&fresh, at, n) == sip_frame_ws(&ws, at, n) &&
                        fresh.bytes == ws.bytes && fresh.fault == ws.fault;
        }
        snprintf(out, BAD_OUTCOME_BYTES, "life:%s", same ? "same" : "differs");
}

/* The reply: its size is known first, it takes exactly that, and less room writes nothing. */
void bad_read_reply(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static uint8_t room[2 * BAD_BYTES_MAX];
        static struct sip_msg m;
        const struct sip_reply_args args = {.status = 503,
                                            .retry_after_s = 5,
                                            .src_port = 5060,
                                            .src = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                                            .src_len = 38,
                                            .to_tag = "0123456789abcdef",
                                            .tag_len = 16};
        size_t need = 0, len = 0;

        sip_parse(guarded(p, n, r), n, &m);
        if (sip_reply_size(&m, &args, &need) != 0) {
                assert_int_equal(sip_reply_build(&m, &args, room, sizeof(room), &len), -EINVAL);
                snprintf(out, BAD_OUTCOME_BYTES, "reply:einval");
                return;
        }
        assert_true(need > 0 && need < sizeof(room));
        room[0] = room[need] = 0xa5;
        assert_int_equal(sip_reply_build(&m, &args, room, need - 1, &len), -ENOSPC);
        assert_int_equal(room[0], 0xa5);
        assert_int_equal(sip_reply_build(&m, &args, room, need, &len), 0);
        assert_true(len <= need && room[need] == 0xa5);
        /* Nothing that was copied begins a line: as many line ends as header fields. */
        sip_parse(room, len, &m);
        assert_int_equal(m.kind, SIP_KIND_RESPONSE);
        assert_false(sip_anom_has(&m.anomalies, SIP_ANOM_HDR_NO_COLON));
        assert_int_equal(m.header_end, len);
        snprintf(out, BAD_OUTCOME_BYTES, "reply:ok");
}
