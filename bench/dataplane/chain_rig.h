/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_rig.h - one worker fed as fast as it can take, timed in TSC cycles.
 *
 * Devices: net_null (frames from nowhere, sent nowhere: what is left is our own frame handling) and
 * rings with SIP frames in memory. The floor beside each is the bare loop, rx burst to tx burst on
 * the same devices: testpmd's `io` engine without testpmd.
 *
 * The dataplane is C11; this page is what the C++ of Google Benchmark sees of it. One thread.
 */
#ifndef SLUICE_BENCH_DATAPLANE_CHAIN_RIG_H
#define SLUICE_BENCH_DATAPLANE_CHAIN_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rig_device {
        RIG_NULL, /* frames of 842 octets without content: "not SIP" */
        RIG_RING, /* the messages of chain_rig_load(), each written to its frame before a round */
        RIG_NULL_SIP, /* frames of 842 octets with SIP in them: the driver hands out buffers as they
                       * are, and these were written once; none is cold */
};

/* Frames that a rig on rings is fed. */
enum rig_set {
        RIG_SET_MIX,        /* as the generator writes them */
        RIG_SET_INVITE,     /* INVITEs of about 800 octets */
        RIG_SET_INVITE_FEW, /* so few of them that branch predictors know them by heart */
        RIG_SETS
};

enum rig_events {
        RIG_EVENTS_OFF,
        RIG_EVENTS_ALL,
};

struct chain_rig;

/* EAL, both device pairs and the buffers; once in a process. False after telling why. */
bool chain_rig_start(void);
/* A worker over these devices with control's default policy in this process. */
struct chain_rig *chain_rig_create(enum rig_device device, enum rig_events events);
/* Feed it this set from now on; at first MIX. */
void chain_rig_use(struct chain_rig *r, enum rig_set set);
void chain_rig_destroy(struct chain_rig *r);

/* Add a SIP message to a set, for all rigs. False: it does not fit a frame. */
bool chain_rig_load(enum rig_set set, const uint8_t *message, size_t len);
unsigned chain_rig_loaded(enum rig_set set);
/* Ban every source, each by its own entry, and a network that none of them is in: two prefix
 * lengths are in use. */
void chain_rig_ban_all(struct chain_rig *r);
/* What the sources of this rig may send: without limit (so at first), as much as they like but
 * counted at every key, or no packet more than the first. */
enum rig_limits {
        RIG_LIMITS_NONE,
        RIG_LIMITS_WIDE,
        RIG_LIMITS_SPENT,
};
void chain_rig_limits(struct chain_rig *r, enum rig_limits limits);
/* Let control decide about every loaded message, so that later rounds are answered by the cache. */
void chain_rig_warm(struct chain_rig *r);

struct rig_round {
        uint64_t packets;
        uint64_t cycles;
};
/* Some thousand packets through the worker, or through the bare loop. */
struct rig_round chain_rig_round(struct chain_rig *r);
struct rig_round chain_rig_round_bare(struct chain_rig *r);
/* Some thousand packets received and freed: testpmd's `rxonly` engine without testpmd. */
struct rig_round chain_rig_round_rxonly(struct chain_rig *r);

/* One message of the rig's set after the other parsed where it lies, and nothing else. */
struct rig_round chain_rig_round_parse(struct chain_rig *r);

/* Checks and counts since the rig was made: packets that passed, were dropped, were decided from
 * the cache; false when they do not add up. */
bool chain_rig_counts(const struct chain_rig *r, uint64_t *passed, uint64_t *dropped,
                      uint64_t *cached);

/* The reason that dropped most, "none" when nothing was dropped. */
const char *chain_rig_main_drop(const struct chain_rig *r);

double chain_rig_tsc_hz(void);

#ifdef __cplusplus
}
#endif

#endif
