/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob_intake.h - a table that control sent as a sealed blob (shm_attach.h): checked, then given to
 * whoever takes tables of its kind. Main lcore.
 */
#ifndef SLUICE_DATAPLANE_BLOB_INTAKE_H
#define SLUICE_DATAPLANE_BLOB_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_attach.h"

/* Takes the content, which is sealed and mapped only during the call. Returns 0 or a negative errno
 * that control is told; on failure what was there before stays. */
typedef int dp_blob_fn(void *arg, const void *data, size_t bytes);

struct dp_blob_sink {
        dp_blob_fn *fn; /* NULL: nobody takes this kind */
        void *arg;
        bool taken; /* something was: */
        uint8_t digest[32];
};

/* Seals, size and digest are checked first. What is in force already is not taken again: a control
 * that comes back offers all it has. The descriptor stays the caller's. Returns what the sink says;
 * -EOPNOTSUPP without one; -EPERM seals missing; -EBADMSG wrong size or digest; -errno.
 */
int dp_blob_take(struct dp_blob_sink *sink, const struct shm_attach_msg *m, int fd);

#endif
