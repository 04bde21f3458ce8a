/* SPDX-License-Identifier: Apache-2.0 */
/*
 * track_world.h - messages through look, judge and pass, as classify and police call them, between
 * a PBX inside and a few addresses outside.
 */
#ifndef SLUICE_TESTS_DATAPLANE_TRACK_WORLD_H
#define SLUICE_TESTS_DATAPLANE_TRACK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/stages/track.h"
#include "parser/sip_parse.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

#define OUT SHM_SIDE_OUTSIDE
#define IN  SHM_SIDE_INSIDE

/* Last octets of addresses. */
#define ALICE 1u
#define PBX   2u
#define BOB   3u
#define EVE   66u

struct world {
        struct dp_track track;
        struct dp_burst burst;
        struct shm_counters counters;
        enum dp_policy exceptions[SHM_CLASS_CNT];
        uint8_t lane; /* of what comes from the outside */
        /* of the last message */
        enum shm_reason reason;
        uint8_t seen, proof_src, proof_dst;
        bool in_dialog;
};

static inline int setup(void **state)
{
        static struct world w;

        memset(&w, 0, sizeof(w));
        assert_int_equal(dp_calls_create(&w.track.calls, 1000, 1000), 0);
        w.track.unknown_dialogs = DP_STRAYS_ASK;
        w.track.unsolicited = DP_POLICY_DROP;
        w.track.dialog_ns = 12 * 3600 * SECOND;
        w.track.hash = dp_siphash_lanes_for(NULL);
        w.track.counters = &w.counters;
        w.track.exceptions = w.exceptions;
        for (unsigned i = 0; i < SHM_CLASS_CNT; i++)
                w.exceptions[i] = i < SHM_CLASS_PEER ? DP_POLICY_DROP : DP_POLICY_PASS;
        w.burst.now_ns = START;
        *state = &w;
        return 0;
}

static inline int teardown(void **state)
{
        struct world *w = *state;

        dp_calls_destroy(w->track.calls);
        return 0;
}

static inline struct shm_ip address(unsigned last)
{
        return (struct shm_ip){.b = {[10] = 0xff, 0xff, 10, 0, 0, (uint8_t)last}};
}

/* One message between two addresses, as the only one of a burst. */
static inline void carry(struct world *w, enum shm_side side, unsigned src, unsigned dst,
                         const char *text)
{
        struct dp_burst *b = &w->burst;
        struct dp_pkt *p = &b->pkt[0];

        memset(p, 0, sizeof(*p));
        b->cnt = 1;
        p->flags = DP_PKT_SIP;
        p->flow = (struct shm_flow){.src = address(src),
                                    .dst = address(dst),
                                    .sport = 5060,
                                    .dport = 5060,
                                    .side = (uint8_t)side};
        p->lane = side == OUT ? w->lane : (uint8_t)SHM_LANE_UNPROVEN;
        p->msg = &b->msg[0];
        assert_int_equal(sip_parse((const uint8_t *)text, strlen(text), p->msg), SIP_ANOM_NONE);
        dp_track_look(&w->track, b);
        w->in_dialog = dp_track_in_dialog(&w->track, 0);
        w->seen = p->seen;
        p->cls = w->in_dialog  ? SHM_CLASS_IN_DIALOG
                 : side == OUT ? SHM_CLASS_INVITE
                               : SHM_CLASS_PEER;
        w->reason = dp_track_judge(&w->track, b, 0);
        if (w->reason == SHM_REASON_NONE)
                w->reason = dp_track_pass(&w->track, b, 0);
        w->proof_src = p->proof_src;
        w->proof_dst = p->proof_dst;
}

/* ---- messages ---- */

struct say {
        const char *method; /* of the request, and of the response's CSeq */
        unsigned status;    /* 0 = a request */
        unsigned cseq;      /* 0 = 1 */
        const char *branch; /* NULL = "a" */
        const char *from;   /* tags; NULL = "alice", no To-tag */
        const char *to;
        const char *call;  /* NULL = "call" */
        const char *uri;   /* NULL = sip:bob@pbx */
        const char *extra; /* header lines */
};

static inline const char *or_else(const char *s, const char *other)
{
        return s != NULL ? s : other;
}

static inline const char *text_of(const struct say *s)
{
        static char text[2048];
        unsigned cseq = s->cseq != 0 ? s->cseq : 1;
        char start[128];
        int n;

        if (s->status != 0)
                snprintf(start, sizeof(start), "SIP/2.0 %u Said", s->status);
        else
                snprintf(start, sizeof(start), "%s %s SIP/2.0", s->method,
                         or_else(s->uri, "sip:bob@pbx"));
        n = snprintf(text, sizeof(text),
                     "%s\r\nVia: SIP/2.0/UDP host;branch=%s%s\r\nMax-Forwards: 70\r\n"
                     "From: <sip:x@h>;tag=%s\r\nTo: <sip:y@h>%s%s\r\nCall-ID: %s\r\n"
                     "CSeq: %u %s\r\nContact: <sip:x@h>\r\n%sContent-Length: 0\r\n\r\n",
                     start, strncmp(or_else(s->branch, "a"), "2543", 4) == 0 ? "" : "z9hG4bK-",
                     or_else(s->branch, "a"), or_else(s->from, "alice"),
                     s->to != NULL ? ";tag=" : "", or_else(s->to, ""), or_else(s->call, "call"),
                     cseq, s->method, or_else(s->extra, ""));
        assert_true(n > 0 && (size_t)n < sizeof(text));
        return text;
}

static inline void out_to_in(struct world *w, unsigned src, struct say s)
{
        carry(w, OUT, src, PBX, text_of(&s));
}

static inline void in_to_out(struct world *w, unsigned dst, struct say s)
{
        carry(w, IN, PBX, dst, text_of(&s));
}

#define SAYS(who, ...) out_to_in(w, who, (struct say){.method = __VA_ARGS__})
#define TOLD(who, ...) in_to_out(w, who, (struct say){.method = __VA_ARGS__})
/* ...and what came of it */
#define IS(what)       assert_int_equal(w->seen, DP_SEEN_##what)
#define PASSES()       assert_int_equal(w->reason, SHM_REASON_NONE)
#define DROPPED(why)   assert_int_equal(w->reason, SHM_REASON_##why)

/* Alice calls in, and it is answered. */
static inline void call_up(struct world *w)
{
        SAYS(ALICE, "INVITE");
        TOLD(ALICE, "INVITE", .status = 180, .to = "bob");
        TOLD(ALICE, "INVITE", .status = 200, .to = "bob");
        SAYS(ALICE, "ACK", .branch = "ack", .to = "bob", .uri = "sip:bob@10.0.0.2");
        PASSES();
}

#endif
