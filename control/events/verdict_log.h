/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict_log.h - the last verdicts, for "why was this dropped?".
 *
 * A ring of at most `entries` EVE lines in a fixed arena of CP_VERDICT_BYTES_MEAN octets each; long
 * lines push out more old ones. One writer, any number of readers; a mutex inside.
 */
#ifndef SLUICE_CONTROL_EVENTS_VERDICT_LOG_H
#define SLUICE_CONTROL_EVENTS_VERDICT_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define CP_VERDICT_BYTES_MEAN  1024u
#define CP_VERDICT_LINE_MAX    4096u /* longer ones are to be written again with cut texts */
#define CP_VERDICT_TEXT_MAX    200u  /* octets to which the texts are then cut */
#define CP_VERDICT_CALL_ID_MAX 256u  /* octets of a Call-ID that are kept and compared */

struct cp_verdict_log;

struct cp_verdict {
        const struct shm_flow *flow;
        const uint8_t *call_id;
        size_t call_id_len;
        const char *line; /* without its newline */
        size_t line_len;
};

/* entries 0: a log that keeps nothing. NULL when memory is short. */
struct cp_verdict_log *cp_verdict_log_create(uint32_t entries);
void cp_verdict_log_destroy(struct cp_verdict_log *log);
/* Lines that would fill more than an eighth of the arena are left out. */
void cp_verdict_log_put(struct cp_verdict_log *log, const struct cp_verdict *v);

/*
 * Visit what matches the key, newest first, at most `limit`: an address or prefix matches source
 * and destination, any text matches an equal Call-ID. `visit` runs under the lock. Returns how
 * many.
 */
size_t cp_verdict_log_find(struct cp_verdict_log *log, const char *key, size_t limit,
                           void (*visit)(void *arg, const char *line, size_t len), void *arg);

#endif
