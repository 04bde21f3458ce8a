/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime_dir.h - a private runtime directory for an EAL that shares nothing: replay, tests,
 * benches.
 *
 * EAL insists on a directory of its own even when it keeps nothing there, leaves it behind, and its
 * usual places belong to whoever came first. So it gets a fresh one; RUNTIME_DIRECTORY is how EAL
 * is told. Before rte_eal_init(), from the thread that calls it.
 */
#ifndef SLUICE_DATAPLANE_RUNTIME_DIR_H
#define SLUICE_DATAPLANE_RUNTIME_DIR_H

#define DP_RUNTIME_DIR_BYTES 64

struct dp_runtime_dir {
        char path[DP_RUNTIME_DIR_BYTES]; /* "" = not made */
};

/* What EAL must be given with it: remove takes away what EAL makes under that name. */
#define DP_RUNTIME_DIR_EAL_ARG "--file-prefix=private"

/* Under TMPDIR, else /tmp. 0 or a negative errno. */
int dp_runtime_dir_make(struct dp_runtime_dir *dir);
/* Take away the directory and what EAL made in it; nothing to do when it was not made. */
void dp_runtime_dir_remove(const struct dp_runtime_dir *dir);

#endif
