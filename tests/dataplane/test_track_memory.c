/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_track_memory.c - a million calls that each have a Call-ID, tags and branch of their own: no
 * call of the heap, no page more, and the tables hold what they were made for. The linker puts the
 * counters below in the place of the heap's functions. A number as argument makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/stages/track.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/own_memory.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

static unsigned long calls = 1000000;
static unsigned long heap_calls;

#define COUNTED(name, result, args, pass)  \
        result __real_##name args;         \
        result __wrap_##name args;         \
        result __wrap_##name args          \
        {                                  \
                heap_calls++;              \
                return __real_##name pass; \
        }
COUNTED(malloc, void *, (size_t n), (n))
COUNTED(calloc, void *, (size_t n, size_t m), (n, m))
COUNTED(realloc, void *, (void *p, size_t n), (p, n))
COUNTED(aligned_alloc, void *, (size_t a, size_t n), (a, n))

static const char invite[] = "INVITE sip:bob@pbx SIP/2.0\r\n"
                             "Via: SIP/2.0/UDP host;branch=z9hG4bK-0000000000000000\r\n"
                             "Max-Forwards: 70\r\nFrom: <sip:x@h>;tag=f0000000000000000\r\n"
                             "To: <sip:y@h>\r\nCall-ID: 0000000000000000@h\r\nCSeq: 1 INVITE\r\n"
                             "Contact: <sip:x@h>\r\nContent-Length: 0\r\n\r\n";
static const char ringing[] = "SIP/2.0 180 Ringing\r\n"
                              "Via: SIP/2.0/UDP host;branch=z9hG4bK-0000000000000000\r\n"
                              "From: <sip:x@h>;tag=f0000000000000000\r\n"
                              "To: <sip:y@h>;tag=t0000000000000000\r\n"
                              "Call-ID: 0000000000000000@h\r\nCSeq: 1 INVITE\r\n"
                              "Content-Length: 0\r\n\r\n";

/* Put the number in the place of each run of 16 zeros. */
static void number(char *text, size_t len, uint64_t n)
{
        for (size_t i = 0; i + 16 <= len; i++) {
                if (memcmp(text + i, "0000000000000000", 16) != 0)
                        continue;
                for (unsigned d = 0; d < 16; d++)
                        text[i + d] = "ghijklmnopqrstuv"[n >> 4 * d & 15u];
                i += 15;
        }
}

static void carry(struct dp_track *t, struct dp_burst *b, enum shm_side side, const char *model)
{
        struct dp_pkt *p = &b->pkt[0];
        static char text[1024];
        size_t len = strlen(model);
        static uint64_t n;

        memcpy(text, model, len);
        number(text, len, side == SHM_SIDE_OUTSIDE ? ++n : n);
        memset(p, 0, sizeof(*p));
        b->cnt = 1;
        p->flags = DP_PKT_SIP;
        p->flow.side = (uint8_t)side;
        p->cls = SHM_CLASS_INVITE;
        /* a source of its own for each, too; the way back has the same two addresses */
        memcpy(side == SHM_SIDE_OUTSIDE ? p->flow.src.b : p->flow.dst.b, &n, sizeof(n));
        p->msg = &b->msg[0];
        assert_int_equal(sip_parse((const uint8_t *)text, len, p->msg), SIP_ANOM_NONE);
        dp_track_look(t, b);
        assert_int_equal(p->seen, side == SHM_SIDE_OUTSIDE ? DP_SEEN_NEW : DP_SEEN_RESPONSE);
        assert_int_equal(dp_track_judge(t, b, 0), SHM_REASON_NONE);
        assert_int_equal(dp_track_pass(t, b, 0), SHM_REASON_NONE);
}

static void test_a_million_calls(void **state)
{
        static const enum dp_policy exceptions[SHM_CLASS_CNT];
        static struct dp_track t;
        static struct dp_burst b;
        static struct shm_counters counters;
        unsigned long before;
        long kib, more;

        (void)state;
        assert_int_equal(dp_calls_create(&t.calls, 20000, 20000), 0);
        t.unknown_dialogs = DP_STRAYS_ASK;
        t.unsolicited = DP_POLICY_DROP;
        t.dialog_ns = 3600 * SECOND;
        t.hash = dp_siphash_lanes_for(NULL);
        t.counters = &counters;
        t.exceptions = exceptions;
        b.now_ns = START;
        kib = own_memory_kib(); /* its buffers are there from the second time on */
        carry(&t, &b, SHM_SIDE_OUTSIDE, invite);
        carry(&t, &b, SHM_SIDE_INSIDE, ringing);
        kib = own_memory_kib();
        before = heap_calls;
        for (unsigned long i = 0; i < calls; i++) {
                carry(&t, &b, SHM_SIDE_OUTSIDE, invite);
                carry(&t, &b, SHM_SIDE_INSIDE, ringing);
        }
        assert_int_equal(heap_calls, before);
        assert_int_equal(counters.transactions_full + counters.dialogs_full, 0);
        assert_true(counters.transactions_added > calls && counters.dialogs_added > calls);
        assert_in_range(counters.transactions_added - counters.transactions_removed, 20000, 26000);
        assert_in_range(counters.dialogs_added - counters.dialogs_removed, 20000, 26000);
        more = own_memory_kib() - kib;
        print_message("%lu calls: %lu calls of the heap, %ld KiB more\n", calls,
                      heap_calls - before, more);
#ifndef __SANITIZE_ADDRESS__ /* it has memory of its own */
        assert_true(kib > 0);
        assert_int_equal(more, 0);
#endif
        dp_calls_destroy(t.calls);
        assert_true(heap_calls > 0); /* the counter counts: the tables were made with it */
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_a_million_calls),
        };

        if (argc > 1)
                calls = strtoul(argv[1], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
