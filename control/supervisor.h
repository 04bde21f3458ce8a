/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor.h - keeps the links attached: tries, tells, lets the threads in and out.
 *
 * Owner thread only (engine.h).
 */
#ifndef SLUICE_CONTROL_SUPERVISOR_H
#define SLUICE_CONTROL_SUPERVISOR_H

#include <stdbool.h>

struct cp_engine;

/* Add a link to a socket; `once`: it goes away with its dataplane. Returns its index, -EEXIST when
 * that socket is known, -ENOSPC, -ENOMEM. */
int cp_supervisor_add(struct cp_engine *e, const char *path, bool once);
/* Detach and forget; the last link takes its index. */
void cp_supervisor_remove(struct cp_engine *e, unsigned index);

/* Give every link its chance. Returns after how many milliseconds to call again. */
unsigned cp_supervisor_run(struct cp_engine *e);

/* Attach one link now, waiting at most timeout_ms. 0, or a negative errno (the link says why). */
int cp_supervisor_attach(struct cp_engine *e, unsigned index, int timeout_ms);

#endif
