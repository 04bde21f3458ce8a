/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_rig.h - the stateless proxy as the C++ of Google Benchmark sees it. One thread.
 */
#ifndef SLUICE_BENCH_DATAPLANE_PROXY_RIG_H
#define SLUICE_BENCH_DATAPLANE_PROXY_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest text that is put in front of a message's first header. */
#define PROXY_RIG_TEXT_BYTES 512u

/* Once in a process. */
bool proxy_rig_start(void);

/* Each takes a parsed message and says whether it was done: what is read of a request that control
 * must be asked about; the same with parsing; that and the request that goes on, by a decision; a
 * request of a dialog of ours; a response of ours. */
bool proxy_rig_read(const struct sip_msg *m);
bool proxy_rig_parse_read(const struct sip_msg *m);
bool proxy_rig_forward(const struct sip_msg *m);
bool proxy_rig_dialog(const struct sip_msg *m);
bool proxy_rig_respond(const struct sip_msg *m);

/* Header lines that make of a response one that answers what we forwarded, and of a request one of
 * a dialog of ours. Octets written to out, 0 when it can not be. */
size_t proxy_rig_via(const struct sip_msg *m, char out[PROXY_RIG_TEXT_BYTES]);
size_t proxy_rig_route(const struct sip_msg *m, char out[PROXY_RIG_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
