/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_control.h - who decides for a replay, and who writes its events.
 *
 *   no control runs:  worker ⇄ control's logic in this process → EVENTS
 *   one runs:         worker ⇄ that process;  worker → control's logic in this process → EVENTS
 *
 * A running control is asked over its API socket to attach to a socket of this replay's own, as it
 * attaches to any dataplane. One thread.
 */
#ifndef SLUICE_DATAPLANE_REPLAY_CONTROL_H
#define SLUICE_DATAPLANE_REPLAY_CONTROL_H

#include <stdint.h>

#include "control/contract/cp_inproc.h"
#include "dataplane/ctl_server.h"

struct dp_replay_control {
        struct cp_inproc *local;
        struct dp_ctl_server *local_server;
        struct dp_ctl_server *process_server; /* NULL: no control process decides */
        uint64_t waiting_since_ns;            /* CLOCK_MONOTONIC of the process's last progress */
        uint64_t waiting_held;                /* messages held then */
};

/*
 * Start the logic in this process and, unless api_socket is NULL, try to have the control process
 * behind it. `dir` is a private directory of this process; as root it is given to that process's
 * user. Nobody there is no fault; a refusal is told. Returns 0, or a negative errno after telling.
 */
int dp_replay_control_start(struct dp_replay_control *c, const struct cp_inproc_args *args,
                            const char *api_socket, const char *dir);
void dp_replay_control_fini(struct dp_replay_control *c);

/* Where the worker asks, and where it reports: NULL for the same. */
struct dp_ctl_server *dp_replay_control_decides(const struct dp_replay_control *c);
struct dp_ctl_server *dp_replay_control_reports(const struct dp_replay_control *c);

/*
 * Let control answer; `held` messages wait. Returns how many answers were given here, or 1 while
 * the control process may still answer (it has a second of wall-clock time for each step), 0 when
 * there is nothing to come, or a negative errno.
 */
int dp_replay_control_answer(struct dp_replay_control *c, uint64_t held);

#endif
