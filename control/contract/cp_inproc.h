/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cp_inproc.h - control's logic inside the caller's process, for replay.
 *
 * A replay needs the decisions of a control process, but must work alone, without root and with
 * the same code. control/inproc.c implements these functions over control's own policy,
 * decider and event writer; the dataplane links it and sees only this page. The rings between the
 * two sides are the ordinary ones, so that replay exercises them.
 *
 * Thread: all calls from one thread. Time: requests carry capture time; nothing here reads a clock.
 */
#ifndef SLUICE_CONTRACT_CP_INPROC_H
#define SLUICE_CONTRACT_CP_INPROC_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_region.h"

struct cp_inproc;
struct match_explained; /* parser/match/match_explain.h */

struct cp_inproc_args {
        const char *config_path; /* sluice.yaml, NULL = defaults */
        const char *rules_path;  /* --rules FILE, NULL = none */
        const char *events_path; /* EVE JSON lines, NULL = none, "-" = standard output */
        /* What the rules said of the message with this serial, good until cp_inproc_events()
         * returns; NULL: nothing is known of it. Each event then says it. NULL = events do not. */
        const struct match_explained *(*explained)(void *arg, uint64_t serial);
        void *explained_arg;
};

/* Errors are told on standard error with file, line and column; returns 0 or a negative errno. */
int cp_inproc_create(struct cp_inproc **out, const struct cp_inproc_args *args);
/* Attach to published segments; the descriptors are duplicated. 0 or a negative errno. */
int cp_inproc_attach(struct cp_inproc *in, int to_control_fd, int to_dataplane_fd);
/* The block lists of the configuration as one blob (shm_blocklist.h), *bytes long; it stays the
 * logic's and does not change. */
const void *cp_inproc_blocklist(const struct cp_inproc *in, size_t *bytes);
/* The rules of the configuration and of --rules as one image (parser/match/match_image.h); as
 * above. */
const void *cp_inproc_rules(const struct cp_inproc *in, size_t *bytes);
/* Answer every request that is in the rings. Returns how many, or a negative errno. */
int cp_inproc_decide(struct cp_inproc *in);
/*
 * Take every event out of the rings and hold it back until no message before it is undecided: write
 * events with serial < `before`, in order of serial. UINT64_MAX writes all. Returns how many, or
 * a negative errno.
 */
int cp_inproc_events(struct cp_inproc *in, uint64_t before);
/* Write the line "sip_class" of what these counters have gained since the last one, if anything. 0
 * or a negative errno. */
struct shm_counters;
int cp_inproc_classes(struct cp_inproc *in, const struct shm_counters *c, uint64_t time_ns);
/* Write the closing "stats" line from these counters. 0 or a negative errno. */
int cp_inproc_stats(struct cp_inproc *in, const struct shm_counters *c, uint64_t time_ns);
void cp_inproc_destroy(struct cp_inproc *in);

#endif
