/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h - the API's socket file: one owner at a time, a dead owner's file replaced.
 *
 * A lock on "<path>.lock", held for the life of the process, says who owns the socket; the kernel
 * drops it with the process, however that ends. So a stale file can be told without guessing.
 */
#ifndef SLUICE_CONTROL_LISTENER_H
#define SLUICE_CONTROL_LISTENER_H

#include <stddef.h>

struct cp_listener {
        int fd; /* listening, mode 0660; given away by setting -1 */
        int lock_fd;
        char path[108];
};

/* Returns 0, or a negative errno with one line in `why`: -EADDRINUSE when another process serves.
 */
int cp_listener_open(struct cp_listener *l, const char *path, char *why, size_t why_len);
/* Remove the socket file and the lock. */
void cp_listener_close(struct cp_listener *l);

#endif
