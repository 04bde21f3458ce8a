/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_run.h - Private to calls.c and call_receive.c: how a call moves on.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_CALL_RUN_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_CALL_RUN_H

#include "bench/harness/traffic/calls.h"

/* Do the steps from call->step on until one waits; the call may be over behind it. */
void sb_call_run(struct sb_calls *c, uint32_t slot, uint64_t now_ns);
/* Over: SB_FAIL_CNT is success. */
void sb_call_end(struct sb_calls *c, uint32_t slot, enum sb_failure why, uint64_t now_ns);
/* The step behind this one: next=, or the following. */
uint32_t sb_call_next(struct sb_calls *c, uint32_t slot, uint32_t step);
/* Send the message of a step once more. */
void sb_call_again(struct sb_calls *c, uint32_t slot, uint32_t step, uint64_t now_ns);
void sb_call_rtds(struct sb_calls *c, struct sb_call *call, const struct sb_step *s,
                  uint64_t now_ns);
/* For RFC 6076: a request went out; its final response came; there was none. */
void sb_call_sent(struct sb_calls *c, struct sb_call *call, const struct sb_template *t);
void sb_call_final(struct sb_calls *c, struct sb_call *call, const struct sb_rx *rx,
                   uint64_t now_ns);
void sb_call_unanswered(struct sb_calls *c, struct sb_call *call);
bool sb_call_lost(struct sb_calls *c, uint8_t percent);

#endif
