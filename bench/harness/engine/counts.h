/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - what one worker counted. Written by its thread only; merged once it has stopped, read
 * racily (for the screen) before.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_COUNTS_H
#define SLUICE_BENCH_HARNESS_ENGINE_COUNTS_H

#include <stdint.h>

#include "bench/harness/engine/hist.h"
#include "parser/sip_msg.h"

/* Why a call or transaction failed. */
#define SB_FAILURES                                                                           \
        X(TIMEOUT, "timeout", "no answer to a request that was sent until its time was over") \
        X(WAITING, "waiting", "a message that the scenario waits for did not come in time")   \
        X(UNEXPECTED, "unexpected", "a message that the scenario does not provide for")       \
        X(CHECK, "check", "a check of the scenario failed")                                   \
        X(MESSAGE, "message", "a message could not be built")                                 \
        X(NO_SLOT, "no_slot", "more calls at the same time than there is room for")           \
        X(STOPPED, "stopped", "still going on when the run ended")

enum sb_failure {
#define X(ID, name, text) SB_FAIL_##ID,
        SB_FAILURES
#undef X
            SB_FAIL_CNT,
};

/* All are plain sums of 64 bits: sb_counts_merge() relies on it. */
struct sb_counts {
        uint64_t tx_frames;
        uint64_t tx_bytes; /* of frames, without FCS */
        uint64_t tx_full;  /* frames that the device did not take */
        uint64_t no_mbuf;
        uint64_t rx_frames;
        uint64_t rx_bytes;
        uint64_t rx_other; /* no UDP: ARP, ICMP, damaged */
        uint64_t rx_fragments;
        uint64_t rx_not_sip;
        uint64_t rx_requests;
        uint64_t rx_retransmitted;
        uint64_t rx_out_of_call;
        uint64_t rx_ignored; /* 1xx that the scenario does not name */
        uint64_t rx_checked; /* read again by the product's parser */
        uint64_t rx_anomalous;
        uint64_t rx_status[7]; /* by class, 1..6 */
        uint64_t tx_requests;
        uint64_t tx_responses;
        uint64_t tx_retransmitted;
        uint64_t lost_on_purpose;
        uint64_t starts;        /* calls or stateless messages begun, or meant to and refused */
        uint64_t starts_missed; /* meant, never begun: the generator was too slow */
        uint64_t calls_succeeded;
        uint64_t calls_failed;
        uint64_t failures[SB_FAIL_CNT];
        uint64_t requests_open;     /* stateless requests that want an answer */
        uint64_t requests_answered; /* final answers to them */
        uint64_t media_actions;
        /* RFC 6076, of the calling side: first INVITEs and REGISTERs, and what became of them. */
        uint64_t sessions;             /* INVITEs that began one */
        uint64_t sessions_established; /* 2xx */
        uint64_t sessions_redirected;  /* 3xx */
        uint64_t sessions_effective;   /* 480, 486, 600, 603: the callee was reached */
        uint64_t sessions_ineffective; /* 408, 500, 503, 504, and no answer in time */
        uint64_t sessions_completed;   /* established, and their BYE got a 2xx */
        uint64_t registrations;
        uint64_t registrations_failed; /* not 2xx, 3xx, 401, 402, 407; or no answer in time */
        uint64_t attack_frames;
};

enum sb_time {
        SB_TIME_RESPONSE = 0, /* request meant to be sent → its final response */
        SB_TIME_SETUP,        /* INVITE meant to be sent → first 18x or 2xx (RFC 6076 4.3, SRD)
                               */
        SB_TIME_CALL,         /* call meant to begin → end of a call that succeeded */
        SB_TIME_RRD,          /* first REGISTER → 2xx (RFC 6076 4.1) */
        SB_TIME_SDD,          /* BYE → 2xx (4.4) */
        SB_TIME_SDT,          /* 2xx to the INVITE → BYE (4.5) */
        SB_TIME_LAG,          /* start that was meant → start that was */
        SB_TIME_RTD1,         /* the scenario's own, 1 to 8 */
        SB_TIME_CNT = SB_TIME_RTD1 + 8,
};

static inline void sb_counts_merge(struct sb_counts *into, const struct sb_counts *from)
{
        uint64_t *a = (uint64_t *)into;
        const uint64_t *b = (const uint64_t *)from;

        for (unsigned i = 0; i < sizeof(*into) / sizeof(*a); i++)
                a[i] += b[i];
}

const char *sb_failure_name(enum sb_failure f);
const char *sb_failure_text(enum sb_failure f);
const char *sb_time_name(enum sb_time t);

#endif
